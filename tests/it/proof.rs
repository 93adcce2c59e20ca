//! The log proves itself to whoever does not trust the database: checkpoints, witnesses, proofs, receipts.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use mfa_desk::config::DatabaseUrl;
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::audit::{Broken, ERASED, Entry, NewEntry, Personal, details};
use mfa_desk::domain::note::{Checkpoint, Proof};
use mfa_desk::store::audit::Verdict;
use mfa_desk::store::{AnyConnection, StoreError};
use mfa_desk::workflow::{PlaceStanding, Proven};

use crate::audit_log::{self, intruder, record};
use crate::program::{err, exits, out, run};
use crate::support::receiver::{Receiver, Reply};
use crate::support::world::{OWNER, Setup, World};

/// The key of a world's server.
const KEY: &str = "a key that only tests have, 32+ chars";

/// Takes every trigger of the log away, as an owner of the database can: those of its tree and of erasures too.
fn disarm(world: &World, connection: &mut AnyConnection) {
    audit_log::disarm(world, connection);
    let sql = if world.database.file().is_some() {
        "DROP TRIGGER audit_nodes_no_update; DROP TRIGGER audit_nodes_no_delete; \
         DROP TRIGGER audit_erasures_no_update; DROP TRIGGER audit_erasures_no_delete;"
    } else {
        "ALTER TABLE audit_nodes DISABLE TRIGGER USER; ALTER TABLE audit_erasures DISABLE TRIGGER USER;"
    };
    connection.batch_execute(sql).unwrap();
}

fn filling(world: &World, ip: &str) -> NewEntry {
    NewEntry {
        at: world.now(),
        actor: Actor::System,
        action: "test.filling".to_owned(),
        case_ref: None,
        account_id: None,
        ip: ip.to_owned(),
        details: details([]),
    }
}

/// The command line beside the server, over the same database and with the same key.
struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    fn beside(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &world.database.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => secrecy::ExposeSecret::expose_secret(url).to_owned(),
        };
        let config = format!(
            "[server]\nbase_url = '{}'\n[database]\nurl = '{url}'\n[secrets]\nkey = '{}'\n",
            world.desk.kit.base_url, KEY
        );
        std::fs::write(folder.path().join("mfa-desk.toml"), config).unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32) -> String {
        let output = run(self.path(), arguments);
        exits(&output, code);
        out(&output)
    }

    fn keeps(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path().join(name), text).unwrap();
        name.to_owned()
    }
}

fn checkpoint_of(world: &World, note: &str) -> Checkpoint {
    Checkpoint::open(note, &world.desk.kit.audit_verifiers()).unwrap()
}

/// Removes what was signed before, as the owner of a database can.
fn forget_checkpoints(world: &World) {
    let sql = if world.database.file().is_some() {
        "DROP TRIGGER audit_checkpoints_no_delete; DELETE FROM audit_checkpoints"
    } else {
        "ALTER TABLE audit_checkpoints DISABLE TRIGGER USER; DELETE FROM audit_checkpoints"
    };
    intruder(world).batch_execute(sql).unwrap();
}

