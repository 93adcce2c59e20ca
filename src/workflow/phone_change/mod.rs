//! Changes of the telephone number of record: how one is asked for and decided, how it follows its case, when it
//! becomes effective, and how the old number is told.

mod administer;
mod ask;
mod decide;
mod effect;
mod order;
mod tell;
mod view;

use chrono::{DateTime, Utc};

use super::act::{Act, Done, Halt, Known, known};
use super::{Kit, events};
use crate::domain::audit::details;
use crate::domain::case::{Command as CaseCommand, State as CaseState};
use crate::domain::directory::Home;
use crate::domain::ids::{AccountId, OutboxId};
use crate::domain::phone_change::{self, Around, Command, Keeper, PhoneChange, Transition, apply, due_at};
use crate::store::cases::{self, Filed};
use crate::store::outbox::{self, Errand};
use crate::store::{StoreError, Tx, phone_changes};

pub use administer::Administered;
pub(super) use effect::tick;
pub(super) use order::can_change;
pub(super) use tell::{Heard, NOTICE_ATTEMPTS, WAIT_FOR_BUDGET, is_wanted, take_from_budget, told_on_the_phone};
pub use view::ChangeFile;
pub(super) use view::change_file;

/// The facts of a change, and what the rules answer from them.
pub(super) struct Scene<'a> {
    pub kit: &'a Kit,
    pub act: &'a Act,
    pub filed: &'a Filed,
    pub known: &'a Known,
}

impl Scene<'_> {
    /// Runs `ask` with everything that a decision depends on.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&Around<'_>) -> T) -> T {
        let facts = self.known.facts(self.kit);
        let phone = self.known.account.as_ref().and_then(|account| account.phone.as_ref());
        ask(&Around { case: &self.filed.case, facts: &facts, phone, keeper: self.keeper() })
    }

    fn keeper(&self) -> Keeper {
        match &self.known.account {
            Some(account) if account.home != Home::Local => Keeper::Elsewhere,
            _ => Keeper::Here,
        }
    }

    fn due_at(&self, change: &PhoneChange) -> Option<DateTime<Utc>> {
        self.ask(|around| due_at(change, around, self.act.at))
    }

    /// Records that a rule refused something, and answers with it.
    pub(super) fn refuse(&self, tx: &mut Tx<'_>, command: &str, refused: phone_change::Refused) -> Halt {
        let about = details([("command", command.into()), ("rule", refused.code().into())]);
        tx.record(self.act.case_entry("case.refused", self.filed, about));
        Halt::PhoneChange(refused)
    }

    /// Asks the rules, and stores what they answer: the change, audit entries, mails, calls and text messages.
    pub(super) fn command(&self, tx: &mut Tx<'_>, before: &PhoneChange, command: Command) -> Done<Transition> {
        self.command_saying(tx, before, command, None)
    }

    /// Like [`Scene::command`], with an agent's words for the mail it leads to.
    pub(super) fn command_saying(
        &self,
        tx: &mut Tx<'_>,
        before: &PhoneChange,
        command: Command,
        words: Option<&str>,
    ) -> Done<Transition> {
        let answer = self.ask(|around| apply(before, command, &self.act.actor, self.act.at, around));
        match answer {
            Ok(transition) => {
                self.store(tx, Some(before), &transition, words)?;
                Ok(Ok(transition))
            }
            Err(refused) => Ok(Err(self.refuse(tx, command.code(), refused))),
        }
    }

    /// Stores a transition with everything it says.
    pub(super) fn store(
        &self,
        tx: &mut Tx<'_>,
        before: Option<&PhoneChange>,
        transition: &Transition,
        words: Option<&str>,
    ) -> Result<(), StoreError> {
        let after = &transition.change;
        let due_at = self.due_at(after);
        match before {
            None => phone_changes::insert(tx, after, due_at)?,
            Some(before) if transition.records.is_empty() => phone_changes::reschedule(tx, before.id, due_at)?,
            Some(before) => phone_changes::update(tx, before, after, due_at)?,
        }
        for record in &transition.records {
            events::record(tx, self.kit, self.act, self.filed, (record.action, record.details.clone()))?;
        }
        for notice in &transition.notices {
            super::mail::queue(tx, self.kit, self.act, self.filed, self.known, notice.clone(), words)?;
        }
        for moment in &transition.tell {
            tell::queue(tx, self.kit, self.act, self.filed, after, *moment)?;
        }
        if transition.order {
            let (id, errand) = (self.kit.id(OutboxId::new, self.act.at), Errand::Phone { change: after.id });
            outbox::add(tx, id, self.filed.case.id, &errand, self.act.at)?;
        }
        Ok(())
    }

    /// The case of a change that moved stays open while there is time to object, and as long again as any case.
    pub(super) fn keep_case_open(&self, tx: &mut Tx<'_>, change: &PhoneChange) -> Result<(), StoreError> {
        let held_until = change.hold.as_ref().map_or(self.act.at, |hold| hold.ends_at.max(self.act.at));
        let until = held_until + self.kit.policy.case_expiry;
        if !self.filed.case.state.is_under_review() || self.filed.case.expires_at >= until {
            return Ok(());
        }
        let mut after = self.filed.clone();
        after.case.expires_at = until;
        cases::update(tx, self.filed, &after)
    }
}

/// The change of a case follows what happened to the case: it is weighed anew, frozen, let go on, or ended.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    known: &Known,
    command: &CaseCommand,
) -> Result<(), StoreError> {
    let Some(before) = open_of_case(tx, filed)? else { return Ok(()) };
    let follow = match command {
        CaseCommand::Dispute => Command::Freeze,
        CaseCommand::EndDispute { resume } => Command::EndDispute { resume: *resume },
        _ => Command::Weigh,
    };
    Scene { kit, act, filed, known }.command(tx, &before, follow).map(|_| ())
}

/// Someone at an address of record objected: every change of the account that is under way stands still, and one
/// whose case is not disputed itself, so that no supervisor could decide on it, is stopped.
pub(super) fn freeze_all(tx: &mut Tx<'_>, kit: &Kit, act: &Act, account: AccountId) -> Result<(), StoreError> {
    for (found, reference) in phone_changes::open_of_account(tx.connection, account)? {
        let Some(filed) = cases::lock(tx, &reference)? else { continue };
        let Some(before) = phone_changes::find(tx.connection, found.id)? else { continue };
        if before.state.is_final() {
            continue;
        }
        let known = known(tx.connection, kit, &filed.case)?;
        let command = if filed.case.state == CaseState::Disputed { Command::Freeze } else { Command::Stop };
        let _ = Scene { kit, act, filed: &filed, known: &known }.command(tx, &before, command)?;
    }
    Ok(())
}

/// The change of a case that is under way or frozen.
pub(super) fn open_of_case(tx: &mut Tx<'_>, filed: &Filed) -> Result<Option<PhoneChange>, StoreError> {
    let latest = phone_changes::latest_of_case(tx.connection, filed.case.id)?;
    Ok(latest.filter(|change| !change.state.is_final()))
}
