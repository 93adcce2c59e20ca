//! Where somebody is signed in: they see it, end one sign-in, or all of them.

use super::Desk;
use super::act::{Act, Halt};
use crate::domain::audit::details;
use crate::domain::ids::{AccountId, AccountSessionId, AgentId, AgentSessionId};
use crate::store::account_sessions::{self, SessionLine};
use crate::store::{StoreError, Tx, agents, known_devices};

impl Desk {
    /// Where somebody at the desk is signed in, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn agent_sessions(&self, agent: AgentId) -> Result<Vec<SessionLine>, StoreError> {
        let now = self.now();
        let when = (now, now - self.kit.sessions.idle());
        self.store.read(move |connection| agents::sessions_of(connection, agent, when)).await
    }

    /// Where an account is signed in, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn account_sessions(&self, account: AccountId) -> Result<Vec<SessionLine>, StoreError> {
        let now = self.now();
        let when = (now, now - self.kit.sessions.account_idle());
        self.store.read(move |connection| account_sessions::of_account(connection, account, when)).await
    }

    /// Somebody at the desk ends one of their own sign-ins.
    ///
    /// # Errors
    /// [`Halt::Gone`] when it is not theirs or has ended; [`StoreError`] when the database fails.
    pub async fn end_agent_session(
        &self,
        act: Act,
        agent: AgentId,
        session: AgentSessionId,
    ) -> Result<Result<(), Halt>, StoreError> {
        let end = move |tx: &mut Tx<'_>| {
            if !agents::end_session_of(tx, agent, session, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("session", session.to_string().into())]);
            tx.record(act.entry("agent.session_ended", None, None, about));
            Ok(Ok(()))
        };
        self.store.write(end).await
    }

    /// An account's owner ends one of their own sign-ins.
    ///
    /// # Errors
    /// [`Halt::Gone`] when it is not theirs or has ended; [`StoreError`] when the database fails.
    pub async fn end_account_session(
        &self,
        act: Act,
        account: AccountId,
        session: AccountSessionId,
    ) -> Result<Result<(), Halt>, StoreError> {
        let end = move |tx: &mut Tx<'_>| {
            if !account_sessions::end_of_account(tx, account, session, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("session", session.to_string().into())]);
            tx.record(act.entry("account.session_ended", None, Some(account), about));
            Ok(Ok(()))
        };
        self.store.write(end).await
    }

    /// Somebody at the desk signs out everywhere. Browsers that were known to them are strangers from then on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn sign_agent_out_everywhere(&self, act: Act, agent: AgentId) -> Result<(), StoreError> {
        let end = move |tx: &mut Tx<'_>| {
            let ended = agents::end_sessions(tx, agent, None, act.at)?;
            known_devices::forget(tx, agent.account())?;
            tx.record(act.entry("agent.signed_out_everywhere", None, None, details([("sessions", ended.into())])));
            Ok(())
        };
        self.store.write(end).await
    }

    /// An account's owner signs out everywhere. Browsers that were known to them are strangers from then on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn sign_account_out_everywhere(&self, act: Act, account: AccountId) -> Result<(), StoreError> {
        let end = move |tx: &mut Tx<'_>| {
            let ended = account_sessions::end_all(tx, account, act.at)?;
            known_devices::forget(tx, account)?;
            let about = details([("sessions", ended.into())]);
            tx.record(act.entry("account.signed_out_everywhere", None, Some(account), about));
            Ok(())
        };
        self.store.write(end).await
    }
}
