//! The audit entry: its canonical form, its hash, and the cell form of its CSV export.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::actor::Actor;
use super::ids::AccountId;
use super::reference::CaseRef;

/// The `prev_hash` of the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Identifiers and codes that explain an entry; never a secret, never free text of the customer.
pub type Details = Map<String, Value>;

/// Builds [`Details`] from pairs.
pub fn details<const N: usize>(pairs: [(&str, Value); N]) -> Details {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What is to be recorded; the store gives it its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// When (UTC, microseconds).
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What, dotted, such as `case.deactivated`.
    pub action: String,
    /// The case it concerns.
    pub case_ref: Option<CaseRef>,
    /// The account it concerns.
    pub account_id: Option<AccountId>,
    /// The network address the request came from.
    pub ip: String,
    /// What else identifies it.
    pub details: Details,
}

/// One entry as it stands in the database, every column as text except the sequence number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Gapless number, from 1.
    pub seq: i64,
    /// RFC 3339, UTC, microseconds.
    pub at: String,
    /// `customer`, `administrator`, a desk role, `system` or `operator`.
    pub actor_kind: String,
    /// The agent's address, the administrator's account, or empty.
    pub actor: String,
    /// Dotted action.
    pub action: String,
    /// Case reference, or empty.
    pub case_ref: String,
    /// Account identifier, or empty.
    pub account_id: String,
    /// Network address, or empty.
    pub ip: String,
    /// JSON object.
    pub details: String,
    /// Hash of the entry before, hexadecimal.
    pub prev_hash: String,
    /// Hash of this entry, hexadecimal.
    pub hash: String,
}

/// The export's columns, in their order.
pub const COLUMNS: [&str; 11] =
    ["seq", "at", "actor_kind", "actor", "action", "case_ref", "account_id", "ip", "details", "prev_hash", "hash"];

/// How times are written in the log.
pub fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Why a chain is broken at an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A number is missing or doubled.
    #[error("the sequence number does not follow the entry before it")]
    Sequence,
    /// The entry before was changed, or this one was moved.
    #[error("prev_hash is not the hash of the entry before it")]
    Link,
    /// This entry was changed.
    #[error("the hash does not match the entry's content")]
    Content,
    /// Entries were cut off the end, or the head was changed.
    #[error("the log ends before the entry its head names")]
    Head,
}

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of entries.
    pub seq: i64,
    /// The hash of the last one.
    pub hash: String,
}

impl Head {
    /// The head of an empty log.
    pub fn genesis() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }

    /// The entry that follows this head.
    pub fn append(&self, new: &NewEntry) -> Entry {
        let mut details = new.details.clone();
        // Whoever reads the log sees whether somebody acted themself or a program did in their name.
        if let Some(token) = new.actor.via() {
            details.insert("via".to_owned(), format!("token {token}").into());
        }
        let mut entry = Entry {
            seq: self.seq + 1,
            at: timestamp(new.at),
            actor_kind: new.actor.kind().to_owned(),
            actor: new.actor.name().into_owned(),
            action: new.action.clone(),
            case_ref: new.case_ref.as_ref().map(ToString::to_string).unwrap_or_default(),
            account_id: new.account_id.map(|id| id.to_string()).unwrap_or_default(),
            ip: new.ip.clone(),
            details: Value::Object(details).to_string(),
            prev_hash: self.hash.clone(),
            hash: String::new(),
        };
        entry.hash = entry.computed_hash();
        entry
    }

    /// The head after `entry`, when `entry` is whole and follows this head.
    ///
    /// # Errors
    /// [`Broken`] says what does not fit.
    pub fn follow(&self, entry: &Entry) -> Result<Self, Broken> {
        if entry.seq != self.seq + 1 {
            return Err(Broken::Sequence);
        }
        if entry.prev_hash != self.hash {
            return Err(Broken::Link);
        }
        if entry.hash != entry.computed_hash() {
            return Err(Broken::Content);
        }
        Ok(Self { seq: entry.seq, hash: entry.hash.clone() })
    }
}

/// RFC 8785 writes numbers as doubles, which would make some different numbers the same.
fn is_exact(value: &Value) -> bool {
    const LARGEST: i64 = (1 << 53) - 1;
    match value {
        Value::Number(number) => number.as_i64().is_some_and(|n| (-LARGEST..=LARGEST).contains(&n)),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// The columns that the hash covers beside `prev_hash`.
#[derive(Serialize)]
struct Canonical<'a> {
    seq: i64,
    at: &'a str,
    actor_kind: &'a str,
    actor: &'a str,
    action: &'a str,
    case_ref: &'a str,
    account_id: &'a str,
    ip: &'a str,
    details: Value,
}

impl Entry {
    /// RFC 8785 form of everything but the two hashes. Details that are not exactly as we write JSON
    /// (a space more, a doubled key) stand as a string, so that they have a different hash.
    pub fn canonical(&self) -> String {
        let details = serde_json::from_str::<Value>(&self.details)
            .ok()
            .filter(|value| is_exact(value) && serde_json::to_string(value).is_ok_and(|text| text == self.details))
            .unwrap_or_else(|| Value::String(self.details.clone()));
        let canonical = Canonical {
            seq: self.seq,
            at: &self.at,
            actor_kind: &self.actor_kind,
            actor: &self.actor,
            action: &self.action,
            case_ref: &self.case_ref,
            account_id: &self.account_id,
            ip: &self.ip,
            details,
        };
        serde_json_canonicalizer::to_string(&canonical).unwrap_or_default()
    }

    /// `SHA-256(prev_hash ‖ canonical form)`, hexadecimal.
    pub fn computed_hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.prev_hash.as_bytes());
        hasher.update(self.canonical().as_bytes());
        hex::encode(hasher.finalize())
    }

    /// The cells of the CSV export, in the order of [`COLUMNS`].
    pub fn cells(&self) -> [Cow<'_, str>; 11] {
        [
            Cow::Owned(self.seq.to_string()),
            inert_cell(&self.at),
            inert_cell(&self.actor_kind),
            inert_cell(&self.actor),
            inert_cell(&self.action),
            inert_cell(&self.case_ref),
            inert_cell(&self.account_id),
            inert_cell(&self.ip),
            inert_cell(&self.details),
            inert_cell(&self.prev_hash),
            inert_cell(&self.hash),
        ]
    }
}

