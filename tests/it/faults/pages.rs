//! Ten thousand customers with the page of their case open.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::wire::{asks, shown};
use super::{descriptors, desk, is_thorough, status, until};
use crate::support::browser::Browser;
use crate::support::mail_reader::parse;
use crate::support::world::form;

const CASES: usize = 400;
const PAGES: usize = 10_000;
/// What an open page looks again after, as its markup says.
const LOOK: Duration = Duration::from_secs(20);
const WORD: &str = "A word for everybody.";

/// Customers' requests for the page of their case, by reference.
async fn customers(cluster: &mut crate::cluster::Cluster, base: &str) -> Vec<(String, Vec<u8>)> {
    let emails = cluster.adds_accounts(CASES);
    for email in &emails {
        Browser::fleeting(base).post("/assistance", &form(email)).await.is(200);
    }
    until("the mails", || cluster.smtp.messages().len() >= CASES).await;
    let mut found = Vec::new();
    for message in cluster.smtp.messages() {
        let text = parse(&message.raw).text;
        let Some(link) = text.split_whitespace().find(|word| word.contains("/open?token=")) else { continue };
        let path = link[link.find("/cases/").unwrap()..].to_owned();
        let reference = path["/cases/".len()..].split('/').next().unwrap().to_owned();
        let http = crate::support::browser::plain_http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let page = Browser::fleeting(base).get(&path).await;
        let form = page.form("/open");
        let pressed = http.post(format!("{base}{}", form.action)).form(&form.fields).send().await.unwrap();
        let cookie = pressed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let request = format!("GET /cases/{reference} HTTP/1.1\r\nhost: desk\r\ncookie: {cookie}\r\n\r\n");
        found.push((reference, request.into_bytes()));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_open_pages_hear_what_happened_and_the_desk_stays_quick() {
    if !is_thorough() {
        return;
    }
    let more = "limits.forms_per_network_hour = 100000\nlimits.forms_per_network_day = 100000";
    let (mut cluster, agents) = desk(more).await;
    let (base, pid) = (cluster.node(0).base.clone(), cluster.node(0).id());
    let address = base.trim_start_matches("http://").to_owned();
    let customers = customers(&mut cluster, &base).await;
    until("the outbox", || cluster.number("SELECT COUNT(*) AS n FROM outbox WHERE state <> 'done'") == 0).await;
    let before = status(pid, "VmRSS");

    // All of them are there at once, on connections of their own.
    let mut held = JoinSet::new();
    for n in 0..PAGES {
        let (address, request) = (address.clone(), customers[n % customers.len()].1.clone());
        held.spawn(async move {
            let mut stream = TcpStream::connect(address).await.ok()?;
            let asked = Instant::now();
            let answer = asks(&mut stream, &request).await.ok()?;
            answer.starts_with(b"HTTP/1.1 200").then_some((asked.elapsed(), stream))
        });
    }
    let (mut took, mut streams) = (Vec::new(), Vec::new());
    let (mut most_files, mut most) = (0, 0);
    while let Some(held) = held.join_next().await {
        let (after, stream) = held.unwrap().expect("a page was not answered");
        took.push(after);
        streams.push(stream);
        if took.len() % 500 == 0 {
            (most_files, most) = (most_files.max(descriptors(pid)), most.max(status(pid, "VmRSS")));
        }
    }
    println!(
        "{PAGES} pages asked for at once took {}; at most {most_files} files; {before} KiB before, {most} with them: {} \
         bytes a connection",
        shown(&mut took),
        most.saturating_sub(before) * 1024 / most_files.max(1)
    );
    drop(streams);

    // From now on each looks every twenty seconds, as the script of the page does.
    let (stop, looks, failed) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (took, heard) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(BTreeMap::<usize, Instant>::new())));
    let mut pages = JoinSet::new();
    for n in 0..PAGES {
        let (address, request) = (address.clone(), customers[n % customers.len()].1.clone());
        let (stop, looks, failed) = (Arc::clone(&stop), Arc::clone(&looks), Arc::clone(&failed));
        let (took, heard) = (Arc::clone(&took), Arc::clone(&heard));
        pages.spawn(async move {
            tokio::time::sleep(LOOK * u32::try_from(n).unwrap() / u32::try_from(PAGES).unwrap()).await;
            let mut kept: Option<TcpStream> = None;
            while !stop.load(Ordering::Relaxed) {
                let began = Instant::now();
                let mut answer = match &mut kept {
                    Some(stream) => asks(stream, &request).await.ok(),
                    None => None,
                };
                if answer.is_none()
                    && let Ok(mut stream) = TcpStream::connect(&address).await
                {
                    answer = asks(&mut stream, &request).await.ok();
                    kept = Some(stream);
                }
                looks.fetch_add(1, Ordering::Relaxed);
                match answer.filter(|answer| answer.starts_with(b"HTTP/1.1 200")) {
                    Some(answer) => {
                        took.lock().unwrap().push(began.elapsed());
                        if answer.windows(WORD.len()).any(|part| part == WORD.as_bytes()) {
                            heard.lock().unwrap().entry(n).or_insert_with(Instant::now);
                        }
                    }
                    None => {
                        failed.fetch_add(1, Ordering::Relaxed);
                        kept = None;
                    }
                }
                tokio::time::sleep(LOOK.saturating_sub(began.elapsed())).await;
            }
        });
    }
    tokio::time::sleep(LOOK + Duration::from_secs(5)).await;
    // An agent writes to a hundred of the customers.
    let (mut at_desk, mut told) = (Vec::new(), BTreeMap::new());
    for (n, (reference, _)) in customers.iter().enumerate().take(100) {
        let asked = Instant::now();
        let page = agents[0].at(&base).get(&format!("/desk/cases/{reference}")).await;
        at_desk.push(asked.elapsed());
        agents[0].at(&base).send(page.is(200), "/messages", &[("body", WORD)]).await.is(200);
        told.insert(n, Instant::now());
    }
    tokio::time::sleep(LOOK + Duration::from_secs(5)).await;
    stop.store(true, Ordering::Relaxed);
    let (files, memory) = (descriptors(pid), status(pid, "VmRSS"));
    while pages.join_next().await.is_some() {}
    let (looks, failed) = (looks.load(Ordering::Relaxed), failed.load(Ordering::Relaxed));
    let heard = heard.lock().unwrap();
    let mut delays: Vec<Duration> = Vec::new();
    for n in (0..PAGES).filter(|n| n % customers.len() < 100) {
        let at = heard.get(&n).unwrap_or_else(|| panic!("page {n} did not hear"));
        delays.push(at.saturating_duration_since(told[&(n % customers.len())]));
    }
    println!(
        "{PAGES} pages that look every {LOOK:?}: {looks} looks, {failed} failed, each took {}; {files} files, {memory} KiB; the \
         desk's case page took {}; {} pages heard of a message after {}",
        shown(&mut took.lock().unwrap()),
        shown(&mut at_desk),
        delays.len(),
        shown(&mut delays)
    );
    assert_eq!(failed, 0);
}
