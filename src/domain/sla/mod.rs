//! What the desk owes a case, and until when: two clocks that run in the desk's hours.
//!
//! - **First reply**: from the moment the case is the desk's until somebody at the desk writes to the customer, makes a
//!   check with them, or decides on the case. It stands still while the e-mail address is not confirmed, while a
//!   cooling-off runs and while a dispute waits for its decision, unless the customer has written since.
//! - **Next step**: whatever only the desk can do for the case to go on, from the moment its turn came. It is the
//!   customer's turn, or time's, in between: then nothing is owed.
//!
//! What was used of a clock counts on in another queue, by the hours in which it was used.

mod hours;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

pub use hours::{DAY, Hours, Span, Unfit};

use super::account::Tier;
use super::case::{Case, State};
use super::form::Language;
use super::words::coded;

/// What a queue promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// What the queue is called.
    pub name: String,
    /// When it is worked on.
    pub hours: Hours,
    /// Time of its hours until the first reply.
    pub first_reply: TimeDelta,
    /// Time of its hours for each next step.
    pub next_step: TimeDelta,
    /// Time of its hours before a deadline at which somebody is told that it comes near.
    pub warning: TimeDelta,
}

/// Which cases are a queue's. What says nothing takes every case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Tiers of the account.
    pub tiers: BTreeSet<Tier>,
    /// Languages of the form.
    pub languages: BTreeSet<Language>,
}

impl Scope {
    fn takes(&self, tier: Option<Tier>, language: Option<Language>) -> bool {
        let tier = self.tiers.is_empty() || tier.is_some_and(|tier| self.tiers.contains(&tier));
        tier && (self.languages.is_empty() || language.is_some_and(|language| self.languages.contains(&language)))
    }
}

/// The queues of a desk, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreements {
    /// Queues with what they take.
    pub queues: Vec<(Scope, Agreement)>,
    /// What holds for everything else.
    pub otherwise: Agreement,
}

impl Agreements {
    /// The first queue that takes such a case.
    pub fn of(&self, tier: Option<Tier>, language: Option<Language>) -> &Agreement {
        let first = self.queues.iter().find(|(scope, _)| scope.takes(tier, language));
        first.map_or(&self.otherwise, |(_, agreement)| agreement)
    }

    /// What the queue of this name promises, if there still is one.
    pub fn named(&self, name: &str) -> Option<&Agreement> {
        let mut all = self.queues.iter().map(|(_, agreement)| agreement).chain([&self.otherwise]);
        all.find(|agreement| agreement.name == name)
    }
}

coded! {
    /// What somebody was told of a clock.
    pub enum Told {
        /// Nothing yet.
        Nothing = "nothing", "Nothing";
        /// That its time comes near.
        Near = "near", "Near";
        /// That its time is over.
        Missed = "missed", "Missed";
    }
}

coded! {
    /// What only the desk can do for a case to go on.
    pub enum Step {
        /// The customer wrote or sent something.
        Answer = "answer", "Answer the customer";
        /// A second agent has to decide.
        Approve = "approve", "Decide on the approval";
        /// Everything is there.
        Deactivate = "deactivate", "Deactivate";
        /// A supervisor has to end the dispute.
        Decide = "decide", "Decide on the dispute";
    }
}

/// A clock that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub due: DateTime<Utc>,
    /// When somebody is told that this comes near; when it is due where there is no time for that.
    pub warn_at: DateTime<Utc>,
    /// What somebody was told.
    pub told: Told,
}

impl Clock {
    /// A clock of which `left` of the queue's time is left at `since`; `before` is what somebody was told of it before.
    fn start(since: DateTime<Utc>, left: TimeDelta, agreement: &Agreement, before: Told, now: DateTime<Utc>) -> Self {
        let due = agreement.hours.after(since, left);
        let warn_at = agreement.hours.after(since, left - agreement.warning);
        let warn_at = if left > agreement.warning { warn_at } else { due };
        // What is still to come is told when it comes.
        let told = if due <= now { before } else { Told::Nothing };
        Self { since, due, warn_at, told }
    }

