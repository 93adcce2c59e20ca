//! Outgoing mail.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use lettre::message::Mailbox;
use secrecy::SecretString;
use serde::Deserialize;
use url::Host;

use super::check::Checker;
use super::dkim::DkimSettings;
use super::server::is_local_name;
use super::value::{self, Setting};

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SmtpTls {
    /// Starts in plain text and must upgrade before anything else is said.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all: for a mail server on the same machine.
    None,
}

impl Setting for SmtpTls {
    const ALLOWED: &'static str = "starttls, tls or none";
    fn read(text: &str) -> Option<Self> {
        match text {
            "starttls" => Some(SmtpTls::Starttls),
            "tls" => Some(SmtpTls::Tls),
            "none" => Some(SmtpTls::None),
            _ => None,
        }
    }
}

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
    pub tls: SmtpTls,
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
            tls: SmtpTls::Starttls,
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
            SmtpTls::Starttls => 587,
            SmtpTls::Tls => 465,
            SmtpTls::None => 25,
        })
    }

    /// Time that the server may take over one command.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }

    fn check(&self, checker: &mut Checker) {
        match &self.host {
            Some(host) => self.check_host(host, checker),
            None if checker.serve() => checker.wrong(
                "mail.smtp.host",
                "is not set: no mail transport, and no case can do without mail",
                "set the name of a mail server",
            ),
            None => {}
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
        if checker.serve() {
            check_ca_file("mail.smtp.ca_file", self.ca_file.as_deref(), checker);
        }
    }

    fn check_host(&self, host: &str, checker: &mut Checker) {
        let ip = host.parse::<IpAddr>().ok();
        if ip.is_none() && (host.starts_with('[') || Host::parse(host).is_err()) {
            checker.wrong(
                "mail.smtp.host",
                format!("`{host}` is neither a host name nor an IP address"),
                "set the name alone, and the port as mail.smtp.port",
            );
        }
        let local = ip.map_or_else(|| is_local_name(host), |ip| ip.is_loopback());
        if checker.serve() && self.tls == SmtpTls::None && !local {
            checker.wrong(
                "mail.smtp.tls",
                "is none, so that links could be read on the way",
                "set starttls or tls; none is for a mail server on this machine",
            );
        }
    }
}

/// Whether a file of root certificates can be used, as far as a look tells.
pub(super) fn check_ca_file(key: &'static str, path: Option<&Path>, checker: &mut Checker) {
    let Some(path) = path else { return };
    match std::fs::read_to_string(path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => {}
        Ok(_) => {
            checker.wrong(key, format!("{} holds no certificate", path.display()), "set a file with a PEM certificate")
        }
        Err(error) => checker.wrong(
            key,
            format!("{} cannot be read: {error}", path.display()),
            "set a file with a PEM certificate that this user may read",
        ),
    }
}
