//! Forms taken per second over loopback, beside the durable commits per second that the same database makes
//! one by one. `cargo bench --bench forms`; with `--features postgres` and `BENCH_POSTGRES_URL` also there.

#[path = "shared/commits.rs"]
mod commits;
#[path = "shared/desk.rs"]
mod desk;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mfa_desk::config::DatabaseUrl;
use mfa_desk::server::start;
use mfa_desk::web::App;

use commits::raw_commits;
use desk::{desk_with, settings_over};

const SECONDS: u64 = 5;
const CLIENTS: usize = 64;

async fn forms(url: &DatabaseUrl) -> (f64, Duration, Duration) {
    let mut settings = settings_over(url);
    settings.server.listen = "127.0.0.1:0".parse().expect("an address");
    let desk = Arc::new(desk_with(&settings));
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
    let raw = raw_commits(url, Duration::from_secs(SECONDS));
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
