//! The audit entry: its canonical form, its hash, its leaf in the log's tree, and the cell form of its CSV export.
//!
//! Who acted, on whose account and from where is in the hash only as salted digests, so that it can be erased one day
//! and every proof over the entry still holds.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::actor::Actor;
use super::audit_canonical::canonical;
use super::ids::AccountId;
use super::merkle::TreeHash;
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

/// A field that can be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    /// Who acted.
    Actor,
    /// The account it concerns.
    Account,
    /// The network address.
    Address,
}

impl Personal {
    /// All of them, in the order of an entry's salts.
    pub const ALL: [Self; 3] = [Self::Actor, Self::Account, Self::Address];

    /// The column that holds it.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Account => "account_id",
            Self::Address => "ip",
        }
    }

    /// The field of a column.
    pub fn of_column(column: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.column() == column)
    }

    /// What the hash of an entry covers instead of the value: HMAC-SHA-256 of it under a salt of its own, hexadecimal,
    /// and nothing for an empty value.
    pub fn digest(self, value: &str, salt: &str) -> String {
        if value.is_empty() {
            return String::new();
        }
        let mut key = [0; SALT];
        // A salt that is not as we write it gives what is no digest of anything.
        if hex::decode_to_slice(salt, &mut key).is_err() || salt.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return "no salt".to_owned();
        }
        let mac =
            Hmac::<Sha256>::new_from_slice(&key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        let mac = mac.chain_update(self.column()).chain_update([0]).chain_update(value);
        hex::encode(mac.finalize().into_bytes())
    }
}

/// A field that was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// What the hash covers in its place.
    pub digest: String,
    /// The entry that says who asked for it.
    pub by: i64,
}

/// Bytes of a salt.
pub const SALT: usize = 16;
/// Fresh randomness for an entry, one for each of [`Personal::ALL`].
pub type Salts = [[u8; SALT]; 3];

/// One entry as it stands in the database, every column as text except numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// How the hash is made: 1 over the values themselves, as it was at first; 2 over digests of what is personal.
    pub form: i32,
    /// The salts of [`Personal::ALL`], hexadecimal; empty where there is no value.
    pub salts: [String; 3],
    /// Which of [`Personal::ALL`] were erased.
    pub erased: [Option<Erased>; 3],
}

/// The form of new entries.
pub const FORM: i32 = 2;

/// The export's columns, in their order.
pub const COLUMNS: [&str; 15] = [
    "seq",
    "at",
    "actor_kind",
    "actor",
    "action",
    "case_ref",
    "account_id",
    "ip",
    "details",
    "prev_hash",
    "hash",
    "form",
    "salts",
    "digests",
    "erased_by",
];

/// The action of entries that say what was erased, and why.
pub const ERASED: &str = "privacy.erased";

/// What an entry of the action [`ERASED`] says of the fields that were blanked with it: how many, and the SHA-256 over
/// their list, a line `seq column` for each in order.
pub fn blanked(fields: &[(i64, Personal)]) -> [(&'static str, Value); 2] {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let lines: String = sorted.iter().map(|(seq, field)| format!("{seq} {}\n", field.column())).collect();
    [("blanked", sorted.len().into()), ("blanked_digest", hex::encode(Sha256::digest(lines)).into())]
}

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
    /// Something was erased, and the log does not say on whose order, or says so of something else.
    #[error("something was erased in it that the log does not account for")]
    Erasure,
    /// The tree is not the one over these entries.
    #[error("the tree over the entries up to here is not the one that was stored")]
    Tree,
    /// A checkpoint was signed of another log: this one was cut off, put back or written anew.
    #[error("the checkpoint that was signed of so many entries is not of these")]
    Checkpoint,
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
    pub fn append(&self, new: &NewEntry, salts: &Salts) -> Entry {
        self.append_with_leaf(new, salts).0
    }

    /// The same, with its leaf in the tree.
    pub fn append_with_leaf(&self, new: &NewEntry, salts: &Salts) -> (Entry, TreeHash) {
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
            details: Value::Object(details.into_iter().map(|(key, value)| (key, exact(value))).collect()).to_string(),
            prev_hash: self.hash.clone(),
            hash: String::new(),
            form: FORM,
            salts: salts.map(hex::encode),
            erased: [None, None, None],
        };
        for field in Personal::ALL {
            if entry.personal(field).is_empty() {
                entry.salts[field as usize].clear();
            }
        }
        let form = entry.canonical();
        entry.hash = hash(&entry.prev_hash, &form);
        (entry, TreeHash::leaf(form.as_bytes()))
    }

    /// The head after `entry`, when `entry` is whole and follows this head.
    ///
    /// # Errors
    /// [`Broken`] says what does not fit.
    pub fn follow(&self, entry: &Entry) -> Result<Self, Broken> {
        self.follow_with_leaf(entry).map(|(head, _)| head)
    }

    /// The same, with the leaf of `entry` in the tree.
    ///
    /// # Errors
    /// See [`Head::follow`].
    pub fn follow_with_leaf(&self, entry: &Entry) -> Result<(Self, TreeHash), Broken> {
        if entry.seq != self.seq + 1 {
            return Err(Broken::Sequence);
        }
        if entry.prev_hash != self.hash {
            return Err(Broken::Link);
        }
        let leaf = entry.whole().ok_or(Broken::Content)?;
        Ok((Self { seq: entry.seq, hash: entry.hash.clone() }, leaf))
    }
}

