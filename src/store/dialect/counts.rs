//! Counting what may happen only so often: several questions, or several rows, with one round trip.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use diesel::{QueryableByName, RunQueryDsl};

use super::super::connection::AnyConnection;
use super::super::throttle::{Counted, NewestBut};
use super::super::{StoreError, stored};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Timestamp>)]
    at: Option<NaiveDateTime>,
}

/// One question, whose values begin at this number.
fn question(place: usize, from: usize) -> String {
    let (scope, subject, since, skipped) = (from, from + 1, from + 2, from + 3);
    format!(
        "SELECT {place} AS place, (SELECT at FROM throttle_events WHERE scope = ${scope} AND subject = ${subject} \
         AND at > ${since} ORDER BY at DESC LIMIT 1 OFFSET ${skipped}) AS at"
    )
}

/// Moments, in the order in which they were asked for.
pub fn newest_but(
    connection: &mut AnyConnection,
    asked: &[NewestBut<'_>],
) -> Result<Vec<Option<NaiveDateTime>>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let questions: Vec<String> = (0..asked.len()).map(|place| question(place, place * 4 + 1)).collect();
    let query = format!("{} ORDER BY place", questions.join(" UNION ALL "));
    macro_rules! answers {
        ($connection:expr) => {{
            let bound = asked.iter().fold(diesel::sql_query(query).into_boxed(), |query, each| {
                query
                    .bind::<Text, _>(each.scope.to_owned())
                    .bind::<Text, _>(each.subject.to_owned())
                    .bind::<Timestamp, _>(stored(each.since))
                    .bind::<BigInt, _>(each.skipped)
            });
            bound.load::<Row>($connection)?
        }};
    }
    let rows = match connection {
        AnyConnection::Sqlite(c) => answers!(c),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => answers!(c),
    };
    Ok(rows.into_iter().map(|row| row.at).collect())
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
    let row = |n: usize| format!("(${}, ${}, ${}, ${})", n * 4 + 1, n * 4 + 2, n * 4 + 3, n * 4 + 4);
    let rows: Vec<String> = (0..counted.len()).map(row).collect();
    let query = format!("INSERT INTO throttle_events (id, scope, subject, at) VALUES {}", rows.join(", "));
    macro_rules! add {
        ($connection:expr) => {{
            let bound = counted.iter().fold(diesel::sql_query(query).into_boxed(), |query, (id, scope, subject)| {
                query
                    .bind::<Text, _>(id.to_string())
                    .bind::<Text, _>((*scope).to_owned())
                    .bind::<Text, _>((*subject).to_owned())
                    .bind::<Timestamp, _>(stored(at))
            });
            bound.execute($connection)?
        }};
    }
    match connection {
        AnyConnection::Sqlite(c) => add!(c),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => add!(c),
    };
    Ok(())
}
