//! A case and its state machine: one pure function, [`apply`], is the only way from one state to another.

mod apply;
mod assess;
mod decide;
mod merge;
mod orders;
mod owner;
mod refused;
mod settle;
#[cfg(test)]
mod tests;
mod timer;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::account::{AccountKind, AccountStatus, Authenticator, Tier};
use super::audit::Details;
use super::evidence::{Evidence, Subject};
use super::ids::{AccountId, AgentId, AuthenticatorId, CaseId, EvidenceId};
use super::notice::Notice;
use super::people::{Appointments, may_be_one};
use super::policy::Policy;
use super::recovery::Setback;
use super::reference::CaseRef;
use super::risk::{Effect, Raised};
use super::words::coded;

pub use apply::apply;
pub use assess::{Assessment, GroupAssessment, PathAssessment, Stage, assess, gave_evidence, groups_of};
pub use decide::{may_approve, still_permits};
pub use merge::Kept;
pub use orders::{AuthenticatorSet, Ordered, Progress};
pub use owner::{OWNERS_TIME, OwnersStep, lets_owner_in, owners_step};
pub use refused::Refused;
pub use timer::due_at;
pub use write::Writing;

coded! {
    /// Where a case stands.
    pub enum State {
        /// Written down; the e-mail address is not confirmed yet.
        Submitted = "submitted", "Submitted";
        /// Evidence is being collected.
        Verifying = "verifying", "Verifying";
        /// The evidence is there; a second agent has to approve.
        AwaitingApproval = "awaiting_approval", "Awaiting approval";
        /// Every address of record was told and has time to object.
        CoolingOff = "cooling_off", "Cooling off";
        /// An agent may press Deactivate.
        Ready = "ready", "Ready";
        /// The directory was asked and has not answered yet.
        Deactivating = "deactivating", "Deactivating";
        /// The directory confirmed it.
        Deactivated = "deactivated", "Deactivated";
        /// Over: the customer signs in again, or enough time went by.
        Closed = "closed", "Closed";
        /// Ended by an agent, with a reason.
        Rejected = "rejected", "Rejected";
        /// Ended by the customer.
        Withdrawn = "withdrawn", "Withdrawn";
        /// Ended by time.
        Expired = "expired", "Expired";
        /// Someone at an address of record said that it was not them; frozen.
        Disputed = "disputed", "Disputed";
    }
}

impl State {
    /// Nothing leads out of it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Rejected | Self::Withdrawn | Self::Expired)
    }

    /// Evidence is collected or weighed in it.
    pub const fn is_under_review(self) -> bool {
        matches!(self, Self::Verifying | Self::AwaitingApproval | Self::CoolingOff | Self::Ready)
    }
}

coded! {
    /// What a case was closed with.
    pub enum Conclusion {
        /// The authenticator was switched off.
        Deactivated = "deactivated", "Deactivated";
        /// The device works again: its clock had drifted.
        Resynchronised = "resynchronised", "Device resynchronised";
        /// The telephone number of record was changed, which was all that was asked for.
        PhoneChanged = "phone_changed", "Phone number changed";
        /// Another case of the account goes on in its place.
        Merged = "merged", "Merged into another case";
    }
}

/// The holder's request for a second approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asked.
    pub agent: AgentId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A second approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who approved.
    pub agent: AgentId,
    /// When.
    pub at: DateTime<Utc>,
    /// The path of the policy that it was given for.
    pub path: String,
    /// The evidence that was there. It covers no other.
    pub evidence: Vec<EvidenceId>,
}

/// A cooling-off that has begun, with the evidence it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The policy path it belongs to.
    pub path: String,
    /// When the addresses of record were told.
    pub started_at: DateTime<Utc>,
    /// From when the case is ready.
    pub ends_at: DateTime<Utc>,
    /// Until when the evidence it rests on counts.
    pub usable_until: DateTime<Utc>,
    /// The addresses of record were told once more, half way.
    pub reminded: bool,
    /// The evidence that was valid when it began.
    pub evidence: Vec<EvidenceId>,
}

