use super::act::{Act, Done, Halt, held_to_end, refuse};
use super::{Desk, Kit};
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::ids::{AgentId, TagId};
use crate::domain::reference::CaseRef;
use crate::domain::tag::TagName;
use crate::store::cases::Filed;
use crate::store::tags::{self, Tag};
use crate::store::{StoreError, Tx};

/// Tags that a desk can have: a list that nobody can read is of no use.
const MOST: i64 = 200;

/// Finds a case for somebody who works cases and may have to do with it, and says who that is.
fn for_worker(tx: &mut Tx<'_>, act: &Act, reference: &CaseRef) -> Done<(Filed, AgentId)> {
    let filed = match held_to_end(tx, act, reference, None)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    if filed.case.with_owner {
        return Ok(Err(refuse(tx, act, &filed, "tag", Refused::WithOwner)));
    }
    let works = act.actor.role().is_some_and(|role| role.works_cases());
    match act.actor.agent().filter(|_| works) {
        Some(agent) => Ok(Ok((filed, agent))),
        None => Ok(Err(refuse(tx, act, &filed, "tag", Refused::Role(act.actor.role())))),
    }
}

fn found_or_made(tx: &mut Tx<'_>, kit: &Kit, act: &Act, (by, name): (AgentId, &TagName)) -> Done<Tag> {
    if let Some(tag) = tags::named(tx.connection, name)? {
        return Ok(Ok(tag));
    }
    if tags::count(tx.connection)? >= MOST {
        let words = format!("The desk has {MOST} tags. Use one of them, or ask a supervisor to remove some.");
        return Ok(Err(Halt::BadText(words)));
    }
    let tag = Tag { id: kit.id(TagId::new, act.at), name: name.clone() };
    tags::insert(tx, &tag, by, act.at)?;
    tx.record(act.entry("tag.created", None, None, details([("tag", tag.id.to_string().into())])));
    Ok(Ok(tag))
}

impl Desk {
    /// Puts a tag on a case, and makes it if the desk does not have it yet.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn tag_case(&self, act: Act, reference: CaseRef, name: TagName) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let put = move |tx: &mut Tx<'_>| {
            let (filed, by) = match for_worker(tx, &act, &reference)? {
                Ok(found) => found,
                Err(halt) => return Ok(Err(halt)),
            };
            let tag = match found_or_made(tx, &kit, &act, (by, &name))? {
                Ok(tag) => tag,
                Err(halt) => return Ok(Err(halt)),
            };
            if tags::put(tx, filed.case.id, tag.id, by, act.at)? {
                tx.record(act.case_entry("case.tagged", &filed, details([("tag", tag.id.to_string().into())])));
            }
            Ok(Ok(()))
        };
        match self.store.write(put.clone()).await {
            // Another instance made the same tag a moment ago.
            Err(StoreError::Duplicate) => self.store.write(put).await,
            done => done,
        }
    }

    /// Takes a tag off a case.
    ///
    /// # Errors
    /// [`Halt::Gone`] when the desk has no such tag, other [`Halt`]s when a rule forbids it; [`StoreError`] when the
    /// database fails.
    pub async fn untag_case(
        &self,
        act: Act,
        reference: CaseRef,
        name: TagName,
    ) -> Result<Result<(), Halt>, StoreError> {
        let take = move |tx: &mut Tx<'_>| {
            let filed = match for_worker(tx, &act, &reference)? {
                Ok((filed, _)) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let Some(tag) = tags::named(tx.connection, &name)? else { return Ok(Err(Halt::Gone)) };
            if tags::take_off(tx, filed.case.id, tag.id)? {
                tx.record(act.case_entry("case.untagged", &filed, details([("tag", tag.id.to_string().into())])));
            }
            Ok(Ok(()))
        };
        self.store.write(take).await
    }

    /// A supervisor removes a tag from the desk, and so from every case.
    ///
    /// # Errors
    /// [`Halt::Gone`] when there is no such tag, or whoever asks does not supervise; [`StoreError`] when the database
    /// fails.
    pub async fn remove_tag(&self, act: Act, id: TagId) -> Result<Result<(), Halt>, StoreError> {
        let remove = move |tx: &mut Tx<'_>| {
            if !act.actor.role().is_some_and(|role| role.supervises()) {
                return Ok(Err(Halt::Gone));
            }
            let Some(cases) = tags::remove(tx, id)? else { return Ok(Err(Halt::Gone)) };
            let about = details([("tag", id.to_string().into()), ("cases", cases.into())]);
            tx.record(act.entry("tag.removed", None, None, about));
            Ok(Ok(()))
        };
        self.store.write(remove).await
    }
}
