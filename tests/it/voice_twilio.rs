//! The phone check by Twilio: its REST API, its signed hooks, and everything it can get wrong or lie about.

use chrono::TimeDelta;
use mfa_desk::notify::voice::twilio_signature::sign;
use secrecy::SecretString;

use crate::support::browser::{Browser, Page};
use crate::support::twilio::{HookReply, TwilioCall, TwilioServer};
use crate::support::world::{OWNER, PUBLIC, Setup, TWILIO_SID, TWILIO_TOKEN, World, code_on};

const ROOT: &str = "root@customers.example";

async fn world() -> World {
    World::with(Setup { twilio: true, ..Setup::default() }).await
}

fn twilio(world: &World) -> &TwilioServer {
    world.twilio.as_ref().unwrap()
}

async fn case_page(customer: &Browser, reference: &str) -> Page {
    customer.get(&format!("/cases/{reference}")).await
}

/// Presses **Call me now** and answers with the code on the page and the call that Twilio was asked for.
async fn calls(world: &World, customer: &Browser, reference: &str) -> (String, TwilioCall) {
    let page = case_page(customer, reference).await;
    let page = customer.send(&page, "/call", &[]).await;
    let code = code_on(page.is(200));
    world.settle().await;
    (code, twilio(world).calls().pop().expect("a call was placed"))
}

fn hook(call: &TwilioCall, name: &str) -> String {
    format!("{}/{name}", call.url.rsplit_once('/').unwrap().0)
}

