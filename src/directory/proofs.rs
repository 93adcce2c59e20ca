//! Proofs that an account gives to the desk itself. Only the embedded directory checks any.

use std::sync::Arc;

use secrecy::SecretString;

use crate::domain::authn::{RecoveryCode, TotpCode};
use crate::domain::ids::CeremonyId;
use crate::passwords::Queue;
use crate::store::{StoreError, Tx};

/// Which proofs can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofKinds {
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
