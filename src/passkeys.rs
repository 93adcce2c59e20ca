//! Passkeys and security keys (WebAuthn Level 3), always with user verification: the device itself asks for a PIN, a
//! finger or a face. Challenges are drawn by the library from the system's randomness; nothing here is stored.

use std::fmt;

use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::domain::authn::StoredPasskey;
use crate::domain::ids::AccountId;

/// The server's side of WebAuthn, for one host and one origin.
pub struct Passkeys(Webauthn);

/// The library could not do its part, which is a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("WebAuthn: {0}")]
pub struct Broken(String);

/// Why an answer of a browser proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// It is not what browsers answer.
    #[error("not an answer of a browser")]
    Unreadable,
    /// It answers something else, comes from another page, or is not signed by a key that was asked.
    #[error("the answer does not fit")]
    Unfit,
    /// It was signed by the right key whose count of signatures went back: there may be a copy.
    #[error("the count of signatures went back")]
    Copied,
}

/// What a browser is asked, and what is kept to check its answer.
pub struct Challenge {
    /// The options for the browser, as JSON: `{"publicKey": {…}}`.
    pub options: String,
    /// What is kept, to be sealed.
    pub state: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge")
    }
}

/// What a right answer tells.
#[derive(Debug)]
pub struct Proven {
    /// Which passkey signed.
    pub credential_id: String,
    /// Its count of signatures.
    pub count: i64,
    result: AuthenticationResult,
}

impl Passkeys {
    /// Passkeys for the host of `base_url`, under the product's name. Nothing where the host is an address: WebAuthn
    /// binds passkeys to names.
    ///
    /// # Errors
    /// [`Broken`] when the library does not take the URL.
    pub fn new(base_url: &Url, product: &str) -> Result<Option<Self>, Broken> {
        let Some(Host::Domain(host)) = base_url.host() else { return Ok(None) };
        let built = WebauthnBuilder::new(host, base_url).and_then(|builder| builder.rp_name(product).build());
        built.map(|webauthn| Some(Self(webauthn))).map_err(broken)
    }

    /// Asks a browser for a new passkey of an account. Those in `known` are refused by their devices.
    ///
    /// # Errors
    /// [`Broken`] when the library fails.
    pub fn ask_for_new(
        &self,
        account: AccountId,
        (address, name): (&str, &str),
        known: &[StoredPasskey],
    ) -> Result<Challenge, Broken> {
        let id = Uuid::parse_str(&account.to_string()).map_err(|error| Broken(error.to_string()))?;
        let known: Vec<CredentialID> = passkeys(known)?.iter().map(|key| key.cred_id().clone()).collect();
        let (options, state) = self.0.start_passkey_registration(id, address, name, Some(known)).map_err(broken)?;
        challenge(&options, &state)
    }

    /// The passkey that a browser made when it was asked with the challenge of `state`.
    ///
    /// # Errors
    /// [`NotProven`] when the answer does not fit.
    pub fn made(&self, state: &[u8], answer: &str) -> Result<StoredPasskey, NotProven> {
        let state: PasskeyRegistration = read(state)?;
        let answer: RegisterPublicKeyCredential = read(answer.as_bytes())?;
        let passkey = self.0.finish_passkey_registration(&answer, &state).map_err(not_proven)?;
        let json = serde_json::to_string(&passkey).map_err(|_| NotProven::Unfit)?;
        Ok(StoredPasskey { credential_id: named(passkey.cred_id()), json })
    }

    /// Asks a browser to prove that it has one of these passkeys.
    ///
    /// # Errors
    /// [`Broken`] when the library fails, or there are none.
    pub fn ask(&self, known: &[StoredPasskey]) -> Result<Challenge, Broken> {
        let (options, state) = self.0.start_passkey_authentication(&passkeys(known)?).map_err(broken)?;
        challenge(&options, &state)
    }