/// The cell such that no spreadsheet runs it: an apostrophe goes in front of a first character that starts
/// a formula, and of an apostrophe, so that taking one leading apostrophe away always gives the value back.
pub fn inert_cell(value: &str) -> Cow<'_, str> {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'']) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(action: &str, note: &str) -> NewEntry {
        NewEntry {
            at: DateTime::UNIX_EPOCH,
            actor: Actor::System,
            action: action.to_owned(),
            case_ref: None,
            account_id: None,
            ip: "127.0.0.1".to_owned(),
            details: details([("note", note.into())]),
        }
    }

    fn chain(notes: &[String]) -> (Vec<Entry>, Head) {
        let mut head = Head::genesis();
        let entries = notes
            .iter()
            .map(|note| {
                let entry = head.append(&entry("test.entry", note));
                head = Head { seq: entry.seq, hash: entry.hash.clone() };
                entry
            })
            .collect();
        (entries, head)
    }

    fn first_bad(entries: &[Entry]) -> Option<(i64, Broken)> {
        let mut head = Head::genesis();
        for entry in entries {
            match head.follow(entry) {
                Ok(next) => head = next,
                Err(broken) => return Some((entry.seq, broken)),
            }
        }
        None
    }

    #[test]
    fn a_doubled_key_cannot_hide_behind_the_same_hash() {
        let mut first = Head::genesis().append(&entry("test.entry", "true"));
        first.details = r#"{"note":"false","note":"true"}"#.to_owned();
        assert_eq!(Head::genesis().follow(&first), Err(Broken::Content));
    }

    #[test]
    fn the_hash_of_a_known_entry_never_changes() {
        let first = Head::genesis().append(&entry("test.entry", "ü"));
        assert_eq!(
            first.canonical(),
            r#"{"account_id":"","action":"test.entry","actor":"","actor_kind":"system","at":"1970-01-01T00:00:00.000000Z","case_ref":"","details":{"note":"ü"},"ip":"127.0.0.1","seq":1}"#
        );
        let mut hasher = Sha256::new();
        hasher.update(GENESIS);
        hasher.update(first.canonical());
        assert_eq!(first.hash, hex::encode(hasher.finalize()));
    }

    proptest! {
        #[test]
        fn an_untouched_chain_is_whole(notes in prop::collection::vec(".{0,20}", 0..20)) {
            let (entries, _) = chain(&notes);
            prop_assert_eq!(first_bad(&entries), None);
        }

        #[test]
        fn any_change_is_found_where_it_was_made(
            notes in prop::collection::vec(".{0,20}", 1..20), at in any::<prop::sample::Index>(), column in 0_u8..9, text in ".{0,10}",
        ) {
            let (mut entries, _) = chain(&notes);
            let at = at.index(entries.len());
            let before = entries[at].clone();
            let row = &mut entries[at];
            match column {
                0 => row.seq += 1,
                1 => row.at = text,
                2 => row.actor_kind = text,
                3 => row.actor = text,
                4 => row.action = text,
                5 => row.case_ref = text,
                6 => row.account_id = text,
                7 => row.ip = text,
                _ => row.details = text,
            }
            prop_assume!(entries[at] != before);
            let bad = first_bad(&entries).map(|(seq, _)| seq);
            prop_assert_eq!(bad, Some(entries[at].seq));
        }

        #[test]
        fn a_removed_or_swapped_row_is_found(notes in prop::collection::vec(".{0,20}", 3..20), at in any::<prop::sample::Index>()) {
            let (entries, _) = chain(&notes);
            let at = at.index(entries.len() - 1);
            let mut removed = entries.clone();
            removed.remove(at);
            prop_assert!(first_bad(&removed).is_some());
            let mut swapped = entries;
            swapped.swap(at, at + 1);
            prop_assert!(first_bad(&swapped).is_some());
        }

        #[test]
        fn an_inert_cell_gives_its_value_back(value in "[=+@'\\-\t\r\n]{0,2}.{0,20}") {
            let cell = inert_cell(&value);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            prop_assert_eq!(cell.strip_prefix('\'').unwrap_or(&cell), value.as_str());
        }
    }
}
