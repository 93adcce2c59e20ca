//! Reading the log: pages, exports and verification, always in the order of the chain.

use diesel::{ExpressionMethods, QueryDsl, Queryable, RunQueryDsl};

use super::schema::{audit_entries, audit_head};
use super::{AnyBackend, AnyConnection, StoreError};
use crate::domain::audit::{Broken, Entry, Head};
use crate::domain::audit_filter::Filter;

#[derive(Queryable)]
struct EntryRow {
    seq: i64,
    at: String,
    actor_kind: String,
    actor: String,
    action: String,
    case_ref: String,
    account_id: String,
    ip: String,
    details: String,
    prev_hash: String,
    hash: String,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            actor_kind: row.actor_kind,
            actor: row.actor,
            action: row.action,
            case_ref: row.case_ref,
            account_id: row.account_id,
            ip: row.ip,
            details: row.details,
            prev_hash: row.prev_hash,
            hash: row.hash,
        }
    }
}

type Boxed<'a> = audit_entries::BoxedQuery<'a, AnyBackend>;

fn filtered(filter: &Filter) -> Boxed<'_> {
    let mut query = audit_entries::table.into_boxed::<AnyBackend>();
    if let Some(from) = &filter.from {
        query = query.filter(audit_entries::at.ge(from));
    }
    if let Some(to) = &filter.to {
        query = query.filter(audit_entries::at.lt(to));
    }
    if let Some(case_ref) = &filter.case_ref {
        query = query.filter(audit_entries::case_ref.eq(case_ref));
    }
    if let Some(actor) = &filter.actor {
        query = if actor.contains('@') {
            query.filter(audit_entries::actor.eq(actor))
        } else {
            query.filter(audit_entries::actor_kind.eq(actor))
        };
    }
    if let Some(action) = &filter.action {
        query = match action.strip_suffix('.') {
            // `/` follows `.` in ASCII: the half-open range holds exactly what starts with the prefix.
            Some(prefix) => {
                query.filter(audit_entries::action.ge(action)).filter(audit_entries::action.lt(format!("{prefix}/")))
            }
            None => query.filter(audit_entries::action.eq(action)),
        };
    }
    query
}

/// Up to `limit` matching entries after `seq`, oldest first.
pub fn after(connection: &mut AnyConnection, filter: &Filter, seq: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    between(connection, filter, seq, i64::MAX, limit)
}

/// Up to `limit` matching entries after `seq` and not after `end`, oldest first.
pub fn between(
    connection: &mut AnyConnection,
    filter: &Filter,
    seq: i64,
    end: i64,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = filtered(filter)
        .filter(audit_entries::seq.gt(seq))
        .filter(audit_entries::seq.le(end))
        .order(audit_entries::seq.asc())
        .limit(limit)
        .load(connection)?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// Up to `limit` matching entries before `seq`, newest first.
pub fn before(connection: &mut AnyConnection, filter: &Filter, seq: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = filtered(filter)
        .filter(audit_entries::seq.lt(seq))
        .order(audit_entries::seq.desc())
        .limit(limit)
        .load(connection)?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// The log's size and the hash of its last entry.
pub fn head(connection: &mut AnyConnection) -> Result<Head, StoreError> {
    let (seq, hash) =
        audit_head::table.select((audit_head::seq, audit_head::hash)).first::<(i64, String)>(connection)?;
    Ok(Head { seq, hash })
}

/// Entries that are read at a time.
pub const CHUNK: i64 = 2_000;

/// What recomputing the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry is as it was written.
    Whole(Head),
    /// The first entry that is not.
    Broken {
        /// Its number.
        seq: i64,
        /// What does not fit.
        why: Broken,
    },
}

/// How far recomputing the chain has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// There is more of the log.
    Further {
        /// The last entry that was looked at.
        at: Head,
        /// How many entries the log has now.
        of: i64,
    },
    /// That was all of it.
    End(Verdict),
}

/// Recomputes the next entries of the chain, which is whole up to `from`.
pub fn verify_next(connection: &mut AnyConnection, from: &Head) -> Result<Piece, StoreError> {
    // From the very beginning: a row numbered below 1 was not written by us.
    let begin = if from.seq == 0 { i64::MIN } else { from.seq };
    let entries = after(connection, &Filter::default(), begin, CHUNK)?;
    let stored = self::head(connection)?;
    let is_last = entries.is_empty();
    let mut head = from.clone();
    for entry in entries {
        match head.follow(&entry) {
            Ok(next) => head = next,
            // A gap is reported at the number that is missing.
            Err(why @ Broken::Sequence) => return Ok(Piece::End(Verdict::Broken { seq: head.seq + 1, why })),
            Err(why) => return Ok(Piece::End(Verdict::Broken { seq: entry.seq, why })),
        }
    }
    if !is_last {
        return Ok(Piece::Further { at: head, of: stored.seq });
    }
    if stored != head {
        // The log is trusted as far as both agree; what one has beyond the other is wrong or missing.
        let seq = stored.seq.min(head.seq) + 1;
        return Ok(Piece::End(Verdict::Broken { seq, why: Broken::Head }));
    }
    Ok(Piece::End(Verdict::Whole(head)))
}

/// Recomputes the whole chain. `tell` hears now and then which entry it came to, and of how many.
pub fn verify(connection: &mut AnyConnection, mut tell: impl FnMut(i64, i64)) -> Result<Verdict, StoreError> {
    let mut from = Head::genesis();
    loop {
        match verify_next(connection, &from)? {
            Piece::End(verdict) => return Ok(verdict),
            Piece::Further { at, of } => {
                tell(at.seq, of);
                from = at;
            }
        }
    }
}
