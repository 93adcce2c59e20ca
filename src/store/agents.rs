//! People who work at the desk, and their sign-ins.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::schema::{agent_sessions, agents};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, stored};
use crate::domain::actor::{Actor, Role};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AgentId, AgentSessionId};

/// A person who works at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Internal identifier.
    pub id: AgentId,
    /// What they sign in with.
    pub email: EmailAddress,
    /// Their name, as colleagues see it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Argon2id, in PHC string format.
    pub password_hash: String,
    /// Since when they may not act.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Failed sign-ins in a row.
    pub failures: i32,
}

impl Agent {
    /// The agent as one who acts.
    pub fn actor(&self) -> Actor {
        Actor::Agent { id: self.id, email: self.email.clone(), role: self.role }
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = agents)]
struct AgentRow {
    id: String,
    email: String,
    email_key: String,
    name: String,
    role: String,
    password_hash: String,
    suspended_at: Option<NaiveDateTime>,
    failures: i32,
    created_at: NaiveDateTime,
    void_before: Option<NaiveDateTime>,
}

impl AgentRow {
    fn into_agent(self) -> Result<Agent, StoreError> {
        Ok(Agent {
            id: parsed("agent", &self.id)?,
            email: parsed("agent e-mail", &self.email)?,
            name: self.name,
            role: Role::from_code(&self.role).ok_or_else(|| corrupt("role", &self.role))?,
            password_hash: self.password_hash,
            suspended_at: self.suspended_at.map(|at| at.and_utc()),
            failures: self.failures,
        })
    }
}

/// The agent with this address.
pub fn find_by_email(connection: &mut AnyConnection, email: &EmailAddress) -> Result<Option<Agent>, StoreError> {
    let row: Option<AgentRow> = agents::table.filter(agents::email_key.eq(email.key())).first(connection).optional()?;
    row.map(AgentRow::into_agent).transpose()
}

/// The agent with this identifier.
pub fn find(connection: &mut AnyConnection, id: AgentId) -> Result<Option<Agent>, StoreError> {
    let row: Option<AgentRow> = agents::table.find(id.to_string()).first(connection).optional()?;
    row.map(AgentRow::into_agent).transpose()
}

/// Every agent, by name.
pub fn all(connection: &mut AnyConnection) -> Result<Vec<Agent>, StoreError> {
    let rows: Vec<AgentRow> = agents::table.order(agents::name.asc()).load(connection)?;
    rows.into_iter().map(AgentRow::into_agent).collect()
}

/// Agents who may not act.
pub fn suspended(connection: &mut AnyConnection) -> Result<BTreeSet<AgentId>, StoreError> {
    let ids: Vec<String> =
        agents::table.filter(agents::suspended_at.is_not_null()).select(agents::id).load(connection)?;
    ids.iter().map(|id| parsed("agent", id)).collect()
}

/// Up to when what an agent gave was voided by a suspension.
pub fn voided(connection: &mut AnyConnection) -> Result<BTreeMap<AgentId, DateTime<Utc>>, StoreError> {
    let rows: Vec<(String, Option<NaiveDateTime>)> = agents::table
        .filter(agents::void_before.is_not_null())
        .select((agents::id, agents::void_before))
        .load(connection)?;
    rows.into_iter().filter_map(|(id, at)| at.map(|at| Ok((parsed("agent", &id)?, at.and_utc())))).collect()
}

/// Adds an agent.
///
/// # Errors
/// [`StoreError::Duplicate`] when the address exists.
pub fn insert(tx: &mut Tx<'_>, agent: &Agent, at: DateTime<Utc>) -> Result<(), StoreError> {
    let row = AgentRow {
        id: agent.id.to_string(),
        email: agent.email.to_string(),
        email_key: agent.email.key(),
        name: agent.name.clone(),
        role: agent.role.code().to_owned(),
        password_hash: agent.password_hash.clone(),
        suspended_at: agent.suspended_at.map(stored),
        failures: agent.failures,
        created_at: stored(at),
        void_before: agent.suspended_at.map(stored),
    };
    diesel::insert_into(agents::table).values(row).execute(tx.connection)?;
    Ok(())
}

