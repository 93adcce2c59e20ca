//! What privacyIDEA says, and what it means.

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::directory::{DirectoryError, Reply};

/// The policies do not let the key do this.
const NOT_ALLOWED: i64 = 303;
/// No token has this serial.
const NO_TOKEN: i64 = 601;
/// The user is in none of the realm's stores, or there is no such realm.
const NO_USER: i64 = 904;
/// The token is revoked, and only deleting it is left.
const LOCKED: i64 = 1007;

/// Why there is no value in an answer.
#[derive(Debug)]
pub(super) enum No {
    /// No token has this serial.
    Token,
    /// The user is in none of the realm's stores, or there is no such realm.
    User,
    /// The token is revoked for good.
    Locked,
    /// Anything else.
    Other(DirectoryError),
}

impl From<DirectoryError> for No {
    fn from(error: DirectoryError) -> Self {
        Self::Other(error)
    }
}

impl No {
    /// The error, where none of the others was to be expected.
    pub(super) fn unexpected(self) -> DirectoryError {
        let code = match self {
            Self::Other(error) => return error,
            Self::Token => NO_TOKEN,
            Self::User => NO_USER,
            Self::Locked => LOCKED,
        };
        DirectoryError::Refused(format!("error {code}"))
    }
}

/// The envelope of every answer.
#[derive(Deserialize)]
struct Envelope {
    result: Said,
    #[serde(default)]
    detail: Value,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    status: bool,
    #[serde(default)]
    value: Value,
    error: Option<Wrong>,
}

#[derive(Deserialize)]
struct Wrong {
    code: i64,
}

/// An answer that privacyIDEA calls a success.
pub(super) struct Answer<T> {
    pub(super) value: T,
    pub(super) detail: Value,
}

/// Reads an answer. The words of an error are not repeated: they hold names and serials.
pub(super) fn read<T: DeserializeOwned>(reply: &Reply) -> Result<Answer<T>, No> {
    let envelope = reply.json::<Envelope>();
    let error = match envelope {
        Ok(Envelope { result: Said { status: true, value, error: None }, detail }) if reply.status == 200 => {
            let value = serde_json::from_value(value).map_err(|_| reply.unclear("the answer is not what was expected"));
            return Ok(Answer { value: value?, detail });
        }
        Ok(Envelope { result: Said { error: Some(error), .. }, .. }) => Some(error.code),
        Ok(_) | Err(_) => None,
    };
    Err(match (reply.status, error) {
        (_, Some(NO_TOKEN)) => No::Token,
        (_, Some(NO_USER)) => No::User,
        (_, Some(LOCKED)) => No::Locked,
        (_, Some(code @ NOT_ALLOWED)) => DirectoryError::Denied(format!("the key lacks a right (error {code})")).into(),
        (403, _) => DirectoryError::Denied("HTTP 403".to_owned()).into(),
        (400..=499, Some(code)) => DirectoryError::Refused(format!("error {code}")).into(),
        (status, _) => reply.unclear(&format!("the answer is not what was expected (HTTP {status})")).into(),
    })
}

/// A user, as the stores behind a realm have them.
#[derive(Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub(super) username: String,
    #[serde(default)]
    pub(super) realm: String,
    #[serde(default)]
    email: Value,
    #[serde(default)]
    mobile: Value,
    #[serde(default)]
    phone: Value,
    #[serde(default)]
    givenname: Value,
    #[serde(default)]
    surname: Value,
}

/// The attributes that [`User`] has.
pub(super) const ATTRIBUTES: &str = "username,realm,email,mobile,phone,givenname,surname";

impl User {
    pub(super) fn email(&self) -> Option<&str> {
        first(&self.email)
    }

    /// Numbers, the one to prefer first.
    pub(super) fn phones(&self) -> impl Iterator<Item = &str> {
        [&self.mobile, &self.phone].into_iter().filter_map(first)
    }

    pub(super) fn name(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.givenname, &self.surname].into_iter().filter_map(first).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// An attribute's text. Some stores tell lists.
fn first(value: &Value) -> Option<&str> {
    let text = match value {
        Value::Array(all) => all.first().and_then(Value::as_str),
        value => value.as_str(),
    };
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A token.
#[derive(Debug, Deserialize)]
pub(super) struct Token {
    pub(super) serial: String,
    pub(super) tokentype: String,
    pub(super) active: bool,
    #[serde(default)]
    pub(super) revoked: bool,
    pub(super) username: String,
    pub(super) user_realm: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) info: Info,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Info {
    #[serde(default)]
    pub(super) tokenkind: String,
}

/// One page of a list of tokens.
#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) count: usize,
    pub(super) next: Option<u32>,
    pub(super) tokens: Vec<Token>,
}

/// A token that was set up.
#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) serial: String,
    pub(super) rollout_state: String,
    pub(super) googleurl: Link,
    pub(super) otpkey: Key,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) value: SecretString,
}

#[derive(Deserialize)]
pub(super) struct Key {
    pub(super) value_b32: SecretString,
}
