use super::{Act, Desk, Halt};
use crate::domain::case::Command;
use crate::domain::reference::CaseRef;
use crate::store::StoreError;

impl Desk {
    /// The customer ends their own case.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn withdraw(&self, act: Act, reference: CaseRef) -> Result<Result<(), Halt>, StoreError> {
        self.simply(act, reference, None, Command::Withdraw).await
    }
}
