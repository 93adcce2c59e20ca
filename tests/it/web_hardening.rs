//! What browsers are told and asked, so that other sites and old tabs do no harm and nothing typed is lost.

use actix_web::http::Method;
use chrono::TimeDelta;
use mfa_desk::domain::account::AccountKind;
use mfa_desk::web::guard::access::Access;
use mfa_desk::web::routes;

use crate::support::accounts::{Devices, code_of, recovery_code_of};
use crate::support::browser::Page;
use crate::support::world::{OWNER, World, link_in};

const ANNA: &str = "anna@customers.example";

async fn got(world: &World, path: &str, headers: &[(&str, &str)]) -> (u16, String, reqwest::header::HeaderMap) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut request = client.get(format!("{}{path}", world.base));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, response.text().await.unwrap(), headers)
}

#[tokio::test]
async fn an_address_that_holds_a_secret_is_told_to_nobody_and_its_form_still_works() {
    let world = World::new().await;
    let (browser, reference) = world.asks_for_help(OWNER).await;
    let link = link_in(&world.mail("Email verification").await, "open");
    let policy = |page: &Page| page.headers["referrer-policy"].to_str().unwrap().to_owned();
    let page = browser.get(&link).await;
    assert_eq!(policy(page.is(200)), "no-referrer");
    assert_eq!(policy(&browser.get(&format!("/cases/{reference}/open?token=nonsense")).await), "no-referrer");
    assert_eq!(policy(&browser.get(&format!("/cases/{reference}?token=x")).await), "no-referrer");
    assert_eq!(policy(&browser.get(&format!("/cases/{reference}?notoken=x")).await), "same-origin");
    assert_eq!(policy(&browser.get("/desk/sso/callback?code=x&state=y").await), "no-referrer");

    // A page without a referrer posts with `Origin: null`. Chromium says beside it where the form comes from; browsers
    // without Fetch Metadata do not, and then the secret itself has to be in the form.
    let (path, token) = link.split_once("?token=").unwrap();
    let null = ("origin", "null");
    let press =
        async |fields: &[(&str, &str)], headers: &[(&str, &str)]| browser.post_with(path, fields, headers).await;
    press(&[], &[null]).await.is(403).says("This form came from another site");
    press(&[("token", "short")], &[null]).await.is(403);
    press(&[("token", token)], &[null, ("sec-fetch-site", "cross-site")]).await.is(403);
    press(&[("token", token)], &[null]).await.is(200);
    let chromium =
        [null, ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let object = link_in(&world.mail("Email verification").await, "object");
    let (path, token) = object.split_once("?token=").unwrap();
    browser.post_with(path, &[("token", token)], &chromium).await.is(200);
    // A token does not open what it is not for.
    let sign_in = [("token", token), ("email", ANNA), ("password", "x")];
    for path in ["/cases/MFA-0000-0000/call", "/desk/sign-in", "/account/sign-in/password"] {
        browser.post_with(path, &sign_in, &[null]).await.is(403).says("This form");
    }
}

#[tokio::test]
async fn other_sites_may_lead_to_our_pages_and_put_none_into_theirs() {
    let world = World::new().await;
    let visit = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let never: [[(&str, &str); 2]; 6] = [
        [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "script")],
        [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
        [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "object")],
        [("sec-fetch-mode", "websocket"), ("sec-fetch-dest", "websocket")],
    ];
    let mut looked_at = 0;
    for route in routes::all(false).into_iter().filter(|route| route.method == Method::GET) {
        // The interface for programs knows no cookie: a browser's visit there is anybody's.
        if matches!(route.path, "/static/{name}" | "/healthz" | "/readyz") || route.path.starts_with("/api/") {
            continue;
        }
        let path = route.path.replace("{reference}", "MFA-0000-0000").replace(['{', '}'], "x");
        for site in ["cross-site", "same-site"] {
            for headers in &never {
                let (status, text, _) =
                    got(&world, &path, &[&[("sec-fetch-site", site)], headers.as_slice()].concat()).await;
                assert_eq!(status, 403, "{path} {site} {headers:?}");
                assert!(
                    text.contains("This form came from another site") || route.access == Access::Provider,
                    "{path}"
                );
            }
            let (status, _, _) = got(&world, &path, &[&[("sec-fetch-site", site)], visit.as_slice()].concat()).await;
            assert_ne!(status, 403, "{path}");
        }
        // Our own pages fetch them as they like.
        let (status, _, _) = got(&world, &path, &[("sec-fetch-site", "same-origin"), never[2][0], never[2][1]]).await;
        assert_ne!(status, 403, "{path}");
        looked_at += 1;
    }
    assert!(looked_at > 20, "{looked_at}");
    for path in ["/static/app.css", "/healthz", "/readyz"] {
        let (status, _, headers) =
            got(&world, path, &[("sec-fetch-site", "cross-site"), never[0][0], never[0][1]]).await;
        assert_eq!((status, headers["cross-origin-resource-policy"].to_str().unwrap()), (200, "same-origin"), "{path}");
    }
}

