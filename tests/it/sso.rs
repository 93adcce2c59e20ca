//! Single sign-on for people at the desk, against a provider that can be told to misbehave; `sso_peer` has a real one.

use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::config::Settings;
use mfa_desk::domain::actor::Actor;
use mfa_desk::store::schema::{agent_sessions, agents, sso_sign_ins};
use mfa_desk::store::{AnyConnection, StoreError};
use mfa_desk::workflow::Act;
use serde_json::{Value, json};
use url::Url;

use crate::support::browser::{Browser, Page, unescaped};
use crate::support::oidc::{Fault, OidcServer, Signed};
use crate::support::world::{Setup, World, reference_on};

async fn world_with(change: fn(&mut Settings)) -> (World, OidcServer) {
    let setup = Setup { change, ..Setup::default() };
    let provider = OidcServer::start(setup.at).await;
    let world = World::with(Setup { issuer: Some(provider.issuer.clone()), ..setup }).await;
    (world, provider)
}

async fn world() -> (World, OidcServer) {
    world_with(|_| {}).await
}

/// Where the page that leads to the provider leads to.
pub fn provider_of(page: &Page) -> Url {
    let refresh = page.headers.get("refresh").unwrap_or_else(|| panic!("no way to the provider on:\n{}", page.text()));
    let url = Url::parse(refresh.to_str().unwrap().strip_prefix("0; url=").unwrap()).unwrap();
    assert!(unescaped(&page.html).contains(&format!("href=\"{url}\"")), "{}", page.html);
    url
}

/// Presses **Sign in with …**, and answers where the provider is.
pub async fn leaves(browser: &Browser) -> Url {
    let page = browser.get("/desk/sign-in").await;
    provider_of(browser.send(&page, "/desk/sso", &[]).await.is(200))
}

async fn signs_in(browser: &Browser, provider: &OidcServer) -> Page {
    let back = provider.approves(&leaves(browser).await);
    browser.get(&back).await
}

/// Somebody at the desk: address, name, role, and whom the provider names so.
type Person = (String, String, String, Option<String>);

async fn person(world: &World, email: &'static str) -> Option<Person> {
    let find = move |connection: &mut AnyConnection| {
        let found = agents::table.filter(agents::email.eq(email));
        let columns = (agents::email, agents::name, agents::role, agents::sso_subject);
        Ok::<Vec<Person>, StoreError>(found.select(columns).load(connection)?)
    };
    world.desk.store.read(find).await.unwrap().pop()
}

/// The newest session: how far it has come, how it began, whether a second factor was given, whether it ended.
async fn sessions(world: &World) -> Vec<(String, String, bool, bool)> {
    type Row = (String, String, Option<chrono::NaiveDateTime>, Option<chrono::NaiveDateTime>);
    let find = |connection: &mut AnyConnection| {
        let columns =
            (agent_sessions::assurance, agent_sessions::method, agent_sessions::proved_at, agent_sessions::ended_at);
        Ok::<Vec<Row>, StoreError>(agent_sessions::table.order(agent_sessions::id).select(columns).load(connection)?)
    };
    let rows = world.desk.store.read(find).await.unwrap();
    rows.into_iter().map(|(a, m, proved, ended)| (a, m, proved.is_some(), ended.is_some())).collect()
}

async fn logged(world: &World, action: &str) -> Vec<Value> {
    let entries = world.entries("").await.into_iter().filter(|entry| entry.action == action);
    entries.map(|entry| serde_json::from_str(&entry.details).unwrap()).collect()
}

/// Nobody was signed in, and the sign-in page says why.
async fn nobody_is_in(world: &World, page: &Page, why: &str) {
    page.is(200).says(why).says("Sign in to the desk");
    assert_eq!(sessions(world).await, []);
    assert_eq!(person(world, "dora@staff.example").await, None);
}

