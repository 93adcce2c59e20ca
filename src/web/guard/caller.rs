//! Where a request comes from.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;

use crate::config::ProxyRange;
use crate::domain::origin;
use crate::locale::{self, Language};
use crate::web::cookies;

/// Where a request comes from, the number it has in the logs, and the language it is answered in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Network address.
    pub ip: String,
    /// The country that one of our proxies says it comes from: ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The browser, in a few words.
    pub device: String,
    /// Names the request in the logs and on error pages.
    pub request_id: String,
    /// What the visitor chose, or else what their browser asks for. Staff read English.
    pub language: Language,
    /// Where a visitor who chooses another language is led back to; nothing on pages for staff.
    pub back: Option<String>,
}

/// Pages of the desk, of the demonstration and for programs are English.
pub fn is_for_staff(path: &str) -> bool {
    ["/desk", "/demo", "/hooks", "/api"].iter().any(|part| is_below(path, part))
}

/// Whether a path is `part`, or below it.
pub fn is_below(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The language of the pages that belong to no case.
pub fn visitor_language(request: &ServiceRequest) -> Language {
    let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    cookies::language(request.request()).or_else(|| header.and_then(locale::from_header)).unwrap_or(Language::English)
}

/// The address of the browser: the peer's, or, where the peer is one of our proxies, the last address in
/// `X-Forwarded-For` that is not one of them. What stands before it, anyone can write.
pub fn client_ip(request: &ServiceRequest, trusted: &[ProxyRange]) -> String {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip().to_canonical()) else { return String::new() };
    let ours = |ip: &IpAddr| trusted.iter().any(|proxy| proxy.contains(*ip));
    let headers: Vec<&str> =
        request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    let mut ip = peer;
    for item in headers.iter().flat_map(|value| value.split(',')).rev() {
        let Ok(before) = item.trim().parse::<IpAddr>() else { break };
        if !ours(&ip) {
            break;
        }
        ip = before.to_canonical();
    }
    ip.to_string()
}

/// The country that the peer names in this header, where the peer is one of our proxies. Anyone else could name any.
pub fn country(request: &ServiceRequest, trusted: &[ProxyRange], header: Option<&str>) -> Option<String> {
    let peer = request.peer_addr()?.ip();
    let ours = trusted.iter().any(|proxy| proxy.contains(peer));
    // A proxy that adds a line below the visitor's own would leave two: then neither is believed.
    let mut named = request.headers().get_all(header.filter(|_| ours)?);
    let (first, second) = (named.next()?, named.next());
    origin::country(first.to_str().ok().filter(|_| second.is_none())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn ip(peer: &str, forwarded: &str) -> String {
        let request = TestRequest::default()
            .peer_addr(format!("{peer}:1").parse().unwrap())
            .insert_header(("x-forwarded-for", forwarded))
            .to_srv_request();
        client_ip(&request, &["10.0.0.1", "10.0.0.2", "172.20.0.0/29", "fd00::/64"].map(|range| range.parse().unwrap()))
    }

    #[test]
    fn only_our_proxies_are_believed() {
        assert_eq!(ip("192.0.2.7", "203.0.113.9"), "192.0.2.7");
        assert_eq!(ip("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(ip("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
        assert_eq!(ip("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(ip("10.0.0.1", "not an address, 203.0.113.9"), "203.0.113.9");
        assert_eq!(ip("10.0.0.1", "198.51.100.1, ::ffff:10.0.0.2"), "198.51.100.1");
        assert_eq!(ip("172.20.0.7", "198.51.100.1, 172.20.0.1"), "198.51.100.1");
        assert_eq!(ip("172.20.0.8", "198.51.100.1"), "172.20.0.8");
        assert_eq!(ip("172.20.0.7", "198.51.100.1, 172.20.0.8"), "172.20.0.8");
        assert_eq!(ip("[fd00::7]", "203.0.113.9, ::ffff:172.20.0.3"), "203.0.113.9");
        assert_eq!(ip("[fd00:0:0:1::7]", "203.0.113.9"), "fd00:0:0:1::7");
    }

    #[test]
    fn a_country_is_believed_from_our_proxies_only() {
        let named = |peer: &str, values: &[&str]| {
            let mut request = TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
            for value in values {
                request = request.append_header(("x-country", *value));
            }
            country(&request.to_srv_request(), &["10.0.0.1".parse().unwrap()], Some("x-country"))
        };
        assert_eq!(named("10.0.0.1", &["de"]).as_deref(), Some("DE"));
        assert_eq!(named("192.0.2.7", &["de"]), None);
        assert_eq!(named("10.0.0.1", &["de", "fr"]), None);
        assert_eq!(named("10.0.0.1", &["XX"]), None);
        assert_eq!(named("10.0.0.1", &[]), None);
    }
}
