//! What people ask for: everything held about them, and its erasure.

use mfa_desk::domain::actor::Actor;
use mfa_desk::store::audit::Verdict;
use mfa_desk::workflow::{Act, Halt, Whom};

use super::*;

fn operator(world: &World) -> Act {
    Act { actor: Actor::Operator, ip: String::new(), at: world.now() }
}

fn whom() -> Whom {
    EMAIL.parse().unwrap()
}

/// **Privacy**, with the second factor that it asks for.
async fn privacy(world: &World, browser: &Browser, name: &str) -> crate::support::browser::Page {
    let page = browser.get("/desk/privacy").await;
    if page.text().contains("Confirm that it is you") { world.steps_up(browser, name, &page).await } else { page }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_gets_everything_held_about_them_in_one_file() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let all = world.desk.hand_out(operator(&world), whom()).await.unwrap().unwrap();
    let json = all.json.to_lowercase();
    for word in PLANTED {
        assert!(json.contains(word), "{word}");
    }
    assert!(json.contains(ADDRESS) && json.contains(&reference.to_lowercase()));
    assert_eq!(all.files.len(), 1);
    assert!(all.files[0].0.ends_with(".jpg") && all.files[0].1.starts_with(&[0xFF, 0xD8]));
    let read: serde_json::Value = serde_json::from_str(&all.json).unwrap();
    assert_eq!(read["tables"]["case_forms"][0]["message"], "A xylophonic grievance.");
    assert_eq!(read["log"][0]["action"], "case.submitted");
    // Secrets and where colleagues sit are no data about this person.
    let agents = read["log"].as_array().unwrap().iter().filter(|entry| entry["actor_kind"] == "agent");
    assert!(agents.clone().count() > 2 && agents.clone().all(|entry| entry.get("ip").is_none()));
    for secret in ["token_hash", "password_hash", "code_hash", "sealed"] {
        assert!(!json.contains(secret), "{secret}");
    }

    let sam = world.agent("sam").await;
    let page = privacy(&world, &sam, "sam").await;
    let page = sam.send(&page, "/desk/privacy", &[("whom", EMAIL)]).await;
    page.is(200).says(&reference).says("This cannot be erased now").says("can be objected to until");
    let csrf = crate::support::world::csrf_on(&page);
    let file = sam.post("/desk/privacy/export", &[("csrf", &csrf), ("whom", EMAIL)]).await;
    file.is(200);
    assert_eq!(file.headers["content-type"], "application/zip");
    assert!(file.html.starts_with("PK") && file.html.contains("person.json") && file.html.contains("xylophonic"));
    let actions = world.actions("").await;
    assert_eq!(actions.iter().filter(|action| *action == "privacy.exported").count(), 2);
    // Nobody else, and nothing of nobody.
    for name in ["ana", "aud"] {
        world.agent(name).await.get("/desk/privacy").await.is(403);
    }
    sam.send(&privacy(&world, &sam, "sam").await, "/desk/privacy", &[("whom", "nobody@planted.example")]).await.is(422);
    sam.send(&privacy(&world, &sam, "sam").await, "/desk/privacy", &[("whom", "?")]).await.is(422);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_erasure_nothing_of_the_person_is_in_the_database_or_its_file() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let whole = mfa_desk::workflow::Whom::clone(&whom());
    // While anybody can still object, while a hold stands, and while a case is open it is refused, and nothing is gone.
    let why = |halt: Halt| halt.to_string();
    let refused = world.desk.erase_person(operator(&world), whole.clone()).await.unwrap().map_err(why).unwrap_err();
    assert!(refused.contains("can be objected to until"), "{refused}");
    days(&world, 31).await;
    world.desk.place_hold(operator(&world), whom(), "A court asks.".to_owned()).await.unwrap().unwrap();
    let refused = world.desk.erase_person(operator(&world), whom()).await.unwrap().map_err(why).unwrap_err();
    assert!(refused.contains("legal hold"), "{refused}");
    let held = world.desk.held_about(operator(&world), whom()).await.unwrap().unwrap();
    world.desk.lift_hold(operator(&world), held.holds[0].id).await.unwrap().unwrap();
    let (_, second) = world.asks_for_help(EMAIL).await;
    world.settle().await;
    let refused = world.desk.erase_person(operator(&world), whom()).await.unwrap().map_err(why).unwrap_err();
    assert!(refused.contains(&format!("{second} is still open")), "{refused}");
    assert!(everything(&world).await.contains("xylophonic"));
    days(&world, 15).await;
    days(&world, 31).await;

    let sam = world.agent("sam").await;
    let page = privacy(&world, &sam, "sam").await;
    let page = sam.send(&page, "/desk/privacy", &[("whom", EMAIL)]).await;
    page.is(200).says("Erases the account");
    let csrf = crate::support::world::csrf_on(&page);
    sam.send(&page, "/desk/privacy/erase", &[]).await.is(422).says("Nothing was erased");
    let done = sam.post("/desk/privacy/erase", &[("csrf", &csrf), ("whom", EMAIL), ("sure", "yes")]).await;
    done.is(200).says("Erased on request").says("Erased. The list below");
    let after = everything(&world).await;
    says_nothing_of(&after, &PLANTED);
    assert!(matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_)));
    let log = world.entries("").await;
    let entry = log.iter().find(|entry| entry.action == "privacy.erased").unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&entry.details).unwrap()["request"], 1);

    // Every page of what is left says so, and asking again finds nothing.
    for case in [&reference, &second] {
        for part in ["", "/print", "?show=conversation", "?show=events"] {
            let page = sam.get(&format!("/desk/cases/{case}{part}")).await;
            page.is(200).says("by request (no. 1)");
        }
    }
    let again = world.desk.erase_person(operator(&world), whom()).await.unwrap();
    assert!(again.is_err());
    // The account cannot be used, nor does a form find it.
    let (_, third) = world.asks_for_help(EMAIL).await;
    world.settle().await;
    let page = sam.get(&format!("/desk/cases/{third}")).await;
    page.is(200).says("No account matches");
    let database = world.database.clone();
    // That form is of nobody's account now: it goes too, so that the file can be looked through.
    days(&world, 15).await;
    days(&world, 31).await;
    world.desk.erase_person(operator(&world), whom()).await.unwrap().unwrap();
    assert_eq!(number(&world, "SELECT MAX(n) AS n FROM erasures").await, 2);
    says_nothing_of(&everything(&world).await, &PLANTED);
    world.stop().await;
    if let Some(raw) = raw(&database) {
        for word in PLANTED {
            assert!(!raw.contains(word), "“{word}” is still in the file");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_at_the_desk_are_not_erased() {
    let world = World::with(setup()).await;
    let (_, reference) = rich_case(&world).await;
    let sam = world.agent("sam").await;
    let csrf = crate::support::world::csrf_on(&privacy(&world, &sam, "sam").await);
    let page = sam.post("/desk/privacy", &[("csrf", &csrf), ("whom", "ana@desk.example.test")]).await;
    page.is(422).says("Nothing is held");
    // Who works at the desk is a case's subject too, when they lost their device; nobody else's case is in the way.
    assert!(everything(&world).await.contains("ana@desk.example.test"));
    assert!(world.actions(&reference).await.contains(&"case.rejected".to_owned()));
    world.stop().await;
}
