//! Accounts and tokens in a privacyIDEA that we did not write.
//!
//! Runs only where `TEST_PRIVACYIDEA_READY` names the `ready.env` of a running `peers/privacyidea.sh`. Every test has a
//! realm with users and tokens of its own. What that server does not do on demand is in `privacyidea`.

use std::sync::Arc;

use chrono::Utc;
use mfa_desk::config::{AfterDisabling, PrivacyIdeaSettings};
use mfa_desk::directory::{Directory, DirectoryError, Order, PrivacyIdea, Wanted};
use mfa_desk::domain::account::{AuthenticatorKind, AuthenticatorState};
use mfa_desk::domain::authn::{TotpSecret, step_at};
use mfa_desk::domain::directory::{Login, Outcome, Serial, Standing};
use mfa_desk::domain::ids::OutboxId;
use secrecy::{ExposeSecret, SecretString};

use crate::support::directory::Outside;
use crate::support::privacyidea::Peer;
use crate::support::world::{Setup, World};

fn login(name: &str) -> Login {
    name.parse().unwrap()
}

fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

fn order(name: &str, token: &str) -> Order {
    let at = Utc::now();
    let key = OutboxId::new(at, [7; 10]);
    Order { login: login(name), serial: serial(token), kind: AuthenticatorKind::VirtualTotp, key, at }
}

async fn standing(connector: &PrivacyIdea, name: &str, token: &str) -> Result<Standing, DirectoryError> {
    connector.standing(&login(name), &serial(token)).await
}

fn is_denied<T>(answer: &Result<T, DirectoryError>) -> bool {
    matches!(answer, Err(DirectoryError::Denied(_)))
}

fn is_refused<T>(answer: &Result<T, DirectoryError>) -> bool {
    matches!(answer, Err(DirectoryError::Refused(_)))
}

#[tokio::test]
async fn users_are_found_by_login_and_address_and_a_wrong_realm_is_not_nobody() {
    let Some(peer) = Peer::new().await else { return };
    let connector = peer.connector(|_| {});
    peer.adds("alice", ("+44 7911 123456", "+12015550123"));
    peer.adds("bob", ("internal 42", "+12015550123"));

    let found = connector.find(Wanted::Login(&login("alice"))).await.unwrap().unwrap();
    assert_eq!(found.login, login("alice"));
    assert_eq!(found.name.as_deref(), Some("Given Sur"));
    assert_eq!(found.email.unwrap().as_str(), peer.email("alice"));
    assert_eq!(found.phone.unwrap().as_str(), "+447911123456");
    let bob = connector.find(Wanted::Login(&login("bob"))).await.unwrap().unwrap();
    assert_eq!(bob.phone.unwrap().as_str(), "+12015550123");

    let email = peer.email("alice").to_uppercase().parse().unwrap();
    let found = connector.find(Wanted::Email(&email)).await.unwrap().unwrap();
    assert_eq!(found.login, login("alice"));

    // Wildcards and lists find nobody, although the server knows both.
    for name in ["nobody", "al*", "*", "alice,bob", "Alice"] {
        assert_eq!(connector.find(Wanted::Login(&login(name))).await.unwrap(), None, "{name}");
    }
    let every = format!("*@{}.test", peer.realm).parse().unwrap();
    assert_eq!(connector.find(Wanted::Email(&every)).await.unwrap(), None);

    // In a realm that is not there, privacyIDEA finds nobody and says so with 200.
    let lost = peer.connector(|settings| settings.realm = "no-such-realm".to_owned());
    assert!(is_denied(&lost.find(Wanted::Login(&login("alice"))).await));
    assert!(is_denied(&lost.authenticators(&login("alice")).await));
    assert!(lost.check(None).await[0].wrong.is_some());
}

#[tokio::test]
async fn two_users_with_one_address_are_nobody_to_write_to() {
    let Some(peer) = Peer::new().await else { return };
    peer.adds("alice", ("", ""));
    peer.adds("alice", ("", ""));
    let connector = peer.connector(|_| {});
    let email = peer.email("alice").parse().unwrap();
    let by_email = connector.find(Wanted::Email(&email)).await;
    // The server shows one user for each name, whichever: only what it shows can be told apart.
    assert!(by_email.is_ok());
    peer.adds("alice2", ("", ""));
    peer.changes_email("alice2", &peer.email("alice"));
    assert!(is_refused(&connector.find(Wanted::Email(&email)).await));
}

