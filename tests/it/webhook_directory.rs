//! The connector for anything behind signed webhooks, against a stand-in of ours that can be told to misbehave.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use mfa_desk::clock::{Clock, ManualClock};
use mfa_desk::config::{Mode, Settings};
use mfa_desk::directory::{Capabilities, Directory, DirectoryError, Order, Wanted, WebhookDirectory, connect};
use mfa_desk::domain::account::{AccountStatus, AuthenticatorKind, AuthenticatorState};
use mfa_desk::domain::directory::{Login, Outcome, Serial, Standing};
use mfa_desk::domain::ids::OutboxId;
use mfa_desk::entropy::{Entropy, SeededEntropy};
use mfa_desk::signed_webhooks::{Keys, NotGenuine, Trusted};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::python::documented_verdict;
use crate::support::receiver::{Received, Receiver, Reply};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const OLD_SECRET: &str = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=";
/// The published pair of the specification's Go library.
const PRIVATE: &str = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
/// The public half of it, as OpenSSL has it.
const PUBLIC: &str = "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=";
const ALL: &str = r#"["find_by_email", "emails", "phones", "update_phone", "end_sessions"]"#;

fn trusted() -> Trusted {
    Keys::read(&SecretString::from(SECRET)).unwrap().shared().unwrap()
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_500_000, 0).unwrap()
}

/// A system that keeps to the document.
#[derive(Default)]
struct Intranet {
    off: bool,
    sessions_ended: usize,
    phone: Option<String>,
    /// How often the authenticator was really switched off.
    acted: usize,
    seen: HashSet<String>,
}

impl Intranet {
    fn answer(&mut self, received: &Received) -> Reply {
        if received.verify(&trusted(), start()).is_err() {
            return Reply::status(401);
        }
        let (kind, data) = (received.kind(), received.json()["data"].clone());
        let fresh = self.seen.insert(received.id().to_owned());
        if data["login"] == "nobody" {
            let mut none = data;
            none["outcome"] = json!("none");
            return Reply::json(404, &none);
        }
        let standing = if self.off { "deactivated" } else { "active" };
        let mut answer = match kind.as_str() {
            "directory.find" => json!({ "outcome": "found", "since": "1999", "account": {
                "login": "alice", "name": "Alice Example", "email": "Alice@intranet.example", "phone": "+447911123456",
                "active": true, "shoe_size": 38,
            } }),
            "directory.authenticators" => json!({ "outcome": "listed", "authenticators": [
                { "serial": "TOTP-1", "kind": "virtual_totp", "label": "Phone", "state": standing },
                { "serial": "KEY-1", "kind": "passkey", "label": "Key", "state": "deactivated" },
            ] }),
            "directory.standing" => json!({ "outcome": "standing", "standing": standing }),
            "authenticator.deactivate" => {
                if fresh && !self.off {
                    self.acted += 1;
                    self.off = true;
                }
                json!({ "outcome": "done" })
            }
            "sessions.end" => {
                self.sessions_ended += usize::from(fresh);
                json!({ "outcome": "done" })
            }
            "phone.update" => {
                self.phone = data["phone"].as_str().map(str::to_owned);
                json!({ "outcome": "done" })
            }
            "directory.check" => json!({ "outcome": "checked", "types": [
                "directory.find", "directory.authenticators", "directory.standing", "authenticator.deactivate",
                "sessions.end", "phone.update",
            ] }),
            other => panic!("{other}"),
        };
        for key in ["login", "serial", "email", "phone"] {
            if let Some(asked) = data.get(key) {
                answer[key] = asked.clone();
            }
        }
        Reply::json(200, &answer)
    }
}

struct Bench {
    intranet: Arc<Mutex<Intranet>>,
    receiver: Receiver,
    clock: Arc<ManualClock>,
}

impl Bench {
    fn new() -> Self {
        mfa_desk::notify::install_tls_provider();
        let intranet = Arc::new(Mutex::new(Intranet::default()));
        let theirs = Arc::clone(&intranet);
        let receiver = Receiver::start(move |received| theirs.lock().unwrap().answer(received));
        Self { intranet, receiver, clock: Arc::new(ManualClock::new(start())) }
    }

