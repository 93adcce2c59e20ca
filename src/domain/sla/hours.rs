//! When a desk is open, and how much of its time lies between two moments.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// Minutes of a day.
pub const DAY: u16 = 24 * 60;
/// The least that a desk is open in a week, so that every deadline comes.
const LEAST: u32 = 60;

/// A part of a day, in minutes after midnight by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: u16,
    to: u16,
}

impl Span {
    /// From one minute to a later one; midnight at the end of the day is [`DAY`].
    pub const fn new(from: u16, to: u16) -> Option<Self> {
        if from < to && to <= DAY { Some(Self { from, to }) } else { None }
    }
}

/// Why these are no hours of a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Two parts of a day overlap.
    #[error("two parts of a day overlap")]
    Overlap,
    /// It is hardly ever open.
    #[error("it is open for less than an hour a week")]
    Closed,
}

/// The hours of a desk: the same every week but for the days on which it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    zone: Tz,
    week: [Vec<Span>; 7],
    holidays: BTreeSet<NaiveDate>,
}

const fn index(day: Weekday) -> usize {
    day.num_days_from_monday() as usize
}

impl Hours {
    /// Open day and night.
    pub fn always() -> Self {
        let day = [Span { from: 0, to: DAY }];
        Self { zone: Tz::UTC, week: std::array::from_fn(|_| day.to_vec()), holidays: BTreeSet::new() }
    }

    /// Open in these parts of the week, and closed on these days, by the clocks of a place.
    ///
    /// # Errors
    /// [`Unfit`] when parts overlap, or there are hardly any.
    pub fn new(
        zone: Tz,
        parts: impl IntoIterator<Item = (Weekday, Span)>,
        holidays: BTreeSet<NaiveDate>,
    ) -> Result<Self, Unfit> {
        let mut week: [Vec<Span>; 7] = Default::default();
        for (day, span) in parts {
            week[index(day)].push(span);
        }
        for day in &mut week {
            day.sort_unstable();
            if day.windows(2).any(|pair| pair[1].from < pair[0].to) {
                return Err(Unfit::Overlap);
            }
        }
        let open: u32 = week.iter().flatten().map(|span| u32::from(span.to - span.from)).sum();
        if open < LEAST { Err(Unfit::Closed) } else { Ok(Self { zone, week, holidays }) }
    }

