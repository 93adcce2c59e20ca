//! What the two databases say differently, behind functions that name what is wanted.

mod counts;
mod kept;
mod log;
mod together;
mod words;

use diesel::connection::SimpleConnection;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::StoreError;
use super::connection::AnyConnection;
#[cfg(feature = "postgres")]
use super::schema::writers;
use super::schema::{accounts, cases, outbox};
use super::signals::Signal;

/// How long SQLite waits for a lock that another has.
pub const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 5000";

pub use counts::{add_counts, newest_but};
pub(super) use kept::Kept;
pub use log::{ErasedField, insert_audit_entries, insert_audit_erasures, lock_audit_entries, lock_audit_head};
#[cfg(feature = "postgres")]
pub use together::Together;
pub(super) use together::insert_together;
pub use words::{add_words, keep_words, numbers_with_words, rewrite_words};

/// Whether it is reached over a network, which may break.
pub const fn is_remote(connection: &AnyConnection) -> bool {
    !matches!(connection, AnyConnection::Sqlite(_))
}

/// Starts the transaction of a group of writes; SQLite takes its write lock at once, so that it cannot fail half-way.
pub fn begin_writing(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute("BEGIN IMMEDIATE")?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")?,
    }
    Ok(())
}

/// Starts the transaction of a group of writes with its limits, which a connection that is pooled cannot keep.
pub fn begin_group(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(_) => begin_writing(connection),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => Ok(c.batch_execute(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '30s'",
        )?),
    }
}

/// A writer and the number of its group: what is kept with a commit, so that whoever did not hear how it ended can ask.
pub struct Mark<'a> {
    /// The writer's name, hexadecimal.
    pub writer: &'a str,
    /// Counts its groups.
    pub group: i64,
}

/// What the last group of a writer is that commits no more.
#[cfg(feature = "postgres")]
const FENCED: i64 = -1;

/// Commits. On PostgreSQL, where the answer can be lost on its way, the mark is stored with it, unless nothing was
/// written: then there is nothing to ask for. Fails where the writer's row is gone, or [`was_committed`] said no.
pub fn commit(connection: &mut AnyConnection, mark: &Mark<'_>) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute("COMMIT")?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let Mark { writer, group } = mark;
            c.batch_execute(&format!(
                "WITH marked AS (
                    UPDATE writers SET last = {group}, at = now() AT TIME ZONE 'UTC'
                        WHERE id = '{writer}' AND last > {FENCED} AND pg_current_xact_id_if_assigned() IS NOT NULL
                        RETURNING 1)
                SELECT 1 / CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN 1
                    ELSE (SELECT count(*) FROM marked) END;
                COMMIT"
            ))?;
        }
    }
    #[cfg(not(feature = "postgres"))]
    let _ = (mark.writer, mark.group);
    Ok(())
}

/// Makes the row that a writer's marks are kept in: a row that is there can be waited for.
pub fn enrol_writer(connection: &mut AnyConnection, writer: &str) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(_) => {}
        // Its answer may have been lost too.
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(&format!(
            "INSERT INTO writers (id, last, at) VALUES ('{writer}', 0, now() AT TIME ZONE 'UTC')
                ON CONFLICT (id) DO NOTHING"
        ))?,
    }
    #[cfg(not(feature = "postgres"))]
    let _ = writer;
    Ok(())
}

/// Whether the group of a mark was committed. Waits for the end of a transaction that is still at it. Where it was not
/// it never will be, however late its commit arrives: the writer has to go on under another name.
pub fn was_committed(connection: &mut AnyConnection, mark: &Mark<'_>) -> Result<bool, StoreError> {
    begin_group(connection)?;
    let last: Option<i64> = match connection {
        // It has no connection to lose.
        AnyConnection::Sqlite(_) => None,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let row = writers::table.find(mark.writer);
            let last: Option<i64> = row.select(writers::last).for_update().first(c).optional()?;
            // The row stays: whoever does not hear how this ended asks again.
            if last.is_some_and(|last| last < mark.group) {
                diesel::update(row).set(writers::last.eq(FENCED)).execute(c)?;
            }
            last
        }
    };
    execute(connection, "COMMIT")?;
    Ok(last.is_some_and(|last| last >= mark.group))
}