    fn settings(&self, more: &str) -> Settings {
        let toml = format!(
            "[[directories]]\nname = 'intranet'\nprefixes = ['intra/']\ntimeout_seconds = 1\n[directories.webhook]\nurl = '{}'\n{more}\n",
            self.receiver.url()
        );
        Settings::from_sources(&toml, &BTreeMap::new()).unwrap()
    }

    fn connector(&self, more: &str) -> WebhookDirectory {
        let settings = self.settings(more);
        let directory = &settings.directories[0];
        let webhook = directory.webhook.as_ref().unwrap();
        WebhookDirectory::new(directory, webhook, self.clock.clone(), Arc::new(SeededEntropy::new(7))).unwrap()
    }

    fn plain(&self) -> WebhookDirectory {
        self.connector(&format!("secret = '{SECRET}'\ncan = {ALL}"))
    }

    /// Lets it act, and then answers otherwise.
    fn acts_and_answers(&self, reply: Reply) {
        let theirs = Arc::clone(&self.intranet);
        self.receiver.answer(move |received| {
            theirs.lock().unwrap().answer(received);
            reply.clone()
        });
    }

    fn acted(&self) -> usize {
        self.intranet.lock().unwrap().acted
    }
}

fn alice() -> Login {
    "alice".parse().unwrap()
}

fn totp() -> Serial {
    "TOTP-1".parse().unwrap()
}

fn order() -> Order {
    Order {
        login: alice(),
        serial: totp(),
        kind: AuthenticatorKind::VirtualTotp,
        key: OutboxId::new(start(), [9; 10]),
        at: start(),
    }
}

#[tokio::test]
async fn what_the_system_tells_is_read_and_what_it_is_asked_to_do_is_done_once() {
    let bench = Bench::new();
    let directory = bench.plain();
    let found = directory.find(Wanted::Login(&alice())).await.unwrap().unwrap();
    assert_eq!((found.login.as_str(), found.name.as_deref()), ("alice", Some("Alice Example")));
    assert_eq!(found.email.unwrap().as_str(), "Alice@intranet.example");
    assert_eq!((found.phone.unwrap().as_str(), found.status), ("+447911123456", AccountStatus::Active));
    let by_email = directory.find(Wanted::Email(&"alice@intranet.example".parse().unwrap())).await.unwrap();
    assert_eq!(by_email.unwrap().login, alice());
    assert_eq!(directory.find(Wanted::Login(&"nobody".parse().unwrap())).await, Ok(None));

    let listed = directory.authenticators(&alice()).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|one| (one.serial.as_str(), one.kind, one.state)).collect();
    use {AuthenticatorKind::*, AuthenticatorState::*};
    assert_eq!(listed, [("TOTP-1", VirtualTotp, Active), ("KEY-1", Passkey, Deactivated)]);
    assert_eq!(directory.standing(&alice(), &totp()).await, Ok(Standing::Active));
    let nobody = "nobody".parse().unwrap();
    assert!(matches!(directory.authenticators(&nobody).await, Err(DirectoryError::Refused(_))));
    assert!(matches!(directory.standing(&nobody, &totp()).await, Err(DirectoryError::Refused(_))));

    for _ in 0..2 {
        assert_eq!(directory.deactivate(&order()).await, Ok(Outcome::Complete));
        assert_eq!(directory.end_sessions(&alice(), order().key).await, Ok(()));
        directory.update_phone(&alice(), &"+420601123456".parse().unwrap(), order().key).await.unwrap();
    }
    assert_eq!(directory.standing(&alice(), &totp()).await, Ok(Standing::Deactivated));
    let intranet = bench.intranet.lock().unwrap();
    assert_eq!((intranet.acted, intranet.sessions_ended), (1, 1));
    assert_eq!(intranet.phone.as_deref(), Some("+420601123456"));
}

