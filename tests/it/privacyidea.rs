//! The privacyIDEA connector against a stand-in of ours, for the answers that the real one does not give on demand. What
//! a sound one answers is recorded from version 3.14, and met for real in `privacyidea_peer`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Utc;
use mfa_desk::config::{Mode, Settings};
use mfa_desk::directory::{Directory, DirectoryError, HttpSettings, Order, PrivacyIdea, Wanted};
use mfa_desk::domain::account::AuthenticatorKind;
use mfa_desk::domain::directory::{Login, Outcome, Serial, Standing};
use mfa_desk::domain::ids::OutboxId;
use serde_json::{Value, json};
use url::Url;

use crate::support::receiver::{Received, Receiver, Reply};

const KEY: &str = "eyJ.the-key.sig";

/// What a stand-in holds, and what it does instead of what it should.
#[derive(Default)]
struct Idea {
    tokens: Vec<Value>,
    users: Vec<Value>,
    /// The next requests that begin so are answered otherwise; true where they are carried out first.
    faults: Vec<(&'static str, bool, Reply)>,
    /// Requests that came, without their headers.
    asked: Vec<String>,
}

fn token(serial: &str, user: &str) -> Value {
    json!({
        "serial": serial, "tokentype": "totp", "active": true, "revoked": false, "locked": false,
        "username": user, "user_realm": "staff", "description": "", "info": {"tokenkind": "software"},
    })
}

fn user(name: &str) -> Value {
    json!({"username": name, "realm": "staff", "email": format!("{name}@staff.example"), "mobile": ["+447911123456"]})
}

fn good(value: Value) -> Reply {
    Reply::json(200, &json!({"result": {"status": true, "value": value}}))
}

fn made(serial: &str, state: &str, uri: &str) -> Reply {
    let detail = json!({
        "serial": serial, "rollout_state": state, "googleurl": {"value": uri},
        "otpkey": {"value": "seed://00", "value_b32": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"},
    });
    Reply::json(200, &json!({"result": {"status": true, "value": true}, "detail": detail}))
}

fn bad(status: u16, code: i64) -> Reply {
    Reply::json(status, &json!({"result": {"status": false, "error": {"code": code, "message": "of alice, TOTP1"}}}))
}

impl Idea {
    fn answer(&mut self, received: &Received) -> Reply {
        let line = received.head.strip_suffix(" HTTP/1.1").unwrap_or(&received.head);
        let (method, target) = line.split_once(' ').unwrap();
        let url = Url::parse(&format!("http://x{target}")).unwrap();
        let path = url.path().strip_prefix("/hook").expect("the base path is kept");
        let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        let form: BTreeMap<_, _> = url::form_urlencoded::parse(&received.body).into_owned().collect();
        let request = format!("{method} {path}");
        self.asked.push(format!("{request} {}", String::from_utf8_lossy(&received.body)).trim_end().to_owned());
        if received.header("pi-authorization") != KEY {
            return bad(401, 4304);
        }
        let fault = self.faults.iter().position(|(begins, ..)| request.starts_with(begins));
        match fault.map(|at| self.faults.remove(at)) {
            Some((_, false, reply)) => reply,
            Some((_, true, reply)) => {
                self.act(&request, &query, &form);
                reply
            }
            None => self.act(&request, &query, &form),
        }
    }

    fn act(&mut self, request: &str, query: &BTreeMap<String, String>, form: &BTreeMap<String, String>) -> Reply {
        let has = |name: &Value| self.tokens.iter().any(|token| token["username"] == *name);
        match request {
            "GET /realm/" => good(json!({"Staff": {"default": true}})),
            "GET /user/" => {
                let fits = |user: &&Value| {
                    let named = |key: &str| query.get(key).is_none_or(|asked| user[key] == asked.as_str());
                    let having =
                        query.get("has_tokens").is_none_or(|asked| (asked == "true") == has(&user["username"]));
                    named("username") && named("email") && having
                };
                good(self.users.iter().filter(fits).cloned().collect())
            }
            "GET /token/" => {
                let size: usize = query["pagesize"].parse().unwrap();
                let page: usize = query.get("page").map_or(1, |page| page.parse().unwrap());
                let fits = |token: &&Value| {
                    query.get("user").is_none_or(|user| token["username"] == user.as_str())
                        && query.get("serial").is_none_or(|serial| token["serial"] == serial.as_str())
                };
                let all: Vec<_> = self.tokens.iter().filter(fits).cloned().collect();
                let next = (all.len() > page * size).then_some(page + 1);
                let shown: Vec<_> = all.iter().skip((page - 1) * size).take(size).collect();
                good(json!({"count": all.len(), "next": next, "tokens": shown}))
            }
            "POST /token/disable" | "POST /token/unassign" => {
                assert_eq!(form.keys().collect::<Vec<_>>(), ["serial"], "orders name a serial and nothing else");
                let found = self.tokens.iter_mut().find(|token| token["serial"] == form["serial"].as_str());
                let Some(token) = found else { return bad(404, 601) };
                match request {
                    "POST /token/disable" => token["active"] = json!(false),
                    _ => (token["username"], token["user_realm"]) = (json!(""), json!("")),
                }
                good(json!(1))
            }
            "POST /token/init" => {
                let serial = form["serial"].as_str();
                assert!(!self.tokens.iter().any(|token| token["serial"] == serial), "it would be rolled over");
                self.tokens.push(token(serial, &form["user"]));
                made(serial, "enrolled", "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
            }
            delete => {
                let serial = delete.strip_prefix("DELETE /token/").unwrap();
                let before = self.tokens.len();
                self.tokens.retain(|token| token["serial"] != serial);
                if self.tokens.len() < before { good(json!(1)) } else { bad(404, 601) }
            }
        }
    }
}

struct Bench {
    idea: Arc<Mutex<Idea>>,
    receiver: Receiver,
}

impl Bench {
    /// Two users; the first has one token, the second two.
    fn new() -> Self {
        mfa_desk::notify::install_tls_provider();
        let tokens = vec![token("TOTP1", "alice"), token("TOTP2", "bob"), token("TOTP3", "bob")];
        let users = ["alice", "bob", "none"].map(user).to_vec();
        let idea = Arc::new(Mutex::new(Idea { tokens, users, ..Idea::default() }));
        let theirs = Arc::clone(&idea);
        Self { receiver: Receiver::start(move |received| theirs.lock().unwrap().answer(received)), idea }
    }

    fn settings(&self, more: &str) -> Settings {
        let toml = format!(
            "[[directories]]\nname = 'idea'\n[directories.privacyidea]\nurl = '{}'\nrealm = 'STAFF'\n{more}",
            self.receiver.url()
        );
        Settings::from_sources(&toml, &BTreeMap::new()).unwrap()
    }

    fn connector(&self, after: &str) -> PrivacyIdea {
        let settings = self.settings(&format!("api_key = '{KEY}'\nafter = '{after}'"));
        let http = HttpSettings { timeout: Duration::from_millis(700), ca_file: None };
        PrivacyIdea::new(settings.directories[0].privacyidea.as_ref().unwrap(), &http).unwrap()
    }

    fn fault(&self, begins: &'static str, acts: bool, reply: Reply) -> &Self {
        self.idea.lock().unwrap().faults.push((begins, acts, reply));
        self
    }

    fn change(&self, serial: &str, key: &str, value: Value) {
        let mut idea = self.idea.lock().unwrap();
        idea.tokens.iter_mut().find(|token| token["serial"] == serial).unwrap()[key] = value;
    }

    fn shown(&self, serial: &str) -> Option<Value> {
        self.idea.lock().unwrap().tokens.iter().find(|token| token["serial"] == serial).cloned()
    }

    fn is_active(&self, serial: &str) -> bool {
        self.shown(serial).is_some_and(|token| token["active"] == true)
    }

    /// How many orders came.
    fn orders(&self) -> usize {
        self.idea.lock().unwrap().asked.iter().filter(|asked| !asked.starts_with("GET")).count()
    }
}

fn login(name: &str) -> Login {
    name.parse().unwrap()
}

fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

fn order() -> Order {
    let (at, kind) = (Utc::now(), AuthenticatorKind::VirtualTotp);
    Order { login: login("alice"), serial: serial("TOTP1"), kind, key: OutboxId::new(at, [7; 10]), at }
}

fn is_refused<T>(answer: &Result<T, DirectoryError>) -> bool {
    matches!(answer, Err(DirectoryError::Refused(_)))
}

#[tokio::test]
async fn one_foreign_token_in_a_list_and_none_of_it_is_believed() {
    let bench = Bench::new();
    let connector = bench.connector("delete");
    let page = |tokens: Vec<Value>| good(json!({"count": tokens.len(), "next": null, "tokens": tokens}));
    let mut other_realm = token("TOTP9", "alice");
    other_realm["user_realm"] = json!("customers");
    for foreign in [token("TOTP2", "bob"), token("TOTP2", ""), token("TOTP2", "Alice"), other_realm] {
        bench.fault("GET /token/", false, page(vec![token("TOTP1", "alice"), foreign.clone()]));
        assert!(is_refused(&connector.authenticators(&login("alice")).await), "{foreign}");
    }
    // A serial that is passed over lists everybody's, too.
    let all = vec![token("TOTP1", "alice"), token("TOTP2", "bob")];
    bench.fault("GET /token/", false, page(all.clone())).fault("GET /token/", false, page(all));
    assert!(is_refused(&connector.standing(&login("alice"), &serial("TOTP1")).await));
    assert!(is_refused(&connector.deactivate(&order()).await));
    assert_eq!(bench.orders(), 0);
}

#[tokio::test]
async fn an_empty_list_counts_only_from_a_server_that_tells_who_has_none() {
    let bench = Bench::new();
    let connector = bench.connector("delete");
    assert_eq!(connector.authenticators(&login("none")).await, Ok(vec![]));
    // One that passes over the question answers with the user both times, or with nobody.
    for answers in [[json!([user("none")]), json!([user("none")])], [json!([]), json!([])]] {
        for answer in answers {
            bench.fault("GET /user/", false, good(answer));
        }
        let answer = connector.authenticators(&login("none")).await;
        assert!(matches!(answer, Err(DirectoryError::Denied(_))), "{answer:?}");
    }
    // A store of users that does not know the question is skipped.
    let skipped = json!({"result": {"status": true, "value": []}, "detail": {"skipped_resolvers": ["ldap"]}});
    bench.fault("GET /user/", false, Reply::json(200, &skipped));
    let answer = connector.authenticators(&login("none")).await;
    assert!(matches!(answer, Err(DirectoryError::Unavailable(_))), "{answer:?}");
    bench.fault("GET /user/", false, Reply::json(200, &skipped));
    let answer = connector.find(Wanted::Login(&login("none"))).await;
    assert!(matches!(answer, Err(DirectoryError::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn a_search_that_passes_over_its_filter_finds_whom_it_was_asked_for_or_nobody() {
    let bench = Bench::new();
    let connector = bench.connector("keep");
    let everybody = || good(json!([user("alice"), user("bob"), user("none")]));
    bench.fault("GET /user/", false, everybody());
    let found = connector.find(Wanted::Login(&login("bob"))).await.unwrap().unwrap();
    assert_eq!((found.login, found.phone.unwrap().as_str()), (login("bob"), "+447911123456"));
    bench.fault("GET /user/", false, everybody()).fault("GET /user/", false, everybody());
    assert_eq!(connector.find(Wanted::Login(&login("mallory"))).await, Ok(None));
    let email = "mallory@staff.example".parse().unwrap();
    assert_eq!(connector.find(Wanted::Email(&email)).await, Ok(None));
    bench.fault("GET /user/", false, good(json!([user("bob"), user("bob")])));
    assert!(is_refused(&connector.find(Wanted::Login(&login("bob"))).await));
    let mut elsewhere = user("bob");
    elsewhere["realm"] = json!("customers");
    bench.fault("GET /user/", false, good(json!([elsewhere])));
    assert_eq!(connector.find(Wanted::Login(&login("bob"))).await, Ok(None));
    // No wildcard reaches the server, whatever it would make of it.
    let asked = bench.idea.lock().unwrap().asked.len();
    for name in ["*", "b*", "alice,bob"] {
        assert_eq!(connector.find(Wanted::Login(&login(name))).await, Ok(None));
        assert!(is_refused(&connector.authenticators(&login(name)).await));
    }
    assert_eq!(bench.idea.lock().unwrap().asked.len(), asked);
}

#[tokio::test]
async fn every_page_is_read_and_pages_that_do_not_fit_are_not_believed() {
    let bench = Bench::new();
    let connector = bench.connector("keep");
    bench.idea.lock().unwrap().tokens.extend((0..250).map(|number| token(&format!("A{number}"), "alice")));
    assert_eq!(connector.authenticators(&login("alice")).await.unwrap().len(), 251);
    let one = || vec![token("TOTP1", "alice")];
    for page in [
        json!({"count": 2, "next": null, "tokens": one()}),
        json!({"count": 0, "next": null, "tokens": one()}),
        json!({"count": 200, "next": 1, "tokens": one()}),
        json!({"count": 1, "next": 2, "tokens": one()}),
    ] {
        bench.fault("GET /token/", false, good(page.clone()));
        let answer = connector.authenticators(&login("alice")).await;
        assert!(matches!(answer, Err(DirectoryError::Unavailable(_))), "{page}: {answer:?}");
    }
}

#[tokio::test]
async fn an_order_that_was_not_answered_is_unknown_and_the_next_one_goes_on() {
    for after in ["keep", "unassign", "delete"] {
        for acts in [false, true] {
            for reply in [Reply::Cut, Reply::Hang, Reply::status(500), Reply::Half(200, "{\"result\"".to_owned())] {
                let bench = Bench::new();
                let connector = bench.connector(after);
                bench.fault("POST /token/disable", acts, reply.clone());
                let answer = connector.deactivate(&order()).await;
                assert!(matches!(answer, Err(DirectoryError::Unknown(_))), "{after} {reply:?}: {answer:?}");
                assert_eq!(bench.is_active("TOTP1"), !acts);
                assert_eq!(connector.deactivate(&order()).await, Ok(Outcome::Complete), "{after} {reply:?}");
                assert!(!bench.is_active("TOTP1"));
                assert!(bench.is_active("TOTP2") && bench.is_active("TOTP3"));
            }
        }
    }
}

#[tokio::test]
async fn what_fails_after_the_token_is_off_is_never_nothing_was_done() {
    for (after, request) in [("unassign", "POST /token/unassign"), ("delete", "DELETE /token/")] {
        for reply in [Reply::Cut, Reply::status(503), bad(200, 0), good(json!("done")), good(json!(2))] {
            for acts in [false, true] {
                let bench = Bench::new();
                let connector = bench.connector(after);
                bench.fault(request, acts, reply.clone());
                let answer = connector.deactivate(&order()).await;
                assert!(matches!(answer, Err(DirectoryError::Unknown(_))), "{after} {reply:?}: {answer:?}");
                let expected = if acts { Standing::Deactivated } else { Standing::Unfinished };
                assert_eq!(connector.standing(&login("alice"), &serial("TOTP1")).await, Ok(expected));
                assert_eq!(connector.deactivate(&order()).await, Ok(Outcome::Complete));
            }
        }
        // Asking for patience is no reason to tell the agent that nothing was done.
        let bench = Bench::new();
        bench.fault(request, false, Reply::status(429).with("retry-after", "5"));
        let answer = bench.connector(after).deactivate(&order()).await;
        assert!(matches!(answer, Err(DirectoryError::Unknown(_))), "{answer:?}");
        // A refusal will stay one: the token is off, and that is said with what is left.
        for reply in [bad(403, 303), bad(400, 905)] {
            let bench = Bench::new();
            bench.fault(request, false, reply);
            let answer = bench.connector(after).deactivate(&order()).await;
            assert!(matches!(answer, Ok(Outcome::Partly(_))), "{answer:?}");
            assert!(!bench.is_active("TOTP1"));
        }
    }
}

#[tokio::test]
async fn a_token_that_went_away_meanwhile_is_done_and_an_address_that_is_not_there_is_not() {
    for (request, after) in [("POST /token/disable", "keep"), ("DELETE /token/", "delete")] {
        let bench = Bench::new();
        bench.fault(request, false, bad(404, 601));
        let answer = bench.connector(after).deactivate(&order()).await;
        match after {
            // Gone between the look and the order.
            "keep" => assert_eq!(answer, Ok(Outcome::Complete)),
            // It says gone and still lists it: that is no answer to rely on, and the token is off.
            _ => assert!(matches!(answer, Ok(Outcome::Partly(_))), "{answer:?}"),
        }
    }
    // A proxy's 404 is not privacyIDEA's.
    let bench = Bench::new();
    bench.fault("DELETE /token/", false, Reply::status(404));
    let answer = bench.connector("delete").deactivate(&order()).await;
    assert!(matches!(answer, Err(DirectoryError::Unknown(_))), "{answer:?}");
    bench.fault("GET /token/", false, Reply::status(404));
    let answer = bench.connector("delete").standing(&login("alice"), &serial("TOTP1")).await;
    assert!(matches!(answer, Err(DirectoryError::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn an_order_that_says_done_and_did_nothing_is_found_out() {
    let bench = Bench::new();
    bench.fault("POST /token/disable", false, good(json!(0)));
    let answer = bench.connector("keep").deactivate(&order()).await;
    assert!(matches!(answer, Err(DirectoryError::Unknown(_))), "{answer:?}");
    bench.fault("DELETE /token/", false, good(json!(1)));
    let answer = bench.connector("delete").deactivate(&order()).await;
    assert!(matches!(answer, Ok(Outcome::Partly(_))), "{answer:?}");
}

#[tokio::test]
async fn a_look_that_is_not_understood_is_never_an_answer() {
    let denied = |code: i64| move |error: &DirectoryError| matches!(error, DirectoryError::Denied(_)) && code != 0;
    let unavailable = |error: &DirectoryError| matches!(error, DirectoryError::Unavailable(_));
    type Expected<'a> = &'a dyn Fn(&DirectoryError) -> bool;
    let (d303, d4304) = (denied(303), denied(4304));
    let cases: Vec<(Reply, Expected<'_>)> = vec![
        (bad(401, 4304), &d4304),
        (bad(403, 303), &d303),
        (Reply::status(403), &d303),
        (bad(200, 303), &d303),
        (Reply::status(500), &unavailable),
        (bad(500, -500), &unavailable),
        (bad(200, -1), &unavailable),
        (Reply::Cut, &unavailable),
        (Reply::Hang, &unavailable),
        (Reply::json(200, &json!({"result": {"value": []}})), &unavailable),
        (Reply::json(200, &json!([])), &unavailable),
        (Reply::Whole(200, vec![], "<html>Sign in</html>".to_owned()), &unavailable),
        (good(json!({"tokens": []})), &unavailable),
        (Reply::status(302).with("location", "https://elsewhere.example/"), &unavailable),
    ];
    for (reply, expected) in cases {
        let bench = Bench::new();
        let connector = bench.connector("delete");
        bench.fault("GET /user/", false, reply.clone());
        let error = connector.find(Wanted::Login(&login("alice"))).await.unwrap_err();
        assert!(expected(&error), "{reply:?}: {error:?}");
        bench.fault("GET /token/", false, reply.clone());
        let error = connector.authenticators(&login("alice")).await.unwrap_err();
        assert!(expected(&error), "{reply:?}: {error:?}");
        bench.fault("GET /token/", false, reply.clone());
        let error = connector.deactivate(&order()).await.unwrap_err();
        assert!(expected(&error), "{reply:?}: {error:?}");
        assert_eq!(bench.orders(), 0, "{reply:?}");
        for said in ["alice", "TOTP1", KEY, "staff"] {
            assert!(!error.to_string().contains(said), "{error}");
        }
    }
    let bench = Bench::new();
    bench.fault("GET /token/", false, Reply::status(429).with("retry-after", "9"));
    let error = bench.connector("keep").authenticators(&login("alice")).await.unwrap_err();
    assert_eq!(error, DirectoryError::Limited { wait: Some(Duration::from_secs(9)) });
}

#[tokio::test]
async fn whose_token_it_is_must_be_certain() {
    let bench = Bench::new();
    let connector = bench.connector("keep");
    // The store of users does not answer: the realm stands there, the name does not.
    bench.change("TOTP1", "username", json!(""));
    let answer = connector.deactivate(&order()).await;
    assert!(matches!(answer, Err(DirectoryError::Unavailable(_))), "{answer:?}");
    bench.change("TOTP1", "user_realm", json!(""));
    assert_eq!(connector.deactivate(&order()).await, Ok(Outcome::Complete), "it is nobody's");
    bench.change("TOTP1", "username", json!("bob"));
    bench.change("TOTP1", "user_realm", json!("staff"));
    assert!(is_refused(&connector.deactivate(&order()).await));
    assert_eq!(bench.orders(), 0);
    assert!(bench.is_active("TOTP1"));
}

#[tokio::test]
async fn a_token_that_was_half_set_up_is_taken_away_before_it_is_set_up_anew() {
    let enrols = |bench: &Bench| {
        let settings = bench.settings(&format!("api_key = '{KEY}'\nenrol = true"));
        let http = HttpSettings { timeout: Duration::from_millis(700), ca_file: None };
        PrivacyIdea::new(settings.directories[0].privacyidea.as_ref().unwrap(), &http).unwrap()
    };
    let (alice, name) = (login("alice"), serial("DESK1"));
    let sound = "otpauth://totp/x?secret=A";
    for reply in [
        Reply::Cut,
        Reply::status(500),
        good(json!(true)),
        made("OTHER", "enrolled", sound),
        made("DESK1", "enrolled", "https://elsewhere.example/"),
    ] {
        for acts in [false, true] {
            let bench = Bench::new();
            bench.fault("POST /token/init", acts, reply.clone());
            let answer = enrols(&bench).enrol(&alice, &name).await;
            assert!(matches!(answer, Err(DirectoryError::Unknown(_))), "{reply:?}: {answer:?}");
            assert_eq!(bench.is_active("DESK1"), acts);
            assert!(enrols(&bench).enrol(&alice, &name).await.is_ok(), "{reply:?}");
            assert!(bench.is_active("DESK1") && bench.is_active("TOTP1"));
        }
    }
    // A policy that wants the user to prove the app first: nothing of it stays.
    let bench = Bench::new();
    bench.fault("POST /token/init", true, made("DESK1", "verify", sound));
    assert!(is_refused(&enrols(&bench).enrol(&alice, &name).await));
    assert_eq!(bench.shown("DESK1"), None);
    // It cannot be taken away: nothing is set up beside it.
    bench.idea.lock().unwrap().tokens.push(token("DESK1", "alice"));
    bench.fault("DELETE /token/", false, bad(403, 303));
    let answer = enrols(&bench).enrol(&alice, &name).await;
    assert!(matches!(answer, Err(DirectoryError::Denied(_))), "{answer:?}");
    assert!(is_refused(&enrols(&bench).enrol(&alice, &serial("TOTP2")).await), "it is somebody else's");
    assert!(is_refused(&bench.connector("keep").enrol(&alice, &serial("DESK2")).await), "it is not configured");
}

#[test]
fn the_configuration_says_what_is_wrong_without_saying_the_key() {
    let bench = Bench::new();
    let problems = |more: &str| {
        let found = bench.settings(more).problems(Mode::Demo);
        found.into_iter().filter(|each| each.key == "directories").map(|each| each.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(problems(&format!("api_key = '{KEY}'")), Vec::<String>::new());
    assert_eq!(problems("").len(), 1);
    let both = problems(&format!("api_key = '{KEY}'\napi_key_file = '/dev/null'"));
    assert!(both.len() == 1 && !both[0].contains(KEY), "{both:?}");
    assert!(!format!("{:?}", bench.settings(&format!("api_key = '{KEY}'"))).contains(KEY));
}
