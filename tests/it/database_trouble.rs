//! The database is locked, full or cut off: a clear page, nothing lost, and everything works again afterwards.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

#[cfg(feature = "postgres")]
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use mfa_desk::store::audit::Verdict;
use mfa_desk::store::{AnyConnection, Purpose, open};

use crate::program::{Served, is_whole, program};
use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, World, form, reference_on};

pub fn execute(connection: &mut AnyConnection, sql: &str) {
    match connection {
        AnyConnection::Sqlite(sqlite) => sqlite.batch_execute(sql).unwrap(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(postgres) => postgres.batch_execute(sql).unwrap(),
    }
}

/// Another program that holds what every act needs to write.
fn locked(world: &World) -> AnyConnection {
    let mut other = open(&world.database.url, Purpose::Write).unwrap();
    match &other {
        AnyConnection::Sqlite(_) => execute(&mut other, "BEGIN IMMEDIATE"),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => execute(&mut other, "BEGIN; LOCK TABLE audit_head IN ACCESS EXCLUSIVE MODE"),
    }
    other
}

async fn is_whole_now(world: &World) -> bool {
    matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_))
}

fn names_no_innards(page: &Page) {
    let text = page.text().to_lowercase();
    for word in ["sqlite", "postgres", "panic", "sql", "locked", "transaction"] {
        assert!(!text.contains(word), "{word} is on:\n{}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_is_told_and_the_same_form_is_taken_later() {
    let world = World::new().await;
    let customer = world.browser();
    let page = customer.get("/assistance").await;
    let key = page.form("/assistance").fields.iter().find(|(name, _)| name == "key").unwrap().1.clone();
    let ana = world.agent("ana").await;
    world.settle().await;
    let before = world.entries("").await.len();

    let mut other = locked(&world);
    let refused = customer.send(&page, "/assistance", &form(OWNER)).await;
    refused.is(503).says("Nothing was changed and nothing is lost.").says("try again");
    assert!(refused.headers.contains_key("retry-after"));
    assert!(!refused.text().contains("MFA-"), "a reference was promised:\n{}", refused.text());
    names_no_innards(&refused);
    // What needs no writing works on.
    customer.get("/assistance").await.is(200);
    customer.get("/healthz").await.is(200);
    execute(&mut other, "ROLLBACK");
    drop(other);

    assert_eq!(world.entries("").await.len(), before, "half of it was stored");
    // The customer goes back and sends the same form once more; even twice it is one case.
    let mut again = form(OWNER);
    again.push(("key", &key));
    let first = customer.post("/assistance", &again).await;
    let second = customer.post("/assistance", &again).await;
    assert_eq!(reference_on(first.is(200)), reference_on(second.is(200)));
    world.mail("Email verification").await;
    ana.get("/desk").await.is(200).says(&reference_on(&first));
    assert!(is_whole_now(&world).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_locked_nobody_waits_for_the_others_waiting() {
    let world = World::new().await;
    world.settle().await;
    let mut other = locked(&world);
    let asked = Instant::now();
    let visitors = (0..3).map(|_| async {
        let browser = world.browser();
        let page = browser.get("/assistance").await;
        let answer = browser.send(&page, "/assistance", &form(OWNER)).await;
        (answer.status, asked.elapsed())
    });
    let answers = futures_util::future::join_all(visitors).await;
    execute(&mut other, "ROLLBACK");
    for (status, took) in &answers {
        assert_eq!(*status, 503);
        // A lock is waited for five seconds, and then once more at most.
        assert!(*took < Duration::from_secs(15), "{answers:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_goes_away_in_time_is_not_noticed() {
    let world = World::new().await;
    let mut other = locked(&world);
    let waiting = world.asks_for_help(OWNER);
    let release = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        execute(&mut other, "ROLLBACK");
    };
    let ((_, reference), ()) = tokio::join!(waiting, release);
    world.mail(&reference).await;
    assert!(is_whole_now(&world).await);
    world.stop().await;
}

/// Lets the process write files up to this size; `unlimited` takes the bound away.
fn file_size_limit(served: &Served, size: &str) {
    let pid = served.id().to_string();
    let set = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={size}:")]).status().unwrap();
    assert!(set.success());
}

fn fat_form() -> Vec<(&'static str, String)> {
    let text = "Please help. ".repeat(300);
    let fields = form("olivia@demo.example").into_iter();
    fields.map(|(name, value)| (name, if name == "message" { text.clone() } else { value.to_owned() })).collect()
}

async fn sends_fat_form(browser: &Browser) -> Page {
    let fields = fat_form();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = browser.get("/assistance").await;
    browser.send(&page, "/assistance", &fields).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_what_was_promised_is_kept() {
    // A bound on the size of files stands in for the full disk; a program that ignores its signal is told EFBIG.
    if Command::new("prlimit").arg("--version").output().is_err() {
        eprintln!("not tried: there is no prlimit here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let binary = program(folder.path()).get_program().to_owned();
    let mut command = Command::new("/bin/sh");
    command.env_clear().current_dir(folder.path());
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(binary);
    command.args(["demo", "--listen", "127.0.0.1:0", "--data", "."]);
    let mut demo = Served::start(command);
    let browser = demo.browser();
    let mut promised = BTreeSet::from([reference_on(sends_fat_form(&browser).await.is(200))]);

    let size = |name: &str| std::fs::metadata(folder.path().join(name)).map_or(0, |found| found.len());
    let largest = ["mfa-desk.sqlite3", "mfa-desk.sqlite3-wal"].map(size).into_iter().max().unwrap();
    file_size_limit(&demo, &(largest + 100_000).to_string());
    let mut refused = None;
    for _ in 0..200 {
        let answer = sends_fat_form(&browser).await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
        promised.insert(reference_on(&answer));
    }
    let refused = refused.expect("the disk never filled");
    refused.is(503).says("Nothing can be stored right now").says("try again");
    names_no_innards(&refused);
    // It goes on being told, and looking still works.
    for _ in 0..3 {
        sends_fat_form(&browser).await.is(503);
    }
    browser.get("/assistance").await.is(200);
    browser.get("/healthz").await.is(200);
    browser.get("/demo/mail").await.is(200);

    // Someone makes room, and it works again without a restart.
    file_size_limit(&demo, "unlimited");
    let answer = sends_fat_form(&browser).await;
    promised.insert(reference_on(answer.is(200)));
    assert_eq!(demo.stop().0, Some(0), "{}", demo.stderr());
    let log = demo.stderr();
    assert!(!log.contains("panicked"), "{log}");
    assert!(log.contains("the database"), "the operator is not told:\n{log}");
    assert!(!log.contains("olivia") && !log.contains("Please help"), "{log}");

    is_whole(folder.path());
    let stored = crate::program::references(folder.path());
    assert!(promised.is_subset(&stored), "lost: {:?}", promised.difference(&stored));
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_to_postgresql_are_made_anew() {
    if std::env::var("TEST_POSTGRES_URL").unwrap_or_default().is_empty() {
        return;
    }
    let world = World::new().await;
    let ana = world.agent("ana").await;
    world.settle().await;
    let mut other = open(&world.database.url, Purpose::Write).unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut references = BTreeSet::new();
    for _ in 0..5 {
        execute(&mut other, cut);
        // The very next request, first one that writes, then one that reads.
        let (_, reference) = world.asks_for_help(OWNER).await;
        execute(&mut other, cut);
        ana.get("/desk").await.is(200).says(&reference);
        references.insert(reference);
    }
    execute(&mut other, cut);
    world.browser().get("/readyz").await.is(200);
    assert_eq!(references.len(), 5);
    // An errand whose own connection was cut is run again when its lease is over.
    world.later(TimeDelta::seconds(91)).await;
    for reference in &references {
        world.mail(reference).await;
        assert_eq!(world.actions(reference).await.iter().filter(|a| *a == "case.submitted").count(), 1);
    }
    assert!(is_whole_now(&world).await);
    world.stop().await;
}
