//! Where accounts and authenticators live: `local`, in our own database, and connectors to real identity systems.
//!
//! Every connector keeps to the same promises, which the workflow builds on:
//! - what it cannot tell apart it does not act on: an empty answer where a right may be missing is [`DirectoryError::Denied`];
//! - [`DirectoryError::Unknown`] is said of every request that may have changed something and was not answered in full;
//! - acting twice has no second effect, and what is done already is done;
//! - a login or serial is checked in the answer before anything is done with it;
//! - error texts hold neither credentials, secrets, codes nor addresses.

#[cfg(feature = "aws")]
mod aws_iam;
mod breaker;
mod connect;
mod guarded;
mod http;
mod keycloak;
mod local;
mod privacyidea;
mod proofs;
mod registry;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

#[cfg(feature = "aws")]
pub use aws_iam::AwsIam;
pub use breaker::Trouble;
pub use connect::{NotConnected, connect};
pub use guarded::Guarded;
pub use http::{Effect, Http, HttpSettings, Reply};
pub use keycloak::Keycloak;
pub use local::LocalDirectory;
pub use privacyidea::PrivacyIdea;
pub use proofs::{Finding, PasskeyAnswer, Proof, ProofKinds};
pub use registry::{Configured, Directories, Down, Others, Route};

pub use webhook::WebhookDirectory;

use crate::domain::account::AuthenticatorKind;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::directory::{Found, Listed, Login, Outcome, Serial, Standing};
use crate::domain::ids::OutboxId;

/// Why a directory did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// It said no; asking again would not help.
    #[error("the directory refused: {0}")]
    Refused(String),
    /// It does not take our credentials, or they lack a right: an operator has to see to it. Nothing was changed.
    #[error("the directory does not let the desk do this: {0}")]
    Denied(String),
    /// It cannot be reached; nothing was changed.
    #[error("the directory is unavailable: {0}")]
    Unavailable(String),
    /// It asks for patience; nothing was changed.
    #[error("the directory asks to be left alone for a while")]
    Limited {
        /// How long, where it says so.
        wait: Option<Duration>,
    },
    /// Too many wait for it; nothing was looked at.
    #[error("the directory is busy")]
    Busy,
    /// It did not answer: it may or may not have acted, and is asked before anything is repeated.
    #[error("the directory did not answer: {0}")]
    Unknown(String),
}

impl DirectoryError {
    /// How long it asks to be left alone; nothing where it does not, or does not say.
    pub fn patience(&self) -> TimeDelta {
        match self {
            Self::Limited { wait: Some(wait) } => TimeDelta::from_std(*wait).unwrap_or_default(),
            _ => TimeDelta::zero(),
        }
    }
}

/// What a directory tells and can change. The desk shows what it cannot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Finds an account by its e-mail address.
    pub finds_by_email: bool,
    /// Tells e-mail addresses of record.
    pub emails: bool,
    /// Tells telephone numbers of record.
    pub phones: bool,
    /// Replaces telephone numbers of record.
    pub update_phone: bool,
    /// Ends the account's old sign-ins.
    pub end_sessions: bool,
    /// Sets up a fresh authenticator.
    pub enrol: bool,
}

/// How an account is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// By what it is called in the directory.
    Login(&'a Login),
    /// By its e-mail address.
    Email(&'a EmailAddress),
}

/// An order to switch an authenticator off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Whose.
    pub login: Login,
    /// Which.
    pub serial: Serial,
    /// What it is.
    pub kind: AuthenticatorKind,
    /// The same whenever the same decision is carried out again.
    pub key: OutboxId,
    /// The time.
    pub at: DateTime<Utc>,
}

/// A fresh authenticator app, to be shown once.
#[derive(Debug)]
pub struct Fresh {
    /// What the QR code holds: `otpauth://totp/…`.
    pub uri: SecretString,
    /// The secret in base32.
    pub secret: SecretString,
}

/// One thing that a look at a directory found, without changing anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What was looked at, such as "may list tokens".
    pub what: String,
    /// Nothing when it is as it should be; otherwise what to see to.
    pub wrong: Option<String>,
}

/// A system that holds accounts and authenticators.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What it tells and can change.
    fn capabilities(&self) -> Capabilities;

    /// The account, or nothing when the directory is sure that it has none.
    ///
    /// # Errors
    /// Never [`DirectoryError::Unknown`]: looking changes nothing.
    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError>;

    /// The account's authenticators of the kinds that the desk can have deactivated.
    ///
    /// # Errors
    /// Never [`DirectoryError::Unknown`].
    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError>;

    /// How far an authenticator is switched off. One that is not the account's is [`DirectoryError::Refused`].
    ///
    /// # Errors
    /// Never [`DirectoryError::Unknown`].
    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError>;

    /// Switches an authenticator off, or goes on where an earlier order left off.
    ///
    /// # Errors
    /// With any error but [`DirectoryError::Unknown`] the authenticator was not switched off by this order.
    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError>;

    /// Ends the account's old sign-ins, where the directory can.
    ///
    /// # Errors
    /// [`DirectoryError::Refused`] where it cannot.
    async fn end_sessions(&self, _login: &Login, _key: OutboxId) -> Result<(), DirectoryError> {
        Err(DirectoryError::Refused("it cannot end sign-ins".to_owned()))
    }

    /// Makes `phone` the number of record, where the directory can. Doing so twice is doing it once.
    ///
    /// # Errors
    /// [`DirectoryError::Refused`] where it cannot.
    async fn update_phone(&self, _login: &Login, _phone: &E164, _key: OutboxId) -> Result<(), DirectoryError> {
        Err(DirectoryError::Refused("it cannot change telephone numbers".to_owned()))
    }

    /// Sets up a fresh authenticator app of this serial, where the directory can. What an earlier try left half made
    /// is called the same, and is taken away first.
    ///
    /// # Errors
    /// [`DirectoryError::Refused`] where it cannot.
    async fn enrol(&self, _login: &Login, _serial: &Serial) -> Result<Fresh, DirectoryError> {
        Err(DirectoryError::Refused("it cannot set up authenticators".to_owned()))
    }

    /// Looks whether credentials and rights are there, changing nothing. `sample` is an account to look with.
    async fn check(&self, sample: Option<&Login>) -> Vec<Probe>;
}
