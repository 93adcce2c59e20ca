//! Where a request comes from.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;

use crate::locale::{self, Language};
use crate::web::cookies;

/// Where a request comes from, the number it has in the logs, and the language it is answered in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Network address.
    pub ip: String,
    /// Names the request in the logs and on error pages.
    pub request_id: String,
    /// What the visitor chose, or else what their browser asks for. Staff read English.
    pub language: Language,
    /// Where a visitor who chooses another language is led back to; nothing on pages for staff.
    pub back: Option<String>,
}

/// Pages of the desk, of the demonstration and for programs are English.
pub fn is_for_staff(path: &str) -> bool {
    ["/desk", "/demo", "/hooks"].iter().any(|part| path == *part || path.starts_with(&format!("{part}/")))
}

/// The language of the pages that belong to no case.
pub fn visitor_language(request: &ServiceRequest) -> Language {
    let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    cookies::language(request.request()).or_else(|| header.and_then(locale::from_header)).unwrap_or(Language::English)
}

/// The address of the browser: the peer's, or, where the peer is one of our proxies, the last address in
/// `X-Forwarded-For` that is not one of them. What stands before it, anyone can write.
pub fn client_ip(request: &ServiceRequest, trusted: &[IpAddr]) -> String {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip().to_canonical()) else { return String::new() };
    let ours = |ip: &IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == *ip);
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

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn ip(peer: &str, forwarded: &str) -> String {
        let request = TestRequest::default()
            .peer_addr(format!("{peer}:1").parse().unwrap())
            .insert_header(("x-forwarded-for", forwarded))
            .to_srv_request();
        client_ip(&request, &["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()])
    }

    #[test]
    fn only_our_proxies_are_believed() {
        assert_eq!(ip("192.0.2.7", "203.0.113.9"), "192.0.2.7");
        assert_eq!(ip("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(ip("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
        assert_eq!(ip("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(ip("10.0.0.1", "not an address, 203.0.113.9"), "203.0.113.9");
        assert_eq!(ip("10.0.0.1", "198.51.100.1, ::ffff:10.0.0.2"), "198.51.100.1");
    }
}
