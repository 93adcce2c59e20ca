//! What was erased of entries: the digests that stand in its place, and the orders it was erased on.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{AsChangeset, ExpressionMethods, QueryDsl, RunQueryDsl};

use super::super::dialect::{self, ErasedField};
use super::super::schema::{audit_entries, audit_erasures};
use super::super::{AnyConnection, StoreError};
use crate::domain::audit::{ERASED, Entry, Erased, Personal, blanked};
use crate::domain::privacy::Cause;

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

/// Rows that one statement reads or changes.
const PIECE: usize = 1_000;

/// A field that was blanked and is still to be accounted for.
pub(in super::super) struct Blanked {
    /// Which of the orders it was blanked on.
    order: usize,
    seq: i64,
    field: Personal,
    digest: String,
}

#[derive(AsChangeset)]
#[diesel(table_name = audit_entries)]
struct Emptied {
    actor: Option<&'static str>,
    account_id: Option<&'static str>,
    ip: Option<&'static str>,
    actor_salt: Option<&'static str>,
    account_salt: Option<&'static str>,
    ip_salt: Option<&'static str>,
}

/// Blanks the fields of entries that each of these orders names. The order's number is not needed for it: it is done
/// before the log's head is held.
pub(in super::super) fn blank(
    connection: &mut AnyConnection,
    orders: &[&[(i64, Personal)]],
) -> Result<Vec<Blanked>, StoreError> {
    let numbers: BTreeSet<i64> = orders.iter().copied().flatten().map(|(seq, _)| *seq).collect();
    let numbers: Vec<i64> = numbers.into_iter().collect();
    let mut entries = BTreeMap::new();
    // Everybody holds them in their order, so nobody waits for another crosswise.
    for piece in numbers.chunks(PIECE) {
        for (seq, form, (actor, account, address), salts) in dialect::lock_audit_entries(connection, piece)? {
            entries.insert(seq, (form, [actor, account, address], <[String; 3]>::from(salts)));
        }
    }
    let (mut blanked, mut bits) = (Vec::new(), BTreeMap::<i64, i32>::new());
    for (order, fields) in orders.iter().enumerate() {
        for (seq, field) in fields.iter().copied().collect::<BTreeSet<_>>() {
            let Some((form, values, salts)) = entries.get(&seq) else { return Err(StoreError::Conflict) };
            let (value, salt, done) = (&values[field as usize], &salts[field as usize], bits.entry(seq).or_default());
            // Erased twice, or nothing to erase: the order says something else than what is done.
            if *form == 1 || value.is_empty() || *done & bit(field) != 0 {
                return Err(StoreError::Conflict);
            }
            *done |= bit(field);
            blanked.push(Blanked { order, seq, field, digest: field.digest(value, salt) });
        }
    }
    let mut alike: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
    for (seq, bits) in bits {
        alike.entry(bits).or_default().push(seq);
    }
    for (bits, numbers) in alike {
        let emptied = |field| (bits & bit(field) != 0).then_some("");
        let [actor, account, address] = Personal::ALL.map(emptied);
        let emptied = Emptied {
            actor,
            account_id: account,
            ip: address,
            actor_salt: actor,
            account_salt: account,
            ip_salt: address,
        };
        for piece in numbers.chunks(PIECE) {
            diesel::update(audit_entries::table.filter(audit_entries::seq.eq_any(piece.to_vec())))
                // None of the bits is there yet.
                .set((&emptied, audit_entries::erased.eq(audit_entries::erased + bits)))
                .execute(connection)?;
        }
    }
    Ok(blanked)
}

/// Says of what was blanked which entries order it: `by` has the numbers of the orders.
pub(in super::super) fn account_for(
    connection: &mut AnyConnection,
    blanked: &[Blanked],
    by: &[Entry],
) -> Result<(), StoreError> {
    for piece in blanked.chunks(PIECE) {
        let rows: Vec<ErasedField<'_>> = piece
            .iter()
            .map(|Blanked { order, seq, field, digest }| ErasedField {
                seq: *seq,
                column: field.column(),
                digest,
                by: by[*order].seq,
            })
            .collect();
        dialect::insert_audit_erasures(connection, &rows)?;
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

/// Why something was erased, and the number of the erasure.
pub type Order = (Cause, i64);

/// What the entries of the action [`ERASED`] among these order, by these entries.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn orders(connection: &mut AnyConnection, orders: &BTreeSet<i64>) -> Result<BTreeMap<i64, Order>, StoreError> {
    let rows: Vec<(i64, String)> = audit_entries::table
        .filter(audit_entries::seq.eq_any(orders.iter().copied().collect::<Vec<_>>()))
        .filter(audit_entries::action.eq(ERASED))
        .select((audit_entries::seq, audit_entries::details))
        .load(connection)?;
    let order = |details: &str| {
        let said: serde_json::Value = serde_json::from_str(details).ok()?;
        Some((Cause::from_code(said.get("cause")?.as_str()?)?, said.get("request")?.as_i64()?))
    };
    Ok(rows.into_iter().filter_map(|(seq, details)| Some((seq, order(&details)?))).collect())
}
