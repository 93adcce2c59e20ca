//! Single sign-on: sign-ins that are under way at the provider, and who the provider says people are.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::agents::{Agent, AgentRow};
use super::schema::{agents, sso_sign_ins};
use super::{AnyConnection, StoreError, Tx, credentials, stored};
use crate::domain::authn::sso::Subject;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::AgentId;

/// Keeps what a sign-in began with, sealed, until the provider's answer comes.
pub fn begin(
    tx: &mut Tx<'_>,
    state_hash: &str,
    sealed: &str,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(sso_sign_ins::table)
        .values((
            sso_sign_ins::state_hash.eq(state_hash),
            sso_sign_ins::sealed.eq(sealed),
            sso_sign_ins::created_at.eq(stored(at)),
            sso_sign_ins::expires_at.eq(stored(expires_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// What a sign-in began with, unless its time is over or its answer came before. It is used up by this.
pub fn use_up(tx: &mut Tx<'_>, state_hash: &str, at: DateTime<Utc>) -> Result<Option<String>, StoreError> {
    let open = sso_sign_ins::table
        .filter(sso_sign_ins::state_hash.eq(state_hash))
        .filter(sso_sign_ins::used_at.is_null())
        .filter(sso_sign_ins::expires_at.gt(stored(at)));
    if diesel::update(open).set(sso_sign_ins::used_at.eq(stored(at))).execute(tx.connection)? == 0 {
        return Ok(None);
    }
    let sealed = sso_sign_ins::table.find(state_hash).select(sso_sign_ins::sealed).first(tx.connection)?;
    Ok(Some(sealed))
}

/// Forgets sign-ins whose time is over.
pub fn forget(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let over = sso_sign_ins::table.filter(sso_sign_ins::expires_at.le(stored(now)));
    Ok(diesel::delete(over).execute(tx.connection)?)
}

/// The agent whom the provider names so.
pub fn agent_of(connection: &mut AnyConnection, subject: &Subject) -> Result<Option<Agent>, StoreError> {
    let row: Option<AgentRow> =
        agents::table.filter(agents::sso_subject.eq(subject.as_str())).first(connection).optional()?;
    row.map(AgentRow::into_agent).transpose()
}

/// The agent with this address, and whether the provider names one already who is them.
pub fn agent_at(connection: &mut AnyConnection, email: &EmailAddress) -> Result<Option<(Agent, bool)>, StoreError> {
    let row: Option<AgentRow> = agents::table.filter(agents::email_key.eq(email.key())).first(connection).optional()?;
    row.map(|row| {
        let bound = row.sso_subject.is_some();
        Ok((row.into_agent()?, bound))
    })
    .transpose()
}

/// Whether somebody at the desk comes by single sign-on only: the provider names them, and they have no password here.
pub fn is_only_way(connection: &mut AnyConnection, agent: AgentId) -> Result<bool, StoreError> {
    let subject: Option<String> =
        agents::table.find(agent.to_string()).select(agents::sso_subject).first(connection)?;
    Ok(subject.is_some() && credentials::password_hash(connection, agent.account())?.is_none())
}

/// Binds an agent to whom the provider names so. False when somebody else just was bound.
pub fn bind(tx: &mut Tx<'_>, agent: AgentId, subject: &Subject) -> Result<bool, StoreError> {
    let unbound = agents::table.filter(agents::id.eq(agent.to_string())).filter(agents::sso_subject.is_null());
    Ok(diesel::update(unbound).set(agents::sso_subject.eq(subject.as_str())).execute(tx.connection)? == 1)
}
