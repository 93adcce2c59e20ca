//! Counting what may happen only so often, in the database so that several instances share it.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

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

/// When the newest but `skipped` of what happened to `subject` in the last `window` happened.
pub fn newest_but(
    connection: &mut AnyConnection,
    scope: &str,
    subject: &str,
    now: DateTime<Utc>,
    window: TimeDelta,
    skipped: i64,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let found: Option<NaiveDateTime> = throttle_events::table
        .filter(throttle_events::scope.eq(scope))
        .filter(throttle_events::subject.eq(subject))
        .filter(throttle_events::at.gt(stored(now - window)))
        .order(throttle_events::at.desc())
        .select(throttle_events::at)
        .offset(skipped)
        .first(connection)
        .optional()?;
    Ok(found.map(|at| at.and_utc()))
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

/// Forgets everything that was counted of a subject.
pub fn forget_subject(tx: &mut Tx<'_>, scope: &str, subject: &str) -> Result<(), StoreError> {
    let of_subject = throttle_events::table
        .filter(throttle_events::scope.eq(scope.to_owned()))
        .filter(throttle_events::subject.eq(subject.to_owned()));
    diesel::delete(of_subject).execute(tx.connection)?;
    Ok(())
}

/// Forgets some of what no window reaches back to, and answers how many.
pub fn forget(tx: &mut Tx<'_>, before: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let old: Vec<String> = throttle_events::table
        .filter(throttle_events::at.lt(stored(before)))
        .select(throttle_events::id)
        .limit(limit)
        .load(tx.connection)?;
    Ok(diesel::delete(throttle_events::table.filter(throttle_events::id.eq_any(old))).execute(tx.connection)?)
}