#[tokio::test]
async fn what_users_may_say_of_themselves_is_not_their_number_of_record() {
    let Some(peer) = Peer::new().await else { return };
    peer.adds("alice", ("+447911123456", ""));
    let (key, name) = peer.other_key();
    peer.lets(&name, "set_custom_user_attributes=:*: *").await;
    let attribute = [("user", "alice"), ("realm", peer.realm.as_str()), ("key", "mobile"), ("value", "+420601123456")];
    peer.post_as(&key, "/user/attribute", &attribute).await;
    let shown = peer.get(&format!("/user/?username=alice&realm={}", peer.realm)).await;
    assert_eq!(shown["result"]["value"][0]["mobile"], "+420601123456", "the server puts it over the store's: {shown}");

    let found = peer.connector(|_| {}).find(Wanted::Login(&login("alice"))).await.unwrap().unwrap();
    assert_eq!(found.phone.unwrap().as_str(), "+447911123456");
}

#[tokio::test]
async fn only_the_users_own_tokens_are_listed_and_none_only_when_that_is_proven() {
    let Some(peer) = Peer::new().await else { return };
    let connector = peer.connector(|_| {});
    for name in ["alice", "bob", "carol"] {
        peer.adds(name, ("", ""));
    }
    let app = peer.token("alice", "app", &[("description", "Alice's phone")]).await;
    peer.token("alice", "sheet", &[("type", "paper")]).await;
    peer.token("alice", "word", &[("type", "pw"), ("otpkey", "secret")]).await;
    peer.token("bob", "bobs", &[]).await;

    let listed = connector.authenticators(&login("alice")).await.unwrap();
    let told: Vec<_> = listed.iter().map(|each| (each.serial.as_str(), each.kind, each.label.as_str())).collect();
    let sheet = peer.serial("sheet");
    let label = format!("PAPER {sheet}");
    assert_eq!(
        told,
        [
            (app.as_str(), AuthenticatorKind::VirtualTotp, "Alice's phone"),
            (sheet.as_str(), AuthenticatorKind::RecoveryCodes, label.as_str()),
        ]
    );
    assert!(listed.iter().all(|each| each.state == AuthenticatorState::Active));
    peer.post("/token/disable", &[("serial", &app)]).await;
    let listed = connector.authenticators(&login("alice")).await.unwrap();
    assert_eq!(listed[0].state, AuthenticatorState::Deactivated);

    assert_eq!(connector.authenticators(&login("carol")).await.unwrap(), []);
    assert!(is_refused(&connector.authenticators(&login("nobody")).await));
    assert!(is_refused(&connector.authenticators(&login("*")).await));

    // The server leads this name to alice; her tokens are not those of somebody who is called so.
    let disguised = login(&format!("alice@{}", peer.realm));
    assert!(is_refused(&connector.authenticators(&disguised).await));
}

#[tokio::test]
async fn a_token_is_switched_off_in_the_configured_way_and_no_other_is() {
    let Some(peer) = Peer::new().await else { return };
    for name in ["alice", "bob"] {
        peer.adds(name, ("", ""));
    }
    let bystanders = [peer.token("alice", "other", &[]).await, peer.token("bob", "bobs", &[]).await];
    for (number, after) in
        [AfterDisabling::Keep, AfterDisabling::Unassign, AfterDisabling::Delete].into_iter().enumerate()
    {
        let connector = peer.connector(|settings| settings.after = after);
        let app = peer.token("alice", &format!("app{number}"), &[]).await;
        assert_eq!(standing(&connector, "alice", &app).await, Ok(Standing::Active));
        for _ in 0..2 {
            assert_eq!(connector.deactivate(&order("alice", &app)).await, Ok(Outcome::Complete), "{after:?}");
            assert_eq!(standing(&connector, "alice", &app).await, Ok(Standing::Deactivated), "{after:?}");
        }
        let shown = peer.shown(&app).await;
        match after {
            AfterDisabling::Keep => assert_eq!(shown.as_ref().unwrap()["username"], "alice"),
            AfterDisabling::Unassign => assert_eq!(shown.as_ref().unwrap()["username"], ""),
            AfterDisabling::Delete => assert_eq!(shown, None),
        }
        assert!(shown.is_none_or(|token| token["active"] == false), "{after:?}");
        for bystander in &bystanders {
            assert!(peer.is_active(bystander).await, "{after:?} {bystander}");
        }
    }
}

