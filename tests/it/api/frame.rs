//! What every request goes through: forms, budgets, versions, and the same request sent again.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::{QueryDsl, RunQueryDsl};
use mfa_desk::store::cases::EntryKind;
use mfa_desk::store::schema::api_answers;
use mfa_desk::store::{AnyConnection, StoreError, Tx};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::Program;
use crate::support::world::{OWNER, Setup, World};

async fn notes(world: &World, reference: &str) -> usize {
    let reference = reference.parse().unwrap();
    let read = move |connection: &mut mfa_desk::store::AnyConnection| {
        let filed = mfa_desk::store::cases::find(connection, &reference)?.unwrap();
        mfa_desk::store::cases::entries(connection, filed.case.id)
    };
    let entries = world.desk.store.read(read).await.unwrap();
    entries.iter().filter(|entry| entry.kind == EntryKind::Note).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_told_as_a_problem_and_never_as_a_page() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.program("ana").await;
    let notes = format!("/cases/{reference}/notes");
    let none = Program { secret: String::new(), ..ana.clone() };
    let refused = none.get("/cases").await;
    refused.is(401).problem("unauthorized");
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"mfa-desk\"");
    // Nothing of it is about cookies, other sites or caches.
    let read = ana.ask("GET", "/cases", &[("origin", "https://elsewhere.example")], None).await;
    assert_eq!(read.is(200).header("cache-control"), "no-store");
    assert!(read.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    assert!(read.headers.get("set-cookie").is_none() && read.header("x-request-id").len() == 16);

    for (path, kind, status) in [
        ("/nothing", "not-found", 404),
        ("/cases/MFA-0000-0000", "not-found", 404),
        ("/cases/nonsense", "not-found", 404),
        ("/cases/%FF", "not-found", 404),
        ("/cases?q=%00", "invalid", 422),
        ("/cases?view=nothing", "malformed", 400),
        ("/cases?limit=0", "malformed", 400),
        ("/cases?limit=5&limit=6", "malformed", 400),
        ("/cases?stat=ready", "malformed", 400),
        ("/cases?cursor=nonsense", "invalid", 422),
    ] {
        ana.get(path).await.is(status).problem(kind);
    }
    let wrong_method = ana.ask("DELETE", "/cases", &[], None).await;
    wrong_method.is(405).problem("method-not-allowed");
    assert_eq!(wrong_method.header("allow"), "GET, HEAD");
    ana.ask("GET", "/cases", &[("accept", "text/html")], None).await.is(406).problem("not-acceptable");
    ana.post(&notes, &[("content-type", "text/plain")], None).await.is(415).problem("unsupported-media-type");
    let sent = ana.http.post(format!("{}/api/v1{notes}", ana.base)).bearer_auth(&ana.secret);
    let response = sent.header("content-type", "application/json").body("{\"body\": ").send().await.unwrap();
    assert_eq!(response.status(), 400);
    let problem = ana.post(&notes, &[], Some(json!({ "body": 5 }))).await.is(422).problem("invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/body");
    let problem = ana.post(&notes, &[], Some(json!({ "body": "  " }))).await.is(422).problem("invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/body");
    ana.post(&notes, &[], Some(json!({ "body": "x", "more": 1 }))).await.is(422).problem("invalid");
    ana.post(&notes, &[], Some(json!({ "body": "x".repeat(70_000) }))).await.is(413).problem("too-large");
    ana.post(&format!("/cases/{reference}/claim"), &[("if-match", "\"1\"")], Some(json!({}))).await.is(400);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_the_desk_is_nothing_here() {
    let world = World::new().await;
    let ada = world.agent("ada").await;
    for path in ["/api/v1/cases", "/api/v1/me", "/api/v1/audit.csv"] {
        ada.get(path).await.is(401);
        ada.post(path, &[]).await.is(if path.ends_with("me") || path.ends_with("cases") || path.ends_with("csv") {
            405
        } else {
            401
        });
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_is_told_of_and_spent_for_each_token() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.api.requests_per_minute = 3;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (ana, ben) = (world.program("ana").await, world.program("ben").await);
    for left in ["\"token\";r=2;t=60", "\"token\";r=1;t=60", "\"token\";r=0;t=60"] {
        let answer = ana.get("/me").await;
        assert_eq!(answer.is(200).header("ratelimit"), left);
        assert_eq!(answer.header("ratelimit-policy"), "\"token\";q=3;w=60");
    }
    let refused = ana.get("/me").await;
    refused.is(429).problem("too-many-requests");
    assert_eq!(refused.header("retry-after"), "60");
    ben.get("/me").await.is(200);
    world.clock.advance(TimeDelta::seconds(60));
    ana.get("/me").await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_several_cases_counts_as_a_request() {
    let change = |settings: &mut mfa_desk::config::Settings| settings.api.requests_per_minute = 5;
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let mut cases = Vec::new();
    for _ in 0..3 {
        cases.push(json!({ "reference": world.confirmed(OWNER).await.1 }));
    }
    let ana = world.program("ana").await;
    let tag = |tag: &str| Some(json!({ "act": "tag", "tag": tag, "cases": cases }));
    let done = ana.post("/bulk", &[], tag("one")).await;
    assert_eq!(done.is(200).header("ratelimit"), "\"token\";r=2;t=60");
    // They do not fit any more: none of it is done, and the key is free for later.
    let key = [("idempotency-key", "k")];
    let refused = ana.post("/bulk", &key, tag("two")).await;
    refused.is(429).problem("too-many-requests");
    assert_eq!((refused.header("ratelimit"), refused.header("retry-after")), ("\"token\";r=1;t=60", "60"));
    ana.get("/me").await.is(200);
    let reference = cases[0]["reference"].as_str().unwrap();
    let tagged = async || world.actions(reference).await.iter().filter(|action| *action == "case.tagged").count();
    assert_eq!(tagged().await, 1);
    world.clock.advance(TimeDelta::seconds(60));
    ana.post("/bulk", &key, tag("two")).await.is(200);
    // Sent again, it costs one.
    let again = ana.post("/bulk", &key, tag("two")).await;
    assert_eq!((again.is(200).header("ratelimit"), tagged().await), ("\"token\";r=1;t=60", 2));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_names_the_version_that_it_is_about() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, ben) = (world.program("ana").await, world.program("ben").await);
    let claim = format!("/cases/{reference}/claim");
    ana.post(&claim, &[], None).await.is(428).problem("version-required");
    ana.post(&claim, &[("if-match", "*")], None).await.is(400);
    let etag = ana.etag(&reference).await;
    // Two at once: one of them holds it, the other is told what changed.
    let one = [("if-match", etag.as_str())];
    let (first, second) = tokio::join!(ana.post(&claim, &one, None), ben.post(&claim, &one, None));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{} {}", first.text, second.text);
    let (done, stale) = if first.status == 200 { (first, second) } else { (second, first) };
    let problem = stale.problem("stale");
    assert_eq!(problem["current_version"], done.json()["version"]);
    assert!(problem["changed_by"].as_str().unwrap().ends_with("@desk.example.test"), "{problem}");
    assert_eq!(stale.header("etag"), done.header("etag"));
    assert_eq!(done.header("etag"), ana.etag(&reference).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_sent_again_is_answered_and_not_carried_out() {
    let world = World::new().await;
    // The other instance shares the database and nothing else.
    let other = World::with(Setup { database: world.database.clone(), seed: 2, ..Setup::default() }).await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.program("ana").await;
    let there = Program { base: other.base.clone(), ..ana.clone() };
    let path = format!("/cases/{reference}/notes");
    let (key, body) = ([("idempotency-key", "one")], json!({ "body": "Once." }));
    let (first, second) =
        tokio::join!(ana.post(&path, &key, Some(body.clone())), there.post(&path, &key, Some(body.clone())));
    for answer in [&first, &second] {
        assert!(matches!(answer.status, 200 | 409), "{}", answer.text);
    }
    assert!(first.status == 200 || second.status == 200);
    let again = there.post(&path, &key, Some(body.clone())).await;
    assert_eq!(again.is(200).header("idempotency-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(again.json()["reference"], reference);
    assert_eq!(notes(&world, &reference).await, 1);
    ana.post(&path, &key, Some(json!({ "body": "Another." }))).await.is(422).problem("key-reused");
    // The key of another token is another key.
    world.program("ben").await.post(&path, &key, Some(json!({ "body": "Of Ben." }))).await.is(200);
    // What a rule refused is answered so again; what had no version was never begun.
    let claim = format!("/cases/{reference}/claim");
    ana.post(&claim, &[("idempotency-key", "two")], None).await.is(428);
    let etag = ana.etag(&reference).await;
    let named = [("idempotency-key", "two"), ("if-match", etag.as_str())];
    let claimed = ana.post(&claim, &named, None).await;
    let again = ana.post(&claim, &named, None).await;
    assert_eq!(
        (claimed.is(200).text.as_str(), claimed.header("etag")),
        (again.is(200).text.as_str(), again.header("etag"))
    );
    for bad in ["", "with space", &"x".repeat(256)] {
        ana.post(&path, &[("idempotency-key", bad)], Some(json!({ "body": "x" }))).await.is(400);
    }
    world.clock.advance(TimeDelta::hours(25));
    world.desk.clear().await.unwrap();
    let fresh = ana.post(&path, &key, Some(body)).await;
    assert!(fresh.is(200).headers.get("idempotency-replayed").is_none());
    assert_eq!(notes(&world, &reference).await, 3);
    other.stop().await;
    world.stop().await;
}

/// Runs a statement that no act runs.
async fn runs(world: &World, sql: &'static str) {
    let run = move |tx: &mut Tx<'_>| Ok::<_, StoreError>(diesel::sql_query(sql).execute(tx.connection)?);
    world.desk.store.write(run).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_knows_the_outcome_of_is_not_carried_out_again() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let (ana, path) = (world.program("ana").await, format!("/cases/{reference}/notes"));
    let body = Some(json!({ "body": "Once." }));
    let (one, two) = ([("idempotency-key", "one")], [("idempotency-key", "two")]);
    // A fault is no answer, and no permission to do it once more.
    runs(&world, "ALTER TABLE case_entries RENAME TO entries_elsewhere").await;
    ana.post(&path, &one, body.clone()).await.is(500).problem("internal");
    runs(&world, "ALTER TABLE entries_elsewhere RENAME TO case_entries").await;
    ana.post(&path, &one, body.clone()).await.is(409).problem("outcome-unknown");
    assert_eq!(notes(&world, &reference).await, 0);
    // An instance that died after the act and before it could keep its answer.
    ana.post(&path, &two, body.clone()).await.is(200);
    runs(&world, "UPDATE api_answers SET status = NULL, etag = NULL, media_type = NULL, body = NULL").await;
    ana.post(&path, &two, body.clone()).await.is(409).problem("under-way");
    world.clock.advance(TimeDelta::minutes(6));
    ana.post(&path, &two, body.clone()).await.is(409).problem("outcome-unknown");
    ana.post(&path, &two, Some(json!({ "body": "Another." }))).await.is(422).problem("key-reused");
    world.clock.advance(TimeDelta::hours(23));
    ana.post(&path, &two, body.clone()).await.is(409).problem("outcome-unknown");
    assert_eq!(notes(&world, &reference).await, 1);
    world.clock.advance(TimeDelta::hours(1));
    ana.post(&path, &two, body).await.is(200);
    assert_eq!(notes(&world, &reference).await, 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_free_again_only_if_nothing_was_begun() {
    let world = World::new().await;
    let sam = world.program("sam").await;
    let lift = format!("/blocks/{}/lift", super::id(world.person("sam").await.id));
    let body = Some(json!({ "reason": "It was us." }));
    let code = world.code("sam").await;
    // Without a code a stop is not taken away, and the key can be used with one.
    sam.post(&lift, &[("idempotency-key", "k")], body.clone()).await.is(403).problem("mfa-code-required");
    let headers = [("idempotency-key", "k"), ("mfa-code", code.as_str())];
    let refused = sam.post(&lift, &headers, body.clone()).await;
    refused.is(404).problem("not-found");
    let again = sam.post(&lift, &headers, body).await;
    assert_eq!(again.is(404).header("idempotency-replayed"), "true");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_cannot_be_guessed_from_what_is_kept_of_it() {
    let world = World::new().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.program("ana").await;
    let path = format!("/cases/{reference}/notes");
    ana.post(&path, &[("idempotency-key", "k")], Some(json!({ "body": "1234" }))).await.is(200);
    let hashes =
        |connection: &mut AnyConnection| Ok(api_answers::table.select(api_answers::request_hash).load(connection)?);
    let hashes: Vec<String> = world.desk.store.read(hashes).await.unwrap();
    let guess = format!("/api/v1{path}\0\0\0{{\"body\":\"1234\"}}");
    assert_eq!((hashes.len(), hashes[0].len()), (1, 64));
    assert_ne!(hashes[0], hex::encode(Sha256::digest(guess)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_take_nobodys_turn_to_write() {
    let change = |settings: &mut mfa_desk::config::Settings| {
        settings.api.requests_per_minute = 1;
        settings.limits.sign_ins_per_network = 1;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    let (ana, ben) = (world.program("ana").await, world.program("ben").await);
    let guess = Program { secret: format!("mfad_{}", "A".repeat(43)), ..ana.clone() };
    let act = mfa_desk::workflow::Act { actor: world.person("ben").await.actor(), ip: String::new(), at: world.now() };
    world.desk.revoke_token(act, ben.token.parse().unwrap()).await.unwrap().unwrap();
    // The first of each is counted, and told where somebody has to know.
    ana.get("/me").await.is(200);
    ben.get("/me").await.is(401);
    guess.get("/me").await.is(401);
    guess.get("/me").await.is(429);
    let told = world.entries("").await.len();
    // Somebody writes for a long time. None of the others waits for it.
    let ((go, gate), (began, begins)) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
    let gate = std::sync::Mutex::new(gate);
    let slow = move |_: &mut Tx<'_>| {
        began.send(()).ok();
        gate.lock().unwrap().recv().ok();
        Ok(())
    };
    let store = world.desk.store.clone();
    let writing = tokio::spawn(async move { store.write(slow).await });
    tokio::task::spawn_blocking(move || begins.recv()).await.unwrap().unwrap();
    let answers = async { [ana.get("/me").await, guess.get("/me").await, ben.get("/me").await] };
    let answers = timeout(Duration::from_secs(20), answers).await.expect("they waited for their turn to write");
    assert_eq!(answers.map(|answer| answer.status), [429, 429, 401]);
    go.send(()).unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(world.entries("").await.len(), told);
    world.clock.advance(TimeDelta::minutes(1));
    ana.get("/me").await.is(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_go_on_where_they_stopped() {
    let world = World::new().await;
    let mut references = Vec::new();
    for _ in 0..5 {
        references.push(world.asks_for_help(OWNER).await.1);
        world.clock.advance(TimeDelta::seconds(1));
    }
    world.settle().await;
    let ana = world.program("ana").await;
    let (mut found, mut path) = (Vec::new(), "/cases?limit=2&view=open".to_owned());
    loop {
        let answer = ana.get(&path).await;
        let page = answer.is(200).json();
        found.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["reference"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            assert!(answer.headers.get("link").is_none());
            break;
        };
        let link = answer.header("link");
        let linked = link.strip_prefix("</api/v1").unwrap().split('>').next().unwrap().to_owned();
        assert!(linked.contains(next) && link.ends_with("rel=\"next\""), "{link}");
        path = linked;
    }
    assert_eq!(found, references);
    let aud = world.program("aud").await;
    let first = aud.get("/audit?limit=3").await;
    let cursor = first.is(200).json()["next"].as_str().unwrap().to_owned();
    let last = first.json()["items"][2]["seq"].as_i64().unwrap();
    let second = aud.get(&format!("/audit?limit=3&cursor={cursor}")).await;
    assert_eq!(second.is(200).json()["items"][0]["seq"], last - 1);
    aud.get("/audit?from=yesterday").await.is(422).problem("invalid");
    world.stop().await;
}
