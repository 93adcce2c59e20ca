//! Where accounts and authenticators live. Connectors to real identity systems stand beside `local`.

mod local;

use async_trait::async_trait;

pub use local::LocalDirectory;

use crate::domain::account::AuthenticatorState;
use crate::domain::ids::{AuthenticatorId, OutboxId};

/// Why a directory did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// It said no; asking again would not help.
    #[error("the directory refused: {0}")]
    Refused(String),
    /// It cannot be reached; nothing was changed.
    #[error("the directory is unavailable: {0}")]
    Unavailable(String),
    /// It did not answer: it may or may not have acted, and is asked before anything is repeated.
    #[error("the directory did not answer: {0}")]
    Unknown(String),
}

/// A system that holds authenticators.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Switches an authenticator off. `key` is the same whenever the same decision is carried out again.
    async fn deactivate(&self, authenticator: AuthenticatorId, key: OutboxId) -> Result<(), DirectoryError>;

    /// What the directory itself says about an authenticator.
    async fn state(&self, authenticator: AuthenticatorId) -> Result<AuthenticatorState, DirectoryError>;
}
