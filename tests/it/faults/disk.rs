//! The disk is full: what was acknowledged stays, what cannot be stored is refused, looking goes on, and all works again
//! when there is room, without a restart.

use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use super::gone::Mounted;
use super::{is_on_postgres, is_thorough, until};
use crate::cluster::Cluster;
use crate::identity_documents::{pdf_of, uploads};
use crate::program::{err, exits, run};
use crate::support::browser::{Browser, Page};
use crate::support::database::TestDatabase;
use crate::support::mail_reader::parse;
use crate::support::postgres::Postgres;
use crate::support::world::{form, reference_on};

/// Takes all the room there is.
fn fills(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("ballast");
    let mut ballast = File::create(&file).unwrap();
    for size in [65_536, 4096, 1] {
        let block = vec![1; size];
        while ballast.write_all(&block).is_ok() {}
    }
    file
}

async fn asks(base: &str, email: &str) -> Page {
    let mut fields = form(email);
    let text = "Please help. ".repeat(100);
    fields.retain(|(name, _)| *name != "message");
    fields.extend([("message", &*text), ("key", email)]);
    let n: usize = email.split('@').next().unwrap().trim_start_matches("load").parse().unwrap();
    let from = format!("10.1.{}.{}", n / 200, n % 200);
    Browser::fleeting(base).post_with("/assistance", &fields, &[("x-forwarded-for", &from)]).await
}

/// A customer who is on the page of their case.
async fn customer(cluster: &Cluster, reference: &str) -> Browser {
    until("the mail with the link", || !cluster.smtp.messages().is_empty()).await;
    let mail = parse(&cluster.smtp.messages()[0].raw);
    let link = mail.text.split_whitespace().find(|word| word.contains("/open?token=")).unwrap();
    let browser = Browser::new(&cluster.balancer.base());
    let page = browser.get(&link[link.find("/cases/").unwrap()..]).await;
    browser.send(&page, "/open", &[]).await.is(200).says(reference);
    browser
}

/// Sends forms until one is refused; the others were promised.
async fn until_refused(base: &str, emails: &mut impl Iterator<Item = String>, promised: &mut BTreeSet<String>) -> Page {
    for email in emails.take(2000) {
        let answer = asks(base, &email).await;
        if answer.status != 200 {
            return answer;
        }
        promised.insert(reference_on(&answer));
    }
    panic!("the disk never filled");
}

