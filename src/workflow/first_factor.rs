//! The first step of a sign-in, the same for both sides: whose it is, how often it may be tried, and whether the
//! password is right.

use secrecy::SecretString;

use super::Desk;
use super::account_sign_in::unavailable;
use super::act::{Act, Halt};
use super::guesses::{self, GuessLimits, Guessed};
use crate::directory::{Finding, Proof};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::AccountId;
use crate::domain::limits::Limit;
use crate::domain::token::Token;
use crate::locale::text;
use crate::passwords::Queue;
use crate::store::{AnyConnection, StoreError, Tx, accounts, agents, known_devices};

/// On which side somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// People at the desk.
    Desk,
    /// Customers' accounts.
    Account,
}

impl Side {
    /// What counts passwords.
    pub(super) const fn password_limits(self) -> GuessLimits {
        let browser = Limit::SignInsOfBrowser;
        match self {
            Self::Desk => GuessLimits {
                place: Limit::SignIns,
                network: Limit::SignInsFromNetwork,
                anywhere: Limit::SignInsAnywhere,
                browser,
            },
            Self::Account => GuessLimits {
                place: Limit::AccountSignIns,
                network: Limit::AccountSignInsFromNetwork,
                anywhere: Limit::AccountSignInsAnywhere,
                browser,
            },
        }
    }

    /// What counts second factors, of whichever kind: together they are one row of guesses.
    pub(super) const fn factor_limits(self) -> GuessLimits {
        GuessLimits {
            place: Limit::AccountCodes,
            network: self.password_limits().network,
            anywhere: Limit::AccountCodesAnywhere,
            browser: Limit::CodesOfBrowser,
        }
    }

    const fn queue(self) -> Queue {
        match self {
            Self::Desk => Queue::Desk,
            Self::Account => Queue::Accounts,
        }
    }

    /// Records that a step of a sign-in was refused.
    pub(super) fn refuse(self, tx: &mut Tx<'_>, act: &Act, account: Option<AccountId>, why: &str) {
        let (action, account) = match self {
            // Who it is stands in the entry as the one who acts.
            Self::Desk => ("agent.sign_in_refused", None),
            Self::Account => ("account.sign_in_refused", account),
        };
        tx.record(act.entry(action, None, account, details([("why", why.into())])));
    }

    fn find(
        self,
        connection: &mut AnyConnection,
        email: &EmailAddress,
    ) -> Result<Option<(Actor, AccountId)>, StoreError> {
        match self {
            Self::Desk => {
                let agent = agents::find_by_email(connection, email)?;
                Ok(agent.map(|agent| (agent.actor(), agent.id.account())))
            }
            Self::Account => {
                let account = accounts::find_by_email(connection, email)?;
                Ok(account.map(|account| (Actor::Customer, account.id)))
            }
        }
    }
}

pub(super) fn too_many() -> Halt {
    Halt::TooOften(text!("halt-too-often"))
}

/// An address and a password that somebody typed.
pub(super) struct Typed {
    pub side: Side,
    pub email: Option<EmailAddress>,
    pub password: SecretString,
    /// The secret of the browser's cookie for those who signed in with it before.
    pub browser: Option<Token>,
}

/// What became of them. Whether the password is right is decided by settling the finding.
pub(super) struct Checked {
    pub act: Act,
    pub account: Option<AccountId>,
    pub finding: Finding,
    pub guessed: Guessed,
}

impl Desk {
    /// Counts a password as wrong, and checks it. Unknown addresses cost the same time and the same budgets.
    ///
    /// # Errors
    /// [`Halt::TooOften`] when it has to wait; [`StoreError`] when the database fails.
    pub(super) async fn check_password(&self, ip: String, typed: Typed) -> Result<Result<Checked, Halt>, StoreError> {
        let (kit, at, side) = (self.kit.clone(), self.now(), typed.side);
        let (email, browser) = (typed.email, typed.browser.map(|token| token.hash()));
        let ask = move |tx: &mut Tx<'_>| {
            let found = match &email {
                Some(email) => side.find(tx.connection, email)?,
                None => None,
            };
            let (actor, account) = match found {
                Some((actor, account)) => (actor, Some(account)),
                None => (Actor::Customer, None),
            };
            let act = Act { actor, ip: ip.clone(), at };
            let known = match (account, &browser) {
                (Some(account), Some(hash)) => known_devices::find(tx.connection, account, hash, at)?,
                _ => None,
            };
            let named = email.as_ref().map(|email| (email.key(), email.masked())).unwrap_or_default();
            let guessed = guesses::count(tx, &kit, &act, side.password_limits(), (&named.0, &named.1), known, |tx| {
                side.refuse(tx, &act, account, "too_often");
            })?;
            Ok((act, account, guessed))
        };
        let (act, account, guessed) = self.store.write(ask).await?;
        let Ok(guessed) = guessed else { return Ok(Err(too_many())) };
        let proof = Proof::Password(typed.password, side.queue());
        let finding = match self.directories.local.examine(account, proof, act.at).await {
            Ok(finding) => finding,
            Err(error) => {
                // Nothing was looked at: a flood must not use up the budget of whoever could not be checked.
                self.store.write(move |tx| guesses::take_back(tx, &guessed)).await?;
                return Err(unavailable(error));
            }
        };
        Ok(Ok(Checked { act, account, finding, guessed }))
    }
}
