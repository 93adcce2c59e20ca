//! Programs that are told what happens to cases: tables `[[subscribers]]`, and how long they are tried.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::check::Checker;
use super::directories::{is_safe, secret};
use super::value;
use crate::domain::event::{EventPattern, Listener, SubscriberName};
use crate::domain::event_types::TYPES;
use crate::signed_webhooks::Keys;

/// The key of the list.
const KEY: &str = "subscribers";
/// Each has connections of its own.
const MOST: usize = 32;

/// One table `[[subscribers]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriberSettings {
    /// What it is called, here and in the audit log.
    pub name: SubscriberName,
    /// Where events are posted to.
    #[serde(deserialize_with = "value::one")]
    pub url: Url,
    /// Keys that events are signed with, `whsec_…` or `whsk_…`, spaces between.
    #[serde(default, deserialize_with = "value::secret")]
    pub secret: Option<SecretString>,
    /// A file with nothing but these keys.
    #[serde(default, deserialize_with = "value::optional")]
    pub secret_file: Option<PathBuf>,
    /// Which events it wants.
    #[serde(default = "every")]
    pub events: Vec<EventPattern>,
    /// Seconds that a request may take.
    #[serde(default = "timeout", deserialize_with = "value::number")]
    pub timeout_seconds: u32,
    /// PEM file of root certificates to trust besides the public ones.
    #[serde(default, deserialize_with = "value::optional")]
    pub ca_file: Option<PathBuf>,
}

fn every() -> Vec<EventPattern> {
    vec![EventPattern::all()]
}

const fn timeout() -> u32 {
    15
}

impl SubscriberSettings {
    /// How long a request may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds))
    }

    /// Who is to be told, and of what.
    #[must_use]
    pub fn listener(&self) -> Listener {
        Listener { name: self.name.clone(), events: self.events.clone() }
    }

    /// The keys that events are signed with.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn keys(&self) -> Result<Keys, String> {
        let text = secret(self.secret.as_ref(), self.secret_file.as_deref())?;
        Keys::read(&text).map_err(|bad| bad.to_string())
    }

    fn check(&self, checker: &mut Checker) {
        let mut problem = |wrong: &str, fix: &str| checker.wrong(KEY, format!("`{}` {wrong}", self.name), fix);
        if !is_safe(&self.url) {
            problem("has a url that is not https", "set an https URL; http is for this machine only");
        }
        if !(1..=30).contains(&self.timeout_seconds) {
            problem("has a timeout_seconds that is out of range", "set 1 to 30");
        }
        if self.events.is_empty() {
            problem("wants no events", "set types such as case.*, or leave events out for all");
        }
        for pattern in self.events.iter().filter(|pattern| !TYPES.iter().any(|(kind, _)| pattern.fits(kind))) {
            problem(&format!("wants {pattern}, of which there are no events"), "take a type of docs/webhooks.md");
        }
        if let Err(why) = self.keys() {
            let fix = "set one of secret and secret_file to whsec_ and 32 random bytes in base64";
            problem(&format!("has a secret that {why}"), fix);
        }
    }
}

/// Section `events`: how subscribers are told.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventSettings {
    /// Seconds before the second attempt.
    #[serde(deserialize_with = "value::number")]
    pub first_retry_seconds: u32,
    /// Minutes that the wait between two attempts never exceeds.
    #[serde(deserialize_with = "value::number")]
    pub longest_retry_minutes: u32,
    /// Hours after which an event that nobody took is given up.
    #[serde(deserialize_with = "value::number")]
    pub give_up_hours: u32,
    /// Days for which a delivered event is kept.
    #[serde(deserialize_with = "value::number")]
    pub keep_days: u32,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self { first_retry_seconds: 5, longest_retry_minutes: 480, give_up_hours: 72, keep_days: 7 }
    }
}

impl EventSettings {
    /// The wait before the second attempt.
    #[must_use]
    pub fn first_retry(&self) -> TimeDelta {
        TimeDelta::seconds(self.first_retry_seconds.into())
    }

    /// The longest wait between two attempts.
    #[must_use]
    pub fn longest_retry(&self) -> TimeDelta {
        TimeDelta::minutes(self.longest_retry_minutes.into())
    }

    /// After how long an event is given up.
    #[must_use]
    pub fn give_up_after(&self) -> TimeDelta {
        TimeDelta::hours(self.give_up_hours.into())
    }

    /// How long a delivered event is kept.
    #[must_use]
    pub fn kept(&self) -> TimeDelta {
        TimeDelta::days(self.keep_days.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("events.first_retry_seconds", self.first_retry_seconds);
        checker.range("events.longest_retry_minutes", self.longest_retry_minutes);
        checker.range("events.give_up_hours", self.give_up_hours);
        checker.range("events.keep_days", self.keep_days);
    }
}

pub(super) fn check(all: &[SubscriberSettings], checker: &mut Checker) {
    let mut names = BTreeSet::new();
    for each in all {
        each.check(checker);
        if !names.insert(&each.name) {
            checker.wrong(KEY, format!("`{}` stands twice", each.name), "give every subscriber a name of its own");
        }
    }
    if all.len() > MOST {
        checker.wrong(KEY, "has too many tables", format!("write at most {MOST}, and let one pass events on"));
    }
}
