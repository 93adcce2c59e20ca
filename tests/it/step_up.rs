//! Acts that need a second factor that was given just now.

use actix_web::http::Method;
use chrono::TimeDelta;
use mfa_desk::domain::account::AccountKind;
use mfa_desk::web::guard::access::Access;
use mfa_desk::web::routes;

use crate::support::accounts::Devices;
use crate::support::world::{OWNER, World, address, authenticator_on, csrf_on};

#[test]
fn what_reveals_decides_exports_or_manages_people_needs_a_fresh_second_factor() {
    let all = routes::all(false);
    let fresh: Vec<&str> = all.iter().filter(|route| route.step_up.is_some()).map(|route| route.path).collect();
    for path in [
        "/desk/cases/{reference}/reveal",
        "/desk/cases/{reference}/approve",
        "/desk/cases/{reference}/deactivate",
        "/desk/cases/{reference}/phone-change/approve",
        "/desk/audit.csv",
        "/desk/people",
        "/desk/password",
        "/account/requests/{reference}/approve",
        "/account/requests/{reference}/decline",
        "/account/contact/confirm",
        "/account/contact/withdraw",
    ] {
        assert!(fresh.contains(&path), "{path}");
    }
    for route in &all {
        if route.path.starts_with("/desk/people") {
            assert!(route.step_up.is_some(), "{} {}", route.method, route.path);
        }
        let Some(page) = route.step_up else { continue };
        assert!(matches!(route.access, Access::Desk(_) | Access::Account), "{}", route.path);
        // Whoever steps up is led to a page that is there, and every form's page asks before anything is typed into it.
        if route.method == Method::POST {
            let page = page.split('?').next().unwrap();
            let holds = all.iter().find(|other| other.method == Method::GET && other.path == page);
            let holds = holds.unwrap_or_else(|| panic!("{} leads to {page}, which is no page", route.path));
            let typed = route.path != "/desk/cases/{reference}/reveal";
            assert!(holds.step_up.is_some() || !typed, "{page} shows a form that {} does not take", route.path);
        } else {
            assert_eq!(page, "", "{}", route.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_fresh_second_factor_every_such_route_leads_to_the_step_up_and_does_nothing() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ada = world.agent("ada").await;
    let csrf = csrf_on(&ada.get("/desk").await);
    world.clock.advance(TimeDelta::minutes(10));
    world.settle().await;
    let before = world.entries("").await.len();
    let nobody = "00000000-0000-7000-8000-000000000000";
    let mut walked = 0;
    for route in routes::all(false) {
        if route.step_up.is_none() || !matches!(route.access, Access::Desk(_)) {
            continue;
        }
        walked += 1;
        let path = route.path.replace("{reference}", &reference).replace("{agent}", nobody);
        let page = match route.method {
            Method::POST => ada.post(&path, &[("csrf", &csrf), ("authenticator", nobody), ("role", "admin")]).await,
            _ => ada.get(&path).await,
        };
        page.is(200).says("Confirm that it is you");
        assert!(page.url.contains("/desk/step-up?next="), "{} {}: {}", route.method, route.path, page.url);
    }
    assert!(walked >= 15, "{walked}");
    assert_eq!(world.entries("").await.len(), before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_up_leads_back_to_the_form_and_counts_for_ten_minutes() {
    let world = World::new().await;
    let (_, ana, reference) = world.ready(OWNER).await;
    let case = ana.get(&format!("/desk/cases/{reference}")).await;
    let device = authenticator_on(&case);
    let path = format!("/desk/cases/{reference}/deactivate?authenticator={device}");
    let confirm = ana.get(&path).await;
    confirm.is(200);
    world.clock.advance(TimeDelta::minutes(10));
    // The form was open meanwhile: nothing is done, and it is there again afterwards.
    let asked = ana.send(&confirm, "/deactivate", &[]).await;
    assert!(asked.url.contains("deactivate"), "{}", asked.url);
    assert!(asked.html.contains("deactivate"), "{}", asked.url);
    let wrong = ana.send(asked.says("Confirm that it is you"), "/desk/step-up", &[("code", "000000")]).await;
    wrong.is(401).says("This could not be verified");
    let back = world.steps_up(&ana, "ana", &wrong).await;
    assert!(back.is(200).url.ends_with(&path) || back.url.contains("authenticator="), "{}", back.url);
    ana.send(&back, "/deactivate", &[]).await.is(200).says("the authenticator is deactivated");
    let revealed = |page: &crate::support::browser::Page| page.text().contains(OWNER);
    world.clock.advance(TimeDelta::minutes(9));
    let page = world.presses(&ana, &reference, "reveal", &[]).await;
    assert!(revealed(&page), "{}", page.text());
    world.clock.advance(TimeDelta::minutes(1));
    assert!(!revealed(&world.presses(&ana, &reference, "reveal", &[]).await));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_up_leads_nowhere_else_and_guesses_of_it_are_few() {
    let world = World::new().await;
    let ana = world.agent("ana").await;
    for next in ["https://evil.example", "//evil.example", "/account", "/desk/step-up", "/desk/sign-out", "/desk//x"] {
        let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC).to_string();
        let page = ana.get(&format!("/desk/step-up?next={next}")).await;
        let led = world.steps_up(&ana, "ana", &page).await;
        assert!(led.url.ends_with("/desk"), "{next} leads to {}", led.url);
    }
    let page = ana.get("/desk/step-up").await;
    let code = world.fresh_code(&address("ana")).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        ana.send(&page, "/desk/step-up", &[("code", wrong)]).await.is(401);
    }
    ana.send(&page, "/desk/step-up", &[("code", &code)]).await.is(429);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_confirms_that_it_is_its_owner_and_sees_its_sign_ins() {
    let world = World::new().await;
    let email = "anna@customers.example";
    world.adds(email, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let (here, there) = (world.account(email).await, world.account(email).await);
    let page = here.get("/account/step-up?next=/account/sessions").await;
    page.is(200).says("Confirm that it is you");
    here.send(&page, "/account/step-up", &[("code", "000000")]).await.is(401);
    let code = world.fresh_code(email).await;
    let page = here.send(&page, "/account/step-up", &[("code", &code)]).await;
    assert!(page.is(200).url.ends_with("/account/sessions"), "{}", page.url);
    let end = page.forms().into_iter().find(|form| form.action.ends_with("/end")).unwrap();
    here.send(&page, &end.action, &[]).await.is(200).says("That sign-in has ended");
    assert!(there.get("/account").await.url.contains("/account/sign-in"));
    let page = here.get("/account/sessions").await;
    assert!(here.send(&page, "/end-all", &[]).await.url.contains("/account/sign-in"));
    assert!(here.get("/account").await.url.contains("/account/sign-in"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_without_a_fresh_second_factor_decides_and_changes_nothing() {
    let world = World::new().await;
    let email = "anna@customers.example";
    world.adds(email, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let anna = world.account(email).await;
    let csrf = csrf_on(&anna.get("/account").await);
    world.clock.advance(TimeDelta::minutes(10));
    let before = world.entries("").await.len();
    let mut walked = 0;
    for route in routes::all(false) {
        if route.step_up.is_none() || route.access != Access::Account {
            continue;
        }
        walked += 1;
        let path = route.path.replace("{reference}", "MFA-0000-0000");
        let page = match route.method {
            Method::POST => anna.post(&path, &[("csrf", &csrf)]).await,
            _ => anna.get(&path).await,
        };
        page.is(200).says("Confirm that it is you");
        assert!(page.url.contains("/account/step-up?next="), "{} {}: {}", route.method, route.path, page.url);
    }
    assert_eq!(walked, 7);
    assert_eq!(world.entries("").await.len(), before);
    world.stop().await;
}
