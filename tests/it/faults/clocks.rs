//! The machine's clock is moved while the program runs: nothing ends early, and nothing begins late.

use std::path::PathBuf;
use std::time::Duration;

use super::{desk, until};
use crate::support::browser::Browser;
use crate::support::world::{form, reference_on};

/// What pretends another time to a program, where it is installed.
fn pretender() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|file| file.is_file())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_leaps_ends_no_wait_and_no_session() {
    let Some(library) = pretender() else {
        eprintln!("not tried: there is no libfaketime here (Debian: faketime)");
        return;
    };
    let (mut cluster, agents) = desk("").await;
    let file = cluster.folder().join("clock");
    let set = |by: &str| {
        std::fs::write(&file, by).unwrap();
        // What is looked at every second has been looked at.
        std::thread::sleep(Duration::from_millis(2500));
    };
    set("+0");
    cluster.under = vec![
        "/usr/bin/env".to_owned(),
        format!("LD_PRELOAD={}", library.display()),
        format!("FAKETIME_TIMESTAMP_FILE={}", file.display()),
        "FAKETIME_NO_CACHE=1".to_owned(),
        "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
    ];
    cluster.kills(0);
    cluster.starts(0);
    let emails = cluster.adds_accounts(3);
    let base = cluster.balancer.base();
    let asks =
        async |email: &String| reference_on(Browser::fleeting(&base).post("/assistance", &form(email)).await.is(200));
    let reference = asks(&emails[0]).await;
    // Half a day is left to it.
    let later = match cluster.database.file() {
        Some(_) => "strftime('%Y-%m-%d %H:%M:%f', 'now', '+12 hours')",
        None => "(now() AT TIME ZONE 'UTC') + interval '12 hours'",
    };
    cluster.execute(&format!("UPDATE cases SET due_at = {later}, expires_at = {later}"));
    let expired = "SELECT COUNT(*) AS n FROM cases WHERE state = 'expired'";

    set("+86400");
    assert_eq!(cluster.number(expired), 0, "a leap ended a wait");
    agents[0].get("/desk").await.is(200).says(&reference);
    let during = asks(&emails[1]).await;
    set("-3600");
    agents[0].get("/desk").await.is(200).says(&during);
    let again = asks(&emails[2]).await;
    set("+0");
    agents[0].get("/desk").await.is(200).says(&again);
    assert_eq!(cluster.number(expired), 0);
    // The log's times go on as they went.
    let times = cluster.texts("SELECT at AS t FROM audit_entries ORDER BY seq");
    let of = |reference: &str| {
        let query =
            format!("SELECT at AS t FROM audit_entries WHERE case_ref = '{reference}' AND action = 'case.submitted'");
        cluster.texts(&query).remove(0)
    };
    assert!(of(&reference) < of(&during) && of(&during) < of(&again), "{times:?}");
    let now = (chrono::Utc::now() + chrono::TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M").to_string();
    assert!(times.iter().all(|at| *at < now), "{times:?}");
    let log = cluster.logs();
    assert_eq!(log.matches("the machine's clock was moved and is not followed").count(), 1, "{log}");
    assert!(log.contains("the machine's clock is back and is followed again"), "{log}");
    assert!(log.contains("seconds=86400") || log.contains("seconds=86399"), "{log}");
    cluster.is_whole();

    // A program that starts believes the machine.
    set("+86400");
    cluster.kills(0);
    cluster.starts(0);
    until("the end of the waits", || cluster.number(expired) == 1).await;
    cluster.is_whole();
}
