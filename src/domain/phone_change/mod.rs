//! A change of the telephone number of record, asked for inside a case. [`request`] begins it, and [`apply`] is the
//! only way from one state to another.

mod apply;
mod refused;
#[cfg(test)]
mod tests;
mod weigh;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::case::{Case, Facts, Record};
use super::contact::E164;
use super::ids::{AccountId, AgentId, CaseId, PhoneChangeId};
use super::notice::Notice;
use super::words::coded;

pub use apply::{apply, due_at, may_approve, request};
pub use refused::Refused;
pub use weigh::{Met, Weighed, hold_length, weigh};

coded! {
    /// Where a change stands.
    pub enum State {
        /// Asked for; evidence is missing.
        Requested = "requested", "Requested";
        /// The evidence is there; a second agent has to approve.
        AwaitingApproval = "awaiting_approval", "Awaiting approval";
        /// The addresses of record were told and have time to object.
        Held = "held", "Held";
        /// The new number is the one of record.
        Effective = "effective", "Effective";
        /// An agent said no, with a reason.
        Refused = "refused", "Refused";
        /// Someone at an address of record objected, or what it rested on is gone.
        Stopped = "stopped", "Stopped";
        /// Whoever asked took it back.
        Withdrawn = "withdrawn", "Withdrawn";
        /// Time ended it.
        Expired = "expired", "Expired";
        /// Its case is disputed.
        Frozen = "frozen", "Frozen";
    }
}

impl State {
    /// Nothing leads out of it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Effective | Self::Refused | Self::Stopped | Self::Withdrawn | Self::Expired)
    }

    /// The states that lead to others.
    pub const OPEN: [Self; 4] = [Self::Requested, Self::AwaitingApproval, Self::Held, Self::Frozen];
}

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requester {
    /// The customer, on the case's page.
    Customer,
    /// The case's holder, on the customer's behalf.
    Agent(AgentId),
    /// A signed-in administrator of the account: no document and no approval, but notice and hold.
    Administrator(AccountId),
}

impl Requester {
    /// The stable word that is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent(_) => "agent",
            Self::Administrator(_) => "administrator",
        }
    }

    /// The agent, if one asked.
    pub const fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent(id) => Some(id),
            Self::Customer | Self::Administrator(_) => None,
        }
    }

    /// The administrator, if one asked.
    pub const fn administrator(self) -> Option<AccountId> {
        match self {
            Self::Administrator(id) => Some(id),
            Self::Customer | Self::Agent(_) => None,
        }
    }
}

/// The second approval of a change. It covers what had been proved by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who approved.
    pub agent: AgentId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The time in which the addresses of record can object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When they were told. Evidence that counted then counts until the hold ends.
    pub started_at: DateTime<Utc>,
    /// When the new number becomes the one of record.
    pub ends_at: DateTime<Utc>,
    /// They were told once more, half way.
    pub reminded: bool,
}

impl Hold {
    /// When the addresses of record are told once more.
    pub fn half_way(&self) -> DateTime<Utc> {
        self.started_at + (self.ends_at - self.started_at) / 2
    }
}

/// The order to the system that keeps the number, given when the hold is over. Until it is carried out, the old number is
/// the one of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// When it was given.
    pub at: DateTime<Utc>,
    /// What went wrong last.
    pub failure: Option<String>,
    /// It was refused: somebody has to see to it before it is given again.
    pub given_up: bool,
}

/// Who keeps the number of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Our own directory: the number changes with the decision.
    Here,
    /// Another system, or what was imported beside it: the decision is an order, and it has to be confirmed.
    Elsewhere,
}

/// One request to replace the telephone number of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneChange {
    /// Internal identifier.
    pub id: PhoneChangeId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The account whose number it is.
    pub account: AccountId,
    /// Where it stands.
    pub state: State,
    /// Counts changes; a form made from an older version is stale.
    pub version: i64,
    /// The number of record when it was asked for.
    pub old: Option<E164>,
    /// The number that is to be of record.
    pub new: E164,
    /// Who asked.
    pub requester: Requester,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// The second approval.
    pub approval: Option<Approval>,
    /// The hold, once begun.
    pub hold: Option<Hold>,
    /// The order to whoever keeps the number, once given.
    pub order: Option<Ordered>,
    /// The state a dispute froze.
    pub frozen_from: Option<State>,
    /// Since when it is in its state.
    pub state_since: DateTime<Utc>,
}

impl PhoneChange {
    /// Whether its order still stands at `now`, so that it may be carried out.
    pub fn is_ordered(&self, now: DateTime<Utc>) -> bool {
        let over = self.hold.as_ref().is_some_and(|hold| hold.ends_at <= now);
        self.state == State::Held && over && self.order.as_ref().is_some_and(|order| !order.given_up)
    }
}

/// Everything beside the change that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The case it belongs to, with its evidence.
    pub case: &'a Case,
    /// What the rules know of the account, the policy and the desk.
    pub facts: &'a Facts<'a>,
    /// The number of record at this moment.
    pub phone: Option<&'a E164>,
    /// Who keeps it.
    pub keeper: Keeper,
}

/// What someone or something wants to happen to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// A second agent approves.
    Approve,
    /// An agent says no; the reason is kept with the case.
    Refuse,
    /// Whoever asked takes it back.
    Withdraw,
    /// Someone at an address of record objected: nothing goes on until a supervisor decides.
    Freeze,
    /// Someone at an address of record objected, and there is no open case that a supervisor could decide on.
    Stop,
    /// A supervisor ended the dispute.
    EndDispute {
        /// Collect and approve everything anew, rather than stop.
        resume: bool,
    },
    /// The case moved: the evidence is weighed again. Never makes a number effective.
    Weigh,
    /// Time went by.
    Tick,
    /// Whoever keeps the number has the new one. That is so whatever has happened here since it was ordered.
    Confirm,
    /// An agent orders again what was refused.
    OrderAgain,
}

impl Command {
    /// The stable word by which the audit log names a refused command.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Approve => "phone_change.approve",
            Self::Refuse => "phone_change.refuse",
            Self::Withdraw => "phone_change.withdraw",
            Self::Freeze => "phone_change.freeze",
            Self::Stop => "phone_change.stop",
            Self::EndDispute { .. } => "phone_change.end_dispute",
            Self::Weigh => "phone_change.weigh",
            Self::Tick => "phone_change.tick",
            Self::Confirm => "phone_change.confirm",
            Self::OrderAgain => "phone_change.order_again",
        }
    }
}

coded! {
    /// What the old number is told, beside the mails to the old e-mail address.
    pub enum Moment {
        /// The hold began.
        Start = "start", "Start of the hold";
        /// Half of it is over.
        HalfWay = "half_way", "Half way";
        /// The new number is the one of record.
        Effective = "effective", "Effective";
    }
}

/// What a mail says of a change. Numbers are masked: a mailbox is not the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The number of record when it was asked for, masked.
    pub old: Option<String>,
    /// The new one, masked.
    pub new: String,
}

/// What a command leads to: stored as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The change afterwards.
    pub change: PhoneChange,
    /// What the audit log gets.
    pub records: Vec<Record>,
    /// What the e-mail address of record is told.
    pub notices: Vec<Notice>,
    /// What the old number is told.
    pub tell: Vec<Moment>,
    /// Whoever keeps the number is to be given the new one.
    pub order: bool,
}

impl Transition {
    /// The new number becomes the one of record in this very transition.
    pub fn takes_effect(&self, before: State) -> bool {
        before != State::Effective && self.change.state == State::Effective
    }
}
