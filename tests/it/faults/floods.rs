//! Many who open connections and say little: they are shown out, cost little, and whoever is honest is answered meanwhile.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::wire::shown;
use super::{desk, is_thorough, status};
use crate::cluster::auditor;
use crate::support::browser::Browser;
use crate::support::world::form;

/// How somebody keeps a connection to themself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Idle,
    /// A header line comes letter by letter.
    SlowHeaders,
    /// A form comes letter by letter.
    SlowBody,
}

/// Keeps a connection for as long as the other side lets it, and answers how long that was.
async fn keeps(address: String, way: Way) -> Duration {
    let Ok(mut stream) = TcpStream::connect(&address).await else { return Duration::ZERO };
    let began = Instant::now();
    let start: &[u8] = match way {
        Way::Idle => b"",
        Way::SlowHeaders => b"GET /assistance HTTP/1.1\r\nhost: desk\r\nx-slow: ",
        Way::SlowBody => {
            b"POST /assistance HTTP/1.1\r\nhost: desk\r\ncontent-type: application/x-www-form-urlencoded\r\n\
              content-length: 60000\r\n\r\nemail="
        }
    };
    if stream.write_all(start).await.is_err() {
        return began.elapsed();
    }
    let (mut answer, mut letters) = ([0; 4096], tokio::time::interval(Duration::from_secs(1)));
    loop {
        tokio::select! {
            read = stream.read(&mut answer) => if !matches!(read, Ok(1..)) {
                return began.elapsed();
            },
            _ = letters.tick(), if way != Way::Idle => {
                if stream.write_all(b"x").await.is_err() {
                    return began.elapsed();
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_slow_connections_costs_little_and_ends() {
    let (many, honest_seconds) = if is_thorough() { ([4000, 2000, 1000], 40) } else { ([100, 50, 50], 2) };
    let (mut cluster, agents) = desk("").await;
    let emails = cluster.adds_accounts(honest_seconds * 10);
    let (base, pid) = (cluster.node(0).base.clone(), cluster.node(0).id());
    let address = base.trim_start_matches("http://").to_owned();
    let before = status(pid, "VmRSS");
    let mut flood = JoinSet::new();
    let ways = [Way::Idle, Way::SlowHeaders, Way::SlowBody];
    for (way, many) in ways.into_iter().zip(many) {
        for _ in 0..many {
            let address = address.clone();
            flood.spawn(async move { (way, keeps(address, way).await) });
        }
    }
    let (mut took, end) = (Vec::new(), Instant::now() + Duration::from_secs(honest_seconds as u64));
    let (mut most, mut files) = (before, 0);
    for email in &emails {
        if Instant::now() > end {
            break;
        }
        let n = took.len();
        let from = format!("10.2.{}.{}", n / 200, n % 200);
        let asked = Instant::now();
        let browser = Browser::fleeting(&base);
        browser.post_with("/assistance", &form(email), &[("x-forwarded-for", &from)]).await.is(200);
        took.push(asked.elapsed());
        agents[0].at(&base).get("/desk").await.is(200);
        most = most.max(status(pid, "VmRSS"));
        files = files.max(super::descriptors(pid));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!took.is_empty(), "no form was answered");
    let room = 20_000 + 100 * many.iter().sum::<usize>();
    assert!(most < before + room, "{before} KiB became {most}");
    if is_thorough() {
        let mut ends = [Vec::new(), Vec::new(), Vec::new()];
        while let Some(ended) = flood.join_next().await {
            let (way, after) = ended.unwrap();
            ends[ways.iter().position(|each| *each == way).unwrap()].push(after);
        }
        for (way, ends) in ways.iter().zip(&mut ends) {
            println!("{way:?}: {} were shown out after {}", ends.len(), shown(ends));
            // Ten seconds for headers, twenty for a body, and what a busy machine adds.
            assert!(ends.iter().all(|end| *end < Duration::from_secs(60)));
        }
    }
    println!(
        "{many:?} connections, at most {files} files: forms took {}; {before} KiB before, at most {most}, {} after",
        shown(&mut took),
        status(pid, "VmRSS")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_read_an_export_slowly_hold_up_nobody() {
    let (forms, readers) = if is_thorough() { (3000, 100) } else { (30, 12) };
    let (mut cluster, agents) =
        desk("limits.forms_per_network_hour = 100000\nlimits.forms_per_network_day = 100000").await;
    let emails = cluster.adds_accounts(forms);
    let base = cluster.node(0).base.clone();
    for email in &emails {
        Browser::fleeting(&base).post("/assistance", &form(email)).await.is(200);
    }
    let auditor = auditor(&cluster.database).await.at(&base);
    let pid = cluster.node(0).id();
    let before = status(pid, "VmRSS");
    let mut streams = Vec::new();
    for _ in 0..readers {
        // Nothing of it is read but its head.
        let answer = auditor.stream("/desk/audit.csv", &[]).await;
        assert_eq!(answer.status().as_u16(), 200);
        streams.push(answer);
    }
    let mut took = Vec::new();
    for _ in 0..20 {
        let asked = Instant::now();
        agents[0].at(&base).get("/desk").await.is(200);
        Browser::fleeting(&base).get("/assistance").await.is(200);
        took.push(asked.elapsed());
    }
    let most = status(pid, "VmRSS");
    assert!(most < before + 100_000, "{before} KiB became {most}");
    println!(
        "{readers} slow readers of an export: pages took {}; {before} KiB before, {most} with them",
        shown(&mut took)
    );
    let whole = streams.remove(0).text().await.unwrap();
    assert!(whole.lines().count() > forms * 3, "{}", whole.lines().count());
    drop(streams);
    cluster.is_whole();
}
