use crate::domain::case::Command;
use crate::domain::ids::AuthenticatorId;
use crate::store::account_sessions::AccountSession;
use crate::store::{StoreError, cases};
use crate::workflow::act::{Act, Halt};
use crate::workflow::{Attempted, Desk};

impl Desk {
    /// **Deactivate**, by an owner who was let in by alternative factors: an order of the case that let them in, which
    /// the rules weigh once more.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn deactivate_own(
        &self,
        act: Act,
        session: &AccountSession,
        authenticator: AuthenticatorId,
    ) -> Result<Result<Attempted, Halt>, StoreError> {
        let Some(case) = session.case else { return Ok(Err(Halt::Gone)) };
        let reference = self.store.read(move |connection| cases::reference_of(connection, case)).await?;
        self.order_deactivation(act, (reference, None), Command::DeactivateOwn(authenticator)).await
    }
}
