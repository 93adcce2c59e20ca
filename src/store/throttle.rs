//! Counting what may happen only so often, in the database so that several instances share it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::schema::throttle_events;
use super::{AnyConnection, StoreError, Tx, dialect, stored};
use crate::domain::ids::EntryId;

/// How often something happened to `subject` in the last `window`.
pub fn count(
    connection: &mut AnyConnection,
    scope: &str,
    subject: &str,
    now: DateTime<Utc>,
    window: TimeDelta,
) -> Result<i64, StoreError> {
    Ok(throttle_events::table
        .filter(throttle_events::scope.eq(scope))
        .filter(throttle_events::subject.eq(subject))
        .filter(throttle_events::at.gt(stored(now - window)))
        .count()
        .get_result(connection)?)
}

/// Counts one more, unless it happened `most` times in the last `window` already. Whoever counts the same
/// subject at the same moment, here or in another instance, waits for this transaction.
pub fn take(
    tx: &mut Tx<'_>,
    id: EntryId,
    scope: &str,
    subject: &str,
    now: DateTime<Utc>,
    (most, window): (i64, TimeDelta),
) -> Result<bool, StoreError> {
    serialise(tx, scope, subject)?;
    let free = count(tx.connection, scope, subject, now, window)? < most;
    if free {
        add(tx, id, scope, subject, now)?;
    }
    Ok(free)
}

/// Like [`take`], for a budget whose windows grow: what is used up for a while is used up for longer the longer it
/// goes on.
pub fn take_within(
    tx: &mut Tx<'_>,
    id: EntryId,
    scope: &str,
    subject: &str,
    now: DateTime<Utc>,
    budget: &[(i64, TimeDelta)],
) -> Result<bool, StoreError> {
    serialise(tx, scope, subject)?;
    for (most, window) in budget {
        if count(tx.connection, scope, subject, now, *window)? >= *most {
            return Ok(false);
        }
    }
    add(tx, id, scope, subject, now)?;
    Ok(true)
}

/// Whoever counts the same subject at the same moment, here or in another instance, waits for this transaction.
pub fn serialise(tx: &mut Tx<'_>, scope: &str, subject: &str) -> Result<(), StoreError> {
    dialect::lock_subject(tx.connection, scope, subject)
}

/// Takes a count back: what it counted turned out well.
pub fn give_back(tx: &mut Tx<'_>, id: EntryId) -> Result<(), StoreError> {
    diesel::delete(throttle_events::table.find(id.to_string())).execute(tx.connection)?;
    Ok(())
}

/// Counts one more.
pub fn add(tx: &mut Tx<'_>, id: EntryId, scope: &str, subject: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(throttle_events::table)
        .values((
            throttle_events::id.eq(id.to_string()),
            throttle_events::scope.eq(scope),
            throttle_events::subject.eq(subject),
            throttle_events::at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets what no window reaches back to.
pub fn forget(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::delete(throttle_events::table.filter(throttle_events::at.lt(stored(before)))).execute(tx.connection)?;
    Ok(())
}
