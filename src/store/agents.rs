//! People who work at the desk, and their sign-ins.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::account_sessions::{LineRow, SessionLine, SessionOrigin};
use super::schema::{agent_sessions, agents};
use super::signals::Signal;
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, presence, stored};
use crate::domain::account::{Account, AccountKind, AccountStatus, Background, Tier};
use crate::domain::actor::{Actor, Role};
use crate::domain::authn::Assurance;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::directory::Home;
use crate::domain::ids::{AccountId, AgentId, AgentSessionId, SignInLinkId};
use crate::domain::people::Appointments;

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
    /// Since when they may not act.
    pub suspended_at: Option<DateTime<Utc>>,
    /// When they last completed a sign-in.
    pub signed_in_at: Option<DateTime<Utc>>,
}

impl Agent {
    /// The agent as one who acts.
    pub fn actor(&self) -> Actor {
        Actor::Agent { id: self.id, email: self.email.clone(), role: self.role, via: None }
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = agents)]
pub(super) struct AgentRow {
    id: String,
    email: String,
    email_key: String,
    name: String,
    role: String,
    suspended_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    void_before: Option<NaiveDateTime>,
    pub(super) sso_subject: Option<String>,
    appointed_by: Option<String>,
    appointed_at: Option<NaiveDateTime>,
    signed_in_at: Option<NaiveDateTime>,
}