#[tokio::test]
async fn somebody_with_a_role_is_added_at_the_first_sign_in_and_known_at_the_next() {
    let (world, provider) = world().await;
    let browser = world.browser();
    let page = browser.get("/desk/sign-in?next=%2Fdesk%2Fblocks").await;
    page.says("Sign in with Example Login").says("Or with a password");
    let leaving = browser.send(&page, "/desk/sso", &[]).await;
    let cookie = leaving.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=600"),
        "{cookie}"
    );
    let url = provider_of(&leaving);
    assert!(!url.query_pairs().any(|(name, _)| name == "prompt" || name == "max_age"), "{url}");
    let page = browser.get(&provider.approves(&url)).await;
    assert!(page.is(200).url.ends_with("/desk/blocks"), "{}", page.url);
    page.says("Dora Desk");
    let subject = format!("{} person-1", provider.issuer);
    let known = ("dora@staff.example".to_owned(), "Dora Desk".to_owned(), "agent".to_owned(), Some(subject.clone()));
    assert_eq!(person(&world, "dora@staff.example").await, Some(known));
    assert_eq!(sessions(&world).await, [("complete".to_owned(), "sso".to_owned(), true, false)]);
    assert_eq!(
        logged(&world, "agent.added").await,
        [json!({ "agent": "dora@staff.example", "role": "agent", "by": "sso" })]
    );

    // The provider gives another role and address: the person stays the same, the role is taken over, both are logged.
    provider.says(json!({ "groups": ["leads", "agents"], "email": "dora.new@staff.example" }));
    signs_in(&browser, &provider).await.is(200).says("Dora Desk");
    assert_eq!(person(&world, "dora@staff.example").await.unwrap().2, "supervisor");
    assert_eq!(person(&world, "dora.new@staff.example").await, None);
    let changed = json!({ "agent": "dora@staff.example", "from": "agent", "to": "supervisor", "by": "sso" });
    assert_eq!(logged(&world, "agent.role_changed").await, [changed]);
    // The session that the browser had before is over: none can be fixed in advance.
    let all = sessions(&world).await;
    assert_eq!(all.iter().map(|session| session.3).collect::<Vec<_>>(), [true, false]);
    assert_eq!(logged(&world, "agent.signed_in").await.len(), 2);
    assert_eq!(provider.discoveries(), 1);
}

#[tokio::test]
async fn a_provider_that_saw_no_second_factor_is_worth_a_password() {
    let (world, provider) = world().await;
    for amr in [json!(null), json!(["pwd"]), json!([]), json!(["MFA"])] {
        provider.says(json!({ "amr": amr }));
        browser_comes_back(&world, &provider).await;
        let last = sessions(&world).await.pop().unwrap();
        assert_eq!(last, ("password".to_owned(), "sso".to_owned(), false, false), "{amr}");
    }
    assert_eq!(logged(&world, "agent.signed_in").await, Vec::<Value>::new());
    assert_eq!(logged(&world, "agent.password_accepted").await.len(), 4);
}

#[tokio::test]
async fn a_single_sign_on_that_is_worth_a_password_sets_up_no_device_without_the_link() {
    for passwords in [true, false] {
        let (world, provider) = match passwords {
            true => world().await,
            false => world_with(|settings| settings.sso.password_sign_in = false).await,
        };
        provider.says(json!({ "amr": ["pwd"] }));
        let page = signs_in(&world.browser(), &provider).await;
        assert!(page.is(200).url.ends_with("/desk/security"), "{}", page.url);
        let operator = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
        let done = world.desk.break_glass(operator, "dora@staff.example".parse().unwrap(), "Lost.".to_owned()).await;
        let link = done.unwrap().unwrap().path;
        let browser = world.browser();
        let page = signs_in(&browser, &provider).await;
        page.is(200).says("Sign in with the link that was made for you");
        assert!(browser.get("/desk/security/activate").await.url.contains("/desk/sign-in/device"));
        // By the link, and the single sign-on again.
        let page = browser.get(&link).await;
        assert!(page.has_form("/desk/sign-in"), "the password form is there for who came by a link");
        let leaving = browser.send(&page, "/desk/sso", &[]).await;
        let page = browser.get(&provider.approves(&provider_of(&leaving))).await;
        assert!(page.is(200).url.ends_with("/desk/security"), "{}", page.url);
        crate::credentials::activates_app(&world, &browser, "/desk", "Phone").await.is(200);
        let other = world.browser();
        assert!(signs_in(&other, &provider).await.url.contains("/desk/sign-in/device"));
        world.stop().await;
    }
}

