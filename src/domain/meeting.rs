//! What is recorded of a meeting with the person: who met them, where, when, and where that is written down.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::form::is_unprintable;
use super::words::coded;

coded! {
    /// Who met the person.
    pub enum MetBy {
        /// The agent who records it.
        Agent = "agent", "I met the person";
        /// A notary, whose certificate the reference names.
        Notary = "notary", "A notary met the person";
    }
}

/// Characters of a place or a reference.
const LONGEST: usize = 120;
/// Days after a meeting in which it can be recorded.
const RECORDED_WITHIN: TimeDelta = TimeDelta::days(7);
/// Where the day begins last, it is this much behind UTC.
const FARTHEST_WEST: TimeDelta = TimeDelta::hours(12);
/// Where the day begins first, it is this much ahead of UTC.
const FARTHEST_EAST: TimeDelta = TimeDelta::hours(14);

/// A meeting with the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Who met them.
    pub met_by: MetBy,
    /// Where.
    pub place: String,
    /// On which day.
    pub on: NaiveDate,
    /// The certificate's or the record's number.
    pub reference: String,
}

/// Days that a meeting counts, as the checks of that kind do; counted from the end of its day.
const COUNTS: TimeDelta = TimeDelta::days(7);

impl Meeting {
    /// Whether the person can have been met about a case that was opened at `opened`, wherever that was: what someone
    /// proved before in another matter is nothing to it.
    pub fn can_be_about(&self, opened: DateTime<Utc>) -> bool {
        self.on >= (opened - FARTHEST_WEST).date_naive()
    }

    /// Until when it counts: seven days from the end of its day, whenever it was recorded.
    pub fn counts_until(&self) -> DateTime<Utc> {
        self.on.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1) + COUNTS
    }

    /// Reads the fields `met_by`, `place`, `on` and `reference`.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn read<'a>(
        field: impl Fn(&str) -> &'a str,
        now: DateTime<Utc>,
    ) -> Result<Self, BTreeMap<&'static str, String>> {
        let mut errors = BTreeMap::new();
        let met_by = MetBy::from_code(field("met_by"));
        if met_by.is_none() {
            errors.insert("met_by", "Say who met the person.".to_owned());
        }
        let mut line = |name: &'static str, missing: &str| {
            let value = field(name).trim().to_owned();
            let wrong = if value.is_empty() {
                Some(missing.to_owned())
            } else if value.chars().count() > LONGEST {
                Some(format!("Use at most {LONGEST} characters."))
            } else if value.chars().any(is_unprintable) {
                Some("Write this on one line, without special control characters.".to_owned())
            } else {
                None
            };
            if let Some(wrong) = wrong {
                errors.insert(name, wrong);
            }
            value
        };
        let place = line("place", "Say where it was.");
        let reference = line("reference", "Give the number of the certificate or of your record.");
        let on = day(field("on").trim(), now);
        if let Err(wrong) = &on {
            errors.insert("on", (*wrong).to_owned());
        }
        match (met_by, on) {
            (Some(met_by), Ok(on)) if errors.is_empty() => Ok(Self { met_by, place, on, reference }),
            _ => Err(errors),
        }
    }
}

fn day(typed: &str, now: DateTime<Utc>) -> Result<NaiveDate, &'static str> {
    let on = NaiveDate::parse_from_str(typed, "%Y-%m-%d").map_err(|_| "Give the day as YYYY-MM-DD.")?;
    if on > (now + FARTHEST_EAST).date_naive() {
        Err("This day is still to come.")
    } else if on < (now - RECORDED_WITHIN).date_naive() {
        Err("This is more than 7 days ago. The person has to be met again.")
    } else {
        Ok(on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> DateTime<Utc> {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn read(met_by: &str, place: &str, on: &str, reference: &str) -> Result<Meeting, BTreeMap<&'static str, String>> {
        let field = |name: &str| match name {
            "met_by" => met_by,
            "place" => place,
            "on" => on,
            _ => reference,
        };
        Meeting::read(field, now())
    }

    #[test]
    fn a_meeting_with_everything_is_read() {
        let meeting = read("notary", " Prague ", "2026-11-20", "N 12/2026").unwrap();
        assert_eq!((meeting.met_by, meeting.place.as_str()), (MetBy::Notary, "Prague"));
    }

    #[test]
    fn everything_is_needed_and_each_field_says_what_is_wrong() {
        let errors = read("", " ", "tomorrow", "").unwrap_err();
        assert_eq!(errors.keys().copied().collect::<Vec<_>>(), ["met_by", "on", "place", "reference"]);
    }

    #[test]
    fn a_meeting_is_about_a_case_that_was_open_on_its_day_and_counts_from_its_day() {
        let meeting = read("notary", "Prague", "2026-11-20", "N 12/2026").unwrap();
        for (opened, fits) in
            [("2026-11-20T09:00:00Z", true), ("2026-11-21T11:00:00Z", true), ("2026-11-21T13:00:00Z", false)]
        {
            assert_eq!(meeting.can_be_about(opened.parse().unwrap()), fits, "{opened}");
        }
        assert_eq!(meeting.counts_until(), "2026-11-28T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
    }

    #[test]
    fn the_day_is_neither_to_come_nor_long_ago() {
        for (on, fits) in [
            ("2026-11-26", false),
            // In Auckland it is the 25th already.
            ("2026-11-25", true),
            ("2026-11-17", true),
            ("2026-11-16", false),
            ("2026-02-30", false),
            ("24.11.2026", false),
        ] {
            assert_eq!(read("agent", "Here", on, "1").is_ok(), fits, "{on}");
        }
    }

    proptest! {
        #[test]
        fn anything_typed_is_answered(a in ".{0,20}", b in ".{0,200}", c in ".{0,20}") {
            if let Ok(meeting) = read("agent", &b, &c, &a) {
                prop_assert!(!meeting.place.is_empty() && !meeting.reference.is_empty());
            }
        }
    }
}
