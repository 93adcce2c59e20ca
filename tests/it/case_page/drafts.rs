//! What somebody has begun to write: kept for those who may write there, in bounds, and for as long as it can be sent.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::domain::actor::Role;
use mfa_desk::store::AnyConnection;
use mfa_desk::store::schema::case_drafts;
use mfa_desk::workflow::{Act, MOST_DRAFTS, Standing};

use super::case;
use crate::queue::{asks, unhindered};
use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, Setup, World, csrf_on};

/// Sends what is typed, as the page does by itself.
async fn typed(browser: &Browser, reference: &str, field: &str, body: &str) -> Page {
    let csrf = csrf_on(&case(browser, reference).await);
    let fields = [("csrf", csrf.as_str()), ("field", field), ("body", body)];
    browser.post(&format!("/desk/cases/{reference}/draft"), &fields).await
}

pub async fn draft(browser: &Browser, reference: &str, field: &str, body: &str) {
    typed(browser, reference, field, body).await.is(204);
}

/// The drafts of somebody, the oldest first.
async fn kept(world: &World, name: &str) -> Vec<String> {
    let agent = world.person(name).await.id.to_string();
    let read = move |connection: &mut AnyConnection| {
        let theirs = case_drafts::table.filter(case_drafts::agent_id.eq(agent)).order(case_drafts::at.asc());
        Ok(theirs.select(case_drafts::body).load::<String>(connection)?)
    };
    world.desk.store.read(read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_write_keeps_no_draft() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (_, unmatched) = world.asks_for_help("nobody@customers.example").await;
    world.settle().await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    // Nobody is there to write to.
    typed(&ana, &unmatched, "message", "Dear nobody").await.is(409).says("No account matches");
    draft(&ana, &unmatched, "note", "Who is this?").await;
    assert_eq!(kept(&world, "ana").await, ["Who is this?"]);
    // What is longer than can be sent is not kept.
    typed(&ana, &reference, "message", &"x".repeat(4001)).await.is(422);
    draft(&ana, &reference, "message", &"x".repeat(4000)).await;
    assert_eq!(kept(&world, "ana").await.len(), 2);
    // Of a case that is over, notes can still be written.
    world.presses(&ben, &reference, "claim", &[]).await.is(200);
    world.presses(&ben, &reference, "reject", &[("reason", "A test.")]).await.is(200);
    let page = case(&ben, &unmatched).await;
    let csrf = csrf_on(&page);
    for (field, status) in [("message", 409), ("note", 204)] {
        let fields = [("csrf", csrf.as_str()), ("field", field), ("body", "Later")];
        ben.post(&format!("/desk/cases/{reference}/draft"), &fields).await.is(status);
    }
    assert_eq!(kept(&world, "ben").await, ["Later"]);
    // Refusals of what was never sent are nothing for the log.
    let entries = world.entries("").await;
    assert!(!entries.iter().any(|entry| entry.action == "case.refused"), "{entries:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_goes_when_it_is_sent_and_not_with_what_a_program_writes() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    draft(&ana, &reference, "message", "Half a thou").await;
    draft(&ana, &reference, "note", "A doubt").await;
    let program = world.program("ana").await;
    let body = serde_json::json!({ "body": "Half a thought.", "seen": null });
    program.post(&format!("/cases/{reference}/messages"), &[], Some(body)).await.is(200);
    let body = serde_json::json!({ "body": "No doubt." });
    program.post(&format!("/cases/{reference}/notes"), &[], Some(body)).await.is(200);
    assert_eq!(kept(&world, "ana").await.len(), 2, "what she types is hers");
    assert!(case(&world.agent("ben").await, &reference).await.text().contains("Ana is writing"), "she still writes");
    world.presses(&ana, &reference, "messages", &[("body", "Half a thought, thought through.")]).await.is(200);
    assert_eq!(kept(&world, "ana").await, ["A doubt"]);
    world.presses(&ana, &reference, "notes", &[("body", "No doubt at all.")]).await.is(200);
    assert!(kept(&world, "ana").await.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drafts_go_with_the_case_that_ends_or_is_merged() {
    let world = World::new().await;
    let (_, first) = world.confirmed(OWNER).await;
    let (_, second) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    for (agent, what) in [(&ana, "Ana"), (&ben, "Ben")] {
        draft(agent, &first, "message", &format!("{what} in the first")).await;
        draft(agent, &second, "note", &format!("{what} in the second")).await;
    }
    // One is merged into the other, which goes on with what was begun in it.
    let sam = world.agent("sam").await;
    let page = case(&sam, &second).await;
    let at = page.html.find(&format!("value=\"{first} ")).unwrap() + 7;
    let duplicate = page.html[at..].split('"').next().unwrap().to_owned();
    sam.send(&page, "/merge", &[("duplicate", &duplicate)]).await.is(200).says("Merged.");
    assert_eq!(kept(&world, "ana").await, ["Ana in the second"]);
    assert_eq!(kept(&world, "ben").await, ["Ben in the second"]);
    world.presses(&ana, &second, "claim", &[]).await.is(200);
    assert_eq!(kept(&world, "ben").await.len(), 1, "an act that ends nothing takes nothing away");
    world.presses(&ana, &second, "reject", &[("reason", "A test.")]).await.is(200);
    assert!(kept(&world, "ana").await.is_empty() && kept(&world, "ben").await.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drafts_go_with_whoever_is_suspended_or_works_cases_no_more() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    for name in ["ana", "ben", "sam"] {
        draft(&world.agent(name).await, &reference, "note", &format!("Of {name}")).await;
    }
    let ada = world.person("ada").await;
    let act = || Act { actor: ada.actor(), ip: String::new(), at: world.now() };
    let (ana, ben, sam) = (world.person("ana").await, world.person("ben").await, world.person("sam").await);
    world.desk.change_standing(act(), ana.id, Standing::Suspended).await.unwrap().unwrap();
    world.desk.change_role(act(), ben.id, Role::Auditor).await.unwrap().unwrap();
    world.desk.change_role(act(), sam.id, Role::Agent).await.unwrap().unwrap();
    assert!(kept(&world, "ana").await.is_empty() && kept(&world, "ben").await.is_empty());
    assert_eq!(kept(&world, "sam").await, ["Of sam"], "another role that works cases takes nothing away");
    // What their pages send with the role that they had comes too late.
    for late in [&ana, &ben] {
        let act = Act { actor: late.actor(), ip: String::new(), at: world.now() };
        world.desk.keep_draft(act, reference.parse().unwrap(), "note", "Late").await.unwrap().unwrap_err();
    }
    assert!(kept(&world, "ana").await.is_empty() && kept(&world, "ben").await.is_empty());
    // They do not come back with the person.
    world.desk.change_standing(act(), ana.id, Standing::Restored).await.unwrap().unwrap();
    assert!(!case(&world.agent("ana").await, &reference).await.text().contains("Of ana"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_keeps_so_many_drafts_and_the_oldest_goes_first() {
    let world = World::with(Setup { change: unhindered, ..Setup::default() }).await;
    let most = usize::try_from(MOST_DRAFTS).unwrap();
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let keep = async |agent: &mfa_desk::store::agents::Agent, reference: &str, body: &str| {
        world.clock.advance(chrono::TimeDelta::seconds(1));
        let act = Act { actor: agent.actor(), ip: String::new(), at: world.now() };
        world.desk.keep_draft(act, reference.parse().unwrap(), "note", body).await.unwrap().unwrap();
    };
    let mut cases = Vec::new();
    for n in 0..=most {
        cases.push(asks(&world, &format!("p{n}@customers.example"), "Somebody", "Help").await);
    }
    keep(&ben, &cases[0], "Of Ben").await;
    for (n, reference) in cases.iter().enumerate().take(most) {
        keep(&ana, reference, &format!("{n}")).await;
    }
    // Going on with one makes it the newest.
    keep(&ana, &cases[0], "0 again").await;
    assert_eq!(kept(&world, "ana").await.len(), most);
    keep(&ana, &cases[most], "One more").await;
    let now = kept(&world, "ana").await;
    assert_eq!((now.len(), now[0].as_str()), (most, "2"));
    assert_eq!(now[most - 2..], ["0 again", "One more"]);
    assert_eq!(kept(&world, "ben").await, ["Of Ben"]);
    world.stop().await;
}
