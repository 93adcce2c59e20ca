//! Writing to customers by programs: what was read is named, and replies are begun from.

use chrono::TimeDelta;
use mfa_desk::domain::actor::Actor;
use mfa_desk::workflow::Act;
use serde_json::{Value, json};

use crate::support::world::{OWNER, World, address};

async fn messages(program: &super::Program, reference: &str) -> Vec<Value> {
    let case = program.get(&format!("/cases/{reference}")).await.is(200).json();
    case["messages"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_names_what_was_read_and_is_not_sent_past_what_came_in() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (_, elsewhere) = world.confirmed("root@customers.example").await;
    let (ana, ben) = (world.program("ana").await, world.program("ben").await);
    let path = format!("/cases/{reference}/messages");
    let says = |text: &str, seen: Value| Some(json!({ "body": text, "seen": seen }));
    // What was read is said, if it was nothing.
    let problem = ana.post(&path, &[], Some(json!({ "body": "x" }))).await.is(422).problem("invalid");
    assert!(problem["detail"].as_str().unwrap().contains("seen"), "{problem}");
    ana.post(&path, &[], says("x", json!("nonsense"))).await.is(422).problem("invalid");
    ben.post(&path, &[], says("I take this one.", Value::Null)).await.is(200);
    let stopped = ana.post(&path, &[], says("My own answer.", Value::Null)).await;
    let problem = stopped.is(412).problem("stale");
    assert!(problem["detail"].as_str().unwrap().contains("Ben wrote"), "{problem}");
    let there = messages(&ana, &reference).await;
    assert_eq!((there.len(), &there[0]["body"]), (1, &json!("I take this one.")), "nothing was sent");
    assert_eq!(problem["unread"].as_array().unwrap().len(), 1);
    assert_eq!(problem["unread"][0]["id"], there[0]["id"]);
    assert!(!stopped.text.contains("I take this"), "what it says is read with the case");
    // Having read it, they send it; one's own message overtakes nobody.
    ana.post(&path, &[], says("My own answer.", there[0]["id"].clone())).await.is(200);
    ana.post(&path, &[], says("And more.", there[0]["id"].clone())).await.is(200);
    // The customer is heard too, and all that came in is told.
    let own = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&own, "/messages", &[("body", "Wait!")]).await.is(200);
    let own = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&own, "/messages", &[("body", "Please!")]).await.is(200);
    let problem = ana.post(&path, &[], says("Late.", there[0]["id"].clone())).await.is(412).problem("stale");
    assert!(problem["detail"].as_str().unwrap().contains("The customer wrote"), "{problem}");
    let now = messages(&ana, &reference).await;
    let unread: Vec<&Value> = problem["unread"].as_array().unwrap().iter().map(|each| &each["id"]).collect();
    assert_eq!(unread, [&now[3]["id"], &now[4]["id"]]);
    // A message of another case was not read in this one, however new it is.
    let other = format!("/cases/{elsewhere}/messages");
    ana.post(&other, &[], says("Hello.", Value::Null)).await.is(200);
    let newer = messages(&ana, &elsewhere).await[0]["id"].clone();
    ana.post(&path, &[], says("Past them.", newer)).await.is(412).problem("stale");
    ana.post(&path, &[], says("Here.", now[4]["id"].clone())).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_slower_clock_wrote_later_is_unread_all_the_same() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.program("ana").await;
    let path = format!("/cases/{reference}/messages");
    let says = |text: &str, seen: Value| Some(json!({ "body": text, "seen": seen }));
    ana.post(&path, &[], says("Hello.", Value::Null)).await.is(200);
    let seen = messages(&ana, &reference).await[0]["id"].clone();
    // Another instance, whose clock is behind, takes what the customer writes.
    let act = Act { actor: Actor::Customer, ip: String::new(), at: world.now() - TimeDelta::seconds(5) };
    world.desk.write_to_desk(act, reference.parse().unwrap(), "Wait!".to_owned()).await.unwrap().unwrap();
    let there = messages(&ana, &reference).await;
    assert_eq!(there[1]["body"], "Wait!", "{there:?}");
    let problem = ana.post(&path, &[], says("Past it.", seen)).await.is(412).problem("stale");
    assert_eq!(problem["unread"][0]["id"], there[1]["id"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_write_is_told_that_and_not_who_wrote() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let own = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&own, "/messages", &[("body", "Please!")]).await.is(200);
    let ben = world.agent("ben").await;
    world.presses(&ben, &reference, "claim", &[]).await.is(200);
    world.presses(&ben, &reference, "reject", &[("reason", "A test.")]).await.is(200);
    let ana = world.program_for("ana", &["cases:work"], "").await;
    let late = Some(json!({ "body": "Late.", "seen": null }));
    let refused = ana.post(&format!("/cases/{reference}/messages"), &[], late).await.is(409).problem("refused");
    assert_eq!(refused["rule"], "over", "{refused}");
    let entries = world.entries(&reference).await;
    assert!(entries.iter().any(|entry| entry.action == "case.refused" && entry.actor == address("ana")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_are_kept_by_supervisors_and_begun_from_by_agents() {
    let world = World::new().await;
    let (_, reference) = world.confirmed_in("de", OWNER).await;
    let (ana, sam) = (world.program("ana").await, world.program("sam").await);
    let german = "Guten Tag {{name}}, hier ist {{agent}} zu Fall {{reference}}.";
    let reply = json!({ "title": "Greeting", "texts": [
        { "language": "en", "text": "Dear {{name}}." }, { "language": "de", "text": german },
    ] });
    ana.post("/replies", &[], Some(reply.clone())).await.is(403).problem("insufficient-scope");
    // What customers will read is kept with a scope of its own, and with a code.
    let manages = world.program_for("sam", &["desk:read", "desk:manage"], "").await;
    manages.post("/replies", &[], Some(reply.clone())).await.is(403).problem("insufficient-scope");
    sam.post("/replies", &[], Some(reply.clone())).await.is(403);
    let keep = async |path: &str, body: Option<Value>| {
        let code = world.code("sam").await;
        sam.post(path, &[("mfa-code", &code)], body).await
    };
    let kept = keep("/replies", Some(reply)).await.is(200).json();
    let id = kept["id"].as_str().unwrap().to_owned();
    // What is wrong with one is pointed at.
    let text = |language: &str, text: &str| json!({ "language": language, "text": text });
    for (title, texts, pointer) in [
        ("", json!([text("en", "x")]), "/title"),
        ("T", json!([text("en", "x"), text("de", "{{secret}}")]), "/texts/1/text"),
        ("T", json!([text("en", "x"), text("en", "y")]), "/texts/1/language"),
        ("T", json!([text("xx", "x")]), "/texts/0/language"),
        ("T", json!([]), "/texts"),
    ] {
        let wrong = Some(json!({ "title": title, "texts": texts }));
        let problem = keep("/replies", wrong).await.is(422).problem("invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    // An agent sees titles, and the text as it would be sent: in the case's language, by their name.
    let of_case = format!("/cases/{reference}/replies");
    let offered = ana.get(&of_case).await.is(200).json();
    assert_eq!(offered["items"], json!([{ "id": id, "title": "Greeting", "language": "de" }]));
    let filled = ana.get(&format!("{of_case}/{id}")).await.is(200).json();
    assert_eq!(filled["text"], format!("Guten Tag Olivia Öwner, hier ist Ana zu Fall {reference}."));
    assert_eq!((&filled["language"], &filled["case_language"]), (&json!("de"), &json!("de")));
    assert!(messages(&ana, &reference).await.is_empty(), "nothing is sent by that");
    ana.get(&format!("{of_case}/00000000-0000-7000-8000-000000000000")).await.is(404);
    ana.get("/replies").await.is(403);
    // Whoever can send nothing there begins from nothing.
    let aud = world.program("aud").await;
    aud.get(&of_case).await.is(403).problem("forbidden");
    aud.get(&format!("{of_case}/{id}")).await.is(403).problem("forbidden");
    let (_, over) = world.confirmed("root@customers.example").await;
    world.presses(&world.agent("ben").await, &over, "claim", &[]).await.is(200);
    world.presses(&world.agent("ben").await, &over, "reject", &[("reason", "A test.")]).await.is(200);
    assert_eq!(ana.get(&format!("/cases/{over}/replies")).await.is(200).json()["items"], json!([]));
    ana.get(&format!("/cases/{over}/replies/{id}")).await.is(404);
    // Changed, it is what was sent and nothing of before.
    let changed = json!({ "title": "Hello", "texts": [text("en", "Hello {{name}}.")] });
    keep(&format!("/replies/{id}"), Some(changed)).await.is(200);
    let read = sam.get(&format!("/replies/{id}")).await.is(200).json();
    assert_eq!((&read["title"], read["texts"].as_array().unwrap().len()), (&json!("Hello"), 1));
    let filled = ana.get(&format!("{of_case}/{id}")).await.is(200).json();
    assert_eq!((&filled["text"], &filled["language"]), (&json!("Hello Olivia Öwner."), &json!("en")));
    assert_eq!(sam.get("/replies").await.is(200).json()["items"], json!([read]));
    keep(&format!("/replies/{id}/remove"), None).await.is(200);
    keep(&format!("/replies/{id}/remove"), None).await.is(404);
    assert_eq!(ana.get(&of_case).await.is(200).json()["items"], json!([]));
    let entries = world.entries("").await;
    for action in ["reply.added", "reply.changed", "reply.removed"] {
        let entry = entries.iter().find(|entry| entry.action == action && entry.actor == address("sam"));
        assert!(entry.unwrap().details.contains("\"via\":\"token "), "{action}");
    }
    world.stop().await;
}
