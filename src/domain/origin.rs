//! Where a form came from, drawn down to what the risk rules compare: two requests that only differ in what an
//! attacker varies without effort come out the same.

use std::net::IpAddr;

use super::contact::EmailAddress;

/// Fewer letters than this are what many people write by themselves.
const LEAST_WORDING: usize = 48;

/// The neighbourhood of a network address: whoever holds one address of it usually holds many.
pub fn network(ip: &str) -> Option<String> {
    match ip.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}

/// The domain of an address, in lower case.
pub fn mail_domain(email: &EmailAddress) -> String {
    let key = email.key();
    key.rsplit_once('@').map_or(key.clone(), |(_, domain)| domain.to_owned())
}

/// The words of a form without case, spaces and punctuation; none when they are too few to mean something.
pub fn wording(texts: &[&str]) -> Option<String> {
    let letters = texts.iter().flat_map(|text| text.chars()).filter(|c| c.is_alphanumeric());
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    (plain.len() >= LEAST_WORDING).then_some(plain)
}

/// A country as ISO 3166-1 alpha-2 writes it, in upper case. `XX` is how proxies say that they do not know.
pub fn country(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_uppercase();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) && code != "XX").then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_have_one_network() {
        assert_eq!(network("192.0.2.7"), network("192.0.2.250"));
        assert_eq!(network("192.0.2.7"), network("::ffff:192.0.2.9"));
        assert_ne!(network("192.0.2.7"), network("192.0.3.7"));
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:ffff::9"));
        assert_ne!(network("2001:db8:1::1"), network("2001:db8:2::1"));
        assert_eq!(network(""), None);
    }

    #[test]
    fn the_same_words_are_the_same_however_they_are_dressed() {
        let plain = "My phone fell into the lake and the codes were on it, please be quick.";
        let dressed = "MY PHONE, fell into the lake...\nand the codes were on it — please be quick!";
        assert_eq!(wording(&[plain]), wording(&[dressed]));
        assert_ne!(wording(&[plain]), wording(&[plain, "today"]));
        assert_eq!(wording(&["I lost my phone."]), None, "too short to mean something");
    }

    #[test]
    fn only_countries_are_countries() {
        assert_eq!(country(" de"), Some("DE".to_owned()));
        for other in ["", "D", "DEU", "XX", "T1", "日本", "d\n"] {
            assert_eq!(country(other), None, "{other:?}");
        }
    }
}
