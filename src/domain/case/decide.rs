//! The two decisions that take two people: the approval, and the order to deactivate.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::account::{AccountStatus, AuthenticatorState};
use super::super::audit::{Details, details};
use super::super::evidence::Evidence;
use super::super::ids::{AgentId, AuthenticatorId};
use super::super::policy::Path;
use super::apply::Step;
use super::assess::{Stage, assess, gave_evidence, standing_approvals};
use super::orders::about_all;
use super::owner::lets_owner_in;
use super::{Approval, AuthenticatorSet, Case, Facts, Progress, Refused, State};

/// Whether an order that was given may still be carried out for one of its authenticators: the evidence is weighed once more, so that an
/// order which waited is not carried out on what has meanwhile stopped to count.
pub fn still_permits(case: &Case, authenticator: AuthenticatorId, now: DateTime<Utc>, facts: &Facts<'_>) -> bool {
    case.state == State::Deactivating
        && case.orders.get(&authenticator).is_some_and(|order| order.progress == Progress::Ordered)
        && case.holder.is_none_or(|holder| !facts.suspended.contains(&holder))
        && facts.account.is_some_and(|account| account.status == AccountStatus::Active)
        && (!case.with_owner || lets_owner_in(case, facts, now))
        && assess(case, facts, now).best().is_some_and(|best| best.stage == Stage::Ready)
}

/// Whether `agent` may decide about the second approval of a case at `now`, as far as who they are tells.
///
/// # Errors
/// [`Refused`] names the rule that forbids it.
pub fn may_approve(case: &Case, agent: AgentId, facts: &Facts<'_>, now: DateTime<Utc>) -> Result<(), Refused> {
    if case.is_about(agent) {
        return Err(Refused::OwnAccount);
    }
    if case.state != State::AwaitingApproval {
        return Err(Refused::WrongState(case.state));
    }
    if case.holder == Some(agent) {
        return Err(Refused::HolderCannotApprove);
    }
    if gave_evidence(agent, case) {
        return Err(Refused::GiverCannotApprove);
    }
    if case.barred.contains(&agent) {
        return Err(Refused::AskerCannotApprove);
    }
    if facts.may_be_party(agent, case, now) {
        return Err(Refused::MayBeParty);
    }
    if case.approvals.iter().any(|approval| approval.agent == agent) {
        return Err(Refused::AlreadyApproved);
    }
    if !facts.may_vouch(agent) {
        return Err(Refused::NeedsSupervisor);
    }
    Ok(())
}

/// What an audit entry says a decision rests on.
fn covering(path: &Path, evidence: &[&Evidence]) -> Details {
    let ids: Vec<Value> = evidence.iter().map(|evidence| evidence.id.to_string().into()).collect();
    let checks: Vec<Value> = evidence.iter().map(|evidence| evidence.kind.code().into()).collect();
    details([
        ("path", path.name.as_str().into()),
        ("rules", path.version().into()),
        ("evidence", ids.into()),
        ("checks", checks.into()),
    ])
}

/// Each is the account's, and active. One that was ordered before and is not active any more may have been switched off
/// by that very order: the directory is asked, which alone can confirm it.
fn may_be_ordered(set: &AuthenticatorSet, case: &Case, facts: &Facts<'_>) -> Result<(), Refused> {
    let account = facts.account.ok_or(Refused::NoAccount)?;
    let fits = |id: AuthenticatorId| {
        let mut known = account.authenticators.iter();
        let of_account = known.find(|known| known.id == id && known.account == account.id);
        of_account.is_some_and(|known| known.state == AuthenticatorState::Active || case.failed().any(|of| of == id))
    };
    if set.iter().all(fits) { Ok(()) } else { Err(Refused::NoSuchAuthenticator) }
}

