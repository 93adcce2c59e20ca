//! How people at the desk sign in: e-mail address and password, then a second step that nobody is spared.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::act::{Act, Done, Halt};
use super::first_factor::{Checked, Side, Typed};
use super::known_browser::{Browser, welcome};
use super::limits::take;
use super::second_factor::SecondFactor;
use super::{Desk, Kit, enrolment, guesses};
use crate::domain::audit::details;
use crate::domain::authn::{Assurance, DeskStep};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AgentId, AgentSessionId, SignInLinkId};
use crate::domain::limits::Limit;
use crate::domain::token::Token;
use crate::store::account_sessions::SessionOrigin;
use crate::store::agents::{self, Agent, AgentSession, NewAgentSession, Waiting};
use crate::store::{AnyConnection, StoreError, Tx, accounts};

/// What someone signs in to the desk with first.
pub struct AgentOffered {
    /// Their address, if it is one at all.
    pub email: Option<EmailAddress>,
    /// The password.
    pub password: SecretString,
    /// From which network address.
    pub ip: String,
    /// With which browser.
    pub device: String,
    /// The secret of the browser's cookie for those who signed in with it before.
    pub browser: Option<Token>,
    /// The session that the browser held before; it ends.
    pub before: Option<AgentSessionId>,
    /// The link that led here, of somebody whose devices were deactivated.
    pub link: Option<Token>,
}

/// A password that was right.
#[derive(Debug, Clone)]
pub struct AgentStep {
    /// The session the cookie names.
    pub session: AgentSessionId,
    /// Who.
    pub agent: Agent,
    /// What comes next.
    pub next: DeskStep,
}

/// A sign-in that is complete.
pub struct AgentSignedIn {
    /// The session the cookie names.
    pub session: AgentSessionId,
    /// Who.
    pub agent: Agent,
    /// The secret of the cookie that the browser is known by.
    pub browser: Token,
}

