//! Copies while others write, and what becomes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mfa_desk::config::DatabaseUrl;
use mfa_desk::store::audit::Verdict;
use mfa_desk::store::backup::copy;

use super::*;
use crate::program::{err, exits, out, run};
use crate::support::database::TestDatabase;
use crate::support::world::OWNER;

/// Brings a database into a fresh one by the way that its documentation says, while others write to it.
fn copied(from: &TestDatabase, folder: &std::path::Path) -> TestDatabase {
    let to = TestDatabase::new();
    let file = folder.join("copy");
    match (&from.url, to.file()) {
        (DatabaseUrl::Sqlite(_), Some(place)) => {
            copy(&from.url, &file, |_, _| {}).unwrap();
            std::fs::copy(&file, place).unwrap();
        }
        _ => {
            let tool = |name: &str, arguments: &[&str]| {
                let ran = std::process::Command::new(name).args(arguments).output();
                let ran = ran.unwrap_or_else(|error| panic!("{name}, of Debian's postgresql-client: {error}"));
                assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
            };
            let file = file.to_str().unwrap();
            tool("pg_dump", &["--format=custom", "--file", file, "--dbname", &from.configured()]);
            let into = ["--clean", "--if-exists", "--no-owner", "--exit-on-error", "--dbname", &to.configured(), file];
            tool("pg_restore", &into);
        }
    }
    to
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_copy_made_under_load_is_whole_and_a_server_goes_on_with_it() {
    let world = Arc::new(World::with(setup()).await);
    let (_, reference) = rich_case(&world).await;
    let (_, open) = world.confirmed(OWNER).await;
    let stop = Arc::new(AtomicBool::new(false));
    let (writing, stopped) = (Arc::clone(&world), Arc::clone(&stop));
    let load = tokio::spawn(async move {
        let mut sent = 0;
        while !stopped.load(Ordering::Relaxed) {
            writing.asks_for_help(&format!("someone{sent}@elsewhere.example")).await;
            sent += 1;
        }
        sent
    });
    while number(&world, "SELECT COUNT(*) AS n FROM cases").await < 6 {
        tokio::task::yield_now().await;
    }
    let folder = tempfile::tempdir().unwrap();
    let (from, place) = (world.database.clone(), folder.path().to_owned());
    let restored = tokio::task::spawn_blocking(move || copied(&from, &place)).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    assert!(load.await.unwrap() > 3, "there was no load");
    let written = number(&world, "SELECT COUNT(*) AS n FROM cases").await;
    let at = world.now();

    let again = World::with(Setup { database: restored, at, seed: 2, ..setup() }).await;
    let Verdict::Whole(head) = again.desk.verify_audit().await.unwrap() else { panic!("the copy's log is broken") };
    let kept = number(&again, "SELECT COUNT(*) AS n FROM cases").await;
    assert!((6..=written).contains(&kept), "{kept} of {written}");
    // It is a desk like the one before: people sign in, see the cases, and work on them.
    let ana = again.agent("ana").await;
    ana.get(&format!("/desk/cases/{reference}")).await.is(200).says("wombatty");
    again.presses(&ana, &open, "claim", &[]).await.is(200);
    again.asks_for_help("somebody@new.example").await;
    // What the other server had in hand is free when its lease is over.
    again.clock.advance(TimeDelta::seconds(100));
    again.settle().await;
    let Verdict::Whole(after) = again.desk.verify_audit().await.unwrap() else { panic!("what followed is broken") };
    assert!(after.seq > head.seq);
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_copies_into_a_new_private_file_and_says_what_is_not_in_it() {
    let database = TestDatabase::in_file();
    let world = World::with(Setup { database: database.clone(), ..setup() }).await;
    rich_case(&world).await;
    let data = database.file().unwrap().parent().unwrap().to_owned();
    let file = data.join("copy.sqlite3");
    let arguments = ["backup", file.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let done = run(&data, &arguments);
    exits(&done, 0);
    let said = out(&done);
    assert!(said.contains("its log is whole") && said.contains("not in it: the configuration, the keys"), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(world.actions("").await.contains(&"backup.begun".to_owned()));
    // What is there is never overwritten.
    let before = std::fs::read(&file).unwrap();
    let done = run(&data, &arguments);
    exits(&done, 2);
    assert!(err(&done).contains("there is a file already"), "{}", err(&done));
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // Into a folder that is not there: nothing is left behind.
    let nowhere = data.join("nowhere/copy.sqlite3");
    exits(&run(&data, &["backup", nowhere.to_str().unwrap(), "--data", data.to_str().unwrap()]), 2);
    world.stop().await;

    // A log that somebody changed is copied all the same, for what is left may be needed, and it is said loudly.
    let url = DatabaseUrl::Sqlite(file.clone());
    let mut connection = mfa_desk::store::open(&url, mfa_desk::store::Purpose::Write).unwrap();
    for sql in ["DROP TRIGGER audit_entries_only_erased", "UPDATE audit_entries SET action = 'nothing' WHERE seq = 2"] {
        sql_query(sql).execute(&mut connection).unwrap();
    }
    drop(connection);
    let (elsewhere, bad) = (tempfile::tempdir().unwrap(), data.join("bad.sqlite3"));
    std::fs::copy(&file, elsewhere.path().join("mfa-desk.sqlite3")).unwrap();
    let done = run(&data, &["backup", bad.to_str().unwrap(), "--data", elsewhere.path().to_str().unwrap()]);
    exits(&done, 1);
    assert!(err(&done).contains("BROKEN at entry 2") && !out(&done).contains("whole"), "{}{}", err(&done), out(&done));
    assert!(bad.exists() && !data.join("bad.sqlite3.partial").exists());
    let copied = copy(&DatabaseUrl::Sqlite(bad), &data.join("again.sqlite3"), |_, _| {}).unwrap();
    assert!(matches!(copied.log, Verdict::Broken { seq: 2, .. }), "{copied:?}");
}

#[test]
fn a_server_is_copied_by_its_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Postgres("postgres://desk@localhost/desk".into());
    let refused = copy(&url, &folder.path().join("copy"), |_, _| {}).unwrap_err();
    assert!(refused.to_string().contains("pg_dump"));
}
