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

/// What is asked of one budget: when the newest but `skipped` of what happened to `subject` since a moment happened.
#[derive(Debug, Clone, Copy)]
pub struct NewestBut<'a> {
    /// The limit.
    pub scope: &'a str,
    /// Whom or what it counts.
    pub subject: &'a str,
    /// From when on.
    pub since: DateTime<Utc>,
    /// How many are newer.
    pub skipped: i64,
}

/// Answers each of these questions, in their order.
pub fn newest_but(
    connection: &mut AnyConnection,
    asked: &[NewestBut<'_>],
) -> Result<Vec<Option<DateTime<Utc>>>, StoreError> {
    let found = dialect::newest_but(connection, asked)?;
    Ok(found.into_iter().map(|at| at.map(|at| at.and_utc())).collect())
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

/// What is counted: by which identifier, of which limit, and of whom.
pub type Counted<'a> = (EntryId, &'a str, &'a str);

/// Counts one more of each.
pub fn add(tx: &mut Tx<'_>, counted: &[Counted<'_>], at: DateTime<Utc>) -> Result<(), StoreError> {
    dialect::add_counts(tx.connection, counted, at)
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