impl AgentRow {
    pub(super) fn into_agent(self) -> Result<Agent, StoreError> {
        Ok(Agent {
            id: parsed("agent", &self.id)?,
            email: parsed("agent e-mail", &self.email)?,
            name: self.name,
            role: Role::from_code(&self.role).ok_or_else(|| corrupt("role", &self.role))?,
            suspended_at: self.suspended_at.map(|at| at.and_utc()),
            signed_in_at: self.signed_in_at.map(|at| at.and_utc()),
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

/// The agent whose account this is: it has the same identifier.
pub fn of_account(connection: &mut AnyConnection, account: AccountId) -> Result<Option<Agent>, StoreError> {
    let row: Option<AgentRow> = agents::table.find(account.to_string()).first(connection).optional()?;
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

/// Agents who supervise.
pub fn supervisors(connection: &mut AnyConnection) -> Result<BTreeSet<AgentId>, StoreError> {
    let roles = Role::ALL.iter().filter(|role| role.supervises()).map(|role| role.code());
    let ids: Vec<String> = agents::table.filter(agents::role.eq_any(roles)).select(agents::id).load(connection)?;
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

/// Who added, promoted or restored whom last, and when.
pub fn appointments(connection: &mut AnyConnection) -> Result<Appointments, StoreError> {
    type Row = (String, Option<String>, Option<NaiveDateTime>);
    let rows: Vec<Row> = agents::table
        .filter(agents::appointed_by.is_not_null())
        .select((agents::id, agents::appointed_by, agents::appointed_at))
        .load(connection)?;
    let named = |(id, by, at): Row| {
        let (by, at) = by.zip(at)?;
        Some(parsed("agent", &id).and_then(|id| Ok((id, (parsed("agent", &by)?, at.and_utc())))))
    };
    rows.into_iter().filter_map(named).collect()
}

/// Notes who added, promoted or restored an agent.
pub fn appoint(tx: &mut Tx<'_>, id: AgentId, by: AgentId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(agents::table.find(id.to_string()))
        .set((agents::appointed_by.eq(by.to_string()), agents::appointed_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(())
}

/// Adds an agent, with the account that they sign in with. `password_hash` is in PHC string format; without one they
/// can only come by single sign-on, or have a link mailed to set one.
///
/// # Errors
/// [`StoreError::Duplicate`] when the address exists.
pub fn insert(
    tx: &mut Tx<'_>,
    agent: &Agent,
    (phone, password_hash): (Option<E164>, Option<&str>),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = AgentRow {
        id: agent.id.to_string(),
        email: agent.email.to_string(),
        email_key: agent.email.key(),
        name: agent.name.clone(),
        role: agent.role.code().to_owned(),
        suspended_at: agent.suspended_at.map(stored),
        created_at: stored(at),
        void_before: agent.suspended_at.map(stored),
        sso_subject: None,
        appointed_by: None,
        appointed_at: None,
        signed_in_at: agent.signed_in_at.map(stored),
    };
    diesel::insert_into(agents::table).values(row).execute(tx.connection)?;
    let account = Account {
        home: Home::Local,
        id: agent.id.account(),
        email: agent.email.clone(),
        number: None,
        name: agent.name.clone(),
        kind: AccountKind::Staff,
        tier: Tier::Privileged,
        phone,
        status: AccountStatus::Active,
        background: Background::default(),
    };
    super::accounts::insert(tx, &account, password_hash, at)
}

/// Suspends an agent at `at`, or restores them. What they gave up to either moment stays void: nothing that came in
/// between by a race or another instance's clock revives with them. What they had begun to write is forgotten.
pub fn set_suspended(tx: &mut Tx<'_>, id: AgentId, suspended: bool, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(agents::table.find(id.to_string()))
        .set((agents::suspended_at.eq(suspended.then(|| stored(at))), agents::void_before.eq(stored(at))))
        .execute(tx.connection)?;
    presence::drop_drafts_of(tx, id)
}

/// A sign-in of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSession {
    /// Internal identifier, named by the cookie.
    pub id: AgentSessionId,
    /// Whose.
    pub agent: Agent,
    /// How far it has come.
    pub assurance: Assurance,
    /// How the person proved themself last.
    pub method: String,
    /// When a second factor was last given in it.
    pub proved_at: Option<DateTime<Utc>>,
    /// The link to set up a device that it holds.
    pub enrol_link: Option<SignInLinkId>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// A session that begins.
#[derive(Debug, Clone)]
pub struct NewAgentSession {
    /// Internal identifier.
    pub id: AgentSessionId,
    /// Whose.
    pub agent: AgentId,
    /// How far it has come.
    pub assurance: Assurance,
    /// How the person proved themself.
    pub origin: SessionOrigin,
    /// The link to set up a device that it holds.
    pub enrol_link: Option<SignInLinkId>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// Begins a session; one that is complete is noted with its agent, since sessions are forgotten.
pub fn begin_session(tx: &mut Tx<'_>, new: &NewAgentSession, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(agent_sessions::table)
        .values((
            agent_sessions::id.eq(new.id.to_string()),
            agent_sessions::agent_id.eq(new.agent.to_string()),
            agent_sessions::assurance.eq(new.assurance.code()),
            agent_sessions::method.eq(&new.origin.method),
            agent_sessions::proved_at.eq(new.origin.proved_at.map(stored)),
            agent_sessions::enrol_link_id.eq(new.enrol_link.map(|link| link.to_string())),
            agent_sessions::ip.eq(&new.origin.ip),
            agent_sessions::device.eq(&new.origin.device),
            agent_sessions::created_at.eq(stored(at)),
            agent_sessions::last_seen_at.eq(stored(at)),
            agent_sessions::expires_at.eq(stored(new.expires_at)),
        ))
        .execute(tx.connection)?;
    if new.assurance == Assurance::Complete {
        diesel::update(agents::table.find(new.agent.to_string()))
            .set(agents::signed_in_at.eq(stored(at)))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// A session that nobody ended, whatever its age.
pub fn session(connection: &mut AnyConnection, id: AgentSessionId) -> Result<Option<AgentSession>, StoreError> {
    type Times = (Option<NaiveDateTime>, NaiveDateTime, NaiveDateTime);
    type Row = (String, String, Option<String>, Times, AgentRow);
    let found: Option<Row> = agent_sessions::table
        .inner_join(agents::table.on(agents::id.eq(agent_sessions::agent_id)))
        .filter(agent_sessions::id.eq(id.to_string()))
        .filter(agent_sessions::ended_at.is_null())
        .select((
            agent_sessions::assurance,
            agent_sessions::method,
            agent_sessions::enrol_link_id,
            (agent_sessions::proved_at, agent_sessions::last_seen_at, agent_sessions::expires_at),
            agents::all_columns,
        ))
        .first(connection)
        .optional()?;
    found
        .map(|(assurance, method, link, (proved_at, last_seen_at, expires_at), agent)| {
            Ok(AgentSession {
                id,
                agent: agent.into_agent()?,
                assurance: Assurance::from_code(&assurance).ok_or_else(|| corrupt("assurance", &assurance))?,
                method,
                proved_at: proved_at.map(|at| at.and_utc()),
                enrol_link: link.map(|link| parsed("link", &link)).transpose()?,
                last_seen_at: last_seen_at.and_utc(),
                expires_at: expires_at.and_utc(),
            })
        })
        .transpose()
}

/// Whether a sign-in that is still going on holds this link.
pub fn is_link_held(
    connection: &mut AnyConnection,
    link: SignInLinkId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let holding = agent_sessions::table
        .filter(agent_sessions::enrol_link_id.eq(link.to_string()))
        .filter(agent_sessions::ended_at.is_null())
        .filter(agent_sessions::expires_at.gt(stored(now)));
    Ok(holding.count().get_result::<i64>(connection)? > 0)
}

/// Notes that a second factor was given in a session just now. False when the session has ended.
pub fn step_up(tx: &mut Tx<'_>, id: AgentSessionId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(agent_sessions::table.find(id.to_string()))
        .filter(agent_sessions::ended_at.is_null())
        .set(agent_sessions::proved_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// What waits for someone's attention, shown on every page of the desk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Blocks that stand.
    pub blocks: i64,
    /// Alarms that nobody has seen.
    pub alarms: i64,
    /// Events that no subscriber took.
    pub deliveries: i64,
    /// Mails that belong to no case.
    pub mails: i64,
}

/// What waits for someone's attention at this moment.
pub fn waiting(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        blocks: super::blocks::count(connection, now)?,
        alarms: super::alarms::count_unseen(connection)?,
        deliveries: super::events::count_dead(connection)?,
        mails: super::inbound::count_undecided(connection)?,
    })
}

/// Notes that a session was used.
pub fn touch_session(tx: &mut Tx<'_>, id: AgentSessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(agent_sessions::table.find(id.to_string()))
        .set(agent_sessions::last_seen_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(())
}

/// Ends every session of an agent for good, except for one that is kept, and revokes the tokens that programs act with in
/// their name: what takes sign-ins away takes those too. Open pages look whether they are signed in still. Answers how
/// many of both.
pub fn end_sessions(
    tx: &mut Tx<'_>,
    agent: AgentId,
    kept: Option<&str>,
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let open = agent_sessions::table
        .filter(agent_sessions::agent_id.eq(agent.to_string()))
        .filter(agent_sessions::id.ne(kept.unwrap_or_default()))
        .filter(agent_sessions::ended_at.is_null());
    let ended = diesel::update(open).set(agent_sessions::ended_at.eq(stored(at))).execute(tx.connection)?;
    if ended > 0 {
        tx.tell(Signal::People);
    }
    Ok(ended + super::api_tokens::revoke_all(tx, agent, at)?)
}

/// The sessions of an agent that are good for something at this moment, the newest first. Those that sat idle since
/// `idle_since` are not.
pub fn sessions_of(
    connection: &mut AnyConnection,
    agent: AgentId,
    (now, idle_since): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<SessionLine>, StoreError> {
    let rows: Vec<LineRow> = agent_sessions::table
        .filter(agent_sessions::agent_id.eq(agent.to_string()))
        .filter(agent_sessions::ended_at.is_null())
        .filter(agent_sessions::expires_at.gt(stored(now)))
        .filter(agent_sessions::last_seen_at.gt(stored(idle_since)))
        .order(agent_sessions::created_at.desc())
        .select((
            agent_sessions::id,
            agent_sessions::method,
            agent_sessions::proved_at,
            agent_sessions::ip,
            agent_sessions::device,
            agent_sessions::created_at,
            agent_sessions::last_seen_at,
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(SessionLine::from_row).collect())
}

/// Ends a session of this agent. False when it is not theirs or has ended.
pub fn end_session_of(
    tx: &mut Tx<'_>,
    agent: AgentId,
    id: AgentSessionId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(agent_sessions::table.find(id.to_string()))
        .filter(agent_sessions::agent_id.eq(agent.to_string()))
        .filter(agent_sessions::ended_at.is_null())
        .set(agent_sessions::ended_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Gives an agent another role. With one that works no cases, what they had begun to write is forgotten.
pub fn set_role(tx: &mut Tx<'_>, id: AgentId, role: Role) -> Result<(), StoreError> {
    diesel::update(agents::table.find(id.to_string())).set(agents::role.eq(role.code())).execute(tx.connection)?;
    if role.works_cases() { Ok(()) } else { presence::drop_drafts_of(tx, id) }
}

/// Ends a session for good. False when somebody just did.
pub fn end_session(tx: &mut Tx<'_>, id: AgentSessionId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(agent_sessions::table.find(id.to_string()))
        .filter(agent_sessions::ended_at.is_null())
        .set(agent_sessions::ended_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}
