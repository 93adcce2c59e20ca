use super::{Act, Desk, Halt};
use crate::domain::case::Command;
use crate::domain::reference::CaseRef;
use crate::store::StoreError;

impl Desk {
    /// A second agent approves what the evidence already satisfies.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn approve(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
    ) -> Result<Result<(), Halt>, StoreError> {
        self.simply(act, reference, version, Command::Approve).await
    }
}
