//! Reading the log: pages, exports and verification, always in the order of the chain.

pub mod checkpoints;
pub mod erasure;
pub mod tree;

use std::collections::BTreeMap;

use diesel::dsl::{max, min, sql};
use diesel::sql_types::Text;
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
    form: i32,
    actor_salt: String,
    account_salt: String,
    ip_salt: String,
    erased: i32,
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
            form: row.form,
            salts: [row.actor_salt, row.account_salt, row.ip_salt],
            erased: [None, None, None],
        }
    }
}

fn entries(connection: &mut AnyConnection, rows: Vec<EntryRow>) -> Result<Vec<Entry>, StoreError> {
    let marks: BTreeMap<i64, i32> =
        rows.iter().filter(|row| row.erased != 0).map(|row| (row.seq, row.erased)).collect();
    let mut entries: Vec<Entry> = rows.into_iter().map(Entry::from).collect();
    erasure::fill_in(connection, &mut entries, &marks)?;
    Ok(entries)
}

/// The entry with this number.
pub fn find(connection: &mut AnyConnection, seq: i64) -> Result<Option<Entry>, StoreError> {
    Ok(between(connection, &Filter::default(), seq.saturating_sub(1), seq, 1)?.pop())
}

type Boxed<'a> = audit_entries::BoxedQuery<'a, AnyBackend>;

/// Entries that a page looks through in the order of the log before it asks an index: most of what is asked for is common
/// enough to be among them, and an index in another order would have all that fit sorted for the few that are shown.
const NEAR: i64 = 4_096;

/// How entries are come by that a filter asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By whichever index the database likes.
    Any,
    /// In the order of the log, or of a case's part of it: for page after page. An index in another order would have all
    /// that fit sorted anew for each of them.
    Walk,
}

fn filtered(filter: &Filter, way: Way) -> Boxed<'_> {
    // An expression is in no index.
    let (at, acted) = (|| sql::<Text>("(at || '')"), || sql::<Text>("(action || '')"));
    let mut query = audit_entries::table.into_boxed::<AnyBackend>();
    if let Some(from) = &filter.from {
        query = match way {
            Way::Any => query.filter(audit_entries::at.ge(from)),
            Way::Walk => query.filter(at().ge(from)),
        };
    }
    if let Some(to) = &filter.to {
        query = match way {
            Way::Any => query.filter(audit_entries::at.lt(to)),
            Way::Walk => query.filter(at().lt(to)),
        };
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
        // `/` follows `.` in ASCII: the half-open range holds exactly what starts with the prefix.
        let range = action.strip_suffix('.').map(|prefix| format!("{prefix}/"));
        query = match (range, way) {
            (Some(end), Way::Any) => {
                query.filter(audit_entries::action.ge(action)).filter(audit_entries::action.lt(end))
            }
            (Some(end), Way::Walk) => query.filter(acted().ge(action)).filter(acted().lt(end)),
            (None, Way::Any) => query.filter(audit_entries::action.eq(action)),
            (None, Way::Walk) => query.filter(acted().eq(action)),
        };
    }
    query
}

/// The first and the last entry from the time that a filter asks for; what it asks for beside that may be less.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn span(connection: &mut AnyConnection, filter: &Filter) -> Result<Option<(i64, i64)>, StoreError> {
    let of_time = Filter { from: filter.from.clone(), to: filter.to.clone(), ..Filter::default() };
    if of_time == Filter::default() {
        return Ok(Some((1, i64::MAX)));
    }
    let found = filtered(&of_time, Way::Any).select((min(audit_entries::seq), max(audit_entries::seq)));
    let (first, last): (Option<i64>, Option<i64>) = found.first(connection)?;
    Ok(first.zip(last))
}

/// The newest entry of an action, of one case or of all.
pub fn newest(
    connection: &mut AnyConnection,
    action: &str,
    case_ref: Option<&str>,
) -> Result<Option<Entry>, StoreError> {
    let filter = Filter { action: Some(action.to_owned()), case_ref: case_ref.map(str::to_owned), ..Filter::default() };
    Ok(before(connection, &filter, i64::MAX, 1)?.pop())
}

/// Between which entries, both left out, those lie that a filter asks for, where an index might lead to them in another
/// order than the log's. None where there is no such index.
fn disordered(connection: &mut AnyConnection, filter: &Filter) -> Result<Option<(i64, i64)>, StoreError> {
    let by_another = filter.action.is_some() || filter.from.is_some() || filter.to.is_some();
    if filter.case_ref.is_some() || !by_another {
        return Ok(None);
    }
    let newest = head(connection)?.seq;
    let (first, last) = span(connection, filter)?.unwrap_or((newest + 1, newest));
    Ok(Some((first - 1, last.min(newest) + 1)))
}

/// Up to `limit` matching entries after `seq`, oldest first.
pub fn after(connection: &mut AnyConnection, filter: &Filter, seq: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let Some((begin, end)) = disordered(connection, filter)? else {
        return upward(connection, filtered(filter, Way::Any), (seq, i64::MAX), limit);
    };
    let begin = seq.max(begin);
    let near = end.min(begin.saturating_add(NEAR));
    let found = upward(connection, filtered(filter, Way::Walk), (begin, near), limit)?;
    if near == end || is_full(&found, limit) {
        return Ok(found);
    }
    upward(connection, filtered(filter, Way::Any), (begin, end), limit)
}

