use chrono::TimeDelta;

use super::{between, case};
use crate::support::browser::{Browser, Page};
use crate::support::directory::{FakeSystem, Fault, Outside, unavailable};
use crate::support::world::{OWNER, Setup, World};

fn step(page: &Page) -> String {
    between(&page.text(), "Next step:", " Policy ").to_owned()
}

async fn says(browser: &Browser, reference: &str, words: &[&str]) {
    let said = step(&case(browser, reference).await);
    for word in words {
        assert!(said.contains(word), "“{word}” is not in:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_whose_turn_it_is_all_the_way() {
    let world = World::new().await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    says(&ana, &reference, &["waiting for the customer", "press the button", "Until"]).await;
    let (customer, reference) = world.confirmed(OWNER).await;
    says(&ana, &reference, &["your turn", "Nobody holds this case"]).await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    says(&ana, &reference, &["waiting for the customer", "Still missing on the closest path"]).await;
    let own = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&own, "/messages", &[("body", "Are you there?")]).await.is(200);
    says(&ana, &reference, &["your turn", "waits for an answer"]).await;
    world.presses(&ana, &reference, "messages", &[("body", "Yes.")]).await.is(200);
    world.passes_phone_check(&customer, &reference).await;
    says(&ana, &reference, &["your turn", "Ask for the approval"]).await;
    says(&ben, &reference, &["your turn", "second approval", "Look at what is approved"]).await;
    world.presses(&ben, &reference, "approve", &[]).await.is(200);
    says(&ana, &reference, &["waiting", "can stop it until the cooling-off ends", "Until"]).await;
    world.later(TimeDelta::hours(24)).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    says(&ana, &reference, &["your turn", "Deactivate what was approved"]).await;
    says(&ben, &reference, &["a colleague", "Ana can deactivate"]).await;
    world.deactivates(&ana, &reference).await.is(200);
    says(&ana, &reference, &["waiting for the customer", "activate a new device"]).await;
    // The policy stands before everything that is told about the case.
    let text = case(&ana, &reference).await.text();
    let at = |heading: &str| text.find(heading).unwrap_or_else(|| panic!("{heading}"));
    assert!(at("Next step:") < at(" Policy ") && at(" Policy ") < at("What the customer says"), "{text}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_is_down_is_not_a_missing_account() {
    let system = FakeSystem::new();
    system.add("carla", Some("carla@corp.example"), Some("+447911123456"));
    system.fail("find", vec![Fault::Before(unavailable()); 50]);
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    let (_, reference) = world.asks_for_help("carla@corp.example").await;
    let ana = world.agent("ana").await;
    let page = case(&ana, &reference).await;
    page.says("It is not known yet whether an account matches").says("waiting for the directory");
    assert!(!page.text().contains("No account matches"), "{}", page.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_of_another_system_is_named_with_it_and_offered_no_path_it_cannot_take() {
    let system = FakeSystem::new();
    system.add("carla", Some("carla@corp.example"), Some("+447911123456"));
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    let (customer, reference) = world.confirmed("carla@corp.example").await;
    world.passes_phone_check(&customer, &reference).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let page = case(&ana, &reference).await;
    let policy = between(&page.text(), " Policy ", " Evidence ").to_owned();
    assert!(!policy.contains("Password") && !policy.to_lowercase().contains("saved recovery code"), "{policy}");
    let approve = ben.get(&format!("/desk/cases/{reference}/approve")).await;
    approve.is(200).says("Login there: carla");
    ben.send(&approve, "/approve", &[]).await.is(200);
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    let id = crate::support::world::authenticator_on(&case(&ana, &reference).await);
    let confirm = ana.get(&format!("/desk/cases/{reference}/deactivate?authenticator={id}")).await;
    confirm.is(200).says("Login there: carla");
    let done = ana.send(&confirm, "/deactivate", &[]).await;
    let said = super::timeline_of(done.is(200));
    assert!(said.contains("Deactivated, confirmed by the directory: carla-app"), "{said}");
    world.stop().await;
}
