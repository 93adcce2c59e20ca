//! A case from its claim to its end by programs alone: two people, a code for each decision, and what the log says of it.

use chrono::TimeDelta;
use mfa_desk::domain::account::{AuthenticatorKind, AuthenticatorState};
use mfa_desk::store::{StoreError, Tx, accounts};
use serde_json::{Value, json};

use crate::support::world::{OWNER, World, address};

fn devices(case: &Value) -> Vec<Value> {
    case["authenticators"].as_array().unwrap().iter().map(|device| device["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_bring_a_case_to_its_end_as_two_people_would() {
    let world = World::new().await;
    let (customer, reference) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &reference).await;
    let (ana, ben) = (world.program("ana").await, world.program("ben").await);
    let of = |act: &str| format!("/cases/{reference}/{act}");
    let etag = ana.etag(&reference).await;
    ana.post(&of("claim"), &[("if-match", &etag)], None).await.is(200);
    let etag = ana.etag(&reference).await;
    let asked = ana.post(&of("ask-approval"), &[("if-match", &etag)], Some(json!({ "note": "All there." }))).await;
    let etag = asked.is(200).header("etag").to_owned();
    let list = ben.get("/approvals").await.is(200).json();
    assert_eq!((&list["items"][0]["reference"], &list["items"][0]["why_not"]), (&json!(reference), &Value::Null));
    let case = ben.get(&format!("/cases/{reference}")).await.is(200).json();
    assert_eq!(case["state"], "awaiting_approval");
    let chosen = Some(json!({ "authenticators": devices(&case) }));

    // Without a code, with one that is wrong, and with one that was used, nothing happens.
    let version = ("if-match", etag.as_str());
    ben.post(&of("approve"), &[version], chosen.clone()).await.is(403).problem("mfa-code-unavailable");
    let code = world.code("ben").await;
    ben.post(&of("approve"), &[version], chosen.clone()).await.is(403).problem("mfa-code-required");
    ben.post(&of("approve"), &[version, ("mfa-code", "abc")], chosen.clone()).await.is(403).problem("mfa-code-refused");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    ben.post(&of("approve"), &[version, ("mfa-code", wrong)], chosen.clone()).await.is(403).problem("mfa-code-refused");
    assert_eq!(ben.etag(&reference).await, etag);
    // The holder is no second pair of eyes, with whatever code.
    let own = world.code("ana").await;
    let refused = ana.post(&of("approve"), &[version, ("mfa-code", &own)], chosen.clone()).await;
    assert!(refused.is(409).problem("refused")["rule"].is_string());
    // Of two that come with one code at once, one is let through.
    let (headers, approve) = ([version, ("mfa-code", code.as_str())], of("approve"));
    let (first, second) =
        tokio::join!(ben.post(&approve, &headers, chosen.clone()), ben.post(&approve, &headers, chosen.clone()));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403], "{} {}", first.text, second.text);

    world.later(TimeDelta::hours(24)).await;
    let etag = ana.etag(&reference).await;
    let code = world.code("ana").await;
    let headers = [("if-match", etag.as_str()), ("mfa-code", code.as_str()), ("idempotency-key", "off")];
    let done = ana.post(&of("deactivate"), &headers, chosen.clone()).await;
    assert_eq!(done.is(200).json()["outcome"], "deactivated");
    // Sent again, it is answered as before, though its code is used.
    let again = ana.post(&of("deactivate"), &headers, chosen).await;
    assert_eq!(again.is(200).text, done.text);

    // Whoever reads the log sees that programs did this, and with which token.
    let entries = world.entries(&reference).await;
    for (action, who, token) in [
        ("case.claimed", "ana", &ana.token),
        ("case.approved", "ben", &ben.token),
        ("case.deactivating", "ana", &ana.token),
        ("case.viewed", "ben", &ben.token),
    ] {
        let entry = entries.iter().find(|entry| entry.action == action && entry.actor == address(who));
        let details = &entry.unwrap_or_else(|| panic!("no {action} by {who}")).details;
        assert!(details.contains(&format!("\"via\":\"token {token}\"")), "{action}: {details}");
    }
    let log = format!("{:?}", world.entries("").await);
    for secret in [&ana.secret[5..], &ben.secret[5..], code.as_str()] {
        assert!(!log.contains(secret));
    }
    assert!(matches!(world.desk.verify_audit().await.unwrap(), mfa_desk::store::audit::Verdict::Whole(_)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_no_app_is_told_to_act_at_the_desk() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.program("ana").await;
    let account = world.account_id(&address("ana")).await;
    let at = world.now();
    let passkey_alone = move |tx: &mut Tx<'_>| {
        for device in accounts::authenticators(tx.connection, account)? {
            if device.kind != AuthenticatorKind::Passkey && device.state == AuthenticatorState::Active {
                accounts::deactivate(tx, device.id, at)?;
            }
        }
        Ok::<_, StoreError>(())
    };
    world.desk.store.write(passkey_alone).await.unwrap();
    let path = format!("/cases/{reference}/reveal");
    ana.post(&path, &[("mfa-code", "123456")], None).await.is(403).problem("mfa-code-unavailable");
    assert_eq!(ana.get("/me").await.json()["token"]["can_send_codes"], false);
    assert!(!world.actions(&reference).await.contains(&"case.revealed".to_owned()));
    let code = world.code("ana").await;
    let revealed = ana.post(&path, &[("mfa-code", &code), ("idempotency-key", "k")], None).await;
    assert_eq!(revealed.is(200).json()["phone"], "+447911123456");
    // Addresses in full are kept nowhere for the sake of a request sent again.
    ana.post(&path, &[("mfa-code", &code), ("idempotency-key", "k")], None).await.is(403).problem("mfa-code-refused");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_managed_and_the_log_is_exported_with_a_code_each() {
    let world = World::new().await;
    let (sam, aud) = (world.program("sam").await, world.program("aud").await);
    sam.get("/people").await.is(403);
    let code = world.code("sam").await;
    let list = sam.ask("GET", "/people", &[("mfa-code", &code)], None).await.is(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 5);
    let new = json!({ "email": "zoe@desk.example.test", "name": "Zoë", "role": "agent" });
    let code = world.code("sam").await;
    let added = sam.post("/people", &[("mfa-code", &code)], Some(new.clone())).await.is(200).json();
    assert_eq!((&added["role"], &added["has_password"]), (&json!("agent"), &json!(false)));
    let code = world.code("sam").await;
    let wrong = json!({ "email": "nobody", "name": "N", "role": "agent" });
    let problem = sam.post("/people", &[("mfa-code", &code)], Some(wrong)).await.is(422).problem("invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/email");
    // A supervisor makes no admin, and nobody changes themself.
    let role = |id: &str| format!("/people/{id}/role");
    let code = world.code("sam").await;
    let zoe = added["id"].as_str().unwrap();
    sam.post(&role(zoe), &[("mfa-code", &code)], Some(json!({ "role": "admin" }))).await.is(422);
    let code = world.code("sam").await;
    let own = super::id(world.person("sam").await.id);
    sam.post(&role(&own), &[("mfa-code", &code)], Some(json!({ "role": "agent" }))).await.is(422);
    let code = world.code("sam").await;
    let suspended = sam.post(&format!("/people/{zoe}/suspend"), &[("mfa-code", &code)], None).await.is(200).json();
    assert!(suspended["suspended_at"].is_string());

    let reports = aud.get("/reports?from=2026-11-01&to=2026-11-30").await.is(200).json();
    assert_eq!(reports["items"].as_array().unwrap().len(), 5, "{reports}");
    assert_eq!(reports["items"][0]["rows"][0]["key"], "2026-11-01");
    let sheet = aud.ask("GET", "/reports/volume.csv", &[("accept", "text/csv")], None).await;
    assert!(sheet.is(200).text.starts_with("day,"), "{}", sheet.text);
    aud.ask("GET", "/reports/nothing.csv", &[("accept", "text/csv")], None).await.is(404);
    aud.get("/reports?to=soon").await.is(422).problem("invalid");

    aud.get("/audit.csv").await.is(403);
    let code = world.code("aud").await;
    let export = aud.ask("GET", "/audit.csv?action=agent.", &[("mfa-code", &code), ("accept", "text/csv")], None).await;
    assert!(export.is(200).header("content-type").starts_with("text/csv"));
    assert!(
        export.text.starts_with("seq,at,actor_kind,") && export.text.contains("agent.suspended"),
        "{}",
        export.text
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_token_does_no_more_than_the_agent() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    // All scopes on the token of an agent give an agent's reach.
    let all: Vec<&str> = mfa_desk::domain::api_token::Scope::ALL.iter().map(|scope| scope.code()).collect();
    let ana = world.program_for("ana", &all, "").await;
    let etag = ana.etag(&reference).await;
    let to = json!({ "agent": super::id(world.person("ben").await.id) });
    ana.post(&format!("/cases/{reference}/reassign"), &[("if-match", &etag)], Some(to))
        .await
        .is(403)
        .problem("forbidden");
    ana.get("/audit").await.is(403).problem("forbidden");
    // Of a case that she does not hold she decides nothing.
    let why = json!({ "reason": "No." });
    let refused = ana.post(&format!("/cases/{reference}/reject"), &[("if-match", &etag)], Some(why)).await;
    refused.is(409).problem("refused");
    // What she may look at in an hour is what she may at the desk.
    let browser = world.agent("ana").await;
    browser.get(&format!("/desk/cases/{reference}")).await.is(200).says("token");
    let case = ana.get(&format!("/cases/{reference}")).await.is(200).json();
    assert!(!case.to_string().contains("+447911123456") && !case.to_string().contains(OWNER), "{case}");
    let explained = ana.get(&format!("/cases/{reference}/policy")).await.is(200).json();
    assert_eq!(explained["case"]["reference"], reference);
    world.stop().await;
}
