use super::Scene;
use crate::directory::Directory;
use crate::domain::case::{Command as CaseCommand, Conclusion};
use crate::domain::ids::PhoneChangeId;
use crate::domain::phone_change::Command;
use crate::domain::reference::CaseRef;
use crate::store::{StoreError, Tx, calls, cases, phone_changes};
use crate::workflow::act::{Act, command, known};
use crate::workflow::{Desk, Kit};

const BATCH: i64 = 100;

impl Desk {
    /// Lets time act on the changes it is due for, and answers how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not done is due again.
    pub(in crate::workflow) async fn tick_phone_changes(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let due = self.store.read(move |connection| phone_changes::due(connection, now, BATCH)).await?;
        let count = due.len();
        for (id, reference) in due {
            let (kit, directory, act) = (self.kit.clone(), self.directory.clone(), self.system_act());
            let tick = move |tx: &mut Tx<'_>| tick(tx, &kit, &act, directory.as_ref(), id, &reference);
            // One change that fails must not keep the others from their time.
            if let Err(error) = self.store.write(tick).await {
                tracing::error!(phone_change = %id, %error, "a timer could not run");
            }
        }
        if count > 0 {
            self.run_errands();
        }
        Ok(count)
    }
}

/// The new number becomes the one of record in the transaction in which it is weighed for the last time: a killed
/// process leaves both as they were, and a repetition finds nothing left to do.
fn tick(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    directory: &dyn Directory,
    id: PhoneChangeId,
    reference: &CaseRef,
) -> Result<(), StoreError> {
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(()) };
    let Some(before) = phone_changes::find(tx.connection, id)? else { return Ok(()) };
    if before.state.is_final() {
        return phone_changes::reschedule(tx, id, None);
    }
    let facts = known(tx.connection, kit, &filed.case)?;
    let scene = Scene { kit, act, filed: &filed, known: &facts };
    let Ok(transition) = scene.command(tx, &before, Command::Tick)? else { return Ok(()) };
    let change = &transition.change;
    if !transition.takes_effect(before.state) {
        return scene.keep_case_open(tx, change);
    }
    directory.update_phone(tx, change.account, &change.new, act.at)?;
    // A code that was asked for on the old number is nothing any more.
    calls::void(tx, filed.case.id)?;
    scene.keep_case_open(tx, change)?;
    let Some(filed) = cases::find(tx.connection, reference)? else { return Ok(()) };
    let next = match change.requester.administrator() {
        Some(_) if filed.case.state.is_under_review() => CaseCommand::Conclude(Conclusion::PhoneChanged),
        _ => CaseCommand::Tick,
    };
    // The case is weighed with the new number: what was proved with the old one counts no more.
    let _ = command(tx, kit, act, &filed, &next)?;
    Ok(())
}
