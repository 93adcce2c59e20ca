//! Which proxies are believed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::value::Setting;

/// The address of a proxy, or a range of them in CIDR notation (RFC 4632).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ProxyRange(IpNet);

/// A text is neither an address nor a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an IP address nor a range")]
pub struct NotARange;

impl ProxyRange {
    /// Whether an address is one of them. An IPv4 address that is written as IPv6 is the same address.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }

    /// Whether everyone is one of them.
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        self.0.prefix_len() == 0
    }
}

impl FromStr for ProxyRange {
    type Err = NotARange;

    fn from_str(text: &str) -> Result<Self, NotARange> {
        match text.parse::<IpAddr>() {
            Ok(ip) => Ok(Self(IpNet::from(ip.to_canonical()))),
            Err(_) => text.parse().map(Self).map_err(|_| NotARange),
        }
    }
}

impl fmt::Debug for ProxyRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Setting for ProxyRange {
    const ALLOWED: &'static str = "IP addresses such as 10.0.0.5, or ranges such as 10.0.0.0/24";
    fn read(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}
