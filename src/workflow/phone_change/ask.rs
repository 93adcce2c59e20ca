use std::sync::Arc;

use super::{Scene, can_change, open_of_case};
use crate::directory::Others;
use crate::domain::contact::E164;
use crate::domain::ids::PhoneChangeId;
use crate::domain::limits::Limit;
use crate::domain::phone_change::{Command, PhoneChange, Refused, request};
use crate::domain::reference::CaseRef;
use crate::locale::text;
use crate::store::cases::Filed;
use crate::store::{StoreError, Tx, phone_changes, throttle};
use crate::workflow::act::{Act, Done, Halt, held, known};
use crate::workflow::limits::{Counted, spend};
use crate::workflow::{Desk, Kit};

impl Desk {
    /// **I need to update my phone number**: the customer, or the case's holder on their behalf, asks that `new`
    /// becomes the number of record.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn request_phone_change(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        new: E164,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let directories = Arc::clone(&self.directories.others);
        let ask = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            Ok(begin(tx, &kit, &act, &filed, &new, &directories)?.map(|_| ()))
        };
        let asked = self.store.write(ask).await?;
        self.run_errands();
        Ok(asked)
    }

    /// Whoever asked takes the change back.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn withdraw_phone_change(&self, act: Act, reference: CaseRef) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let withdraw = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let Some(before) = open_of_case(tx, &filed)? else { return Ok(Err(Halt::Gone)) };
            let known = known(tx.connection, &kit, &filed.case)?;
            let scene = Scene { kit: &kit, act: &act, filed: &filed, known: &known };
            Ok(scene.command(tx, &before, Command::Withdraw)?.map(|_| ()))
        };
        let withdrawn = self.store.write(withdraw).await?;
        self.run_errands();
        Ok(withdrawn)
    }
}

/// Begins a change in a case that this transaction holds. One at a time for each account, whichever case asks.
pub(in crate::workflow) fn begin(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    new: &E164,
    directories: &Others,
) -> Done<PhoneChange> {
    let known = known(tx.connection, kit, &filed.case)?;
    let scene = Scene { kit, act, filed, known: &known };
    let id = kit.id(PhoneChangeId::new, act.at);
    let transition = match scene.ask(|around| request(id, new.clone(), &act.actor, act.at, around)) {
        Ok(transition) => transition,
        Err(refused) => return Ok(Err(scene.refuse(tx, "phone_change.request", refused))),
    };
    let possible = match &known.account {
        Some(account) => can_change(tx.connection, directories, account)?,
        None => false,
    };
    if !possible {
        return Ok(Err(scene.refuse(tx, "phone_change.request", Refused::DirectoryCannot)));
    }
    let account = transition.change.account;
    throttle::serialise(tx, Limit::PhoneChanges.code(), &account.to_string())?;
    if !phone_changes::open_of_account(tx.connection, account)?.is_empty() {
        return Ok(Err(scene.refuse(tx, "phone_change.request", Refused::OpenAlready)));
    }
    let masked = known.account.as_ref().map(|account| account.email.masked()).unwrap_or_default();
    let counted = Counted::new(Limit::PhoneChanges, account.to_string(), masked).within(filed);
    if spend(tx, kit, act, &[counted])?.is_err() {
        return Ok(Err(Halt::TooOften(text!("halt-too-often"))));
    }
    scene.store(tx, None, &transition, None)?;
    scene.keep_case_open(tx, &transition.change)?;
    Ok(Ok(transition.change))
}