/// Forgets the marks of writers that committed nothing for so many days of the clock that set them.
pub fn forget_writers(connection: &mut AnyConnection, days: i64) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(_) => {}
        // One that is committing at the moment is none of them.
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            diesel::sql_query(
                "DELETE FROM writers WHERE id IN (SELECT id FROM writers \
                 WHERE at < now() AT TIME ZONE 'UTC' - make_interval(days => $1::integer) FOR UPDATE SKIP LOCKED)",
            )
            .bind::<diesel::sql_types::BigInt, _>(days)
            .execute(c)?;
        }
    }
    #[cfg(not(feature = "postgres"))]
    let _ = days;
    Ok(())
}

/// Fails where the connection leads to a server that takes no writes any more, or to none.
pub fn check_reader(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute("SELECT 1")?,
        // A standby answers with what was true some time ago.
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            c.batch_execute("SELECT 1 / CASE WHEN pg_is_in_recovery() THEN 0 ELSE 1 END")?;
        }
    }
    Ok(())
}

/// Starts a transaction that only looks.
pub fn begin_looking(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute("BEGIN")?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")?,
    }
    Ok(())
}

/// Starts a transaction in which every query sees the same moment.
pub fn begin_snapshot(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute("BEGIN")?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?,
    }
    Ok(())
}

/// Runs a statement that both databases spell the same.
pub fn execute(connection: &mut AnyConnection, sql: &str) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute(sql)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(sql)?,
    }
    Ok(())
}

/// Has every instance told, with the commit or not at all; SQLite has one, which its writer tells.
pub fn notify(connection: &mut AnyConnection, signals: &std::collections::BTreeSet<Signal>) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(_) => {}
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let codes: Vec<&str> = signals.iter().map(Signal::code).collect();
            if !codes.is_empty() {
                diesel::sql_query("SELECT count(pg_notify('mfa_desk', code)) FROM unnest($1) AS code")
                    .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(codes)
                    .execute(c)?;
            }
        }
    }
    #[cfg(not(feature = "postgres"))]
    let _ = signals;
    Ok(())
}

/// Holds a case's row until the transaction ends, if there is one.
pub fn lock_case(connection: &mut AnyConnection, reference: &str) -> Result<(), StoreError> {
    match connection {
        // The writer's transaction is immediate: nobody else can write until it ends.
        AnyConnection::Sqlite(_) => {}
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let row = cases::table.filter(cases::reference.eq(reference)).select(cases::id);
            row.for_update().first::<String>(c).optional()?;
        }
    }
    #[cfg(not(feature = "postgres"))]
    let _ = reference;
    Ok(())
}

/// Holds a case's row until the transaction ends, unless somebody else does. False when they do, or there is none.
pub fn claim_case(connection: &mut AnyConnection, reference: &str) -> Result<bool, StoreError> {
    let query = cases::table.filter(cases::reference.eq(reference)).select(cases::id);
    let found = match connection {
        // The writer's transaction is immediate: nobody else can write until it ends.
        AnyConnection::Sqlite(c) => query.first::<String>(c).optional()?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => query.for_update().skip_locked().first::<String>(c).optional()?,
    };
    Ok(found.is_some())
}

/// Holds an account's row until the transaction ends, and answers with the hash of its password.
pub fn lock_password(connection: &mut AnyConnection, account: &str) -> Result<Option<String>, StoreError> {
    let query = accounts::table.find(account).select(accounts::password_hash);
    let found = match connection {
        // The writer's transaction is immediate: nobody else can write until it ends.
        AnyConnection::Sqlite(c) => query.first::<Option<String>>(c).optional()?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => query.for_update().first::<Option<String>>(c).optional()?,
    };
    Ok(found.flatten())
}

/// Lets nobody else count this subject until the transaction ends.
pub fn lock_subject(connection: &mut AnyConnection, scope: &str, subject: &str) -> Result<(), StoreError> {
    match connection {
        // The writer's transaction is immediate: nobody else can write until it ends.
        AnyConnection::Sqlite(_) => {}
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind::<diesel::sql_types::Text, _>(format!("{scope} {subject}"))
                .execute(c)?;
        }
    }
    #[cfg(not(feature = "postgres"))]
    let _ = (scope, subject);
    Ok(())
}

/// How a moment's day is said in SQL, as text like the log's.
pub fn day_of(connection: &AnyConnection, column: &str) -> String {
    match connection {
        AnyConnection::Sqlite(_) => format!("substr({column}, 1, 10)"),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => format!("to_char({column}, 'YYYY-MM-DD')"),
    }
}

