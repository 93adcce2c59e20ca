//! What was signed of the log, and how far the places outside have it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::super::schema::{audit_checkpoints, audit_places};
use super::super::{AnyConnection, StoreError, Tx, stored};
use crate::domain::merkle::TreeHash;

/// A checkpoint as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// How many entries it is over.
    pub size: i64,
    /// The signed note.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
}

type Row = (i64, String, chrono::NaiveDateTime);

fn signed((size, note, at): Row) -> Signed {
    Signed { size, note, at: at.and_utc() }
}

/// The newest one.
pub fn newest(connection: &mut AnyConnection) -> Result<Option<Signed>, StoreError> {
    let row: Option<Row> = audit_checkpoints::table
        .order(audit_checkpoints::size.desc())
        .select((audit_checkpoints::size, audit_checkpoints::note, audit_checkpoints::at))
        .first(connection)
        .optional()?;
    Ok(row.map(signed))
}

/// The size and the root, hexadecimal, of the newest one.
pub fn newest_root(connection: &mut AnyConnection) -> Result<Option<(i64, String)>, StoreError> {
    Ok(audit_checkpoints::table
        .order(audit_checkpoints::size.desc())
        .select((audit_checkpoints::size, audit_checkpoints::root))
        .first(connection)
        .optional()?)
}

/// The sizes and roots, hexadecimal, of the checkpoints over more than `after` entries and at most `to`.
pub fn roots(connection: &mut AnyConnection, after: i64, to: i64) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(audit_checkpoints::table
        .filter(audit_checkpoints::size.gt(after))
        .filter(audit_checkpoints::size.le(to))
        .order(audit_checkpoints::size.asc())
        .select((audit_checkpoints::size, audit_checkpoints::root))
        .load(connection)?)
}

/// Keeps a checkpoint, unless the same is there.
///
/// # Errors
/// [`StoreError::Conflict`] when another was signed over as many entries.
pub fn keep(tx: &mut Tx<'_>, new: &Signed, root: TreeHash) -> Result<(), StoreError> {
    let there: Option<String> =
        audit_checkpoints::table.find(new.size).select(audit_checkpoints::root).first(tx.connection).optional()?;
    if there.as_ref().is_some_and(|there| *there != root.to_hex()) {
        return Err(StoreError::Conflict);
    }
    if there.is_none() {
        diesel::insert_into(audit_checkpoints::table)
            .values((
                audit_checkpoints::size.eq(new.size),
                audit_checkpoints::root.eq(root.to_hex()),
                audit_checkpoints::note.eq(&new.note),
                audit_checkpoints::at.eq(stored(new.at)),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// How far a place outside has the log's checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The size of the last one it took.
    pub size: i64,
    /// Failures since then.
    pub tries: i32,
    /// What the last failure was.
    pub error: Option<String>,
}

/// A place, if anything was ever sent there.
pub fn place(connection: &mut AnyConnection, place: &str) -> Result<Option<Place>, StoreError> {
    let row: Option<(i64, i32, Option<String>)> = audit_places::table
        .find(place)
        .select((audit_places::size, audit_places::tries, audit_places::error))
        .first(connection)
        .optional()?;
    Ok(row.map(|(size, tries, error)| Place { size, tries, error }))
}

/// Takes a place to send the checkpoint over `size` entries to. None when it has it, or is not due, or another instance
/// is at it.
pub fn claim(
    tx: &mut Tx<'_>,
    name: &str,
    size: i64,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Place>, StoreError> {
    let taken = diesel::update(audit_places::table.find(name))
        .filter(audit_places::size.lt(size))
        .filter(audit_places::next_at.le(stored(now)))
        .set(audit_places::next_at.eq(stored(now + lease)))
        .execute(tx.connection)?;
    if taken == 1 {
        return place(tx.connection, name);
    }
    if place(tx.connection, name)?.is_some() {
        return Ok(None);
    }
    diesel::insert_into(audit_places::table)
        .values((
            audit_places::place.eq(name),
            audit_places::size.eq(0),
            audit_places::tries.eq(0),
            audit_places::next_at.eq(stored(now + lease)),
        ))
        .execute(tx.connection)?;
    Ok(Some(Place { size: 0, tries: 0, error: None }))
}

/// A place took the checkpoint over `size` entries.
pub fn took(tx: &mut Tx<'_>, name: &str, size: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(audit_places::table.find(name))
        .filter(audit_places::size.lt(size))
        .set((
            audit_places::size.eq(size),
            audit_places::tries.eq(0),
            audit_places::next_at.eq(stored(now)),
            audit_places::error.eq(None::<String>),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// A place did not take it and is tried again at `next_at`.
pub fn failed(tx: &mut Tx<'_>, name: &str, next_at: DateTime<Utc>, error: &str) -> Result<(), StoreError> {
    diesel::update(audit_places::table.find(name))
        .set((
            audit_places::tries.eq(audit_places::tries + 1),
            audit_places::next_at.eq(stored(next_at)),
            audit_places::error.eq(error),
        ))
        .execute(tx.connection)?;
    Ok(())
}
