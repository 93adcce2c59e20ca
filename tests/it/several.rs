//! A case about several authenticators: what is approved, what is ordered, and what of it the directory did.

use std::sync::Arc;

use chrono::TimeDelta;
use mfa_desk::directory::DirectoryError;
use mfa_desk::domain::account::AuthenticatorKind;

use crate::support::browser::{Browser, Page};
use crate::support::directory::{FakeSystem, Fault, Outside, listed, unknown};
use crate::support::world::{Setup, World, csrf_on, link_in};

const CARLA: &str = "carla@corp.example";

/// An account whose phone carries an app, a push token and a passkey.
async fn world() -> (World, Arc<FakeSystem>) {
    let system = FakeSystem::new();
    system.add("carla", Some(CARLA), Some("+447911123456"));
    system.change("carla", |_, devices| {
        devices.push(listed("carla-push", AuthenticatorKind::HardwareTotp));
        devices.push(listed("carla-key", AuthenticatorKind::Passkey));
    });
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    (world, system)
}

fn refused(why: &str) -> Fault {
    Fault::Before(DirectoryError::Refused(why.to_owned()))
}

/// The boxes of a page: which device each is for, its value, and whether it is ticked.
fn boxes(page: &Page) -> Vec<(String, String, bool)> {
    let parts = page.html.split("<input type=\"checkbox\" name=\"authenticator\" value=\"").skip(1);
    let text = |part: &str| {
        let label = &part[part.find("<span>").unwrap() + 6..];
        label[..label.find('<').unwrap()].trim().to_owned()
    };
    parts.map(|part| (text(part), part[..36].to_owned(), part[36..].starts_with("\" checked"))).collect()
}

fn id_of(page: &Page, device: &str) -> String {
    let found = boxes(page).into_iter().find(|(label, _, _)| label.ends_with(device));
    found.unwrap_or_else(|| panic!("{device} is not offered on:\n{}", page.text())).1
}

fn chosen(ids: &[String]) -> Vec<(&'static str, &str)> {
    ids.iter().map(|id| ("authenticator", id.as_str())).collect()
}

/// `ana` holds, `ben` approved these, the wait is over.
async fn approved_for(world: &World, devices: &[&str]) -> (Browser, Browser, String) {
    let (customer, reference) = world.confirmed(CARLA).await;
    world.passes_phone_check(&customer, &reference).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let page = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    let ids: Vec<String> = devices.iter().map(|device| id_of(&page, device)).collect();
    ben.send(&page, "/approve", &chosen(&ids)).await.is(200).says("You approved this case.");
    world.later(TimeDelta::hours(24)).await;
    (customer, world.agent("ana").await, reference)
}

/// Ticks devices on the case's page and presses **Deactivate** on the page that names them.
async fn deactivates(agent: &Browser, reference: &str, devices: &[&str]) -> Page {
    let page = agent.get(&format!("/desk/cases/{reference}")).await;
    let ids: Vec<String> = devices.iter().map(|device| id_of(&page, device)).collect();
    let query: Vec<String> = ids.iter().map(|id| format!("authenticator={id}")).collect();
    let confirm = agent.get(&format!("/desk/cases/{reference}/deactivate?{}", query.join("&"))).await;
    confirm.is(200);
    for device in devices {
        confirm.says(device);
    }
    agent.send(&confirm, "/deactivate", &[]).await
}

const ALL: [&str; 3] = ["carla-app", "carla-push", "carla-key"];