/// The value in a form that RFC 8785 writes exactly: numbers that it could not are texts.
fn exact(value: Value) -> Value {
    match value {
        Value::Number(number) if !is_exact(&Value::Number(number.clone())) => Value::String(number.to_string()),
        Value::Array(items) => items.into_iter().map(exact).collect(),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, exact(value))).collect()),
        other => other,
    }
}

/// RFC 8785 writes numbers as doubles, which would make some different numbers the same.
pub(super) fn is_exact(value: &Value) -> bool {
    const LARGEST: i64 = (1 << 53) - 1;
    match value {
        Value::Number(number) => number.as_i64().is_some_and(|n| (-LARGEST..=LARGEST).contains(&n)),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn hash(before: &str, canonical: &str) -> String {
    hex::encode(Sha256::new().chain_update(before).chain_update(canonical).finalize())
}

impl Entry {
    /// The value of a field that can be erased.
    pub fn personal(&self, field: Personal) -> &str {
        match field {
            Personal::Actor => &self.actor,
            Personal::Account => &self.account_id,
            Personal::Address => &self.ip,
        }
    }

    /// What the hash covers in the place of a field that can be erased.
    pub fn digest(&self, field: Personal) -> Cow<'_, str> {
        match (&self.erased[field as usize], self.personal(field)) {
            // What is there is never covered by a digest from elsewhere.
            (Some(erased), "") => Cow::Borrowed(&erased.digest),
            (_, value) => Cow::Owned(field.digest(value, &self.salts[field as usize])),
        }
    }

    /// Whether it has what we never write: a value beside an erasure of it, or salts or erasures where the form has none.
    pub fn is_strange(&self) -> bool {
        Personal::ALL.iter().any(|field| {
            let (value, salt) = (self.personal(*field), &self.salts[*field as usize]);
            let erased = self.erased[*field as usize].is_some();
            (erased && !(self.form != 1 && value.is_empty() && salt.is_empty()))
                || ((self.form == 1 || value.is_empty()) && !salt.is_empty())
        })
    }

    /// RFC 8785 form of everything but the two hashes.
    pub fn canonical(&self) -> String {
        canonical(self)
    }

    /// The entry's leaf in the tree, when the entry is as it was written.
    pub fn whole(&self) -> Option<TreeHash> {
        let form = self.canonical();
        let whole = !self.is_strange() && self.hash == hash(&self.prev_hash, &form);
        whole.then(|| TreeHash::leaf(form.as_bytes()))
    }

    /// The entry's leaf in the log's tree: the hash of its canonical form.
    pub fn leaf(&self) -> TreeHash {
        TreeHash::leaf(self.canonical().as_bytes())
    }

    /// `SHA-256(prev_hash ‖ canonical form)`, hexadecimal.
    pub fn computed_hash(&self) -> String {
        hash(&self.prev_hash, &self.canonical())
    }

    /// The last four of [`COLUMNS`], which say how the hash is made.
    pub fn form_cells(&self) -> [Cow<'_, str>; 4] {
        let erased = self.erased.iter().any(Option::is_some);
        let digests =
            || self.erased.each_ref().map(|field| field.as_ref().map_or("", |erased| &erased.digest)).join(".");
        let by = || {
            self.erased.each_ref().map(|field| field.as_ref().map_or_else(String::new, |e| e.by.to_string())).join(".")
        };
        [
            Cow::Owned(self.form.to_string()),
            if self.form == 1 { Cow::Borrowed("") } else { Cow::Owned(self.salts.join(".")) },
            if erased { Cow::Owned(digests()) } else { Cow::Borrowed("") },
            if erased { Cow::Owned(by()) } else { Cow::Borrowed("") },
        ]
    }

    /// The cells of the CSV export, in the order of [`COLUMNS`].
    pub fn cells(&self) -> [Cow<'_, str>; 15] {
        let [form, salts, digests, erased_by] = self.form_cells();
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
            form,
            salts,
            digests,
            erased_by,
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
                let entry = head.append(&entry("test.entry", note), &[[3; SALT]; 3]);
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
        let mut first = Head::genesis().append(&entry("test.entry", "true"), &[[3; SALT]; 3]);
        first.details = r#"{"note":"false","note":"true"}"#.to_owned();
        assert_eq!(Head::genesis().follow(&first), Err(Broken::Content));
    }

    #[test]
    fn the_hash_of_a_known_entry_never_changes() {
        let first = Head::genesis().append(&entry("test.entry", "ü"), &[[3; SALT]; 3]);
        let mut mac = Hmac::<Sha256>::new_from_slice(&[3; 16]).unwrap();
        mac.update(b"ip\x00127.0.0.1");
        let ip = hex::encode(mac.finalize().into_bytes());
        let canonical = format!(
            r#"{{"action":"test.entry","actor_kind":"system","at":"1970-01-01T00:00:00.000000Z","case_ref":"","details":{{"note":"ü"}},"form":2,"personal":{{"account_id":"","actor":"","ip":"{ip}"}},"seq":1}}"#
        );
        assert_eq!(first.canonical(), canonical);
        assert_eq!(first.hash, hex::encode(Sha256::digest(format!("{GENESIS}{canonical}"))));
        assert_eq!(first.leaf(), TreeHash::leaf(canonical.as_bytes()));
    }

    #[test]
    fn an_entry_of_the_first_form_is_still_whole() {
        let mut first = Head::genesis().append(&entry("test.entry", "ü"), &[[3; SALT]; 3]);
        first.form = 1;
        first.salts = Default::default();
        let canonical = r#"{"account_id":"","action":"test.entry","actor":"","actor_kind":"system","at":"1970-01-01T00:00:00.000000Z","case_ref":"","details":{"note":"ü"},"ip":"127.0.0.1","seq":1}"#;
        assert_eq!(first.canonical(), canonical);
        first.hash = hex::encode(Sha256::digest(format!("{GENESIS}{canonical}")));
        assert!(Head::genesis().follow(&first).is_ok());
    }

    #[test]
    fn an_erased_field_leaves_hash_and_leaf_as_they_were() {
        let first = Head::genesis().append(&entry("test.entry", ""), &[[3; SALT]; 3]);
        let mut erased = first.clone();
        erased.erased[2] = Some(Erased { digest: first.digest(Personal::Address).into_owned(), by: 7 });
        assert_eq!(Head::genesis().follow(&erased), Err(Broken::Content), "the value is still there");
        erased.ip.clear();
        erased.salts[2].clear();
        assert!(Head::genesis().follow(&erased).is_ok());
        assert_eq!((erased.leaf(), erased.computed_hash()), (first.leaf(), first.hash.clone()));
        assert!(erased.cells()[13].starts_with("..") && erased.cells()[14] == "..7");
        // Blanked without a word, and blanked with the digest of something else.
        let silent = Entry { erased: [None, None, None], ..erased.clone() };
        assert_eq!(Head::genesis().follow(&silent), Err(Broken::Content));
        erased.erased[2] = Some(Erased { digest: "00".repeat(32), by: 7 });
        assert_eq!(Head::genesis().follow(&erased), Err(Broken::Content));
    }

    #[test]
    fn what_was_blanked_is_told_whatever_its_order() {
        let (one, two) = ((1, Personal::Address), (2, Personal::Actor));
        assert_eq!(blanked(&[one, two]), blanked(&[two, one, one]));
        assert_ne!(blanked(&[one]), blanked(&[two]));
        assert_eq!(blanked(&[one, two])[0].1, 2);
    }

    proptest! {
        #[test]
        fn an_untouched_chain_is_whole(notes in prop::collection::vec(".{0,20}", 0..20)) {
            let (entries, _) = chain(&notes);
            prop_assert_eq!(first_bad(&entries), None);
        }

        #[test]
        fn any_change_is_found_where_it_was_made(
            notes in prop::collection::vec(".{0,20}", 1..20), at in any::<prop::sample::Index>(), column in 0_u8..11, text in ".{0,10}",
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
                8 => row.form += 1,
                9 => row.salts[2] = text,
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
