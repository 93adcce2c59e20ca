//! Systems that the audit log is forwarded to: tables `[[forwarders]]`, each with one section that says how.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::check::Checker;
use super::directories::{is_safe, secret};
use super::value;
use crate::domain::forward::{FeedFormat, ForwarderName};

/// The key of the list.
const KEY: &str = "forwarders";
/// Each has a worker of its own.
const MOST: usize = 8;
/// The port of syslog over TLS (RFC 5425 §4.1).
const SYSLOG_TLS: u16 = 6514;
/// The number that stands for none in examples (RFC 5612): whoever has one of their own sets it.
const EXAMPLE_ENTERPRISE: u32 = 32473;

/// One table `[[forwarders]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwarderSettings {
    /// What it is called; its place in the log is kept under this name.
    pub name: ForwarderName,
    /// How an entry is written.
    #[serde(default = "json")]
    pub format: FeedFormat,
    /// Seconds that sending and the answer may take.
    #[serde(default = "timeout", deserialize_with = "value::number")]
    pub timeout_seconds: u32,
    /// PEM file of root certificates to trust besides the public ones.
    #[serde(default, deserialize_with = "value::optional")]
    pub ca_file: Option<PathBuf>,
    /// By syslog over TLS.
    pub syslog: Option<SyslogSettings>,
    /// By HTTP.
    pub http: Option<HttpFeedSettings>,
}

/// A receiver of syslog messages (RFC 5424) over TLS (RFC 5425).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyslogSettings {
    /// Name or IP address.
    #[serde(deserialize_with = "value::one")]
    pub host: String,
    /// Port.
    #[serde(default = "syslog_tls", deserialize_with = "value::number")]
    pub port: u16,
    /// What messages are said to come from.
    #[serde(default = "app_name", deserialize_with = "value::one")]
    pub app_name: String,
    /// The private enterprise number in the name of the structured data.
    #[serde(default = "enterprise", deserialize_with = "value::number")]
    pub enterprise_number: u32,
    /// PEM file of the certificate to show, and its chain.
    #[serde(default, deserialize_with = "value::optional")]
    pub certificate_file: Option<PathBuf>,
    /// PEM file of its private key.
    #[serde(default, deserialize_with = "value::optional")]
    pub key_file: Option<PathBuf>,
}

/// A receiver of batches of lines by HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpFeedSettings {
    /// Where batches are posted to.
    #[serde(deserialize_with = "value::one")]
    pub url: Url,
    /// The bearer token.
    #[serde(default, deserialize_with = "value::secret")]
    pub token: Option<SecretString>,
    /// A file with nothing but the token.
    #[serde(default, deserialize_with = "value::optional")]
    pub token_file: Option<PathBuf>,
}

const fn json() -> FeedFormat {
    FeedFormat::Json
}

const fn timeout() -> u32 {
    20
}

const fn syslog_tls() -> u16 {
    SYSLOG_TLS
}

const fn enterprise() -> u32 {
    EXAMPLE_ENTERPRISE
}

fn app_name() -> String {
    "mfa-desk".to_owned()
}

impl ForwarderSettings {
    /// How long sending, and waiting for the answer, may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds))
    }

    fn check(&self, checker: &mut Checker) {
        let mut problem = |wrong: &str, fix: &str| checker.wrong(KEY, format!("`{}` {wrong}", self.name), fix);
        if self.syslog.is_some() == self.http.is_some() {
            problem("does not have exactly one section that says how", "write one of syslog and http below its table");
        }
        if !(1..=30).contains(&self.timeout_seconds) {
            problem("has a timeout_seconds that is out of range", "set 1 to 30");
        }
        if let Some(syslog) = &self.syslog {
            let app = &syslog.app_name;
            if app.len() > 48 || !app.chars().all(|c| c.is_ascii_graphic()) {
                problem("has an app_name that syslog cannot carry", "set at most 48 ASCII characters without spaces");
            }
            if syslog.certificate_file.is_some() != syslog.key_file.is_some() {
                problem("has one of certificate_file and key_file without the other", "set both or none");
            }
        }
        if let Some(http) = &self.http {
            if !is_safe(&http.url) {
                problem("has a url that is not https", "set an https URL; http is for this machine only");
            }
            if let Err(why) = http.bearer() {
                problem(&format!("has a token that {why}"), "set one of token and token_file, or none");
            }
        }
    }
}

impl HttpFeedSettings {
    /// The token, where there is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn bearer(&self) -> Result<Option<SecretString>, String> {
        if self.token.is_none() && self.token_file.is_none() {
            return Ok(None);
        }
        secret(self.token.as_ref(), self.token_file.as_deref()).map(Some)
    }
}

pub(super) fn check(all: &[ForwarderSettings], checker: &mut Checker) {
    let mut names = BTreeSet::new();
    for each in all {
        each.check(checker);
        if !names.insert(&each.name) {
            checker.wrong(KEY, format!("`{}` stands twice", each.name), "give every forwarder a name of its own");
        }
    }
    if all.len() > MOST {
        checker.wrong(KEY, "has too many tables", format!("write at most {MOST}, and let one pass entries on"));
    }
}
