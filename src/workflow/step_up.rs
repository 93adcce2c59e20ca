//! A fresh second factor in a session that is complete already, for acts that a stolen session must not be enough for.

use super::Desk;
use super::act::{Act, Halt};
use super::first_factor::Side;
use super::second_factor::SecondFactor;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::token::Token;
use crate::store::account_sessions::{self, AccountSession};
use crate::store::agents::{self, AgentSession};
use crate::store::{StoreError, Tx};

impl Desk {
    /// Somebody at the desk gives a second factor again.
    ///
    /// # Errors
    /// [`Halt`] when it does not hold, or the session ended meanwhile; [`StoreError`] when the database fails.
    pub async fn step_up_agent(
        &self,
        act: Act,
        session: &AgentSession,
        browser: Option<Token>,
        factor: SecondFactor,
    ) -> Result<Result<(), Halt>, StoreError> {
        let (id, who) = (session.id, (session.agent.id.account(), &session.agent.email));
        let weighed = match self.weigh(&act, Side::Desk, who, (&id.to_string(), browser.as_ref()), factor).await? {
            Ok(weighed) => weighed,
            Err(halt) => return Ok(Err(halt)),
        };
        let prove = move |tx: &mut Tx<'_>| {
            if !weighed.settle(tx, &act)? {
                return Ok(Err(Halt::NotVerified));
            }
            if !agents::step_up(tx, id, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("session", id.to_string().into()), ("by", weighed.by.into())]);
            tx.record(act.entry("agent.stepped_up", None, None, about));
            Ok(Ok(()))
        };
        self.store.write(prove).await
    }

    /// An account's owner gives a second factor again.
    ///
    /// # Errors
    /// [`Halt`] when it does not hold, or the session ended meanwhile; [`StoreError`] when the database fails.
    pub async fn step_up_account(
        &self,
        ip: String,
        session: &AccountSession,
        browser: Option<Token>,
        factor: SecondFactor,
    ) -> Result<Result<(), Halt>, StoreError> {
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let (id, account) = (session.id, session.account.id);
        let who = (account, &session.account.email);
        let weighed = match self.weigh(&act, Side::Account, who, (&id.to_string(), browser.as_ref()), factor).await? {
            Ok(weighed) => weighed,
            Err(halt) => return Ok(Err(halt)),
        };
        let prove = move |tx: &mut Tx<'_>| {
            if !weighed.settle(tx, &act)? {
                return Ok(Err(Halt::NotVerified));
            }
            if !account_sessions::step_up(tx, id, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("session", id.to_string().into()), ("by", weighed.by.into())]);
            tx.record(act.entry("account.stepped_up", None, Some(account), about));
            Ok(Ok(()))
        };
        self.store.write(prove).await
    }
}
