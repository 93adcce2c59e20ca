use chrono::{DateTime, TimeDelta, Utc};

use super::super::account::AccountStatus;
use super::super::case::{AccountFacts, Case, gave_evidence, groups_of};
use super::super::evidence::{CheckKind, Outcome};
use super::super::ids::EvidenceId;
use super::super::risk::together;
use super::{Approval, Around, PhoneChange, Requester, State};

/// One thing that is asked for, and until when it is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Any one of these is enough.
    pub alternatives: Vec<CheckKind>,
    /// What meets it, and until when.
    pub by: Option<(CheckKind, Option<DateTime<Utc>>)>,
    /// The evidence that does.
    pub evidence: Option<EvidenceId>,
}

/// What the evidence and the approval amount to at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// What is asked for; nothing where an administrator asked.
    pub groups: Vec<Met>,
    /// Whoever asked may still ask, and the account may be changed.
    pub permitted: bool,
    /// The approval counts, or none is needed.
    pub approved: bool,
}

impl Weighed {
    /// Nothing is missing but the approval and the hold.
    pub fn is_proved(&self) -> bool {
        self.permitted && self.groups.iter().all(|group| group.by.is_some())
    }

    /// The alternatives of every group that nothing meets.
    pub fn unmet(&self) -> impl Iterator<Item = &[CheckKind]> {
        self.groups.iter().filter(|group| group.by.is_none()).map(|group| group.alternatives.as_slice())
    }

    /// What is still missing, in words for the desk.
    pub fn missing(&self) -> Vec<String> {
        let label = |group: &[CheckKind]| group.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(" or ");
        self.unmet().map(label).collect()
    }
}

/// How long a change is held: the policy's time and what risk signals add.
pub fn hold_length(around: &Around<'_>) -> TimeDelta {
    around.facts.policy.phone_change.cooling_off + together(around.facts.raised).at_least(around.case.raised).wait
}

/// Weighs the evidence of the case and the approval. Nothing is remembered but when the hold began.
pub fn weigh(change: &PhoneChange, around: &Around<'_>, now: DateTime<Utc>) -> Weighed {
    let nothing = Weighed { groups: Vec::new(), permitted: false, approved: false };
    let Some(account) = around.facts.account.filter(|account| account.id == change.account) else { return nothing };
    let active = account.status == AccountStatus::Active;
    if let Requester::Administrator(id) = change.requester {
        let permitted = active && account.administrators.contains(&id);
        return Weighed { groups: Vec::new(), permitted, approved: true };
    }
    let requester_stands =
        change.requester.agent().is_none_or(|agent| !around.facts.is_void(agent, change.requested_at));
    Weighed {
        groups: groups(change, around, account, now),
        permitted: active && requester_stands,
        approved: change.approval.as_ref().is_some_and(|approval| approval_counts(approval, change, around)),
    }
}

fn groups(change: &PhoneChange, around: &Around<'_>, account: &AccountFacts, now: DateTime<Utc>) -> Vec<Met> {
    let case = as_weighed(change, around.case, now);
    groups_of(&case, account, around.facts, &around.facts.policy.phone_change, now)
        .into_iter()
        .map(|group| Met {
            alternatives: group.alternatives.to_vec(),
            by: group.met_by.map(|met| (met.kind, group.counts_until)),
            evidence: group.met_by.map(|met| met.id),
        })
        .collect()
}

/// The case with its evidence as this change counts it. What the case's own cooling-off keeps alive is nothing to the
/// change; what counted when the hold began counts until the hold ends, however late its end is noticed. What came later
/// was neither approved nor waited for, and takes nobody's place.
fn as_weighed(change: &PhoneChange, case: &Case, now: DateTime<Utc>) -> Case {
    let mut case = case.clone();
    case.wait = None;
    if let Some(hold) = change.hold.as_ref().filter(|_| change.state == State::Held) {
        // A document that a later look found wanting counts no more, whenever the look was.
        case.evidence.retain(|given| given.at <= hold.started_at || given.outcome == Outcome::Failed);
        let until = hold.ends_at.max(now + TimeDelta::microseconds(1));
        for given in &mut case.evidence {
            let counted = given.valid_until.is_none_or(|own| hold.started_at < own);
            if counted {
                given.valid_until = given.valid_until.map(|own| own.max(until));
            }
        }
    }
    case
}

/// Four eyes: an approval by whoever holds the case, asked for the change or supplied evidence does not count, nor one
/// that a suspension voided.
fn approval_counts(approval: &Approval, change: &PhoneChange, around: &Around<'_>) -> bool {
    let agent = approval.agent;
    approval.at >= around.case.evidence_since
        && !around.facts.is_void(agent, approval.at)
        && around.facts.may_vouch(agent)
        && around.case.holder != Some(agent)
        && change.requester.agent() != Some(agent)
        && !around.case.barred.contains(&agent)
        && !gave_evidence(agent, around.case)
}
