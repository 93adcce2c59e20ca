//! Which authenticators a case is about, and how far the order for each has come.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::audit::{Details, details};
use super::super::ids::AuthenticatorId;
use super::super::notice::Notice;
use super::apply::Step;
use super::{Case, Conclusion, Refused, State};

/// One or several authenticators, never none: an approval or an order of nothing is no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorSet(BTreeSet<AuthenticatorId>);

impl AuthenticatorSet {
    /// These authenticators, each once; nothing where there are none.
    pub fn new(ids: impl IntoIterator<Item = AuthenticatorId>) -> Option<Self> {
        let ids: BTreeSet<_> = ids.into_iter().collect();
        (!ids.is_empty()).then_some(Self(ids))
    }

    /// Each of them, in a stable order.
    pub fn iter(&self) -> impl Iterator<Item = AuthenticatorId> + '_ {
        self.0.iter().copied()
    }

    /// Whether this one is among them.
    pub fn contains(&self, id: AuthenticatorId) -> bool {
        self.0.contains(&id)
    }

    /// Whether all of them are among the others.
    pub fn is_within(&self, others: &Self) -> bool {
        self.0.is_subset(&others.0)
    }
}

impl From<AuthenticatorId> for AuthenticatorSet {
    fn from(id: AuthenticatorId) -> Self {
        Self(BTreeSet::from([id]))
    }
}

/// How far the order to switch one authenticator off has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The directory was asked and has not answered yet.
    Ordered,
    /// The directory confirmed it.
    Deactivated,
    /// The directory did not do it, and says why.
    Failed(String),
}

/// The order to switch one authenticator off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The case's first press of **Deactivate** is 1; what was ordered together has the same number.
    pub nth: u32,
    /// How far it has come.
    pub progress: Progress,
}

impl Case {
    fn standing(&self, wanted: fn(&Progress) -> bool) -> impl Iterator<Item = AuthenticatorId> + '_ {
        self.orders.iter().filter(move |(_, order)| wanted(&order.progress)).map(|(id, _)| *id)
    }

    /// The authenticators that the directory confirmed to be off.
    pub fn deactivated(&self) -> impl Iterator<Item = AuthenticatorId> + '_ {
        self.standing(|progress| *progress == Progress::Deactivated)
    }

    /// The authenticators that were ordered off and are not.
    pub fn failed(&self) -> impl Iterator<Item = AuthenticatorId> + '_ {
        self.standing(|progress| matches!(progress, Progress::Failed(_)))
    }

    /// The authenticators that the directory has not answered about.
    pub fn awaited(&self) -> impl Iterator<Item = AuthenticatorId> + '_ {
        self.standing(|progress| *progress == Progress::Ordered)
    }

    /// Whether anything was switched off in it already. Such a case never ends as if nothing had been.
    pub fn has_deactivated(&self) -> bool {
        self.deactivated().next().is_some()
    }

    /// The number of the latest order.
    pub fn latest_order(&self) -> u32 {
        self.orders.values().map(|order| order.nth).max().unwrap_or(0)
    }

    /// The approved authenticators that are not off yet.
    pub fn approved_to_do(&self) -> impl Iterator<Item = AuthenticatorId> + '_ {
        let off = |id| self.orders.get(&id).is_some_and(|order| order.progress == Progress::Deactivated);
        self.approved.iter().flat_map(AuthenticatorSet::iter).filter(move |id| !off(*id))
    }
}

/// What an audit entry about one authenticator says.
pub(super) fn about(id: AuthenticatorId) -> Details {
    details([("authenticator", id.to_string().into())])
}

/// What an audit entry about several authenticators says.
pub(super) fn about_all(ids: impl IntoIterator<Item = AuthenticatorId>) -> Details {
    let ids: Vec<Value> = ids.into_iter().map(|id| id.to_string().into()).collect();
    details([("authenticators", ids.into())])
}

impl Step {
    /// Everything in `set` is ordered off together.
    pub(super) fn order(&mut self, set: &AuthenticatorSet) {
        let nth = self.case.latest_order() + 1;
        self.case.orders.extend(set.iter().map(|id| (id, Ordered { nth, progress: Progress::Ordered })));
    }

    /// The directory answered about one authenticator of the order. The last answer moves the case on: to its end when
    /// nothing failed, and otherwise back to where the rest can be ordered again.
    pub(super) fn answered(&mut self, id: AuthenticatorId, progress: Progress) -> Result<(), Refused> {
        let frozen = self.case.state == State::Disputed && self.case.disputed_from == Some(State::Deactivating);
        if !frozen {
            self.expect(&[State::Deactivating])?;
        }
        let order = self.case.orders.get_mut(&id).filter(|order| order.progress == Progress::Ordered);
        let order = order.ok_or(Refused::NoSuchAuthenticator)?;
        let action = match progress {
            Progress::Deactivated => "case.deactivated",
            _ => "case.deactivation_failed",
        };
        order.progress = progress;
        self.record(action, about(id));
        if self.case.awaited().next().is_some() {
            return Ok(());
        }
        let complete = self.case.failed().next().is_none();
        let next = if complete { State::Deactivated } else { State::Ready };
        // The directory had been asked before the dispute came in: what it did has to be known.
        if frozen {
            self.case.disputed_from = Some(next);
        } else {
            self.enter(next);
        }
        let latest = self.case.latest_order();
        let did = |order: &Ordered| order.nth == latest && order.progress == Progress::Deactivated;
        if complete {
            self.case.conclusion = Some(Conclusion::Deactivated);
            self.notices.push(Notice::Deactivated);
        } else if self.case.orders.values().any(did) {
            self.notices.push(Notice::PartlyDeactivated);
        }
        Ok(())
    }

    /// Nothing but what is off already will be switched off in this case.
    pub(super) fn leave_rest(&mut self) -> Result<(), Refused> {
        self.expect_under_review()?;
        if !self.case.has_deactivated() {
            return Err(Refused::NothingDone);
        }
        self.end_with_what_is_off();
        Ok(())
    }

    /// Ends a case in which something is off already, whatever was still to be done.
    pub(super) fn end_with_what_is_off(&mut self) {
        let left: Vec<AuthenticatorId> = self.case.failed().collect();
        self.record("case.rest_left", about_all(left));
        self.enter(State::Deactivated);
        self.case.wait = None;
        self.case.conclusion = Some(Conclusion::Deactivated);
        self.notices.push(Notice::Deactivated);
    }

    /// An end that says that nothing was switched off is refused where something was.
    pub(super) fn expect_nothing_done(&self) -> Result<(), Refused> {
        if self.case.has_deactivated() { Err(Refused::PartDone) } else { Ok(()) }
    }
}
