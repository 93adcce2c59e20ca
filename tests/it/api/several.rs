//! Several cases at once: duplicates that are merged, the same done to many, and views of the queue.

use mfa_desk::domain::event_types::TYPES;
use mfa_desk::domain::reference::CaseRef;
use serde_json::{Value, json};

use super::Program;
use crate::support::world::{OWNER, World, address, csrf_on};

const NO_ONE: &str = "00000000-0000-7000-8000-000000000000";

async fn read(program: &Program, reference: &str) -> Value {
    program.get(&format!("/cases/{reference}")).await.is(200).json()
}

/// A case as a body names it, at its version.
async fn at(program: &Program, reference: &str) -> Value {
    json!({ "reference": reference, "version": read(program, reference).await["version"] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicates_are_seen_and_merged_all_or_none_by_those_who_may_at_the_desk() {
    let world = World::new().await;
    let (_, first) = world.confirmed(OWNER).await;
    let (_, second) = world.confirmed(OWNER).await;
    let (_, kept) = world.confirmed(OWNER).await;
    let (_, strangers) = world.confirmed("root@customers.example").await;
    let (ana, sam) = (world.program("ana").await, world.program("sam").await);
    let path = format!("/cases/{kept}/merge");
    // Ana holds one of them, and is told that this one is hers to end.
    let etag = ana.etag(&first).await;
    ana.post(&format!("/cases/{first}/claim"), &[("if-match", &etag)], None).await.is(200);
    let case = read(&ana, &kept).await;
    let of = |reference: &str| {
        let all = case["of_account"].as_array().unwrap();
        all.iter().find(|each| each["reference"] == reference).cloned().unwrap_or_default()
    };
    assert_eq!((&of(&first)["may_merge"], &of(&first)["holder"]["name"]), (&json!(true), &json!("Ana")));
    assert_eq!((&of(&second)["may_merge"], &of(&strangers)), (&json!(false), &Value::Null));
    let shares = case["relatives"].as_array().unwrap().iter().find(|each| each["reference"] == *strangers).unwrap();
    assert!(!shares["shares"].as_array().unwrap().is_empty(), "{shares}");
    // A version is named of each, the kept one's in the header.
    let etag = ana.etag(&kept).await;
    let version = [("if-match", etag.as_str())];
    let duplicates = |all: &[Value]| Some(json!({ "duplicates": all }));
    let (one, two, other) = (at(&ana, &first).await, at(&ana, &second).await, at(&ana, &strangers).await);
    let one_alone = std::slice::from_ref(&one);
    ana.post(&path, &[], duplicates(one_alone)).await.is(428).problem("version-required");
    for wrong in [json!([]), json!([one, one]), json!([{ "reference": "nonsense", "version": 1 }])] {
        ana.post(&path, &version, Some(json!({ "duplicates": wrong }))).await.is(422).problem("invalid");
    }
    let old = json!({ "reference": first, "version": 1 });
    let stale = ana.post(&path, &version, duplicates(&[old])).await.is(412).problem("stale");
    assert_eq!((&stale["reference"], &stale["current_version"]), (&json!(first), &one["version"]));
    assert_eq!(stale["current_state"], "verifying");
    // Hers together with one that is not, or that is no duplicate: none.
    for more in [&two, &other] {
        let refused = ana.post(&path, &version, duplicates(&[one.clone(), more.clone()])).await;
        assert!(refused.is(409).problem("refused")["rule"].is_string());
    }
    let itself = at(&ana, &kept).await;
    let refused = sam.post(&path, &version, duplicates(&[itself])).await.is(409).problem("refused");
    assert_eq!(refused["rule"], "no_duplicate");
    for untouched in [&first, &second, &strangers, &kept] {
        assert!(!world.actions(untouched).await.contains(&"case.merged".to_owned()), "{untouched}");
    }
    let work = world.program_for("sam", &["cases:read", "cases:work"], "").await;
    work.post(&path, &version, duplicates(one_alone)).await.is(403).problem("insufficient-scope");
    sam.post(&path, &version, duplicates(&[one, two])).await.is(200);
    let (case, ended) = (read(&sam, &kept).await, read(&sam, &first).await);
    assert_eq!(case["merged"], json!([first, second]));
    assert_eq!((&ended["merged_into"], &ended["state"]), (&json!(kept), &json!("closed")));
    world.mail(&format!("Case {first} was merged into another")).await;
    let entries = world.entries(&kept).await;
    let merged = entries.iter().find(|entry| entry.action == "case.duplicate_merged").unwrap();
    assert!(merged.actor == address("sam") && merged.details.contains(&sam.token), "{merged:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_is_done_to_many_and_told_of_each() {
    let world = World::new().await;
    let (_, first) = world.confirmed(OWNER).await;
    let (_, second) = world.confirmed(OWNER).await;
    let (_, third) = world.confirmed("root@customers.example").await;
    let (ana, ben) = (world.program("ana").await, world.program("ben").await);
    let seen = [at(&ana, &first).await, at(&ana, &second).await, at(&ana, &third).await];
    let etag = ben.etag(&second).await;
    ben.post(&format!("/cases/{second}/claim"), &[("if-match", &etag)], None).await.is(200);
    let nobody = json!({ "reference": "nonsense", "version": 1 });
    let asks = |act: &str, cases: &[Value]| Some(json!({ "act": act, "cases": cases }));
    let mut all = seen.to_vec();
    // A reference that can be one, and is none.
    let gone = json!({ "reference": unknown(&first), "version": 1 });
    all.push(gone);
    let done = ana.post("/bulk", &[], asks("claim", &all)).await.is(200).json();
    let items = done["items"].as_array().unwrap();
    let told: Vec<(&Value, Option<&str>)> = items
        .iter()
        .map(|item| (&item["done"], item["problem"]["type"].as_str().and_then(|kind| kind.rsplit('-').next())))
        .collect();
    let yes = json!(true);
    let no = json!(false);
    assert_eq!(told, [(&yes, None), (&no, Some("stale")), (&yes, None), (&no, Some("found"))], "{done}");
    assert_eq!(items[1]["problem"]["changed_by"], address("ben"));
    assert_eq!(items[1]["version"], read(&ana, &second).await["version"]);
    assert_eq!((&items[3]["version"], &items[3]["state"]), (&Value::Null, &Value::Null));
    assert_eq!(read(&ana, &first).await["holder"]["name"], "Ana");
    // A rule refuses as it does for one.
    let theirs = [at(&ana, &second).await];
    let refused = ana.post("/bulk", &[], asks("release", &theirs)).await.is(200).json();
    assert_eq!(refused["items"][0]["problem"]["rule"], "not_holder");
    assert_eq!((&refused["items"][0]["version"], &refused["items"][0]["state"]), (&Value::Null, &Value::Null));
    // Tags change no version: none is named, and of a case that one may not read nothing is told.
    let all: Vec<Value> = seen.iter().map(|case| json!({ "reference": case["reference"] })).collect();
    let tagged = Some(json!({ "act": "tag", "tag": "Urgent", "cases": all }));
    let tagged = ana.post("/bulk", &[("idempotency-key", "t")], tagged).await.is(200).json();
    assert!(tagged["items"].as_array().unwrap().iter().all(|item| item["done"] == true), "{tagged}");
    assert!(!tagged.to_string().contains("verifying"), "{tagged}");
    assert_eq!(read(&ana, &third).await["tags"][0]["name"], "Urgent");
    let untagged = Some(json!({ "act": "untag", "tag": "Urgent", "cases": [seen[0]] }));
    ana.post("/bulk", &[], untagged).await.is(200);
    assert_eq!(read(&ana, &first).await["tags"], json!([]));
    // What is wrong with the whole is told of the whole, and nothing is done.
    for (body, pointer) in [
        (json!({ "act": "tag", "cases": seen }), "/tag"),
        (json!({ "act": "claim", "tag": "x", "cases": seen }), "/tag"),
        (json!({ "act": "claim", "cases": [] }), "/cases"),
        (json!({ "act": "claim", "cases": vec![&seen[0]; 2] }), "/cases/1/reference"),
        (json!({ "act": "untag", "tag": "Nothing", "cases": seen }), "/tag"),
        (json!({ "act": "claim", "cases": all }), "/cases/0/version"),
        (json!({ "act": "close", "cases": seen }), "/act"),
        (json!({ "act": "claim", "cases": [nobody] }), "/cases/0/reference"),
    ] {
        let problem = ben.post("/bulk", &[], Some(body)).await.is(422).problem("invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let aud = world.program("aud").await;
    aud.post("/bulk", &[], asks("claim", &seen)).await.is(403);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_with_one_case_takes_back_no_other_and_is_told_of_that_one() {
    let world = World::new().await;
    let (_, first) = world.confirmed(OWNER).await;
    let (_, broken) = world.confirmed(OWNER).await;
    let (_, third) = world.confirmed(OWNER).await;
    let (_, fourth) = world.confirmed("root@customers.example").await;
    let ana = world.program("ana").await;
    let seen = [at(&ana, &first).await, at(&ana, &broken).await, at(&ana, &third).await];
    let sqlite = format!(
        "CREATE TRIGGER broken BEFORE UPDATE ON cases WHEN OLD.reference = '{broken}'
            BEGIN SELECT RAISE(ABORT, 'snapped'); END;"
    );
    let postgres = format!(
        "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'snapped'; END $$;
         CREATE TRIGGER broken BEFORE UPDATE ON cases FOR EACH ROW WHEN (OLD.reference = '{broken}')
            EXECUTE FUNCTION breaks();"
    );
    crate::queue::run(&world, &sqlite, &postgres);
    let claim = || Some(json!({ "act": "claim", "cases": seen }));
    let done = ana.post("/bulk", &[("idempotency-key", "k")], claim()).await;
    let items = done.is(200).json()["items"].clone();
    let told: Vec<(&Value, &Value)> =
        items.as_array().unwrap().iter().map(|item| (&item["done"], &item["problem"]["status"])).collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(told, [(&yes, &Value::Null), (&no, &json!(500)), (&yes, &Value::Null)], "{items}");
    assert_eq!((&items[1]["version"], &items[1]["state"]), (&Value::Null, &Value::Null));
    assert!(!done.text.contains("snapped"), "{}", done.text);
    for (reference, claimed) in [(&first, true), (&broken, false), (&third, true)] {
        let actions = world.actions(reference).await;
        assert_eq!(actions.contains(&"case.claimed".to_owned()), claimed, "{reference}: {actions:?}");
    }
    assert_eq!(ana.post("/bulk", &[("idempotency-key", "k")], claim()).await.is(200).text, done.text);
    // The desk's page tells it too.
    let ben = world.agent("ben").await;
    let csrf = csrf_on(&ben.get("/desk").await);
    let value = async |reference: &str| format!("{reference}:{}", at(&ana, reference).await["version"]);
    let (second, last) = (value(&broken).await, value(&fourth).await);
    let fields = [("csrf", csrf.as_str()), ("act", "claim"), ("case", &second), ("case", &last)];
    ben.post("/desk/bulk", &fields).await.is(200).says("Done for 1 of 2").says("The database failed with this one");
    assert!(world.actions(&fourth).await.contains(&"case.claimed".to_owned()));
    world.stop().await;
}

/// A reference of the right form that no case has.
fn unknown(reference: &str) -> String {
    let other = (1..).find_map(CaseRef::from_random).unwrap().to_string();
    assert_ne!(other, reference);
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_are_kept_shared_and_asked_for() {
    let world = World::new().await;
    let (_, german) = world.confirmed_in("de", OWNER).await;
    let (_, english) = world.confirmed("root@customers.example").await;
    let (ana, ben, sam) = (world.program("ana").await, world.program("ben").await, world.program("sam").await);
    let of = async |program: &Program, query: &str| {
        let list = program.get(&format!("/cases{query}")).await.is(200).json();
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["reference"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let own = json!({ "name": "German", "language": "de", "sort": "submitted", "order": "down" });
    let saved = ana.post("/views", &[], Some(own.clone())).await.is(200).json();
    assert_eq!(saved["query"], "view=open&language=de&sort=submitted&order=down");
    ana.post("/views", &[], Some(own)).await.is(422).problem("invalid");
    let id = saved["id"].as_str().unwrap();
    let only_german = [german];
    assert_eq!(of(&ana, &format!("?saved={id}")).await, only_german);
    assert_eq!(of(&ana, &format!("?{}", saved["query"].as_str().unwrap())).await, only_german);
    // Nobody else has it, and it says itself what is shown.
    for path in [format!("/cases?saved={id}"), format!("/cases?saved={NO_ONE}"), "/cases?saved=x".to_owned()] {
        ben.get(&path).await.is(422).problem("invalid");
    }
    // What is no identifier is no filter, and must not look like a list without one.
    for (query, name) in [("tag=Urgent", "tag"), ("holder=somebody", "holder")] {
        let problem = ana.get(&format!("/cases?{query}")).await.is(422).problem("invalid");
        assert_eq!(problem["errors"][0]["parameter"], name);
    }
    assert_eq!(of(&ana, "?holder=none").await.len(), 2);
    ana.get(&format!("/cases?saved={id}&state=ready")).await.is(422).problem("invalid");
    ben.post(&format!("/views/{id}/remove"), &[], None).await.is(404);
    // A supervisor shares one; each has their own in one that begins from Mine.
    let mine = json!({ "name": "Mine", "view": "mine", "shared": true });
    ana.post("/views", &[], Some(mine.clone())).await.is(403).problem("forbidden");
    let shared = sam.post("/views", &[], Some(mine)).await.is(200).json()["id"].as_str().unwrap().to_owned();
    let etag = ben.etag(&english).await;
    ben.post(&format!("/cases/{english}/claim"), &[("if-match", &etag)], None).await.is(200);
    assert_eq!(of(&ben, &format!("?saved={shared}")).await, [english]);
    assert_eq!(of(&ana, &format!("?saved={shared}")).await, Vec::<String>::new());
    let list = ana.get("/views").await.is(200).json();
    let names: Vec<(&Value, &Value, &Value)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|view| (&view["name"], &view["shared"], &view["may_remove"]))
        .collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(names, [(&json!("Mine"), &yes, &no), (&json!("German"), &no, &yes)]);
    assert_eq!(list["items"][1]["count"], json!({ "found": 1, "more": false }));
    let open = list["standing"].as_array().unwrap().iter().find(|view| view["view"] == "open").unwrap();
    assert_eq!(open["count"]["found"], 2);
    // What cannot be one is pointed at.
    for (body, pointer) in [
        (json!({ "name": "", "view": "open" }), "/name"),
        (json!({ "name": "x", "view": "nothing" }), "/view"),
        (json!({ "name": "x", "holder": "somebody" }), "/holder"),
        (json!({ "name": "x", "tag": "Urgent" }), "/tag"),
    ] {
        let problem = ana.post("/views", &[], Some(body)).await.is(422).problem("invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    ana.post(&format!("/views/{shared}/remove"), &[], None).await.is(404);
    ana.post(&format!("/views/{id}/remove"), &[], None).await.is(200);
    sam.post(&format!("/views/{shared}/remove"), &[], None).await.is(200);
    assert_eq!(ana.get("/views").await.json()["items"], json!([]));
    // Whoever only reads cases keeps nothing.
    let reads = world.program_for("ana", &["cases:read"], "").await;
    reads.post("/views", &[], Some(json!({ "name": "x" }))).await.is(403).problem("insufficient-scope");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_subscribers_are_told_of_is_listed() {
    let world = World::new().await;
    let list = world.program_for("ana", &["desk:read"], "").await.get("/events").await.is(200).json();
    let kinds: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, TYPES.iter().map(|(kind, _)| *kind).collect::<Vec<_>>());
    assert_eq!(list["items"][0], json!({ "type": "case.submitted", "when": "A form came in" }));
    world.stop().await;
}
