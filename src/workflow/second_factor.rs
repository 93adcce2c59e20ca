//! What is given beside the password, the same for both sides, in the second step of a sign-in and in a step-up.

use super::Desk;
use super::account_sign_in::unavailable;
use super::act::{Act, Halt};
use super::credentials::{Holder, PasskeyAsked};
use super::first_factor::{Side, too_many};
use super::limits::{Counted, give_back, spend_tries};
use crate::directory::{Finding, PasskeyAnswer, Proof};
use crate::domain::authn::{Next, RecoveryCode, TotpCode, after_password};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AccountId, CeremonyId, EntryId};
use crate::domain::limits::Limit;
use crate::store::{StoreError, Tx};

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

    /// What counts wrong ones from one place and from anywhere.
    const fn limits(&self) -> (Limit, Limit) {
        match self {
            Self::Code(_) | Self::Passkey { .. } => (Limit::AccountCodes, Limit::AccountCodesAnywhere),
            Self::RecoveryCode(_) => (Limit::RecoveryCodes, Limit::RecoveryCodesAnywhere),
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
    tries: Vec<EntryId>,
}

impl Weighed {
    /// Whether it holds. What it uses up is used up with it, and what was counted of it is given back; that it does
    /// not hold is recorded.
    pub(super) fn settle(&self, tx: &mut Tx<'_>, act: &Act) -> Result<bool, StoreError> {
        if !self.finding.settle(tx)? {
            self.side.refuse(tx, act, Some(self.account), &format!("wrong_{}", self.by));
            return Ok(false);
        }
        give_back(tx, &self.tries)?;
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
        let means = self.directory.means(account).await.map_err(unavailable)?;
        let passkey = match means.passkeys {
            true => self.ask_passkey(Holder { account, session }).await?,
            false => None,
        };
        Ok(Asked { next: after_password(means, false), codes: means.codes, passkey })
    }

    /// Counts a second factor as wrong, and looks at it. A passkey has to have been asked for in this `session`.
    ///
    /// # Errors
    /// [`Halt::TooOften`] when there were too many wrong ones; [`StoreError`] when the database fails.
    pub(super) async fn weigh(
        &self,
        act: &Act,
        side: Side,
        (account, email): (AccountId, &EmailAddress),
        session: &str,
        factor: SecondFactor,
    ) -> Result<Result<Weighed, Halt>, StoreError> {
        let (place, anywhere) = factor.limits();
        let limits = (place, side.password_limits().1, anywhere);
        let counted = Counted::tries(&self.kit, (&account.to_string(), &email.masked()), &act.ip, limits);
        let (kit, asking) = (self.kit.clone(), act.clone());
        let ask = move |tx: &mut Tx<'_>| {
            let told = |tx: &mut Tx<'_>| side.refuse(tx, &asking, Some(account), "too_often");
            spend_tries(tx, &kit, &asking, &counted, told)
        };
        let Ok(tries) = self.store.write(ask).await? else { return Ok(Err(too_many())) };
        let by = factor.code();
        let proof = match factor {
            SecondFactor::Code(code) => Proof::Code(code),
            SecondFactor::RecoveryCode(code) => Proof::RecoveryCode(code),
            SecondFactor::Passkey { ceremony, answer } => {
                Proof::Passkey(PasskeyAnswer { ceremony, session: session.to_owned(), answer })
            }
        };
        let finding = self.directory.examine(Some(account), proof, act.at).await.map_err(unavailable)?;
        Ok(Ok(Weighed { by, side, account, finding, tries }))
    }
}
