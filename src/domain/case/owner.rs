//! What the owner of an account does with a case of their own, without the desk.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::account::{AccountKind, AccountStatus};
use super::super::actor::Actor;
use super::super::audit::{Details, details};
use super::super::evidence::{CheckKind, Outcome};
use super::super::notice::Notice;
use super::super::recovery::Setback;
use super::apply::Step;
use super::assess::{Stage, assess};
use super::{AuthenticatorSet, Case, Facts, Refused, State};

/// How long after the last step a case of an owner who helps themself ends by itself.
pub const OWNERS_TIME: TimeDelta = TimeDelta::hours(2);

/// Whether the evidence alone lets the owner in at this moment: with an approval or a wait in it, only the desk goes on.
pub fn lets_owner_in(case: &Case, facts: &Facts<'_>, now: DateTime<Utc>) -> bool {
    let of_owner = facts.account.is_some_and(|account| {
        account.kind == AccountKind::Owner
            && account.status == AccountStatus::Active
            && case.account == Some(account.id)
    });
    let assessment = assess(case, facts, now);
    let by_itself = assessment.best().is_some_and(|best| {
        best.stage == Stage::Ready && best.approvals_needed == 0 && best.cooling_off <= TimeDelta::zero()
    });
    case.with_owner && of_owner && by_itself
}

/// What an owner who helps themself does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnersStep {
    /// Verify the e-mail address of record.
    Email,
    /// Verify the telephone number of record.
    Phone,
    /// Sign in.
    SignIn,
    /// Nothing more alone: the policy asks for the desk.
    Desk,
    /// Nothing at all: somebody has the case, or it is over.
    Over,
}

/// The next step of an owner who helps themself.
pub fn owners_step(case: &Case, facts: &Facts<'_>, now: DateTime<Utc>) -> OwnersStep {
    if !case.with_owner || !case.state.is_under_review() {
        return OwnersStep::Over;
    }
    if lets_owner_in(case, facts, now) {
        return OwnersStep::SignIn;
    }
    let assessment = assess(case, facts, now);
    let unmet = |wanted: fn(&CheckKind) -> bool| {
        let groups = || assessment.paths.iter().flat_map(|path| &path.groups);
        let met = groups().filter_map(|group| group.met_by).any(|met| wanted(&met.kind));
        !met && groups().any(|group| group.alternatives.iter().any(wanted))
    };
    if unmet(|kind| *kind == CheckKind::EmailLink) {
        OwnersStep::Email
    } else if unmet(|kind| kind.proves_phone()) {
        OwnersStep::Phone
    } else {
        OwnersStep::Desk
    }
}

impl Case {
    /// Whether somebody pressed the button behind the mail to the address of record.
    pub fn email_was_confirmed(&self) -> bool {
        self.evidence.iter().any(|given| given.kind == CheckKind::EmailLink && given.outcome == Outcome::Passed)
    }
}

impl Step {
    /// Only whoever signed in as the case's own account.
    pub(super) fn owner(&self, actor: &Actor) -> Result<(), Refused> {
        match actor {
            Actor::Owner { account } if self.case.account == Some(*account) => Ok(()),
            _ => Err(Refused::Role(actor.role())),
        }
    }

    fn owner_alone(&self, actor: &Actor, facts: &Facts<'_>) -> Result<(), Refused> {
        self.owner(actor)?;
        if !self.case.with_owner {
            return Err(Refused::WithDesk);
        }
        match self.case.state {
            State::Ready if lets_owner_in(&self.case, facts, self.now) => Ok(()),
            state if state.is_under_review() => Err(self.not_met(facts)),
            state => Err(Refused::WrongState(state)),
        }
    }

    pub(super) fn let_owner_in(&mut self, actor: &Actor, facts: &Facts<'_>) -> Result<(), Refused> {
        self.owner_alone(actor, facts)?;
        self.record("case.owner_let_in", Details::new());
        self.notices.push(Notice::OwnerLetIn);
        Ok(())
    }

    pub(super) fn deactivate_own(
        &mut self,
        set: &AuthenticatorSet,
        actor: &Actor,
        facts: &Facts<'_>,
    ) -> Result<(), Refused> {
        self.owner_alone(actor, facts)?;
        self.order_deactivation(set, facts)
    }

    pub(super) fn hand_over(&mut self, setback: Option<Setback>, actor: &Actor) -> Result<(), Refused> {
        self.owner(actor)?;
        if !self.case.with_owner {
            return Err(Refused::WithDesk);
        }
        self.expect_under_review()?;
        self.case.with_owner = false;
        let failed = setback.map(|setback| setback.code().into()).unwrap_or_default();
        self.record("case.handed_over", details([("failed", failed)]));
        self.notices.push(Notice::HandedOver);
        Ok(())
    }

    pub(super) fn see_new_device(&mut self) -> Result<(), Refused> {
        self.expect(&[State::Deactivated])?;
        self.record("case.new_device_seen", Details::new());
        self.end(State::Closed, "case.closed", Notice::Closed);
        Ok(())
    }
}
