//! Signing in to the desk: two steps, browsers that are known, sessions that are seen and ended, passwords.

use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::contact::EmailAddress;
use mfa_desk::store::schema::agent_sessions;
use mfa_desk::store::{AnyConnection, agents};
use mfa_desk::workflow::{Act, Halt};
use secrecy::SecretString;

use crate::support::browser::{Browser, Page};
use crate::support::mail_reader::Mail;
use crate::support::world::{PASSWORD, PUBLIC, World, address, csrf_on};

const DEVICE: &str = "/desk/sign-in/device";

async fn gives_password(browser: &Browser, name: &str, password: &str) -> Page {
    let page = browser.get("/desk/sign-in").await;
    browser.send(&page, "/desk/sign-in", &[("email", &address(name)), ("password", password)]).await
}

async fn signs_in(world: &World, browser: &Browser, name: &str, password: &str) -> Page {
    let code = world.fresh_code(&address(name)).await;
    let page = gives_password(browser, name, password).await;
    browser.send(page.is(200), DEVICE, &[("code", &code)]).await
}

async fn letters(world: &World, to: &str, subject: &str) -> Vec<Mail> {
    let of = |mail: &Mail| {
        let has = |name, words: &str| mail.header(name).is_some_and(|found| found.contains(words));
        has("To", &address(to)) && has("Subject", subject)
    };
    world.mails().await.into_iter().filter(of).collect()
}

