//! The program as operators run it: a process of its own, over a database.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mfa_desk::config::DatabaseUrl;
use secrecy::ExposeSecret;

/// The key that sessions are signed with.
pub const KEY: &str = "a key that only benches have, 32+ chars";

/// A process that serves, until it is dropped.
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

/// The program, or another build of it that `BENCH_PROGRAM` names.
pub fn program() -> String {
    std::env::var("BENCH_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_mfa-desk").to_owned())
}

/// What starts the program over a database, with everything else as by default.
pub fn command(url: &DatabaseUrl) -> Command {
    let url = match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.expose_secret().to_owned(),
    };
    let mut command = Command::new(program());
    command
        .arg("serve")
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("DATABASE_URL", url)
        .env("MFA_DESK__SERVER__LISTEN", "127.0.0.1:0")
        .env("MFA_DESK__SERVER__BASE_URL", "http://localhost")
        .env("MFA_DESK__SERVER__TRUSTED_PROXIES", "127.0.0.1")
        .env("MFA_DESK__SECRETS__KEY", KEY)
        .env("MFA_DESK__MAIL__FROM", "desk@bench.example")
        .env("MFA_DESK__MAIL__SMTP__HOST", "127.0.0.1")
        .env("MFA_DESK__MAIL__SMTP__TLS", "none")
        // Pages are looked at more often than people do.
        .env("MFA_DESK__LIMITS__VIEWS_PER_HOUR", "10000");
    command
}

impl Served {
    /// Starts a command that says `listening on http://ADDRESS`.
    pub fn start(mut command: Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program can be started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        Self { address: address.unwrap_or_else(|| panic!("it said: {line}")), child }
    }

    /// The program over a database.
    pub fn over(url: &DatabaseUrl) -> Self {
        Self::start(command(url))
    }

    /// Waits until it has done what it does at its start beside answering: it looks through the tables for what is over.
    pub fn settles(&self) {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", self.process())).unwrap_or_default();
        let sum = |fields: &[&str]| fields.iter().filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
        // User and system time in hundredths of a second, and megabytes that were read.
        let worked = || {
            let (stat, io) = (read("stat"), read("io"));
            let times: Vec<&str> =
                stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2).collect();
            let bytes: Vec<&str> = io.lines().next().unwrap_or_default().split_whitespace().skip(1).collect();
            sum(&times) + sum(&bytes) / 1_000_000
        };
        let mut quiet = 0;
        for _ in 0..120 {
            let before = worked();
            std::thread::sleep(Duration::from_secs(1));
            quiet = if worked() - before <= 2 { quiet + 1 } else { 0 };
            if quiet == 2 {
                return;
            }
        }
        panic!("it is never done");
    }

    /// Its number.
    pub fn process(&self) -> String {
        self.child.id().to_string()
    }

    /// What it has in memory, and the most it ever had, in MiB.
    pub fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process())).unwrap_or_default();
        let mib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
        };
        (mib("VmRSS:"), mib("VmHWM:"))
    }
}

impl Drop for Served {
    /// As an operator stops it.
    fn drop(&mut self) {
        let stopped = Command::new("kill").arg(self.process()).status();
        assert!(stopped.is_ok_and(|status| status.success()), "it can be stopped");
        self.child.wait().expect("it ends");
    }
}
