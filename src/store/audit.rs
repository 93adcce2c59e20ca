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

/// Hands every entry to `each`, oldest first, in constant memory. `each` answers false to stop.
fn walk(connection: &mut AnyConnection, mut each: impl FnMut(Vec<Entry>) -> bool) -> Result<(), StoreError> {
    // From the very beginning: a row numbered below 1 was not written by us.
    let mut seq = i64::MIN;
    loop {
        let chunk = after(connection, &Filter::default(), seq, CHUNK)?;
        let Some(last) = chunk.last() else { return Ok(()) };
        seq = last.seq;
        if !each(chunk) {
            return Ok(());
        }
    }
}

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

/// Recomputes the whole chain. `tell` hears now and then which entry it came to, and of how many.
pub fn verify(connection: &mut AnyConnection, mut tell: impl FnMut(i64, i64)) -> Result<Verdict, StoreError> {
    let of = self::head(connection)?.seq;
    let mut head = Head::genesis();
    let mut broken = None;
    walk(connection, |chunk| {
        for entry in chunk {
            match head.follow(&entry) {
                Ok(next) => head = next,
                // A gap is reported at the number that is missing.
                Err(why @ Broken::Sequence) => broken = Some((head.seq + 1, why)),
                Err(why) => broken = Some((entry.seq, why)),
            }
            if broken.is_some() {
                return false;
            }
        }
        tell(head.seq, of);
        true
    })?;
    if let Some((seq, why)) = broken {
        return Ok(Verdict::Broken { seq, why });
    }
    let stored = self::head(connection)?;
    if stored != head {
        // The log is trusted as far as both agree; what one has beyond the other is wrong or missing.
        return Ok(Verdict::Broken { seq: stored.seq.min(head.seq) + 1, why: Broken::Head });
    }
    Ok(Verdict::Whole(head))
}
