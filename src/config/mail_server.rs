//! What the servers that mail goes to and comes from have in common.

use std::net::IpAddr;
use std::path::Path;

use url::Host;

use super::check::Checker;
use super::server::is_local_name;
use super::value::Setting;

/// How the connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Starts in plain text and must upgrade before anything else is said.
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// Not at all: for a server on the same machine.
    None,
}

impl Setting for MailTls {
    const ALLOWED: &'static str = "starttls, tls or none";
    fn read(text: &str) -> Option<Self> {
        match text {
            "starttls" => Some(Self::Starttls),
            "tls" => Some(Self::Tls),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// What the settings of one of them are called.
pub(super) struct ServerKeys {
    pub host: &'static str,
    pub port: &'static str,
    pub tls: &'static str,
    pub ca_file: &'static str,
}

/// A mail server as the settings describe it.
pub(super) struct MailServer<'s> {
    pub host: Option<&'s str>,
    pub tls: MailTls,
    pub ca_file: Option<&'s Path>,
    /// What could be read on the way without encryption.
    pub at_stake: &'static str,
    /// The demo uses it too.
    pub in_demo: bool,
}

impl MailServer<'_> {
    pub(super) fn check(&self, keys: &ServerKeys, checker: &mut Checker) {
        let Some(host) = self.host else { return };
        let ip = host.parse::<IpAddr>().ok();
        if ip.is_none() && (host.starts_with('[') || Host::parse(host).is_err()) {
            checker.wrong(
                keys.host,
                format!("`{host}` is neither a host name nor an IP address"),
                format!("set the name alone, and the port as {}", keys.port),
            );
        }
        let local = ip.map_or_else(|| is_local_name(host), |ip| ip.is_loopback());
        if (checker.serve() || self.in_demo) && self.tls == MailTls::None && !local {
            checker.wrong(
                keys.tls,
                format!("is none, so that {} could be read on the way", self.at_stake),
                "set starttls or tls; none is for a mail server on this machine",
            );
        }
        if checker.serve() {
            self.check_ca_file(keys.ca_file, checker);
        }
    }

    /// Whether a file of root certificates can be used, as far as a look tells.
    fn check_ca_file(&self, key: &'static str, checker: &mut Checker) {
        let Some(path) = self.ca_file else { return };
        match std::fs::read_to_string(path) {
            Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => {}
            Ok(_) => checker.wrong(
                key,
                format!("{} holds no certificate", path.display()),
                "set a file with a PEM certificate",
            ),
            Err(error) => checker.wrong(
                key,
                format!("{} cannot be read: {error}", path.display()),
                "set a file with a PEM certificate that this user may read",
            ),
        }
    }
}
