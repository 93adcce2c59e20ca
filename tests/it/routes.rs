//! The table of routes, walked: every route keeps out whom its declaration keeps out, and lets in whom it lets in.

use std::collections::BTreeSet;

use actix_web::http::Method;
use diesel::{QueryDsl, RunQueryDsl};
use mfa_desk::domain::actor::Role;
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::store::schema::{agent_sessions, audit_entries, case_entries, challenges, outbox};
use mfa_desk::store::{self, AnyConnection, StoreError};
use mfa_desk::web::guard::access::{Access, Need};
use mfa_desk::web::routes::{self, RouteSpec};
use reqwest::redirect::Policy;

use crate::support::accounts::Devices;
use crate::support::browser::Page;
use crate::support::world::{OWNER, PASSWORD, Setup, World, csrf_on, link_in, people};

const SIGN_IN: &str = "/desk/sign-in";
const SECOND_STEP: &str = "/desk/sign-in/device";
/// Pages of the desk for those who are not signed in.
const OPEN: [&str; 5] = [SIGN_IN, "/desk/forgotten-password", "/desk/set-password", "/desk/sso", "/desk/sso/callback"];
const SIGN_OUT: &str = "/desk/sign-out";

/// What a route is called, for messages.
fn name(route: &RouteSpec) -> String {
    format!("{} {}", route.method, route.path)
}

/// The route's path for this case; whatever else it names does not exist.
fn path(route: &RouteSpec, reference: &str) -> String {
    let nothing = "00000000-0000-7000-8000-000000000000";
    let path = route.path.replace("{reference}", reference).replace("{mail}", nothing).replace("{call}", nothing);
    let path = path.replace("{name}", "app.css").replace("{block}", nothing).replace("{document}", nothing);
    let path = path.replace("{alarm}", nothing).replace("{session}", nothing).replace("{agent}", nothing);
    let path = path.replace("{ceremony}", nothing).replace("{device}", nothing).replace("{change}", nothing);
    let path = path
        .replace("{event}", nothing)
        .replace("{inbound}", nothing)
        .replace("{tag}", nothing)
        .replace("{view}", nothing)
        .replace("{token}", nothing)
        .replace("{reply}", nothing)
        .replace("{hold}", nothing)
        .replace("{file}", "volume.csv");
    assert!(!path.contains('{'), "the test does not know what to put into {path}");
    path
}

/// A client that keeps no cookies and follows nothing.
fn client() -> reqwest::Client {
    mfa_desk::notify::install_tls_provider();
    reqwest::Client::builder().redirect(Policy::none()).build().unwrap()
}

