//! Managing the people at the desk.

use crate::credentials::activates_app;
use crate::support::browser::{Browser, Page};
use crate::support::world::{PASSWORD, PUBLIC, World, address, csrf_on};

async fn person(world: &World, who: &Browser, name: &str) -> (String, Page) {
    let path = format!("/desk/people/{}", world.account_id(&address(name)).await);
    let page = who.get(&path).await;
    (path, page)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_colleague_is_invited_sets_a_password_and_then_a_device() {
    let world = World::new().await;
    let sam = world.agent("sam").await;
    let page = sam.get("/desk/people/add").await;
    let typed = [("email", "zoe@desk.example.test"), ("name", "Zoë"), ("role", "agent"), ("phone", "nonsense")];
    let wrong = sam.send(&page, "/desk/people/add", &typed).await;
    wrong.is(422).says("with its country code");
    assert!(wrong.html.contains("zoe@desk.example.test"), "what was typed is kept");
    let typed = [("email", "zoe@desk.example.test"), ("name", "Zoë"), ("role", "agent"), ("phone", "+44 7911 123456")];
    sam.send(&page, "/desk/people/add", &typed).await.is(200).says("was mailed").says("No password yet");
    sam.send(&page, "/desk/people/add", &typed).await.is(422).says("exists already");
    // A supervisor makes no admin, whatever the form says.
    let typed = [("email", "eve@desk.example.test"), ("name", "Eve"), ("role", "admin")];
    sam.send(&page, "/desk/people/add", &typed).await.is(422).says("Only an admin");

    let mail = world.mail("Set your password").await;
    let link = mail.text.split_whitespace().find(|word| word.contains("?token=")).unwrap();
    // Somebody asks for a link in her name: the invitation, good for a day, is not replaced by one that is good for less.
    let browser = world.browser();
    world.later(chrono::TimeDelta::hours(2)).await;
    let page = browser.get("/desk/forgotten-password").await;
    browser.send(&page, "/desk/forgotten-password", &[("email", "zoe@desk.example.test")]).await.is(200);
    world.later(chrono::TimeDelta::hours(2)).await;
    // Everybody else who manages people was told of her.
    let told = world.mails().await.into_iter().filter(|mail| mail.text.contains("added Zoë (zoe@desk.example.test)"));
    let told: Vec<_> = told.map(|mail| mail.header("To").unwrap().to_owned()).collect();
    assert!(told.len() == 1 && told[0].contains(&address("ada")), "{told:?}");
    let page = browser.get(link.strip_prefix(PUBLIC).unwrap()).await;
    let new = "seven striped otters";
    browser.send(&page, "/desk/set-password", &[("password", new)]).await.is(200);
    let page = browser.get("/desk/sign-in").await;
    let given = [("email", "zoe@desk.example.test"), ("password", new)];
    let page = browser.send(&page, "/desk/sign-in", &given).await;
    assert!(page.url.ends_with("/desk/security"), "{}", page.url);
    // Saved codes are no device: there are none before one is set up.
    assert!(!page.has_form("/recovery-codes"));
    browser.post("/desk/security/recovery-codes", &[("csrf", &csrf_on(&page))]).await.is(409);
    activates_app(&world, &browser, "/desk", "Phone").await.is(200).says("Here are recovery codes");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_and_standing_change_at_once_and_never_ones_own() {
    let world = World::new().await;
    let (sam, ada, ana) = (world.agent("sam").await, world.agent("ada").await, world.agent("ana").await);
    let (path, page) = person(&world, &sam, "ana").await;
    sam.send(&page, "/role", &[("role", "auditor")]).await.is(200).says("The role is changed").says("Auditor");
    ana.get("/desk/approvals").await.is(403);
    sam.send(&page, "/role", &[("role", "admin")]).await.is(422).says("Only an admin");
    sam.send(&page, "/role", &[("role", "nonsense")]).await.is(422).says("Choose a role");
    sam.send(&page, "/suspend", &[]).await.is(200).says("Suspended");
    assert!(ana.get("/desk").await.url.contains("/desk/sign-in"));
    ana.post("/desk/sign-in", &[("email", &address("ana")), ("password", PASSWORD)]).await.is(401);
    let page = sam.get(&path).await;
    sam.send(&page, "/restore", &[]).await.is(200).says("Restored");
    let ana = world.agent("ana").await;
    let page = sam.get(&path).await;
    sam.send(&page, "/end-sessions", &[]).await.is(200).says("has ended");
    assert!(ana.get("/desk").await.url.contains("/desk/sign-in"));

    // Nobody is their own keeper, and supervisors are no keepers of admins.
    for (browser, own, of) in [(&sam, true, "sam"), (&ada, true, "ada"), (&sam, false, "ada")] {
        let (path, page) = person(&world, browser, of).await;
        page.is(200).says(if own { "Nobody changes their own" } else { "Only an admin" });
        let csrf = csrf_on(&page);
        for act in ["role", "suspend", "restore", "end-sessions", "invite"] {
            let fields = [("csrf", csrf.as_str()), ("role", "admin")];
            browser.post(&format!("{path}/{act}"), &fields).await.is(422);
        }
    }
    let (_, page) = person(&world, &ada, "sam").await;
    ada.send(&page, "/role", &[("role", "admin")]).await.is(200).says("The role is changed");
    let refused = world.entries("").await.into_iter().filter(|entry| entry.action == "agent.change_refused").count();
    assert!(refused >= 16, "{refused}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_admins_who_suspend_each_other_at_once_leave_one() {
    let world = World::new().await;
    let (ada, sam) = (world.agent("ada").await, world.agent("sam").await);
    let (_, page) = person(&world, &ada, "sam").await;
    ada.send(&page, "/role", &[("role", "admin")]).await.is(200);
    let (_, of_sam) = person(&world, &ada, "sam").await;
    let (_, of_ada) = person(&world, &sam, "ada").await;
    let (first, second) = tokio::join!(ada.send(&of_sam, "/suspend", &[]), sam.send(&of_ada, "/suspend", &[]));
    let people = world.desk.people().await.unwrap();
    let suspended = people.iter().filter(|person| person.agent.suspended_at.is_some()).count();
    assert_eq!(suspended, 1, "{} and {}", first.status, second.status);
    world.stop().await;
}
