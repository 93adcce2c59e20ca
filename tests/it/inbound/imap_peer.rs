//! Mails from a mailbox of a mail server that we did not write. Runs only where `TEST_IMAP_READY` names the `ready.env` of
//! a running `tests/peers/dovecot.sh`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_desk::config::{ImapSettings, MailTls};
use mfa_desk::domain::inbound::{Aside, Fate, Way};
use mfa_desk::notify::inbound::{ImapError, ImapMailbox};
use mfa_desk::store::inbound::InboundMail;
use mfa_desk::workflow::Taken;
use secrecy::SecretString;

use super::{Letter, messages, takes_mail, undecided};
use crate::support::ready;
use crate::support::world::{OWNER, Setup, World};

fn ready() -> Option<HashMap<String, String>> {
    ready::values("TEST_IMAP_READY")
}

fn settings(env: &HashMap<String, String>) -> ImapSettings {
    ImapSettings {
        host: Some(env["IMAP_HOST"].clone()),
        port: Some(env["IMAP_PORT"].parse().unwrap()),
        tls: MailTls::Tls,
        username: Some(env["IMAP_USER"].clone()),
        password: Some(SecretString::from(env["IMAP_PASSWORD"].clone())),
        ca_file: Some(PathBuf::from(&env["IMAP_CA_FILE"])),
        ..ImapSettings::default()
    }
}

fn starttls(env: &HashMap<String, String>) -> ImapSettings {
    let port = Some(env["IMAP_STARTTLS_PORT"].parse().unwrap());
    ImapSettings { tls: MailTls::Starttls, port, ..settings(env) }
}

