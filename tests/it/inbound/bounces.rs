use chrono::TimeDelta;
use mfa_desk::domain::inbound::{Fate, Way};
use mfa_desk::workflow::Taken;

use super::{filed, world};
use crate::support::world::{OWNER, World, link_in};

fn report(message_id: &str, to: &str, (action, status): (&str, &str), n: usize) -> Vec<u8> {
    let text = format!(
        "From: MAILER-DAEMON@mx.example\nTo: desk@desk.example.test\nSubject: Undelivered\nReturn-Path: <>\n\
         Message-ID: <dsn{n}@mx.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"r\"\n\n\
         --r\nContent-Type: text/plain\n\nSorry, number {n}.\n\n--r\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n\n\
         --r\nContent-Type: text/rfc822-headers\n\nTo: {to}\nMessage-ID: {message_id}\n\n--r--\n"
    );
    text.replace('\n', "\r\n").into_bytes()
}

async fn reports(world: &World, raw: Vec<u8>) -> Taken {
    world.desk.take_mail(raw, Way::Imap).await.unwrap()
}

const GONE: (&str, &str) = ("failed", "5.1.1");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_report_about_a_mail_of_ours_to_that_very_address_marks_it_and_all_it_does_is_mark() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (_, other) = world.confirmed("root@customers.example").await;
    let ours = world.mail(&reference).await;
    let id = ours.header("Message-ID").unwrap().to_owned();
    let row = id.trim_matches(['<', '>']).split('.').next().unwrap().to_owned();
    let others = world.mail(&other).await.header("Message-ID").unwrap().to_owned();
    let before = (filed(&world, &reference).await, filed(&world, &other).await, world.mails().await.len());
    let forged = [
        report(&format!("<{row}@desk.example.test>"), OWNER, GONE, 1),
        report(&format!("<{row}.{}@desk.example.test>", "a".repeat(32)), OWNER, GONE, 2),
        report(&id, "root@customers.example", GONE, 3),
        report(&others, OWNER, GONE, 4),
        report(&id, OWNER, ("delivered", "2.0.0"), 5),
        report(&id, OWNER, ("failed", "not a code"), 6),
        report("", OWNER, GONE, 7),
    ];
    for raw in forged {
        assert_eq!(reports(&world, raw).await, Taken::New(Fate::Report));
    }
    let marked = |actions: Vec<String>| actions.iter().any(|action| action == "mail.bounced");
    assert!(!marked(world.actions(&reference).await) && !marked(world.actions(&other).await));

    let late = report(&id, OWNER, ("delayed", "4.4.7"), 8);
    assert_eq!(reports(&world, late).await, Taken::New(Fate::Report));
    let sam = world.agent("sam").await;
    let page = sam.get(&format!("/desk/cases/{reference}")).await;
    page.says("Not delivered yet").says("4.4.7");
    assert!(!page.text().contains("Undeliverable"), "it may still arrive");

    let raw = report(&id, &OWNER.to_lowercase(), GONE, 9);
    assert_eq!(reports(&world, raw.clone()).await, Taken::New(Fate::Report));
    assert_eq!(reports(&world, raw).await, Taken::Known);
    let after = (filed(&world, &reference).await, filed(&world, &other).await, world.mails().await.len());
    assert_eq!(after, before, "a report changes nothing of a case and causes no mail");
    let page = sam.get(&format!("/desk/cases/{reference}")).await;
    page.says("Undeliverable").says("Came back").says("5.1.1");

    // An agent cannot say that it works; a supervisor can.
    let works = format!("/desk/cases/{reference}/mails/{row}/works-again");
    assert!(page.has_form("/works-again"));
    let ana = world.agent("ana").await;
    assert!(!ana.get(&format!("/desk/cases/{reference}")).await.has_form("/works-again"));
    let csrf = crate::support::world::csrf_on(&ana.get("/desk").await);
    ana.post(&works, &[("csrf", &csrf)]).await.is(403);
    let page = sam.send(&page, "/works-again", &[]).await;
    page.is(200).says("working again");
    assert!(!page.text().contains("Undeliverable"), "{}", page.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_used_shows_that_the_address_works_if_it_was_mailed_later() {
    let world = world().await;
    let (customer, reference) = world.asks_for_help(OWNER).await;
    let first = world.mail(&reference).await;
    let id = first.header("Message-ID").unwrap().to_owned();
    world.clock.advance(TimeDelta::seconds(2));
    reports(&world, report(&id, OWNER, GONE, 1)).await;
    let sam = world.agent("sam").await;
    let undeliverable = |text: String| text.contains("Undeliverable");
    let case = format!("/desk/cases/{reference}");
    assert!(undeliverable(sam.get(&case).await.text()));

    // The link that came back works for whoever has it, and proves nothing about what came later.
    let page = customer.get(&link_in(&first, "open")).await;
    customer.send(&page, "/open", &[]).await.is(200);
    assert!(undeliverable(sam.get(&case).await.text()));

    world.clock.advance(TimeDelta::minutes(1));
    let find = customer.get(&format!("/cases/{reference}")).await;
    let stranger = world.browser();
    let find = if find.has_form("/link") { find } else { stranger.get(&format!("/cases/{reference}")).await };
    stranger.send(&find, "/link", &[]).await;
    let again = world.mail(&reference).await;
    assert_ne!(again.header("Message-ID"), first.header("Message-ID"));
    let page = stranger.get(&link_in(&again, "open")).await;
    stranger.send(&page, "/open", &[]).await.is(200);
    assert!(!undeliverable(sam.get(&case).await.text()));
    assert!(world.actions(&reference).await.contains(&"mail.failure_cleared".to_owned()));
    world.stop().await;
}
