//! How long the log takes to leave as a file, over HTTP from the running program and by its commands, beside the
//! database's own program that writes the same rows and columns (`sqlite3 -csv`, `psql \copy`); what of memory it takes;
//! and how long recomputing the chain takes.
//!
//! `cargo bench --bench export -- 1000000`, with `--features postgres` and `BENCH_POSTGRES_URL` (a server on which
//! databases can be made) there; 100,000 entries where no number is given. The filled databases are kept for the next
//! time, under `target/tmp` and by the name `export_1000000`. With the word `postgres` the other database is left out.

#[path = "../shared/desk.rs"]
mod desk;
mod filled;
mod running;

use std::time::Duration;

use mfa_desk::config::DatabaseUrl;

use desk::{desk_with, settings_over};
use filled::{EVERY_SECOND, fill, own_export};
use running::{Server, Took, command, configuration, own_command};

const MANY: i64 = 100_000;
/// As often as each is timed; the median is told.
const TIMES: usize = 3;

fn median(mut one: impl FnMut() -> Took) -> Took {
    let mut all: Vec<Took> = (0..TIMES).map(|_| one()).collect();
    all.sort_by_key(|took| took.time);
    let peak = all.iter().map(|took| took.peak).max().unwrap_or_default();
    Took { peak, ..all[TIMES / 2] }
}

fn tell(what: &str, took: Took, limit: Duration) {
    let ratio = took.time.as_secs_f64() / limit.as_secs_f64();
    println!(
        "  {what:<44} {:>6.2} s  ratio {ratio:>5.2}  {:>6.1} MB  peak {:>5.1} MiB",
        took.time.as_secs_f64(),
        took.bytes as f64 / 1e6,
        took.peak as f64 / 1024.0,
    );
}

fn measure(name: &str, url: &DatabaseUrl, count: i64) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let configuration = configuration(folder.path(), url);
    let server = runtime.block_on(async {
        let desk = desk_with(&settings_over(url));
        fill(&desk, count).await;
        Server::start(&desk, &configuration).await
    });
    let (program, args) = own_export(url, count);
    command(program, &args);
    println!("{name}, {count} entries; the server has {:.1} MiB before", server.resident() as f64 / 1024.0);
    let limit = median(|| command(program, &args));
    tell(program, limit, limit.time);
    let half = format!("action={EVERY_SECOND}");
    let pages = [
        ("CSV over HTTP", format!("/desk/audit.csv?end={count}")),
        ("JSON Lines over HTTP", format!("/desk/audit.jsonl?end={count}")),
        ("OCSF over HTTP", format!("/desk/audit.ocsf?end={count}")),
        ("the manifest of the CSV", format!("/desk/audit.manifest?format=csv&end={count}")),
        ("CSV of every second entry", format!("/desk/audit.csv?end={count}&{half}")),
        ("the manifest of that", format!("/desk/audit.manifest?format=csv&end={count}&{half}")),
    ];
    for (what, path) in pages {
        tell(what, median(|| server.get(&path)), limit.time);
    }
    println!("  the server has {:.1} MiB after", server.resident() as f64 / 1024.0);
    let file = folder.path().join("log.csv").to_string_lossy().into_owned();
    tell("audit export", median(|| own_command(&["audit", "export", "--config", &configuration])), limit.time);
    let with_manifest = || own_command(&["audit", "export", "--config", &configuration, "--out", &file]);
    tell("audit export --out, with its manifest", median(with_manifest), limit.time);
    let sum = median(|| command("sha256sum", std::slice::from_ref(&file)));
    tell("sha256sum of that file", sum, limit.time);
    tell("audit verify", median(|| own_command(&["audit", "verify", "--config", &configuration])), limit.time);
}

fn main() {
    mfa_desk::notify::install_tls_provider();
    let count = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(MANY);
    if !std::env::args().any(|arg| arg == "postgres") {
        measure("sqlite", &filled::sqlite(count), count);
    }
    if let Ok(url) = std::env::var("BENCH_POSTGRES_URL") {
        measure("postgresql", &filled::postgres(&url, count), count);
    }
}