fn all_are_there(cluster: &Cluster, promised: &BTreeSet<String>) {
    let stored: BTreeSet<String> = cluster.texts("SELECT reference AS t FROM cases").into_iter().collect();
    assert!(promised.is_subset(&stored), "lost: {:?}", promised.difference(&stored));
    cluster.is_whole();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_a_file_is_told_and_all_works_again_when_there_is_room() {
    if is_on_postgres() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    let Some(_mounted) = Mounted::with(&["-t", "tmpfs", "-o", "size=12m", "tmpfs"], &disk) else { return };
    let database = TestDatabase::at(&disk.join("mfa-desk.sqlite3"));
    let url = database.configured();
    let (mut cluster, agents) = Cluster::start(database, &url, 1, "").await;
    let mut emails = cluster.adds_accounts(300).into_iter();
    let base = cluster.balancer.base();
    let first = reference_on(asks(&base, &emails.next().unwrap()).await.is(200));
    let customer = customer(&cluster, &first).await;
    let case = format!("/desk/cases/{first}");
    let page = agents[0].get(&case).await;
    let mut promised = BTreeSet::from([first.clone()]);

    let ballast = fills(&disk);
    let refused = until_refused(&base, &mut emails, &mut promised).await;
    refused.is(503).says("Nothing can be stored right now").says("Please help. Please help.");
    assert!(refused.headers.contains_key("retry-after"));
    // It goes on being told, whatever is to be stored, and what was typed is given back.
    for email in emails.by_ref().take(3) {
        asks(&base, &email).await.is(503);
    }
    let note = agents[0].send(&page, "/notes", &[("body", "A word that is not to be lost.")]).await;
    note.is(503).says("A word that is not to be lost.");
    uploads(&customer, &first, "passport.pdf", &pdf_of(200_000)).await.is(503);
    // What only looks goes on.
    for path in ["/assistance", "/healthz", "/readyz"] {
        Browser::fleeting(&base).get(path).await.is(200);
    }
    customer.get(&format!("/cases/{first}")).await.is(200).says(&first);
    agents[0].get("/desk").await.is(200).says(&first);
    all_are_there(&cluster, &promised);
    // Copies are not made by half, and exports leave nothing behind.
    let copy = disk.join("copy.sqlite3");
    let refused = run(cluster.folder(), &["backup", copy.to_str().unwrap(), "--config", "desk.toml"]);
    exits(&refused, 2);
    let export = disk.join("log.csv");
    let refused =
        run(cluster.folder(), &["audit", "export", "--out", export.to_str().unwrap(), "--config", "desk.toml"]);
    exits(&refused, 2);
    assert!(err(&refused).starts_with("mfa-desk: "), "{}", err(&refused));
    let names: BTreeSet<String> =
        std::fs::read_dir(&disk).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let known = ["ballast", "mfa-desk.sqlite3", "mfa-desk.sqlite3-shm", "mfa-desk.sqlite3-wal"];
    assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");

    std::fs::remove_file(ballast).unwrap();
    for email in emails.by_ref().take(3) {
        promised.insert(reference_on(asks(&base, &email).await.is(200)));
    }
    let page = agents[0].get(&case).await;
    agents[0].send(&page, "/notes", &[("body", "And now?")]).await.is(200).says("And now?");
    uploads(&customer, &first, "passport.pdf", &pdf_of(200_000)).await.is(200);
    until("the outbox", || cluster.number("SELECT COUNT(*) AS n FROM outbox WHERE state <> 'done'") == 0).await;
    all_are_there(&cluster, &promised);
    let log = cluster.logs();
    assert!(!log.contains("panicked") && !log.contains("Please help"), "{log}");
}

/// Where the server's data, or its log of what it does, has no room.
async fn a_server_without_room(own: &str) {
    let folder = tempfile::Builder::new().prefix("mfa-desk-full.").tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let disk = folder.path().join("disk");
    let Some(_mounted) = Mounted::with(&["-t", "tmpfs", "-o", "size=260m", "tmpfs"], &disk) else { return };
    // What is not to be full lies elsewhere.
    let (data, wal) = match own {
        "data" => (disk.join("server"), folder.path().join("wal")),
        _ => (folder.path().join("server"), disk.join("wal")),
    };
    let server = Postgres::apart(&data, &wal);
    server.sql("CREATE DATABASE desk");
    let url = server.url("desk");
    let (mut cluster, agents) = Cluster::start(TestDatabase::elsewhere(&url), &url, 1, "database.wait_ms = 500").await;
    let mut emails = cluster.adds_accounts(4000).into_iter();
    let base = cluster.balancer.base();
    let mut promised = BTreeSet::from([reference_on(asks(&base, &emails.next().unwrap()).await.is(200))]);
    let ballast = fills(&disk);
    // The log is kept in files that are there already; a new one is what there is no room for.
    if own == "wal" {
        server.fails("SELECT pg_switch_wal() FROM generate_series(1, 40)");
    }
    let refused = until_refused(&base, &mut emails, &mut promised).await;
    refused.is(503).says("Please help. Please help.");
    for email in emails.by_ref().take(3) {
        asks(&base, &email).await.is(503);
    }
    Browser::fleeting(&base).get("/assistance").await.is(200);
    let is_up = server.answers();
    Browser::fleeting(&base).get("/readyz").await.is(if is_up { 200 } else { 503 });
    std::fs::remove_file(ballast).unwrap();
    if !is_up {
        server.go();
    }
    for email in emails.by_ref().take(3) {
        let mut answer = asks(&base, &email).await;
        for _ in 0..100 {
            if answer.status == 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            answer = asks(&base, &email).await;
        }
        promised.insert(reference_on(answer.is(200)));
    }
    Browser::fleeting(&base).get("/readyz").await.is(200);
    agents[0].get("/desk").await.is(200);
    until("the outbox", || cluster.number("SELECT COUNT(*) AS n FROM outbox WHERE state <> 'done'") == 0).await;
    all_are_there(&cluster, &promised);
    println!(
        "{own} full: {} forms acknowledged, none lost; the server {}",
        promised.len(),
        if is_up { "stayed up" } else { "went down" }
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_disk_is_full_is_told_and_used_again() {
    if is_on_postgres() && is_thorough() && Postgres::is_installed() {
        a_server_without_room("data").await;
        a_server_without_room("wal").await;
    }
}
