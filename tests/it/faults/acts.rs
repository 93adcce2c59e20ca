//! What people do beside sending forms and writing notes: customers press the button in their mails, agents claim, write
//! and reject.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::cluster::Cluster;
use crate::cluster::load::Ledger;
use crate::support::browser::{Browser, Page};
use crate::support::mail_reader::parse;
use crate::support::smtp::{Received, SmtpServer};

const PAUSE: Duration = Duration::from_millis(20);

/// What agents were told that it is done.
#[derive(Default, Clone)]
pub struct Acted {
    pub claimed: BTreeSet<String>,
    /// Messages to customers.
    pub told: BTreeSet<String>,
    pub rejected: BTreeSet<String>,
}

/// Those who act, until they are stopped.
pub struct Acts {
    pub acted: Arc<Mutex<Acted>>,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Acts {
    /// Begins, for the cases of a ledger. What agents write begins with `run`.
    pub fn begin(cluster: &Cluster, agent: &Browser, run: u64, ledger: &Arc<Mutex<Ledger>>) -> Self {
        let (acted, stop) = (Arc::new(Mutex::new(Acted::default())), Arc::new(AtomicBool::new(false)));
        let base = cluster.balancer.base();
        let presses = presses_buttons(base.clone(), Arc::clone(&cluster.smtp), Arc::clone(ledger), Arc::clone(&stop));
        let decides = decides(agent.at(&base), run, (Arc::clone(ledger), Arc::clone(&acted)), Arc::clone(&stop));
        Self { acted, stop, tasks: vec![tokio::spawn(presses), tokio::spawn(decides)] }
    }

    /// No more is done.
    pub async fn end(self) -> Acted {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        std::mem::take(&mut self.acted.lock().unwrap())
    }
}

/// The case and the path of the link that proves an address.
fn link_of(message: &Received) -> Option<(String, String)> {
    let mail = parse(&message.raw);
    // Later mails have one too, which lets in and proves the address anew.
    mail.header("Subject").filter(|subject| subject.contains("Email verification for case"))?;
    let link = mail.text.split_whitespace().find(|word| word.contains("/open?token="))?;
    let path = &link[link.find("/cases/")?..];
    let reference = path["/cases/".len()..].split('/').next()?;
    Some((reference.to_owned(), path.to_owned()))
}

/// The status that pressing a link's button had. A link that shows no button was used before.
async fn presses(browser: &Browser, path: &str) -> Option<u16> {
    let page = browser.try_get(path).await?;
    if page.status != 200 || !page.has_form("/open") {
        return Some(if page.status == 200 { 410 } else { page.status });
    }
    let form = page.form("/open");
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.try_post(&form.action, &fields, &[]).await.map(|page| page.status)
}

async fn presses_buttons(base: String, smtp: Arc<SmtpServer>, ledger: Arc<Mutex<Ledger>>, stop: Arc<AtomicBool>) {
    let (one, other) = (Browser::fleeting(&base), Browser::fleeting(&base));
    let (mut seen, mut links, mut turn) = (0, std::collections::VecDeque::new(), 0);
    while !stop.load(Ordering::Relaxed) {
        for message in smtp.since(seen) {
            seen = message.at + 1;
            links.extend(link_of(&message));
        }
        let Some((reference, path)) = links.pop_front() else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        turn += 1;
        // Every third is pressed in two windows at once.
        let pressed = match turn % 3 {
            0 => {
                let both = tokio::join!(presses(&one, &path), presses(&other, &path));
                [both.0, both.1]
            }
            _ => [presses(&one, &path).await, None],
        };
        if pressed.iter().any(|status| matches!(status, Some(200 | 410))) {
            ledger.lock().unwrap().confirmed.insert(reference);
        } else {
            links.push_back((reference, path));
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn sends(agent: &Browser, page: &Page, ending: &str, given: &[(&str, &str)]) -> Option<Page> {
    let form = page.form(ending);
    let mut fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    fields.extend(given);
    agent.try_post(&form.action, &fields, &[]).await.filter(|page| page.status == 200)
}

async fn decides(
    agent: Browser,
    run: u64,
    (ledger, acted): (Arc<Mutex<Ledger>>, Arc<Mutex<Acted>>),
    stop: Arc<AtomicBool>,
) {
    let mut tried = BTreeSet::new();
    for n in 0.. {
        tokio::time::sleep(PAUSE).await;
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let next = ledger.lock().unwrap().confirmed.iter().find(|reference| !tried.contains(*reference)).cloned();
        let Some(reference) = next else { continue };
        tried.insert(reference.clone());
        let case = format!("/desk/cases/{reference}");
        let shows = async || agent.try_get(&case).await.filter(|page| page.status == 200);
        let Some(page) = shows().await else { continue };
        if page.has_form("/claim")
            && let Some(page) = sends(&agent, &page, "/claim", &[]).await
            && page.has_form("/release")
        {
            acted.lock().unwrap().claimed.insert(reference.clone());
        }
        let body = format!("word {run}-{n}.");
        let Some(page) = shows().await else { continue };
        if page.has_form("/messages")
            && let Some(page) = sends(&agent, &page, "/messages", &[("body", &body)]).await
            && page.text().contains(&body)
        {
            acted.lock().unwrap().told.insert(body);
        }
        let Some(page) = shows().await.filter(|_| n % 3 == 0) else { continue };
        if page.has_form("/reject")
            && let Some(page) = sends(&agent, &page, "/reject", &[("reason", "The voice was wrong.")]).await
            && !page.has_form("/reject")
        {
            acted.lock().unwrap().rejected.insert(reference);
        }
    }
}
