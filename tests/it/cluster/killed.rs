//! One of three is killed in the middle of load: nothing that was acknowledged is lost, and nothing happens twice.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::load::{Ledger, Load, by_message_id, follows_links};
use super::{Cluster, on_postgres, rounds};
use crate::support::mail_reader::parse;
use crate::support::smtp::Received;

const LONG: Duration = Duration::from_secs(60);

/// Holds what is stored against what was acknowledged, once the outbox is empty. Answers how many mails came twice.
pub async fn nothing_is_lost_or_doubled(cluster: &Cluster, ledger: &mut Ledger) -> usize {
    let end = Instant::now() + LONG;
    let left = "SELECT count(*) AS n FROM outbox WHERE state IN ('waiting', 'leased')";
    while cluster.number(left) > 0 {
        assert!(Instant::now() < end, "errands are left:\n{}", cluster.logs());
        cluster.leases_of_the_dead_end();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(cluster.number("SELECT count(*) AS n FROM outbox WHERE state = 'dead'"), 0, "{}", cluster.logs());
    follows_links(cluster, ledger).await;
    while cluster.number(left) > 0 {
        assert!(Instant::now() < end, "errands are left:\n{}", cluster.logs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    cluster.is_whole();

    // Forms: each is there, and each address has one case.
    let count_of = |query: &str| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for text in cluster.texts(query) {
            *counts.entry(text).or_default() += 1;
        }
        counts
    };
    let cases = count_of("SELECT reference AS t FROM cases");
    let submitted = count_of("SELECT case_ref AS t FROM audit_entries WHERE action = 'case.submitted'");
    for (email, reference) in &ledger.forms {
        assert_eq!(cases.get(reference), Some(&1), "the case of {email} is lost");
        assert_eq!(submitted.get(reference), Some(&1), "{reference} was submitted so often");
    }
    let twice = count_of("SELECT email_key AS t FROM case_forms")
        .into_iter()
        .filter(|(email, n)| email.starts_with("load") && *n != 1);
    assert_eq!(twice.collect::<Vec<_>>(), [], "forms were stored twice");

    // Links.
    let proved = "SELECT reference AS t FROM evidence JOIN cases ON cases.id = case_id WHERE kind = 'email_link'";
    let proved = count_of(proved);
    for reference in &ledger.confirmed {
        assert_eq!(proved.get(reference), Some(&1), "{reference} was confirmed, and is so often");
    }
    assert_eq!(ledger.confirmed.len(), ledger.forms.len(), "somebody got no link");

    // Notes, which no key makes one.
    let notes = count_of("SELECT body AS t FROM case_entries WHERE kind = 'note'");
    for body in &ledger.notes {
        assert_eq!(notes.get(body), Some(&1), "{body} was acknowledged and is there so often:\n{}", cluster.logs());
    }
    for body in &ledger.unanswered {
        assert!(notes.get(body).is_none_or(|n| *n == 1), "{body} is there twice");
    }

    // Mails: each errand is one mail, and the log says once that it was sent.
    let sent = format!("SELECT {} AS t FROM audit_entries WHERE action = 'mail.sent'", cluster.detail("mail"));
    let sent = count_of(&sent);
    let mut doubled = 0;
    for (id, messages) in by_message_id(&cluster.smtp.messages()) {
        assert!(messages.iter().all(|message| message.to == messages[0].to), "{id} went to several");
        doubled += messages.len() - 1;
    }
    for (mail, times) in sent {
        assert_eq!(times, 1, "the log says so often that {mail} was sent");
    }
    let links = by_message_id(&cluster.smtp.messages());
    let subjects: Vec<String> = links.values().map(|copies| subject_of(&copies[0])).collect();
    for reference in ledger.forms.values() {
        let about = format!("Email verification for case {reference}");
        let count = subjects.iter().filter(|subject| subject.contains(&about)).count();
        assert_eq!(count, 1, "{reference} was sent so many links");
    }
    doubled
}

fn subject_of(message: &Received) -> String {
    parse(&message.raw).header("Subject").unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_is_killed_under_load() {
    let Some(database) = on_postgres() else { return };
    let url = database.configured();
    let (mut cluster, agents) = Cluster::start(database, &url, 3, "").await;
    let (mut forms, mut notes, mut unanswered, mut doubled, mut longest) = (0, 0, 0, 0, Duration::ZERO);
    for round in 0..rounds() {
        let emails = cluster.adds_accounts(400);
        let load = Load::begin(&cluster, &agents, round, emails);
        load.goes_on(20, 3).await;
        cluster.kills(round % 3);
        load.goes_on(20, 3).await;
        let mut ledger = load.ends().await;
        let before = cluster.smtp.messages().len();
        let twice = nothing_is_lost_or_doubled(&cluster, &mut ledger).await;
        // A mail that the killed instance had handed over, and could not say so any more, goes out once more as the same
        // mail: no more than it had in hand at once.
        assert!(twice <= 64, "{twice} mails of {before} came twice");
        (forms, notes, unanswered) =
            (forms + ledger.forms.len(), notes + ledger.notes.len(), unanswered + ledger.unanswered.len());
        doubled += twice;
        longest = longest.max(ledger.longest);
        cluster.smtp.clear();
        cluster.starts(round % 3);
    }
    println!(
        "killed {} times: {forms} forms and {notes} notes acknowledged, none lost or doubled; {unanswered} notes \
         without an answer; {doubled} mails repeated as the same mail; the longest a form waited was {longest:.1?}",
        rounds()
    );
}
