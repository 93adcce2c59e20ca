//! The log: nobody can change it unnoticed, what it exports is what it holds, and it holds nothing personal.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use mfa_desk::domain::actor::{Actor, Role};
use mfa_desk::domain::audit::{Broken, Entry, GENESIS, Head, NewEntry, SALT, details};
use mfa_desk::domain::audit_export::ExportFormat;
use mfa_desk::domain::audit_filter::Filter;
use mfa_desk::domain::ids::AgentId;
use mfa_desk::store::audit::{self, Verdict};
use mfa_desk::store::{AnyConnection, Purpose, Tx, open};
use mfa_desk::workflow::{Act, ExportAsked, Standing};
use serde_json::Value;

use crate::support::browser::{Browser, Page, unescaped};
use crate::support::smtp::{Fault, Stage};
use crate::support::world::{OWNER, PASSWORD, World, code_on, csrf_on, form, link_in};

/// A connection beside the program's own, as someone with the database's password has it.
pub fn intruder(world: &World) -> AnyConnection {
    open(&world.database.url, Purpose::Write).unwrap()
}

fn on_sqlite(world: &World) -> bool {
    world.database.file().is_some()
}

/// Takes the triggers away, as an owner of the database can.
pub fn disarm(world: &World, connection: &mut AnyConnection) {
    let sql = if on_sqlite(world) {
        "DROP TRIGGER audit_entries_only_erased; DROP TRIGGER audit_entries_no_delete; \
         DROP TRIGGER audit_entries_only_appended; DROP TRIGGER audit_head_only_forward; \
         DROP TRIGGER audit_head_with_frontier;"
    } else {
        "ALTER TABLE audit_entries DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER;"
    };
    connection.batch_execute(sql).unwrap();
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

async fn verdict(world: &World) -> Verdict {
    world.desk.verify_audit().await.unwrap()
}

#[track_caller]
fn assert_broken_at(found: &Verdict, expected: i64, what: &str) {
    match found {
        Verdict::Broken { seq, .. } => assert_eq!(*seq, expected, "{what}: {found:?}"),
        Verdict::Whole(_) => panic!("{what} was not noticed"),
    }
}

async fn log(world: &World) -> Vec<Entry> {
    world.entries("").await
}

/// A log with something of everything in it.
async fn busy_world() -> (World, String) {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.settle().await;
    (world, reference)
}

fn by(actor: Actor, at: DateTime<Utc>, action: &str, ip: &str) -> NewEntry {
    NewEntry {
        at,
        actor,
        action: action.to_owned(),
        case_ref: None,
        account_id: None,
        ip: ip.to_owned(),
        details: details([("note", "x".into())]),
    }
}

/// Has the program record entries.
pub async fn record(world: &World, entries: Vec<NewEntry>) {
    let write = move |tx: &mut Tx<'_>| {
        entries.iter().for_each(|entry| tx.record(entry.clone()));
        Ok(())
    };
    world.desk.store.write(write).await.unwrap();
}

fn agent(email: &str) -> Actor {
    Actor::Agent {
        id: AgentId::new(DateTime::UNIX_EPOCH, [7; 10]),
        email: email.parse().unwrap(),
        role: Role::Agent,
        via: None,
    }
}

/// The rows of an export, each with its cells.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The columns of the table beside the marks of what was erased.
const STORED: [&str; 15] = [
    "seq",
    "at",
    "actor_kind",
    "actor",
    "action",
    "case_ref",
    "account_id",
    "ip",
    "details",
    "prev_hash",
    "hash",
    "form",
    "actor_salt",
    "account_salt",
    "ip_salt",
];

/// The table's values of an entry.
fn columns(entry: &Entry) -> [String; 15] {
    let text = |text: &str| text.to_owned();
    let [actor_salt, account_salt, ip_salt] = entry.salts.clone();
    [
        entry.seq.to_string(),
        text(&entry.at),
        text(&entry.actor_kind),
        text(&entry.actor),
        text(&entry.action),
        text(&entry.case_ref),
        text(&entry.account_id),
        text(&entry.ip),
        text(&entry.details),
        text(&entry.prev_hash),
        text(&entry.hash),
        entry.form.to_string(),
        actor_salt,
        account_salt,
        ip_salt,
    ]
}

/// The cells of an entry of which nothing was erased, before they are made inert.
fn cells(entry: &Entry) -> Vec<String> {
    let mut cells = columns(entry)[..12].to_vec();
    cells.extend([entry.salts.join("."), String::new(), String::new()]);
    cells
}

async fn export(browser: &Browser, query: &str) -> Vec<Vec<String>> {
    let page = browser.get(&format!("/desk/audit.csv?{query}")).await;
    rows(&page.is(200).html)
}

