//! SIGKILL at any moment under load: to the program, while it works and while it starts, and to the database under it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::Utc;
use mfa_desk::domain::inbound::MessageId;
use mfa_desk::domain::token::ServerKey;
use mfa_desk::store::snapshot;
use secrecy::SecretString;

use super::acts::{Acted, Acts};
use super::invariants::{Acknowledged, broken};
use super::{Dice, Place, asked, place};
use crate::cluster::killed::nothing_is_lost_or_doubled;
use crate::cluster::load::{Ledger, Load, by_message_id};
use crate::cluster::{Cluster, KEY};
use crate::program::program;

/// Mails that may have been in the hands of a program that was killed.
const IN_HAND: usize = 64;
const TIMERS: usize = 3;

fn acknowledged(ledger: &Ledger, acted: &Acted) -> Acknowledged {
    Acknowledged {
        cases: ledger.forms.values().cloned().collect(),
        confirmed: ledger.confirmed.clone(),
        notes: ledger.notes.clone(),
        told: acted.told.clone(),
        claimed: acted.claimed.clone(),
        rejected: acted.rejected.clone(),
    }
}

fn all_is_well(cluster: &Cluster, acknowledged: &Acknowledged, round: &str) {
    let mut connection = cluster.connection();
    let found = snapshot(&mut connection, |connection| broken(connection, acknowledged)).unwrap();
    assert!(found.is_empty(), "{round}: {found:#?}\n{}", cluster.logs());
}

/// Nothing lies about that is not documented.
fn nothing_is_left_over(cluster: &Cluster) {
    let names = |folder: &Path| -> BTreeSet<String> {
        let found = std::fs::read_dir(folder).unwrap().flatten();
        found.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let own = names(cluster.folder());
    assert_eq!(own, ["accounts.csv", "checkpoints", "desk.toml"].map(str::to_owned).into());
    if let Some(file) = cluster.database.file() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let known = [name.clone(), format!("{name}-wal"), format!("{name}-shm"), "acknowledged.txt".to_owned()];
        let beside = names(file.parent().unwrap());
        assert!(beside.iter().all(|each| known.contains(each)), "{beside:?}");
    }
    let folder = cluster.folder().join("checkpoints");
    for name in names(&folder) {
        // A file that was being written has no name yet.
        let is_part = name.starts_with('.') && name.ends_with(".part");
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(is_part || name.ends_with(".checkpoint") && text.contains("\n\n— "), "{name}: {text}");
    }
}

/// Each errand that was done is one mail: its Message-ID, and no other, came to the mail server.
fn errands_are_mails(cluster: &Cluster, since: &str) {
    let key = ServerKey::new(SecretString::from(KEY));
    let done = format!("SELECT id AS t FROM outbox WHERE kind = 'mail' AND state = 'done' AND created_at >= '{since}'");
    let expected: BTreeSet<String> =
        cluster.texts(&done).iter().map(|id| MessageId::of(&key, id.parse().unwrap(), "localhost")).collect();
    let came = by_message_id(&cluster.smtp.messages());
    let came_ids: BTreeSet<String> = came.keys().cloned().collect();
    assert_eq!(came_ids, expected, "mails and errands differ");
    for (id, copies) in came {
        let same = |a: &str, b: &str| links_in(a) == links_in(b);
        assert!(copies.iter().all(|copy| copy.to == copies[0].to && same(&copy.raw, &copies[0].raw)), "{id} differs");
    }
}

fn links_in(raw: &str) -> Vec<String> {
    let text = crate::support::mail_reader::parse(raw).text;
    text.split_whitespace().filter(|word| word.contains("?token=")).map(str::to_owned).collect()
}