    /// This clock in another queue, with what is left there. What was overdue before stays so since then.
    fn moved(self, left: TimeDelta, agreement: &Agreement, now: DateTime<Utc>) -> Self {
        let mut clock = Self::start(now, left, agreement, self.told, now);
        if left <= TimeDelta::zero() {
            clock.due = clock.due.min(self.due);
            clock.warn_at = clock.warn_at.min(clock.due);
        }
        clock
    }

    /// When somebody is to be told next.
    fn alarm_at(&self) -> Option<DateTime<Utc>> {
        match self.told {
            Told::Nothing => Some(self.warn_at),
            Told::Near => Some(self.due),
            Told::Missed => None,
        }
    }

    /// What somebody is to be told now.
    fn ring(&mut self, now: DateTime<Utc>) -> Option<Told> {
        let word = if now >= self.due { Told::Missed } else { Told::Near };
        let rings = self.told < word && now >= self.warn_at;
        rings.then(|| {
            self.told = word;
            word
        })
    }
}

/// How far the first reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstReply {
    /// Nothing is owed at the moment; so much of the desk's time was used before.
    Waiting {
        /// Time of the desk that was used.
        spent: TimeDelta,
        /// What somebody was told while it ran.
        told: Told,
    },
    /// The customer waits.
    Running {
        /// Time of the desk that was used before this clock began.
        spent: TimeDelta,
        /// Until when.
        clock: Clock,
    },
    /// It was given.
    Given {
        /// When.
        at: DateTime<Utc>,
    },
    /// None is owed any more, or none ever was.
    Over,
}

/// The step that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextStep {
    /// Which.
    pub step: Step,
    /// Since when it is the desk's turn.
    pub turn: DateTime<Utc>,
    /// Time of the desk that was used before this clock began.
    pub spent: TimeDelta,
    /// Until when.
    pub clock: Clock,
}

impl NextStep {
    /// The same step in another queue.
    fn moved(self, (held, agreement): (&Agreement, &Agreement), now: DateTime<Utc>) -> Self {
        let spent = self.spent + held.hours.between(self.clock.since, now);
        let clock = self.clock.moved(agreement.next_step - spent, agreement, now);
        Self { spent, clock, ..self }
    }
}

/// What just happened, as far as the clocks go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Nothing that anybody waited for.
    Other,
    /// The customer wrote or sent something.
    CustomerSpoke,
    /// Somebody at the desk wrote to the customer.
    DeskSpoke,
    /// Somebody at the desk looked at what the customer had sent.
    DeskExamined,
    /// Somebody at the desk made a check with the customer, or decided on the case.
    DeskActed,
}

coded! {
    /// Which of the two clocks.
    pub enum Which {
        /// The first reply.
        FirstReply = "first_reply", "First reply";
        /// The next step.
        NextStep = "next_step", "Next step";
    }
}

/// The clocks of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// The queue that they were set by.
    pub queue: String,
    /// Since when the customer waits for an answer to what they wrote or sent.
    pub owed_since: Option<DateTime<Utc>>,
    /// The first reply.
    pub first_reply: FirstReply,
    /// The next step.
    pub next_step: Option<NextStep>,
}

impl Default for Clocks {
    fn default() -> Self {
        let first_reply = FirstReply::Waiting { spent: TimeDelta::zero(), told: Told::Nothing };
        Self { queue: String::new(), owed_since: None, first_reply, next_step: None }
    }
}

impl Clocks {
    /// The clocks of a case that nobody awaits an answer to.
    pub fn silent() -> Self {
        Self { first_reply: FirstReply::Over, ..Self::default() }
    }

