//! Passwords of people at the desk: set by a mailed link, or changed by whoever is signed in.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::act::{Act, Done, Halt};
use super::first_factor::{Checked, Side, Typed, too_many};
use super::limits::{Counted, network_of, spend, spend_tries};
use super::second_factor::{SecondFactor, Weighed};
use super::{Desk, Kit, enrolment, guesses, letters};
use crate::domain::account::{Account, AccountKind};
use crate::domain::audit::details;
use crate::domain::authn::password::acceptable;
use crate::domain::authn::{Assurance, DeskStep};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AgentId, AgentSessionId, OutboxId, SignInLinkId};
use crate::domain::letter::Letter;
use crate::domain::limits::Limit;
use crate::domain::token::Token;
use crate::passwords::NotHashed;
use crate::store::agents::{self, Agent, AgentSession};
use crate::store::letters as store_letters;
use crate::store::outbox::Errand;
use crate::store::sign_in_links::{self, LinkPurpose, SignInLink};
use crate::store::{AnyConnection, StoreError, Tx, accounts, credentials, outbox, sso};

/// How long a link that was asked for works (SP 800-63B-4 §4.2.1 allows a day).
const ASKED_FOR: TimeDelta = TimeDelta::minutes(60);
/// For how long a link that was mailed is enough, however often another is asked for.
const ENOUGH: TimeDelta = TimeDelta::minutes(15);
/// How long the link to a new colleague works, who may read their mail tomorrow.
const INVITED: TimeDelta = TimeDelta::hours(24);

fn weigh_new(kit: &Kit, agent: &Agent, password: &SecretString, has_mfa: bool) -> Result<(), Halt> {
    let about = [kit.product.as_str(), agent.email.as_str(), agent.name.as_str()];
    acceptable(password, has_mfa, &about).map_err(|problem| Halt::BadText(problem.to_string()))
}

/// Mails a link that lets somebody at the desk set a password.
pub(super) fn mail_link(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: &Account,
    invited: bool,
) -> Result<(), StoreError> {
    let until = act.at + if invited { INVITED } else { ASKED_FOR };
    let id = kit.id(SignInLinkId::new, act.at);
    let link = SignInLink { id, account: account.id, expires_at: until, used_at: None };
    sign_in_links::insert(tx, &link, LinkPurpose::SetPassword, &kit.key.sign_in_link_token(id).hash(), act.at)?;
    letters::queue(tx, kit, act, account, Letter::SetPassword { link: id, invited, until })
}

/// Whether whoever sets a password by a link gives a second factor too. Only who never had a device gives none: a mailbox
/// that also has the link to set up another would otherwise be all that is needed.
fn needs_factor(connection: &mut AnyConnection, agent: &Agent, now: DateTime<Utc>) -> Done<bool> {
    let words = "Your device was deactivated. Set up another first: sign in with your password and the link that was \
                 made for you then. Then set a new password.";
    Ok(match enrolment::step_of(connection, agent.id.account(), None, now)? {
        DeskStep::SecondFactor => Ok(true),
        DeskStep::Enrol => Ok(false),
        DeskStep::LinkNeeded => Err(Halt::BadText(words.to_owned())),
    })
}

/// A link that can be used, and whose password it sets.
pub struct PasswordLink {
    /// Whose.
    pub agent: Agent,
    /// They have to give a second factor beside it.
    pub needs_factor: bool,
    link: SignInLink,
}

impl PasswordLink {
    /// In what a passkey is asked for, as in a session.
    pub fn asked_in(&self) -> String {
        self.link.id.to_string()
    }
}