    /// The first moment at which the clocks show this time or a later one. Where they go back, the first of the two;
    /// where they leap over it, the moment of the leap.
    fn moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let candidates = (0..=i64::from(DAY) + 60).map(|minutes| local + TimeDelta::minutes(minutes));
        let mut found = candidates.filter_map(|local| self.zone.from_local_datetime(&local).earliest());
        found.next().map_or_else(|| local.and_utc(), |moment| moment.with_timezone(&Utc))
    }

    /// The times of one day at which the desk is open.
    fn of(&self, date: NaiveDate) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let spans: &[Span] = if self.holidays.contains(&date) { &[] } else { &self.week[index(date.weekday())] };
        let at = move |minutes: u16| {
            let midnight = date.and_time(NaiveTime::MIN);
            self.moment(midnight + TimeDelta::minutes(i64::from(minutes)))
        };
        spans.iter().map(move |span| (at(span.from), at(span.to)))
    }

    /// The times at which the desk is open, from a moment on.
    fn open_from(&self, from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let today = from.with_timezone(&self.zone).date_naive();
        let first = today.pred_opt().unwrap_or(today);
        let days = (0..).map_while(move |days| first.checked_add_days(Days::new(days)));
        days.flat_map(|day| self.of(day))
            .map(move |(open, close)| (open.max(from), close))
            .filter(|(open, close)| open < close)
    }

    /// The moment at which this much of the desk's time has gone by since `from`.
    pub fn after(&self, from: DateTime<Utc>, time: TimeDelta) -> DateTime<Utc> {
        let mut left = time;
        if left <= TimeDelta::zero() {
            return from;
        }
        for (open, close) in self.open_from(from) {
            if close - open >= left {
                return open + left;
            }
            left -= close - open;
        }
        from + time
    }

    /// How much of the desk's time lies between two moments; none when the second is not later.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let open = self.open_from(from).take_while(|(open, _)| *open < to);
        open.map(|(open, close)| close.min(to) - open).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WEEK: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

    fn office(zone: Tz, holidays: &[&str]) -> Hours {
        let days = WEEK.into_iter().map(|day| (day, Span::new(9 * 60, 17 * 60).unwrap()));
        Hours::new(zone, days, holidays.iter().map(|day| day.parse().unwrap()).collect()).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn due(hours: &Hours, from: &str, minutes: i64) -> String {
        hours.after(at(from), TimeDelta::minutes(minutes)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    #[test]
    fn time_goes_by_only_while_the_desk_is_open() {
        let hours = office(Tz::Europe__Berlin, &["2026-12-25"]);
        // A Wednesday in winter: nine o'clock in Berlin is eight in UTC.
        assert_eq!(due(&hours, "2026-12-02T10:00:00Z", 60), "2026-12-02T11:00:00Z");
        assert_eq!(due(&hours, "2026-12-02T03:00:00Z", 60), "2026-12-02T09:00:00Z");
        assert_eq!(due(&hours, "2026-12-02T15:30:00Z", 60), "2026-12-03T08:30:00Z");
        // To the minute of closing it is still today.
        assert_eq!(due(&hours, "2026-12-02T15:00:00Z", 60), "2026-12-02T16:00:00Z");
        // Over a weekend, and over a holiday and a weekend.
        assert_eq!(due(&hours, "2026-12-04T15:30:00Z", 60), "2026-12-07T08:30:00Z");
        assert_eq!(due(&hours, "2026-12-24T15:30:00Z", 60), "2026-12-28T08:30:00Z");
        assert_eq!(due(&hours, "2026-12-05T12:00:00Z", 8 * 60), "2026-12-07T16:00:00Z");
        assert_eq!(hours.between(at("2026-12-04T15:30:00Z"), at("2026-12-07T08:30:00Z")), TimeDelta::hours(1));
        assert_eq!(hours.between(at("2026-12-05T00:00:00Z"), at("2026-12-06T00:00:00Z")), TimeDelta::zero());
        assert_eq!(hours.between(at("2026-12-07T09:00:00Z"), at("2026-12-04T09:00:00Z")), TimeDelta::zero());
    }

    #[test]
    fn opening_follows_the_clocks_on_the_wall() {
        let hours = office(Tz::Europe__Berlin, &[]);
        // Clocks go forward on 29 March 2026 and back on 25 October.
        assert_eq!(due(&hours, "2026-03-27T15:30:00Z", 60), "2026-03-30T07:30:00Z");
        assert_eq!(due(&hours, "2026-10-23T14:30:00Z", 60), "2026-10-26T08:30:00Z");
    }

    #[test]
    fn a_night_in_which_the_clocks_change_is_as_long_as_it_is() {
        let night =
            |day| Hours::new(Tz::Europe__Berlin, [(day, Span::new(0, 6 * 60).unwrap())], BTreeSet::new()).unwrap();
        let hours = night(Weekday::Sun);
        let of = |from, to| hours.between(at(from), at(to));
        assert_eq!(of("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"), TimeDelta::hours(5));
        assert_eq!(of("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"), TimeDelta::hours(7));
        // Half past two does not exist in that night: the desk opens when the clocks leap.
        let leap =
            Hours::new(Tz::Europe__Berlin, [(Weekday::Sun, Span::new(150, 240).unwrap())], BTreeSet::new()).unwrap();
        assert_eq!(due(&leap, "2026-03-28T12:00:00Z", 30), "2026-03-29T01:30:00Z");
        // A day that a place leapt over altogether.
        let apia =
            Hours::new(Tz::Pacific__Apia, [(Weekday::Fri, Span::new(0, DAY).unwrap())], BTreeSet::new()).unwrap();
        assert_eq!(apia.between(at("2011-12-29T00:00:00Z"), at("2012-01-02T00:00:00Z")), TimeDelta::zero());
    }

    #[test]
    fn hours_that_are_none_are_refused() {
        let span = |from, to| Span::new(from, to).unwrap();
        let hours = |parts: &[(Weekday, Span)]| Hours::new(Tz::UTC, parts.iter().copied(), BTreeSet::new());
        assert_eq!(hours(&[]).unwrap_err(), Unfit::Closed);
        assert_eq!(hours(&[(Weekday::Mon, span(0, 59))]).unwrap_err(), Unfit::Closed);
        assert_eq!(hours(&[(Weekday::Mon, span(0, 90)), (Weekday::Mon, span(60, 120))]).unwrap_err(), Unfit::Overlap);
        assert!(hours(&[(Weekday::Mon, span(60, 120)), (Weekday::Mon, span(0, 60))]).is_ok());
        assert_eq!((Span::new(60, 60), Span::new(0, DAY + 1)), (None, None));
    }

    fn zone() -> impl Strategy<Value = Tz> {
        prop::sample::select(vec![
            Tz::UTC,
            Tz::Europe__Berlin,
            Tz::America__New_York,
            Tz::Asia__Kolkata,
            Tz::Australia__Lord_Howe,
            Tz::America__Sao_Paulo,
            Tz::Pacific__Apia,
            Tz::Africa__Casablanca,
        ])
    }

    prop_compose! {
        fn any_hours()(
            zone in zone(),
            days in prop::collection::btree_map(0_u8..7, (0_u16..1380, 60_u16..1440), 1..7),
            holidays in prop::collection::btree_set(0_u64..400, 0..20),
        ) -> Hours {
            let parts = days.into_iter().map(|(day, (from, length))| {
                (Weekday::try_from(day).unwrap(), Span::new(from, (from + length).min(DAY)).unwrap())
            });
            let first = NaiveDate::from_ymd_opt(2011, 10, 1).unwrap();
            Hours::new(zone, parts, holidays.into_iter().map(|n| first + Days::new(n)).collect()).unwrap()
        }
    }

    proptest! {
        #[test]
        fn what_is_added_is_what_lies_between(hours in any_hours(), start in 1_317_000_000_i64..1_345_000_000, minutes in 0_i64..3_000) {
            let (from, time) = (DateTime::from_timestamp(start, 0).unwrap(), TimeDelta::minutes(minutes));
            let due = hours.after(from, time);
            prop_assert!(due >= from);
            prop_assert_eq!(hours.between(from, due), time);
            // No moment before would have been enough.
            if minutes > 0 {
                prop_assert!(hours.between(from, due - TimeDelta::seconds(1)) < time);
            }
        }

        #[test]
        fn time_adds_up(hours in any_hours(), start in 1_317_000_000_i64..1_345_000_000, a in 0_i64..2_000_000, b in 0_i64..2_000_000) {
            let from = DateTime::from_timestamp(start, 0).unwrap();
            let (mid, to) = (from + TimeDelta::seconds(a), from + TimeDelta::seconds(a + b));
            prop_assert_eq!(hours.between(from, mid) + hours.between(mid, to), hours.between(from, to));
            prop_assert!(hours.between(from, to) <= to - from);
        }

        #[test]
        fn a_desk_that_is_always_open_counts_every_second(start in 0_i64..2_000_000_000, seconds in 0_i64..5_000_000) {
            let from = DateTime::from_timestamp(start, 0).unwrap();
            let time = TimeDelta::seconds(seconds);
            prop_assert_eq!(Hours::always().after(from, time), from + time);
            prop_assert_eq!(Hours::always().between(from, from + time), time);
        }
    }
}
