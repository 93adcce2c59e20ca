//! From the moment the program is executed to its first answer, what it has in memory then and after a minute of nothing,
//! and how large the binary is; over an empty database and over those of `BENCH_KEEP` with as many cases as are named.
//! `cargo bench --bench start -- 1000000`; with `--features postgres` and `BENCH_POSTGRES_URL` also there.

#[path = "../tests/it/queue/filled.rs"]
#[expect(dead_code, reason = "what is in it is for the benches that look for it")]
mod filled;
#[path = "shared/full.rs"]
mod full;
#[path = "shared/served.rs"]
mod served;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use mfa_desk::config::DatabaseUrl;

use served::{Served, command, program};

const TIMES: usize = 7;

/// A port that nobody listens on at the moment.
fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let asked = stream.write_all(b"GET /readyz HTTP/1.0\r\nhost: localhost\r\n\r\n");
    let mut answer = String::new();
    asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.0 200")
}

/// How long a start takes until `/readyz` is answered with 200.
fn start(url: &DatabaseUrl) -> Duration {
    let address = free_port();
    let mut command = command(url);
    command.env("MFA_DESK__SERVER__LISTEN", address.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().expect("the program can be started");
    while !is_ready(address) {
        assert!(began.elapsed() < Duration::from_secs(60), "it never answers");
        std::thread::sleep(Duration::from_millis(1));
    }
    let took = began.elapsed();
    Command::new("kill").arg(child.id().to_string()).status().expect("it can be stopped");
    child.wait().expect("it ends");
    took
}

/// Has the system forget what it holds of files in memory. False where it does not let us.
fn forget_files() -> bool {
    Command::new("sync").status().is_ok_and(|status| status.success())
        && std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}

fn middle(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}

fn measure(name: &str, url: &DatabaseUrl) {
    // The first start makes the tables.
    let first = start(url);
    let (warm, longest) = middle((0..TIMES).map(|_| start(url)).collect());
    println!("{name}: first start {first:.0?}; then {warm:.0?} (longest {longest:.0?})");
    if forget_files() {
        let cold = (0..3).map(|_| {
            forget_files();
            start(url)
        });
        println!("  nothing of it in memory: {:.0?}", middle(cold.collect()).0);
    }
    let served = Served::over(url);
    std::thread::sleep(Duration::from_secs(1));
    assert!(is_ready(served.address), "it answers");
    let (began, since) = (served.memory().0, Instant::now());
    served.settles();
    println!("  busy beside answering: {:.0?} more", since.elapsed().saturating_sub(Duration::from_secs(2)));
    std::thread::sleep(Duration::from_secs(60).saturating_sub(since.elapsed()));
    println!("  memory: {began:.1} MiB after a second, {:.1} MiB after a minute", served.memory().0);
}

fn main() {
    mfa_desk::notify::install_tls_provider();
    let counts: Vec<usize> = std::env::args().skip(1).filter_map(|said| said.parse().ok()).collect();
    let size = std::fs::metadata(program()).map(|file| file.len()).unwrap_or_default();
    println!("binary: {:.1} MiB", size as f64 / 1_048_576.0);
    let (place, now) = (full::Place::new(), Utc::now());
    for count in std::iter::once(0).chain(counts) {
        measure(&format!("sqlite, {count} cases"), &place.sqlite(count, now).0);
        #[cfg(feature = "postgres")]
        if let Some((url, _)) = place.postgres(count, now) {
            measure(&format!("postgresql, {count} cases"), &url);
        }
    }
}
