//! Signatures on mails by which receivers know whose domain sent them: DKIM (RFC 6376), with RSA or ed25519 (RFC 8463),
//! relaxed in head and body. lettre's own signing is not used: it signs with a crate whose timing tells of the private
//! key (RUSTSEC-2023-0071).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use sha2::{Digest, Sha256};

/// Headers that are signed where they are there.
const SIGNED: [&str; 14] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "x-mfa-desk-case",
    "x-mfa-desk-audit",
];
/// Headers that nobody can add a second one of without breaking the signature (RFC 6376 §8.15).
const ONCE: [&str; 6] = ["from", "to", "subject", "date", "message-id", "reply-to"];
/// Bytes of the shortest RSA modulus (RFC 8301 §3.2 recommends 2048 bits).
const SHORTEST: usize = 256;
/// Characters of a signature on one line.
const LINE: usize = 70;

/// A key that mails are signed with.
pub struct DkimKey {
    domain: String,
    selector: String,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DkimKey")
            .field("domain", &self.domain)
            .field("selector", &self.selector)
            .finish_non_exhaustive()
    }
}

/// A file that holds no key to sign with. It does not repeat what the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDkimKey {
    /// There is no PEM block of a private key.
    #[error("holds no private key in PEM")]
    NoKey,
    /// It is of another kind, or damaged, or RSA of fewer than 2048 or more than 4096 bits.
    #[error("holds a key that is neither RSA of 2048 to 4096 bits nor ed25519")]
    Kind,
}

/// A mail could not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mail could not be signed")]
pub struct NotSigned;

/// The record by which receivers find the public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl DkimKey {
    /// The key of a domain under a selector: PKCS #8 or, for RSA, PKCS #1, in PEM.
    ///
    /// # Errors
    /// [`BadDkimKey`] when there is none that can sign.
    pub fn read(domain: &str, selector: &str, pem: &str) -> Result<Self, BadDkimKey> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| BadDkimKey::NoKey)?;
        let rsa = |pair: RsaKeyPair| (pair.public().modulus_len() >= SHORTEST).then_some(Pair::Rsa(pair));
        let pair = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok().and_then(rsa),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                RsaKeyPair::from_pkcs8(der)
                    .ok()
                    .and_then(rsa)
                    .or_else(|| Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok().map(Pair::Ed25519))
            }
            _ => None,
        };
        let pair = pair.ok_or(BadDkimKey::Kind)?;
        Ok(Self { domain: domain.to_lowercase(), selector: selector.to_owned(), pair })
    }

    /// What has to be published so that receivers can verify.
    pub fn dns_record(&self) -> DnsRecord {
        let (kind, key) = match &self.pair {
            Pair::Rsa(pair) => ("rsa", STANDARD.encode(public_key_info(pair.public_key().as_ref()))),
            Pair::Ed25519(pair) => ("ed25519", STANDARD.encode(pair.public_key().as_ref())),
        };
        DnsRecord {
            name: format!("{}._domainkey.{}", self.selector, self.domain),
            text: format!("v=DKIM1; k={kind}; p={key}"),
        }
    }

    /// A mail with its signature before its head. Its lines end with CR LF.
    ///
    /// # Errors
    /// [`NotSigned`] when the mail has no head, or the system gives no randomness.
    pub fn sign(&self, mail: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>, NotSigned> {
        let end = mail.windows(4).position(|four| four == b"\r\n\r\n").ok_or(NotSigned)?;
        let head = std::str::from_utf8(&mail[..end + 2]).map_err(|_| NotSigned)?;
        let fields = fields(head);
        let present: Vec<&str> =
            SIGNED.into_iter().filter(|name| fields.iter().any(|(found, _)| found == name)).collect();
        let names: Vec<&str> = present.iter().copied().chain(ONCE).collect();
        let algorithm = match self.pair {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        };
        let body_hash = STANDARD.encode(Sha256::digest(relaxed_body(&mail[end + 4..])));
        let mut signature = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n\ts={}; t={};\r\n\th={};\r\n\tbh={body_hash};\r\n\tb=",
            self.domain,
            self.selector,
            at.timestamp(),
            names.join(":"),
        );
        let mut signed = String::new();
        for name in present {
            let (_, value) = fields.iter().rfind(|(found, _)| found == name).ok_or(NotSigned)?;
            signed.push_str(&format!("{name}:{value}\r\n"));
        }
        // The signature's own header comes last, without a value of `b` and without the end of its line.
        let (name, value) = signature.split_once(':').ok_or(NotSigned)?;
        signed.push_str(&format!("{}:{}", name.to_lowercase(), relaxed(value)));
        let made = STANDARD.encode(self.pair.sign(signed.as_bytes())?);
        for (at, symbol) in made.chars().enumerate() {
            if at > 0 && at % LINE == 0 {
                signature.push_str("\r\n\t");
            }
            signature.push(symbol);
        }
        signature.push_str("\r\n");
        Ok([signature.as_bytes(), mail].concat())
    }
}

