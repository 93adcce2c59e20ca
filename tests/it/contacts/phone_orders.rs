//! A new number of an account that lives elsewhere counts once it is there: never here alone, and never unseen.

use std::sync::Arc;

use chrono::TimeDelta;
use mfa_desk::directory::{Capabilities, DirectoryError};
use mfa_desk::domain::phone_change::{PhoneChange, State};
use mfa_desk::store::{cases, contacts, phone_changes};

use super::{CARLA, PHONE, account, did, import, mails_to, read, world};
use crate::phone_change::{approves, asks, proved};
use crate::support::browser::Browser;
use crate::support::directory::{FakeSystem, Fault, Outside, unavailable, unknown};
use crate::support::world::{Setup, World, link_in};

const NEW: &str = "+4930901820";
const HOLD: TimeDelta = TimeDelta::hours(72);

/// A system that keeps addresses and takes new numbers.
async fn taking_numbers() -> (World, Arc<FakeSystem>) {
    let system = FakeSystem::new();
    system.can(Capabilities {
        finds_by_email: true,
        emails: true,
        phones: true,
        update_phone: true,
        ..Capabilities::default()
    });
    system.add("carla", Some(CARLA), Some(PHONE));
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    (world, system)
}

async fn change(world: &World, reference: &str) -> PhoneChange {
    let reference = reference.parse().unwrap();
    read(world, move |c| {
        let filed = cases::find(c, &reference)?.unwrap();
        Ok(phone_changes::latest_of_case(c, filed.case.id)?.expect("no change was asked for"))
    })
    .await
}

/// A change that is held: `ana` holds the case, `ben` approved.
async fn held(world: &World) -> (Browser, String) {
    let (customer, reference) = world.confirmed(CARLA).await;
    asks(&customer, &reference, NEW).await.is(200);
    proved(world, &reference).await;
    approves(&world.agent("ben").await, &reference).await.is(200).says("Its hold has begun");
    world.settle().await;
    (customer, reference)
}

async fn phone(world: &World) -> Option<String> {
    account(world, "carla").await.unwrap().phone.map(|phone| phone.to_string())
}

async fn contacts_phone(world: &World) -> Option<String> {
    let find = |c: &mut _| contacts::find(c, &"corp".parse().unwrap(), &"carla".parse().unwrap());
    read(world, find).await.and_then(|contact| contact.values.phone).map(|phone| phone.to_string())
}

async fn count(world: &World, reference: &str, action: &str) -> usize {
    world.actions(reference).await.iter().filter(|found| *found == action).count()
}

