//! People at the desk who lost their device: a case like any other, and the way in from the server.

use chrono::TimeDelta;
use mfa_desk::domain::account::{Authenticator, AuthenticatorKind, AuthenticatorState};
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::authn::RecoveryCode;
use mfa_desk::domain::ids::{AuthenticatorId, InboundMailId, RecoveryCodeId};
use mfa_desk::domain::inbound::{Aside, Fate, Sender, Way};
use mfa_desk::store::inbound::{self, InboundMail};
use mfa_desk::store::schema::{agent_sessions, known_devices};
use mfa_desk::store::{AnyConnection, StoreError, Tx, accounts, cases, credentials};
use mfa_desk::workflow::Act;

use crate::credentials::activates_app;
use crate::support::browser::{Browser, Page};
use crate::support::world::{PASSWORD, World, address, authenticator_on, csrf_on, link_in, reference_on};

const DEVICE: &str = "/desk/sign-in/device";

async fn gives_password(browser: &Browser, name: &str) -> Page {
    gives_password_at(browser, "/desk/sign-in", name).await
}

/// The same, on the sign-in page that a link leads to.
async fn gives_password_at(browser: &Browser, link: &str, name: &str) -> Page {
    let page = browser.get(link).await;
    browser.send(&page, "/desk/sign-in", &[("email", &address(name)), ("password", PASSWORD)]).await
}

/// The path of the newest link to set up a device that somebody was mailed.
async fn mailed_link(world: &World) -> String {
    link_in(&world.mail("Set up another device").await, "desk/sign-in")
}

/// How many sign-ins of somebody nobody ended, and how many browsers are theirs.
async fn open_sessions_and_browsers(world: &World, name: &str) -> (i64, i64) {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    let id = world.account_id(&address(name)).await.to_string();
    let count = move |connection: &mut AnyConnection| {
        let sessions = agent_sessions::table.filter(agent_sessions::agent_id.eq(&id));
        let open: i64 = sessions.filter(agent_sessions::ended_at.is_null()).count().get_result(connection)?;
        let browsers = known_devices::table.filter(known_devices::account_id.eq(&id));
        Ok::<_, StoreError>((open, browsers.count().get_result(connection)?))
    };
    world.desk.store.read(count).await.unwrap()
}

