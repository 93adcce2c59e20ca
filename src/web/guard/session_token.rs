//! The agent's session cookie: a short JWT (RFC 7519, HS256) that names a row in the database.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::domain::ids::{AgentId, AgentSessionId};
use crate::domain::token::{Purpose, ServerKey};

/// HS256 and nothing else: a token that names another algorithm cannot even be looked at.
static HS256_ONLY: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256::new(key.as_bytes())?)),
        _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256::new(key.try_get_as_bytes()?)?)),
        _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(key: &[u8]) -> Result<Self, Error> {
        Hmac::new_from_slice(key).map(Self).map_err(|_| Error::from(ErrorKind::InvalidKeyFormat))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut mac = self.0.clone();
        mac.update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], presented: &Vec<u8>) -> Result<(), signature::Error> {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.verify_slice(presented).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sid: AgentSessionId,
    sub: AgentId,
    exp: i64,
}

/// Makes and reads session cookies.
pub struct SessionTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    lifetime: TimeDelta,
}

impl SessionTokens {
    /// Tokens under a key derived from the server's, each good for `lifetime`.
    pub fn new(key: &ServerKey, lifetime: TimeDelta) -> Self {
        // An error only says that the provider is in place already.
        let _ = HS256_ONLY.install_default();
        let key = key.keyed_hash(Purpose::SessionCookie, &[]);
        Self { encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key), lifetime }
    }

    /// The cookie's value.
    ///
    /// # Errors
    /// When the token cannot be signed.
    pub fn issue(&self, session: AgentSessionId, agent: AgentId, now: DateTime<Utc>) -> Result<String, Error> {
        let claims = Claims { sid: session, sub: agent, exp: (now + self.lifetime).timestamp() };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
    }

    /// The session a cookie names, if it is ours and its time is not over.
    pub fn read(&self, cookie: &str, now: DateTime<Utc>) -> Option<AgentSessionId> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The library would look at the machine's clock; ours is passed in.
        validation.validate_exp = false;
        validation.required_spec_claims = ["exp".to_owned()].into();
        let claims = jsonwebtoken::decode::<Claims>(cookie, &self.decoding, &validation).ok()?.claims;
        (now.timestamp() < claims.exp).then_some(claims.sid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use secrecy::SecretString;

    fn tokens() -> SessionTokens {
        SessionTokens::new(&ServerKey::new(SecretString::from("k".repeat(32))), TimeDelta::minutes(30))
    }

    fn ids() -> (AgentSessionId, AgentId) {
        (AgentSessionId::new(DateTime::UNIX_EPOCH, [1; 10]), AgentId::new(DateTime::UNIX_EPOCH, [2; 10]))
    }

    #[test]
    fn a_cookie_names_its_session_until_its_time_is_over() {
        let (tokens, (session, agent), now) = (tokens(), ids(), DateTime::UNIX_EPOCH);
        let cookie = tokens.issue(session, agent, now).unwrap();
        assert_eq!(tokens.read(&cookie, now + TimeDelta::minutes(29)), Some(session));
        assert_eq!(tokens.read(&cookie, now + TimeDelta::minutes(30)), None);
    }

    #[test]
    fn a_cookie_without_our_signature_is_nothing() {
        let (tokens, (session, agent), now) = (tokens(), ids(), DateTime::UNIX_EPOCH);
        let cookie = tokens.issue(session, agent, now).unwrap();
        let claims = cookie.split('.').nth(1).unwrap();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let mut tampered = cookie.clone().into_bytes();
        let last = tampered.len() - 2;
        tampered[last] = if tampered[last] == b'A' { b'B' } else { b'A' };
        let others = SessionTokens::new(&ServerKey::new(SecretString::from("o".repeat(32))), TimeDelta::minutes(30));
        for forged in [
            format!("{header}.{claims}."),
            format!("{header}.{claims}.{}", cookie.rsplit('.').next().unwrap()),
            String::from_utf8(tampered).unwrap(),
            others.issue(session, agent, now).unwrap(),
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(tokens.read(&forged, now), None, "{forged}");
        }
    }
}