fn event(call: &TwilioCall, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let usual = [("AccountSid", TWILIO_SID), ("CallSid", &call.sid), ("To", &call.to), ("From", &call.from)];
    usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Somebody picks up, and has typed nothing yet. Answers with what the voice says.
async fn picks_up(world: &World, call: &TwilioCall) -> String {
    let reply = twilio(world).post(&call.url, &event(call, &[("CallStatus", "in-progress")]), true).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

/// Types digits on the phone and answers with what is said then.
async fn types(world: &World, call: &TwilioCall, digits: &str) -> HookReply {
    let fields = event(call, &[("CallStatus", "in-progress"), ("Digits", digits), ("msg", "Gather End")]);
    twilio(world).post(&hook(call, "digits"), &fields, true).await
}

fn wrong(code: &str) -> &'static str {
    if code == "111111" { "222222" } else { "111111" }
}

async fn count(world: &World, reference: &str, action: &str) -> usize {
    world.actions(reference).await.iter().filter(|found| *found == action).count()
}

/// Everything about a case that a hook could change.
async fn standing(world: &World, customer: &Browser, reference: &str) -> (Vec<String>, String, String, String) {
    world.settle().await;
    let page = case_page(customer, reference).await;
    let headline = page.html.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned();
    let call = world.last_call().await;
    (world.actions(reference).await, headline, call.state, call.says)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_phone_check() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;

    // The order: to the number of record, with our hooks below the public address, and no code in it.
    assert_eq!((call.to.as_str(), call.from.as_str()), ("+447911123456", "+15551230100"));
    for url in [&call.url, &call.status_callback] {
        assert!(url.starts_with(&format!("{PUBLIC}/hooks/voice/twilio/")), "{url}");
    }
    assert!(call.fields.iter().all(|(_, value)| !value.contains(&code)), "{:?}", call.fields);
    assert_eq!(twilio(&world).attempts(), 1);

    for (status, words) in [
        ("initiated", "Your phone should be ringing."),
        ("ringing", "Your phone should be ringing."),
        ("in-progress", "You have picked up."),
    ] {
        assert_eq!(twilio(&world).status(&call, status).await.status, 204);
        case_page(&customer, &reference).await.says(words);
    }

    // The voice says the page's two words, and never the code.
    let greeting = picks_up(&world, &call).await;
    let page = case_page(&customer, &reference).await;
    let words = greeting.split("The two words are: ").nth(1).unwrap().split('.').next().unwrap().to_owned();
    assert_eq!(words.split_whitespace().count(), 2, "{words}");
    page.says(&words);
    for spelled in [code.clone(), format!("{} {}", &code[..3], &code[3..])] {
        assert!(!greeting.contains(&spelled), "{greeting}");
    }
    assert!(greeting.contains("<Gather ") && greeting.contains("numDigits=\"6\""), "{greeting}");

    // Wrong digits are asked for again; right ones confirm.
    let again = types(&world, &call, wrong(&code)).await;
    assert!(again.body.contains("<Gather ") && again.body.contains("not the ones on your page"), "{again:?}");
    case_page(&customer, &reference).await.says("2 tries left");
    let thanks = types(&world, &call, &code).await;
    assert!(!thanks.body.contains("<Gather") && thanks.body.contains("Your phone number is confirmed"), "{thanks:?}");
    case_page(&customer, &reference).await.says("A second person is checking your request");

    assert_eq!(twilio(&world).status(&call, "completed").await.status, 204);
    let actions = world.actions(&reference).await;
    for action in ["call.asked_for", "call.placed", "check.wrong_code", "check.passed", "case.awaiting_approval"] {
        assert!(actions.contains(&action.to_owned()), "{action} is not among {actions:?}");
    }
    let log: String = world.entries("").await.iter().map(|entry| entry.details.clone()).collect();
    assert!(!log.contains(&code) && !log.contains("7911"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_speaks_the_language_of_its_case_and_says_the_two_words_in_english() {
    let world = world().await;
    let (customer, reference) = world.confirmed_in("de", OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    let page = case_page(&customer, &reference).await;
    assert!(page.html.contains("<html lang=\"de\">"));
    let greeting = picks_up(&world, &call).await;
    assert!(greeting.contains("<Say language=\"de-DE\">Guten Tag. "), "{greeting}");
    let english: Vec<&str> = greeting.split("<Say language=\"en-GB\">").skip(1).collect();
    let words: Vec<&str> = english.iter().map(|said| said.split("</Say>").next().unwrap()).collect();
    assert!(words.len() == 2 && words[0] == words[1], "said twice, and nothing else is: {greeting}");
    assert_eq!(words[0].split_whitespace().count(), 2);
    page.says(words[0]);
    assert!(world.last_call().await.says.contains(&format!("Die zwei Wörter sind: {}.", words[0])));

    // Every later answer is German too, and the digits count as ever.
    let again = types(&world, &call, wrong(&code)).await;
    assert!(again.body.contains("<Gather ") && again.body.contains("stehen andere Ziffern"), "{again:?}");
    let thanks = types(&world, &call, &code).await;
    assert!(thanks.body.contains("<Say language=\"de-DE\">Danke. Ihre Telefonnummer ist bestätigt."), "{thanks:?}");
    for reply in [again, thanks] {
        assert!(!reply.body.contains("en-GB"), "{reply:?}");
    }
    assert_eq!(count(&world, &reference, "check.passed").await, 2, "the e-mail address and the telephone");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_wrong_answer_ends_the_code() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    picks_up(&world, &call).await;
    for _ in 0..2 {
        assert!(types(&world, &call, wrong(&code)).await.body.contains("<Gather "));
    }
    let over = types(&world, &call, wrong(&code)).await;
    assert!(!over.body.contains("<Gather") && over.body.contains("cannot be used any more"), "{over:?}");
    case_page(&customer, &reference).await.says("wrong too often");

    // Now not even the right digits help.
    let late = types(&world, &call, &code).await;
    assert!(late.status == 200 && late.body.contains("cannot be used any more"), "{late:?}");
    assert_eq!(count(&world, &reference, "check.failed").await, 1);
    case_page(&customer, &reference).await.says("Something is needed from you");

    // A new call has a new code and can be passed.
    let (new_code, call) = calls(&world, &customer, &reference).await;
    assert_ne!(new_code, code);
    twilio(&world).answer(&call, Some(&new_code)).await;
    case_page(&customer, &reference).await.says("A second person is checking your request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_signature_is_refused_and_changes_nothing() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    let before = standing(&world, &customer, &reference).await;

    let mut answers = vec![
        twilio(&world).answer_with_wrong_signature(&call).await,
        twilio(&world).status_with_wrong_signature(&call, "busy").await,
        twilio(&world).post(&hook(&call, "digits"), &event(&call, &[("Digits", &code)]), false).await,
    ];
    // Right for another hook, for other fields, empty, missing, or doubled: none of these is right for this one.
    let key = SecretString::from(TWILIO_TOKEN);
    let digits = hook(&call, "digits");
    let fields = [("CallSid", call.sid.as_str()), ("Digits", code.as_str())];
    let owned: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let right = sign(&key, &digits, &owned);
    let elsewhere = sign(&key, &hook(&call, "answer"), &owned);
    let fewer = sign(&key, &digits, &owned[..1]);
    let path = digits.strip_prefix(PUBLIC).unwrap();
    let browser = world.browser();
    let doubled = format!("{right}, {right}");
    for signature in [elsewhere.as_str(), fewer.as_str(), "", "AAAA", &doubled, &right.to_lowercase()] {
        let page = browser.post_with(path, &fields, &[("x-twilio-signature", signature)]).await;
        answers.push(HookReply { status: page.status, body: page.html });
    }
    let page = browser.post(path, &fields).await;
    answers.push(HookReply { status: page.status, body: page.html });

    for answer in &answers {
        assert_eq!(answer.status, 403, "{answer:?}");
        assert!(!answer.body.contains("two words"), "{answer:?}");
    }
    let refused = world.entries("").await.into_iter().filter(|entry| entry.action == "hook.refused").count();
    // One entry a minute from one place: a stranger cannot fill the log.
    assert_eq!(refused, 1);
    assert_eq!(standing(&world, &customer, &reference).await, before);

    // The same request under its right signature is taken.
    browser.post_with(path, &fields, &[("x-twilio-signature", &right)]).await.is(200);
    case_page(&customer, &reference).await.says("A second person is checking your request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_how_the_call_went() {
    for (status, words) in [
        ("busy", "The line was busy."),
        ("no-answer", "Nobody picked up."),
        ("failed", "The call could not be made."),
        ("canceled", "The call could not be made."),
    ] {
        let world = world().await;
        let (customer, reference) = world.confirmed(OWNER).await;
        let (code, call) = calls(&world, &customer, &reference).await;
        assert_eq!(twilio(&world).status(&call, status).await.status, 204);
        case_page(&customer, &reference).await.is(200).says(words);
        let told = world.entries(&reference).await;
        let progress = told.iter().find(|entry| entry.action == "call.progress").unwrap();
        assert_eq!(progress.actor_kind, "system");
        assert!(!progress.details.contains(&code) && !progress.details.contains("7911"), "{}", progress.details);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_call_that_came_to_nothing_a_new_one_can_be_had_at_once() {
    for status in ["busy", "no-answer", "failed", "completed"] {
        let world = world().await;
        let (customer, reference) = world.confirmed(OWNER).await;
        let (_, call) = calls(&world, &customer, &reference).await;
        twilio(&world).status(&call, status).await;
        let page = case_page(&customer, &reference).await;
        assert!(page.has_form("/call"), "after “{status}” there is no “Call me now” on:\n{}", page.text());
        let (code, call) = calls(&world, &customer, &reference).await;
        twilio(&world).answer(&call, Some(&code)).await;
        case_page(&customer, &reference).await.says("A second person is checking your request");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nothing_is_typed_the_voice_says_where_to_get_a_new_call_and_it_is_there() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (_, call) = calls(&world, &customer, &reference).await;
    let (_, second) = twilio(&world).answer(&call, Some("")).await;
    assert!(second.contains("Please ask for a new call on your page"), "{second}");
    assert_eq!(count(&world, &reference, "check.wrong_code").await, 0, "typing nothing is not a wrong answer");
    let page = case_page(&customer, &reference).await;
    assert!(page.has_form("/call"), "there is no “Call me now” on:\n{}", page.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_that_overtake_each_other_do_not_turn_time_back() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (_, call) = calls(&world, &customer, &reference).await;
    twilio(&world).status(&call, "no-answer").await;
    for late in ["ringing", "initiated", "queued", "in-progress", "completed", "busy"] {
        assert_eq!(twilio(&world).status(&call, late).await.status, 204);
        case_page(&customer, &reference).await.says("Nobody picked up.");
    }
    assert_eq!(count(&world, &reference, "call.progress").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_report_of_ringing_does_not_hide_that_the_customer_picked_up() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (_, call) = calls(&world, &customer, &reference).await;
    picks_up(&world, &call).await;
    for late in ["initiated", "ringing"] {
        twilio(&world).status(&call, late).await;
        case_page(&customer, &reference).await.says("You have picked up.");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_outcome_is_not_repeated() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    twilio(&world).fail_next(503);
    let page = case_page(&customer, &reference).await;
    customer.send(&page, "/call", &[]).await.is(200);
    world.settle().await;
    assert_eq!(twilio(&world).attempts(), 1);
    world.later(TimeDelta::minutes(2)).await;
    assert_eq!(twilio(&world).attempts(), 1, "a telephone that rings twice teaches its owner to ignore it");

    // The customer learns that something is wrong instead of waiting for a call that may never come.
    let page = case_page(&customer, &reference).await;
    assert!(!page.text().contains("We are calling you now."), "{}", page.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_does_not_call_an_unknown_outcome_not_placed() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    // Twilio takes the order, rings the phone, and its answer never reaches us.
    twilio(&world).hang_next();
    let (_, call) = calls(&world, &customer, &reference).await;
    assert_eq!(twilio(&world).status(&call, "ringing").await.status, 204);
    let actions = world.actions(&reference).await;
    assert!(!actions.contains(&"call.not_placed".to_owned()), "the phone rings, and the log says: {actions:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_order_was_never_answered_can_still_be_passed() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    twilio(&world).hang_next();
    let (code, call) = calls(&world, &customer, &reference).await;
    assert_eq!(twilio(&world).attempts(), 1);
    world.later(TimeDelta::minutes(1)).await;
    assert_eq!(twilio(&world).attempts(), 1);
    assert_eq!(twilio(&world).status(&call, "ringing").await.status, 204);
    case_page(&customer, &reference).await.says("Your phone should be ringing.");
    let (_, thanks) = twilio(&world).answer(&call, Some(&code)).await;
    assert!(thanks.contains("confirmed"), "{thanks}");
    case_page(&customer, &reference).await.says("A second person is checking your request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_was_certainly_not_taken_is_repeated_and_then_given_up() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    twilio(&world).fail_next(429);
    let page = case_page(&customer, &reference).await;
    let code = code_on(&customer.send(&page, "/call", &[]).await);
    world.settle().await;
    assert_eq!((twilio(&world).attempts(), twilio(&world).calls().len()), (1, 0));
    case_page(&customer, &reference).await.says("We are calling you now.");
    world.later(TimeDelta::seconds(2)).await;
    assert_eq!((twilio(&world).attempts(), twilio(&world).calls().len()), (2, 1));
    // It is the same call with the same code.
    let call = twilio(&world).calls().pop().unwrap();
    twilio(&world).answer(&call, Some(&code)).await;
    case_page(&customer, &reference).await.says("A second person is checking your request");

    let (customer, reference) = world.confirmed(ROOT).await;
    for _ in 0..5 {
        twilio(&world).fail_next(429);
    }
    let page = case_page(&customer, &reference).await;
    customer.send(&page, "/call", &[]).await.is(200);
    for _ in 0..10 {
        world.later(TimeDelta::seconds(10)).await;
    }
    assert_eq!(twilio(&world).attempts(), 5, "three for the second call");
    case_page(&customer, &reference).await.says("The call could not be made.");
    assert_eq!(count(&world, &reference, "call.not_placed").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_order_is_told_and_not_repeated() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    twilio(&world).fail_next(400);
    let page = case_page(&customer, &reference).await;
    customer.send(&page, "/call", &[]).await.is(200);
    world.settle().await;
    case_page(&customer, &reference).await.says("The call could not be made.");
    world.later(TimeDelta::minutes(4)).await;
    assert_eq!(twilio(&world).attempts(), 1);
    let entries = world.entries(&reference).await;
    let refused = entries.iter().find(|entry| entry.action == "call.not_placed").unwrap();
    assert!(refused.details.contains("HTTP 400"), "{}", refused.details);
    // Twilio's own words quote the number; the log does not.
    assert!(!refused.details.contains("7911"), "{}", refused.details);

    // Nothing is lost: when the code is too old at the latest, the customer can ask for the next call.
    world.later(TimeDelta::minutes(2)).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    twilio(&world).answer(&call, Some(&code)).await;
    case_page(&customer, &reference).await.says("A second person is checking your request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_replayed_after_the_check_passed_change_nothing_about_the_case() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    twilio(&world).answer(&call, Some(&code)).await;
    twilio(&world).status(&call, "completed").await;
    let (actions, headline, _, _) = standing(&world, &customer, &reference).await;

    for _ in 0..2 {
        assert_eq!(types(&world, &call, &code).await.status, 200);
        assert_eq!(types(&world, &call, wrong(&code)).await.status, 200);
        let first = picks_up(&world, &call).await;
        assert!(!first.contains("<Gather"), "a code that was used is not asked for again: {first}");
        for status in ["ringing", "busy", "completed"] {
            assert_eq!(twilio(&world).status(&call, status).await.status, 204);
        }
    }
    let after = standing(&world, &customer, &reference).await;
    assert_eq!((after.0, after.1), (actions, headline));
    assert_eq!(twilio(&world).attempts(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_over_stays_over_when_its_hooks_are_replayed() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    twilio(&world).answer(&call, Some(&code)).await;
    twilio(&world).status(&call, "completed").await;
    assert_eq!(world.last_call().await.state, "completed");
    picks_up(&world, &call).await;
    assert_eq!(world.last_call().await.state, "completed");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_of_a_replaced_call_are_too_late() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (old_code, old) = calls(&world, &customer, &reference).await;
    world.later(TimeDelta::minutes(6)).await;
    let (code, new) = calls(&world, &customer, &reference).await;
    let first = picks_up(&world, &old).await;
    assert!(!first.contains("<Gather"), "{first}");
    for digits in [&old_code, &code] {
        assert!(types(&world, &old, digits).await.body.contains("cannot be used any more"));
    }
    // The new call has lost no try by it.
    case_page(&customer, &reference).await.says("3 tries left");
    twilio(&world).answer(&new, Some(&code)).await;
    case_page(&customer, &reference).await.says("A second person is checking your request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_too_late_after_five_minutes() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    picks_up(&world, &call).await;
    world.later(TimeDelta::minutes(5)).await;
    assert!(types(&world, &call, &code).await.body.contains("cannot be used any more"));
    case_page(&customer, &reference).await.says("too old").says("Call me now");
    assert_eq!(count(&world, &reference, "check.passed").await, 1, "only the e-mail check has passed");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_not_ours_is_not_found() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (_, call) = calls(&world, &customer, &reference).await;
    let before = standing(&world, &customer, &reference).await;
    let total = world.entries("").await.len();
    for id in ["01890000-0000-7000-8000-000000000000", "nonsense", "1%27%20OR%201=1", "%00"] {
        for name in ["answer", "digits", "status"] {
            let url = format!("{PUBLIC}/hooks/voice/twilio/{id}/{name}");
            let fields = event(&call, &[("CallStatus", "busy"), ("Digits", "123456")]);
            let right = twilio(&world).post(&url, &fields, true).await;
            assert!(matches!(right.status, 403 | 404), "{url}: {right:?}");
            let wrong = twilio(&world).post(&url, &fields, false).await;
            assert!(matches!(wrong.status, 403 | 404), "{url}: {wrong:?}");
        }
    }
    let unknown = format!("{PUBLIC}/hooks/voice/twilio/01890000-0000-7000-8000-000000000000/status");
    let fields = event(&call, &[("CallStatus", "busy")]);
    assert_eq!(twilio(&world).post(&unknown, &fields, true).await.status, 404);
    assert_eq!(twilio(&world).post(&unknown, &fields, false).await.status, 403);
    assert_eq!(standing(&world, &customer, &reference).await, before);
    let new = world.entries("").await.split_off(total);
    assert!(new.iter().all(|entry| entry.action == "hook.refused"), "{new:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digits_of_one_case_do_nothing_for_another() {
    let world = world().await;
    let (olivia, hers) = world.confirmed(OWNER).await;
    let (rosa, theirs) = world.confirmed(ROOT).await;
    let (olivias_code, olivias_call) = calls(&world, &olivia, &hers).await;
    let (rosas_code, rosas_call) = calls(&world, &rosa, &theirs).await;
    assert_ne!(olivias_code, rosas_code, "choose another seed");
    let before = standing(&world, &olivia, &hers).await;

    // Olivia's code, rightly signed, typed on Rosa's call; and Rosa's call said to be Olivia's.
    assert!(types(&world, &rosas_call, &olivias_code).await.body.contains("not the ones on your page"));
    let fields = event(&olivias_call, &[("CallStatus", "in-progress"), ("Digits", &olivias_code)]);
    let mixed = twilio(&world).post(&hook(&rosas_call, "digits"), &fields, true).await;
    assert!(mixed.body.contains("not the ones on your page"), "{mixed:?}");

    let after = standing(&world, &olivia, &hers).await;
    assert_eq!((after.0, after.1), (before.0, before.1));
    case_page(&olivia, &hers).await.says("3 tries left");
    case_page(&rosa, &theirs).await.says("1 try left");
    assert_eq!(count(&world, &theirs, "check.passed").await, 1, "only the e-mail check has passed");
    // Each still works for its own.
    types(&world, &rosas_call, &rosas_code).await;
    types(&world, &olivias_call, &olivias_code).await;
    case_page(&olivia, &hers).await.says("A second person is checking your request");
    for reference in [&hers, &theirs] {
        assert_eq!(count(&world, reference, "check.passed").await, 2);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_under_a_right_signature_is_answered_calmly() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let (code, call) = calls(&world, &customer, &reference).await;
    let before = standing(&world, &customer, &reference).await;
    for status in ["Ringing!", "", "deactivated", "'; DROP TABLE calls; --", "BUSY", "完了"] {
        let fields = event(&call, &[("CallStatus", status)]);
        assert_eq!(twilio(&world).post(&call.status_callback, &fields, true).await.status, 204, "{status}");
    }
    assert_eq!(twilio(&world).post(&call.status_callback, &[], true).await.status, 204);
    assert_eq!(standing(&world, &customer, &reference).await, before);

    // Whatever is typed that is not the code is at most a wrong answer.
    let half_typed = &code[..5];
    let full_width: String = code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap()).collect();
    let reply = types(&world, &call, half_typed).await;
    assert_eq!(reply.status, 200);
    let reply = types(&world, &call, &full_width).await;
    assert!(reply.status == 200 && !reply.body.contains("confirmed"), "{reply:?}");
    assert_eq!(count(&world, &reference, "check.passed").await, 1, "only the e-mail check has passed");
    case_page(&customer, &reference).await.is(200);
    let long = "9".repeat(20_000);
    assert!(types(&world, &call, &long).await.status < 500);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_case_is_not_called_and_not_confirmed() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    twilio(&world).fail_next(429);
    let page = case_page(&customer, &reference).await;
    let page = customer.send(&page, "/call", &[]).await;
    let code = code_on(&page);
    world.settle().await;
    customer.send(&page, "/withdraw", &[]).await.is(200).says("You withdrew this request");
    world.later(TimeDelta::minutes(1)).await;
    assert!(twilio(&world).calls().is_empty(), "the call that was still to be placed is not wanted any more");

    let (customer, reference2) = world.confirmed(OWNER).await;
    let (code2, call) = calls(&world, &customer, &reference2).await;
    let page = case_page(&customer, &reference2).await;
    customer.send(&page, "/withdraw", &[]).await.is(200);
    assert!(types(&world, &call, &code2).await.body.contains("cannot be used any more"));
    assert!(!types(&world, &call, &code).await.body.contains("confirmed"));
    case_page(&customer, &reference2).await.says("You withdrew this request");
    assert_eq!(count(&world, &reference, "check.passed").await, 1);
    assert_eq!(count(&world, &reference2, "check.passed").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_twilio_its_hooks_take_nothing() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let page = case_page(&customer, &reference).await;
    let code = code_on(&customer.send(&page, "/call", &[]).await);
    world.settle().await;
    let call = world.last_call().await;
    let path = format!("/hooks/voice/twilio/{}/digits", call.id);
    let url = format!("{PUBLIC}{path}");
    let fields = [("Digits", code.as_str())];
    let owned = [("Digits".to_owned(), code.clone())];
    for key in [TWILIO_TOKEN, ""] {
        let signature = sign(&SecretString::from(key), &url, &owned);
        world.browser().post_with(&path, &fields, &[("x-twilio-signature", &signature)]).await.is(404);
    }
    case_page(&customer, &reference).await.says("Something is needed from you");
    world.stop().await;
}
