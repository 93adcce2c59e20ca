//! How the owner or member of an account signs in: e-mail address and password, then a second step.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::act::{Act, Done, Halt};
use super::confirm_email::usable;
use super::first_factor::{Checked, Side, Typed};
use super::known_browser::{Browser, welcome};
use super::second_factor::{SecondFactor, Weighed};
use super::{Desk, Kit, guesses, recovery};
use crate::directory::DirectoryError;
use crate::domain::account::{Account, AccountStatus};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::{Assurance, Means, Next, after_password};
use crate::domain::case::OWNERS_TIME;
use crate::domain::contact::EmailAddress;
use crate::domain::form::Language;
use crate::domain::ids::{AccountId, AccountSessionId};
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::account_sessions::{self, AccountSession, NewSession, SessionOrigin};
use crate::store::links::{self, LinkPurpose};
use crate::store::{AnyConnection, StoreError, Tx, accounts};

/// What someone signs in with first.
pub struct Offered {
    /// The account's address, if it is one at all.
    pub email: Option<EmailAddress>,
    /// The password.
    pub password: SecretString,
    /// From which network address.
    pub ip: String,
    /// With which browser.
    pub device: String,
    /// The session that the browser held before; it ends.
    pub before: Option<Token>,
    /// The secret of the browser's cookie for those who signed in with it before.
    pub browser: Option<Token>,
    /// In which language.
    pub language: Language,
    /// The mailed link that led here, with the case it speaks of.
    pub link: Option<(CaseRef, Token)>,
}

/// With what somebody completes a sign-in.
pub struct SignInFrom {
    /// The browser, in a few words.
    pub device: String,
    /// The secret of its cookie, where its owner signed in with it before.
    pub browser: Option<Token>,
    /// In which language; letters are written in it from now on.
    pub language: Language,
}

/// A sign-in that is complete.
pub struct AccountSignedIn {
    /// The secret of the session's cookie.
    pub cookie: Token,
    /// The secret of the cookie that the browser is known by.
    pub browser: Token,
}

/// A password that was right.
pub struct FirstStep {
    /// The secret of the session's cookie from now on.
    pub cookie: Token,
    /// That of the cookie that the browser is known by, where this step completed the sign-in.
    pub browser: Option<Token>,
    /// What comes next.
    pub next: Next,
}

pub(super) fn unavailable(error: DirectoryError) -> StoreError {
    match error {
        DirectoryError::Busy => StoreError::Busy,
        error => StoreError::Unavailable(error.to_string()),
    }
}

fn origin(method: &str, proved_at: Option<DateTime<Utc>>, act: &Act, device: &str) -> SessionOrigin {
    SessionOrigin { method: method.to_owned(), proved_at, ip: act.ip.clone(), device: device.to_owned() }
}

