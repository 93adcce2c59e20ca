//! Signatures of requests between programs, as Standard Webhooks 1.0.0 has them (github.com/standard-webhooks): what is
//! signed is `ID.TIMESTAMP.BODY`, by HMAC-SHA256 (`v1`) or ed25519 (`v1a`, RFC 8032), with every key at once while one
//! takes another's place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The header with the message's identifier, the same whenever the same message is sent again.
pub const ID: &str = "webhook-id";
/// The header with the moment of sending, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// How far the moment of sending may lie from ours.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// The sizes of a symmetric key that the specification allows.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A text that is no key. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// It begins with none of the prefixes that tell a key's kind.
    #[error("does not begin with whsec_, or whsk_ for a private key")]
    Kind,
    /// A key to verify with begins with none of the prefixes that tell its kind.
    #[error("does not begin with whpk_")]
    PublicKind,
    /// What follows the prefix is not base64, or too little or too much.
    #[error("is not 24 to 64 bytes (whsec_) or an ed25519 key of 32 (whsk_, whpk_) in base64")]
    Bytes,
    /// There is none at all.
    #[error("holds no key")]
    None,
}

enum SigningOne {
    Shared(SecretBox<[u8]>),
    Private(Box<SigningKey>),
}

enum VerifyingOne {
    Shared(SecretBox<[u8]>),
    Public(VerifyingKey),
}

/// Keys to sign with, at least one.
pub struct Keys(Vec<SigningOne>);

/// Keys to verify with, at least one.
pub struct Trusted(Vec<VerifyingOne>);

/// What travels beside a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The message's identifier.
    pub id: String,
    /// The moment of sending, in seconds since 1970.
    pub timestamp: String,
    /// The signatures.
    pub signature: String,
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// Its moment of sending is none, or too far from ours.
    #[error("its time is more than five minutes from ours")]
    Time,
    /// None of its signatures was made with a key that is trusted.
    #[error("it has no signature by a key that is trusted")]
    Signature,
}

impl Keys {
    /// Keys in their serialised form, white space between: `whsec_…` is shared, `whsk_…` is private.
    ///
    /// # Errors
    /// [`BadKey`] for the first that is none.
    pub fn read(text: &SecretString) -> Result<Self, BadKey> {
        let keys: Vec<_> = text.expose_secret().split_whitespace().map(signing_one).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(BadKey::None) } else { Ok(Self(keys)) }
    }

    /// Signs a body that is sent as `id` at this moment. An identifier holds no full stop, which would let one part of
    /// what is signed pass for another; those that are made here are hexadecimal.
    pub fn seal(&self, id: &str, at: DateTime<Utc>, body: &[u8]) -> Seal {
        let timestamp = at.timestamp().to_string();
        let signatures: Vec<String> = self.0.iter().map(|key| key.sign(&signed(id, &timestamp, body))).collect();
        Seal { id: id.to_owned(), timestamp, signature: signatures.join(" ") }
    }

    /// The shared ones, to verify what comes back. Nothing when all are private.
    pub fn shared(&self) -> Option<Trusted> {
        let copy = |key: &SigningOne| match key {
            SigningOne::Shared(key) => Some(VerifyingOne::Shared(SecretBox::new(key.expose_secret().into()))),
            SigningOne::Private(_) => None,
        };
        let keys: Vec<_> = self.0.iter().filter_map(copy).collect();
        (!keys.is_empty()).then_some(Trusted(keys))
    }
}

impl SigningOne {
    fn sign(&self, signed: &[u8]) -> String {
        match self {
            Self::Shared(key) => format!("v1,{}", STANDARD.encode(mac(key, signed).finalize().into_bytes())),
            Self::Private(key) => format!("v1a,{}", STANDARD.encode(key.sign(signed).to_bytes())),
        }
    }
}

