//! Queues: tables `[[queues]]` with the desk's hours and what it promises.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;

use super::check::Checker;
use super::policy::PolicySettings;
use super::value;
use crate::domain::account::Tier;
use crate::domain::form::Language;
use crate::domain::sla::{Agreement, Agreements, DAY, Hours, Scope, Span};

/// The key of the list.
const KEY: &str = "queues";
const MOST: usize = 32;
const LONGEST_NAME: usize = 40;
/// The longest that anything can be promised in: thirty days of nothing but hours.
const LONGEST_MINUTES: u32 = 43_200;
/// Minutes before a deadline at which somebody is told, where no queue says otherwise.
const WARNING_MINUTES: u32 = 60;

/// One table `[[queues]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// What it is called on the pages.
    pub name: String,
    /// Only these tiers; any where there are none.
    #[serde(default)]
    pub tiers: BTreeSet<Tier>,
    /// Only these languages; any where there are none.
    #[serde(default)]
    pub languages: BTreeSet<Language>,
    /// The place whose clocks the hours go by, such as `Europe/Berlin`.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// When it is worked on, such as `mon-fri 09:00-17:00`; always where there are none.
    #[serde(default)]
    pub hours: Vec<String>,
    /// Days on which it is not.
    #[serde(default)]
    pub holidays: BTreeSet<String>,
    /// Minutes of its hours until the first reply.
    #[serde(deserialize_with = "value::number")]
    pub first_reply_minutes: u32,
    /// Minutes of its hours for each next step.
    #[serde(deserialize_with = "value::number")]
    pub next_step_minutes: u32,
    /// Minutes of its hours before a deadline at which somebody is told.
    #[serde(default = "warning", deserialize_with = "value::number")]
    pub warning_minutes: u32,
}

fn utc() -> String {
    "UTC".to_owned()
}

const fn warning() -> u32 {
    WARNING_MINUTES
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let part = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok())?;
    let (hour, minute) = (part(hour)?, part(minute)?);
    Some(hour * 60 + minute).filter(|at| minute < 60 && *at <= DAY)
}

/// `mon-fri 09:00-17:00`, `sat,sun 10:00-12:00`.
fn parts(text: &str) -> Option<Vec<(Weekday, Span)>> {
    let (days, times) = text.trim().split_once(' ')?;
    let (from, to) = times.trim().split_once('-')?;
    let span = Span::new(minute(from)?, minute(to)?)?;
    let mut parts = Vec::new();
    for part in days.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last): (Weekday, Weekday) = (first.parse().ok()?, last.parse().ok()?);
        loop {
            parts.push((day, span));
            if day == last {
                break;
            }
            day = day.succ();
        }
    }
    Some(parts)
}

impl QueueSettings {
    fn hours(&self) -> Result<Hours, String> {
        let zone: Tz = self.time_zone.parse().map_err(|_| format!("has an unknown time_zone `{}`", self.time_zone))?;
        let day =
            |text: &String| text.parse::<NaiveDate>().map_err(|_| format!("has a holiday `{text}` that is no date"));
        let holidays = self.holidays.iter().map(day).collect::<Result<BTreeSet<_>, _>>()?;
        let always = ["mon-sun 00:00-24:00".to_owned()];
        let hours = if self.hours.is_empty() { &always[..] } else { &self.hours };
        let read = |text: &String| parts(text).ok_or_else(|| format!("has hours `{text}` that cannot be read"));
        let parts = hours.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Hours::new(zone, parts.concat(), holidays).map_err(|unfit| format!("has hours that do not fit: {unfit}"))
    }

    fn agreement(&self) -> Agreement {
        Agreement {
            name: self.name.clone(),
            // Refused at the start when they cannot be read.
            hours: self.hours().unwrap_or_else(|_| Hours::always()),
            first_reply: TimeDelta::minutes(self.first_reply_minutes.into()),
            next_step: TimeDelta::minutes(self.next_step_minutes.into()),
            warning: TimeDelta::minutes(self.warning_minutes.into()),
        }
    }

    fn check(&self, checker: &mut Checker) {
        let mut problem = |wrong: &str, fix: &str| checker.wrong(KEY, format!("`{}` {wrong}", self.name), fix);
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            problem("has a name that is empty or too long", "set a name of at most 40 characters");
        }
        if let Err(why) = self.hours() {
            problem(
                &why,
                "set a time_zone such as Europe/Berlin, hours such as mon-fri 09:00-17:00, and holidays as 2026-12-25",
            );
        }
        for minutes in [self.first_reply_minutes, self.next_step_minutes] {
            if !(1..=LONGEST_MINUTES).contains(&minutes) {
                problem("promises something in minutes that are out of range", "set 1 to 43200");
            }
        }
        if self.warning_minutes > LONGEST_MINUTES {
            problem("has warning_minutes that are out of range", "set 0 to 43200");
        }
    }
}

pub(super) fn check(all: &[QueueSettings], checker: &mut Checker) {
    let mut names = BTreeSet::new();
    for each in all {
        each.check(checker);
        if !names.insert(&each.name) {
            checker.wrong(KEY, format!("`{}` stands twice", each.name), "give every queue a name of its own");
        }
    }
    if all.len() > MOST {
        checker.wrong(KEY, "has too many tables", format!("write at most {MOST}"));
    }
}

/// What the desk promises: the queues in their order, and for every other case what `policy.first_answer_hours` says,
/// day and night.
pub(super) fn agreements(queues: &[QueueSettings], policy: &PolicySettings) -> Agreements {
    let scope = |queue: &QueueSettings| Scope { tiers: queue.tiers.clone(), languages: queue.languages.clone() };
    Agreements {
        queues: queues.iter().map(|queue| (scope(queue), queue.agreement())).collect(),
        otherwise: Agreement {
            name: String::new(),
            hours: Hours::always(),
            first_reply: policy.first_answer(),
            next_step: policy.first_answer(),
            warning: TimeDelta::minutes(WARNING_MINUTES.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        let read = |text: &str| parts(text).map(|parts| parts.iter().map(|(day, _)| *day).collect::<Vec<_>>());
        assert_eq!(read("mon-wed 09:00-17:00"), Some(vec![Weekday::Mon, Weekday::Tue, Weekday::Wed]));
        assert_eq!(read("Sat,mon 10:00-24:00"), Some(vec![Weekday::Sat, Weekday::Mon]));
        assert_eq!(read("sat-mon 10:00-12:00"), Some(vec![Weekday::Sat, Weekday::Sun, Weekday::Mon]));
        for wrong in [
            "",
            "mon",
            "mon 9-17",
            "mon 09:00-09:00",
            "mon 17:00-09:00",
            "xyz 09:00-17:00",
            "mon 09:60-17:00",
            "mon 00:00-24:01",
        ] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}
