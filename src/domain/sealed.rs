//! What is stored encrypted: documents and the secrets of authenticators. XChaCha20-Poly1305 binds each to what it
//! is and whose, so that rows cannot be exchanged.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};

use super::token::{Purpose, ServerKey};

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of randomness that each sealing needs. So many cannot meet twice by chance.
pub const NONCE: usize = 24;
/// What the name of the key that is derived from the server's own begins with.
const DERIVED: &str = "derived";
const LONGEST_NAME: usize = 32;

/// What is sealed; something sealed as one kind cannot be opened as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealing {
    /// An uploaded document.
    Document,
    /// The secret of an authenticator.
    AuthenticatorSecret,
    /// What a sign-in began with that is under way elsewhere.
    SignIn,
    /// What is kept of a ceremony until it is answered.
    Ceremony,
    /// A mail that belongs to no case.
    Mail,
}

impl Sealing {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Document => b"mfa-desk/document/1",
            Self::AuthenticatorSecret => b"mfa-desk/authenticator-secret/1",
            Self::SignIn => b"mfa-desk/sign-in/1",
            Self::Ceremony => b"mfa-desk/ceremony/1",
            Self::Mail => b"mfa-desk/mail/1",
        }
    }
}

/// Something sealed, with the name of its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which key opens it.
    pub key_id: String,
    /// The nonce and what was encrypted.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Sealed {
    /// As one text, for columns that hold text: `name:base64`.
    pub fn to_text(&self) -> String {
        format!("{}:{}", self.key_id, STANDARD.encode(&self.bytes))
    }

    /// Reads what [`Sealed::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        let (key_id, bytes) = text.split_once(':')?;
        Some(Self { key_id: key_id.to_owned(), bytes: STANDARD.decode(bytes).ok()? })
    }
}

/// Something could not be opened: its key is not known, or it was changed or moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    /// No key of this name is configured.
    #[error("it was sealed with a key that is not configured")]
    UnknownKey,
    /// It is not what was sealed.
    #[error("it was changed since it was sealed, or belongs elsewhere")]
    Changed,
}

/// Why a list of keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// An entry is not `NAME:KEY`.
    #[error("holds an entry that is not NAME:KEY, with a name of at most {LONGEST_NAME} letters, digits and hyphens")]
    Form,
    /// A key is not 32 bytes in base64.
    #[error("holds a key that is not 32 bytes in base64")]
    Key,
    /// Two keys have one name, or one has a name like the derived key's.
    #[error("holds two keys with one name, or one whose name begins with `{DERIVED}`")]
    Name,
}

struct NamedKey {
    name: String,
    key: SecretBox<[u8; KEY]>,
}

/// The keys that seal and open: the first seals, every one opens.
pub struct SealingKeys(Vec<NamedKey>);

impl SealingKeys {
    /// The keys of a configured list, `NAME:KEY` with commas between, and after them the one that is derived from
    /// the server's key: alone it seals, and what it sealed stays readable when others are added.
    ///
    /// # Errors
    /// [`BadKeys`] when the list cannot be used.
    pub fn new(configured: Option<&SecretString>, server: &ServerKey) -> Result<Self, BadKeys> {
        let mut keys = match configured {
            Some(list) => Self::parse(list)?,
            None => Vec::new(),
        };
        let derived = server.keyed_hash(Purpose::Sealing, &[]);
        // Named by what it is, so that after a change of the server's key it is missed and not mistaken.
        let name = format!("{DERIVED}-{}", hex::encode(&Sha256::digest(derived)[..4]));
        keys.push(NamedKey { name, key: SecretBox::new(Box::new(derived)) });
        Ok(Self(keys))
    }

    /// Whether a configured list can be used.
    ///
    /// # Errors
    /// [`BadKeys`] says what is wrong.
    pub fn check(configured: &SecretString) -> Result<(), BadKeys> {
        Self::parse(configured).map(|_| ())
    }

    fn parse(list: &SecretString) -> Result<Vec<NamedKey>, BadKeys> {
        let mut keys: Vec<NamedKey> = Vec::new();
        for entry in list.expose_secret().split(',').map(str::trim) {
            let (name, key) = entry.split_once(':').ok_or(BadKeys::Form)?;
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if name.is_empty() || name.len() > LONGEST_NAME || !plain {
                return Err(BadKeys::Form);
            }
            // Databases compare names without regard to case.
            let taken = keys.iter().any(|known| known.name.eq_ignore_ascii_case(name));
            if name.to_ascii_lowercase().starts_with(DERIVED) || taken {
                return Err(BadKeys::Name);
            }
            let bytes = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| BadKeys::Key)?);
            let key = <[u8; KEY]>::try_from(bytes.as_slice()).map_err(|_| BadKeys::Key)?;
            keys.push(NamedKey { name: name.to_owned(), key: SecretBox::new(Box::new(key)) });
        }
        Ok(keys)
    }

    /// The name of the key that seals.
    pub fn current(&self) -> &str {
        self.0.first().map_or(DERIVED, |key| key.name.as_str())
    }

    /// Seals `plain` for `about`, which names what it belongs to. `nonce` is fresh randomness, used once.
    pub fn seal(&self, kind: Sealing, about: &str, nonce: [u8; NONCE], plain: &[u8]) -> Sealed {
        let key = self.0.first().unwrap_or_else(|| unreachable!("the derived key is always there"));
        let cipher = XChaCha20Poly1305::new(key.key.expose_secret().into());
        let aad = bound(kind, about);
        // Only a text of more than 256 GiB cannot be encrypted.
        let sealed = cipher
            .encrypt(&nonce.into(), Payload { msg: plain, aad: &aad })
            .unwrap_or_else(|_| unreachable!("what is sealed is small"));
        Sealed { key_id: key.name.clone(), bytes: [nonce.as_slice(), &sealed].concat() }
    }

    /// What was sealed, if it is whole and was sealed as this kind for `about`.
    ///
    /// # Errors
    /// [`CannotOpen`] when it is not, or its key is not known.
    pub fn open(&self, kind: Sealing, about: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let key = self.0.iter().find(|key| key.name == sealed.key_id).ok_or(CannotOpen::UnknownKey)?;
        let (nonce, encrypted) = sealed.bytes.split_first_chunk::<NONCE>().ok_or(CannotOpen::Changed)?;
        let cipher = XChaCha20Poly1305::new(key.key.expose_secret().into());
        let aad = bound(kind, about);
        let plain = cipher.decrypt(nonce.into(), Payload { msg: encrypted, aad: &aad });
        plain.map(Zeroizing::new).map_err(|_| CannotOpen::Changed)
    }
}

