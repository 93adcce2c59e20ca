//! Forms taken per second by the program over loopback, beside the durable commits per second that the same database
//! makes one by one and the requests per second that an empty handler answers; and how long a form takes at a fifth of
//! that load. `cargo bench --bench forms`; with `--features postgres` and `BENCH_POSTGRES_URL` also there.

#[path = "shared/commits.rs"]
mod commits;
#[path = "shared/load.rs"]
mod load;
#[path = "shared/served.rs"]
mod served;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use mfa_desk::config::DatabaseUrl;

use commits::raw_commits;
use load::{Answers, Make, closed, form, run};
use served::Served;

const CLIENTS: usize = 64;
/// The disk is shared and changes its mind: the limit is measured beside each of several short runs.
const ROUNDS: u64 = 3;
const RAW: Duration = Duration::from_secs(2);
const RUN: Duration = Duration::from_secs(5);
const CALM: Duration = Duration::from_secs(15);

/// Ticks of a hundredth of a second, as Linux counts.
fn ticks(fields: &[&str]) -> Duration {
    Duration::from_millis(10 * fields.iter().filter_map(|field| field.parse::<u64>().ok()).sum::<u64>())
}

/// Processor time that a process has had; `self` is this one.
fn cpu_of(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    ticks(fields.get(11..13).unwrap_or_default())
}

/// Processor time that everything on this machine has had.
fn cpu_of_all() -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).collect();
    // user, nice, system; then idle, iowait; then irq and softirq.
    ticks(fields.get(..3).unwrap_or_default()) + ticks(fields.get(5..7).unwrap_or_default())
}

/// So many requests a second, at moments that are fixed beforehand: what has to wait for the one before it waited.
fn open(to: SocketAddr, rate: f64, time: Duration, make: Make<'_>) -> Answers {
    let began = Instant::now() + Duration::from_millis(50);
    run(to, 64, make, |n| {
        let due = Duration::from_secs_f64(n as f64 / rate);
        (due < time).then_some(Some(began + due))
    })
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Who had the two processors meanwhile, in percent of one.
fn shares<T>(served: &Served, run: impl FnOnce() -> T) -> (T, String) {
    let look = || (cpu_of(&served.process()), cpu_of("self"), cpu_of_all());
    let (began, before) = (Instant::now(), look());
    let outcome = run();
    let (after, took) = (look(), began.elapsed().as_secs_f64());
    let percent = |time: Duration| time.as_secs_f64() / took * 100.0;
    let (server, client) = (after.0 - before.0, after.1 - before.1);
    let rest = (after.2 - before.2).saturating_sub(server + client);
    let said = format!(
        "processors: program {:.0} %, client {:.0} %, database server and kernel {:.0} % (of 200 %)",
        percent(server),
        percent(client),
        percent(rest)
    );
    (outcome, said)
}

fn tell(name: &str, answers: &Answers) {
    println!(
        "  {name}: {:.0}/s, p50 {:.1?}, p99 {:.1?}, longest {:.1?}",
        answers.rate,
        answers.quantile(500),
        answers.quantile(990),
        answers.quantile(1000)
    );
}

fn empty() -> f64 {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program"));
    command.arg(EMPTY);
    let served = Served::start(command);
    let (answers, said) = shares(&served, || closed(served.address, CLIENTS, RUN, &|n| form(0, n)));
    tell("empty actix handler", &answers);
    println!("  {said}");
    answers.rate
}

fn measure(name: &str, url: &DatabaseUrl) {
    println!("{name}, {CLIENTS} clients");
    let limit = empty();
    let (mut rates, mut ratios) = (Vec::new(), Vec::new());
    let served = Served::over(url);
    served.settles();
    for round in 0..ROUNDS {
        let raw = raw_commits(url, RAW);
        let (answers, said) = shares(&served, || closed(served.address, CLIENTS, RUN, &|n| form(round, n)));
        tell("forms", &answers);
        println!("  {said}");
        println!("  single durable commits: {raw:.0}/s, ratio {:.2}", answers.rate / raw);
        rates.push(answers.rate);
        ratios.push(answers.rate / raw);
        // What was left to the worker is not the next round's.
        std::thread::sleep(Duration::from_secs(1));
    }
    let rate = middle(rates);
    println!("  middle: {rate:.0} forms/s, {:.2} × raw commits, {:.3} × empty handler", middle(ratios), rate / limit);
    let (answers, said) = shares(&served, || open(served.address, rate / 5.0, CALM, &|n| form(ROUNDS, n)));
    tell("at a fifth of that, from the moment each was due", &answers);
    println!("  {said}");
    println!("  memory: {:.1} MiB now, {:.1} MiB at most", served.memory().0, served.memory().1);
}

const EMPTY: &str = "answer-nothing";

/// Reads what was sent, as a connection that is kept needs it.
async fn nothing(_: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// A server that does nothing, with as many threads as the program has.
async fn answer_nothing() -> std::io::Result<()> {
    let server = HttpServer::new(|| App::new().default_service(web::to(nothing))).workers(2).bind("127.0.0.1:0")?;
    println!("listening on http://{}", server.addrs()[0]);
    server.run().await
}

fn main() {
    if std::env::args().any(|said| said == EMPTY) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(answer_nothing()).expect("it serves");
        return;
    }
    mfa_desk::notify::install_tls_provider();
    let wanted = std::env::args().skip(1).find(|said| !said.starts_with("--"));
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    if is_wanted("sqlite") {
        let folder = tempfile::tempdir_in(".").expect("a folder on the disk the project is on");
        let file = folder.path().canonicalize().expect("its path").join("bench.sqlite3");
        measure("sqlite", &DatabaseUrl::Sqlite(file));
    }
    #[cfg(feature = "postgres")]
    if let Ok(url) = std::env::var("BENCH_POSTGRES_URL")
        && is_wanted("postgresql")
    {
        let mut connection =
            mfa_desk::store::open(&DatabaseUrl::Postgres(url.clone().into()), mfa_desk::store::Purpose::Write)
                .expect("the server");
        commits::batch(&mut connection, "DROP SCHEMA IF EXISTS bench_forms CASCADE; CREATE SCHEMA bench_forms");
        drop(connection);
        let mark = if url.contains('?') { '&' } else { '?' };
        measure("postgresql", &DatabaseUrl::Postgres(format!("{url}{mark}options=-csearch_path%3Dbench_forms").into()));
    }
}
