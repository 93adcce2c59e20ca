//! Giving a new number to whoever keeps it, where that is not our own directory: looked up before anything is repeated,
//! and of record here only once it is there.

use chrono::TimeDelta;

use super::effect::take_effect;
use super::{Scene, open_of_case};
use crate::directory::{DirectoryError, Others, Wanted};
use crate::domain::account::Account;
use crate::domain::alarm::AlarmKind;
use crate::domain::audit::details;
use crate::domain::ids::PhoneChangeId;
use crate::domain::phone_change::{Command, PhoneChange, State};
use crate::domain::reference::CaseRef;
use crate::store::outbox::{self, Leased};
use crate::store::{AnyConnection, StoreError, Tx, accounts, cases, contacts, phone_changes};
use crate::workflow::act::{Act, Halt, held, known};
use crate::workflow::{Desk, Kit, alarm};

/// Whether the number of an account can be changed: in the directory that it lives in or, where that tells none, in what
/// was imported beside it.
pub(in crate::workflow) fn can_change(
    connection: &mut AnyConnection,
    directories: &Others,
    account: &Account,
) -> Result<bool, StoreError> {
    Ok(directories.capabilities(&account.home).update_phone || is_contacts(connection, account)?)
}

/// Whether the number of record is the one that was imported. There may be none.
fn is_contacts(connection: &mut AnyConnection, account: &Account) -> Result<bool, StoreError> {
    let contact = contacts::of_home(connection, &account.home)?;
    Ok(contact.is_some_and(|contact| account.phone.is_none() || account.phone == contact.values.phone))
}

/// What there is to do for an order.
struct Task {
    change: PhoneChange,
    account: Account,
    /// It may still be carried out.
    is_wanted: bool,
    /// There is a contact that can keep the number.
    has_contact: bool,
}

/// How an order ended that did not fail.
enum Carried {
    /// The new number is there.
    Out,
    /// Nobody wants it any more, and it is not there.
    Off,
}

fn refused(why: &str) -> DirectoryError {
    DirectoryError::Refused(why.to_owned())
}

impl Desk {
    /// Gives the new number to whoever keeps it, if the change still permits it.
    ///
    /// # Errors
    /// [`StoreError`] when the outcome could not be stored; the errand is then run again.
    pub(in crate::workflow) async fn order_phone(&self, leased: &Leased, id: PhoneChangeId) -> Result<(), StoreError> {
        let Some(task) = self.task(leased, id).await? else { return self.over(leased).await };
        match self.carry_out_phone(leased, &task).await? {
            Ok(Carried::Off) => self.over(leased).await,
            Ok(Carried::Out) => self.confirm_phone(leased, id).await,
            Err(error) => self.phone_failed(leased, id, error).await,
        }
    }

    /// Weighs the change once more. Nothing when it is there already.
    async fn task(&self, leased: &Leased, id: PhoneChangeId) -> Result<Option<Task>, StoreError> {
        let (kit, act, reference) = (self.kit.clone(), self.system_act(), leased.reference.clone());
        self.store.write(move |tx| task(tx, &kit, &act, &reference, id)).await
    }

    async fn carry_out_phone(
        &self,
        leased: &Leased,
        task: &Task,
    ) -> Result<Result<Carried, DirectoryError>, StoreError> {
        let Task { change, account, has_contact, .. } = task;
        let directory = match self.directories.of(&account.home) {
            Ok(directory) => directory,
            Err(error) => return Ok(Err(error)),
        };
        let (login, can) = (account.home.login(account.id), directory.capabilities());
        // An order that was never given has nothing to be looked up.
        if !task.is_wanted && leased.attempts <= 1 {
            return Ok(Ok(Carried::Off));
        }
        let mut told = None;
        if can.phones {
            match directory.find(Wanted::Login(&login)).await {
                Err(error) => return Ok(Err(error)),
                Ok(None) => return Ok(Err(refused("it has no such account any more"))),
                Ok(Some(found)) => told = found.phone,
            }
            if told.as_ref() == Some(&change.new) {
                return Ok(Ok(Carried::Out));
            }
        }
        if !task.is_wanted {
            return Ok(match can.update_phone && !can.phones {
                // It may have been done by an order before, and it does not tell.
                true => Err(refused("it does not tell whether it took the number before the change was stopped")),
                false => Ok(Carried::Off),
            });
        }
        if told.is_some() && told != change.old {
            return Ok(Err(refused("the number was changed there meanwhile")));
        }
        if !can.update_phone {
            return Ok(match (told, has_contact) {
                (None, true) => Ok(Carried::Out),
                (None, false) => Err(refused("it cannot change telephone numbers")),
                (Some(_), _) => Err(refused("it has a number of its own, which it does not let the desk change")),
            });
        }
        // The look took its time: whoever stopped the change meanwhile has stopped it.
        if !self.task(leased, change.id).await?.is_some_and(|task| task.is_wanted) {
            return Ok(Ok(Carried::Off));
        }
        Ok(directory.update_phone(&login, &change.new, leased.id).await.map(|()| Carried::Out))
    }

