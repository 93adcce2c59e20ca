//! What the audit log signs of itself, and where that goes.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::check::Checker;
use super::directories::{holds_credentials, is_safe};
use super::value::{self, Setting};
use crate::domain::contact::EmailAddress;
use crate::domain::note::{NoteError, NoteKey, VerifierKey};
use crate::domain::token::ServerKey;

impl Setting for VerifierKey {
    const ALLOWED: &'static str = "a verifier key as `mfa-desk audit key` prints it";
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for EmailAddress {
    const ALLOWED: &'static str = "an e-mail address";
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Section `audit`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSettings {
    /// The log's name in what it signs; of the base URL unless set.
    #[serde(deserialize_with = "value::optional")]
    pub origin: Option<String>,
    /// The Ed25519 key that signs, 32 bytes in Base64; derived from `secrets.key` unless set.
    #[serde(deserialize_with = "value::secret")]
    pub signing_key: Option<SecretString>,
    /// Verifier keys of keys that signed before.
    #[serde(deserialize_with = "value::list")]
    pub older_keys: Vec<VerifierKey>,
    /// Minutes between two checkpoints of a log that grows.
    #[serde(deserialize_with = "value::number")]
    pub checkpoint_minutes: u32,
    /// Addresses that checkpoints are mailed to.
    #[serde(deserialize_with = "value::list")]
    pub checkpoint_mail: Vec<EmailAddress>,
    /// Where they are posted to.
    #[serde(deserialize_with = "value::optional")]
    pub checkpoint_url: Option<Url>,
    /// A folder that they are written to, a file for each.
    #[serde(deserialize_with = "value::optional")]
    pub checkpoint_folder: Option<PathBuf>,
    /// Customers' receipts say which agent acted.
    #[serde(deserialize_with = "value::flag")]
    pub receipts_name_agents: bool,
}

impl Default for AuditSettings {
    fn default() -> Self {
        AuditSettings {
            origin: None,
            signing_key: None,
            older_keys: Vec::new(),
            checkpoint_minutes: 60,
            checkpoint_mail: Vec::new(),
            checkpoint_url: None,
            checkpoint_folder: None,
            receipts_name_agents: true,
        }
    }
}

/// How long a receiver of checkpoints may take.
pub const CHECKPOINT_TIMEOUT: Duration = Duration::from_secs(15);

impl AuditSettings {
    /// Time between two checkpoints.
    #[must_use]
    pub fn every(&self) -> TimeDelta {
        TimeDelta::minutes(self.checkpoint_minutes.into())
    }

    fn secret(&self) -> Option<Result<[u8; 32], ()>> {
        let text = self.signing_key.as_ref()?.expose_secret().trim();
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        Some(bytes.ok_or(()))
    }

    /// The key that the log signs with; none where there is no secret to make it from.
    ///
    /// # Errors
    /// [`NoteError`] when the configured key or name cannot be one.
    pub fn key(&self, base_url: &Url, server: &ServerKey) -> Result<Option<NoteKey>, NoteError> {
        let secret = match self.secret() {
            Some(secret) => secret.map_err(|()| NoteError::NotAKey)?,
            None if server.is_configured() => server.audit_secret(),
            None => return Ok(None),
        };
        let host = base_url.host_str().unwrap_or("localhost");
        let origin = self.origin.clone().unwrap_or_else(|| match base_url.port() {
            Some(port) => format!("{host}:{port}/audit"),
            None => format!("{host}/audit"),
        });
        NoteKey::new(&origin, &secret).map(Some)
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("audit.checkpoint_minutes", self.checkpoint_minutes);
        if self.secret().is_some_and(|secret| secret.is_err()) {
            let fix = "set 32 random bytes in Base64, for instance the output of `openssl rand -base64 32`";
            checker.wrong("audit.signing_key", "is not 32 bytes in Base64", fix);
        }
        if self.origin.as_ref().is_some_and(|origin| NoteKey::new(origin, &[0; 32]).is_err()) {
            let fix = "set a name such as desk.example.org/audit, without spaces and +";
            checker.wrong("audit.origin", "cannot be the name of a log", fix);
        }
        if self.checkpoint_url.as_ref().is_some_and(|url| !is_safe(url)) {
            checker.wrong("audit.checkpoint_url", "is not https", "set an https URL");
        }
        if self.checkpoint_url.as_ref().is_some_and(holds_credentials) {
            let fix = "set one without: the desk's pages show it, and a receiver checks the signature";
            checker.wrong("audit.checkpoint_url", "holds a user name or password", fix);
        }
    }
}
