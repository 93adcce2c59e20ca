//! People at the desk who lost their device: a case like any other, and the way in from the server.

use chrono::TimeDelta;
use mfa_desk::domain::actor::Actor;
use mfa_desk::store::{Tx, accounts};
use mfa_desk::workflow::Act;

use crate::support::browser::{Browser, Page};
use crate::support::world::{PASSWORD, World, address, authenticator_on, csrf_on, link_in, reference_on};

async fn gives_password(browser: &Browser, name: &str) -> Page {
    let page = browser.get("/desk/sign-in").await;
    browser.send(&page, "/desk/sign-in", &[("email", &address(name)), ("password", PASSWORD)]).await
}

async fn has_phone(world: &World, name: &str) {
    let (account, at) = (world.account_id(&address(name)).await, world.now());
    let set = move |tx: &mut Tx<'_>| accounts::set_phone(tx, account, &"+447911123457".parse().unwrap(), at);
    world.desk.store.write(set).await.unwrap();
    // A number that was changed lately is a risk signal, and not what this is about.
    world.later(TimeDelta::days(31)).await;
}

/// Ben's case, with everything proved but the approval.
async fn proved(world: &World) -> (Browser, String) {
    has_phone(world, "ben").await;
    world.fresh_code(&address("ben")).await;
    let ben = world.browser();
    gives_password(&ben, "ben").await.is(200);
    let page = ben.get("/desk/sign-in/lost").await;
    let page = ben.send(&page, "/desk/sign-in/lost", &[]).await;
    let reference = reference_on(page.is(200));
    let link = link_in(&world.mail(&format!(" {reference}")).await, "open");
    let page = ben.get(&link).await;
    ben.send(&page, "/open", &[]).await.is(200);
    world.passes_phone_check(&ben, &reference).await;
    (ben, reference)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_gets_in_again_through_a_case_that_a_supervisor_approves() {
    let world = World::new().await;
    let (ben, reference) = proved(&world).await;
    // Asked for again, it is the same case.
    let page = ben.get("/desk/sign-in/lost").await;
    assert_eq!(reference_on(&ben.send(&page, "/desk/sign-in/lost", &[]).await), reference);
    let ana = world.agent("ana").await;
    ana.get("/desk").await.says("Colleague");
    ana.get(&format!("/desk/cases/{reference}")).await.says("Colleague");
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    // An agent's approval is none.
    let eve = another_agent(&world).await;
    let page = eve.get(&format!("/desk/cases/{reference}/approve")).await;
    page.is(200).says("a supervisor has to approve it");
    let sam = world.agent("sam").await;
    world.presses(&sam, &reference, "approve", &[]).await.is(200).says("You approved this case");
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    world.deactivates(&ana, &reference).await.is(200).says("the authenticator is deactivated");
    let before = gives_password(&world.browser(), "ben").await;
    assert!(before.url.ends_with("/desk/security"), "{}", before.url);
    world.stop().await;
}

/// One more agent, signed in: `ben` has the case.
async fn another_agent(world: &World) -> Browser {
    use mfa_desk::domain::actor::Role;
    use mfa_desk::workflow::NewAgent;
    let operator = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let new = NewAgent {
        email: address("eve").parse().unwrap(),
        name: "Eve".to_owned(),
        role: Role::Agent,
        password: Some(secrecy::SecretString::from(PASSWORD)),
        phone: None,
    };
    world.desk.add_agent(operator, new).await.unwrap();
    world.agent("eve").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_works_on_a_case_about_themself() {
    let world = World::new().await;
    let (_, reference) = proved(&world).await;
    // Ben finds his device, signs in and would help himself.
    let ben = world.agent("ben").await;
    let page = ben.get(&format!("/desk/cases/{reference}")).await;
    page.is(200).says("This case is about your own account");
    let csrf = csrf_on(&ben.get("/desk").await);
    let device = authenticator_on_or_nobody(&page);
    for act in ["claim", "notes", "messages", "callback", "ask-approval", "approve", "refuse-approval", "reject"] {
        let fields =
            [("csrf", csrf.as_str()), ("version", "1"), ("body", "x"), ("reason", "x"), ("authenticator", &device)];
        let answer = ben.post(&format!("/desk/cases/{reference}/{act}"), &fields).await;
        assert!(answer.status == 409 && answer.text().contains("your own account"), "{act}: {}", answer.status);
    }
    let revealed = ben.post(&format!("/desk/cases/{reference}/reveal"), &[("csrf", &csrf)]).await;
    assert_eq!(revealed.status, 409);
    // Nor does anybody hand it to him.
    let sam = world.agent("sam").await;
    let id = world.account_id(&address("ben")).await.to_string();
    world.presses(&sam, &reference, "reassign", &[("agent", &id)]).await.is(409).says("own account");
    world.stop().await;
}

fn authenticator_on_or_nobody(page: &Page) -> String {
    match page.html.contains("name=\"authenticator\" value=\"") {
        true => authenticator_on(page),
        false => "00000000-0000-7000-8000-000000000000".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_in_from_the_server_needs_the_link_and_the_password_and_rings_at_every_supervisor() {
    let world = World::new().await;
    let ana = world.agent("ana").await;
    let operator = || Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let reason = "Her phone is in the river, and Sam is on a ship.".to_owned();
    let done = world.desk.break_glass(operator(), address("ana").parse().unwrap(), reason.clone()).await.unwrap();
    let done = done.unwrap();
    assert_eq!(done.deactivated, 1);
    assert!(ana.get("/desk").await.url.contains("/desk/sign-in"));
    // The password alone does not let anybody set up a device now.
    gives_password(&world.browser(), "ana").await.is(422).says("Sign in with the link");
    let link = done.url.strip_prefix(crate::support::world::PUBLIC).unwrap();
    let (first, second) = (world.browser(), world.browser());
    let (a, b) = (first.get(link).await, second.get(link).await);
    first.send(&a, "/desk/sign-in", &[("email", &address("ana")), ("password", "not her password")]).await.is(401);
    let fields = [("email", address("ana")), ("password", PASSWORD.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (one, two) = tokio::join!(first.send(&a, "/desk/sign-in", &fields), second.send(&b, "/desk/sign-in", &fields));
    let led = [&one, &two].iter().filter(|page| page.url.ends_with("/desk/security")).count();
    assert!(led >= 1, "{} and {}", one.url, two.url);
    let used = world.entries("").await;
    let accepted = used.iter().filter(|entry| entry.action == "agent.password_accepted").count();
    assert!(accepted >= 2);
    let entry = used.iter().find(|entry| entry.action == "agent.glass_broken").unwrap();
    assert!(entry.details.contains(&reason) && entry.actor_kind == "operator", "{entry:?}");

    let mails = world.mails().await;
    let to = |name: &str, subject: &str| {
        let has = |mail: &crate::support::mail_reader::Mail, header: &str, words: &str| {
            mail.header(header).is_some_and(|found| found.contains(words))
        };
        mails.iter().any(|mail| has(mail, "To", &address(name)) && has(mail, "Subject", subject))
    };
    assert!(to("ana", "Your MFA devices were deactivated"));
    for supervisor in ["sam", "ada"] {
        assert!(to(supervisor, "of a colleague were deactivated"), "{supervisor}");
    }
    let sam = world.agent("sam").await;
    let page = sam.get("/desk/alarms").await;
    page.says("deactivated on the server");
    sam.send(&page, "/seen", &[]).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_from_the_server_is_good_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    let operator = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let done = world.desk.break_glass(operator, address("ana").parse().unwrap(), "Lost.".to_owned()).await.unwrap();
    let url = done.unwrap().url;
    world.clock.advance(TimeDelta::minutes(15));
    let browser = world.browser();
    let page = browser.get(url.strip_prefix(crate::support::world::PUBLIC).unwrap()).await;
    let given = [("email", address("ana")), ("password", PASSWORD.to_owned())];
    let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.send(&page, "/desk/sign-in", &given).await.is(422).says("Sign in with the link");
    let nobody = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    assert!(
        world.desk.break_glass(nobody, address("nobody").parse().unwrap(), "x".to_owned()).await.unwrap().is_none()
    );
    world.stop().await;
}
