//! What other programs are told of a case: where it stands, and nothing of a person.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::Tier;
use super::audit::timestamp;
use super::case::{Case, State};
use super::form::Language;
use super::reference::CaseRef;
use super::words::{checked_text, coded};

/// A text that cannot be what it is given as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {0}")]
pub struct NotOne(&'static str);

impl NotOne {
    pub(super) const fn new(what: &'static str) -> Self {
        Self(what)
    }
}

/// What the configuration calls a program that is told of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubscriberName(String);

impl SubscriberName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SubscriberName {
    type Err = NotOne;

    fn from_str(text: &str) -> Result<Self, NotOne> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let sound = (1..=32).contains(&text.len()) && text.chars().all(fits);
        if sound { Ok(Self(text.to_owned())) } else { Err(NotOne("1 to 32 lower-case letters, digits, - and _")) }
    }
}

/// Which events a subscriber wants: `case.closed`, `case.*` or `*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventPattern(String);

impl EventPattern {
    /// Every event.
    pub fn all() -> Self {
        Self("*".to_owned())
    }

    /// Whether an event of this type is one of them.
    pub fn fits(&self, kind: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => kind == self.0,
        }
    }
}

impl FromStr for EventPattern {
    type Err = NotOne;

    fn from_str(text: &str) -> Result<Self, NotOne> {
        let fits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let stem = text.strip_suffix(".*").unwrap_or(text);
        let sound = text == "*" || stem.split('.').all(fits);
        if sound { Ok(Self(text.to_owned())) } else { Err(NotOne("a type such as case.closed, or case.*, or *")) }
    }
}

checked_text!(NotOne: SubscriberName, EventPattern);

coded! {
    /// How far a delivery has come.
    pub enum DeliveryState {
        /// It is sent when its time has come.
        Waiting = "waiting", "Waiting";
        /// It is being sent.
        Leased = "leased", "Being sent";
        /// It was taken.
        Done = "done", "Delivered";
        /// It was given up.
        Dead = "dead", "Given up";
    }
}

/// Somebody who wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// What the configuration calls them.
    pub name: SubscriberName,
    /// Of which events.
    pub events: Vec<EventPattern>,
}

impl Listener {
    /// Whether they want events of this type.
    pub fn wants(&self, kind: &str) -> bool {
        self.events.iter().any(|pattern| pattern.fits(kind))
    }
}

/// Something that happened to a case, and how the case stands since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseEvent {
    /// What happened, as the audit log calls it.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it: a kind of actor, never a name.
    pub by: String,
    /// Which case.
    pub reference: CaseRef,
    /// Its events in their order, from 1.
    pub sequence: i64,
    /// Where it stands.
    pub state: State,
    /// Counts its changes.
    pub version: i64,
    /// An agent holds it.
    pub held: bool,
    /// Its owner has it in their own hands, and the desk nothing to do with it.
    pub with_owner: bool,
    /// The tier of its account, once found.
    pub tier: Option<Tier>,
    /// The language of its form.
    pub language: Language,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When the desk should have answered, while it owes an answer.
    pub answer_by: Option<DateTime<Utc>>,
    /// When its cooling-off ends, once begun.
    pub cooling_off_until: Option<DateTime<Utc>>,
    /// When it expires if nothing happens.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What an event is about beside its case.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What happened.
    pub kind: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// The kind of whoever did it.
    pub by: &'a str,
    /// Its place among the case's events.
    pub sequence: i64,
    /// The tier of the case's account.
    pub tier: Option<Tier>,
    /// The language of the case's form.
    pub language: Language,
    /// When the desk should have answered.
    pub answer_by: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    reference: &'a CaseRef,
    url: String,
    sequence: i64,
    version: i64,
    state: &'static str,
    ended: bool,
    by: &'a str,
    held: bool,
    with_owner: bool,
    tier: Option<&'static str>,
    language: &'static str,
    opened_at: String,
    answer_by: Option<String>,
    cooling_off_until: Option<String>,
    expires_at: Option<String>,
}

impl CaseEvent {
    /// What is told of a case after something happened to it.
    pub fn of(case: &Case, about: &Circumstances<'_>) -> Self {
        Self {
            kind: about.kind.to_owned(),
            at: about.at,
            by: about.by.to_owned(),
            reference: case.reference.clone(),
            sequence: about.sequence,
            state: case.state,
            version: case.version,
            held: case.holder.is_some(),
            with_owner: case.with_owner,
            tier: about.tier,
            language: about.language,
            opened_at: case.submitted_at,
            answer_by: about.answer_by,
            cooling_off_until: case.wait.as_ref().map(|wait| wait.ends_at),
            expires_at: (!case.state.is_final()).then_some(case.expires_at),
        }
    }

    /// The event as it is sent, the same byte by byte each time. `url` is the desk's page of the case.
    pub fn body(&self, url: String) -> Vec<u8> {
        let body = Body {
            r#type: &self.kind,
            timestamp: timestamp(self.at),
            data: Data {
                reference: &self.reference,
                url,
                sequence: self.sequence,
                version: self.version,
                state: self.state.code(),
                ended: self.state.is_final(),
                by: &self.by,
                held: self.held,
                with_owner: self.with_owner,
                tier: self.tier.map(Tier::code),
                language: self.language.code(),
                opened_at: timestamp(self.opened_at),
                answer_by: self.answer_by.map(timestamp),
                cooling_off_until: self.cooling_off_until.map(timestamp),
                expires_at: self.expires_at.map(timestamp),
            },
        };
        // Texts, numbers and times always have a form in JSON.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_a_type_or_all_that_begin_like_it() {
        let fits = |pattern: &str, kind: &str| pattern.parse::<EventPattern>().unwrap().fits(kind);
        assert!(fits("*", "case.closed") && fits("case.*", "case.closed") && fits("case.closed", "case.closed"));
        assert!(!fits("case.*", "phone_change.held") && !fits("case.*", "cases.closed"));
        assert!(!fits("case.closed", "case.closed_again") && !fits("phone_change.*", "phone_change"));
        for bad in ["", "case*", "case.", ".closed", "Case.closed", "case.*.x", "**", "case.**", "case closed"] {
            assert!(bad.parse::<EventPattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_one_word() {
        for bad in ["", "Tickets", "a b", "a.b", &"x".repeat(33)] {
            assert!(bad.parse::<SubscriberName>().is_err(), "{bad}");
        }
        assert_eq!("tickets-2_x".parse::<SubscriberName>().unwrap().as_str(), "tickets-2_x");
    }
}
