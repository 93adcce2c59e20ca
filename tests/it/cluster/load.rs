//! Customers, their mails and agents, all at once, and a ledger of what they were told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::Cluster;
use crate::support::browser::{Browser, Page};
use crate::support::mail_reader::parse;
use crate::support::smtp::Received;
use crate::support::world::form;

const CUSTOMERS: usize = 4;
const LONG: Duration = Duration::from_secs(180);

/// What was acknowledged, and what was asked for without an answer.
#[derive(Default)]
pub struct Ledger {
    /// The reference that each address was given.
    pub forms: BTreeMap<String, String>,
    /// Cases whose link's button was answered.
    pub confirmed: BTreeSet<String>,
    /// Notes that were answered.
    pub notes: BTreeSet<String>,
    /// Notes that were asked for and not answered.
    pub unanswered: BTreeSet<String>,
    /// The longest that a form was without an answer.
    pub longest: Duration,
}

/// The load, until it is stopped.
pub struct Load {
    pub ledger: Arc<Mutex<Ledger>>,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Messages by their Message-ID.
pub fn by_message_id(messages: &[Received]) -> BTreeMap<String, Vec<Received>> {
    let mut found: BTreeMap<String, Vec<Received>> = BTreeMap::new();
    for message in messages {
        let id = parse(&message.raw).header("Message-ID").unwrap().to_owned();
        found.entry(id).or_default().push(message.clone());
    }
    found
}

fn reference_in(page: &Page) -> Option<String> {
    let text = page.text();
    let at = text.find("MFA-")?;
    text.get(at..at + 13).map(str::to_owned)
}

impl Load {
    /// Begins, with customers of these addresses and notes that begin with `round`.
    pub fn begin(cluster: &Cluster, agents: &[Browser], round: usize, emails: Vec<String>) -> Self {
        let (ledger, stop) = (Arc::new(Mutex::new(Ledger::default())), Arc::new(AtomicBool::new(false)));
        let base = cluster.balancer.base();
        let (emails, next) = (Arc::new(emails), Arc::new(AtomicUsize::new(0)));
        let mut tasks = Vec::new();
        for _ in 0..CUSTOMERS {
            let (base, ledger, stop) = (base.clone(), Arc::clone(&ledger), Arc::clone(&stop));
            let (emails, next) = (Arc::clone(&emails), Arc::clone(&next));
            tasks.push(tokio::spawn(async move {
                let browser = Browser::fleeting(&base);
                while !stop.load(Ordering::Relaxed) {
                    let Some(email) = emails.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    asks(&browser, email, &ledger).await;
                }
            }));
        }
        for (name, agent) in agents.iter().enumerate() {
            let agent = agent.at(&base);
            let (ledger, stop) = (Arc::clone(&ledger), Arc::clone(&stop));
            tasks.push(tokio::spawn(async move {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    notes(&agent, &format!("note {round}-{name}-{n}."), n, &ledger).await;
                }
            }));
        }
        Self { ledger, stop, tasks }
    }

    /// Waits until so many forms and notes more were acknowledged.
    pub async fn goes_on(&self, forms: usize, notes: usize) {
        let count = || {
            let ledger = self.ledger.lock().unwrap();
            (ledger.forms.len(), ledger.notes.len())
        };
        let (before, end) = (count(), Instant::now() + LONG);
        while count().0 < before.0 + forms || count().1 < before.1 + notes {
            assert!(Instant::now() < end, "after {before:?} forms and notes only {:?} were acknowledged", count());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// No more is asked for; what was asked for is answered.
    pub async fn ends(self) -> Ledger {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        std::mem::take(&mut self.ledger.lock().unwrap())
    }
}

/// Sends one form until it is taken, as a customer would whose browser says that it was not.
async fn asks(browser: &Browser, email: &str, ledger: &Mutex<Ledger>) {
    let key = format!("the form of {email}");
    let mut fields = form(email);
    fields.push(("key", &key));
    // Each from a network of its own.
    let n: usize = email.split('@').next().unwrap().trim_start_matches("load").parse().unwrap();
    let from = format!("10.{}.{}.1", n / 256, n % 256);
    // And with words and a number of its own: they are no campaign.
    let (phone, message) = (format!("+44 79 {:08}", 10_000_000 + n), format!("Please help {email}."));
    fields.retain(|(name, _)| !["phone", "message"].contains(name));
    fields.extend([("phone", &*phone), ("message", &*message)]);
    let began = Instant::now();
    while began.elapsed() < LONG {
        let answer = browser.try_post("/assistance", &fields, &[("x-forwarded-for", &from)]).await;
        if let Some(page) = answer {
            // A machine that is busy may need ten seconds for a request's head.
            assert!(matches!(page.status, 200 | 408 | 503), "{}: {}", page.status, page.text());
            if page.status == 200 {
                let mut ledger = ledger.lock().unwrap();
                let reference = reference_in(&page).unwrap();
                assert_eq!(ledger.forms.insert(email.to_owned(), reference), None);
                ledger.longest = ledger.longest.max(began.elapsed());
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{email} was never answered");
}

/// Adds a note to one of the cases, once, whatever comes of it.
async fn notes(agent: &Browser, body: &str, n: usize, ledger: &Mutex<Ledger>) {
    let reference = {
        let ledger = ledger.lock().unwrap();
        ledger.forms.values().nth(n % ledger.forms.len().max(1)).cloned()
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    let Some(reference) = reference else { return };
    let Some(page) = agent.try_get(&format!("/desk/cases/{reference}")).await.filter(|page| page.status == 200) else {
        return;
    };
    assert!(page.has_form("/notes"), "{}: {}", page.url, page.text());
    let form = page.form("/notes");
    let mut fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    fields.push(("body", body));
    let answer = agent.try_post(&form.action, &fields, &[]).await;
    let mut ledger = ledger.lock().unwrap();
    match answer.map(|page| (page.status, page.text().contains(body))) {
        Some((200, true)) => ledger.notes.insert(body.to_owned()),
        _ => ledger.unanswered.insert(body.to_owned()),
    };
}

/// Presses the button behind every link that was mailed since.
pub async fn follows_links(cluster: &Cluster, ledger: &mut Ledger) {
    let browser = Browser::fleeting(&cluster.balancer.base());
    for message in cluster.smtp.messages() {
        let mail = parse(&message.raw);
        let Some(link) = mail.text.split_whitespace().find(|word| word.contains("/open?token=")) else { continue };
        let path = &link[link.find("/cases/").unwrap()..];
        let reference = path["/cases/".len()..].split('/').next().unwrap().to_owned();
        if !ledger.forms.values().any(|known| *known == reference) || ledger.confirmed.contains(&reference) {
            continue;
        }
        let end = Instant::now() + LONG;
        while !ledger.confirmed.contains(&reference) {
            assert!(Instant::now() < end, "{reference} was never confirmed");
            let Some(page) = browser.try_get(path).await.filter(|page| page.status == 200) else {
                // Pressed before, and only the answer was lost.
                if browser.try_get(path).await.is_some_and(|page| page.status == 410) {
                    ledger.confirmed.insert(reference.clone());
                }
                continue;
            };
            if !page.has_form("/open") {
                ledger.confirmed.insert(reference.clone());
                continue;
            }
            let form = page.form("/open");
            let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            if browser.try_post(&form.action, &fields, &[]).await.is_some_and(|page| page.status == 200) {
                ledger.confirmed.insert(reference.clone());
            }
        }
    }
}
