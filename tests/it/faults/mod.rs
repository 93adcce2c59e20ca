//! What breaks around the program, and what becomes of it: the program and its database killed at any moment, a full disk,
//! a database that goes away, a mail server that never answers, slow clients, floods, and too little
//! memory. `docs/faults.md` has what was tried and how often.
//!
//! `FAULT_ROUNDS=200` kills as often under load; without it twice. `FAULT_SEED` is the seed that an earlier run printed,
//! `FAULT_FOLDER` keeps the database from one run to the next, and `FAULT_PROGRAM` is another build of the program.
//! `FAULT_THOROUGH=1` makes the others large, and runs those that take minutes.

mod acts;
mod black_hole;
mod clock;
mod disk;
mod few;
mod floods;
mod gone;
mod hole;
mod invariants;
mod killed;
mod pages;
mod wire;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use mfa_desk::entropy::{Entropy, SeededEntropy};

use crate::cluster::Cluster;
use crate::support::browser::Browser;
use crate::support::database::TestDatabase;
use crate::support::postgres::Postgres;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Chance, the same for the same seed.
struct Dice(SeededEntropy);

impl Dice {
    fn new() -> Self {
        let fresh: &dyn Entropy = &mfa_desk::entropy::SystemEntropy;
        let seed = asked("FAULT_SEED").unwrap_or_else(|| u64::from(u32::from_be_bytes(fresh.bytes())));
        println!("FAULT_SEED={seed}");
        Self(SeededEntropy::new(seed))
    }

    fn below(&self, end: u64) -> u64 {
        let entropy: &dyn Entropy = &self.0;
        u64::from_be_bytes(entropy.bytes()) % end
    }
}

/// The database that is broken, and its server if it has one.
struct Place {
    database: TestDatabase,
    server: Option<Postgres>,
    /// What outlives the run.
    kept: Option<PathBuf>,
}

/// A database of the kind that the tests are run on, durable. Nothing where there is no server to be had.
fn place() -> Option<Place> {
    let kept = std::env::var_os("FAULT_FOLDER").map(PathBuf::from);
    if !is_on_postgres() {
        let database = match &kept {
            Some(folder) => {
                std::fs::create_dir_all(folder).unwrap();
                TestDatabase::at(&folder.join("mfa-desk.sqlite3"))
            }
            None => TestDatabase::in_file(),
        };
        return Some(Place { database, server: None, kept });
    }
    if !Postgres::is_installed() {
        return None;
    }
    let server = Postgres::durable(kept.as_deref());
    if server.sql("SELECT count(*) FROM pg_database WHERE datname = 'desk'") == "0" {
        server.sql("CREATE DATABASE desk");
    }
    Some(Place { database: TestDatabase::elsewhere(&server.url("desk")), server: Some(server), kept })
}

fn is_on_postgres() -> bool {
    std::env::var("TEST_POSTGRES_URL").is_ok_and(|url| !url.is_empty())
}

/// What takes minutes is asked for.
fn is_thorough() -> bool {
    asked("FAULT_THOROUGH").is_some()
}

/// The program with two agents who are signed in.
async fn desk(more: &str) -> (Cluster, Vec<Browser>) {
    let database = TestDatabase::new();
    let url = database.configured();
    Cluster::start(database, &url, 1, more).await
}

/// A file, or a database on a server that may be stopped.
fn on_own_server() -> Option<(TestDatabase, Option<Postgres>)> {
    if !is_on_postgres() {
        return Some((TestDatabase::in_file(), None));
    }
    if !Postgres::is_installed() {
        return None;
    }
    let server = Postgres::start();
    server.sql("CREATE DATABASE desk");
    Some((TestDatabase::elsewhere(&server.url("desk")), Some(server)))
}

/// Waits for something that comes.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(if is_thorough() { 300 } else { 60 });
    while !is_so() {
        assert!(Instant::now() < end, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How many files a process has open.
fn descriptors(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

fn status(pid: u32, name: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

fn threads(pid: u32) -> usize {
    status(pid, "Threads")
}
