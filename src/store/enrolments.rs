//! Fresh authenticators that cases set up in other directories. Their secrets are never here.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::schema::enrolments;
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::directory::Serial;
use crate::domain::ids::{AccountId, CaseId};

/// A fresh authenticator of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The case that sets it up; each sets up one.
    pub case: CaseId,
    /// Whose it is.
    pub account: AccountId,
    /// What it is called in its directory.
    pub serial: Serial,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// Since when the directory is being asked for it; nothing while it is not.
    pub tried_at: Option<DateTime<Utc>>,
    /// When it was handed to the customer.
    pub done_at: Option<DateTime<Utc>>,
}

#[derive(Queryable)]
struct Row {
    case: String,
    account: String,
    serial: String,
    begun_at: NaiveDateTime,
    tried_at: Option<NaiveDateTime>,
    done_at: Option<NaiveDateTime>,
}

impl Row {
    fn into_enrolment(self) -> Result<Enrolment, StoreError> {
        Ok(Enrolment {
            case: parsed("case", &self.case)?,
            account: parsed("account", &self.account)?,
            serial: parsed("serial", &self.serial)?,
            begun_at: self.begun_at.and_utc(),
            tried_at: self.tried_at.map(|at| at.and_utc()),
            done_at: self.done_at.map(|at| at.and_utc()),
        })
    }
}

/// The fresh authenticator of a case.
pub fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Option<Enrolment>, StoreError> {
    let row: Option<Row> = enrolments::table.find(case.to_string()).first(connection).optional()?;
    row.map(Row::into_enrolment).transpose()
}

/// Those of an account that were begun at this moment or later, oldest first.
pub fn begun_since(
    connection: &mut AnyConnection,
    account: AccountId,
    since: DateTime<Utc>,
) -> Result<Vec<(CaseId, Serial)>, StoreError> {
    let rows: Vec<(String, String)> = enrolments::table
        .filter(enrolments::account_id.eq(account.to_string()))
        .filter(enrolments::begun_at.ge(stored(since)))
        .order((enrolments::begun_at.asc(), enrolments::case_id.asc()))
        .select((enrolments::case_id, enrolments::serial))
        .load(connection)?;
    rows.iter().map(|(case, serial)| Ok((parsed("case", case)?, parsed("serial", serial)?))).collect()
}

/// Begins one.
pub fn begin(tx: &mut Tx<'_>, enrolment: &Enrolment) -> Result<(), StoreError> {
    diesel::insert_into(enrolments::table)
        .values((
            enrolments::case_id.eq(enrolment.case.to_string()),
            enrolments::account_id.eq(enrolment.account.to_string()),
            enrolments::serial.eq(enrolment.serial.as_str()),
            enrolments::begun_at.eq(stored(enrolment.begun_at)),
            enrolments::tried_at.eq(enrolment.tried_at.map(stored)),
            enrolments::done_at.eq(enrolment.done_at.map(stored)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps that the directory is being asked for it, or no longer.
pub fn keep_try(tx: &mut Tx<'_>, case: CaseId, tried_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
    diesel::update(enrolments::table.find(case.to_string()))
        .set(enrolments::tried_at.eq(tried_at.map(stored)))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps that it was handed over.
pub fn finish(tx: &mut Tx<'_>, case: CaseId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(enrolments::table.find(case.to_string()))
        .set((enrolments::tried_at.eq(None::<NaiveDateTime>), enrolments::done_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(())
}
