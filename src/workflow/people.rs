//! The people at the desk, as those who manage them see and change them.

use super::act::{Act, Done, Halt};
use super::{AddAgentError, Desk, Kit, NewAgent, Standing, letters};
use crate::domain::account::AuthenticatorState;
use crate::domain::actor::{Actor, Role};
use crate::domain::audit::{Details, details};
use crate::domain::ids::AgentId;
use crate::domain::letter::{Appointment, Letter};
use crate::domain::people::{Change, may};
use crate::store::agents::{self, Agent};
use crate::store::sign_in_links::{self, LinkPurpose};
use crate::store::{AnyConnection, StoreError, Tx, accounts, credentials, known_devices};

/// Somebody at the desk as the list of people shows them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub agent: Agent,
    /// Active authenticators.
    pub authenticators: usize,
    /// A password is set.
    pub has_password: bool,
}

impl Desk {
    /// Everybody at the desk, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let list = |connection: &mut AnyConnection| {
            let mut people = Vec::new();
            for agent in agents::all(connection)? {
                let account = agent.id.account();
                let active = accounts::authenticators(connection, account)?;
                people.push(Person {
                    authenticators: active.iter().filter(|each| each.state == AuthenticatorState::Active).count(),
                    has_password: credentials::password_hash(connection, account)?.is_some(),
                    agent,
                });
            }
            Ok(people)
        };
        self.store.read(list).await
    }

    /// Somebody who manages people adds one, who is mailed a link to set a password.
    ///
    /// # Errors
    /// [`Halt`] when they may not or what was typed cannot be taken; [`StoreError`] when the database fails.
    pub async fn invite(&self, act: Act, new: NewAgent) -> Result<Result<(), Halt>, StoreError> {
        if let Err(halt) = self.allowed(&act, None, Change::Add(new.role)).await? {
            return Ok(Err(halt));
        }
        match self.add_agent(act, NewAgent { password: None, ..new }).await {
            Ok(_) => Ok(Ok(())),
            Err(AddAgentError::Store(error)) => Err(error),
            Err(
                error
                @ (AddAgentError::Name | AddAgentError::Password(_) | AddAgentError::Exists | AddAgentError::Hash),
            ) => Ok(Err(Halt::BadText(error.to_string()))),
        }
    }

    /// Gives somebody another role.
    ///
    /// # Errors
    /// [`Halt`] when the rules forbid it; [`StoreError`] when the database fails.
    pub async fn change_role(&self, act: Act, of: AgentId, role: Role) -> Result<Result<(), Halt>, StoreError> {
        self.change(act, of, Change::Role(role), move |tx, kit, act, agent| {
            agents::set_role(tx, agent.id, role)?;
            appointed(tx, kit, act, &Agent { role, ..agent.clone() }, Appointment::RoleChanged)?;
            Ok(("agent.role_changed", details([("from", agent.role.code().into()), ("to", role.code().into())])))
        })
        .await
    }

    /// Suspends somebody, which ends their sessions and voids what they gave, or restores them.
    ///
    /// # Errors
    /// [`Halt`] when the rules forbid it; [`StoreError`] when the database fails.
    pub async fn change_standing(&self, act: Act, of: AgentId, to: Standing) -> Result<Result<(), Halt>, StoreError> {
        self.change(act, of, Change::Standing, move |tx, kit, act, agent| {
            if to == Standing::Restored {
                appointed(tx, kit, act, agent, Appointment::Restored)?;
            }
            Ok((stand(tx, act, agent, to)?, details([])))
        })
        .await
    }

    /// Signs somebody out everywhere.
    ///
    /// # Errors
    /// [`Halt`] when the rules forbid it; [`StoreError`] when the database fails.
    pub async fn end_sessions_of(&self, act: Act, of: AgentId) -> Result<Result<(), Halt>, StoreError> {
        self.change(act, of, Change::EndSessions, |tx, _, act, agent| {
            let ended = agents::end_sessions(tx, agent.id, None, act.at)?;
            Ok(("agent.sessions_ended", details([("sessions", ended.into())])))
        })
        .await
    }

    /// Mails somebody a fresh link to set a password: an invitation that ran out.
    ///
    /// # Errors
    /// [`Halt`] when the rules forbid it; [`StoreError`] when the database fails.
    pub async fn invite_again(&self, act: Act, of: AgentId) -> Result<Result<(), Halt>, StoreError> {
        self.change(act, of, Change::EndSessions, |tx, kit, act, agent| {
            if let Some(account) = accounts::find(tx.connection, agent.id.account())? {
                let invited = credentials::password_hash(tx.connection, account.id)?.is_none();
                super::set_password::mail_link(tx, kit, act, &account, invited)?;
            }
            Ok(("agent.link_sent", details([])))
        })
        .await
    }

    async fn allowed(&self, act: &Act, of: Option<AgentId>, change: Change) -> Result<Result<(), Halt>, StoreError> {
        let act = act.clone();
        self.store.write(move |tx| Ok(permit(tx, &act, of, change)?.map(|_| ()))).await
    }

    async fn change(
        &self,
        act: Act,
        of: AgentId,
        change: Change,
        make: impl Fn(&mut Tx<'_>, &Kit, &Act, &Agent) -> Result<(&'static str, Details), StoreError>
        + Send
        + Sync
        + 'static,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let change = move |tx: &mut Tx<'_>| {
            let agent = match permit(tx, &act, Some(of), change)? {
                Ok(agent) => agent,
                Err(halt) => return Ok(Err(halt)),
            };
            let Some(agent) = agent else { return Ok(Err(Halt::Gone)) };
            let (action, mut about) = make(tx, &kit, &act, &agent)?;
            about.insert("agent".to_owned(), agent.email.as_str().into());
            tx.record(act.entry(action, None, None, about));
            Ok(Ok(()))
        };
        self.store.write(change).await
    }
}

