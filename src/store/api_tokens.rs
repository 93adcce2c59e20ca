//! Tokens with which programs act in the name of somebody at the desk.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, NullableExpressionMethods, OptionalExtension, QueryDsl,
    Queryable, RunQueryDsl,
};

use super::agents::{self, Agent};
use super::schema::{api_answers, api_tokens};
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::api_token::{ApiToken, Window};
use crate::domain::ids::{AgentId, ApiTokenId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = api_tokens)]
struct Row {
    id: String,
    agent_id: String,
    token_hash: String,
    name: String,
    scopes: String,
    networks: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
    counted_from: NaiveDateTime,
    counted: i32,
}

impl Row {
    fn into_token(self) -> Result<ApiToken, StoreError> {
        Ok(ApiToken {
            id: parsed("token", &self.id)?,
            agent: parsed("agent", &self.agent_id)?,
            name: self.name,
            scopes: parsed("scopes", &self.scopes)?,
            networks: parsed("networks", &self.networks)?,
            created_at: self.created_at.and_utc(),
            expires_at: self.expires_at.and_utc(),
            last_used_at: self.last_used_at.map(|at| at.and_utc()),
            revoked_at: self.revoked_at.map(|at| at.and_utc()),
            window: Window { from: self.counted_from.and_utc(), used: u32::try_from(self.counted).unwrap_or(0) },
        })
    }
}

/// Keeps a new token by the hash of its secret.
pub fn insert(tx: &mut Tx<'_>, token: &ApiToken, token_hash: &str) -> Result<(), StoreError> {
    let row = Row {
        id: token.id.to_string(),
        agent_id: token.agent.to_string(),
        token_hash: token_hash.to_owned(),
        name: token.name.clone(),
        scopes: token.scopes.to_string(),
        networks: token.networks.to_string(),
        created_at: stored(token.created_at),
        expires_at: stored(token.expires_at),
        last_used_at: token.last_used_at.map(stored),
        revoked_at: token.revoked_at.map(stored),
        counted_from: stored(token.window.from),
        counted: i32::try_from(token.window.used).unwrap_or(i32::MAX),
    };
    diesel::insert_into(api_tokens::table).values(row).execute(tx.connection)?;
    Ok(())
}

/// The token with this hash, whatever became of it, and its person as they are now.
pub fn find_by_hash(connection: &mut AnyConnection, hash: &str) -> Result<Option<(ApiToken, Agent)>, StoreError> {
    let row: Option<Row> = api_tokens::table.filter(api_tokens::token_hash.eq(hash)).first(connection).optional()?;
    let Some(token) = row.map(Row::into_token).transpose()? else { return Ok(None) };
    Ok(agents::find(connection, token.agent)?.map(|agent| (token, agent)))
}

/// The token with this identifier.
pub fn find(connection: &mut AnyConnection, id: ApiTokenId) -> Result<Option<ApiToken>, StoreError> {
    let row: Option<Row> = api_tokens::table.find(id.to_string()).first(connection).optional()?;
    row.map(Row::into_token).transpose()
}

/// Tokens that are good for something at this moment, of one person or of everybody, the newest first.
pub fn live(
    connection: &mut AnyConnection,
    agent: Option<AgentId>,
    now: DateTime<Utc>,
) -> Result<Vec<ApiToken>, StoreError> {
    let mut query = api_tokens::table
        .filter(api_tokens::revoked_at.is_null())
        .filter(api_tokens::expires_at.gt(stored(now)))
        .order(api_tokens::created_at.desc())
        .into_boxed::<super::AnyBackend>();
    if let Some(agent) = agent {
        query = query.filter(api_tokens::agent_id.eq(agent.to_string()));
    }
    let rows: Vec<Row> = query.load(connection)?;
    rows.into_iter().map(Row::into_token).collect()
}

/// Notes a use, and how many requests there were in this minute.
pub fn note_use(tx: &mut Tx<'_>, id: ApiTokenId, used: DateTime<Utc>, window: Window) -> Result<(), StoreError> {
    diesel::update(api_tokens::table.find(id.to_string()))
        .set((
            api_tokens::last_used_at.eq(stored(used)),
            api_tokens::counted_from.eq(stored(window.from)),
            api_tokens::counted.eq(i32::try_from(window.used).unwrap_or(i32::MAX)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Revokes a token for good. False when it was before.
pub fn revoke(tx: &mut Tx<'_>, id: ApiTokenId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let live = api_tokens::table.find(id.to_string()).filter(api_tokens::revoked_at.is_null());
    Ok(diesel::update(live).set(api_tokens::revoked_at.eq(stored(at))).execute(tx.connection)? == 1)
}

/// Revokes every token of a person, and answers how many that were.
pub fn revoke_all(tx: &mut Tx<'_>, agent: AgentId, at: DateTime<Utc>) -> Result<usize, StoreError> {
    let live = api_tokens::table
        .filter(api_tokens::agent_id.eq(agent.to_string()))
        .filter(api_tokens::revoked_at.is_null())
        .filter(api_tokens::expires_at.gt(stored(at)));
    Ok(diesel::update(live).set(api_tokens::revoked_at.eq(stored(at))).execute(tx.connection)?)
}

/// Forgets tokens that were over before a moment.
pub fn forget(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), StoreError> {
    let before = stored(before);
    let over = api_tokens::expires_at
        .lt(before)
        .or(api_tokens::revoked_at.is_not_null().and(api_tokens::revoked_at.assume_not_null().lt(before)));
    let ids: Vec<String> = api_tokens::table.filter(over).select(api_tokens::id).limit(500).load(tx.connection)?;
    diesel::delete(api_answers::table.filter(api_answers::token_id.eq_any(&ids))).execute(tx.connection)?;
    diesel::delete(api_tokens::table.filter(api_tokens::id.eq_any(&ids))).execute(tx.connection)?;
    Ok(())
}