/// Puts a mail into the mailbox, as a delivery agent does.
fn delivers(maildir: &Path, name: &str, raw: &[u8]) {
    let (tmp, new) = (maildir.join("tmp").join(name), maildir.join("new").join(name));
    std::fs::write(&tmp, raw).unwrap();
    std::fs::rename(&tmp, &new).unwrap();
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

async fn error(settings: ImapSettings) -> ImapError {
    ImapMailbox::new(&settings).unwrap().unwrap().look().await.unwrap_err()
}

// One test, as the mailbox is shared.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_mailbox_is_read_once_whatever_happens() {
    let Some(env) = ready() else {
        return;
    };
    let maildir = PathBuf::from(&env["IMAP_MAILDIR"]);
    let good = settings(&env);
    let done = maildir.join(".Done");
    let in_done = || files(&done.join("cur")).len() + files(&done.join("new")).len();
    // The mailbox may have been used before.
    let (before, run) = (in_done(), hex::encode(std::process::id().to_be_bytes()));
    let moved = || in_done() - before;

    // What is wrong is told without names and passwords, and looking changes nothing.
    let wrong = ImapSettings { password: Some("wrong".into()), ..good.clone() };
    assert_eq!(error(wrong).await, ImapError::SignIn);
    let wrong = ImapSettings { folder: "Nowhere".to_owned(), ..good.clone() };
    assert_eq!(error(wrong).await, ImapError::Folder("Nowhere".to_owned()));
    let wrong = ImapSettings { done_folder: Some("Nowhere".to_owned()), ..good.clone() };
    assert_eq!(error(wrong).await, ImapError::Folder("Nowhere".to_owned()));
    let wrong = ImapSettings { ca_file: None, ..good.clone() };
    assert!(matches!(error(wrong).await, ImapError::Tls(_)));
    let wrong = ImapSettings { port: Some(1), ..good.clone() };
    assert!(matches!(error(wrong).await, ImapError::Connection(_)));

    // STARTTLS comes to the same mailbox, and never goes on without it.
    let upgraded = starttls(&env);
    let looked = ImapMailbox::new(&upgraded).unwrap().unwrap().look().await.unwrap();
    assert!(looked.tells, "IDLE is told after signing in");
    let wrong = ImapSettings { ca_file: None, ..upgraded.clone() };
    assert!(matches!(error(wrong).await, ImapError::Tls(_)), "its certificate is checked");
    let wrong = ImapSettings { password: Some("wrong".into()), ..upgraded.clone() };
    assert_eq!(error(wrong).await, ImapError::SignIn);
    let plain = ImapSettings { tls: MailTls::None, ..upgraded };
    assert!(ImapMailbox::new(&plain).unwrap().unwrap().look().await.is_ok(), "on this machine it may do without");

    let setup = Setup { change: reads_mailbox, ..Setup::default() };
    let database = setup.database.clone();
    let world = World::with(setup).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ours = world.mail(&reference).await;

    // IDLE: it comes although nobody asked for it since.
    delivers(&maildir, &format!("1.{run}"), &Letter::answering(&ours, "First").raw());
    until("the first mail is a message", async || messages(&world, &reference).await.len() == 1).await;
    // The same mail once more, a mail that names no case, and one that is no mail.
    delivers(&maildir, &format!("2.{run}"), &Letter::answering(&ours, "First").raw());
    let stray =
        Letter { to: "desk@desk.example.test".to_owned(), answers: None, ..Letter::answering(&ours, "Stray one") };
    delivers(&maildir, &format!("3.{run}"), &stray.raw());
    delivers(&maildir, &format!("4.{run}"), b"\0\0\0");
    let mut large = Letter::answering(&ours, "Large").raw();
    large.resize(2 * 1024 * 1024, b'x');
    delivers(&maildir, &format!("5.{run}"), &large);
    until("the others wait for somebody", async || undecided(&world).await.len() == 3).await;
    let fates: Vec<Fate> = undecided(&world).await.iter().map(|mail| mail.fate).collect();
    assert!(fates.contains(&Fate::TooLarge), "of what is too large only the head is read: {fates:?}");
    assert_eq!(messages(&world, &reference).await.len(), 1);
    until("all are moved away", async || moved() == 5).await;

    // A process died after it stored a mail and before it moved it: the next one stores nothing twice.
    world.stop().await;
    let crashed = Letter::answering(&ours, "Stored before the crash").raw();
    let again =
        World::with(Setup { change: takes_mail, seed: 2, database: database.clone(), ..Setup::default() }).await;
    assert_eq!(again.desk.take_mail(crashed.clone(), Way::Imap).await.unwrap(), Taken::New(Fate::Message));
    again.stop().await;
    delivers(&maildir, &format!("6.{run}"), &crashed);
    let restarted = Setup { change: reads_mailbox, seed: 3, database, ..Setup::default() };
    let world = World::with(restarted).await;
    until("it is moved away", async || moved() == 6).await;
    assert_eq!(messages(&world, &reference).await.len(), 2);
    assert_eq!(world.desk.mailbox.trouble(), None);

    // One that the database refuses for good holds up no other: after some tries it is set aside.
    super::aside::refuses_poison(&world);
    delivers(&maildir, &format!("7.{run}"), &Letter::answering(&ours, "This is poison").raw());
    delivers(&maildir, &format!("8.{run}"), &Letter::answering(&ours, "This is bread").raw());
    until("the other is a message", async || messages(&world, &reference).await.len() == 3).await;
    let is_aside = |mail: &InboundMail| mail.aside == Some(Aside::Store);
    until("the refused one waits for somebody", async || undecided(&world).await.iter().any(is_aside)).await;
    until("both are moved away", async || moved() == 8).await;
    assert_eq!(world.desk.mailbox.trouble(), None);

    // Another instance leaves the mailbox to this one, and takes it when this one goes.
    let name = world.desk.kit.inbound.imap.mailbox().unwrap();
    assert!(!world.desk.hold_mailbox(&name, "another").await.unwrap());
    // What is wrong is shown to everybody at the desk.
    world.desk.report_mailbox(&name, Some("no connection to the mail server: connection refused")).await.unwrap();
    world.agent("ana").await.get("/desk").await.says("The mailbox cannot be read").says("connection refused");
    world.desk.report_mailbox(&name, None).await.unwrap();
    let (desk, _kept) = (world.desk.clone(), world.database.clone());
    world.stop().await;
    assert!(desk.hold_mailbox(&name, "another").await.unwrap());
}

fn reads_mailbox(all: &mut mfa_desk::config::Settings) {
    takes_mail(all);
    all.inbound.largest_mib = 1;
    // The upgraded connection reads as the other does.
    all.inbound.imap = starttls(&ready().unwrap());
    all.inbound.imap.done_folder = Some("Done".to_owned());
}