impl Pair {
    fn sign(&self, signed: &[u8]) -> Result<Vec<u8>, NotSigned> {
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature).map_err(|_| NotSigned)?;
                Ok(signature)
            }
            // RFC 8463 §3: what is signed is the hash.
            Self::Ed25519(pair) => Ok(pair.sign(&Sha256::digest(signed)).as_ref().to_vec()),
        }
    }
}

/// The headers with their names in small letters and their values relaxed, in their order.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        match (line.starts_with([' ', '\t']), line.split_once(':'), fields.last_mut()) {
            (true, _, Some((_, value))) => value.push_str(line),
            (_, Some((name, value)), _) => fields.push((name.trim_end().to_lowercase(), value.to_owned())),
            _ => {}
        }
    }
    for (_, value) in &mut fields {
        *value = relaxed(value);
    }
    fields
}

/// RFC 6376 §3.4.2, for a value: unfolded, white space made one space, none at its ends.
fn relaxed(value: &str) -> String {
    value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// RFC 6376 §3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    let mut empty = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut canonical: Vec<u8> = Vec::with_capacity(line.len());
        for byte in line {
            match byte {
                b' ' | b'\t' if canonical.last() == Some(&b' ') => {}
                b' ' | b'\t' => canonical.push(b' '),
                _ => canonical.push(*byte),
            }
        }
        if canonical.last() == Some(&b' ') {
            canonical.pop();
        }
        if canonical.is_empty() {
            empty += 1;
            continue;
        }
        out.extend(b"\r\n".repeat(empty));
        empty = 0;
        out.extend(canonical);
        out.extend(b"\r\n");
    }
    out
}

/// An RSA key as RFC 5280 writes public keys, which is what receivers read.
fn public_key_info(key: &[u8]) -> Vec<u8> {
    const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits = tagged(0x03, &[&[0], key].concat());
    tagged(0x30, &[RSA.as_slice(), &bits].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let size = match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![short],
        _ => {
            let bytes: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            let count = u8::try_from(bytes.len()).unwrap_or_default();
            [&[0x80 | count], bytes.as_slice()].concat()
        }
    };
    [&[tag], size.as_slice(), content].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The examples of RFC 6376 §3.4.5.
    #[test]
    fn the_examples_of_the_rfc_are_canonicalised_as_it_says() {
        let found = fields("A: X\r\nB : Y\t\r\n\tZ  \r\n");
        assert_eq!(found, [("a".to_owned(), "X".to_owned()), ("b".to_owned(), "Y Z".to_owned())]);
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b""), b"");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        assert_eq!(relaxed_body(b"a\r\n\r\nb"), b"a\r\n\r\nb\r\n");
    }

    #[test]
    fn what_holds_no_key_is_refused_without_repeating_it() {
        for (pem, why) in [
            ("", BadDkimKey::NoKey),
            ("secret", BadDkimKey::NoKey),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", BadDkimKey::Kind),
        ] {
            let error = DkimKey::read("example.org", "s", pem).unwrap_err();
            assert_eq!(error, why);
            assert!(!error.to_string().contains("AAAA") && !error.to_string().contains("secret"));
        }
    }
}