/// Lets the time of some confirmed cases be over.
fn time_is_over_for_some(cluster: &Cluster, expired: &mut BTreeSet<String>, ledger: &Ledger) {
    let now = match cluster.database.file() {
        Some(_) => "strftime('%Y-%m-%d %H:%M:%f', 'now')",
        None => "now() AT TIME ZONE 'UTC'",
    };
    let some: Vec<String> =
        ledger.confirmed.iter().rev().filter(|each| !expired.contains(*each)).take(TIMERS).cloned().collect();
    for reference in some {
        cluster.execute(&format!(
            "UPDATE cases SET due_at = {now}, expires_at = {now} WHERE reference = '{reference}' AND state = 'verifying'"
        ));
        expired.insert(reference);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_is_lost_halved_or_doubled() {
    let rounds = asked("FAULT_ROUNDS").unwrap_or(2);
    let Some(Place { database, server, kept }) = place() else { return };
    let dice = Dice::new();
    let url = database.configured();
    let began = Utc::now();
    let writers = if server.is_some() { 3 } else { 1 };
    let more = format!(
        "database.writers = {writers}\naudit.checkpoint_minutes = 1\naudit.checkpoint_folder = \"checkpoints\""
    );
    let (mut cluster, agents) = Cluster::start(database, &url, 1, &more).await;
    std::fs::create_dir(cluster.folder().join("checkpoints")).unwrap();
    let run = u64::try_from(began.timestamp()).unwrap();
    let book = kept.map(|folder| folder.join("acknowledged.txt"));
    let earlier = book.as_ref().and_then(|book| std::fs::read_to_string(book).ok()).unwrap_or_default();
    let earlier = Acknowledged::read(&earlier);
    let known = cluster.number("SELECT COUNT(*) AS n FROM accounts WHERE email LIKE 'load%'");
    cluster.accounts = usize::try_from(known).unwrap();
    let emails = cluster.adds_accounts(100 + 150 * usize::try_from(rounds).unwrap());
    let load = Load::begin(&cluster, &agents, usize::try_from(run).unwrap(), emails);
    let acts = Acts::begin(&cluster, &agents[1], run, &load.ledger);
    load.goes_on(5, 1).await;

    let (mut expired, mut kinds) = (BTreeSet::new(), BTreeMap::<&str, usize>::new());
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(50 + dice.below(1450))).await;
        let kind = match (&server, dice.below(10)) {
            (Some(_), 0) => "a process of the database",
            (Some(_), 1) => "the database's server",
            (Some(_), 2) => "program and database",
            (_, 3) => "the program as it starts",
            _ => "the program",
        };
        *kinds.entry(kind).or_default() += 1;
        if kind.starts_with("the program") || kind == "program and database" {
            cluster.kills(0);
        }
        match (&server, kind) {
            (Some(server), "a process of the database") => server.loses_a_process("desk"),
            (Some(server), "the database's server" | "program and database") => server.is_killed(),
            _ => {}
        }
        // Whoever was told so before this moment can rely on it.
        let mut promised = acknowledged(&load.ledger.lock().unwrap(), &acts.acted.lock().unwrap());
        promised.add(earlier.clone());
        cluster.is_whole();
        all_is_well(&cluster, &promised, &format!("round {round}, {kind} was killed"));
        nothing_is_left_over(&cluster);
        if cluster.is_up() {
            continue;
        }
        if kind == "the program as it starts" {
            let mut starting = program(cluster.folder());
            starting.args(["serve", "--config", "desk.toml"]).stdout(Stdio::null()).stderr(Stdio::null());
            let mut starting = starting.spawn().unwrap();
            tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
            starting.kill().unwrap();
            starting.wait().unwrap();
        }
        time_is_over_for_some(&cluster, &mut expired, &load.ledger.lock().unwrap());
        cluster.leases_of_the_dead_end();
        cluster.starts(0);
    }

    let acted = acts.end().await;
    let mut ledger = load.ends().await;
    let doubled = nothing_is_lost_or_doubled(&cluster, &mut ledger).await;
    assert!(doubled <= IN_HAND * usize::try_from(rounds).unwrap(), "{doubled} mails came twice");
    let end = Instant::now() + Duration::from_secs(20);
    let open = "SELECT reference AS t FROM cases WHERE state = 'verifying'";
    while cluster.texts(open).iter().any(|reference| expired.contains(reference)) {
        assert!(Instant::now() < end, "timers do not act:\n{}", cluster.logs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    errands_are_mails(&cluster, &began.format("%Y-%m-%d %H:%M:%S").to_string());
    let own = acknowledged(&ledger, &acted);
    let mut promised = own.clone();
    promised.add(earlier);
    all_is_well(&cluster, &promised, "the end");
    if let Some(book) = book {
        std::fs::write(book, promised.written()).unwrap();
    }
    println!(
        "killed {rounds} times {kinds:?}: {} forms, {} confirmations, {} notes, {} messages, {} claims and {} rejections \
         acknowledged, none lost or doubled; {} notes without an answer; {} cases expired; {} mails, of which {doubled} \
         came once more as the same mail; {} entries, {} cases; the longest a form waited was {:.1?}",
        own.cases.len(),
        own.confirmed.len(),
        own.notes.len(),
        own.told.len(),
        own.claimed.len(),
        own.rejected.len(),
        ledger.unanswered.len(),
        cluster.number("SELECT COUNT(*) AS n FROM cases WHERE state = 'expired'"),
        cluster.smtp.messages().len(),
        cluster.number("SELECT seq AS n FROM audit_head"),
        cluster.number("SELECT COUNT(*) AS n FROM cases"),
        ledger.longest,
    );
}
