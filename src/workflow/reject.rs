use super::act::{Act, Halt, command_saying, held_to_end};
use super::{Desk, write};
use crate::domain::case::Command;
use crate::domain::reference::CaseRef;
use crate::store::{StoreError, Tx};

impl Desk {
    /// An agent ends a case, with a reason that the customer is told.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn reject(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        reason: String,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let reject = move |tx: &mut Tx<'_>| {
            let filed = match held_to_end(tx, &act, &reference, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            Ok(match command_saying(tx, &kit, &act, &filed, &Command::Reject, Some(&reason))? {
                Ok(_) => Ok(write::keep_reason(tx, &kit, &act, &filed, &reason)?),
                Err(halt) => Err(halt),
            })
        };
        let done = self.store.write(reject).await?;
        self.run_errands();
        Ok(done)
    }
}