#[tokio::test]
async fn a_deactivation_goes_on_where_an_earlier_one_or_somebody_else_left_off() {
    let Some(peer) = Peer::new().await else { return };
    for name in ["alice", "bob"] {
        peer.adds(name, ("", ""));
    }
    let deletes = peer.connector(|settings| settings.after = AfterDisabling::Delete);
    let unassigns = peer.connector(|_| {});

    let app = peer.token("alice", "half", &[]).await;
    peer.post("/token/disable", &[("serial", &app)]).await;
    assert_eq!(standing(&deletes, "alice", &app).await, Ok(Standing::Unfinished));
    assert_eq!(standing(&unassigns, "alice", &app).await, Ok(Standing::Unfinished));
    assert_eq!(deletes.deactivate(&order("alice", &app)).await, Ok(Outcome::Complete));
    assert_eq!(peer.shown(&app).await, None);

    // A revoked token can be deleted and nothing else.
    let app = peer.token("alice", "revoked", &[]).await;
    peer.post("/token/revoke", &[("serial", &app)]).await;
    assert_eq!(standing(&unassigns, "alice", &app).await, Ok(Standing::Deactivated));
    assert_eq!(unassigns.deactivate(&order("alice", &app)).await, Ok(Outcome::Complete));
    assert_eq!(standing(&deletes, "alice", &app).await, Ok(Standing::Unfinished));
    assert_eq!(deletes.deactivate(&order("alice", &app)).await, Ok(Outcome::Complete));
    assert_eq!(peer.shown(&app).await, None);

    // Handed to somebody else meanwhile: theirs is not touched.
    let app = peer.token("alice", "handed-on", &[]).await;
    peer.post("/token/unassign", &[("serial", &app)]).await;
    peer.post("/token/assign", &[("serial", &app), ("user", "bob"), ("realm", &peer.realm)]).await;
    for connector in [&deletes, &unassigns] {
        assert!(is_refused(&standing(connector, "alice", &app).await));
        assert!(is_refused(&connector.deactivate(&order("alice", &app)).await));
    }
    assert!(peer.is_active(&app).await);

    // Never there, but the user is: there is nothing to do. Without the user nothing is certain.
    assert_eq!(deletes.deactivate(&order("alice", "NEVER-THERE")).await, Ok(Outcome::Complete));
    assert!(is_refused(&deletes.deactivate(&order("nobody", "NEVER-THERE")).await));
    // What would mean several tokens is not sent.
    let pair = format!("{app},{}", peer.serial("revoked"));
    for several in [pair.as_str(), "*", "r*", "../user"] {
        assert!(is_refused(&deletes.deactivate(&order("alice", several)).await), "{several}");
    }
    // A user who is not in the store any more.
    let orphan = peer.token("alice", "orphan", &[]).await;
    peer.removes("alice");
    assert!(standing(&deletes, "alice", &orphan).await.is_err());
    assert!(deletes.deactivate(&order("alice", &orphan)).await.is_err());
}

