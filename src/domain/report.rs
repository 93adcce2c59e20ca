//! What the desk's reports count, as sheets of whole numbers: one row for each day or person.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::form::Reason;

/// The most days that a report spans.
pub const LONGEST: u64 = 366;
/// The days that a report spans when nobody says otherwise.
const USUAL: u64 = 30;

/// Whole days in UTC, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

impl Period {
    /// The period that two texts describe: the last thirty days when they are empty.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(from: &str, to: &str, now: DateTime<Utc>) -> Result<Self, BTreeMap<&'static str, String>> {
        let mut errors = BTreeMap::new();
        let mut day = |name, text: &str| match text.trim() {
            "" => None,
            text => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()
                .filter(|day| (1970..=9998).contains(&chrono::Datelike::year(day)))
                .or_else(|| {
                    errors.insert(name, "Enter a date such as 2026-11-24.".to_owned());
                    None
                }),
        };
        let (from, to) = (day("from", from), day("to", to));
        if !errors.is_empty() {
            return Err(errors);
        }
        let to = to.or_else(|| Some(from?.checked_add_days(Days::new(USUAL - 1))?.min(now.date_naive())));
        let to = to.unwrap_or_else(|| now.date_naive());
        let from = from.or_else(|| to.checked_sub_days(Days::new(USUAL - 1))).unwrap_or(to);
        if from > to {
            return Err(BTreeMap::from([("to", "This is before the first day.".to_owned())]));
        }
        let period = Self { from, to };
        if period.days().count() as u64 > LONGEST {
            return Err(BTreeMap::from([("to", format!("A report spans at most {LONGEST} days."))]));
        }
        Ok(period)
    }

    /// Its first day.
    pub const fn first(self) -> NaiveDate {
        self.from
    }

    /// Its last day.
    pub const fn last(self) -> NaiveDate {
        self.to
    }

    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |day| *day <= self.to)
    }

    /// The moment it begins.
    pub fn begins(self) -> DateTime<Utc> {
        self.from.and_time(NaiveTime::MIN).and_utc()
    }

    /// The moment it is over.
    pub fn ends(self) -> DateTime<Utc> {
        self.to.succ_opt().unwrap_or(self.to).and_time(NaiveTime::MIN).and_utc()
    }
}

/// One of the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// Requests by day and cause.
    Volume,
    /// How long the first reply and the deactivation took.
    Times,
    /// How cases ended, and disputes.
    Outcomes,
    /// Changes of telephone numbers.
    PhoneChanges,
    /// What each person at the desk did.
    Load,
}

impl Report {
    /// Every report, in the order of the page.
    pub const ALL: [Self; 5] = [Self::Volume, Self::Times, Self::Outcomes, Self::PhoneChanges, Self::Load];

    /// Its name in addresses and files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Times => "times",
            Self::Outcomes => "outcomes",
            Self::PhoneChanges => "phone-changes",
            Self::Load => "load",
        }
    }

    /// The report of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.code() == code)
    }
}

/// What a column's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// Seconds.
    Seconds,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its stable name in CSV.
    pub code: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// What its numbers are.
    pub unit: Unit,
}

const fn count(code: &'static str, label: &'static str) -> Column {
    Column { code, label, unit: Unit::Count }
}

const fn seconds(code: &'static str, label: &'static str) -> Column {
    Column { code, label, unit: Unit::Seconds }
}

/// A report's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What a row is about: `day` or `agent`.
    pub key: &'static str,
    /// The columns.
    pub columns: Vec<Column>,
    /// Each row's key and its numbers; none where there is nothing to measure.
    pub rows: Vec<(String, Vec<Option<i64>>)>,
    /// The whole period, where that says more than the rows.
    pub whole: Vec<Option<i64>>,
}

impl Sheet {
    fn of_counts(key: &'static str, columns: Vec<Column>, rows: Vec<(String, Vec<i64>)>) -> Self {
        let mut whole = vec![0; columns.len()];
        for (_, numbers) in &rows {
            whole.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        }
        let some = |numbers: Vec<i64>| numbers.into_iter().map(Some).collect::<Vec<_>>();
        Self { key, columns, rows: rows.into_iter().map(|(key, row)| (key, some(row))).collect(), whole: some(whole) }
    }
}

/// Requests of one day and cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The day.
    pub day: NaiveDate,
    /// What happened to the device; none where an owner began by themself and sent no form.
    pub cause: Option<Reason>,
    /// How many.
    pub count: i64,
}

