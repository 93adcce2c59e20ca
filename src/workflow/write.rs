use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, Done, Halt, held, known, refuse};
use super::limits::{Counted, spend};
use super::{Desk, Kit, deadlines, events, mail, presence};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::Writing;
use crate::domain::ids::EntryId;
use crate::domain::limits::Limit;
use crate::domain::notice::Notice;
use crate::domain::reference::CaseRef;
use crate::domain::sla::Happened;
use crate::locale::text;
use crate::store::cases::{self, EntryKind, Filed, WrittenEntry};
use crate::store::{StoreError, Tx, agents};

impl Desk {
    /// An agent writes something that only the desk reads.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn write_note(&self, act: Act, reference: CaseRef, body: String) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        self.store.write(move |tx| write(tx, &kit, &act, &reference, Writing::Note, &body)).await
    }

    /// An agent writes to the customer, who gets a mail as well.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn write_to_customer(
        &self,
        act: Act,
        reference: CaseRef,
        body: String,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let written = self.store.write(move |tx| write(tx, &kit, &act, &reference, Writing::ToCustomer, &body)).await?;
        self.run_errands();
        Ok(written)
    }

    /// Like [`Desk::write_to_customer`], unless somebody wrote since the page was read that the agent answers from: then
    /// they read that first. `seen` is the newest message on it, if there was one.
    ///
    /// # Errors
    /// See [`Desk::write_to_customer`]; [`Halt::Overtaken`] names who wrote, and what was not read.
    pub async fn answer_customer(
        &self,
        act: Act,
        reference: CaseRef,
        body: String,
        seen: Option<EntryId>,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let answer = move |tx: &mut Tx<'_>| {
            let filed = match writable(tx, &act, &reference, Writing::ToCustomer)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            match overtaken(tx, &act, &filed, seen)? {
                Some(halt) => Ok(Err(halt)),
                None => write_in(tx, &kit, &act, filed, Writing::ToCustomer, &body),
            }
        };
        let written = self.store.write(answer).await?;
        self.run_errands();
        Ok(written)
    }

    /// The customer writes to the desk, which then owes an answer.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn write_to_desk(
        &self,
        act: Act,
        reference: CaseRef,
        body: String,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        self.store.write(move |tx| write(tx, &kit, &act, &reference, Writing::FromCustomer, &body)).await
    }
}

/// Whether a message of somebody else came in after the newest that an agent has seen. A message of another case was
/// not seen in this one.
fn overtaken(tx: &mut Tx<'_>, act: &Act, filed: &Filed, seen: Option<EntryId>) -> Result<Option<Halt>, StoreError> {
    let mut talk = cases::entries(tx.connection, filed.case.id)?;
    talk.retain(|entry| entry.kind.is_talk());
    let seen = seen.filter(|seen| talk.iter().any(|entry| entry.id == *seen));
    let unseen = |entry: &WrittenEntry| seen.is_none_or(|seen| entry.id > seen);
    let others = |entry: &WrittenEntry| entry.agent.is_none() || entry.agent != act.actor.agent();
    talk.retain(|entry| unseen(entry) && others(entry));
    let Some(newest) = talk.last() else { return Ok(None) };
    let by = match newest.agent {
        Some(agent) => agents::find(tx.connection, agent)?.map_or_else(|| "A colleague".to_owned(), |agent| agent.name),
        None if newest.kind == EntryKind::FromElsewhere => "Somebody else, by mail,".to_owned(),
        None => "The customer".to_owned(),
    };
    Ok(Some(Halt::Overtaken { by, unread: talk.iter().map(|entry| (entry.id, entry.at)).collect() }))
}

/// Finds a case and holds it, for somebody who may write this there.
fn writable(tx: &mut Tx<'_>, act: &Act, reference: &CaseRef, what: Writing) -> Done<Filed> {
    let filed = match held(tx, act, reference, None)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    match filed.case.may_write(&act.actor, what) {
        Ok(()) => Ok(Ok(filed)),
        Err(refused) => Ok(Err(refuse(tx, act, &filed, "write", refused))),
    }
}

fn write(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef, what: Writing, body: &str) -> Done<()> {
    match writable(tx, act, reference, what)? {
        Ok(filed) => write_in(tx, kit, act, filed, what, body),
        Err(halt) => Ok(Err(halt)),
    }
}

fn write_in(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: Filed, what: Writing, body: &str) -> Done<()> {
    if act.actor == Actor::Customer {
        // A stolen page cannot bury the desk.
        if spend(tx, kit, act, &[Counted::case(Limit::Messages, &filed)])?.is_err() {
            return Ok(Err(Halt::TooOften(text!("written-too-often"))));
        }
    }
    let (kind, action, happened) = match what {
        Writing::Note => (EntryKind::Note, "case.note_added", Happened::Other),
        Writing::ToCustomer => (EntryKind::ToCustomer, "case.message_sent", Happened::DeskSpoke),
        Writing::FromCustomer => (EntryKind::FromCustomer, "case.message_received", Happened::CustomerSpoke),
    };
    let id = keep(tx, kit, act, &filed, kind, body)?;
    presence::sent(tx, act, (filed.case.id, &filed.case.reference), what)?;
    let about = details([("entry", id.to_string().into())]);
    let filed = deadlines::after(tx, kit, &filed, happened, act.at)?;
    events::record(tx, kit, act, &filed, (action, about))?;
    if what == Writing::ToCustomer {
        let known = known(tx.connection, kit, &filed.case)?;
        mail::queue(tx, kit, act, &filed, &known, Notice::DeskMessage, Some(body))?;
    }
    Ok(Ok(()))
}

/// The moment of the next entry of a case that is held: after the newest one, whatever the clocks of two instances say, so
/// that who read the newest has read all before it.
pub(super) fn next_moment(tx: &mut Tx<'_>, act: &Act, filed: &Filed) -> Result<DateTime<Utc>, StoreError> {
    let newest = cases::newest_entry_at(tx.connection, filed.case.id)?;
    Ok(newest.map_or(act.at, |newest| act.at.max(newest + TimeDelta::milliseconds(1))))
}

fn keep(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    kind: EntryKind,
    body: &str,
) -> Result<EntryId, StoreError> {
    let at = next_moment(tx, act, filed)?;
    let id = kit.id(EntryId::new, at);
    let entry = WrittenEntry { id, kind, agent: act.actor.agent(), at, body: body.to_owned() };
    cases::write_entry(tx, filed.case.id, &entry)?;
    Ok(id)
}

/// Keeps a word to colleagues that comes with something an agent does.
pub(super) fn keep_note(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed, body: &str) -> Result<(), StoreError> {
    let id = keep(tx, kit, act, filed, EntryKind::Note, body)?;
    events::record(tx, kit, act, filed, ("case.note_added", details([("entry", id.to_string().into())])))
}

/// Keeps why an agent or an administrator of the account did something, beside the audit entry that says that they did.
pub(super) fn keep_reason(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    reason: &str,
) -> Result<(), StoreError> {
    let kind = if act.actor.agent().is_some() { EntryKind::Reason } else { EntryKind::Administrator };
    let id = keep(tx, kit, act, filed, kind, reason)?;
    tx.record(act.case_entry("case.reason_given", filed, details([("entry", id.to_string().into())])));
    Ok(())
}
