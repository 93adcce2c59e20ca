use mfa_desk::domain::form::Language;
use mfa_desk::workflow::{Act, TypedReply};

use super::case;
use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, World};

const EVIL: &str = "Olivia {{agent}} {% for x in y %}";

async fn add(sam: &Browser, title: &str, texts: &[(&str, &str)]) -> Page {
    let page = sam.get("/desk/replies/new").await;
    let mut fields = vec![("title", title)];
    fields.extend_from_slice(texts);
    sam.send(page.is(200), "/desk/replies", &fields).await
}

/// The value of the choice with this title.
fn reply(page: &Page, title: &str) -> String {
    let at = page.html.find(&format!(">{title}</option>")).unwrap_or_else(|| panic!("{title}:\n{}", page.text()));
    let before = &page.html[..at];
    let start = before.rfind("value=\"").unwrap() + 7;
    before[start..start + 36].to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_keeps_replies_and_an_agent_begins_from_one_in_the_cases_language() {
    let world = World::new().await;
    let sam = world.agent("sam").await;
    let german = "Guten Tag {{name}}, hier ist {{agent}} zu Fall {{reference}}.";
    add(&sam, "Greeting", &[("en", "Dear {{name}}, {{agent}} here."), ("de", german)]).await.is(200).says("Kept.");
    add(&sam, "English only", &[("en", "We look at {{ reference }} for {{product}}.")]).await.is(200);
    add(&sam, "Wrong", &[("en", "{{secret}}")]).await.is(422).says("{{secret}} is none of the places");
    add(&sam, "", &[]).await.is(422).says("Enter a title");
    let (_, reference) = world.confirmed_in("de", OWNER).await;
    let ana = world.agent("ana").await;
    let page = case(&ana, &reference).await;
    let greeting = reply(&page, "Greeting");
    let begun = ana.get(&format!("/desk/cases/{reference}?reply={greeting}")).await;
    begun.says(&format!("Guten Tag Olivia Öwner, hier ist Ana zu Fall {reference}.")).says("in Deutsch");
    let other = ana.get(&format!("/desk/cases/{reference}?reply={}", reply(&page, "English only"))).await;
    other.says(&format!("We look at {reference} for")).says("not written in Deutsch");
    // What nobody keeps begins nothing.
    ana.get(&format!("/desk/cases/{reference}?reply=nothing")).await.is(200);
    // Changing and removing it are supervisors' work, and on record.
    ana.get("/desk/replies").await.is(403);
    let edit = sam.get(&format!("/desk/replies/{greeting}")).await;
    edit.says("Dear Zoë Example, Sam here.");
    sam.send(&edit, &greeting, &[("title", "Hello"), ("en", "Hello {{name}}.")]).await.is(200);
    sam.send(&sam.get(&format!("/desk/replies/{greeting}")).await, "/remove", &[]).await.is(200).says("Removed.");
    sam.get(&format!("/desk/replies/{greeting}")).await.is(404);
    assert!(!case(&ana, &reference).await.html.contains(">Hello</option>"));
    let entries = world.entries("").await;
    for action in ["reply.added", "reply.changed", "reply.removed"] {
        assert!(entries.iter().any(|entry| entry.action == action), "{action}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_customer_typed_is_text_wherever_it_is_filled_in() {
    let world = World::new().await;
    let sam = world.agent("sam").await;
    add(&sam, "Greeting", &[("en", "Dear {{name}}.\n{% if product %}{{agent}}")]).await.is(200);
    let customer = world.browser();
    let page = customer.get("/assistance").await;
    let mut fields = crate::support::world::form(OWNER);
    fields.retain(|(name, _)| *name != "name");
    fields.push(("name", EVIL));
    let answer = customer.send(&page, "/assistance", &fields).await;
    let reference = crate::support::world::reference_on(answer.is(200));
    world.settle().await;
    let ana = world.agent("ana").await;
    let greeting = reply(&case(&ana, &reference).await, "Greeting");
    let begun = ana.get(&format!("/desk/cases/{reference}?reply={greeting}")).await;
    begun.is(200).says(&format!("Dear {EVIL}. {{% if product %}}Ana"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_has_so_many_replies_and_no_more() {
    let world = World::new().await;
    let supervisor = world.person("sam").await;
    let act = || Act { actor: supervisor.actor(), ip: String::new(), at: world.now() };
    let typed = TypedReply { title: "One of many".to_owned(), texts: [(Language::English, "x".to_owned())].into() };
    for _ in 0..199 {
        world.desk.keep_reply(act(), None, &typed).await.unwrap().unwrap().unwrap();
    }
    let sam = world.agent("sam").await;
    add(&sam, "The last", &[("en", "x")]).await.is(200).says("Kept.");
    add(&sam, "One more", &[("en", "Kept on the page")]).await.is(422).says("200 replies").says("Kept on the page");
    let one_more = serde_json::json!({ "title": "One more", "texts": [{ "language": "en", "text": "x" }] });
    let code = world.code("sam").await;
    let program = world.program("sam").await;
    let problem = program.post("/replies", &[("mfa-code", &code)], Some(one_more)).await.is(422).problem("invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/title");
    // Those that are there can be changed, and one that goes makes room.
    let last = world.desk.canned_replies().await.unwrap().into_iter().find(|reply| reply.title == "The last").unwrap();
    world.desk.keep_reply(act(), Some(last.id), &typed).await.unwrap().unwrap().unwrap();
    world.desk.remove_reply(act(), last.id).await.unwrap().unwrap();
    add(&sam, "One more", &[("en", "x")]).await.is(200).says("Kept.");
    world.stop().await;
}