/// Requests by day and cause; what owners began by themselves stands in a column of its own.
pub fn volume(period: Period, arrived: &[Arrived]) -> Sheet {
    let mut columns: Vec<Column> = Reason::ALL.iter().map(|cause| count(cause.code(), cause.label())).collect();
    columns.push(count("self_service", "Began as self-service"));
    let place = |cause: Option<Reason>| {
        cause.and_then(|cause| Reason::ALL.iter().position(|each| *each == cause)).unwrap_or(Reason::ALL.len())
    };
    by_day(period, columns, arrived.iter().map(|each| (each.day, place(each.cause), each.count)))
}

fn by_day(period: Period, columns: Vec<Column>, found: impl Iterator<Item = (NaiveDate, usize, i64)>) -> Sheet {
    let mut days: BTreeMap<NaiveDate, Vec<i64>> = period.days().map(|day| (day, vec![0; columns.len()])).collect();
    for (day, column, number) in found {
        if let Some(cell) = days.get_mut(&day).and_then(|row| row.get_mut(column)) {
            *cell += number;
        }
    }
    Sheet::of_counts("day", columns, days.into_iter().map(|(day, row)| (day.to_string(), row)).collect())
}

/// Entries of the log of one day and action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The day.
    pub day: NaiveDate,
    /// The action.
    pub action: String,
    /// How many.
    pub count: i64,
}

/// The log's actions that a report counts, each a column.
type Actions = &'static [(&'static str, Column)];

const OUTCOMES: Actions = &[
    ("case.deactivated", count("deactivated", "Deactivated")),
    ("case.rejected", count("rejected", "Rejected by the desk")),
    ("case.declined", count("declined", "Declined by an administrator")),
    ("case.withdrawn", count("withdrawn", "Withdrawn")),
    ("case.expired", count("expired", "Expired")),
    ("case.disputed", count("disputed", "Disputed")),
    ("case.refused", count("refusals", "Acts that the policy refused")),
];

const PHONE_CHANGES: Actions = &[
    ("phone_change.requested", count("requested", "Requested")),
    ("phone_change.approved", count("approved", "Approved")),
    ("phone_change.effective", count("effective", "Effective")),
    ("phone_change.refused", count("refused", "Refused")),
    ("phone_change.objected", count("objected", "Objected to")),
    ("phone_change.withdrawn", count("withdrawn", "Withdrawn")),
    ("phone_change.expired", count("expired", "Expired")),
];

const LOAD: Actions = &[
    ("case.claimed", count("claimed", "Claimed")),
    ("case.message_sent", count("messages", "Messages")),
    ("case.note_added", count("notes", "Notes")),
    ("callback.started", count("callbacks", "Callbacks")),
    ("document.examined", count("documents", "Documents examined")),
    ("case.approved", count("approvals", "Approvals")),
    ("case.deactivating", count("deactivations", "Deactivations")),
    ("case.rejected", count("rejections", "Rejections")),
];

/// Acts of somebody at the desk that tell the customer something: the first of them is the first reply.
pub const REPLIES: [&str; 4] = ["case.message_sent", "callback.started", "case.rejected", "case.deactivating"];

/// The actions that a report counts in the log; none for those that count something else.
pub fn actions(report: Report) -> Vec<&'static str> {
    let actions: Actions = match report {
        Report::Outcomes => OUTCOMES,
        Report::PhoneChanges => PHONE_CHANGES,
        Report::Load => LOAD,
        Report::Volume | Report::Times => &[],
    };
    actions.iter().map(|(action, _)| *action).collect()
}

fn by_action(period: Period, actions: Actions, acted: &[Acted]) -> Sheet {
    let columns = actions.iter().map(|(_, column)| column.clone()).collect();
    let place = |action: &str| actions.iter().position(|(each, _)| *each == action);
    by_day(period, columns, acted.iter().filter_map(|each| Some((each.day, place(&each.action)?, each.count))))
}

/// How cases ended, by day.
pub fn outcomes(period: Period, acted: &[Acted]) -> Sheet {
    by_action(period, OUTCOMES, acted)
}

/// What became of changes of telephone numbers, by day.
pub fn phone_changes(period: Period, acted: &[Acted]) -> Sheet {
    by_action(period, PHONE_CHANGES, acted)
}

/// What one person at the desk did, and how many open cases they hold now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// Their address, as the log shows it.
    pub agent: String,
    /// The action and how often.
    pub acts: Vec<(String, i64)>,
    /// Open cases that they hold now.
    pub holds: i64,
}

/// What each person at the desk did.
pub fn load(worked: &[Worked]) -> Sheet {
    let mut columns = vec![count("holds_now", "Holds now")];
    columns.extend(LOAD.iter().map(|(_, column)| column.clone()));
    let row = |who: &Worked| {
        let of = |action: &str| who.acts.iter().filter(|(each, _)| each == action).map(|(_, count)| count).sum();
        let numbers = std::iter::once(who.holds).chain(LOAD.iter().map(|(action, _)| of(action))).collect();
        (who.agent.clone(), numbers)
    };
    Sheet::of_counts("agent", columns, worked.iter().map(row).collect())
}

