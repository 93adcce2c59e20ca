//! How long personal data is kept.

use chrono::TimeDelta;
use serde::Deserialize;

use super::PolicySettings;
use super::check::Checker;
use super::value;

/// Section `retention`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSettings {
    /// Days after the end of a case when its personal data is erased.
    #[serde(deserialize_with = "value::number")]
    pub case_days: u32,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { case_days: 365 }
    }
}

impl RetentionSettings {
    /// Time between the end of a case and the erasure of its personal data.
    #[must_use]
    pub fn of_cases(&self) -> TimeDelta {
        TimeDelta::days(self.case_days.into())
    }

    pub(super) fn check(&self, policy: &PolicySettings, checker: &mut Checker) {
        checker.range("retention.case_days", self.case_days);
        if self.case_days < policy.dispute_link_days {
            checker.wrong(
                "retention.case_days",
                format!("{} days are over before people can no longer object", self.case_days),
                format!("set policy.dispute_link_days ({}) or more", policy.dispute_link_days),
            );
        }
    }
}
