//! What may happen only so often: nobody floods the form, a phone or a mailbox, nobody guesses on and on, and whoever is
//! stopped is seen at the desk and freed by a supervisor.

use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use futures_util::future::join_all;
use mfa_desk::config::Settings;
use mfa_desk::store::schema::{accounts, blocks, cases, throttle_events};
use mfa_desk::store::{AnyConnection, StoreError, Tx};

use crate::support::browser::{Browser, Page};
use crate::support::world::{OWNER, PASSWORD, Setup, World, code_on, csrf_on, form, reference_on};

fn behind_proxy(settings: &mut Settings) {
    settings.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
}

async fn asks_from(world: &World, ip: &str, email: &str) -> Page {
    world.browser().post_with("/assistance", &form(email), &[("x-forwarded-for", ip)]).await
}

async fn count_cases(world: &World) -> i64 {
    let count = |c: &mut AnyConnection| Ok::<i64, StoreError>(cases::table.count().get_result(c)?);
    world.desk.store.read(count).await.unwrap()
}

/// Limit, whom it concerns, and whether it ends by itself, of every block ever.
async fn all_blocks(world: &World) -> Vec<(String, String, bool)> {
    let read = |c: &mut AnyConnection| {
        let rows: Vec<(String, String, Option<chrono::NaiveDateTime>)> =
            blocks::table.order(blocks::id.asc()).select((blocks::scope, blocks::about, blocks::until)).load(c)?;
        Ok::<_, StoreError>(rows.into_iter().map(|(scope, about, until)| (scope, about, until.is_some())).collect())
    };
    world.desk.store.read(read).await.unwrap()
}

async fn times_recorded(world: &World, action: &str) -> usize {
    world.entries("").await.iter().filter(|entry| entry.action == action).count()
}

async fn asks_for_call(browser: &Browser, reference: &str) -> Page {
    let csrf = csrf_on(&browser.get(&format!("/cases/{reference}")).await);
    browser.post(&format!("/cases/{reference}/call"), &[("csrf", &csrf)]).await
}

