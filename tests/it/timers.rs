//! Time acts on cases and phone changes: once, whoever looks, however late, and whatever fails beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use mfa_desk::config::Settings;
use mfa_desk::domain::account::*;
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::ids::AccountId;
use mfa_desk::domain::token::ServerKey;
use mfa_desk::entropy::SeededEntropy;
use mfa_desk::notify::mail::{Mailer, OutgoingMail, SendError};
use mfa_desk::server::{Parts, assemble};
use mfa_desk::store::audit::Verdict;
use mfa_desk::store::schema::{
    account_sessions, agent_sessions, audit_entries, blocks, cases, challenges, customer_sessions, links, outbox,
    throttle_events,
};
use mfa_desk::store::{AnyConnection, Purpose, StoreError, Tx, accounts, open};
use mfa_desk::workflow::Desk;
use secrecy::SecretString;

use crate::phone_change::{approves, asks, proved};
use crate::support::browser::Browser;
use crate::support::world::{OWNER, PUBLIC, Setup, World};

/// Nobody's budget is what is tested here, nor that all come from one network.
fn unhindered(settings: &mut Settings) {
    settings.limits.forms_per_network_hour = 1000;
    settings.limits.forms_per_network_day = 1000;
    settings.limits.calls_per_network_hour = 1000;
    settings.limits.calls_per_agent_hour = 1000;
    settings.limits.views_per_hour = 10_000;
    settings.limits.sign_ins_per_network = 1000;
    settings.risk.network_people = 1000;
    settings.risk.campaign_people = 1000;
}

async fn world() -> World {
    World::with(Setup { change: unhindered, ..Setup::default() }).await
}

/// One more account; everyone asks for themselves.
async fn account(world: &World, n: u8) -> String {
    let (at, email) = (world.now(), format!("owner{n}@customers{n}.example"));
    let account = Account {
        home: Home::Local,
        id: AccountId::new(at, [n; 10]),
        email: email.parse().unwrap(),
        number: None,
        name: "Otto Owner".to_owned(),
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone: Some(format!("+4479111235{n:02}").parse().unwrap()),
        status: AccountStatus::Active,
        background: Background::default(),
    };
    let authenticator = Authenticator {
        id: mfa_desk::domain::ids::AuthenticatorId::new(at, [n; 10]),
        account: account.id,
        kind: AuthenticatorKind::VirtualTotp,
        label: "Phone".to_owned(),
        state: AuthenticatorState::Active,
    };
    let insert = move |tx: &mut Tx<'_>| {
        accounts::insert(tx, &account, None, at)?;
        accounts::insert_authenticator(tx, &authenticator, at)
    };
    world.desk.store.write(insert).await.unwrap();
    email
}

/// A case that only an approval is missing from; `ana` holds it.
async fn awaiting(world: &World, ana: &Browser, email: &str) -> String {
    let (customer, reference) = world.confirmed(email).await;
    world.passes_phone_check(&customer, &reference).await;
    world.presses(ana, &reference, "claim", &[]).await.is(200);
    reference
}

async fn cooling_off(world: &World, ana: &Browser, ben: &Browser, email: &str) -> String {
    let reference = awaiting(world, ana, email).await;
    world.presses(ben, &reference, "approve", &[]).await.is(200);
    assert!(world.actions(&reference).await.contains(&"case.cooling_off".to_owned()));
    reference
}

pub async fn times(world: &World, reference: &str, action: &str) -> usize {
    world.actions(reference).await.iter().filter(|done| *done == action).count()
}

/// How many mails of a case have these words in their subject.
pub async fn mails_about(world: &World, reference: &str, words: &str) -> usize {
    let subjects: Vec<String> =
        world.mails().await.iter().filter_map(|mail| mail.header("Subject").map(str::to_owned)).collect();
    subjects.iter().filter(|subject| subject.contains(reference) && subject.contains(words)).count()
}

async fn read<T: Send + 'static>(
    world: &World,
    query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
) -> T {
    world.desk.store.read(query).await.unwrap()
}

async fn is_whole(world: &World) -> bool {
    matches!(world.desk.verify_audit().await.unwrap(), Verdict::Whole(_))
}

/// Makes every mail of a case fail to be stored, which is after the case was changed.
async fn poison(world: &World, reference: &str) {
    let named = reference.to_owned();
    let id: String =
        read(world, move |c| Ok(cases::table.filter(cases::reference.eq(named)).select(cases::id).first(c)?)).await;
    execute(
        world,
        &format!(
            "CREATE TRIGGER poison BEFORE INSERT ON outbox WHEN NEW.case_id = '{id}' BEGIN SELECT RAISE(ABORT, 'cut'); END"
        ),
        &format!(
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut'; END $$; \
         CREATE TRIGGER poison BEFORE INSERT ON outbox FOR EACH ROW WHEN (NEW.case_id = '{id}') \
         EXECUTE FUNCTION poison()"
        ),
    );
}