async fn told_of(world: &World, reference: &str, action: &str) -> Vec<String> {
    let entries = world.entries(reference).await;
    entries.into_iter().filter(|entry| entry.action == action).map(|entry| entry.details).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_press_deactivates_everything_on_a_lost_phone() {
    let (world, system) = world().await;
    let (customer, ana, reference) = approved_for(&world, &ALL).await;
    customer.get(&format!("/cases/{reference}")).await.says("carla-push").says("will be deactivated");
    deactivates(&ana, &reference, &ALL)
        .await
        .is(200)
        .says("The directory confirmed it")
        .says("Deactivated in this case");
    assert!(ALL.iter().all(|device| !system.is_active("carla", device)));
    assert_eq!(system.times("deactivate"), 3);
    // Each confirmation is an entry of its own.
    let confirmed = told_of(&world, &reference, "case.deactivated").await;
    assert_eq!(confirmed.len(), 3, "{confirmed:?}");
    assert!(confirmed.iter().all(|details| details.contains("\"authenticator\"")), "{confirmed:?}");
    let mail = world.mail(&format!("MFA device deactivated, case {reference}")).await;
    for device in ALL {
        assert!(mail.text.contains(device) && mail.html.contains(device), "{}", mail.text);
    }
    assert!(mail.text.contains("They can no longer be used to sign in."), "{}", mail.text);
    customer.get(&format!("/cases/{reference}")).await.says("Your device is deactivated").says("carla-key");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_three_are_shown_as_they_are_and_only_the_third_is_asked_again() {
    let (world, system) = world().await;
    let (customer, ana, reference) = approved_for(&world, &ALL).await;
    system.fail("deactivate", [Fault::Fine, refused("the token is locked"), Fault::Fine]);
    let page = deactivates(&ana, &reference, &ALL).await;
    page.is(200)
        .says("2 of 3 deactivated")
        .says("2 of 3 devices deactivated")
        .says("the token is locked")
        .says("Ready");
    let left: Vec<_> = ALL.into_iter().filter(|device| system.is_active("carla", device)).collect();
    assert_eq!((left.len(), system.times("deactivate")), (1, 3));
    assert_eq!(told_of(&world, &reference, "case.deactivated").await.len(), 2);
    assert_eq!(told_of(&world, &reference, "case.deactivation_failed").await.len(), 1);
    // What is left is offered and ticked, and nothing else is.
    let offered = boxes(&ana.get(&format!("/desk/cases/{reference}")).await);
    assert_eq!(offered.len(), 1, "{offered:?}");
    assert!(offered[0].0.ends_with(left[0]) && offered[0].2, "{offered:?}");
    // The customer is told what is so.
    let mail = world.mail(&format!("Some MFA devices deactivated, case {reference}")).await;
    let (done, not) = mail.text.split_once("could not be deactivated").expect("both are told");
    for device in ALL {
        assert!(if device == left[0] { not } else { done }.contains(device), "{}", mail.text);
    }
    assert!(!world.mails().await.iter().any(|mail| mail.header("Subject").unwrap().contains("MFA device deactivated")));
    let own = customer.get(&format!("/cases/{reference}")).await;
    own.says("Some of your devices are deactivated").says("still active");

    deactivates(&ana, &reference, &left).await.is(200).says("The directory confirmed it");
    assert_eq!(system.times("deactivate"), 4, "{:?}", system.asked());
    let again: Vec<_> = system.asked().into_iter().filter(|asked| asked.starts_with("deactivate")).collect();
    assert!(again[3].contains(left[0]), "{again:?}");
    assert_eq!(told_of(&world, &reference, "case.deactivated").await.len(), 3);
    world.mail(&format!("MFA device deactivated, case {reference}")).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_deactivated_can_stay_and_the_case_ends_with_the_rest() {
    let (world, system) = world().await;
    let (customer, ana, reference) = approved_for(&world, &ALL).await;
    let whole = ana.get(&format!("/desk/cases/{reference}")).await;
    assert!(!whole.has_form("/leave-rest"), "nothing is done yet");
    system.fail("deactivate", [refused("the token is locked")]);
    let page = deactivates(&ana, &reference, &ALL).await;
    assert!(!page.has_form("/reject"), "a case in which something is off is not rejected as if nothing were");
    let ended = ana.send(&page, "/leave-rest", &[]).await;
    ended.is(200).says("The case ends with what was deactivated").says("Deactivated");
    let mail = world.mail(&format!("MFA device deactivated, case {reference}")).await;
    assert!(mail.text.contains("stays active"), "{}", mail.text);
    customer.get(&format!("/cases/{reference}")).await.says("still active");
    assert!(world.actions(&reference).await.contains(&"case.rest_left".to_owned()));
    assert_eq!(system.times("deactivate"), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_approved_is_not_ordered_whatever_the_form_says() {
    let (world, system) = world().await;
    let (customer, reference) = world.confirmed(CARLA).await;
    world.passes_phone_check(&customer, &reference).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let page = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    let ticked: Vec<_> = boxes(&page).into_iter().filter(|(_, _, ticked)| *ticked).collect();
    // The form names an app, and there is one: nothing else is ticked for whoever decides.
    assert!(matches!(&ticked[..], [(label, _, _)] if label.ends_with("carla-app")), "{ticked:?}");
    ben.send(&page, "/approve", &[]).await.is(422).says("Choose which authenticators");
    let ids: Vec<String> = ALL.iter().map(|device| id_of(&page, device)).collect();
    ben.send(&page, "/approve", &chosen(&ids[..2])).await.is(200).says("You approved this case.");
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    let case = ana.get(&format!("/desk/cases/{reference}")).await;
    let offered: Vec<_> = boxes(&case).into_iter().map(|(_, id, _)| id).collect();
    assert!(offered.len() == 2 && !offered.contains(&ids[2]), "{offered:?}");
    let csrf = csrf_on(&case);
    for asked in [&ids[..], &ids[2..]] {
        let mut fields = chosen(asked);
        fields.push(("csrf", &csrf));
        let answer = ana.post(&format!("/desk/cases/{reference}/deactivate"), &fields).await;
        answer.is(409).says("Other authenticators of this account were approved");
    }
    ana.post(&format!("/desk/cases/{reference}/deactivate"), &[("csrf", &csrf)]).await.is(422);
    ana.get(&format!("/desk/cases/{reference}/deactivate")).await.is(422).says("Choose which authenticators");
    assert_eq!(system.times("deactivate"), 0);
    let entries = world.entries(&reference).await;
    assert!(
        entries.iter().any(|entry| entry.action == "case.refused" && entry.details.contains("other_authenticator"))
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_press_of_the_same_form_orders_nothing_twice() {
    let (world, system) = world().await;
    let (_, ana, reference) = approved_for(&world, &ALL).await;
    system.fail("deactivate", [Fault::Fine, Fault::Fine, refused("the token is locked")]);
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    let query: Vec<String> = boxes(&page).iter().map(|(_, id, _)| format!("authenticator={id}")).collect();
    let confirm = ana.get(&format!("/desk/cases/{reference}/deactivate?{}", query.join("&"))).await;
    let (first, second) = tokio::join!(ana.send(&confirm, "/deactivate", &[]), ana.send(&confirm, "/deactivate", &[]));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(system.times("deactivate"), 3);
    // Nor do its names, sent once more without the version.
    let ids: Vec<String> = boxes(&page).into_iter().map(|(_, id, _)| id).collect();
    let csrf = csrf_on(&page);
    let mut fields = chosen(&ids);
    fields.push(("csrf", &csrf));
    let again = ana.post(&format!("/desk/cases/{reference}/deactivate"), &fields).await;
    again.is(409).says("This case has deactivated one of these already");
    assert_eq!(system.times("deactivate"), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_in_the_middle_lets_nothing_more_be_done_and_forgets_nothing() {
    let (world, system) = world().await;
    let (_, ana, reference) = approved_for(&world, &ALL).await;
    let link = link_in(&world.mail("Waiting time").await, "object");
    // The first is done; the answers about the second and the third stay away.
    system.fail("deactivate", [Fault::Fine, Fault::Before(unknown()), Fault::Before(unknown())]);
    deactivates(&ana, &reference, &ALL).await.is(200).says("has not answered yet").says("Deactivating");
    assert_eq!(told_of(&world, &reference, "case.deactivated").await.len(), 1);
    let stranger = world.browser();
    let page = stranger.get(&link).await;
    stranger.send(&page, "/object", &[]).await.is(200).says("was deactivated before you stopped");
    world.later(TimeDelta::minutes(10)).await;
    assert_eq!(system.times("deactivate"), 3, "{:?}", system.asked());
    assert_eq!(ALL.into_iter().filter(|device| system.is_active("carla", device)).count(), 2);
    let sam = world.agent("sam").await;
    let page = sam.get(&format!("/desk/cases/{reference}")).await;
    page.says("Disputed").says("1 of 3 devices deactivated").says("the case does not permit it any more");
    let given = [("outcome", "reject"), ("reason", "It was not her.")];
    sam.send(&page, "/end-dispute", &given).await.is(200).says("The dispute is over").says("Deactivated in this case");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_that_stays_away_holds_up_no_other() {
    let (world, system) = world().await;
    let (_, ana, reference) = approved_for(&world, &ALL).await;
    system.fail("deactivate", [Fault::After(unknown())]);
    deactivates(&ana, &reference, &ALL).await.is(200).says("has not answered yet").says("Ordered, not answered yet");
    assert_eq!(told_of(&world, &reference, "case.deactivated").await.len(), 2);
    // It had done it: it is asked that, and not asked to do it again.
    world.later(TimeDelta::minutes(5)).await;
    ana.get(&format!("/desk/cases/{reference}")).await.says("Deactivated in this case");
    assert_eq!(system.times("deactivate"), 3);
    assert_eq!(told_of(&world, &reference, "case.deactivated").await.len(), 3);
    world.mail(&format!("MFA device deactivated, case {reference}")).await;
    world.stop().await;
}