#[tokio::test]
async fn a_key_that_lacks_a_right_is_never_taken_for_an_answer() {
    let Some(peer) = Peer::new().await else { return };
    peer.adds("alice", ("", ""));
    peer.adds("none", ("", ""));
    let (key, name) = peer.other_key();
    let with = |after| {
        let key = key.clone();
        peer.connector(move |settings: &mut PrivacyIdeaSettings| {
            settings.api_key = Some(SecretString::from(key));
            settings.after = after;
        })
    };
    let (keeps, deletes, unassigns) =
        (with(AfterDisabling::Keep), with(AfterDisabling::Delete), with(AfterDisabling::Unassign));
    let wrong = async |connector: &PrivacyIdea| {
        let probes = connector.check(Some(&login("alice"))).await;
        probes.into_iter().filter(|probe| probe.wrong.is_some()).map(|probe| probe.what).collect::<Vec<_>>().join("; ")
    };
    let app = peer.token("alice", "app", &[]).await;

    assert!(is_denied(&keeps.find(Wanted::Login(&login("alice"))).await));
    assert!(wrong(&keeps).await.contains("userlist"));

    peer.lets(&name, "userlist").await;
    assert!(keeps.find(Wanted::Login(&login("alice"))).await.unwrap().is_some());
    // The server answers 200 with no tokens.
    assert!(is_denied(&keeps.authenticators(&login("alice")).await));
    assert!(is_denied(&keeps.authenticators(&login("none")).await));
    assert!(is_denied(&standing(&keeps, "alice", &app).await));
    assert!(is_denied(&keeps.deactivate(&order("alice", &app)).await));
    let told = wrong(&keeps).await;
    assert!(told.contains("tokenlist") && !told.contains("userlist"), "{told}");

    peer.lets(&name, "userlist,tokenlist").await;
    assert_eq!(wrong(&keeps).await, "");
    assert_eq!(keeps.authenticators(&login("alice")).await.unwrap().len(), 1);
    assert_eq!(keeps.authenticators(&login("none")).await.unwrap().len(), 0);
    assert!(is_denied(&deletes.deactivate(&order("alice", &app)).await));
    assert!(peer.is_active(&app).await);

    peer.lets(&name, "userlist,tokenlist,disable").await;
    for connector in [&deletes, &unassigns] {
        let outcome = connector.deactivate(&order("alice", &app)).await;
        assert!(matches!(outcome, Ok(Outcome::Partly(_))), "{outcome:?}");
        assert!(!peer.is_active(&app).await);
        assert_eq!(standing(connector, "alice", &app).await, Ok(Standing::Unfinished));
    }
    assert_eq!(keeps.deactivate(&order("alice", &app)).await, Ok(Outcome::Complete));

    let forged = peer.connector(|settings| settings.api_key = Some(SecretString::from("eyJhbGciOiJIUzI1NiJ9.e30.x")));
    assert!(is_denied(&forged.find(Wanted::Login(&login("alice"))).await));
    assert!(is_denied(&forged.deactivate(&order("alice", &app)).await));
    assert!(forged.check(None).await.iter().all(|probe| probe.wrong.is_some()));
}

#[tokio::test]
async fn a_check_changes_nothing() {
    let Some(peer) = Peer::new().await else { return };
    peer.adds("alice", ("", ""));
    let app = peer.token("alice", "app", &[]).await;
    let before = peer.shown(&app).await;
    let probes = peer.connector(|_| {}).check(Some(&login("alice"))).await;
    assert!(probes.len() >= 5 && probes.iter().all(|probe| probe.wrong.is_none()), "{probes:?}");
    assert_eq!(peer.shown(&app).await, before);
    let none = peer.connector(|_| {}).check(Some(&login("nobody"))).await;
    assert!(none.iter().any(|probe| probe.wrong.is_some()));
}

