use chrono::{DateTime, Utc};

use super::act::{Act, Done, Halt, command, held, known, refuse};
use super::{Desk, Kit, write};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::{AuthenticatorSet, Command, State, may_approve};
use crate::domain::phone_change;
use crate::domain::reference::CaseRef;
use crate::store::cases::{self, Filed};
use crate::store::{StoreError, Tx, agents, phone_changes};

/// Cases, and phone changes, that the list of approvals shows at once.
const MOST_LISTED: i64 = 100;

/// What a second person is awaited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// A deactivation.
    Deactivation,
    /// A change of the telephone number of record.
    PhoneChange,
}

/// Something that awaits a second person.
pub struct Awaiting {
    /// What.
    pub what: Awaited,
    /// Its case.
    pub filed: Filed,
    /// The name in the form.
    pub name: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it was asked for, and the name of the agent who did.
    pub asked: Option<(DateTime<Utc>, Option<String>)>,
    /// The name of the case's holder.
    pub holder: Option<String>,
    /// Why the one who looks may not decide it.
    pub refused: Option<String>,
}

impl Desk {
    /// A second agent approves that these authenticators are deactivated, on the evidence as it stood when they looked.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it or the form does not say what it approves; [`StoreError`] when the database
    /// fails.
    pub async fn approve(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        set: AuthenticatorSet,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let decision = Command::Approve(set);
        let approve = move |tx: &mut Tx<'_>| {
            let filed = match as_it_was_seen(tx, (&kit, &act), &reference, version, &decision)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            Ok(command(tx, &kit, &act, &filed, &decision)?.map(|_| ()))
        };
        let done = self.store.write(approve).await?;
        self.run_errands();
        Ok(done)
    }

    /// A second agent does not approve. The reason stays at the desk; the customer is told that all has to be proved
    /// anew.
    ///
    /// # Errors
    /// See [`Desk::approve`].
    pub async fn refuse_approval(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        reason: String,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let refuse = move |tx: &mut Tx<'_>| {
            let filed = match as_it_was_seen(tx, (&kit, &act), &reference, version, &Command::RefuseApproval)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            Ok(match command(tx, &kit, &act, &filed, &Command::RefuseApproval)? {
                Ok(_) => Ok(write::keep_reason(tx, &kit, &act, &filed, &reason)?),
                Err(halt) => Err(halt),
            })
        };
        let done = self.store.write(refuse).await?;
        self.run_errands();
        Ok(done)
    }

    /// The holder asks for the second approval, with a word to whoever gives it.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn ask_approval(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        note: Option<String>,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let ask = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, version)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            if let Err(halt) = command(tx, &kit, &act, &filed, &Command::AskApproval)? {
                return Ok(Err(halt));
            }
            if let Some(note) = &note {
                write::keep_note(tx, &kit, &act, &filed, note)?;
            }
            Ok(Ok(()))
        };
        self.store.write(ask).await
    }

    /// What awaits a second person, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn awaiting_approval(&self, who: &Actor) -> Result<Vec<Awaiting>, StoreError> {
        let (me, kit, now) = (who.agent(), self.kit.clone(), self.now());
        self.store
            .read_snapshot(move |connection| {
                let people = agents::all(connection)?;
                let name = |id| people.iter().find(|agent| agent.id == id).map(|agent| agent.name.clone());
                let mut list = Vec::new();
                for reference in cases::in_state(connection, State::AwaitingApproval, MOST_LISTED)? {
                    let Some(filed) = cases::find(connection, &reference)? else { continue };
                    let known = known(connection, &kit, &filed.case)?;
                    let refused = me.and_then(|me| may_approve(&filed.case, me, &known.facts(&kit), now).err());
                    list.push(Awaiting {
                        what: Awaited::Deactivation,
                        name: cases::form(connection, filed.case.id)?.name,
                        since: filed.case.state_since,
                        asked: filed.case.asked.as_ref().map(|asked| (asked.at, name(asked.agent))),
                        holder: filed.case.holder.and_then(name),
                        refused: refused.map(|refused| refused.to_string()),
                        filed,
                    });
                }
                for (change, reference) in phone_changes::awaiting_approval(connection, MOST_LISTED)? {
                    let Some(filed) = cases::find(connection, &reference)? else { continue };
                    let known = known(connection, &kit, &filed.case)?;
                    let facts = known.facts(&kit);
                    let refused =
                        me.and_then(|me| phone_change::may_approve(&change, &filed.case, me, &facts, now).err());
                    list.push(Awaiting {
                        what: Awaited::PhoneChange,
                        name: cases::form(connection, filed.case.id)?.name,
                        since: change.state_since,
                        asked: Some((change.requested_at, change.requester.agent().and_then(name))),
                        holder: filed.case.holder.and_then(name),
                        refused: refused.map(|refused| refused.to_string()),
                        filed,
                    });
                }
                list.sort_by_key(|item| item.since);
                Ok(list)
            })
            .await
    }
}

/// Holds a case for a decision about exactly what its page showed: a form that does not say what that was decides
/// nothing.
fn as_it_was_seen(
    tx: &mut Tx<'_>,
    (kit, act): (&Kit, &Act),
    reference: &CaseRef,
    version: Option<i64>,
    decision: &Command,
) -> Done<Filed> {
    let filed = match held(tx, act, reference, version)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    if version.is_some() {
        return Ok(Ok(filed));
    }
    let known = known(tx.connection, kit, &filed.case)?;
    let allowed = act.actor.agent();
    let allowed = allowed.map_or(Ok(()), |agent| may_approve(&filed.case, agent, &known.facts(kit), act.at));
    if let Err(refused) = allowed {
        return Ok(Err(refuse(tx, act, &filed, decision.code(), refused)));
    }
    let about = details([("command", decision.code().into()), ("rule", "no_version".into())]);
    tx.record(act.case_entry("case.refused", &filed, about));
    Ok(Err(Halt::Unversioned))
}
