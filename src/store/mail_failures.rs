//! Mails of ours that a mail server reported it could not deliver.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::mail_failures;
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::evidence::Subject;
use crate::domain::ids::{CaseId, OutboxId};

/// A report about a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFailure {
    /// The mail.
    pub mail: OutboxId,
    /// Its address, as evidence names it.
    pub subject: Subject,
    /// It will not arrive.
    pub permanent: bool,
    /// The status code of the report.
    pub status: String,
    /// When it was reported.
    pub at: DateTime<Utc>,
    /// When the address was found to work again, or somebody said so.
    pub cleared_at: Option<DateTime<Utc>>,
}

type Row = (String, String, bool, String, NaiveDateTime, Option<NaiveDateTime>);

const COLUMNS: (
    mail_failures::mail_id,
    mail_failures::subject,
    mail_failures::permanent,
    mail_failures::status,
    mail_failures::at,
    mail_failures::cleared_at,
) = (
    mail_failures::mail_id,
    mail_failures::subject,
    mail_failures::permanent,
    mail_failures::status,
    mail_failures::at,
    mail_failures::cleared_at,
);

fn failure((mail, subject, permanent, status, at, cleared_at): Row) -> Result<MailFailure, StoreError> {
    Ok(MailFailure {
        mail: parsed("outbox", &mail)?,
        subject: Subject(subject),
        permanent,
        status,
        at: at.and_utc(),
        cleared_at: cleared_at.map(|at| at.and_utc()),
    })
}

/// Keeps a report. One that says the mail will not arrive takes the place of one that it had not yet; nothing takes the
/// place of that. False when nothing new was said.
pub fn keep(tx: &mut Tx<'_>, case: CaseId, new: &MailFailure) -> Result<bool, StoreError> {
    let known: Option<bool> = mail_failures::table
        .find(new.mail.to_string())
        .select(mail_failures::permanent)
        .first(tx.connection)
        .optional()?;
    match known {
        Some(permanent) if permanent || !new.permanent => return Ok(false),
        Some(_) => {
            diesel::delete(mail_failures::table.find(new.mail.to_string())).execute(tx.connection)?;
        }
        None => {}
    }
    diesel::insert_into(mail_failures::table)
        .values((
            mail_failures::mail_id.eq(new.mail.to_string()),
            mail_failures::case_id.eq(case.to_string()),
            mail_failures::subject.eq(&new.subject.0),
            mail_failures::permanent.eq(new.permanent),
            mail_failures::status.eq(&new.status),
            mail_failures::at.eq(stored(new.at)),
        ))
        .execute(tx.connection)?;
    Ok(true)
}

/// What was reported of a case's mails.
pub fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<BTreeMap<OutboxId, MailFailure>, StoreError> {
    let rows: Vec<Row> =
        mail_failures::table.filter(mail_failures::case_id.eq(case.to_string())).select(COLUMNS).load(connection)?;
    rows.into_iter().map(|row| failure(row).map(|failure| (failure.mail, failure))).collect()
}

/// Since when an address is undeliverable, if it is: the first report that nothing has cleared.
pub fn standing(connection: &mut AnyConnection, subject: &Subject) -> Result<Option<MailFailure>, StoreError> {
    let row: Option<Row> = mail_failures::table
        .filter(mail_failures::subject.eq(&subject.0))
        .filter(mail_failures::permanent.eq(true))
        .filter(mail_failures::cleared_at.is_null())
        .order((mail_failures::at.asc(), mail_failures::mail_id.asc()))
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    row.map(failure).transpose()
}

/// The address works: what was reported of it before a moment does not stand any more. Answers how many reports.
pub fn clear(
    tx: &mut Tx<'_>,
    subject: &Subject,
    before: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let standing = mail_failures::table
        .filter(mail_failures::subject.eq(&subject.0))
        .filter(mail_failures::cleared_at.is_null())
        .filter(mail_failures::at.le(stored(before)));
    Ok(diesel::update(standing).set(mail_failures::cleared_at.eq(Some(stored(at)))).execute(tx.connection)?)
}
