//! Whether the machine's clock goes as time does.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// A clock may be put right by so much.
const SLACK: Duration = Duration::from_secs(3_600);
/// How long nothing is done by a clock that leapt ahead: somebody is told meanwhile, and can set it right.
const HOLD: Duration = Duration::from_secs(24 * 3_600);

/// Compares the clock with the time that passes. What is erased by a clock that was wrong for a minute stays erased.
pub(super) struct Steady {
    last: (DateTime<Utc>, Instant),
    held_until: Option<Instant>,
}

impl Steady {
    /// Nothing leapt yet.
    pub(super) const fn since(clock: DateTime<Utc>, passed: Instant) -> Self {
        Self { last: (clock, passed), held_until: None }
    }

    /// Whether to erase by the clock now. One that leapt ahead is believed after a day, or when it was set back.
    pub(super) fn is_believed(&mut self, clock: DateTime<Utc>, passed: Instant) -> bool {
        let (before, since) = std::mem::replace(&mut self.last, (clock, passed));
        let by_clock = clock - before;
        let by_time = chrono::TimeDelta::from_std(passed.duration_since(since)).unwrap_or(chrono::TimeDelta::MAX);
        let slack = chrono::TimeDelta::from_std(SLACK).unwrap_or(chrono::TimeDelta::MAX);
        if by_clock > by_time + slack {
            tracing::error!(leapt = %(by_clock - by_time), "the clock leapt ahead: nothing is erased for a day");
            self.held_until = Some(passed + HOLD);
        } else if by_clock + slack < by_time {
            tracing::warn!(leapt = %(by_clock - by_time), "the clock was set back");
            self.held_until = None;
        }
        self.held_until.is_none_or(|until| passed >= until)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_clock_that_leaps_ahead_is_believed_after_a_day_or_when_it_is_set_back() {
        let (clock, passed) = (DateTime::UNIX_EPOCH, Instant::now());
        let mut steady = Steady::since(clock, passed);
        let minute = |n: i64| (TimeDelta::minutes(n), Duration::from_secs(60 * n.unsigned_abs()));
        let mut look = |leapt: TimeDelta, (by_clock, by_time): (TimeDelta, Duration)| {
            steady.is_believed(clock + by_clock + leapt, passed + by_time)
        };
        let none = TimeDelta::zero();
        assert!(look(none, minute(1)) && look(TimeDelta::minutes(50), minute(2)) && look(none, minute(3)));
        let year = TimeDelta::days(365);
        assert!(!look(year, minute(4)) && !look(year, minute(24 * 60)));
        assert!(look(year, minute(24 * 60 + 4)));
        assert!(!look(year * 2, minute(24 * 60 + 5)));
        assert!(look(none, minute(24 * 60 + 6)));
    }
}