fn wrong(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

/// Asks for a call and types wrong digits until the code is worth nothing.
async fn wastes_a_code(world: &World, browser: &Browser, reference: &str) {
    let page = asks_for_call(browser, reference).await;
    let code = code_on(page.is(200));
    world.settle().await;
    let call = world.last_call().await.id;
    for _ in 0..3 {
        world.desk.answer_call(call, wrong(&code)).await.unwrap();
    }
}

async fn lifts(agent: &Browser, about: &str, reason: &str) -> Page {
    let page = agent.get("/desk/blocks").await;
    page.is(200).says(about);
    agent.send(&page, "/lift", &[("reason", reason)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attacker_floods_the_form_from_one_network() {
    let change = |settings: &mut Settings| {
        behind_proxy(settings);
        settings.limits.forms_per_network_hour = 3;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    for (n, ip) in ["203.0.113.1", "203.0.113.77", "203.0.113.200"].iter().enumerate() {
        asks_from(&world, ip, &format!("nobody{n}@customers.example")).await.is(200);
    }
    for _ in 0..5 {
        let page = asks_from(&world, "203.0.113.9", OWNER).await;
        page.is(429).says("Too many requests came from your network");
        // Everything that was typed is still in its field.
        for typed in [OWNER, "Olivia Öwner", "It asks for a code.", "Please help.", "+44 7911 123456"] {
            assert!(page.html.contains(typed), "{typed} is lost");
        }
        assert!(page.has_form("/assistance"));
    }
    assert_eq!(count_cases(&world).await, 3);
    // One block, one entry, however often they try; other networks are not concerned.
    assert_eq!(all_blocks(&world).await, [("form-network".to_owned(), "203.0.113.0/24".to_owned(), true)]);
    assert_eq!(times_recorded(&world, "block.began").await, 1);
    asks_from(&world, "203.0.114.9", OWNER).await.is(200);
    asks_from(&world, "2001:db8:7::1", OWNER).await.is(200);
    // It ends by itself.
    world.clock.advance(TimeDelta::hours(1));
    asks_from(&world, "203.0.113.9", OWNER).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attacker_floods_the_form_in_the_name_of_one_address_and_learns_nothing() {
    let change = |settings: &mut Settings| {
        behind_proxy(settings);
        settings.limits.forms_per_address_hour = 2;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let words = |page: &Page| page.text().replace(&reference_on(page), "").replace(&request_number(page), "");
    let mut answers = Vec::new();
    for email in [OWNER, "nobody@customers.example"] {
        for _ in 0..4 {
            // The same words sent once more are the same request and count for nothing: these differ.
            let key = format!("key {}", answers.len());
            let mut fields = form(email);
            fields.push(("key", &key));
            let page = world.browser().post_with("/assistance", &fields, &[("x-forwarded-for", "198.51.100.4")]).await;
            answers.push(words(page.is(200)));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!(count_cases(&world).await, 4);
    let about = |email: &str| email.parse::<mfa_desk::domain::contact::EmailAddress>().unwrap().masked();
    let told = all_blocks(&world).await;
    let expected = |email| ("form-address".to_owned(), about(email), true);
    assert_eq!(told, [expected(OWNER), expected("nobody@customers.example")]);
    // The true owner, who sits elsewhere, is still served.
    let page = asks_from(&world, "203.0.113.5", OWNER).await;
    world.mail(&reference_on(page.is(200))).await;
    assert_eq!(count_cases(&world).await, 5);
    world.stop().await;
}

fn request_number(page: &Page) -> String {
    page.headers["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attacker_floods_the_phone_of_a_victim_through_two_instances_at_once() {
    let setup = Setup::default();
    let one = World::with(setup.clone()).await;
    let (first, reference) = one.confirmed(OWNER).await;
    let (second, other) = one.confirmed(OWNER).await;
    let two = World::with(Setup { seed: 2, ..setup }).await;
    let mut forms = Vec::new();
    for (browser, reference) in [(&first, &reference), (&second, &other)] {
        let csrf = csrf_on(&browser.get(&format!("/cases/{reference}")).await);
        for n in 0..4 {
            let (browser, csrf) = (browser.at(if n % 2 == 0 { &one.base } else { &two.base }), csrf.clone());
            let path = format!("/cases/{reference}/call");
            forms.push(async move { browser.post(&path, &[("csrf", csrf.as_str())]).await.status });
        }
    }
    let answers = join_all(forms).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 3, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 5, "{answers:?}");
    one.settle().await;
    assert_eq!(all_blocks(&one).await, [("call".to_owned(), "+44 •••••••• 56".to_owned(), true)]);
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_number_gives_an_account_and_its_case_no_new_calls() {
    let change = |settings: &mut Settings| settings.limits.calls_per_case_day = 2;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (customer, reference) = world.confirmed(OWNER).await;
    asks_for_call(&customer, &reference).await.is(200);
    asks_for_call(&customer, &reference).await.is(200);
    let renumber = |tx: &mut Tx<'_>| {
        let owner = accounts::table.filter(accounts::email_key.eq(OWNER.to_lowercase()));
        diesel::update(owner).set(accounts::phone.eq("+447911123457")).execute(tx.connection)?;
        Ok::<_, StoreError>(())
    };
    world.desk.store.write(renumber).await.unwrap();
    asks_for_call(&customer, &reference).await.is(429);
    // Another case of the account does not help.
    let (again, another) = world.confirmed(OWNER).await;
    asks_for_call(&again, &another).await.is(429);
    let told: Vec<String> = all_blocks(&world).await.into_iter().map(|(scope, _, _)| scope).collect();
    assert_eq!(told, ["call-case", "call-account"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_cannot_ring_up_everyone() {
    let change = |settings: &mut Settings| settings.limits.calls_per_agent_hour = 2;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let ana = world.agent("ana").await;
    let mut answers = Vec::new();
    for email in [OWNER, "root@customers.example", "milan@customers.example"] {
        let (_, reference) = world.confirmed(email).await;
        world.presses(&ana, &reference, "claim", &[]).await.is(200);
        answers.push(world.presses(&ana, &reference, "callback", &[]).await.status);
    }
    assert_eq!(answers, [200, 200, 429]);
    world.agent("aud").await.get("/desk/blocks").await.is(200).says("Calls by one agent").says("Ana");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_guesses_codes_waits_longer_each_time() {
    let change = |settings: &mut Settings| {
        settings.policy.calls_per_hour = 20;
        settings.policy.calls_per_day = 100;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (customer, reference) = world.confirmed(OWNER).await;
    wastes_a_code(&world, &customer, &reference).await;
    // The first code costs nothing: everyone mistypes.
    for wait in [30, 60, 120, 240] {
        wastes_a_code(&world, &customer, &reference).await;
        world.clock.advance(TimeDelta::seconds(wait - 1));
        asks_for_call(&customer, &reference).await.is(429).says("You can have a new code after");
        customer.get(&format!("/cases/{reference}")).await.is(200).says("You can have a new code after");
        world.clock.advance(TimeDelta::seconds(1));
    }
    // Another case does not go round the wait, and a success ends it.
    wastes_a_code(&world, &customer, &reference).await;
    let (again, another) = world.confirmed(OWNER).await;
    asks_for_call(&again, &another).await.is(429);
    world.clock.advance(TimeDelta::minutes(8));
    world.passes_phone_check(&again, &another).await;
    wastes_a_code(&world, &customer, &reference).await;
    asks_for_call(&customer, &reference).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_too_many_wrong_codes_in_a_row_only_a_supervisor_lets_the_account_go_on() {
    let change = |settings: &mut Settings| settings.limits.code_failures = 5;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (customer, reference) = world.confirmed(OWNER).await;
    wastes_a_code(&world, &customer, &reference).await;
    let page = asks_for_call(&customer, &reference).await;
    let code = code_on(page.is(200));
    world.settle().await;
    let call = world.last_call().await.id;
    for _ in 0..2 {
        world.desk.answer_call(call, wrong(&code)).await.unwrap();
    }
    // The third try of this code would be the right one: it is not looked at any more.
    let spoken = world.desk.answer_call(call, code).await.unwrap().unwrap();
    assert!(!spoken.asks && spoken.says.contains("cannot be used any more"), "{}", spoken.says);
    world.later(TimeDelta::days(1)).await;
    asks_for_call(&customer, &reference).await.is(429).says("a supervisor can allow them again");
    customer.get(&format!("/cases/{reference}")).await.says("Write a message to the desk");
    let (ana, sam) = (world.agent("ana").await, world.agent("sam").await);
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.is(200).says("Limits reached").says("until a supervisor lifts it");
    ana.post(&format!("/desk/cases/{reference}/callback"), &[("csrf", &csrf_on(&page))]).await.is(429);
    let stand: Vec<_> = all_blocks(&world).await.into_iter().filter(|(scope, _, _)| scope == "phone-code").collect();
    assert_eq!(stand.len(), 1);
    assert!(!stand[0].2, "it ends by itself");

    // An agent reads the page and lifts nothing.
    let page = ana.get("/desk/blocks").await;
    page.is(200).says("Phone codes of one account");
    assert!(!page.has_form("/lift"));
    let page = sam.get("/desk/blocks").await;
    let path = page.form("/lift").action;
    let csrf = csrf_on(&ana.get("/desk").await);
    ana.post(&path, &[("csrf", &csrf), ("reason", "because")]).await.is(403);
    // Without a reason nothing is lifted either.
    sam.send(&page, "/lift", &[("reason", " ")]).await.is(422);
    sam.send(&page, "/lift", &[("reason", "Spoke to the owner.")])
        .await
        .is(200)
        .says("The block is lifted")
        .says("by Sam");
    sam.post(&path, &[("csrf", &csrf_on(&sam.get("/desk").await)), ("reason", "again")]).await.is(404);
    world.passes_phone_check(&customer, &reference).await;
    let entries = world.entries(&reference).await;
    let lifted = entries.iter().find(|entry| entry.action == "block.lifted").unwrap();
    assert_eq!((lifted.actor.as_str(), lifted.actor_kind.as_str()), ("sam@desk.example.test", "supervisor"));
    assert!(lifted.details.contains("phone-code") && !lifted.details.contains("Spoke"), "{}", lifted.details);
    assert!(!lifted.account_id.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lifting_a_block_forgets_what_was_counted() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    for _ in 0..3 {
        asks_for_call(&customer, &reference).await.is(200);
    }
    asks_for_call(&customer, &reference).await.is(429);
    let sam = world.agent("sam").await;
    sam.get(&format!("/desk/cases/{reference}")).await.says("Limits reached").says("Calls to one phone");
    lifts(&sam, "Calls to one phone", "The owner asked for it.").await.is(200).says("Nothing is blocked");
    asks_for_call(&customer, &reference).await.is(200);
    let left = |c: &mut AnyConnection| {
        let calls = throttle_events::table.filter(throttle_events::scope.eq("call"));
        Ok::<i64, StoreError>(calls.count().get_result(c)?)
    };
    assert_eq!(world.desk.store.read(left).await.unwrap(), 1);
    let page = sam.get(&format!("/desk/cases/{reference}")).await;
    assert!(!page.text().contains("Limits reached"), "a lifted block is still shown");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_who_looks_around_is_stopped_and_seen() {
    let change = |settings: &mut Settings| {
        settings.limits.views_per_hour = 2;
        settings.limits.reveals_per_hour = 1;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let mut references = Vec::new();
    for email in [OWNER, "root@customers.example", "milan@customers.example"] {
        references.push(world.asks_for_help(email).await.1);
    }
    world.settle().await;
    let ana = world.agent("ana").await;
    for reference in &references[..2] {
        ana.get(&format!("/desk/cases/{reference}")).await.is(200);
        // Looking again is one look.
        ana.get(&format!("/desk/cases/{reference}")).await.is(200);
    }
    let page = ana.get(&format!("/desk/cases/{}", references[2])).await;
    page.is(429).says("as many cases as is allowed");
    assert!(!page.text().contains("Milan"), "the case is shown all the same");
    assert!(world.actions(&references[2]).await.contains(&"case.view_refused".to_owned()));
    world.presses(&ana, &references[0], "reveal", &[]).await.is(200).says("+447911123456");
    let page = world.presses(&ana, &references[1], "reveal", &[]).await;
    page.is(429).says("as many full addresses as is allowed");
    assert!(!page.text().contains("+12015550123"), "the number is shown all the same");
    let sam = world.agent("sam").await;
    sam.get("/desk/blocks")
        .await
        .says("Full addresses shown to one agent")
        .says("Cases and mails looked at by one agent")
        .says("Ana");
    world.clock.advance(TimeDelta::hours(1));
    let ana = world.agent("ana").await;
    ana.get(&format!("/desk/cases/{}", references[2])).await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_lifts_what_wrong_passwords_led_to_but_not_for_themself() {
    let world = World::new().await;
    let ada = world.agent("ada").await;
    world.fresh_code("ana@desk.example.test").await;
    let tries = async |name: &str, password: &str| {
        let email = format!("{name}@desk.example.test");
        world.browser().post("/desk/sign-in", &[("email", &email), ("password", password)]).await.status
    };
    for _ in 0..5 {
        assert_eq!(tries("ana", "wrong wrong wrong wrong").await, 401);
    }
    assert_eq!(tries("ana", PASSWORD).await, 429);
    assert_eq!(all_blocks(&world).await, [("sign-in".to_owned(), "a•••@d•••.test".to_owned(), true)]);
    lifts(&ada, "Sign-ins of one person from one place", "Ana called me.").await.is(200).says("The block is lifted");
    assert_eq!(tries("ana", PASSWORD).await, 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attacker_guesses_passwords_of_everyone_from_one_network() {
    let change = |settings: &mut Settings| settings.limits.sign_ins_per_network = 6;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let mut answers = Vec::new();
    for n in 0..8 {
        let email = format!("someone{n}@desk.example.test");
        let fields = [("email", email.as_str()), ("password", "correct horse battery")];
        answers.push(world.browser().post("/desk/sign-in", &fields).await.status);
    }
    assert_eq!(answers, [401, 401, 401, 401, 401, 401, 429, 429]);
    assert_eq!(all_blocks(&world).await, [("sign-in-network".to_owned(), "127.0.0.0/24".to_owned(), true)]);
    world.clock.advance(TimeDelta::minutes(15));
    world.agent("ana").await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attacker_asks_for_links_of_guessed_references() {
    let world = World::new().await;
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    let unknown = "MFA-0000-0000";
    for _ in 0..60 {
        world.browser().post(&format!("/cases/{unknown}/link"), &[]).await.is(200);
    }
    let (known, other) = (
        world.browser().post(&format!("/cases/{reference}/link"), &[]).await,
        world.browser().post(&format!("/cases/{unknown}/link"), &[]).await,
    );
    let words = |page: &Page, reference: &str| page.text().replace(reference, "").replace(&request_number(page), "");
    assert_eq!(words(known.is(200), &reference), words(other.is(200), unknown));
    assert!(!world.actions(&reference).await.contains(&"link.asked_for".to_owned()));
    assert_eq!(all_blocks(&world).await, [("link-network".to_owned(), "127.0.0.0/24".to_owned(), true)]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attacker_guesses_passwords_of_accounts_from_one_network() {
    let change = |settings: &mut Settings| {
        behind_proxy(settings);
        settings.limits.sign_ins_per_network = 7;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let guess = async |ip: &str, email: &str| {
        let fields = [("email", email), ("password", "wrong wrong wrong wrong")];
        let from = [("x-forwarded-for", ip)];
        world.browser().post_with("/account/sign-in/password", &fields, &from).await.status
    };
    // A host has as many addresses as it likes: its network is one place.
    for n in 0..5 {
        assert_eq!(guess(&format!("2001:db8:7:{n}::1"), OWNER).await, 401);
    }
    for n in 0..3 {
        assert_eq!(guess(&format!("2001:db8:7:ff{n}::1"), OWNER).await, 429);
    }
    for (n, expected) in [401, 401, 429, 429].into_iter().enumerate() {
        assert_eq!(guess("2001:db8:7:aa::1", &format!("someone{n}@customers.example")).await, expected);
    }
    assert_eq!(guess("203.0.113.5", "someone9@customers.example").await, 401);
    let blocked: Vec<String> = all_blocks(&world).await.into_iter().map(|(limit, ..)| limit).collect();
    assert_eq!(blocked, ["account-sign-in", "account-sign-in-network"]);
    // However often they go on, the log says so once a minute.
    let entries = world.entries("").await;
    let told = entries.iter().filter(|entry| entry.details.contains("too_often")).count();
    assert_eq!(told, 2);
    world.stop().await;
}