/// How many whole seconds lie between a moment of a column and one of the log, which is text; none where it is before.
pub fn seconds_between(connection: &AnyConnection, since: &str, until: &str) -> String {
    match connection {
        AnyConnection::Sqlite(_) => {
            // A moment without a fraction is stored without one. `strftime` rounds what has one.
            let micros = |text: &str| {
                format!(
                    "CAST(strftime('%s', substr({text}, 1, 19)) AS INTEGER) * 1000000
                    + CAST(substr(substr({text}, 21, 6) || '000000', 1, 6) AS INTEGER)"
                )
            };
            format!("max(0, ({} - ({})) / 1000000)", micros(until), micros(since))
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => format!(
            "CAST(greatest(0, trunc(extract(epoch FROM CAST({until} AS TIMESTAMPTZ) - ({since} AT TIME ZONE 'UTC')))) AS BIGINT)"
        ),
    }
}

/// Outbox rows that are due, each held by at most one instance.
pub fn claim_due(
    connection: &mut AnyConnection,
    kinds: &[&str],
    now: chrono::NaiveDateTime,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let query = outbox::table
        .filter(outbox::state.eq_any(["waiting", "leased"]))
        .filter(outbox::next_at.le(now))
        .filter(outbox::kind.eq_any(kinds.to_vec()))
        .order((outbox::next_at.asc(), outbox::id.asc()))
        .select(outbox::id)
        .limit(limit);
    Ok(match connection {
        AnyConnection::Sqlite(c) => query.load(c)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => query.for_update().skip_locked().load(c)?,
    })
}

/// Outbox rows of one subscriber that are due, each held by at most one instance, and none before those of its case that
/// are ahead of it.
pub fn claim_events(
    connection: &mut AnyConnection,
    subscriber: &str,
    now: chrono::NaiveDateTime,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    use diesel::sql_types::{BigInt, Text, Timestamp};
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: String,
    }
    const QUERY: &str = "SELECT mine.id FROM outbox AS mine
        WHERE mine.subscriber = $1 AND mine.state IN ('waiting', 'leased') AND mine.next_at <= $2 AND NOT EXISTS (
            SELECT 1 FROM outbox AS ahead WHERE ahead.case_id = mine.case_id AND ahead.subscriber = mine.subscriber
                AND ahead.sequence < mine.sequence AND ahead.state IN ('waiting', 'leased'))
        ORDER BY mine.next_at, mine.id LIMIT $3";
    let rows: Vec<Row> = match connection {
        AnyConnection::Sqlite(c) => diesel::sql_query(QUERY)
            .bind::<Text, _>(subscriber)
            .bind::<Timestamp, _>(now)
            .bind::<BigInt, _>(limit)
            .load(c)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => diesel::sql_query(format!("{QUERY} FOR UPDATE OF mine SKIP LOCKED"))
            .bind::<Text, _>(subscriber)
            .bind::<Timestamp, _>(now)
            .bind::<BigInt, _>(limit)
            .load(c)?,
    };
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Rows of a table as JSON objects of the columns that are named. The texts are ours: nothing of them was typed.
pub fn json_rows(
    connection: &mut AnyConnection,
    table: &str,
    columns: &[&str],
    of: &str,
) -> Result<Vec<String>, StoreError> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let pairs: Vec<String> = columns.iter().map(|column| format!("'{column}', {column}")).collect();
    let object = |make: &str| format!("SELECT {make} AS line FROM {table} WHERE {of} ORDER BY 1");
    let rows: Vec<Row> = match connection {
        AnyConnection::Sqlite(c) => diesel::sql_query(object(&format!("json_object({})", pairs.join(", ")))).load(c)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            diesel::sql_query(object(&format!("json_build_object({})::text", pairs.join(", ")))).load(c)?
        }
    };
    Ok(rows.into_iter().map(|row| row.line).collect())
}

/// Brings what was committed into the database's file, so that what it overwrote is in no file any more. Others who read
/// at the moment keep it from that: then it is false.
pub fn into_the_file(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    #[derive(diesel::QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        busy: i32,
    }
    match connection {
        AnyConnection::Sqlite(c) => {
            // While it waits for those who read, nobody writes.
            c.batch_execute("PRAGMA busy_timeout = 100")?;
            let done = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(c);
            c.batch_execute(BUSY_TIMEOUT)?;
            Ok(done?.busy == 0)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => Ok(true),
    }
}
