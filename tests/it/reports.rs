//! The desk's reports: what they count is what happened, and who exports them stands in the log.

use chrono::TimeDelta;

use crate::support::browser::Browser;
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
