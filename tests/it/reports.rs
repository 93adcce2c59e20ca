//! The desk's reports: what they count is what happened, and who exports them stands in the log.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mfa_desk::domain::audit::timestamp;
use mfa_desk::domain::report::{Period, REPLIES, Spread, Spreads};
use mfa_desk::store::views::reports;
use mfa_desk::store::{Purpose, migrate, open};

use crate::queue::filled::run;
use crate::support::browser::Browser;
use crate::support::database::TestDatabase;
use crate::support::world::{OWNER, World};

fn csv(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The numbers of a column, without its name.
#[track_caller]
fn column<'a>(lines: &'a [Vec<String>], name: &str) -> Vec<&'a str> {
    let place = lines[0].iter().position(|each| each == name).unwrap_or_else(|| panic!("{name} in {:?}", lines[0]));
    lines[1..].iter().map(|line| line[place].as_str()).collect()
}

async fn sheet(browser: &Browser, world: &World, report: &str, days: i64) -> Vec<Vec<String>> {
    let (to, from) = (world.now().date_naive(), (world.now() - TimeDelta::days(days - 1)).date_naive());
    let page = browser.get(&format!("/desk/reports/{report}.csv?from={from}&to={to}")).await;
    assert_eq!(page.status, 200);
    csv(&page.html)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_are_those_of_what_happened() {
    let world = World::new().await;
    let (_, ana, reference) = world.ready(OWNER).await;
    let (_, dropped) = world.asks_for_help("nobody@customers.example").await;
    world.settle().await;
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert_ne!(reference, dropped);

    let supervisor = world.agent("sam").await;
    let days = 5;
    let volume = sheet(&supervisor, &world, "volume", days).await;
    assert_eq!(volume.len(), 1 + 5, "a line for each day, also without requests");
    let requests: i64 =
        volume[1..].iter().flat_map(|line| &line[1..]).map(|number| number.parse::<i64>().unwrap()).sum();
    assert_eq!(requests, 2);

    let outcomes = sheet(&supervisor, &world, "outcomes", days).await;
    let deactivated: Vec<&str> = column(&outcomes, "deactivated");
    assert_eq!(deactivated.iter().filter(|number| **number == "1").count(), 1);

    let times = sheet(&supervisor, &world, "times", days).await;
    let measured = column(&times, "deactivation_median_seconds");
    let measured: Vec<i64> = measured.iter().filter_map(|text| text.parse().ok()).collect();
    let entries = world.entries(&reference).await;
    let at = |action: &str| {
        let entry = entries.iter().find(|entry| entry.action == action).unwrap();
        chrono::DateTime::parse_from_rfc3339(&entry.at).unwrap()
    };
    assert_eq!(measured, [(at("case.deactivated") - at("case.submitted")).num_seconds()]);

    let load = sheet(&supervisor, &world, "load", days).await;
    let line = load.iter().find(|line| line[0].starts_with("ana@")).expect("ana did something");
    let claimed = load[0].iter().position(|name| name == "claimed").unwrap();
    assert_eq!(line[claimed], "1");

    let page = supervisor.get("/desk/reports").await;
    page.is(200).says("Requests by cause").says("Load of each agent");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_stands_in_the_log_and_agents_have_no_reports() {
    let world = World::new().await;
    let supervisor = world.agent("sam").await;
    sheet(&supervisor, &world, "phone-changes", 1).await;
    let entries = world.entries("").await;
    let exported = entries.iter().find(|entry| entry.action == "report.exported").expect("it is recorded");
    assert!(exported.details.contains("phone-changes"), "{}", exported.details);
    supervisor.get("/desk/reports/secrets.csv").await.is(404);
    supervisor.get("/desk/reports/volume").await.is(404);

    let ana = world.agent("ana").await;
    ana.get("/desk/reports").await.is(403);
    ana.get("/desk/reports/volume.csv").await.is(403);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_period_that_is_none_is_told_beside_its_field_and_kept() {
    let world = World::new().await;
    let supervisor = world.agent("sam").await;
    let page = supervisor.get("/desk/reports?from=2026-11-24&to=2026-11-01").await;
    page.is(422).says("This is before the first day.");
    assert!(page.html.contains("value=\"2026-11-24\""), "what was typed is kept");
    supervisor.get("/desk/reports?from=%3Cscript%3E&to=9999-12-31").await.is(422);
    supervisor.get("/desk/reports/volume.csv?from=x").await.is(422);
    let before = world.entries("").await.iter().filter(|entry| entry.action == "report.exported").count();
    assert_eq!(before, 0);
    world.stop().await;
}

/// Requests, replies and deactivations as they may come: at the same moment, a microsecond before a second is full, before
/// the request, on the last day, by somebody who does not count.
fn histories(count: i64) -> Vec<History> {
    let day = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
    let mut seed = 11_u64;
    let mut below = |most: i64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(seed >> 33).unwrap() % most
    };
    let history = |n: i64| {
        let micros = [0, 1, 123_000, 123_456, 999_999][usize::try_from(below(5)).unwrap()];
        let asked = day - TimeDelta::seconds(below(6 * 86_400)) + TimeDelta::microseconds(micros);
        let later = |seconds: i64, micros: i64| asked + TimeDelta::seconds(seconds) + TimeDelta::microseconds(micros);
        History {
            n,
            asked,
            with_owner: below(9) == 0,
            acts: vec![
                ("case.note_added", "agent", later(below(100), 0)),
                ("case.message_sent", "system", later(below(100), 0)),
                ("case.message_sent", "agent", later(below(200_000) - 50, below(1_000_000))),
                ("case.deactivating", "supervisor", later(below(200_000), below(2) * 999_999)),
                ("case.deactivated", "system", later(below(200_000), below(1_000_000))),
            ],
        }
    };
    (0..count).map(history).collect()
}

struct History {
    n: i64,
    asked: DateTime<Utc>,
    with_owner: bool,
    acts: Vec<(&'static str, &'static str, DateTime<Utc>)>,
}

/// The value that a share of all does not exceed, found by sorting all.
fn percentile(mut all: Vec<i64>, per_cent: usize) -> i64 {
    all.sort_unstable();
    all[(all.len() * per_cent).div_ceil(100).max(1) - 1]
}

fn spreads(took: &[(NaiveDate, i64)]) -> Spreads {
    let mut days: BTreeMap<NaiveDate, Vec<i64>> = BTreeMap::new();
    for (day, seconds) in took {
        days.entry(*day).or_default().push(*seconds);
    }
    let spread = |all: Vec<i64>| Spread {
        many: i64::try_from(all.len()).unwrap(),
        median: percentile(all.clone(), 50),
        ninetieth: percentile(all, 90),
    };
    let whole = (!took.is_empty()).then(|| spread(took.iter().map(|(_, seconds)| *seconds).collect()));
    Spreads { days: days.into_iter().map(|(day, all)| (day, spread(all))).collect(), whole }
}

#[test]
fn times_that_the_database_ranks_are_those_that_one_finds_by_sorting_all_of_them() {
    let database = TestDatabase::new();
    let mut connection = open(&database.url, Purpose::Write).unwrap();
    let c = &mut connection;
    migrate(c).unwrap();
    let all = histories(157);
    let mut seq = 0;
    let hash = "0".repeat(64);
    for History { n, asked, with_owner, acts } in &all {
        let at = asked.naive_utc().format("%F %T%.f");
        run(
            c,
            &format!(
                "INSERT INTO cases (id, reference, submission_key, state, version, evidence_since, submitted_at, state_since,
                    expires_at, changed_by, changed_at, with_owner)
                VALUES ('{n}', 'MFA-{n}', '{n}', 'closed', 1, '{at}', '{at}', '{at}', '{at}', 'x', '{at}', {with_owner})"
            ),
        );
        for (action, kind, at) in acts {
            seq += 1;
            let at = timestamp(*at);
            run(
                c,
                &format!(
                    "INSERT INTO audit_entries (seq, at, actor_kind, actor, action, case_ref, account_id, ip, details,
                        prev_hash, hash)
                    VALUES ({seq}, '{at}', '{kind}', '', '{action}', 'MFA-{n}', '', '', '{{}}', '{hash}', '{hash}')"
                ),
            );
        }
    }
    let day = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
    for (from, to) in [(0, 0), (1, 1), (5, 0), (3, 2), (40, 30)] {
        let text = |days: i64| (day - TimeDelta::days(days)).date_naive().to_string();
        let period = Period::parse(&text(from), &text(to), day).unwrap();
        let within = |at: DateTime<Utc>| period.begins() <= at && at < period.ends();
        let seconds = |since: DateTime<Utc>, until: DateTime<Utc>| (until - since).num_seconds().max(0);
        let replied = all.iter().filter(|history| within(history.asked)).filter_map(|history| {
            let counts = |(action, kind, _): &&(&str, &str, _)| REPLIES.contains(action) && *kind != "system";
            let first = history.acts.iter().filter(counts).map(|(_, _, at)| *at).min()?;
            Some((history.asked.date_naive(), seconds(history.asked, first)))
        });
        let deactivated = all.iter().filter(|history| !history.with_owner).flat_map(|history| {
            let off = history.acts.iter().filter(|(action, _, at)| *action == "case.deactivated" && within(*at));
            off.map(|(_, _, at)| (at.date_naive(), seconds(history.asked, *at)))
        });
        let (replied, deactivated): (Vec<_>, Vec<_>) = (replied.collect(), deactivated.collect());
        assert_eq!(reports::first_replies(c, period).unwrap(), spreads(&replied), "{period:?}");
        assert_eq!(reports::deactivations(c, period).unwrap(), spreads(&deactivated), "{period:?}");
        assert!(from != 5 || replied.len() > 100 && deactivated.len() > 80, "there is something to count");
    }
}
