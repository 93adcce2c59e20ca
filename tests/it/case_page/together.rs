use chrono::TimeDelta;

use super::drafts::draft;
use super::{case, timeline_of};
use crate::support::world::{OWNER, Setup, World, csrf_on};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn colleagues_in_one_case_see_each_other_for_as_long_as_they_look() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let alone = case(&ana, &reference).await;
    assert!(!alone.text().contains("looks at this case too"), "nobody is told of themself");
    case(&ben, &reference).await.says("Ana looks at this case too.");
    ben.get("/desk").await.says("Ana is looking");
    draft(&ana, &reference, "message", "Dear Olivia").await;
    case(&ben, &reference).await.says("Ana is writing in this case.");
    let queue = ben.get("/desk").await;
    assert!(!queue.says("Ana is writing").text().contains("Ben is"), "nobody is told of themself");
    world.clock.advance(TimeDelta::seconds(70));
    case(&ben, &reference).await.says("Ana looks at this case too.");
    world.clock.advance(TimeDelta::seconds(160));
    assert!(!case(&ben, &reference).await.text().contains("Ana looks"));
    assert!(!ben.get("/desk").await.text().contains("Ana is"));
    // Somebody who only reads the desk's cases is nobody's competitor.
    case(&world.agent("aud").await, &reference).await.is(200);
    assert!(!case(&ben, &reference).await.text().contains("Aud looks"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_there_again_for_its_writer_alone_until_it_is_sent() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    draft(&ana, &reference, "message", "Half a thou").await;
    draft(&ana, &reference, "note", "A doubt").await;
    case(&ana, &reference).await.says("Half a thou").says("A doubt");
    let others = case(&ben, &reference).await;
    assert!(!others.text().contains("Half a thou"), "drafts are their writer's");
    world.presses(&ana, &reference, "messages", &[("body", "Half a thought.")]).await.is(200);
    let page = case(&ana, &reference).await;
    assert!(!page.text().contains("Half a thou Send"), "{}", page.text());
    assert!(!page.text().replace("Half a thought.", "").contains("Half a thou"), "a sent draft is none");
    page.says("A doubt");
    // A draft that comes in after it was sent is none either, and an empty one takes it back.
    draft(&ana, &reference, "message", "Half a thought.").await;
    let text = case(&ana, &reference).await.text();
    assert_eq!(text.matches("Half a thought.").count(), 1, "{text}");
    draft(&ana, &reference, "note", " ").await;
    assert!(!case(&ana, &reference).await.text().contains("A doubt"));
    // Nothing of it is in the log.
    assert!(world.entries(&reference).await.iter().all(|entry| !entry.details.contains("doubt")));
    let csrf = csrf_on(&page);
    let fields = [("csrf", csrf.as_str()), ("field", "reason"), ("body", "x")];
    ana.post(&format!("/desk/cases/{reference}/draft"), &fields).await.is(404);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_a_page_that_somebody_overtook_is_kept_and_not_sent() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let page = case(&ana, &reference).await;
    world.presses(&ben, &reference, "messages", &[("body", "I take this one.")]).await.is(200);
    let stopped = ana.send(&page, "/messages", &[("body", "My own answer.")]).await;
    stopped.is(409).says("Ben wrote in the meantime").says("My own answer.");
    assert!(timeline_of(&stopped).contains("I take this one."), "what came in is shown");
    assert!(!timeline_of(&stopped).contains("My own answer."), "nothing was sent");
    // Having read it, they send it.
    ana.send(&stopped, "/messages", &[("body", "My own answer.")]).await.is(200).says("The message is on its way.");
    // The customer is heard too; one's own message overtakes nobody.
    let page = case(&ana, &reference).await;
    ana.send(&page, "/messages", &[("body", "First.")]).await.is(200);
    ana.send(&page, "/messages", &[("body", "Second.")]).await.is(200);
    let own = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&own, "/messages", &[("body", "Wait!")]).await.is(200);
    ana.send(&page, "/messages", &[("body", "Third.")]).await.is(409).says("The customer wrote in the meantime");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presence_and_drafts_are_shared_by_instances() {
    let setup = Setup::default();
    if setup.database.file().is_some() {
        // One file is served by one process.
        return;
    }
    let one = World::with(setup.clone()).await;
    let (_, reference) = one.confirmed(OWNER).await;
    let (ana, ben) = (one.agent("ana").await, one.agent("ben").await);
    one.settle().await;
    let other = World::with(Setup { seed: 2, at: one.now(), ..setup }).await;
    draft(&ana, &reference, "note", "From the first instance").await;
    case(&ben.at(&other.base), &reference).await.says("Ana is writing in this case.");
    case(&ana.at(&other.base), &reference).await.says("From the first instance");
    other.stop().await;
    one.stop().await;
}
