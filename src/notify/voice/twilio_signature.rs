//! The `X-Twilio-Signature` header: proof that a request to our hooks comes from Twilio.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use subtle::{Choice, ConstantTimeEq};

/// The signature of a POST to `full_url` with the decoded form fields `params`.
pub fn sign(auth_token: &SecretString, full_url: &str, params: &[(String, String)]) -> String {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(auth_token.expose_secret().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(full_url.as_bytes());
    // Twilio signs a repeated name once for each distinct value, in the order of the values.
    let fields: BTreeSet<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (name, value) in fields {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Whether `header` is Twilio's signature of this request.
///
/// `full_url` is the URL as it was handed to Twilio, so it is to be built from our public base and not from what a
/// proxy made of the request.
pub fn signature_is_valid(
    auth_token: &SecretString,
    full_url: &str,
    params: &[(String, String)],
    header: &str,
) -> bool {
    // With an empty key anybody could sign.
    if auth_token.expose_secret().is_empty() {
        return false;
    }
    let header = header.trim();
    let mut valid = Choice::from(0);
    for url in port_variants(full_url) {
        valid |= sign(auth_token, &url, params).as_bytes().ct_eq(header.as_bytes());
    }
    valid.into()
}

/// The URL as given, without its port, and (where it names none) with its scheme's standard port: Twilio is not
/// consistent in which of them it signs.
fn port_variants(url: &str) -> Vec<String> {
    let mut variants = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else {
        return variants;
    };
    // Cut by hand, because a URL parser would also normalise what the signature covers byte by byte.
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    let host_start = authority.rfind('@').map_or(0, |at| at + 1);
    let port_at = authority.rfind(':').filter(|&colon| colon >= host_start && !authority[colon..].contains(']'));
    match port_at {
        Some(colon) => variants.push(format!("{scheme}://{}{tail}", &authority[..colon])),
        None => {
            let port = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
            variants.push(format!("{scheme}://{authority}:{port}{tail}"));
        }
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    fn token() -> SecretString {
        SecretString::from("12345")
    }

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn published() -> Vec<(String, String)> {
        fields(&[
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("Caller", "+14158675309"),
        ])
    }

    #[test]
    fn agrees_with_twilios_published_example() {
        assert_eq!(sign(&token(), URL, &published()), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }

    #[test]
    fn signs_repeated_names_as_twilio_does() {
        let repeated = fields(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        assert_eq!(sign(&token(), URL, &repeated), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    }

    #[test]
    fn accepts_the_url_with_and_without_its_port() {
        let accepted = [
            (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("https://mycompany.com:1234/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("http://mycompany.com/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ];
        for (url, header) in accepted {
            assert!(signature_is_valid(&token(), url, &published(), header), "{url}");
        }
    }

    #[test]
    fn refuses_what_was_not_signed() {
        let good = sign(&token(), URL, &published());
        let mut changed = published();
        changed[2].1 = "1235".to_owned();
        assert!(!signature_is_valid(&token(), URL, &changed, &good));
        assert!(!signature_is_valid(&token(), URL, &published(), ""));
        assert!(!signature_is_valid(&token(), URL, &published(), &good[..good.len() - 1]));
        assert!(!signature_is_valid(&token(), "https://mycompany.com/other", &published(), &good));
        assert!(!signature_is_valid(&SecretString::from("12346"), URL, &published(), &good));
    }

    #[test]
    fn an_empty_token_validates_nothing() {
        let nobody = SecretString::from("");
        let forged = sign(&nobody, URL, &published());
        assert!(!signature_is_valid(&nobody, URL, &published(), &forged));
    }

    #[test]
    fn ports_are_found_beside_addresses_and_credentials() {
        let second = |url: &str| port_variants(url).pop();
        assert_eq!(second("https://u:p@[::1]:8443/x").as_deref(), Some("https://u:p@[::1]/x"));
        assert_eq!(second("https://u:p@[::1]/x").as_deref(), Some("https://u:p@[::1]:443/x"));
        assert_eq!(second("http://host?at=1:2").as_deref(), Some("http://host:80?at=1:2"));
        assert_eq!(port_variants("no url"), ["no url"]);
    }
}
