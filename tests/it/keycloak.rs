//! The connector for Keycloak, against a stand-in that behaves as Keycloak's documentation and source say. It is not
//! the real server: what a version does otherwise is not seen here.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use mfa_desk::clock::ManualClock;
use mfa_desk::config::Settings;
use mfa_desk::directory::{Directory, DirectoryError, HttpSettings, Keycloak, Order, Wanted};
use mfa_desk::domain::account::{AccountStatus, AuthenticatorKind};
use mfa_desk::domain::directory::{Login, Outcome, Serial, Standing};
use mfa_desk::domain::ids::OutboxId;
use serde_json::{Value, json};

use crate::support::http_peer::{Answer, Asked, HttpPeer};

/// What the stand-in holds and how it is to behave.
pub struct Realm {
    pub users: Vec<Value>,
    pub credentials: Vec<(&'static str, Value)>,
    pub roles: Vec<&'static str>,
    /// Tokens given out; only the newest is taken.
    pub tokens: usize,
    pub logouts: Vec<String>,
    /// Attributes that the realm's user profile knows.
    pub known_attributes: Vec<&'static str>,
    /// Answers that come before any of the above, by method and end of the path; once each.
    pub instead: Vec<(&'static str, &'static str, Answer)>,
    /// Whether what is asked for is done before an answer of the above.
    pub and_does_it: bool,
    pub exact: bool,
    /// Every token that was given out is taken, and not the newest alone.
    pub any_token: bool,
}

struct Peer {
    http: HttpPeer,
    realm: Arc<Mutex<Realm>>,
    clock: Arc<ManualClock>,
    keycloak: Keycloak,
}

fn token(realm: &Realm) -> String {
    let claims = json!({ "n": realm.tokens, "resource_access": { "realm-management": { "roles": realm.roles } } });
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn answer(realm: &mut Realm, asked: &Asked) -> Answer {
    if asked.path() == "/auth/realms/customers/protocol/openid-connect/token" {
        let right = asked.form("client_secret").as_deref() == Some("s3cret, of course");
        if !right || asked.form("client_id").as_deref() != Some("mfa-desk") {
            return Answer::json(401, json!({ "error": "unauthorized_client" }));
        }
        realm.tokens += 1;
        return Answer::json(200, json!({ "access_token": token(realm), "expires_in": 60, "token_type": "Bearer" }));
    }
    let bearer = asked.header("authorization").unwrap_or_default();
    if bearer != format!("Bearer {}", token(realm)) && !(realm.any_token && bearer.starts_with("Bearer e30.")) {
        return Answer::json(401, json!({ "error": "HTTP 401 Unauthorized" }));
    }
    let Some(path) = asked.path().strip_prefix("/auth/admin/realms/customers/") else {
        return Answer::json(404, json!({ "error": "Realm not found." }));
    };
    let fits = |(method, end, _): &(&str, &str, Answer)| asked.method == *method && path.ends_with(end);
    let instead = realm.instead.iter().position(fits).map(|at| realm.instead.remove(at).2);
    match instead {
        Some(instead) if realm.and_does_it => {
            manage(realm, asked, path);
            instead
        }
        Some(instead) => instead,
        None => manage(realm, asked, path),
    }
}

fn manage(realm: &mut Realm, asked: &Asked, path: &str) -> Answer {
    let parts: Vec<&str> = path.split('/').collect();
    let user = |realm: &Realm, id: &str| realm.users.iter().position(|user| user["id"] == id);
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["users"]) => {
            let exact = realm.exact && asked.query("exact").as_deref() == Some("true");
            let found = |user: &&Value| {
                ["username", "email"].iter().all(|key| match asked.query(key) {
                    Some(wanted) if exact => user[*key].as_str() == Some(&wanted.to_lowercase()),
                    Some(wanted) => user[*key].as_str().is_some_and(|has| has.contains(&wanted.to_lowercase())),
                    None => true,
                })
            };
            let seen = realm.roles.contains(&"manage-users") || realm.roles.contains(&"view-users");
            Answer::json(200, json!(realm.users.iter().filter(|_| seen).filter(found).collect::<Vec<_>>()))
        }
        (method, ["users", id, rest @ ..]) => match (user(realm, id), method, rest) {
            (None, ..) => Answer::json(404, json!({ "error": "User not found" })),
            (_, "GET", ["credentials"]) => {
                let all: Vec<_> = realm.credentials.iter().filter(|(of, _)| of == id).map(|(_, c)| c).collect();
                Answer::json(200, json!(all))
            }
            (_, "DELETE", ["credentials", credential]) => {
                let before = realm.credentials.len();
                realm.credentials.retain(|(of, each)| of != id || each["id"] != *credential);
                let gone = realm.credentials.len() < before;
                Answer::text(if gone { 204 } else { 404 }, "")
            }
            (_, "POST", ["logout"]) => {
                realm.logouts.push((*id).to_owned());
                Answer::text(204, "")
            }
            (Some(at), "PUT", []) => {
                let change: Value = serde_json::from_str(&asked.body).unwrap();
                // As versions with user profiles do: what is left out of names and addresses is emptied.
                for key in ["username", "email", "firstName", "lastName"] {
                    realm.users[at][key] = change[key].clone();
                }
                for key in ["enabled", "requiredActions"] {
                    if !change[key].is_null() {
                        realm.users[at][key] = change[key].clone();
                    }
                }
                if let Some(attributes) = change["attributes"].as_object() {
                    let known = attributes.iter().filter(|(name, _)| realm.known_attributes.contains(&name.as_str()));
                    realm.users[at]["attributes"] =
                        Value::Object(known.map(|(name, value)| (name.clone(), value.clone())).collect());
                }
                Answer::text(204, "")
            }
            _ => Answer::text(405, ""),
        },
        _ => Answer::text(405, ""),
    }
}

