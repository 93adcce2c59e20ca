//! A mail server that takes connections and answers nothing, or a byte now and then, or goes away at the end of a mail.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::hole::{Hole, Way};
use super::{descriptors, desk, is_thorough, threads, until};
use crate::cluster::load::by_message_id;
use crate::support::browser::Browser;
use crate::support::smtp::{Fault, Stage};
use crate::support::world::{form, reference_on};

const QUICK: &str = "mail.smtp.timeout_seconds = 1\nmail.first_retry_seconds = 1\nmail.longest_retry_minutes = 1\n\
                     mail.max_attempts = 100";

async fn mails_wait_and_the_rest_goes_on(way: Way) {
    let (mails, connections) = if is_thorough() { (60, 400) } else { (6, 14) };
    let (mut cluster, agents) = desk(QUICK).await;
    let emails = cluster.adds_accounts(mails);
    let hole = Hole::before(cluster.smtp.port(), way).await;
    cluster.is_set(&format!("port = {}", cluster.smtp.port()), &format!("port = {}", hole.address.port()));
    cluster.kills(0);
    cluster.starts(0);
    let pid = cluster.node(0).id();
    let base = cluster.balancer.base();

    let mut longest = Duration::ZERO;
    let mut references = Vec::new();
    for (n, email) in emails.iter().enumerate() {
        let asked = Instant::now();
        let from = format!("10.0.{n}.1");
        let answer =
            Browser::fleeting(&base).post_with("/assistance", &form(email), &[("x-forwarded-for", &from)]).await;
        references.push(reference_on(answer.is(200)));
        agents[0].get("/desk").await.is(200);
        longest = longest.max(asked.elapsed());
    }
    // Every mail was tried; then all of them go on to be, with no more connections and threads than at first.
    let taken = || hole.taken.load(Ordering::SeqCst);
    until("the first tries", || taken() >= mails).await;
    let before = (descriptors(pid), threads(pid));
    until("more tries", || taken() >= connections).await;
    assert!(hole.open.load(Ordering::SeqCst) <= 6, "{} connections are open", hole.open.load(Ordering::SeqCst));
    let after = (descriptors(pid), threads(pid));
    assert!(after.0 <= before.0 + 6 && after.1 <= before.1 + 6, "{before:?} files and threads became {after:?}");
    agents[0].get(&format!("/desk/cases/{}", references[0])).await.is(200);
    assert!(cluster.smtp.messages().is_empty());

    // Once it answers, each mail arrives, once.
    hole.becomes(Way::Open);
    until("the mails", || cluster.smtp.messages().len() >= mails).await;
    until("the outbox", || cluster.number("SELECT COUNT(*) AS n FROM outbox WHERE state <> 'done'") == 0).await;
    let came = by_message_id(&cluster.smtp.messages());
    assert_eq!((came.len(), cluster.smtp.messages().len()), (mails, mails));
    assert_eq!(cluster.number("SELECT COUNT(*) AS n FROM outbox WHERE state = 'dead'"), 0);
    cluster.is_whole();
    println!(
        "{way:?}: {mails} mails, {} connections, files and threads {before:?} then {after:?}; the longest a form \
              and a queue took {longest:.1?}",
        taken()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_never_answers_holds_up_nothing_but_mail() {
    mails_wait_and_the_rest_goes_on(Way::Mute).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_answers_byte_by_byte_holds_up_nothing_but_mail() {
    mails_wait_and_the_rest_goes_on(Way::Dripping).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_goes_away_at_the_end_of_a_mail_gets_it_again_as_the_same_mail() {
    let (mut cluster, _) = desk(QUICK).await;
    let emails = cluster.adds_accounts(8);
    for n in 0..8 {
        let fault = if n % 2 == 0 { Fault::Drop } else { Fault::AcceptThenDrop };
        cluster.smtp.fail_next(Stage::AfterData, fault);
    }
    for (n, email) in emails.iter().enumerate() {
        let from = format!("10.0.{n}.1");
        let browser = Browser::fleeting(&cluster.balancer.base());
        browser.post_with("/assistance", &form(email), &[("x-forwarded-for", &from)]).await.is(200);
    }
    until("the mails", || by_message_id(&cluster.smtp.messages()).len() >= 8).await;
    until("the outbox", || cluster.number("SELECT COUNT(*) AS n FROM outbox WHERE state <> 'done'") == 0).await;
    let came = by_message_id(&cluster.smtp.messages());
    assert_eq!(came.len(), 8);
    // Four were kept before the line was cut, and came once more.
    assert_eq!(came.values().map(Vec::len).sum::<usize>(), 12);
    cluster.is_whole();
}
