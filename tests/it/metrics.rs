//! What Prometheus is told: true, on a listener of its own, and nothing of anybody.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection;
use mfa_desk::store::{AnyConnection, Purpose, audit, open};

use crate::support::browser::plain_http;
use crate::support::directory::{FakeSystem, Outside, unavailable};
use crate::support::world::{OWNER, PASSWORD, Setup, World, address, authenticator_on, csrf_on, form};

/// One line: name, labels, value.
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// What was scraped.
struct Scraped {
    text: String,
    samples: Vec<Sample>,
}

impl Scraped {
    /// The sum of all series of this name that have these labels.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let fits = |sample: &&Sample| {
            sample.name == name
                && labels.iter().all(|(key, value)| sample.labels.get(*key).is_some_and(|is| is == value))
        };
        let found: Vec<f64> = self.samples.iter().filter(fits).map(|sample| sample.value).collect();
        assert!(!found.is_empty(), "no {name} {labels:?} in:\n{}", self.text);
        found.iter().sum()
    }
}

fn parsed(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let mut pairs = BTreeMap::new();
    let mut rest = labels.trim_end_matches('}');
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap();
        pairs.insert(key.trim_start_matches(',').to_owned(), value.to_owned());
        rest = after;
    }
    Sample { name: name.to_owned(), labels: pairs, value: value.parse().unwrap() }
}

