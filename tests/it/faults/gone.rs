//! The database goes away for some seconds while a mail is being handed over, and comes back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use mfa_desk::store::{AnyConnection, Purpose, open};

use super::hole::{Hole, Way};
use super::{on_own_server, until};
use crate::cluster::Cluster;
use crate::database_trouble::execute;
use crate::program::{err, exits, fit, program, run};
use crate::support::browser::Browser;
use crate::support::database::TestDatabase;
use crate::support::world::{form, reference_on};

/// What is in the way of every write.
enum Away<'a> {
    /// Somebody else writes and does not end.
    Locked(Box<AnyConnection>),
    /// The server is stopped.
    Stopped(&'a crate::support::postgres::Postgres),
}

impl Away<'_> {
    fn back(self) {
        match self {
            Self::Locked(mut other) => execute(&mut other, "ROLLBACK"),
            Self::Stopped(server) => server.go(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_away_is_used_again_and_no_mail_goes_out_twice() {
    let Some((database, server)) = on_own_server() else { return };
    let url = database.configured();
    let (mut cluster, agents) = Cluster::start(database, &url, 1, "database.wait_ms = 1000").await;
    let hole = Hole::before(cluster.smtp.port(), Way::Holding).await;
    cluster.is_set(&format!("port = {}", cluster.smtp.port()), &format!("port = {}", hole.address.port()));
    cluster.kills(0);
    cluster.starts(0);
    let emails = cluster.adds_accounts(3);
    let base = cluster.balancer.base();
    let asks = async |email: &String| {
        let mut fields = form(email);
        fields.push(("key", email));
        Browser::fleeting(&base).post("/assistance", &fields).await
    };
    let first = reference_on(asks(&emails[0]).await.is(200));
    until("a mail in hand", || hole.held.load(Ordering::SeqCst) == 1).await;

    let away = match &server {
        Some(server) => {
            server.die();
            Away::Stopped(server)
        }
        None => {
            let mut other = open(&cluster.database.url, Purpose::Write).unwrap();
            execute(&mut other, "BEGIN IMMEDIATE");
            Away::Locked(Box::new(other))
        }
    };
    // The mail server has it and says so; that cannot be kept now.
    hole.becomes(Way::Open);
    let refused = asks(&emails[1]).await;
    refused.is(503).says("Nothing was changed").says("Please help.");
    assert!(refused.headers.contains_key("retry-after"));
    Browser::fleeting(&base).get("/assistance").await.is(200);
    Browser::fleeting(&base).get("/healthz").await.is(200);
    let ready = Browser::fleeting(&base).get("/readyz").await;
    // What only looks goes on beside a lock.
    assert_eq!(ready.status, if server.is_some() { 503 } else { 200 });
    assert_eq!(ready.headers.contains_key("retry-after"), server.is_some());
    away.back();

    // The same form is sent again, by the same browser as it were, and is taken without a restart.
    let mut again = asks(&emails[1]).await;
    for _ in 0..100 {
        if again.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        again = asks(&emails[1]).await;
    }
    let second = reference_on(again.is(200));
    asks(&emails[2]).await.is(200);
    Browser::fleeting(&base).get("/readyz").await.is(200);
    agents[0].get("/desk").await.is(200).says(&first).says(&second);
    until("the outbox", || cluster.number("SELECT COUNT(*) AS n FROM outbox WHERE state <> 'done'") == 0).await;
    assert_eq!(cluster.smtp.messages().len(), 3, "a mail went out twice");
    assert_eq!(cluster.number("SELECT COUNT(*) AS n FROM cases"), 3);
    cluster.is_whole();
}

/// Mounts, where that may be done, and takes it back in the end.
pub struct Mounted(pub std::path::PathBuf);

impl Mounted {
    pub fn with(arguments: &[&str], at: &std::path::Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let made = std::process::Command::new("mount").args(arguments).arg(at).output();
        if !made.is_ok_and(|made| made.status.success()) {
            eprintln!("not tried: nothing can be mounted here");
            return None;
        }
        Some(Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named_at_the_start() {
    if std::env::var("TEST_POSTGRES_URL").is_ok_and(|url| !url.is_empty()) {
        return;
    }
    let (folder, file) = fit(25, "");
    let seen = folder.path().join("seen");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let database = TestDatabase::at(&data.join("mfa-desk.sqlite3"));
    drop(open(&database.url, Purpose::Write).unwrap());
    let Some(_mounted) = Mounted::with(&["--bind", data.to_str().unwrap()], &seen) else { return };
    let remount = ["-o", "remount,ro,bind"];
    assert!(std::process::Command::new("mount").args(remount).arg(&seen).status().unwrap().success());
    let config =
        std::fs::read_to_string(&file).unwrap().replace("sqlite:mfa-desk.sqlite3", "sqlite:seen/mfa-desk.sqlite3");
    std::fs::write(&file, config).unwrap();
    let mut serve = program(folder.path());
    let refused = serve.args(["serve", "--config", "desk.toml"]).output().unwrap();
    exits(&refused, 2);
    assert!(err(&refused).contains("seen/mfa-desk.sqlite3"), "{}", err(&refused));
    exits(&run(folder.path(), &["audit", "verify", "--config", "desk.toml"]), 2);
}
