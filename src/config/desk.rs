//! Key material and sessions.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::check::Checker;
use super::value;
use crate::domain::sealed::SealingKeys;
use crate::domain::token::SHORTEST_KEY;

/// What the key of a demonstration starts with.
const DEMO_KEY: &str = "demo-only-";

/// Section `secrets`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretSettings {
    /// The key that sessions, links and codes are derived from, at least 32 characters.
    #[serde(deserialize_with = "value::secret")]
    pub key: Option<SecretString>,
    /// The keys that documents and authenticators' secrets are sealed with.
    #[serde(deserialize_with = "value::secret")]
    pub data_keys: Option<SecretString>,
}

impl SecretSettings {
    pub(super) fn check(&self, checker: &mut Checker) {
        if let Some(Err(bad)) = self.data_keys.as_ref().map(SealingKeys::check) {
            checker.wrong(
                "secrets.data_keys",
                bad.to_string(),
                "set NAME:KEY with commas between, the newest first; for instance k1: and the output of \
                 `openssl rand -base64 32`",
            );
        }
        const KEY: &str = "secrets.key";
        let fix = "set at least 32 random characters, for instance the output of \
                   `openssl rand -base64 48`, the same on every instance";
        let Some(key) = &self.key else {
            if checker.serve() {
                checker.wrong(KEY, "is not set", fix);
            }
            return;
        };
        let key = key.expose_secret();
        let mut characters = key.chars();
        let first = characters.next();
        if key.chars().count() < SHORTEST_KEY {
            checker.wrong(KEY, format!("is shorter than {SHORTEST_KEY} characters"), fix);
        } else if characters.all(|other| Some(other) == first) {
            checker.wrong(KEY, "repeats one character", fix);
        } else if checker.serve() && key.starts_with(DEMO_KEY) {
            checker.wrong(KEY, "is the key of a demonstration", fix);
        }
    }
}

/// Section `sessions`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    /// Minutes without a request after which an agent is signed out.
    #[serde(deserialize_with = "value::number")]
    pub idle_minutes: u32,
    /// Hours after which an agent is signed out in any case.
    #[serde(deserialize_with = "value::number")]
    pub absolute_hours: u32,
    /// Hours for which a customer's browser keeps access to its case.
    #[serde(deserialize_with = "value::number")]
    pub customer_hours: u32,
    /// Minutes without a request after which an account is signed out.
    #[serde(deserialize_with = "value::number")]
    pub account_idle_minutes: u32,
    /// Hours after which an account is signed out in any case.
    #[serde(deserialize_with = "value::number")]
    pub account_hours: u32,
    /// Minutes for which a second factor counts as given just now.
    #[serde(deserialize_with = "value::number")]
    pub step_up_minutes: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        SessionSettings {
            idle_minutes: 30,
            absolute_hours: 8,
            customer_hours: 72,
            account_idle_minutes: 15,
            account_hours: 2,
            step_up_minutes: 10,
        }
    }
}

impl SessionSettings {
    /// Time without a request after which an agent is signed out.
    #[must_use]
    pub fn idle(&self) -> TimeDelta {
        TimeDelta::minutes(self.idle_minutes.into())
    }

    /// Time after which an agent is signed out in any case.
    #[must_use]
    pub fn absolute(&self) -> TimeDelta {
        TimeDelta::hours(self.absolute_hours.into())
    }

    /// Time for which a customer's browser keeps access to its case.
    #[must_use]
    pub fn customer(&self) -> TimeDelta {
        TimeDelta::hours(self.customer_hours.into())
    }

    /// Time without a request after which an account is signed out.
    #[must_use]
    pub fn account_idle(&self) -> TimeDelta {
        TimeDelta::minutes(self.account_idle_minutes.into())
    }

    /// Time after which an account is signed out in any case.
    #[must_use]
    pub fn account_absolute(&self) -> TimeDelta {
        TimeDelta::hours(self.account_hours.into())
    }

    /// Time for which a second factor counts as given just now.
    #[must_use]
    pub fn step_up(&self) -> TimeDelta {
        TimeDelta::minutes(self.step_up_minutes.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("sessions.idle_minutes", self.idle_minutes);
        checker.range("sessions.absolute_hours", self.absolute_hours);
        checker.range("sessions.customer_hours", self.customer_hours);
        checker.range("sessions.account_idle_minutes", self.account_idle_minutes);
        checker.range("sessions.account_hours", self.account_hours);
        checker.range("sessions.step_up_minutes", self.step_up_minutes);
        if self.absolute_hours > 0 && self.idle() > self.absolute() {
            checker.wrong(
                "sessions.idle_minutes",
                "is longer than a session can last",
                "set at most what sessions.absolute_hours comes to",
            );
        }
        if self.account_hours > 0 && self.account_idle() > self.account_absolute() {
            checker.wrong(
                "sessions.account_idle_minutes",
                "is longer than a session can last",
                "set at most what sessions.account_hours comes to",
            );
        }
    }
}
