//! An audit entry in the Open Cybersecurity Schema Framework (OCSF), version 1.8.0.

mod actions;

use std::borrow::Cow;

use chrono::DateTime;
use serde::Serialize;
use serde_json::{Map, Value};

use super::audit::Entry;
use actions::{ACTIONS, OTHER};

/// The version of the schema.
const SCHEMA: &str = "1.8.0";
/// What wrote the entries.
const PRODUCT: &str = "mfa-desk";

/// The classes that entries are events of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nothing more special: what a later version records.
    Base,
    /// Something of an account was changed.
    AccountChange,
    /// Somebody signed in, or out.
    Authentication,
    /// A case, or something else that is kept, was made, read, changed or removed.
    EntityManagement,
}

impl Class {
    const fn uid(self) -> u32 {
        match self {
            Self::Base => 0,
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::EntityManagement => 3004,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Base => "Base Event",
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::EntityManagement => "Entity Management",
        }
    }
}

/// How much attention an entry deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// None of its own.
    Informational = 1,
    /// Some, where there are many.
    Low = 2,
    /// Somebody should look.
    Medium = 3,
    /// Somebody has to act.
    High = 4,
}

/// What an action is to other systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The class of the event.
    pub class: Class,
    /// The activity in its class.
    activity: u8,
    /// What was asked for was not done.
    failed: bool,
    /// How much attention it deserves.
    pub severity: Severity,
}

impl Meaning {
    const fn of(class: Class, activity: u8) -> Self {
        Self { class, activity, failed: false, severity: Severity::Informational }
    }

    const fn failed(self) -> Self {
        Self { failed: true, severity: Severity::Low, ..self }
    }

    const fn at(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}

/// What an action means; a base event where it is in no table.
pub fn meaning(action: &str) -> Meaning {
    match ACTIONS.binary_search_by_key(&action, |(name, _)| name) {
        Ok(place) => ACTIONS[place].1,
        Err(_) => Meaning::of(Class::Base, OTHER),
    }
}

/// The event that an entry is. Members stand in the order of their names.
#[derive(Serialize)]
struct Event<'a> {
    activity_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<By<'a>>,
    category_uid: u32,
    class_name: &'static str,
    class_uid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<Entity<'a>>,
    message: &'a str,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Service>,
    severity_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_endpoint: Option<Endpoint<'a>>,
    status_id: u8,
    time: i64,
    type_uid: u32,
    unmapped: Unmapped<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User<'a>>,
}

#[derive(Serialize)]
struct By<'a> {
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    email_addr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    type_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
}

#[derive(Serialize)]
struct Entity<'a> {
    name: &'a str,
    r#type: &'a str,
    type_id: u8,
    uid: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    event_code: &'a str,
    log_name: &'static str,
    original_time: &'a str,
    product: Product,
    sequence: i64,
    uid: String,
    version: &'static str,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Service {
    name: &'static str,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    ip: &'a str,
}

/// What the schema has no place for.
#[derive(Serialize)]
struct Unmapped<'a> {
    account_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    actor_kind: &'a str,
    case_ref: &'a str,
    details: Details<'a>,
    digests: Cow<'a, str>,
    erased_by: Cow<'a, str>,
    form: i32,
    hash: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    prev_hash: &'a str,
    salts: Cow<'a, str>,
    seq: i64,
}

/// An object, or the text that should have been one.
#[derive(Serialize)]
#[serde(untagged)]
enum Details<'a> {
    Object(&'a Map<String, Value>),
    Text(&'a str),
}

/// The event that an entry is, as one line of JSON. What the schema has no place for stands under `unmapped`, so that the
/// entry can be put together again, hashes included.
pub fn event_line(entry: &Entry) -> String {
    let details = serde_json::from_str::<Map<String, Value>>(&entry.details).ok();
    serde_json::to_string(&event(entry, details.as_ref())).unwrap_or_default()
}

fn event<'a>(entry: &'a Entry, details: Option<&'a Map<String, Value>>) -> Event<'a> {
    let meaning = meaning(&entry.action);
    let uid = meaning.class.uid();
    let [_, salts, digests, erased_by] = entry.form_cells();
    // A base event has no place for who and from where.
    let is_base = meaning.class == Class::Base;
    Event {
        activity_id: meaning.activity,
        activity_name: (meaning.activity == OTHER).then_some(&entry.action),
        actor: (!is_base).then(|| By { user: actor(entry) }),
        category_uid: uid / 1000,
        class_name: meaning.class.name(),
        class_uid: uid,
        entity: (meaning.class == Class::EntityManagement).then(|| entity(entry)),
        message: &entry.action,
        metadata: Metadata {
            event_code: &entry.action,
            log_name: "audit",
            original_time: &entry.at,
            product: Product { name: PRODUCT, vendor_name: PRODUCT, version: env!("CARGO_PKG_VERSION") },
            sequence: entry.seq,
            uid: entry.seq.to_string(),
            version: SCHEMA,
        },
        service: (meaning.class == Class::Authentication).then_some(Service { name: PRODUCT }),
        severity_id: meaning.severity as u8,
        src_endpoint: (!is_base && !entry.ip.is_empty()).then_some(Endpoint { ip: &entry.ip }),
        status_id: if meaning.failed { 2 } else { 1 },
        time: DateTime::parse_from_rfc3339(&entry.at).map_or(0, |at| at.timestamp_millis()),
        type_uid: uid * 100 + u32::from(meaning.activity),
        unmapped: Unmapped {
            account_id: &entry.account_id,
            actor: is_base.then_some(&entry.actor),
            actor_kind: &entry.actor_kind,
            case_ref: &entry.case_ref,
            details: details.map_or(Details::Text(&entry.details), Details::Object),
            digests,
            erased_by,
            form: entry.form,
            hash: &entry.hash,
            ip: is_base.then_some(&entry.ip),
            prev_hash: &entry.prev_hash,
            salts,
            seq: entry.seq,
        },
        user: matches!(meaning.class, Class::AccountChange | Class::Authentication).then(|| target(entry, details)),
    }
}

/// Who did it.
fn actor(entry: &Entry) -> User<'_> {
    let kind = entry.actor_kind.as_str();
    // 1 a person, 2 an administrator of the system, 3 the system itself.
    let type_id = match kind {
        "admin" | "operator" => 2,
        "system" => 3,
        _ => 1,
    };
    let name = entry.actor.as_str();
    match name {
        // The log has no name for them.
        "" => User { email_addr: None, name: Some(kind), type_id, uid: None },
        name if name.contains('@') => User { email_addr: Some(name), name: Some(name), type_id, uid: None },
        name => User { email_addr: None, name: None, type_id, uid: Some(name) },
    }
}