#[tokio::test]
async fn what_the_system_is_not_said_to_be_able_to_do_it_is_not_asked() {
    let bench = Bench::new();
    let directory = bench.connector(&format!("secret = '{SECRET}'"));
    assert_eq!(directory.capabilities(), Capabilities::default());
    let found = directory.find(Wanted::Login(&alice())).await.unwrap().unwrap();
    assert_eq!((found.email, found.phone), (None, None), "the contacts tell them");
    let refused = |answer: Result<(), DirectoryError>| assert!(matches!(answer, Err(DirectoryError::Refused(_))));
    refused(directory.find(Wanted::Email(&"alice@intranet.example".parse().unwrap())).await.map(|_| ()));
    refused(directory.end_sessions(&alice(), order().key).await);
    refused(directory.update_phone(&alice(), &"+420601123456".parse().unwrap(), order().key).await);
    assert_eq!(bench.receiver.received().len(), 1);
}

#[tokio::test]
async fn a_request_is_signed_and_the_documents_example_tells_it_from_any_other() {
    let bench = Bench::new();
    bench.plain().deactivate(&order()).await.unwrap();
    let sent = bench.receiver.received().remove(0);
    assert_eq!(sent.head, "POST /hook HTTP/1.1");
    assert_eq!(sent.header("content-type"), "application/json");
    assert_eq!(sent.header("idempotency-key"), sent.id());
    let now = start();
    assert_eq!(documented_verdict(&sent, &[SECRET], now), "authenticator.deactivate");
    assert_eq!(documented_verdict(&sent, &[OLD_SECRET, SECRET], now), "authenticator.deactivate");
    assert_eq!(documented_verdict(&sent, &[OLD_SECRET], now), "refused: no signature fits");
    for seconds in [-301, 301] {
        let replayed = documented_verdict(&sent, &[SECRET], now + TimeDelta::seconds(seconds));
        assert_eq!(replayed, "refused: too old, or from the future", "{seconds}");
        assert_eq!(sent.verify(&trusted(), now + TimeDelta::seconds(seconds)), Err(NotGenuine::Time));
    }
    let mut other = sent.clone();
    other.body = String::from_utf8(sent.body.clone()).unwrap().replace("TOTP-1", "TOTP-2").into_bytes();
    assert_ne!(other.body, sent.body);
    assert_eq!(documented_verdict(&other, &[SECRET], now), "refused: no signature fits");
    let mut other = sent.clone();
    other.headers.insert("webhook-id".to_owned(), "order_other".to_owned());
    assert_eq!(documented_verdict(&other, &[SECRET], now), "refused: no signature fits");
    other.headers.remove("webhook-signature");
    assert_eq!(documented_verdict(&other, &[SECRET], now), "refused: not a signed request");
}

#[tokio::test]
async fn while_keys_are_changed_a_request_is_signed_with_both_and_with_ed25519() {
    let bench = Bench::new();
    let directory = bench.connector(&format!("secret = '{SECRET} {OLD_SECRET} {PRIVATE}'"));
    directory.find(Wanted::Login(&alice())).await.unwrap();
    let sent = bench.receiver.received().remove(0);
    assert_eq!(sent.header("webhook-signature").split(' ').count(), 3);
    for secret in [SECRET, OLD_SECRET] {
        assert_eq!(documented_verdict(&sent, &[secret], start()), "directory.find");
    }
    assert_eq!(sent.verify(&Trusted::read([PUBLIC]).unwrap(), start()), Ok(()));
}

#[tokio::test]
async fn the_same_decision_is_the_same_request_byte_by_byte_and_a_look_never_is() {
    let bench = Bench::new();
    let directory = bench.plain();
    directory.deactivate(&order()).await.unwrap();
    directory.standing(&alice(), &totp()).await.unwrap();
    bench.clock.advance(TimeDelta::seconds(60));
    let later = Order { at: bench.clock.now(), ..order() };
    directory.deactivate(&later).await.unwrap();
    directory.standing(&alice(), &totp()).await.unwrap();
    directory.deactivate(&Order { serial: "KEY-1".parse().unwrap(), ..order() }).await.unwrap();
    directory.deactivate(&Order { key: OutboxId::new(start(), [8; 10]), ..order() }).await.unwrap();
    let sent = bench.receiver.received();
    assert_eq!((sent[0].id(), &sent[0].body), (sent[2].id(), &sent[2].body));
    assert_ne!(sent[0].header("webhook-timestamp"), sent[2].header("webhook-timestamp"), "the moment of sending is");
    let ids: HashSet<&str> = sent.iter().map(Received::id).collect();
    assert_eq!(ids.len(), 5, "two looks, another authenticator and another decision are others");
}

