//! The desk's tags, and the cases that have them.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{case_tags, tags};
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::ids::{AgentId, CaseId, TagId};
use crate::domain::tag::TagName;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Internal identifier.
    pub id: TagId,
    /// What it is called.
    pub name: TagName,
}

fn tag((id, name): (String, String)) -> Result<Tag, StoreError> {
    Ok(Tag { id: parsed("tag", &id)?, name: parsed("tag", &name)? })
}

/// Every tag of the desk, by name.
pub fn all(connection: &mut AnyConnection) -> Result<Vec<Tag>, StoreError> {
    let rows: Vec<(String, String)> =
        tags::table.order(tags::name_key.asc()).select((tags::id, tags::name)).load(connection)?;
    rows.into_iter().map(tag).collect()
}

/// How many tags the desk has.
pub fn count(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(tags::table.count().get_result(connection)?)
}

/// The tag of this name.
pub fn named(connection: &mut AnyConnection, name: &TagName) -> Result<Option<Tag>, StoreError> {
    let row: Option<(String, String)> = tags::table
        .filter(tags::name_key.eq(name.key()))
        .select((tags::id, tags::name))
        .first(connection)
        .optional()?;
    row.map(tag).transpose()
}

/// Makes a tag.
///
/// # Errors
/// [`StoreError::Duplicate`] when another instance made it a moment ago.
pub fn insert(tx: &mut Tx<'_>, tag: &Tag, by: AgentId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(tags::table)
        .values((
            tags::id.eq(tag.id.to_string()),
            tags::name.eq(tag.name.as_str()),
            tags::name_key.eq(tag.name.key()),
            tags::created_by.eq(by.to_string()),
            tags::created_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Removes a tag from the desk and from every case. How many cases had it; nothing when there was no such tag.
pub fn remove(tx: &mut Tx<'_>, id: TagId) -> Result<Option<usize>, StoreError> {
    let cases = diesel::delete(case_tags::table.filter(case_tags::tag_id.eq(id.to_string()))).execute(tx.connection)?;
    let removed = diesel::delete(tags::table.find(id.to_string())).execute(tx.connection)?;
    Ok((removed == 1).then_some(cases))
}

/// The tags of some cases, by name.
pub fn of_cases(connection: &mut AnyConnection, among: &[CaseId]) -> Result<Vec<(CaseId, Tag)>, StoreError> {
    let among: Vec<String> = among.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String, String)> = case_tags::table
        .inner_join(tags::table)
        .filter(case_tags::case_id.eq_any(among))
        .order(tags::name_key.asc())
        .select((case_tags::case_id, tags::id, tags::name))
        .load(connection)?;
    rows.into_iter().map(|(case, id, name)| Ok((parsed("case", &case)?, tag((id, name))?))).collect()
}

/// Puts a tag on a case. False when it is there.
pub fn put(tx: &mut Tx<'_>, case: CaseId, tag: TagId, by: AgentId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    // The case is held: nobody puts the same tag on it at this moment.
    let there = case_tags::table.find((case.to_string(), tag.to_string())).select(case_tags::tag_id);
    if there.first::<String>(tx.connection).optional()?.is_some() {
        return Ok(false);
    }
    diesel::insert_into(case_tags::table)
        .values((
            case_tags::case_id.eq(case.to_string()),
            case_tags::tag_id.eq(tag.to_string()),
            case_tags::agent_id.eq(by.to_string()),
            case_tags::at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(true)
}

/// Takes a tag off a case. False when it is not there.
pub fn take_off(tx: &mut Tx<'_>, case: CaseId, tag: TagId) -> Result<bool, StoreError> {
    let row = case_tags::table.find((case.to_string(), tag.to_string()));
    Ok(diesel::delete(row).execute(tx.connection)? == 1)
}