fn link_in(mail: &Mail) -> String {
    let word = mail.text.split_whitespace().find(|word| word.contains("?token=")).expect("no link");
    word.strip_prefix(PUBLIC).expect("a link of ours").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_alone_opens_nothing_and_the_second_step_begins_another_session() {
    let world = World::new().await;
    let browser = world.browser();
    let code = world.fresh_code(&address("ana")).await;
    let step = gives_password(&browser, "ana", PASSWORD).await;
    step.is(200).says("Sign in with authentication device");
    for page in ["/desk", "/desk/sessions", "/desk/security", "/desk/step-up", "/desk/audit"] {
        let led = browser.get(page).await;
        assert!(led.url.contains(DEVICE), "{page} leads to {}", led.url);
    }
    let wrong = if code == "000000" { "000001" } else { "000000" };
    browser.send(&step, DEVICE, &[("code", wrong)]).await.is(401).says("This could not be verified");
    browser.send(&step, DEVICE, &[("code", "abc")]).await.is(422);
    browser.send(&step, DEVICE, &[("code", &code)]).await.is(200).says("Sign out");
    // Its form belongs to a session that is over: another one is signed in now.
    let again = world.fresh_code(&address("ana")).await;
    let stale = browser.send(&step, DEVICE, &[("code", &again)]).await;
    assert!(stale.url.ends_with("/desk"), "{}", stale.url);
    let entries = world.entries("").await;
    let sessions: Vec<_> = entries
        .iter()
        .filter(|entry| matches!(entry.action.as_str(), "agent.password_accepted" | "agent.signed_in"))
        .map(|entry| entry.details.split("\"session\":\"").nth(1).unwrap()[..36].to_owned())
        .collect();
    assert!(sessions.len() == 2 && sessions[0] != sessions[1], "{sessions:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_second_steps_with_one_code_at_the_same_moment_one_wins() {
    let world = World::new().await;
    let code = world.fresh_code(&address("ana")).await;
    let mut steps = Vec::new();
    for _ in 0..2 {
        let browser = world.browser();
        let page = gives_password(&browser, "ana", PASSWORD).await;
        steps.push((browser, page));
    }
    let given = [("code", code.as_str())];
    let sent = steps.iter().map(|(browser, page)| browser.send(page, DEVICE, &given));
    let answers = futures_util::future::join_all(sent).await;
    let statuses: Vec<u16> = answers.iter().map(|page| page.status).collect();
    assert!(statuses.iter().filter(|status| **status == 200).count() == 1, "{statuses:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_no_device_sets_one_up_first_and_gives_it_then() {
    let world = World::new().await;
    let browser = world.browser();
    let page = gives_password(&browser, "ana", PASSWORD).await;
    assert!(page.is(200).url.ends_with("/desk/security"), "{}", page.url);
    for page in ["/desk", "/desk/sessions", DEVICE] {
        let led = browser.get(page).await;
        assert!(led.url.ends_with("/desk/security"), "{page} leads to {}", led.url);
    }
    let code = world.fresh_code(&address("ana")).await;
    let page = browser.get("/desk").await;
    page.is(200).says("Sign in with authentication device");
    // With one there is no way back to the pages that set up another.
    assert!(browser.get("/desk/security/activate").await.url.contains(DEVICE));
    browser.send(&page, DEVICE, &[("code", &code)]).await.is(200).says("Sign out");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_was_not_seen_before_is_told_of_once() {
    let world = World::new().await;
    let browser = world.browser();
    signs_in(&world, &browser, "ana", PASSWORD).await.is(200);
    assert_eq!(letters(&world, "ana", "New sign-in").await.len(), 1);
    signs_in(&world, &browser, "ana", PASSWORD).await.is(200);
    assert_eq!(letters(&world, "ana", "New sign-in").await.len(), 1);
    signs_in(&world, &world.browser(), "ana", PASSWORD).await.is(200);
    assert_eq!(letters(&world, "ana", "New sign-in").await.len(), 2);
    // A browser is known for each person by themself.
    signs_in(&world, &browser, "ben", PASSWORD).await.is(200);
    assert_eq!(letters(&world, "ben", "New sign-in").await.len(), 1);
    // And not for ever.
    world.later(TimeDelta::days(181)).await;
    signs_in(&world, &browser, "ana", PASSWORD).await.is(200);
    assert_eq!(letters(&world, "ana", "New sign-in").await.len(), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sees_and_ends_ones_own_sign_ins_and_nobody_elses() {
    let world = World::new().await;
    let (here, there, ben) = (world.agent("ana").await, world.agent("ana").await, world.agent("ben").await);
    let page = here.get("/desk/sessions").await;
    page.is(200).says("This one");
    let ends: Vec<_> = page.forms().into_iter().filter(|form| form.action.ends_with("/end")).collect();
    assert_eq!(ends.len(), 1);
    // Ben cannot, though he knows its name.
    let csrf = csrf_on(&ben.get("/desk").await);
    ben.post(&ends[0].action, &[("csrf", &csrf)]).await.is(404);
    assert!(there.get("/desk").await.url.ends_with("/desk"));
    here.send(&page, &ends[0].action, &[]).await.is(200).says("That sign-in has ended");
    assert!(there.get("/desk").await.url.contains("/desk/sign-in"));
    here.post("/desk/sessions/nonsense/end", &[("csrf", &csrf_on(&page))]).await.is(404);

    let there = world.agent("ana").await;
    let page = here.get("/desk/sessions").await;
    assert!(here.send(&page, "/end-all", &[]).await.url.ends_with("/desk/sign-in"));
    for browser in [&here, &there] {
        assert!(browser.get("/desk").await.url.contains("/desk/sign-in"));
    }
    assert!(ben.get("/desk").await.url.ends_with("/desk"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_password_ends_other_sign_ins_and_the_old_one_is_worth_nothing() {
    let world = World::new().await;
    let (here, there) = (world.agent("ana").await, world.agent("ana").await);
    let page = here.get("/desk/password").await;
    let new = "seven striped otters";
    here.send(&page, "/desk/password", &[("old", "not my password"), ("password", new)])
        .await
        .is(401)
        .says("This is not your password");
    here.send(&page, "/desk/password", &[("old", PASSWORD), ("password", "short")]).await.is(422).says("at least 8");
    here.send(&page, "/desk/password", &[("old", PASSWORD), ("password", "password123")]).await.is(422);
    here.send(&page, "/desk/password", &[("old", PASSWORD), ("password", new)]).await.is(200).says("is changed");
    assert!(here.get("/desk").await.url.ends_with("/desk"));
    assert!(there.get("/desk").await.url.contains("/desk/sign-in"));
    assert_eq!(letters(&world, "ana", "Your password was changed").await.len(), 1);
    gives_password(&world.browser(), "ana", PASSWORD).await.is(401);
    signs_in(&world, &world.browser(), "ana", new).await.is(200).says("Sign out");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_was_ended_meanwhile_changes_no_password() {
    let world = World::new().await;
    let _ana = world.agent("ana").await;
    let account = world.account_id(&address("ana")).await.to_string();
    let newest = move |connection: &mut AnyConnection| {
        let of = agent_sessions::table.filter(agent_sessions::agent_id.eq(account));
        let id: String = of.order(agent_sessions::id.desc()).select(agent_sessions::id).first(connection)?;
        agents::session(connection, id.parse().unwrap())
    };
    let session = world.desk.store.read(newest).await.unwrap().unwrap();
    let (id, at) = (session.id, world.now());
    world.desk.store.write(move |tx| agents::end_session(tx, id, at)).await.unwrap();
    let act = Act { actor: session.agent.actor(), ip: String::new(), at };
    let passwords = (SecretString::from(PASSWORD), SecretString::from("seven striped otters"));
    let done = world.desk.change_password(act, &session, None, passwords).await.unwrap();
    assert!(matches!(done, Err(Halt::Gone)), "{done:?}");
    gives_password(&world.browser(), "ana", PASSWORD).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_set_with_mailbox_and_device_and_everyone_gets_the_same_answer() {
    let world = World::new().await;
    let browser = world.browser();
    let signed_in = world.agent("ana").await;
    let asks = async |email: &str| {
        let page = browser.get("/desk/forgotten-password").await;
        browser.send(&page, "/desk/forgotten-password", &[("email", email)]).await
    };
    let number = |page: &Page| page.headers["x-request-id"].to_str().unwrap().to_owned();
    let (known, unknown) = (asks(&address("ana")).await, asks(&address("nobody")).await);
    let words = |page: &Page| page.text().replace(&number(page), "");
    assert_eq!(words(known.is(200)), words(unknown.is(200)));
    asks("nonsense").await.is(422);
    let mailed = letters(&world, "ana", "Set your password").await;
    assert_eq!(mailed.len(), 1);
    let link = link_in(&mailed[0]);
    // A scanner that looks at it uses nothing up.
    let page = browser.get(&link).await;
    page.is(200).says("Set your password");
    let new = "seven striped otters";
    browser.send(&page, "/desk/set-password", &[("password", new)]).await.is(422);
    browser.send(&page, "/desk/set-password", &[("password", new), ("code", "000000")]).await.is(401);
    let code = world.fresh_code(&address("ana")).await;
    browser.send(&page, "/desk/set-password", &[("password", "short"), ("code", &code)]).await.is(422);
    browser
        .send(&page, "/desk/set-password", &[("password", new), ("code", &code)])
        .await
        .is(200)
        .says("works from now");
    assert!(signed_in.get("/desk").await.url.contains("/desk/sign-in"));
    let used = browser.get(&link).await;
    used.is(410).says("used already").says("Ask for another link");
    assert!(used.html.contains("href=\"/desk/forgotten-password\"") && !used.text().contains("Go to the queue"));
    signs_in(&world, &world.browser(), "ana", new).await.is(200).says("Sign out");
    asks(&address("ana")).await.is(200);
    let mailed = letters(&world, "ana", "Set your password").await;
    browser.get(&link_in(&mailed[1])).await.is(200);
    world.later(TimeDelta::minutes(60)).await;
    browser.get(&link_in(&mailed[1])).await.is(410).says("too old");
    // Whoever asks again and again is told to wait.
    for _ in 0..3 {
        asks(&address("ben")).await.is(200);
    }
    asks(&address("ben")).await.is(429);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_who_ask_for_a_link_take_nothing_from_its_owner_and_flood_no_mailbox() {
    let world = World::new().await;
    let (owner, ana) = (world.browser(), address("ana").parse::<EmailAddress>().unwrap());
    let asks = async |network: u8| {
        let act = Act { actor: Actor::Customer, ip: format!("203.0.{network}.9"), at: world.now() };
        let asked = world.desk.forgot_password(act, ana.clone()).await.unwrap();
        world.settle().await;
        asked
    };
    let mailed = async || letters(&world, "ana", "Set your password").await;
    let page = owner.get("/desk/forgotten-password").await;
    owner.send(&page, "/desk/forgotten-password", &[("email", &address("ana"))]).await.is(200);
    let link = link_in(&mailed().await[0]);
    // From more networks than anyone has patience for: a fresh link is enough, and it goes on working.
    for network in 0..12 {
        assert_eq!(asks(network).await, Ok(()));
    }
    assert_eq!(mailed().await.len(), 1);
    // Later ones are mailed, three in an hour, and end none of those before. Nobody elsewhere has to wait.
    for network in 20..23 {
        world.later(TimeDelta::minutes(15)).await;
        assert_eq!(asks(network).await, Ok(()));
        owner.get(&link).await.is(200);
    }
    assert_eq!(mailed().await.len(), 3);
    owner.send(&page, "/desk/forgotten-password", &[("email", &address("ana"))]).await.is(200);
    let shown = owner.get(&link).await;
    owner.send(&shown, "/desk/set-password", &[("password", "seven striped otters")]).await.is(200);
    // The password is set: every link is used up.
    for mail in mailed().await {
        owner.get(&link_in(&mail)).await.is(410).says("used already");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_set_a_password_by_one_link_one_wins() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/desk/forgotten-password").await;
    browser.send(&page, "/desk/forgotten-password", &[("email", &address("ana"))]).await.is(200);
    let link = link_in(&letters(&world, "ana", "Set your password").await[0]);
    let page = browser.get(&link).await;
    // Somebody without a device needs the longer password, and the link alone.
    browser.send(&page, "/desk/set-password", &[("password", "eight chars")]).await.is(422).says("at least 15");
    let passwords = ["seven striped otters", "eight spotted beavers"];
    let given = passwords.map(|password| [("password", password)]);
    let sent = given.iter().map(|given| browser.send(&page, "/desk/set-password", given));
    let answers = futures_util::future::join_all(sent).await;
    let won: Vec<usize> = (0..2).filter(|which| answers[*which].status == 200).collect();
    assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
    gives_password(&world.browser(), "ana", passwords[won[0]]).await.is(200);
    gives_password(&world.browser(), "ana", passwords[1 - won[0]]).await.is(401);
    world.stop().await;
}
