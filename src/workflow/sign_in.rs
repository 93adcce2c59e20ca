use chrono::TimeDelta;
use secrecy::SecretString;

use super::act::{Act, Done, Halt};
use super::{Desk, Kit};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AgentId, AgentSessionId, EntryId};
use crate::domain::token::Purpose;
use crate::locale::text;
use crate::store::agents::{self, Agent, AgentSession};
use crate::store::{StoreError, Tx, throttle};

/// Wrong passwords for one address from one place, and from anywhere, in [`WINDOW`] before none is looked at.
const TRIES_FROM_ONE_PLACE: i64 = 10;
const TRIES_FROM_ANYWHERE: i64 = 50;
const WINDOW: TimeDelta = TimeDelta::minutes(15);

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
        ip: String,
    ) -> Result<Result<SignedIn, Halt>, StoreError> {
        let at = self.now();
        let named = email.as_ref().map(EmailAddress::key).unwrap_or_default();
        let hashed = |parts: &[&[u8]]| hex::encode(self.kit.key.keyed_hash(Purpose::Throttle, parts));
        let tries = [
            // The place first: one place alone cannot use up what others have.
            (hashed(&[named.as_bytes(), ip.as_bytes()]), TRIES_FROM_ONE_PLACE, self.kit.id(EntryId::new, at)),
            (hashed(&[b"from anywhere", named.as_bytes()]), TRIES_FROM_ANYWHERE, self.kit.id(EntryId::new, at)),
        ];
        // Counted before the password is looked at, so that guesses sent side by side all count.
        let counted = tries.clone();
        let ask = move |tx: &mut Tx<'_>| {
            let agent = match &email {
                Some(email) => agents::find_by_email(tx.connection, email)?,
                None => None,
            };
            let act = Act { actor: agent.as_ref().map_or(Actor::Customer, Agent::actor), ip: ip.clone(), at };
            for (subject, most, id) in &counted {
                if !throttle::take(tx, *id, "sign-in", subject, at, (*most, WINDOW))? {
                    refuse(tx, &act, "too_often");
                    return Ok((act, agent, false));
                }
            }
            Ok((act, agent, true))
        };
        let (act, agent, may_try) = self.store.write(ask).await?;
        if !may_try {
            return Ok(Err(Halt::TooOften(text!("too-many-attempts"))));
        }
        let hash = agent.as_ref().map(|agent| agent.password_hash.clone());
        let right = self.passwords.check(hash, password).await.map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let kit = self.kit.clone();
        let decide = move |tx: &mut Tx<'_>| match &agent {
            Some(agent) if right => {
                let begun = begin(tx, &kit, &act, agent.id)?;
                if begun.is_ok() {
                    for (_, _, id) in &tries {
                        throttle::give_back(tx, *id)?;
                    }
                }
                Ok(begun)
            }
            Some(agent) => {
                agents::add_failure(tx, agent.id)?;
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
    pub async fn agent_session(&self, id: AgentSessionId, by_hand: bool) -> Result<Option<AgentSession>, StoreError> {
        let now = self.now();
        let idle = self.kit.sessions.idle();
        let found = self.store.read(move |connection| agents::session(connection, id)).await?;
        let live = |session: &AgentSession| {
            session.agent.suspended_at.is_none() && now < session.expires_at && now < session.last_seen_at + idle
        };
        let Some(session) = found.filter(live) else { return Ok(None) };
        if by_hand && now - session.last_seen_at >= TimeDelta::minutes(1) {
            self.store.write(move |tx| agents::touch_session(tx, id, now)).await?;
        }
        Ok(Some(session))
    }
}

impl Desk {
    /// Records that a request to the telephone provider's hooks was not signed by it: once a minute for each
    /// network address, since anyone can send them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn refuse_hook(&self, act: Act) -> Result<(), StoreError> {
        let id = self.kit.id(EntryId::new, act.at);
        let record = move |tx: &mut Tx<'_>| {
            if throttle::take(tx, id, "hook", &act.ip, act.at, (1, TimeDelta::minutes(1)))? {
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

fn begin(tx: &mut Tx<'_>, kit: &Kit, act: &Act, agent: AgentId) -> Done<SignedIn> {
    // Read again: the password took a while to check, and others may have failed or suspended meanwhile.
    let Some(agent) = agents::find(tx.connection, agent)? else { return Ok(Err(Halt::WrongPassword)) };
    let blocked = i64::from(agent.failures) >= i64::from(kit.limits.sign_in_failures);
    if agent.suspended_at.is_some() || blocked {
        refuse(tx, act, if blocked { "blocked" } else { "suspended" });
        return Ok(Err(Halt::WrongPassword));
    }
    let session = kit.id(AgentSessionId::new, act.at);
    agents::begin_session(tx, session, agent.id, act.at, act.at + kit.sessions.absolute())?;
    if agent.failures > 0 {
        agents::clear_failures(tx, agent.id)?;
    }
    tx.record(act.entry("agent.signed_in", None, None, details([("session", session.to_string().into())])));
    Ok(Ok(SignedIn { session, agent }))
}