fn bound(kind: Sealing, about: &str) -> Vec<u8> {
    [kind.label(), b"\0", about.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn server() -> ServerKey {
        ServerKey::new(SecretString::from("k".repeat(32)))
    }

    fn entry(name: &str, byte: u8) -> String {
        format!("{name}:{}", STANDARD.encode([byte; KEY]))
    }

    fn keys(list: &str) -> SealingKeys {
        SealingKeys::new(Some(&SecretString::from(list)), &server()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_as_what_it_is_and_where_it_belongs() {
        let keys = keys(&entry("k1", 1));
        let sealed = keys.seal(Sealing::Document, "case 1", [7; NONCE], b"passport");
        assert_eq!(keys.open(Sealing::Document, "case 1", &sealed).unwrap().as_slice(), b"passport");
        assert_eq!(keys.open(Sealing::Document, "case 2", &sealed).unwrap_err(), CannotOpen::Changed);
        assert_eq!(keys.open(Sealing::AuthenticatorSecret, "case 1", &sealed).unwrap_err(), CannotOpen::Changed);
        assert!(!format!("{sealed:?}").contains("bytes"));
    }

    #[test]
    fn the_first_key_seals_and_the_others_still_open() {
        let derived = SealingKeys::new(None, &server()).unwrap();
        let oldest = derived.seal(Sealing::Document, "a", [1; NONCE], b"x");
        let older = keys(&entry("k1", 1)).seal(Sealing::Document, "a", [2; NONCE], b"x");
        let newest = keys(&format!("{}, {}", entry("k2", 2), entry("k1", 1)));
        assert!(derived.current().starts_with(DERIVED));
        assert_eq!(newest.current(), "k2");
        assert_eq!(newest.seal(Sealing::Document, "a", [3; NONCE], b"x").key_id, "k2");
        for sealed in [&oldest, &older] {
            assert_eq!(newest.open(Sealing::Document, "a", sealed).unwrap().as_slice(), b"x");
        }
        let without = keys(&entry("k2", 2));
        assert_eq!(without.open(Sealing::Document, "a", &older).unwrap_err(), CannotOpen::UnknownKey);
    }

    #[test]
    fn lists_that_cannot_be_used_say_why_and_nothing_of_the_keys() {
        let short = format!("k1:{}", STANDARD.encode([1; 31]));
        for (list, expected) in [
            ("", BadKeys::Form),
            ("k1", BadKeys::Form),
            ("k 1:AAAA", BadKeys::Form),
            (short.as_str(), BadKeys::Key),
            ("k1:not base64", BadKeys::Key),
            (&format!("{},{}", entry("k1", 1), entry("k1", 2)), BadKeys::Name),
            (&format!("{},{}", entry("k1", 1), entry("K1", 2)), BadKeys::Name),
            (&entry(DERIVED, 1), BadKeys::Name),
        ] {
            assert_eq!(SealingKeys::check(&SecretString::from(list)), Err(expected), "{list}");
            assert!(!expected.to_string().contains("AAAA"));
        }
    }

    proptest! {
        #[test]
        fn any_change_is_noticed(plain in prop::collection::vec(any::<u8>(), 0..100), at in any::<prop::sample::Index>(), flip in 1_u8..) {
            let keys = keys(&entry("k1", 1));
            let sealed = keys.seal(Sealing::Document, "a", [9; NONCE], &plain);
            let again = Sealed::from_text(&sealed.to_text());
            prop_assert_eq!(again.as_ref(), Some(&sealed));
            let mut changed = sealed;
            let at = at.index(changed.bytes.len());
            changed.bytes[at] ^= flip;
            prop_assert_eq!(keys.open(Sealing::Document, "a", &changed).unwrap_err(), CannotOpen::Changed);
        }

        #[test]
        fn any_bytes_are_answered_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), text in ".{0,60}") {
            let keys = keys(&entry("k1", 1));
            let sealed = Sealed { key_id: "k1".to_owned(), bytes };
            prop_assert!(keys.open(Sealing::Document, "a", &sealed).is_err());
            let _ = Sealed::from_text(&text);
            let _ = SealingKeys::check(&SecretString::from(text));
        }
    }
}
