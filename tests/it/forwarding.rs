//! The log is forwarded as it grows: in its order, at least once, never with a gap, and whoever does not take it holds up
//! nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use mfa_desk::config::{Mode, Settings};
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::audit::{Entry, NewEntry, SALT, details};
use mfa_desk::domain::audit_line::json_line;
use mfa_desk::domain::audit_read;
use mfa_desk::store::Tx;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::audit_log::{disarm, intruder};
use crate::support::database::TestDatabase;
use crate::support::receiver::{Received, Receiver, Reply};
use crate::support::syslog::{Play, SyslogPeer};
use crate::support::world::{OWNER, Setup, World, address};

const TOKEN: &str = "a token of the receiver";

fn table(name: &str, receiver: &Receiver, more: &str) -> String {
    format!(
        "[[forwarders]]\nname = '{name}'\ntimeout_seconds = 2\n{more}\n[forwarders.http]\nurl = '{}'\ntoken = '{TOKEN}'\n",
        receiver.url()
    )
}

async fn world(toml: String) -> World {
    World::with(Setup { toml, ..Setup::default() }).await
}

fn taken() -> Receiver {
    Receiver::start(|_| Reply::status(202))
}

/// The entries that a request brought.
fn lines(received: &Received) -> Vec<Value> {
    std::str::from_utf8(&received.body).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The entry that an event is of.
fn put_together(event: &Value) -> Entry {
    let (kept, user) = (&event["unmapped"], &event["actor"]["user"]);
    let or_empty = |found: [&Value; 3]| found.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned();
    let line = serde_json::json!({
        "seq": kept["seq"], "at": event["metadata"]["original_time"], "actor_kind": kept["actor_kind"],
        "actor": or_empty([&kept["actor"], &user["email_addr"], &user["uid"]]),
        "action": event["metadata"]["event_code"], "case_ref": kept["case_ref"], "account_id": kept["account_id"],
        "ip": or_empty([&kept["ip"], &event["src_endpoint"]["ip"], &Value::Null]),
        "details": kept["details"], "prev_hash": kept["prev_hash"], "hash": kept["hash"], "form": kept["form"],
        "salts": kept["salts"], "digests": kept["digests"], "erased_by": kept["erased_by"],
    });
    audit_read::of_line(&line.to_string()).unwrap()
}

fn seqs(received: &[Received]) -> Vec<i64> {
    received.iter().flat_map(lines).map(|line| line["seq"].as_i64().unwrap()).collect()
}

/// Grows the log by so many entries.
async fn grows(world: &World, count: usize) {
    let at = world.now();
    let write = move |tx: &mut Tx<'_>| {
        for n in 0..count {
            tx.record(NewEntry {
                at,
                actor: Actor::System,
                action: "test.entry".to_owned(),
                case_ref: None,
                account_id: None,
                ip: "2001:db8::7".to_owned(),
                details: details([("n", n.into()), ("text", "ü \"] \\ 🦀".into())]),
            });
        }
        Ok(())
    };
    world.desk.store.write(write).await.unwrap();
}

/// Lets time go by until it is so: waits between attempts are the clock's, and the worker's looks are real.
async fn until(world: &World, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1500 {
        if is_so().await {
            return;
        }
        world.clock.advance(TimeDelta::milliseconds(200));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} never came");
}

async fn size(world: &World) -> i64 {
    world.desk.store.read(mfa_desk::store::audit::head).await.unwrap().seq
}

/// How far a receiver has taken the log, as the database says it.
async fn place(world: &World, name: &str) -> i64 {
    let standing = world.desk.store.read(mfa_desk::store::feeds::standing).await.unwrap();
    standing.get(name).map_or(0, |standing| standing.seq)
}

