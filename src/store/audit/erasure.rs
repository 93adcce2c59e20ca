//! What was erased of entries: the digests that stand in its place, and the orders it was erased on.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::super::schema::{audit_entries, audit_erasures};
use super::super::{AnyConnection, StoreError};
use crate::domain::audit::{ERASED, Entry, Erased, Personal, blanked};

const fn bit(field: Personal) -> i32 {
    1 << field as i32
}

/// Says of entries what was erased of them. `marks` has the entries of which something was.
pub(super) fn fill_in(
    connection: &mut AnyConnection,
    entries: &mut [Entry],
    marks: &BTreeMap<i64, i32>,
) -> Result<(), StoreError> {
    if marks.is_empty() {
        return Ok(());
    }
    let rows: Vec<(i64, String, String, i64)> = audit_erasures::table
        .filter(audit_erasures::entry_seq.eq_any(marks.keys().copied().collect::<Vec<_>>()))
        .select((audit_erasures::entry_seq, audit_erasures::field, audit_erasures::digest, audit_erasures::by_seq))
        .load(connection)?;
    let mut found: BTreeMap<(i64, Personal), Erased> = BTreeMap::new();
    for (seq, field, digest, by) in rows {
        if let Some(field) = Personal::of_column(&field) {
            found.insert((seq, field), Erased { digest, by });
        }
    }
    for entry in entries {
        let Some(marked) = marks.get(&entry.seq) else { continue };
        for field in Personal::ALL.into_iter().filter(|field| marked & bit(*field) != 0) {
            entry.erased[field as usize] = found.remove(&(entry.seq, field));
        }
    }
    Ok(())
}

/// Blanks fields of entries on the order that the entry `by` records.
pub(in super::super) fn blank(
    connection: &mut AnyConnection,
    fields: &[(i64, Personal)],
    by: i64,
) -> Result<(), StoreError> {
    let mut wanted: BTreeMap<i64, BTreeSet<Personal>> = BTreeMap::new();
    for (seq, field) in fields {
        wanted.entry(*seq).or_default().insert(*field);
    }
    for (seq, fields) in wanted {
        let Some(entry) = super::find(connection, seq)? else { return Err(StoreError::Conflict) };
        let mut marks = entry.erased.iter().zip(Personal::ALL).filter(|(erased, _)| erased.is_some());
        let mut mark = marks.by_ref().map(|(_, field)| bit(field)).sum::<i32>();
        let [mut actor, mut account, mut address] = Personal::ALL.map(|field| entry.personal(field).to_owned());
        let [mut actor_salt, mut account_salt, mut ip_salt] = entry.salts.clone();
        for field in fields {
            // Erased twice, or nothing to erase: the order says something else than what is done.
            if entry.form == 1 || entry.personal(field).is_empty() {
                return Err(StoreError::Conflict);
            }
            let (value, salt) = match field {
                Personal::Actor => (&mut actor, &mut actor_salt),
                Personal::Account => (&mut account, &mut account_salt),
                Personal::Address => (&mut address, &mut ip_salt),
            };
            value.clear();
            salt.clear();
            mark |= bit(field);
            diesel::insert_into(audit_erasures::table)
                .values((
                    audit_erasures::entry_seq.eq(seq),
                    audit_erasures::field.eq(field.column()),
                    audit_erasures::digest.eq(entry.digest(field).into_owned()),
                    audit_erasures::by_seq.eq(by),
                ))
                .execute(connection)?;
        }
        diesel::update(audit_entries::table.find(seq))
            .set((
                audit_entries::actor.eq(actor),
                audit_entries::account_id.eq(account),
                audit_entries::ip.eq(address),
                audit_entries::actor_salt.eq(actor_salt),
                audit_entries::account_salt.eq(account_salt),
                audit_entries::ip_salt.eq(ip_salt),
                audit_entries::erased.eq(mark),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Whether every erasure among these entries is accounted for; else the first entry of which it is not. An entry that
/// was blanked names an order, and an order is of exactly what was blanked on it.
pub(super) fn first_unaccounted(connection: &mut AnyConnection, entries: &[Entry]) -> Result<Option<i64>, StoreError> {
    let orders: BTreeSet<i64> =
        entries.iter().flat_map(|e| e.erased.iter().flatten().map(|erased| erased.by)).collect();
    let known: BTreeSet<i64> = if orders.is_empty() {
        BTreeSet::new()
    } else {
        audit_entries::table
            .filter(audit_entries::seq.eq_any(orders.iter().copied().collect::<Vec<_>>()))
            .filter(audit_entries::action.eq(ERASED))
            .select(audit_entries::seq)
            .load::<i64>(connection)?
            .into_iter()
            .collect()
    };
    for entry in entries {
        if entry.erased.iter().flatten().any(|erased| erased.by <= entry.seq || !known.contains(&erased.by)) {
            return Ok(Some(entry.seq));
        }
        if entry.action == ERASED && !is_account_of(connection, entry)? {
            return Ok(Some(entry.seq));
        }
    }
    Ok(None)
}

fn is_account_of(connection: &mut AnyConnection, order: &Entry) -> Result<bool, StoreError> {
    let rows: Vec<(i64, String)> = audit_erasures::table
        .filter(audit_erasures::by_seq.eq(order.seq))
        .select((audit_erasures::entry_seq, audit_erasures::field))
        .load(connection)?;
    let fields = rows.iter().map(|(seq, field)| Personal::of_column(field).map(|field| (*seq, field)));
    let Some(fields) = fields.collect::<Option<Vec<_>>>() else { return Ok(false) };
    let said: serde_json::Value = serde_json::from_str(&order.details).unwrap_or_default();
    Ok(blanked(&fields).iter().all(|(key, value)| said.get(key) == Some(value)))
}

/// The numbers of the erasures that entries of the action [`ERASED`] order, by these entries.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn numbers(connection: &mut AnyConnection, orders: &BTreeSet<i64>) -> Result<BTreeMap<i64, i64>, StoreError> {
    let rows: Vec<(i64, String)> = audit_entries::table
        .filter(audit_entries::seq.eq_any(orders.iter().copied().collect::<Vec<_>>()))
        .filter(audit_entries::action.eq(ERASED))
        .select((audit_entries::seq, audit_entries::details))
        .load(connection)?;
    let number = |details: &str| serde_json::from_str::<serde_json::Value>(details).ok()?.get("request")?.as_i64();
    Ok(rows.into_iter().filter_map(|(seq, details)| Some((seq, number(&details)?))).collect())
}
