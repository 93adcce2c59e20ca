//! Where accounts and authenticators live. Connectors to real identity systems stand beside `local`.

mod local;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

pub use local::LocalDirectory;

use crate::domain::account::AuthenticatorState;
use crate::domain::authn::{Means, RecoveryCode, TotpCode};
use crate::domain::contact::E164;
use crate::domain::ids::{AccountId, AuthenticatorId, CeremonyId, OutboxId};
use crate::passwords::Queue;
use crate::store::{StoreError, Tx};

/// Why a directory did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// It said no; asking again would not help.
    #[error("the directory refused: {0}")]
    Refused(String),
    /// It cannot be reached; nothing was changed.
    #[error("the directory is unavailable: {0}")]
    Unavailable(String),
    /// Too many wait for it; nothing was looked at.
    #[error("the directory is busy")]
    Busy,
    /// It did not answer: it may or may not have acted, and is asked before anything is repeated.
    #[error("the directory did not answer: {0}")]
    Unknown(String),
}

/// What a directory can check and change. Not every system gives out what is needed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The account's password.
    pub password: bool,
    /// A code that an authenticator shows.
    pub codes: bool,
    /// Two codes in a row, which put an authenticator's clock right.
    pub resynchronise: bool,
    /// A saved recovery code, used up by it.
    pub recovery_codes: bool,
    /// A passkey.
    pub passkeys: bool,
    /// The telephone number of record can be replaced; where it cannot, no change is taken on.
    pub update_phone: bool,
}

/// What someone offers as a proof.
pub enum Proof {
    /// The account's password, checked in this queue.
    Password(SecretString, Queue),
    /// A code that an authenticator shows.
    Code(TotpCode),
    /// Two codes in a row.
    TwoCodes(TotpCode, TotpCode),
    /// A saved recovery code.
    RecoveryCode(RecoveryCode),
    /// What a browser answered when it was asked for a passkey.
    Passkey(PasskeyAnswer),
}

/// A browser's answer, and what it was asked: by which ceremony, in which session.
pub struct PasskeyAnswer {
    /// Which ceremony; it is used up, whatever the answer is worth.
    pub ceremony: CeremonyId,
    /// The session that it was asked in.
    pub session: String,
    /// The answer, as JSON.
    pub answer: String,
}

/// What a directory makes of a proof. What our own database decides is decided in the transaction that records the
/// outcome, so that a code cannot be used twice at once, nor be used up for nothing.
#[derive(Clone)]
pub struct Finding(Arc<Settle>);

type Settle = dyn Fn(&mut Tx<'_>) -> Result<bool, StoreError> + Send + Sync;

impl Finding {
    /// Decided by a system outside.
    pub fn decided(holds: bool) -> Self {
        Self(Arc::new(move |_| Ok(holds)))
    }

    /// To be decided in a transaction.
    pub fn in_transaction(settle: impl Fn(&mut Tx<'_>) -> Result<bool, StoreError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(settle))
    }

    /// Whether the proof holds. What it uses up is used up with it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn settle(&self, tx: &mut Tx<'_>) -> Result<bool, StoreError> {
        (self.0)(tx)
    }
}

/// A system that holds accounts and authenticators.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What it can check.
    fn capabilities(&self) -> Capabilities;

    /// What the account has for the second step of a sign-in.
    async fn means(&self, account: AccountId) -> Result<Means, DirectoryError>;

    /// Looks at a proof of the account. Where there is no account, it takes as long and nothing holds.
    async fn examine(
        &self,
        account: Option<AccountId>,
        proof: Proof,
        at: DateTime<Utc>,
    ) -> Result<Finding, DirectoryError>;

    /// Switches an authenticator off. `key` is the same whenever the same decision is carried out again.
    async fn deactivate(&self, authenticator: AuthenticatorId, key: OutboxId) -> Result<(), DirectoryError>;

    /// What the directory itself says about an authenticator.
    async fn state(&self, authenticator: AuthenticatorId) -> Result<AuthenticatorState, DirectoryError>;

    /// Makes `phone` the number of record in the transaction that decides it: the change is effective in both places
    /// or in none.
    ///
    /// # Errors
    /// [`StoreError`] when it is not possible; nothing of the transaction is then stored.
    fn update_phone(
        &self,
        _tx: &mut Tx<'_>,
        _account: AccountId,
        _phone: &E164,
        _at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        Err(StoreError::Unavailable("this directory's telephone numbers cannot be changed".to_owned()))
    }
}