/// What each answer to a request that looks, and to one that acts, is taken for. `true`: the system did act.
#[tokio::test]
async fn whatever_the_answer_nothing_is_taken_for_done_that_may_not_be() {
    let done = json!({ "outcome": "done", "login": "alice", "serial": "TOTP-1" });
    let with = |key: &str, value: Value| {
        let mut other = done.clone();
        other[key] = value;
        other
    };
    let refused = |reason: &str| {
        with("outcome", json!("refused"))
            .as_object()
            .unwrap()
            .clone()
            .into_iter()
            .chain([("reason".to_owned(), json!(reason))])
            .collect::<serde_json::Map<_, _>>()
    };
    let unknown = "Unknown";
    for (name, reply, looks, acts) in [
        ("no answer", Reply::Hang, "Unavailable", unknown),
        ("connection cut", Reply::Cut, "Unavailable", unknown),
        ("half an answer", Reply::Half(200, done.to_string()), "Unavailable", unknown),
        ("500", Reply::status(500), "Unavailable", unknown),
        ("503 with Retry-After", Reply::status(503).with("retry-after", "7"), "Limited 7", unknown),
        ("429", Reply::status(429).with("retry-after", "9"), "Limited 9", "Limited 9"),
        ("401", Reply::status(401), "Denied", "Denied"),
        ("403", Reply::json(403, &done), "Denied", "Denied"),
        ("redirect", Reply::status(307).with("location", "http://127.0.0.1:1/"), "Unavailable", unknown),
        ("200 without a body", Reply::status(200), "Unavailable", unknown),
        ("200, not JSON", Reply::Whole(200, vec![], "<html>".into()), "Unavailable", unknown),
        ("204", Reply::status(204), "Unavailable", unknown),
        ("201 done", Reply::json(201, &done), "Unavailable", unknown),
        ("202 pending", Reply::json(202, &with("outcome", json!("pending"))), "Unavailable", unknown),
        ("200 pending", Reply::json(200, &with("outcome", json!("pending"))), "Unavailable", unknown),
        ("202 done", Reply::json(202, &done), "Unavailable", unknown),
        ("400", Reply::json(400, &done), "Unavailable", unknown),
        ("404 without the words", Reply::json(404, &json!({ "error": "not found" })), "Unavailable", unknown),
        ("404 about another", Reply::json(404, &json!({ "outcome": "none", "login": "bob" })), "Unavailable", unknown),
        ("200 none", Reply::json(200, &with("outcome", json!("none"))), "Unavailable", unknown),
        ("another login", Reply::json(200, &with("login", json!("ALICE"))), "Unavailable", unknown),
        ("another serial", Reply::json(200, &with("serial", json!("TOTP-10"))), "Unavailable", unknown),
        ("no serial", Reply::json(200, &json!({ "outcome": "done", "login": "alice" })), "Unavailable", unknown),
        ("another outcome", Reply::json(200, &with("outcome", json!("ok"))), "Unavailable", unknown),
        ("no outcome", Reply::json(200, &with("outcome", Value::Null)), "Unavailable", unknown),
        ("409 without the words", Reply::json(409, &json!({})), "Unavailable", unknown),
        (
            "409",
            Reply::json(409, &refused("locked by an administrator").into()),
            "Refused locked by an administrator",
            "Refused locked by an administrator",
        ),
        (
            "409 that tells a number",
            Reply::json(409, &refused("call 44791112").into()),
            "Refused it gave a reason that is not shown here",
            "Refused it gave a reason that is not shown here",
        ),
        (
            "404 none",
            Reply::json(404, &with("outcome", json!("none"))),
            "Refused the account has no such authenticator",
            "Refused it knows of nothing of that name",
        ),
    ] {
        let bench = Bench::new();
        let directory = bench.plain();
        bench.acts_and_answers(reply);
        let word = |error: DirectoryError| match error {
            DirectoryError::Refused(why) => format!("Refused {why}"),
            DirectoryError::Limited { wait } => format!("Limited {}", wait.unwrap().as_secs()),
            DirectoryError::Denied(_) => "Denied".to_owned(),
            DirectoryError::Unavailable(_) => "Unavailable".to_owned(),
            DirectoryError::Unknown(_) => "Unknown".to_owned(),
            DirectoryError::Busy => "Busy".to_owned(),
        };
        assert_eq!(directory.standing(&alice(), &totp()).await.map_err(word), Err(looks.to_owned()), "{name}");
        assert_eq!(directory.deactivate(&order()).await.map_err(word), Err(acts.to_owned()), "{name}");
        // It did act; asked again, as it is after a look, it does not act again.
        let theirs = Arc::clone(&bench.intranet);
        bench.receiver.answer(move |received| theirs.lock().unwrap().answer(received));
        assert_eq!(directory.standing(&alice(), &totp()).await, Ok(Standing::Deactivated), "{name}");
        assert_eq!(directory.deactivate(&order()).await, Ok(Outcome::Complete), "{name}");
        assert_eq!(bench.acted(), 1, "{name}");
    }
    let gone = Bench::new();
    let directory = gone.plain();
    drop(gone.receiver);
    let unavailable = |error| matches!(error, DirectoryError::Unavailable(_));
    assert!(directory.standing(&alice(), &totp()).await.is_err_and(unavailable));
    assert!(directory.deactivate(&order()).await.is_err_and(unavailable), "nothing was sent, so nothing is unknown");
}

