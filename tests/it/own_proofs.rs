//! What a customer proves on their case's page with what they still have: a saved recovery code, or the device whose
//! clock is wrong.

use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::domain::account::AccountKind;
use mfa_desk::store::schema::{accounts, authenticators};
use mfa_desk::store::{AnyConnection, StoreError};

use crate::support::accounts::{Devices, code_of, recovery_code_of};
use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, World};

const ANNA: &str = "anna@customers.example";
const BEA: &str = "bea@customers.example";

async fn world() -> World {
    let world = World::new().await;
    for email in [ANNA, BEA] {
        world.adds(email, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    }
    world
}

async fn gives_code(browser: &Browser, reference: &str, code: &str) -> Page {
    let page = browser.get(&format!("/cases/{reference}")).await;
    browser.send(&page, "/recovery-code", &[("recovery_code", code)]).await
}

async fn gives_two(browser: &Browser, reference: &str, first: &str, second: &str) -> Page {
    let page = browser.get(&format!("/cases/{reference}")).await;
    browser.send(&page, "/resynchronise", &[("first_code", first), ("second_code", second)]).await
}

async fn clock_of(world: &World, email: &str) -> (i64, Option<i64>) {
    let email = email.to_owned();
    let find = move |connection: &mut AnyConnection| {
        let row = authenticators::table
            .inner_join(accounts::table.on(accounts::id.eq(authenticators::account_id)))
            .filter(accounts::email_key.eq(&email))
            .filter(authenticators::secret.is_not_null())
            .select((authenticators::drift, authenticators::last_step))
            .first(connection)?;
        Ok::<(i64, Option<i64>), StoreError>(row)
    };
    use diesel::JoinOnDsl;
    world.desk.store.read(find).await.unwrap()
}

async fn code_failures(world: &World, email: &str) -> i32 {
    let email = email.to_owned();
    let find = move |connection: &mut AnyConnection| {
        let of = accounts::table.filter(accounts::email_key.eq(&email)).select(accounts::code_failures);
        Ok::<i32, StoreError>(of.first(connection)?)
    };
    world.desk.store.read(find).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_code_and_the_mailbox_are_enough_for_an_ordinary_account() {
    let world = world().await;
    let (anna, reference) = world.confirmed(ANNA).await;
    let page = anna.get(&format!("/cases/{reference}")).await;
    // The telephone is asked for first, the saved code is another way.
    page.says("Call me now").says("Use a saved recovery code");
    let mail = world.mail("Email address verified").await;
    let (phone, saved) = (mail.text.find("Confirm your phone number"), mail.text.find("saved recovery code"));
    assert!(phone.is_some() && phone < saved, "{}", mail.text);

    gives_code(&anna, &reference, "0000-0000").await.is(422).says("cannot be such a code");
    gives_code(&anna, &reference, &recovery_code_of(BEA, 0)).await.is(401).says("could not be verified");
    let typed = recovery_code_of(ANNA, 0).to_lowercase().replace('-', " ").replace('0', "o");
    gives_code(&anna, &reference, &typed).await.is(200).says("The desk will deactivate your device next");
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200).says("Saved recovery code");
    world.deactivates(&ana, &reference).await.is(200);
    let log = format!("{:?}", world.entries("").await);
    for which in 0..3 {
        assert!(!log.contains(&recovery_code_of(ANNA, which)));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_code_counts_in_one_case_only_and_of_two_uses_at_once_one_wins() {
    let world = world().await;
    let code = recovery_code_of(ANNA, 1);
    let (one, first) = world.confirmed(ANNA).await;
    let (two, second) = world.confirmed(ANNA).await;
    let (a, b) = tokio::join!(gives_code(&one, &first, &code), gives_code(&two, &second, &code));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let passed = world.entries("").await.into_iter();
    let passed = passed.filter(|entry| entry.action == "check.passed" && entry.details.contains("recovery_code"));
    assert_eq!(passed.count(), 1);
    // A code that proved a case signs nobody in.
    let browser = world.browser();
    let page = world.gives_password(&browser, ANNA).await;
    browser.send(&page, "/account/sign-in/recovery-code", &[("recovery_code", &code)]).await.is(401);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_of_saved_codes_are_five_an_hour_and_tell_nothing_about_the_account() {
    let world = world().await;
    let mut answers = Vec::new();
    // An account with saved codes and one that never had any.
    for email in [ANNA, OWNER] {
        let (browser, reference) = world.confirmed(email).await;
        let mut of_account = Vec::new();
        for n in 0..6 {
            let page = gives_code(&browser, &reference, &recovery_code_of("nobody", n)).await;
            let text = page.text();
            let said = text.split("Skip").nth(1).unwrap_or_default();
            let said = said.split("MFA-").next().unwrap_or_default().to_owned();
            of_account.push((page.status, said));
        }
        answers.push(of_account);
        assert_eq!(code_failures(&world, &email.to_lowercase()).await, 5);
        let actions = world.actions(&reference).await;
        assert_eq!(actions.iter().filter(|action| *action == "check.wrong_code").count(), 5);
        assert_eq!(actions.iter().filter(|action| *action == "check.refused").count(), 1);
        if email == ANNA {
            gives_code(&browser, &reference, &recovery_code_of(ANNA, 0)).await.is(429);
            world.later(TimeDelta::hours(1)).await;
            gives_code(&browser, &reference, &recovery_code_of(ANNA, 0)).await.is(200);
            assert_eq!(code_failures(&world, ANNA).await, 0);
        }
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].iter().map(|(status, _)| *status).collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_codes_in_a_row_put_a_clock_right_close_the_case_and_sign_in_afterwards() {
    let world = world().await;
    let (anna, reference) = world.confirmed(ANNA).await;
    // The device is 40 steps behind: its codes do not sign in.
    let behind = |world: &World, step: i64| code_of(ANNA, world.now(), step - 40);
    let browser = world.browser();
    let page = world.gives_password(&browser, ANNA).await;
    browser.send(&page, "/account/sign-in/device", &[("code", &behind(&world, 0))]).await.is(401);

    anna.get(&format!("/cases/{reference}")).await.says("My device is out of sync");
    let (first, second, third) = (behind(&world, -1), behind(&world, 0), behind(&world, 1));
    gives_two(&anna, &reference, "12345", &second).await.is(422).says("cannot be such a code");
    gives_two(&anna, &reference, &second, &first).await.is(401).says("could not be verified");
    gives_two(&anna, &reference, &first, &third).await.is(401);
    let page = gives_two(&anna, &reference, &first, &second).await;
    page.is(200).says("Your device works again").says("nothing was deactivated");
    assert_eq!(clock_of(&world, ANNA).await.0, -40);
    world.mail("Your device works again").await;
    let desk = world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await;
    desk.says("Closed").says("Device resynchronised");

    // The two codes are spent, the ones after them are good.
    world.later(TimeDelta::seconds(30)).await;
    let page = world.gives_password(&browser, ANNA).await;
    browser.send(&page, "/account/sign-in/device", &[("code", &second)]).await.is(401);
    let code = code_of(ANNA, world.now(), -40);
    browser.send(&page, "/account/sign-in/device", &[("code", &code)]).await.is(200).says("You are signed in");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_two_codes_at_once_close_one_case() {
    let world = world().await;
    let (one, first) = world.confirmed(ANNA).await;
    let (two, second) = world.confirmed(ANNA).await;
    let codes = (code_of(ANNA, world.now(), 60), code_of(ANNA, world.now(), 61));
    let (a, b) =
        tokio::join!(gives_two(&one, &first, &codes.0, &codes.1), gives_two(&two, &second, &codes.0, &codes.1));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    assert_eq!(clock_of(&world, ANNA).await.0, 61);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_of_two_codes_are_few_and_far_away_codes_are_none() {
    let world = world().await;
    let (anna, reference) = world.confirmed(ANNA).await;
    let (far, farther) = (code_of(ANNA, world.now(), 130), code_of(ANNA, world.now(), 131));
    for _ in 0..5 {
        gives_two(&anna, &reference, &far, &farther).await.is(401).says("could not be verified");
    }
    let right = (code_of(ANNA, world.now(), -1), code_of(ANNA, world.now(), 0));
    gives_two(&anna, &reference, &right.0, &right.1).await.is(429);
    // Another case of the account has the rest of its budget and no more.
    let (again, other) = world.confirmed(ANNA).await;
    for _ in 0..5 {
        gives_two(&again, &other, &far, &farther).await.is(401);
    }
    let (third, last) = world.confirmed(ANNA).await;
    gives_two(&third, &last, &right.0, &right.1).await.is(429);
    assert_eq!(clock_of(&world, ANNA).await, (0, None));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_checked_is_not_offered_and_not_taken_before_the_address_is_confirmed() {
    let world = world().await;
    // An account without a device whose codes could be checked.
    let (owner, reference) = world.confirmed(OWNER).await;
    let page = owner.get(&format!("/cases/{reference}")).await;
    assert!(!page.has_form("/resynchronise") && page.has_form("/recovery-code"), "{}", page.text());
    // A browser that did not press the button of the mailed link.
    let (stranger, reference) = world.asks_for_help(ANNA).await;
    let page = stranger.get(&format!("/cases/{reference}")).await;
    assert!(!page.has_form("/resynchronise") && !page.has_form("/recovery-code"));
    for (path, field) in [("recovery-code", "recovery_code"), ("resynchronise", "first_code")] {
        stranger.post(&format!("/cases/{reference}/{path}"), &[(field, &recovery_code_of(ANNA, 0))]).await.is(403);
    }
    world.stop().await;
}
