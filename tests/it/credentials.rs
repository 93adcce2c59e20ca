//! **Security credentials**: setting authenticators up, signing in with them, and switching them off.

use chrono::TimeDelta;
use mfa_desk::domain::account::AccountKind;
use mfa_desk::domain::authn::{TotpSecret, step_at};
use mfa_desk::store::schema::{account_sessions, agent_sessions, authenticators, ceremonies, recovery_codes};
use mfa_desk::store::{AnyConnection, StoreError, Tx};

use crate::support::accounts::{Devices, code_of, recovery_code_of};
use crate::support::browser::{Browser, Page};
use crate::support::soft_key::{Fault, SoftKey, options_on};
use crate::support::world::{World, csrf_on, link_in};

const ANNA: &str = "anna@customers.example";
const BERT: &str = "bert@customers.example";

async fn with_anna() -> (World, Browser) {
    let world = World::new().await;
    world.adds(ANNA, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let browser = world.account(ANNA).await;
    (world, browser)
}

/// **Activate MFA**, up to the page on which the device is set up.
async fn begins(browser: &Browser, side: &str, kind: &str, name: &str) -> Page {
    let page = browser.get(&format!("{side}/security/activate")).await;
    browser.send(page.is(200), "/security/activate", &[("kind", kind), ("name", name)]).await
}

/// Where the form of a page goes on which a device is set up.
fn set_up_on(page: &Page) -> String {
    let form = page.forms().into_iter().find(|form| form.action.contains("/security/activate/"));
    form.unwrap_or_else(|| panic!("nothing is set up on ({}):\n{}", page.status, page.text())).action
}

/// Sends the form on which a device is set up.
async fn sets_up(browser: &Browser, page: &Page, given: &[(&str, &str)]) -> Page {
    browser.send(page, &set_up_on(page), given).await
}

async fn shows_codes(browser: &Browser, page: &Page, (first, second): (&str, &str)) -> Page {
    sets_up(browser, page, &[("first_code", first), ("second_code", second)]).await
}

/// The secret that a page shows.
fn secret_on(page: &Page) -> TotpSecret {
    let at = page.html.find("data-copy=\"").unwrap_or_else(|| panic!("no secret on:\n{}", page.text()));
    let text = &page.html[at + 11..];
    TotpSecret::from_base32(&text[..text.find('"').unwrap()]).unwrap()
}

/// Two codes in a row, the second of them now.
fn two_codes(world: &World, secret: &TotpSecret) -> (String, String) {
    let here = step_at(world.now());
    (secret.code_at(here - 1).expose().to_owned(), secret.code_at(here).expose().to_owned())
}

pub(crate) async fn activates_app(world: &World, browser: &Browser, side: &str, name: &str) -> Page {
    let page = begins(browser, side, "virtual_totp", name).await;
    let (first, second) = two_codes(world, &secret_on(page.is(200)));
    shows_codes(browser, &page, (&first, &second)).await
}

async fn activates_passkey(browser: &Browser, side: &str, name: &str, key: &mut SoftKey) -> Page {
    let page = begins(browser, side, "passkey", name).await;
    let answer = key.registers(page.is(200), Fault::None);
    sets_up(browser, &page, &[("answer", &answer)]).await
}

/// The identifiers of the devices that a list offers to deactivate, in its order.
fn devices_on(page: &Page) -> Vec<String> {
    let parts = page.html.split("/security/devices/").skip(1);
    parts.filter(|part| part[36..].starts_with("/deactivate")).map(|part| part[..36].to_owned()).collect()
}

/// The page that asks whether a device, counted from 0, is to be deactivated.
pub(crate) async fn asked_to_deactivate(browser: &Browser, side: &str, which: usize) -> Page {
    let list = browser.get(&format!("{side}/security")).await;
    browser.get(&format!("{side}/security/devices/{}/deactivate", devices_on(&list)[which])).await
}

/// What the log says of devices and codes.
async fn actions(world: &World) -> Vec<String> {
    let kept = |action: &String| action.starts_with("authenticator.") || action.starts_with("recovery_codes.");
    world.actions("").await.into_iter().filter(kept).collect()
}

async fn times(world: &World, action: &str) -> usize {
    actions(world).await.iter().filter(|each| *each == action).count()
}

async fn states_of_ceremonies(world: &World) -> Vec<String> {
    use diesel::{QueryDsl, RunQueryDsl};
    let states = |connection: &mut AnyConnection| {
        Ok::<Vec<String>, StoreError>(ceremonies::table.select(ceremonies::state).load(connection)?)
    };
    world.desk.store.read(states).await.unwrap()
}

/// Anna gives her password and answers for a passkey, in a browser of its own.
async fn signs_in_with(world: &World, key: &mut SoftKey) -> Page {
    let browser = world.browser();
    let page = world.gives_password(&browser, ANNA).await;
    let answer = key.signs(page.is(200), Fault::None);
    browser.send(&page, "/sign-in/passkey", &[("answer", &answer)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_activated_and_signs_in_and_its_owner_is_told() {
    let (world, browser) = with_anna().await;
    let mut key = SoftKey::new("blue key");
    let page = activates_passkey(&browser, "/account", "Blue <key>", &mut key).await;
    page.is(200).says("Security credentials").says("The device is active.").says("Not used yet");
    assert!(page.html.contains("Blue &lt;key&gt;"));
    let mail = world.mail("MFA device activated").await;
    assert!(mail.text.contains("Blue <key>") && mail.text.contains("/account/security"), "{}", mail.text);
    assert_eq!(actions(&world).await, ["authenticator.activated"]);

    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    page.is(200).says("Use a passkey or security key").says("Passkeys need JavaScript");
    let answer = key.signs(&page, Fault::None);
    other.send(&page, "/sign-in/passkey", &[("answer", &answer)]).await.is(200).says("You are signed in");
    let page = other.get("/account/security").await;
    page.is(200).says("Last used");
    assert_eq!(page.text().matches("Not used yet").count(), 0);
    assert_eq!(page.headers["cache-control"], "no-store");
    let entries = world.entries("").await;
    let signed_in = entries.iter().rev().find(|entry| entry.action == "account.signed_in").unwrap();
    assert!(signed_in.details.contains("\"by\":\"passkey\""), "{}", signed_in.details);
    for entry in entries {
        assert!(!format!("{entry:?}").contains("Blue") && !format!("{entry:?}").contains("challenge"), "{entry:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_what_is_offered_first() {
    let (world, anna) = with_anna().await;
    let sam = world.agent("sam").await;
    for (browser, side) in [(&anna, "/account"), (&sam, "/desk")] {
        let page = browser.get(&format!("{side}/security/activate")).await;
        let kinds: Vec<&str> = page.html.split("name=\"kind\"").skip(1).collect();
        let tags: Vec<&str> = kinds.iter().map(|part| &part[..part.find('>').unwrap()]).collect();
        assert!(tags.len() == 2 && tags[0].contains("value=\"passkey\""), "{tags:?}");
        assert!(tags[0].contains("checked") && !tags[1].contains("checked"), "{tags:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_sets_a_forgotten_password_of_the_desk() {
    let world = World::new().await;
    let ana = world.agent("ana").await;
    let mut key = SoftKey::new("ana's key");
    activates_passkey(&ana, "/desk", "Key", &mut key).await.is(200);
    world.takes_fresh_devices_away("ana@desk.example.test").await;
    let browser = world.browser();
    let page = browser.get("/desk/forgotten-password").await;
    browser.send(&page, "/desk/forgotten-password", &[("email", "ana@desk.example.test")]).await.is(200);
    let link = link_in(&world.mail("Set your password").await, "desk/set-password");
    let page = browser.get(&link).await;
    page.is(200).says("Set password with a passkey or security key");
    assert!(!page.text().contains("Code of your device"), "there is no device that shows any");
    let new = ("password", "seven striped otters");
    let wrong = key.signs(&page, Fault::WrongKey);
    let page = browser.send(&page, "/desk/set-password", &[new, ("answer", &wrong)]).await;
    page.is(401);
    // An answer counts for the link that it was asked for, and not for a sign-in.
    let elsewhere = world.browser();
    let step = elsewhere.get("/desk/sign-in").await;
    let typed = [("email", "ana@desk.example.test"), ("password", crate::support::world::PASSWORD)];
    let step = elsewhere.send(&step, "/desk/sign-in", &typed).await;
    let other = key.signs(&step, Fault::None);
    browser.send(&page, "/desk/set-password", &[new, ("answer", &other)]).await.is(401);
    let page = browser.get(&link).await;
    let answer = key.signs(&page, Fault::None);
    browser.send(&page, "/desk/set-password", &[new, ("answer", &answer)]).await.is(200).says("works from now");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_is_the_only_device_is_enough() {
    let (world, browser) = with_anna().await;
    let mut key = SoftKey::new("only");
    activates_passkey(&browser, "/account", "Key", &mut key).await.is(200);
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    browser.send(&page, "/deactivate", &[]).await.is(200).says("The device was deactivated.");
    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    assert!(!page.has_form("/sign-in/device"), "no device shows codes");
    signs_in_with(&world, &mut key).await.is(200).says("You are signed in");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_passkey_that_does_not_answer_what_was_asked_is_not_activated() {
    let (world, browser) = with_anna().await;
    let mut page = begins(&browser, "/account", "passkey", "Key").await;
    assert_eq!(options_on(page.is(200))["authenticatorSelection"]["userVerification"], "required");
    for fault in [Fault::NoUserVerification, Fault::WrongOrigin, Fault::WrongHost, Fault::WrongChallenge] {
        let before = set_up_on(&page);
        let answer = SoftKey::new("key").registers(&page, fault);
        page = sets_up(&browser, &page, &[("answer", &answer)]).await;
        page.is(422).says("could not be set up").says("Device: Key");
        // It is asked anew, since every question is answered once.
        assert_ne!(before, set_up_on(&page), "{fault:?}");
        browser.get(&before).await.is(404);
    }
    for answer in ["", "{}", "null", "[[[["] {
        page = sets_up(&browser, &page, &[("answer", answer)]).await;
        page.is(422).says("could not be set up");
    }
    assert_eq!(times(&world, "authenticator.refused").await, 8);
    let right = SoftKey::new("key").registers(&page, Fault::None);
    sets_up(&browser, &page, &[("answer", &right)]).await.is(200).says("The device is active.");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_does_not_answer_what_was_asked_signs_nobody_in() {
    let (world, browser) = with_anna().await;
    let mut key = SoftKey::new("key");
    activates_passkey(&browser, "/account", "Key", &mut key).await.is(200);
    let other = world.browser();
    let mut page = world.gives_password(&other, ANNA).await;
    assert_eq!(options_on(&page)["userVerification"], "required");
    let faults = [Fault::NoUserVerification, Fault::WrongOrigin, Fault::WrongHost, Fault::WrongChallenge];
    for fault in faults.into_iter().chain([Fault::WrongKey]) {
        let answer = key.signs(&page, fault);
        page = other.send(&page, "/sign-in/passkey", &[("answer", &answer)]).await;
        page.is(401).says("got no answer from the passkey");
        other.get("/account").await.says("Sign in with authentication device");
    }
    // Five tries in a quarter of an hour, as with codes.
    let answer = key.signs(&page, Fault::None);
    other.send(&page, "/sign-in/passkey", &[("answer", &answer)]).await.is(429).says("too often");
    world.later(TimeDelta::minutes(16)).await;
    signs_in_with(&world, &mut key).await.is(200).says("You are signed in");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_taken_once_and_only_where_and_when_it_was_asked_for() {
    let (world, browser) = with_anna().await;
    let mut key = SoftKey::new("key");
    activates_passkey(&browser, "/account", "Key", &mut key).await.is(200);
    let (first, second) = (world.browser(), world.browser());
    let page = world.gives_password(&first, ANNA).await;
    let elsewhere = world.gives_password(&second, ANNA).await;
    let fields = page.form("/sign-in/passkey").fields;
    let ceremony = &fields.iter().find(|(name, _)| name == "ceremony").unwrap().1;
    let answer = key.signs(&page, Fault::None);
    let given = [("ceremony", ceremony.as_str()), ("answer", answer.as_str())];
    // Not in another browser of the same account, which was asked something else.
    second.send(&elsewhere, "/sign-in/passkey", &given).await.is(401);
    first.send(&page, "/sign-in/passkey", &given).await.is(200).says("You are signed in");
    let third = world.browser();
    let page = world.gives_password(&third, ANNA).await;
    third.send(&page, "/sign-in/passkey", &given).await.is(401);
    for nothing in ["", "nonsense", "00000000-0000-7000-8000-000000000000"] {
        let page = third.send(&page, "/sign-in/passkey", &[("ceremony", nothing), ("answer", &answer)]).await;
        assert!(matches!(page.status, 401 | 422), "{}", page.status);
    }
    let answer = key.signs(&page, Fault::None);
    world.later(TimeDelta::minutes(10)).await;
    third.send(&page, "/sign-in/passkey", &[("answer", &answer)]).await.is(401);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_answers_sent_side_by_side_one_is_taken() {
    let (world, browser) = with_anna().await;
    let mut key = SoftKey::new("key");
    let page = begins(&browser, "/account", "passkey", "Key").await;
    let answer = key.registers(&page, Fault::None);
    let given = [("answer", answer.as_str())];
    let answers = futures_util::future::join_all((0..4).map(|_| sets_up(&browser, &page, &given))).await;
    let statuses: Vec<u16> = answers.iter().map(|page| page.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 3, "{statuses:?}");

    let page = begins(&browser, "/account", "virtual_totp", "App").await;
    let (first, second) = two_codes(&world, &secret_on(&page));
    let sent = (0..4).map(|_| shows_codes(&browser, &page, (&first, &second)));
    let answers = futures_util::future::join_all(sent).await;
    let statuses: Vec<u16> = answers.iter().map(|page| page.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(devices_on(&browser.get("/account/security").await).len(), 3);

    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    let answer = key.signs(&page, Fault::None);
    let given = [("answer", answer.as_str())];
    futures_util::future::join_all((0..4).map(|_| other.send(&page, "/sign-in/passkey", &given))).await;
    let entries = world.entries("").await;
    let by_passkey = entries.iter().filter(|entry| entry.details.contains("\"by\":\"passkey\"")).count();
    assert_eq!(by_passkey, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_that_goes_back_proves_nothing_and_is_logged() {
    let (world, browser) = with_anna().await;
    let mut key = SoftKey::new("key");
    activates_passkey(&browser, "/account", "Key", &mut key).await.is(200);
    key.count = 40;
    signs_in_with(&world, &mut key).await.is(200);
    for again in [41, 12] {
        key.count = again - 1;
        signs_in_with(&world, &mut key).await.is(401);
    }
    assert_eq!(times(&world, "authenticator.count_went_back").await, 2);
    // Two pages that were asked before either answered: the second answer is behind the first.
    let (one, two) = (world.browser(), world.browser());
    let (first, second) = (world.gives_password(&one, ANNA).await, world.gives_password(&two, ANNA).await);
    key.count = 50;
    let answer = key.signs(&first, Fault::None);
    one.send(&first, "/sign-in/passkey", &[("answer", &answer)]).await.is(200);
    key.count = 45;
    let answer = key.signs(&second, Fault::None);
    two.send(&second, "/sign-in/passkey", &[("answer", &answer)]).await.is(401);
    assert_eq!(times(&world, "authenticator.count_went_back").await, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_activated_with_two_codes_in_a_row_and_neither_is_taken_again() {
    let (world, browser) = with_anna().await;
    let page = begins(&browser, "/account", "virtual_totp", "Öla's phone").await;
    page.is(200).says("Activate an authenticator app").says("Device: Öla's phone");
    assert!(page.html.contains("<svg class=\"qr\" role=\"img\" aria-label=\"QR code with the secret"));
    assert!(!page.html.contains("style="));
    assert_eq!(page.headers["cache-control"], "no-store");
    let secret = secret_on(&page);
    let (first, second) = two_codes(&world, &secret);
    for (given, words) in [
        ((second.as_str(), first.as_str()), "not two codes in a row"),
        ((first.as_str(), first.as_str()), "not two codes in a row"),
        (("12345", second.as_str()), "cannot be such a code"),
        (("", ""), "cannot be such a code"),
    ] {
        let again = shows_codes(&browser, &page, given).await;
        again.is(422).says(words).says("Device: Öla's phone");
        // The same secret, which the app has already.
        assert_eq!(secret_on(&again).expose(), secret.expose());
        assert!(!again.html.contains(&format!("value=\"{second}\"")), "a code is shown again");
    }
    shows_codes(&browser, &page, (&first, &second)).await.is(200).says("The device is active.");
    browser.get(page.url.strip_prefix(&world.base).unwrap()).await.is(404);
    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    for used in [&first, &second] {
        other.send(&page, "/account/sign-in/device", &[("code", used)]).await.is(401);
    }
    world.later(TimeDelta::seconds(30)).await;
    let next = secret.code_at(step_at(world.now())).expose().to_owned();
    other.send(&page, "/account/sign-in/device", &[("code", &next)]).await.is(200).says("You are signed in");
    for entry in world.entries("").await {
        assert!(!entry.details.contains(&first) && !entry.details.contains("phone"), "{entry:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_at_first_is_remembered() {
    let (world, browser) = with_anna().await;
    let page = begins(&browser, "/account", "virtual_totp", "Old phone").await;
    let secret = secret_on(&page);
    let late = step_at(world.now()) - 40;
    let shown = |step: i64| secret.code_at(step).expose().to_owned();
    shows_codes(&browser, &page, (&shown(late - 1), &shown(late))).await.is(200).says("The device is active.");
    world.later(TimeDelta::seconds(60)).await;
    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    other.send(&page, "/account/sign-in/device", &[("code", &shown(late + 2))]).await.is(200).says("You are signed in");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_needed_and_eight_devices_are_the_most() {
    let (world, browser) = with_anna().await;
    for (name, words) in [
        ("", "Give the device a name."),
        ("   ", "Give the device a name."),
        ("a\u{202e}b", "cannot be shown"),
        (&"x".repeat(61), "more than 60 characters"),
        ("ANNA@customers.example's virtual_totp", "Another of your devices has this name."),
    ] {
        for kind in ["virtual_totp", "passkey"] {
            begins(&browser, "/account", kind, name).await.is(422).says(words);
        }
    }
    assert_eq!(states_of_ceremonies(&world).await.len(), 0);
    // A ninth that was begun while there was room.
    let ninth = begins(&browser, "/account", "virtual_totp", "Ninth").await;
    for n in 2..=8 {
        let mut key = SoftKey::new(&format!("key {n}"));
        activates_passkey(&browser, "/account", &format!("Key {n}"), &mut key).await.is(200);
    }
    let (first, second) = two_codes(&world, &secret_on(&ninth));
    shows_codes(&browser, &ninth, (&first, &second)).await.is(409).says("cannot have more");
    let list = browser.get("/account/security").await;
    list.says("cannot have more");
    assert!(!list.html.contains("/account/security/activate\""), "a ninth is offered");
    browser.get("/account/security/activate").await.is(409).says("Deactivate one first");
    let csrf = csrf_on(&list);
    let fields = [("csrf", csrf.as_str()), ("kind", "virtual_totp"), ("name", "Another")];
    browser.post("/account/security/activate", &fields).await.is(409);
    assert_eq!(devices_on(&list).len(), 8);
    // The name of one that was deactivated is free again.
    let page = asked_to_deactivate(&browser, "/account", 7).await;
    browser.send(page.is(200).says("Key 8"), "/deactivate", &[]).await.is(200);
    activates_app(&world, &browser, "/account", "Key 8").await.is(200).says("Key 8");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceremony_and_a_device_are_nobody_elses() {
    let (world, anna) = with_anna().await;
    world.adds(BERT, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let bert = world.account(BERT).await;
    let app = begins(&anna, "/account", "virtual_totp", "App").await;
    let passkey = begins(&anna, "/account", "passkey", "Key").await;
    let csrf = csrf_on(&bert.get("/account/security").await);
    let (first, second) = two_codes(&world, &secret_on(&app));
    let answer = SoftKey::new("key").registers(&passkey, Fault::None);
    let at = set_up_on;
    let codes = [("csrf", csrf.as_str()), ("first_code", first.as_str()), ("second_code", second.as_str())];
    bert.get(&at(&app)).await.is(404);
    bert.post(&at(&app), &codes).await.is(404);
    bert.get(&at(&passkey)).await.is(404);
    bert.post(&at(&passkey), &[("csrf", &csrf), ("answer", &answer)]).await.is(404);
    // Nor are they another session's of the same account.
    world.account(ANNA).await.get(&at(&app)).await.is(404);
    // Nor is one kind answered as another.
    anna.get(&at(&app).replace("/device/", "/passkey/")).await.is(404);
    let (first, second) = two_codes(&world, &secret_on(&app));
    shows_codes(&anna, &app, (&first, &second)).await.is(200);

    let devices = devices_on(&anna.get("/account/security").await);
    assert_eq!(devices.len(), 2);
    for device in &devices {
        for act in ["rename", "deactivate"] {
            let path = format!("/account/security/devices/{device}/{act}");
            bert.get(&path).await.is(404);
            bert.post(&path, &[("csrf", &csrf), ("name", "Mine")]).await.is(404);
        }
    }
    for nothing in ["nonsense", "00000000-0000-7000-8000-000000000000"] {
        bert.get(&format!("/account/security/devices/{nothing}/deactivate")).await.is(404);
        bert.get(&format!("/account/security/activate/device/{nothing}")).await.is(404);
    }
    assert_eq!(devices_on(&anna.get("/account/security").await), devices);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_passkey_belongs_to_one_account() {
    let (world, anna) = with_anna().await;
    world.adds(BERT, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let bert = world.account(BERT).await;
    activates_passkey(&anna, "/account", "Key", &mut SoftKey::new("key")).await.is(200);
    activates_passkey(&bert, "/account", "Key", &mut SoftKey::new("key")).await.is(422).says("could not be set up");
    // To its own account the device is named, so that it refuses; one that does not is refused here.
    let page = begins(&anna, "/account", "passkey", "Again").await;
    assert_eq!(options_on(&page)["excludeCredentials"].as_array().unwrap().len(), 1);
    let answer = SoftKey::new("key").registers(&page, Fault::None);
    sets_up(&anna, &page, &[("answer", &answer)]).await.is(422);
    world.stop().await;
}

/// The recovery codes that a page shows.
fn codes_on(page: &Page) -> Vec<String> {
    let text = page.text();
    let codes = text.split_whitespace().filter(|word| word.len() == 29 && word.matches('-').count() == 5);
    codes.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_recovery_codes_are_shown_once_and_void_those_of_before() {
    let (world, browser) = with_anna().await;
    let list = browser.get("/account/security").await;
    list.says("You have 3 recovery codes left.");
    let page = browser.send(&list, "/security/recovery-codes", &[]).await;
    page.is(200).says("These codes are shown only now.");
    assert_eq!(page.headers["cache-control"], "no-store");
    let codes = codes_on(&page);
    assert_eq!(codes.len(), 10);
    let list = browser.get("/account/security").await;
    list.says("You have 10 recovery codes left.");
    assert!(codes_on(&list).is_empty());
    assert_eq!(actions(&world).await, ["recovery_codes.made"]);
    world.mail("New recovery codes").await;

    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    other.send(&page, "/recovery-code", &[("recovery_code", &recovery_code_of(ANNA, 0))]).await.is(401);
    other.send(&page, "/recovery-code", &[("recovery_code", &codes[4])]).await.is(200).says("You are signed in");
    browser.get("/account/security").await.says("You have 9 recovery codes left.");
    let newer = codes_on(browser.send(&list, "/security/recovery-codes", &[]).await.is(200));
    assert!(newer.len() == 10 && newer.iter().all(|code| !codes.contains(code)));
    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    other.send(&page, "/recovery-code", &[("recovery_code", &codes[5])]).await.is(401);
    for entry in world.entries("").await {
        assert!(codes.iter().all(|code| !format!("{entry:?}").contains(code.as_str())), "{entry:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deactivating_a_device_ends_every_other_session_and_its_owner_is_told() {
    let (world, browser) = with_anna().await;
    activates_app(&world, &browser, "/account", "New phone").await.is(200);
    let elsewhere = world.account(ANNA).await;
    elsewhere.get("/account").await.says("You are signed in");
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    page.is(200).says("Deactivate this device?").says("anna@customers.example's virtual_totp");
    assert!(!page.text().contains("only MFA device"));
    // Looking at the question changes nothing.
    assert_eq!(devices_on(&browser.get("/account/security").await).len(), 2);
    let done = browser.send(&page, "/deactivate", &[]).await;
    done.is(200).says("The device was deactivated. You were signed out everywhere else.");
    elsewhere.get("/account").await.says("E-mail address of the account");
    browser.send(&page, "/deactivate", &[]).await.is(404);
    world.mail("MFA device deactivated").await;
    let entries = world.entries("").await;
    let entry = entries.iter().find(|entry| entry.action == "authenticator.deactivated").unwrap();
    assert!(entry.details.contains("\"sessions_ended\":1"), "{}", entry.details);
    assert_eq!(times(&world, "authenticator.deactivated").await, 1);
    world.later(TimeDelta::seconds(60)).await;
    let other = world.browser();
    let page = world.gives_password(&other, ANNA).await;
    other.send(&page, "/account/sign-in/device", &[("code", &code_of(ANNA, world.now(), 0))]).await.is(401);
    world.stop().await;
}

async fn use_up_codes(world: &World) {
    use diesel::{ExpressionMethods, RunQueryDsl};
    let at = world.now().naive_utc();
    let use_up = move |tx: &mut Tx<'_>| {
        diesel::update(recovery_codes::table).set(recovery_codes::used_at.eq(at)).execute(tx.connection)?;
        Ok::<(), StoreError>(())
    };
    world.desk.store.write(use_up).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_without_a_device_is_urged_to_activate_one_and_gets_codes_with_it() {
    let (world, browser) = with_anna().await;
    assert!(!browser.get("/account").await.text().contains("has no MFA device"));
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    browser.send(page.says("This is your only MFA device."), "/deactivate", &[]).await.is(200);
    for path in ["/account", "/account/contact", "/account/security"] {
        browser.get(path).await.is(200).says("has no MFA device").says("Activate MFA");
    }
    use_up_codes(&world).await;
    let page = activates_app(&world, &browser, "/account", "First").await;
    page.is(200).says("The device is active. Here are recovery codes").says("I have saved them");
    assert_eq!(codes_on(&page).len(), 10);
    assert!(!page.text().contains("has no MFA device"));
    browser.get("/account/security").await.says("You have 10 recovery codes left.");
    let made = ["authenticator.deactivated", "authenticator.activated", "recovery_codes.made"];
    assert_eq!(actions(&world).await, made);
    world.stop().await;
}

/// Nothing is there that could be given afresh, so the sign-in itself has to be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_nothing_to_give_a_factor_with_signs_in_again_after_ten_minutes() {
    let (world, browser) = with_anna().await;
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    browser.send(&page, "/deactivate", &[]).await.is(200);
    let choice = browser.get("/account/security/activate").await;
    let app = begins(&browser, "/account", "virtual_totp", "Early").await;
    let (first, second) = two_codes(&world, &secret_on(app.is(200)));
    world.later(TimeDelta::minutes(10)).await;
    // As long as recovery codes are left, one of them is asked for.
    leads_to_step_up(&browser.get("/account/security/activate").await, "/account/security/activate");
    use_up_codes(&world).await;
    let led = |page: &Page| assert!(page.url.contains("/account/sign-in?next=%2Faccount%2Fsecurity"), "{}", page.url);
    led(&browser.get("/account/security/activate").await);
    led(&browser.send(&choice, "/security/activate", &[("kind", "virtual_totp"), ("name", "Late")]).await);
    led(&shows_codes(&browser, &app, (&first, &second)).await);
    let token = csrf_on(&browser.get("/account/security").await);
    led(&browser.post("/account/security/recovery-codes", &[("csrf", &token)]).await);
    assert_eq!(times(&world, "authenticator.activated").await, 0);

    // A session that began without any factor counts from its beginning.
    begins_without_factor(&world).await;
    browser.get("/account/security/activate").await.is(200).says("Activate MFA");
    world.later(TimeDelta::minutes(10)).await;
    led(&browser.get("/account/security/activate").await);
    world.stop().await;
}

/// Every session begins now, by a mailed link and without a second factor.
async fn begins_without_factor(world: &World) {
    use diesel::{ExpressionMethods, RunQueryDsl};
    let at = world.now().naive_utc();
    let begin = move |tx: &mut Tx<'_>| {
        diesel::update(account_sessions::table)
            .set((account_sessions::created_at.eq(at), account_sessions::proved_at.eq(None::<chrono::NaiveDateTime>)))
            .execute(tx.connection)?;
        Ok::<(), StoreError>(())
    };
    world.desk.store.write(begin).await.unwrap();
}

/// The newest session of an account of either side, as the holder of its authenticators.
async fn newest_holder(world: &World, email: &str) -> mfa_desk::workflow::Holder {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    let account = world.account_id(email).await;
    let find = move |connection: &mut AnyConnection| {
        let of_desk = agent_sessions::table.filter(agent_sessions::agent_id.eq(account.to_string()));
        let of_desk: Vec<String> =
            of_desk.order(agent_sessions::id.desc()).select(agent_sessions::id).load(connection)?;
        let of_account = account_sessions::table.filter(account_sessions::account_id.eq(account.to_string()));
        let of_account: Vec<String> =
            of_account.order(account_sessions::id.desc()).select(account_sessions::id).load(connection)?;
        Ok::<_, StoreError>(of_desk.into_iter().chain(of_account).next().unwrap())
    };
    mfa_desk::workflow::Holder { account, session: world.desk.store.read(find).await.unwrap() }
}

/// What came in while the session was good is decided when it is not any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_in_flight_does_not_outlive_its_session() {
    use mfa_desk::domain::actor::Actor;
    use mfa_desk::workflow::{Act, Halt};
    let (world, browser) = with_anna().await;
    let holder = newest_holder(&world, ANNA).await;
    let act = || Act { actor: Actor::Customer, ip: "192.0.2.7".to_owned(), at: world.now() };
    world.desk.begin_virtual_device(act(), holder.clone(), "Phone").await.unwrap().unwrap();
    let page = browser.get("/account").await;
    browser.send(&page, "/account/sign-out", &[]).await.is(200);
    assert_eq!(world.desk.begin_virtual_device(act(), holder.clone(), "Late").await.unwrap().unwrap_err(), Halt::Gone);
    let codes = world.desk.make_recovery_codes(act(), holder).await.unwrap();
    assert_eq!(codes.unwrap_err(), Halt::Gone);
    assert_eq!(actions(&world).await, ["authenticator.refused", "authenticator.refused"]);

    // Somebody at the desk who has only the password yet: the first device that is committed ends that way.
    let ben = world.browser();
    let page = ben.get("/desk/sign-in").await;
    let given = [("email", "ben@desk.example.test"), ("password", crate::support::world::PASSWORD)];
    ben.send(&page, "/desk/sign-in", &given).await.is(200);
    let holder = newest_holder(&world, "ben@desk.example.test").await;
    world.desk.begin_virtual_device(act(), holder.clone(), "First").await.unwrap().unwrap();
    world.fresh_code("ben@desk.example.test").await;
    assert_eq!(world.desk.begin_virtual_device(act(), holder, "Second").await.unwrap().unwrap_err(), Halt::Gone);
    world.stop().await;
}

/// Where the browser ended when it followed: at the step-up, which leads back.
#[track_caller]
fn leads_to_step_up(page: &Page, next: &str) {
    let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
    let expected = format!("/account/step-up?next={next}");
    assert!(page.url.ends_with(&expected), "{} instead of {expected}", page.url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_devices_needs_a_second_factor_that_is_fresh() {
    let (world, browser) = with_anna().await;
    let list = browser.get("/account/security").await;
    let csrf = csrf_on(&list);
    let device = format!("/account/security/devices/{}/deactivate", devices_on(&list)[0]);
    let app = set_up_on(&begins(&browser, "/account", "virtual_totp", "Phone").await);
    world.later(TimeDelta::minutes(10)).await;
    for path in ["/account/security/activate", app.as_str(), device.as_str()] {
        leads_to_step_up(&browser.get(path).await, path);
        let fields = [("csrf", csrf.as_str()), ("kind", "virtual_totp"), ("name", "X")];
        leads_to_step_up(&browser.post(path, &fields).await, path);
    }
    leads_to_step_up(&browser.post("/account/security/recovery-codes", &[("csrf", &csrf)]).await, "/account/security");
    assert_eq!(actions(&world).await, Vec::<String>::new());
    // A name opens nothing.
    let page = browser.get(&device.replace("/deactivate", "/rename")).await;
    browser.send(page.is(200), "/rename", &[("name", "")]).await.is(422).says("Give the device a name.");
    browser.send(&page, "/rename", &[("name", "Kitchen phone")]).await.is(200).says("Kitchen phone");
    assert_eq!(actions(&world).await, ["authenticator.refused", "authenticator.renamed"]);
    world.stop().await;
}

/// Every session of the desk has just given a second factor.
async fn proves_agents(world: &World) {
    use diesel::{ExpressionMethods, RunQueryDsl};
    let at = world.now().naive_utc();
    let prove = move |tx: &mut Tx<'_>| {
        diesel::update(agent_sessions::table).set(agent_sessions::proved_at.eq(at)).execute(tx.connection)?;
        Ok::<(), StoreError>(())
    };
    world.desk.store.write(prove).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_keeps_its_devices_on_the_same_pages_and_never_deactivates_the_last() {
    let world = World::new().await;
    let ana = world.agent("ana").await;
    world.takes_fresh_devices_away("ana@desk.example.test").await;
    ana.get("/desk/security").await.is(200).says("Security credentials").says("You have no MFA device yet.");
    activates_app(&world, &ana, "/desk", "Work phone").await.is(200).says("Here are recovery codes");
    let mail = world.mail("MFA device activated").await;
    assert!(mail.header("To").unwrap().contains("ana@desk.example.test"));
    assert!(mail.text.contains("/desk/security"), "{}", mail.text);
    proves_agents(&world).await;
    let page = asked_to_deactivate(&ana, "/desk", 0).await;
    ana.send(page.is(200), "/deactivate", &[]).await.is(409).says("Activate another one first");
    let elsewhere = world.agent("ana").await;
    world.takes_fresh_devices_away("ana@desk.example.test").await;
    elsewhere.get("/desk").await.is(200).says("Queue");
    activates_passkey(&ana, "/desk", "Key", &mut SoftKey::new("work")).await.is(200);
    let page = asked_to_deactivate(&ana, "/desk", 0).await;
    ana.send(&page, "/deactivate", &[]).await.is(200).says("The device was deactivated.");
    elsewhere.get("/desk").await.says("Sign in to the desk");
    let entries = world.entries("").await;
    let mut about = entries.iter().filter(|entry| entry.action.starts_with("authenticator."));
    assert!(about.clone().count() == 4 && about.all(|entry| entry.actor == "ana@desk.example.test"));
    // No customer's page finds the account behind it.
    world.gives_password(&world.browser(), "ana@desk.example.test").await.is(401);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_few_questions_stay_open_and_what_they_held_is_sealed_and_forgotten() {
    use diesel::{QueryDsl, RunQueryDsl};
    let (world, browser) = with_anna().await;
    for n in 0..8 {
        begins(&browser, "/account", "virtual_totp", &format!("Phone {n}")).await.is(200);
    }
    let last = begins(&browser, "/account", "virtual_totp", "Last phone").await;
    let secret = secret_on(last.is(200));
    let states = states_of_ceremonies(&world).await;
    assert_eq!(states.len(), 4);
    let (plain, hex) = (format!("{:?}", secret.expose()), hex::encode(secret.expose()));
    for state in &states {
        assert!(!state.contains(&plain) && !state.contains(&hex) && !state.contains("hone"), "{state}");
    }
    let (first, second) = two_codes(&world, &secret);
    shows_codes(&browser, &last, (&first, &second)).await.is(200);
    let states = states_of_ceremonies(&world).await;
    assert_eq!(states.iter().filter(|state| state.is_empty()).count(), 1, "{states:?}");
    let secrets = |connection: &mut AnyConnection| {
        Ok::<Vec<Option<String>>, StoreError>(authenticators::table.select(authenticators::secret).load(connection)?)
    };
    let stored = world.desk.store.read(secrets).await.unwrap();
    assert!(stored.iter().flatten().count() >= 2);
    assert!(stored.iter().flatten().all(|stored| !stored.contains(&plain) && !stored.contains(&hex)));
    world.stop().await;
}

/// Every session of an account becomes one that was won by alternative factors.
async fn recovers(world: &World) {
    use diesel::{ExpressionMethods, RunQueryDsl};
    let recover = |tx: &mut Tx<'_>| {
        diesel::update(account_sessions::table)
            .set(account_sessions::assurance.eq("recovery"))
            .execute(tx.connection)?;
        Ok::<(), StoreError>(())
    };
    world.desk.store.write(recover).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_won_by_alternative_factors_manages_devices_and_does_nothing_else() {
    let world = World::new().await;
    world.adds(ANNA, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let browser = world.browser();
    world.gives_password(&browser, ANNA).await.is(200);
    recovers(&world).await;
    for path in ["/account", "/account/contact"] {
        browser.get(path).await.is(200).says("Your MFA devices");
    }
    let list = browser.get("/account/security").await;
    assert!(!list.html.contains("href=\"/account/contact\""), "what cannot be reached is offered");
    activates_app(&world, &browser, "/account", "New phone").await.is(200).says("The device is active.");
    assert_eq!(codes_on(browser.send(&list, "/security/recovery-codes", &[]).await.is(200)).len(), 10);
    // The case that it was won with decides about this, and it has none.
    let page = asked_to_deactivate(&browser, "/account", 0).await;
    browser.send(page.is(200), "/deactivate", &[]).await.is(404);
    assert_eq!(actions(&world).await, ["authenticator.activated", "recovery_codes.made"]);
    browser.send(&list, "/account/sign-out", &[]).await.is(200).says("E-mail address of the account");
    browser.get("/account/security").await.says("E-mail address of the account");
    world.stop().await;
}