impl Desk {
    /// Somebody at the desk forgot their password. Whether there is such a person, nobody is told: the answer is the
    /// same, and so is what is counted.
    ///
    /// # Errors
    /// [`Halt::TooOften`]; [`StoreError`] when the database fails.
    pub async fn forgot_password(&self, act: Act, email: EmailAddress) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let ask = move |tx: &mut Tx<'_>| {
            let (named, network) = (email.key(), network_of(&act.ip));
            // Nothing that is refused counts by the address alone: a stranger elsewhere would shut its owner out.
            let place = [named.as_bytes(), network.as_bytes()];
            let counted = [
                Counted::hashed(&kit, Limit::PasswordLinks, &place, email.masked()),
                Counted::network(Limit::SignInsFromNetwork, &act.ip),
            ];
            if spend_tries(tx, &kit, &act, &counted, |tx| Side::Desk.refuse(tx, &act, None, "too_often"))?.is_err() {
                return Ok(Err(too_many()));
            }
            tx.record(act.entry("agent.password_link_asked", None, None, details([])));
            let errand = Errand::PasswordLink { email: email.clone() };
            store_letters::add(tx, kit.id(OutboxId::new, act.at), None, &errand, act.at)?;
            Ok(Ok(()))
        };
        let asked = self.store.write(ask).await;
        self.run_errands();
        asked
    }

    /// Mails a link that was asked for, if there is somebody with this address who may act, has a password to forget
    /// and was not mailed enough links.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the errand is then run again.
    pub(super) async fn mail_password_link(&self, errand: OutboxId, email: EmailAddress) -> Result<(), StoreError> {
        let (kit, act) = (self.kit.clone(), self.system_act());
        let decide = move |tx: &mut Tx<'_>| {
            let agent = agents::find_by_email(tx.connection, &email)?.filter(|agent| agent.suspended_at.is_none());
            let decided = match &agent {
                Some(agent) => decide_link(tx, &kit, &act, agent)?,
                None => "unknown",
            };
            let (account, about) = (agent.map(|agent| agent.id.account()), details([("decided", decided.into())]));
            tx.record(act.entry("agent.password_link_decided", None, account, about));
            outbox::done(tx, errand, act.at)
        };
        self.store.write(decide).await?;
        self.run_errands();
        Ok(())
    }

    /// The link that a token opens.
    ///
    /// # Errors
    /// [`Halt`] when it is of no use; [`StoreError`] when the database fails.
    pub async fn password_link(&self, token: &Token) -> Result<Result<PasswordLink, Halt>, StoreError> {
        let (hash, now) = (token.hash(), self.now());
        let look = move |connection: &mut AnyConnection| {
            let Some(link) = sign_in_links::find(connection, &hash)? else { return Ok(Err(Halt::UnknownLink)) };
            let Some(agent) = agents::of_account(connection, link.account)? else {
                return Ok(Err(Halt::UnknownLink));
            };
            match (link.used_at, agent.suspended_at) {
                (Some(_), _) => Ok(Err(Halt::UsedLink)),
                (None, Some(_)) => Ok(Err(Halt::UnknownLink)),
                (None, None) if link.expires_at <= now => Ok(Err(Halt::ExpiredLink)),
                (None, None) => {
                    let needed = needs_factor(connection, &agent, now)?;
                    Ok(needed.map(|needs_factor| PasswordLink { agent, needs_factor, link }))
                }
            }
        };
        self.store.read(look).await
    }

    /// Sets a password by a mailed link. A mailbox alone takes nothing over: whoever has an authenticator gives a
    /// second factor too. Every session ends.
    ///
    /// # Errors
    /// [`Halt`] when the link or the factor is of no use, or the password cannot be chosen; [`StoreError`] when the
    /// database fails.
    pub async fn set_password(
        &self,
        ip: String,
        token: &Token,
        password: SecretString,
        (factor, browser): (Option<SecondFactor>, Option<Token>),
    ) -> Result<Result<(), Halt>, StoreError> {
        let PasswordLink { agent, needs_factor: asked, link } = match self.password_link(token).await? {
            Ok(found) => found,
            Err(halt) => return Ok(Err(halt)),
        };
        let act = Act { actor: agent.actor(), ip, at: self.now() };
        if let Err(halt) = weigh_new(&self.kit, &agent, &password, asked) {
            return Ok(Err(halt));
        }
        let weighed = match (asked, factor) {
            (false, _) => None,
            (true, None) => return Ok(Err(Halt::NotVerified)),
            (true, Some(factor)) => {
                let (id, who) = (link.id.to_string(), (agent.id.account(), &agent.email));
                match self.weigh(&act, Side::Desk, who, (&id, browser.as_ref()), factor).await? {
                    Ok(weighed) => Some(weighed),
                    Err(halt) => return Ok(Err(halt)),
                }
            }
        };
        let hash = self.hashed(password).await?;
        let kit = self.kit.clone();
        // Hashing may have had to wait.
        let act = Act { at: self.now(), ..act };
        let set = move |tx: &mut Tx<'_>| {
            if link.expires_at <= act.at {
                return Ok(Err(Halt::ExpiredLink));
            }
            if let Err(halt) = settle(tx, &act, weighed.as_ref())? {
                return Ok(Err(halt));
            }
            // An authenticator that was set up, or deactivated, meanwhile changes what is asked for.
            if needs_factor(tx.connection, &agent, act.at)?.ok() != Some(asked) {
                return Err(StoreError::Conflict);
            }
            if !sign_in_links::use_up(tx, link.id, act.at)? {
                return Err(StoreError::Conflict);
            }
            replace(tx, &kit, &act, agent.id, (&hash, "link"), None)
        };
        self.store.write(set).await
    }

    /// Somebody who is signed in changes their password; every other session of theirs ends.
    ///
    /// # Errors
    /// [`Halt`] when the old one is wrong or the new one cannot be chosen; [`StoreError`] when the database fails.
    pub async fn change_password(
        &self,
        act: Act,
        session: &AgentSession,
        browser: Option<Token>,
        (old, new): (SecretString, SecretString),
    ) -> Result<Result<(), Halt>, StoreError> {
        // Whoever is signed in has a second factor.
        if let Err(halt) = weigh_new(&self.kit, &session.agent, &new, true) {
            return Ok(Err(halt));
        }
        let typed = Typed { side: Side::Desk, email: Some(session.agent.email.clone()), password: old, browser };
        let Checked { finding, guessed, .. } = match self.check_password(act.ip.clone(), typed).await? {
            Ok(checked) => checked,
            Err(halt) => return Ok(Err(halt)),
        };
        let (hash, kit, agent, kept) = (self.hashed(new).await?, self.kit.clone(), session.agent.id, session.id);
        let act = Act { at: self.now(), ..act };
        let change = move |tx: &mut Tx<'_>| {
            // Whoever ended this sign-in meanwhile keeps the password as it is.
            let live = agents::session(tx.connection, kept)?.is_some_and(|live| {
                live.assurance == Assurance::Complete && act.at < live.expires_at && live.agent.suspended_at.is_none()
            });
            if !live {
                return Ok(Err(Halt::Gone));
            }
            if !finding.settle(tx)? {
                Side::Desk.refuse(tx, &act, None, "wrong_password");
                return Ok(Err(Halt::WrongPassword));
            }
            guesses::begin_anew(tx, &guessed)?;
            replace(tx, &kit, &act, agent, (&hash, "password"), Some(kept))
        };
        self.store.write(change).await
    }

    pub(super) async fn hashed(&self, password: SecretString) -> Result<String, StoreError> {
        self.passwords.hash(password).await.map_err(|error| match error {
            NotHashed::Busy => StoreError::Busy,
            NotHashed::Failed => StoreError::Unavailable(error.to_string()),
        })
    }
}

