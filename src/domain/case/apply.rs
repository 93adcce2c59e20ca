use chrono::{DateTime, TimeDelta, Utc};

use super::super::actor::Actor;
use super::super::audit::{Details, details};
use super::super::evidence::{CheckKind, Evidence, Giver, Outcome};
use super::super::ids::{AccountId, AgentId};
use super::super::notice::Notice;
use super::decide::may_approve;
use super::owner::OWNERS_TIME;
use super::{Asked, AuthenticatorSet, Case, Command, Conclusion, Facts, Progress, Record, Refused, State, Transition};

/// What `command` by `actor` at `now` leads to.
///
/// # Errors
/// [`Refused`] names the rule that forbids it; the case is then unchanged.
pub fn apply(
    case: &Case,
    command: &Command,
    actor: &Actor,
    now: DateTime<Utc>,
    facts: &Facts<'_>,
) -> Result<Transition, Refused> {
    let may_act = actor.agent().is_none_or(|agent| !facts.suspended.contains(&agent));
    if !may_act {
        return Err(Refused::Suspended);
    }
    if actor.agent().is_some_and(|agent| case.is_about(agent)) {
        return Err(Refused::OwnAccount);
    }
    if case.state.is_final() {
        return if *command == Command::Tick {
            Ok(Step::new(case, now).finish(facts))
        } else {
            Err(Refused::Over(case.state))
        };
    }
    // Supervisors can end it, and nobody else at the desk has anything to do with it.
    let of_desk = actor.agent().is_some()
        && !matches!(command, Command::Reject | Command::LeaveRest | Command::EndDispute { .. });
    if case.with_owner && of_desk {
        return Err(Refused::WithOwner);
    }
    let mut step = Step::new(case, now);
    if case.state == State::Disputed {
        step.while_disputed(command, actor)?;
    } else {
        step.take(command, actor, facts)?;
    }
    // Once the device is off the case closes by itself, whatever else is done to it.
    if !matches!(command, Command::Tick) && step.case.state != State::Deactivated {
        step.case.expires_at = now + if step.case.with_owner { OWNERS_TIME } else { facts.policy.case_expiry };
    }
    Ok(step.finish(facts))
}

pub(super) struct Step {
    pub(super) case: Case,
    pub(super) before: State,
    pub(super) now: DateTime<Utc>,
    records: Vec<Record>,
    pub(super) notices: Vec<Notice>,
    pub(super) deactivate: Option<AuthenticatorSet>,
}

pub(super) fn worker(actor: &Actor) -> Result<AgentId, Refused> {
    match actor {
        Actor::Agent { id, role, .. } if role.works_cases() => Ok(*id),
        _ => Err(Refused::Role(actor.role())),
    }
}

pub(super) fn supervisor(actor: &Actor) -> Result<AgentId, Refused> {
    match actor {
        Actor::Agent { id, role, .. } if role.supervises() => Ok(*id),
        _ => Err(Refused::Role(actor.role())),
    }
}

/// Who can make which check; links and resynchronisation have commands of their own.
fn may_give(giver: Giver, kind: CheckKind) -> bool {
    match kind {
        CheckKind::Password | CheckKind::PhoneCode | CheckKind::RecoveryCode => giver == Giver::Customer,
        CheckKind::AgentCallback | CheckKind::Document | CheckKind::InPerson => giver.agent().is_some(),
        CheckKind::Administrator => giver.administrator().is_some(),
        CheckKind::EmailLink | CheckKind::Resync => false,
    }
}

fn only(actor: &Actor, wanted: &Actor) -> Result<(), Refused> {
    if actor == wanted { Ok(()) } else { Err(Refused::Role(actor.role())) }
}

impl Step {
    fn new(case: &Case, now: DateTime<Utc>) -> Self {
        Self { case: case.clone(), before: case.state, now, records: Vec::new(), notices: Vec::new(), deactivate: None }
    }

    pub(super) fn record(&mut self, action: &'static str, details: Details) {
        self.records.push(Record { action, details });
    }

    pub(super) fn enter(&mut self, state: State) {
        self.case.state = state;
        self.case.state_since = self.now;
    }

