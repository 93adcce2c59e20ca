//! Who may write on a case. What somebody has begun to write is held to the same.

use super::super::actor::Actor;
use super::apply::worker;
use super::{Case, Refused};

/// What somebody writes on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// A note that stays at the desk.
    Note,
    /// A message to the customer.
    ToCustomer,
    /// A message of the customer.
    FromCustomer,
}

impl Case {
    /// Whether `actor` may write this on the case as it stands.
    ///
    /// # Errors
    /// [`Refused`] names the rule that forbids it.
    pub fn may_write(&self, actor: &Actor, what: Writing) -> Result<(), Refused> {
        if let Some(agent) = actor.agent() {
            if self.is_about(agent) {
                return Err(Refused::OwnAccount);
            }
            if self.with_owner && !self.state.is_final() {
                return Err(Refused::WithOwner);
            }
        }
        if what != Writing::FromCustomer {
            worker(actor)?;
        }
        // A note may be added to a case that is over; a conversation may not go on.
        if what != Writing::Note && self.state.is_final() {
            return Err(Refused::Over(self.state));
        }
        if what == Writing::ToCustomer && self.account.is_none() {
            return Err(Refused::NoAccount);
        }
        Ok(())
    }
}
