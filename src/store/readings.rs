//! What is counted for whoever watches the program: few rows each, found by an index.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{count_star, min};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::schema::{cases, outbox, queue_rows};
use super::{AnyConnection, StoreError, stored};
use crate::domain::case::State;

/// Cases that are not over, by state; a state without one is not named.
pub fn open_cases(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, StoreError> {
    let open = State::ALL.iter().filter(|state| !state.is_final()).map(|state| state.code());
    Ok(cases::table
        .filter(cases::state.eq_any(open))
        .group_by(cases::state)
        .select((cases::state, count_star()))
        .load(connection)?)
}

/// Open cases whose next step is overdue.
pub fn overdue(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<i64, StoreError> {
    Ok(queue_rows::table
        .filter(queue_rows::is_open)
        .filter(queue_rows::due_by.lt(stored(now)))
        .count()
        .get_result(connection)?)
}

/// What waits in the outbox or is under way: kind, how many, and when the oldest was to be run first.
pub fn outbox_waiting(connection: &mut AnyConnection) -> Result<Vec<(String, i64, DateTime<Utc>)>, StoreError> {
    type Row = (String, i64, Option<NaiveDateTime>);
    let rows: Vec<Row> = outbox::table
        .filter(outbox::state.eq_any(["waiting", "leased"]))
        .group_by(outbox::kind)
        .select((outbox::kind, count_star(), min(outbox::created_at)))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(kind, count, oldest)| Some((kind, count, oldest?.and_utc()))).collect())
}