    pub(super) fn end(&mut self, state: State, action: &'static str, notice: Notice) {
        self.enter(state);
        self.case.wait = None;
        self.record(action, Details::new());
        // A stranger who has only the password must not be able to fill the owner's mailbox.
        if !self.case.with_owner || self.case.email_was_confirmed() {
            self.notices.push(notice);
        }
    }

    fn finish(mut self, facts: &Facts<'_>) -> Transition {
        self.settle(facts);
        let changed = !self.records.is_empty() || self.case.state != self.before;
        if changed {
            self.case.version += 1;
        }
        Transition { case: self.case, records: self.records, notices: self.notices, deactivate: self.deactivate }
    }

    fn while_disputed(&mut self, command: &Command, actor: &Actor) -> Result<(), Refused> {
        match command {
            Command::EndDispute { resume } => {
                let supervisor = supervisor(actor)?;
                if self.case.disputed_from == Some(State::Deactivating) {
                    // What the directory does is not known yet, and whoever decides has to know it.
                    return Err(Refused::WrongState(State::Deactivating));
                }
                if *resume && self.case.took_part(supervisor) {
                    return Err(Refused::OwnDispute);
                }
                let from = self.case.disputed_from.take();
                match (from, resume) {
                    (Some(State::Deactivated), _) => {
                        self.enter(State::Deactivated);
                        self.record("case.dispute_ended", details([("outcome", "acknowledged".into())]));
                    }
                    // What is off is off: the case cannot end as if nothing had been done.
                    (_, false) if self.case.has_deactivated() => {
                        self.enter(State::Deactivated);
                        self.case.wait = None;
                        self.case.conclusion = Some(Conclusion::Deactivated);
                        self.record("case.dispute_ended", details([("outcome", "acknowledged".into())]));
                    }
                    (_, false) => {
                        self.record("case.dispute_ended", details([("outcome", "rejected".into())]));
                        self.end(State::Rejected, "case.rejected", Notice::Rejected);
                    }
                    (from, true) => {
                        self.case.barred.insert(supervisor);
                        let confirmed_before = from != Some(State::Submitted);
                        self.prove_anew(if confirmed_before { State::Verifying } else { State::Submitted });
                        self.record("case.dispute_ended", details([("outcome", "resumed".into())]));
                        self.notices.push(Notice::Resumed);
                    }
                }
                Ok(())
            }
            Command::DeactivationConfirmed(_) | Command::DeactivationFailed(..)
                if self.case.disputed_from == Some(State::Deactivating) =>
            {
                self.hear(command, actor)
            }
            Command::Tick => Ok(()),
            _ => Err(Refused::Disputed),
        }
    }

