//! A transaction in progress: a connection, and the audit entries that will be stored with it.

use std::sync::Arc;

use super::audit::{erasure, tree};
use super::connection::AnyConnection;
use super::dialect::lock_audit_head;
use super::signals::Signal;
use super::{StoreError, dialect};
use crate::domain::audit::{Head, NewEntry, Personal, Salts, blanked};
use crate::entropy::Entropy;

/// An entry to be, and what is erased from earlier ones because of it.
pub(super) struct Recorded {
    pub(super) entry: NewEntry,
    blanked: Vec<(i64, Personal)>,
}

/// What a unit of work changes rows through. What it records is appended to the log in the same commit.
pub struct Tx<'c> {
    /// The connection of the transaction.
    pub connection: &'c mut AnyConnection,
    entries: Vec<Recorded>,
    signals: Vec<Signal>,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c mut AnyConnection) -> Self {
        Self { connection, entries: Vec::new(), signals: Vec::new() }
    }

    /// What the log gets, and what open pages are told once that is durable.
    pub(super) fn into_outcome(self) -> (Vec<Recorded>, Vec<Signal>) {
        let Self { entries, mut signals, .. } = self;
        signals.extend(entries.iter().filter_map(|recorded| Signal::of(&recorded.entry)));
        (entries, signals)
    }

    /// Adds an entry to the log. If it cannot be written, nothing of the transaction is.
    pub fn record(&mut self, entry: NewEntry) {
        self.entries.push(Recorded { entry, blanked: Vec::new() });
    }

    /// Adds an entry of the action [`ERASED`](crate::domain::audit::ERASED), and blanks these fields of earlier entries
    /// with it. What was blanked before must not be among them. Its details get how many they are, and the digest of
    /// their list.
    pub fn record_erasure(&mut self, mut entry: NewEntry, fields: Vec<(i64, Personal)>) {
        entry.details.extend(blanked(&fields).map(|(key, value)| (key.to_owned(), value)));
        self.entries.push(Recorded { entry, blanked: fields });
    }

    /// Has open pages told of a change that is no matter for the log.
    pub fn tell(&mut self, signal: Signal) {
        self.signals.push(signal);
    }
}

/// Gives what was recorded its places in the log, and blanks what it says is erased.
pub(super) fn append_entries(
    connection: &mut AnyConnection,
    recorded: &[Recorded],
    entropy: &Arc<dyn Entropy>,
) -> Result<(), StoreError> {
    if recorded.is_empty() {
        return Ok(());
    }
    // Whatever can be made before the head is held is made before it.
    let salts: Vec<Salts> = recorded.iter().map(|_| std::array::from_fn(|_| entropy.bytes())).collect();
    let orders: Vec<&[(i64, Personal)]> = recorded.iter().map(|recorded| recorded.blanked.as_slice()).collect();
    let blanked = erasure::blank(connection, &orders)?;
    let (mut head, frontier) = lock_audit_head(connection)?;
    let mut frontier = tree::frontier_of(connection, &head, &frontier)?;
    let mut nodes = Vec::new();
    let mut entries = Vec::with_capacity(recorded.len());
    for (Recorded { entry: new, .. }, salts) in recorded.iter().zip(&salts) {
        let (entry, leaf) = head.append_with_leaf(new, salts);
        frontier.append(leaf, |subtree, hash| {
            if tree::is_stored(subtree) {
                nodes.push((subtree, hash));
            }
        });
        head = Head { seq: entry.seq, hash: entry.hash.clone() };
        entries.push(entry);
    }
    dialect::insert_audit_entries(connection, &entries)?;
    tree::store_nodes(connection, &nodes)?;
    tree::move_head(connection, &head, &frontier)?;
    erasure::account_for(connection, &blanked, &entries)
}