const CONFIGURATION: &str = r#"
    [[directories]]
    name = "id"
    domains = ["example.org"]
    [directories.keycloak]
    url = "http://127.0.0.1:1/auth/"
    realm = "customers"
    client_id = "mfa-desk"
    client_secret = "s3cret, of course"
    phone_attribute = "phone"
"#;

/// The stand-in, with `alice` and `alice2` in its realm.
pub fn played(change: impl FnOnce(&mut Realm)) -> (HttpPeer, Arc<Mutex<Realm>>) {
    let mut realm = Realm {
        users: vec![
            json!({
                "id": "id-alice", "username": "alice", "email": "alice@example.org", "firstName": "Alice",
                "lastName": "Adams", "enabled": true, "requiredActions": ["VERIFY_EMAIL"],
                "attributes": { "phone": ["+447911123456"], "team": ["blue"] },
            }),
            json!({ "id": "id-2", "username": "alice2", "email": "malice@example.org", "enabled": false }),
        ],
        credentials: vec![
            ("id-alice", json!({ "id": "c-password", "type": "password" })),
            ("id-alice", json!({ "id": "c-app", "type": "otp", "userLabel": "Phone" })),
            ("id-alice", json!({ "id": "c-key", "type": "webauthn", "userLabel": "" })),
            ("id-2", json!({ "id": "c-other", "type": "otp" })),
        ],
        roles: vec!["manage-users", "view-users"],
        tokens: 0,
        logouts: Vec::new(),
        known_attributes: vec!["phone", "team"],
        instead: Vec::new(),
        and_does_it: false,
        exact: true,
        any_token: false,
    };
    change(&mut realm);
    let realm = Arc::new(Mutex::new(realm));
    let played = Arc::clone(&realm);
    let http = HttpPeer::start(move |asked| answer(&mut played.lock().unwrap(), asked));
    (http, realm)
}

fn start(change: impl FnOnce(&mut Realm), settings: &str) -> Peer {
    let (http, realm) = played(change);
    let clock = Arc::new(ManualClock::new(DateTime::from_timestamp(1_795_500_000, 0).unwrap()));
    let text = CONFIGURATION.replace("http://127.0.0.1:1", &http.base) + settings;
    let settings = Settings::from_sources(&text, &Default::default()).unwrap().directories.remove(0);
    let connection = HttpSettings { timeout: Duration::from_secs(5), ca_file: None };
    let keycloak = Keycloak::new(settings.keycloak.as_ref().unwrap(), &connection, clock.clone()).unwrap();
    Peer { http, realm, clock, keycloak }
}

fn login(text: &str) -> Login {
    text.parse().unwrap()
}

fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

fn order(of: &str, what: &str) -> Order {
    let at = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
    let kind = AuthenticatorKind::VirtualTotp;
    Order { login: login(of), serial: serial(what), kind, key: OutboxId::new(at, [7; 10]), at }
}

const APP: &str = "id-alice/c-app";