    fn take(&mut self, command: &Command, actor: &Actor, facts: &Facts<'_>) -> Result<(), Refused> {
        match command {
            Command::MatchAccount(account) => {
                only(actor, &Actor::System)?;
                self.expect(&[State::Submitted])?;
                self.case.account = Some(*account);
                self.record("case.account_matched", Details::new());
                self.notices.push(Notice::Received);
                Ok(())
            }
            Command::ConfirmEmail(evidence) => self.confirm_email(evidence, actor, facts),
            Command::RecordCheck(evidence) => self.record_check(evidence, actor, facts),
            Command::Claim => self.claim(worker(actor)?),
            Command::Release => {
                self.held_by(worker(actor)?)?;
                self.may_change_hands()?;
                self.case.holder = None;
                self.record("case.released", Details::new());
                Ok(())
            }
            Command::Reassign(to) => {
                supervisor(actor)?;
                self.may_change_hands()?;
                self.may_hold(*to)?;
                self.case.holder = Some(*to);
                self.record("case.reassigned", details([("to", to.to_string().into())]));
                Ok(())
            }
            Command::AskApproval => {
                let agent = worker(actor)?;
                self.held_by(agent)?;
                self.expect(&[State::AwaitingApproval])?;
                self.case.asked = Some(Asked { agent, at: self.now });
                self.case.barred.insert(agent);
                self.record("case.approval_asked", Details::new());
                Ok(())
            }
            Command::Approve(set) => self.approve(set, worker(actor)?, facts),
            Command::RefuseApproval => {
                may_approve(&self.case, worker(actor)?, facts, self.now)?;
                self.prove_anew(State::Verifying);
                self.record("case.approval_refused", Details::new());
                self.notices.push(Notice::ApprovalRefused);
                Ok(())
            }
            Command::Decline => {
                self.administrator(actor, facts)?;
                self.expect_under_review()?;
                self.record("case.declined", Details::new());
                if self.case.has_deactivated() {
                    return self.leave_rest();
                }
                self.end(State::Rejected, "case.rejected", Notice::Declined);
                Ok(())
            }
            Command::Resynchronise(evidence) => {
                only(actor, &Actor::Customer)?;
                if evidence.kind != CheckKind::Resync || evidence.outcome != Outcome::Passed {
                    return Err(Refused::WrongCheck);
                }
                self.expect_under_review()?;
                self.expect_nothing_done()?;
                facts.account.ok_or(Refused::NoAccount)?;
                self.add_evidence(evidence);
                self.case.conclusion = Some(Conclusion::Resynchronised);
                self.end(State::Closed, "case.closed", Notice::Resynchronised);
                Ok(())
            }
            Command::Conclude(conclusion) => {
                only(actor, &Actor::System)?;
                if *conclusion != Conclusion::PhoneChanged {
                    return Err(Refused::WrongCheck);
                }
                self.expect_under_review()?;
                self.expect_nothing_done()?;
                self.case.conclusion = Some(*conclusion);
                self.enter(State::Closed);
                self.case.wait = None;
                self.record("case.closed", details([("with", conclusion.code().into())]));
                Ok(())
            }
            Command::Reject => {
                let agent = worker(actor)?;
                if supervisor(actor).is_err() {
                    self.held_by(agent)?;
                }
                if matches!(self.case.state, State::Deactivating | State::Deactivated) {
                    return Err(Refused::WrongState(self.case.state));
                }
                self.expect_nothing_done()?;
                self.end(State::Rejected, "case.rejected", Notice::Rejected);
                Ok(())
            }
            Command::Merge(kept) => self.merge(kept, actor),
            Command::Withdraw => {
                match actor {
                    Actor::Customer => {}
                    Actor::Owner { .. } => self.owner(actor)?,
                    _ => self.administrator(actor, facts).map(|_| ())?,
                }
                if matches!(self.case.state, State::Deactivating | State::Deactivated) {
                    return Err(Refused::WrongState(self.case.state));
                }
                if self.case.has_deactivated() {
                    return self.leave_rest();
                }
                self.end(State::Withdrawn, "case.withdrawn", Notice::Withdrawn);
                Ok(())
            }
            Command::Deactivate(set) => self.start_deactivation(set, worker(actor)?, facts),
            Command::LeaveRest => {
                let agent = worker(actor)?;
                if supervisor(actor).is_err() {
                    self.held_by(agent)?;
                }
                self.leave_rest()
            }
            Command::LetOwnerIn => self.let_owner_in(actor, facts),
            Command::DeactivateOwn(set) => self.deactivate_own(set, actor, facts),
            Command::HandOver(setback) => self.hand_over(*setback, actor),
            Command::SeeNewDevice => {
                only(actor, &Actor::System)?;
                self.see_new_device()
            }
            Command::DeactivationConfirmed(_) | Command::DeactivationFailed(..) => self.hear(command, actor),
            Command::Dispute => {
                only(actor, &Actor::Customer)?;
                self.case.disputed_from = Some(self.case.state);
                // From here on it is the supervisors', and nobody helps themself with it any more.
                self.case.with_owner = false;
                self.enter(State::Disputed);
                self.record("case.disputed", details([("from", self.before.code().into())]));
                self.notices.push(Notice::Disputed);
                Ok(())
            }
            Command::EndDispute { .. } => Err(Refused::WrongState(self.case.state)),
            Command::Tick => {
                only(actor, &Actor::System)?;
                self.tick();
                Ok(())
            }
        }
    }

    pub(super) fn expect(&self, states: &[State]) -> Result<(), Refused> {
        if states.contains(&self.case.state) { Ok(()) } else { Err(Refused::WrongState(self.case.state)) }
    }

    pub(super) fn expect_under_review(&self) -> Result<(), Refused> {
        if self.case.state.is_under_review() { Ok(()) } else { Err(Refused::WrongState(self.case.state)) }
    }

    fn administrator(&self, actor: &Actor, facts: &Facts<'_>) -> Result<AccountId, Refused> {
        let known = facts.account.ok_or(Refused::NoAccount)?;
        match actor {
            // Nobody vouches for themself.
            Actor::Administrator { account } if *account != known.id && known.administrators.contains(account) => {
                Ok(*account)
            }
            _ => Err(Refused::Role(actor.role())),
        }
    }

