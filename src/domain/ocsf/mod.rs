//! An audit entry in the Open Cybersecurity Schema Framework (OCSF), version 1.8.0.

mod actions;

use chrono::DateTime;
use serde_json::{Map, Value, json};

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

/// The event that an entry is, as JSON. What the schema has no place for stands under `unmapped`, so that the entry can
/// be put together again, hashes included.
pub fn event(entry: &Entry) -> Value {
    let meaning = meaning(&entry.action);
    let uid = meaning.class.uid();
    let details = serde_json::from_str::<Map<String, Value>>(&entry.details).ok();
    let [_, salts, digests, erased_by] = entry.form_cells();
    let mut event = json!({
        "activity_id": meaning.activity,
        "category_uid": uid / 1000,
        "class_uid": uid,
        "class_name": meaning.class.name(),
        "type_uid": uid * 100 + u32::from(meaning.activity),
        "severity_id": meaning.severity as u8,
        "status_id": if meaning.failed { 2 } else { 1 },
        "time": DateTime::parse_from_rfc3339(&entry.at).map_or(0, |at| at.timestamp_millis()),
        "message": entry.action,
        "metadata": {
            "version": SCHEMA,
            "product": { "name": PRODUCT, "vendor_name": PRODUCT, "version": env!("CARGO_PKG_VERSION") },
            "uid": entry.seq.to_string(),
            "sequence": entry.seq,
            "log_name": "audit",
            "event_code": entry.action,
            "original_time": entry.at,
        },
        "unmapped": {
            "seq": entry.seq,
            "actor_kind": entry.actor_kind,
            "case_ref": entry.case_ref,
            "account_id": entry.account_id,
            "details": details.clone().map_or_else(|| entry.details.clone().into(), Value::Object),
            "prev_hash": entry.prev_hash,
            "hash": entry.hash,
            "form": entry.form,
            "salts": salts,
            "digests": digests,
            "erased_by": erased_by,
        },
    });
    if meaning.activity == OTHER {
        event["activity_name"] = entry.action.as_str().into();
    }
    if meaning.class != Class::Base {
        event["actor"] = json!({ "user": actor(entry) });
        if !entry.ip.is_empty() {
            event["src_endpoint"] = json!({ "ip": entry.ip });
        }
    }
    match meaning.class {
        // It has no place for who and from where.
        Class::Base => {
            event["unmapped"]["actor"] = entry.actor.as_str().into();
            event["unmapped"]["ip"] = entry.ip.as_str().into();
        }
        Class::AccountChange => event["user"] = target(entry, details.as_ref()),
        Class::Authentication => {
            event["user"] = target(entry, details.as_ref());
            event["service"] = json!({ "name": PRODUCT });
        }
        Class::EntityManagement => event["entity"] = entity(entry),
    }
    event
}

/// Who did it.
fn actor(entry: &Entry) -> Value {
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
        "" => json!({ "name": kind, "type_id": type_id }),
        name if name.contains('@') => json!({ "name": name, "email_addr": name, "type_id": type_id }),
        name => json!({ "uid": name, "type_id": type_id }),
    }
}

/// Whose account it is about.
fn target(entry: &Entry, details: Option<&Map<String, Value>>) -> Value {
    let agent = details.and_then(|details| details.get("agent")).and_then(Value::as_str);
    match agent {
        Some(agent) => json!({ "name": agent, "email_addr": agent, "type_id": 1 }),
        None if !entry.account_id.is_empty() => json!({ "uid": entry.account_id, "type_id": 1 }),
        None if !entry.actor.is_empty() => actor(entry),
        // Such as a sign-in with an address that nobody has: what was typed is not in the log.
        None => json!({ "name": "unknown", "type_id": 0 }),
    }
}

/// What it is about: the case, the account, or else what the first word of the action says.
fn entity(entry: &Entry) -> Value {
    let subject = entry.action.split('.').next().unwrap_or_default();
    let named = [&entry.case_ref, &entry.account_id].into_iter().find(|name| !name.is_empty());
    let name = named.map_or(subject, String::as_str);
    let type_name = if entry.case_ref.is_empty() { subject } else { "case" };
    json!({ "name": name, "uid": name, "type": type_name, "type_id": OTHER })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::audit::{Head, NewEntry, SALT, details};
    use crate::domain::event_types::TYPES;

    fn event_of(action: &str) -> Value {
        event(&Head::genesis().append(
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
        ))
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