/// A world whose accounts of this realm live in the real server.
pub async fn desk(peer: &Peer, change: impl FnOnce(&mut PrivacyIdeaSettings)) -> World {
    let outside = Outside {
        name: "idea",
        prefixes: vec!["pi:".to_owned()],
        domains: vec![format!("{}.test", peer.realm)],
        system: Arc::new(peer.connector(change)),
    };
    // Serials must be new to a server that lives longer than a test.
    let seed = Utc::now().timestamp_nanos_opt().unwrap().unsigned_abs();
    World::with(Setup { outside: vec![outside], seed, ..Setup::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_switches_the_real_token_off_and_no_other() {
    let Some(peer) = Peer::new().await else { return };
    for name in ["carla", "bob"] {
        peer.adds(name, ("+447911123456", ""));
    }
    let app = peer.token("carla", "app", &[("description", "Carla's phone")]).await;
    let other = peer.token("bob", "bobs", &[]).await;
    let world = desk(&peer, |settings| settings.after = AfterDisabling::Delete).await;

    let (_, ana, reference) = world.ready(&peer.email("carla")).await;
    let page = ana.get(&format!("/desk/cases/{reference}")).await;
    page.says("Carla's phone").says("idea");
    assert!(peer.is_active(&app).await, "nothing happens before the button is pressed");
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert_eq!(peer.shown(&app).await, None);
    assert!(peer.is_active(&other).await);
    let mail = world.mail("deactivated").await;
    assert!(mail.text.contains("Carla's phone"), "{}", mail.text);
    world.stop().await;
}

/// What an app with this secret shows now.
fn code(base32: &str) -> String {
    TotpSecret::from_base32(base32).unwrap().code_at(step_at(Utc::now())).expose().to_owned()
}

#[tokio::test]
async fn a_fresh_token_works_and_what_is_half_made_is_made_anew() {
    let Some(peer) = Peer::new().await else { return };
    for name in ["alice", "bob"] {
        peer.adds(name, ("", ""));
    }
    let bobs = peer.token("bob", "bobs", &[]).await;
    let connector = peer.connector(|settings| settings.enrol = true);
    assert!(connector.capabilities().enrol && !peer.connector(|_| {}).capabilities().enrol);
    assert!(is_refused(&peer.connector(|_| {}).enrol(&login("alice"), &serial("DESK0")).await));

    let name = serial(&format!("DESK{}", peer.realm));
    let first = connector.enrol(&login("alice"), &name).await.unwrap();
    assert!(first.uri.expose_secret().starts_with("otpauth://totp/"));
    let second = connector.enrol(&login("alice"), &name).await.unwrap();
    assert_ne!(first.secret.expose_secret(), second.secret.expose_secret());
    let listed = connector.authenticators(&login("alice")).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(!peer.accepts("alice", &code(first.secret.expose_secret())).await);
    assert!(peer.accepts("alice", &code(second.secret.expose_secret())).await);
    assert!(!format!("{second:?}").contains(second.secret.expose_secret()));

    // Neither somebody else's token nor somebody who is not there is touched.
    assert!(is_refused(&connector.enrol(&login("alice"), &serial(&bobs)).await));
    assert!(peer.is_active(&bobs).await);
    assert!(is_refused(&connector.enrol(&login("nobody"), &serial("DESK1")).await));

    let (key, key_name) = peer.other_key();
    peer.lets(&key_name, "userlist,tokenlist,disable,unassign").await;
    let weak = peer.connector(move |settings| {
        settings.api_key = Some(SecretString::from(key));
        settings.enrol = true;
    });
    assert!(is_denied(&weak.enrol(&login("bob"), &serial(&format!("DESKB{}", peer.realm))).await));
    assert!(weak.check(None).await.iter().any(|probe| probe.what.contains("enrollTOTP") && probe.wrong.is_some()));
    assert!(connector.check(None).await.iter().all(|probe| probe.wrong.is_none()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_sets_up_a_token_that_the_real_server_takes() {
    let Some(peer) = Peer::new().await else { return };
    peer.adds("carla", ("+447911123456", ""));
    let app = peer.token("carla", "app", &[]).await;
    let world = desk(&peer, |settings| settings.enrol = true).await;
    let (customer, ana, reference) = world.ready(&peer.email("carla")).await;
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert!(!peer.is_active(&app).await);
    let page = customer.get(&format!("/cases/{reference}")).await;
    let page = customer.send(&page, "/authenticator", &[]).await;
    let before = "class=\"secret\"><span class=\"mono\">";
    let at = page.is(200).html.find(before).unwrap() + before.len();
    let secret: String = page.html[at..].chars().take_while(|c| *c != '<').collect();
    assert!(peer.accepts("carla", &code(&secret)).await, "{secret}");
    let entries = world.entries(&reference).await;
    let entry = entries.iter().find(|entry| entry.action == "authenticator.enrolled").unwrap();
    let about: serde_json::Value = serde_json::from_str(&entry.details).unwrap();
    assert!(peer.is_active(about["serial"].as_str().unwrap()).await);
    world.stop().await;
}