/// Suspends an agent at `at`, or restores them. What they gave up to either moment stays void: nothing that came in
/// between by a race or another instance's clock revives with them.
pub fn set_suspended(tx: &mut Tx<'_>, id: AgentId, suspended: bool, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(agents::table.find(id.to_string()))
        .set((agents::suspended_at.eq(suspended.then(|| stored(at))), agents::void_before.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(())
}

/// Counts one more failed sign-in, and answers how many there were in a row.
pub fn add_failure(tx: &mut Tx<'_>, id: AgentId) -> Result<i32, StoreError> {
    diesel::update(agents::table.find(id.to_string()))
        .set(agents::failures.eq(agents::failures + 1))
        .execute(tx.connection)?;
    Ok(agents::table.find(id.to_string()).select(agents::failures).first(tx.connection)?)
}

/// Forgets failed sign-ins.
pub fn clear_failures(tx: &mut Tx<'_>, id: AgentId) -> Result<(), StoreError> {
    diesel::update(agents::table.find(id.to_string())).set(agents::failures.eq(0)).execute(tx.connection)?;
    Ok(())
}

/// A sign-in of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSession {
    /// Internal identifier, named by the cookie.
    pub id: AgentSessionId,
    /// Whose.
    pub agent: Agent,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// Begins a session.
pub fn begin_session(
    tx: &mut Tx<'_>,
    id: AgentSessionId,
    agent: AgentId,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(agent_sessions::table)
        .values((
            agent_sessions::id.eq(id.to_string()),
            agent_sessions::agent_id.eq(agent.to_string()),
            agent_sessions::created_at.eq(stored(at)),
            agent_sessions::last_seen_at.eq(stored(at)),
            agent_sessions::expires_at.eq(stored(expires_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// A session that nobody ended, whatever its age.
pub fn session(connection: &mut AnyConnection, id: AgentSessionId) -> Result<Option<AgentSession>, StoreError> {
    let found: Option<(NaiveDateTime, NaiveDateTime, AgentRow)> = agent_sessions::table
        .inner_join(agents::table.on(agents::id.eq(agent_sessions::agent_id)))
        .filter(agent_sessions::id.eq(id.to_string()))
        .filter(agent_sessions::ended_at.is_null())
        .select((agent_sessions::last_seen_at, agent_sessions::expires_at, agents::all_columns))
        .first(connection)
        .optional()?;
    found
        .map(|(last_seen_at, expires_at, agent)| {
            Ok(AgentSession {
                id,
                agent: agent.into_agent()?,
                last_seen_at: last_seen_at.and_utc(),
                expires_at: expires_at.and_utc(),
            })
        })
        .transpose()
}

/// What waits for someone's attention, shown on every page of the desk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Blocks that stand.
    pub blocks: i64,
    /// Alarms that nobody has seen.
    pub alarms: i64,
}

/// What waits for someone's attention at this moment.
pub fn waiting(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Waiting, StoreError> {
    Ok(Waiting { blocks: super::blocks::count(connection, now)?, alarms: super::alarms::count_unseen(connection)? })
}

/// Notes that a session was used.
pub fn touch_session(tx: &mut Tx<'_>, id: AgentSessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(agent_sessions::table.find(id.to_string()))
        .set(agent_sessions::last_seen_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(())
}

/// Ends every session of an agent for good.
pub fn end_sessions(tx: &mut Tx<'_>, agent: AgentId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let open = agent_sessions::table
        .filter(agent_sessions::agent_id.eq(agent.to_string()))
        .filter(agent_sessions::ended_at.is_null());
    diesel::update(open).set(agent_sessions::ended_at.eq(stored(at))).execute(tx.connection)?;
    Ok(())
}

/// Ends a session for good.
pub fn end_session(tx: &mut Tx<'_>, id: AgentSessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(agent_sessions::table.find(id.to_string()))
        .set(agent_sessions::ended_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(())
}
