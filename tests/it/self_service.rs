//! Journey 1: an owner whose device is gone helps themself, and everyone who must not be let in that way is not.

use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::domain::account::{AccountKind, Tier};
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::form::Language;
use mfa_desk::domain::ids::AccountId;
use mfa_desk::store::account_sessions::AccountSession;
use mfa_desk::store::schema::{accounts, cases, recoveries};
use mfa_desk::store::{AnyConnection, StoreError, Tx};
use mfa_desk::workflow::Act;

use crate::credentials::{activates_app, asked_to_deactivate};
use crate::support::accounts::{Devices, code_of, recovery_code_of};
use crate::support::browser::{Browser, Page};
use crate::support::world::{Setup, World, code_on, link_in, reference_on};

pub const ANNA: &str = "anna@customers.example";
const STEPS: &str = "/account/sign-in/alternative";

async fn with_anna() -> World {
    with_anna_as(Setup::default()).await
}

pub async fn with_anna_as(setup: Setup) -> World {
    let world = World::with(setup).await;
    world.adds(ANNA, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    world
}

/// Presses **Sign in using alternative factors** after the password: the page of step 1.
pub async fn begins(world: &World) -> (Browser, Page) {
    let browser = world.browser();
    let page = begins_in(world, &browser).await;
    (browser, page)
}

async fn begins_in(world: &World, browser: &Browser) -> Page {
    world.gives_password(browser, ANNA).await.is(200).says("Troubleshoot MFA");
    let page = browser.get("/account/sign-in/troubleshoot").await;
    page.is(200).says("Troubleshoot your authentication device");
    browser.send(&page, "/troubleshoot", &[]).await
}

/// Asks for the verification mail and presses its button, in a browser that knows nothing.
async fn verifies(world: &World, browser: &Browser) -> Page {
    let page = browser.get(STEPS).await;
    browser.send(&page, "/alternative/email", &[]).await.is(200).says("The email is on its way.");
    let elsewhere = world.browser();
    let mail = world.mail("Email verification").await;
    let page = elsewhere.get(&link_in(&mail, "open")).await;
    elsewhere.send(page.is(200), "/open", &[]).await
}

/// Asks for the call and types what the page shows.
async fn answers(world: &World, browser: &Browser) {
    let page = browser.get(STEPS).await;
    page.is(200).says("Step 2: Phone number verification");
    let page = browser.send(&page, "/alternative/call", &[]).await;
    let code = code_on(page.is(200));
    world.settle().await;
    let call = world.last_call().await;
    world.desk.answer_call(call.id, code).await.unwrap().unwrap();
}

/// Everything up to **Step 3: Sign in**.
async fn proves(world: &World) -> Browser {
    let (browser, _) = begins(world).await;
    verifies(world, &browser).await.is(200);
    answers(world, &browser).await;
    browser
}

/// Presses **Sign in to the console**; answers with the page behind it.
async fn signs_in(browser: &Browser) -> Page {
    let page = browser.get(STEPS).await;
    browser.send(page.is(200), "/alternative/sign-in", &[]).await
}

async fn row(world: &World) -> (String, String, Option<String>) {
    let find = |connection: &mut AnyConnection| {
        let newest = recoveries::table.order(recoveries::case_id.desc());
        let row: (String, String, Option<String>) = newest
            .inner_join(cases::table)
            .select((cases::reference, cases::state, recoveries::failed))
            .first(connection)?;
        Ok::<_, StoreError>(row)
    };
    world.desk.store.read(find).await.unwrap()
}

pub async fn reference(world: &World) -> String {
    row(world).await.0
}

async fn state(world: &World) -> String {
    row(world).await.1
}

async fn passed(world: &World, reference: &str) -> Vec<String> {
    let reference = reference.parse().unwrap();
    let find = move |connection: &mut AnyConnection| mfa_desk::store::cases::find(connection, &reference);
    let case = world.desk.store.read(find).await.unwrap().unwrap().case;
    case.evidence.iter().map(|given| given.kind.code().to_owned()).collect()
}

async fn changes<F>(world: &World, change: F)
where
    F: Fn(&mut Tx<'_>) -> Result<(), StoreError> + Clone + Send + 'static,
{
    world.desk.store.write(change).await.unwrap();
}

async fn becomes(world: &World, tier: Tier) {
    let set = move |tx: &mut Tx<'_>| {
        let row = diesel::update(accounts::table).filter(accounts::email_key.eq(ANNA));
        row.set(accounts::tier.eq(tier.code())).execute(tx.connection)?;
        Ok(())
    };
    changes(world, set).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_with_mailbox_and_phone_is_let_in_to_their_devices() {
    let world = with_anna().await;
    let (browser, page) = begins(&world).await;
    page.is(200).says("Step 1: Email address verification").says("a•••@c•••.example").says("Send verification email");
    let reference = reference(&world).await;
    let page = browser.send(&page, "/alternative/email", &[]).await;
    page.is(200).says("works for 60 minutes");

    let mail = world.mail("Email verification").await;
    let subject = mail.header("Subject").unwrap().to_owned();
    assert_eq!(subject, format!("mfa-desk: Email verification for case {reference}"));
    let link = link_in(&mail, "open");
    // A mail scanner fetches the link: nothing is confirmed by that, and the page says so.
    let elsewhere = world.browser();
    let opened = elsewhere.get(&link).await;
    opened.is(200).says("Verify your email address");
    browser.get(STEPS).await.says("opened, not confirmed");
    assert_eq!(passed(&world, &reference).await, ["password"]);

    // Pressed in another browser, the evidence belongs to the sign-in that asked; the other is let in nowhere.
    let told = elsewhere.send(&opened, "/open", &[]).await;
    told.is(200).says("Go back to the page where you began.");
    assert!(told.headers.get("set-cookie").is_none(), "the other browser got a cookie");
    elsewhere.get(&format!("/cases/{reference}")).await.says("We show a case only to whoever can open its link.");
    elsewhere.get(&link).await.is(410);

    let page = browser.get(STEPS).await;
    page.says("Step 2: Phone number verification").says("I need to update my phone number");
    answers(&world, &browser).await;
    let page = browser.get(STEPS).await;
    page.says("Step 3: Sign in").says("Sign in to the console");
    assert_eq!(passed(&world, &reference).await, ["password", "email_link", "phone_code"]);
    assert_eq!(state(&world).await, "ready");

    let landed = signs_in(&browser).await;
    assert!(landed.url.ends_with("/account/security"), "{}", landed.url);
    let let_in = world.mail("Sign-in without your MFA device").await;
    assert!(let_in.text.contains("This wasn't me"), "{}", let_in.text);
    // The sign-in that won it is over.
    let page = browser.get(STEPS).await;
    assert!(page.url.ends_with("/account/security"), "{}", page.url);
    browser.get("/account").await;

    let entries = world.entries(&reference).await;
    let of_owner = |action: &str| {
        let found = entries.iter().find(|entry| entry.action == action);
        found.unwrap_or_else(|| panic!("no {action}")).actor_kind.clone()
    };
    for action in ["case.opened_by_owner", "link.asked_for", "call.asked_for", "case.owner_let_in", "account.signed_in"]
    {
        assert_eq!(of_owner(action), "owner", "{action}");
    }
    // Nobody at the desk was bothered.
    assert!(!entries.iter().any(|entry| entry.actor_kind == "agent"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lost_device_is_deactivated_a_new_one_is_activated_and_the_case_closes_by_itself() {
    let world = with_anna().await;
    let elsewhere = world.account(ANNA).await;
    world.later(TimeDelta::seconds(30)).await;
    let browser = proves(&world).await;
    signs_in(&browser).await.is(200).says("Security credentials");
    let case = reference(&world).await;
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    page.is(200).says("Deactivate this device?").says("anna@customers.example's virtual_totp");
    browser.send(&page, "/deactivate", &[]).await.is(200).says("deactivated");
    assert_eq!(state(&world).await, "deactivated");
    let told = world.mail("MFA device deactivated").await;
    assert!(told.text.contains(&case) && told.text.contains("This wasn't me"), "{}", told.text);
    // Whoever was signed in with the device is not any more.
    let out = elsewhere.get("/account").await;
    assert!(out.url.contains("/account/sign-in"), "still in with the lost device: {}", out.url);

    activates_app(&world, &browser, "/account", "New phone").await.is(200);
    assert_eq!(state(&world).await, "closed");
    world.mail(&format!("Case {case} is closed")).await;
    let entries = world.entries(&case).await;
    let by = |action: &str| entries.iter().find(|entry| entry.action == action).unwrap().actor_kind.clone();
    assert_eq!(by("case.deactivating"), "owner");
    assert_eq!(by("case.new_device_seen"), "system");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deactivate_pressed_twice_at_once_is_one_order_and_one_device() {
    let world = with_anna().await;
    let browser = proves(&world).await;
    signs_in(&browser).await.is(200);
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    let press = || browser.send(&page, "/deactivate", &[]);
    let (one, two) = tokio::join!(press(), press());
    assert!(one.status < 500 && two.status < 500, "{} {}", one.status, two.status);
    let actions = world.actions(&reference(&world).await).await;
    assert_eq!(actions.iter().filter(|action| *action == "case.deactivating").count(), 1, "{actions:?}");
    assert_eq!(state(&world).await, "deactivated");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_that_fires_after_the_sign_in_stops_the_deactivation_and_ends_the_session() {
    let world = with_anna().await;
    let browser = proves(&world).await;
    signs_in(&browser).await.is(200);
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    let at = world.now().naive_utc();
    let changed = move |tx: &mut Tx<'_>| {
        let row = diesel::update(accounts::table).filter(accounts::email_key.eq(ANNA));
        row.set(accounts::phone_changed_at.eq(at)).execute(tx.connection)?;
        Ok(())
    };
    changes(&world, changed).await;
    let refused = browser.send(&page, "/deactivate", &[]).await;
    assert!(refused.status == 409, "{}: {}", refused.status, refused.text());
    assert_eq!(state(&world).await, "verifying");
    let out = browser.get("/account/security").await;
    assert!(out.url.contains("/account/sign-in"), "still in: {}", out.url);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_out_of_sync_is_put_right_and_its_next_code_signs_in() {
    let world = with_anna().await;
    let browser = world.browser();
    world.gives_password(&browser, ANNA).await;
    let page = browser.get("/account/sign-in/troubleshoot").await;
    page.says("My device is out of sync");
    let code = |later| code_of(ANNA, world.now(), later);
    let wrong = browser.send(&page, "/resynchronise", &[("first_code", &code(40)), ("second_code", &code(42))]).await;
    wrong.is(401).says("could not be verified");
    assert!(wrong.html.contains("/account/sign-in/assistance?failed=device_codes"));
    let unread = browser.send(&page, "/resynchronise", &[("first_code", "12"), ("second_code", "")]).await;
    unread.is(422).says("cannot be such a code");
    let put = browser.send(&page, "/resynchronise", &[("first_code", &code(40)), ("second_code", &code(41))]).await;
    put.is(200).says("The clock of your device is put right.").says("Sign in with authentication device");
    // Neither of the two signs in, and the next one does.
    browser.send(&put, "/device", &[("code", &code(41))]).await.is(401);
    world.later(TimeDelta::seconds(30)).await;
    let page = browser.get("/account/sign-in/device").await;
    browser
        .send(&page, "/device", &[("code", &code_of(ANNA, world.now(), 41))])
        .await
        .is(200)
        .says("You are signed in");
    let actions = world.actions("").await;
    assert!(actions.contains(&"account.device_resynchronised".to_owned()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_code_signs_in_from_the_same_page() {
    let world = with_anna().await;
    let browser = world.browser();
    world.gives_password(&browser, ANNA).await;
    let page = browser.get("/account/sign-in/troubleshoot").await;
    let page = browser.send(&page, "/recovery-code", &[("recovery_code", &recovery_code_of(ANNA, 0))]).await;
    page.is(200).says("You are signed in");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_told_that_an_administrator_has_to_do_it() {
    let world = with_anna().await;
    world.adds("mia@customers.example", AccountKind::Member, &[ANNA], Devices::AppAndCodes).await;
    let browser = world.browser();
    world.gives_password(&browser, "mia@customers.example").await;
    let page = browser.get("/account/sign-in/troubleshoot").await;
    page.is(200).says("one of them has to have your device deactivated").says("Ask my administrators for help");
    assert!(!page.has_form("/troubleshoot"));
    // Posted all the same, nothing begins.
    let token = page.form("/resynchronise").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    browser.post("/account/sign-in/troubleshoot", &[("csrf", &token)]).await.is(404);
    let actions = world.actions("").await;
    assert!(
        actions.contains(&"account.recovery_refused".to_owned()) && !actions.iter().any(|a| a.starts_with("case."))
    );
    let led = browser.get("/account/sign-in/assistance").await;
    assert!(led.url.ends_with("/assistance") && !led.url.contains("sign-in"), "{}", led.url);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_privileged_account_is_never_let_in_and_the_desk_gets_what_was_proved() {
    let world = with_anna().await;
    becomes(&world, Tier::Privileged).await;
    let browser = proves(&world).await;
    let page = browser.get(STEPS).await;
    page.says("Step 3: Sign in").says("For your account that is not enough to go on alone.");
    assert!(!page.has_form("/alternative/sign-in"));
    let token = csrf(&browser.get("/account/sign-in/troubleshoot").await);
    browser.post("/account/sign-in/alternative/sign-in", &[("csrf", &token)]).await.is(409);
    assert!(!world.mails().await.iter().any(|mail| mail.header("Subject").unwrap().contains("Sign-in without")));

    let case = reference(&world).await;
    let agent = world.agent("ana").await;
    assert!(!agent.get("/desk").await.text().contains(&case), "the queue holds it before it was handed over");
    agent.get(&format!("/desk?q={case}")).await.says(&case);
    agent.get(&format!("/desk/cases/{case}")).await.says("The desk was not asked for help with this case.");

    let form = browser.get("/account/sign-in/assistance").await;
    form.is(200).says(ANNA).says("Everything was proved, but the policy asks for more");
    let handed = browser.send(&form, "/assistance", &filled()).await;
    assert!(handed.url.ends_with(&format!("/cases/{case}")), "{}", handed.url);
    handed.is(200).says("A second person is checking your request");
    assert_eq!(passed(&world, &case).await, ["password", "email_link", "phone_code"]);
    assert!(world.mail("The desk has your case").await.text.contains("Everything you proved is kept."));

    agent.get("/desk").await.says(&case);
    let page = agent.get(&format!("/desk/cases/{case}")).await;
    page.says("Began as self-service").says("Failed at: Everything was proved, but the policy asks for more");
    has_the_app_deactivated(&world, &case).await;
    assert!(world.mail("MFA device deactivated").await.text.contains(&case));
    world.stop().await;
}

/// The authenticator app that a page of the desk offers.
fn app_on(page: &Page) -> String {
    let offered = page.html.split("name=\"authenticator\" value=\"").skip(1);
    let mut apps = offered.filter(|part| part.split("</label>").next().unwrap().contains("Authenticator app"));
    apps.next().unwrap_or_else(|| panic!("no app on:\n{}", page.html))[..36].to_owned()
}

/// Ana holds the case and Ben approves the app, which Ana deactivates once the wait is over.
async fn has_the_app_deactivated(world: &World, case: &str) {
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, case, "claim", &[]).await.is(200);
    let page = ben.get(&format!("/desk/cases/{case}/approve")).await;
    let app = app_on(&page);
    ben.send(&page, "/approve", &[("authenticator", &app)]).await.is(200);
    world.later(TimeDelta::hours(24)).await;
    let ana = world.agent("ana").await;
    let confirm = ana.get(&format!("/desk/cases/{case}/deactivate?authenticator={app}")).await;
    ana.send(confirm.is(200), "/deactivate", &[]).await.is(200).says("the authenticator is deactivated");
}

/// What the form still needs of somebody whose account is known.
fn filled() -> Vec<(&'static str, &'static str)> {
    vec![("name", "Anna Sample"), ("device_kind", "virtual_totp"), ("reason", "lost"), ("language", "en")]
}

fn csrf(page: &Page) -> String {
    crate::support::world::csrf_on(page)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_risk_signal_keeps_the_owner_out_before_and_after_they_proved_everything() {
    let world = with_anna().await;
    let browser = proves(&world).await;
    browser.get(STEPS).await.says("Sign in to the console");
    // The number of record turns out to be a new one.
    let at = world.now().naive_utc();
    let changed = move |tx: &mut Tx<'_>| {
        let row = diesel::update(accounts::table).filter(accounts::email_key.eq(ANNA));
        row.set(accounts::phone_changed_at.eq(at)).execute(tx.connection)?;
        Ok(())
    };
    let page = browser.get(STEPS).await;
    changes(&world, changed).await;
    let refused = browser.send(&page, "/alternative/sign-in", &[]).await;
    refused.is(409).says("For your account that is not enough to go on alone.");
    assert_eq!(state(&world).await, "verifying", "no wait begins before the desk has it");
    let case = reference(&world).await;
    let form = browser.get("/account/sign-in/assistance").await;
    browser.send(&form, "/assistance", &filled()).await.is(200);
    assert!(matches!(state(&world).await.as_str(), "awaiting_approval" | "cooling_off"), "{case}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_sign_in_proved_is_of_no_use_to_another() {
    let world = with_anna().await;
    let (first, _) = begins(&world).await;
    let opened = first.get(STEPS).await;
    first.send(&opened, "/alternative/email", &[]).await.is(200);
    let link = link_in(&world.mail("Email verification").await, "open");
    let case = reference(&world).await;
    // A stranger who has the password too begins as well: the first one ends, and its mail with it.
    let (second, page) = begins(&world).await;
    page.says("Step 1: Email address verification").says("Send verification email");
    assert_ne!(reference(&world).await, case);
    first.get(STEPS).await.says("This sign-in has ended");
    world.browser().get(&link).await.is(410);
    verifies(&world, &second).await.is(200);
    second.get(STEPS).await.says("Step 2");
    first.get(STEPS).await.says("Nothing proved here counts any more.");
    assert_eq!(passed(&world, &case).await, ["password"]);
    // The first one begins anew, in the same browser, and has to prove everything anew. The other, whose mailbox is
    // proved, is left to run beside it.
    let page = first.get("/account/sign-in/troubleshoot").await;
    first.send(&page, "/troubleshoot", &[]).await.says("Step 1");
    second.get(STEPS).await.says("Step 2");
    // Nor does handing over end it, where nothing but the password was proved.
    let form = first.get("/account/sign-in/assistance").await;
    first.send(&form, "/assistance", &filled()).await.is(200);
    second.get(STEPS).await.says("Step 2");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_recoveries_with_a_proved_mailbox_the_one_that_is_done_ends_the_other() {
    let world = with_anna().await;
    let (first, _) = begins(&world).await;
    verifies(&world, &first).await.is(200);
    world.later(TimeDelta::seconds(1)).await;
    let second = proves(&world).await;
    first.get(STEPS).await.says("Step 2");
    signs_in(&second).await.is(200).says("Security credentials");
    first.get(STEPS).await.says("This sign-in has ended");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_proves_the_mailbox_has_their_beginning_not_counted() {
    let world = with_anna().await;
    for _ in 0..6 {
        let (browser, page) = begins(&world).await;
        page.is(200).says("Step 1");
        verifies(&world, &browser).await.is(200);
        world.later(TimeDelta::seconds(1)).await;
    }
    for n in 0..6 {
        let (_, page) = begins(&world).await;
        assert_eq!(page.status, if n < 5 { 200 } else { 429 }, "beginning {n} with the password alone");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_takes_back_the_device_that_was_activated_and_every_sign_in_with_it() {
    let world = with_anna().await;
    world.later(TimeDelta::seconds(1)).await;
    let browser = proves(&world).await;
    signs_in(&browser).await.is(200);
    let object = link_in(&world.mail("Sign-in without your MFA device").await, "object");
    world.later(TimeDelta::seconds(30)).await;
    activates_app(&world, &browser, "/account", "Evil").await.is(200).says("Evil");
    // The one who got in has a complete sign-in too, from which the owner's device could be deactivated.
    let complete = world.account(ANNA).await;
    let asked = asked_to_deactivate(&complete, "/account", 0).await;
    asked.is(200).says("anna@customers.example's virtual_totp");

    let owner = world.browser();
    let page = owner.get(&object).await;
    owner.send(&page, "/object", &[]).await.is(200).says("The request is stopped");
    for inside in [&browser, &complete] {
        let out = inside.get("/account").await;
        assert!(out.url.contains("/account/sign-in"), "still in: {}", out.url);
    }
    let case = reference(&world).await;
    let actions = world.actions(&case).await;
    for action in ["account.sessions_ended", "authenticator.deactivated"] {
        assert!(actions.contains(&action.to_owned()), "no {action} in {actions:?}");
    }
    let told = world.mail("MFA devices of a stopped request deactivated").await;
    assert!(told.text.contains(&case), "{}", told.text);

    // The owner's own device signs in, shows that it alone is left, and stays as it is until a supervisor has looked.
    let back = world.account(ANNA).await;
    let list = back.get("/account/security").await;
    assert!(!list.text().contains("Evil") && list.text().contains("anna@customers.example's virtual_totp"));
    let page = back.get("/account/security/activate").await;
    let given = [("kind", "virtual_totp"), ("name", "One more")];
    back.send(&page, "/security/activate", &given).await.is(409).says("stay as they are until a supervisor");
    let asked = asked_to_deactivate(&back, "/account", 0).await;
    back.send(&asked, "/deactivate", &[]).await.is(409);
    let sam = world.agent("sam").await;
    world.presses(&sam, &case, "end-dispute", &[("outcome", "reject"), ("reason", "It was not them.")]).await.is(200);
    let back = world.account(ANNA).await;
    let page = back.get("/account/security/activate").await;
    back.send(&page, "/security/activate", &given).await.is(200).says("One more");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beginning_again_in_the_same_sign_in_goes_on_where_it_was() {
    let world = with_anna().await;
    let (browser, _) = begins(&world).await;
    verifies(&world, &browser).await.is(200);
    let case = reference(&world).await;
    let page = browser.get("/account/sign-in/troubleshoot").await;
    browser.send(&page, "/troubleshoot", &[]).await.says("Step 2");
    assert_eq!(reference(&world).await, case);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_in_the_middle_and_after_the_sign_in_shuts_everyone_out() {
    let world = with_anna().await;
    let browser = proves(&world).await;
    let object = link_in(&world.mail("Email verification").await, "object");
    let owner = world.browser();
    let page = owner.get(&object).await;
    owner.send(&page, "/object", &[]).await.says("The request is stopped");
    let stopped = browser.get(STEPS).await;
    assert!(stopped.url.contains("/account/sign-in?"), "still in: {}", stopped.url);
    // Nor does anything begin anew before a supervisor has looked.
    world.gives_password(&browser, ANNA).await.is(200);
    let page = browser.get("/account/sign-in/troubleshoot").await;
    browser.send(&page, "/troubleshoot", &[]).await.is(409).says("Only a supervisor");
    let case = reference(&world).await;
    let sam = world.agent("sam").await;
    sam.get("/desk?view=disputed").await.says(&case);
    world.presses(&sam, &case, "end-dispute", &[("outcome", "reject"), ("reason", "It was not them.")]).await.is(200);

    let browser = proves(&world).await;
    let page = signs_in(&browser).await;
    assert!(page.url.ends_with("/account/security"));
    let form = browser.get("/account/security/activate").await;
    let object = link_in(&world.mail("Sign-in without your MFA device").await, "object");
    let page = owner.get(&object).await;
    owner.send(&page, "/object", &[]).await.is(200);
    let late = browser.send(&form, "/security/activate", &[("kind", "virtual_totp"), ("name", "Late")]).await;
    assert!(late.url.contains("/account/sign-in"), "still in: {}", late.url);
    let out = browser.get("/account").await;
    assert!(out.url.contains("/account/sign-in"), "still in: {}", out.url);
    let actions = world.actions(&reference(&world).await).await;
    assert!(actions.contains(&"account.sessions_ended".to_owned()), "{actions:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_digits_and_a_number_of_the_past_lead_to_the_desk_with_what_was_proved() {
    let world = with_anna().await;
    let (browser, _) = begins(&world).await;
    verifies(&world, &browser).await;
    let page = browser.get(STEPS).await;
    let page = browser.send(&page, "/alternative/call", &[]).await;
    let right = code_on(&page);
    let wrong = if right == "111111" { "222222" } else { "111111" };
    world.settle().await;
    let call = world.last_call().await;
    for _ in 0..3 {
        world.desk.answer_call(call.id, wrong.to_owned()).await.unwrap().unwrap();
    }
    browser.get(STEPS).await.says("The digits were wrong too often.");
    let form = browser.get("/account/sign-in/assistance").await;
    form.says("Wrong digits were typed on the phone");
    let handed = browser.send(&form, "/assistance", &filled()).await;
    handed.is(200);
    assert_eq!(row(&world).await.2.as_deref(), Some("wrong_codes"));

    let (browser, _) = begins(&world).await;
    verifies(&world, &browser).await;
    let form = browser.get("/account/sign-in/assistance?failed=phone_outdated").await;
    let handed = browser.send(&form, "/assistance", &filled()).await;
    assert!(handed.url.ends_with("/phone"), "{}", handed.url);
    assert_eq!(row(&world).await.2.as_deref(), Some("phone_outdated"));
    assert_eq!(passed(&world, &reference(&world).await).await, ["password", "email_link"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_without_the_mail_is_carried_over_and_keeps_what_they_typed() {
    let world = with_anna().await;
    let (browser, page) = begins(&world).await;
    browser.send(&page, "/alternative/email", &[]).await;
    let form = browser.get("/account/sign-in/assistance").await;
    form.is(200).says("The verification e-mail was not confirmed").says(ANNA);
    assert!(form.html.contains("value=\"Anna Sample\"") || form.html.contains("value=\"anna Sample\""));
    let bad = browser.send(&form, "/assistance", &[("name", "Änna"), ("message", "Kept.")]).await;
    bad.is(422).says("Kept.");
    assert_eq!(state(&world).await, "verifying");
    let mut typed = filled();
    typed.push(("email", "somebody@else.example"));
    let handed = browser.send(&form, "/assistance", &typed).await;
    handed.is(200).says("Check your e-mail");
    assert_eq!(row(&world).await.2.as_deref(), Some("email_not_received"));
    // The mail that comes late still counts for the case, and opens it.
    let case = reference(&world).await;
    let link = link_in(&world.mail("The desk has your case").await, "open");
    let elsewhere = world.browser();
    let page = elsewhere.get(&link).await;
    page.says("Confirm your e-mail address").says("Verify your email address");
    let opened = elsewhere.send(&page, "/open", &[]).await;
    assert!(opened.url.ends_with(&format!("/cases/{case}")));
    assert_eq!(passed(&world, &case).await, ["password", "email_link"]);
    let agent = world.agent("ana").await;
    agent.get(&format!("/desk/cases/{case}")).await.says("Failed at: The verification e-mail was not confirmed");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_only_the_password_makes_no_phone_ring() {
    let world = with_anna().await;
    let (browser, page) = begins(&world).await;
    let token = csrf(&page);
    browser.post("/account/sign-in/alternative/call", &[("csrf", &token)]).await.is(409);

    // Nor by asking the desk for help: before a mailed link is pressed the page of the case opens for nobody.
    let form = browser.get("/account/sign-in/assistance").await;
    let handed = browser.send(&form, "/assistance", &filled()).await;
    handed.is(200).says("Check your e-mail");
    let case = reference(&world).await;
    assert_eq!(reference_on(&handed), case);
    let page = browser.get(&format!("/cases/{case}")).await;
    page.says("We show a case only to whoever can open its link.");
    assert!(!page.has_form("/call"), "whoever has only the password is on the page of the case");
    for press in ["call", "recovery-code", "resynchronise", "messages"] {
        browser.post(&format!("/cases/{case}/{press}"), &[("csrf", &token), ("body", "Hello.")]).await.is(403);
    }
    let actions = world.actions(&case).await;
    assert!(!actions.contains(&"case.page_opened".to_owned()), "{actions:?}");
    let calls = world.desk.store.read(|connection| mfa_desk::store::calls::recent_calls(connection, 1)).await;
    assert_eq!(calls.unwrap(), []);

    // The mailbox opens it, and then the phone can be proved.
    let link = link_in(&world.mail("The desk has your case").await, "open");
    let owner = world.browser();
    let page = owner.get(&link).await;
    owner.send(&page, "/open", &[]).await.is(200);
    world.passes_phone_check(&owner, &case).await;
    assert_eq!(passed(&world, &case).await, ["password", "email_link", "phone_code"]);
    world.stop().await;
}

/// A deactivation that the directory refused, in the session that a case won.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_let_its_owner_in_can_still_be_handed_over_to_the_desk() {
    let world = with_anna().await;
    let browser = proves(&world).await;
    signs_in(&browser).await.is(200);
    let case = reference(&world).await;
    let page = browser.get("/account/security").await;
    page.says("I'm still having problems");
    let form = browser.get("/account/security/assistance").await;
    form.is(200).says(ANNA);
    let handed = browser.send(&form, "/security/assistance", &filled()).await;
    assert!(handed.is(200).url.ends_with(&format!("/cases/{case}")), "{}", handed.url);
    assert_eq!(passed(&world, &case).await, ["password", "email_link", "phone_code"]);
    let agent = world.agent("ana").await;
    agent.get("/desk").await.says(&case);
    // The owner's own way is over with it.
    let page = browser.get("/account/security").await;
    assert!(!page.text().contains("I'm still having problems"));
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    browser.send(&page, "/deactivate", &[]).await.is(409);
    browser.send(&form, "/security/assistance", &filled()).await.is(409);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_the_second_step_have_a_way_out() {
    let world = with_anna().await;
    for page in ["device", "troubleshoot", "alternative"] {
        let (browser, _) = begins(&world).await;
        let shown = browser.get(&format!("/account/sign-in/{page}")).await;
        browser.send(shown.is(200), "/sign-in/cancel", &[]).await.is(200).says("E-mail address of the account");
        let out = browser.get("/account/sign-in/device").await;
        assert!(out.url.contains("/account/sign-in?next="), "{page}: {}", out.url);
    }
    assert!(world.actions("").await.contains(&"account.signed_out".to_owned()));
    world.stop().await;
}

/// A case in its owner's hands is none of the desk's business, also for those who know its reference.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_at_the_desk_acts_on_a_case_in_its_owners_hands_but_to_reject_it() {
    use mfa_desk::store::agents;
    let world = with_anna().await;
    let (_, page) = begins(&world).await;
    page.is(200);
    let case: mfa_desk::domain::reference::CaseRef = reference(&world).await.parse().unwrap();
    let find =
        |connection: &mut AnyConnection| agents::find_by_email(connection, &"sam@desk.example.test".parse().unwrap());
    let actor = world.desk.store.read(find).await.unwrap().unwrap().actor();
    let act = || Act { actor: actor.clone(), ip: "192.0.2.9".to_owned(), at: world.now() };
    let words = || "Words.".to_owned();
    let refused = [
        world.desk.reveal(act(), case.clone()).await.unwrap(),
        world.desk.write_note(act(), case.clone(), words()).await.unwrap(),
        world.desk.write_to_customer(act(), case.clone(), words()).await.unwrap(),
    ];
    for halt in refused {
        assert_eq!(halt.unwrap_err(), mfa_desk::workflow::Halt::Refused(mfa_desk::domain::case::Refused::WithOwner));
    }
    assert!(!world.actions(case.as_str()).await.contains(&"case.revealed".to_owned()));
    assert_eq!(world.mails().await.len(), 0);
    world.desk.reject(act(), case.clone(), None, words()).await.unwrap().unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn support_can_be_asked_without_a_single_step() {
    let world = with_anna().await;
    let browser = world.browser();
    world.gives_password(&browser, ANNA).await;
    let form = browser.get("/account/sign-in/assistance?failed=device_codes").await;
    form.says("The codes of the device were not accepted");
    let handed = browser.send(&form, "/assistance", &filled()).await;
    handed.is(200);
    assert_eq!(row(&world).await.2.as_deref(), Some("device_codes"));
    assert_eq!(reference_on(&handed), reference(&world).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_calls_are_offered_the_page_says_so_and_leads_to_the_desk() {
    let world = with_anna_as(Setup { calls: false, ..Setup::default() }).await;
    let (browser, _) = begins(&world).await;
    verifies(&world, &browser).await;
    let page = browser.get(STEPS).await;
    page.says("Step 2").says("Automated calls are not offered here.").says("would like to contact support");
    assert!(!page.has_form("/alternative/call"));
    let token = csrf(&browser.get("/account/sign-in/troubleshoot").await);
    browser.post("/account/sign-in/alternative/call", &[("csrf", &token)]).await.is(409);
    let form = browser.get("/account/sign-in/assistance").await;
    browser.send(form.says("Automated calls are not offered"), "/assistance", &filled()).await.is(200);
    assert_eq!(row(&world).await.2.as_deref(), Some("no_calls"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_number_of_record_the_page_says_so_and_refuses_calls() {
    let world = with_anna().await;
    let (browser, _) = begins(&world).await;
    verifies(&world, &browser).await;
    let page = browser.get(STEPS).await;
    let none = |tx: &mut Tx<'_>| {
        let row = diesel::update(accounts::table).filter(accounts::email_key.eq(ANNA));
        row.set(accounts::phone.eq(None::<String>)).execute(tx.connection)?;
        Ok(())
    };
    changes(&world, none).await;
    browser.send(&page, "/alternative/call", &[]).await.is(409);
    let page = browser.get(STEPS).await;
    page.says("Your account has no phone number, so this step cannot be made here.");
    assert!(!page.has_form("/alternative/call"));
    browser.get("/account/sign-in/assistance").await.says("The account has no phone of record");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_lying_ends_quietly_and_raises_nothing_against_the_owner() {
    let world = with_anna().await;
    // Somebody who has only the password begins again and again.
    for _ in 0..4 {
        let (_, page) = begins(&world).await;
        page.is(200).says("Step 1");
    }
    world.later(TimeDelta::hours(2)).await;
    assert_eq!(state(&world).await, "expired");
    assert_eq!(world.mails().await.len(), 0, "a stranger filled the owner's mailbox");
    // The owner is not made to wait for it.
    let browser = proves(&world).await;
    browser.get(STEPS).await.says("Sign in to the console");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_place_cannot_begin_without_end_nor_use_up_what_others_have() {
    let world = with_anna_as(Setup {
        change: |settings| settings.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()],
        ..Setup::default()
    })
    .await;
    let account = account_id(&world).await;
    let mut refused = 0;
    for n in 0..20 {
        let session = session_of(&world, account, n).await;
        let act = Act { actor: Actor::Owner { account }, ip: "198.51.100.7".to_owned(), at: world.now() };
        let begun = world.desk.begin_recovery(act, session, (Language::English, None)).await.unwrap();
        refused += usize::from(begun.is_err());
    }
    assert_eq!(refused, 15, "five an hour from one place");
    let session = session_of(&world, account, 99).await;
    let act = Act { actor: Actor::Owner { account }, ip: "203.0.113.9".to_owned(), at: world.now() };
    assert!(world.desk.begin_recovery(act, session, (Language::English, None)).await.unwrap().is_ok());
    world.stop().await;
}

async fn account_id(world: &World) -> AccountId {
    let find = |connection: &mut AnyConnection| {
        let found = mfa_desk::store::accounts::find_by_email(connection, &ANNA.parse().unwrap())?;
        Ok::<_, StoreError>(found.unwrap().id)
    };
    world.desk.store.read(find).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_desk_deactivated_it_only_the_browser_of_the_case_is_let_in_to_activate_a_new_one() {
    let world = with_anna().await;
    let (customer, case) = world.confirmed(ANNA).await;
    world.passes_phone_check(&customer, &case).await;
    let before = world.gives_password(&customer, ANNA).await;
    before.is(200).says("Code of your device");
    assert!(!before.has_form("/new-device"), "offered before anything was deactivated");
    has_the_app_deactivated(&world, &case).await;

    // Somebody else who has the password gets no further than the page of the second step.
    let stranger = world.browser();
    let page = world.gives_password(&stranger, ANNA).await;
    page.says("This browser does not know the case in which that was done.");
    assert!(!page.has_form("/new-device"));
    let token = csrf(&page);
    let back = stranger.post("/account/sign-in/new-device", &[("csrf", &token)]).await;
    assert!(back.url.ends_with("/account/sign-in/device"), "{}", back.url);

    let page = world.gives_password(&customer, ANNA).await;
    let page = customer.send(page.is(200), "/new-device", &[]).await;
    assert!(page.url.ends_with("/account/security"), "{}", page.url);
    let actions = world.actions(&case).await;
    assert_eq!(actions.iter().filter(|action| *action == "account.signed_in").count(), 1);

    activates_app(&world, &customer, "/account", "New phone").await.is(200);
    assert!(world.actions(&case).await.contains(&"case.new_device_seen".to_owned()));
    customer.get("/account/security").await.is(200).says("New phone");

    // A stop ends that as well.
    let object = link_in(&world.mail("MFA device deactivated").await, "object");
    let page = stranger.get(&object).await;
    stranger.send(&page, "/object", &[]).await.is(200);
    let out = customer.get("/account").await;
    assert!(out.url.contains("/account/sign-in"), "still in: {}", out.url);
    world.stop().await;
}

/// A sign-in that has its password behind it.
async fn session_of(world: &World, account: AccountId, n: u8) -> AccountSession {
    use mfa_desk::domain::authn::Assurance;
    use mfa_desk::domain::ids::AccountSessionId;
    use mfa_desk::store::account_sessions::{NewSession, SessionOrigin, begin, find};
    let at = world.now();
    let hash = format!("{n:064}");
    let new = NewSession {
        id: AccountSessionId::new(at, [n; 10]),
        account,
        token_hash: hash.clone(),
        assurance: Assurance::Password,
        case: None,
        origin: SessionOrigin {
            method: "password".to_owned(),
            proved_at: None,
            ip: String::new(),
            device: String::new(),
        },
        expires_at: at + TimeDelta::minutes(15),
    };
    let write = move |tx: &mut Tx<'_>| begin(tx, &new, at);
    world.desk.store.write(write).await.unwrap();
    world.desk.store.read(move |connection| find(connection, &hash)).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressed_twice_at_once_the_owner_is_let_in_once() {
    let world = with_anna().await;
    let browser = proves(&world).await;
    let page = browser.get(STEPS).await;
    let press = || browser.send(&page, "/alternative/sign-in", &[]);
    let (one, two) = tokio::join!(press(), press());
    assert!(one.status < 500 && two.status < 500, "{} {}", one.status, two.status);
    let actions = world.actions(&reference(&world).await).await;
    assert_eq!(actions.iter().filter(|action| *action == "account.signed_in").count(), 1, "{actions:?}");
    assert_eq!(world.mails().await.iter().filter(|mail| subject_has(mail, "Sign-in without")).count(), 1);
    world.stop().await;
}

fn subject_has(mail: &crate::support::mail_reader::Mail, words: &str) -> bool {
    mail.header("Subject").is_some_and(|subject| subject.contains(words))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verification_link_lasts_an_hour_and_a_session_that_was_won_half_of_one() {
    let world = with_anna().await;
    let (browser, page) = begins(&world).await;
    browser.send(&page, "/alternative/email", &[]).await;
    let link = link_in(&world.mail("Email verification").await, "open");
    world.later(TimeDelta::minutes(59)).await;
    world.browser().get(&link).await.is(200);
    browser.get(STEPS).await.is(200).says("Step 1");
    world.later(TimeDelta::minutes(1)).await;
    world.browser().get(&link).await.is(410);

    verifies(&world, &browser).await;
    answers(&world, &browser).await;
    signs_in(&browser).await;
    for _ in 0..2 {
        world.later(TimeDelta::minutes(14)).await;
        let page = browser.get("/account").await;
        assert!(page.url.ends_with("/account/security"), "{}", page.url);
    }
    world.later(TimeDelta::minutes(2)).await;
    let out = browser.get("/account").await;
    assert!(out.url.contains("/account/sign-in"), "still in after half an hour: {}", out.url);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_up_addresses_of_a_mail_domain_and_a_network_keep_no_owner_from_self_service() {
    let world = with_anna().await;
    for n in 0..5 {
        world.asks_for_help(&format!("nobody{n}@customers.example")).await;
    }
    let browser = proves(&world).await;
    browser.get(STEPS).await.says("Sign in to the console");
    signs_in(&browser).await.is(200).says("Security credentials");
    world.stop().await;
}
