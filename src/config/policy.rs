//! Waits, expiries and budgets of a case.

use chrono::TimeDelta;
use serde::Deserialize;

use super::check::Checker;
use super::paths::{PathSettings, PhoneChangeSettings, tables};
use super::value;

/// Shortest cooling-off for real accounts, in minutes: less gives nobody time to object.
const SHORTEST_COOLING_OFF: u32 = 60;

/// Section `policy`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// Minutes between the approval and the moment the device can be deactivated.
    #[serde(deserialize_with = "value::number")]
    pub cooling_off_minutes: u32,
    /// Paths of owners of tier `standard`; the defaults where there are none.
    #[serde(deserialize_with = "tables")]
    pub standard: Option<Vec<PathSettings>>,
    /// Paths of owners of tier `privileged`.
    #[serde(deserialize_with = "tables")]
    pub privileged: Option<Vec<PathSettings>>,
    /// Paths of members.
    #[serde(deserialize_with = "tables")]
    pub member: Option<Vec<PathSettings>>,
    /// Paths of people who work at the desk.
    #[serde(deserialize_with = "tables")]
    pub staff: Option<Vec<PathSettings>>,
    /// What a change of a phone number needs.
    pub phone_change: PhoneChangeSettings,
    /// Hours for which a change of a phone number is held before it counts.
    #[serde(deserialize_with = "value::number")]
    pub phone_hold_hours: u32,
    /// Hours after the cooling-off in which the device can be deactivated.
    #[serde(deserialize_with = "value::number")]
    pub ready_window_hours: u32,
    /// Days after which an open case that nobody moves expires.
    #[serde(deserialize_with = "value::number")]
    pub case_expiry_days: u32,
    /// Days between the deactivation and the closing of the case.
    #[serde(deserialize_with = "value::number")]
    pub close_after_days: u32,
    /// Hours for which a mailed link works.
    #[serde(deserialize_with = "value::number")]
    pub email_link_hours: u32,
    /// Minutes for which the link of a verification mail works, where an owner helps themself.
    #[serde(deserialize_with = "value::number")]
    pub recovery_link_minutes: u32,
    /// Minutes for which a code entered during a call works (NIST SP 800-63B-4: 10 at most).
    #[serde(deserialize_with = "value::number")]
    pub phone_code_minutes: u32,
    /// Calls to one number in an hour.
    #[serde(deserialize_with = "value::number")]
    pub calls_per_hour: u32,
    /// Calls to one number in a day.
    #[serde(deserialize_with = "value::number")]
    pub calls_per_day: u32,
    /// Days for which a "this wasn't me" link works.
    #[serde(deserialize_with = "value::number")]
    pub dispute_link_days: u32,
    /// Hours within which a new case should have its first answer.
    #[serde(deserialize_with = "value::number")]
    pub first_answer_hours: u32,
}

impl Default for PolicySettings {
    fn default() -> Self {
        PolicySettings {
            cooling_off_minutes: 1440,
            standard: None,
            privileged: None,
            member: None,
            staff: None,
            phone_change: PhoneChangeSettings::default(),
            phone_hold_hours: 72,
            ready_window_hours: 72,
            case_expiry_days: 14,
            close_after_days: 14,
            email_link_hours: 24,
            recovery_link_minutes: 60,
            phone_code_minutes: 5,
            calls_per_hour: 3,
            calls_per_day: 8,
            dispute_link_days: 30,
            first_answer_hours: 8,
        }
    }
}

impl PolicySettings {
    /// Time between the approval and the moment the device can be deactivated.
    #[must_use]
    pub fn cooling_off(&self) -> TimeDelta {
        TimeDelta::minutes(self.cooling_off_minutes.into())
    }

    /// Time for which a change of a phone number is held before it counts.
    #[must_use]
    pub fn phone_hold(&self) -> TimeDelta {
        TimeDelta::hours(self.phone_hold_hours.into())
    }

    /// Time after the cooling-off in which the device can be deactivated.
    #[must_use]
    pub fn ready_window(&self) -> TimeDelta {
        TimeDelta::hours(self.ready_window_hours.into())
    }

    /// Time after which an open case that nobody moves expires.
    #[must_use]
    pub fn case_expiry(&self) -> TimeDelta {
        TimeDelta::days(self.case_expiry_days.into())
    }

    /// Time between the deactivation and the closing of the case.
    #[must_use]
    pub fn close_after(&self) -> TimeDelta {
        TimeDelta::days(self.close_after_days.into())
    }

    /// Time for which a mailed link works.
    #[must_use]
    pub fn email_link(&self) -> TimeDelta {
        TimeDelta::hours(self.email_link_hours.into())
    }

    /// Time for which the link of a verification mail works, where an owner helps themself.
    #[must_use]
    pub fn recovery_link(&self) -> TimeDelta {
        TimeDelta::minutes(self.recovery_link_minutes.into())
    }

    /// Time for which a code entered during a call works.
    #[must_use]
    pub fn phone_code(&self) -> TimeDelta {
        TimeDelta::minutes(self.phone_code_minutes.into())
    }

    /// Time for which a "this wasn't me" link works.
    #[must_use]
    pub fn dispute_link(&self) -> TimeDelta {
        TimeDelta::days(self.dispute_link_days.into())
    }

    /// Time within which a new case should have its first answer.
    #[must_use]
    pub fn first_answer(&self) -> TimeDelta {
        TimeDelta::hours(self.first_answer_hours.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("policy.cooling_off_minutes", self.cooling_off_minutes);
        checker.range("policy.phone_hold_hours", self.phone_hold_hours);
        checker.range("policy.ready_window_hours", self.ready_window_hours);
        checker.range("policy.case_expiry_days", self.case_expiry_days);
        checker.range("policy.close_after_days", self.close_after_days);
        checker.range("policy.email_link_hours", self.email_link_hours);
        checker.range("policy.recovery_link_minutes", self.recovery_link_minutes);
        checker.range("policy.phone_code_minutes", self.phone_code_minutes);
        checker.range("policy.calls_per_hour", self.calls_per_hour);
        checker.range("policy.calls_per_day", self.calls_per_day);
        checker.range("policy.dispute_link_days", self.dispute_link_days);
        checker.range("policy.first_answer_hours", self.first_answer_hours);
        if checker.serve() && (1..SHORTEST_COOLING_OFF).contains(&self.cooling_off_minutes) {
            checker.wrong(
                "policy.cooling_off_minutes",
                format!("{} leaves nobody time to object", self.cooling_off_minutes),
                format!("set {SHORTEST_COOLING_OFF} or more; less is for the demonstration"),
            );
        }
        if self.calls_per_day < self.calls_per_hour {
            checker.wrong(
                "policy.calls_per_day",
                "is less than the calls of one hour",
                "set at least policy.calls_per_hour",
            );
        }
    }
}