/// Writes the whole log anew with one entry changed, as somebody with all of the database and this source code could:
/// chain, tree and head are those of the forged log.
async fn forge(world: &World, change: impl Fn(&mut Entry)) {
    use mfa_desk::domain::audit::Head;
    use mfa_desk::domain::merkle::Frontier;
    let mut connection = intruder(world);
    disarm(world, &mut connection);
    let (mut head, mut tree, mut sql) = (Head::genesis(), Frontier::default(), String::new());
    for mut entry in world.entries("").await {
        change(&mut entry);
        entry.prev_hash = head.hash.clone();
        entry.hash = entry.computed_hash();
        head = Head { seq: entry.seq, hash: entry.hash.clone() };
        tree.append(entry.leaf(), |node, hash| {
            if node.level == 8 {
                let (at, hash) = (node.position, hash.to_hex());
                sql += &format!("UPDATE audit_nodes SET hash = '{hash}' WHERE level = 8 AND position = {at};");
            }
        });
        sql += &format!(
            "UPDATE audit_entries SET action = '{}', prev_hash = '{}', hash = '{}' WHERE seq = {};",
            entry.action, entry.prev_hash, entry.hash, entry.seq
        );
    }
    sql += &format!("UPDATE audit_head SET hash = '{}', frontier = '{}';", head.hash, tree.to_hex());
    connection.batch_execute(&sql).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_written_anew_fits_no_checkpoint_and_no_mail_that_left_before() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    record(&world, vec![filling(&world, ""); 300]).await;
    world.settle().await;
    let shell = Shell::beside(&world);
    let kept = shell.keeps("kept.checkpoint", &shell.says(&["audit", "checkpoint"], 0));
    let raw = world.smtp.messages().last().unwrap().raw.clone();
    let mail = shell.keeps("mail.eml", &raw);
    let against = ["audit", "verify", "--checkpoint", &kept, "--witness", &mail];
    let fits = shell.says(&against, 0);
    assert!(fits.contains("kept.checkpoint: fits") && fits.contains("mail.eml: fits"), "{fits}");
    assert!(!fits.contains("word alone"), "the mail is signed: {fits}");

    forge(&world, |entry| {
        if entry.action == "link.opened" {
            entry.action = "link.forged".to_owned();
        }
    })
    .await;
    // Whoever forges a log forgets the checkpoints in it too; what was kept outside tells.
    assert!(shell.says(&["audit", "verify"], 1).contains("the checkpoint that was signed"));
    exits(&run(shell.path(), &["audit", "checkpoint"]), 2);
    forget_checkpoints(&world);
    assert!(shell.says(&["audit", "verify"], 0).starts_with("whole"));
    let broken = shell.says(&against, 1);
    assert!(broken.contains("kept.checkpoint: broken: one of the first"), "{broken}");
    assert!(broken.contains("mail.eml: broken: one of the first"), "{broken}");
    // A mail that fits because somebody wrote it counts only for whoever says so.
    let fits = world.desk.root_at(3).await.unwrap().unwrap();
    let header = raw.lines().find(|line| line.starts_with("X-Mfa-Desk-Audit:")).unwrap();
    let end = raw.split_once("X-Mfa-Desk-Audit:").unwrap().1;
    let end = &end[end.find("\r\n").map_or(0, |at| at + 2)..];
    let rest: String = end.lines().skip_while(|line| line.starts_with(' ')).map(|line| format!("{line}\r\n")).collect();
    assert!(!header.is_empty());
    let own = shell.keeps("own.eml", &format!("X-Mfa-Desk-Audit: size=3; root={fits}; origin=; signature=\r\n{rest}"));
    exits(&run(shell.path(), &["audit", "verify", "--witness", &own]), 2);
    assert!(shell.says(&["audit", "verify", "--unsigned", "--witness", &own], 0).contains("word alone"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_cut_off_fits_no_checkpoint_that_was_kept() {
    let world = World::new().await;
    record(&world, vec![filling(&world, ""); 20]).await;
    world.settle().await;
    let shell = Shell::beside(&world);
    let kept = shell.keeps("kept.checkpoint", &shell.says(&["audit", "checkpoint"], 0));
    let entries = world.entries("").await;
    let (last, size) = (&entries[entries.len() - 4], entries.len());
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    let mut tree = mfa_desk::domain::merkle::Frontier::default();
    entries[..size - 3].iter().for_each(|entry| tree.append(entry.leaf(), |_, _| {}));
    let sql = format!(
        "DELETE FROM audit_entries WHERE seq > {0}; UPDATE audit_head SET seq = {0}, hash = '{1}', frontier = '{2}'",
        last.seq,
        last.hash,
        tree.to_hex()
    );
    connection.batch_execute(&sql).unwrap();
    assert!(shell.says(&["audit", "verify"], 1).contains("the checkpoint that was signed"));
    forget_checkpoints(&world);
    assert!(shell.says(&["audit", "verify"], 0).starts_with("whole"));
    let broken = shell.says(&["audit", "verify", "--checkpoint", &kept], 1);
    assert!(broken.contains(&format!("the log had {size} entries and was cut off")), "{broken}");
    // A checkpoint that somebody wrote themself says nothing.
    let own = std::fs::read_to_string(shell.path().join(&kept)).unwrap().replace(&size.to_string(), "3");
    let own = shell.keeps("own.checkpoint", &own);
    let refused = run(shell.path(), &["audit", "verify", "--checkpoint", &own]);
    exits(&refused, 2);
    assert!(err(&refused).contains("its signature does not fit"), "{}", err(&refused));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_subtree_or_edge_that_is_not_of_the_entries_is_found() {
    let world = World::new().await;
    record(&world, vec![filling(&world, ""); 600]).await;
    world.settle().await;
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    let other = "ab".repeat(32);
    for (change, back) in [
        (format!("UPDATE audit_nodes SET hash = '{other}' WHERE position = 1"), "audit_nodes"),
        ("DELETE FROM audit_nodes WHERE position = 0".to_owned(), "audit_nodes"),
        ("UPDATE audit_head SET frontier = substr(frontier, 1, 64)".to_owned(), "audit_head"),
    ] {
        connection.batch_execute(&format!("CREATE TABLE spare AS SELECT * FROM {back}")).unwrap();
        connection.batch_execute(&change).unwrap();
        let found = world.desk.verify_audit().await.unwrap();
        assert!(matches!(found, Verdict::Broken { why: Broken::Tree, .. }), "{change}: {found:?}");
        let restore = if back == "audit_head" {
            "UPDATE audit_head SET frontier = (SELECT frontier FROM spare)".to_owned()
        } else {
            format!("DELETE FROM {back}; INSERT INTO {back} SELECT * FROM spare")
        };
        connection.batch_execute(&format!("{restore}; DROP TABLE spare")).unwrap();
        assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_)), "{change}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entry_is_proven_offline_and_the_log_goes_on_where_it_was() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let shell = Shell::beside(&world);
    let old = shell.keeps("old.checkpoint", &shell.says(&["audit", "checkpoint"], 0));
    record(&world, vec![filling(&world, "192.0.2.9"); 700]).await;
    world.settle().await;
    let key = shell.says(&["audit", "key"], 0);
    let key = key.trim();
    let size = world.entries("").await.len();
    for seq in [1, 2, 255, 256, 257, 511, 513, size - 1, size] {
        let proof = shell.says(&["audit", "prove", &seq.to_string()], 0);
        let file = shell.keeps("entry.tlog-proof", &proof);
        let words = shell.says(&["audit", "verify-proof", &file, "--key", key], 0);
        assert!(words.starts_with(&format!("proven: entry {seq} of ")), "{words}");
    }
    let own = world.entries(&reference).await.into_iter().find(|entry| entry.action == "link.opened").unwrap();
    let proof = shell.says(&["audit", "prove", &own.seq.to_string()], 0);
    let file = shell.keeps("opened.tlog-proof", &proof);
    let words = shell.says(&["audit", "verify-proof", &file, "--key", key], 0);
    for told in [&own.action, &own.case_ref, &own.ip, &own.at] {
        assert!(words.contains(told.as_str()), "{told} is not in {words}");
    }
    // Of another entry, with another value, or signed by another.
    let parsed: Proof = proof.parse().unwrap();
    let mut moved = parsed.clone();
    moved.index -= 1;
    let mut told: Proven = Proven::read(&parsed.extra).unwrap();
    told.disclosed[0].value.push('x');
    let renamed = Proof { extra: serde_json::to_vec(&told).unwrap(), ..parsed.clone() };
    told.disclosed.clear();
    told.entry = told.entry.replace("link.opened", "link.closed");
    let retold = Proof { extra: serde_json::to_vec(&told).unwrap(), ..parsed };
    for forged in [moved, renamed, retold] {
        let file = shell.keeps("forged.tlog-proof", &forged.to_string());
        shell.says(&["audit", "verify-proof", &file, "--key", key], 1);
    }
    // Every proof that was given out is an entry.
    let size = world.entries("").await.len();
    let consistency = shell.says(&["audit", "consistency", &old], 0);
    let file = shell.keeps("consistency", &consistency);
    let words = shell.says(&["audit", "verify-proof", &file, "--old", &old, "--key", key], 0);
    assert!(words.starts_with(&format!("consistent: the log of {size} entries goes on")), "{words}");
    let newer = shell.keeps("new.checkpoint", &shell.says(&["audit", "checkpoint"], 0));
    shell.says(&["audit", "verify-proof", &newer, "--key", key], 0);
    shell.says(&["audit", "verify-proof", &file, "--old", &newer, "--key", key], 1);
    exits(&run(shell.path(), &["audit", "prove", "1000000"]), 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_customer_gets_a_receipt_that_proves_offline_who_had_it_done_on_what() {
    let world = World::new().await;
    let (_, agent, reference) = world.ready(OWNER).await;
    world.deactivates(&agent, &reference).await.is(200);
    world.settle().await;
    let raw = world.smtp.messages().into_iter().rev().find(|mail| mail.raw.contains(".tlog-proof")).unwrap().raw;
    let mail = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
    let file = mail_parser::MimeHeaders::attachment_name(mail.attachment(0).unwrap()).unwrap();
    assert_eq!(file, format!("{reference}.tlog-proof"));
    let receipt = mail.attachment(0).unwrap().text_contents().unwrap().replace("\r\n", "\n");
    let shell = Shell::beside(&world);
    let file = shell.keeps("receipt.tlog-proof", &receipt);
    let words = shell.says(&["audit", "verify-proof", &file, "--key", shell.says(&["audit", "key"], 0).trim()], 0);
    let order = world.entries(&reference).await.into_iter().find(|e| e.action == "case.deactivating").unwrap();
    for told in ["case.deactivating", &reference, &order.actor, "email_link", "phone_code", "rules"] {
        assert!(words.contains(told), "{told} is not in {words}");
    }
    assert!(!words.contains(&order.ip) || order.ip.is_empty(), "where the agent sat is nobody's business: {words}");
    assert!(!order.account_id.is_empty() && !words.contains(&order.account_id), "{words}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_leave_for_every_configured_place_and_wait_for_one_that_is_down() {
    let receiver = Receiver::start(|_| Reply::status(503));
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        "[audit]\ncheckpoint_mail = 'notary@outside.example'\ncheckpoint_url = '{}'\ncheckpoint_folder = '{}'",
        receiver.url(),
        folder.path().display()
    );
    let world = World::with(Setup { toml, ..Setup::default() }).await;
    record(&world, vec![filling(&world, "")]).await;
    world.later(TimeDelta::minutes(61)).await;
    let stands = |wanted: fn(&[PlaceStanding], i64) -> bool| {
        let world = &world;
        async move {
            // The worker may be at it at the same time.
            for _ in 0..400 {
                world.desk.publish_checkpoints().await.unwrap();
                let (newest, places) = world.desk.checkpoint_standing().await.unwrap();
                if let Some(newest) = newest.filter(|newest| wanted(&places, newest.size)) {
                    return (newest, places);
                }
                tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            }
            panic!("{:?}", world.desk.checkpoint_standing().await.unwrap());
        }
    };
    let size = i64::try_from(world.entries("").await.len()).unwrap();
    let (newest, standing) = stands(|at, size| at[0].size == size && at[1].error.is_some() && at[2].size == size).await;
    assert!(newest.size >= size);
    let files = || {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    };
    let last = files().pop().unwrap();
    let checkpoint = checkpoint_of(&world, &std::fs::read_to_string(last).unwrap());
    let mails = world.smtp.wait_for(1, std::time::Duration::from_secs(10)).await;
    let mail = mails.iter().rev().find(|mail| mail.raw.contains("notary@outside.example")).unwrap();
    let mail = mail_parser::MessageParser::default().parse(mail.raw.as_bytes()).unwrap();
    let shell = Shell::beside(&world);
    // The mail's text, saved as it is.
    let saved = shell.keeps("saved.txt", &mail.body_text(0).unwrap().replace('\n', "\r\n"));
    assert!(shell.says(&["audit", "verify", "--checkpoint", &saved], 0).contains("saved.txt: fits"));
    assert_eq!(i64::try_from(checkpoint.size).unwrap(), newest.size);
    assert!(standing[1].error.as_deref().unwrap().contains("503"));
    receiver.answer(|_| Reply::status(204));
    world.later(TimeDelta::hours(2)).await;
    let (newest, _) = stands(|at, size| at.iter().all(|place| place.size == size && place.error.is_none())).await;
    let posted = receiver.received().pop().unwrap();
    assert_eq!(String::from_utf8(posted.body.clone()).unwrap(), newest.note);
    // A log that does not grow is not signed again.
    let count = files().len();
    world.later(TimeDelta::hours(2)).await;
    world.desk.publish_checkpoints().await.unwrap();
    assert_eq!(files().len(), count);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_erased_leaves_every_proof_valid_and_nothing_is_erased_without_an_order() {
    let world = World::new().await;
    record(&world, vec![filling(&world, "192.0.2.77"); 10]).await;
    let before = world.entries("").await;
    let chosen: Vec<i64> =
        before.iter().filter(|entry| entry.ip == "192.0.2.77").map(|entry| entry.seq).take(4).collect();
    let shell = Shell::beside(&world);
    let kept = shell.keeps("kept.checkpoint", &shell.says(&["audit", "checkpoint"], 0));
    let old_proof = shell.keeps("old.tlog-proof", &shell.says(&["audit", "prove", &chosen[0].to_string()], 0));
    let key = shell.says(&["audit", "key"], 0);
    let order = {
        let mut entry = filling(&world, "");
        entry.action = ERASED.to_owned();
        entry.details = details([("request", 7.into())]);
        entry
    };
    let (again, chosen_last) = (order.clone(), chosen[3]);
    let erase = |fields: Vec<(i64, Personal)>| {
        let order = order.clone();
        move |tx: &mut mfa_desk::store::Tx<'_>| {
            tx.record_erasure(order.clone(), fields.clone());
            Ok(())
        }
    };
    let fields: Vec<(i64, Personal)> = chosen[..3].iter().map(|seq| (*seq, Personal::Address)).collect();
    world.desk.store.write(erase(fields)).await.unwrap();
    let after = world.entries("").await;
    let order_seq = after.iter().find(|entry| entry.action == ERASED).unwrap().seq;
    for (was, is) in before.iter().zip(&after) {
        assert_eq!((&was.hash, was.leaf()), (&is.hash, is.leaf()));
        let gone = chosen[..3].contains(&was.seq);
        assert_eq!(is.ip.is_empty() && is.salts[2].is_empty(), gone || was.ip.is_empty());
        assert_eq!(is.erased[2].as_ref().map(|erased| erased.by), gone.then_some(order_seq));
    }
    shell.says(&["audit", "verify", "--checkpoint", &kept], 0);
    shell.says(&["audit", "verify-proof", &old_proof, "--key", key.trim()], 0);
    let new_proof = shell.keeps("new.tlog-proof", &shell.says(&["audit", "prove", &chosen[0].to_string()], 0));
    let words = shell.says(&["audit", "verify-proof", &new_proof, "--key", key.trim()], 0);
    assert!(!words.contains("192.0.2.77"), "{words}");
    // The same again, or of nothing, or of an entry that is not there, is refused and leaves no order behind.
    for field in [(chosen[0], Personal::Address), (chosen[3], Personal::Actor), (i64::MAX, Personal::Address)] {
        let refused = world.desk.store.write(erase(vec![(chosen[3], Personal::Address), field])).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{field:?}: {refused:?}");
    }
    let twice = move |tx: &mut mfa_desk::store::Tx<'_>| {
        (0..2).for_each(|_| tx.record_erasure(again.clone(), vec![(chosen_last, Personal::Address)]));
        Ok(())
    };
    assert!(matches!(world.desk.store.write(twice).await, Err(StoreError::Conflict)));
    assert_eq!(world.entries("").await.iter().filter(|entry| entry.action == ERASED).count(), 1);

    // By hand, with the digest that keeps the hash whole, and in the name of an order that was of something else.
    let victim = &after[usize::try_from(chosen[3]).unwrap() - 1];
    let digest = victim.digest(Personal::Address);
    let blank = format!("UPDATE audit_entries SET ip = '', ip_salt = '', erased = 4 WHERE seq = {}", victim.seq);
    let mut connection = intruder(&world);
    for by in [order_seq, victim.seq + 1] {
        connection.batch_execute("CREATE TABLE spare AS SELECT * FROM audit_entries").unwrap();
        let told = format!("INSERT INTO audit_erasures VALUES ({}, 'ip', '{digest}', {by})", victim.seq);
        connection.batch_execute(&format!("{blank}; {told}")).unwrap();
        let found = world.desk.verify_audit().await.unwrap();
        assert!(matches!(found, Verdict::Broken { why: Broken::Erasure, .. }), "by {by}: {found:?}");
        disarm_once(&world, &mut connection);
        let back = format!(
            "UPDATE audit_entries SET ip = '192.0.2.77', ip_salt = '{}', erased = 0 WHERE seq = {}; \
             DELETE FROM audit_erasures WHERE entry_seq = {1}; DROP TABLE spare",
            victim.salts[2], victim.seq
        );
        connection.batch_execute(&back).unwrap();
        assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_)));
    }
    world.stop().await;
}

/// [`disarm`], where it may have been done before.
fn disarm_once(world: &World, connection: &mut AnyConnection) {
    if world.database.file().is_some() {
        let sql = "DROP TRIGGER IF EXISTS audit_entries_only_erased; DROP TRIGGER IF EXISTS audit_erasures_no_delete;";
        connection.batch_execute(sql).unwrap();
    } else {
        disarm(world, connection);
    }
}

#[test]
fn a_demo_signs_with_a_key_of_its_own_and_a_folder_without_one_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let none = run(folder.path(), &["audit", "key", "--data", "nowhere"]);
    exits(&none, 2);
    std::fs::write(folder.path().join("mfa-desk.toml"), "").unwrap();
    exits(&run(folder.path(), &["migrate"]), 0);
    let unsigned = run(folder.path(), &["audit", "checkpoint"]);
    exits(&unsigned, 2);
    assert!(err(&unsigned).contains("secrets.key"), "{}", err(&unsigned));
    std::fs::write(folder.path().join("mfa-desk.toml"), format!("[secrets]\nkey = '{KEY}'\n")).unwrap();
    let key = run(folder.path(), &["audit", "key"]);
    exits(&key, 0);
    assert!(out(&key).starts_with("localhost/audit+"), "{}", out(&key));
}
