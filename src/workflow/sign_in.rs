use chrono::TimeDelta;
use secrecy::SecretString;

use super::act::{Act, Done, Halt};
use super::limits::{Counted, give_back, spend_tries, take};
use super::{Desk, Kit};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::Assurance;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AgentId, AgentSessionId};
use crate::domain::limits::Limit;
use crate::locale::text;
use crate::passwords::{NotHashed, Queue};
use crate::store::account_sessions::SessionOrigin;
use crate::store::agents::{self, Agent, AgentSession, NewAgentSession, Waiting};
use crate::store::{AnyConnection, StoreError, Tx, credentials};

/// An agent who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session the cookie names.
    pub session: AgentSessionId,
    /// Who.
    pub agent: Agent,
}

impl Desk {
    /// Checks an agent's password and begins a session. An unknown address, a suspended agent and a wrong
    /// password are answered alike.
    ///
    /// # Errors
    /// [`Halt::WrongPassword`] or [`Halt::TooOften`]; [`StoreError`] when the database fails.
    pub async fn sign_in(
        &self,
        email: Option<EmailAddress>,
        password: SecretString,
        (ip, device): (String, String),
    ) -> Result<Result<SignedIn, Halt>, StoreError> {
        let at = self.now();
        let named = email.as_ref().map(EmailAddress::key).unwrap_or_default();
        let masked = email.as_ref().map(EmailAddress::masked).unwrap_or_default();
        let limits = (Limit::SignIns, Limit::SignInsFromNetwork, Limit::SignInsAnywhere);
        let counted = Counted::tries(&self.kit, (&named, &masked), &ip, limits);
        let kit = self.kit.clone();
        let ask = move |tx: &mut Tx<'_>| {
            let agent = match &email {
                Some(email) => agents::find_by_email(tx.connection, email)?,
                None => None,
            };
            let act = Act { actor: agent.as_ref().map_or(Actor::Customer, Agent::actor), ip: ip.clone(), at };
            let tries = spend_tries(tx, &kit, &act, &counted, |tx| refuse(tx, &act, "too_often"))?;
            Ok((act, agent, tries))
        };
        let (act, agent, tries) = self.store.write(ask).await?;
        let Ok(tries) = tries else { return Ok(Err(Halt::TooOften(text!("too-many-attempts")))) };
        let account = agent.as_ref().map(|agent| agent.id.account());
        let hash_of = move |connection: &mut AnyConnection| match account {
            Some(account) => credentials::password_hash(connection, account),
            None => Ok(None),
        };
        let hash = self.store.read(hash_of).await?;
        let right = self.passwords.check(Queue::Desk, hash, password).await.map_err(|error| match error {
            NotHashed::Busy => StoreError::Busy,
            NotHashed::Failed => StoreError::Unavailable(error.to_string()),
        })?;
        let kit = self.kit.clone();
        let decide = move |tx: &mut Tx<'_>| match &agent {
            Some(agent) if right => {
                let begun = begin(tx, &kit, &act, agent.id, &device)?;
                if begun.is_ok() {
                    give_back(tx, &tries)?;
                }
                Ok(begun)
            }
            Some(_) => {
                refuse(tx, &act, "wrong_password");
                Ok(Err(Halt::WrongPassword))
            }
            None => {
                refuse(tx, &act, "unknown_address");
                Ok(Err(Halt::WrongPassword))
            }
        };
        self.store.write(decide).await
    }

    /// Ends an agent's session at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn sign_out(&self, act: Act, session: AgentSessionId) -> Result<(), StoreError> {
        self.store
            .write(move |tx| {
                agents::end_session(tx, session, act.at)?;
                tx.record(act.entry("agent.signed_out", None, None, details([])));
                Ok(())
            })
            .await
    }

    /// The session a cookie names, unless it ended, sat idle too long, or its agent was suspended. Only what is
    /// done `by_hand` keeps it from being idle.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn agent_session(
        &self,
        id: AgentSessionId,
        by_hand: bool,
    ) -> Result<Option<(AgentSession, Waiting)>, StoreError> {
        let now = self.now();
        let idle = self.kit.sessions.idle();
        let read = move |connection: &mut AnyConnection| {
            let Some(session) = agents::session(connection, id)? else { return Ok(None) };
            Ok(Some((session, agents::waiting(connection, now)?)))
        };
        let found = self.store.read(read).await?;
        let live = |session: &AgentSession| {
            session.agent.suspended_at.is_none() && now < session.expires_at && now < session.last_seen_at + idle
        };
        let Some((session, waiting)) = found.filter(|(session, _)| live(session)) else { return Ok(None) };
        if by_hand && now - session.last_seen_at >= TimeDelta::minutes(1) {
            self.store.write(move |tx| agents::touch_session(tx, id, now)).await?;
        }
        Ok(Some((session, waiting)))
    }
}

impl Desk {
    /// Records that a request to the telephone provider's hooks was not signed by it: once a minute for each
    /// network address, since anyone can send them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn refuse_hook(&self, act: Act) -> Result<(), StoreError> {
        let kit = self.kit.clone();
        let record = move |tx: &mut Tx<'_>| {
            if take(tx, &kit, &act, Limit::HookRefusals, &act.ip)? {
                tx.record(act.entry("hook.refused", None, None, details([("why", "signature".into())])));
            }
            Ok(())
        };
        self.store.write(record).await
    }

    /// Records that an agent asked for what their role does not allow.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn refuse_access(&self, act: Act, route: &'static str) -> Result<(), StoreError> {
        let record = move |tx: &mut Tx<'_>| {
            tx.record(act.entry("access.refused", None, None, details([("route", route.into())])));
            Ok(())
        };
        self.store.write(record).await
    }
}

fn refuse(tx: &mut Tx<'_>, act: &Act, why: &str) {
    tx.record(act.entry("agent.sign_in_refused", None, None, details([("why", why.into())])));
}

fn begin(tx: &mut Tx<'_>, kit: &Kit, act: &Act, agent: AgentId, device: &str) -> Done<SignedIn> {
    // Read again: the password took a while to check, and others may have failed or suspended meanwhile.
    let Some(agent) = agents::find(tx.connection, agent)? else { return Ok(Err(Halt::WrongPassword)) };
    if agent.suspended_at.is_some() {
        refuse(tx, act, "suspended");
        return Ok(Err(Halt::WrongPassword));
    }
    let session = kit.id(AgentSessionId::new, act.at);
    let new = NewAgentSession {
        id: session,
        agent: agent.id,
        assurance: Assurance::Complete,
        origin: SessionOrigin {
            method: "password".to_owned(),
            proved_at: None,
            ip: act.ip.clone(),
            device: device.to_owned(),
        },
        expires_at: act.at + kit.sessions.absolute(),
    };
    agents::begin_session(tx, &new, act.at)?;
    tx.record(act.entry("agent.signed_in", None, None, details([("session", session.to_string().into())])));
    Ok(Ok(SignedIn { session, agent }))
}
