//! How long pages take over HTTP, of the program over databases of a thousand to a million cases: one browser, one page
//! after another. `cargo bench --bench pages -- 1000 1000000`; with `--features postgres` and `BENCH_POSTGRES_URL` also
//! there. `BENCH_CSV` names a file that gets the figures, which `docs/figures/growth.sh` draws.

#[path = "shared/desk.rs"]
mod desk;
#[path = "../tests/it/queue/filled.rs"]
#[expect(dead_code, reason = "tags are for the looks of the queue's bench")]
mod filled;
#[path = "shared/full.rs"]
mod full;
#[path = "shared/load.rs"]
mod load;
#[path = "shared/served.rs"]
mod served;

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use mfa_desk::config::DatabaseUrl;
use mfa_desk::domain::authn::Assurance;
use mfa_desk::domain::ids::AgentSessionId;
use mfa_desk::domain::token::ServerKey;
use mfa_desk::store::account_sessions::SessionOrigin;
use mfa_desk::store::agents::{NewAgentSession, begin_session};
use mfa_desk::web::guard::session_token::SessionTokens;
use secrecy::SecretString;

use desk::{desk_with, settings_over};
use filled::Filled;
use load::{Answers, closed, form};
use served::{KEY, Served};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const TIME: Duration = Duration::from_secs(3);

/// Signs an agent in, and gives the cookie.
fn sign_in(url: &DatabaseUrl, filled: &Filled) -> String {
    let desk = desk_with(&settings_over(url));
    let (now, agent) = (Utc::now(), filled.agents[0]);
    let id = AgentSessionId::new(now, std::array::from_fn(|_| rand::random()));
    let origin = SessionOrigin {
        method: "passkey".to_owned(),
        proved_at: Some(now),
        ip: "10.0.0.1".to_owned(),
        device: "a bench".to_owned(),
    };
    let expires_at = now + TimeDelta::hours(8);
    let session = NewAgentSession { id, agent, assurance: Assurance::Complete, origin, enrol_link: None, expires_at };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(desk.store.write(move |tx| begin_session(tx, &session, now))).expect("it is stored");
    let tokens = SessionTokens::new(&ServerKey::new(SecretString::from(KEY)), TimeDelta::hours(8));
    format!("mfa-desk={}", tokens.issue(id, agent, now).expect("a token"))
}

/// A look at a page.
fn get(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 10.0.0.1\r\ncookie: {cookie}\r\n\r\n")
        .into_bytes()
}

/// Makes the request with a number.
type Ask = Box<dyn Fn(u64) -> Vec<u8>>;

/// Every page by name, with what asks for it.
fn pages(filled: &Filled, cookie: &str) -> Vec<(&'static str, Ask)> {
    let desk = |path: &str| {
        let request = get(path, cookie);
        Box::new(move |_| request.clone()) as Ask
    };
    let (references, signed_in) = (filled.references.clone(), cookie.to_owned());
    let case = move |n: u64| {
        let reference = &references[n as usize % references.len()];
        get(&format!("/desk/cases/{reference}"), &signed_in)
    };
    let run = u64::try_from(Utc::now().timestamp()).unwrap_or_default();
    vec![
        ("queue", desk("/desk?view=open")),
        ("search for a common word", desk("/desk?view=open&q=password")),
        ("search for two words", desk("/desk?view=open&q=lost+telephone")),
        ("search for a rare word", desk("/desk?view=open&q=quetzal")),
        ("search for a beginning", desk("/desk?view=open&q=passw")),
        ("search for nothing", desk("/desk?view=open&q=zzzzzz")),
        ("case", Box::new(case)),
        ("form", desk("/assistance")),
        ("form sent", Box::new(move |n| form(run, n))),
    ]
}

fn tell(csv: &mut String, (database, count): (&str, usize), page: &str, took: &Answers) {
    let ms = |of_a_thousand| took.quantile(of_a_thousand).as_secs_f64() * 1000.0;
    println!("  {page:<28} {:>9.2} ms {:>9.2} ms {:>7.0}/s", ms(500), ms(990), took.rate);
    writeln!(csv, "{database},{count},{page},{:.3},{:.3}", ms(500), ms(990)).expect("text");
}

fn measure(csv: &mut String, database: &str, count: usize, (url, filled): &(DatabaseUrl, Filled)) {
    let cookie = sign_in(url, filled);
    let served = Served::over(url);
    served.settles();
    println!("{database}, {count} cases: p50, p99, and how many a second");
    for (page, make) in pages(filled, &cookie) {
        closed(served.address, 1, Duration::from_millis(300), &|n| make(n + 1_000_000));
        tell(csv, (database, count), page, &closed(served.address, 1, TIME, &make));
    }
    let (now, most) = served.memory();
    println!("  memory: {now:.1} MiB now, {most:.1} MiB at most");
}

fn main() {
    mfa_desk::notify::install_tls_provider();
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|said| said.parse().ok()).collect();
    let sizes = if asked.is_empty() { SIZES.to_vec() } else { asked };
    let (place, mut csv, now) = (full::Place::new(), "database,cases,page,p50_ms,p99_ms\n".to_owned(), Utc::now());
    for count in &sizes {
        measure(&mut csv, "sqlite", *count, &place.sqlite(*count, now));
    }
    #[cfg(feature = "postgres")]
    for count in &sizes {
        if let Some(full) = place.postgres(*count, now) {
            measure(&mut csv, "postgresql", *count, &full);
        }
    }
    if let Ok(file) = std::env::var("BENCH_CSV") {
        std::fs::write(file, csv).expect("the figures are written");
    }
}
