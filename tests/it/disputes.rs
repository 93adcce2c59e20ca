//! "This wasn't me": one press from an address of record stops everything of the account, wakes the supervisors, and
//! nothing that comes after it goes on.

use chrono::TimeDelta;
use diesel::{QueryDsl, RunQueryDsl};
use mfa_desk::store::schema::alarms;
use mfa_desk::store::{AnyConnection, StoreError};

use crate::support::browser::{Browser, Page};
use crate::support::mail_reader::Mail;
use crate::support::world::{OWNER, Setup, World, authenticator_on, link_in};

async fn stops(world: &World, link: &str) -> Page {
    let stranger = world.browser();
    let page = stranger.get(link).await;
    stranger.send(page.is(200), "/object", &[]).await
}

async fn count_alarms(world: &World) -> i64 {
    let count = |c: &mut AnyConnection| Ok::<i64, StoreError>(alarms::table.count().get_result(c)?);
    world.desk.store.read(count).await.unwrap()
}

fn alarm_mails(mails: &[Mail]) -> Vec<(String, String)> {
    let mut found: Vec<_> = mails
        .iter()
        .filter(|mail| mail.header("Subject").is_some_and(|subject| subject.contains(" alarm: ")))
        .map(|mail| (mail.header("To").unwrap().to_owned(), mail.text.clone()))
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_press_freezes_every_open_case_of_the_account_and_wakes_the_supervisors() {
    let world = World::new().await;
    let (first, one) = world.confirmed(OWNER).await;
    let (second, two) = world.confirmed(OWNER).await;
    let (_, others) = world.confirmed("root@customers.example").await;
    world.passes_phone_check(&second, &two).await;
    let link = link_in(&world.mail(&format!("verification for case {one}")).await, "object");
    stops(&world, &link).await.is(200).says("The request is stopped").says("Every other open request");

    let sam = world.agent("sam").await;
    for reference in [&one, &two] {
        sam.get(&format!("/desk/cases/{reference}")).await.is(200).says("Disputed: this case is frozen");
        assert!(world.actions(reference).await.contains(&"case.disputed".to_owned()));
    }
    let entry = world.entries(&two).await.into_iter().find(|entry| entry.action == "case.frozen_with").unwrap();
    assert!(entry.details.contains(&one), "{}", entry.details);
    let page = sam.get(&format!("/desk/cases/{others}")).await;
    assert!(!page.text().contains("frozen"), "a case of another account was frozen");
    // Whoever had been let in is let out, in each of them.
    for (browser, reference) in [(&first, &one), (&second, &two)] {
        browser.get(&format!("/cases/{reference}")).await.is(200).says("Open your case with a link");
    }
    // Each supervisor and administrator has one mail, with nothing of the customer but a masked address.
    let told = alarm_mails(&world.mails().await);
    let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to.len(), 2, "{to:?}");
    assert!(to[0].contains("ada@") && to[1].contains("sam@"), "{to:?}");
    for (_, text) in &told {
        assert!(text.contains(&one) && text.contains("/desk/cases/") && text.contains("O•••@c•••.example"), "{text}");
        assert!(!text.contains("Olivia") && !text.to_lowercase().contains(&OWNER.to_lowercase()), "{text}");
    }
    // The banner is on every page of a supervisor, and on none of an agent.
    for path in ["/desk", "/desk/blocks", "/desk/audit"] {
        sam.get(path).await.is(200).says("1 alarm not seen yet");
    }
    let ana = world.agent("ana").await;
    assert!(!ana.get("/desk").await.text().contains("not seen yet"));
    ana.get("/desk/alarms").await.is(403);
    let page = sam.get("/desk/alarms").await;
    sam.send(&page, "/seen", &[]).await.is(200).says("marked as seen").says("Sam");
    assert!(!sam.get("/desk").await.text().contains("not seen yet"));
    let seen: Vec<_> = world.entries(&one).await.into_iter().filter(|entry| entry.action == "alarm.seen").collect();
    assert_eq!((seen.len(), seen[0].actor.as_str()), (1, "sam@desk.example.test"));

    // Ending one leaves the other as it is, and the page says so.
    let page = sam.get(&format!("/desk/cases/{one}")).await;
    page.says("Other cases of this account are frozen").says(&two);
    let given = [("outcome", "reject"), ("reason", "It was not the owner.")];
    sam.send(&page, "/end-dispute", &given).await.is(200).says("The dispute is over").says(&two);
    sam.get(&format!("/desk/cases/{two}")).await.says("Disputed: this case is frozen");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_after_the_end_alarms_too_and_stops_what_else_is_open() {
    // No deadline of the desk rings beside it.
    let change = |settings: &mut mfa_desk::config::Settings| settings.policy.first_answer_hours = 720;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (_, ana, one) = world.ready(OWNER).await;
    world.deactivates(&ana, &one).await.is(200);
    let link = link_in(&world.mail("MFA device deactivated").await, "object");
    let (_, two) = world.confirmed(OWNER).await;
    // Closed by time; the link lasts for thirty days.
    world.later(TimeDelta::days(13)).await;
    let (_, three) = world.confirmed(OWNER).await;
    world.later(TimeDelta::days(2)).await;
    assert!(world.actions(&one).await.contains(&"case.closed".to_owned()));
    stops(&world, &link).await.is(200).says("was deactivated before");
    assert!(world.actions(&one).await.contains(&"case.disputed_after_end".to_owned()));
    assert!(world.actions(&three).await.contains(&"case.disputed".to_owned()));
    assert!(world.actions(&two).await.contains(&"case.expired".to_owned()));
    assert_eq!(count_alarms(&world).await, 1);
    assert_eq!(alarm_mails(&world.mails().await).len(), 2);
    world.agent("sam").await.get("/desk/alarms").await.says("after the end");
    world.stop().await;
}

/// A case that waits for its second approval, and the link that stops it.
async fn awaiting(world: &World) -> (String, String) {
    let (customer, reference) = world.confirmed(OWNER).await;
    let link = link_in(&world.mail(&format!("verification for case {reference}")).await, "object");
    world.passes_phone_check(&customer, &reference).await;
    (reference, link)
}

async fn first_of(world: &World, reference: &str, actions: [&str; 2]) -> Vec<String> {
    world.actions(reference).await.into_iter().filter(|action| actions.contains(&action.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_stop_and_an_approval_at_once_exactly_one_order_is_recorded() {
    let world = World::new().await;
    for _ in 0..5 {
        let (reference, link) = awaiting(&world).await;
        let ben = world.agent("ben").await;
        let page = ben.get(&format!("/desk/cases/{reference}/approve")).await;
        let (stopped, approved) = tokio::join!(stops(&world, &link), ben.send(&page, "/approve", &[]));
        stopped.is(200);
        let order = first_of(&world, &reference, ["case.disputed", "case.approved"]).await;
        match approved.status {
            200 => assert_eq!(order, ["case.approved", "case.disputed"]),
            _ => assert_eq!(order, ["case.disputed"]),
        }
        ben.get(&format!("/desk/cases/{reference}")).await.says("Disputed: this case is frozen");
        world.later(TimeDelta::hours(2)).await;
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_stop_and_a_deactivation_at_once_nothing_is_deactivated_after_a_stop_that_came_first() {
    for seed in 0..4 {
        let world = World::with(Setup { seed, ..Setup::default() }).await;
        let (_, ana, reference) = world.ready(OWNER).await;
        let link = link_in(&world.mail("Waiting time started").await, "object");
        let page = ana.get(&format!("/desk/cases/{reference}")).await;
        let id = authenticator_on(&page);
        let confirm = ana.get(&format!("/desk/cases/{reference}/deactivate?authenticator={id}")).await;
        let press = async |ana: &Browser| ana.send(confirm.is(200), "/deactivate", &[]).await;
        let (stopped, _) = tokio::join!(stops(&world, &link), press(&ana));
        stopped.is(200);
        world.settle().await;
        let order = first_of(&world, &reference, ["case.disputed", "case.deactivating"]).await;
        assert!(order.contains(&"case.disputed".to_owned()), "{order:?}");
        let off = world.actions(&reference).await.contains(&"case.deactivated".to_owned());
        if order[0] == "case.disputed" {
            assert_eq!(order.len(), 1, "ordered after the stop");
            assert!(!off, "deactivated after the stop");
        }
        assert_eq!(count_alarms(&world).await, 1);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_cases_of_one_account_stopped_at_once_are_each_stopped_once() {
    let world = World::new().await;
    let mut links = Vec::new();
    let mut references = Vec::new();
    for _ in 0..3 {
        let (_, reference) = world.confirmed(OWNER).await;
        links.push(link_in(&world.mail(&format!("verification for case {reference}")).await, "object"));
        references.push(reference);
    }
    let stopped = futures_util::future::join_all(links.iter().map(|link| stops(&world, link))).await;
    assert!(stopped.iter().all(|page| page.status == 200));
    for reference in &references {
        assert_eq!(first_of(&world, reference, ["case.disputed", ""]).await, ["case.disputed"]);
    }
    assert_eq!(count_alarms(&world).await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cooling_off_is_told_at_its_start_half_way_and_at_its_end() {
    let world = World::new().await;
    let (reference, _) = awaiting(&world).await;
    let ben = world.agent("ben").await;
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    let subjects = async || -> Vec<String> {
        let mails = world.mails().await;
        mails.iter().map(|mail| mail.header("Subject").unwrap().to_owned()).collect()
    };
    let before = subjects().await.len();
    world.later(TimeDelta::hours(12) - TimeDelta::seconds(1)).await;
    assert_eq!(subjects().await.len(), before, "told too early");
    world.later(TimeDelta::seconds(1)).await;
    assert_eq!(subjects().await.len(), before + 1, "not told half way");
    link_in(world.mails().await.last().unwrap(), "object");
    world.later(TimeDelta::hours(6)).await;
    assert_eq!(subjects().await.len(), before + 1, "told twice");
    world.later(TimeDelta::hours(6)).await;
    assert_eq!(subjects().await.len(), before + 2, "not told at the end");
    let told = world.actions(&reference).await;
    for action in ["case.cooling_off", "case.cooling_off_halfway", "case.ready"] {
        assert_eq!(told.iter().filter(|found| *found == action).count(), 1, "{action} in {told:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_worker_does_not_send_the_half_way_mail_after_the_end() {
    let world = World::new().await;
    let (reference, _) = awaiting(&world).await;
    let ben = world.agent("ben").await;
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    let before = world.mails().await.len();
    // Decided in time, but the mail server is away until the wait is over.
    world.smtp.set_down(true);
    world.clock.advance(TimeDelta::hours(12));
    world.desk.tick().await.unwrap();
    world.settle().await;
    world.clock.advance(TimeDelta::hours(13));
    world.smtp.set_down(false);
    world.settle().await;
    let mails = world.mails().await;
    assert_eq!(mails.len(), before + 1, "only the end is told");
    assert!(world.actions(&reference).await.contains(&"mail.outdated".to_owned()));
    // And one that wakes up only then decides none.
    let (reference, _) = awaiting(&world).await;
    let ben = world.agent("ben").await;
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    world.later(TimeDelta::hours(25)).await;
    let told = world.actions(&reference).await;
    assert!(!told.contains(&"case.cooling_off_halfway".to_owned()), "{told:?}");
    assert!(told.contains(&"case.ready".to_owned()), "{told:?}");
    world.stop().await;
}
