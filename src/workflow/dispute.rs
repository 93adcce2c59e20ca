use super::act::{Act, Done, Halt, command, command_saying, held};
use super::confirm_email::usable;
use super::{Desk, Kit, phone_change, write};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::{Command, State};
use crate::domain::form::Language;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::cases::{self, Filed};
use crate::store::links::{self, LinkPurpose};
use crate::store::{StoreError, Tx, calls};

/// A case that someone stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// The state it was in before.
    pub state: State,
    /// The language of its form.
    pub language: Language,
}

impl Desk {
    /// "This wasn't me": freezes the case at once. One press, no sign-in. A case that is over stays over, and
    /// the press is recorded. One that somebody stopped already stays stopped: the answer is the same.
    ///
    /// # Errors
    /// [`Halt`] when the link cannot be used; [`StoreError`] when the database fails.
    pub async fn dispute(
        &self,
        reference: CaseRef,
        token: Option<Token>,
        ip: String,
    ) -> Result<Result<Stopped, Halt>, StoreError> {
        let kit = self.kit.clone();
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let done = self.store.write(move |tx| object(tx, &kit, &act, &reference, token.as_ref())).await?;
        self.run_errands();
        Ok(done)
    }

    /// A supervisor ends a dispute: everything has to be proved anew, or the case is rejected.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn end_dispute(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        resume: bool,
        reason: String,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let end = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let end = Command::EndDispute { resume };
            Ok(match command_saying(tx, &kit, &act, &filed, &end, Some(&reason))? {
                Ok(_) => Ok(write::keep_reason(tx, &kit, &act, &filed, &reason)?),
                Err(halt) => Err(halt),
            })
        };
        let done = self.store.write(end).await?;
        self.run_errands();
        Ok(done)
    }
}

fn object(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef, token: Option<&Token>) -> Done<Stopped> {
    let (filed, link) = match usable(tx, kit, act, reference, LinkPurpose::Object, token)? {
        Ok(found) => found,
        Err(halt) => return Ok(Err(halt)),
    };
    let stopped = Stopped { state: filed.case.state, language: cases::language(tx.connection, filed.case.id)? };
    links::use_up(tx, link.id, act.at)?;
    freeze(tx, kit, act, &filed)?;
    Ok(Ok(stopped))
}

/// Stops a case and its account's changes of a telephone number. One that somebody stopped already stays stopped.
pub(super) fn freeze(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed) -> Result<(), StoreError> {
    // Whoever was let in before is let out, with everything they could still use.
    links::end_sessions(tx, filed.case.id)?;
    links::void(tx, filed.case.id, act.at)?;
    links::close_request(tx, filed.case.id, act.at)?;
    calls::void(tx, filed.case.id)?;
    if filed.case.state.is_final() {
        tx.record(act.case_entry("case.disputed_after_end", filed, details([])));
    } else {
        let _ = command(tx, kit, act, filed, &Command::Dispute)?;
    }
    match filed.case.account {
        Some(account) => phone_change::freeze_all(tx, kit, act, account),
        None => Ok(()),
    }
}
