//! Signing in to an account: the steps, what each is bound to, and what nobody learns by trying.

use chrono::TimeDelta;
use mfa_desk::domain::account::{AccountKind, AccountStatus};
use mfa_desk::store::schema::{account_sessions, accounts};
use mfa_desk::store::{AnyConnection, StoreError, Tx};

use crate::support::accounts::{Devices, code_of, recovery_code_of};
use crate::support::browser::{Browser, Page};
use crate::support::world::{PASSWORD, World, csrf_on};

const ANNA: &str = "anna@customers.example";

async fn with_anna(devices: Devices) -> World {
    let world = World::new().await;
    world.adds(ANNA, AccountKind::Owner, &[], devices).await;
    world
}

fn cookie_on(page: &Page) -> Option<String> {
    Some(page.headers.get("set-cookie")?.to_str().unwrap().to_owned())
}

/// Posts without following where the answer leads.
async fn post(world: &World, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Page {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let response =
        client.post(format!("{}{path}", world.base)).header("cookie", cookie).form(fields).send().await.unwrap();
    Page {
        status: response.status().as_u16(),
        url: response.url().to_string(),
        headers: response.headers().clone(),
        html: response.text().await.unwrap(),
    }
}

async fn suspend(world: &World, email: &str) {
    use diesel::{ExpressionMethods, RunQueryDsl};
    let email = email.to_owned();
    let suspend = move |tx: &mut Tx<'_>| {
        let account = diesel::update(accounts::table).filter(accounts::email_key.eq(&email));
        account.set(accounts::status.eq(AccountStatus::Suspended.code())).execute(tx.connection)?;
        Ok::<(), StoreError>(())
    };
    world.desk.store.write(suspend).await.unwrap();
}