async fn ask(world: &World, method: &Method, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Page {
    let method = reqwest::Method::from_bytes(method.as_str().as_bytes()).unwrap();
    let mut request = client().request(method.clone(), format!("{}{path}", world.base)).header("cookie", cookie);
    if method == reqwest::Method::POST {
        request = request.form(fields);
    }
    let response = request.send().await.unwrap();
    let (status, url, headers) = (response.status().as_u16(), response.url().to_string(), response.headers().clone());
    // A stream has no end to wait for.
    let endless = headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let html = if endless { String::new() } else { response.text().await.unwrap() };
    Page { status, url, headers, html }
}

fn cookie_on(page: &Page) -> String {
    page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// Someone at the desk, as a cookie and the token of their forms.
async fn signed_in(world: &World, agent: &str) -> (String, String) {
    let email = format!("{agent}@desk.example.test");
    let code = world.fresh_code(&email).await;
    let page = ask(world, &Method::POST, SIGN_IN, "", &[("email", &email), ("password", PASSWORD)]).await;
    let step = cookie_on(page.is(303));
    let csrf = csrf_on(ask(world, &Method::GET, SECOND_STEP, &step, &[]).await.is(200));
    let page = ask(world, &Method::POST, SECOND_STEP, &step, &[("code", &code), ("csrf", &csrf)]).await;
    let cookie = cookie_on(page.is(303));
    let csrf = csrf_on(ask(world, &Method::GET, "/desk", &cookie, &[]).await.is(200));
    (cookie, csrf)
}

/// Everything that a press could have changed, the log included.
async fn everything(world: &World, reference: &str) -> String {
    let reference: CaseRef = reference.parse().unwrap();
    let look = move |connection: &mut AnyConnection| {
        let filed = store::cases::find(connection, &reference)?.unwrap();
        let log: i64 = audit_entries::table.count().get_result(connection)?;
        let written: i64 = case_entries::table.count().get_result(connection)?;
        let errands: i64 = outbox::table.count().get_result(connection)?;
        let codes: i64 = challenges::table.count().get_result(connection)?;
        let sessions: i64 = agent_sessions::table.count().get_result(connection)?;
        Ok::<_, StoreError>(format!("{filed:?}: {log} {written} {errands} {codes} {sessions}"))
    };
    world.desk.store.read(look).await.unwrap()
}

/// Fields with which each button would do something.
const TYPED: [(&str, &str); 5] =
    [("body", "A text."), ("reason", "A reason."), ("outcome", "resume"), ("digits", "123456"), ("agent", "nobody")];

#[test]
fn everything_under_desk_is_for_those_who_signed_in_but_the_sign_in_itself() {
    for route in routes::all(true) {
        let desk = route.path == "/desk" || route.path.starts_with("/desk/");
        let for_desk = matches!(route.access, Access::Desk(_) | Access::DeskSecondStep | Access::DeskAuthenticators);
        assert_eq!(for_desk, desk && !OPEN.contains(&route.path), "{}", name(&route));
    }
}

#[test]
fn every_route_stands_once_and_is_a_get_or_a_post() {
    let mut seen = BTreeSet::new();
    for route in routes::all(true) {
        assert!(seen.insert(name(&route)), "{} stands twice", name(&route));
        assert!(route.method == Method::GET || route.method == Method::POST, "{}", name(&route));
    }
    // The table holds no route that the walk below would miss.
    let of = |wanted: fn(Access) -> bool| routes::all(true).iter().filter(|route| wanted(route.access)).count();
    assert!(of(|access| matches!(access, Access::Desk(_))) >= 19);
    assert!(of(|access| access == Access::Customer) >= 4);
    assert!(of(|access| access == Access::Provider) >= 3);
}

#[test]
fn what_acts_on_a_case_or_reads_the_log_needs_more_than_a_sign_in() {
    for route in routes::all(true) {
        let acts = route.method == Method::POST && route.path.starts_with("/desk/cases/");
        let reads_log = route.path.starts_with("/desk/audit");
        // One's own devices are one's own affair.
        let deactivates = route.path.ends_with("/deactivate") && !route.path.contains("/security/devices/");
        if acts || reads_log || deactivates {
            assert!(
                matches!(route.access, Access::Desk(need) | Access::Api(need, _) if need != Need::Anyone),
                "{} is for everyone who is signed in",
                name(&route)
            );
        }
        if matches!(route.access, Access::Desk(need) if need == Need::Audits) {
            let reads_list =
                matches!(route.path, "/desk/contacts" | "/desk/deliveries" | "/desk/reports" | "/desk/reports/{file}")
                    && route.method == Method::GET;
            assert!(reads_log || reads_list, "{}", name(&route));
        }
    }
    assert!(!Need::WorksCases.is_met_by(Role::Auditor));
    assert!(!Need::Supervises.is_met_by(Role::Agent) && !Need::Supervises.is_met_by(Role::Auditor));
    assert!(!Need::Audits.is_met_by(Role::Agent));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_sign_in_no_page_of_the_desk_is_shown_and_no_button_works() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    world.settle().await;
    // A token of somebody else's session is no substitute.
    let (_, csrf) = signed_in(&world, "ada").await;
    // Ada is told of the new browser by mail, which is an entry of its own.
    world.settle().await;
    let before = everything(&world, &reference).await;
    for route in routes::all(true) {
        let Access::Desk(_) = route.access else { continue };
        let path = path(&route, &reference);
        for cookie in ["", "mfa-desk=", "mfa-desk=nonsense"] {
            let mut fields = TYPED.to_vec();
            fields.push(("csrf", &csrf));
            let page = ask(&world, &route.method, &path, cookie, &fields).await;
            if route.method == Method::GET {
                page.is(303);
                let to = page.headers["location"].to_str().unwrap();
                let next = percent_encoding::utf8_percent_encode(&path, percent_encoding::NON_ALPHANUMERIC);
                assert_eq!(to, format!("{SIGN_IN}?next={next}"), "{}", name(&route));
            } else {
                assert!(matches!(page.status, 303 | 401 | 403), "{}: {}", name(&route), page.status);
                if page.status == 303 {
                    assert!(page.headers["location"].to_str().unwrap().starts_with(SIGN_IN), "{}", name(&route));
                }
            }
            assert!(!page.html.contains(&reference), "{} shows something of the case", name(&route));
        }
        // HEAD is a GET without a body, for the guard too.
        if route.method == Method::GET {
            ask(&world, &Method::HEAD, &path, "", &[]).await.is(303);
        }
    }
    assert_eq!(everything(&world, &reference).await, before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_a_route_is_not_for_gets_403_and_changes_nothing() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    world.settle().await;
    let mut refused = 0;
    for (agent, role) in people() {
        let (cookie, csrf) = signed_in(&world, agent).await;
        let mut fields = TYPED.to_vec();
        fields.push(("csrf", &csrf));
        for route in routes::all(true) {
            let Access::Desk(need) = route.access else { continue };
            if need.is_met_by(role) {
                continue;
            }
            let case = reference.parse::<CaseRef>().unwrap();
            let look = move |connection: &mut AnyConnection| store::cases::find(connection, &case);
            let before = world.desk.store.read(look.clone()).await.unwrap();
            let page = ask(&world, &route.method, &path(&route, &reference), &cookie, &fields).await;
            assert_eq!(page.status, 403, "{} for {role:?}:\n{}", name(&route), page.text());
            page.says("Your role does not allow this");
            assert!(!page.html.contains(&reference), "{} shows something of the case", name(&route));
            assert_eq!(world.desk.store.read(look).await.unwrap(), before, "{} for {role:?}", name(&route));
            refused += 1;
        }
    }
    // Agents may not supervise nor audit, auditors may only look.
    assert!(refused >= 15, "only {refused} pairs of a role and a route were refused");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_a_route_is_for_is_let_in() {
    // More forms than anyone sends.
    let change = |settings: &mut mfa_desk::config::Settings| {
        settings.limits.forms_per_address_hour = 1000;
        settings.limits.forms_per_network_hour = 1000;
        settings.limits.forms_per_network_day = 1000;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    for (agent, role) in people() {
        let (cookie, csrf) = signed_in(&world, agent).await;
        let mut fields = TYPED.to_vec();
        fields.push(("csrf", &csrf));
        for route in routes::all(true) {
            let Access::Desk(need) = route.access else { continue };
            if !need.is_met_by(role) || route.path == "/desk/sessions/end-all" {
                continue;
            }
            // A case of its own for each, so that what one button ends is not in the next one's way.
            let (_, reference) = world.asks_for_help(OWNER).await;
            let page = ask(&world, &route.method, &path(&route, &reference), &cookie, &fields).await;
            assert!(page.status != 403 && page.status < 500, "{} for {role:?}: {}", name(&route), page.status);
            let to = page.headers.get("location").map(|to| to.to_str().unwrap()).unwrap_or_default();
            assert!(!to.starts_with(SIGN_IN), "{} for {role:?} leads to the sign-in", name(&route));
        }
        ask(&world, &Method::POST, SIGN_OUT, &cookie, &[("csrf", &csrf)]).await.is(303);
        ask(&world, &Method::GET, "/desk", &cookie, &[]).await.is(303);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demos_pages_do_not_exist_without_the_demo() {
    let world = World::new().await;
    let with: BTreeSet<String> = routes::all(true).iter().map(name).collect();
    let without: BTreeSet<String> = routes::all(false).iter().map(name).collect();
    let only: Vec<&String> = with.difference(&without).collect();
    assert!(without.is_subset(&with) && only.len() >= 6, "{only:?}");
    assert!(without.iter().all(|name| !name.contains("/demo")), "{without:?}");
    let (admin, _) = signed_in(&world, "ada").await;
    for route in routes::all(true).iter().filter(|route| only.contains(&&name(route))) {
        assert!(route.path.starts_with("/demo/"), "{}", name(route));
        for method in [&Method::GET, &Method::POST, &Method::HEAD] {
            ask(&world, method, route.path, &admin, &[("call", "x"), ("digits", "1")]).await.is(404);
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customers_buttons_work_in_no_browser_but_theirs() {
    let world = World::new().await;
    let (_, reference) = world.asks_for_help(OWNER).await;
    let (_, others) = world.asks_for_help("root@customers.example").await;
    let mut cookies = Vec::new();
    for case in [&reference, &others] {
        let link = link_in(&world.mail(&format!("Email verification for case {case}")).await, "open");
        let (path, token) = link.split_once("?token=").unwrap();
        cookies.push(cookie_on(ask(&world, &Method::POST, path, "", &[("token", token)]).await.is(303)));
    }
    let page = ask(&world, &Method::GET, &format!("/cases/{others}"), &cookies[1], &[]).await;
    let others_csrf = csrf_on(page.is(200));
    let renamed = cookies[1].replace(&others, &reference);
    world.settle().await;
    let before = everything(&world, &reference).await;
    for route in routes::all(true) {
        if route.access != Access::Customer {
            continue;
        }
        assert_eq!(route.method, Method::POST, "{}", name(&route));
        let path = path(&route, &reference);
        let mut fields = TYPED.to_vec();
        fields.push(("csrf", &others_csrf));
        // No cookie, another case's cookie, and that cookie under this case's name with its own token.
        ask(&world, &route.method, &path, "", &fields).await.is(403);
        ask(&world, &route.method, &path, &cookies[1], &fields).await.is(403);
        let page = ask(&world, &route.method, &path, &renamed, &fields).await;
        assert!(page.status == 403 || page.text().contains("Open your case with a link"), "{}", name(&route));
        assert!(page.status != 303, "{}", name(&route));
        // The right cookie without a token.
        ask(&world, &route.method, &path, &cookies[0], &TYPED).await.is(403);
    }
    assert_eq!(everything(&world, &reference).await, before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accounts_pages_are_for_those_who_signed_in_and_their_forms_need_the_sessions_token() {
    let world = World::new().await;
    let email = "anna@customers.example";
    world.adds(email, mfa_desk::domain::account::AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let given = [("email", email), ("password", PASSWORD)];
    let step = ask(&world, &Method::POST, "/account/sign-in/password", "", &given).await;
    let step = cookie_on(step.is(303));
    let (agent, _) = signed_in(&world, "ada").await;
    // Steps have a page once they were begun.
    let page = ask(&world, &Method::GET, "/account/sign-in/troubleshoot", &step, &[]).await;
    let token = csrf_on(&page);
    ask(&world, &Method::POST, "/account/sign-in/troubleshoot", &step, &[("csrf", &token)]).await.is(303);
    let mut walked = 0;
    for route in routes::all(true) {
        if !matches!(route.access, Access::Account | Access::Authenticators | Access::SecondStep) {
            continue;
        }
        walked += 1;
        let path = path(&route, "MFA-0000-0000");
        for cookie in ["", "mfa-desk-account=", "mfa-desk-account=nonsense", agent.as_str()] {
            let page = ask(&world, &route.method, &path, cookie, &TYPED).await;
            page.is(303);
            assert!(
                page.headers["location"].to_str().unwrap().starts_with("/account/sign-in?next="),
                "{}",
                name(&route)
            );
        }
        let page = ask(&world, &route.method, &path, &step, &TYPED).await;
        match route.access {
            // Whoever gave the password alone is led to the second step and nowhere else.
            Access::Account | Access::Authenticators => {
                page.is(303);
                let to = page.headers["location"].to_str().unwrap();
                assert!(to.starts_with("/account/sign-in/device?next="), "{}", name(&route));
            }
            _ if route.method == Method::POST => drop(page.is(403)),
            _ => drop(page.is(200)),
        }
    }
    assert!(walked >= 7, "{walked}");
    world.stop().await;
}

/// A session that alternative factors won, as a cookie.
async fn won(world: &World, email: &str) -> String {
    use mfa_desk::domain::authn::Assurance;
    use mfa_desk::domain::ids::AccountSessionId;
    use mfa_desk::store::account_sessions::{NewSession, SessionOrigin, begin};
    let (at, token) = (world.now(), world.desk.kit.entropy.token());
    let (email, token_hash) = (email.parse().unwrap(), token.hash());
    let write = move |tx: &mut store::Tx<'_>| {
        let account = store::accounts::find_by_email(tx.connection, &email)?.unwrap();
        let origin =
            SessionOrigin { method: "test".to_owned(), proved_at: None, ip: String::new(), device: String::new() };
        let new = NewSession {
            id: AccountSessionId::new(at, [7; 10]),
            account: account.id,
            token_hash: token_hash.clone(),
            assurance: Assurance::Recovery,
            case: None,
            origin,
            expires_at: at + chrono::TimeDelta::minutes(30),
        };
        begin(tx, &new, at)
    };
    world.desk.store.write(write).await.unwrap();
    format!("mfa-desk-account={}", token.expose())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_alternative_factors_won_reaches_authenticators_and_nothing_else() {
    let world = World::new().await;
    let email = "anna@customers.example";
    world.adds(email, mfa_desk::domain::account::AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let cookie = won(&world, email).await;
    let mut kept_out = 0;
    for route in routes::all(true) {
        let path = path(&route, "MFA-0000-0000");
        match route.access {
            Access::Account | Access::SecondStep => {
                kept_out += 1;
                let page = ask(&world, &route.method, &path, &cookie, &TYPED).await;
                page.is(303);
                assert_eq!(page.headers["location"], "/account/security", "{}", name(&route));
            }
            Access::Desk(_) | Access::DeskSecondStep | Access::DeskAuthenticators => {
                let page = ask(&world, &route.method, &path, &cookie, &TYPED).await;
                assert!(page.headers["location"].to_str().unwrap().starts_with(SIGN_IN), "{}", name(&route));
            }
            Access::Authenticators => assert!(
                ["/account/security", "/account/sign-out"].iter().any(|of| route.path.starts_with(of)),
                "{} is about no authenticator",
                name(&route)
            ),
            Access::Api(..) => drop(ask(&world, &route.method, &path, &cookie, &TYPED).await.is(401)),
            Access::Public | Access::Customer | Access::Provider => {}
        }
    }
    assert!(kept_out >= 15, "{kept_out}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_table_does_not_name_does_not_exist() {
    let world = World::new().await;
    let (admin, csrf) = signed_in(&world, "ada").await;
    for path in [
        "/desk/",
        "/desk//",
        "//desk",
        "/Desk",
        "/desk/agents",
        "/desk/cases",
        "/assistance/",
        "/api",
        "/api/v1",
        "/api/v2/cases",
        "/.env",
        "/index.html",
    ] {
        for method in [&Method::GET, &Method::POST] {
            let page = ask(&world, method, path, &admin, &[("csrf", &csrf)]).await;
            assert_eq!(page.status, 404, "{method} {path}");
        }
    }
    for route in routes::all(false) {
        let path = path(&route, "MFA-0000-0000");
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            let page = ask(&world, &method, &path, &admin, &[]).await;
            assert_eq!(page.status, 405, "{method} {path}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_telephone_hooks_take_nothing_without_the_providers_signature() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/call", &[]).await.is(200);
    world.settle().await;
    let call = world.last_call().await;
    for route in routes::all(true) {
        if route.access != Access::Provider {
            continue;
        }
        let path = route.path.replace("{call}", &call.id.to_string());
        let fields = [("Digits", "123456"), ("CallStatus", "completed")];
        let page = ask(&world, &route.method, &path, "", &fields).await;
        assert!(matches!(page.status, 403 | 404), "{}: {}", name(&route), page.status);
    }
    assert_eq!(world.last_call().await, call);
    assert!(!world.actions(&reference).await.iter().any(|action| action == "check.wrong_code"));
    world.stop().await;
}
