//! Mail that comes in: where answers go, and the ways by which they come.

use std::path::PathBuf;

use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize;

use super::check::Checker;
use super::mail_server::{MailServer, MailTls, ServerKeys};
use super::value::{self, Setting};
use crate::domain::inbound::DeskAddress;
use crate::signed_webhooks::{Keys, Trusted};

impl Setting for DeskAddress {
    const ALLOWED: &'static str =
        "an address such as desk@example.org, or @replies.example.org where every name arrives";
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Section `inbound`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InboundSettings {
    /// Where answers to mails about cases go.
    #[serde(deserialize_with = "value::optional")]
    pub address: Option<DeskAddress>,
    /// Keys that a mail server signs with what it posts, `whsec_…`, spaces between.
    #[serde(deserialize_with = "value::secret")]
    pub webhook_secret: Option<SecretString>,
    /// Largest mail, in MiB.
    #[serde(deserialize_with = "value::number")]
    pub largest_mib: u32,
    /// Mails from one address, and to one case, in an hour.
    #[serde(deserialize_with = "value::number")]
    pub per_address_hour: u32,
    /// Days for which a mail that belongs to no case is kept.
    #[serde(deserialize_with = "value::number")]
    pub unmatched_days: u32,
    /// The mailbox that is read.
    pub imap: ImapSettings,
}

impl Default for InboundSettings {
    fn default() -> Self {
        Self {
            address: None,
            webhook_secret: None,
            largest_mib: 25,
            per_address_hour: 30,
            unmatched_days: 30,
            imap: ImapSettings::default(),
        }
    }
}

impl InboundSettings {
    /// Largest mail, in bytes.
    #[must_use]
    pub fn largest_bytes(&self) -> usize {
        usize::try_from(self.largest_mib).unwrap_or(usize::MAX).saturating_mul(1024 * 1024)
    }

    /// For how long a mail that belongs to no case is kept.
    #[must_use]
    pub fn unmatched_kept(&self) -> TimeDelta {
        TimeDelta::days(self.unmatched_days.into())
    }

    /// The keys that posted mails are verified with; none where no mail is posted.
    ///
    /// # Errors
    /// What is wrong with the keys.
    pub fn trusted(&self) -> Result<Option<Trusted>, String> {
        let Some(secret) = &self.webhook_secret else { return Ok(None) };
        let keys = Keys::read(secret).map_err(|bad| bad.to_string())?;
        keys.shared().map(Some).ok_or_else(|| "holds no key that begins with whsec_".to_owned())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("inbound.largest_mib", self.largest_mib);
        checker.range("inbound.per_address_hour", self.per_address_hour);
        checker.range("inbound.unmatched_days", self.unmatched_days);
        if let Err(why) = self.trusted() {
            checker.wrong("inbound.webhook_secret", why, "set whsec_ and 32 random bytes in base64");
        }
        self.imap.check(checker);
        let comes = self.webhook_secret.is_some() || self.imap.host.is_some();
        if self.address.is_some() && !comes && checker.serve() {
            checker.wrong(
                "inbound.address",
                "is set, but no mail comes in, so answers would be lost",
                "set inbound.imap.host or inbound.webhook_secret, or leave the address out",
            );
        }
    }
}

/// Section `inbound.imap`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImapSettings {
    /// Name or IP address of the server.
    #[serde(deserialize_with = "value::optional")]
    pub host: Option<String>,
    /// Its port, if not the usual one: see [`ImapSettings::port`].
    #[serde(deserialize_with = "value::optional_number")]
    pub port: Option<u16>,
    /// Encryption of the connection.
    #[serde(deserialize_with = "value::one")]
    pub tls: MailTls,
    /// User name.
    #[serde(deserialize_with = "value::optional")]
    pub username: Option<String>,
    /// Password of that user.
    #[serde(deserialize_with = "value::secret")]
    pub password: Option<SecretString>,
    /// PEM file of a root certificate to trust besides the public ones.
    #[serde(deserialize_with = "value::optional")]
    pub ca_file: Option<PathBuf>,
    /// The folder that is read.
    #[serde(deserialize_with = "value::one")]
    pub folder: String,
    /// Where mails go that were read; without one they stay and are marked as seen.
    #[serde(deserialize_with = "value::optional")]
    pub done_folder: Option<String>,
    /// Seconds between two looks where the server does not tell of new mail.
    #[serde(deserialize_with = "value::number")]
    pub poll_seconds: u32,
}

impl Default for ImapSettings {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            tls: MailTls::Tls,
            username: None,
            password: None,
            ca_file: None,
            folder: "INBOX".to_owned(),
            done_folder: None,
            poll_seconds: 60,
        }
    }
}

impl ImapSettings {
    /// The port: as set, else 993 for TLS, 143 for STARTTLS and without encryption.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Tls => 993,
            MailTls::Starttls | MailTls::None => 143,
        })
    }

    /// What the lease of this mailbox is called.
    #[must_use]
    pub fn mailbox(&self) -> Option<String> {
        let host = self.host.as_deref()?;
        Some(format!("{}@{host}:{}/{}", self.username.as_deref().unwrap_or_default(), self.port(), self.folder))
    }

    fn check(&self, checker: &mut Checker) {
        checker.range("inbound.imap.port", self.port());
        checker.range("inbound.imap.poll_seconds", self.poll_seconds);
        let server = MailServer {
            host: self.host.as_deref(),
            tls: self.tls,
            ca_file: self.ca_file.as_deref(),
            at_stake: "the password and mails",
            in_demo: true,
        };
        server.check(&KEYS, checker);
        if self.host.is_none() {
            return;
        }
        for (key, there) in
            [("inbound.imap.username", self.username.is_some()), ("inbound.imap.password", self.password.is_some())]
        {
            if !there {
                checker.wrong(key, "is not set although inbound.imap.host is", "set user name and password");
            }
        }
        let plain = |name: &str| {
            !name.is_empty() && name.chars().all(|c| (c.is_ascii_graphic() || c == ' ') && !"\"\\%*&".contains(c))
        };
        if !plain(&self.folder) || self.done_folder.as_deref().is_some_and(|name| !plain(name)) {
            checker.wrong(
                "inbound.imap.folder",
                "or done_folder is no folder's name",
                "set names such as INBOX and Done",
            );
        }
        if self.done_folder.as_deref() == Some(self.folder.as_str()) {
            checker.wrong(
                "inbound.imap.done_folder",
                "is the folder that is read, so mails would be read for ever",
                "set another folder, or leave it out",
            );
        }
    }
}

const KEYS: ServerKeys = ServerKeys {
    host: "inbound.imap.host",
    port: "inbound.imap.port",
    tls: "inbound.imap.tls",
    ca_file: "inbound.imap.ca_file",
};
