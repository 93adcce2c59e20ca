//! Counting what may happen only so often: several questions, or several rows, with one round trip.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{Integer, Nullable, Timestamp};

use super::super::connection::AnyConnection;
use super::super::throttle::{Counted, NewestBut};
use super::super::{StoreError, stored};
use super::kept::Kept;

/// Where in the order a question stands, and its answer.
type Answer = (Integer, Nullable<Timestamp>);

/// Moments, in the order in which they were asked for.
pub fn newest_but(
    connection: &mut AnyConnection,
    asked: &[NewestBut<'_>],
) -> Result<Vec<Option<NaiveDateTime>>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let questions = asked.iter().enumerate().fold(Kept::<Answer>::of(""), |query, (place, each)| {
        let union = if place == 0 { "" } else { " UNION ALL " };
        query
            .words(format!("{union}SELECT {place} AS place, (SELECT at FROM throttle_events WHERE scope = "))
            .text(each.scope)
            .words(" AND subject = ")
            .text(each.subject)
            .words(" AND at > ")
            .moment(stored(each.since))
            .words(" ORDER BY at DESC LIMIT 1 OFFSET ")
            .number(each.skipped)
            .words(") AS at")
    });
    let query = questions.words(" ORDER BY place");
    let rows: Vec<(i32, Option<NaiveDateTime>)> = match connection {
        AnyConnection::Sqlite(c) => query.load(c)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => query.load(c)?,
    };
    Ok(rows.into_iter().map(|(_, at)| at).collect())
}

/// Counts one more of each.
pub fn add_counts(
    connection: &mut AnyConnection,
    counted: &[Counted<'_>],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if counted.is_empty() {
        return Ok(());
    }
    let into = Kept::<()>::of("INSERT INTO throttle_events (id, scope, subject, at) VALUES ");
    let query = counted.iter().enumerate().fold(into, |query, (n, (id, scope, subject))| {
        query
            .words(if n == 0 { "(" } else { ", (" })
            .text(id.to_string())
            .words(", ")
            .text(*scope)
            .words(", ")
            .text(*subject)
            .words(", ")
            .moment(stored(at))
            .words(")")
    });
    match connection {
        AnyConnection::Sqlite(c) => query.execute(c)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => query.execute(c)?,
    };
    Ok(())
}
