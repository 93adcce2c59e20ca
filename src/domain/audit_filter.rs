//! Which entries of the log someone asks for, in the words of a form or a command line.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::audit::{Entry, timestamp};
use super::reference::CaseRef;

/// Which entries are wanted; an empty filter lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Not before this moment (as the log writes times).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Of this case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_ref: Option<String>,
    /// By this actor: an agent's address, or a kind such as `system`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// This action, or every action below it when it ends in a dot (`case.`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

impl Filter {
    /// Whether an entry is one that is asked for.
    pub fn fits(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let actor = match &self.actor {
            Some(actor) if actor.contains('@') => *actor == entry.actor,
            kind => is(kind, &entry.actor_kind),
        };
        let action = match &self.action {
            Some(beginning) if beginning.ends_with('.') => entry.action.starts_with(beginning),
            action => is(action, &entry.action),
        };
        let in_time = self.from.as_deref().is_none_or(|from| entry.at.as_str() >= from)
            && self.to.as_deref().is_none_or(|to| entry.at.as_str() < to);
        in_time && actor && action && is(&self.case_ref, &entry.case_ref)
    }
}

/// The longest that an action is asked for; none that is recorded is half as long.
const LONGEST_ACTION: usize = 100;
/// The longest that an actor is asked for: no address is longer (RFC 5321 §4.5.3.1.3).
const LONGEST_ACTOR: usize = 254;

const DATE_HELP: &str = "Enter a date such as 2026-11-24, or a time such as 2026-11-24T09:00:00Z.";

fn moment(text: &str, end_of_day: bool) -> Result<DateTime<Utc>, String> {
    let at = any_moment(text, end_of_day)?;
    // Moments are compared as the texts that they are: a year of five digits would come before one of four.
    if (0..=9999).contains(&at.year()) { Ok(at) } else { Err(DATE_HELP.to_owned()) }
}

fn any_moment(text: &str, end_of_day: bool) -> Result<DateTime<Utc>, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| DATE_HELP.to_owned())?;
    let day = if end_of_day { day.checked_add_days(Days::new(1)).ok_or(DATE_HELP)? } else { day };
    Ok(day.and_time(chrono::NaiveTime::MIN).and_utc())
}

/// The filter that five texts describe; empty ones ask for nothing. A day given as the end is included.
///
/// # Errors
/// What is wrong, by field.
pub fn parse(
    from: &str,
    to: &str,
    case: &str,
    actor: &str,
    action: &str,
) -> Result<Filter, BTreeMap<&'static str, String>> {
    let mut errors = BTreeMap::new();
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    // Kinds of actors and actions are in lower case; addresses stand there as their people wrote them.
    let lower = |text: String| if text.contains('@') { text } else { text.to_lowercase() };
    let mut filter = Filter { actor: given(actor).map(lower), action: given(action).map(lower), ..Filter::default() };
    // What is asked for is recorded.
    for (name, given, longest) in [("actor", &filter.actor, LONGEST_ACTOR), ("action", &filter.action, LONGEST_ACTION)]
    {
        if given.as_ref().is_some_and(|given| given.chars().count() > longest) {
            errors.insert(name, format!("Enter at most {longest} characters."));
        }
    }
    for (name, text, end) in [("from", from, false), ("to", to, true)] {
        let Some(text) = given(text) else { continue };
        match moment(&text, end) {
            Ok(at) if end => filter.to = Some(timestamp(at)),
            Ok(at) => filter.from = Some(timestamp(at)),
            Err(wrong) => {
                errors.insert(name, wrong);
            }
        }
    }
    if let Some(case) = given(case) {
        match case.parse::<CaseRef>() {
            Ok(reference) => filter.case_ref = Some(reference.to_string()),
            Err(wrong) => {
                errors.insert("case", wrong.to_string());
            }
        }
    }
    if errors.is_empty() { Ok(filter) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_given_as_the_end_is_included() {
        let filter = parse("2026-11-24", "2026-11-24", "", " agent@X.example ", "Case.").unwrap();
        assert_eq!(filter.from.as_deref(), Some("2026-11-24T00:00:00.000000Z"));
        assert_eq!(filter.to.as_deref(), Some("2026-11-25T00:00:00.000000Z"));
        assert_eq!(filter.actor.as_deref(), Some("agent@X.example"));
        assert_eq!(filter.action.as_deref(), Some("case."));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let errors = parse("yesterday", "2026-02-31", "MFA-1", "", "").unwrap_err();
        assert_eq!(errors.keys().copied().collect::<Vec<_>>(), ["case", "from", "to"]);
        let asked = |actor: usize, action: usize| parse("", "", "", &"a".repeat(actor), &"b".repeat(action));
        assert!(asked(LONGEST_ACTOR, LONGEST_ACTION).is_ok());
        let errors = asked(LONGEST_ACTOR + 1, LONGEST_ACTION + 1).unwrap_err();
        assert_eq!(errors.keys().copied().collect::<Vec<_>>(), ["action", "actor"]);
    }

    #[test]
    fn a_moment_is_of_a_year_of_four_digits() {
        for (from, to) in [("+12345-01-01", ""), ("-0001-01-01", ""), ("", "9999-12-31"), ("", "+9999-12-31")] {
            assert!(parse(from, to, "", "", "").is_err(), "{from} {to}");
        }
        assert!(parse("0001-01-01", "9999-12-30", "", "", "").is_ok());
    }
}