impl Trusted {
    /// Public keys in their serialised form, `whpk_…`.
    ///
    /// # Errors
    /// [`BadKey`] for the first that is none.
    pub fn read<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, BadKey> {
        let keys: Vec<_> = keys.into_iter().map(public_one).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(BadKey::None) } else { Ok(Self(keys)) }
    }

    /// Whether the seal says that it was made not long before or after `now`; what is later or earlier is genuine in no
    /// case.
    pub fn is_timely(&self, seal: &Seal, now: DateTime<Utc>) -> bool {
        let sent = seal.timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        sent.is_some_and(|sent| (now - sent).abs() <= WINDOW)
    }

    /// Whether a body was sent as the seal says, by somebody who has one of these keys, not long before or after `now`.
    ///
    /// # Errors
    /// [`NotGenuine`] when it was not.
    pub fn verify(&self, seal: &Seal, body: &[u8], now: DateTime<Utc>) -> Result<(), NotGenuine> {
        if !self.is_timely(seal, now) {
            return Err(NotGenuine::Time);
        }
        let signed = signed(&seal.id, &seal.timestamp, body);
        let genuine = |signature: &str| self.0.iter().any(|key| key.made(signature, &signed));
        if seal.signature.split(' ').any(genuine) { Ok(()) } else { Err(NotGenuine::Signature) }
    }
}

