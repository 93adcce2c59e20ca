//! Risk signals: each one lengthens the wait of a real case, and the desk says why.

use chrono::TimeDelta;
use mfa_desk::domain::account::*;
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::ids::{AccountId, CaseId};
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::store::{StoreError, Tx, accounts};

use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, Setup, World, form, link_in, reference_on};

/// A world behind a proxy, so that forms come from where its headers say.
async fn behind_a_proxy() -> World {
    let change = |settings: &mut mfa_desk::config::Settings| {
        settings.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        settings.server.country_header = Some("X-Country".to_owned());
    };
    World::with(Setup { change, ..Setup::default() }).await
}

/// Sends the form from a network address, with fields and headers of its own.
async fn asks(world: &World, email: &str, ip: &str, given: &[(&str, &str)], headers: &[(&str, &str)]) -> String {
    let mut fields: Vec<(&str, &str)> =
        form(email).into_iter().filter(|(name, _)| !given.iter().any(|(other, _)| other == name)).collect();
    fields.extend_from_slice(given);
    let mut all = vec![("x-forwarded-for", ip)];
    all.extend_from_slice(headers);
    let answer = world.browser().post_with("/assistance", &fields, &all).await;
    let reference = reference_on(answer.is(200));
    world.settle().await;
    reference
}

/// Someone else's request that shares nothing but what is given.
async fn stranger(world: &World, n: usize, ip: &str, given: &[(&str, &str)], domain: Option<&str>) {
    let email = format!("stranger{n}@{}", domain.map_or(format!("domain{n}.example"), str::to_owned));
    let phone = format!("+44 7911 1235{n:02}");
    let own = [("phone", phone.as_str()), ("message", "Hello"), ("failed_step", "The code")];
    let mut fields: Vec<(&str, &str)> =
        own.into_iter().filter(|(name, _)| !given.iter().any(|(other, _)| other == name)).collect();
    fields.extend_from_slice(given);
    asks(world, &email, ip, &fields, &[]).await;
}

/// Someone else's request like [`stranger`]'s, for an account whose address they confirm.
async fn neighbour(world: &World, n: usize, ip: &str, domain: &str) {
    let email = format!("stranger{n}@{domain}");
    account(world, &email).await;
    stranger(world, n, ip, &[], Some(domain)).await;
    let browser = world.browser();
    let link = link_in(&world.mail("Email verification for case").await, "open");
    let page = browser.get(&link).await;
    browser.send(&page, "/open", &[]).await.is(200);
    world.settle().await;
}

/// The customer proves both addresses of a case that came in.
async fn proves(world: &World, reference: &str) -> Browser {
    let browser = world.browser();
    let link = link_in(&world.mail(&format!("Email verification for case {reference}")).await, "open");
    let page = browser.get(&link).await;
    browser.send(&page, "/open", &[]).await.is(200);
    world.passes_phone_check(&browser, reference).await;
    browser
}

/// A case that an agent holds and another approved: its cooling-off runs.
async fn cooling_off(world: &World, reference: &str) {
    proves(world, reference).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, reference, "claim", &[]).await.is(200);
    world.presses(&ben, reference, "approve", &[]).await.is(200);
}

async fn desk_page(world: &World, reference: &str) -> Page {
    world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await
}

fn state_on(page: &Page) -> String {
    let at = page.html.find("state state-").expect("a state is shown") + 12;
    page.html[at..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
}

async fn state(world: &World, reference: &str) -> String {
    state_on(&desk_page(world, reference).await)
}

/// The wait is as long as it is said to be, to the minute.
async fn waits(world: &World, reference: &str, hours: i64) {
    world.later(TimeDelta::hours(hours) - TimeDelta::minutes(1)).await;
    assert_eq!(state(world, reference).await, "cooling_off");
    world.later(TimeDelta::minutes(1)).await;
    assert_eq!(state(world, reference).await, "ready");
}

async fn address_changed(world: &World, column: &'static str, ago: TimeDelta) {
    use diesel::connection::SimpleConnection;
    let at = (world.now() - ago).format("%Y-%m-%d %H:%M:%S");
    let sql = format!("UPDATE accounts SET {column} = '{at}' WHERE email = '{OWNER}'");
    let change = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
        match tx.connection {
            mfa_desk::store::AnyConnection::Sqlite(c) => c.batch_execute(&sql)?,
            #[cfg(feature = "postgres")]
            mfa_desk::store::AnyConnection::Postgres(c) => c.batch_execute(&sql)?,
        }
        Ok(())
    };
    world.desk.store.write(change).await.unwrap();
}

