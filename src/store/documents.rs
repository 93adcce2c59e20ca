//! Uploaded documents. What is in them is stored sealed and read only to be shown; lists never touch it.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{cases, documents};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::case::State;
use crate::domain::document::DocumentKind;
use crate::domain::evidence::Subject;
use crate::domain::ids::{CaseId, DocumentId, InboundMailId};
use crate::domain::reference::CaseRef;
use crate::domain::sealed::Sealed;

/// What is known of a document without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Internal identifier.
    pub id: DocumentId,
    /// The case it belongs to.
    pub case: CaseId,
    /// What it is.
    pub kind: DocumentKind,
    /// Bytes of its content.
    pub size: i64,
    /// SHA-256 of its content, hexadecimal.
    pub digest: String,
    /// When it came.
    pub uploaded_at: DateTime<Utc>,
    /// When its content was erased, if it was.
    pub erased_at: Option<DateTime<Utc>>,
    /// The mail that it came with, if it did; then it can be looked at, and is no check.
    pub mail: Option<InboundMailId>,
}

impl Document {
    /// What it is sealed for: rows cannot be exchanged, between cases or within one.
    pub fn about(&self) -> String {
        format!("{} {} {}", self.case, self.id, self.kind.code())
    }

    /// How evidence names it.
    pub fn subject(&self) -> Subject {
        Subject(self.id.to_string())
    }
}

type Row = (String, String, String, i64, String, NaiveDateTime, Option<NaiveDateTime>, Option<String>);

const COLUMNS: (
    documents::id,
    documents::case_id,
    documents::kind,
    documents::size,
    documents::digest,
    documents::uploaded_at,
    documents::erased_at,
    documents::mail_id,
) = (
    documents::id,
    documents::case_id,
    documents::kind,
    documents::size,
    documents::digest,
    documents::uploaded_at,
    documents::erased_at,
    documents::mail_id,
);

fn document((id, case, kind, size, digest, uploaded_at, erased_at, mail): Row) -> Result<Document, StoreError> {
    Ok(Document {
        id: parsed("document", &id)?,
        case: parsed("case", &case)?,
        kind: DocumentKind::from_code(&kind).ok_or_else(|| corrupt("document kind", &kind))?,
        size,
        digest,
        uploaded_at: uploaded_at.and_utc(),
        erased_at: erased_at.map(|at| at.and_utc()),
        mail: parsed_if("mail", mail.as_deref())?,
    })
}

/// Stores a document with its sealed content.
pub fn insert(tx: &mut Tx<'_>, document: &Document, sealed: &Sealed) -> Result<(), StoreError> {
    diesel::insert_into(documents::table)
        .values((
            documents::id.eq(document.id.to_string()),
            documents::case_id.eq(document.case.to_string()),
            documents::kind.eq(document.kind.code()),
            documents::size.eq(document.size),
            documents::digest.eq(&document.digest),
            documents::key_id.eq(&sealed.key_id),
            documents::sealed.eq(Some(&sealed.bytes)),
            documents::uploaded_at.eq(stored(document.uploaded_at)),
            documents::mail_id.eq(document.mail.map(|id| id.to_string())),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// A case's documents, oldest first.
pub fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<Document>, StoreError> {
    let rows: Vec<Row> = documents::table
        .filter(documents::case_id.eq(case.to_string()))
        .order((documents::uploaded_at.asc(), documents::id.asc()))
        .select(COLUMNS)
        .load(connection)?;
    rows.into_iter().map(document).collect()
}

/// How many documents the customer of a case has uploaded, erased ones too.
pub fn count(connection: &mut AnyConnection, case: CaseId) -> Result<i64, StoreError> {
    let uploaded =
        documents::table.filter(documents::case_id.eq(case.to_string())).filter(documents::mail_id.is_null());
    Ok(uploaded.count().get_result(connection)?)
}

/// How many documents came to a case by mail, erased ones too: strangers cannot use up what the customer has.
pub fn count_mailed(connection: &mut AnyConnection, case: CaseId) -> Result<i64, StoreError> {
    let mailed =
        documents::table.filter(documents::case_id.eq(case.to_string())).filter(documents::mail_id.is_not_null());
    Ok(mailed.count().get_result(connection)?)
}

/// One document of a case; a document of another case is not found.
pub fn find(connection: &mut AnyConnection, case: CaseId, id: DocumentId) -> Result<Option<Document>, StoreError> {
    let row: Option<Row> = documents::table
        .filter(documents::id.eq(id.to_string()))
        .filter(documents::case_id.eq(case.to_string()))
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    row.map(document).transpose()
}

/// A document's sealed content; nothing once it is erased.
pub fn content(connection: &mut AnyConnection, id: DocumentId) -> Result<Option<Sealed>, StoreError> {
    let row: Option<(String, Option<Vec<u8>>)> = documents::table
        .filter(documents::id.eq(id.to_string()))
        .select((documents::key_id, documents::sealed))
        .first(connection)
        .optional()?;
    Ok(row.and_then(|(key_id, bytes)| Some(Sealed { key_id, bytes: bytes? })))
}

/// Cases that ended before a moment and still have a document's content, the longest ended first.
pub fn due_for_erasure(
    connection: &mut AnyConnection,
    ended_before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<CaseRef>, StoreError> {
    let ended = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.code());
    let due: Vec<(String, NaiveDateTime)> = documents::table
        .inner_join(cases::table.on(cases::id.eq(documents::case_id)))
        .filter(documents::erased_at.is_null())
        .filter(cases::state.eq_any(ended.collect::<Vec<_>>()))
        .filter(cases::state_since.le(stored(ended_before)))
        .order(cases::state_since.asc())
        .select((cases::reference, cases::state_since))
        .distinct()
        .limit(limit)
        .load(connection)?;
    due.iter().map(|(reference, _)| parsed("reference", reference)).collect()
}

/// Erases the content of a document. False when it was erased already.
pub fn erase(tx: &mut Tx<'_>, id: DocumentId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let kept = documents::table.find(id.to_string()).filter(documents::erased_at.is_null());
    let erased = diesel::update(kept)
        .set((documents::sealed.eq(None::<Vec<u8>>), documents::erased_at.eq(Some(stored(at)))))
        .execute(tx.connection)?;
    Ok(erased == 1)
}

/// Documents after `after` whose content is sealed with another key than `key`.
pub fn under_other_keys(
    connection: &mut AnyConnection,
    key: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Document>, StoreError> {
    let rows: Vec<Row> = documents::table
        .filter(documents::id.gt(after))
        .filter(documents::key_id.ne(key))
        .filter(documents::erased_at.is_null())
        .order(documents::id.asc())
        .select(COLUMNS)
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(document).collect()
}

/// Puts a new sealing in the place of `old`. False when it is not there any more.
pub fn reseal(tx: &mut Tx<'_>, id: DocumentId, old: &Sealed, new: &Sealed) -> Result<bool, StoreError> {
    let same = documents::table
        .find(id.to_string())
        .filter(documents::key_id.eq(&old.key_id))
        .filter(documents::erased_at.is_null());
    let set = (documents::key_id.eq(&new.key_id), documents::sealed.eq(Some(&new.bytes)));
    Ok(diesel::update(same).set(set).execute(tx.connection)? == 1)
}