/// How long something took that was done several times: whole seconds, by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// How often it was done; at least once.
    pub many: i64,
    /// What half of them did not exceed.
    pub median: i64,
    /// What nine tenths of them did not exceed.
    pub ninetieth: i64,
}

/// Spreads of each day on which something was done, and of the whole period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spreads {
    /// By day.
    pub days: BTreeMap<NaiveDate, Spread>,
    /// All of them.
    pub whole: Option<Spread>,
}

impl Spread {
    fn numbers(spread: Option<&Self>) -> [Option<i64>; 3] {
        let many = spread.map_or(0, |spread| spread.many);
        [Some(many), spread.map(|spread| spread.median), spread.map(|spread| spread.ninetieth)]
    }
}

/// Median and 90th percentile of the first replies (by the day of the request) and of the deactivations (by their own
/// day).
pub fn times(period: Period, replies: &Spreads, deactivations: &Spreads) -> Sheet {
    let columns = vec![
        count("first_replies", "First replies"),
        seconds("first_reply_median_seconds", "First reply, median"),
        seconds("first_reply_p90_seconds", "First reply, 90th percentile"),
        count("deactivations", "Deactivations"),
        seconds("deactivation_median_seconds", "To deactivation, median"),
        seconds("deactivation_p90_seconds", "To deactivation, 90th percentile"),
    ];
    let beside = |reply, deactivation| [Spread::numbers(reply), Spread::numbers(deactivation)].concat();
    let row = |day: NaiveDate| (day.to_string(), beside(replies.days.get(&day), deactivations.days.get(&day)));
    let whole = beside(replies.whole.as_ref(), deactivations.whole.as_ref());
    Sheet { key: "day", columns, rows: period.days().map(row).collect(), whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn nobody_who_says_nothing_gets_more_than_thirty_days() {
        let period = Period::parse("", "", at("2026-11-24")).unwrap();
        assert_eq!((period.first(), period.last()), (day("2026-10-26"), day("2026-11-24")));
        assert_eq!(period.days().count(), 30);
        let period = Period::parse("2026-11-20", "", at("2026-11-24")).unwrap();
        assert_eq!(period.last(), day("2026-11-24"));
        let period = Period::parse("2026-01-01", "", at("2026-11-24")).unwrap();
        assert_eq!(period.last(), day("2026-01-30"));
    }

    #[test]
    fn what_is_no_period_is_told_beside_its_field() {
        for (from, to, field) in [
            ("yesterday", "", "from"),
            ("", "2026-02-30", "to"),
            ("2026-11-24", "2026-11-23", "to"),
            ("2025-01-01", "2026-11-24", "to"),
            ("99999-01-01", "", "from"),
        ] {
            let errors = Period::parse(from, to, at("2026-11-24")).unwrap_err();
            assert_eq!(errors.keys().copied().collect::<Vec<_>>(), [field], "{from} {to}");
        }
        assert!(Period::parse("2024-01-01", "2024-12-31", at("2026-11-24")).is_ok(), "a leap year");
    }

    #[test]
    fn days_without_anything_stand_there_with_nothing() {
        let period = Period::parse("2026-11-22", "2026-11-24", at("2026-11-24")).unwrap();
        let arrived = [
            Arrived { day: day("2026-11-22"), cause: Some(Reason::Stolen), count: 2 },
            Arrived { day: day("2026-11-24"), cause: None, count: 3 },
        ];
        let sheet = volume(period, &arrived);
        let sums: Vec<i64> = sheet.rows.iter().map(|(_, row)| row.iter().flatten().sum()).collect();
        assert_eq!(sums, [2, 0, 3]);
        assert_eq!(sheet.whole.last(), Some(&Some(3)), "self-service has a column of its own");
    }

    #[test]
    fn a_day_on_which_nothing_took_any_time_has_no_median() {
        let period = Period::parse("2026-11-23", "2026-11-24", at("2026-11-24")).unwrap();
        let spread = Spread { many: 10, median: 300, ninetieth: 540 };
        let replies = Spreads { days: BTreeMap::from([(day("2026-11-24"), spread)]), whole: Some(spread) };
        let sheet = times(period, &replies, &Spreads::default());
        assert_eq!(sheet.rows[0].1, [Some(0), None, None, Some(0), None, None]);
        assert_eq!(sheet.rows[1].1, [Some(10), Some(300), Some(540), Some(0), None, None]);
        assert_eq!(sheet.whole, sheet.rows[1].1);
    }
}
