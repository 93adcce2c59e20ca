//! What is given beside the password, the same for both sides, in the second step of a sign-in and in a step-up.

use super::Desk;
use super::account_sign_in::unavailable;
use super::act::{Act, Halt};
use super::credentials::{Holder, PasskeyAsked};
use super::first_factor::{Side, too_many};
use super::guesses::{self, Guessed};
use crate::directory::{Finding, PasskeyAnswer, Proof};
use crate::domain::authn::{Next, RecoveryCode, TotpCode, after_password};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AccountId, CeremonyId};
use crate::domain::token::Token;
use crate::store::{StoreError, Tx, known_devices};

/// What someone proves themself with beside the password.
pub enum SecondFactor {
    /// A code of the authenticator.
    Code(TotpCode),
    /// A saved recovery code.
    RecoveryCode(RecoveryCode),
    /// A browser's answer, and the ceremony that it was asked in.
    Passkey {
        /// Which ceremony.
        ceremony: CeremonyId,
        /// The answer, as JSON.
        answer: String,
    },
}

impl SecondFactor {
    const fn code(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::RecoveryCode(_) => "recovery_code",
            Self::Passkey { .. } => "passkey",
        }
    }
}

/// A second factor that was counted and looked at.
#[derive(Clone)]
pub(super) struct Weighed {
    /// How it is called in the log.
    pub by: &'static str,
    side: Side,
    account: AccountId,
    finding: Finding,
    guessed: Guessed,
}

impl Weighed {
    /// Whether it holds. What it uses up is used up with it, and the row of wrong ones begins anew; that it does not
    /// hold is recorded.
    pub(super) fn settle(&self, tx: &mut Tx<'_>, act: &Act) -> Result<bool, StoreError> {
        if !self.finding.settle(tx)? {
            self.side.refuse(tx, act, Some(self.account), &format!("wrong_{}", self.by));
            return Ok(false);
        }
        guesses::begin_anew(tx, &self.guessed)?;
        Ok(true)
    }
}

/// What somebody is asked for beside the password.
pub struct Asked {
    /// Whether they can give anything.
    pub next: Next,
    /// A device of theirs shows codes.
    pub codes: bool,
    /// What the browser is asked for a passkey with.
    pub passkey: Option<PasskeyAsked>,
}

impl Desk {
    /// What somebody has for a second factor; a passkey is asked for in this `session`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the directory cannot be asked.
    pub async fn ask_second_factor(&self, account: AccountId, session: String) -> Result<Asked, StoreError> {
        let means = self.directories.local.means(account).await.map_err(unavailable)?;
        let passkey = match means.passkeys {
            true => self.ask_passkey(Holder { account, session }).await?,
            false => None,
        };
        Ok(Asked { next: after_password(means, false), codes: means.codes, passkey })
    }

    /// Counts a second factor as wrong before it is looked at.
    ///
    /// # Errors
    /// [`Halt::TooOften`] when it has to wait; [`StoreError`] when the database fails.
    async fn count_factor(
        &self,
        act: &Act,
        side: Side,
        (account, email): (AccountId, &EmailAddress),
        browser: Option<&Token>,
    ) -> Result<Result<Guessed, Halt>, StoreError> {
        let (kit, act, about) = (self.kit.clone(), act.clone(), email.masked());
        let browser = browser.map(Token::hash);
        let count = move |tx: &mut Tx<'_>| {
            let known = match &browser {
                Some(hash) => known_devices::find(tx.connection, account, hash, act.at)?,
                None => None,
            };
            let told = |tx: &mut Tx<'_>| side.refuse(tx, &act, Some(account), "too_often");
            let named = account.to_string();
            guesses::count(tx, &kit, &act, side.factor_limits(), (&named, &about), known, told)
        };
        Ok(self.store.write(count).await?.map_err(|_| too_many()))
    }

    /// Counts a second factor as wrong, and looks at it. A passkey has to have been asked for in this `session`; the
    /// `browser` is known by the secret of its cookie.
    ///
    /// # Errors
    /// [`Halt::TooOften`] when there were too many wrong ones; [`StoreError`] when the database fails.
    pub(super) async fn weigh(
        &self,
        act: &Act,
        side: Side,
        (account, email): (AccountId, &EmailAddress),
        (session, browser): (&str, Option<&Token>),
        factor: SecondFactor,
    ) -> Result<Result<Weighed, Halt>, StoreError> {
        let by = factor.code();
        let proof = match factor {
            SecondFactor::Code(code) => Proof::Code(code),
            SecondFactor::RecoveryCode(code) => Proof::RecoveryCode(code),
            SecondFactor::Passkey { ceremony, answer } => {
                Proof::Passkey(PasskeyAnswer { ceremony, session: session.to_owned(), answer })
            }
        };
        self.weigh_proof(act, side, (account, email), browser, (by, proof)).await
    }

    /// Like [`Self::weigh`], for what signs nobody in but is guessed alike. `by` is how the log calls it.
    ///
    /// # Errors
    /// See [`Self::weigh`].
    pub(super) async fn weigh_proof(
        &self,
        act: &Act,
        side: Side,
        (account, email): (AccountId, &EmailAddress),
        browser: Option<&Token>,
        (by, proof): (&'static str, Proof),
    ) -> Result<Result<Weighed, Halt>, StoreError> {
        let guessed = match self.count_factor(act, side, (account, email), browser).await? {
            Ok(guessed) => guessed,
            Err(halt) => return Ok(Err(halt)),
        };
        let finding = match self.directories.local.examine(Some(account), proof, act.at).await {
            Ok(finding) => finding,
            Err(error) => {
                // Nothing was looked at, so nothing was guessed.
                self.store.write(move |tx| guesses::take_back(tx, &guessed)).await?;
                return Err(unavailable(error));
            }
        };
        Ok(Ok(Weighed { by, side, account, finding, guessed }))
    }
}