    /// The clocks once something happened and the case is as it is now; by the agreement that held until now, and the
    /// one that holds from now on.
    pub fn turned(
        &self,
        case: &Case,
        happened: Happened,
        (held, agreement): (&Agreement, &Agreement),
        now: DateTime<Utc>,
    ) -> Self {
        let off = case.state == State::Deactivated;
        let over = case.state.is_final();
        // What is off is off: a question from before is answered by that, a later one is not.
        let just_off = off && case.state_since == now;
        let owed_since = match happened {
            Happened::CustomerSpoke => self.owed_since.or(Some(now)),
            Happened::DeskSpoke | Happened::DeskExamined => None,
            Happened::Other | Happened::DeskActed => self.owed_since,
        }
        .filter(|_| !over && !just_off);
        let first_reply = if case.with_owner {
            self.first_reply
        } else {
            let pauses =
                matches!(case.state, State::Submitted | State::CoolingOff | State::Disputed) && owed_since.is_none();
            self.replied(happened, (over || off, pauses), (held, agreement), now)
        };
        let mut next = Self { queue: agreement.name.clone(), owed_since, first_reply, next_step: None };
        next.next_step = next.step_of(case).map(|(step, turn)| {
            let before = self.next_step.filter(|before| (before.step, before.turn) == (step, turn));
            match before {
                Some(before) if self.queue == agreement.name => before,
                Some(before) => before.moved((held, agreement), now),
                None => {
                    let clock = Clock::start(turn, agreement.next_step, agreement, Told::Nothing, now);
                    NextStep { step, turn, spent: TimeDelta::zero(), clock }
                }
            }
        });
        next
    }

    fn replied(
        &self,
        happened: Happened,
        (over, pauses): (bool, bool),
        (held, agreement): (&Agreement, &Agreement),
        now: DateTime<Utc>,
    ) -> FirstReply {
        let (spent, told, running) = match self.first_reply {
            FirstReply::Given { .. } | FirstReply::Over => return self.first_reply,
            FirstReply::Waiting { spent, told } => (spent, told, None),
            FirstReply::Running { spent, clock } => (spent, clock.told, Some(clock)),
        };
        if matches!(happened, Happened::DeskSpoke | Happened::DeskExamined | Happened::DeskActed) {
            return FirstReply::Given { at: now };
        }
        if over {
            return FirstReply::Over;
        }
        let used = |clock: Clock| spent + held.hours.between(clock.since, now);
        match running {
            None if pauses => self.first_reply,
            Some(clock) if pauses => FirstReply::Waiting { spent: used(clock), told },
            Some(_) if self.queue == agreement.name => self.first_reply,
            Some(clock) => {
                let spent = used(clock);
                FirstReply::Running { spent, clock: clock.moved(agreement.first_reply - spent, agreement, now) }
            }
            None => {
                let clock = Clock::start(now, agreement.first_reply - spent, agreement, told, now);
                FirstReply::Running { spent, clock }
            }
        }
    }

    /// What is the desk's to do, and since when. An answer is part of the first reply until that was given.
    fn step_of(&self, case: &Case) -> Option<(Step, DateTime<Utc>)> {
        if case.with_owner || case.state.is_final() {
            return None;
        }
        let own = match case.state {
            State::AwaitingApproval => Some(Step::Approve),
            State::Ready => Some(Step::Deactivate),
            State::Disputed => Some(Step::Decide),
            _ => None,
        };
        let replied = matches!(self.first_reply, FirstReply::Given { .. } | FirstReply::Over);
        let answer = self.owed_since.filter(|_| replied).map(|since| (Step::Answer, since));
        own.map(|step| (step, case.state_since)).into_iter().chain(answer).min_by_key(|(_, since)| *since)
    }

    /// The clock of the first reply, while it runs.
    pub const fn reply_clock(&self) -> Option<Clock> {
        match self.first_reply {
            FirstReply::Running { clock, .. } => Some(clock),
            _ => None,
        }
    }

    /// When the desk owes something next.
    pub fn answer_by(&self) -> Option<DateTime<Utc>> {
        self.reply_clock().into_iter().chain(self.next_step.map(|next| next.clock)).map(|clock| clock.due).min()
    }

    /// When somebody is to be told of a clock next.
    pub fn alarm_at(&self) -> Option<DateTime<Utc>> {
        let clocks = self.reply_clock().into_iter().chain(self.next_step.map(|next| next.clock));
        clocks.filter_map(|clock| clock.alarm_at()).min()
    }

    /// What somebody is to be told now, each thing once.
    pub fn ring(&mut self, now: DateTime<Utc>) -> Vec<(Which, Told)> {
        let mut told = Vec::new();
        if let FirstReply::Running { clock, .. } = &mut self.first_reply {
            told.extend(clock.ring(now).map(|word| (Which::FirstReply, word)));
        }
        if let Some(next) = &mut self.next_step {
            told.extend(next.clock.ring(now).map(|word| (Which::NextStep, word)));
        }
        told
    }
}
