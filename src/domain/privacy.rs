//! When personal data may be erased, and when it has to stay.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::case::State;
use super::form::{Wrong, free_text};
use super::reference::CaseRef;
use super::words::coded;

/// The address that stands where one was erased: RFC 2606 §2 keeps the domain from ever being anybody's.
pub const ERASED_EMAIL: &str = "erased@erased.invalid";

coded! {
    /// Why something was erased.
    pub enum Cause {
        /// Its time was over.
        Schedule = "schedule", "by schedule";
        /// The person it is about asked for it.
        Request = "request", "by request";
    }
}

/// An erasure that was carried out. Both causes are numbered in one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Its number.
    pub number: i64,
    /// Why.
    pub cause: Cause,
    /// When.
    pub at: DateTime<Utc>,
}

impl fmt::Display for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "erased on {} {} (no. {})", self.at.format("%Y-%m-%d"), self.cause.label(), self.number)
    }
}

/// Why somebody put data on legal hold, in their words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldReason(String);

impl HoldReason {
    /// The reason as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HoldReason {
    type Err = Wrong;

    fn from_str(text: &str) -> Result<Self, Wrong> {
        free_text(text).map(Self)
    }
}

/// What decides whether a case may be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which case.
    pub reference: CaseRef,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it closes by itself, where nobody can end it any more.
    pub closes: Option<DateTime<Utc>>,
    /// A legal hold is on it, or on its account.
    pub held: bool,
    /// Something is still to leave for it, or a change of the phone number goes on.
    pub unsettled: bool,
    /// It ended as a duplicate of this case, which goes on.
    pub continued: Option<CaseRef>,
    /// Somebody said "this wasn't me" of it or of its account, and nobody at the desk has seen the alarm.
    pub alarmed: bool,
    /// When somebody last said so after its end.
    pub objected: Option<DateTime<Utc>>,
}

/// How long something has to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// After the end of a case.
    pub end: TimeDelta,
    /// After an objection.
    pub objection: TimeDelta,
}

/// Why something has to stay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// The case goes on.
    #[error("{0} is still open. End it first.")]
    Open(CaseRef),
    /// Its device is deactivated, and the rest is up to its customer and time.
    #[error("{case} is deactivated and not closed yet. It closes by itself, at the latest on {}.", .until.format("%Y-%m-%d %H:%M UTC"))]
    Closing {
        /// Which case.
        case: CaseRef,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// What would be erased is evidence of a dispute.
    #[error("{0} is disputed. What it holds is evidence until a supervisor has ended the dispute.")]
    Disputed(CaseRef),
    /// Whoever was told of it can still say that it was not them.
    #[error("{case} can be objected to until {}. Until then it may become evidence.", .until.format("%Y-%m-%d %H:%M UTC"))]
    Objectable {
        /// Which case.
        case: CaseRef,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It ended as a duplicate of one that goes on.
    #[error("{case} is a duplicate of {of}, which is still open.")]
    Continued {
        /// Which case.
        case: CaseRef,
        /// What goes on in its place.
        of: CaseRef,
    },
    /// Mails, orders or a change of the phone number are still under way.
    #[error("Something of {0} is still under way. Try again when it is done.")]
    Unsettled(CaseRef),
    /// Somebody objected, and the alarm was not seen.
    #[error(
        "Somebody says of {0}, or of its account: this wasn’t me. Look at the alarm first; until then it is evidence."
    )]
    Alarmed(CaseRef),
    /// Somebody objected after its end.
    #[error("{case} was objected to after its end. It is evidence until {}.", .until.format("%Y-%m-%d %H:%M UTC"))]
    Objected {
        /// Which case.
        case: CaseRef,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// A change of what is known of the account is held, or somebody objected to one.
    #[error("A change of the account’s contact is held or was objected to. It stays until that is settled.")]
    ContactChanging,
    /// A legal hold is on the case or its account.
    #[error("{0} is on legal hold. The hold has to be lifted first.")]
    Held(CaseRef),
    /// A legal hold is on the account.
    #[error("The account is on legal hold. The hold has to be lifted first.")]
    AccountHeld,
    /// People who work at the desk stay in its records.
    #[error("This is somebody at the desk. Their account stays while the log names them; suspend them instead.")]
    AtDesk,
}