#[tokio::test]
async fn the_link_from_the_server_takes_a_password_where_others_give_none() {
    let (world, _provider) = world_with(|settings| settings.sso.password_sign_in = false).await;
    let operator = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let done = world.desk.break_glass(operator, "ana@desk.example.test".parse().unwrap(), "Lost.".to_owned()).await;
    let link = done.unwrap().unwrap().path;
    let typed = [("email", "ana@desk.example.test"), ("password", crate::support::world::PASSWORD)];
    let browser = world.browser();
    let page = browser.get(&link).await;
    // Any other token is worth as little as a wrong password, and as none.
    let forged = [("token", "A".repeat(43))].map(|(name, value)| (name.to_owned(), value));
    let forged = [typed.as_slice(), &[(forged[0].0.as_str(), forged[0].1.as_str())]].concat();
    browser.send(&page, "/desk/sign-in", &forged).await.is(401);
    assert_eq!(sessions(&world).await, []);
    let page = browser.send(&page, "/desk/sign-in", &typed).await;
    assert!(page.is(200).url.ends_with("/desk/security"), "{}", page.url);
    world.stop().await;
}

#[tokio::test]
async fn a_colleague_who_came_by_single_sign_on_gave_no_password_to_their_case() {
    let (world, provider) = world().await;
    provider.says(json!({ "amr": ["pwd"] }));
    signs_in(&world.browser(), &provider).await.is(200);
    world.fresh_code("dora@staff.example").await;
    let browser = world.browser();
    signs_in(&browser, &provider).await.is(200);
    let page = browser.get("/desk/sign-in/lost").await;
    let reference = reference_on(browser.send(&page, "/desk/sign-in/lost", &[]).await.is(200));
    let actions = world.actions(&reference).await;
    assert!(actions.iter().any(|action| action == "case.opened_by_colleague"), "{actions:?}");
    let entries = world.entries(&reference).await;
    assert!(!entries.iter().any(|entry| entry.details.contains("\"password\"")), "{entries:?}");
    let sam = world.agent("sam").await;
    let page = sam.get(&format!("/desk/cases/{reference}")).await;
    page.is(200).says("They came by single sign-on");
    assert!(!page.text().contains("Their password was right"));
    world.stop().await;
}

async fn browser_comes_back(world: &World, provider: &OidcServer) {
    signs_in(&world.browser(), provider).await;
}

#[tokio::test]
async fn no_token_is_believed_but_the_one_that_was_asked_for() {
    let (world, provider) = world().await;
    let now = world.now().timestamp();
    for claims in [
        json!({ "nonce": "another sign-in's" }),
        json!({ "nonce": null }),
        json!({ "aud": "another client" }),
        json!({ "aud": ["support-desk", "another client"] }),
        json!({ "aud": [] }),
        json!({ "azp": "another client" }),
        json!({ "iss": "https://another.example" }),
        json!({ "iss": null }),
        json!({ "exp": now }),
        json!({ "exp": null }),
        json!({ "nbf": now + 120 }),
        json!({ "iat": now + 120 }),
        json!({ "iat": now - 3600 }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "x".repeat(256) }),
    ] {
        provider.says(claims.clone());
        let page = signs_in(&world.browser(), &provider).await;
        println!("{claims}");
        nobody_is_in(&world, &page, "Example Login did not confirm who you are.").await;
    }
    provider.says(json!({}));
    for signed in [Signed::ByAnother, Signed::Not, Signed::WithSecret] {
        provider.signs(signed);
        let page = signs_in(&world.browser(), &provider).await;
        println!("{signed:?}");
        nobody_is_in(&world, &page, "Example Login did not confirm who you are.").await;
    }
    provider.signs(Signed::Rightly);
    for fault in [Fault::RefusesCode, Fault::NoIdToken] {
        let browser = world.browser();
        let url = leaves(&browser).await;
        provider.fault(fault);
        let page = browser.get(&provider.approves(&url)).await;
        provider.fault(Fault::None);
        nobody_is_in(&world, &page, "Example Login did not confirm who you are.").await;
        assert!(!page.html.contains("provider's words"));
    }
    let refused = logged(&world, "agent.sign_in_refused").await;
    assert_eq!(refused.len(), 21);
    assert!(refused.iter().all(|entry| *entry == json!({ "why": "not_confirmed", "by": "sso" })), "{refused:?}");
    signs_in(&world.browser(), &provider).await.is(200).says("Dora Desk");
}