#[tokio::test]
async fn an_account_that_is_not_wholly_told_is_not_believed() {
    let bench = Bench::new();
    let directory = bench.plain();
    let account = json!({ "login": "alice", "active": true });
    let answers = |account: Value| {
        bench.receiver.answer(move |received| {
            let mut answer = received.json()["data"].clone();
            answer["outcome"] = json!("found");
            answer["account"] = account.clone();
            Reply::json(200, &answer)
        });
    };
    answers(account.clone());
    assert!(directory.find(Wanted::Login(&alice())).await.unwrap().is_some());
    let email = "alice@intranet.example".parse().unwrap();
    assert!(directory.find(Wanted::Email(&email)).await.is_err(), "it does not say that the address is the account's");
    for (key, value) in [
        ("login", json!("bob")),
        ("login", json!("")),
        ("active", Value::Null),
        ("active", json!("yes")),
        ("email", json!("not an address")),
        ("phone", json!("07911 123456")),
        ("name", json!("Al\u{202e}ice")),
        ("name", json!("x".repeat(201))),
    ] {
        let mut wrong = account.clone();
        wrong[key] = value;
        answers(wrong.clone());
        let answer = directory.find(Wanted::Login(&alice())).await;
        assert!(matches!(answer, Err(DirectoryError::Unavailable(_))), "{wrong} {answer:?}");
    }
    let one = json!({ "serial": "A", "kind": "passkey", "label": "Key", "state": "active" });
    for (list, right) in [
        (json!([one]), true),
        (json!([]), true),
        (json!([one, one]), false),
        (json!([{ "serial": "A", "kind": "sms", "label": "Key", "state": "active" }]), false),
        (json!([{ "serial": "A", "kind": "passkey", "label": "Key" }]), false),
        (json!({}), false),
        (Value::Null, false),
    ] {
        let told = list.clone();
        bench.receiver.answer(move |_| {
            Reply::json(200, &json!({ "outcome": "listed", "login": "alice", "authenticators": told }))
        });
        assert_eq!(directory.authenticators(&alice()).await.is_ok(), right, "{list}");
    }
}