async fn scrape(world: &World) -> Scraped {
    let answer = plain_http().build().unwrap().get(world.metrics().unwrap()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text().await.unwrap();
    let samples = text.lines().filter(|line| !line.starts_with('#')).map(parsed).collect();
    Scraped { text, samples }
}

fn watched() -> Setup {
    let change = |settings: &mut mfa_desk::config::Settings| settings.metrics.listen = "127.0.0.1:0".parse().ok();
    Setup { change, ..Setup::default() }
}

/// A desk with everything that can be watched, and somebody who went all the way.
async fn after_a_journey() -> (World, String) {
    let system = FakeSystem::new();
    let outside = Outside::corp(&system);
    let change = |settings: &mut mfa_desk::config::Settings| {
        settings.metrics.listen = "127.0.0.1:0".parse().ok();
        settings.limits.forms_per_network_hour = 1;
        settings.inbound.address = "desk@desk.example.test".parse().ok();
        // Nobody listens there.
        settings.inbound.imap.host = Some("127.0.0.1".to_owned());
        settings.inbound.imap.port = Some(9);
        settings.inbound.imap.username = Some("desk".to_owned());
        settings.inbound.imap.password = Some(PASSWORD.to_owned().into());
    };
    // Nobody takes the log there.
    let toml = "[[forwarders]]\nname = 'siem'\n[forwarders.http]\nurl = 'http://127.0.0.1:9/'\ntoken = 'a token'\n";
    let setup = Setup { outside: vec![outside], toml: toml.to_owned(), change, ..Setup::default() };
    let world = World::with(setup).await;
    let (_, ana, reference) = world.ready(OWNER).await;
    // Whoever holds the case cannot approve it.
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    let forged = [("csrf", csrf_on(&page)), ("authenticator", authenticator_on(&page))];
    let forged = forged.each_ref().map(|(name, value)| (*name, value.as_str()));
    ana.post(&format!("/desk/cases/{reference}/approve"), &forged).await.is(409);
    world.deactivates(&ana, &reference).await.is(200);
    let stranger = world.browser();
    let page = stranger.get("/desk/sign-in").await;
    stranger.send(&page, "/desk/sign-in", &[("email", &address("ana")), ("password", "not hers at all")]).await.is(401);
    world.asks_for_help("nobody@customers.example").await;
    let page = stranger.get("/assistance").await;
    stranger.send(&page, "/assistance", &form(OWNER)).await.is(429);
    stranger.get("/no/such/page?token=6d79207365637265742074").await.is(404);
    world.desk.publish_checkpoints().await.unwrap();
    world.settle().await;
    (world, reference)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_counted() {
    let (world, _) = after_a_journey().await;
    let scraped = scrape(&world).await;
    let one = |name: &str, labels: &[(&str, &str)]| scraped.sum(name, labels);
    assert_eq!(one("mfa_desk_cases_opened_total", &[("by", "form")]), 2.0);
    assert_eq!(one("mfa_desk_deactivations_total", &[("result", "done")]), 1.0);
    assert_eq!(one("mfa_desk_deactivations_total", &[("result", "failed")]), 0.0);
    assert_eq!(one("mfa_desk_cases", &[("state", "deactivated")]), 1.0);
    assert_eq!(one("mfa_desk_cases", &[("state", "submitted")]), 1.0);
    assert_eq!(one("mfa_desk_checks_total", &[("check", "email_link"), ("result", "passed")]), 1.0);
    assert!(one("mfa_desk_policy_refusals_total", &[]) >= 1.0);
    assert_eq!(one("mfa_desk_sign_ins_refused_total", &[("side", "desk")]), 1.0);
    assert_eq!(one("mfa_desk_throttles_total", &[("limit", "form-network")]), 1.0);
    assert_eq!(one("mfa_desk_blocks", &[]), 1.0);
    assert_eq!(one("mfa_desk_mails_total", &[("result", "sent")]), world.smtp.messages().len() as f64);
    assert_eq!(one("mfa_desk_calls_total", &[("result", "placed")]), 1.0);
    let route = [("route", "/cases/{reference}/open"), ("method", "POST"), ("status", "2xx")];
    let redirected = [route[0], route[1], ("status", "3xx")];
    let pressed = scraped.samples.iter().filter(|sample| {
        let is = |labels: &[(&str, &str)]| {
            labels.iter().all(|(key, value)| sample.labels.get(*key).is_some_and(|is| is == value))
        };
        sample.name == "mfa_desk_http_requests_total" && (is(&route) || is(&redirected))
    });
    assert_eq!(pressed.map(|sample| sample.value).sum::<f64>(), 1.0, "{}", scraped.text);
    assert!(one("mfa_desk_http_request_duration_seconds_count", &[("route", "none")]) >= 1.0);
    assert_eq!(one("mfa_desk_database_up", &[]), 1.0);
    assert_eq!(one("mfa_desk_database_write_queue", &[]), 0.0);
    assert_eq!(one("mfa_desk_directory_up", &[("directory", "corp")]), 1.0);
    assert_eq!(one("mfa_desk_mailbox_up", &[]), 0.0);
    assert_eq!(one("mfa_desk_outbox_waiting", &[]), 0.0);
    let head = world.desk.store.read(audit::head).await.unwrap();
    assert_eq!(one("mfa_desk_audit_log_entries", &[]), head.seq as f64);
    assert_eq!(one("mfa_desk_audit_forward_behind_entries", &[("receiver", "siem")]), head.seq as f64);
    assert!(one("mfa_desk_audit_checkpoint_entries", &[]) > 0.0);
    assert_eq!(one("mfa_desk_audit_checkpoint_age_seconds", &[]), 0.0);
    // Of the first entry, written before a day went by.
    assert!(one("mfa_desk_audit_forward_oldest_seconds", &[("receiver", "siem")]) >= 86_400.0);
    // The people of the desk were added beside the server, through the same store.
    assert_eq!(one("mfa_desk_audit_entries_total", &[]), head.seq as f64);
    let groups = one("mfa_desk_database_group_size_count", &[]);
    assert!(groups > 0.0 && one("mfa_desk_database_commit_seconds_count", &[]) == groups);
    assert!(one("mfa_desk_database_group_size_sum", &[]) >= groups);
    assert_eq!(one("process_start_time_seconds", &[]), 1_795_500_000.0);
    if cfg!(target_os = "linux") {
        assert!(one("process_resident_memory_bytes", &[]) > 1e6 && one("process_open_fds", &[]) > 3.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_label_holds_anything_of_anybody() {
    let (world, reference) = after_a_journey().await;
    let scraped = scrape(&world).await;
    let texts = [reference.as_str(), "MFA-", "@", "example", "Olivia", "127.0.0.1", "7911", "1001", "6d7920", "token"];
    let told: BTreeSet<&str> =
        scraped.samples.iter().flat_map(|sample| sample.labels.values().map(String::as_str)).collect();
    assert!(told.len() > 40, "{told:?}");
    for label in &told {
        for text in texts {
            // Routes and actions may be about tokens.
            let ours = text == "token" && (label.starts_with('/') || label.starts_with("token"));
            assert!(ours || !label.contains(text), "{text} in {label}");
        }
    }
    // Every route is one of the table, whatever was asked for.
    let routes: BTreeSet<&str> = mfa_desk::web::routes::all(false).iter().map(|route| route.path).collect();
    for sample in scraped.samples.iter().filter(|sample| sample.labels.contains_key("route")) {
        let route = sample.labels["route"].as_str();
        assert!(route == "none" || routes.contains(route), "{route}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_cannot_name_a_series() {
    let world = World::with(watched()).await;
    let client = plain_http().build().unwrap();
    for n in 0..30 {
        let method = reqwest::Method::from_bytes(format!("X{n}").as_bytes()).unwrap();
        client.request(method, format!("{}/no/such/{n}", world.base)).send().await.unwrap();
    }
    let scraped = scrape(&world).await;
    let of = |name: &str| scraped.samples.iter().filter(|sample| sample.name == name).count();
    assert_eq!(of("mfa_desk_http_requests_total"), 1);
    assert_eq!(scraped.sum("mfa_desk_http_requests_total", &[("route", "none"), ("method", "other")]), 30.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_on_a_listener_of_its_own_and_nothing_else_is() {
    let world = World::with(watched()).await;
    let ours = world.metrics().unwrap();
    world.browser().get("/metrics").await.is(404);
    assert!(mfa_desk::web::routes::all(true).iter().all(|route| !route.path.contains("metrics")));
    let client = plain_http().build().unwrap();
    let beside = ours.trim_end_matches("/metrics");
    for path in ["/", "/desk", "/assistance", "/healthz", "/metrics/", "/static/app.css"] {
        assert_eq!(client.get(format!("{beside}{path}")).send().await.unwrap().status().as_u16(), 404, "{path}");
    }
    assert_eq!(client.post(&ours).body("a=b").send().await.unwrap().status().as_u16(), 405);
    assert_eq!(client.head(&ours).send().await.unwrap().status().as_u16(), 200);
    // It stands in nobody's way at the end.
    world.stop().await;
    assert_eq!(World::new().await.metrics(), None, "it is off unless it is asked for");
}

fn execute(world: &World, sql: &str) {
    match open(&world.database.url, Purpose::Write).unwrap() {
        AnyConnection::Sqlite(mut sqlite) => sqlite.batch_execute(sql).unwrap(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(mut postgres) => postgres.batch_execute(sql).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_be_read_is_told_and_the_rest_is_still_there() {
    let world = World::with(watched()).await;
    execute(&world, "ALTER TABLE queue_rows RENAME TO queue_rows_gone");
    let scraped = scrape(&world).await;
    assert_eq!(scraped.sum("mfa_desk_database_up", &[]), 0.0);
    assert!(scraped.sum("mfa_desk_database_errors_total", &[("kind", "statement")]) >= 1.0);
    assert_eq!(scraped.sum("mfa_desk_mails_total", &[]), 0.0);
    execute(&world, "ALTER TABLE queue_rows_gone RENAME TO queue_rows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_does_not_answer_is_told() {
    let system = FakeSystem::new();
    let outside = Outside::corp(&system);
    let world = World::with(Setup { outside: vec![outside], ..watched() }).await;
    system.down(Some(unavailable()));
    let login = "nobody".parse().unwrap();
    for _ in 0..3 {
        let elsewhere = world.desk.directories.others.iter().next().unwrap();
        use mfa_desk::directory::Directory;
        elsewhere.directory.authenticators(&login).await.unwrap_err();
    }
    assert_eq!(scrape(&world).await.sum("mfa_desk_directory_up", &[("directory", "corp")]), 0.0);
}

/// The names of ours and of the process that a file speaks of.
fn names_in(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_name(c));
    words.filter(|word| word.starts_with("mfa_desk_") || word.starts_with("process_")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dashboard_and_alerts_speak_of_nothing_that_is_not_there() {
    let (world, _) = after_a_journey().await;
    let scraped = scrape(&world).await;
    let known: BTreeSet<&str> = scraped.samples.iter().map(|sample| sample.name.as_str()).collect();
    let dashboard = include_str!("../../deploy/grafana/mfa-desk.json");
    serde_json::from_str::<serde_json::Value>(dashboard).unwrap();
    let alerts = include_str!("../../deploy/prometheus/mfa-desk.rules.yml");
    let base = |name: &str| {
        let end = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        end.unwrap_or(name).to_owned()
    };
    let table = include_str!("../../docs/operations.md");
    for (file, text) in [("dashboard", dashboard), ("alerts", alerts), ("docs", table)] {
        let names = names_in(text);
        assert!(names.len() > 5, "{file}: {names:?}");
        for name in names {
            let there = known.contains(name.as_str()) || file == "docs" && known.iter().any(|each| base(each) == name);
            assert!(there, "{file}: {name}");
        }
    }
    // Every name is explained for whoever operates it.
    let told = names_in(table);
    for name in known.iter().filter(|name| name.starts_with("mfa_desk_")) {
        assert!(told.contains(&base(name)), "docs/operations.md does not speak of {name}");
    }
}