async fn sessions(world: &World) -> i64 {
    use diesel::{QueryDsl, RunQueryDsl};
    let count = |connection: &mut AnyConnection| Ok(account_sessions::table.count().get_result(connection)?);
    world.desk.store.read(count).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_signs_in_with_password_and_device_and_out_again() {
    let world = with_anna(Devices::AppAndCodes).await;
    let browser = world.browser();
    // A page that needs a sign-in leads there and back again.
    let page = browser.get("/account").await;
    page.is(200).says("E-mail address of the account");
    let page = browser.send(&page, "/account/sign-in", &[("email", "Anna@Customers.Example")]).await;
    let page = browser.send(page.is(200), "/password", &[("password", PASSWORD)]).await;
    page.is(200).says("Sign in with authentication device");
    // Between the steps nothing but the second step can be reached.
    browser.get("/account").await.says("Sign in with authentication device");
    let csrf = csrf_on(&page);
    let out = browser.post("/account/sign-out", &[("csrf", &csrf)]).await;
    out.says("Sign in with authentication device");

    let wrong = browser.send(&page, "/account/sign-in/device", &[("code", &code_of(ANNA, world.now(), 5))]).await;
    wrong.is(401).says("could not be verified");
    let unreadable = browser.send(&page, "/account/sign-in/device", &[("code", "12345")]).await;
    unreadable.is(422).says("cannot be such a code");
    let code = code_of(ANNA, world.now(), 0);
    let page =
        browser.send(&page, "/account/sign-in/device", &[("code", &format!("{} {}", &code[..3], &code[3..]))]).await;
    page.is(200).says("You are signed in as a•••@c•••.example.");
    // The second step is behind.
    browser.get("/account/sign-in/device").await.says("You are signed in");

    browser.send(&page, "/account/sign-out", &[]).await.is(200).says("E-mail address of the account");
    browser.get("/account").await.says("E-mail address of the account");
    let actions: Vec<String> = world.actions("").await.into_iter().filter(|a| a.starts_with("account.")).collect();
    let expected = ["account.password_accepted", "account.sign_in_refused", "account.signed_in", "account.signed_out"];
    assert_eq!(actions, expected);
    for entry in world.entries("").await {
        assert!(!format!("{entry:?}").contains(ANNA) && !format!("{entry:?}").contains(&code), "{entry:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_signs_in_once_and_a_recovery_code_signs_in_once() {
    let world = with_anna(Devices::AppAndCodes).await;
    let code = code_of(ANNA, world.now(), 0);
    for (path, field, value) in [
        ("/account/sign-in/device", "code", code.clone()),
        ("/account/sign-in/recovery-code", "recovery_code", recovery_code_of(ANNA, 1).to_lowercase()),
    ] {
        let first = world.browser();
        let page = world.gives_password(&first, ANNA).await;
        first.send(&page, path, &[(field, &value)]).await.is(200).says("You are signed in");
        let second = world.browser();
        let page = world.gives_password(&second, ANNA).await;
        second.send(&page, path, &[(field, &value)]).await.is(401).says("could not be verified");
        second.get("/account").await.says("Sign in with authentication device");
    }
    // The next code and another recovery code still work.
    world.later(TimeDelta::seconds(30)).await;
    world.account(ANNA).await.get("/account").await.says("You are signed in");
    let browser = world.browser();
    let page = world.gives_password(&browser, ANNA).await;
    browser.send(&page, "/recovery-code", &[("recovery_code", &recovery_code_of(ANNA, 2))]).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_sign_ins_with_one_code_at_the_same_moment_one_wins() {
    let world = with_anna(Devices::AppAndCodes).await;
    for (path, field, value) in [
        ("/account/sign-in/device", "code", code_of(ANNA, world.now(), 0)),
        ("/account/sign-in/recovery-code", "recovery_code", recovery_code_of(ANNA, 0)),
    ] {
        let browsers: Vec<Browser> = (0..4).map(|_| world.browser()).collect();
        let mut pages = Vec::new();
        for browser in &browsers {
            pages.push(world.gives_password(browser, ANNA).await);
        }
        let given = [(field, value.as_str())];
        let sent = browsers.iter().zip(&pages).map(|(browser, page)| browser.send(page, path, &given));
        let answers = futures_util::future::join_all(sent).await;
        let won = answers.iter().filter(|page| page.status == 200).count();
        assert_eq!(won, 1, "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_has_a_token_of_its_own_and_the_one_before_is_worth_nothing() {
    let world = with_anna(Devices::AppAndCodes).await;
    // A cookie that someone planted is not taken over.
    let planted = "mfa-desk-account=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let given = [("email", ANNA), ("password", PASSWORD)];
    let first = post(&world, "/account/sign-in/password", planted, &given).await;
    let first = cookie_on(first.is(303)).unwrap();
    assert!(first.contains("HttpOnly") && first.contains("SameSite=Lax") && first.contains("Path=/"), "{first}");
    let first = first.split(';').next().unwrap().to_owned();
    assert_ne!(first, planted);

    let page = Page { ..get(&world, "/account/sign-in/device", &first).await };
    let csrf = csrf_on(page.is(200));
    let code = code_of(ANNA, world.now(), 0);
    // The form needs the token of this very session.
    post(&world, "/account/sign-in/device", &first, &[("code", &code)]).await.is(403);
    let fields = [("csrf", csrf.as_str()), ("code", code.as_str())];
    let second = post(&world, "/account/sign-in/device", &first, &fields).await;
    let second = cookie_on(second.is(303)).unwrap().split(';').next().unwrap().to_owned();
    assert_ne!(first, second);
    get(&world, "/account", &second).await.is(200).says("You are signed in");
    // What was handed out before the second step opens nothing and cannot be raised again.
    get(&world, "/account", &first).await.is(303);
    post(&world, "/account/sign-in/device", &first, &fields).await.is(303);
    assert_eq!(sessions(&world).await, 2);
    world.stop().await;
}

async fn get(world: &World, path: &str, cookie: &str) -> Page {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let response = client.get(format!("{}{path}", world.base)).header("cookie", cookie).send().await.unwrap();
    Page {
        status: response.status().as_u16(),
        url: response.url().to_string(),
        headers: response.headers().clone(),
        html: response.text().await.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_ends_when_it_sits_idle_and_after_two_hours() {
    let world = with_anna(Devices::AppAndCodes).await;
    let browser = world.account(ANNA).await;
    world.later(TimeDelta::minutes(14)).await;
    browser.get("/account").await.says("You are signed in");
    world.later(TimeDelta::minutes(15)).await;
    browser.get("/account").await.says("E-mail address of the account");

    let browser = world.account(ANNA).await;
    for _ in 0..11 {
        world.later(TimeDelta::minutes(10)).await;
        browser.get("/account").await.says("You are signed in");
    }
    world.later(TimeDelta::minutes(10)).await;
    browser.get("/account").await.says("E-mail address of the account");

    // Nobody sits between the two steps for long.
    let browser = world.browser();
    world.gives_password(&browser, ANNA).await.says("Sign in with authentication device");
    world.later(TimeDelta::minutes(15)).await;
    browser.get("/account/sign-in/device").await.says("E-mail address of the account");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_known_and_suspended_accounts_are_answered_alike() {
    let world = with_anna(Devices::AppAndCodes).await;
    let suspended = "sven@customers.example";
    world.adds(suspended, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    suspend(&world, suspended).await;
    let mut answers = Vec::new();
    for (email, password) in
        [(ANNA, "a wrong password here"), ("nobody@customers.example", PASSWORD), (suspended, PASSWORD)]
    {
        let browser = world.browser();
        let page = browser.get("/account/sign-in").await;
        let page = browser.send(&page, "/account/sign-in", &[("email", email)]).await;
        let asked = page.text();
        let answer = browser.send(&page, "/password", &[("password", password)]).await;
        assert!(cookie_on(&answer).is_none());
        let blank = |text: &str, page: &Page| {
            text.replace(email, "E").replace(page.headers["x-request-id"].to_str().unwrap(), "X")
        };
        answers.push((blank(&asked, &page), answer.status, blank(&answer.text(), &answer)));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[0].1, 401);
    assert_eq!(sessions(&world).await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_suspended_meanwhile_is_signed_out_at_once() {
    let world = with_anna(Devices::AppAndCodes).await;
    let (inside, between) = (world.account(ANNA).await, world.browser());
    let page = world.gives_password(&between, ANNA).await;
    suspend(&world, ANNA).await;
    inside.get("/account").await.says("E-mail address of the account");
    world.later(TimeDelta::seconds(60)).await;
    let code = code_of(ANNA, world.now(), 0);
    between.send(&page, "/account/sign-in/device", &[("code", &code)]).await.says("E-mail address of the account");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_device_that_can_be_checked_nobody_signs_in_and_everyone_is_told_what_to_do() {
    for (devices, words) in [
        (Devices::None, "has no authentication device, and a password alone is not enough"),
        (Devices::Passkey, "None of your account’s authentication devices can be checked"),
    ] {
        let world = with_anna(devices).await;
        let browser = world.browser();
        let page = world.gives_password(&browser, ANNA).await;
        page.is(200).says(words).says("would like to contact support");
        browser.get("/account").await.says(words);
        // Nor with what such a page does not ask for.
        let cookie = post(&world, "/account/sign-in/password", "", &[("email", ANNA), ("password", PASSWORD)]).await;
        let cookie = cookie_on(&cookie).unwrap().split(';').next().unwrap().to_owned();
        let csrf = mfa_desk_csrf(&world, &cookie);
        let fields = [("csrf", csrf.as_str()), ("code", "123456")];
        post(&world, "/account/sign-in/device", &cookie, &fields).await.is(401);
        world.stop().await;
    }
}

/// The token of a session's forms, for pages that show no form.
fn mfa_desk_csrf(world: &World, cookie: &str) -> String {
    use mfa_desk::domain::token::Purpose;
    let secret = cookie.split_once('=').unwrap().1;
    hex::encode(world.desk.kit.key.keyed_hash(Purpose::Csrf, &[secret.as_bytes()]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_wait_longer_and_longer_and_nobody_is_locked_out_for_good() {
    let world = with_anna(Devices::AppAndCodes).await;
    let wrong = [("email", ANNA), ("password", "a wrong password here")];
    let right = [("email", ANNA), ("password", PASSWORD)];
    let guess = async |fields: &[(&str, &str)]| post(&world, "/account/sign-in/password", "", fields).await.status;
    for _ in 0..5 {
        assert_eq!(guess(&wrong).await, 401);
    }
    assert_eq!(guess(&right).await, 429);
    world.later(TimeDelta::seconds(30)).await;
    for _ in 0..3 {
        assert_eq!(guess(&wrong).await, 401);
        world.later(TimeDelta::seconds(30)).await;
    }
    // After eight half a minute is not enough, and a minute is.
    assert_eq!(guess(&right).await, 429);
    world.later(TimeDelta::seconds(30)).await;
    assert_eq!(guess(&right).await, 303);
    // Nobody has to wait for whoever guesses, in a browser that they signed in with.
    for _ in 0..5 {
        assert_eq!(guess(&wrong).await, 401);
    }
    assert_eq!(guess(&right).await, 429);
    let known = world.known_browser(ANNA).await;
    known.post("/account/sign-in/password", &right).await.is(200).says("Sign in with authentication device");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_of_codes_are_few_however_they_are_sent() {
    let world = with_anna(Devices::AppAndCodes).await;
    let browser = world.browser();
    let page = world.gives_password(&browser, ANNA).await;
    let wrong = code_of(ANNA, world.now(), 7);
    let given = [("code", wrong.as_str())];
    let sent = (0..12).map(|_| browser.send(&page, "/account/sign-in/device", &given));
    let answers = futures_util::future::join_all(sent).await;
    let looked_at = answers.iter().filter(|page| page.status == 401).count();
    assert_eq!(looked_at, 5, "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
    let code = code_of(ANNA, world.now(), 0);
    browser.send(&page, "/account/sign-in/device", &[("code", &code)]).await.is(429);
    // A recovery code is a guess like any other.
    let saved = recovery_code_of(ANNA, 0);
    browser.send(&page, "/recovery-code", &[("recovery_code", &saved)]).await.is(429);
    // Nobody has to wait for whoever guesses, in a browser that they signed in with.
    let known = world.known_browser(ANNA).await;
    let other = world.gives_password(&known, ANNA).await;
    known.send(&other, "/recovery-code", &[("recovery_code", &saved)]).await.is(200).says("You are signed in");
    // A right one began the row anew.
    browser.send(&page, "/account/sign-in/device", &[("code", &wrong)]).await.is(401);
    world.stop().await;
}

/// SP 800-63B-4 §3.2.2 for second factors: as many wrong ones in a row as are allowed, and then one a day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_second_factors_count_in_a_row_whichever_they_are_and_however_slowly_they_come() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.limits.sign_in_failures = 5;
    let world = World::with(crate::support::world::Setup { change, ..Default::default() }).await;
    world.adds(ANNA, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let guesses = async |browser: &Browser, n: usize| {
        for each in 0..n {
            let page = world.gives_password(browser, ANNA).await;
            let wrong = code_of(ANNA, world.now(), 7);
            let (form, field, value) = match each % 2 {
                0 => ("/account/sign-in/device", "code", wrong.as_str()),
                _ => ("/recovery-code", "recovery_code", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"),
            };
            browser.send(&page, form, &[(field, value)]).await.is(401);
            world.later(TimeDelta::minutes(61)).await;
        }
    };
    let tries = async |browser: &Browser| {
        let page = world.gives_password(browser, ANNA).await;
        browser.send(&page, "/account/sign-in/device", &[("code", &code_of(ANNA, world.now(), 0))]).await
    };
    let stranger = world.browser();
    guesses(&stranger, 5).await;
    tries(&stranger).await.is(429);
    let known = world.known_browser(ANNA).await;
    guesses(&known, 5).await;
    tries(&known).await.is(429);
    world.later(TimeDelta::days(1)).await;
    tries(&known).await.is(200).says("You are signed in");
    // It began the row anew, of browsers that are not known too.
    world.later(TimeDelta::seconds(60)).await;
    guesses(&stranger, 4).await;
    tries(&stranger).await.is(200).says("You are signed in");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_written_in_the_language_of_the_last_sign_in() {
    let world = with_anna(Devices::AppAndCodes).await;
    let browser = world.browser();
    let page = browser.get("/account/sign-in").await;
    let page = browser.send(&page, "/language", &[("lang", "de")]).await;
    assert!(page.html.contains("<html lang=\"de\">"), "{}", page.text());
    let page = world.gives_password(&browser, ANNA).await;
    browser.send(&page, "/account/sign-in/device", &[("code", &code_of(ANNA, world.now(), 0))]).await.is(200);
    world.mail("Neue Anmeldung").await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_was_imported_with_password_and_secret_signs_in() {
    use mfa_desk::domain::actor::Actor;
    use mfa_desk::domain::authn::{TotpSecret, step_at};
    use mfa_desk::workflow::{Act, ImportError};
    let world = World::new().await;
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let hash = crate::support::world::password_hash();
    let act = || Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let header = "email,name,kind,tier,administrators,authenticators,password_hash";
    let import = async |lines: &str| world.desk.import_accounts(act(), format!("{header}\n{lines}").as_bytes()).await;
    // Owners have administrators too; a hash that would cost another time is refused, and nothing is quoted.
    let wrong = format!("x@customers.example,X,owner,standard,,,\"{}\"\n", hash.replace("t=2", "t=9"));
    let Err(ImportError::Lines(errors)) = import(&wrong).await else { panic!("a wrong hash was taken") };
    assert_eq!((errors[0].line, errors[0].column), (2, "password_hash"));
    let wrong = "x@customers.example,X,owner,standard,,virtual_totp:Phone:JBSWY3DPEHPK3PX1,\n";
    let Err(ImportError::Lines(errors)) = import(wrong).await else { panic!("a wrong secret was taken") };
    assert!(errors[0].column == "authenticators" && !errors[0].why.contains("JBSWY"), "{errors:?}");
    let lines = format!(
        "ina@customers.example,Ina,owner,standard,root@customers.example,virtual_totp:Phone: {secret} ;passkey:A: key,\"{hash}\"\n"
    );
    let report = import(&lines).await.unwrap();
    assert_eq!((report.accounts, report.authenticators), (1, 2));

    let browser = world.browser();
    let page = world.gives_password(&browser, "ina@customers.example").await;
    let code = TotpSecret::from_base32(secret).unwrap().code_at(step_at(world.now())).expose().to_owned();
    browser.send(&page, "/account/sign-in/device", &[("code", &code)]).await.is(200).says("You are signed in");
    world.stop().await;
}