/// Lets tries come and go until the change is in a state.
async fn until(world: &World, reference: &str, state: State) {
    for _ in 0..30 {
        if change(world, reference).await.state == state {
            return;
        }
        world.later(TimeDelta::minutes(2)).await;
    }
    panic!("it is {:?}, with {:?}", change(world, reference).await, world.actions(reference).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_number_is_changed_where_it_was_imported() {
    let (world, system) = world().await;
    assert_eq!(import(&world, &format!("login,email,phone\ncarla,{CARLA},{PHONE}\n")).await, did(1, 0, 0, 0));
    let (_, reference) = held(&world).await;
    world.later(HOLD - TimeDelta::seconds(1)).await;
    assert_eq!((phone(&world).await.as_deref(), contacts_phone(&world).await.as_deref()), (Some(PHONE), Some(PHONE)));
    world.later(TimeDelta::seconds(1)).await;
    until(&world, &reference, State::Effective).await;
    assert_eq!((phone(&world).await.as_deref(), contacts_phone(&world).await.as_deref()), (Some(NEW), Some(NEW)));
    assert!(account(&world, "carla").await.unwrap().background.phone_changed_at.is_some());
    assert_eq!(system.times("update_phone"), 0);
    // The file of before would bring the old number back: that is held like any other change.
    assert_eq!(import(&world, &format!("login,email,phone\ncarla,{CARLA},{PHONE}\n")).await, did(0, 1, 0, 0));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_directory_does_not_tell_of_one_account_comes_from_the_contacts() {
    let system = FakeSystem::new();
    system.add("carla", Some(CARLA), None);
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    import(&world, &format!("login,email,phone,tier\ncarla,other@corp.example,{PHONE},privileged\n")).await;
    // The directory tells an address, so the imported one is nobody's.
    let (customer, reference) = world.confirmed(CARLA).await;
    world.passes_phone_check(&customer, &reference).await;
    assert_eq!(phone(&world).await.as_deref(), Some(PHONE));
    world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await.says("Privileged");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_fails_is_tried_again_and_one_that_may_have_been_done_is_looked_up() {
    let (world, system) = taking_numbers().await;
    let (_, reference) = held(&world).await;
    system.fail("update_phone", [Fault::Before(unavailable()), Fault::After(unknown())]);
    world.later(HOLD).await;
    // Nothing counts yet, and everybody sees why.
    assert_eq!((phone(&world).await.as_deref(), system.phone("carla").as_deref()), (Some(PHONE), Some(PHONE)));
    let page = world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await;
    page.says("The old number still counts").says("no connection").says("It is tried again by itself");
    assert!(!page.html.contains("/phone-change/order"));
    let customer = world.browser();
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/link", &[]).await.is(200);
    let mails = mails_to(&world, CARLA).await;
    let newest = mails.iter().rev().find(|mail| mail.text.contains("/open?")).unwrap();
    let page = customer.get(&link_in(newest, "open")).await;
    let page = customer.send(&page, "/open", &[]).await;
    page.is(200).says("being entered where your account is kept");
    until(&world, &reference, State::Effective).await;
    assert_eq!((phone(&world).await.as_deref(), system.phone("carla").as_deref()), (Some(NEW), Some(NEW)));
    assert_eq!(system.times("update_phone"), 2, "what was done is not asked for again: {:?}", system.asked());
    assert_eq!(count(&world, &reference, "phone_change.effective").await, 1);
    assert_eq!(count(&world, &reference, "phone_change.order_failed").await, 2);
    assert!(mails_to(&world, CARLA).await.iter().any(|mail| mail.header("Subject").unwrap().contains("changed")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_directory_refuses_is_seen_and_given_to_it_again_by_somebody() {
    let (world, system) = taking_numbers().await;
    let (_, reference) = held(&world).await;
    system.fail("update_phone", [Fault::Before(DirectoryError::Denied("the right is missing".to_owned()))]);
    world.later(HOLD).await;
    world.later(TimeDelta::hours(5)).await;
    assert_eq!((system.times("update_phone"), phone(&world).await.as_deref()), (1, Some(PHONE)));
    assert_eq!(change(&world, &reference).await.state, State::Held);
    world.agent("sam").await.get("/desk/alarms").await.says("A directory refused a new phone number");
    let ana = world.agent("ana").await;
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("the right is missing").says("Give it to the directory again");
    ana.send(&page, "/phone-change/order", &[]).await.is(200).says("once more");
    until(&world, &reference, State::Effective).await;
    assert_eq!((phone(&world).await.as_deref(), system.phone("carla").as_deref()), (Some(NEW), Some(NEW)));
    assert_eq!(count(&world, &reference, "phone_change.ordered_again").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_takes_back_an_order_that_has_not_been_carried_out() {
    let (world, system) = taking_numbers().await;
    let (_, reference) = held(&world).await;
    system.down(Some(unavailable()));
    world.later(HOLD).await;
    let link = link_in(&world.mail("Your phone number will be changed").await, "object");
    let browser = world.browser();
    let page = browser.get(&link).await;
    browser.send(&page, "/object", &[]).await.is(200);
    system.down(None);
    world.later(TimeDelta::hours(2)).await;
    assert_eq!((system.times("update_phone"), system.phone("carla").as_deref()), (0, Some(PHONE)));
    assert_eq!(change(&world, &reference).await.state, State::Frozen);
    assert_eq!(phone(&world).await.as_deref(), Some(PHONE));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_that_comes_while_it_is_done_says_that_it_was_done() {
    let (world, system) = taking_numbers().await;
    let (_, reference) = held(&world).await;
    system.fail("update_phone", [Fault::After(unknown())]);
    world.later(HOLD).await;
    assert_eq!((phone(&world).await.as_deref(), system.phone("carla").as_deref()), (Some(PHONE), Some(NEW)));
    let link = link_in(&world.mail("Your phone number will be changed").await, "object");
    let browser = world.browser();
    let page = browser.get(&link).await;
    browser.send(&page, "/object", &[]).await.is(200);
    assert_eq!(change(&world, &reference).await.state, State::Frozen);
    // It is looked up, and what is there is what stands here.
    until(&world, &reference, State::Effective).await;
    assert_eq!(phone(&world).await.as_deref(), Some(NEW));
    world.agent("sam").await.get("/desk/alarms").await.says("this wasn’t me, after the end");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_give_a_number_once() {
    let (world, system) = taking_numbers().await;
    let (_, reference) = held(&world).await;
    let beside = Setup {
        database: world.database.clone(),
        outside: vec![Outside::corp(&system)],
        seed: 2,
        at: world.now() + HOLD,
        ..Setup::default()
    };
    let other = World::with(beside).await;
    world.clock.advance(HOLD);
    let (a, b) = tokio::join!(world.desk.tick(), other.desk.tick());
    let _ = (a.unwrap(), b.unwrap());
    let (a, b) = tokio::join!(world.desk.drain(), other.desk.drain());
    let _ = (a.unwrap(), b.unwrap());
    until(&world, &reference, State::Effective).await;
    assert_eq!(system.times("update_phone"), 1);
    assert_eq!(count(&world, &reference, "phone_change.ordered").await, 1);
    other.stop().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_the_directory_keeps_to_itself_is_not_changed_here() {
    let system = FakeSystem::new();
    system.add("carla", Some(CARLA), Some(PHONE));
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    // A contact beside it that says something else changes nothing about that.
    import(&world, "login,email,phone\ncarla,x@corp.example,+447911123457\n").await;
    let (customer, reference) = world.confirmed(CARLA).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    assert!(!page.text().contains("I need to update my phone number"));
    world.stop().await;
}
