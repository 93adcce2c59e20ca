use super::{case, timeline_of};
use crate::queue::{asks, unhindered};
use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, Setup, World};

/// The value of the box that ends a case as a duplicate.
fn tick(page: &Page, reference: &str) -> Option<String> {
    let at = page.html.find(&format!("name=\"duplicate\" value=\"{reference} "))? + 24;
    let value = &page.html[at..];
    Some(value[..value.find('"').unwrap()].to_owned())
}

async fn merges(agent: &Browser, kept: &str, duplicates: &[&str]) -> Page {
    let page = case(agent, kept).await;
    let ticked: Vec<String> =
        duplicates.iter().map(|each| tick(&page, each).unwrap_or_else(|| panic!("{each}:\n{}", page.text()))).collect();
    let fields: Vec<(&str, &str)> = ticked.iter().map(|value| ("duplicate", value.as_str())).collect();
    agent.send(&page, "/merge", &fields).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicates_end_together_with_mail_and_audit_and_prove_nothing_in_the_kept_case() {
    let world = World::new().await;
    let (customer, first) = world.confirmed(OWNER).await;
    let (_, second) = world.asks_for_help(OWNER).await;
    let (_, kept) = world.asks_for_help(OWNER).await;
    world.settle().await;
    world.passes_phone_check(&customer, &first).await;
    let own = customer.get(&format!("/cases/{first}")).await;
    customer.send(&own, "/messages", &[("body", "Please hurry.")]).await.is(200);
    let sam = world.agent("sam").await;
    case(&sam, &first).await.says("Awaiting approval");
    merges(&sam, &kept, &[&first, &second]).await.is(200).says("Merged.").says("Merged into this case");
    for duplicate in [&first, &second] {
        let page = case(&sam, duplicate).await;
        page.says("Closed").says("This case ended as a duplicate.").says(&kept);
        let actions = world.actions(duplicate).await;
        assert!(actions.contains(&"case.merged".to_owned()), "{actions:?}");
        let mail = world.mail(&format!("Case {duplicate} was merged into another")).await;
        assert!(mail.text.contains(&kept) && mail.html.contains(&kept), "{}", mail.text);
        assert!(mail.text.contains("Nothing was deactivated"), "{}", mail.text);
    }
    let merged = world.actions(&kept).await.iter().filter(|action| *action == "case.duplicate_merged").count();
    assert_eq!(merged, 2);
    // The kept case stands where it stood: nothing that was proved elsewhere counts in it.
    let page = case(&sam, &kept).await;
    page.says("Submitted").says("No check has been made yet.");
    assert!(timeline_of(&case(&sam, &first).await).contains("Please hurry."), "what was said stays where it was said");
    customer.get(&format!("/cases/{first}")).await.says("This case was merged into another");
    assert!(!world.actions(&first).await.iter().any(|action| action.starts_with("case.deactivat")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_holder_or_a_supervisor_ends_a_duplicate_and_all_of_them_or_none() {
    let world = World::new().await;
    let (_, first) = world.confirmed(OWNER).await;
    let (_, second) = world.confirmed(OWNER).await;
    let (_, kept) = world.confirmed(OWNER).await;
    let (_, strangers) = world.confirmed("root@customers.example").await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    assert!(tick(&case(&ana, &kept).await, &first).is_none(), "it is not hers");
    world.presses(&ana, &first, "claim", &[]).await.is(200);
    world.presses(&ben, &second, "claim", &[]).await.is(200);
    let page = case(&ana, &kept).await;
    let own = tick(&page, &first).unwrap();
    assert!(tick(&page, &second).is_none());
    // Forged: hers together with a colleague's, and with a stranger's.
    for forged in [&second, &strangers] {
        let version = if *forged == second { 3 } else { 2 };
        for version in [version - 1, version, version + 1] {
            let other = format!("{forged} {version}");
            ana.send(&page, "/merge", &[("duplicate", &own), ("duplicate", &other)]).await.is(409);
        }
    }
    ana.send(&page, "/merge", &[]).await.is(422).says("Choose which cases are duplicates");
    let itself = format!("{kept} {}", own.split_once(' ').unwrap().1);
    let answer = ana.send(&page, "/merge", &[("duplicate", &itself)]).await;
    assert!(matches!(answer.status, 409 | 422), "{}", answer.status);
    for untouched in [&first, &second, &strangers, &kept] {
        assert!(!world.actions(untouched).await.contains(&"case.merged".to_owned()), "{untouched}");
    }
    merges(&ana, &kept, &[&first]).await.is(200).says("Merged.");
    // A second press of the same form ends nothing twice.
    ana.send(&page, "/merge", &[("duplicate", &own)]).await.is(409);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_from_a_merged_case_still_freezes_the_one_that_goes_on() {
    let world = World::new().await;
    let (_, first) = world.confirmed(OWNER).await;
    let (_, kept) = world.confirmed(OWNER).await;
    let sam = world.agent("sam").await;
    merges(&sam, &kept, &[&first]).await.is(200);
    let link = crate::support::world::link_in(&world.mail(&format!("Case {first} was merged")).await, "object");
    let stranger = world.browser();
    let page = stranger.get(&link).await;
    stranger.send(&page, "/object", &[]).await.is(200);
    case(&sam, &kept).await.says("Disputed: this case is frozen");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_from_a_merged_case_reaches_the_one_that_deactivated() {
    let world = World::new().await;
    let (_, duplicate) = world.confirmed(OWNER).await;
    let (_, ana, kept) = world.ready(OWNER).await;
    let sam = world.agent("sam").await;
    merges(&sam, &kept, &[&duplicate]).await.is(200);
    let link = crate::support::world::link_in(&world.mail(&format!("Case {duplicate} was merged")).await, "object");
    world.deactivates(&ana, &kept).await.is(200).says("The directory confirmed it");
    let owner = world.browser();
    let page = owner.get(&link).await;
    owner.send(&page, "/object", &[]).await.is(200);
    assert!(world.actions(&kept).await.contains(&"case.disputed".to_owned()));
    case(&sam, &kept).await.says("Disputed: this case is frozen");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn related_cases_are_named_with_what_they_share() {
    let world = World::new().await;
    let (_, first) = world.confirmed(OWNER).await;
    let (_, same_account) = world.confirmed(OWNER).await;
    let (_, same_network) = world.confirmed("root@customers.example").await;
    let ana = world.agent("ana").await;
    let page = case(&ana, &first).await;
    let text = page.text();
    let related = super::between(&text, " Related cases ", " Documents ");
    let of = |reference: &str| super::between(related, reference, "MFA-").to_owned();
    assert!(of(&same_account).contains("the same account"), "{related}");
    let shared = of(&same_network);
    assert!(shared.contains("the same number to be called back on") && !shared.contains("account"), "{related}");
    assert!(!related.contains('@') && !related.contains("+44"), "{related}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_case_is_found_behind_however_many_that_are_over() {
    let world = World::with(Setup { change: unhindered, ..Setup::default() }).await;
    let first = asks(&world, OWNER, "Olivia", "").await;
    let mut newest = String::new();
    for _ in 0..22 {
        world.clock.advance(chrono::TimeDelta::seconds(1));
        newest = asks(&world, OWNER, "Olivia", "").await;
    }
    world.settle().await;
    let end = format!("UPDATE cases SET state = 'closed' WHERE reference NOT IN ('{first}', '{newest}');");
    crate::queue::run(&world, &end, &end);
    let sam = world.agent("sam").await;
    assert!(tick(&case(&sam, &newest).await, &first).is_some());
    world.stop().await;
}
