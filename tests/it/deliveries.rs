//! The desk's page of events that no subscriber took, and delivering them again.

use chrono::TimeDelta;
use mfa_desk::store::{AnyConnection, agents};
use mfa_desk::workflow::Act;

use crate::events::{rows, table, world};
use crate::support::receiver::{Received, Receiver, Reply};
use crate::support::world::{OWNER, World, address, csrf_on};

async fn given_up(world: &World) {
    world.settle().await;
    // Attempts come ever less often, up to eight hours apart.
    for _ in 0..40 {
        world.later(TimeDelta::hours(4)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_given_up_is_shown_and_delivered_again_as_the_same() {
    let tickets = Receiver::start(|_| Reply::status(500));
    let world = world(table("tickets", &tickets, "events = ['case.submitted', 'case.account_matched']")).await;
    let sam = world.agent("sam").await;
    sam.get("/desk/deliveries").await.is(200).says("No event fits these filters.");
    let (_, reference) = world.asks_for_help(OWNER).await;
    given_up(&world).await;
    let (attempts, states) = (tickets.received().len(), rows(&world).await);
    assert!(states.iter().all(|(state, ..)| state == "dead") && states.len() == 2, "{states:?}");
    assert!((15..40).contains(&states[0].1), "{} attempts in three days", states[0].1);

    let sam = world.agent("sam").await;
    let page = sam.get("/desk").await;
    assert!(page.html.contains("2<span class=\"visually-hidden\"> given up</span>"), "{}", page.text());
    let page = sam.get("/desk/deliveries").await;
    page.is(200).says("2 events").says("case.submitted").says("HTTP 500").says(&reference);
    sam.get("/desk/deliveries?state=waiting").await.is(200).says("No event fits these filters.");
    sam.get("/desk/deliveries?to=other").await.is(200).says("No event fits these filters.");

    // Those who read may not act, and those who work cases do not read.
    let aud = world.agent("aud").await;
    let shown = aud.get("/desk/deliveries").await;
    shown.is(200).says("case.submitted");
    assert!(!shown.html.contains("/redeliver"), "no button for an auditor");
    let csrf = csrf_on(&shown);
    aud.post("/desk/deliveries/redeliver-all", &[("csrf", &csrf), ("subscriber", "tickets")]).await.is(403);
    let ana = world.agent("ana").await;
    ana.get("/desk/deliveries").await.is(403);
    assert!(!ana.get("/desk").await.html.contains("/desk/deliveries"));

    // Without the form's token nothing happens.
    sam.post("/desk/deliveries/redeliver-all", &[("subscriber", "tickets")]).await.is(403);
    assert_eq!(tickets.received().len(), attempts);

    tickets.answer(|_| Reply::status(200));
    let one = page.forms().into_iter().find(|form| form.action.ends_with("/redeliver")).unwrap().action;
    let answer = sam.send(&page, &one, &[]).await;
    answer.is(200).says("1 event is delivered again.").says("1 event Redeliver all to tickets");
    world.settle().await;
    let answer = sam.send(&answer, "/redeliver-all", &[]).await;
    answer.is(200).says("1 event is delivered again.");
    world.settle().await;
    sam.send(&page, &one, &[]).await.is(200).says("There was nothing left to deliver again.");
    assert!(rows(&world).await.iter().all(|(state, attempts, _)| state == "done" && *attempts == 1));
    let received = tickets.received();
    let (before, again) = received.split_at(attempts);
    assert_eq!(again.len(), 2);
    for one in again {
        let same = |other: &&Received| other.id() == one.id() && other.body == one.body;
        assert!(before.iter().any(|other| same(&other)), "it is the same to the subscriber");
    }
    sam.get("/desk/deliveries?state=done").await.is(200).says("Delivered");

    let log = world.entries("").await;
    let mine: Vec<_> = log.iter().filter(|entry| entry.action == "event.redelivered").collect();
    assert_eq!(mine.len(), 2);
    assert!(mine.iter().all(|entry| entry.actor == "sam@desk.example.test" && entry.details.contains("tickets")));
    assert_eq!(mine[0].case_ref, reference);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_deliveries_are_leafed_through_without_a_gap() {
    let gone = Receiver::start(|_| Reply::status(410));
    let world = world(table("gone", &gone, "events = ['case.note_added']")).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = |connection: &mut AnyConnection| agents::find_by_email(connection, &address("ana").parse().unwrap());
    let ana = world.desk.store.read(ana).await.unwrap().unwrap();
    let act = Act { actor: ana.actor(), ip: String::new(), at: world.now() };
    for n in 0..120 {
        let note = world.desk.write_note(act.clone(), reference.parse().unwrap(), format!("Note {n}."));
        note.await.unwrap().unwrap();
    }
    world.settle().await;
    let sam = world.agent("sam").await;
    let (mut seen, mut path, mut pages) = (std::collections::BTreeSet::new(), "/desk/deliveries".to_owned(), 0);
    loop {
        let page = sam.get(&path).await;
        page.is(200);
        let on_it: Vec<String> = page
            .forms()
            .into_iter()
            .filter(|form| form.action.ends_with("/redeliver"))
            .map(|form| form.action)
            .collect();
        assert!(on_it.len() <= 50);
        for one in on_it {
            assert!(seen.insert(one.clone()), "{one} is shown twice");
        }
        pages += 1;
        let Some(at) = page.html.find("rel=\"next\"") else { break };
        let link = page.html[..at].rsplit("href=\"").next().unwrap();
        path = link.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2F;", "/");
    }
    assert_eq!((seen.len(), pages), (120, 3));
    world.stop().await;
}