/// One request for assistance, with everything the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Internal identifier.
    pub id: CaseId,
    /// What people call it.
    pub reference: CaseRef,
    /// Where it stands.
    pub state: State,
    /// Counts changes; a form made from an older version is stale.
    pub version: i64,
    /// The account it is about, once found.
    pub account: Option<AccountId>,
    /// The agent who works on it.
    pub holder: Option<AgentId>,
    /// Every check made.
    pub evidence: Vec<Evidence>,
    /// Evidence and approvals from before this moment were voided by a dispute.
    pub evidence_since: DateTime<Utc>,
    /// Second approvals.
    pub approvals: Vec<Approval>,
    /// The cooling-off, once begun.
    pub wait: Option<Wait>,
    /// When the form came in.
    pub submitted_at: DateTime<Utc>,
    /// Since when it is in its state.
    pub state_since: DateTime<Utc>,
    /// When it expires if nothing happens.
    pub expires_at: DateTime<Utc>,
    /// The authenticators that were approved to be deactivated, while approvals stand.
    pub approved: Option<AuthenticatorSet>,
    /// Every authenticator that was ever ordered off in it, and how far that has come.
    pub orders: BTreeMap<AuthenticatorId, Ordered>,
    /// The state a dispute froze.
    pub disputed_from: Option<State>,
    /// Who asked for the second approval, while one is awaited.
    pub asked: Option<Asked>,
    /// Agents who asked for an approval or let a disputed case go on: none of them is ever its second pair of eyes.
    pub barred: BTreeSet<AgentId>,
    /// The most that risk signals ever added: a signal that no longer fires takes nothing back.
    pub raised: Effect,
    /// What it was closed with.
    pub conclusion: Option<Conclusion>,
    /// Its owner helps themself, signed in with the password, and has not asked the desk for help with it.
    pub with_owner: bool,
}

impl Wait {
    /// When the addresses of record are told once more.
    pub fn half_way(&self) -> DateTime<Utc> {
        self.started_at + (self.ends_at - self.started_at) / 2
    }
}

impl Case {
    /// The version of a case that was never changed.
    pub const FIRST_VERSION: i64 = 1;

    /// A case as the form creates it.
    pub fn submitted(id: CaseId, reference: CaseRef, at: DateTime<Utc>, case_expiry: TimeDelta) -> Self {
        Self {
            id,
            reference,
            state: State::Submitted,
            version: Self::FIRST_VERSION,
            account: None,
            holder: None,
            evidence: Vec::new(),
            evidence_since: at,
            approvals: Vec::new(),
            wait: None,
            submitted_at: at,
            state_since: at,
            expires_at: at + case_expiry,
            approved: None,
            orders: BTreeMap::new(),
            disputed_from: None,
            asked: None,
            barred: BTreeSet::new(),
            raised: Effect::default(),
            conclusion: None,
            with_owner: false,
        }
    }

    /// Whether it is closed for what was done in it, and not because another goes on in its place.
    pub fn is_closed_as_done(&self) -> bool {
        self.state == State::Closed && self.conclusion != Some(Conclusion::Merged)
    }

    /// Whether it is about the account that `agent` signs in with.
    pub fn is_about(&self, agent: AgentId) -> bool {
        self.account == Some(agent.account())
    }

    /// Whether `agent` had a hand in it: holds it, gave evidence, approved, or is barred from approving.
    pub fn took_part(&self, agent: AgentId) -> bool {
        self.holder == Some(agent)
            || gave_evidence(agent, self)
            || self.barred.contains(&agent)
            || self.approvals.iter().any(|approval| approval.agent == agent)
    }

    /// A case that is opened on the owner's behalf, or by an owner who gave the password just now. Its account is known
    /// from the start; nothing in it is proved by that.
    pub fn opened_for(
        account: AccountId,
        id: CaseId,
        reference: CaseRef,
        at: DateTime<Utc>,
        case_expiry: TimeDelta,
    ) -> Self {
        Self { state: State::Verifying, account: Some(account), ..Self::submitted(id, reference, at, case_expiry) }
    }

    /// A case with which the owner of an account helps themself. That the password was right is evidence like any
    /// other, and is recorded next.
    pub fn of_owner(account: AccountId, id: CaseId, reference: CaseRef, at: DateTime<Utc>) -> Self {
        Self { with_owner: true, ..Self::opened_for(account, id, reference, at, OWNERS_TIME) }
    }
}

/// What the rules must know about the account at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    /// Which account.
    pub id: AccountId,
    /// Owner or member.
    pub kind: AccountKind,
    /// What the policy goes by.
    pub tier: Tier,
    /// Whether it may be recovered.
    pub status: AccountStatus,
    /// The e-mail address of record as evidence names it.
    pub email: Subject,
    /// The telephone number of record as evidence names it.
    pub phone: Option<Subject>,
    /// Its authenticators.
    pub authenticators: Vec<Authenticator>,
    /// The accounts that may administer it at this moment.
    pub administrators: BTreeSet<AccountId>,
}

/// Everything beside the case that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The account of the case, when it has one.
    pub account: Option<&'a AccountFacts>,
    /// Agents who may not act, and whose evidence and approvals do not count.
    pub suspended: &'a BTreeSet<AgentId>,
    /// Agents who supervise at this moment.
    pub supervisors: &'a BTreeSet<AgentId>,
    /// What an agent gave up to this moment was voided by a suspension, even one that is over.
    pub voided: &'a BTreeMap<AgentId, DateTime<Utc>>,
    /// Who gave whom their place at the desk.
    pub appointments: &'a Appointments,
    /// The risk signals that fire for the case.
    pub raised: &'a [Raised],
}

