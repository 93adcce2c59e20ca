//! What a stranger, a customer in a hurry or an attacker can send that is wrong: each gets a clear answer, never a
//! 500, and nothing is lost or changed.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::{QueryDsl, RunQueryDsl};
use futures_util::future::join_all;
use mfa_desk::domain::account::*;
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::ids::{AccountId, AuthenticatorId};
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::server::start;
use mfa_desk::store::schema::cases;
use mfa_desk::store::{self, AnyConnection, StoreError, Tx};
use mfa_desk::web::App;
use mfa_desk::workflow::{Act, Standing};
use reqwest::redirect::Policy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::browser::{Browser, Page, unescaped};
use crate::support::database::TestDatabase;
use crate::support::world::{OWNER, PASSWORD, PUBLIC, Setup, World, code_on, csrf_on, form, link_in, reference_on};

const FORM: &str = "application/x-www-form-urlencoded";
/// A reference like ours that no case has.
const NOBODY: u64 = 0x1234_5678;

fn unknown_reference() -> String {
    (NOBODY..).find_map(CaseRef::from_random).unwrap().to_string()
}

/// A client that keeps no cookies and follows nothing: what is answered is what is seen.
fn bare() -> reqwest::Client {
    mfa_desk::notify::install_tls_provider();
    reqwest::Client::builder().redirect(Policy::none()).build().unwrap()
}

async fn answered(request: reqwest::RequestBuilder) -> Page {
    let response = request.send().await.unwrap();
    Page {
        status: response.status().as_u16(),
        url: response.url().to_string(),
        headers: response.headers().clone(),
        html: response.text().await.unwrap(),
    }
}

async fn bare_get(world: &World, path: &str, cookie: &str) -> Page {
    answered(bare().get(format!("{}{path}", world.base)).header("cookie", cookie)).await
}

async fn bare_post(world: &World, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Page {
    answered(bare().post(format!("{}{path}", world.base)).header("cookie", cookie).form(fields)).await
}

fn cookie_on(page: &Page) -> String {
    page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

fn location(page: &Page) -> &str {
    page.headers["location"].to_str().unwrap()
}

fn address(name: &str) -> String {
    format!("{name}@desk.example.test")
}

const SECOND_STEP: &str = "/desk/sign-in/device";

async fn tries_to_sign_in(world: &World, email: &str, password: &str) -> Page {
    bare_post(world, "/desk/sign-in", "", &[("email", email), ("password", password)]).await
}

/// Someone at the desk, as nothing but a cookie.
async fn session_of(world: &World, name: &str) -> String {
    let code = world.fresh_code(&address(name)).await;
    let step = cookie_on(tries_to_sign_in(world, &address(name), PASSWORD).await.is(303));
    let csrf = csrf_on(bare_get(world, SECOND_STEP, &step).await.is(200));
    cookie_on(bare_post(world, SECOND_STEP, &step, &[("code", &code), ("csrf", &csrf)]).await.is(303))
}

/// The page as everyone gets it: without the request's number and the case's reference.
fn common_text(page: &Page, reference: &str) -> String {
    let request_id = page.headers["x-request-id"].to_str().unwrap();
    page.text().replace(reference, "REFERENCE").replace(request_id, "NUMBER")
}

/// Sends bytes as they are and reads until the server is done.
async fn wire(world: &World, request: &[u8]) -> String {
    let stream = TcpStream::connect(world.base.trim_start_matches("http://")).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let mut answer = Vec::new();
    // A server that has read enough may close before everything is written.
    let write = async { to.write_all(request).await.is_ok() };
    let read = tokio::time::timeout(Duration::from_secs(10), from.read_to_end(&mut answer));
    let _ = tokio::join!(write, read);
    String::from_utf8_lossy(&answer).into_owned()
}

async fn count_cases(world: &World) -> i64 {
    let count = |connection: &mut AnyConnection| Ok::<i64, StoreError>(cases::table.count().get_result(connection)?);
    world.desk.store.read(count).await.unwrap()
}

/// Everything stored of a case that a form could change.
async fn stored(world: &World, reference: &str) -> String {
    let reference: CaseRef = reference.parse().unwrap();
    let look = move |connection: &mut AnyConnection| {
        let filed = store::cases::find(connection, &reference)?.unwrap();
        let written = store::cases::entries(connection, filed.case.id)?;
        let mails = store::outbox::mails(connection, filed.case.id)?.len();
        let challenge = store::calls::latest_challenge(connection, filed.case.id)?;
        Ok(format!("{filed:?}\n{written:?}\n{mails} mails\n{challenge:?}"))
    };
    world.desk.store.read(look).await.unwrap()
}

async fn log_length(world: &World) -> usize {
    world.entries("").await.len()
}

async fn has_action(world: &World, action: &str) -> bool {
    world.entries("").await.iter().any(|entry| entry.action == action)
}

fn wrong_code(code: &str) -> &'static str {
    if code == "111111" { "222222" } else { "111111" }
}

/// The message beside a field.
fn error_beside(page: &Page, field: &str) -> Option<String> {
    let at = page.html.find(&format!("id=\"{field}-error\""))?;
    let text = &page.html[at..];
    let text = &text[text.find('>')? + 1..text.find("</p>")?];
    Some(text.split('>').next_back().unwrap().trim().to_owned())
}

/// What a field of a page holds.
fn value_of(page: &Page, id: &str) -> String {
    let at = page.html.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("no field {id} in:\n{}", page.html));
    let start = page.html[..at].rfind('<').unwrap();
    let tag = &page.html[start..];
    if tag.starts_with("<textarea") {
        let text = &tag[tag.find('>').unwrap() + 1..tag.find("</textarea>").unwrap()];
        // HTML drops the line break right behind the tag.
        return unescaped(text.strip_prefix('\n').unwrap_or(text));
    }
    let tag = &tag[..tag.find('>').unwrap()];
    let value = tag.find(" value=\"").map(|at| &tag[at + 8..]).unwrap_or_default();
    unescaped(&value[..value.find('"').unwrap_or_default()])
}

fn with<'a>(fields: Vec<(&'static str, &'a str)>, changes: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let mut fields: Vec<_> =
        fields.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).collect();
    fields.extend_from_slice(changes);
    fields
}

/// A second browser that the same case's mail let in.
async fn another_browser(world: &World, reference: &str) -> Browser {
    let browser = world.browser();
    browser.post(&format!("/cases/{reference}/link"), &[]).await.is(200).says("Look in your mailbox");
    let link = link_in(&world.mail("New link").await, "open");
    let page = browser.get(&link).await;
    browser.send(page.is(200), "/open", &[]).await.is(200).says(reference);
    browser
}

