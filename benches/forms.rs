//! Forms taken per second over loopback, beside the durable commits per second that the same database makes
//! one by one. `cargo bench --bench forms`; with `--features postgres` and `BENCH_POSTGRES_URL` also there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mfa_desk::clock::SystemClock;
use mfa_desk::config::{DatabaseUrl, Settings};
use mfa_desk::domain::token::ServerKey;
use mfa_desk::entropy::SystemEntropy;
use mfa_desk::notify::mail::{Mailer, OutgoingMail, SendError};
use mfa_desk::server::{Parts, assemble, start};
use mfa_desk::store::{AnyConnection, Purpose, open};
use mfa_desk::web::App;
use secrecy::SecretString;

const SECONDS: u64 = 5;
const CLIENTS: usize = 64;

struct NowhereMailer;

#[async_trait::async_trait]
impl Mailer for NowhereMailer {
    async fn send(&self, _: &OutgoingMail) -> Result<(), SendError> {
        Ok(())
    }
}

fn batch(connection: &mut AnyConnection, sql: &str) {
    use diesel::connection::SimpleConnection;
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute(sql),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(sql),
    }
    .expect("the statement runs");
}

/// One row a commit, one after another: what the disk and the database give without any grouping.
fn raw_commits(url: &DatabaseUrl) -> f64 {
    let mut connection = open(url, Purpose::Write).expect("the database opens");
    batch(&mut connection, "CREATE TABLE IF NOT EXISTS bench_commits (n BIGINT NOT NULL, words TEXT NOT NULL)");
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed() < Duration::from_secs(SECONDS) {
        batch(&mut connection, &format!("INSERT INTO bench_commits (n, words) VALUES ({count}, 'a short row')"));
        count += 1;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    batch(&mut connection, "DROP TABLE bench_commits");
    rate
}

async fn forms(url: &DatabaseUrl) -> (f64, Duration, Duration) {
    let mut settings = Settings::from_sources("", &BTreeMap::new()).expect("the defaults are sound");
    settings.database.url = url.clone();
    settings.server.listen = "127.0.0.1:0".parse().expect("an address");
    let parts = Parts {
        base_url: "http://localhost".parse().expect("a URL"),
        key: ServerKey::new(SecretString::from("a key that only benches have, 32+ chars")),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        mailer: Arc::new(NowhereMailer),
        voice: None,
    };
    let desk = Arc::new(assemble(&settings, parts).expect("the program starts"));
    let app =
        App::new(desk, vec!["127.0.0.1".parse().expect("an address")], None, None).expect("the templates are sound");
    let running = start(&settings, app).expect("the server starts");
    let target = format!("http://{}/assistance", running.address);
    let (taken, until) = (Arc::new(AtomicUsize::new(0)), Instant::now() + Duration::from_secs(SECONDS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (target, taken) = (target.clone(), taken.clone());
            tokio::spawn(async move {
                let http = reqwest::Client::new();
                let mut times = Vec::new();
                let mut n = 0;
                while Instant::now() < until {
                    let (email, key) = (format!("c{client}n{n}@customers.example"), format!("{client}-{n}"));
                    let form = [
                        ("email", email.as_str()),
                        ("name", "A Customer"),
                        ("device_kind", "virtual_totp"),
                        ("reason", "lost"),
                        ("message", "It fell into the lake."),
                        ("key", key.as_str()),
                    ];
                    // Each from a network of its own, as a crowd's forms come.
                    let from = format!("10.{}.{}.{client}", n / 256 % 256, n % 256);
                    let began = Instant::now();
                    let answer = http
                        .post(&target)
                        .header("x-forwarded-for", &from)
                        .form(&form)
                        .send()
                        .await
                        .expect("an answer");
                    assert_eq!(answer.status(), 200);
                    answer.bytes().await.expect("a page");
                    times.push(began.elapsed());
                    taken.fetch_add(1, Ordering::Relaxed);
                    n += 1;
                }
                times
            })
        })
        .collect();
    let began = Instant::now();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.expect("a client"));
    }
    let rate = u32::try_from(taken.load(Ordering::Relaxed)).map(f64::from).unwrap_or(f64::MAX);
    let rate = rate / began.elapsed().as_secs_f64();
    running.stop().await;
    times.sort();
    (rate, times[times.len() / 2], times[times.len() * 99 / 100])
}

fn measure(name: &str, url: &DatabaseUrl) {
    let raw = raw_commits(url);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (rate, median, slow) = runtime.block_on(forms(url));
    println!(
        "{name}: {rate:.0} forms/s with {CLIENTS} clients (median {median:.1?}, p99 {slow:.1?}); \
         {raw:.0} single durable commits/s; ratio {:.2}",
        rate / raw
    );
}

fn main() {
    mfa_desk::notify::install_tls_provider();
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk the project is on");
    measure("sqlite", &DatabaseUrl::Sqlite(folder.path().join("bench.sqlite3")));
    if let Ok(url) = std::env::var("BENCH_POSTGRES_URL") {
        measure("postgresql", &DatabaseUrl::Postgres(url.into()));
    }
}