impl VerifyingOne {
    fn made(&self, signature: &str, signed: &[u8]) -> bool {
        match self {
            Self::Shared(key) => {
                let Some(given) = decoded("v1,", signature) else { return false };
                mac(key, signed).finalize().into_bytes().as_slice().ct_eq(&given).into()
            }
            Self::Public(key) => {
                let given = decoded("v1a,", signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
                // Strictly: no signature is good for two messages (RFC 8032 §5.1.7 leaves it open).
                given.is_some_and(|given| key.verify_strict(signed, &given).is_ok())
            }
        }
    }
}

fn signed(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

fn mac(key: &SecretBox<[u8]>, signed: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length (RFC 2104 §2), so the error case cannot arise.
    let mac = Hmac::<Sha256>::new_from_slice(key.expose_secret());
    mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of any length")).chain_update(signed)
}

fn decoded(kind: &str, signature: &str) -> Option<Vec<u8>> {
    STANDARD.decode(signature.strip_prefix(kind)?).ok()
}

fn bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, BadKey> {
    STANDARD.decode(text).map(Zeroizing::new).map_err(|_| BadKey::Bytes)
}

fn signing_one(text: &str) -> Result<SigningOne, BadKey> {
    if let Some(text) = text.strip_prefix("whsec_") {
        let key = bytes(text)?;
        let fits = KEY_BYTES.contains(&key.len());
        return if fits { Ok(SigningOne::Shared(SecretBox::new(key.as_slice().into()))) } else { Err(BadKey::Bytes) };
    }
    let key = bytes(text.strip_prefix("whsk_").ok_or(BadKey::Kind)?)?;
    let private = match (<&[u8; 32]>::try_from(key.as_slice()), <&[u8; 64]>::try_from(key.as_slice())) {
        (Ok(seed), _) => SigningKey::from_bytes(seed),
        // Some tools write the public key behind the private one.
        (_, Ok(pair)) => SigningKey::from_keypair_bytes(pair).map_err(|_| BadKey::Bytes)?,
        _ => return Err(BadKey::Bytes),
    };
    Ok(SigningOne::Private(Box::new(private)))
}

fn public_one(text: &str) -> Result<VerifyingOne, BadKey> {
    let key = bytes(text.strip_prefix("whpk_").ok_or(BadKey::PublicKind)?)?;
    let key = <&[u8; 32]>::try_from(key.as_slice()).map_err(|_| BadKey::Bytes)?;
    VerifyingKey::from_bytes(key).map(VerifyingOne::Public).map_err(|_| BadKey::Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SHARED: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const PRIVATE: &str = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";

    fn keys(text: &str) -> Keys {
        Keys::read(&SecretString::from(text)).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn public() -> String {
        let SigningOne::Private(key) = signing_one(PRIVATE).unwrap() else { panic!("a private key") };
        format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()))
    }

    /// Published with the specification's libraries: `libraries/javascript/src/webhook.test.ts` and
    /// `libraries/go/webhook_asymmetric_test.go`.
    const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const V1A: &str = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";

    #[test]
    fn the_published_vectors_are_met() {
        let moment = at(1_614_265_330);
        assert_eq!(keys(SHARED).seal(ID, moment, BODY).signature, V1);
        assert_eq!(keys(PRIVATE).seal(ID, moment, BODY).signature, V1A);
        let both = keys(&format!("{SHARED}\n{PRIVATE}\n")).seal(ID, moment, BODY);
        assert_eq!(both, Seal { id: ID.into(), timestamp: "1614265330".into(), signature: format!("{V1} {V1A}") });
        let trusted = Trusted::read([public().as_str()]).unwrap();
        assert_eq!(trusted.verify(&both, BODY, moment), Ok(()));
        assert_eq!(keys(SHARED).shared().unwrap().verify(&both, BODY, moment), Ok(()));
    }

    #[test]
    fn a_message_is_believed_for_five_minutes_and_only_as_it_was_sent() {
        let (moment, trusted) = (at(1_614_265_330), keys(SHARED).shared().unwrap());
        let seal = keys(SHARED).seal(ID, moment, BODY);
        for seconds in [-300, 0, 300] {
            assert_eq!(trusted.verify(&seal, BODY, moment + TimeDelta::seconds(seconds)), Ok(()), "{seconds}");
        }
        for seconds in [-301, 301] {
            let late = trusted.verify(&seal, BODY, moment + TimeDelta::seconds(seconds));
            assert_eq!(late, Err(NotGenuine::Time), "{seconds}");
        }
        for timestamp in ["", "hello", "99999999999999999999", "-1", "1614265330.0"] {
            let seal = Seal { timestamp: timestamp.into(), ..seal.clone() };
            assert_eq!(trusted.verify(&seal, BODY, moment), Err(NotGenuine::Time), "{timestamp}");
        }
        let other = Err(NotGenuine::Signature);
        assert_eq!(trusted.verify(&seal, br#"{"test": 2432232315}"#, moment), other);
        assert_eq!(trusted.verify(&Seal { id: "msg_other".into(), ..seal.clone() }, BODY, moment), other);
        let later = Seal { timestamp: "1614265331".into(), ..seal.clone() };
        assert_eq!(trusted.verify(&later, BODY, moment), other, "the time is signed");
        for signature in
            ["", "v1,", &V1[..20], "v1,!", &V1[3..], &V1.replacen("v1", "v2", 1), &format!("v1a,{}", &V1[3..])]
        {
            let seal = Seal { signature: signature.to_owned(), ..seal.clone() };
            assert_eq!(trusted.verify(&seal, BODY, moment), other, "{signature}");
        }
        let among = format!("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x {V1} v1a,y");
        assert_eq!(trusted.verify(&Seal { signature: among, ..seal }, BODY, moment), Ok(()));
    }

    #[test]
    fn a_signature_of_ed25519_is_believed_by_its_public_key_only() {
        let (moment, seal) = (at(1_614_265_330), keys(PRIVATE).seal(ID, at(1_614_265_330), BODY));
        let trusted = Trusted::read([public().as_str()]).unwrap();
        assert_eq!(trusted.verify(&seal, BODY, moment), Ok(()));
        assert_eq!(trusted.verify(&seal, b"{}", moment), Err(NotGenuine::Signature));
        for signature in ["v1a,", "v1a,AAAA", V1] {
            let seal = Seal { signature: signature.to_owned(), ..seal.clone() };
            assert_eq!(trusted.verify(&seal, BODY, moment), Err(NotGenuine::Signature), "{signature}");
        }
        assert!(keys(PRIVATE).shared().is_none());
    }

    #[test]
    fn a_key_that_is_none_is_refused_without_being_repeated() {
        let refused = |text: &str| Keys::read(&SecretString::from(text)).err().map(|bad| bad.to_string());
        for (bad, why) in [
            ("", BadKey::None),
            (" \n", BadKey::None),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", BadKey::Kind),
            ("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", BadKey::Kind),
            ("whsec_!", BadKey::Bytes),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaQ=", BadKey::Bytes),
            ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", BadKey::Bytes),
            (&format!("{SHARED} {SHARED}x"), BadKey::Bytes),
        ] {
            assert_eq!(refused(bad), Some(why.to_string()), "{bad}");
        }
        for bytes in [23, 65] {
            assert!(refused(&format!("whsec_{}", STANDARD.encode(vec![7; bytes]))).is_some(), "{bytes}");
        }
        for bytes in [24, 64] {
            assert!(refused(&format!("whsec_{}", STANDARD.encode(vec![7; bytes]))).is_none(), "{bytes}");
        }
        let wrong_half = STANDARD.encode([[7; 32], [8; 32]].concat());
        assert_eq!(refused(&format!("whsk_{wrong_half}")), Some(BadKey::Bytes.to_string()));
        assert_eq!(Trusted::read(["whsk_AAAA"]).err(), Some(BadKey::PublicKind));
        assert_eq!(Trusted::read([]).err(), Some(BadKey::None));
    }
}
