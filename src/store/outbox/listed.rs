//! Outbox rows as they are looked at: mails, text messages, and what is still to come.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::super::schema::{cases, outbox};
use super::super::{AnyConnection, StoreError, parsed};
use super::{Errand, MailErrand, TextErrand};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{CaseId, OutboxId};
use crate::domain::reference::CaseRef;

/// Identifiers of the mails of a case that were decided before this one and went to the same address, oldest first:
/// nobody learns from a mail's references whom else we wrote to.
pub fn mails_before(
    connection: &mut AnyConnection,
    case: CaseId,
    id: OutboxId,
    to: &EmailAddress,
) -> Result<Vec<OutboxId>, StoreError> {
    let rows: Vec<(String, String)> = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("mail"))
        .filter(outbox::id.lt(id.to_string()))
        .order(outbox::id.asc())
        .select((outbox::id, outbox::payload))
        .load(connection)?;
    let to_them =
        |payload: &str| matches!(serde_json::from_str(payload), Ok(Errand::Mail(mail)) if mail.to.key() == to.key());
    rows.iter().filter(|(_, payload)| to_them(payload)).map(|(id, _)| parsed("outbox", id)).collect()
}

/// A mail that was decided, by its row, and the case it belongs to.
pub fn mail_of(connection: &mut AnyConnection, id: OutboxId) -> Result<Option<(CaseRef, MailErrand)>, StoreError> {
    let row: Option<(String, String)> = outbox::table
        .inner_join(cases::table)
        .filter(outbox::id.eq(id.to_string()))
        .filter(outbox::kind.eq("mail"))
        .select((cases::reference, outbox::payload))
        .first(connection)
        .optional()?;
    let Some((reference, payload)) = row else { return Ok(None) };
    match serde_json::from_str(&payload) {
        Ok(Errand::Mail(mail)) => Ok(Some((parsed("reference", &reference)?, mail))),
        _ => Err(StoreError::Corrupt("outbox payload".to_owned())),
    }
}

/// A mail as the desk's case page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Internal identifier.
    pub id: OutboxId,
    /// The mail.
    pub mail: MailErrand,
    /// `waiting`, `leased`, `done` or `dead`.
    pub state: String,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// The mails of a case, oldest first.
pub fn mails(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<MailRow>, StoreError> {
    #[derive(Queryable)]
    struct Row {
        id: String,
        payload: String,
        state: String,
        at: NaiveDateTime,
        error: Option<String>,
    }
    let rows: Vec<Row> = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("mail"))
        .order(outbox::id.asc())
        .select((outbox::id, outbox::payload, outbox::state, outbox::created_at, outbox::last_error))
        .load(connection)?;
    rows.into_iter()
        .map(|row| match serde_json::from_str(&row.payload) {
            Ok(Errand::Mail(mail)) => Ok(MailRow {
                id: parsed("outbox", &row.id)?,
                mail,
                state: row.state,
                at: row.at.and_utc(),
                error: row.error,
            }),
            _ => Err(StoreError::Corrupt("outbox payload".to_owned())),
        })
        .collect()
}

/// A text message as the desk's case page and the demo's telephone list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// Internal identifier.
    pub id: OutboxId,
    /// The case it belongs to.
    pub reference: CaseRef,
    /// The message.
    pub text: TextErrand,
    /// `waiting`, `leased`, `done` or `dead`.
    pub state: String,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// The latest text messages, of one case or of all, newest last.
pub fn texts(connection: &mut AnyConnection, case: Option<CaseId>, limit: i64) -> Result<Vec<TextRow>, StoreError> {
    type Row = (String, String, String, String, NaiveDateTime, Option<String>);
    let mut query = outbox::table
        .inner_join(cases::table)
        .filter(outbox::kind.eq("text"))
        .order(outbox::id.desc())
        .select((outbox::id, cases::reference, outbox::payload, outbox::state, outbox::created_at, outbox::last_error))
        .limit(limit)
        .into_boxed();
    if let Some(case) = case {
        query = query.filter(outbox::case_id.eq(case.to_string()));
    }
    let rows: Vec<Row> = query.load(connection)?;
    rows.into_iter()
        .rev()
        .map(|(id, reference, payload, state, at, error)| match serde_json::from_str(&payload) {
            Ok(Errand::Text(text)) => Ok(TextRow {
                id: parsed("outbox", &id)?,
                reference: parsed("reference", &reference)?,
                text,
                state,
                at: at.and_utc(),
                error,
            }),
            _ => Err(StoreError::Corrupt("outbox payload".to_owned())),
        })
        .collect()
}

/// What a directory is still to be asked for a case, after an attempt that did not settle it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// What became of the last attempt.
    pub error: String,
    /// When it is asked again.
    pub next_at: DateTime<Utc>,
}

/// Whether an errand that finds the account of a case is still to be run.
pub fn is_searching(connection: &mut AnyConnection, case: CaseId) -> Result<bool, StoreError> {
    let left = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq_any(["intake", "directory"]))
        .filter(outbox::state.eq_any(["waiting", "leased"]));
    Ok(left.count().get_result::<i64>(connection)? > 0)
}

/// The errands of a case that a directory has not settled yet, the oldest first.
pub fn unsettled(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<Unsettled>, StoreError> {
    let rows: Vec<(Option<String>, NaiveDateTime)> = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("directory"))
        .filter(outbox::state.eq_any(["waiting", "leased"]))
        .order(outbox::id.asc())
        .select((outbox::last_error, outbox::next_at))
        .load(connection)?;
    let failed = |(error, next_at): (Option<String>, NaiveDateTime)| {
        Some(Unsettled { error: error?, next_at: next_at.and_utc() })
    };
    Ok(rows.into_iter().filter_map(failed).collect())
}
