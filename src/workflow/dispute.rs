use super::act::{Act, Done, Halt, command, command_saying, held};
use super::confirm_email::usable;
use super::{Desk, Kit, alarm, phone_change, shut_out, write};
use crate::domain::actor::Actor;
use crate::domain::alarm::AlarmKind;
use crate::domain::audit::details;
use crate::domain::case::{Command, State};
use crate::domain::form::Language;
use crate::domain::ids::AccountId;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::cases::{self, Filed};
use crate::store::links::{self, LinkPurpose};
use crate::store::{StoreError, Tx, calls, kin, sign_in_links, throttle};

/// A case that someone stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Something was deactivated in it before, or may be being deactivated.
    pub is_off: bool,
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
                Ok(_) => {
                    alarm::answered(tx, &act, &filed)?;
                    Ok(write::keep_reason(tx, &kit, &act, &filed, &reason)?)
                }
                Err(halt) => Err(halt),
            })
        };
        let done = self.store.write(end).await?;
        self.run_errands();
        Ok(done)
    }
}

fn object(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef, token: Option<&Token>) -> Done<Stopped> {
    // Stops of one account come one after another: each holds several of its cases.
    if let Some(account) = cases::find(tx.connection, reference)?.and_then(|filed| filed.case.account) {
        throttle::serialise(tx, "stop", &account.to_string())?;
        shut_out::hold_authenticators(tx, account)?;
    }
    let (filed, link) = match usable(tx, kit, act, reference, LinkPurpose::Object, token)? {
        Ok(found) => found,
        Err(halt) => return Ok(Err(halt)),
    };
    let case = &filed.case;
    let is_off = case.has_deactivated() || case.state == State::Deactivating || case.is_closed_as_done();
    let stopped = Stopped { is_off, language: cases::language(tx.connection, filed.case.id)? };
    links::use_up(tx, link.id, act.at)?;
    freeze(tx, kit, act, &filed)?;
    Ok(Ok(stopped))
}

/// Stops a case, the other open cases of its account and the account's changes of a telephone number, puts everyone
/// out who is signed in to it, and alarms the supervisors. What somebody stopped already stays stopped.
pub(super) fn freeze(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed) -> Result<(), StoreError> {
    let state = filed.case.state;
    let_out(tx, act, filed)?;
    if state.is_final() {
        tx.record(act.case_entry("case.disputed_after_end", filed, details([])));
    } else {
        let _ = command(tx, kit, act, filed, &Command::Dispute)?;
    }
    let mut others = Vec::new();
    if let Some(account) = filed.case.account {
        others = freeze_others(tx, kit, act, filed, account)?;
        freeze_kept(tx, kit, act, filed, &mut others)?;
        phone_change::freeze_all(tx, kit, act, account)?;
        shut_out::shut_out(tx, kit, act, account, (filed, &others))?;
    }
    let kind = match state {
        State::Disputed if others.is_empty() => return Ok(()),
        State::Deactivating | State::Deactivated => AlarmKind::DisputedAfterEnd,
        _ if filed.case.has_deactivated() => AlarmKind::DisputedAfterEnd,
        state if state.is_final() => AlarmKind::DisputedAfterEnd,
        _ => AlarmKind::Disputed,
    };
    alarm::raise(tx, kit, act, filed, kind)
}

/// Whoever was let in to the case's page is let out, with everything they could still use.
fn let_out(tx: &mut Tx<'_>, act: &Act, filed: &Filed) -> Result<(), StoreError> {
    links::end_sessions(tx, filed.case.id)?;
    links::void(tx, filed.case.id, act.at)?;
    links::close_request(tx, filed.case.id, act.at)?;
    // The link by which somebody at the desk would now set up another device.
    if filed.case.state == State::Deactivated
        && let Some(account) = filed.case.account
    {
        sign_in_links::end_all(tx, account, sign_in_links::LinkPurpose::Enrol, act.at)?;
    }
    calls::void(tx, filed.case.id)
}

/// Whoever asks in somebody's name asks more than once: every case of the account that could go on stands still.
/// Answers with them as they were.
fn freeze_others(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    first: &Filed,
    account: AccountId,
) -> Result<Vec<Filed>, StoreError> {
    let mut frozen = Vec::new();
    for reference in cases::going_on(tx.connection, account)? {
        let Some(other) = cases::lock(tx, &reference)? else { continue };
        if other.case.id == first.case.id || !cases::can_go_on(other.case.state) {
            continue;
        }
        let_out(tx, act, &other)?;
        if freeze_with(tx, kit, act, first, &other)? {
            frozen.push(other);
        }
    }
    Ok(frozen)
}

/// Freezes a case because another was stopped. False when a rule forbids it.
fn freeze_with(tx: &mut Tx<'_>, kit: &Kit, act: &Act, first: &Filed, other: &Filed) -> Result<bool, StoreError> {
    let Ok(changed) = command(tx, kit, act, other, &Command::Dispute)? else { return Ok(false) };
    let about = details([("case", first.case.reference.as_str().into())]);
    tx.record(act.case_entry("case.frozen_with", &changed.filed, about));
    Ok(true)
}

/// What a duplicate stood for goes on in the case that was kept: a stop of the one is a stop of the other, however far
/// that has come.
fn freeze_kept(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    first: &Filed,
    frozen: &mut Vec<Filed>,
) -> Result<(), StoreError> {
    let mut kept = None;
    let mut at = first.case.id;
    while let Some(reference) = kin::merged_into(tx.connection, at)? {
        let Some(filed) = cases::lock(tx, &reference)? else { break };
        at = filed.case.id;
        kept = Some(filed);
    }
    let Some(kept) = kept.filter(|kept| frozen.iter().all(|other| other.case.id != kept.case.id)) else {
        return Ok(());
    };
    let_out(tx, act, &kept)?;
    if kept.case.state.is_final() {
        let about = details([("case", first.case.reference.as_str().into())]);
        tx.record(act.case_entry("case.disputed_after_end", &kept, about));
    } else if kept.case.state != State::Disputed {
        freeze_with(tx, kit, act, first, &kept)?;
    }
    frozen.push(kept);
    Ok(())
}
