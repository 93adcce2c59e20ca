//! How long the desk's looks take over a database that is full: pages, counts, searches and reports by the statements that
//! they send, and a case's page with its entry in the log.
//!
//! `cargo bench --bench queue -- 1000000`, with `--features postgres` and `BENCH_POSTGRES_URL` (an empty database) there;
//! 100,000 cases where no number is given, and a thousand first, of which the ratio is told.

#[path = "shared/desk.rs"]
mod desk;
#[path = "../tests/it/queue/filled.rs"]
mod filled;
#[path = "shared/full.rs"]
mod full;
#[path = "../tests/it/queue/looks.rs"]
mod looks;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::Utc;
use mfa_desk::config::DatabaseUrl;
use mfa_desk::domain::actor::{Actor, Role};
use mfa_desk::store::{Purpose, migrate, open};
use mfa_desk::workflow::Act;

use desk::{desk_with, settings_over};
use filled::Filled;

const FEW: usize = 1_000;
const MANY: usize = 100_000;
/// As often as a look is timed, and no longer than this.
const TIMES: usize = 100;
const LONGEST: Duration = Duration::from_secs(4);

/// Median and 99th percentile.
type Took = (Duration, Duration);

fn spread(mut times: Vec<Duration>) -> Took {
    times.sort();
    (times[times.len() / 2], times[(times.len() * 99 / 100).min(times.len() - 1)])
}

fn timed(mut look: impl FnMut()) -> Took {
    look();
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < TIMES && (times.is_empty() || began.elapsed() < LONGEST) {
        let one = Instant::now();
        look();
        times.push(one.elapsed());
    }
    spread(times)
}

/// A case's page: everything that it shows, and the entry that somebody looked.
fn case_pages(url: &DatabaseUrl, filled: &Filled) -> Took {
    let mut settings = settings_over(url);
    settings.limits.views_per_hour = 10_000;
    let desk = desk_with(&settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut references = filled.references.iter().cycle();
    timed(|| {
        let email = "agent0@busy.example".parse().expect("an address");
        let actor = Actor::Agent { id: filled.agents[0], email, role: Role::Agent, via: None };
        let act = Act { actor, ip: String::new(), at: Utc::now() };
        let reference = references.next().expect("there are cases").clone();
        let seen = runtime.block_on(desk.view_case(act, reference)).expect("the database answers");
        assert!(seen.is_ok(), "it may be looked at");
    })
}

fn measure((url, filled): &(DatabaseUrl, Filled), count: usize) -> BTreeMap<String, (Took, usize)> {
    let now = Utc::now();
    let mut connection = open(url, Purpose::Write).expect("the database opens");
    let start = timed(|| assert!(migrate(&mut connection).expect("the tables are there").is_empty()));
    let mut connection = open(url, Purpose::Read).expect("the database opens");
    let mut found = BTreeMap::from([("the tables at a start".to_owned(), (start, 0))]);
    for (name, ask) in looks::all(filled, count, now) {
        let mut lines = 0;
        let took = timed(|| lines = ask(&mut connection).expect("the database answers"));
        found.insert(name, (took, lines));
    }
    found.insert("a case's page".to_owned(), (case_pages(url, filled), 1));
    found
}

fn compare(name: &str, few: &(DatabaseUrl, Filled), many: &(DatabaseUrl, Filled), count: usize) {
    println!("{name}");
    let few = measure(few, FEW);
    let many = measure(many, count);
    println!("  {:<48} {:>10} {:>10} {:>7} {:>6}", "look", "p50", "p99", "ratio", "found");
    for (look, ((median, slow), lines)) in &many {
        let ratio = few.get(look).map_or(0.0, |((before, _), _)| median.as_secs_f64() / before.as_secs_f64());
        let (median, slow) = (format!("{median:.2?}"), format!("{slow:.2?}"));
        println!("  {look:<48} {median:>10} {slow:>10} {ratio:>7.2} {lines:>6}");
    }
}

fn main() {
    mfa_desk::notify::install_tls_provider();
    // Cargo says `--bench` as well.
    let count = std::env::args().skip(1).find_map(|said| said.parse().ok()).unwrap_or(MANY);
    let (place, now) = (full::Place::new(), Utc::now());
    compare("sqlite", &place.sqlite(FEW, now), &place.sqlite(count, now), count);
    #[cfg(feature = "postgres")]
    if let (Some(few), Some(many)) = (place.postgres(FEW, now), place.postgres(count, now)) {
        compare("postgresql", &few, &many, count);
    }
}
