//! The interface for programs: how long tokens last, when they sleep, and how often they may ask.

use chrono::TimeDelta;
use serde::Deserialize;

use super::check::Checker;
use super::value;

/// Section `api`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiSettings {
    /// Days for which a token can be issued at most.
    #[serde(deserialize_with = "value::number")]
    pub token_days: u32,
    /// Days without a sign-in of its person after which a token sleeps.
    #[serde(deserialize_with = "value::number")]
    pub dormant_after_days: u32,
    /// Requests of one token in a minute.
    #[serde(deserialize_with = "value::number")]
    pub requests_per_minute: u32,
}

impl Default for ApiSettings {
    fn default() -> Self {
        ApiSettings { token_days: 90, dormant_after_days: 30, requests_per_minute: 300 }
    }
}

impl ApiSettings {
    /// How long a token is good without a sign-in of its person.
    #[must_use]
    pub fn dormant_after(&self) -> TimeDelta {
        TimeDelta::days(self.dormant_after_days.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("api.token_days", self.token_days);
        checker.range("api.dormant_after_days", self.dormant_after_days);
        checker.range("api.requests_per_minute", self.requests_per_minute);
    }
}