async fn all_is_taken(world: &World, name: &str) {
    until(world, "the end of the log", async || place(world, name).await == size(world).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entry_comes_once_in_its_order_and_as_it_stands_in_the_log() {
    let siem = taken();
    let world = world(table("siem", &siem, "")).await;
    world.ready(OWNER).await;
    grows(&world, 1200).await;
    all_is_taken(&world, "siem").await;
    let received = siem.received();
    let entries = world.entries("").await;
    assert_eq!(seqs(&received), (1..=i64::try_from(entries.len()).unwrap()).collect::<Vec<_>>());
    let sent: Vec<String> = received
        .iter()
        .flat_map(|one| String::from_utf8(one.body.clone()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(sent, entries.iter().map(json_line).collect::<Vec<_>>());
    let keys: BTreeSet<&str> = received.iter().map(|one| one.header("idempotency-key")).collect();
    assert_eq!(keys.len(), received.len());
    for one in &received {
        assert_eq!(one.header("content-type"), "application/x-ndjson");
        assert_eq!(one.header("authorization"), format!("Bearer {TOKEN}"));
        assert!(one.body.ends_with(b"\n") && lines(one).len() <= 500);
        let (first, last) = (&lines(one)[0], &lines(one)[lines(one).len() - 1]);
        let digest = hex::encode(&Sha256::digest(&one.body)[..16]);
        let key = format!("\"siem-{}-{}-{digest}\"", first["seq"], last["seq"]);
        assert_eq!(one.header("idempotency-key"), key);
    }
    // Forwarding is no entry itself, or it would never end.
    assert!(entries.iter().all(|entry| !entry.action.contains("forward")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_sent_again_as_the_same_batch_and_nothing_is_left_out() {
    let replies = Mutex::new(vec![
        Reply::status(500),
        Reply::Cut,
        Reply::status(410),
        Reply::status(429).with("retry-after", "90"),
        Reply::status(307).with("location", "http://127.0.0.1:9/elsewhere"),
        Reply::status(200),
        Reply::Half(200, "abcdef".to_owned()),
    ]);
    let siem = Receiver::start(move |_| {
        let mut replies = replies.lock().unwrap();
        if replies.is_empty() { Reply::status(204) } else { replies.remove(0) }
    });
    let world = world(table("siem", &siem, "")).await;
    grows(&world, 3).await;
    until(&world, "a first attempt", async || !siem.received().is_empty()).await;
    grows(&world, 30).await;
    all_is_taken(&world, "siem").await;
    let received = siem.received();
    // The first five were not taken: the sixth is the same although the log has grown.
    let first = &received[0];
    for again in &received[1..6] {
        assert_eq!((&again.body, again.header("idempotency-key")), (&first.body, first.header("idempotency-key")));
    }
    assert_ne!(received[6].body, first.body);
    let (all, mut last) = (seqs(&received), 0);
    for seq in all.iter().copied() {
        assert!(seq <= last + 1, "a gap before {seq}");
        last = last.max(seq);
    }
    assert_eq!(last, size(&world).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_between_two_tries_is_another_request() {
    let siem = taken();
    let world = world(table("siem", &siem, "")).await;
    grows(&world, 3).await;
    all_is_taken(&world, "siem").await;
    let before = siem.received().len();
    let forwarder = &world.desk.forwarders[0];
    let mut entries = world.entries("").await;
    forwarder.send(&entries).await.unwrap();
    forwarder.send(&entries).await.unwrap();
    entries[0].ip = "192.0.2.77".to_owned();
    forwarder.send(&entries).await.unwrap();
    entries[0].ip.clear();
    forwarder.send(&entries).await.unwrap();
    let keys: Vec<String> =
        siem.received()[before..].iter().map(|one| one.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys[0], keys[1]);
    assert!(keys[2] != keys[1] && keys[3] != keys[2], "{keys:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_with_holes_is_not_forwarded_and_does_not_count_as_taken() {
    let siem = Receiver::start(|_| Reply::status(500));
    let world = world(table("siem", &siem, "")).await;
    grows(&world, 5).await;
    until(&world, "a first attempt", async || !siem.received().is_empty()).await;
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    connection.batch_execute("DELETE FROM audit_entries WHERE seq = 2").unwrap();
    let standing = async || {
        let standing = world.desk.store.read(mfa_desk::store::feeds::standing).await.unwrap();
        standing.get("siem").unwrap().clone()
    };
    let missing = async || standing().await.trouble.is_some_and(|(_, why)| why.contains("missing in the log"));
    until(&world, "the hole", missing).await;
    siem.answer(|_| Reply::status(200));
    let (sent, failures) = (siem.received().len(), standing().await.failures);
    until(&world, "another attempt", async || standing().await.failures > failures).await;
    assert_eq!((siem.received().len(), place(&world, "siem").await), (sent, 0));
    world.agent("sam").await.get("/desk/audit/forwarding").await.says("missing in the log");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_does_not_answer_holds_up_nobody_and_is_shown() {
    let (good, hangs) = (taken(), Receiver::start(|_| Reply::Hang));
    let world = world(table("good", &good, "") + &table("hangs", &hangs, "format = 'ocsf'")).await;
    let (_, ana, reference) = world.ready(OWNER).await;
    world.deactivates(&ana, &reference).await.is(200);
    all_is_taken(&world, "good").await;
    until(&world, "the trouble", async || {
        let standing = world.desk.store.read(mfa_desk::store::feeds::standing).await.unwrap();
        standing.get("hangs").is_some_and(|standing| standing.trouble.is_some())
    })
    .await;
    let sam = world.agent("sam").await;
    sam.get("/desk/audit").await.says("Forwarding");
    all_is_taken(&world, "good").await;
    let page = sam.get("/desk/audit/forwarding").await;
    page.is(200).says("good HTTP, JSON").says("hangs HTTP, OCSF").says("no answer in time").says("None");
    assert!(!page.html.contains("127.0.0.1") && !page.html.contains(TOKEN), "{}", page.text());
    world.agent("ana").await.get("/desk/audit/forwarding").await.is(403);
    let list = world.program("aud").await.get("/audit/forwarding").await.is(200).json();
    assert_eq!((&list["items"][0]["name"], &list["items"][0]["trouble"]), (&"good".into(), &Value::Null));
    assert_eq!((&list["items"][1]["trouble"], &list["items"][1]["seq"]), (&"no answer in time".into(), &0.into()));
    assert!(list["items"][1]["behind"].as_i64().unwrap() > 0 && list["items"][1]["oldest"].is_string(), "{list}");
    // It answers again, and gets everything.
    hangs.answer(|_| Reply::status(200));
    all_is_taken(&world, "hangs").await;
    sam.get("/desk/audit/forwarding").await;
    let last = hangs.received().last().unwrap().clone();
    let event = lines(&last).pop().unwrap();
    assert_eq!(event["metadata"]["version"], "1.8.0");
    let entry = put_together(&event);
    assert_eq!(event["unmapped"]["hash"], entry.computed_hash());
    let entries = world.entries("").await;
    assert_eq!(Some(&entry), entries.iter().find(|kept| kept.seq == entry.seq));
    for entry in entries {
        assert_eq!(put_together(&serde_json::from_str(&mfa_desk::domain::ocsf::event_line(&entry)).unwrap()), entry);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_says_that_it_is_too_much_gets_less_at_a_time() {
    let siem = Receiver::start(|received| Reply::status(if lines(received).len() > 40 { 413 } else { 200 }));
    let world = world(table("siem", &siem, "")).await;
    grows(&world, 300).await;
    all_is_taken(&world, "siem").await;
    let took: Vec<Received> = siem.received().into_iter().filter(|one| lines(one).len() <= 40).collect();
    assert_eq!(seqs(&took), (1..=size(&world).await).collect::<Vec<_>>());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_several_instances_forwards_and_another_takes_over_where_it_stopped() {
    let siem = taken();
    let (database, toml) = (TestDatabase::new(), table("siem", &siem, ""));
    let one = World::with(Setup { database: database.clone(), toml: toml.clone(), ..Setup::default() }).await;
    let two = World::with(Setup { database, toml, seed: 2, ..Setup::default() }).await;
    for _ in 0..5 {
        grows(&one, 40).await;
        grows(&two, 40).await;
        all_is_taken(&one, "siem").await;
    }
    let before = siem.received().len();
    one.stop().await;
    grows(&two, 40).await;
    all_is_taken(&two, "siem").await;
    assert!(siem.received().len() > before);
    assert_eq!(seqs(&siem.received()), (1..=size(&two).await).collect::<Vec<_>>());
    two.stop().await;
}

/// The fields of a syslog message, and its body.
fn parsed(message: &str) -> (Vec<&str>, Value) {
    let (head, body) = message.split_once("] {").unwrap();
    (head.splitn(7, ' ').collect(), serde_json::from_str(&format!("{{{body}")).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syslog_comes_encrypted_framed_and_as_the_rfc_writes_it() {
    let siem = SyslogPeer::start();
    let world = world(siem.table("siem", "")).await;
    let browser = world.browser();
    let page = browser.get("/desk/sign-in").await;
    browser.send(&page, "/desk/sign-in", &[("email", &address("ana")), ("password", "not hers at all")]).await;
    world.ready(OWNER).await;
    grows(&world, 700).await;
    all_is_taken(&world, "siem").await;
    let (messages, entries) = (siem.messages(), world.entries("").await);
    assert_eq!(messages.len(), entries.len());
    for (message, entry) in messages.iter().zip(&entries) {
        assert!(message.is_ascii() && !message.contains(['\n', '\u{feff}']), "{message}");
        let (head, body) = parsed(message);
        let level = if entry.action == "agent.sign_in_refused" { "<109>1" } else { head[0] };
        assert_eq!(head[..6], [level, entry.at.as_str(), "desk.example.test", "mfa-desk", "-", entry.action.as_str()]);
        assert!(["<105>1", "<108>1", "<109>1", "<110>1"].contains(&head[0]), "{}", head[0]);
        let data = format!("[audit@32473 seq=\"{}\" hash=\"{}\" prev=\"{}\"", entry.seq, entry.hash, entry.prev_hash);
        assert!(head[6].starts_with("[origin software=\"mfa-desk\" swVersion=\"") && head[6].ends_with(&data));
        assert_eq!(body, serde_json::from_str::<Value>(&json_line(entry)).unwrap());
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_syslog_receiver_that_dies_in_the_middle_misses_nothing() {
    let siem = SyslogPeer::start();
    siem.plays(&[
        Play::Kill(0),
        Play::Kill(3_000),
        Play::Leave(0),
        Play::Hang,
        Play::Leave(5_000),
        Play::Kill(40_000),
        Play::Take,
        Play::Leave(100),
        Play::Kill(1),
    ]);
    let world = world(siem.table("siem", "format = 'ocsf'")).await;
    for _ in 0..6 {
        grows(&world, 200).await;
        until(&world, "another attempt", async || siem.left() == 0 || place(&world, "siem").await > 0).await;
    }
    until(&world, "the end of the plays", async || {
        siem.left() == 0 && place(&world, "siem").await == size(&world).await
    })
    .await;
    let mut seen = BTreeSet::new();
    let mut last = 0;
    for message in siem.messages() {
        let seq = parsed(&message).1["metadata"]["sequence"].as_i64().unwrap();
        assert!(seq <= last + 1, "a gap before {seq}, after {last}");
        last = last.max(seq);
        seen.insert(seq);
    }
    let size = size(&world).await;
    assert_eq!(seen, (1..=size).collect::<BTreeSet<_>>());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_to_a_syslog_receiver_that_nobody_vouches_for() {
    let (siem, other) = (SyslogPeer::start(), SyslogPeer::start());
    let toml =
        siem.table("siem", "").replace(&siem.ca_file.display().to_string(), &other.ca_file.display().to_string());
    let world = world(toml).await;
    grows(&world, 3).await;
    until(&world, "the trouble", async || {
        let standing = world.desk.store.read(mfa_desk::store::feeds::standing).await.unwrap();
        standing
            .get("siem")
            .and_then(|standing| standing.trouble.clone())
            .is_some_and(|(_, why)| why.contains("TLS failed"))
    })
    .await;
    assert_eq!((siem.messages().len(), siem.connections(), place(&world, "siem").await), (0, 0, 0));
    world.stop().await;
}

#[test]
fn a_forwarder_that_cannot_work_is_refused_before_serving() {
    let problems = |toml: &str| {
        let settings = Settings::from_sources(toml, &BTreeMap::new()).unwrap();
        let found = settings.problems(Mode::Serve);
        found
            .into_iter()
            .filter(|problem| problem.key == "forwarders")
            .map(|problem| problem.to_string())
            .collect::<Vec<_>>()
    };
    let http =
        |more: &str| format!("[[forwarders]]\nname = 'a'\n[forwarders.http]\nurl = 'https://siem.example'\n{more}");
    assert_eq!(problems(&http("token = 'x'")), Vec::<String>::new());
    assert_eq!(
        problems("[[forwarders]]\nname = 'a'\n[forwarders.syslog]\nhost = 'siem.example'"),
        Vec::<String>::new()
    );
    for (toml, said) in [
        ("[[forwarders]]\nname = 'a'".to_owned(), "exactly one section"),
        (http("[forwarders.syslog]\nhost = 'x'"), "exactly one section"),
        (http("") + &http(""), "stands twice"),
        (http("").replace("https", "http"), "not https"),
        (http("token = 'x'\ntoken_file = '/nowhere'"), "set twice"),
        (http("").replace("name = 'a'", "name = 'a'\ntimeout_seconds = 99"), "out of range"),
        ("[[forwarders]]\nname = 'a'\n[forwarders.syslog]\nhost = 'x'\napp_name = 'a b'".to_owned(), "cannot carry"),
        (
            "[[forwarders]]\nname = 'a'\n[forwarders.syslog]\nhost = 'x'\nkey_file = '/k'".to_owned(),
            "without the other",
        ),
    ] {
        let found = problems(&toml);
        assert!(found.iter().any(|problem| problem.contains(said)), "{toml}: {found:?}");
        assert!(found.iter().all(|problem| !problem.contains("'x'")), "a secret is shown: {found:?}");
    }
    for unreadable in ["[[forwarders]]\nname = 'A B'", "[[forwarders]]\nname = 'a'\nformat = 'xml'", "forwarders = 3"] {
        assert!(Settings::from_sources(unreadable, &BTreeMap::new()).is_err(), "{unreadable}");
    }
}

#[test]
fn an_entry_says_its_place_whatever_the_format() {
    let entry: Entry = mfa_desk::domain::audit::Head::genesis().append(
        &NewEntry {
            at: chrono::DateTime::UNIX_EPOCH,
            actor: Actor::System,
            action: "test.entry".to_owned(),
            case_ref: None,
            account_id: None,
            ip: String::new(),
            details: details([]),
        },
        &[[1; SALT]; 3],
    );
    for format in mfa_desk::domain::forward::FeedFormat::ALL {
        let line = format.line(&entry);
        assert!(line.contains(&entry.hash) && line.contains(&entry.prev_hash) && line.contains("\"seq\":1"), "{line}");
    }
}