    /// The number of record is the new one here too. Where somebody stopped the change while it was being made, that is
    /// said at once.
    async fn confirm_phone(&self, leased: &Leased, id: PhoneChangeId) -> Result<(), StoreError> {
        let (kit, act, leased) = (self.kit.clone(), self.system_act(), leased.clone());
        let confirm = move |tx: &mut Tx<'_>| {
            let Some(filed) = cases::lock(tx, &leased.reference)? else { return outbox::done(tx, leased.id, act.at) };
            let Some(before) = phone_changes::find(tx.connection, id)? else {
                return outbox::done(tx, leased.id, act.at);
            };
            let facts = known(tx.connection, &kit, &filed.case)?;
            let scene = Scene { kit: &kit, act: &act, filed: &filed, known: &facts };
            if let Ok(transition) = scene.command(tx, &before, Command::Confirm)?
                && transition.takes_effect(before.state)
            {
                take_effect(tx, &scene, &transition.change)?;
                keep_in_contact(tx, &facts.account, &transition.change, &act)?;
                if before.state != State::Held {
                    alarm::raise(tx, &kit, &act, &filed, AlarmKind::DisputedAfterEnd)?;
                }
            }
            outbox::done(tx, leased.id, act.at)
        };
        self.store.write(confirm).await?;
        self.run_errands();
        Ok(())
    }

    /// What was not carried out is tried again, however long it takes; what was refused waits for somebody to see to it.
    async fn phone_failed(&self, leased: &Leased, id: PhoneChangeId, error: DirectoryError) -> Result<(), StoreError> {
        let given_up = matches!(error, DirectoryError::Refused(_) | DirectoryError::Denied(_));
        let next = self.next_try(leased.attempts, TimeDelta::seconds(5), TimeDelta::minutes(30)) + error.patience();
        let (kit, act, leased, why) = (self.kit.clone(), self.system_act(), leased.clone(), error.to_string());
        let fail = move |tx: &mut Tx<'_>| {
            let filed = cases::lock(tx, &leased.reference)?;
            let change = phone_changes::find(tx.connection, id)?;
            if let (Some(filed), Some(change)) = (filed, change) {
                let failure = change.order.as_ref().and_then(|order| order.failure.as_deref());
                let news = failure != Some(why.as_str());
                if news && change.order.is_some() {
                    phone_changes::set_failure(tx, id, &why, given_up)?;
                }
                if news || given_up {
                    let action = if given_up { "phone_change.order_refused" } else { "phone_change.order_failed" };
                    let about = details([("phone_change", id.to_string().into()), ("why", why.clone().into())]);
                    tx.record(act.case_entry(action, &filed, about));
                }
                if given_up {
                    alarm::raise(tx, &kit, &act, &filed, AlarmKind::PhoneNotUpdated)?;
                }
            }
            if given_up {
                outbox::bury(tx, leased.id, act.at, &why)
            } else {
                outbox::retry_at(tx, leased.id, next, &why)
            }
        };
        self.store.write(fail).await?;
        self.run_errands();
        Ok(())
    }

    /// **Try again**: an agent has the order given once more that was refused.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn order_phone_again(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let again = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let Some(before) = open_of_case(tx, &filed)? else { return Ok(Err(Halt::Gone)) };
            if version.is_some_and(|version| version != before.version) {
                return Ok(Err(Halt::ChangeMoved));
            }
            let known = known(tx.connection, &kit, &filed.case)?;
            let scene = Scene { kit: &kit, act: &act, filed: &filed, known: &known };
            Ok(scene.command(tx, &before, Command::OrderAgain)?.map(|_| ()))
        };
        let done = self.store.write(again).await?;
        self.run_errands();
        Ok(done)
    }
}

fn task(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    reference: &CaseRef,
    id: PhoneChangeId,
) -> Result<Option<Task>, StoreError> {
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(None) };
    let Some(before) = phone_changes::find(tx.connection, id)? else { return Ok(None) };
    if before.state == State::Effective {
        return Ok(None);
    }
    let facts = known(tx.connection, kit, &filed.case)?;
    let scene = Scene { kit, act, filed: &filed, known: &facts };
    let change = match scene.command(tx, &before, Command::Weigh)? {
        Ok(transition) => transition.change,
        Err(_) => before,
    };
    let Some(account) = accounts::find(tx.connection, change.account)? else { return Ok(None) };
    let has_contact = contacts::of_home(tx.connection, &account.home)?.is_some();
    Ok(Some(Task { is_wanted: change.is_ordered(act.at), change, account, has_contact }))
}

/// A contact that has the old number, or none where the directory tells none either, has the new one from now on.
fn keep_in_contact(
    tx: &mut Tx<'_>,
    account: &Option<Account>,
    change: &PhoneChange,
    act: &Act,
) -> Result<(), StoreError> {
    let Some(account) = account else { return Ok(()) };
    match contacts::of_home(tx.connection, &account.home)? {
        Some(contact) if contact.values.phone == change.old => contacts::set_phone(tx, contact.id, &change.new, act.at),
        _ => Ok(()),
    }
}