    /// What the answer to the challenge of `state` proves.
    ///
    /// # Errors
    /// [`NotProven`] when it does not fit, or a count of signatures went back.
    pub fn proven(&self, state: &[u8], answer: &str) -> Result<Proven, NotProven> {
        let state: PasskeyAuthentication = read(state)?;
        let answer: PublicKeyCredential = read(answer.as_bytes())?;
        let result = self.0.finish_passkey_authentication(&answer, &state).map_err(not_proven)?;
        // The library saw to it by its policy; a passkey that only proves presence must never get past here.
        if !result.user_verified() {
            return Err(NotProven::Unfit);
        }
        Ok(Proven { credential_id: named(result.cred_id()), count: i64::from(result.counter()), result })
    }
}

impl Proven {
    /// The passkey that signed, as it is stored from now on.
    ///
    /// # Errors
    /// [`Broken`] when what is stored cannot be read.
    pub fn updated(&self, stored: &str) -> Result<String, Broken> {
        let unreadable = |error: serde_json::Error| Broken(error.to_string());
        let mut passkey: Passkey = serde_json::from_str(stored).map_err(unreadable)?;
        passkey.update_credential(&self.result);
        serde_json::to_string(&passkey).map_err(unreadable)
    }
}

fn broken(error: WebauthnError) -> Broken {
    Broken(error.to_string())
}

fn not_proven(error: WebauthnError) -> NotProven {
    match error {
        WebauthnError::CredentialPossibleCompromise => NotProven::Copied,
        _ => NotProven::Unfit,
    }
}

fn named(id: &CredentialID) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id)
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, NotProven> {
    serde_json::from_slice(json).map_err(|_| NotProven::Unreadable)
}

fn passkeys(stored: &[StoredPasskey]) -> Result<Vec<Passkey>, Broken> {
    let read = |key: &StoredPasskey| serde_json::from_str(&key.json).map_err(|error| Broken(error.to_string()));
    stored.iter().map(read).collect()
}

fn challenge(options: &impl Serialize, state: &impl Serialize) -> Result<Challenge, Broken> {
    let unwritable = |error: serde_json::Error| Broken(error.to_string());
    Ok(Challenge {
        options: serde_json::to_string(options).map_err(unwritable)?,
        state: Zeroizing::new(serde_json::to_vec(state).map_err(unwritable)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use serde_json::Value;

    fn at(url: &str) -> Option<Passkeys> {
        Passkeys::new(&url.parse().unwrap(), "Desk").unwrap()
    }

    #[test]
    fn an_address_without_a_name_has_no_passkeys() {
        assert!(at("http://127.0.0.1:8080").is_none());
        assert!(at("https://[2001:db8::1]").is_none());
        assert!(at("http://localhost:8080").is_some());
        assert!(at("https://desk.example.org").is_some());
    }

    #[test]
    fn a_new_passkey_is_asked_for_with_user_verification_and_without_attestation() {
        let account = AccountId::new(DateTime::UNIX_EPOCH, [7; 10]);
        let asked = at("https://desk.example.org:8443").unwrap();
        let asked = asked.ask_for_new(account, ("a@b.example", "Anna"), &[]).unwrap();
        let options: Value = serde_json::from_str(&asked.options).unwrap();
        let key = &options["publicKey"];
        assert_eq!(key["rp"]["id"], "desk.example.org");
        assert_eq!(key["rp"]["name"], "Desk");
        assert_eq!(key["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(key["attestation"], "none");
        assert!(key["challenge"].as_str().unwrap().len() >= 43, "{key}");
        assert_eq!(format!("{asked:?}"), "Challenge");
    }

    #[test]
    fn what_is_no_answer_proves_nothing() {
        let passkeys = at("https://desk.example.org").unwrap();
        let account = AccountId::new(DateTime::UNIX_EPOCH, [7; 10]);
        let asked = passkeys.ask_for_new(account, ("a@b.example", "Anna"), &[]).unwrap();
        for answer in ["", "{}", "null", "[1]", "{\"id\": 1}"] {
            assert_eq!(passkeys.made(&asked.state, answer).unwrap_err(), NotProven::Unreadable, "{answer}");
            assert_eq!(passkeys.proven(&asked.state, answer).unwrap_err(), NotProven::Unreadable, "{answer}");
        }
    }
}
