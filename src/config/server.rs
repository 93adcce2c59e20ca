//! The HTTP server.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use url::{Host, Url};

use super::check::Checker;
use super::directories::holds_credentials;
use super::proxies::ProxyRange;
use super::value;

/// Longest product name, in characters: it stands in subjects and page titles.
const LONGEST_NAME: usize = 64;

/// Section `server`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port to listen on.
    #[serde(deserialize_with = "value::one")]
    pub listen: SocketAddr,
    /// The address under which people reach the desk; every link in a mail starts with it.
    #[serde(deserialize_with = "value::optional")]
    pub base_url: Option<Url>,
    /// The name on pages and in mails, at most 64 characters.
    #[serde(deserialize_with = "value::one")]
    pub product_name: String,
    /// Addresses and ranges whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "value::list")]
    pub trusted_proxies: Vec<ProxyRange>,
    /// The header in which a trusted proxy names the country that a request comes from.
    #[serde(deserialize_with = "value::optional")]
    pub country_header: Option<String>,
    /// Threads that answer requests.
    #[serde(deserialize_with = "value::number")]
    pub workers: u16,
    /// Seconds that requests under way get to finish after a stop signal.
    #[serde(deserialize_with = "value::number")]
    pub shutdown_seconds: u32,
}

impl Default for ServerSettings {
    fn default() -> Self {
        ServerSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            product_name: "mfa-desk".to_owned(),
            trusted_proxies: Vec::new(),
            country_header: None,
            workers: 2,
            shutdown_seconds: 20,
        }
    }
}

impl ServerSettings {
    /// Time that requests under way get to finish after a stop signal.
    #[must_use]
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        match &self.base_url {
            Some(url) => check_base_url(url, checker),
            None if checker.serve() => checker.wrong(
                "server.base_url",
                "is not set, and links in mails need it",
                "set the desk's public address, such as https://desk.example.org",
            ),
            None => {}
        }
        let name = &self.product_name;
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            checker.wrong(
                "server.product_name",
                "is too long or holds a control character",
                format!("set one line of at most {LONGEST_NAME} characters"),
            );
        }
        if self.trusted_proxies.iter().any(ProxyRange::is_everyone) {
            checker.wrong(
                "server.trusted_proxies",
                "names every address there is, so that everyone could claim any",
                "name the proxies' own addresses, or a range that only they are in",
            );
        }
        if let Some(header) = &self.country_header {
            const KEY: &str = "server.country_header";
            if actix_web::http::header::HeaderName::try_from(header.as_str()).is_err() {
                checker.wrong(KEY, format!("`{header}` is no header's name"), "set a name such as CF-IPCountry");
            } else if self.trusted_proxies.is_empty() {
                checker.wrong(
                    KEY,
                    "nobody is believed to set it",
                    "name the proxies that do in server.trusted_proxies",
                );
            }
        }
        checker.range("server.workers", self.workers);
        checker.range("server.shutdown_seconds", self.shutdown_seconds);
    }
}

fn check_base_url(url: &Url, checker: &mut Checker) {
    const KEY: &str = "server.base_url";
    let fix = "set a URL such as https://desk.example.org";
    if !matches!(url.scheme(), "http" | "https") {
        checker.wrong(KEY, format!("its scheme is `{}`", url.scheme()), fix);
        return;
    }
    if url.query().is_some() || url.fragment().is_some() {
        checker.wrong(KEY, "has a query or a fragment", fix);
    }
    if url.path() != "/" {
        checker.wrong(KEY, "has a path, but pages are served from the root", fix);
    }
    if holds_credentials(url) {
        checker.wrong(KEY, "holds a user name or password", fix);
    }
    if checker.serve() && url.scheme() == "http" && !is_local(url) {
        checker.wrong(
            KEY,
            "is http, so that links and sessions could be read on the way",
            "set an https URL; http is for localhost only",
        );
    }
}

/// Whether a URL leads to this machine.
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether a host name is `localhost` or below it (RFC 6761).
pub(super) fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}
