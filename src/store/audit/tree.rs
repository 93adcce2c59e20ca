//! The Merkle tree over the log: its right edge with the head, its larger subtrees in rows, the rest recomputed from
//! the entries.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::super::schema::{audit_head, audit_nodes};
use super::super::search::in_transaction;
use super::super::{AnyConnection, StoreError, dialect};
use super::{CHUNK, between};
use crate::domain::audit::Head;
use crate::domain::audit_filter::Filter;
use crate::domain::merkle::{self, Frontier, Ranges, Subtree, TooLarge, TreeHash};

/// Levels between those that are stored: a subtree is made of at most 256 rows.
const STRIDE: u32 = 8;

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}

fn count(seq: i64) -> Result<u64, StoreError> {
    u64::try_from(seq).map_err(|_| corrupt("audit head"))
}

fn row_number(n: u64) -> Result<i64, StoreError> {
    i64::try_from(n).map_err(|_| corrupt("audit tree"))
}

/// Whether a subtree has a row of its own.
pub(in super::super) const fn is_stored(subtree: Subtree) -> bool {
    subtree.level > 0 && subtree.level.is_multiple_of(STRIDE)
}

/// Keeps subtrees that were completed.
pub(in super::super) fn store_nodes(
    connection: &mut AnyConnection,
    nodes: &[(Subtree, TreeHash)],
) -> Result<(), StoreError> {
    for (subtree, hash) in nodes {
        diesel::insert_into(audit_nodes::table)
            .values((
                audit_nodes::level.eq(i32::try_from(subtree.level).map_err(|_| corrupt("audit tree"))?),
                audit_nodes::position.eq(row_number(subtree.position)?),
                audit_nodes::hash.eq(hash.to_hex()),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// The log ends here now.
pub(in super::super) fn move_head(
    connection: &mut AnyConnection,
    head: &Head,
    frontier: &Frontier,
) -> Result<(), StoreError> {
    diesel::update(audit_head::table)
        .set((
            audit_head::seq.eq(head.seq),
            audit_head::hash.eq(&head.hash),
            audit_head::frontier.eq(frontier.to_hex()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The right edge of the tree, from what is stored with the head. A log from before there was a tree gets its own.
pub(in super::super) fn frontier_of(
    connection: &mut AnyConnection,
    head: &Head,
    stored: &str,
) -> Result<Frontier, StoreError> {
    if stored.is_empty() && head.seq > 0 {
        return grow(connection, head);
    }
    Frontier::from_hex(count(head.seq)?, stored).map_err(|_| corrupt("audit frontier"))
}

fn grow(connection: &mut AnyConnection, head: &Head) -> Result<Frontier, StoreError> {
    let (mut frontier, mut seq) = (Frontier::default(), 0);
    while seq < head.seq {
        let entries = between(connection, &Filter::default(), seq, head.seq, CHUNK)?;
        let Some(last) = entries.last() else { return Err(corrupt("audit entries")) };
        seq = last.seq;
        let mut nodes = Vec::new();
        for entry in &entries {
            frontier.append(entry.leaf(), |subtree, hash| {
                if is_stored(subtree) {
                    nodes.push((subtree, hash));
                }
            });
        }
        store_nodes(connection, &nodes)?;
    }
    move_head(connection, head, &frontier)?;
    Ok(frontier)
}

/// Makes the tree over a log from before there was one.
pub(in super::super) fn catch_up(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let (head, stored) = head_and_frontier(connection)?;
    if stored.is_empty() && head.seq > 0 {
        tracing::info!(entries = head.seq, "making the tree over the audit log");
        in_transaction(connection, |connection| {
            let (head, stored) = dialect::lock_audit_head(connection)?;
            frontier_of(connection, &head, &stored).map(|_| ())
        })?;
    }
    Ok(())
}

pub(super) fn head_and_frontier(connection: &mut AnyConnection) -> Result<(Head, String), StoreError> {
    let query = audit_head::table.select((audit_head::seq, audit_head::hash, audit_head::frontier));
    let (seq, hash, frontier) = query.first::<(i64, String, String)>(connection)?;
    Ok((Head { seq, hash }, frontier))
}

/// How large the log is, and the root of its tree.
pub fn size_and_root(connection: &mut AnyConnection) -> Result<(u64, TreeHash), StoreError> {
    let (head, frontier) = head_and_frontier(connection)?;
    let frontier = Frontier::from_hex(count(head.seq)?, &frontier).map_err(|_| corrupt("audit frontier"))?;
    Ok((frontier.size(), frontier.root()))
}

/// The hashes of the leaves from `begin` up to `end`, counted from 0.
fn leaves(connection: &mut AnyConnection, begin: u64, end: u64) -> Result<Vec<TreeHash>, StoreError> {
    let (from, to) = (row_number(begin)?, row_number(end)?);
    let entries = between(connection, &Filter::default(), from, to, to - from)?;
    let complete = i64::try_from(entries.len()) == Ok(to - from);
    if complete { Ok(entries.iter().map(super::Entry::leaf).collect()) } else { Err(corrupt("audit entries")) }
}

/// The hash of a perfect subtree.
///
/// # Errors
/// [`StoreError::Corrupt`] when the log does not have all of it.
pub fn subtree(connection: &mut AnyConnection, wanted: Subtree) -> Result<TreeHash, StoreError> {
    let below = wanted.level - wanted.level % STRIDE;
    let parts = if below == 0 {
        leaves(connection, wanted.begin(), wanted.end())?
    } else {
        let per = wanted.level - below;
        let (first, after) = (row_number(wanted.position << per)?, row_number((wanted.position + 1) << per)?);
        let rows: Vec<String> = audit_nodes::table
            .filter(audit_nodes::level.eq(i32::try_from(below).map_err(|_| corrupt("audit tree"))?))
            .filter(audit_nodes::position.ge(first))
            .filter(audit_nodes::position.lt(after))
            .order(audit_nodes::position.asc())
            .select(audit_nodes::hash)
            .load(connection)?;
        if i64::try_from(rows.len()) != Ok(after - first) {
            return Err(corrupt("audit tree"));
        }
        rows.iter().map(|hash| TreeHash::from_hex(hash).map_err(|_| corrupt("audit tree"))).collect::<Result<_, _>>()?
    };
    let mut folded = Frontier::default();
    for part in parts {
        folded.append(part, |_, _| {});
    }
    Ok(folded.root())
}

/// The right edge of the tree over the first `size` entries, from the stored subtrees.
pub(super) fn frontier_at(connection: &mut AnyConnection, size: u64) -> Result<Frontier, StoreError> {
    let mut frontier = Frontier::default();
    for part in Subtree::covering(0, size) {
        let hash = subtree(connection, part)?;
        frontier.append_subtree(part, hash).map_err(|_| corrupt("audit tree"))?;
    }
    Ok(frontier)
}

/// The root of the tree over the first `size` entries.
///
/// # Errors
/// [`StoreError::Corrupt`] when the log has fewer.
pub fn root_at(connection: &mut AnyConnection, size: u64) -> Result<TreeHash, StoreError> {
    Ok(frontier_at(connection, size)?.root())
}

fn proof(connection: &mut AnyConnection, ranges: Result<Ranges, TooLarge>) -> Result<Vec<TreeHash>, StoreError> {
    let ranges = ranges.map_err(|_| corrupt("audit tree"))?;
    let root = |(begin, end): (u64, u64)| {
        // Every range of a proof begins where a subtree at least as large as it could begin, so its parts fold as those
        // of a tree of their own do.
        let parts = Subtree::covering(begin, end).into_iter().map(|part| subtree(connection, part));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let mut parts = parts.into_iter().rev();
        let last = parts.next().unwrap_or_else(TreeHash::of_nothing);
        Ok(parts.fold(last, |right, left| TreeHash::above(left, right)))
    };
    ranges.into_iter().map(root).collect()
}

/// The proof that entry `seq` is in the tree over the first `size` entries (RFC 9162 §2.1.3).
///
/// # Errors
/// [`StoreError::Corrupt`] when the log has no such entries.
pub fn inclusion(connection: &mut AnyConnection, seq: i64, size: u64) -> Result<Vec<TreeHash>, StoreError> {
    let index = count(seq)?.checked_sub(1).ok_or_else(|| corrupt("audit tree"))?;
    proof(connection, merkle::inclusion(index, size))
}

/// The proof that the tree over the first `larger` entries goes on where that over the first `smaller` ended (RFC 9162
/// §2.1.4).
///
/// # Errors
/// [`StoreError::Corrupt`] when the log has no such entries.
pub fn consistency(connection: &mut AnyConnection, smaller: u64, larger: u64) -> Result<Vec<TreeHash>, StoreError> {
    proof(connection, merkle::consistency(smaller, larger))
}

/// Whether the stored subtrees of a level are those of these hashes, which were recomputed.
pub(super) fn are_stored(connection: &mut AnyConnection, nodes: &[(Subtree, TreeHash)]) -> Result<bool, StoreError> {
    for (node, hash) in nodes {
        let level = i32::try_from(node.level).map_err(|_| corrupt("audit tree"))?;
        let stored: Vec<String> = audit_nodes::table
            .filter(audit_nodes::level.eq(level))
            .filter(audit_nodes::position.eq(row_number(node.position)?))
            .select(audit_nodes::hash)
            .load(connection)?;
        if stored != [hash.to_hex()] {
            return Ok(false);
        }
    }
    Ok(true)
}
