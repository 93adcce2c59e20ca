//! What several instances share: sessions, limits, what is told to open pages, the outbox and the timers.

use std::time::{Duration, Instant};

use super::{Cluster, on_postgres};
use crate::support::browser::{Browser, unescaped};
use crate::support::listener::Listener;
use crate::support::world::{form, reference_on};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_are_one_desk() {
    let Some(database) = on_postgres() else { return };
    let url = database.configured();
    let (mut cluster, agents) = Cluster::start(database, &url, 3, "limits.forms_per_network_hour = 8").await;
    is_one_desk(&mut cluster, &agents).await;
}

/// Everything that is to be shared, of three instances.
pub(super) async fn is_one_desk(cluster: &mut Cluster, agents: &[Browser]) {
    let emails = cluster.adds_accounts(12);
    let bases: Vec<String> = (0..3).map(|node| cluster.base(node).to_owned()).collect();

    // A limit is one for all of them: eight forms are taken of one network, whomever they are sent to.
    let mut taken = Vec::new();
    for (n, email) in emails.iter().take(10).enumerate() {
        let page = Browser::fleeting(&bases[n % 3]).post("/assistance", &form(email)).await;
        match page.status {
            200 => taken.push(reference_on(&page)),
            status => assert_eq!(status, 429, "{}", page.text()),
        }
    }
    assert_eq!(taken.len(), 8, "a limit counts for each instance by itself");
    // Any of them answers for a form that another took.
    let mut fields = form(&emails[10]);
    fields.push(("key", "one form for three"));
    let [one, two, three] = [0, 1, 2].map(|node| Browser::fleeting(&bases[node]));
    let from = [("x-forwarded-for", "192.0.2.7")];
    let sent = tokio::join!(
        one.post_with("/assistance", &fields, &from),
        two.post_with("/assistance", &fields, &from),
        three.post_with("/assistance", &fields, &from)
    );
    let given = [&sent.0, &sent.1, &sent.2].map(|page| reference_on(page.is(200)));
    assert!(given.iter().all(|reference| *reference == given[0]), "one form is three cases: {given:?}");

    // A session is good everywhere, and what one instance stored is told to the pages of another.
    let case = format!("/desk/cases/{}", taken[0]);
    for base in &bases {
        agents[0].at(base).get(&case).await.is(200).says(&taken[0]);
    }
    let there = agents[0].at(&bases[2]);
    let page = there.get(&case).await;
    let at = page.html.find("data-events=\"").unwrap() + 13;
    let stream = unescaped(&page.html[at..at + page.html[at..].find('"').unwrap()]);
    let mut heard = Listener::open(&there, &stream).await;
    let elsewhere = agents[1].at(&bases[0]);
    let page = elsewhere.get(&case).await;
    elsewhere.send(&page, "/notes", &[("body", "From the first instance.")]).await.is(200);
    while heard.event().await.name != "case" {}
    there.get(&case).await.says("From the first instance.");

    // Mails: one for each case, whoever sends it.
    cluster.smtp.wait_for(9, Duration::from_secs(20)).await;

    // Timers: each acts once, whoever notices.
    cluster.execute(
        "UPDATE cases SET due_at = now() AT TIME ZONE 'UTC', expires_at = now() AT TIME ZONE 'UTC' \
         WHERE state = 'submitted'",
    );
    let waiting = "SELECT count(*) AS n FROM cases WHERE state = 'submitted'";
    let end = Instant::now() + Duration::from_secs(20);
    while cluster.number(waiting) > 0 {
        assert!(Instant::now() < end, "the timers do not act:\n{}", cluster.logs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let expired = cluster.texts("SELECT case_ref AS t FROM audit_entries WHERE action = 'case.expired' ORDER BY 1");
    let mut cases = taken.clone();
    cases.push(given[0].clone());
    cases.sort();
    assert_eq!(expired, cases, "a timer acted twice, or not at all");
    cluster.smtp.wait_for(18, Duration::from_secs(20)).await;
    // What comes twice comes at once.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(cluster.smtp.messages().len(), 18, "a mail was sent twice:\n{}", cluster.logs());
    cluster.is_whole();
}
