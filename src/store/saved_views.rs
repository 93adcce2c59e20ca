//! Views of the queue that people keep.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::saved_views;
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::ids::{AgentId, SavedViewId};
use crate::domain::queue::Look;

/// A view that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Internal identifier.
    pub id: SavedViewId,
    /// What it is called.
    pub name: String,
    /// Who keeps it.
    pub owner: AgentId,
    /// Everybody at the desk has it.
    pub shared: bool,
    /// What it shows.
    pub look: Look,
}

type Row = (String, String, String, bool, String);

fn view((id, name, owner, shared, asked): Row) -> Result<SavedView, StoreError> {
    Ok(SavedView {
        id: parsed("view", &id)?,
        name,
        owner: parsed("agent", &owner)?,
        shared,
        look: Look::from_address(&asked),
    })
}

const COLUMNS: (saved_views::id, saved_views::name, saved_views::owner_id, saved_views::shared, saved_views::asked) =
    (saved_views::id, saved_views::name, saved_views::owner_id, saved_views::shared, saved_views::asked);

/// The views that somebody has: those that are shared first, each by name.
pub fn of_agent(connection: &mut AnyConnection, agent: AgentId) -> Result<Vec<SavedView>, StoreError> {
    let theirs = saved_views::owner_id.eq(agent.to_string()).or(saved_views::shared);
    let rows: Vec<Row> = saved_views::table
        .filter(theirs)
        .order((saved_views::shared.desc(), saved_views::name.asc(), saved_views::id.asc()))
        .select(COLUMNS)
        .load(connection)?;
    rows.into_iter().map(view).collect()
}

/// One of them.
pub fn find(connection: &mut AnyConnection, id: SavedViewId) -> Result<Option<SavedView>, StoreError> {
    let row: Option<Row> = saved_views::table.find(id.to_string()).select(COLUMNS).first(connection).optional()?;
    row.map(view).transpose()
}

/// Keeps a view.
pub fn insert(tx: &mut Tx<'_>, view: &SavedView, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(view.id.to_string()),
            saved_views::name.eq(&view.name),
            saved_views::owner_id.eq(view.owner.to_string()),
            saved_views::shared.eq(view.shared),
            saved_views::asked.eq(view.look.address()),
            saved_views::created_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets a view. False when it is gone already.
pub fn remove(tx: &mut Tx<'_>, id: SavedViewId) -> Result<bool, StoreError> {
    Ok(diesel::delete(saved_views::table.find(id.to_string())).execute(tx.connection)? == 1)
}