impl Desk {
    /// Checks an agent's password and begins a session that lets them give a second factor and nothing else. An
    /// unknown address, a suspended agent and a wrong password are answered alike. Where passwords are not in use, only
    /// who comes by the link of somebody whose devices were deactivated can give theirs.
    ///
    /// # Errors
    /// [`Halt::WrongPassword`] or [`Halt::TooOften`]; [`StoreError`] when the database fails.
    pub async fn sign_in(&self, offered: AgentOffered) -> Result<Result<AgentStep, Halt>, StoreError> {
        let typed =
            Typed { side: Side::Desk, email: offered.email, password: offered.password, browser: offered.browser };
        let Checked { act, finding, guessed, .. } = match self.check_password(offered.ip, typed).await? {
            Ok(checked) => checked,
            Err(halt) => return Ok(Err(halt)),
        };
        let (kit, device, before) = (self.kit.clone(), offered.device, offered.before);
        let (link, takes_passwords) = (offered.link.map(|link| link.hash()), self.takes_desk_passwords());
        let decide = move |tx: &mut Tx<'_>| {
            let Some(agent) = act.actor.agent() else {
                Side::Desk.refuse(tx, &act, None, "unknown_address");
                return Ok(Err(Halt::WrongPassword));
            };
            if !finding.settle(tx)? {
                Side::Desk.refuse(tx, &act, None, "wrong_password");
                return Ok(Err(Halt::WrongPassword));
            }
            if let Some(before) = before {
                agents::end_session(tx, before, act.at)?;
            }
            let link = enrolment::claim(tx, agent.account(), link.as_deref(), act.at)?;
            if !takes_passwords && link.is_none() {
                Side::Desk.refuse(tx, &act, None, "no_passwords");
                return Ok(Err(Halt::WrongPassword));
            }
            let how = How { assurance: Assurance::Password, by: "password", device: &device, proved_at: None, link };
            let (session, agent) = match begin(tx, &kit, &act, agent, how)? {
                Ok(began) => began,
                Err(halt) => return Ok(Err(halt)),
            };
            guesses::begin_anew(tx, &guessed)?;
            let next = enrolment::step_of(tx.connection, agent.id.account(), link, act.at)?;
            if next == DeskStep::LinkNeeded {
                Side::Desk.refuse(tx, &act, None, "no_link");
            }
            Ok(Ok(AgentStep { session, agent, next }))
        };
        self.store.write(decide).await
    }

    /// The second step: the session of the first ends, and another begins under a new identifier.
    ///
    /// # Errors
    /// [`Halt`] when the factor does not hold; [`StoreError`] when the database fails.
    pub async fn agent_second_step(
        &self,
        act: Act,
        session: &AgentSession,
        (device, browser): (String, Option<Token>),
        factor: SecondFactor,
    ) -> Result<Result<AgentSignedIn, Halt>, StoreError> {
        let (first, agent) = (session.id, session.agent.id);
        let who = (agent.account(), &session.agent.email);
        let weighed = match self.weigh(&act, Side::Desk, who, (&first.to_string(), browser.as_ref()), factor).await? {
            Ok(weighed) => weighed,
            Err(halt) => return Ok(Err(halt)),
        };
        let (kit, known) = (self.kit.clone(), self.kit.entropy.token());
        let browser = Browser::new(device, browser.as_ref(), &known);
        let complete = move |tx: &mut Tx<'_>| {
            let found = agents::session(tx.connection, first)?;
            let found = found.filter(|found| found.assurance == Assurance::Password && act.at < found.expires_at);
            if found.is_none() {
                return Ok(Err(Halt::Gone));
            }
            if !weighed.settle(tx, &act)? {
                return Ok(Err(Halt::NotVerified));
            }
            if !agents::end_session(tx, first, act.at)? {
                // Somebody was faster in the same session: what this used up is given back.
                return Err(StoreError::Conflict);
            }
            let how = How {
                assurance: Assurance::Complete,
                by: weighed.by,
                device: &browser.device,
                proved_at: Some(act.at),
                link: None,
            };
            let began = begin(tx, &kit, &act, agent, how)?;
            if began.is_ok()
                && let Some(account) = accounts::find(tx.connection, agent.account())?
            {
                welcome(tx, &kit, &act, &account, &browser)?;
            }
            Ok(began)
        };
        let done = self.store.write(complete).await?;
        Ok(done.map(|(session, agent)| AgentSignedIn { session, agent, browser: known }))
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

/// How a session begins.
pub(super) struct How<'a> {
    /// How far it has come.
    pub assurance: Assurance,
    /// By what the person proved themself last.
    pub by: &'static str,
    /// The browser, in a few words.
    pub device: &'a str,
    /// When a second factor was given.
    pub proved_at: Option<DateTime<Utc>>,
    /// The link to set up a device that the session holds.
    pub link: Option<SignInLinkId>,
}

/// Begins a session of somebody at the desk who may act.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    agent: AgentId,
    how: How<'_>,
) -> Done<(AgentSessionId, Agent)> {
    // Read again: the password took a while to check, and somebody may have suspended them meanwhile.
    let Some(agent) = agents::find(tx.connection, agent)? else { return Ok(Err(Halt::WrongPassword)) };
    if agent.suspended_at.is_some() {
        Side::Desk.refuse(tx, act, None, "suspended");
        return Ok(Err(Halt::WrongPassword));
    }
    let session = kit.id(AgentSessionId::new, act.at);
    let complete = how.assurance == Assurance::Complete;
    let new = NewAgentSession {
        id: session,
        agent: agent.id,
        assurance: how.assurance,
        origin: SessionOrigin {
            method: how.by.to_owned(),
            proved_at: how.proved_at,
            ip: act.ip.clone(),
            device: how.device.to_owned(),
        },
        enrol_link: how.link,
        expires_at: act.at + if complete { kit.sessions.absolute() } else { kit.sessions.idle() },
    };
    agents::begin_session(tx, &new, act.at)?;
    let about = details([("session", session.to_string().into()), ("by", how.by.into())]);
    tx.record(act.entry(if complete { "agent.signed_in" } else { "agent.password_accepted" }, None, None, about));
    Ok(Ok((session, agent)))
}