#[tokio::test]
async fn an_account_is_found_by_its_whole_name_or_address_only() {
    let peer = start(|_| {}, "");
    let found = peer.keycloak.find(Wanted::Login(&login("Alice"))).await.unwrap().unwrap();
    assert_eq!((found.login.as_str(), found.name.as_deref()), ("alice", Some("Alice Adams")));
    assert_eq!(found.phone.unwrap().to_string(), "+447911123456");
    let by_address = |text: &str| text.parse().unwrap();
    let found = peer.keycloak.find(Wanted::Email(&by_address("mAlice@example.org"))).await.unwrap().unwrap();
    assert_eq!((found.login.as_str(), found.status), ("alice2", AccountStatus::Suspended));
    assert_eq!(peer.keycloak.find(Wanted::Login(&login("lic"))).await, Ok(None));
    assert_eq!(peer.keycloak.find(Wanted::Email(&by_address("lice@example.org"))).await, Ok(None));
    assert_eq!(peer.realm.lock().unwrap().tokens, 1, "a token is used until it ends");
}

#[tokio::test]
async fn a_version_that_searches_parts_of_names_is_not_believed() {
    let peer = start(|realm| realm.exact = false, "");
    let found = peer.keycloak.find(Wanted::Login(&login("alice"))).await;
    assert!(matches!(&found, Err(DirectoryError::Denied(why)) if why.contains("exactly")), "{found:?}");
}

#[tokio::test]
async fn two_accounts_of_one_address_are_neither() {
    let twice = |realm: &mut Realm| realm.users[1]["email"] = json!("alice@example.org");
    let peer = start(twice, "");
    let found = peer.keycloak.find(Wanted::Email(&"alice@example.org".parse().unwrap())).await;
    assert!(matches!(&found, Err(DirectoryError::Refused(why)) if why.contains("more than one")), "{found:?}");
}

#[tokio::test]
async fn an_empty_list_means_nobody_only_to_those_who_may_see_everybody() {
    let peer = start(|realm| realm.roles = vec!["query-users"], "");
    for name in ["alice", "nobody"] {
        let found = peer.keycloak.find(Wanted::Login(&login(name))).await;
        assert!(matches!(&found, Err(DirectoryError::Denied(why)) if why.contains("manage-users")), "{found:?}");
    }
    let probes = peer.keycloak.check(None).await;
    assert!(probes.iter().any(|probe| probe.wrong.as_ref().is_some_and(|why| why.contains("manage-users"))));
}

#[tokio::test]
async fn passwords_and_other_peoples_credentials_are_not_touched() {
    let peer = start(|_| {}, "");
    let listed = peer.keycloak.authenticators(&login("alice")).await.unwrap();
    let shown: Vec<_> = listed.iter().map(|each| (each.serial.as_str(), each.kind, each.label.as_str())).collect();
    let key = ("id-alice/c-key", AuthenticatorKind::Passkey, AuthenticatorKind::Passkey.label());
    assert_eq!(shown, [(APP, AuthenticatorKind::VirtualTotp, "Phone"), key]);
    for wrong in ["id-alice/c-password", "id-2/c-other", "c-app", "id-alice/"] {
        let refused = peer.keycloak.deactivate(&order("alice", wrong)).await;
        assert!(matches!(refused, Err(DirectoryError::Refused(_))), "{wrong}: {refused:?}");
        let refused = peer.keycloak.standing(&login("alice"), &serial(wrong)).await;
        assert!(matches!(refused, Err(DirectoryError::Refused(_))), "{wrong}: {refused:?}");
    }
    assert_eq!(peer.http.times(|asked| asked.method != "GET" && !asked.path().ends_with("/token")), 0);
}

#[tokio::test]
async fn a_name_that_changed_hands_does_not_make_a_credential_gone() {
    let peer = start(|_| {}, "");
    {
        let mut realm = peer.realm.lock().unwrap();
        realm.users[0]["username"] = json!("alice-now");
        realm.users[1]["username"] = json!("alice");
    }
    let standing = peer.keycloak.standing(&login("alice"), &serial(APP)).await;
    assert!(matches!(standing, Err(DirectoryError::Refused(_))), "{standing:?}");
}