impl Obstacle {
    /// The stable word that is logged.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(_) | Self::Closing { .. } => "open_case",
            Self::Disputed(_) => "open_dispute",
            Self::Objectable { .. } => "objectable",
            Self::Continued { .. } => "duplicate_of_open",
            Self::Unsettled(_) => "unsettled",
            Self::Alarmed(_) | Self::Objected { .. } => "objected",
            Self::ContactChanging => "contact_changing",
            Self::Held(_) | Self::AccountHeld => "legal_hold",
            Self::AtDesk => "at_desk",
        }
    }
}

impl Standing {
    /// What keeps the case from being erased at `now`.
    pub fn obstacle(&self, rest: Rest, now: DateTime<Utc>) -> Option<Obstacle> {
        let case = self.reference.clone();
        if self.held {
            return Some(Obstacle::Held(case));
        }
        if self.state == State::Disputed {
            return Some(Obstacle::Disputed(case));
        }
        if let Some(until) = self.closes {
            return Some(Obstacle::Closing { case, until });
        }
        if !self.state.is_final() {
            return Some(Obstacle::Open(case));
        }
        if let Some(of) = self.continued.clone() {
            return Some(Obstacle::Continued { case, of });
        }
        if self.unsettled {
            return Some(Obstacle::Unsettled(case));
        }
        if self.alarmed {
            return Some(Obstacle::Alarmed(case));
        }
        if let Some(until) = self.objected.map(|at| at + rest.objection).filter(|until| *until > now) {
            return Some(Obstacle::Objected { case, until });
        }
        let until = self.since + rest.end;
        (until > now).then_some(Obstacle::Objectable { case, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(days_ago: i64) -> (Standing, DateTime<Utc>) {
        let now = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
        let standing = Standing {
            reference: CaseRef::from_random(7).unwrap(),
            state: State::Closed,
            since: now - TimeDelta::days(days_ago),
            closes: None,
            held: false,
            unsettled: false,
            continued: None,
            alarmed: false,
            objected: None,
        };
        (standing, now)
    }

    #[test]
    fn only_what_is_over_and_rested_may_go() {
        let rest = Rest { end: TimeDelta::days(30), objection: TimeDelta::days(10) };
        let (standing, now) = ended(30);
        assert_eq!(standing.obstacle(rest, now), None);
        let (young, now) = ended(29);
        let until = young.since + rest.end;
        assert_eq!(young.obstacle(rest, now), Some(Obstacle::Objectable { case: young.reference.clone(), until }));
        for state in State::ALL {
            let other = Standing { state: *state, ..standing.clone() };
            assert_eq!(other.obstacle(rest, now).is_none(), state.is_final(), "{state:?}");
        }
        let closes = now + TimeDelta::days(3);
        let deactivated = Standing { state: State::Deactivated, closes: Some(closes), ..standing.clone() };
        let found = deactivated.obstacle(rest, now);
        assert_eq!(found, Some(Obstacle::Closing { case: standing.reference.clone(), until: closes }));
        assert!(found.is_some_and(|found| !found.to_string().contains("End it")));
        let disputed = Standing { state: State::Disputed, ..standing.clone() };
        assert_eq!(disputed.obstacle(rest, now).map(|found| found.code()), Some("open_dispute"));
        let held = Standing { held: true, ..standing.clone() };
        assert_eq!(held.obstacle(rest, now).map(|found| found.code()), Some("legal_hold"));
        let unsettled = Standing { unsettled: true, ..standing.clone() };
        assert_eq!(unsettled.obstacle(rest, now).map(|found| found.code()), Some("unsettled"));
        let alarmed = Standing { alarmed: true, ..standing.clone() };
        assert_eq!(alarmed.obstacle(rest, now).map(|found| found.code()), Some("objected"));
        let objected = |days| Standing { objected: Some(now - TimeDelta::days(days)), ..standing.clone() };
        assert_eq!(objected(9).obstacle(rest, now).map(|found| found.code()), Some("objected"));
        assert_eq!(objected(10).obstacle(rest, now), None);
        let of = CaseRef::from_random(8).unwrap();
        let duplicate = Standing { continued: Some(of), ..standing };
        assert_eq!(duplicate.obstacle(rest, now).map(|found| found.code()), Some("duplicate_of_open"));
    }

    #[test]
    fn a_hold_has_a_reason_that_can_be_read() {
        assert_eq!("  A court asks. ".parse::<HoldReason>().unwrap().as_str(), "A court asks.");
        for none in ["", " \n", "a\u{1b}[2Jb", "a\0b", "a\u{202e}b"] {
            assert!(none.parse::<HoldReason>().is_err(), "{none:?}");
        }
    }
}