fn heal(world: &World) {
    execute(world, "DROP TRIGGER poison", "DROP TRIGGER poison ON outbox");
}

#[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
fn execute(world: &World, sqlite: &str, postgres: &str) {
    match open(&world.database.url, Purpose::Write).unwrap() {
        AnyConnection::Sqlite(mut c) => c.batch_execute(sqlite).unwrap(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(mut c) => c.batch_execute(postgres).unwrap(),
    }
}

/// How often timers failed so far.
async fn failures(world: &World) -> i64 {
    read(world, |c| Ok(throttle_events::table.filter(throttle_events::scope.eq("timer")).count().get_result(c)?)).await
}

/// The other instances only let time act; mails leave from the first.
struct Nowhere;

#[async_trait]
impl Mailer for Nowhere {
    async fn send(&self, _: &OutgoingMail) -> Result<(), SendError> {
        panic!("this instance sends nothing");
    }
}

/// More instances over the same database. SQLite is for one, which is asked several times at once.
pub fn instances(world: &World) -> Vec<Arc<Desk>> {
    let one = |seed: u64| {
        if world.database.file().is_some() {
            return world.desk.clone();
        }
        let mut settings = Settings::from_sources("", &BTreeMap::new()).unwrap();
        unhindered(&mut settings);
        settings.database.url = world.database.url.clone();
        let parts = Parts {
            base_url: PUBLIC.parse().unwrap(),
            key: ServerKey::new(SecretString::from("a key that only tests have, 32+ chars")),
            clock: world.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(seed)),
            mailer: Arc::new(Nowhere),
            voice: None,
        };
        Arc::new(assemble(&settings, parts).unwrap())
    };
    (100..104).map(one).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_look_at_the_same_moment_do_everything_that_is_due_exactly_once() {
    const EACH: usize = 6;
    let world = world().await;
    let mut emails = Vec::new();
    for n in 0..5 * EACH {
        emails.push(account(&world, u8::try_from(n).unwrap()).await);
    }
    let mut emails = emails.chunks(EACH);
    let mut due: Vec<(String, &str, &str)> = Vec::new();

    for email in emails.next().unwrap() {
        let (_, reference) = world.asks_for_help(email).await;
        due.push((reference, "case.expired", "has expired"));
    }
    world.later(TimeDelta::days(11)).await;
    for (n, email) in emails.next().unwrap().iter().enumerate() {
        let (customer, reference) = world.confirmed(email).await;
        asks(&customer, &reference, &format!("+49309018{n:02}")).await.is(200);
        proved(&world, &reference).await;
        approves(&world.agent("ben").await, &reference).await.is(200).says("Its hold has begun");
        due.push((reference, "phone_change.effective", "Your phone number was changed"));
    }
    world.later(TimeDelta::hours(48)).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    for email in emails.next().unwrap() {
        due.push((cooling_off(&world, &ana, &ben, email).await, "case.ready", "is ready"));
    }
    for email in emails.next().unwrap() {
        due.push((awaiting(&world, &ana, email).await, "case.evidence_lapsed", ""));
    }
    world.later(TimeDelta::hours(12)).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    for email in emails.next().unwrap() {
        let reference = cooling_off(&world, &ana, &ben, email).await;
        due.push((reference, "case.cooling_off_halfway", "Half of the waiting time"));
    }
    world.settle().await;
    for (reference, action, _) in &due {
        assert_eq!(times(&world, reference, action).await, 0, "{reference} {action} came too early");
    }

    let instances = instances(&world);
    world.clock.advance(TimeDelta::hours(12));
    let looks: Vec<_> = instances
        .iter()
        .chain([&world.desk])
        .cloned()
        .map(|desk| tokio::spawn(async move { desk.tick().await.unwrap() }))
        .collect();
    for look in looks {
        look.await.unwrap();
    }
    world.settle().await;

    for (reference, action, words) in &due {
        assert_eq!(times(&world, reference, action).await, 1, "{reference} {action}");
        if !words.is_empty() {
            assert_eq!(mails_about(&world, reference, words).await, 1, "{reference} {words}");
        }
    }
    assert_eq!(failures(&world).await, 0, "someone stood in another's way");
    assert!(is_whole(&world).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cut_in_the_middle_leaves_nothing_and_is_done_once_later() {
    let world = world().await;
    let (_, reference) = world.asks_for_help(OWNER).await;
    world.settle().await;
    let before = world.actions(&reference).await;
    poison(&world, &reference).await;
    world.later(TimeDelta::days(14)).await;
    assert_eq!(world.actions(&reference).await, before, "half of it stayed");
    let named = reference.clone();
    let state: String =
        read(&world, move |c| Ok(cases::table.filter(cases::reference.eq(named)).select(cases::state).first(c)?)).await;
    assert_eq!(state, "submitted");

    heal(&world);
    world.settle().await;
    assert_eq!(times(&world, &reference, "case.expired").await, 0, "it was tried again at once");
    world.later(TimeDelta::minutes(1)).await;
    world.later(TimeDelta::hours(2)).await;
    assert_eq!(times(&world, &reference, "case.expired").await, 1);
    assert_eq!(mails_about(&world, &reference, "has expired").await, 1);
    assert!(is_whole(&world).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_always_fails_stops_no_other_and_is_tried_ever_more_seldom() {
    let world = world().await;
    let (_, poisoned) = world.asks_for_help(OWNER).await;
    let mut others = Vec::new();
    for n in 0..3 {
        others.push(world.asks_for_help(&account(&world, n).await).await.1);
    }
    world.settle().await;
    poison(&world, &poisoned).await;
    world.later(TimeDelta::days(14)).await;
    for other in &others {
        assert_eq!(times(&world, other, "case.expired").await, 1);
    }
    assert_eq!(failures(&world).await, 1);
    for (seconds, failed) in [(59, 1), (1, 2), (119, 2), (1, 3), (239, 3), (1, 4)] {
        world.later(TimeDelta::seconds(seconds)).await;
        for _ in 0..3 {
            world.desk.tick().await.unwrap();
        }
        assert_eq!(failures(&world).await, failed);
    }
    for _ in 0..12 {
        world.later(TimeDelta::hours(1)).await;
    }
    assert_eq!(failures(&world).await, 4 + 12, "it is tried every hour");
    assert_eq!(times(&world, &poisoned, "case.expired").await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_comes_days_late_does_each_thing_once_and_announces_nothing_that_is_over() {
    let world = world().await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    let reference = cooling_off(&world, &ana, &ben, OWNER).await;
    world.later(TimeDelta::days(2)).await;
    assert_eq!(times(&world, &reference, "case.ready").await, 1);
    assert_eq!(mails_about(&world, &reference, "is ready").await, 1);
    // Days after everything: the window, and then the case.
    world.later(TimeDelta::days(60)).await;
    assert_eq!(times(&world, &reference, "case.ready").await, 1);
    assert_eq!(times(&world, &reference, "case.expired").await, 1);
    assert_eq!(mails_about(&world, &reference, "has expired").await, 1);
    assert_eq!(times(&world, &reference, "case.cooling_off_halfway").await, 0);
    assert_eq!(mails_about(&world, &reference, "Half of the waiting time").await, 0);
    assert!(is_whole(&world).await);
    world.stop().await;
}

/// Rows of tables that are cleared, and of those that never are.
async fn rows(world: &World) -> ([i64; 5], [i64; 2]) {
    read(world, |c| {
        let cleared = [
            agent_sessions::table.count().get_result(c)?,
            account_sessions::table.count().get_result(c)?,
            links::table.count().get_result(c)?,
            outbox::table.filter(outbox::kind.ne("mail")).count().get_result(c)?,
            blocks::table.count().get_result(c)?,
        ];
        let kept = [
            outbox::table.filter(outbox::kind.eq("mail")).count().get_result(c)?,
            audit_entries::table.count().get_result(c)?,
        ];
        Ok((cleared, kept))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_over_long_ago_is_removed_and_history_never_is() {
    let world = world().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    // Another browser, in which no code was shown.
    world.confirmed(&account(&world, 1).await).await;
    world.agent("ana").await;
    world.later(TimeDelta::days(20)).await;
    assert_eq!(times(&world, &reference, "case.expired").await, 1);
    let before = rows(&world).await;
    assert!(before.0[0] > 0 && before.0[2] > 0 && before.0[3] > 0, "{before:?}");
    world.desk.clear().await.unwrap();
    assert_eq!(rows(&world).await.0, before.0, "it was removed too early");

    // A month and the time of the links later.
    world.later(TimeDelta::days(61)).await;
    let before = rows(&world).await;
    assert!(world.desk.clear().await.unwrap() > 0);
    let after = rows(&world).await;
    assert_eq!(after.0, [0; 5]);
    assert_eq!(after.1, before.1);
    let shown: (i64, i64) = read(&world, |c| {
        Ok((customer_sessions::table.count().get_result(c)?, challenges::table.count().get_result(c)?))
    })
    .await;
    assert_eq!(shown, (1, 1), "a challenge names the browser it was shown in");
    assert_eq!(world.desk.clear().await.unwrap(), 0);
    customer.get(&format!("/cases/{reference}")).await;
    world.agent("ana").await.get(&format!("/desk/cases/{reference}")).await.is(200);
    assert!(is_whole(&world).await);
    world.stop().await;
}