#[tokio::test]
async fn a_deactivation_takes_one_credential_and_asks_for_a_new_app() {
    let peer = start(|_| {}, "");
    let (alice, app) = (login("alice"), serial(APP));
    assert_eq!(peer.keycloak.standing(&alice, &app).await, Ok(Standing::Active));
    assert_eq!(peer.keycloak.deactivate(&order("alice", APP)).await, Ok(Outcome::Complete));
    assert_eq!(peer.keycloak.standing(&alice, &app).await, Ok(Standing::Deactivated));
    peer.keycloak.end_sessions(&alice, order("alice", APP).key).await.unwrap();
    {
        let realm = peer.realm.lock().unwrap();
        let left: Vec<_> = realm.credentials.iter().map(|(_, each)| each["id"].as_str().unwrap()).collect();
        assert_eq!(left, ["c-password", "c-key", "c-other"]);
        assert_eq!(realm.logouts, ["id-alice"]);
        let expected = json!({
            "id": "id-alice", "username": "alice", "email": "alice@example.org", "firstName": "Alice",
            "lastName": "Adams", "enabled": true, "requiredActions": ["VERIFY_EMAIL", "CONFIGURE_TOTP"],
            "attributes": { "phone": ["+447911123456"], "team": ["blue"] },
        });
        assert_eq!(realm.users[0], expected, "nothing else of the account changed");
    }
    // Again is the same, and changes nothing more.
    assert_eq!(peer.keycloak.deactivate(&order("alice", APP)).await, Ok(Outcome::Complete));
    assert_eq!(peer.http.times(|asked| asked.method == "DELETE"), 1);
    assert_eq!(peer.http.times(|asked| asked.method == "PUT"), 1);
}

#[tokio::test]
async fn nobody_is_asked_for_a_new_app_who_has_one_left_or_where_it_is_not_wanted() {
    let peer = start(|_| {}, "");
    assert_eq!(peer.keycloak.deactivate(&order("alice", "id-alice/c-key")).await, Ok(Outcome::Complete));
    let unwanted = start(|_| {}, "configure_totp = false");
    assert_eq!(unwanted.keycloak.deactivate(&order("alice", APP)).await, Ok(Outcome::Complete));
    for peer in [peer, unwanted] {
        assert_eq!(peer.http.times(|asked| asked.method == "PUT"), 0);
    }
}

#[tokio::test]
async fn what_is_left_undone_is_said_and_can_be_caught_up_with() {
    let fails = |realm: &mut Realm| realm.instead = vec![("PUT", "", Answer::text(500, ""))];
    let peer = start(fails, "");
    let outcome = peer.keycloak.deactivate(&order("alice", APP)).await.unwrap();
    assert!(matches!(&outcome, Outcome::Partly(left) if left.contains("new app")), "{outcome:?}");
    assert_eq!(peer.keycloak.standing(&login("alice"), &serial(APP)).await, Ok(Standing::Unfinished));
    assert_eq!(peer.keycloak.deactivate(&order("alice", APP)).await, Ok(Outcome::Complete));
    assert_eq!(peer.http.times(|asked| asked.method == "DELETE"), 1, "only the rest is done");
}

#[tokio::test]
async fn every_fault_of_the_deletion_says_whether_it_may_have_happened() {
    let denied = |error: &DirectoryError| matches!(error, DirectoryError::Denied(_));
    let unknown = |error: &DirectoryError| matches!(error, DirectoryError::Unknown(_));
    let limited = |error: &DirectoryError| *error == DirectoryError::Limited { wait: Some(Duration::from_secs(7)) };
    let patience = Answer::Whole { status: 429, headers: vec![("retry-after", "7".to_owned())], body: String::new() };
    type Says = dyn Fn(&DirectoryError) -> bool;
    let table: [(&str, Answer, bool, &Says); 6] = [
        ("403", Answer::text(403, "{}"), false, &denied),
        ("429", patience, false, &limited),
        ("500 undone", Answer::text(500, "oops"), false, &unknown),
        ("500 done", Answer::text(500, "oops"), true, &unknown),
        ("cut undone", Answer::Cut, false, &unknown),
        ("cut done", Answer::Cut, true, &unknown),
    ];
    for (what, fault, does, says) in table {
        let change = |realm: &mut Realm| {
            realm.instead = vec![("DELETE", "", fault)];
            realm.and_does_it = does;
        };
        let peer = start(change, "configure_totp = false");
        let error = peer.keycloak.deactivate(&order("alice", APP)).await.unwrap_err();
        assert!(says(&error), "{what}: {error:?}");
        let standing = peer.keycloak.standing(&login("alice"), &serial(APP)).await.unwrap();
        let truth = if does { Standing::Deactivated } else { Standing::Active };
        assert_eq!(standing, truth, "{what}");
    }
    // Somebody else was quicker: it is gone, as was asked for.
    let peer = start(|realm| realm.instead = vec![("DELETE", "", Answer::text(404, ""))], "configure_totp = false");
    assert_eq!(peer.keycloak.deactivate(&order("alice", APP)).await, Ok(Outcome::Complete));
}