/// Whose account it is about.
fn target<'a>(entry: &'a Entry, details: Option<&'a Map<String, Value>>) -> User<'a> {
    let agent = details.and_then(|details| details.get("agent")).and_then(Value::as_str);
    match agent {
        Some(agent) => User { email_addr: Some(agent), name: Some(agent), type_id: 1, uid: None },
        None if !entry.account_id.is_empty() => {
            User { email_addr: None, name: None, type_id: 1, uid: Some(&entry.account_id) }
        }
        None if !entry.actor.is_empty() => actor(entry),
        // Such as a sign-in with an address that nobody has: what was typed is not in the log.
        None => User { email_addr: None, name: Some("unknown"), type_id: 0, uid: None },
    }
}

/// What it is about: the case, the account, or else what the first word of the action says.
fn entity(entry: &Entry) -> Entity<'_> {
    let subject = entry.action.split('.').next().unwrap_or_default();
    let named = [&entry.case_ref, &entry.account_id].into_iter().find(|name| !name.is_empty());
    let name = named.map_or(subject, String::as_str);
    Entity { name, r#type: if entry.case_ref.is_empty() { subject } else { "case" }, type_id: OTHER, uid: name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::audit::{Head, NewEntry, SALT, details};
    use crate::domain::event_types::TYPES;

    fn event_of(action: &str) -> Value {
        let entry = Head::genesis().append(
            &NewEntry {
                at: DateTime::from_timestamp_micros(1_795_500_000_123_456).unwrap(),
                actor: Actor::Operator,
                action: action.to_owned(),
                case_ref: "MFA-7K3Q-9ZDN".parse().ok(),
                account_id: None,
                ip: "192.0.2.7".to_owned(),
                details: details([("agent", "ana@desk.example".into())]),
            },
            &[[1; SALT]; 3],
        );
        serde_json::from_str(&event_line(&entry)).unwrap()
    }

    #[test]
    fn the_table_is_in_order_and_has_every_type_of_event() {
        assert!(ACTIONS.is_sorted_by(|one, other| one.0 < other.0));
        for (kind, _) in TYPES {
            assert_ne!(meaning(kind).class, Class::Base, "{kind}");
        }
        // For a validator of the schema, which is no part of the tests.
        if let Some(path) = std::env::var_os("WRITE_OCSF_EVENTS") {
            let all = ACTIONS.iter().map(|(action, _)| *action).chain(["tomorrow.invented"]);
            std::fs::write(path, all.map(|action| format!("{}\n", event_of(action))).collect::<String>()).unwrap();
        }
    }

    #[test]
    fn an_event_says_what_its_class_demands() {
        let deactivated = event_of("case.deactivated");
        assert_eq!(deactivated["type_uid"], 300_111);
        assert_eq!((&deactivated["category_uid"], &deactivated["status_id"]), (&3.into(), &1.into()));
        assert_eq!(deactivated["user"]["name"], "ana@desk.example");
        assert_eq!(deactivated["time"], 1_795_500_000_123_i64);
        let refused = event_of("agent.sign_in_refused");
        assert_eq!((&refused["type_uid"], &refused["status_id"]), (&300_201.into(), &2.into()));
        assert_eq!(refused["service"]["name"], PRODUCT);
        let viewed = event_of("case.viewed");
        assert_eq!((&viewed["type_uid"], &viewed["entity"]["name"]), (&300_402.into(), &"MFA-7K3Q-9ZDN".into()));
        let unknown = event_of("tomorrow.invented");
        assert_eq!((&unknown["class_uid"], &unknown["type_uid"]), (&0.into(), &99.into()));
        assert_eq!(unknown["activity_name"], "tomorrow.invented");
        assert_eq!(unknown["unmapped"]["details"]["agent"], "ana@desk.example");
    }
}
