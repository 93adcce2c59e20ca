//! What programs see of cases and mails, and what the log says of that.

use std::collections::BTreeMap;

use mfa_desk::config::Settings;
use serde_json::{Map, Value};

use super::Program;
use crate::inbound::{Letter, takes, takes_mail, undecided};
use crate::support::world::{OWNER, Setup, World, address};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_programs_look_is_another_than_its_persons() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (browser, program) = (world.agent("ana").await, world.program("ana").await);
    browser.get(&format!("/desk/cases/{reference}")).await.is(200);
    program.get(&format!("/cases/{reference}")).await.is(200);
    // Soon again, each look is the same as before.
    program.get(&format!("/cases/{reference}")).await.is(200);
    browser.get(&format!("/desk/cases/{reference}")).await.is(200);
    let entries = world.entries(&reference).await;
    let looks = entries.iter().filter(|entry| entry.action == "case.viewed" && entry.actor == address("ana"));
    let details: Vec<&str> = looks.map(|entry| entry.details.as_str()).collect();
    let via = format!("\"via\":\"token {}\"", program.token);
    assert_eq!(details.len(), 2, "{details:?}");
    assert!(!details[0].contains("via") && details[1].contains(&via), "{details:?}");
    world.stop().await;
}

/// The details of a case's entries, by their numbers.
async fn details(program: &Program, reference: &str) -> BTreeMap<i64, Map<String, Value>> {
    let case = program.get(&format!("/cases/{reference}")).await.is(200).json();
    let one = |entry: &Value| (entry["seq"].as_i64().unwrap(), entry["details"].as_object().unwrap().clone());
    case["timeline"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_read_whole_only_by_those_who_may_read_the_log() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    let whole = details(&world.program_for("aud", &["cases:read", "audit:read"], "").await, &reference).await;
    let log: BTreeMap<i64, Map<String, Value>> = world
        .entries(&reference)
        .await
        .iter()
        .map(|entry| (entry.seq, serde_json::from_str(&entry.details).unwrap()))
        .collect();
    // Looking itself is an entry, which is not in what it reads.
    assert!(whole.len() > 5 && whole.iter().all(|(seq, details)| log[seq] == *details));
    // Neither the role nor the scope alone is enough.
    for program in [
        world.program_for("aud", &["cases:read"], "").await,
        world.program_for("ana", &["cases:read", "audit:read"], "").await,
    ] {
        let told = details(&program, &reference).await;
        let (mut same, mut kept_back) = (0, 0);
        for (seq, told) in told.iter().filter(|(seq, _)| whole.contains_key(*seq)) {
            assert!(told.iter().all(|(name, value)| whole[seq][name] == *value), "{told:?}");
            let ids = told.values().filter_map(Value::as_str).filter(|text| text.parse::<uuid::Uuid>().is_ok());
            assert_eq!(ids.count(), 0, "{told:?}");
            same += told.len();
            kept_back += whole[seq].len() - told.len();
        }
        assert!(same > 0 && kept_back > 0, "{same} {kept_back}");
    }
    world.stop().await;
}

fn looks_once(settings: &mut Settings) {
    takes_mail(settings);
    settings.limits.views_per_hour = 1;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wrote_a_mail_is_masked_and_reading_is_limited_as_looking_at_cases_is() {
    let world = World::with(Setup { change: looks_once, ..Setup::default() }).await;
    for body in ["First of them", "And the second"] {
        let mail = Letter {
            from: "stray@elsewhere.example".to_owned(),
            to: "desk@desk.example.test".to_owned(),
            answers: None,
            headers: String::new(),
            body: body.to_owned(),
            id: format!("{}@elsewhere.example", body.len()),
        };
        takes(&world, &mail).await;
    }
    let waiting = undecided(&world).await;
    let (first, second) = (format!("/mail/{}", waiting[0].id), format!("/mail/{}", waiting[1].id));
    let ana = world.program_for("ana", &["cases:read", "cases:work"], "").await;
    let read = ana.get(&first).await;
    let said = read.is(200).json();
    assert_eq!((said["from_masked"].as_str(), &said["from"]), (Some("s•••@e•••.example"), &Value::Null));
    for text in [read.text, ana.get("/mail").await.text] {
        assert!(!text.contains("stray@"), "{text}");
    }
    // Once more is the same look; another mail is one too many, and is not shown.
    ana.get(&first).await.is(200);
    let refused = ana.get(&second).await;
    refused.is(429).problem("too-many-requests");
    assert!(!refused.text.contains("second") && !refused.text.contains("First"), "{}", refused.text);
    let refusals = world.entries("").await;
    assert!(refusals.iter().any(|entry| entry.action == "mail.refused" && entry.details.contains("hourly_budget")));
    let ben = world.program_for("ben", &["cases:work", "cases:reveal"], "").await;
    assert_eq!(ben.get(&first).await.is(200).json()["from"], "stray@elsewhere.example");
    world.stop().await;
}