// References.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_reference_is_answered_to_strangers_as_a_known_one_is() {
    let world = World::new().await;
    let (_, known) = world.confirmed(OWNER).await;
    let unknown = unknown_reference();
    let mails = world.mails().await.len();
    let stranger = world.browser();
    let pages = (stranger.get(&format!("/cases/{known}")).await, stranger.get(&format!("/cases/{unknown}")).await);
    assert_eq!((pages.0.status, pages.1.status), (200, 200));
    assert_eq!(common_text(&pages.0, &known), common_text(&pages.1, &unknown));

    let asked = stranger.post(&format!("/cases/{unknown}/link"), &[]).await;
    asked.is(200).says("If there is a case with this reference");
    let known_asked = stranger.post(&format!("/cases/{known}/link"), &[]).await;
    assert_eq!(common_text(&asked, &unknown), common_text(&known_asked, &known));
    // Only the case that exists has someone to write to.
    assert_eq!(world.mails().await.len(), mails + 1);

    for page in ["open", "object"] {
        let token = "A".repeat(43);
        let known_link = stranger.get(&format!("/cases/{known}/{page}?token={token}")).await;
        let unknown_link = stranger.get(&format!("/cases/{unknown}/{page}?token={token}")).await;
        known_link.is(404).says("This link is not valid");
        assert_eq!(unknown_link.status, 404);
        assert_eq!(common_text(&known_link, &known), common_text(&unknown_link, &unknown));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_reference_at_the_desk_is_not_found_and_says_so() {
    let world = World::new().await;
    let unknown = unknown_reference();
    let ana = world.agent("ana").await;
    ana.get(&format!("/desk/cases/{unknown}")).await.is(404).says("There is no case with this reference");
    let csrf = csrf_on(&ana.get("/desk").await);
    for button in ["claim", "release", "notes", "messages", "callback", "callback/code", "approve", "reject", "reveal"]
    {
        let fields = [("csrf", csrf.as_str()), ("body", "x"), ("reason", "x"), ("digits", "123456")];
        let page = ana.post(&format!("/desk/cases/{unknown}/{button}"), &fields).await;
        page.is(404).says("There is no case with this reference");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_reference_gets_a_page_of_ours_that_says_what_to_check() {
    let world = World::new().await;
    let ana = world.agent("ana").await;
    let long = "M".repeat(4_000);
    for wrong in ["MFA-1", "nonsense", "MFA-0000-0001", "%3Cscript%3E", "%F0%9F%98%80", "..%2f..", long.as_str()] {
        for (browser, before) in [(&world.browser(), "/cases/"), (&ana, "/desk/cases/")] {
            let page = browser.get(&format!("{before}{wrong}")).await;
            assert_eq!(page.status, 404, "{before}{wrong}:\n{}", page.text());
            assert!(page.html.contains("What you can do"), "{before}{wrong} is not one of our pages:\n{}", page.html);
        }
    }
    // A path that is no text at all is nobody's address.
    for path in ["/cases/%FF", "/desk/cases/%FF%FE", "/cases/%00"] {
        let page = ana.get(path).await;
        assert!(matches!(page.status, 400 | 404), "{path}: {}", page.status);
        assert!(page.html.contains("What you can do"), "{path} is not one of our pages:\n{}", page.html);
    }
    let typed = world.browser().get("/cases?reference=MFA-OOOO").await;
    typed.is(422).says("This is not a case reference");
    world.stop().await;
}

// Links.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_a_used_and_an_expired_link_each_say_what_is_wrong() {
    let world = World::new().await;
    let (customer, reference) = world.asks_for_help(OWNER).await;
    let link = link_in(&world.mail("Email verification").await, "open");
    let (path, token) = link.split_once("?token=").unwrap();

    let mut cut = token.to_owned();
    cut.pop();
    let flipped = format!("{}{}", if token.starts_with('A') { "B" } else { "A" }, &token[1..]);
    for wrong in ["", "x", cut.as_str(), flipped.as_str(), "%FF", "%3Cb%3E"] {
        customer.get(&format!("{path}?token={wrong}")).await.is(404).says("This link is not valid");
    }
    customer.post(path, &[("token", flipped.as_str())]).await.is(404).says("This link is not valid");
    customer.post(path, &[]).await.is(404).says("This link is not valid");
    // The token of one purpose is nothing to the other, and nothing to another case.
    let object = path.replace("/open", "/object");
    customer.post(&object, &[("token", token)]).await.is(404).says("This link is not valid");
    let (_, other) = world.asks_for_help("root@customers.example").await;
    customer.post(&format!("/cases/{other}/open"), &[("token", token)]).await.is(404).says("This link is not valid");

    world.clock.advance(TimeDelta::hours(24));
    customer.get(&link).await.is(410).says("This link is too old");
    customer.post(path, &[("token", token)]).await.is(410).says("This link is too old");
    assert!(!world.actions(&reference).await.contains(&"check.passed".to_owned()));

    // A new one can be had, works once, and is then used up.
    customer.post(&format!("/cases/{reference}/link"), &[]).await.is(200);
    let link = link_in(&world.mail("New link").await, "open");
    let page = customer.get(&link).await;
    customer.send(page.is(200), "/open", &[]).await.is(200).says("Call me now");
    customer.get(&link).await.is(410).says("This link has been used already");
    customer.send(&page, "/open", &[]).await.is(410).says("This link has been used already");
    let refused = world.entries(&reference).await;
    let refused: Vec<_> = refused.iter().filter(|entry| entry.action == "link.refused").collect();
    for why in ["unknown", "expired", "used"] {
        assert!(refused.iter().any(|entry| entry.details.contains(why)), "no refusal says {why}: {refused:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_presses_of_the_same_link_at_once_exactly_one_wins() {
    let world = World::new().await;
    let (_, reference) = world.asks_for_help(OWNER).await;
    let link = link_in(&world.mail("Email verification").await, "open");
    let (path, token) = link.split_once("?token=").unwrap();
    let (client, url) = (bare(), format!("{}{path}", world.base));
    let presses = (0..8).map(|_| answered(client.post(&url).form(&[("token", token)])));
    let mut statuses: Vec<u16> = join_all(presses).await.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410, 410, 410, 410, 410, 410, 410]);
    let actions = world.actions(&reference).await;
    assert_eq!(actions.iter().filter(|action| *action == "case.page_opened").count(), 1, "{actions:?}");
    assert_eq!(actions.iter().filter(|action| *action == "check.passed").count(), 1, "{actions:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_links_are_sent_three_times_an_hour_and_the_answer_never_tells() {
    let world = World::new().await;
    let (browser, reference) = world.asks_for_help(OWNER).await;
    let before = world.mails().await.len();
    for _ in 0..6 {
        browser.post(&format!("/cases/{reference}/link"), &[]).await.is(200).says("Look in your mailbox");
    }
    assert_eq!(world.mails().await.len(), before + 3);
    world.clock.advance(TimeDelta::hours(1));
    browser.post(&format!("/cases/{reference}/link"), &[]).await.is(200);
    assert_eq!(world.mails().await.len(), before + 4);
    world.stop().await;
}

// Codes.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_wrong_code_ends_it_and_the_right_one_comes_too_late() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    let page = customer.send(&page, "/call", &[]).await;
    let code = code_on(&page);
    world.settle().await;
    let call = world.last_call().await.id;

    for left in [2, 1] {
        let spoken = world.desk.answer_call(call, wrong_code(&code).to_owned()).await.unwrap().unwrap();
        assert!(spoken.asks, "{}", spoken.says);
        customer.get(&format!("/cases/{reference}")).await.says(&format!("{left} tr"));
    }
    let spoken = world.desk.answer_call(call, wrong_code(&code).to_owned()).await.unwrap().unwrap();
    assert!(!spoken.asks && spoken.says.contains("cannot be used any more"), "{}", spoken.says);
    // The fourth, fifth and sixth try: even the right digits are worth nothing now.
    for digits in [code.as_str(), wrong_code(&code), code.as_str()] {
        let spoken = world.desk.answer_call(call, digits.to_owned()).await.unwrap().unwrap();
        assert!(!spoken.asks && spoken.says.contains("cannot be used any more"), "{}", spoken.says);
    }
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.is(200);
    assert!(!page.text().contains(&format!("{} {}", &code[..3], &code[3..])), "a dead code is still shown");
    assert!(page.has_form("/call"), "no new call can be asked for");
    let actions = world.actions(&reference).await;
    assert_eq!(actions.iter().filter(|action| *action == "check.wrong_code").count(), 2, "{actions:?}");
    assert_eq!(actions.iter().filter(|action| *action == "check.failed").count(), 1, "{actions:?}");
    // The one pass is the e-mail link's.
    assert_eq!(actions.iter().filter(|action| *action == "check.passed").count(), 1, "{actions:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_codes_typed_at_once_are_three_tries() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = code_on(&customer.send(&page, "/call", &[]).await);
    world.settle().await;
    let call = world.last_call().await.id;
    let spoken = join_all((0..10).map(|_| world.desk.answer_call(call, wrong_code(&code).to_owned()))).await;
    let asked_again = spoken.into_iter().filter(|spoken| spoken.as_ref().unwrap().as_ref().unwrap().asks).count();
    assert_eq!(asked_again, 2);
    let spoken = world.desk.answer_call(call, code).await.unwrap().unwrap();
    assert!(!spoken.asks && spoken.says.contains("cannot be used any more"), "{}", spoken.says);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_customers_page_says_that_the_digits_were_wrong_too_often() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = code_on(&customer.send(&page, "/call", &[]).await);
    world.settle().await;
    let call = world.last_call().await.id;
    for _ in 0..3 {
        world.desk.answer_call(call, wrong_code(&code).to_owned()).await.unwrap();
    }
    customer.get(&format!("/cases/{reference}")).await.says("The digits were wrong too often. Ask for a new call.");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_too_late_after_its_five_minutes_and_the_page_says_so() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = code_on(&customer.send(&page, "/call", &[]).await);
    world.settle().await;
    let call = world.last_call().await.id;
    world.clock.advance(TimeDelta::minutes(5));
    let spoken = world.desk.answer_call(call, code).await.unwrap().unwrap();
    assert!(!spoken.asks && spoken.says.contains("cannot be used any more"), "{}", spoken.says);
    assert!(!world.actions(&reference).await.contains(&"case.awaiting_approval".to_owned()));
    let page = customer.get(&format!("/cases/{reference}")).await;
    page.is(200).says("The last code is too old. Ask for a new call.");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_call_replaces_the_old_code() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let path = format!("/cases/{reference}/call");
    let page = customer.get(&format!("/cases/{reference}")).await;
    let csrf = csrf_on(&page);
    let first = code_on(customer.post(&path, &[("csrf", &csrf)]).await.is(200));
    world.settle().await;
    let first_call = world.last_call().await.id;
    let second = code_on(customer.post(&path, &[("csrf", &csrf)]).await.is(200));
    world.settle().await;
    let second_call = world.last_call().await.id;
    assert_ne!(first, second);
    assert_ne!(first_call, second_call);

    for digits in [&first, &second] {
        let spoken = world.desk.answer_call(first_call, digits.clone()).await.unwrap().unwrap();
        assert!(!spoken.asks && spoken.says.contains("cannot be used any more"), "{}", spoken.says);
    }
    let spoken = world.desk.answer_call(second_call, first).await.unwrap().unwrap();
    assert!(spoken.asks, "the old code was taken in the new call: {}", spoken.says);
    let spoken = world.desk.answer_call(second_call, second).await.unwrap().unwrap();
    assert!(spoken.says.contains("Your phone number is confirmed"), "{}", spoken.says);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_of_one_browser_is_never_seen_in_another() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let other = another_browser(&world, &reference).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = code_on(&customer.send(&page, "/call", &[]).await);
    let shown = format!("{} {}", &code[..3], &code[3..]);
    let page = other.get(&format!("/cases/{reference}")).await;
    page.is(200).says("The call says");
    assert!(!page.text().contains(&shown) && !page.html.contains(&code), "the other browser sees the digits");

    // The same for a callback: the browser that pressed “Show my code” has it, and no other can take it over.
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "callback", &[]).await.is(200);
    let page = customer.get(&format!("/cases/{reference}")).await;
    let before = other.get(&format!("/cases/{reference}")).await;
    let code = code_on(customer.send(&page, "/show-code", &[]).await.is(200));
    let page = other.get(&format!("/cases/{reference}")).await;
    page.is(200).says("The code is shown in another browser");
    assert!(!page.has_form("/show-code"));
    assert!(!page.text().contains(&format!("{} {}", &code[..3], &code[3..])));
    let stored_before = stored(&world, &reference).await;
    other.send(&before, "/show-code", &[]).await.is(409);
    assert_eq!(stored(&world, &reference).await, stored_before);
    world.presses(&ana, &reference, "callback/code", &[("digits", &code)]).await.is(200).says("Match");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_third_wrong_code_ends_the_callback() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "callback", &[]).await.is(200);
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = code_on(customer.send(&page, "/show-code", &[]).await.is(200));
    let desk = ana.get(&format!("/desk/cases/{reference}")).await;
    let csrf = csrf_on(&desk);
    let path = format!("/desk/cases/{reference}/callback/code");
    for said in ["2 tries left", "1 try left", "This code cannot be used any more"] {
        ana.post(&path, &[("csrf", &csrf), ("digits", wrong_code(&code))]).await.is(409).says(said);
    }
    for digits in [code.as_str(), wrong_code(&code), code.as_str()] {
        ana.post(&path, &[("csrf", &csrf), ("digits", digits)]).await.is(409).says("no open call");
    }
    // What an agent typed is not shown again.
    let page = ana.post(&path, &[("csrf", &csrf), ("digits", "987654")]).await;
    assert!(!page.html.contains("987654"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_callback_form_on_the_agents_page_carries_the_code_that_is_typed_into_it() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "callback", &[]).await.is(200);
    let page = customer.get(&format!("/cases/{reference}")).await;
    let code = code_on(customer.send(&page, "/show-code", &[]).await.is(200));

    // What a real browser does: it sends the field under the name that the page gives it.
    let desk = ana.get(&format!("/desk/cases/{reference}")).await;
    let at = desk.html.find("/callback/code\"").expect("the form is on the page");
    let form = &desk.html[at..at + desk.html[at..].find("</form>").unwrap()];
    let field = form.split("<input").find(|tag| tag.contains("inputmode=\"numeric\"")).expect("a field for the code");
    let name = field.split(" name=\"").nth(1).unwrap().split('"').next().unwrap();
    ana.send(&desk, "/callback/code", &[(name, &code)]).await.is(200).says("Match");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_is_called_three_times_an_hour_whoever_asks() {
    let world = World::new().await;
    // A second account with the same phone of record, and two cases of the first.
    let (at, entropy) = (world.now(), world.desk.kit.entropy.clone());
    let twin = Account {
        home: Home::Local,
        id: AccountId::new(at, entropy.bytes()),
        email: "twin@customers.example".parse().unwrap(),
        number: None,
        name: "Tom Twin".to_owned(),
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: Some("+447911123456".parse().unwrap()),
        status: AccountStatus::Active,
        background: Background::default(),
    };
    let insert = move |tx: &mut Tx<'_>| store::accounts::insert(tx, &twin, None, at);
    world.desk.store.write(insert).await.unwrap();
    let (one, first) = world.confirmed(OWNER).await;
    let (two, second) = world.confirmed(OWNER).await;
    let (three, third) = world.confirmed("twin@customers.example").await;
    assert_ne!(first, second);

    let call = async |browser: &Browser, reference: &str| {
        let csrf = csrf_on(&browser.get(&format!("/cases/{reference}")).await);
        browser.post(&format!("/cases/{reference}/call"), &[("csrf", &csrf)]).await
    };
    call(&one, &first).await.is(200);
    call(&two, &second).await.is(200);
    // An agent's callback rings the same phone.
    let ana = world.agent("ana").await;
    world.presses(&ana, &first, "claim", &[]).await.is(200);
    world.presses(&ana, &first, "callback", &[]).await.is(200);
    for (browser, reference) in [(&one, &first), (&two, &second), (&three, &third)] {
        let before = stored(&world, reference).await;
        call(browser, reference).await.is(429).says("as often as is allowed");
        assert_eq!(stored(&world, reference).await, before);
        assert!(world.actions(reference).await.contains(&"call.refused".to_owned()));
    }
    let csrf = csrf_on(&ana.get(&format!("/desk/cases/{first}")).await);
    ana.post(&format!("/desk/cases/{first}/callback"), &[("csrf", &csrf)]).await.is(429).says("as often as is allowed");

    world.clock.advance(TimeDelta::hours(1));
    call(&three, &third).await.is(200).says("We are calling");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_is_called_eight_times_a_day_whoever_asks() {
    let world = World::new().await;
    let (one, first) = world.confirmed(OWNER).await;
    let (two, second) = world.confirmed(OWNER).await;
    let call = async |browser: &Browser, reference: &str| {
        let csrf = csrf_on(&browser.get(&format!("/cases/{reference}")).await);
        browser.post(&format!("/cases/{reference}/call"), &[("csrf", &csrf)]).await
    };
    for hour in [3, 3, 2] {
        for turn in 0..hour {
            let (browser, reference) = if turn % 2 == 0 { (&one, &first) } else { (&two, &second) };
            call(browser, reference).await.is(200);
        }
        world.later(TimeDelta::hours(1)).await;
    }
    for (browser, reference) in [(&one, &first), (&two, &second)] {
        let page = call(browser, reference).await;
        page.is(429).says("as often as is allowed");
        // The hour's budget is whole; telling the customer to come back in an hour would be untrue.
        assert!(!page.text().contains("Try again in an hour"), "the day's budget is used up, the page says an hour");
    }
    world.stop().await;
}

// Bodies.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_oversized_body_is_413_whether_or_not_it_says_how_long_it_is() {
    let world = World::new().await;
    let body = format!("name={}", "x".repeat(70_000));
    let head = "POST /assistance HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n";
    let sized = format!("{head}Content-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = wire(&world, sized.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("This is too much"), "{answer}");

    let chunked = format!(
        "{head}Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let answer = wire(&world, chunked.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("This is too much"), "{answer}");

    // One that only says it is long is not even waited for.
    let announced = format!("{head}Content-Type: {FORM}\r\nContent-Length: 9000000000\r\n\r\n");
    let answer = wire(&world, announced.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");

    // The same at the desk's and the sign-in's forms, and nothing came of any of it.
    let ana = world.agent("ana").await;
    for path in ["/desk/sign-in", "/desk/cases/MFA-0000-0000/notes", "/hooks/voice/twilio/x/answer"] {
        ana.post_raw(path, FORM, body.clone().into_bytes()).await.is(413).says("This is too much");
    }
    assert_eq!(count_cases(&world).await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_form_that_keeps_the_rules_is_taken() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/assistance").await;
    // Four bytes a character, three signs a byte: the longest that four thousand characters can be on the wire.
    let (text, line) = ("ü".repeat(4_000), "ü".repeat(120));
    let fields = with(form(OWNER), &[("failed_step", &text), ("message", &text), ("name", &line)]);
    browser.send(&page, "/assistance", &fields).await.is(200);
    assert_eq!(count_cases(&world).await, 1);
    let text = "😀".repeat(4_000);
    let fields = with(form(OWNER), &[("message", &text)]);
    let page = browser.get("/assistance").await;
    browser.send(&page, "/assistance", &fields).await.is(200);
    assert_eq!(count_cases(&world).await, 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_utf8_or_holds_a_nul_or_is_no_form_is_refused_with_a_page() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let before = stored(&world, &reference).await;
    let csrf = csrf_on(&ana.get("/desk").await);
    let note = format!("/desk/cases/{reference}/notes");
    for (browser, path) in [(&customer, "/assistance"), (&ana, note.as_str()), (&customer, "/desk/sign-in")] {
        for body in [&b"name=%FF"[..], b"name=\xff\xfe", b"%C3=1", b"name=%00", b"name=a\0b", b"name=%ED%A0%80"] {
            let body = [format!("csrf={csrf}&body=x&email=a@b.example&").as_bytes(), body].concat();
            browser.post_raw(path, FORM, body).await.is(400).says("This text cannot be read");
        }
        for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain", "*/*", "x"] {
            browser.post_raw(path, kind, b"{\"a\":1}".to_vec()).await.is(415).says("This is not a form");
        }
    }
    assert_eq!(stored(&world, &reference).await, before);
    assert_eq!(count_cases(&world).await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_that_can_be_typed_is_a_500() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let sam = world.agent("sam").await;
    let mut wrong = Vec::new();
    let id = "00000000-0000-7000-8000-000000000000";
    for path in [
        "/cases?reference=%00",
        "/cases?reference=%FF",
        "/desk?q=%00",
        "/desk?q=%FF",
        "/desk?q=%25",
        "/desk?q=a%40b%00",
        "/desk?view=nonsense&state=x&tier=x",
        "/desk?view=open&view=mine",
        "/desk?after=x",
        &format!("/desk?after=9223372036854775807_{id}"),
        &format!("/desk?after=8000000000000000000_{id}"),
        &format!("/desk?after=-8000000000000000000_{id}"),
        &format!("/desk?after=0_{id}%00"),
        &format!("/desk/cases/{reference}?done=%00"),
        &format!("/desk/cases/{reference}/deactivate"),
        &format!("/desk/cases/{reference}/deactivate?authenticator=%00"),
        "/desk/audit?actor=%00",
        "/desk/audit?action=%00",
        "/desk/audit?case=%00",
        "/desk/audit?actor=a&actor=b",
        "/desk/audit?from=9999999-01-01",
        "/desk/audit?to=262142-12-31",
        "/desk/audit?from=-262143-01-01",
        "/desk/audit?before=-9223372036854775808",
        "/desk/audit?after=9223372036854775807",
        "/desk/audit?after=1e99",
        "/desk/sign-in?next=%00",
        "/desk/sign-in?next=%0d%0aSet-Cookie:%20a=b",
        &format!("/cases/{reference}/open?token=%00"),
        &format!("/cases/{reference}/open?token=a&token=b"),
        "/static/%00",
        "/static/..%2f..%2fCargo.toml",
    ] {
        let page = sam.get(path).await;
        if page.status >= 500 {
            wrong.push(format!("{path}: {}", page.status));
        }
        assert!(!page.headers.contains_key("set-cookie") || !page.html.contains("a=b"), "{path}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nul_in_an_exports_filter_does_not_cut_the_file_off() {
    let world = World::new().await;
    let sam = session_of(&world, "sam").await;
    for filter in ["actor=%00", "action=%00"] {
        let request = bare().get(format!("{}/desk/audit.csv?{filter}", world.base)).header("cookie", &sam);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.text().await;
        // Either it is refused, or nothing matches and the file is whole; a file that breaks off is neither.
        assert!(matches!(status, 200 | 400 | 422) && body.is_ok(), "{filter}: {status}, {body:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_cannot_be_read_gets_a_page_of_ours() {
    let world = World::new().await;
    let sam = world.agent("sam").await;
    for path in ["/desk?view=open&view=mine", "/desk/audit?actor=a&actor=b", "/cases?reference=a&reference=b"] {
        let page = sam.get(path).await;
        let kind = page.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        assert!(page.status < 500 && kind.starts_with("text/html"), "{path}: {} {kind}: {}", page.status, page.html);
    }
    world.stop().await;
}

// HTML and headers in what is typed.

const HTML: &str = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}";

/// Nothing of it is a tag, and nothing of it was run by a template.
fn assert_inert(page: &Page) {
    for live in ["<script>alert", "<img src=x", "onerror=alert(1)>", "<i>tag</i>", "&amp;49", "&amp;amp;49"] {
        assert!(!page.html.contains(live), "“{live}” is alive on {}:\n{}", page.url, page.html);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn html_in_every_field_appears_as_text_wherever_it_is_shown() {
    let world = World::new().await;
    // The account's own data come from a file that someone imported: no better than a form.
    let (at, entropy) = (world.now(), world.desk.kit.entropy.clone());
    let account = Account {
        home: Home::Local,
        id: AccountId::new(at, entropy.bytes()),
        email: "html@customers.example".parse().unwrap(),
        number: Some("<i>tag</i>".to_owned()),
        name: HTML.to_owned(),
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: Some("+447911123456".parse().unwrap()),
        status: AccountStatus::Active,
        background: Background::default(),
    };
    let device = Authenticator {
        id: AuthenticatorId::new(at, entropy.bytes()),
        account: account.id,
        kind: AuthenticatorKind::VirtualTotp,
        label: HTML.to_owned(),
        state: AuthenticatorState::Active,
    };
    let sow = move |tx: &mut Tx<'_>| {
        store::accounts::insert(tx, &account, None, at)?;
        store::accounts::insert_authenticator(tx, &device, at)
    };
    world.desk.store.write(sow).await.unwrap();

    let customer = world.browser();
    let page = customer.get("/assistance").await;
    let fields = [
        ("email", "html@customers.example"),
        ("account_number", "<i>tag</i>"),
        ("name", HTML),
        ("device_kind", "virtual_totp"),
        ("reason", "lost"),
        ("failed_step", HTML),
        ("phone", ""),
        ("language", "en"),
        ("callback_time", HTML),
        ("message", HTML),
    ];
    // First with what every field refuses as well, so that the form shows everything again.
    let wrong = [("email", HTML), ("phone", HTML), ("device_kind", HTML), ("reason", HTML), ("language", HTML)];
    let again = customer.send(&page, "/assistance", &with(fields.to_vec(), &wrong)).await;
    assert_inert(again.is(422));
    for field in ["email", "phone", "name", "failed_step", "callback_time", "message"] {
        assert_eq!(value_of(&again, field), HTML, "{field}");
    }

    let received = customer.send(&page, "/assistance", &fields).await;
    assert_inert(received.is(200));
    let reference = reference_on(&received);
    let link = link_in(&world.mail("Email verification").await, "open");
    let page = customer.get(&link).await;
    let page = customer.send(&page, "/open", &[]).await;
    let page = customer.send(page.is(200), "/messages", &[("body", HTML)]).await;
    assert_inert(page.is(200).says("<script>alert('x')</script>"));
    world.passes_phone_check(&customer, &reference).await;

    let (ana, sam) = (world.agent("ana").await, world.agent("sam").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    for (button, field) in [("notes", "body"), ("messages", "body")] {
        assert_inert(world.presses(&ana, &reference, button, &[(field, HTML)]).await.is(200));
    }
    for path in [format!("/desk/cases/{reference}"), "/desk".to_owned(), format!("/desk?q={reference}")] {
        assert_inert(ana.get(&path).await.is(200).says("<script>alert('x')</script>"));
    }
    assert_inert(&ana.get("/desk?q=%3Cscript%3Ealert(1)%3C/script%3E").await);
    assert_inert(&sam.get("/desk/audit?actor=%3Cscript%3Ealert(1)%3C/script%3E&from=%3Cscript%3Ealert(1)").await);
    let desk = ana.get(&format!("/desk/cases/{reference}")).await;
    let device = crate::support::world::authenticator_on(&desk);
    let confirm = ana.get(&format!("/desk/cases/{reference}/deactivate?authenticator={device}")).await;
    assert_inert(confirm.is(200).says("<script>alert('x')</script>"));
    world.presses(&ana, &reference, "reject", &[("reason", HTML)]).await.is(200);
    assert_inert(customer.get(&format!("/cases/{reference}")).await.is(200).says("<script>alert('x')</script>"));
    assert_inert(&world.browser().get("/desk/sign-in?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await);

    let mails = world.mails().await;
    let quoting = mails.iter().filter(|mail| mail.text.contains("> <script>alert('x')</script>")).count();
    assert_eq!(quoting, 2, "the agent's message and the reason are quoted in two mails");
    for mail in &mails {
        assert!(!mail.html.contains("<script") && !mail.html.contains("<img src=x"), "{}", mail.html);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_cannot_be_smuggled_in_through_a_name_or_an_address() {
    let world = World::new().await;
    let browser = world.browser();
    for (field, injected) in [
        ("name", "Ana\r\nBcc: all@evil.example"),
        ("name", "Ana\nBcc: all@evil.example"),
        ("name", "Ana\u{85}Bcc"),
        ("email", "ana@customers.example\r\nBcc: all@evil.example"),
        ("account_number", "1\r\n2"),
        ("callback_time", "Now\r\nX: y"),
    ] {
        let page = browser.get("/assistance").await;
        let answer = browser.send(&page, "/assistance", &with(form(OWNER), &[(field, injected)])).await;
        answer.is(422);
        let beside = error_beside(&answer, field);
        assert!(beside.is_some_and(|text| !text.is_empty()), "{field}: {injected:?} is not refused beside the field");
    }
    assert_eq!(count_cases(&world).await, 0);
    assert!(world.mails().await.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_from_the_desk_stays_in_the_body_of_its_mail() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let body =
        "Hello\r\nBcc: all@evil.example\r\n\r\n.\r\nMAIL FROM:<x@evil.example>\r\n.hidden\r\n..\r\n=?utf-8?q?x?=";
    world.presses(&ana, &reference, "messages", &[("body", body)]).await.is(200);
    let mail = world.mail("New message").await;
    assert!(mail.header("Bcc").is_none());
    let names: Vec<&str> = mail.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert!(!names.iter().any(|name| name.eq_ignore_ascii_case("x")), "{names:?}");
    for line in ["> Hello", "> Bcc: all@evil.example", "> .", "> MAIL FROM:<x@evil.example>", "> .hidden", "> .."] {
        assert!(mail.text.lines().any(|found| found == line), "“{line}” is missing in:\n{}", mail.text);
    }
    for message in world.smtp.messages() {
        assert_eq!(message.to, [OWNER], "a mail went elsewhere");
    }
    world.stop().await;
}

// The same form twice.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_form_sent_twice_is_one_case() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/assistance").await;
    let first = reference_on(browser.send(&page, "/assistance", &form(OWNER)).await.is(200));
    let second = reference_on(browser.send(&page, "/assistance", &form(OWNER)).await.is(200));
    assert_eq!(first, second);
    assert_eq!(count_cases(&world).await, 1);
    assert_eq!(world.mails().await.len(), 1);
    assert!(world.actions(&first).await.contains(&"case.submitted_again".to_owned()));
    // A new page is a new request.
    let page = browser.get("/assistance").await;
    assert_ne!(first, reference_on(browser.send(&page, "/assistance", &form(OWNER)).await.is(200)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_copies_of_a_form_at_once_are_one_case() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/assistance").await;
    let fields = form(OWNER);
    let answers = join_all((0..10).map(|_| browser.send(&page, "/assistance", &fields))).await;
    let references: Vec<String> = answers.iter().map(|answer| reference_on(answer.is(200))).collect();
    assert!(references.iter().all(|reference| *reference == references[0]), "{references:?}");
    assert_eq!(count_cases(&world).await, 1);
    assert_eq!(world.mails().await.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_of_a_form_at_two_instances_at_once_are_one_case() {
    let database = TestDatabase::new();
    let one = World::with(Setup { database: database.clone(), ..Setup::default() }).await;
    let two = World::with(Setup { database, seed: 2, ..Setup::default() }).await;
    for round in 0..5 {
        let (left, right) = (one.browser(), two.browser());
        let page = left.get("/assistance").await;
        let fields = form(OWNER);
        let sends = (0..10).map(|n| if n % 2 == 0 { &left } else { &right });
        let answers = join_all(sends.map(|browser| browser.send(&page, "/assistance", &fields))).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert!(statuses.iter().all(|status| *status == 200), "round {round}: {statuses:?}");
        let references: Vec<String> = answers.iter().map(reference_on).collect();
        assert!(references.iter().all(|reference| *reference == references[0]), "{references:?}");
        assert_eq!(count_cases(&one).await, round + 1);
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_the_same_content_is_one_case() {
    let world = World::new().await;
    let first = reference_on(world.browser().post("/assistance", &form(OWNER)).await.is(200));
    world.clock.advance(TimeDelta::seconds(599));
    let second = reference_on(world.browser().post("/assistance", &form(OWNER)).await.is(200));
    assert_eq!(first, second);
    let other = with(form(OWNER), &[("message", "Something else.")]);
    assert_ne!(first, reference_on(world.browser().post("/assistance", &other).await.is(200)));
    assert_eq!(count_cases(&world).await, 2);
    // Much later it is a new request.
    world.clock.advance(TimeDelta::hours(1));
    assert_ne!(first, reference_on(world.browser().post("/assistance", &form(OWNER)).await.is(200)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_two_seconds_apart_is_one_case_at_any_time_of_day() {
    let world = World::new().await;
    world.clock.advance(TimeDelta::seconds(599));
    let first = reference_on(world.browser().post("/assistance", &form(OWNER)).await.is(200));
    world.clock.advance(TimeDelta::seconds(2));
    let second = reference_on(world.browser().post("/assistance", &form(OWNER)).await.is(200));
    assert_eq!(first, second);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_was_corrected_with_the_back_button_is_not_thrown_away() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/assistance").await;
    let typo = with(form(OWNER), &[("email", "olivia.owner@customers.exmple")]);
    let first = reference_on(browser.send(&page, "/assistance", &typo).await.is(200));
    // Back, mend the address, send again: the page's hidden key is still the same.
    let answer = browser.send(&page, "/assistance", &form(OWNER)).await;
    let told = answer.status != 200;
    let opened = answer.status == 200 && reference_on(&answer) != first;
    assert!(told || opened, "the answer says that the corrected form was received, and nothing of it was stored");
    if opened {
        assert_eq!(world.mails().await.len(), 1, "the mended address gets its mail");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_fills_in_the_hidden_field_gets_the_same_page_and_no_case() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/assistance").await;
    let real = browser.send(&page, "/assistance", &form(OWNER)).await;
    let mut fields = form(OWNER);
    fields.push(("subject_line", "https://spam.example"));
    let page = browser.get("/assistance").await;
    let bait = browser.send(&page, "/assistance", &fields).await;
    assert_eq!((real.status, bait.status), (200, 200));
    assert_eq!(common_text(&real, &reference_on(&real)), common_text(&bait, &reference_on(&bait)));
    assert_eq!(count_cases(&world).await, 1);
    assert_eq!(world.mails().await.len(), 1);
    assert!(has_action(&world, "case.bait_taken").await);
    // Its reference is like any other, too.
    browser.get(&format!("/cases/{}", reference_on(&bait))).await.is(200).says("Open your case with a link");
    world.stop().await;
}

// Fields.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_field_says_what_is_wrong_beside_it_and_keeps_what_was_typed() {
    let world = World::new().await;
    let browser = world.browser();
    let (line, name, text) = ("x".repeat(161), "y".repeat(121), "z".repeat(4_001));
    let long = "w".repeat(201);
    let cases: &[(&str, &str, &str)] = &[
        ("email", "", "Enter an e-mail address"),
        ("email", "olivia", "Enter an e-mail address"),
        ("email", "o@localhost", "Enter an e-mail address"),
        ("account_number", &line, "Use at most 160 characters"),
        ("name", "", "Enter your name"),
        ("name", "   ", "Enter your name"),
        ("name", &name, "Use at most 120 characters"),
        ("name", "Ana\u{202e}xyz", "control characters"),
        ("device_kind", "", "Choose which device it is"),
        ("device_kind", "telepathy", "Choose which device it is"),
        ("reason", "", "Choose what happened to it"),
        ("failed_step", &text, "Use at most 4000 characters"),
        ("failed_step", "bell \u{7}", "control characters"),
        ("phone", "07911 123456", "country code"),
        ("phone", "+44 1", "country code"),
        ("language", "tlh", "Choose one of the answers"),
        ("callback_time", &long, "Use at most 200 characters"),
        ("message", &text, "Use at most 4000 characters"),
    ];
    for (field, value, said) in cases {
        let page = browser.get("/assistance").await;
        let answer = browser.send(&page, "/assistance", &with(form(OWNER), &[(field, value)])).await;
        answer.is(422).says("1 answer needs your attention").says("Everything you typed is still here");
        let beside = error_beside(&answer, field).unwrap_or_else(|| panic!("nothing stands beside {field}: {value:?}"));
        assert!(beside.contains(said), "beside {field}: {beside}");
        for (kept, typed) in with(form(OWNER), &[(field, value)]) {
            match kept {
                "device_kind" | "reason" if kept != *field => {
                    assert!(
                        answer.html.contains(&format!("value=\"{typed}\" checked")),
                        "{kept} is not chosen any more"
                    );
                }
                "language" if kept != *field => assert!(answer.html.contains("value=\"en\" lang=\"en\" selected")),
                "device_kind" | "reason" | "language" => {}
                _ => assert_eq!(value_of(&answer, kept), typed, "{kept} is not kept while {field} is wrong"),
            }
        }
        // The same page can be mended and sent.
        assert_eq!(answer.form("/assistance").fields.iter().filter(|(name, _)| name == "key").count(), 1);
    }
    assert_eq!(count_cases(&world).await, 0);

    // Everything wrong at once: every field has its own message.
    let wrong = [
        ("email", "x"),
        ("account_number", line.as_str()),
        ("name", ""),
        ("device_kind", "x"),
        ("reason", "x"),
        ("failed_step", text.as_str()),
        ("phone", "1"),
        ("language", "xx"),
        ("callback_time", long.as_str()),
        ("message", text.as_str()),
    ];
    let page = browser.get("/assistance").await;
    let answer = browser.send(&page, "/assistance", &wrong).await;
    answer.is(422).says("10 answers need your attention");
    for (field, _) in wrong {
        assert!(error_beside(&answer, field).is_some(), "{field}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_the_customer_that_cannot_be_taken_is_kept_beside_its_error() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let long = "m".repeat(4_001);
    for (typed, said) in [(long.as_str(), "Use at most 4000 characters"), ("  ", "Write something first")] {
        let page = customer.get(&format!("/cases/{reference}")).await;
        let answer = customer.send(&page, "/messages", &[("body", typed)]).await;
        answer.is(422);
        assert!(error_beside(&answer, "body").unwrap().contains(said));
        assert_eq!(value_of(&answer, "body"), typed);
    }
    world.stop().await;
}

// The desk.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_form_is_409_says_who_changed_the_case_and_changes_nothing() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, sam) = (world.agent("ana").await, world.agent("sam").await);
    let old = sam.get(&format!("/desk/cases/{reference}")).await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let before = stored(&world, &reference).await;
    for (button, fields) in [("claim", vec![]), ("reassign", vec![]), ("reject", vec![("reason", "Typed with care.")])]
    {
        let fields: Vec<(&str, &str)> = fields;
        let page = match button {
            "reassign" => {
                let to = old.html.split("<option value=\"").find(|option| option.len() > 36 && option.contains("Ben"));
                sam.send(&old, "/reassign", &[("agent", &to.unwrap()[..36])]).await
            }
            _ => sam.send(&old, &format!("/{button}"), &fields).await,
        };
        page.is(409).says("This case changed in the meantime").says("ana@desk.example.test changed this case");
    }
    assert_eq!(stored(&world, &reference).await, before);
    assert!(world.actions(&reference).await.contains(&"case.stale_form".to_owned()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reason_typed_into_a_stale_form_is_kept() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, sam) = (world.agent("ana").await, world.agent("sam").await);
    let old = sam.get(&format!("/desk/cases/{reference}")).await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let page = sam.send(&old, "/reject", &[("reason", "Typed with care.")]).await;
    page.is(409).says("Nothing you typed is lost");
    assert_eq!(value_of(&page, "reject_reason"), "Typed with care.");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_typed_and_the_desk_cannot_take_is_kept_beside_its_error() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let link = link_in(&world.mail("Email verification").await, "object");
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let long = format!("{}end of it", "n".repeat(4_000));
    let mut lost = Vec::new();
    for (button, field, id) in
        [("notes", "body", "note"), ("messages", "body", "message"), ("reject", "reason", "reject_reason")]
    {
        let page = world.presses(&ana, &reference, button, &[(field, &long)]).await;
        page.is(422);
        let beside = error_beside(&page, id).unwrap_or_else(|| panic!("nothing stands beside {id}"));
        assert!(beside.contains("Use at most 4000 characters"), "{beside}");
        if value_of(&page, id) != long {
            lost.push(button);
        }
    }
    // The same for the end of a dispute, which only a supervisor sees.
    let stranger = world.browser();
    let page = stranger.get(&link).await;
    stranger.send(&page, "/object", &[]).await.is(200);
    let sam = world.agent("sam").await;
    let page = world.presses(&sam, &reference, "end-dispute", &[("outcome", "resume"), ("reason", &long)]).await;
    page.is(422);
    assert!(error_beside(&page, "dispute_reason").is_some());
    if value_of(&page, "dispute_reason") != long {
        lost.push("end-dispute");
    }
    // And where a rule refuses, not the text.
    let csrf = csrf_on(&page);
    let path = format!("/desk/cases/{reference}/end-dispute");
    let page = sam.post(&path, &[("csrf", &csrf), ("reason", "A good reason."), ("outcome", "")]).await;
    page.is(422).says("Choose how the dispute ends");
    if value_of(&page, "dispute_reason") != "A good reason." {
        lost.push("end-dispute without an outcome");
    }
    assert!(lost.is_empty(), "what was typed is lost at: {lost:?}");
    world.stop().await;
}

// Forms from elsewhere.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_form_without_the_sessions_own_token_is_403_and_changes_nothing() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let theirs = csrf_on(&ben.get("/desk").await);
    let mine = csrf_on(&ana.get("/desk").await);
    let cut = &mine[..mine.len() - 1];
    let log = log_length(&world).await;
    let before = stored(&world, &reference).await;
    for button in ["claim", "notes", "messages", "reject", "callback", "approve", "reveal", "deactivate"] {
        let path = format!("/desk/cases/{reference}/{button}");
        ana.post(&path, &[("body", "x"), ("reason", "x")]).await.is(403).says("This form is too old");
        for wrong in ["", "x", theirs.as_str(), cut] {
            ana.post(&path, &[("csrf", wrong), ("body", "x"), ("reason", "x")]).await.is(403);
        }
    }
    ana.post("/desk/sign-out", &[("csrf", &theirs)]).await.is(403);
    assert!(ana.get("/desk").await.text().contains("Queue"), "signed out by a forged form");
    assert_eq!(stored(&world, &reference).await, before);
    assert_eq!(log_length(&world).await, log);
    // The token itself works.
    ana.post(&format!("/desk/cases/{reference}/claim"), &[("csrf", &mine)])
        .await
        .is(200)
        .says("You hold this case now");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customers_form_without_the_browsers_own_token_is_403_and_changes_nothing() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let other = another_browser(&world, &reference).await;
    let (neighbour, neighbours) = world.confirmed("root@customers.example").await;
    let mine = csrf_on(&customer.get(&format!("/cases/{reference}")).await);
    let tokens = [
        String::new(),
        csrf_on(&other.get(&format!("/cases/{reference}")).await),
        csrf_on(&neighbour.get(&format!("/cases/{neighbours}")).await),
        csrf_on(&world.agent("ana").await.get("/desk").await),
    ];
    assert!(!tokens.contains(&mine));
    let before = stored(&world, &reference).await;
    for button in ["call", "show-code", "messages", "withdraw"] {
        let path = format!("/cases/{reference}/{button}");
        customer.post(&path, &[("body", "x")]).await.is(403);
        for wrong in &tokens {
            customer.post(&path, &[("csrf", wrong), ("body", "x")]).await.is(403).says("This form is too old");
        }
        // A browser of another case, with its own token.
        neighbour.post(&path, &[("csrf", &tokens[2]), ("body", "x")]).await.is(403);
    }
    assert_eq!(stored(&world, &reference).await, before);
    customer.post(&format!("/cases/{reference}/messages"), &[("csrf", &mine), ("body", "x")]).await.is(200);
    assert_ne!(stored(&world, &reference).await, before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_posted_from_other_sites_are_refused_by_what_the_browser_says_of_them() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let (desk_csrf, own_csrf) =
        (csrf_on(&ana.get("/desk").await), csrf_on(&customer.get(&format!("/cases/{reference}")).await));
    let before = stored(&world, &reference).await;
    let (claim, withdraw) = (format!("/desk/cases/{reference}/claim"), format!("/cases/{reference}/withdraw"));
    let link = format!("/cases/{reference}/link");
    let email = address("ana");
    let signing_in = [("email", email.as_str()), ("password", PASSWORD)];
    let help = form(OWNER);
    let forms = [
        (&ana, claim.as_str(), vec![("csrf", desk_csrf.as_str())]),
        (&customer, &withdraw, vec![("csrf", &own_csrf)]),
        (&customer, &link, vec![]),
        (&customer, "/assistance", help),
        (&customer, "/desk/sign-in", signing_in.to_vec()),
    ];
    for (browser, path, fields) in &forms {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "nonsense"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://desk.example.test.evil.example"),
            ("origin", "http://desk.example.test:81"),
        ] {
            let page = browser.post_with(path, fields, &[(name, value)]).await;
            page.is(403).says("This form came from another site");
        }
        // Fetch Metadata cannot be talked over by an Origin.
        let both = [("sec-fetch-site", "cross-site"), ("origin", PUBLIC)];
        browser.post_with(path, fields, &both).await.is(403);
    }
    assert_eq!(stored(&world, &reference).await, before);
    assert_eq!(count_cases(&world).await, 1);
    // Our own pages say so, and links in mails may come from anywhere.
    for ours in [("sec-fetch-site", "same-origin"), ("origin", PUBLIC)] {
        customer.post_with(&link, &[], &[ours]).await.is(200);
    }
    let mailed = link_in(&world.mail("New link").await, "open");
    let from_mail = bare().get(format!("{}{mailed}", world.base)).header("sec-fetch-site", "cross-site");
    answered(from_mail).await.is(200);
    world.stop().await;
}

// Headers and cookies.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_headers_are_on_every_kind_of_answer() {
    let world = World::new().await;
    let sam = session_of(&world, "sam").await;
    let get = async |path: &str| bare_get(&world, path, &sam).await;
    let method = async |method: &str, path: &str| {
        answered(bare().request(method.parse().unwrap(), format!("{}{path}", world.base)).header("cookie", &sam)).await
    };
    let big = bare().post(format!("{}/assistance", world.base)).header("content-type", FORM).body("x".repeat(70_000));
    let json = bare().post(format!("{}/assistance", world.base)).header("content-type", "application/json").body("{}");
    let pages = [
        (200, get("/").await),
        (200, get("/static/app.css").await),
        (404, get("/static/nothing.css").await),
        (404, get("/nothing/here").await),
        (404, get("/cases/nonsense").await),
        (404, get("/desk/nothing").await),
        (405, method("DELETE", "/").await),
        (405, method("PUT", "/assistance").await),
        (303, bare_get(&world, "/desk", "").await),
        (303, get("/cases?reference=MFA-0000-0000").await),
        (200, get("/desk").await),
        (200, get("/desk/audit.csv").await),
        (200, get("/healthz").await),
        (200, get("/readyz").await),
        (403, bare_post(&world, "/cases/MFA-0000-0000/call", "", &[]).await),
        (404, bare_post(&world, "/hooks/voice/twilio/x/answer", "", &[]).await),
        (401, tries_to_sign_in(&world, "x@y.example", "wrong").await),
        (422, bare_post(&world, "/assistance", "", &[]).await),
        (413, answered(big).await),
        (415, answered(json).await),
    ];
    for (status, page) in pages {
        let place = page.url.strip_prefix(&world.base).unwrap().to_owned();
        page.is(status);
        let header = |name: &str| {
            let found = page.headers.get_all(name).iter().collect::<Vec<_>>();
            assert_eq!(found.len(), 1, "{name} on {status} {place}");
            found[0].to_str().unwrap().to_owned()
        };
        let csp = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(csp.contains(part), "{csp}");
        }
        assert!(!csp.contains("unsafe-") && !csp.contains('*'), "{csp}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(header("x-request-id").len(), 16);
        let cached = header("cache-control");
        assert_eq!(cached == "no-store", place != "/static/app.css", "{place}: {cached}");
        // The world's base URL is http, where HSTS means nothing.
        assert!(!page.headers.contains_key("strict-transport-security"));
        assert!(!page.headers.contains_key("server") && !page.headers.contains_key("x-powered-by"));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_is_answered_like_get_without_a_body() {
    let world = World::new().await;
    let sam = session_of(&world, "sam").await;
    for path in ["/", "/assistance", "/healthz", "/static/app.css", "/desk", "/nothing"] {
        let get = bare_get(&world, path, &sam).await;
        let head = answered(bare().head(format!("{}{path}", world.base)).header("cookie", &sam)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.html.is_empty());
        assert_eq!(head.headers.get("content-type"), get.headers.get("content-type"), "{path}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_method_that_is_not_allowed_is_told_which_ones_are() {
    let world = World::new().await;
    for (path, allowed) in [("/assistance", "GET, HEAD, POST"), ("/", "GET, HEAD"), ("/desk/sign-out", "POST")] {
        let request = bare().request("DELETE".parse().unwrap(), format!("{}{path}", world.base));
        let page = answered(request).await;
        page.is(405);
        // RFC 9110 §15.5.6: the answer must have an Allow field.
        let allow = page.headers.get("allow").map(|value| value.to_str().unwrap().to_owned());
        let mut methods: Vec<String> =
            allow.unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect();
        methods.sort();
        assert_eq!(methods.join(", "), allowed, "{path}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let world = World::new().await;
    world.asks_for_help(OWNER).await;
    let link = link_in(&world.mail("Email verification").await, "open");
    let (path, token) = link.split_once("?token=").unwrap();
    let agent = tries_to_sign_in(&world, &address("ana"), PASSWORD).await;
    let customer = bare_post(&world, path, "", &[("token", token)]).await;
    for page in [&agent, &customer] {
        let cookie = page.is(303).headers["set-cookie"].to_str().unwrap();
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age="] {
            assert!(cookie.contains(part), "{part} is missing in {cookie}");
        }
        assert!(!cookie.contains("Domain") && !cookie.contains("Secure"), "{cookie}");
        assert_eq!(page.headers.get_all("set-cookie").iter().count(), 1);
    }
    // Strangers get no cookie at all.
    for path in ["/", "/assistance", "/desk/sign-in"] {
        assert!(!world.browser().get(path).await.headers.contains_key("set-cookie"), "{path}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_an_https_address_cookies_have_the_host_prefix_and_are_secure() {
    let world = World::new().await;
    // The same desk behind a second server that believes to be reached by TLS, as behind a proxy.
    let mut settings = mfa_desk::config::Settings::from_sources("", &std::collections::BTreeMap::new()).unwrap();
    settings.server.listen = "127.0.0.1:0".parse().unwrap();
    settings.server.workers = 1;
    let mut app = App::new(world.desk.clone(), vec![], None, None).unwrap();
    app.secure = true;
    app.origin = "https://desk.example.test".to_owned();
    let running = start(&settings, app).unwrap();
    let base = format!("http://{}", running.address);

    let (_, reference) = world.asks_for_help(OWNER).await;
    let link = link_in(&world.mail("Email verification").await, "open");
    let (path, token) = link.split_once("?token=").unwrap();
    let email = address("ana");
    let sign_in =
        bare().post(format!("{base}/desk/sign-in")).form(&[("email", email.as_str()), ("password", PASSWORD)]);
    let agent = answered(sign_in).await;
    let customer = answered(bare().post(format!("{base}{path}")).form(&[("token", token)])).await;
    for page in [&agent, &customer] {
        let cookie = page.is(303).headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-mfa-desk"), "{cookie}");
        for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{part} is missing in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let hsts = page.headers["strict-transport-security"].to_str().unwrap();
        assert!(hsts.starts_with("max-age="), "{hsts}");
    }
    // They open what they are for; a cookie without the prefix, which a neighbouring host could plant, does not.
    let cookie = cookie_on(&agent);
    let desk = async |cookie: &str| answered(bare().get(format!("{base}/desk")).header("cookie", cookie)).await;
    assert_eq!(location(desk(&cookie).await.is(303)), "/desk/security");
    let stranger = desk(cookie.trim_start_matches("__Host-")).await;
    assert!(location(stranger.is(303)).starts_with("/desk/sign-in"));
    let own =
        async |cookie: &str| answered(bare().get(format!("{base}/cases/{reference}")).header("cookie", cookie)).await;
    let cookie = cookie_on(&customer);
    own(&cookie).await.is(200).says("Call me now");
    own(cookie.trim_start_matches("__Host-")).await.is(200).says("Open your case with a link");
    running.stop().await;
    world.stop().await;
}

// Signing in.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_an_unknown_agent_are_answered_alike() {
    let world = World::new().await;
    world.desk.set_standing(operator(&world), address("ben").parse().unwrap(), Standing::Suspended).await.unwrap();
    let known = tries_to_sign_in(&world, &address("ana"), "not the password at all").await;
    let blank = |page: &Page, email: &str| {
        let request_id = page.headers["x-request-id"].to_str().unwrap();
        page.html.replace(email, "EMAIL").replace(request_id, "NUMBER")
    };
    known.is(401).says("This e-mail address and password do not belong together");
    assert_eq!(value_of(&known, "email"), address("ana"));
    assert_eq!(value_of(&known, "password"), "");
    for (email, password) in [
        (address("nobody"), "not the password at all"),
        (address("ben"), PASSWORD),
        ("olivia.owner@customers.example".to_owned(), PASSWORD),
    ] {
        let other = tries_to_sign_in(&world, &email, password).await;
        assert_eq!(other.status, 401, "{email}");
        assert_eq!(blank(&other, &email), blank(&known, &address("ana")));
        assert!(!other.headers.contains_key("set-cookie"));
    }
    // What is no address at all, or nothing, is no different.
    for email in ["", "ana", "' OR 1=1 --"] {
        tries_to_sign_in(&world, email, PASSWORD).await.is(401);
    }
    tries_to_sign_in(&world, &address("ana"), "").await.is(401);
    assert!(has_action(&world, "agent.sign_in_refused").await);
    world.stop().await;
}

fn operator(world: &World) -> Act {
    Act { actor: Actor::Operator, ip: String::new(), at: world.now() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_agent_is_out_at_once() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let csrf = csrf_on(&ana.get("/desk").await);
    let suspend = world.desk.set_standing(operator(&world), address("ana").parse().unwrap(), Standing::Suspended);
    assert!(suspend.await.unwrap());
    let before = stored(&world, &reference).await;
    assert!(ana.get("/desk").await.url.contains("/desk/sign-in"));
    let page = ana.post(&format!("/desk/cases/{reference}/claim"), &[("csrf", &csrf)]).await;
    assert!(page.url.contains("/desk/sign-in") || page.status == 403, "{} {}", page.status, page.url);
    assert_eq!(stored(&world, &reference).await, before);
    tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(401);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_from_before_a_suspension_stays_ended_when_the_agent_is_restored() {
    let world = World::new().await;
    let old = session_of(&world, "ana").await;
    for standing in [Standing::Suspended, Standing::Restored] {
        world.desk.set_standing(operator(&world), address("ana").parse().unwrap(), standing).await.unwrap();
    }
    // The suspension may have been for a stolen cookie.
    bare_get(&world, "/desk", &old).await.is(303);
    let new = session_of(&world, "ana").await;
    bare_get(&world, "/desk", &new).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_on_the_server() {
    let world = World::new().await;
    let (first, second) = (session_of(&world, "ana").await, session_of(&world, "ana").await);
    let page = bare_get(&world, "/desk", &first).await;
    let out = bare_post(&world, "/desk/sign-out", &first, &[("csrf", &csrf_on(page.is(200)))]).await;
    assert_eq!(location(out.is(303)), "/desk/sign-in");
    let cleared = out.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>();
    assert!(
        cleared.len() == 1 && cleared[0].starts_with("mfa-desk=;") && cleared[0].contains("Max-Age=0"),
        "{cleared:?}"
    );
    // Whoever kept the cookie has nothing; the agent's other browser is not concerned.
    let refused = bare_get(&world, "/desk", &first).await;
    assert!(location(refused.is(303)).starts_with("/desk/sign-in"));
    bare_get(&world, "/desk", &second).await.is(200);
    assert!(has_action(&world, "agent.signed_out").await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_session_ends_after_half_an_hour_and_any_session_after_eight() {
    let world = World::new().await;
    let idle = world.agent("ana").await;
    world.clock.advance(TimeDelta::minutes(29));
    assert!(!idle.get("/desk").await.url.contains("sign-in"));
    world.clock.advance(TimeDelta::minutes(30));
    assert!(idle.get("/desk").await.url.contains("/desk/sign-in"), "an idle session is still open");

    let busy = world.agent("ben").await;
    for _ in 0..23 {
        world.clock.advance(TimeDelta::minutes(20));
        assert!(!busy.get("/desk").await.url.contains("sign-in"));
    }
    world.clock.advance(TimeDelta::minutes(20));
    assert!(busy.get("/desk").await.url.contains("/desk/sign-in"), "a session lives longer than eight hours");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_that_was_made_or_mended_by_hand_opens_nothing() {
    let world = World::new().await;
    let real = session_of(&world, "ana").await;
    let token = real.strip_prefix("mfa-desk=").unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let other = session_of(&world, "ada").await;
    let others = other.split('.').nth(1).unwrap();
    let mixed = format!("{}.{others}.{}", parts[0], parts[2]);
    let cut = &token[..token.len() - 2];
    for forged in ["", "x", "a.b.c", none.as_str(), mixed.as_str(), cut, parts[1]] {
        let page = bare_get(&world, "/desk", &format!("mfa-desk={forged}")).await;
        assert!(page.status == 303 && location(&page).starts_with("/desk/sign-in"), "{forged}: {}", page.status);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_wait_longer_and_longer_for_known_and_unknown_people_alike() {
    let world = World::new().await;
    for email in [address("ana"), address("nobody")] {
        for _ in 0..5 {
            tries_to_sign_in(&world, &email, "wrong wrong wrong wrong").await.is(401);
        }
        tries_to_sign_in(&world, &email, "wrong wrong wrong wrong").await.is(429).says("This was done too often");
    }
    // Not even the right one is looked at; another agent is not concerned.
    tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(429);
    tries_to_sign_in(&world, &address("ana").to_uppercase(), PASSWORD).await.is(429);
    tries_to_sign_in(&world, &address("ben"), PASSWORD).await.is(303);
    // Half a minute each for three, then a whole one.
    for _ in 0..3 {
        world.clock.advance(TimeDelta::seconds(30));
        tries_to_sign_in(&world, &address("ana"), "wrong wrong wrong wrong").await.is(401);
        tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(429);
    }
    world.clock.advance(TimeDelta::seconds(30));
    tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(429);
    world.clock.advance(TimeDelta::seconds(30));
    tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(303);
    // A right one begins the row anew.
    for _ in 0..5 {
        tries_to_sign_in(&world, &address("ana"), "wrong wrong wrong wrong").await.is(401);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_wrong_passwords_in_a_row_leave_strangers_one_try_a_day_and_owners_their_browser() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.limits.sign_in_failures = 3;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let known = world.known_browser(&address("ana")).await;
    tries_to_sign_in(&world, &address("ana"), "wrong wrong wrong wrong").await.is(401);
    tries_to_sign_in(&world, &address("ana"), "wrong wrong wrong wrong").await.is(401);
    // A success in between starts the count anew.
    tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(303);
    for _ in 0..3 {
        tries_to_sign_in(&world, &address("ana"), "wrong wrong wrong wrong").await.is(401);
    }
    for _ in 0..3 {
        world.clock.advance(TimeDelta::hours(23));
        tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(429);
        world.clock.advance(TimeDelta::hours(1));
        tries_to_sign_in(&world, &address("ana"), "wrong wrong wrong wrong").await.is(401);
    }
    // The owner's own browser is nobody else's to shut, and opens the door for their others.
    world.fresh_code(&address("ana")).await;
    let fields = [("email", address("ana")), ("password", PASSWORD.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    known.post("/desk/sign-in", &fields).await.is(200).says("Sign in with authentication device");
    tries_to_sign_in(&world, &address("ana"), PASSWORD).await.is(303);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_browser_has_a_budget_of_its_own_and_no_more_than_that() {
    let world = World::new().await;
    world.fresh_code(&address("ana")).await;
    let known = world.known_browser(&address("ana")).await;
    let email = address("ana");
    let tries = async |browser: &Browser, password: &str| {
        browser.post("/desk/sign-in", &[("email", &email), ("password", password)]).await.status
    };
    // What somebody does in it is not a stranger's to pay for, nor the other way round.
    for _ in 0..5 {
        assert_eq!(tries(&known, "wrong wrong wrong wrong").await, 401);
    }
    assert_eq!(tries(&known, PASSWORD).await, 429);
    assert_eq!(tries(&world.browser(), "wrong wrong wrong wrong").await, 401);
    // It is known to Ana and to nobody else.
    let bens = world.known_browser(&address("ben")).await;
    for _ in 0..4 {
        assert_eq!(tries(&bens, "wrong wrong wrong wrong").await, 401);
    }
    assert_eq!(tries(&bens, PASSWORD).await, 429);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_wrong_passwords_at_once_are_all_counted() {
    let world = World::new().await;
    let (client, url, email) = (bare(), format!("{}/desk/sign-in", world.base), address("ana"));
    let fields = [("email", email.as_str()), ("password", "wrong wrong wrong wrong")];
    let tries = (0..24).map(|_| answered(client.post(&url).form(&fields)));
    let looked_at = join_all(tries).await.iter().filter(|page| page.status == 401).count();
    assert_eq!(looked_at, 5, "of 24 simultaneous passwords");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_at_once_all_count_towards_the_day() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.limits.sign_in_failures = 5;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (client, url, email) = (bare(), format!("{}/desk/sign-in", world.base), address("ana"));
    let fields = [("email", email.as_str()), ("password", "wrong wrong wrong wrong")];
    join_all((0..9).map(|_| answered(client.post(&url).form(&fields)))).await;
    world.clock.advance(TimeDelta::hours(23));
    tries_to_sign_in(&world, &email, PASSWORD).await.is(429);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_leads_to_pages_of_our_own_desk_only() {
    let world = World::new().await;
    let email = address("ana");
    world.fresh_code(&email).await;
    let ours = url::Url::parse(&format!("{PUBLIC}/desk/sign-in")).unwrap();
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/desk//evil.example",
        "/desk/..//evil.example",
        "/desk/../..//evil.example",
        "/deskevil",
        "/desk@evil.example",
        "javascript:alert(1)",
        "/desk?next=https://evil.example",
        "/desk\r\nLocation: https://evil.example",
        "/desk/\t//evil.example",
        "/desk/ü",
        "",
    ] {
        let fields = [("email", email.as_str()), ("password", PASSWORD), ("next", next)];
        let page = bare_post(&world, "/desk/sign-in", "", &fields).await;
        assert_eq!(page.status, 303, "{next:?}");
        let step = location(&page).to_owned();
        assert!(step.starts_with("/desk/sign-in/device?next="), "{next:?} leads to {step}");
        // The second step takes nobody elsewhere either, whoever wrote its form.
        let cookie = cookie_on(&page);
        let csrf = csrf_on(bare_get(&world, &step, &cookie).await.is(200));
        let code = world.fresh_code(&email).await;
        let given = [("code", code.as_str()), ("csrf", &csrf), ("next", next)];
        let done = bare_post(&world, SECOND_STEP, &cookie, &given).await;
        for page in [&page, done.is(303)] {
            let to = String::from_utf8_lossy(page.headers["location"].as_bytes()).into_owned();
            let resolved = ours.join(&to).unwrap();
            assert_eq!(resolved.host_str(), ours.host_str(), "{next:?} leads to {resolved}");
            assert!(
                resolved.path() == "/desk" || resolved.path().starts_with("/desk/"),
                "{next:?} leads to {resolved}"
            );
        }
        let asked = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
        bare_get(&world, &format!("/desk/sign-in?next={asked}"), "").await.is(200);
    }
    // Where someone wanted to go, they get to.
    let page = world.browser().get("/desk?view=mine&q=x").await;
    assert!(page.url.contains("next="), "{}", page.url);
    let browser = world.browser();
    let page = browser.get("/desk?view=mine&q=x").await;
    let page = browser.send(&page, "/desk/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
    let code = world.fresh_code(&email).await;
    let page = browser.send(&page, SECOND_STEP, &[("code", &code)]).await;
    assert!(page.url.ends_with("/desk?view=mine&q=x"), "{}", page.url);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_with_an_unprintable_next_page_still_signs_in() {
    let world = World::new().await;
    for next in ["/desk/\u{1}", "/desk/\u{7f}", "/desk/\u{1b}[2J"] {
        let fields = [("email", address("ana")), ("password", PASSWORD.to_owned()), ("next", next.to_owned())];
        let page = answered(bare().post(format!("{}/desk/sign-in", world.base)).form(&fields)).await;
        assert_eq!(page.status, 303, "{next:?}");
    }
    world.stop().await;
}