/// One more account, with a phone number and nothing to sign in with.
async fn account(world: &World, email: &str) {
    let at = world.now();
    let account = Account {
        home: Home::Local,
        id: AccountId::new(at, world.desk.kit.entropy.bytes()),
        email: email.parse().unwrap(),
        number: None,
        name: "Otto Owner".to_owned(),
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: Some("+447911123499".parse().unwrap()),
        status: AccountStatus::Active,
        background: Background::default(),
    };
    world.desk.store.write(move |tx: &mut Tx<'_>| accounts::insert(tx, &account, None, at)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_changed_lately_lengthens_the_wait() {
    for (column, label, what) in [
        ("phone_changed_at", "Phone number of record changed recently", "the phone number of record was changed on"),
        (
            "email_changed_at",
            "E-mail address of record changed recently",
            "the e-mail address of record was changed on",
        ),
    ] {
        let world = World::new().await;
        address_changed(&world, column, TimeDelta::days(21)).await;
        let reference = asks(&world, OWNER, "192.0.2.1", &[], &[]).await;
        cooling_off(&world, &reference).await;
        let day = (world.now() - TimeDelta::days(21)).format("%-d %b %Y").to_string();
        let page = desk_page(&world, &reference).await;
        page.says(&format!("24 h + 72 h: {label} – {what} {day}"));
        page.says("Risk signals").says("adds 72 h, at least 1 second approval");
        waits(&world, &reference, 96).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_changed_long_ago_lengthens_nothing() {
    let world = World::new().await;
    address_changed(&world, "phone_changed_at", TimeDelta::days(30)).await;
    let reference = asks(&world, OWNER, "192.0.2.1", &[], &[]).await;
    cooling_off(&world, &reference).await;
    assert!(!desk_page(&world, &reference).await.text().contains("Risk signals"));
    waits(&world, &reference, 24).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_case_of_an_account_lengthens_the_wait_of_all_of_them() {
    let world = World::new().await;
    let first = asks(&world, OWNER, "192.0.2.1", &[("message", "one")], &[]).await;
    cooling_off(&world, &first).await;
    world.later(TimeDelta::hours(20)).await;
    asks(&world, OWNER, "192.0.2.1", &[("message", "two")], &[]).await;
    assert!(!desk_page(&world, &first).await.text().contains("Risk signals"));
    asks(&world, OWNER, "192.0.2.1", &[("message", "three")], &[]).await;
    let page = desk_page(&world, &first).await;
    page.says("24 h + 24 h: Several requests for this account – 3 cases of this account in 90 days");
    assert!(world.actions(&first).await.contains(&"case.cooling_off_lengthened".to_owned()));
    waits(&world, &first, 28).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_peoples_requests_from_one_network_lengthen_the_wait() {
    let world = behind_a_proxy().await;
    let reference = asks(&world, OWNER, "198.51.100.7", &[], &[]).await;
    // One person who asks again and again is one person, and another network is another.
    for n in 1..4 {
        stranger(&world, n, &format!("198.51.100.{n}"), &[], None).await;
        stranger(&world, n, &format!("198.51.100.{}", n + 50), &[], None).await;
        stranger(&world, n + 10, &format!("203.0.113.{n}"), &[], None).await;
    }
    assert!(!desk_page(&world, &reference).await.text().contains("Risk signals"));
    stranger(&world, 4, "198.51.100.200", &[], None).await;
    cooling_off(&world, &reference).await;
    let why = "24 h + 24 h: Many requests from one network – requests for 5 people from the same network in 24 hours";
    desk_page(&world, &reference).await.says(why);
    waits(&world, &reference, 48).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_from_another_country_lengthens_the_wait() {
    let world = behind_a_proxy().await;
    let at_home = asks(&world, OWNER, "198.51.100.7", &[], &[("x-country", "gb")]).await;
    assert!(!desk_page(&world, &at_home).await.text().contains("Risk signals"));
    let abroad = asks(&world, OWNER, "198.51.100.8", &[("message", "again")], &[("x-country", "KP")]).await;
    cooling_off(&world, &abroad).await;
    let page = desk_page(&world, &abroad).await;
    page.says(
        "24 h + 24 h: Request from another country than usual – the request came from KP, the account is used from GB",
    );
    waits(&world, &abroad, 48).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_country_that_no_proxy_of_ours_names_is_not_believed() {
    let world = World::new().await;
    let reference = asks(&world, OWNER, "192.0.2.1", &[], &[("x-country", "KP")]).await;
    assert!(!desk_page(&world, &reference).await.text().contains("Risk signals"));
    world.stop().await;
}

const SCRIPT: &str = "My phone was stolen on the train and I have to pay salaries today, so please hurry.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_raises_the_need_of_a_case_that_was_already_cooling_off() {
    for (tie, given, domain) in [
        ("callback number", vec![("phone", "+44 7911 123456")], None),
        ("wording", vec![("message", SCRIPT)], None),
        ("mail domain", vec![], Some("customers.example")),
    ] {
        let world = behind_a_proxy().await;
        let victim = [("message", SCRIPT), ("failed_step", "")];
        let reference = asks(&world, OWNER, "198.51.100.7", &victim, &[]).await;
        cooling_off(&world, &reference).await;
        let ends_at = world.now() + TimeDelta::hours(24);
        world.later(TimeDelta::hours(2)).await;
        let mails = world.mails().await.len();
        for n in 1..5 {
            let mut given = given.clone();
            if tie == "wording" {
                given.push(("failed_step", ""));
            }
            let ip = format!("203.0.{n}.1");
            match domain {
                // Made-up addresses of a domain count for nothing, and those of accounts do.
                Some(domain) => {
                    stranger(&world, n + 10, &ip, &given, Some(domain)).await;
                    neighbour(&world, n, &ip, domain).await;
                }
                None => stranger(&world, n, &ip, &given, domain).await,
            }
            let lengthened = world.actions(&reference).await.contains(&"case.cooling_off_lengthened".to_owned());
            assert_eq!(lengthened, n == 4, "{tie}: nobody touched the case, and {n} others joined");
        }
        // The owner is told that it takes longer.
        let mails: Vec<_> = world.mails().await.into_iter().skip(mails).collect();
        let ends_at = mfa_desk::locale::moment(mfa_desk::locale::Language::English, ends_at + TimeDelta::hours(72));
        assert!(mails.iter().any(|mail| mail.text.contains(&ends_at)), "{tie}: {ends_at}");
        let page = desk_page(&world, &reference).await;
        page.says(&format!("24 h + 72 h: Part of a campaign – requests for 5 people share the same {tie} in 24 hours"));
        let campaign =
            page.html.split("Other cases of the campaign").nth(1).and_then(|rest| rest.split("</ul>").next());
        let links = campaign.unwrap_or_default().matches("<a class=\"mono\" href=\"/desk/cases/MFA-").count();
        assert_eq!(links, 4, "the other cases of the campaign are linked");
        waits(&world, &reference, 94).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_takes_the_readiness_of_a_case_away() {
    let world = behind_a_proxy().await;
    let victim = [("message", SCRIPT), ("failed_step", "")];
    let reference = asks(&world, OWNER, "198.51.100.7", &victim, &[]).await;
    cooling_off(&world, &reference).await;
    world.later(TimeDelta::hours(24)).await;
    assert_eq!(state(&world, &reference).await, "ready");
    // The requests that came within the time around its own count, however late the fifth of them is.
    for n in 1..4 {
        stranger(&world, n, &format!("203.0.{n}.1"), &victim, None).await;
    }
    assert_eq!(state(&world, &reference).await, "ready");
    stranger(&world, 4, "203.0.4.1", &victim, None).await;
    assert_eq!(state(&world, &reference).await, "cooling_off");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_provider_of_mailboxes_is_no_campaign() {
    for (domain, campaign) in [("gmail.com", false), ("tiny.example", true)] {
        let world = behind_a_proxy().await;
        let owner = format!("owner@{domain}");
        account(&world, &owner).await;
        let own = [("message", "Mine"), ("failed_step", ""), ("phone", "")];
        let reference = asks(&world, &owner, "198.51.100.7", &own, &[]).await;
        for n in 1..8 {
            neighbour(&world, n, &format!("203.0.{n}.1"), domain).await;
        }
        let link = link_in(&world.mail(&format!("Email verification for case {reference}")).await, "open");
        let browser = world.browser();
        let page = browser.get(&link).await;
        browser.send(&page, "/open", &[]).await.is(200);
        let page = desk_page(&world, &reference).await;
        assert_eq!(page.text().contains("Part of a campaign"), campaign, "{domain}");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_counted_exactly_however_often_one_of_them_asks() {
    use mfa_desk::store::origins::{Counting, Origin, Shared, insert, people};
    let world = World::new().await;
    let (_, reference) = world.asks_for_help(OWNER).await;
    let at = world.now();
    // Rows without cases of their own would not be stored, so the one there is lends its form a hundred times.
    let sow = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
        let reference = reference.parse().unwrap();
        let filed = mfa_desk::store::cases::find(tx.connection, &reference)?.unwrap();
        let form = mfa_desk::store::cases::form(tx.connection, filed.case.id)?;
        for n in 0..104_u8 {
            let mut copy = filed.clone();
            copy.case.id = CaseId::new(at, [n; 10]);
            // Some numbers make no reference.
            let numbers = (u64::from(n) * 7_919)..;
            copy.case.reference = numbers.filter_map(CaseRef::from_random).next().unwrap();
            copy.filing.submission_key = format!("copy {n}");
            mfa_desk::store::cases::insert(tx, &copy, &form)?;
            // The first hundred are one person's.
            let person = if n < 100 { "one".to_owned() } else { format!("person {n}") };
            let network = "a network".to_owned();
            let origin = Origin {
                person,
                network,
                phone: None,
                mail_domain: "a domain".to_owned(),
                wording: None,
                country: None,
                submitted_at: at,
            };
            insert(tx, copy.case.id, &origin)?;
        }
        Ok(())
    };
    world.desk.store.write(sow).await.unwrap();
    for (most, found) in [(100, 5), (6, 5), (3, 3)] {
        let period = (at - TimeDelta::hours(1), at + TimeDelta::hours(1));
        let count = move |connection: &mut mfa_desk::store::AnyConnection| {
            people(connection, (Shared::Network("a network"), Counting::Forms), period, most)
        };
        assert_eq!(world.desk.store.read(count).await.unwrap(), found, "counted up to {most}");
    }
    world.stop().await;
}
