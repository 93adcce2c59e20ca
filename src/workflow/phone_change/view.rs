use chrono::{DateTime, TimeDelta, Utc};

use super::Scene;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::phone_change::{PhoneChange, Weighed, hold_length, weigh};
use crate::domain::reference::CaseRef;
use crate::store::calls::{self, Call};
use crate::store::cases::Filed;
use crate::store::outbox::{self, TextRow};
use crate::store::{AnyConnection, StoreError, Tx, phone_changes};
use crate::workflow::act::{Act, Halt, Known, held, refuse};
use crate::workflow::{Desk, Kit};

/// Text messages of a case that its page shows.
const TEXTS: i64 = 20;

/// A change as the pages show it.
pub struct ChangeFile {
    /// The change.
    pub change: PhoneChange,
    /// What its evidence and approval amount to at this moment.
    pub weighed: Weighed,
    /// How long it is held, as things are now.
    pub hold: TimeDelta,
    /// The calls that told the old number of it, with when they were decided.
    pub calls: Vec<(Call, DateTime<Utc>)>,
    /// The text messages that did.
    pub texts: Vec<TextRow>,
}

/// The newest change of a case with everything the pages show of it.
pub(in crate::workflow) fn change_file(
    connection: &mut AnyConnection,
    kit: &Kit,
    filed: &Filed,
    known: &Known,
    at: DateTime<Utc>,
) -> Result<Option<ChangeFile>, StoreError> {
    let Some(change) = phone_changes::latest_of_case(connection, filed.case.id)? else { return Ok(None) };
    let act = Act { actor: Actor::System, ip: String::new(), at };
    let scene = Scene { kit, act: &act, filed, known };
    let (weighed, hold) = scene.ask(|around| (weigh(&change, around, at), hold_length(around)));
    let mut texts = outbox::texts(connection, Some(filed.case.id), TEXTS)?;
    texts.retain(|row| row.text.change == change.id);
    Ok(Some(ChangeFile { calls: calls::of_phone_change(connection, change.id)?, texts, weighed, hold, change }))
}

impl Desk {
    /// Records that an agent is shown the new number in full, to decide on it; without the record it is not shown.
    ///
    /// # Errors
    /// [`Halt`] when the role does not allow it; [`StoreError`] when the database fails.
    pub async fn reveal_phone_change(&self, act: Act, reference: CaseRef) -> Result<Result<(), Halt>, StoreError> {
        let record = move |tx: &mut Tx<'_>| {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            if !act.actor.role().is_some_and(|role| role.works_cases()) {
                return Ok(Err(refuse(tx, &act, &filed, "phone_change.view", Refused::Role(act.actor.role()))));
            }
            let Some(change) = phone_changes::latest_of_case(tx.connection, filed.case.id)? else {
                return Ok(Err(Halt::Gone));
            };
            let about = details([("phone_change", change.id.to_string().into())]);
            tx.record(act.case_entry("phone_change.viewed", &filed, about));
            Ok(Ok(()))
        };
        self.store.write(record).await
    }
}
