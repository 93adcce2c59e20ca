//! How long guesses of passwords and of second factors have to wait. Each are a row of their own.
//!
//! SP 800-63B-4 §3.2.2 asks for at most 100 wrong tries of an account in a row, and for techniques that keep a stranger
//! from shutting the owner out. Both hold, because the budgets are three:
//!
//! - A browser in which the owner completed a sign-in before has a budget of its own ([`Budget::KnownBrowser`]).
//!   Strangers cannot spend it, and after 100 wrong passwords in a row it is worth as little as theirs.
//! - All other browsers share one budget for each person and place, and one for each person. The more of it is spent,
//!   the longer the next guess waits; after 100 in a row the password is taken from no unknown browser, except for one
//!   try a day: the password is disabled for whoever is not known, as the SHALL asks. A right one does not sign in by
//!   itself, since a second factor always follows.
//! - A right password, or a new one that was set by a mailed link, begins the row anew.

use chrono::{DateTime, TimeDelta, Utc};

/// Whose guesses are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// One browser that is known to the person.
    KnownBrowser,
    /// Browsers of one network that are not known to the person.
    Place,
    /// All browsers that are not known to the person.
    Anywhere,
}

impl Budget {
    /// Wrong passwords that cost no wait. A stranger in one place waits long before others wait for them.
    const fn free(self) -> u32 {
        match self {
            Self::KnownBrowser | Self::Place => 5,
            Self::Anywhere => 25,
        }
    }
}

/// After so many more wrong passwords the wait doubles.
const DOUBLES_AFTER: u32 = 3;
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// The wait when the most are spent.
const SHUT: TimeDelta = TimeDelta::days(1);

/// Wrong passwords in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guesses {
    /// How many.
    pub in_a_row: u32,
    /// When the last one was.
    pub last: Option<DateTime<Utc>>,
}

impl Guesses {
    /// From when the next password is looked at, if it is not now. `most` is how many in a row there may be before
    /// there is one a day.
    pub fn wait_until(self, budget: Budget, most: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = self.last? + wait_after(self.in_a_row, budget, most);
        (now < until).then_some(until)
    }
}

fn wait_after(in_a_row: u32, budget: Budget, most: u32) -> TimeDelta {
    if in_a_row >= most {
        return SHUT;
    }
    match in_a_row.checked_sub(budget.free()) {
        None => TimeDelta::zero(),
        Some(beyond) => (FIRST_WAIT * (1 << (beyond / DOUBLES_AFTER).min(16))).min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Budget; 3] = [Budget::KnownBrowser, Budget::Place, Budget::Anywhere];

    #[test]
    fn waits_begin_after_a_few_grow_and_end_at_a_day() {
        assert_eq!(wait_after(4, Budget::Place, 100), TimeDelta::zero());
        assert_eq!(wait_after(5, Budget::Place, 100), TimeDelta::seconds(30));
        assert_eq!(wait_after(8, Budget::Place, 100), TimeDelta::minutes(1));
        assert_eq!(wait_after(24, Budget::Anywhere, 100), TimeDelta::zero());
        assert_eq!(wait_after(99, Budget::Place, 100), LONGEST_WAIT);
        for budget in ALL {
            assert!((0..200).all(|n| wait_after(n, budget, 100) <= wait_after(n + 1, budget, 100)));
            assert_eq!(wait_after(100, budget, 100), SHUT);
            assert_eq!(wait_after(u32::MAX, budget, 100), SHUT);
        }
    }

    proptest! {
        /// Whoever guesses as fast as they are let gets a hundred tries, and one a day from then on.
        #[test]
        fn a_hundred_in_a_row_and_then_one_a_day(most in 1_u32..=100, days in 1_u32..40) {
            for budget in ALL {
                let (mut now, mut guesses) = (DateTime::UNIX_EPOCH, Guesses::default());
                let mut shut_at = None;
                for _ in 0..most + days {
                    now = guesses.wait_until(budget, most, now).unwrap_or(now);
                    guesses = Guesses { in_a_row: guesses.in_a_row + 1, last: Some(now) };
                    if guesses.in_a_row == most {
                        shut_at = Some(now);
                    }
                }
                let shut_at = shut_at.expect("the hundredth");
                prop_assert!(now - shut_at >= SHUT * i32::try_from(days).unwrap());
                // Nobody is shut out for longer than a day after the last try.
                prop_assert!(guesses.wait_until(budget, most, now + SHUT).is_none());
            }
        }
    }
}
