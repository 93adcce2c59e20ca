//! Secrets that leave the process: 256-bit tokens, stored only as hashes, and the keyed hashes derived from
//! the server's key, one purpose each.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::contact::{E164, EmailAddress};
use super::evidence::Subject;
use super::ids::{ContactChangeId, LinkId, OutboxId, SignInLinkId};
use super::reference::CaseRef;

/// What a keyed hash is for; a hash made for one purpose means nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Tokens in mailed links.
    Link,
    /// Codes shown on the customer's page.
    PhoneCode,
    /// Codes as they are stored.
    StoredPhoneCode,
    /// The two words both sides say.
    Words,
    /// Addresses as evidence names them.
    Subject,
    /// What the risk rules compare requests by.
    Origin,
    /// What throttles count by.
    Throttle,
    /// Form tokens against cross-site requests.
    Csrf,
    /// Agents' session cookies.
    SessionCookie,
    /// The key that seals where no other is configured.
    Sealing,
    /// Tokens in mailed links that are about no case.
    SignInLink,
    /// Tokens in links that stop a change of a contact.
    ContactStop,
    /// The addresses that answers to mails go to.
    ReplyAddress,
    /// The Message-IDs of mails.
    MessageId,
    /// What programs ask, to know it again when they send it again.
    Request,
    /// How far somebody at the desk has come with verifying the log.
    Verification,
    /// The key that the audit log signs with where no other is configured.
    AuditSigning,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Link => b"mfa-desk/link/1",
            Self::PhoneCode => b"mfa-desk/phone-code/1",
            Self::StoredPhoneCode => b"mfa-desk/stored-phone-code/1",
            Self::Words => b"mfa-desk/words/1",
            Self::Subject => b"mfa-desk/subject/1",
            Self::Origin => b"mfa-desk/origin/1",
            Self::Throttle => b"mfa-desk/throttle/1",
            Self::Csrf => b"mfa-desk/csrf/1",
            Self::SessionCookie => b"mfa-desk/session-cookie/1",
            Self::Sealing => b"mfa-desk/sealing/1",
            Self::SignInLink => b"mfa-desk/sign-in-link/1",
            Self::ContactStop => b"mfa-desk/contact-stop/1",
            Self::ReplyAddress => b"mfa-desk/reply-address/1",
            Self::MessageId => b"mfa-desk/message-id/1",
            Self::Request => b"mfa-desk/request/1",
            Self::Verification => b"mfa-desk/verification/1",
            Self::AuditSigning => b"mfa-desk/audit-signing/1",
        }
    }
}

/// Fewest characters of a configured key.
pub const SHORTEST_KEY: usize = 32;

/// The server's key. It never leaves memory and is never logged.
#[derive(Clone)]
pub struct ServerKey(SecretString);

impl ServerKey {
    /// The key as configured.
    pub const fn new(key: SecretString) -> Self {
        Self(key)
    }

    /// Long enough to be a configured key: commands that need no secret run without one.
    pub fn is_configured(&self) -> bool {
        self.0.expose_secret().chars().count() >= SHORTEST_KEY
    }

    /// HMAC-SHA-256 over the purpose and the parts, each with its length before it.
    pub fn keyed_hash(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Self::mac(self.0.expose_secret().as_bytes());
        for part in std::iter::once(&purpose.label()).chain(parts) {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The secret of the key that the audit log signs with where no other is configured.
    pub fn audit_secret(&self) -> [u8; 32] {
        self.keyed_hash(Purpose::AuditSigning, &[])
    }

    fn mac(key: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of any length (RFC 2104 §2), so the error case cannot arise.
        Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
    }

    /// The token of a mailed link, made from its row's identifier: it can be made again when the mail is
    /// sent again, so no table holds it.
    pub fn link_token(&self, link: LinkId) -> Token {
        Token::from_bytes(self.keyed_hash(Purpose::Link, &[link.to_string().as_bytes()]))
    }

    /// The token of a mailed link that is about no case, made as [`Self::link_token`] is.
    pub fn sign_in_link_token(&self, link: SignInLinkId) -> Token {
        Token::from_bytes(self.keyed_hash(Purpose::SignInLink, &[link.to_string().as_bytes()]))
    }

    /// The token of the link that stops a change of a contact, made as [`Self::link_token`] is.
    pub fn contact_token(&self, change: ContactChangeId) -> Token {
        Token::from_bytes(self.keyed_hash(Purpose::ContactStop, &[change.to_string().as_bytes()]))
    }

    /// How evidence names an e-mail address.
    pub fn email_subject(&self, email: &EmailAddress) -> Subject {
        Subject(hex::encode(self.keyed_hash(Purpose::Subject, &[b"email", email.key().as_bytes()])))
    }

    /// What proves that the desk wrote about a case to an address: 128 bits, hexadecimal, as case does not count in
    /// addresses.
    pub fn reply_proof(&self, case: &CaseRef, to: &EmailAddress) -> String {
        hex::encode(&self.keyed_hash(Purpose::ReplyAddress, &[case.as_str().as_bytes(), to.key().as_bytes()])[..16])
    }

    /// What proves that a Message-ID is ours: 128 bits, hexadecimal.
    pub fn message_proof(&self, mail: OutboxId) -> String {
        hex::encode(&self.keyed_hash(Purpose::MessageId, &[mail.to_string().as_bytes()])[..16])
    }

    /// How evidence names a telephone number.
    pub fn phone_subject(&self, phone: &E164) -> Subject {
        Subject(hex::encode(self.keyed_hash(Purpose::Subject, &[b"phone", phone.as_str().as_bytes()])))
    }
}

/// A 256-bit secret in URL-safe base64. Only its hash is ever stored.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// The token of 32 bytes from a CSPRNG or a keyed hash.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A token someone sent; anything that could not be one is refused before it reaches the database.
    pub fn presented(text: &str) -> Option<Self> {
        let decoded = URL_SAFE_NO_PAD.decode(text).ok()?;
        <[u8; 32]>::try_from(decoded).ok().map(Self::from_bytes)
    }

    /// What is stored: SHA-256, hexadecimal. A 256-bit random secret needs no slower hash.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.expose_secret().as_bytes()))
    }

    /// The secret itself, to be put into a link or a cookie.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Compares two texts in a time that depends on their length only.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_parts_do_not_run_into_each_other() {
        let key = ServerKey::new(SecretString::from("k".repeat(32)));
        assert_ne!(key.keyed_hash(Purpose::Link, &[b"ab", b"c"]), key.keyed_hash(Purpose::Link, &[b"a", b"bc"]));
        assert_ne!(key.keyed_hash(Purpose::Link, &[b"a"]), key.keyed_hash(Purpose::Csrf, &[b"a"]));
    }

    #[test]
    fn what_cannot_be_a_token_is_refused() {
        let token = Token::from_bytes([7; 32]);
        assert_eq!(Token::presented(token.expose()).map(|t| t.hash()), Some(token.hash()));
        for wrong in ["", "short", "*".repeat(43).as_str(), "A".repeat(44).as_str()] {
            assert!(Token::presented(wrong).is_none(), "{wrong}");
        }
    }
}