// The chain.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_entry_holds_the_hash_of_the_one_before() {
    let (world, _) = busy_world().await;
    let entries = log(&world).await;
    assert!(entries.len() > 10);
    let mut before = GENESIS.to_owned();
    for (at, entry) in entries.iter().enumerate() {
        assert_eq!(entry.seq, i64::try_from(at).unwrap() + 1);
        assert_eq!(entry.prev_hash, before);
        assert_eq!(entry.hash, entry.computed_hash());
        assert!(entry.hash.len() == 64 && entry.hash.chars().all(|c| c.is_ascii_hexdigit()));
        assert!(entry.at.ends_with('Z') && entry.at.len() == "2026-11-24T09:20:00.000000Z".len(), "{}", entry.at);
        before.clone_from(&entry.hash);
    }
    let last = entries.last().unwrap();
    assert_eq!(verdict(&world).await, Verdict::Whole(Head { seq: last.seq, hash: last.hash.clone() }));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_the_same_time_leave_one_whole_chain() {
    let world = World::new().await;
    let (at, ip) = (world.now(), "192.0.2.1");
    let writes = (0..50).map(|n| record(&world, vec![by(Actor::System, at, &format!("test.n{n}"), ip)]));
    futures_util::future::join_all(writes).await;
    let entries = log(&world).await;
    assert_eq!(entries.iter().filter(|entry| entry.action.starts_with("test.n")).count(), 50);
    assert!(matches!(verdict(&world).await, Verdict::Whole(_)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_itself_refuses_to_change_the_log() {
    let (world, _) = busy_world().await;
    let before = log(&world).await;
    let (first, last) = (1, before.last().unwrap().seq);
    let mut statements = vec![
        "UPDATE audit_entries SET details = '{}'".to_owned(),
        format!("UPDATE audit_entries SET actor = 'x' WHERE seq = {last}"),
        format!("UPDATE audit_entries SET seq = {} WHERE seq = {last}", last + 1),
        format!("UPDATE audit_entries SET hash = hash WHERE seq = {first}"),
        "DELETE FROM audit_entries".to_owned(),
        format!("DELETE FROM audit_entries WHERE seq = {last}"),
        "DELETE FROM audit_head".to_owned(),
        "UPDATE audit_head SET seq = seq - 1".to_owned(),
    ];
    let copy = format!("SELECT {} FROM audit_entries WHERE seq", STORED.join(", "));
    let into = format!("INTO audit_entries ({})", STORED.join(", "));
    let gap = format!("INSERT {into} SELECT seq + 5, {} FROM audit_entries WHERE seq = {last}", STORED[1..].join(", "));
    statements.push(gap);
    if on_sqlite(&world) {
        for seq in [first, last] {
            statements.push(format!("INSERT OR REPLACE {into} {copy} = {seq}"));
            statements.push(format!("REPLACE {into} {copy} = {seq}"));
            statements.push(format!("UPDATE OR REPLACE audit_entries SET ip = 'x' WHERE seq = {seq}"));
        }
    } else {
        statements.push("TRUNCATE audit_entries".to_owned());
        statements.push("TRUNCATE audit_entries CASCADE".to_owned());
        statements.push("TRUNCATE audit_head".to_owned());
        statements.push(format!("INSERT {into} {copy} = {last} ON CONFLICT (seq) DO UPDATE SET details = '{{}}'"));
    }
    let mut connection = intruder(&world);
    for sql in &statements {
        let refused = connection.batch_execute(sql).expect_err(sql).to_string();
        let words = ["append-only", "immutable", "no gaps", "only moves forward", "cannot be removed"];
        assert!(words.iter().any(|word| refused.contains(word)), "{sql}: {refused}");
    }
    assert_eq!(log(&world).await, before);
    assert!(matches!(verdict(&world).await, Verdict::Whole(_)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlites_replace_is_refused_on_a_connection_that_did_not_ask_for_recursive_triggers() {
    use diesel::{Connection, SqliteConnection};
    let (world, _) = busy_world().await;
    // Another database has no such statement.
    if let Some(file) = world.database.file() {
        let last = log(&world).await.last().unwrap().seq;
        let mut plain = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        plain.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA recursive_triggers = OFF").unwrap();
        for seq in [1, last] {
            let sql = format!(
                "INSERT OR REPLACE INTO audit_entries ({}) SELECT seq, at, actor_kind, 'x', {} FROM audit_entries \
                 WHERE seq = {seq}",
                STORED.join(", "),
                STORED[4..].join(", ")
            );
            let refused = plain.batch_execute(&sql).expect_err(&sql).to_string();
            assert!(refused.contains("no gaps"), "{refused}");
        }
    }
    assert!(matches!(verdict(&world).await, Verdict::Whole(_)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_any_column_is_found_at_its_row() {
    let (world, _) = busy_world().await;
    let entries = log(&world).await;
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    for row in [&entries[0], &entries[entries.len() / 2], entries.last().unwrap()] {
        let other_hash = "f".repeat(64);
        for (column, was) in STORED.iter().zip(columns(row)).skip(1) {
            let values: Vec<String> = match *column {
                "prev_hash" | "hash" => vec![other_hash.clone(), was.to_uppercase(), String::new()],
                "form" => vec!["1".to_owned(), "3".to_owned()],
                "details" => vec!["{}".to_owned(), format!("{was} "), "x".to_owned(), String::new()],
                _ => vec!["x".to_owned(), format!("{was} "), format!("{was}\u{200b}")],
            };
            for value in values.into_iter().filter(|value| *value != was) {
                let set = |value: &str| {
                    format!("UPDATE audit_entries SET {column} = {} WHERE seq = {}", quoted(value), row.seq)
                };
                connection.batch_execute(&set(&value)).unwrap();
                let found = verdict(&world).await;
                connection.batch_execute(&set(&was)).unwrap();
                assert_broken_at(&found, row.seq, &format!("{column} = {value:?} in entry {}", row.seq));
            }
        }
        let seq = format!("UPDATE audit_entries SET seq = 1000000 WHERE seq = {}", row.seq);
        connection.batch_execute(&seq).unwrap();
        assert_broken_at(&verdict(&world).await, row.seq, "another seq");
        let back = format!("UPDATE audit_entries SET seq = {} WHERE seq = 1000000", row.seq);
        connection.batch_execute(&back).unwrap();
    }
    assert!(matches!(verdict(&world).await, Verdict::Whole(_)), "the test did not put everything back");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn details_that_say_the_same_in_other_letters_are_found_too() {
    let world = World::new().await;
    let (at, big) = (world.now(), 9_007_199_254_740_992_u64);
    let mut entry = by(Actor::System, at, "test.details", "");
    entry.details = details([("a", 1.into()), ("b", "ü".into()), ("c", Value::Null), ("n", big.into())]);
    record(&world, vec![entry]).await;
    let row = log(&world).await.pop().unwrap();
    assert_eq!(row.details, r#"{"a":1,"b":"ü","c":null,"n":"9007199254740992"}"#);
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    let mut unnoticed = Vec::new();
    for other in [
        r#"{"a":1.0,"b":"ü","c":null,"n":"9007199254740992"}"#,
        r#"{"a":1,"b":"ü","c":null,"n":9007199254740993}"#,
        r#"{"a":1,"b":"ü","c":null,"n":9007199254740992}"#,
        r#"{"a":1e0,"b":"ü","c":null,"n":"9007199254740992"}"#,
        r#"{"b":"ü","a":1,"c":null,"n":"9007199254740992"}"#,
        r#"{"a":1,"b":"\u00fc","c":null,"n":"9007199254740992"}"#,
        r#"{"a":1,"b":"ü","n":"9007199254740992"}"#,
        r#"{"a":1, "b":"ü","c":null,"n":"9007199254740992"}"#,
        r#"{"a":2,"a":1,"b":"ü","c":null,"n":"9007199254740992"}"#,
        r#"{"a":"1","b":"ü","c":null,"n":"9007199254740992"}"#,
    ] {
        let sql = format!("UPDATE audit_entries SET details = {} WHERE seq = {}", quoted(other), row.seq);
        connection.batch_execute(&sql).unwrap();
        match verdict(&world).await {
            Verdict::Broken { seq, .. } => assert_eq!(seq, row.seq, "{other}"),
            Verdict::Whole(_) => unnoticed.push(other),
        }
    }
    assert!(unnoticed.is_empty(), "these changes have the same hash:\n{}", unnoticed.join("\n"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_was_taken_out_of_the_middle_is_named() {
    let (world, _) = busy_world().await;
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    connection.batch_execute("DELETE FROM audit_entries WHERE seq = 5").unwrap();
    assert_broken_at(&verdict(&world).await, 5, "a missing entry");
    // Closing the gap does not hide it: the entry after it follows another one.
    connection.batch_execute("UPDATE audit_entries SET seq = 5 WHERE seq = 6").unwrap();
    assert_broken_at(&verdict(&world).await, 5, "a closed gap");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_were_cut_off_the_end_are_named() {
    let (world, _) = busy_world().await;
    let last = log(&world).await.last().unwrap().seq;
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    connection.batch_execute(&format!("DELETE FROM audit_entries WHERE seq = {last}")).unwrap();
    assert_broken_at(&verdict(&world).await, last, "the last entry gone");
    connection.batch_execute(&format!("DELETE FROM audit_entries WHERE seq >= {}", last - 3)).unwrap();
    assert_broken_at(&verdict(&world).await, last - 3, "the last four entries gone");
    connection.batch_execute("DELETE FROM audit_entries").unwrap();
    assert_broken_at(&verdict(&world).await, 1, "everything gone");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_someone_else_appended_with_a_right_hash_is_named() {
    let (world, _) = busy_world().await;
    let last = log(&world).await.pop().unwrap();
    let head = Head { seq: last.seq, hash: last.hash };
    let forged =
        head.append(&by(agent("ana@desk.example.test"), world.now(), "case.approved", "192.0.2.9"), &[[7; SALT]; 3]);
    let values: Vec<String> = columns(&forged).iter().skip(1).map(|value| quoted(value)).collect();
    // The triggers are in place: the row is appended in order.
    let sql = format!("INSERT INTO audit_entries VALUES ({}, {}, 0)", forged.seq, values.join(", "));
    intruder(&world).batch_execute(&sql).unwrap();
    assert_broken_at(&verdict(&world).await, forged.seq, "an entry that the program did not write");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_rows_that_changed_places_are_named() {
    let (world, _) = busy_world().await;
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    let sql = "UPDATE audit_entries SET seq = 1000000 WHERE seq = 4; UPDATE audit_entries SET seq = 4 WHERE seq = 5; \
        UPDATE audit_entries SET seq = 5 WHERE seq = 1000000";
    connection.batch_execute(sql).unwrap();
    assert_broken_at(&verdict(&world).await, 4, "two entries in each other's place");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_head_is_noticed() {
    let (world, _) = busy_world().await;
    let mut connection = intruder(&world);
    let changes = ["UPDATE audit_head SET seq = seq + 1", "UPDATE audit_head SET hash = 'x'"];
    for sql in changes.iter().chain(&["UPDATE audit_head SET frontier = ''", "UPDATE audit_head SET frontier = 'x'"]) {
        connection.batch_execute(sql).expect_err(sql);
    }
    disarm(&world, &mut connection);
    for sql in changes {
        connection.batch_execute(sql).unwrap();
        assert!(matches!(verdict(&world).await, Verdict::Broken { why: Broken::Head, .. }), "{sql}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_written_down_does_not_happen() {
    let (world, reference) = busy_world().await;
    let ana = world.agent("ana").await;
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    world.settle().await;
    let (before, entries) = (log(&world).await, world.actions(&reference).await);
    // Someone makes the log refuse everything.
    let sql = if on_sqlite(&world) {
        "CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'full'); END"
    } else {
        "CREATE TRIGGER full_log BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    };
    intruder(&world).batch_execute(sql).unwrap();
    let answer = ana.send(&page, "/release", &[]).await;
    assert!(answer.status >= 500, "{}", answer.status);
    answer.says("Nothing was changed");
    // Revealing an address, writing a note and exporting the log leave no trace, so they do not happen.
    let revealed = ana.send(&page, "/reveal", &[]).await;
    assert!(revealed.status >= 500 && !revealed.html.contains("+447911123456"), "{}", revealed.status);
    assert!(ana.send(&page, "/notes", &[("body", "Unseen.")]).await.status >= 500);
    assert_eq!(log(&world).await, before);
    assert_eq!(world.actions(&reference).await, entries);
    let case = reference.parse().unwrap();
    let found = world.desk.store.read(move |c| mfa_desk::store::cases::find(c, &case)).await.unwrap().unwrap();
    assert!(found.case.holder.is_some(), "the case was released without an entry");
    world.stop().await;
}

// Filters.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_filter_lets_through_exactly_what_it_names() {
    let (world, reference) = busy_world().await;
    let start = world.now();
    let other = world.asks_for_help("root@customers.example").await.1;
    world.settle().await;
    world.clock.advance(TimeDelta::days(2));
    let at = world.now();
    record(
        &world,
        vec![
            by(agent("zoe@desk.example.test"), at, "case", "192.0.2.1"),
            by(agent("zoe@desk.example.test"), at, "case.zeta.deep", "192.0.2.1"),
            by(agent("zoe@desk.example.test"), at, "cases.zeta", "192.0.2.1"),
            by(agent("zoe@desk.example.test"), at, "case/zeta", "192.0.2.1"),
            by(agent("zoe2@desk.example.test"), at + TimeDelta::microseconds(1), "test.later", "192.0.2.1"),
            by(Actor::Operator, at + TimeDelta::days(1), "test.next_day", ""),
        ],
    )
    .await;
    let aud = world.agent("aud").await;
    let everything = log(&world).await;
    let expect = async |query: String, wanted: &dyn Fn(&Entry) -> bool| {
        let found = export(&aud, &query).await;
        let found: Vec<String> = found[1..].iter().map(|row| row[0].clone()).collect();
        let wanted: Vec<String> =
            everything.iter().filter(|entry| wanted(entry)).map(|entry| entry.seq.to_string()).collect();
        assert!(!wanted.is_empty(), "the test asks for nothing: {query}");
        // Exports made meanwhile may stand at the end.
        let found: Vec<&String> =
            found.iter().filter(|seq| seq.parse::<i64>().unwrap() <= everything.last().unwrap().seq).collect();
        assert_eq!(found, wanted.iter().collect::<Vec<_>>(), "{query}");
    };
    let day = |at: DateTime<Utc>| at.format("%Y-%m-%d").to_string();
    expect(String::new(), &|_| true).await;
    expect(format!("case={reference}"), &|entry| entry.case_ref == reference).await;
    expect(format!("case={}", other.to_lowercase().replace('-', "")), &|entry| entry.case_ref == other).await;
    expect("actor=zoe%40desk.example.test".to_owned(), &|entry| entry.actor == "zoe@desk.example.test").await;
    expect("actor=system".to_owned(), &|entry| entry.actor_kind == "system").await;
    expect("actor=customer".to_owned(), &|entry| entry.actor_kind == "customer").await;
    expect("action=case.claimed".to_owned(), &|entry| entry.action == "case.claimed").await;
    expect("action=case".to_owned(), &|entry| entry.action == "case").await;
    expect("action=case.".to_owned(), &|entry| entry.action.starts_with("case.")).await;
    expect("action=case.zeta.".to_owned(), &|entry| entry.action == "case.zeta.deep").await;
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true).replace(':', "%3A");
    let text = mfa_desk::domain::audit::timestamp(at);
    expect(format!("from={}", moment(at)), &|entry| entry.at >= text).await;
    expect(format!("to={}", moment(at)), &|entry| entry.at < text).await;
    expect(format!("from={}", moment(at).replace('Z', "%2B00%3A00")), &|entry| entry.at >= text).await;
    expect(format!("from={0}&to={0}", day(start)), &|entry| entry.at.starts_with(&day(start))).await;
    expect(format!("to={}", day(at)), &|entry| entry.at[..10] <= *day(at)).await;
    let both = format!("case={reference}&actor=ana%40desk.example.test&action=case.&from={}", day(start));
    expect(both, &|entry| {
        entry.case_ref == reference && entry.actor == "ana@desk.example.test" && entry.action.starts_with("case.")
    })
    .await;
    let nothing = export(&aud, "action=nothing.like.it").await;
    assert_eq!(nothing.len(), 1, "only the header is left");

    // The page shows the same, and what cannot be read is said beside the field.
    let page = aud.get("/desk/audit?action=case.zeta.").await;
    assert_eq!(page.is(200).html.matches("case.zeta.deep").count(), 1);
    for path in ["/desk/audit", "/desk/audit.csv"] {
        let wrong = aud.get(&format!("{path}?from=yesterday&to=2026-02-30&case=MFA-1")).await;
        wrong.is(422).says("Enter a date such as").says("this is not a case reference");
        assert!(
            wrong.html.contains("from-error") && wrong.html.contains("to-error") && wrong.html.contains("case-error")
        );
        assert!(wrong.html.contains("value=\"yesterday\""));
    }
    world.stop().await;
}

// The export.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_export_is_rfc_4180_and_holds_what_the_log_holds() {
    let (world, _) = busy_world().await;
    let mut odd = by(Actor::System, world.now(), "test.odd", "192.0.2.1");
    odd.details = details([("quotes", "a\"b,c\r\nd\u{2028}ü😀".into()), ("list", vec![1, 2].into())]);
    odd.ip = "line\r\nbreak, \"comma\"".to_owned();
    record(&world, vec![odd]).await;
    let entries = log(&world).await;
    let aud = world.agent("aud").await;
    let page = aud.get("/desk/audit.csv").await;
    page.is(200);
    assert_eq!(page.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let disposition = page.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"audit-") && disposition.ends_with(".csv\""),
        "{disposition}"
    );

    assert!(page.html.starts_with(
        "seq,at,actor_kind,actor,action,case_ref,account_id,ip,details,prev_hash,hash,form,salts,digests,erased_by\r\n"
    ));
    assert!(page.html.ends_with("\r\n"));
    let found = rows(&page.html);
    assert!(found.iter().all(|row| row.len() == 15));
    for (entry, row) in entries.iter().zip(&found[1..]) {
        assert_eq!(cells(entry), *row);
    }
    // What came since: the sign-in, and the export itself as the last row.
    let newer: Vec<&str> = found[entries.len() + 1..].iter().map(|row| row[4].as_str()).collect();
    assert_eq!(newer, ["agent.password_accepted", "agent.signed_in", "audit.exported"]);
    assert_eq!(found.last().unwrap()[3], "aud@desk.example.test");
    // Every line ends with CRLF, and no bare LF is left outside quotes.
    let mut inside = false;
    let bytes = page.html.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => inside = !inside,
            b'\n' if !inside => assert_eq!(bytes[at - 1], b'\r'),
            _ => {}
        }
    }
    assert!(!inside);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_cell_of_the_export_is_run_by_a_spreadsheet_and_every_value_comes_back() {
    let world = World::new().await;
    let at = world.now();
    let ips = [
        "=cmd|'/c calc'!A0",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "'x",
        "''=1",
        "'=1",
        " =1",
        "=",
        "'",
        "x",
    ];
    let emails = ["=cmd@desk.example.test", "+x@desk.example.test", "-x@desk.example.test", "'x@desk.example.test"];
    let mut entries: Vec<NewEntry> = ips.iter().map(|ip| by(Actor::System, at, "test.ip", ip)).collect();
    entries.extend(emails.iter().map(|email| by(agent(email), at, "=test.actor", "")));
    record(&world, entries).await;
    let aud = world.agent("aud").await;
    let found = export(&aud, "").await;
    let stored = log(&world).await;
    assert_eq!(stored.len(), found.len() - 1);
    for (entry, row) in stored.iter().zip(&found[1..]) {
        for (value, cell) in cells(entry).iter().zip(row) {
            let first = cell.chars().next().unwrap_or_default();
            assert!(!"=+-@\t\r\n".contains(first) || cell.is_empty(), "{cell:?} would be run");
            assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), value, "{cell:?} does not give {value:?} back");
        }
    }
    let cells: Vec<&String> = found.iter().filter(|row| row[4] == "test.ip").map(|row| &row[7]).collect();
    assert_eq!(cells[..6], ["'=cmd|'/c calc'!A0", "'+1+1", "'-1+1", "'@SUM(A1)", "'\tx", "'\rx"]);
    assert_eq!(cells[13], "x");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_export_is_an_entry_that_says_what_was_asked_for() {
    let (world, reference) = busy_world().await;
    let aud = world.agent("aud").await;
    export(&aud, &format!("case={reference}&action=case.")).await;
    let last = log(&world).await.pop().unwrap();
    assert_eq!((last.action.as_str(), last.actor.as_str()), ("audit.exported", "aud@desk.example.test"));
    assert_eq!((last.actor_kind.as_str(), last.ip.as_str()), ("auditor", "127.0.0.1"));
    let about: Value = serde_json::from_str(&last.details).unwrap();
    assert_eq!((&about["case"], &about["action"]), (&Value::from(reference), &Value::from("case.")));
    // Asking what cannot be understood exports nothing and is no entry; a look without a download is none either.
    let before = log(&world).await.len();
    aud.get("/desk/audit.csv?from=x").await.is(422);
    assert_eq!(log(&world).await.len(), before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_twenty_thousand_entries_is_exported_whole_and_in_order() {
    let world = World::new().await;
    for batch in 0..20 {
        let entries =
            (0..1_000).map(|n| by(Actor::System, world.now(), &format!("test.n{}", batch * 1_000 + n), "192.0.2.1"));
        record(&world, entries.collect()).await;
    }
    let aud = world.agent("aud").await;
    let page = aud.get("/desk/audit.csv").await;
    page.is(200);
    // Nobody knows its length beforehand: it is streamed.
    assert!(!page.headers.contains_key("content-length"));
    let found = rows(&page.html);
    for (at, row) in found[1..].iter().enumerate() {
        assert_eq!(row[0], (at + 1).to_string());
    }
    let made: Vec<&str> = found.iter().filter(|row| row[4].starts_with("test.n")).map(|row| row[4].as_str()).collect();
    assert_eq!(made.len(), 20_000);
    assert_eq!((made[0], made[19_999]), ("test.n0", "test.n19999"));
    assert_eq!(found.last().unwrap()[4], "audit.exported");
    assert!(matches!(verdict(&world).await, Verdict::Whole(head) if head.seq > 20_000));

    // The page turns through it, a hundred at a time, and back.
    let newest = aud.get("/desk/audit").await;
    let older = newest.html.split("href=\"").find(|link| link.contains("before=")).unwrap().split('"').next().unwrap();
    let older = older.replace("&amp;", "&").replace("&#x2F;", "/");
    let page = aud.get(&older).await;
    assert_eq!(page.is(200).html.matches("data-label=\"Action\"").count(), 100);
    assert!(page.html.contains("after="), "there is no way back");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_gets_the_log_as_it_stood_when_the_export_began() {
    let world = World::new().await;
    for _ in 0..6 {
        record(&world, (0..1_000).map(|_| by(Actor::System, world.now(), "test.early", "")).collect()).await;
    }
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let mut chunks = world
        .desk
        .export_audit(act, ExportAsked { filter: Filter::default(), format: ExportFormat::Csv, end: None })
        .await
        .unwrap()
        .chunks;
    let mut csv = chunks.recv().await.unwrap().unwrap();
    // The header waits to be read while the log grows.
    record(&world, (0..3_000).map(|_| by(Actor::System, world.now(), "test.late", "")).collect()).await;
    while let Some(chunk) = tokio::time::timeout(Duration::from_secs(30), chunks.recv()).await.unwrap() {
        csv.extend(chunk.unwrap());
    }
    let found = rows(std::str::from_utf8(&csv).unwrap());
    assert_eq!(found.iter().filter(|row| row[4] == "test.early").count(), 6_000);
    assert_eq!(found.iter().filter(|row| row[4] == "test.late").count(), 0);
    world.stop().await;
}

// What is in it, and what is not.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_personal_and_no_secret_is_in_the_log_after_a_whole_journey() {
    let world = World::new().await;
    let mut secrets: Vec<String> = Vec::new();
    let customer = world.browser();
    let page = customer.get("/assistance").await;
    secrets.extend(page.form("/assistance").fields.into_iter().filter(|(name, _)| name == "key").map(|(_, key)| key));
    let typed = [
        ("account_number", "ACCT-77-KEEP"),
        ("failed_step", "Secret step text"),
        ("callback_time", "Teatime"),
        ("message", "Private words"),
        ("phone", "+44 7911 123457"),
    ];
    let mut fields = form(OWNER);
    fields.retain(|(name, _)| !typed.iter().any(|(other, _)| other == name));
    fields.extend(typed);
    let answer = customer.send(&page, "/assistance", &fields).await;
    let reference = crate::support::world::reference_on(answer.is(200));
    let mail = world.mail("Email verification").await;
    let (open, object) = (link_in(&mail, "open"), link_in(&mail, "object"));
    secrets.extend([&open, &object].map(|link| link.split_once("token=").unwrap().1.to_owned()));
    customer.get(&open.replace("token=", "token=x")).await.is(404);
    let page = customer.get(&open).await;
    customer.send(&page, "/open", &[]).await.is(200);

    let page = customer.get(&format!("/cases/{reference}")).await;
    secrets.push(csrf_on(&page));
    let page = customer.send(&page, "/messages", &[("body", "A message of mine")]).await;
    let page = customer.send(&page, "/call", &[]).await;
    let code = code_on(&page);
    world.settle().await;
    let call = world.last_call().await;
    for digits in ["135790", "nonsense"] {
        world.desk.answer_call(call.id, digits.to_owned()).await.unwrap();
    }
    world.desk.answer_call(call.id, code.clone()).await.unwrap();

    // Somebody mistakes the desk's door for their own.
    let stranger = world.browser();
    let door = stranger.get("/desk/sign-in").await;
    stranger.send(&door, "/desk/sign-in", &[("email", OWNER), ("password", "my own pass phrase")]).await.is(401);
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "notes", &[("body", "A note about Olivia")]).await.is(200);
    world.presses(&ana, &reference, "messages", &[("body", "Dear Olivia")]).await.is(200);
    world.presses(&ana, &reference, "reveal", &[]).await.is(200).says("+447911123456");
    ana.get("/desk?q=Olivia.Owner%40customers.example").await.is(200);
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    world.deactivates(&ana, &reference).await.is(200);
    let (other, rejected) = world.confirmed("root@customers.example").await;
    world.presses(&ana, &rejected, "claim", &[]).await.is(200);
    world.presses(&ana, &rejected, "reject", &[("reason", "The voice was wrong")]).await.is(200);
    drop(other);
    world.later(TimeDelta::days(14)).await;
    for mail in world.mails().await {
        let tokens =
            mail.text.split_whitespace().filter_map(|word| word.split_once("token=")).map(|(_, t)| t.to_owned());
        secrets.extend(tokens);
    }

    let entries = log(&world).await;
    assert!(entries.len() > 30, "{}", entries.len());
    let personal = [
        "olivia",
        "owner@",
        "öwner",
        "rosa",
        "customers.example",
        "7911",
        "123456",
        "123457",
        "5550123",
        "acct-77",
        "secret step",
        "teatime",
        "private words",
        "a message of mine",
        "a note about",
        "dear ",
        "the voice was wrong",
        "135790",
        "nonsense",
        PASSWORD,
        "my own pass phrase",
    ];
    assert!(secrets.len() >= 8 && secrets.iter().all(|secret| secret.len() > 20), "{secrets:?}");
    for entry in &entries {
        // Hashes, numbers and times are drawn, not told: a code of six digits may stand in them by chance.
        let told = [&entry.actor_kind, &entry.actor, &entry.action, &entry.case_ref, &entry.ip, &entry.details];
        let all = columns(entry).join("\n");
        assert!(!told.iter().any(|text| text.contains(&code)), "the code is in {entry:?}");
        for word in personal {
            assert!(!told.iter().any(|text| text.to_lowercase().contains(word)), "“{word}” is in {entry:?}");
        }
        for secret in &secrets {
            assert!(!all.contains(secret.as_str()), "a secret is in {entry:?}");
        }
        assert!(serde_json::from_str::<serde_json::Map<String, Value>>(&entry.details).is_ok(), "{}", entry.details);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_servers_reply_that_quotes_the_address_does_not_carry_it_into_the_log() {
    let world = World::new().await;
    world.smtp.fail_next(Stage::Rcpt, Fault::Reply(550, "5.1.1 <Olivia.Owner@customers.example>: User unknown"));
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    let entries = world.entries(&reference).await;
    let dead = entries.iter().find(|entry| entry.action == "mail.dead").expect("the mail is dead, and the log says so");
    assert!(!dead.details.to_lowercase().contains("olivia.owner"), "an address is in the log: {}", dead.details);
    // What is told of it still says why.
    assert!(dead.details.contains("550") || dead.details.contains("5.1.1"), "{}", dead.details);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exports_filter_does_not_carry_a_customers_address_into_the_log() {
    let world = World::new().await;
    let aud = world.agent("aud").await;
    export(&aud, "actor=Olivia.Owner%40customers.example").await;
    let last = log(&world).await.pop().unwrap();
    assert_eq!(last.action, "audit.exported");
    assert!(!last.details.to_lowercase().contains("olivia.owner"), "an address is in the log: {}", last.details);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_recorded_with_who_and_why() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let csrf = csrf_on(&ana.get("/desk").await);
    let refused = async |agent: &Browser, csrf: &str, button: &str, rule: &str, fields: &[(&str, &str)]| {
        let before = world.entries(&reference).await.len();
        let fields = [&[("csrf", csrf)], fields].concat();
        agent.post(&format!("/desk/cases/{reference}/{button}"), &fields).await.is(409);
        let entries = world.entries(&reference).await;
        let new: Vec<&Entry> = entries[before..].iter().filter(|entry| entry.action != "case.viewed").collect();
        let found = new.iter().find(|entry| entry.action == "case.refused" && entry.details.contains(rule));
        let found = found.unwrap_or_else(|| panic!("no refusal says “{rule}” after {button}: {new:?}"));
        assert!(found.actor.ends_with("@desk.example.test") && found.ip == "127.0.0.1", "{found:?}");
    };
    let device = crate::support::world::authenticator_on(&ana.get(&format!("/desk/cases/{reference}")).await);
    refused(&ana, &csrf, "release", "not_holder", &[]).await;
    refused(&ana, &csrf, "approve", "wrong_state", &[("authenticator", &device)]).await;
    refused(&ana, &csrf, "callback", "callback", &[]).await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    refused(&ana, &csrf, "deactivate", "policy_not_met", &[("authenticator", &device)]).await;
    let ben = world.agent("ben").await;
    let bens = csrf_on(&ben.get("/desk").await);
    refused(&ben, &bens, "claim", "held_by_another", &[]).await;
    world.passes_phone_check(&customer, &reference).await;
    refused(&ana, &csrf, "approve", "holder_cannot_approve", &[("authenticator", &device)]).await;

    // At the doors: a wrong password, a wrong link, a call too many, a form too old.
    let stranger = world.browser();
    let door = stranger.get("/desk/sign-in").await;
    stranger.send(&door, "/desk/sign-in", &[("email", "ana@desk.example.test"), ("password", "wrong")]).await.is(401);
    stranger.get(&format!("/cases/{reference}/open?token=x")).await.is(404);
    let old = ana.get(&format!("/desk/cases/{reference}")).await;
    world.presses(&ana, &reference, "release", &[]).await.is(200);
    ana.send(&old, "/release", &[]).await.is(409);
    let actions: Vec<String> = log(&world).await.into_iter().map(|entry| entry.action).collect();
    for action in ["agent.sign_in_refused", "link.refused", "case.stale_form"] {
        assert!(actions.iter().any(|found| found == action), "{action} is missing in {actions:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_refusal_at_the_desk_is_an_entry() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (ana, aud) = (world.agent("ana").await, world.agent("aud").await);
    let (anas, auds) = (csrf_on(&ana.get("/desk").await), csrf_on(&aud.get("/desk").await));
    let case = format!("/desk/cases/{reference}");
    let mut unrecorded = Vec::new();
    let refused = async |what: &'static str, browser: &Browser, path: String, csrf: &str, fields: &[(&str, &str)]| {
        let before = log(&world).await.len();
        let fields = [&[("csrf", csrf)], fields].concat();
        let page = browser.post(&path, &fields).await;
        assert!(matches!(page.status, 403 | 409 | 422 | 429), "{what}: {}", page.status);
        let entries = log(&world).await;
        entries[before..].iter().all(|entry| entry.action == "case.viewed").then_some(what)
    };
    unrecorded.extend(refused("an auditor claims", &aud, format!("{case}/claim"), &auds, &[]).await);
    unrecorded.extend(refused("an agent reassigns", &ana, format!("{case}/reassign"), &anas, &[]).await);
    unrecorded.extend(refused("an agent ends a dispute", &ana, format!("{case}/end-dispute"), &anas, &[]).await);
    let before = log(&world).await.len();
    ana.get("/desk/audit.csv").await.is(403);
    if log(&world).await.len() == before {
        unrecorded.push("an agent exports the log");
    }
    let digits = [("digits", "123456")];
    unrecorded.extend(
        refused("a code by one who does not hold the case", &ana, format!("{case}/callback/code"), &anas, &digits)
            .await,
    );
    let own = csrf_on(&customer.get(&format!("/cases/{reference}")).await);
    customer.post(&format!("/cases/{reference}/withdraw"), &[("csrf", &own)]).await.is(200);
    unrecorded.extend(
        refused("a message in a case that is over", &ana, format!("{case}/messages"), &anas, &[("body", "x")]).await,
    );
    assert!(unrecorded.is_empty(), "refused without an entry: {unrecorded:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_from_the_command_line_and_at_the_doors_is_recorded() {
    let world = World::new().await;
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    for standing in [Standing::Suspended, Standing::Restored] {
        world.desk.set_standing(act.clone(), "ben@desk.example.test".parse().unwrap(), standing).await.unwrap();
    }
    let ana = world.agent("ana").await;
    let page = ana.get("/desk").await;
    ana.send(&page, "/sign-out", &[]).await.is(200);
    let entries = log(&world).await;
    let found: Vec<(&str, &str, &str)> =
        entries.iter().map(|entry| (entry.action.as_str(), entry.actor_kind.as_str(), entry.actor.as_str())).collect();
    for expected in [
        ("agent.suspended", "operator", ""),
        ("agent.restored", "operator", ""),
        ("agent.signed_in", "agent", "ana@desk.example.test"),
        ("agent.signed_out", "agent", "ana@desk.example.test"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is missing in {found:?}");
    }
    world.stop().await;
}

// The page that recomputes the chain.

/// The address that a page goes on at by itself, without a script too.
fn next_piece(page: &Page) -> Option<String> {
    let (_, rest) = page.html.split_once(r#"http-equiv="refresh" content="0;url="#)?;
    Some(unescaped(rest.split_once('"')?.0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_verifies_a_long_log_piece_by_piece_and_records_the_outcome() {
    let world = World::new().await;
    let entry = by(Actor::System, world.now(), "test.filling", "");
    record(&world, vec![entry; 4_100]).await;
    let aud = world.agent("aud").await;
    world.settle().await;
    let size = log(&world).await.len();
    let mut page = aud.get("/desk/audit/verify").await;
    page.is(200).says("2,048 of 4,1").says("Nothing wrong so far");
    let first = next_piece(&page).unwrap();
    let mut pieces = 1;
    while let Some(next) = next_piece(&page) {
        assert!(!page.text().contains("Whole"), "{}", page.text());
        page = aud.get(&next).await;
        pieces += 1;
    }
    assert!(pieces >= 3, "{pieces}");
    let last = log(&world).await.pop().unwrap();
    page.is(200).says("Whole").says(&last.prev_hash);
    assert_eq!((last.action.as_str(), last.actor.as_str()), ("audit.verified", "aud@desk.example.test"));
    assert_eq!(last.details, format!(r#"{{"entries":{size},"outcome":"whole"}}"#));
    // Whoever is sent to a later piece begins at the first one.
    let head = format!("at={}&hash={}", last.seq, last.hash);
    for unproven in [format!("{head}&proof="), format!("{head}&proof=00"), head] {
        aud.get(&format!("/desk/audit/verify?{unproven}")).await.is(200).says("2,048 of 4,1");
    }
    aud.get(&first).await.is(200).says("4,096 of 4,1");
    let ada = world.agent("ada").await;
    ada.get(&first).await.is(200).says("2,048 of 4,1");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_names_the_first_entry_that_was_changed() {
    let (world, _) = busy_world().await;
    let aud = world.agent("aud").await;
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    connection.batch_execute("UPDATE audit_entries SET actor = 'x' WHERE seq = 5").unwrap();
    let page = aud.get("/desk/audit/verify").await;
    page.is(200).says("Broken at entry 5").says("the hash does not match the entry's content");
    let last = log(&world).await.pop().unwrap();
    assert_eq!((last.action.as_str(), last.details.as_str()), ("audit.verified", r#"{"at":5,"outcome":"broken"}"#));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_tells_of_a_log_that_is_too_broken_to_be_written_to() {
    let (world, _) = busy_world().await;
    let aud = world.agent("aud").await;
    world.settle().await;
    let last = log(&world).await.pop().unwrap();
    let mut connection = intruder(&world);
    disarm(&world, &mut connection);
    // The next entry would get a number that is taken.
    let sql = format!("UPDATE audit_head SET seq = {}, hash = {}", last.seq - 1, quoted(&last.prev_hash));
    connection.batch_execute(&sql).unwrap();
    let page = aud.get("/desk/audit/verify").await;
    let page = aud.get(&next_piece(&page).unwrap()).await;
    page.is(200).says(&format!("Broken at entry {}", last.seq));
    assert_eq!(log(&world).await.pop().unwrap(), last);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_how_much_an_export_has() {
    let (world, reference) = busy_world().await;
    let aud = world.agent("aud").await;
    let entry = by(Actor::System, world.now(), "test.filling", "");
    record(&world, vec![entry; 120]).await;
    let size = log(&world).await.len();
    aud.get("/desk/audit").await.is(200).says(&format!("The file has {size} entries, about"));
    let of_case = world.actions(&reference).await.len();
    aud.get(&format!("/desk/audit?case={reference}")).await.says(&format!("The file has {of_case} entries, about"));
    aud.get("/desk/audit?action=test.").await.says("every entry that fits, more than this page shows");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_long_log_has_what_its_filter_asks_for_wherever_that_stands() {
    let world = World::new().await;
    let began = world.now();
    let entry = |n: i64| {
        let action = if n % 1_500 == 7 { "page.rare" } else { "page.common" };
        by(Actor::System, began + TimeDelta::seconds(n), action, "")
    };
    // More than are looked through before an index is asked, twice.
    record(&world, (0..9_000).map(entry).collect()).await;
    let filter = |action: Option<&str>, times: Option<(i64, i64)>| {
        let at = |n: i64| format!("{}", (began + TimeDelta::seconds(n)).format("%Y-%m-%dT%H:%M:%S%.6fZ"));
        let (from, to) = times.unzip();
        Filter { action: action.map(str::to_owned), from: from.map(at), to: to.map(at), ..Filter::default() }
    };
    let filters = [
        filter(Some("page.rare"), None),
        filter(Some("page."), None),
        filter(Some("page.never"), None),
        filter(None, Some((100, 130))),
        filter(None, Some((10, 8_990))),
        filter(None, Some((20_000, 30_000))),
        filter(Some("page.rare"), Some((100, 6_100))),
    ];
    let all =
        world.desk.store.read(|connection| audit::after(connection, &Filter::default(), 0, 100_000)).await.unwrap();
    for filter in filters {
        let fitting: Vec<i64> = all.iter().filter(|entry| filter.fits(entry)).map(|entry| entry.seq).collect();
        for from in [0, 1, 60, 4_500, all.len() as i64, i64::MAX] {
            let mut below: Vec<i64> = fitting.iter().rev().copied().filter(|seq| *seq < from).collect();
            let mut above: Vec<i64> = fitting.iter().copied().filter(|seq| *seq > from).collect();
            below.truncate(50);
            above.truncate(50);
            let asked = filter.clone();
            let look = move |connection: &mut AnyConnection| {
                Ok((audit::before(connection, &asked, from, 50)?, audit::after(connection, &asked, from, 50)?))
            };
            let (before, after) = world.desk.store.read(look).await.unwrap();
            let numbers = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.seq).collect::<Vec<_>>();
            assert_eq!((numbers(before), numbers(after)), (below, above), "{filter:?} from {from}");
        }
    }
    world.stop().await;
}