/// Suspends or restores somebody; answers what the log calls it.
pub(super) fn stand(tx: &mut Tx<'_>, act: &Act, agent: &Agent, to: Standing) -> Result<&'static str, StoreError> {
    let suspended = to == Standing::Suspended;
    agents::set_suspended(tx, agent.id, suspended, act.at)?;
    if suspended {
        agents::end_sessions(tx, agent.id, None, act.at)?;
        sign_in_links::end_all(tx, agent.id.account(), LinkPurpose::SetPassword, act.at)?;
        known_devices::forget(tx, agent.id.account())?;
    }
    Ok(if suspended { "agent.suspended" } else { "agent.restored" })
}

/// Notes that whoever acts gave somebody what they may do here, and tells everybody else who manages people. Whoever has
/// the server needs nobody to be two.
pub(super) fn appointed(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    whom: &Agent,
    how: Appointment,
) -> Result<(), StoreError> {
    let Some(by) = act.actor.agent() else { return Ok(()) };
    agents::appoint(tx, whom.id, by, act.at)?;
    let people = agents::all(tx.connection)?;
    let name = people.iter().find(|person| person.id == by).map(|person| person.name.clone()).unwrap_or_default();
    for person in people {
        let told = person.role.supervises() && person.suspended_at.is_none() && ![by, whom.id].contains(&person.id);
        if told && let Some(account) = accounts::find(tx.connection, person.id.account())? {
            let (email, role) = (whom.email.clone(), whom.role);
            let letter = Letter::Appointed { by: name.clone(), name: whom.name.clone(), email, how, role };
            letters::queue(tx, kit, act, &account, letter)?;
        }
    }
    Ok(())
}

/// Whom a change concerns, if whoever acts may make it. Both are read now: roles change too.
fn permit(tx: &mut Tx<'_>, act: &Act, of: Option<AgentId>, change: Change) -> Done<Option<Agent>> {
    let found = match of {
        Some(of) => agents::find(tx.connection, of)?,
        None => None,
    };
    if of.is_some() && found.is_none() {
        return Ok(Err(Halt::Gone));
    }
    let Actor::Agent { id, .. } = act.actor else { return Ok(Err(Halt::Gone)) };
    let Some(actor) = agents::find(tx.connection, id)?.filter(|actor| actor.suspended_at.is_none()) else {
        return Ok(Err(Halt::Gone));
    };
    let whom = found.as_ref().map(|agent| (agent.id, agent.role));
    if let Err(rule) = may((id, actor.role), whom, change) {
        let about = found.as_ref().map(|agent| agent.email.as_str()).unwrap_or_default();
        let about = details([("agent", about.into()), ("rule", rule.code().into())]);
        tx.record(act.entry("agent.change_refused", None, None, about));
        return Ok(Err(Halt::BadText(rule.to_string())));
    }
    Ok(Ok(found))
}