    /// Nothing that was given so far counts any more.
    fn prove_anew(&mut self, state: State) {
        // Strictly after everything that was given at this very moment.
        self.case.evidence_since = self.now + TimeDelta::microseconds(1);
        self.case.approvals.clear();
        self.case.approved = None;
        self.case.wait = None;
        self.case.asked = None;
        self.enter(state);
    }

    /// Whoever ordered the deactivation answers for it until it is settled.
    fn may_change_hands(&self) -> Result<(), Refused> {
        match self.case.state {
            State::Deactivating => Err(Refused::WrongState(State::Deactivating)),
            _ => Ok(()),
        }
    }

    pub(super) fn held_by(&self, agent: AgentId) -> Result<(), Refused> {
        if self.case.holder == Some(agent) { Ok(()) } else { Err(Refused::NotHolder) }
    }

    pub(super) fn may_hold(&self, agent: AgentId) -> Result<(), Refused> {
        if self.case.is_about(agent) {
            return Err(Refused::OwnAccount);
        }
        let approved = self.case.approvals.iter().any(|approval| approval.agent == agent);
        if approved { Err(Refused::ApproverCannotHold) } else { Ok(()) }
    }

    /// What the directory answered, which only the program itself tells.
    fn hear(&mut self, answer: &Command, actor: &Actor) -> Result<(), Refused> {
        only(actor, &Actor::System)?;
        match answer {
            Command::DeactivationConfirmed(id) => self.answered(*id, Progress::Deactivated),
            Command::DeactivationFailed(id, why) => self.answered(*id, Progress::Failed(why.clone())),
            _ => Err(Refused::WrongState(self.case.state)),
        }
    }

    fn add_evidence(&mut self, evidence: &Evidence) {
        let action = match evidence.outcome {
            Outcome::Passed => "check.passed",
            Outcome::Failed => "check.failed",
        };
        self.record(
            action,
            details([("check", evidence.kind.code().into()), ("evidence", evidence.id.to_string().into())]),
        );
        self.case.evidence.push(evidence.clone());
    }

    fn confirm_email(&mut self, evidence: &Evidence, actor: &Actor, facts: &Facts<'_>) -> Result<(), Refused> {
        only(actor, &Actor::Customer)?;
        if evidence.kind != CheckKind::EmailLink || evidence.outcome != Outcome::Passed {
            return Err(Refused::WrongCheck);
        }
        if !(self.case.state == State::Submitted || self.case.state.is_under_review()) {
            return Err(Refused::WrongState(self.case.state));
        }
        facts.account.ok_or(Refused::NoAccount)?;
        self.add_evidence(evidence);
        if self.case.state == State::Submitted {
            self.enter(State::Verifying);
            self.notices.push(Notice::EmailConfirmed);
        }
        Ok(())
    }

    fn record_check(&mut self, evidence: &Evidence, actor: &Actor, facts: &Facts<'_>) -> Result<(), Refused> {
        let by = match actor {
            Actor::Customer => Giver::Customer,
            Actor::Owner { .. } => {
                self.owner(actor)?;
                Giver::Customer
            }
            Actor::Agent { id, .. } => Giver::Agent(*id),
            Actor::Administrator { .. } => Giver::Administrator(self.administrator(actor, facts)?),
            Actor::System | Actor::Operator => return Err(Refused::Role(None)),
        };
        if evidence.giver != by || !may_give(by, evidence.kind) {
            return Err(Refused::WrongCheck);
        }
        if let Some(agent) = actor.agent() {
            worker(actor)?;
            self.held_by(agent)?;
        }
        self.expect_under_review()?;
        facts.account.ok_or(Refused::NoAccount)?;
        self.add_evidence(evidence);
        Ok(())
    }

    fn claim(&mut self, agent: AgentId) -> Result<(), Refused> {
        match self.case.holder {
            Some(holder) if holder == agent => return Ok(()),
            Some(_) => return Err(Refused::HeldByAnother),
            None => {}
        }
        self.may_hold(agent)?;
        self.case.holder = Some(agent);
        self.record("case.claimed", Details::new());
        Ok(())
    }
}
