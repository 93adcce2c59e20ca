//! Outgoing mail.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use lettre::message::Mailbox;
use secrecy::SecretString;
use serde::Deserialize;

use super::check::Checker;
use super::dkim::DkimSettings;
use super::mail_server::{MailServer, MailTls, ServerKeys};
use super::value;

/// Section `mail`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// Sender of every mail.
    #[serde(deserialize_with = "value::optional")]
    pub from: Option<Mailbox>,
    /// Where answers go if not to the sender.
    #[serde(deserialize_with = "value::optional")]
    pub reply_to: Option<Mailbox>,
    /// The mail server.
    pub smtp: SmtpSettings,
    /// Signatures on outgoing mails.
    pub dkim: DkimSettings,
    /// Attempts to send a mail before it is given up and shown to the desk.
    #[serde(deserialize_with = "value::number")]
    pub max_attempts: u32,
    /// Seconds before the second attempt; later waits grow.
    #[serde(deserialize_with = "value::number")]
    pub first_retry_seconds: u32,
    /// Minutes that the wait between two attempts never exceeds.
    #[serde(deserialize_with = "value::number")]
    pub longest_retry_minutes: u32,
}

impl Default for MailSettings {
    fn default() -> Self {
        MailSettings {
            from: None,
            reply_to: None,
            smtp: SmtpSettings::default(),
            dkim: DkimSettings::default(),
            max_attempts: 12,
            first_retry_seconds: 30,
            longest_retry_minutes: 240,
        }
    }
}

impl MailSettings {
    /// Time before the second attempt.
    #[must_use]
    pub fn first_retry(&self) -> TimeDelta {
        TimeDelta::seconds(self.first_retry_seconds.into())
    }

    /// Time that the wait between two attempts never exceeds.
    #[must_use]
    pub fn longest_retry(&self) -> TimeDelta {
        TimeDelta::minutes(self.longest_retry_minutes.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        if self.from.is_none() && checker.serve() {
            checker.wrong("mail.from", "is not set", "set the sender, such as `mfa-desk <desk@example.org>`");
        }
        checker.range("mail.max_attempts", self.max_attempts);
        checker.range("mail.first_retry_seconds", self.first_retry_seconds);
        checker.range("mail.longest_retry_minutes", self.longest_retry_minutes);
        if self.longest_retry_minutes > 0 && self.longest_retry() < self.first_retry() {
            checker.wrong(
                "mail.longest_retry_minutes",
                "is shorter than the first wait",
                "set at least what mail.first_retry_seconds comes to",
            );
        }
        self.smtp.check(checker);
        self.dkim.check(self.from.as_ref().map(|from| from.email.domain()), checker);
    }
}

/// Section `mail.smtp`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    /// Name or IP address of the mail server.
    #[serde(deserialize_with = "value::optional")]
    pub host: Option<String>,
    /// Its port, if not the usual one: see [`SmtpSettings::port`].
    #[serde(deserialize_with = "value::optional_number")]
    pub port: Option<u16>,
    /// Encryption of the connection.
    #[serde(deserialize_with = "value::one")]
    pub tls: MailTls,
    /// User name, where the server wants one.
    #[serde(deserialize_with = "value::optional")]
    pub username: Option<String>,
    /// Password of that user.
    #[serde(deserialize_with = "value::secret")]
    pub password: Option<SecretString>,
    /// PEM file of a root certificate to trust besides the public ones.
    #[serde(deserialize_with = "value::optional")]
    pub ca_file: Option<PathBuf>,
    /// Seconds that the server may take over one command.
    #[serde(deserialize_with = "value::number")]
    pub timeout_seconds: u32,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        SmtpSettings {
            host: None,
            port: None,
            tls: MailTls::Starttls,
            username: None,
            password: None,
            ca_file: None,
            timeout_seconds: 20,
        }
    }
}

impl SmtpSettings {
    /// The port: as set, else 587 for STARTTLS, 465 for TLS, 25 without encryption.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Starttls => 587,
            MailTls::Tls => 465,
            MailTls::None => 25,
        })
    }

    /// Time that the server may take over one command.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }

    fn check(&self, checker: &mut Checker) {
        if self.host.is_none() && checker.serve() {
            checker.wrong(
                "mail.smtp.host",
                "is not set: no mail transport, and no case can do without mail",
                "set the name of a mail server",
            );
        }
        checker.range("mail.smtp.port", self.port());
        checker.range("mail.smtp.timeout_seconds", self.timeout_seconds);
        match (&self.username, &self.password) {
            (Some(_), None) => {
                checker.wrong("mail.smtp.password", "is not set although mail.smtp.username is", "set both or neither")
            }
            (None, Some(_)) => {
                checker.wrong("mail.smtp.username", "is not set although mail.smtp.password is", "set both or neither")
            }
            _ => {}
        }
        let server = MailServer {
            host: self.host.as_deref(),
            tls: self.tls,
            ca_file: self.ca_file.as_deref(),
            at_stake: "links",
            in_demo: false,
        };
        server.check(&KEYS, checker);
    }
}

const KEYS: ServerKeys =
    ServerKeys { host: "mail.smtp.host", port: "mail.smtp.port", tls: "mail.smtp.tls", ca_file: "mail.smtp.ca_file" };