#[tokio::test]
async fn keys_that_change_are_fetched_again_and_keys_nobody_published_are_not_taken() {
    let (world, provider) = world().await;
    signs_in(&world.browser(), &provider).await.is(200).says("Dora Desk");
    provider.changes_key(2, "second", true);
    signs_in(&world.browser(), &provider).await.is(200).says("Dora Desk");
    assert_eq!(provider.discoveries(), 2);
    // A provider that started anew can call another key the same.
    provider.changes_key(3, "second", true);
    signs_in(&world.browser(), &provider).await.is(200).says("Dora Desk");
    provider.changes_key(4, "third", false);
    signs_in(&world.browser(), &provider).await.is(200).says("did not confirm who you are");
    assert_eq!(sessions(&world).await.len(), 3);
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_is_no_answer() {
    let (world, provider) = world().await;
    for with in ["https%3A%2F%2Fanother.example", ""] {
        let browser = world.browser();
        let back = provider.approves(&leaves(&browser).await);
        let (before, _) = back.split_once("&iss=").unwrap();
        // A provider that names itself always does.
        let changed = if with.is_empty() { before.to_owned() } else { format!("{before}&iss={with}") };
        let asked = provider.asked();
        let page = browser.get(&changed).await;
        nobody_is_in(&world, &page, "Example Login did not confirm who you are.").await;
        assert_eq!(provider.asked(), asked, "the code was not sent anywhere");
    }
}

#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let (world, provider) = world().await;
    let stale = "This sign-in began too long ago, or in another browser, or was used already.";

    // Somebody else's browser is led to an answer of the attacker's own sign-in.
    let (attacker, victim) = (world.browser(), world.browser());
    let back = provider.approves(&leaves(&attacker).await);
    let page = victim.get(&back).await;
    nobody_is_in(&world, &page, stale).await;
    leaves(&victim).await;
    let back = provider.approves(&leaves(&attacker).await);
    let page = victim.get(&back).await;
    nobody_is_in(&world, &page, stale).await;
    // And it is used up by that.
    let page = attacker.get(&back).await;
    nobody_is_in(&world, &page, stale).await;

    for made_up in ["", "?code=x", "?state=x&code=x", &format!("?state={}&code=x", "A".repeat(43))] {
        let page = victim.get(&format!("/desk/sso/callback{made_up}")).await;
        nobody_is_in(&world, &page, stale).await;
    }

    let back = provider.approves(&leaves(&attacker).await);
    world.clock.advance(TimeDelta::minutes(10));
    let page = attacker.get(&back).await;
    nobody_is_in(&world, &page, stale).await;

    // Two tabs of one browser do not get into each other's way.
    provider.at(world.now());
    let browser = world.browser();
    let (one, two) = (leaves(&browser).await, leaves(&browser).await);
    browser.get(&provider.approves(&two)).await.is(200).says("Dora Desk");
    let back = provider.approves(&one);
    // Being signed in takes the cookie away; what still is to come begins anew.
    browser.get(&back).await.says(stale);
    let replayed = browser.get(&provider.approves(&two)).await;
    replayed.says(stale);
    world.desk.clear().await.unwrap();
    world.clock.advance(TimeDelta::minutes(11));
    world.desk.clear().await.unwrap();
    let left =
        |connection: &mut AnyConnection| Ok::<i64, StoreError>(sso_sign_ins::table.count().get_result(connection)?);
    assert_eq!(world.desk.store.read(left).await.unwrap(), 0);
}

