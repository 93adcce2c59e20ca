//! How far the log was forwarded to each receiver: one of several instances has it, for as long as it renews its lease.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::schema::feeds;
use super::{AnyConnection, StoreError, Tx, audit, dialect, stored};

/// Entries that are to be sent together: those after one, up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// The last entry that was taken.
    pub after: i64,
    /// The last entry of the batch.
    pub last: i64,
    /// How often in a row sending failed.
    pub failures: i32,
}

/// How the forwarding to one receiver stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The last entry that was taken; 0 where none was.
    pub seq: i64,
    /// When it was taken.
    pub taken_at: Option<DateTime<Utc>>,
    /// How often in a row sending failed.
    pub failures: i32,
    /// When it is tried again.
    pub next_at: DateTime<Utc>,
    /// What went wrong, and since when.
    pub trouble: Option<(DateTime<Utc>, String)>,
}

#[derive(Queryable)]
struct Row {
    name: String,
    holder: String,
    until: NaiveDateTime,
    seq: i64,
    batch: i64,
    taken_at: Option<NaiveDateTime>,
    failures: i32,
    next_at: NaiveDateTime,
    trouble: Option<String>,
    trouble_since: Option<NaiveDateTime>,
}

impl Row {
    fn is_free(&self, holder: &str, now: DateTime<Utc>) -> bool {
        self.next_at <= stored(now) && (self.holder == holder || self.until < stored(now))
    }
}

/// Whether there may be something to send that nobody else is sending.
pub fn is_due(
    connection: &mut AnyConnection,
    name: &str,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row: Option<Row> = feeds::table.find(name).first(connection).optional()?;
    let size = audit::head(connection)?.seq;
    Ok(row.map_or(size > 0, |row| row.seq < size && row.is_free(holder, now)))
}

/// Takes the next batch of at most so many entries, and nobody else gets it until the lease is over. None where there is
/// nothing to send, its time has not come, or somebody else has it.
pub fn take(
    tx: &mut Tx<'_>,
    name: &str,
    holder: &str,
    (now, lease): (DateTime<Utc>, TimeDelta),
    most: i64,
) -> Result<Option<Batch>, StoreError> {
    dialect::lock_subject(tx.connection, "feed", name)?;
    let found: Option<Row> = feeds::table.find(name).first(tx.connection).optional()?;
    let Some(row) = found else {
        diesel::insert_into(feeds::table)
            .values((
                feeds::name.eq(name),
                feeds::holder.eq(""),
                feeds::until.eq(stored(now - TimeDelta::seconds(1))),
                feeds::seq.eq(0_i64),
                feeds::batch.eq(0_i64),
                feeds::failures.eq(0),
                feeds::next_at.eq(stored(now)),
            ))
            .execute(tx.connection)?;
        return take(tx, name, holder, (now, lease), most);
    };
    // What is sent again is the same batch as before, however far the log has grown.
    let end = if row.batch > row.seq { row.batch } else { audit::head(tx.connection)?.seq };
    let last = end.min(row.seq.saturating_add(most));
    if last <= row.seq || !row.is_free(holder, now) {
        return Ok(None);
    }
    diesel::update(feeds::table.find(name))
        .set((feeds::holder.eq(holder), feeds::until.eq(stored(now + lease)), feeds::batch.eq(last)))
        .execute(tx.connection)?;
    Ok(Some(Batch { after: row.seq, last, failures: row.failures }))
}

/// The batch was taken. False where somebody else has sent it meanwhile.
pub fn taken(tx: &mut Tx<'_>, name: &str, holder: &str, batch: Batch, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = feeds::table.find(name).filter(feeds::holder.eq(holder)).filter(feeds::seq.eq(batch.after));
    let moved = diesel::update(row)
        .set((
            feeds::seq.eq(batch.last),
            feeds::batch.eq(0_i64),
            feeds::taken_at.eq(Some(stored(now))),
            feeds::failures.eq(0),
            feeds::next_at.eq(stored(now)),
            feeds::trouble.eq(None::<String>),
            feeds::trouble_since.eq(None::<NaiveDateTime>),
        ))
        .execute(tx.connection)?;
    Ok(moved == 1)
}

/// The batch was not taken, and is tried again at `next_at`.
pub fn failed(
    tx: &mut Tx<'_>,
    name: &str,
    holder: &str,
    (why, now): (&str, DateTime<Utc>),
    next_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = || feeds::table.find(name).filter(feeds::holder.eq(holder));
    diesel::update(row().filter(feeds::trouble_since.is_null()))
        .set(feeds::trouble_since.eq(Some(stored(now))))
        .execute(tx.connection)?;
    diesel::update(row())
        .set((
            feeds::failures.eq(feeds::failures + 1),
            feeds::next_at.eq(stored(next_at)),
            feeds::trouble.eq(Some(why)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Lets it go, so that another instance need not wait.
pub fn release(tx: &mut Tx<'_>, name: &str, holder: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(feeds::table.find(name).filter(feeds::holder.eq(holder)))
        .set(feeds::until.eq(stored(now - TimeDelta::seconds(1))))
        .execute(tx.connection)?;
    Ok(())
}

/// How the forwarding stands, by receiver; also to those that are not configured any more.
pub fn standing(connection: &mut AnyConnection) -> Result<BTreeMap<String, Standing>, StoreError> {
    let rows: Vec<Row> = feeds::table.order(feeds::name.asc()).load(connection)?;
    let standing = |row: Row| {
        let trouble = row.trouble_since.map(|since| since.and_utc()).zip(row.trouble);
        let stands = Standing {
            seq: row.seq,
            taken_at: row.taken_at.map(|at| at.and_utc()),
            failures: row.failures,
            next_at: row.next_at.and_utc(),
            trouble,
        };
        (row.name, stands)
    };
    Ok(rows.into_iter().map(standing).collect())
}