impl Step {
    pub(super) fn approve(&mut self, set: &AuthenticatorSet, agent: AgentId, facts: &Facts<'_>) -> Result<(), Refused> {
        self.drop_void_approvals(facts);
        may_approve(&self.case, agent, facts, self.now)?;
        let covered = {
            let assessment = assess(&self.case, facts, self.now);
            let best = assessment.best().filter(|best| best.stage >= Stage::Approval);
            best.map(|best| {
                let met: Vec<&Evidence> = best.groups.iter().filter_map(|group| group.met_by).collect();
                let ids = met.iter().map(|met| met.id).collect();
                (best.path.name.clone(), ids, covering(best.path, &met))
            })
        };
        let Some((path, evidence, rests_on)) = covered else { return Err(self.not_met(facts)) };
        self.expect_not_off(set)?;
        may_be_ordered(set, &self.case, facts)?;
        if self.case.approved.as_ref().is_some_and(|other| other != set) {
            return Err(Refused::OtherAuthenticator);
        }
        self.case.approved = Some(set.clone());
        let approval = Approval { agent, at: self.now, path, evidence };
        let mut about = about_all(set.iter());
        about.extend(rests_on);
        self.record("case.approved", about);
        self.case.approvals.push(approval);
        Ok(())
    }

    /// Approvals that suspensions or changed evidence have voided can be given anew, and bind nobody any more.
    pub(super) fn drop_void_approvals(&mut self, facts: &Facts<'_>) {
        let standing = standing_approvals(&self.case, facts, self.now);
        self.case.approvals.retain(|approval| standing.contains(&approval.agent));
        if self.case.approvals.is_empty() && self.case.state != State::Deactivating {
            self.case.approved = None;
        }
    }

    /// What the case switched off is not asked for again, even where the directory lists it as active once more.
    fn expect_not_off(&self, set: &AuthenticatorSet) -> Result<(), Refused> {
        if self.case.deactivated().any(|id| set.contains(id)) { Err(Refused::DoneAlready) } else { Ok(()) }
    }

    pub(super) fn not_met(&self, facts: &Facts<'_>) -> Refused {
        let missing = assess(&self.case, facts, self.now).best().map(|best| best.missing().join(", "));
        missing.map_or(Refused::NoAccount, Refused::PolicyNotMet)
    }

    pub(super) fn start_deactivation(
        &mut self,
        set: &AuthenticatorSet,
        agent: AgentId,
        facts: &Facts<'_>,
    ) -> Result<(), Refused> {
        match self.case.state {
            State::Ready => {}
            State::CoolingOff => return Err(Refused::CoolingOff),
            State::Verifying | State::AwaitingApproval => return Err(self.not_met(facts)),
            other => return Err(Refused::WrongState(other)),
        }
        self.held_by(agent)?;
        self.may_hold(agent)?;
        self.order_deactivation(set, facts)
    }

    /// The evidence is weighed again, whoever gives the order.
    pub(super) fn order_deactivation(&mut self, set: &AuthenticatorSet, facts: &Facts<'_>) -> Result<(), Refused> {
        let account = facts.account.ok_or(Refused::NoAccount)?;
        if account.status != AccountStatus::Active {
            return Err(Refused::AccountSuspended);
        }
        let rests_on = {
            let assessment = assess(&self.case, facts, self.now);
            let best = assessment.best().filter(|best| best.stage == Stage::Ready);
            best.map(|best| {
                let met: Vec<&Evidence> = best.groups.iter().filter_map(|group| group.met_by).collect();
                (covering(best.path, &met), best.approvals_needed > 0)
            })
        };
        let Some((rests_on, approved)) = rests_on else { return Err(self.not_met(facts)) };
        self.expect_not_off(set)?;
        may_be_ordered(set, &self.case, facts)?;
        if approved && !self.case.approved.as_ref().is_some_and(|approved| set.is_within(approved)) {
            return Err(Refused::OtherAuthenticator);
        }
        self.order(set);
        self.enter(State::Deactivating);
        let mut about = about_all(set.iter());
        about.extend(rests_on);
        self.record("case.deactivating", about);
        self.deactivate = Some(set.clone());
        Ok(())
    }
}
