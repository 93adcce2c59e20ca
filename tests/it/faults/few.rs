//! Few files, and little memory.

use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;

use super::{descriptors, desk, is_thorough, status, until};
use crate::cluster::load::Load;
use crate::support::browser::Browser;
use crate::support::world::{form, reference_on};

const PRLIMIT: &str = "/usr/bin/prlimit";

fn there_is_none() -> bool {
    let none = !std::path::Path::new(PRLIMIT).is_file();
    if none {
        eprintln!("not tried: there is no prlimit here");
    }
    none
}

fn limits(pid: u32, what: &str) {
    assert!(Command::new(PRLIMIT).args(["--pid", &pid.to_string(), what]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_few_files_connections_wait_and_the_database_does_not() {
    if there_is_none() {
        return;
    }
    for most in [64, 256] {
        let (mut cluster, agents) = desk("").await;
        cluster.under = vec![PRLIMIT.to_owned(), format!("--nofile={most}:{most}")];
        cluster.kills(0);
        cluster.starts(0);
        until("the warning", || cluster.logs().contains("few files may be open at once")).await;
        let emails = cluster.adds_accounts(4);
        let base = cluster.node(0).base.clone();
        let address = base.trim_start_matches("http://").to_owned();
        let mut idle = Vec::new();
        for _ in 0..most + 100 {
            idle.push(TcpStream::connect(&address).await.unwrap());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let open = descriptors(cluster.node(0).id());
        assert!(open < most, "{open} of {most} files are open");
        // Whoever comes now waits until the idle are shown out, or go.
        let asking = tokio::spawn({
            let (base, email) = (base.clone(), emails[0].clone());
            async move { reference_on(Browser::fleeting(&base).post("/assistance", &form(&email)).await.is(200)) }
        });
        if !is_thorough() {
            drop(idle);
        }
        let reference = asking.await.unwrap();
        agents[0].at(&base).get("/desk").await.is(200).says(&reference);
        until("the mail", || !cluster.smtp.messages().is_empty()).await;
        cluster.is_whole();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_files_run_out_for_a_while_nothing_is_lost() {
    if there_is_none() {
        return;
    }
    let (mut cluster, agents) = desk("").await;
    let emails = cluster.adds_accounts(300);
    let load = Load::begin(&cluster, &agents, 1, emails);
    load.goes_on(5, 1).await;
    let pid = cluster.node(0).id();
    for more in [0, 1, 3] {
        let few = descriptors(pid).saturating_sub(4) + more;
        limits(pid, &format!("--nofile={few}:"));
        let told = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let told = told.lines().find(|line| line.starts_with("Max open files")).unwrap();
        assert_eq!(told.split_whitespace().nth(3), Some(&*few.to_string()), "{told}");
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(descriptors(pid) <= few + 4, "more were opened than may be");
        limits(pid, "--nofile=4096:");
        load.goes_on(5, 1).await;
    }
    let mut ledger = load.ends().await;
    let doubled = crate::cluster::killed::nothing_is_lost_or_doubled(&cluster, &mut ledger).await;
    assert_eq!(doubled, 0);
    assert!(!cluster.logs().contains("panicked"), "{}", cluster.logs());
}

/// A program that gets no more memory dies, as every such program does; what was acknowledged is there when it is started
/// again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_memory_runs_out_nothing_is_lost() {
    if there_is_none() || !is_thorough() {
        return;
    }
    let (mut cluster, agents) = desk("").await;
    let emails = cluster.adds_accounts(4000);
    let load = Load::begin(&cluster, &agents, 1, emails);
    let mut died = 0;
    for more in [0, 4, 16, 64, 256] {
        load.goes_on(20, 1).await;
        let pid = cluster.node(0).id();
        let bytes = (status(pid, "VmSize") + more * 1024) * 1024;
        limits(pid, &format!("--as={bytes}:"));
        tokio::time::sleep(Duration::from_secs(4)).await;
        if !std::path::Path::new(&format!("/proc/{pid}/exe")).exists() || cluster.node(0).base.is_empty() {
            died += 1;
        }
        cluster.kills(0);
        cluster.is_whole();
        cluster.leases_of_the_dead_end();
        cluster.starts(0);
    }
    let mut ledger = load.ends().await;
    let doubled = crate::cluster::killed::nothing_is_lost_or_doubled(&cluster, &mut ledger).await;
    println!(
        "memory ran out five times, {died} of them to death: {} forms and {} notes acknowledged, none lost; {doubled} mails came \
         once more as the same mail",
        ledger.forms.len(),
        ledger.notes.len()
    );
}
