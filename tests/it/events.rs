//! Other programs are told what happens to cases: of everything, in its order, at least once, and of nobody.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::config::{Mode, Settings};
use mfa_desk::signed_webhooks::{Keys, Trusted};
use mfa_desk::store::schema::outbox;
use mfa_desk::store::{AnyConnection, StoreError};
use secrecy::SecretString;

use crate::support::python::documented_verdict;
use crate::support::receiver::{Received, Receiver, Reply};
use crate::support::world::{OWNER, Setup, World};

pub const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

pub fn table(name: &str, receiver: &Receiver, more: &str) -> String {
    format!("[[subscribers]]\nname = '{name}'\nurl = '{}'\nsecret = '{SECRET}'\n{more}\n", receiver.url())
}

pub async fn world(subscribers: String) -> World {
    World::with(Setup { subscribers, ..Setup::default() }).await
}

fn trusted() -> Trusted {
    Keys::read(&SecretString::from(SECRET)).unwrap().shared().unwrap()
}

fn taken() -> Receiver {
    Receiver::start(|_| Reply::status(204))
}

fn kinds(received: &[Received]) -> Vec<String> {
    received.iter().map(Received::kind).collect()
}

fn sequences(received: &[Received]) -> Vec<i64> {
    received.iter().map(|one| one.json()["data"]["sequence"].as_i64().unwrap()).collect()
}

