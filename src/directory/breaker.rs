//! When a directory is left alone: after failures in a row, and when it asks for patience. Pure: the time is passed in.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::DirectoryError;

/// From how many failures in a row on it is left alone.
const FAILURES: u32 = 3;
/// How long it is left alone first; doubled with each further failure.
const FIRST_REST: TimeDelta = TimeDelta::seconds(10);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(5);
/// How long it is left alone that asks for patience and does not say how much.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);

/// What is wrong with a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What it said last, or what became of the last request.
    pub why: String,
}

/// What is known of how a directory answers.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    rests_until: Option<DateTime<Utc>>,
    patience_until: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
    trouble: Option<Trouble>,
}

impl Breaker {
    /// Whether the directory may be asked now. After a rest one request goes ahead: others wait `turn` for its outcome.
    ///
    /// # Errors
    /// [`DirectoryError::Limited`] while it asked for patience, [`DirectoryError::Unavailable`] while it rests.
    pub fn admit(&mut self, now: DateTime<Utc>, turn: Duration) -> Result<(), DirectoryError> {
        if let Some(until) = self.patience_until.filter(|until| *until > now) {
            return Err(DirectoryError::Limited { wait: (until - now).to_std().ok() });
        }
        match self.rests_until {
            Some(until) if until > now => {
                let why = self.trouble.as_ref().map(|trouble| trouble.why.as_str()).unwrap_or_default();
                let again = until.format("%H:%M:%S");
                Err(DirectoryError::Unavailable(format!("it failed before ({why}) and is asked again at {again} UTC")))
            }
            Some(_) => {
                self.rests_until = TimeDelta::from_std(turn).ok().map(|turn| now + turn);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Takes note of what became of a request.
    pub fn note(&mut self, now: DateTime<Utc>, error: Option<&DirectoryError>) {
        match error {
            None | Some(DirectoryError::Refused(_)) => *self = Self::default(),
            Some(DirectoryError::Busy) => {}
            Some(DirectoryError::Limited { wait }) => {
                let wait = wait.and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or(PATIENCE);
                *self = Self { patience_until: Some(now + wait), ..Self::default() };
            }
            // It answers, so it need not rest; but somebody has to see to it.
            Some(denied @ DirectoryError::Denied(_)) => {
                let since = *self.since.get_or_insert(now);
                self.failures = 0;
                self.rests_until = None;
                self.trouble = Some(Trouble { since, why: denied.to_string() });
            }
            Some(DirectoryError::Unavailable(why) | DirectoryError::Unknown(why)) => {
                let since = *self.since.get_or_insert(now);
                self.failures = self.failures.saturating_add(1);
                if self.failures >= FAILURES {
                    let doubled = FIRST_REST * 2_i32.pow((self.failures - FAILURES).min(10));
                    self.rests_until = Some(now + doubled.min(LONGEST_REST));
                    self.trouble = Some(Trouble { since, why: why.clone() });
                }
            }
        }
    }

    /// What is wrong with it, if anything is.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Whether its rest is over, and nobody would notice that it answers again unless it is asked.
    pub fn wants_a_look(&self, now: DateTime<Utc>) -> bool {
        self.rests_until.is_some_and(|until| until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURN: Duration = Duration::from_secs(15);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn gone() -> DirectoryError {
        DirectoryError::Unavailable("no connection".to_owned())
    }

    #[test]
    fn it_rests_after_three_failures_in_a_row_and_longer_each_time() {
        let mut breaker = Breaker::default();
        for second in 0..3 {
            assert_eq!(breaker.admit(at(second), TURN), Ok(()));
            assert_eq!(breaker.trouble(), None);
            breaker.note(at(second), Some(&gone()));
        }
        assert_eq!(breaker.trouble(), Some(&Trouble { since: at(0), why: "no connection".to_owned() }));
        assert!(matches!(breaker.admit(at(11), TURN), Err(DirectoryError::Unavailable(_))));
        assert_eq!(breaker.admit(at(12), TURN), Ok(()), "one may look");
        assert!(breaker.admit(at(13), TURN).is_err(), "the others wait for it");
        breaker.note(at(14), Some(&gone()));
        assert!(breaker.admit(at(33), TURN).is_err());
        assert_eq!(breaker.admit(at(34), TURN), Ok(()));
        breaker.note(at(34), None);
        assert_eq!((breaker.admit(at(34), TURN), breaker.trouble()), (Ok(()), None));
    }

    #[test]
    fn a_rest_never_lasts_longer_than_five_minutes() {
        let mut breaker = Breaker::default();
        for _ in 0..50 {
            breaker.note(at(0), Some(&gone()));
        }
        assert!(breaker.admit(at(299), TURN).is_err());
        assert_eq!(breaker.admit(at(300), TURN), Ok(()));
    }

    #[test]
    fn an_answer_between_two_failures_makes_them_two_first_ones() {
        let mut breaker = Breaker::default();
        for answer in [Some(&gone()), Some(&gone()), Some(&DirectoryError::Refused("no".to_owned())), Some(&gone())] {
            breaker.note(at(0), answer);
        }
        assert_eq!((breaker.admit(at(0), TURN), breaker.trouble()), (Ok(()), None));
    }

    #[test]
    fn it_is_left_alone_for_as_long_as_it_asks_and_is_not_called_down() {
        let mut breaker = Breaker::default();
        breaker.note(at(0), Some(&DirectoryError::Limited { wait: Some(Duration::from_secs(90)) }));
        let left = Some(Duration::from_secs(60));
        assert_eq!(breaker.admit(at(30), TURN), Err(DirectoryError::Limited { wait: left }));
        assert_eq!(breaker.trouble(), None);
        assert_eq!(breaker.admit(at(90), TURN), Ok(()));
    }

    #[test]
    fn refused_credentials_are_shown_and_keep_nobody_from_asking() {
        let mut breaker = Breaker::default();
        breaker.note(at(0), Some(&DirectoryError::Denied("HTTP 401".to_owned())));
        assert_eq!(breaker.admit(at(0), TURN), Ok(()));
        assert!(breaker.trouble().is_some_and(|trouble| trouble.why.contains("HTTP 401")));
        breaker.note(at(1), None);
        assert_eq!(breaker.trouble(), None);
    }
}
