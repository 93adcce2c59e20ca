//! A transaction in progress: a connection, and the audit entries that will be stored with it.

use diesel::{ExpressionMethods, RunQueryDsl};

use super::StoreError;
use super::connection::AnyConnection;
use super::dialect::lock_audit_head;
use super::schema::{audit_entries, audit_head};
use super::signals::Signal;
use crate::domain::audit::{Head, NewEntry};

/// What a unit of work changes rows through. What it records is appended to the log in the same commit.
pub struct Tx<'c> {
    /// The connection of the transaction.
    pub connection: &'c mut AnyConnection,
    entries: Vec<NewEntry>,
    signals: Vec<Signal>,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c mut AnyConnection) -> Self {
        Self { connection, entries: Vec::new(), signals: Vec::new() }
    }

    /// What the log gets, and what open pages are told once that is durable.
    pub(super) fn into_outcome(self) -> (Vec<NewEntry>, Vec<Signal>) {
        let Self { entries, mut signals, .. } = self;
        signals.extend(entries.iter().filter_map(Signal::of));
        (entries, signals)
    }

    /// Adds an entry to the log. If it cannot be written, nothing of the transaction is.
    pub fn record(&mut self, entry: NewEntry) {
        self.entries.push(entry);
    }

    /// Has open pages told of a change that is no matter for the log.
    pub fn tell(&mut self, signal: Signal) {
        self.signals.push(signal);
    }
}

pub(super) fn append_entries(connection: &mut AnyConnection, entries: &[NewEntry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut head = lock_audit_head(connection)?;
    for new in entries {
        let entry = head.append(new);
        diesel::insert_into(audit_entries::table)
            .values((
                audit_entries::seq.eq(entry.seq),
                audit_entries::at.eq(&entry.at),
                audit_entries::actor_kind.eq(&entry.actor_kind),
                audit_entries::actor.eq(&entry.actor),
                audit_entries::action.eq(&entry.action),
                audit_entries::case_ref.eq(&entry.case_ref),
                audit_entries::account_id.eq(&entry.account_id),
                audit_entries::ip.eq(&entry.ip),
                audit_entries::details.eq(&entry.details),
                audit_entries::prev_hash.eq(&entry.prev_hash),
                audit_entries::hash.eq(&entry.hash),
            ))
            .execute(connection)?;
        head = Head { seq: entry.seq, hash: entry.hash };
    }
    diesel::update(audit_head::table)
        .set((audit_head::seq.eq(head.seq), audit_head::hash.eq(head.hash)))
        .execute(connection)?;
    Ok(())
}
