use chrono::{DateTime, Utc};

use super::Scene;
use crate::domain::actor::Actor;
use crate::domain::phone_change::{PhoneChange, Weighed, weigh};
use crate::store::calls::{self, Call};
use crate::store::cases::Filed;
use crate::store::outbox::{self, TextRow};
use crate::store::{AnyConnection, StoreError, phone_changes};
use crate::workflow::Kit;
use crate::workflow::act::{Act, Known};

/// Text messages of a case that its page shows.
const TEXTS: i64 = 20;

/// A change as the pages show it.
pub struct ChangeFile {
    /// The change.
    pub change: PhoneChange,
    /// What its evidence and approval amount to at this moment.
    pub weighed: Weighed,
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
    let weighed = Scene { kit, act: &act, filed, known }.ask(|around| weigh(&change, around, at));
    let mut texts = outbox::texts(connection, Some(filed.case.id), TEXTS)?;
    texts.retain(|row| row.text.change == change.id);
    Ok(Some(ChangeFile { calls: calls::of_phone_change(connection, change.id)?, texts, weighed, change }))
}
