//! Journey 3: a member asks, an administrator of the account decides, and nobody learns who the administrators are.

use chrono::TimeDelta;
use mfa_desk::domain::account::{AccountKind, AccountStatus};
use mfa_desk::domain::actor::Actor;
use mfa_desk::store::schema::{account_administrators, accounts};
use mfa_desk::store::{StoreError, Tx};
use mfa_desk::workflow::{Act, Resume};

use crate::support::accounts::{Devices, code_of};
use crate::support::browser::{Browser, Page};
use crate::support::directory::{FakeSystem, Outside};
use crate::support::mail_reader::Mail;
use crate::support::world::{PASSWORD, PUBLIC, Setup, World, csrf_on, link_in, reference_on};

const MIA: &str = "mia@customers.example";
const ADAM: &str = "adam@customers.example";
const EVE: &str = "eve@customers.example";

/// Adam and Eve administer Mia's account.
async fn world() -> World {
    let world = World::new().await;
    for administrator in [ADAM, EVE] {
        world.adds(administrator, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    }
    world.adds(MIA, AccountKind::Member, &[ADAM, EVE], Devices::AppAndCodes).await;
    world
}

/// Mia's case, with her administrators asked.
async fn asked(world: &World) -> (Browser, String) {
    let (mia, reference) = world.confirmed(MIA).await;
    let page = mia.get(&format!("/cases/{reference}")).await;
    mia.send(&page, "/ask-administrators", &[]).await.is(200);
    world.settle().await;
    (mia, reference)
}

/// The newest mail of this kind to this address.
async fn mail_to(world: &World, to: &str, subject: &str) -> Mail {
    let is = |mail: &Mail| {
        mail.header("To").is_some_and(|found| found.contains(to))
            && mail.header("Subject").is_some_and(|found| found.contains(subject))
    };
    let found = world.mails().await.into_iter().rev().find(is);
    found.unwrap_or_else(|| panic!("no mail about “{subject}” to {to}"))
}

async fn administer_link(world: &World, to: &str) -> String {
    link_in(&mail_to(world, to, "asks for your decision").await, "administer")
}

/// Signs in through the mailed link, and is on the page of the request.
async fn through_link(world: &World, link: &str, email: &str) -> (Browser, Page) {
    let browser = world.browser();
    world.later(TimeDelta::seconds(60)).await;
    let page = browser.get(link).await;
    let page = browser.send(page.is(200), "/account/sign-in", &[("email", email)]).await;
    let page = browser.send(page.is(200), "/password", &[("password", PASSWORD)]).await;
    if !page.has_form("/account/sign-in/device") {
        return (browser, page);
    }
    let code = code_of(email, world.now(), 0);
    let page = browser.send(&page, "/account/sign-in/device", &[("code", &code)]).await;
    (browser, page)
}

async fn change(world: &World, change: impl Fn(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
    world.desk.store.write(change).await.unwrap();
}

async fn strip_of_right(world: &World, email: &str) {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    let email = email.to_owned();
    change(world, move |tx| {
        let id: String =
            accounts::table.filter(accounts::email_key.eq(&email)).select(accounts::id).first(tx.connection)?;
        let right = account_administrators::table.filter(account_administrators::administrator_id.eq(id));
        diesel::delete(right).execute(tx.connection)?;
        Ok(())
    })
    .await;
}

async fn suspend(world: &World, email: &str) {
    use diesel::{ExpressionMethods, RunQueryDsl};
    let email = email.to_owned();
    change(world, move |tx| {
        diesel::update(accounts::table)
            .filter(accounts::email_key.eq(&email))
            .set(accounts::status.eq(AccountStatus::Suspended.code()))
            .execute(tx.connection)?;
        Ok(())
    })
    .await;
}

async fn state(world: &World, reference: &str) -> String {
    let reference = reference.parse().unwrap();
    let find = move |connection: &mut _| mfa_desk::store::cases::find(connection, &reference);
    world.desk.store.read(find).await.unwrap().unwrap().case.state.code().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_gets_their_device_deactivated_by_asking_their_administrators() {
    let world = world().await;
    let (mia, reference) = world.confirmed(MIA).await;
    let page = mia.get(&format!("/cases/{reference}")).await;
    page.says("An administrator of your account has to approve").says("Ask my administrators");
    // A member's telephone and saved codes are of no use.
    assert!(!page.has_form("/call") && !page.has_form("/recovery-code"), "{}", page.text());
    let page = mia.send(&page, "/ask-administrators", &[]).await;
    page.is(200).says("on its way to the administrators");

    // Each administrator has a mail of their own with who, what, when and from where.
    let mail = mail_to(&world, ADAM, "asks for your decision").await;
    for words in ["mia Sample asks", "Authenticator app on a phone", "127.0.0.1", "Hello adam Sample"] {
        assert!(mail.text.contains(words), "{words} is not in:\n{}", mail.text);
    }
    assert!(!mail.text.contains(MIA) && !mail.text.contains("wasn't me") && !mail.text.contains("/open?"));
    let (link, others) = (administer_link(&world, ADAM).await, administer_link(&world, EVE).await);
    assert_ne!(link, others);

    // A scanner fetches the link: nothing is told and nothing is changed.
    let before = state(&world, &reference).await;
    let page = world.browser().get(&link).await;
    page.is(200).says("Sign in to look at a request");
    for secret in [&reference[..], "mia", "Mia", "Authenticator", "adam"] {
        assert!(!page.text().contains(secret), "{secret} is on:\n{}", page.text());
    }
    assert_eq!(state(&world, &reference).await, before);

    let (adam, page) = through_link(&world, &link, ADAM).await;
    page.is(200).says("mia Sample").says("m•••@c•••.example").says("Authenticator app on a phone").says("127.0.0.1");
    assert!(!page.text().contains(MIA));
    adam.get("/account").await.says("mia Sample: Authenticator app on a phone");
    // Looking decides nothing.
    assert_eq!(state(&world, &reference).await, "verifying");
    adam.send(&page, "/approve", &[]).await.is(200).says("You approved the request");
    assert_eq!(state(&world, &reference).await, "ready");
    let page = mia.get(&format!("/cases/{reference}")).await;
    page.says("The desk will deactivate your device next");

    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200).says("an administrator of the account");
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    let log = world.entries(&reference).await;
    let vouched = log.iter().find(|entry| entry.actor_kind == "administrator" && entry.action == "check.passed");
    assert!(vouched.is_some_and(|entry| entry.details.contains("\"administrator\"")), "{log:?}");
    assert!(log.iter().all(|entry| !format!("{entry:?}").contains('@') || entry.actor.contains("desk.example")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_declines_with_a_reason_that_member_and_desk_read() {
    let world = world().await;
    let (mia, reference) = asked(&world).await;
    let (adam, page) = through_link(&world, &administer_link(&world, ADAM).await, ADAM).await;
    adam.send(&page, "/decline", &[("reason", "  ")]).await.is(422).says("mia Sample");
    let reason = "I do not <b>know</b> anything of this.";
    adam.send(&page, "/decline", &[("reason", reason)]).await.is(200).says("You declined the request");
    let page = mia.get(&format!("/cases/{reference}")).await;
    page.says("An administrator of your account declined").says(reason);
    let mail = mail_to(&world, MIA, "An administrator declined").await;
    assert!(mail.text.contains(&format!("> {reason}")) && !mail.text.contains("adam"), "{}", mail.text);
    let desk = world.agent("sam").await.get(&format!("/desk/cases/{reference}")).await;
    desk.says("an administrator of the account").says(reason).says("Declined by an administrator");
    // Declined is declined: neither of the two can approve it now.
    let approve = format!("/account/requests/{reference}/approve");
    let csrf = csrf_on(&adam.get("/account").await);
    adam.post(&approve, &[("csrf", &csrf)]).await.is(409).says("decided already");
    let eve = world.account(EVE).await;
    let csrf = csrf_on(&eve.get("/account").await);
    eve.post(&approve, &[("csrf", &csrf)]).await.is(409).says("decided already");
    assert_eq!(state(&world, &reference).await, "rejected");
    world.stop().await;
}

/// What tells one answer from another by itself: references, tokens, numbers, times and hashes.
fn blank(text: &str, email: &str, reference: &str) -> String {
    let mut text = text.replace(email, "EMAIL").replace(&email[..email.find('@').unwrap()], "NAME");
    text = text.replace(reference, "REFERENCE");
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| c.is_whitespace() || "<>\"=".contains(c)) {
        let bare = word.trim_end_matches(|c: char| c.is_whitespace() || "<>\"=".contains(c));
        // The root of the log's tree, in Base64, is another one in every world.
        let root = bare.len() == 43 && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
        let token =
            root || bare.len() >= 12 && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let shown = if token && bare != "REFERENCE" { "TOKEN" } else { bare };
        out.push_str(shown);
        out.push_str(&word[bare.len()..]);
    }
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_with_no_administrator_one_or_three_sees_and_gets_the_same_to_the_byte() {
    let mut seen: Vec<(Vec<String>, Vec<String>, Vec<i64>)> = Vec::new();
    for count in [0, 1, 3] {
        // A world of its own for each, so that everything else is the same.
        let world = World::new().await;
        let administrators: Vec<String> = (0..count).map(|n| format!("admin{n}@customers.example")).collect();
        for administrator in &administrators {
            world.adds(administrator, AccountKind::Owner, &[], Devices::AppAndCodes).await;
        }
        let of: Vec<&str> = administrators.iter().map(String::as_str).collect();
        world.adds(MIA, AccountKind::Member, &of, Devices::AppAndCodes).await;
        let (mia, reference) = world.confirmed(MIA).await;
        let path = format!("/cases/{reference}");
        let mut pages = vec![mia.get(&path).await];
        let ask = mia.send(&pages[0], "/ask-administrators", &[]).await;
        pages.push(ask);
        world.settle().await;
        pages.push(mia.get(&path).await);
        for _ in 0..3 {
            let page = mia.send(&pages[0], "/ask-administrators", &[]).await;
            pages.push(page);
        }
        world.settle().await;
        assert_eq!(pages.last().unwrap().status, 429);
        // A mail that comes afterwards names the log's size and the mails before it.
        let sam = world.agent("sam").await;
        world.presses(&sam, &reference, "messages", &[("body", "We look into it.")]).await.is(200);
        let mails = world.mails().await;
        let (to_mia, to_others): (Vec<&Mail>, Vec<&Mail>) =
            mails.iter().partition(|mail| mail.header("To").unwrap().contains(MIA));
        assert_eq!(to_others.len(), 3 * count, "three times asked");
        let sizes = to_mia.iter().map(|mail| mail.header("X-Mfa-Desk-Audit").unwrap());
        let sizes = sizes.map(|witness| {
            witness.split(|c: char| !c.is_ascii_digit()).find(|n| !n.is_empty()).unwrap().parse().unwrap()
        });
        let sizes = sizes.collect();
        let references = |mail: &Mail| mail.header("References").unwrap_or_default().split_whitespace().count();
        let mails = to_mia.iter().map(|mail| {
            let head = format!("{} {}", mail.header("Subject").unwrap(), references(mail));
            blank(&format!("{head}\n{}\n{}", mail.text, mail.html), MIA, &reference)
        });
        let mails: Vec<String> = mails.collect();
        let pages = pages.iter().map(|page| format!("{} {}", page.status, blank(&page.html, MIA, &reference)));
        seen.push((pages.collect(), mails, sizes));
        world.stop().await;
    }
    for other in &seen[1..] {
        assert_eq!(seen[0].0, other.0);
        assert_eq!(seen[0].1, other.1);
        // Not even how much was written to the log in between.
        assert_eq!(seen[0].2, other.2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_sees_who_may_decide_and_that_nobody_may() {
    let world = world().await;
    world.adds("mona@customers.example", AccountKind::Member, &[], Devices::AppAndCodes).await;
    let (_, reference) = asked(&world).await;
    let ana = world.agent("ana").await;
    ana.get(&format!("/desk/cases/{reference}")).await.says("adam Sample").says("eve Sample");
    let (_, reference) = world.confirmed("mona@customers.example").await;
    ana.get(&format!("/desk/cases/{reference}")).await.says("has none in use, so nobody can approve");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_are_asked_three_times_a_day_for_a_case_and_six_times_for_an_account() {
    let world = world().await;
    let mut taken = 0;
    for _ in 0..3 {
        let (mia, reference) = world.confirmed(MIA).await;
        for _ in 0..4 {
            let page = mia.get(&format!("/cases/{reference}")).await;
            taken += i32::from(mia.send(&page, "/ask-administrators", &[]).await.status == 200);
        }
    }
    assert_eq!(taken, 6);
    world.later(TimeDelta::days(1)).await;
    asked(&world).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_cannot_be_approved_by_anyone_they_name() {
    let world = world().await;
    let (adam, reference) = world.confirmed(ADAM).await;
    let page = adam.get(&format!("/cases/{reference}")).await;
    assert!(!page.has_form("/ask-administrators"));
    let csrf = csrf_on(&page);
    adam.post(&format!("/cases/{reference}/ask-administrators"), &[("csrf", &csrf)]).await.is(409);
    assert!(world.mails().await.iter().all(|mail| !mail.header("Subject").unwrap().contains("decision")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forwarded_link_is_worth_nothing_to_another_account() {
    let world = world().await;
    let stranger = "sid@customers.example";
    world.adds(stranger, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let (mia, reference) = asked(&world).await;
    let link = administer_link(&world, ADAM).await;
    for email in [stranger, MIA, EVE] {
        let (browser, page) = through_link(&world, &link, email).await;
        page.is(403).says("sent to another account");
        // Nothing was signed in by it.
        browser.get("/account").await.says("E-mail address of the account");
    }
    // Nor does a sign-in without the link show or decide anything.
    for email in [stranger, MIA] {
        let browser = world.account(email).await;
        browser.get(&format!("/account/requests/{reference}")).await.is(404).says("not there any more");
        let csrf = csrf_on(&browser.get("/account").await);
        for act in ["approve", "decline"] {
            let fields = [("csrf", csrf.as_str()), ("reason", "Because.")];
            browser.post(&format!("/account/requests/{reference}/{act}"), &fields).await.is(404);
        }
        browser.get("/account/requests/MFA-0000-0000").await.is(404).says("not there any more");
    }
    assert_eq!(state(&world, &reference).await, "verifying");
    // The link is still good for the one it was sent to.
    let (adam, page) = through_link(&world, &link, ADAM).await;
    adam.send(page.is(200), "/approve", &[]).await.is(200);
    mia.get(&format!("/cases/{reference}")).await.says("deactivate your device next");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_works_for_its_own_case_once_and_for_a_day() {
    let world = world().await;
    let other = "max@customers.example";
    world.adds(other, AccountKind::Member, &[ADAM], Devices::AppAndCodes).await;
    let (_, reference) = asked(&world).await;
    let link = administer_link(&world, ADAM).await;
    let (_, others) = world.confirmed(other).await;
    // The token of one case under the address of another.
    world.browser().get(&link.replace(&reference, &others)).await.is(404).says("not valid");
    world.browser().get(&link.replace("token=", "token=A")).await.is(404);
    let (adam, page) = through_link(&world, &link, ADAM).await;
    page.is(200).says("mia Sample");
    // Used once; whoever is signed in still finds the request, and so does a new sign-in without the link.
    world.browser().get(&link).await.is(410).says("used already");
    adam.get("/account").await.says("mia Sample");
    // Of the case that Adam was not asked about nothing is shown, though he administers that account too.
    adam.get(&format!("/account/requests/{others}")).await.is(404);

    let late = administer_link(&world, EVE).await;
    world.later(TimeDelta::hours(24)).await;
    world.browser().get(&late).await.is(410).says("too old");
    let eve = world.account(EVE).await;
    assert!(!eve.get("/account").await.text().contains("mia Sample"));
    eve.get(&format!("/account/requests/{reference}")).await.is(409).says("decided already, or is too old");
    assert_eq!(state(&world, &reference).await, "verifying");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_cannot_be_replayed() {
    let world = world().await;
    let (_, reference) = asked(&world).await;
    let (adam, page) = through_link(&world, &administer_link(&world, ADAM).await, ADAM).await;
    adam.send(&page, "/approve", &[]).await.is(200);
    adam.send(&page, "/approve", &[]).await.is(409).says("decided already");
    adam.send(&page, "/decline", &[("reason", "Changed my mind.")]).await.is(409).says("decided already");
    world.browser().get(&administer_link(&world, EVE).await).await.is(410);
    assert_eq!(state(&world, &reference).await, "ready");
    let passed = world.actions(&reference).await.iter().filter(|action| *action == "check.passed").count();
    assert_eq!(passed, 2, "the address and one administrator");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_administrators_who_decide_at_once_exactly_one_wins() {
    for other in ["/approve", "/decline"] {
        let world = world().await;
        let (_, reference) = asked(&world).await;
        let (adam, his) = through_link(&world, &administer_link(&world, ADAM).await, ADAM).await;
        let (eve, hers) = through_link(&world, &administer_link(&world, EVE).await, EVE).await;
        let reason = [("reason", "No.")];
        let (one, two) = tokio::join!(adam.send(&his, "/approve", &[]), eve.send(&hers, other, &reason));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{other}");
        let decided: Vec<String> = world
            .entries(&reference)
            .await
            .into_iter()
            .filter(|entry| entry.actor_kind == "administrator")
            .filter(|entry| ["check.passed", "case.declined"].contains(&entry.action.as_str()))
            .map(|entry| entry.action)
            .collect();
        assert_eq!(decided.len(), 1, "{decided:?}");
        let expected = if one.status == 200 || other == "/approve" { "ready" } else { "rejected" };
        assert_eq!(state(&world, &reference).await, expected);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_loses_the_right_or_is_suspended_decides_nothing_and_what_they_gave_is_void() {
    for lose in ["right", "account"] {
        // Before the decision.
        let world = world().await;
        let (_, reference) = asked(&world).await;
        let link = administer_link(&world, EVE).await;
        let (adam, page) = through_link(&world, &administer_link(&world, ADAM).await, ADAM).await;
        let loses = async |email| match lose {
            "right" => strip_of_right(&world, email).await,
            _ => suspend(&world, email).await,
        };
        loses(ADAM).await;
        let answer = adam.send(&page, "/approve", &[]).await;
        assert!(answer.status == 404 || answer.text().contains("E-mail address of the account"), "{}", answer.text());
        assert_eq!(state(&world, &reference).await, "verifying");

        // After the decision: the evidence stops counting at once.
        let (eve, page) = through_link(&world, &link, EVE).await;
        eve.send(&page, "/approve", &[]).await.is(200);
        let ana = world.agent("ana").await;
        world.presses(&ana, &reference, "claim", &[]).await.is(200);
        assert_eq!(state(&world, &reference).await, "ready");
        let desk = ana.get(&format!("/desk/cases/{reference}")).await;
        let device = crate::support::world::authenticator_on(&desk);
        loses(EVE).await;
        let fields = [("csrf", csrf_on(&desk)), ("authenticator", device)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = ana.post(&format!("/desk/cases/{reference}/deactivate"), &fields).await;
        refused.is(409).says("Approved by an administrator of the account");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_approves_for_themself() {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    let world = world().await;
    // The import refuses this; a database that was edited by hand holds it.
    change(&world, |tx| {
        let id: String =
            accounts::table.filter(accounts::email_key.eq(MIA)).select(accounts::id).first(tx.connection)?;
        let own = (account_administrators::account_id.eq(&id), account_administrators::administrator_id.eq(&id));
        diesel::insert_into(account_administrators::table).values(own).execute(tx.connection)?;
        Ok(())
    })
    .await;
    let (_, reference) = asked(&world).await;
    let mails = world.mails().await;
    let decisions = mails.iter().filter(|mail| mail.header("Subject").unwrap().contains("decision"));
    assert!(decisions.map(|mail| mail.header("To").unwrap()).all(|to| !to.contains(MIA)));
    let mia = world.account(MIA).await;
    mia.get(&format!("/account/requests/{reference}")).await.is(404);
    let csrf = csrf_on(&mia.get("/account").await);
    mia.post(&format!("/account/requests/{reference}/approve"), &[("csrf", &csrf)]).await.is(404);
    assert_eq!(state(&world, &reference).await, "verifying");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_without_a_device_signs_in_with_password_and_link_and_only_once() {
    let world = World::new().await;
    for (email, devices) in [("bare@customers.example", Devices::None), ("key@customers.example", Devices::Passkey)] {
        world.adds(email, AccountKind::Owner, &[], devices).await;
    }
    world.adds(MIA, AccountKind::Member, &["bare@customers.example", "key@customers.example"], Devices::None).await;
    let (_, reference) = asked(&world).await;
    // A passkey that cannot be checked here is not stood in for by a link.
    let link = administer_link(&world, "key@customers.example").await;
    let (_, page) = through_link(&world, &link, "key@customers.example").await;
    page.says("None of your account’s authentication devices can be checked");

    let link = administer_link(&world, "bare@customers.example").await;
    let (browser, page) = through_link(&world, &link, "bare@customers.example").await;
    page.is(200).says("mia Sample");
    let again = world.browser();
    let found = again.get(&link).await;
    found.is(410);
    // What the page of the used link offers is a sign-in like any other: no device, no sign-in.
    let page = again.send(&found, "/account/sign-in", &[("email", "bare@customers.example")]).await;
    let page = again.send(&page, "/password", &[("password", PASSWORD)]).await;
    page.says("has no authentication device");
    // Nor does a link's token in another case's form.
    let request = browser.get(&format!("/account/requests/{reference}")).await;
    browser.send(&request, "/approve", &[]).await.is(200);
    assert_eq!(state(&world, &reference).await, "ready");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_closes_what_the_administrators_were_asked() {
    let world = world().await;
    let (_, reference) = asked(&world).await;
    let (adam, page) = through_link(&world, &administer_link(&world, ADAM).await, ADAM).await;
    let stop = link_in(&mail_to(&world, MIA, "Email verification").await, "object");
    let browser = world.browser();
    let stopping = browser.get(&stop).await;
    browser.send(&stopping, "/object", &[]).await.is(200);
    adam.send(&page, "/approve", &[]).await.is(409);
    world.browser().get(&administer_link(&world, EVE).await).await.is(410);
    assert_eq!(state(&world, &reference).await, "disputed");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_is_for_the_browser_that_confirmed_the_address() {
    let world = world().await;
    let (_, reference) = world.confirmed(MIA).await;
    world.browser().post(&format!("/cases/{reference}/ask-administrators"), &[]).await.is(403);
    let page = world.browser().get(&format!("/cases/{reference}")).await;
    assert_eq!(reference_on(&page), reference);
    assert!(!page.has_form("/ask-administrators"));
    assert!(PUBLIC.starts_with("http"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_of_another_directory_is_decided_about_by_somebody_who_signs_in_here() {
    let system = FakeSystem::new();
    system.add("mika", Some("mika@corp.example"), None);
    let world = World::with(Setup { outside: vec![Outside::corp(&system)], ..Setup::default() }).await;
    world.adds(ADAM, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let file = format!("login,kind,administrators\nmika,member,{ADAM}\n");
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    world.desk.import_contacts(act, &"corp".parse().unwrap(), file.as_bytes(), Resume::No).await.unwrap();

    let (mika, reference) = world.confirmed("mika@corp.example").await;
    let page = mika.get(&format!("/cases/{reference}")).await;
    mika.send(&page, "/ask-administrators", &[]).await.is(200);
    let link = administer_link(&world, ADAM).await;
    let (adam, page) = through_link(&world, &link, ADAM).await;
    adam.send(page.is(200), "/approve", &[]).await.is(200);
    world.settle().await;
    assert_eq!(state(&world, &reference).await, "ready");
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert!(!system.is_active("mika", "mika-app"));
    world.stop().await;
}
