use super::{Scene, open_of_case};
use crate::domain::audit::Details;
use crate::domain::phone_change::Command;
use crate::domain::reference::CaseRef;
use crate::store::{StoreError, Tx};
use crate::workflow::act::{Act, Done, Halt, held, known};
use crate::workflow::{Desk, Kit, write};

impl Desk {
    /// A second agent approves a change: exactly the version that they were shown.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn approve_phone_change(
        &self,
        act: Act,
        reference: CaseRef,
        versions: (Option<i64>, Option<i64>),
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let approve = move |tx: &mut Tx<'_>| decide(tx, &kit, &act, &reference, versions, Command::Approve, None);
        let approved = self.store.write(approve).await?;
        self.run_errands();
        Ok(approved)
    }

    /// An agent refuses a change, with a reason that the customer is told.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn refuse_phone_change(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        reason: String,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let refuse =
            move |tx: &mut Tx<'_>| decide(tx, &kit, &act, &reference, (version, None), Command::Refuse, Some(&reason));
        let refused = self.store.write(refuse).await?;
        self.run_errands();
        Ok(refused)
    }
}

fn decide(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    reference: &CaseRef,
    versions: (Option<i64>, Option<i64>),
    command: Command,
    reason: Option<&str>,
) -> Done<()> {
    let (version, case_version) = versions;
    let filed = match held(tx, act, reference, case_version)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    let Some(before) = open_of_case(tx, &filed)? else { return Ok(Err(Halt::Gone)) };
    // An approval without the versions that were looked at, of the change and of the case with its evidence, would
    // approve whatever there is.
    let complete = command != Command::Approve || (version.is_some() && case_version.is_some());
    let seen = complete && version.is_none_or(|version| version == before.version);
    if !seen {
        tx.record(act.case_entry("case.stale_form", &filed, Details::new()));
        return Ok(Err(Halt::ChangeMoved));
    }
    let known = known(tx.connection, kit, &filed.case)?;
    let scene = Scene { kit, act, filed: &filed, known: &known };
    let transition = match scene.command_saying(tx, &before, command, reason)? {
        Ok(transition) => transition,
        Err(halt) => return Ok(Err(halt)),
    };
    if let Some(reason) = reason {
        write::keep_reason(tx, kit, act, &filed, reason)?;
    }
    scene.keep_case_open(tx, &transition.change)?;
    Ok(Ok(()))
}
