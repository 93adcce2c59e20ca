//! What the program and a directory call things, and what a directory tells of an account.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::account::{AccountStatus, AuthenticatorKind, AuthenticatorState};
use super::contact::{E164, EmailAddress};
use super::form::is_unprintable;
use super::ids::AccountId;
use super::words::checked_text;

/// A text that cannot be what it is given as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {0}")]
pub struct NotAName(&'static str);

/// What the configuration calls a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DirectoryName(String);

/// The name of the embedded directory; no other may have it.
pub const LOCAL: &str = "local";

impl DirectoryName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DirectoryName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let sound = (1..=32).contains(&text.len()) && text.chars().all(fits) && ![LOCAL, "staff"].contains(&text);
        let wanted = NotAName("1 to 32 lower-case letters, digits, - and _, and neither `local` nor `staff`");
        if sound { Ok(Self(text.to_owned())) } else { Err(wanted) }
    }
}

/// Printable, and no longer than any system's names are.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 512 && text.trim() == text && !text.chars().any(is_unprintable)
}

/// What an account is called in its directory: never empty, because an empty filter finds everybody in some of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Login(String);

impl Login {
    /// The login as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Login {
    type Err = NotAName;
    fn from_str(text: &str) -> Result<Self, NotAName> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(NotAName("1 to 512 printable characters")) }
    }
}

/// What an authenticator is called in its directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Serial(String);

impl Serial {
    /// The serial as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Serial {
    type Err = NotAName;
    fn from_str(text: &str) -> Result<Self, NotAName> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(NotAName("1 to 512 printable characters")) }
    }
}

checked_text!(NotAName: DirectoryName, Login, Serial);

/// Where an account lives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Home {
    /// In the embedded directory.
    #[default]
    Local,
    /// In another system.
    Elsewhere {
        /// Which.
        directory: DirectoryName,
        /// What it is called there.
        login: Login,
    },
}

impl Home {
    /// The directory's name, as the configuration has it.
    pub fn name(&self) -> &str {
        match self {
            Self::Local => LOCAL,
            Self::Elsewhere { directory, .. } => directory.as_str(),
        }
    }

    /// What the account is called there. The embedded directory calls it by its identifier.
    pub fn login(&self, account: AccountId) -> Login {
        match self {
            Self::Local => Login(account.to_string()),
            Self::Elsewhere { login, .. } => login.clone(),
        }
    }
}

/// An account as its directory has it at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is called there.
    pub login: Login,
    /// The person's name.
    pub name: Option<String>,
    /// The e-mail address there; the one of record unless the contacts have another.
    pub email: Option<EmailAddress>,
    /// The telephone number there.
    pub phone: Option<E164>,
    /// Whether it is in use.
    pub status: AccountStatus,
}

/// An authenticator as its directory has it at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What it is called there.
    pub serial: Serial,
    /// What it is.
    pub kind: AuthenticatorKind,
    /// What its owner would know it by.
    pub label: String,
    /// Whether it signs the account in.
    pub state: AuthenticatorState,
}

/// How far a directory has come with switching an authenticator off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It signs the account in.
    Active,
    /// It does not any more, but something is left to do, such as taking its entry away.
    Unfinished,
    /// It does not, or is not there; nothing is left to do.
    Deactivated,
}

/// How a deactivation ended that switched the authenticator off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As it was asked for.
    Complete,
    /// The authenticator is off; this is what was asked for beside it and did not happen.
    Partly(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_never_empty_nor_does_it_hide_anything() {
        for bad in ["", " ", "a ", "a\u{202e}b", "a\nb", &"x".repeat(513)] {
            assert!(bad.parse::<Login>().is_err(), "{bad:?}");
            assert!(bad.parse::<Serial>().is_err(), "{bad:?}");
        }
        assert_eq!("123456789012/alice".parse::<Login>().unwrap().as_str(), "123456789012/alice");
    }

    #[test]
    fn no_directory_takes_the_name_of_the_embedded_one() {
        for bad in ["local", "staff", "", "Aws", "a b", &"x".repeat(33)] {
            assert!(bad.parse::<DirectoryName>().is_err(), "{bad:?}");
        }
        assert!("aws-prod_1".parse::<DirectoryName>().is_ok());
    }
}