#[tokio::test]
async fn a_look_that_fails_is_never_taken_for_an_answer() {
    for fault in
        [Answer::Cut, Answer::Half("[]          ".to_owned()), Answer::text(500, ""), Answer::text(200, "<html>")]
    {
        let what = format!("{fault:?}");
        let peer = start(|realm| realm.instead = vec![("GET", "credentials", fault)], "");
        let error = peer.keycloak.standing(&login("alice"), &serial(APP)).await.unwrap_err();
        assert!(matches!(error, DirectoryError::Unavailable(_)), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn a_token_is_replaced_when_it_ends_or_is_not_taken_any_more_and_once_only() {
    let peer = start(|_| {}, "");
    let alice = login("alice");
    peer.keycloak.find(Wanted::Login(&alice)).await.unwrap();
    // Somebody at the server ends it early, in the middle of an order.
    peer.realm.lock().unwrap().tokens += 1;
    assert_eq!(peer.keycloak.deactivate(&order("alice", APP)).await, Ok(Outcome::Complete));
    let before = peer.realm.lock().unwrap().tokens;
    peer.clock.advance(TimeDelta::seconds(45));
    peer.keycloak.find(Wanted::Login(&alice)).await.unwrap();
    assert_eq!(peer.realm.lock().unwrap().tokens, before + 1, "a token is not used up to its last seconds");

    let always = |realm: &mut Realm| realm.instead = vec![("GET", "users", Answer::text(401, "")); 9];
    let peer = start(always, "");
    let found = peer.keycloak.find(Wanted::Login(&alice)).await;
    assert!(matches!(found, Err(DirectoryError::Denied(_))), "{found:?}");
    assert_eq!(peer.http.times(|asked| asked.path().ends_with("/users")), 2);
}

#[tokio::test]
async fn a_wrong_secret_or_realm_is_told_without_repeating_the_secret() {
    let wrong = start(|_| {}, "");
    let text = CONFIGURATION.replace("http://127.0.0.1:1", &wrong.http.base);
    for (from, to) in [("s3cret, of course", "not the secret"), ("customers", "no-such-realm")] {
        let text = text.replace(from, to);
        let settings = Settings::from_sources(&text, &Default::default()).unwrap().directories.remove(0);
        let connection = HttpSettings { timeout: Duration::from_secs(5), ca_file: None };
        let keycloak = Keycloak::new(&settings.keycloak.unwrap(), &connection, wrong.clock.clone()).unwrap();
        let error = keycloak.find(Wanted::Login(&login("alice"))).await.unwrap_err();
        assert!(matches!(error, DirectoryError::Denied(_)), "{error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
        assert!(keycloak.check(None).await[0].wrong.is_some());
    }
}

#[tokio::test]
async fn a_number_of_record_is_changed_and_read_again() {
    let peer = start(|_| {}, "");
    let (alice, phone, key) = (login("alice"), "+420601123456".parse().unwrap(), order("alice", APP).key);
    peer.keycloak.update_phone(&alice, &phone, key).await.unwrap();
    let found = peer.keycloak.find(Wanted::Login(&alice)).await.unwrap().unwrap();
    assert_eq!(found.phone, Some(phone.clone()));
    assert_eq!(peer.realm.lock().unwrap().users[0]["attributes"]["team"], json!(["blue"]));
    assert_eq!(peer.realm.lock().unwrap().users[0]["lastName"], json!("Adams"));

    let peer = start(|realm| realm.known_attributes = vec!["team"], "");
    let error = peer.keycloak.update_phone(&alice, &phone, key).await.unwrap_err();
    assert!(matches!(&error, DirectoryError::Denied(why) if why.contains("user profile")), "{error:?}");
}

#[tokio::test]
async fn a_check_changes_nothing() {
    let peer = start(|_| {}, "");
    let probes = peer.keycloak.check(Some(&login("alice"))).await;
    assert_eq!(probes.len(), 4);
    assert!(probes.iter().all(|probe| probe.wrong.is_none()), "{probes:?}");
    assert!(peer.http.asked().iter().all(|asked| asked.method == "GET" || asked.path().ends_with("/token")));
    let probes = peer.keycloak.check(Some(&login("nobody"))).await;
    assert!(probes.last().unwrap().wrong.is_some(), "{probes:?}");
}