impl Facts<'_> {
    /// Whether `agent` may be the same person as somebody who holds the case, asked for the approval or supplied
    /// evidence.
    pub fn may_be_party(&self, agent: AgentId, case: &Case, now: DateTime<Utc>) -> bool {
        let givers = case.evidence.iter().filter_map(|evidence| evidence.giver.agent());
        let parties = givers.chain(case.holder).chain(case.barred.iter().copied());
        parties.into_iter().any(|party| may_be_one(party, agent, self.appointments, now))
    }

    /// Whether an approval of a case has to come from a supervisor: the account belongs to somebody at the desk.
    pub fn needs_supervisor(&self) -> bool {
        self.account.is_some_and(|account| account.kind == AccountKind::Staff)
    }

    /// Whether `agent` has the role that an approval of this case asks for.
    pub fn may_vouch(&self, agent: AgentId) -> bool {
        !self.needs_supervisor() || self.supervisors.contains(&agent)
    }

    /// Whether what `agent` gave at `at` counts for nothing.
    pub fn is_void(&self, agent: AgentId, at: DateTime<Utc>) -> bool {
        self.suspended.contains(&agent) || self.voided.get(&agent).is_some_and(|until| at <= *until)
    }
}

/// What someone or something wants to happen to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The intake found the account the form speaks of.
    MatchAccount(AccountId),
    /// The button behind the mailed link was pressed.
    ConfirmEmail(Evidence),
    /// A check was made.
    RecordCheck(Evidence),
    /// An agent takes the case.
    Claim,
    /// Its holder gives it back.
    Release,
    /// A supervisor hands it to someone.
    Reassign(AgentId),
    /// The holder asks for the second approval.
    AskApproval,
    /// A second agent approves that these authenticators are deactivated.
    Approve(AuthenticatorSet),
    /// A second agent does not approve: everything has to be proved anew.
    RefuseApproval,
    /// An administrator of the account says no; the reason is kept with the case.
    Decline,
    /// Two codes in a row put the device's clock right: nothing has to be deactivated.
    Resynchronise(Evidence),
    /// What was asked for is done without a deactivation.
    Conclude(Conclusion),
    /// An agent ends it; the reason is kept with the case.
    Reject,
    /// It is a duplicate of this case, which goes on.
    Merge(Kept),
    /// The customer ends it.
    Withdraw,
    /// An agent has these authenticators switched off.
    Deactivate(AuthenticatorSet),
    /// What could not be deactivated stays; the case ends with what was.
    LeaveRest,
    /// Its owner, who helps themself, has proved enough to be let in to their authenticators.
    LetOwnerIn,
    /// Its owner, once let in, has these authenticators switched off.
    DeactivateOwn(AuthenticatorSet),
    /// Its owner asks the desk for help with it; everything proved counts on.
    HandOver(Option<Setback>),
    /// The account has a new authenticator, which is what the customer was asked to see to.
    SeeNewDevice,
    /// The directory switched this authenticator off.
    DeactivationConfirmed(AuthenticatorId),
    /// The directory did not, and says why.
    DeactivationFailed(AuthenticatorId, String),
    /// "This wasn't me", from an address of record.
    Dispute,
    /// A supervisor ends a dispute.
    EndDispute {
        /// Collect everything anew, rather than reject.
        resume: bool,
    },
    /// Time went by.
    Tick,
}

impl Command {
    /// The stable word by which the audit log names a refused command.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MatchAccount(_) => "match_account",
            Self::ConfirmEmail(_) => "confirm_email",
            Self::RecordCheck(_) => "record_check",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Reassign(_) => "reassign",
            Self::AskApproval => "ask_approval",
            Self::Approve(_) => "approve",
            Self::RefuseApproval => "refuse_approval",
            Self::Decline => "decline",
            Self::Resynchronise(_) => "resynchronise",
            Self::Conclude(_) => "conclude",
            Self::Reject => "reject",
            Self::Merge(_) => "merge",
            Self::Withdraw => "withdraw",
            Self::Deactivate(_) => "deactivate",
            Self::LeaveRest => "leave_rest",
            Self::LetOwnerIn => "let_owner_in",
            Self::DeactivateOwn(_) => "deactivate_own",
            Self::HandOver(_) => "hand_over",
            Self::SeeNewDevice => "see_new_device",
            Self::DeactivationConfirmed(_) => "deactivation_confirmed",
            Self::DeactivationFailed(..) => "deactivation_failed",
            Self::Dispute => "dispute",
            Self::EndDispute { .. } => "end_dispute",
            Self::Tick => "tick",
        }
    }
}

/// One line that the audit log gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Dotted action.
    pub action: &'static str,
    /// What identifies it.
    pub details: Details,
}

/// What a command leads to: stored as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The case afterwards.
    pub case: Case,
    /// What the audit log gets.
    pub records: Vec<Record>,
    /// What the customer is told.
    pub notices: Vec<Notice>,
    /// The authenticators that the directory is now to switch off.
    pub deactivate: Option<AuthenticatorSet>,
}