#[tokio::test]
async fn whoever_is_lost_at_the_desk_stays_at_the_desk() {
    let world = World::new().await;
    let (ana, aud) = (world.agent("ana").await, world.agent("aud").await);
    for (browser, path, status) in [
        (&ana, "/desk/nothing", 404),
        (&ana, "/desk/cases/MFA-0000-0000", 404),
        (&ana, "/desk/audit", 403),
        (&aud, "/desk/approvals", 403),
        (&world.browser(), "/desk/nothing", 404),
    ] {
        let page = browser.get(path).await;
        page.is(status).says("Go to the queue").says("Everything done here is written to the audit record.");
        assert!(page.html.contains("href=\"/desk\"") && !page.html.contains("href=\"/\""), "{path}: {}", page.html);
        assert!(!page.has_form("/language"), "{path}");
    }
    let page = world.browser().get("/nothing").await;
    page.is(404).says("Go to the start page");
    assert!(page.html.contains("href=\"/\"") && page.has_form("/language"));
}

#[tokio::test]
async fn what_was_typed_outlives_the_session_it_was_typed_in() {
    let world = World::new().await;
    let typed = "I am <abroad> & need \"this\" by Friday.";
    let (browser, reference) = world.confirmed(OWNER).await;
    let page = browser.get(&format!("/cases/{reference}")).await;

    // The session ends on the server before the browser forgets its cookie.
    world.clock.advance(TimeDelta::hours(72));
    let answer = browser.send(&page, "/messages", &[("body", typed)]).await;
    answer.is(403).says("Your access in this browser has ended, so nothing was sent.").says(typed);
    assert!(answer.has_form(&format!("/cases/{reference}/link")) && !answer.html.contains("<abroad>"));
    browser.get(&format!("/cases/{reference}")).await.is(200).says("Open your case with a link");

    // The browser forgot it, too: the form's token fits nothing any more.
    let csrf = page.form("/messages").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let stranger = world.browser();
    let answer = stranger.post(&format!("/cases/{reference}/messages"), &[("csrf", &csrf), ("body", typed)]).await;
    answer.is(403).says("This form is too old").says("It was not sent. Copy it before you go on.").says(typed);
    // Nothing of what another site posts is shown.
    let foreign = [("origin", "https://evil.example")];
    let path = format!("/cases/{reference}/messages");
    let answer = stranger.post_with(&path, &[("csrf", &csrf), ("body", typed)], &foreign).await;
    assert!(!answer.is(403).text().contains("abroad"));
    // Nor is a code or a password.
    let secrets = [("csrf", "x"), ("recovery_code", "7777-SECRET"), ("password", "7777-SECRET"), ("code", "777777")];
    let answer = stranger.post(&format!("/cases/{reference}/recovery-code"), &secrets).await;
    assert!(!answer.is(403).html.contains("7777"), "{}", answer.html);

    let ana = world.agent("ana").await;
    let (_, reference) = world.confirmed("root@customers.example").await;
    let path = format!("/desk/cases/{reference}/notes");
    ana.post(&path, &[("csrf", "another session's"), ("body", typed)]).await.is(403).says(typed);
}

#[tokio::test]
async fn a_wrong_code_is_told_beside_its_field_and_the_form_stays_open() {
    let world = World::new().await;
    world.adds(ANNA, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let (browser, reference) = world.confirmed(ANNA).await;
    let case = format!("/cases/{reference}");
    let page = browser.get(&case).await;
    assert!(!page.html.contains("<details open>"));
    let beside = |page: &Page, field: &str, why: &str| {
        let at = page.html.find(&format!("id=\"{field}-error\"")).unwrap_or_else(|| panic!("{}", page.html));
        assert!(page.html[at..].split("</p>").next().unwrap().contains(why), "{}", page.html);
        assert_eq!(page.html.matches("<details open>").count(), 1);
        assert!(!page.html.contains("notice-refused"), "told twice: {}", page.text());
    };

    let wrong = recovery_code_of("nobody", 1);
    let answer = browser.send(&page, "/recovery-code", &[("recovery_code", &wrong)]).await;
    beside(answer.is(401), "recovery_code", "This could not be verified.");
    assert!(!answer.html.contains(&wrong));
    let answer = browser.send(&page, "/recovery-code", &[("recovery_code", "not a code")]).await;
    beside(answer.is(422), "recovery_code", "Check what you typed");
    assert!(!answer.html.contains("not a code"));

    // A slip can be mended; codes that were looked at are of no more use.
    let answer = browser.send(&page, "/resynchronise", &[("first_code", "123 45"), ("second_code", "654321")]).await;
    beside(answer.is(422), "first_code", "Check what you typed");
    assert!(answer.html.contains("value=\"123 45\"") && answer.html.contains("value=\"654321\""), "{}", answer.html);
    let (first, second) = (code_of(ANNA, world.now(), 5000), code_of(ANNA, world.now(), 6000));
    let answer = browser.send(&page, "/resynchronise", &[("first_code", &first), ("second_code", &second)]).await;
    beside(answer.is(401), "first_code", "This could not be verified.");
    assert!(!answer.html.contains(&first));

    // Where the form is gone, it is told above.
    let withdraw = browser.get(&case).await;
    browser.send(&withdraw, "/withdraw", &[]).await.is(200);
    let answer = browser.send(&page, "/recovery-code", &[("recovery_code", "not a code")]).await;
    answer.says("Check what you typed");
    assert!(answer.html.contains("notice-refused") && !answer.has_form("/recovery-code"));
}

#[tokio::test]
async fn a_message_to_a_case_that_ended_is_given_back() {
    let world = World::new().await;
    let (browser, reference) = world.confirmed(OWNER).await;
    let page = browser.get(&format!("/cases/{reference}")).await;
    browser.send(&page, "/withdraw", &[]).await.is(200);
    let answer = browser.send(&page, "/messages", &[("body", "One more thing.")]).await;
    answer.says("It was not sent. Copy it before you go on.").says("One more thing.");
}