#[tokio::test]
async fn what_the_provider_says_instead_of_a_code_is_told_calmly_and_in_our_words() {
    let (world, provider) = world().await;
    for (error, says) in [
        ("access_denied", "Nobody was signed in: it was cancelled at Example Login."),
        ("login_required", "Example Login did not confirm who you are."),
        ("server_error", "Example Login did not confirm who you are."),
        ("%3Cscript%3E", "Example Login did not confirm who you are."),
    ] {
        let browser = world.browser();
        let url = leaves(&browser).await;
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let back = format!("/desk/sso/callback?error={error}&error_description=Call+0900+1234&state={state}");
        let page = browser.get(&back).await;
        nobody_is_in(&world, &page, says).await;
        assert!(!page.html.contains("0900") && !page.url.contains("0900") && !page.html.contains("<script>"));
    }
    assert_eq!(provider.asked(), 2);
    for code in ["nonsense", "off", "<b>"] {
        let page = world.browser().get(&format!("/desk/sign-in?sso={code}")).await;
        assert!(!page.is(200).html.contains("error-summary\" role"), "{code}");
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_used_is_told_and_the_password_still_works() {
    let (world, provider) = world().await;
    for fault in [Fault::Down, Fault::Huge, Fault::Redirect, Fault::OtherIssuer, Fault::Hang] {
        provider.fault(fault);
        let browser = world.browser();
        let page = browser.get("/desk/sign-in").await;
        let answer = browser.send(&page, "/desk/sso", &[]).await;
        answer.is(200).says("Single sign-on cannot be reached at the moment.").says("or sign in with your password");
        let asked = provider.asked();
        // It is left alone for a while, so that nobody waits for it again.
        browser.send(&page, "/desk/sso", &[]).await.is(200).says("Single sign-on cannot be reached");
        assert_eq!(provider.asked(), asked, "{fault:?}");
        world.clock.advance(TimeDelta::seconds(10));
    }
    world.agent("ana").await;
    provider.fault(Fault::None);
    provider.at(world.now());
    signs_in(&world.browser(), &provider).await.is(200).says("Dora Desk");

    // It goes away while somebody signs in there.
    let browser = world.browser();
    let back = provider.approves(&leaves(&browser).await);
    provider.fault(Fault::Redirect);
    browser.get(&back).await.is(200).says("did not confirm who you are");
}

#[tokio::test]
async fn nobody_gets_in_without_a_role_a_verified_address_or_once_suspended() {
    let (world, provider) = world().await;
    for (claims, why, says) in [
        (json!({ "groups": ["staff"] }), "no_role", "may not work at this desk"),
        (json!({ "groups": [] }), "no_role", "may not work at this desk"),
        (json!({ "groups": null }), "no_role_claim", "may not work at this desk"),
        (json!({ "email_verified": false }), "email_not_verified", "has not verified your e-mail address"),
        (json!({ "email_verified": null }), "email_not_verified", "has not verified your e-mail address"),
        (json!({ "email": "ana@desk.example.test" }), "address_taken", "has your e-mail address already"),
    ] {
        provider.says(claims.clone());
        let page = signs_in(&world.browser(), &provider).await;
        nobody_is_in(&world, &page, says).await;
        let last = logged(&world, "agent.sign_in_refused").await.pop().unwrap();
        assert_eq!(last["why"], why, "{claims}");
    }
    provider.says(json!({}));
    let browser = world.browser();
    signs_in(&browser, &provider).await.is(200).says("Dora Desk");
    let act =
        mfa_desk::workflow::Act { actor: mfa_desk::domain::actor::Actor::Customer, ip: String::new(), at: world.now() };
    let email = "dora@staff.example".parse().unwrap();
    assert!(world.desk.set_standing(act, email, mfa_desk::workflow::Standing::Suspended).await.unwrap());
    provider.says(json!({ "groups": ["ops"] }));
    signs_in(&browser, &provider).await.is(200).says("may not work at this desk");
    assert_eq!(person(&world, "dora@staff.example").await.unwrap().2, "agent", "the role of who may not act stays");
    assert!(sessions(&world).await.iter().all(|session| session.3));
    assert_eq!(logged(&world, "agent.sign_in_refused").await.pop().unwrap()["why"], "suspended");
}

#[tokio::test]
async fn whoever_has_a_role_no_more_loses_what_they_are_signed_in_with() {
    let (world, provider) = world().await;
    let there = world.browser();
    signs_in(&there, &provider).await.is(200).says("Dora Desk");
    for (claims, out) in [
        (json!({ "groups": null }), false),
        (json!({ "email_verified": false, "groups": ["staff"] }), false),
        (json!({ "groups": ["staff"] }), true),
    ] {
        provider.says(claims.clone());
        signs_in(&world.browser(), &provider).await.is(200);
        assert_eq!(sessions(&world).await.iter().all(|session| session.3), out, "{claims}");
    }
    let ended = logged(&world, "agent.sessions_ended").await;
    assert_eq!(ended.len(), 1);
    assert_eq!((&ended[0]["by"], &ended[0]["agent"]), (&json!("sso"), &json!("dora@staff.example")));
}

#[tokio::test]
async fn an_address_binds_somebody_of_the_desk_once_where_that_is_allowed() {
    let (world, provider) = world_with(|settings| {
        settings.sso.link_by_email = true;
        settings.sso.provision = false;
    })
    .await;
    let page = signs_in(&world.browser(), &provider).await;
    nobody_is_in(&world, &page, "may not work at this desk").await;
    provider.says(json!({ "email": "Ana@desk.example.test" }));
    signs_in(&world.browser(), &provider).await.is(200).says("Ana");
    assert!(person(&world, "ana@desk.example.test").await.unwrap().3.unwrap().ends_with(" person-1"));
    assert_eq!(logged(&world, "agent.sso_linked").await, [json!({ "agent": "ana@desk.example.test" })]);
    // Somebody else at the provider gets the address later: they are not Ana.
    provider.says(json!({ "email": "ana@desk.example.test", "sub": "person-2" }));
    signs_in(&world.browser(), &provider).await.is(200).says("has your e-mail address already");
    assert!(person(&world, "ana@desk.example.test").await.unwrap().3.unwrap().ends_with(" person-1"));
}

#[tokio::test]
async fn what_the_operator_requires_is_asked_for_and_has_to_be_said() {
    let (world, provider) = world_with(|settings| {
        settings.sso.required_acr = vec!["gold".to_owned()];
        settings.sso.required_amr = vec!["hwk".to_owned()];
    })
    .await;
    for claims in [json!({}), json!({ "acr": "gold" }), json!({ "acr": "silver", "amr": ["hwk"] })] {
        provider.says(claims);
        let page = signs_in(&world.browser(), &provider).await;
        nobody_is_in(&world, &page, "This desk needs a stronger sign-in at Example Login").await;
    }
    provider.says(json!({ "acr": "gold", "amr": ["hwk", "mfa"] }));
    let browser = world.browser();
    let url = leaves(&browser).await;
    assert!(url.query_pairs().any(|(name, value)| name == "acr_values" && value == "gold"), "{url}");
    browser.get(&provider.approves(&url)).await.is(200).says("Dora Desk");
}

#[tokio::test]
async fn proving_oneself_again_takes_a_proof_of_now() {
    let (world, provider) = world().await;
    let browser = world.browser();
    signs_in(&browser, &provider).await.is(200).says("Dora Desk");
    world.clock.advance(TimeDelta::minutes(20));
    provider.at(world.now());
    let again = async |claims: Value| {
        provider.says(claims);
        let page = browser.get("/desk/sign-in").await;
        let url = provider_of(browser.send(&page, "/desk/sso", &[("again", "1")]).await.is(200));
        let asked =
            |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        assert_eq!((asked("prompt").as_deref(), asked("max_age").as_deref()), (Some("login"), Some("0")));
        browser.get(&provider.approves(&url)).await
    };
    let now = world.now().timestamp();
    again(json!({ "auth_time": now - 1200 })).await.says("did not confirm who you are");
    again(json!({ "auth_time": null })).await.says("did not confirm who you are");
    assert_eq!(sessions(&world).await.len(), 1);
    again(json!({ "auth_time": now })).await.says("Dora Desk");
    let all = sessions(&world).await;
    assert_eq!(all.iter().map(|session| session.3).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn a_provider_that_does_not_say_when_is_not_taken_for_a_fresh_proof() {
    let (world, provider) = world().await;
    let browser = world.browser();
    provider.says(json!({ "auth_time": null, "groups": ["leads"] }));
    signs_in(&browser, &provider).await.is(200).says("Dora Desk");
    assert_eq!(sessions(&world).await, [("complete".to_owned(), "sso".to_owned(), false, false)]);
    let led = browser.get("/desk/people/add").await;
    assert!(led.url.contains("/desk/step-up"), "{}", led.url);
    provider.says(json!({ "groups": ["leads"] }));
    signs_in(&browser, &provider).await.is(200);
    let shown = browser.get("/desk/people/add").await;
    assert!(shown.is(200).url.ends_with("/desk/people/add"), "{}", shown.url);
}

#[tokio::test]
async fn whoever_comes_by_single_sign_on_gets_no_password_to_go_round_it_unless_invited() {
    let (world, provider) = world().await;
    signs_in(&world.browser(), &provider).await.is(200).says("Dora Desk");
    let stranger = world.browser();
    let page = stranger.get("/desk/forgotten-password").await;
    let answer = stranger.send(&page, "/desk/forgotten-password", &[("email", "dora@staff.example")]).await;
    answer.is(200).says("If somebody at the desk has this address");
    let links = async || {
        world.settle().await;
        let to = |mail: &crate::support::mail_reader::Mail| mail.header("To").is_some_and(|to| to.contains("dora@"));
        world.mails().await.into_iter().filter(|mail| to(mail) && mail.text.contains("set-password?token=")).count()
    };
    assert_eq!(links().await, 0);
    assert_eq!(logged(&world, "agent.password_link_decided").await, [json!({ "decided": "comes_by_sso" })]);
    let sam = world.agent("sam").await;
    let dora = world.desk.people().await.unwrap().into_iter().find(|person| person.agent.name == "Dora Desk").unwrap();
    let page = sam.get(&format!("/desk/people/{}", dora.agent.id)).await;
    sam.send(&page, "/invite", &[]).await.is(200);
    assert_eq!(links().await, 1);
}

#[tokio::test]
async fn single_sign_on_never_leads_elsewhere() {
    let (world, provider) = world().await;
    for elsewhere in ["https://evil.example", "//evil.example", "/desk//evil", "/\\evil.example", "/account"] {
        let browser = world.browser();
        let page = browser.get("/desk/sign-in").await;
        let leaving = browser.send(&page, "/desk/sso", &[("next", elsewhere)]).await;
        let page = browser.get(&provider.approves(&provider_of(&leaving))).await;
        assert_eq!(page.is(200).url, format!("{}/desk", world.base), "{elsewhere}");
    }
}

#[tokio::test]
async fn a_desk_without_passwords_takes_none() {
    let (world, provider) = world_with(|settings| settings.sso.password_sign_in = false).await;
    let browser = world.browser();
    let page = browser.get("/desk/sign-in").await;
    page.is(200).says("Sign in with Example Login");
    assert!(!page.has_form("/desk/sign-in") && !page.text().contains("assword"), "{}", page.text());
    let email = ("email", "ana@desk.example.test");
    let typed = [email, ("password", crate::support::world::PASSWORD)];
    browser.post("/desk/sign-in", &typed).await.is(404);
    assert_eq!(sessions(&world).await, []);
    provider.fault(Fault::Down);
    let answer = browser.send(&page, "/desk/sso", &[]).await;
    answer.is(200).says("Single sign-on cannot be reached at the moment. Try again in a few minutes.");
    assert!(!answer.text().contains("assword"));
}

#[tokio::test]
async fn without_a_provider_there_is_no_single_sign_on() {
    let world = World::new().await;
    let browser = world.browser();
    assert!(!browser.get("/desk/sign-in").await.has_form("/desk/sso"));
    browser.post("/desk/sso", &[]).await.is(404);
    browser.get("/desk/sso/callback?state=x&code=y").await.is(404);
}
