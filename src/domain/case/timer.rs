//! What time alone does to a case, and when.

use chrono::{DateTime, Utc};

use super::super::audit::{details, timestamp};
use super::super::notice::Notice;
use super::apply::Step;
use super::{Case, State, Wait};

/// When time alone may next change the case after `now`, for the worker's timers.
pub fn due_at(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut moments = Vec::new();
    // What is overdue stays due until it has happened; evidence that has lapsed has had its effect.
    match case.state {
        State::Submitted | State::Verifying => moments.push(case.expires_at),
        State::AwaitingApproval | State::Ready => {
            moments.push(case.expires_at);
            moments
                .extend(case.evidence.iter().filter_map(|evidence| evidence.valid_until).filter(|until| *until > now));
            moments.extend(case.wait.as_ref().map(|wait| wait.usable_until).filter(|until| *until > now));
        }
        State::CoolingOff => {
            moments.extend(case.wait.as_ref().map(|wait| wait.ends_at));
            moments.extend(case.wait.as_ref().filter(|wait| !wait.reminded && now < wait.ends_at).map(Wait::half_way));
        }
        // The policy's `close_after` is put into `expires_at` when the state is entered.
        State::Deactivated => moments.push(case.expires_at),
        State::Deactivating | State::Disputed | State::Closed | State::Rejected | State::Withdrawn | State::Expired => {
        }
    }
    moments.into_iter().min()
}

impl Step {
    pub(super) fn tick(&mut self) {
        let over = self.case.expires_at <= self.now;
        match self.case.state {
            State::Verifying | State::AwaitingApproval | State::Ready if over && self.case.has_deactivated() => {
                self.end_with_what_is_off();
            }
            State::Submitted | State::Verifying | State::AwaitingApproval | State::Ready if over => {
                let let_in = self.case.with_owner && self.case.state == State::Ready;
                self.end(State::Expired, "case.expired", Notice::Expired);
                // Its owner had proved everything, and did what they wanted.
                if let_in {
                    self.notices.clear();
                }
            }
            State::Deactivated if over => self.end(State::Closed, "case.closed", Notice::Closed),
            State::CoolingOff => self.remind(),
            _ => {}
        }
    }

    /// Tells every address of record once more, half way through the cooling-off.
    fn remind(&mut self) {
        let now = self.now;
        let Some(wait) = self.case.wait.as_mut() else { return };
        if !wait.reminded && wait.half_way() <= now && now < wait.ends_at {
            wait.reminded = true;
            let ends_at = wait.ends_at;
            self.record("case.cooling_off_halfway", details([("ends_at", timestamp(ends_at).into())]));
            self.notices.push(Notice::CoolingOffHalfway { ends_at });
        }
    }
}