#[tokio::test]
async fn what_was_left_undone_is_told() {
    let bench = Bench::new();
    let directory = bench.plain();
    let answer =
        json!({ "outcome": "done", "login": "alice", "serial": "TOTP-1", "left": "its entry is still listed" });
    bench.receiver.answer(move |_| Reply::json(200, &answer));
    let outcome = directory.deactivate(&order()).await;
    assert_eq!(outcome, Ok(Outcome::Partly("its entry is still listed".to_owned())));
}

/// Signs an answer as the document says, with what the test changes.
fn sealed(keys: &str, id: &str, at: DateTime<Utc>, body: &Value) -> Reply {
    let body = body.to_string();
    let seal = Keys::read(&SecretString::from(keys)).unwrap().seal(id, at, body.as_bytes());
    Reply::Whole(
        200,
        vec![
            ("webhook-id".to_owned(), seal.id),
            ("webhook-timestamp".to_owned(), seal.timestamp),
            ("webhook-signature".to_owned(), seal.signature),
        ],
        body,
    )
}

#[tokio::test]
async fn where_answers_are_signed_nobody_between_can_say_that_it_was_done() {
    let bench = Bench::new();
    let directory = bench.connector(&format!("secret = '{SECRET}'\nverify_answers = true"));
    let done = json!({ "outcome": "done", "login": "alice", "serial": "TOTP-1" });
    let told = |make: fn(&Received, &Value) -> Reply| {
        let done = done.clone();
        bench.receiver.answer(move |received| make(received, &done));
    };
    told(|received, done| sealed(SECRET, &format!("answer_{}", received.id()), start(), done));
    assert_eq!(directory.deactivate(&order()).await, Ok(Outcome::Complete));
    told(|received, done| {
        let id = format!("answer_{}", received.id());
        sealed(&format!("{OLD_SECRET} {SECRET}"), &id, start() + TimeDelta::seconds(200), done)
    });
    assert_eq!(directory.deactivate(&order()).await, Ok(Outcome::Complete));
    type Forged = (&'static str, fn(&Received, &Value) -> Reply);
    let forged: [Forged; 7] = [
        ("not signed", |_, done| Reply::json(200, done)),
        ("under the request's identifier", |received, done| sealed(SECRET, received.id(), start(), done)),
        ("of another request", |_, done| sealed(SECRET, "answer_order_0", start(), done)),
        ("with another's key", |received, done| {
            sealed(OLD_SECRET, &format!("answer_{}", received.id()), start(), done)
        }),
        ("too old", |received, done| {
            sealed(SECRET, &format!("answer_{}", received.id()), start() - TimeDelta::seconds(301), done)
        }),
        ("changed on its way", |received, done| {
            match sealed(SECRET, &format!("answer_{}", received.id()), start(), &json!({ "outcome": "pending" })) {
                Reply::Whole(status, headers, _) => Reply::Whole(status, headers, done.to_string()),
                other => other,
            }
        }),
        ("the request itself", |received, _| {
            let body = String::from_utf8(received.body.clone()).unwrap();
            let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
            let headers = names.map(|name| (name.to_owned(), received.header(name).to_owned()));
            Reply::Whole(200, headers.into(), body)
        }),
    ];
    for (name, make) in forged {
        told(make);
        let answer = directory.deactivate(&order()).await;
        assert!(matches!(answer, Err(DirectoryError::Unknown(_))), "{name}: {answer:?}");
        let answer = directory.standing(&alice(), &totp()).await;
        assert!(matches!(answer, Err(DirectoryError::Unavailable(_))), "{name}: {answer:?}");
    }
    told(|_, _| Reply::status(403));
    assert!(matches!(directory.deactivate(&order()).await, Err(DirectoryError::Unknown(_))), "anybody can say 403");
}

#[tokio::test]
async fn an_answer_can_be_signed_with_a_key_that_the_desk_does_not_have() {
    let bench = Bench::new();
    let directory = bench.connector(&format!("secret = '{SECRET}'\nverify_answers = true\nanswer_keys = ['{PUBLIC}']"));
    let done = json!({ "outcome": "done", "login": "alice", "serial": "TOTP-1" });
    let told = done.clone();
    bench.receiver.answer(move |received| sealed(PRIVATE, &format!("answer_{}", received.id()), start(), &told));
    assert_eq!(directory.deactivate(&order()).await, Ok(Outcome::Complete));
    bench.receiver.answer(move |received| sealed(SECRET, &format!("answer_{}", received.id()), start(), &done));
    assert!(directory.deactivate(&order()).await.is_err(), "what the desk signs with does not count any more");
}

#[tokio::test]
async fn a_check_tells_what_is_missing_and_changes_nothing() {
    let bench = Bench::new();
    let directory = bench.plain();
    let probes = directory.check(Some(&alice())).await;
    assert!(probes.iter().all(|probe| probe.wrong.is_none()), "{probes:?}");
    assert_eq!(probes.len(), 10, "{probes:?}");
    assert_eq!((bench.acted(), bench.intranet.lock().unwrap().sessions_ended), (0, 0));
    let kinds: HashSet<String> = bench.receiver.received().iter().map(Received::kind).collect();
    let looks = ["directory.check", "directory.find", "directory.authenticators"].map(str::to_owned);
    assert_eq!(kinds, HashSet::from(looks));

    let wrong = |probes: Vec<mfa_desk::directory::Probe>| -> Vec<String> {
        probes.into_iter().filter(|probe| probe.wrong.is_some()).map(|probe| probe.what).collect()
    };
    bench.receiver.answer(|_| Reply::json(200, &json!({ "outcome": "checked", "types": ["directory.find"] })));
    let told = wrong(directory.check(None).await);
    assert_eq!(told[0], "refuses requests with another's signature");
    assert!(told.contains(&"serves authenticator.deactivate".to_owned()), "{told:?}");
    assert!(!told.contains(&"serves directory.find".to_owned()), "{told:?}");
    bench.receiver.answer(|_| Reply::status(401));
    assert_eq!(wrong(directory.check(None).await), ["takes signed requests"]);
}

#[test]
fn settings_that_would_not_do_are_told_before_the_start() {
    let problems = |url: &str, more: &str| {
        let toml = format!("[[directories]]\nname = 'intranet'\n[directories.webhook]\nurl = '{url}'\n{more}\n");
        let settings = Settings::from_sources(&toml, &BTreeMap::new()).unwrap();
        let mine = settings.problems(Mode::Demo).into_iter().filter(|problem| problem.key == "directories");
        mine.map(|problem| problem.wrong).collect::<Vec<_>>().join("; ")
    };
    let (https, good) = ("https://accounts.example.org/", format!("secret = '{SECRET}'"));
    assert_eq!(problems(https, &good), "");
    assert_eq!(problems("http://localhost:1/", &good), "");
    assert!(problems("http://accounts.example.org/", &good).contains("not https"));
    assert!(problems(https, "").contains("secret that is not set"));
    assert!(problems(https, "secret = 'short'").contains("does not begin with whsec_"));
    assert!(problems(https, "secret_file = '/nowhere/at/all'").contains("/nowhere/at/all"));
    assert!(problems(https, &format!("{good}\nanswer_keys = ['whpk_x']")).contains("without verify_answers"));
    assert!(
        problems(https, &format!("{good}\nverify_answers = true\nanswer_keys = ['whpk_x']")).contains("answer_keys")
    );
    let private = format!("secret = '{PRIVATE}'\nverify_answers = true");
    assert!(problems(https, &private).contains("nothing to verify answers with"));
    let toml = format!("[[directories]]\nname = 'x'\n[directories.webhook]\nurl = '{https}'\ncan = ['fly']\n");
    assert!(Settings::from_sources(&toml, &BTreeMap::new()).is_err());
    let shown = format!("{:?}", Bench::new().settings(&good));
    assert!(!shown.contains(&SECRET[6..]), "{shown}");
}

#[tokio::test]
async fn a_configured_directory_is_connected() {
    let bench = Bench::new();
    let settings = bench.settings(&format!("secret = '{SECRET}'"));
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (bench.clock.clone(), Arc::new(SeededEntropy::new(1)));
    let connected = connect(&settings.directories, &clock, &entropy).unwrap();
    assert!(connected[0].directory.find(Wanted::Login(&alice())).await.unwrap().is_some());
}
