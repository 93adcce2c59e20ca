use super::Scene;
use crate::domain::case::{Command as CaseCommand, Conclusion};
use crate::domain::ids::PhoneChangeId;
use crate::domain::phone_change::{Command, PhoneChange};
use crate::store::cases::{self, Filed};
use crate::store::{StoreError, Tx, accounts, calls, phone_changes};
use crate::workflow::Kit;
use crate::workflow::act::{Act, Done, command, known};

/// The new number becomes the one of record in the transaction in which it is weighed for the last time: a killed
/// process leaves both as they were, and a repetition finds nothing left to do. One that another system keeps is ordered
/// there instead.
pub(in crate::workflow) fn tick(tx: &mut Tx<'_>, kit: &Kit, act: &Act, id: PhoneChangeId, filed: &Filed) -> Done<()> {
    let Some(before) = phone_changes::find(tx.connection, id)? else { return Ok(Ok(())) };
    if before.state.is_final() {
        return phone_changes::reschedule(tx, id, None).map(Ok);
    }
    let facts = known(tx.connection, kit, &filed.case)?;
    let scene = Scene { kit, act, filed, known: &facts };
    let transition = match scene.command(tx, &before, Command::Tick)? {
        Ok(transition) => transition,
        Err(halt) => return Ok(Err(halt)),
    };
    if !transition.takes_effect(before.state) {
        return scene.keep_case_open(tx, &transition.change).map(Ok);
    }
    take_effect(tx, &scene, &transition.change).map(Ok)
}

/// The number of record is the new one from now on, and what rested on the old one is nothing any more.
pub(super) fn take_effect(tx: &mut Tx<'_>, scene: &Scene<'_>, change: &PhoneChange) -> Result<(), StoreError> {
    let Scene { kit, act, filed, .. } = scene;
    if !accounts::set_phone(tx, change.account, &change.new, act.at)? {
        return Err(StoreError::Conflict);
    }
    // A code that was asked for on the old number is nothing any more.
    calls::void(tx, filed.case.id)?;
    scene.keep_case_open(tx, change)?;
    let Some(filed) = cases::find(tx.connection, &filed.case.reference)? else { return Ok(()) };
    let next = match change.requester.administrator() {
        Some(_) if filed.case.state.is_under_review() => CaseCommand::Conclude(Conclusion::PhoneChanged),
        _ => CaseCommand::Tick,
    };
    // The case is weighed with the new number: what was proved with the old one counts no more.
    let _ = command(tx, kit, act, &filed, &next)?;
    Ok(())
}
