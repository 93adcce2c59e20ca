//! The primary dies under load and its synchronous standby takes over: what was acknowledged is there, and no mail is sent
//! twice.

use std::time::Duration;

use super::killed::nothing_is_lost_or_doubled;
use super::load::Load;
use super::{Cluster, on_postgres, rounds};
use crate::program::{err, exits, fit, out, run};
use crate::support::database::TestDatabase;
use crate::support::listener::Listener;
use crate::support::postgres::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_under_load() {
    if on_postgres().is_none() || !Postgres::is_installed() {
        return;
    }
    let mut primary = Postgres::start();
    primary.sql("CREATE DATABASE desk");
    let mut standby = Postgres::following(&primary);
    primary.waits_for_a_standby();
    let (mut forms, mut notes, mut unanswered, mut longest) = (0, 0, 0, Duration::ZERO);
    for round in 0..rounds() {
        let url =
            format!("postgres://postgres@{},{}/desk?target_session_attrs=read-write", primary.host(), standby.host());
        let (mut cluster, agents) = Cluster::start(TestDatabase::elsewhere(&url), &url, 2, "").await;
        cluster.accounts = round * 1000;
        let emails = cluster.adds_accounts(400);
        let load = Load::begin(&cluster, &agents, round, emails);
        load.goes_on(20, 3).await;
        primary.die();
        // Some commits are waiting for their answer now.
        standby.promote();
        load.goes_on(20, 3).await;
        let mut ledger = load.ends().await;
        let twice = nothing_is_lost_or_doubled(&cluster, &mut ledger).await;
        assert_eq!(twice, 0, "mails were sent twice:\n{}", cluster.logs());
        // Those who listen hear again.
        let mut heard = Listener::open_after(&agents[0], "/desk/events", "gone-1").await;
        assert_eq!(heard.event().await.name, "refresh");
        forms += ledger.forms.len();
        notes += ledger.notes.len();
        unanswered += ledger.unanswered.len();
        longest = longest.max(ledger.longest);
        drop(cluster);
        if round + 1 < rounds() {
            let follower = Postgres::following(&standby);
            standby.waits_for_a_standby();
            primary = std::mem::replace(&mut standby, follower);
        }
    }
    println!(
        "failed over {} times: {forms} forms and {notes} notes acknowledged, none lost or doubled; {unanswered} notes \
         without an answer; no mail sent twice; the longest a form waited was {longest:.1?}",
        rounds()
    );
}

#[test]
fn several_hosts_are_taken_only_where_the_one_that_takes_writes_is_meant() {
    let check = |options: &str| {
        let (folder, file) = fit(25, "");
        let config = std::fs::read_to_string(&file).unwrap();
        let url = format!("postgres://desk:s3cret@one:5432,two:5432/desk{options}");
        std::fs::write(&file, config.replace("sqlite:mfa-desk.sqlite3", &url)).unwrap();
        run(folder.path(), &["config", "check", "--config", "desk.toml"])
    };
    for fit in ["?target_session_attrs=read-write", "?sslmode=require&target_session_attrs=primary"] {
        exits(&check(fit), 0);
    }
    for unfit in ["", "?sslmode=require", "?target_session_attrs=any"] {
        let refused = check(unfit);
        exits(&refused, 1);
        let said = out(&refused) + &err(&refused);
        assert!(said.contains("database.url") && said.contains("target_session_attrs=read-write"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}