/// A password without the link opens nothing, whatever is tried with it.
async fn is_left_outside(browser: &Browser, page: &Page) {
    page.is(200).says("Sign in with the link that was made for you");
    assert!(page.url.contains(DEVICE), "{}", page.url);
    for path in ["/desk", "/desk/security", "/desk/security/activate"] {
        let led = browser.get(path).await;
        assert!(led.url.contains(DEVICE), "{path} leads to {}", led.url);
    }
    let csrf = csrf_on(page);
    let fields = [("csrf", csrf.as_str()), ("kind", "virtual_totp"), ("name", "Mine")];
    for path in ["/desk/security/activate", "/desk/security/recovery-codes"] {
        let led = browser.post(path, &fields).await;
        assert!(led.url.contains(DEVICE), "{path} leads to {}", led.url);
    }
    browser.post("/desk/sign-in/lost", &[("csrf", &csrf)]).await.is(422).says("No device of yours is active");
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
    let code = world.fresh_code(&address("ben")).await;
    let before = world.browser();
    let page = gives_password(&before, "ben").await;
    before.send(page.is(200), DEVICE, &[("code", &code)]).await.is(200).says("Sign out");
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
    let waiting = world.browser();
    gives_password(&waiting, "ben").await.is(200);
    let (sessions, browsers) = open_sessions_and_browsers(&world, "ben").await;
    assert!(sessions >= 2 && browsers == 1, "{sessions} and {browsers}");
    world.deactivates(&ana, &reference).await.is(200).says("the authenticator is deactivated");
    assert_eq!(open_sessions_and_browsers(&world, "ben").await, (0, 0));
    assert!(waiting.get(DEVICE).await.url.contains("/desk/sign-in?"));

    // The password alone is worth nothing, and neither is the mailbox.
    let link = mailed_link(&world).await;
    let thief = world.browser();
    is_left_outside(&thief, &gives_password(&thief, "ben").await).await;
    let page = thief.get("/desk/forgotten-password").await;
    thief.send(&page, "/desk/forgotten-password", &[("email", &address("ben"))]).await.is(200);
    let reset = link_in(&world.mail("Set your password").await, "desk/set-password");
    thief.get(&reset).await.is(422).says("Set up another first");
    let token = reset.split("token=").nth(1).unwrap();
    let typed = [("token", token), ("password", "seven striped otters")];
    thief.post("/desk/set-password", &typed).await.is(422).says("Set up another first");

    // With both, a device is set up; then it is asked for, by the link too.
    let ben = world.browser();
    let page = gives_password_at(&ben, &link, "ben").await;
    assert!(page.is(200).url.ends_with("/desk/security"), "{}", page.url);
    activates_app(&world, &ben, "/desk", "New phone").await.is(200).says("Here are recovery codes");
    assert!(world.actions(&reference).await.iter().any(|action| action == "case.closed"));
    let page = gives_password_at(&world.browser(), &link, "ben").await;
    page.is(200).says("Code");
    assert!(page.url.contains(DEVICE), "{}", page.url);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_mailed_ends_after_a_day_or_when_its_case_is_stopped() {
    let world = World::new().await;
    let (_, reference) = proved(&world).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let sam = world.agent("sam").await;
    world.presses(&sam, &reference, "approve", &[]).await.is(200);
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    world.deactivates(&ana, &reference).await.is(200);
    let link = mailed_link(&world).await;
    world.clock.advance(TimeDelta::hours(24));
    let late = world.browser();
    is_left_outside(&late, &gives_password_at(&late, &link, "ben").await).await;

    world.clock.advance(-TimeDelta::hours(1));
    let stopped = world.browser();
    let page = gives_password_at(&stopped, &link, "ben").await;
    assert!(page.is(200).url.ends_with("/desk/security"), "{}", page.url);
    let object = link_in(&world.mail(&reference).await, "object");
    let page = stopped.get(&object).await;
    stopped.send(&page, "/object", &[]).await.is(200);
    assert!(stopped.get(DEVICE).await.url.contains("/desk/sign-in?"));
    is_left_outside(&stopped, &gives_password_at(&stopped, &link, "ben").await).await;
    world.stop().await;
}

/// Gives somebody at the desk one saved recovery code, and answers what it is.
async fn has_saved_code(world: &World, name: &str) -> String {
    let (account, at) = (world.account_id(&address(name)).await, world.now());
    let code = RecoveryCode::from_bytes([7; 15]);
    let hash = code.hash();
    let save = move |tx: &mut Tx<'_>| {
        let (id, kind) = (AuthenticatorId::new(at, [7; 10]), AuthenticatorKind::RecoveryCodes);
        let (label, state) = ("Saved".to_owned(), AuthenticatorState::Active);
        accounts::insert_authenticator(tx, &Authenticator { id, account, kind, label, state }, at)?;
        credentials::insert_code(tx, RecoveryCodeId::new(at, [8; 10]), (account, id), &hash, at)
    };
    world.desk.store.write(save).await.unwrap();
    code.shown()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saved_codes_are_no_device_and_whoever_lost_them_too_gets_in_by_the_link() {
    let world = World::new().await;
    let (_, reference) = proved(&world).await;
    let code = has_saved_code(&world, "ben").await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let sam = world.agent("sam").await;
    let page = sam.get(&format!("/desk/cases/{reference}/approve")).await;
    let device = authenticator_on(&page);
    sam.send(&page, "/approve", &[("authenticator", &device)]).await.is(200);
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    world.deactivates(&ana, &reference).await.is(200);
    // Without the link the code is asked for, and does what it does.
    let other = world.browser();
    let page = gives_password(&other, "ben").await;
    page.is(200).says("Use a recovery code");
    assert!(other.get("/desk/security/activate").await.url.contains(DEVICE));
    let link = mailed_link(&world).await;
    let ben = world.browser();
    let page = gives_password_at(&ben, &link, "ben").await;
    assert!(page.is(200).url.ends_with("/desk/security"), "{}", page.url);
    let page = gives_password(&other, "ben").await;
    other.send(&page, "/desk/sign-in/recovery-code", &[("recovery_code", &code)]).await.is(200).says("Sign out");
    activates_app(&world, &ben, "/desk", "New phone").await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_stopped_opens_no_other_case_and_nobody_opens_two_at_once() {
    let world = World::new().await;
    has_phone(&world, "ben").await;
    world.fresh_code(&address("ben")).await;
    let mut asking = Vec::new();
    for _ in 0..2 {
        let browser = world.browser();
        gives_password(&browser, "ben").await.is(200);
        let page = browser.get("/desk/sign-in/lost").await;
        asking.push((browser, page));
    }
    let sent = asking.iter().map(|(browser, page)| browser.send(page, "/desk/sign-in/lost", &[]));
    let references: Vec<String> =
        futures_util::future::join_all(sent).await.iter().map(|page| reference_on(page.is(200))).collect();
    assert_eq!(references[0], references[1]);
    let object = link_in(&world.mail(&references[0]).await, "object");
    let page = asking[0].0.get(&object).await;
    asking[0].0.send(&page, "/object", &[]).await.is(200);
    let (browser, _) = &asking[1];
    gives_password(browser, "ben").await.is(200);
    let page = browser.get("/desk/sign-in/lost").await;
    browser.send(&page, "/desk/sign-in/lost", &[]).await.is(409);
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
    let mail = set_aside(&world, &reference).await;
    let discarded = ben.post(&format!("/desk/mail/{mail}/discard"), &[("csrf", &csrf)]).await;
    assert!(discarded.status == 409 && discarded.text().contains("your own account"), "{}", discarded.status);
    // Nor does anybody hand it to him.
    let sam = world.agent("sam").await;
    let id = world.account_id(&address("ben")).await.to_string();
    world.presses(&sam, &reference, "reassign", &[("agent", &id)]).await.is(409).says("own account");
    world.stop().await;
}

/// A mail to a case that waits for somebody at the desk.
async fn set_aside(world: &World, reference: &str) -> InboundMailId {
    let (reference, at) = (reference.parse().unwrap(), world.now());
    let id = InboundMailId::new(at, [7; 10]);
    let keep = move |tx: &mut Tx<'_>| {
        let case = cases::lock(tx, &reference)?.unwrap().case.id;
        let mail = InboundMail {
            id,
            digest: "one".to_owned(),
            way: Way::Imap,
            fate: Fate::SetAside,
            aside: Some(Aside::Files),
            sign: None,
            case: Some(case),
            entry: None,
            matched_by: None,
            sender: Sender::Another,
            from: String::new(),
            subject: String::new(),
            rest: String::new(),
            files: Vec::new(),
            size: 1,
            received_at: at,
            decided_at: None,
        };
        inbound::insert(tx, &mail, None)
    };
    world.desk.store.write(keep).await.unwrap();
    id
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
    let third = world.browser();
    is_left_outside(&third, &gives_password(&third, "ana").await).await;
    let link = done.path.as_str();
    let (first, second) = (world.browser(), world.browser());
    let (a, b) = (first.get(link).await, second.get(link).await);
    first.send(&a, "/desk/sign-in", &[("email", &address("ana")), ("password", "not her password")]).await.is(401);
    let fields = [("email", address("ana")), ("password", PASSWORD.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (one, two) = tokio::join!(first.send(&a, "/desk/sign-in", &fields), second.send(&b, "/desk/sign-in", &fields));
    let mut led = [(&first, &one), (&second, &two)];
    led.sort_by_key(|(_, page)| !page.url.ends_with("/desk/security"));
    assert!(one.url.ends_with("/desk/security") != two.url.ends_with("/desk/security"), "{} {}", one.url, two.url);
    let (inside, outside) = (led[0].0, led[1]);
    is_left_outside(outside.0, outside.1).await;
    // Whoever was led comes back by the same link, as long as nothing was set up.
    let again = gives_password_at(inside, link, "ana").await;
    assert!(again.url.ends_with("/desk/security"), "{}", again.url);
    is_left_outside(&third, &gives_password_at(&third, link, "ana").await).await;
    activates_app(&world, inside, "/desk", "New phone").await.is(200).says("Here are recovery codes");
    gives_password_at(&third, link, "ana").await.is(200).says("Code");
    let used = world.entries("").await;
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
    let link = done.unwrap().path;
    world.clock.advance(TimeDelta::minutes(15));
    let browser = world.browser();
    is_left_outside(&browser, &gives_password_at(&browser, &link, "ana").await).await;
    let nobody = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    assert!(
        world.desk.break_glass(nobody, address("nobody").parse().unwrap(), "x".to_owned()).await.unwrap().is_none()
    );
    world.stop().await;
}