fn is_full(found: &[Entry], limit: i64) -> bool {
    i64::try_from(found.len()) == Ok(limit)
}

/// Up to `limit` matching entries after `seq` and not after `end`, oldest first: one page of many.
pub fn between(
    connection: &mut AnyConnection,
    filter: &Filter,
    seq: i64,
    end: i64,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    upward(connection, filtered(filter, Way::Walk), (seq, end), limit)
}

fn upward(
    connection: &mut AnyConnection,
    query: Boxed<'_>,
    (seq, end): (i64, i64),
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = query
        .filter(audit_entries::seq.gt(seq))
        .filter(audit_entries::seq.le(end))
        .order(audit_entries::seq.asc())
        .limit(limit)
        .load(connection)?;
    entries(connection, rows)
}

/// Up to `limit` matching entries before `seq`, newest first.
pub fn before(connection: &mut AnyConnection, filter: &Filter, seq: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let Some((begin, end)) = disordered(connection, filter)? else {
        return downward(connection, filtered(filter, Way::Any), (0, seq), limit);
    };
    let end = seq.min(end);
    let near = begin.max(end.saturating_sub(NEAR));
    let found = downward(connection, filtered(filter, Way::Walk), (near, end), limit)?;
    if near == begin || is_full(&found, limit) {
        return Ok(found);
    }
    downward(connection, filtered(filter, Way::Any), (begin, end), limit)
}

fn downward(
    connection: &mut AnyConnection,
    query: Boxed<'_>,
    (begin, end): (i64, i64),
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = query
        .filter(audit_entries::seq.gt(begin))
        .filter(audit_entries::seq.lt(end))
        .order(audit_entries::seq.desc())
        .limit(limit)
        .load(connection)?;
    entries(connection, rows)
}

/// The log's size and the hash of its last entry.
pub fn head(connection: &mut AnyConnection) -> Result<Head, StoreError> {
    let (seq, hash) =
        audit_head::table.select((audit_head::seq, audit_head::hash)).first::<(i64, String)>(connection)?;
    Ok(Head { seq, hash })
}

/// Entries that are read at a time: whole subtrees of those that are stored.
pub const CHUNK: i64 = 2_048;

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

/// Recomputes the next entries of the chain and of the tree over them, which are whole up to `from`.
pub fn verify_next(connection: &mut AnyConnection, from: &Head) -> Result<Piece, StoreError> {
    let broken = |seq: i64, why: Broken| Ok(Piece::End(Verdict::Broken { seq, why }));
    // From the very beginning: a row numbered below 1 was not written by us.
    let begin = if from.seq == 0 { i64::MIN } else { from.seq };
    let entries = after(connection, &Filter::default(), begin, CHUNK)?;
    let (stored, stored_frontier) = tree::head_and_frontier(connection)?;
    let mut frontier = match tree::frontier_at(connection, from.seq.unsigned_abs()) {
        Ok(frontier) => frontier,
        Err(StoreError::Corrupt(_)) => return broken(from.seq, Broken::Tree),
        Err(error) => return Err(error),
    };
    let is_last = entries.is_empty();
    let signed: BTreeMap<i64, String> =
        checkpoints::roots(connection, from.seq, from.seq.saturating_add(CHUNK))?.into_iter().collect();
    let (mut head, mut nodes) = (from.clone(), Vec::new());
    for entry in &entries {
        let leaf = match head.follow_with_leaf(entry) {
            Ok((next, leaf)) => {
                head = next;
                leaf
            }
            // A gap is reported at the number that is missing.
            Err(why @ Broken::Sequence) => return broken(head.seq + 1, why),
            Err(why) => return broken(entry.seq, why),
        };
        frontier.append(leaf, |node, hash| {
            if tree::is_stored(node) {
                nodes.push((node, hash));
            }
        });
        if signed.get(&entry.seq).is_some_and(|root| *root != frontier.root().to_hex()) {
            return broken(entry.seq, Broken::Checkpoint);
        }
    }
    if let Some(seq) = erasure::first_unaccounted(connection, &entries)? {
        return broken(seq, Broken::Erasure);
    }
    if !tree::are_stored(connection, &nodes)? {
        return broken(head.seq, Broken::Tree);
    }
    if !is_last {
        return Ok(Piece::Further { at: head, of: stored.seq });
    }
    if stored != head {
        // The log is trusted as far as both agree; what one has beyond the other is wrong or missing.
        let seq = stored.seq.min(head.seq) + 1;
        return broken(seq, Broken::Head);
    }
    if stored_frontier != frontier.to_hex() {
        return broken(head.seq, Broken::Tree);
    }
    if let Some((size, _)) = checkpoints::roots(connection, head.seq, i64::MAX)?.first() {
        return broken(*size, Broken::Checkpoint);
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
