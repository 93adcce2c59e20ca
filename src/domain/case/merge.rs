//! Two requests for one account: one of them goes on. Nothing that was proved in the other counts in it.

use super::super::actor::Actor;
use super::super::audit::{Details, details};
use super::super::ids::AccountId;
use super::super::notice::Notice;
use super::super::reference::CaseRef;
use super::apply::{Step, supervisor, worker};
use super::{Case, Conclusion, Refused, State};

/// The case that goes on when its duplicate ends, as it stands at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    reference: CaseRef,
    account: Option<AccountId>,
    goes_on: bool,
}

impl Case {
    /// This case, as the one that goes on.
    pub fn kept(&self) -> Kept {
        let goes_on = !self.state.is_final()
            && !matches!(self.state, State::Disputed | State::Deactivating | State::Deactivated)
            && !self.with_owner;
        Kept { reference: self.reference.clone(), account: self.account, goes_on }
    }
}

impl Kept {
    /// What the customer and colleagues know it by.
    pub fn reference(&self) -> &CaseRef {
        &self.reference
    }
}

impl Step {
    /// Ends the case as a duplicate of `kept`. Its evidence, approvals and wait stay with it and count nowhere.
    pub(super) fn merge(&mut self, kept: &Kept, actor: &Actor) -> Result<(), Refused> {
        let agent = worker(actor)?;
        if supervisor(actor).is_err() {
            self.held_by(agent)?;
        }
        if matches!(self.case.state, State::Deactivating | State::Deactivated) {
            return Err(Refused::WrongState(self.case.state));
        }
        self.expect_nothing_done()?;
        if self.case.account.is_none() || kept.account != self.case.account || kept.reference == self.case.reference {
            return Err(Refused::NoDuplicate);
        }
        if !kept.goes_on {
            return Err(Refused::KeptIsOver);
        }
        self.case.conclusion = Some(Conclusion::Merged);
        self.record("case.merged", details([("into", kept.reference.to_string().into())]));
        self.enter(State::Closed);
        self.case.wait = None;
        self.record("case.closed", Details::new());
        self.notices.push(Notice::Merged { into: kept.reference.clone() });
        Ok(())
    }
}