/// Mails somebody a link that was asked for, or not; answers what the log calls it.
fn decide_link(tx: &mut Tx<'_>, kit: &Kit, act: &Act, agent: &Agent) -> Result<&'static str, StoreError> {
    let Some(account) = accounts::find(tx.connection, agent.id.account())? else { return Ok("unknown") };
    // The single sign-on decides whether and how well they prove themself; a password would go round it.
    if sso::is_only_way(tx.connection, agent.id)? {
        return Ok("comes_by_sso");
    }
    if sign_in_links::mailed_since(tx.connection, account.id, (act.at - ENOUGH, act.at))? {
        return Ok("mailed_before");
    }
    if spend(tx, kit, act, &[Counted::of_account(Limit::PasswordLinksAnywhere, &account)])?.is_err() {
        return Ok("too_often");
    }
    mail_link(tx, kit, act, &account, false)?;
    Ok("mailed")
}

fn settle(tx: &mut Tx<'_>, act: &Act, weighed: Option<&Weighed>) -> Done<()> {
    match weighed {
        Some(weighed) if !weighed.settle(tx, act)? => Ok(Err(Halt::NotVerified)),
        _ => Ok(Ok(())),
    }
}

/// Replaces a password, ends what the old one opened and tells its owner.
fn replace(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    agent: AgentId,
    (hash, by): (&str, &str),
    kept: Option<AgentSessionId>,
) -> Done<()> {
    let account = accounts::find(tx.connection, agent.account())?;
    let Some(account) = account.filter(|account| account.kind == AccountKind::Staff) else {
        return Ok(Err(Halt::Gone));
    };
    credentials::set_password(tx, account.id, hash, act.at)?;
    sign_in_links::end_all(tx, account.id, LinkPurpose::SetPassword, act.at)?;
    agents::end_sessions(tx, agent, kept.map(|id| id.to_string()).as_deref(), act.at)?;
    guesses::forget_person(tx, kit, Side::Desk, &account.email.key())?;
    tx.record(act.entry("agent.password_changed", None, None, details([("by", by.into())])));
    letters::queue(tx, kit, act, &account, Letter::PasswordChanged)?;
    Ok(Ok(()))
}
