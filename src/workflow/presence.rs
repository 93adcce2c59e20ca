//! Who else has a case before them, and what somebody has begun to write in it.

use chrono::{DateTime, TimeDelta, Utc};

use super::Desk;
use super::act::{Act, Halt};
use crate::domain::case::Writing;
use crate::domain::form::free_text;
use crate::domain::ids::{AgentId, CaseId};
use crate::domain::reference::CaseRef;
use crate::store::cases::{self, WrittenEntry};
use crate::store::presence::{self, Present};
use crate::store::signals::Signal;
use crate::store::{AnyConnection, StoreError, Tx, agents};

/// Whoever's page has not looked for as long has left it. Pages that are told of changes look once a minute.
const GONE_AFTER: TimeDelta = TimeDelta::seconds(150);
/// Whoever has not typed for as long does not write any more.
const STILL_WRITES: TimeDelta = TimeDelta::seconds(60);
/// A page that looks again sooner is not noted anew.
const NOTED_FOR: TimeDelta = TimeDelta::seconds(30);

/// What one person has begun to write in all cases together; beyond it the oldest is forgotten.
pub const MOST_DRAFTS: i64 = 40;

/// The two places of a case's page that people write in, and what becomes of it.
const DRAFTS: [(&str, Writing); 2] = [("message", Writing::ToCustomer), ("note", Writing::Note)];

/// Somebody else who has a case before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// Who.
    pub agent: AgentId,
    /// They write.
    pub writes: bool,
}

fn writes(present: &Present, now: DateTime<Utc>) -> bool {
    present.wrote_at.is_some_and(|at| now - at < STILL_WRITES)
}

/// Everybody else who has a case before them.
pub(super) fn beside(
    connection: &mut AnyConnection,
    case: CaseId,
    me: Option<AgentId>,
    now: DateTime<Utc>,
) -> Result<Vec<Beside>, StoreError> {
    let present = presence::of_case(connection, case, now - GONE_AFTER)?;
    let others = present.iter().filter(|each| Some(each.agent) != me);
    Ok(others.map(|each| Beside { agent: each.agent, writes: writes(each, now) }).collect())
}

/// Everybody else who has one of the cases of a list before them.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn in_list(
    connection: &mut AnyConnection,
    cases: &[CaseId],
    me: AgentId,
    now: DateTime<Utc>,
) -> Result<Vec<(CaseId, Beside)>, StoreError> {
    let present = presence::of_cases(connection, cases, now - GONE_AFTER)?;
    let others = present.iter().filter(|(_, each)| each.agent != me);
    Ok(others.map(|(case, each)| (*case, Beside { agent: each.agent, writes: writes(each, now) })).collect())
}

/// What somebody has begun to write, by field.
pub(super) fn drafts(
    connection: &mut AnyConnection,
    case: CaseId,
    me: Option<AgentId>,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let Some(me) = me else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (field, _) in DRAFTS {
        found.extend(presence::draft(connection, case, me, field)?.map(|body| (field, body)));
    }
    Ok(found)
}

/// Notes that somebody has a case before them or, with `wrote`, that they write or stopped. Others are told when that
/// is news to them, and not at every look.
fn note(
    tx: &mut Tx<'_>,
    (case, reference): (CaseId, &CaseRef),
    me: AgentId,
    now: DateTime<Utc>,
    wrote: Option<bool>,
) -> Result<(), StoreError> {
    let before = presence::of_case(tx.connection, case, now - GONE_AFTER)?.into_iter().find(|each| each.agent == me);
    let wrote_at = match wrote {
        Some(true) => Some(now),
        Some(false) => None,
        None => before.and_then(|before| before.wrote_at),
    };
    let wrote_before = before.as_ref().is_some_and(|before| writes(before, now));
    let writes_now = wrote_at.is_some_and(|at| now - at < STILL_WRITES);
    let fresh = before.is_some_and(|before| now - before.seen_at < NOTED_FOR);
    if fresh && wrote.is_none() {
        return Ok(());
    }
    presence::note(tx, case, me, now, wrote_at)?;
    if before.is_none() || wrote_before != writes_now {
        tx.tell(Signal::Case(reference.clone()));
    }
    Ok(())
}

/// A text was sent: it is no draft any more, and nobody writes. What a program sends is not what its person types.
pub(super) fn sent(
    tx: &mut Tx<'_>,
    act: &Act,
    (case, reference): (CaseId, &CaseRef),
    what: Writing,
) -> Result<(), StoreError> {
    let Some(me) = act.actor.agent().filter(|_| act.actor.via().is_none()) else { return Ok(()) };
    for (field, _) in DRAFTS.iter().filter(|(_, written)| *written == what) {
        presence::drop_draft(tx, case, me, field)?;
    }
    note(tx, (case, reference), me, act.at, Some(false))
}

impl Desk {
    /// Notes that somebody looks at a case's page. Whatever becomes of it, the page is shown.
    pub async fn is_at_case(&self, act: Act, case: CaseId, reference: CaseRef) {
        let Some(me) = act.actor.agent() else { return };
        let noted = self.store.write(move |tx| note(tx, (case, &reference), me, act.at, None)).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "who looks at a case could not be noted");
        }
    }

    /// Keeps what somebody has begun to write in a case, until they send it or take it back, or the case ends. Whoever may
    /// not write there keeps nothing there.
    ///
    /// # Errors
    /// [`Halt`] when there is no such case, the field is none, the text cannot be kept, or a rule forbids it;
    /// [`StoreError`] when the database fails.
    pub async fn keep_draft(
        &self,
        act: Act,
        reference: CaseRef,
        field: &str,
        body: &str,
    ) -> Result<Result<(), Halt>, StoreError> {
        let Some((field, what)) = DRAFTS.into_iter().find(|(each, _)| *each == field) else {
            return Ok(Err(Halt::Gone));
        };
        let body = match body.trim() {
            "" => None,
            _ => match free_text(body) {
                Ok(body) => Some(body),
                Err(wrong) => return Ok(Err(Halt::Wrong(wrong))),
            },
        };
        let keep = move |tx: &mut Tx<'_>| {
            // Held, so that a case that ends at this moment keeps nothing.
            let Some(filed) = cases::lock(tx, &reference)? else { return Ok(Err(Halt::NoSuchCase)) };
            let Some(me) = act.actor.agent() else { return Ok(Err(Halt::Gone)) };
            // As they are by now: whoever was suspended, or works cases no more, has lost their drafts with that.
            let agent = agents::find(tx.connection, me)?.filter(|agent| agent.suspended_at.is_none());
            let Some(agent) = agent else { return Ok(Err(Halt::Gone)) };
            if let Err(refused) = filed.case.may_write(&agent.actor(), what) {
                return Ok(Err(Halt::Refused(refused)));
            }
            let case = filed.case.id;
            let written = cases::entries(tx.connection, case)?;
            // A draft that comes in after what it became is none.
            let mine = |entry: &WrittenEntry| entry.agent == Some(me) && Some(&entry.body) == body.as_ref();
            let body = body.as_ref().filter(|_| !written.iter().any(mine));
            match body {
                Some(body) => {
                    presence::keep_draft(tx, case, me, (field, body), act.at)?;
                    presence::keep_newest(tx, me, MOST_DRAFTS)?;
                }
                None => presence::drop_draft(tx, case, me, field)?,
            }
            note(tx, (case, &reference), me, act.at, Some(body.is_some()))?;
            Ok(Ok(()))
        };
        self.store.write(keep).await
    }
}