impl Desk {
    /// The first step of a sign-in: address and password. An unknown address, a suspended account and a wrong password
    /// are answered alike and take the same time.
    ///
    /// # Errors
    /// [`Halt`] when it is not right, or the link is of no use; [`StoreError`] when the database fails.
    pub async fn account_password(&self, offered: Offered) -> Result<Result<FirstStep, Halt>, StoreError> {
        let typed = Typed {
            side: Side::Account,
            email: offered.email,
            password: offered.password,
            browser: offered.browser.clone(),
        };
        let Checked { act, account, finding, guessed } = match self.check_password(offered.ip, typed).await? {
            Ok(checked) => checked,
            Err(halt) => return Ok(Err(halt)),
        };
        let (kit, cookie) = (self.kit.clone(), self.kit.entropy.token());
        let new = NewSession {
            id: kit.id(AccountSessionId::new, act.at),
            // Replaced by the account that was found; nothing begins without one.
            account: account.unwrap_or_else(|| kit.id(AccountId::new, act.at)),
            token_hash: cookie.hash(),
            assurance: Assurance::Password,
            case: None,
            origin: origin("password", None, &act, &offered.device),
            expires_at: act.at + kit.sessions.account_idle(),
        };
        let (link, before) = (offered.link, offered.before.map(|token| token.hash()));
        let (began, deciding) = (new.clone(), act.clone());
        let decide = move |tx: &mut Tx<'_>| {
            let (holds, act) = (finding.settle(tx)?, &deciding);
            let Some(account) = account.filter(|_| holds) else {
                let why = if account.is_some() { "wrong_password" } else { "unknown_address" };
                Side::Account.refuse(tx, act, account, why);
                return Ok(Err(Halt::WrongPassword));
            };
            guesses::begin_anew(tx, &guessed)?;
            if let Some(link) = &link
                && let Err(halt) = use_link(tx, &kit, act, account, link)?
            {
                return Ok(Err(halt));
            }
            if let Some(before) = &before {
                account_sessions::end_of_cookie(tx, before, act.at)?;
            }
            account_sessions::begin(tx, &began, act.at)?;
            let about = details([("session", began.id.to_string().into())]);
            tx.record(act.entry("account.password_accepted", None, Some(account), about));
            Ok(Ok(link.is_some()))
        };
        let by_link = match self.store.write(decide).await? {
            Ok(by_link) => by_link,
            Err(halt) => return Ok(Err(halt)),
        };
        let means = self.directories.local.means(new.account).await.map_err(unavailable)?;
        let next = after_password(means, by_link);
        if next != Next::Complete {
            return Ok(Ok(FirstStep { cookie, browser: None, next }));
        }
        let from = SignInFrom { device: offered.device, browser: offered.browser, language: offered.language };
        let done = self.complete(act, new.account, cookie, None, from).await?;
        Ok(done.map(|done| FirstStep { cookie: done.cookie, browser: Some(done.browser), next }))
    }

    /// The second step of a sign-in.
    ///
    /// # Errors
    /// [`Halt`] when the code is not right; [`StoreError`] when the database fails.
    pub async fn account_second_step(
        &self,
        (ip, from): (String, SignInFrom),
        session: &AccountSession,
        cookie: Token,
        factor: SecondFactor,
    ) -> Result<Result<AccountSignedIn, Halt>, StoreError> {
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let account = &session.account;
        let (id, who) = (session.id.to_string(), (account.id, &account.email));
        match self.weigh(&act, Side::Account, who, (&id, from.browser.as_ref()), factor).await? {
            Ok(weighed) => self.complete(act, account.id, cookie, Some(weighed), from).await,
            Err(halt) => Ok(Err(halt)),
        }
    }

    /// Makes a session of the first step a complete one under a new cookie, if what it needs for that holds.
    async fn complete(
        &self,
        act: Act,
        account: AccountId,
        cookie: Token,
        weighed: Option<Weighed>,
        from: SignInFrom,
    ) -> Result<Result<AccountSignedIn, Halt>, StoreError> {
        let (old, fresh, known) = (cookie.hash(), self.kit.entropy.token(), self.kit.entropy.token());
        let by = weighed.as_ref().map_or("link", |weighed| weighed.by);
        let new = NewSession {
            id: self.kit.id(AccountSessionId::new, act.at),
            account,
            token_hash: fresh.hash(),
            assurance: Assurance::Complete,
            case: None,
            // Where there is no device, the link that came to the mailbox is the second factor.
            origin: origin(by, Some(act.at), &act, &from.device),
            expires_at: act.at + self.kit.sessions.account_absolute(),
        };
        let (browser, language) = (Browser::new(from.device, from.browser.as_ref(), &known), from.language);
        let kit = self.kit.clone();
        let complete = move |tx: &mut Tx<'_>| {
            let first = account_sessions::find(tx.connection, &old)?;
            let first = first.filter(|first| first.account.id == account && first.assurance == Assurance::Password);
            let Some(first) = first.filter(|first| act.at < first.expires_at && is_active(&first.account)) else {
                return Ok(Err(Halt::Gone));
            };
            if let Some(weighed) = &weighed
                && !weighed.settle(tx, &act)?
            {
                return Ok(Err(Halt::NotVerified));
            }
            if !account_sessions::end(tx, first.id, act.at)? {
                // Somebody was faster in the same session: what this used up is given back.
                return Err(StoreError::Conflict);
            }
            account_sessions::begin(tx, &new, act.at)?;
            let about = details([("session", new.id.to_string().into()), ("by", by.into())]);
            tx.record(act.entry("account.signed_in", None, Some(account), about));
            accounts::set_language(tx, account, language)?;
            welcome(tx, &kit, &act, &first.account, &browser)?;
            Ok(Ok(()))
        };
        let done = self.store.write(complete).await?;
        Ok(done.map(|()| AccountSignedIn { cookie: fresh, browser: known }))
    }

    /// What an account has for the second step.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be asked.
    pub async fn account_means(&self, account: AccountId) -> Result<Means, StoreError> {
        self.directories.local.means(account).await.map_err(unavailable)
    }

    /// The session that a cookie holds, unless it ended, sat idle too long, or its account was suspended. Only what is
    /// done `by_hand` keeps it from being idle.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn account_session(&self, cookie: &Token, by_hand: bool) -> Result<Option<AccountSession>, StoreError> {
        let (now, hash) = (self.now(), cookie.hash());
        let find = move |connection: &mut AnyConnection| {
            let found = account_sessions::find(connection, &hash)?;
            let stands = match found.as_ref().and_then(|session| session.case) {
                Some(case) => recovery::still_stands(connection, case)?,
                None => true,
            };
            Ok(found.filter(|_| stands))
        };
        let found = self.store.read(find).await?;
        let live = |session: &AccountSession| {
            // Whoever waits for a mail or a call between the steps is not idle.
            let idle = match session.assurance {
                Assurance::Password => OWNERS_TIME,
                Assurance::Recovery | Assurance::Complete => self.kit.sessions.account_idle(),
            };
            is_active(&session.account) && now < session.expires_at && now < session.last_seen_at + idle
        };
        let Some(session) = found.filter(live) else { return Ok(None) };
        if by_hand && now - session.last_seen_at >= TimeDelta::minutes(1) {
            let id = session.id;
            self.store.write(move |tx| account_sessions::touch(tx, id, now)).await?;
        }
        Ok(Some(session))
    }

    /// Ends a session of an account at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn account_sign_out(&self, ip: String, session: &AccountSession) -> Result<(), StoreError> {
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let (id, account) = (session.id, session.account.id);
        let end = move |tx: &mut Tx<'_>| {
            if account_sessions::end(tx, id, act.at)? {
                let about = details([("session", id.to_string().into())]);
                tx.record(act.entry("account.signed_out", None, Some(account), about));
            }
            Ok(())
        };
        self.store.write(end).await
    }
}

fn is_active(account: &Account) -> bool {
    account.status == AccountStatus::Active
}

/// Uses up the link that led to a sign-in. It is for the account it was sent to and for no other.
fn use_link(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: AccountId,
    (reference, token): &(CaseRef, Token),
) -> Done<()> {
    let (filed, link) = match usable(tx, kit, act, reference, LinkPurpose::Administer, Some(token))? {
        Ok(found) => found,
        Err(halt) => return Ok(Err(halt)),
    };
    if link.administrator != Some(account) {
        let about = details([("why", "other_account".into()), ("account", account.to_string().into())]);
        tx.record(act.case_entry("link.refused", &filed, about));
        return Ok(Err(Halt::OtherAccount));
    }
    if !links::use_up(tx, link.id, act.at)? {
        return Ok(Err(Halt::UsedLink));
    }
    Ok(Ok(()))
}