/// The events that lie in the outbox: state, attempts, last error, oldest first.
pub async fn rows(world: &World) -> Vec<(String, i32, Option<String>)> {
    let read = |connection: &mut AnyConnection| {
        let rows = outbox::table
            .filter(outbox::kind.eq("event"))
            .order(outbox::id.asc())
            .select((outbox::state, outbox::attempts, outbox::last_error))
            .load(connection)?;
        Ok::<_, StoreError>(rows)
    };
    world.desk.store.read(read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_leaves_for_each_step_of_a_case_and_tells_nothing_of_a_person() {
    let (tickets, few) = (taken(), taken());
    let tables = table("tickets", &tickets, "") + &table("few", &few, "events = ['case.cooling_off', 'case.clo*']");
    assert!(Settings::from_sources(&tables, &BTreeMap::new()).is_err(), "`case.clo*` is no pattern");
    let tables = table("tickets", &tickets, "") + &table("few", &few, "events = ['case.cooling_off', 'case.closed']");
    let world = world(tables).await;

    let (customer, ana, reference) = world.ready(OWNER).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/messages", &[("body", "My cat Minka ate the phone.")]).await.is(200);
    world.presses(&ana, &reference, "messages", &[("body", "Dear Olivia, greet Minka.")]).await.is(200);
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    world.later(TimeDelta::days(14)).await;

    let received = tickets.received();
    let told = kinds(&received);
    let logged: Vec<String> = world.actions(&reference).await;
    let logged: Vec<String> = logged.into_iter().filter(|action| told.contains(action)).collect();
    assert_eq!(told, logged, "what is told is what the log says, in its order");
    for kind in [
        "case.submitted",
        "case.account_matched",
        "check.passed",
        "case.awaiting_approval",
        "case.claimed",
        "case.approved",
        "case.cooling_off",
        "case.ready",
        "case.message_received",
        "case.message_sent",
        "case.deactivating",
        "case.deactivated",
        "case.closed",
    ] {
        assert!(told.iter().any(|each| each == kind), "{kind} is not among {told:?}");
    }
    assert_eq!(sequences(&received), (1..=i64::try_from(received.len()).unwrap()).collect::<Vec<_>>());
    let ids: HashSet<&str> = received.iter().map(Received::id).collect();
    assert_eq!(ids.len(), received.len());
    assert_eq!(kinds(&few.received()), ["case.cooling_off", "case.closed"]);
    let versions: Vec<i64> = received.iter().map(|one| one.json()["data"]["version"].as_i64().unwrap()).collect();
    assert!(versions.is_sorted(), "{versions:?}");

    let mut states: Vec<String> =
        received.iter().map(|one| one.json()["data"]["state"].as_str().unwrap().to_owned()).collect();
    states.dedup();
    let whole = [
        "submitted",
        "verifying",
        "awaiting_approval",
        "cooling_off",
        "ready",
        "deactivating",
        "deactivated",
        "closed",
    ];
    assert_eq!(states, whole);
    let last = received.last().unwrap().json();
    assert_eq!(last["data"]["reference"], reference);
    assert_eq!(last["data"]["url"], format!("http://desk.example.test/desk/cases/{reference}"));
    assert_eq!((last["data"]["held"].as_bool(), last["data"]["ended"].as_bool()), (Some(true), Some(true)));
    assert_eq!((&last["data"]["tier"], &last["data"]["language"]), (&"standard".into(), &"en".into()));

    let account = world.entries(&reference).await.into_iter().map(|entry| entry.account_id).rfind(|id| !id.is_empty());
    for one in &received {
        assert_eq!(one.header("content-type"), "application/json");
        let sent = one.header("webhook-timestamp").parse().unwrap();
        let sent = chrono::DateTime::from_timestamp(sent, 0).unwrap();
        assert_eq!(one.verify(&trusted(), sent), Ok(()));
        let text = String::from_utf8(one.body.clone()).unwrap().replace(&reference, "").to_lowercase();
        for personal in [
            "olivia",
            "öwner",
            "customers.example",
            "7911",
            "123456",
            "minka",
            "1001",
            "lost",
            "ana@",
            "ben@",
            account.as_deref().unwrap(),
        ] {
            assert!(!text.contains(personal), "{personal} is told in {text}");
        }
    }
    let first = &received[0];
    let sent = chrono::DateTime::from_timestamp(first.header("webhook-timestamp").parse().unwrap(), 0).unwrap();
    assert_eq!(documented_verdict(first, &[SECRET], sent), "case.submitted");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_subscribers_nothing_is_decided() {
    let world = World::new().await;
    world.confirmed(OWNER).await;
    assert_eq!(rows(&world).await, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_taken_comes_again_as_the_same_and_nothing_of_its_case_overtakes_it() {
    let seen = Mutex::new(Vec::<String>::new());
    let tickets = Receiver::start(move |received| {
        let mut seen = seen.lock().unwrap();
        seen.push(received.id().to_owned());
        let first = seen[0] == received.id();
        let times = seen.iter().filter(|id| *id == received.id()).count();
        Reply::status(if first && times < 3 { 500 } else { 200 })
    });
    let world = world(table("tickets", &tickets, "")).await;
    let (_, first) = world.asks_for_help(OWNER).await;
    world.settle().await;
    assert_eq!(kinds(&tickets.received()), ["case.submitted"], "the match of the account waits behind it");
    let waiting = rows(&world).await;
    assert!(waiting.iter().all(|(state, ..)| state == "waiting") && waiting.len() >= 2, "{waiting:?}");
    assert_eq!(waiting[0].2.as_deref(), Some("HTTP 500"));
    // Another case waits for nobody.
    let (_, second) = world.asks_for_help("root@customers.example").await;
    world.later(TimeDelta::seconds(10)).await;
    world.later(TimeDelta::seconds(20)).await;
    world.later(TimeDelta::minutes(5)).await;

    let received = tickets.received();
    let of = |reference: &str| -> Vec<Received> {
        received.iter().filter(|one| one.json()["data"]["reference"] == reference).cloned().collect()
    };
    for (reference, attempts) in [(first, 3), (second, 1)] {
        let mine = of(&reference);
        assert!(mine.len() > attempts, "{:?}", kinds(&mine));
        let (tries, rest) = mine.split_at(attempts);
        for one in tries {
            assert_eq!((one.id(), &one.body), (tries[0].id(), &tries[0].body), "{reference}");
        }
        let told = sequences(rest);
        assert_eq!(told, (2..2 + i64::try_from(rest.len()).unwrap()).collect::<Vec<_>>(), "{reference}");
    }
    assert!(rows(&world).await.iter().all(|(state, _, error)| state == "done" && error.is_none()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_patience_gets_it() {
    let tickets = Receiver::start(|_| Reply::status(429).with("retry-after", "3600"));
    let world = world(table("tickets", &tickets, "")).await;
    world.asks_for_help(OWNER).await;
    tickets.waits_for(1).await;
    world.settle().await;
    tickets.answer(|_| Reply::status(200));
    // Not for another case either.
    world.asks_for_help("root@customers.example").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    world.clock.advance(TimeDelta::seconds(3590));
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(tickets.received().len(), 1);
    world.later(TimeDelta::seconds(11)).await;
    assert!(tickets.received().len() > 3, "{:?}", kinds(&tickets.received()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wants_no_more_is_not_asked_again_and_a_redirect_is_not_followed() {
    let gone = Receiver::start(|_| Reply::status(410));
    let elsewhere = taken();
    let to = elsewhere.url();
    let moved = Receiver::start(move |_| Reply::status(308).with("location", &to));
    let world = world(
        table("gone", &gone, "events = ['case.submitted']") + &table("moved", &moved, "events = ['case.submitted']"),
    )
    .await;
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    world.later(TimeDelta::hours(1)).await;
    assert_eq!(gone.received().len(), 1);
    assert!(moved.received().len() > 1);
    assert_eq!(elsewhere.received().len(), 0);
    let states = rows(&world).await;
    assert!(
        states.iter().any(|(state, attempts, why)| {
            state == "dead" && *attempts == 1 && why.as_deref() == Some("HTTP 410: the subscriber wants no more events")
        }),
        "{states:?}"
    );
    assert!(states.iter().any(|(state, _, why)| state == "waiting" && why.as_deref() == Some("HTTP 308")));
    let dead: Vec<_> =
        world.entries(&reference).await.into_iter().filter(|entry| entry.action == "event.dead").collect();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].details.contains("\"subscriber\":\"gone\"") && !dead[0].details.contains("127.0.0.1"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_before_it_knows_sends_the_same_again() {
    let tickets = Receiver::start(|_| Reply::Hang);
    let setup = Setup {
        subscribers: table("tickets", &tickets, "timeout_seconds = 30"),
        change: |settings| settings.server.shutdown_seconds = 1,
        ..Setup::default()
    };
    let world = World::with(setup.clone()).await;
    world.asks_for_help(OWNER).await;
    let sent = tickets.waits_for(1).await.remove(0);
    world.stop().await;
    tickets.answer(|_| Reply::status(200));
    let world = World::with(Setup { seed: 2, ..setup }).await;
    assert!(rows(&world).await.iter().any(|(state, ..)| state == "leased"), "it was not known what became of it");
    world.desk.take_back_errands().await.unwrap();
    world.settle().await;
    let again = tickets.received();
    assert_eq!((again[1].id(), &again[1].body), (sent.id(), &sent.body));
    assert!(rows(&world).await.iter().all(|(state, ..)| state == "done"));
    let ids: HashSet<&str> = again.iter().map(Received::id).collect();
    assert_eq!(ids.len(), again.len() - 1, "only that one came twice");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_hangs_delays_no_other_and_no_mail() {
    let (dead, alive) = (Receiver::start(|_| Reply::Hang), taken());
    let tables = table("dead", &dead, "timeout_seconds = 30") + &table("alive", &alive, "");
    let setup =
        Setup { subscribers: tables, change: |settings| settings.server.shutdown_seconds = 1, ..Setup::default() };
    let world = World::with(setup).await;
    let began = std::time::Instant::now();
    for email in [OWNER, "root@customers.example", "nophone@customers.example", "milan@customers.example"] {
        world.asks_for_help(email).await;
    }
    alive.waits_for(8).await;
    while world.smtp.messages().len() < 3 {
        assert!(began.elapsed() < Duration::from_secs(10), "{} mails", world.smtp.messages().len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(dead.waits_for(4).await.len(), 4, "four at a time, each of another case");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delivered_events_are_removed_and_those_that_were_given_up_are_kept_longer() {
    let tickets =
        Receiver::start(|received| Reply::status(if received.kind() == "case.submitted" { 410 } else { 200 }));
    let world = world(table("tickets", &tickets, "")).await;
    world.asks_for_help(OWNER).await;
    world.settle().await;
    let states = |rows: Vec<(String, i32, Option<String>)>| rows.into_iter().map(|row| row.0).collect::<Vec<_>>();
    let before = states(rows(&world).await);
    assert!(before.contains(&"done".to_owned()) && before.contains(&"dead".to_owned()), "{before:?}");
    world.clock.advance(TimeDelta::days(6));
    world.desk.clear().await.unwrap();
    assert_eq!(states(rows(&world).await), before);
    world.clock.advance(TimeDelta::days(2));
    world.desk.clear().await.unwrap();
    assert_eq!(states(rows(&world).await), ["dead"]);
    world.clock.advance(TimeDelta::days(30));
    world.desk.clear().await.unwrap();
    assert!(!states(rows(&world).await).contains(&"dead".to_owned()));
    world.stop().await;
}

#[test]
fn a_subscriber_is_told_nothing_where_somebody_could_read_along() {
    let problems = |toml: &str| {
        let settings = Settings::from_sources(toml, &BTreeMap::new()).unwrap();
        let mine = settings.problems(Mode::Demo).into_iter().filter(|problem| problem.key == "subscribers");
        mine.map(|problem| problem.wrong).collect::<Vec<_>>().join("; ")
    };
    let table = |url: &str, more: &str| format!("[[subscribers]]\nname = 'tickets'\nurl = '{url}'\n{more}\n");
    let good = format!("secret = '{SECRET}'");
    assert_eq!(problems(&table("https://tickets.example.org/hook", &good)), "");
    assert_eq!(problems(&table("http://127.0.0.1:1/hook", &good)), "");
    assert!(problems(&table("http://tickets.example.org/hook", &good)).contains("not https"));
    assert!(problems(&table("https://tickets.example.org/", "")).contains("secret that is not set"));
    assert!(problems(&table("https://tickets.example.org/", &format!("{good}\nevents = []"))).contains("no events"));
    let mistyped = format!("{good}\nevents = ['case.*', 'case.close', 'phone.*']");
    let told = problems(&table("https://tickets.example.org/", &mistyped));
    assert!(told.contains("wants case.close,") && told.contains("wants phone.*,"), "{told}");
    let twice = table("https://tickets.example.org/", &good).repeat(2);
    assert!(problems(&twice).contains("stands twice"));
    let many: String =
        (0..33).map(|n| table("https://a.example/", &good).replace("tickets", &format!("t{n}"))).collect();
    assert!(problems(&many).contains("too many"));
}
