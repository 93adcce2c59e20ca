//! Cases with which owners help themselves, and the sign-ins that they belong to.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::{ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::schema::{account_sessions, cases, evidence, recoveries};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, stored};
use crate::domain::case::State;
use crate::domain::evidence::{CheckKind, Outcome};
use crate::domain::form::Language;
use crate::domain::ids::{AccountId, AccountSessionId, CaseId};
use crate::domain::recovery::Setback;
use crate::domain::reference::CaseRef;

/// A case that its owner began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The case.
    pub case: CaseId,
    /// Whose.
    pub account: AccountId,
    /// The sign-in that began it, and that alone may go on with it.
    pub session: AccountSessionId,
    /// When.
    pub started_at: DateTime<Utc>,
    /// The language of its mails until a form says another.
    pub language: Language,
    /// What failed last, as it was when the case was handed over.
    pub failed: Option<Setback>,
    /// When the desk was asked for help with it.
    pub handed_over_at: Option<DateTime<Utc>>,
}

#[derive(Queryable)]
struct Row {
    case: String,
    account: String,
    session: String,
    started_at: NaiveDateTime,
    language: String,
    failed: Option<String>,
    handed_over_at: Option<NaiveDateTime>,
}

impl Row {
    fn into_recovery(self) -> Result<Recovery, StoreError> {
        Ok(Recovery {
            case: parsed("case", &self.case)?,
            account: parsed("account", &self.account)?,
            session: parsed("session", &self.session)?,
            started_at: self.started_at.and_utc(),
            language: Language::from_code(&self.language).ok_or_else(|| corrupt("language", &self.language))?,
            failed: self.failed.as_deref().and_then(Setback::from_code),
            handed_over_at: self.handed_over_at.map(|at| at.and_utc()),
        })
    }
}

/// Keeps that a case was begun by its owner.
pub fn insert(tx: &mut Tx<'_>, recovery: &Recovery) -> Result<(), StoreError> {
    diesel::insert_into(recoveries::table)
        .values((
            recoveries::case_id.eq(recovery.case.to_string()),
            recoveries::account_id.eq(recovery.account.to_string()),
            recoveries::session_id.eq(recovery.session.to_string()),
            recoveries::started_at.eq(stored(recovery.started_at)),
            recoveries::language.eq(recovery.language.code()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps that the desk was asked for help, and what had failed.
pub fn hand_over(tx: &mut Tx<'_>, case: CaseId, failed: Option<Setback>, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(recoveries::table.find(case.to_string()))
        .set((recoveries::failed.eq(failed.map(Setback::code)), recoveries::handed_over_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(())
}

/// How a case began, where its owner began it.
pub fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Option<Recovery>, StoreError> {
    let row: Option<Row> = recoveries::table.find(case.to_string()).first(connection).optional()?;
    row.map(Row::into_recovery).transpose()
}

/// The newest case that was begun in a sign-in.
pub fn of_session(
    connection: &mut AnyConnection,
    session: AccountSessionId,
) -> Result<Option<(Recovery, CaseRef)>, StoreError> {
    let row: Option<(Row, String)> = recoveries::table
        .inner_join(cases::table)
        .filter(recoveries::session_id.eq(session.to_string()))
        .order((recoveries::started_at.desc(), recoveries::case_id.desc()))
        .select((recoveries::all_columns, cases::reference))
        .first(connection)
        .optional()?;
    let Some((row, reference)) = row else { return Ok(None) };
    Ok(Some((row.into_recovery()?, parsed("reference", &reference)?)))
}

/// The cases that an owner still has in their own hands and has not been let in with.
pub fn under_way(
    connection: &mut AnyConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<CaseRef>, StoreError> {
    let states = State::ALL.iter().filter(|state| state.is_under_review()).map(|state| state.code());
    let let_in = account_sessions::table
        .filter(account_sessions::case_id.eq(recoveries::case_id.nullable()))
        .filter(account_sessions::ended_at.is_null())
        .filter(account_sessions::expires_at.gt(stored(now)));
    let found: Vec<String> = recoveries::table
        .inner_join(cases::table)
        .filter(recoveries::account_id.eq(account.to_string()))
        .filter(cases::with_owner.eq(true))
        .filter(cases::state.eq_any(states.collect::<Vec<_>>()))
        .filter(not(exists(let_in)))
        .order(cases::id.asc())
        .select(cases::reference)
        .load(connection)?;
    found.iter().map(|reference| parsed("reference", reference)).collect()
}

/// How many such cases began from a moment on in which nobody confirmed the address of record: whoever has only the
/// password can make them.
pub fn unconfirmed(
    connection: &mut AnyConnection,
    account: AccountId,
    since: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let begun: Vec<String> = recoveries::table
        .filter(recoveries::account_id.eq(account.to_string()))
        .filter(recoveries::started_at.ge(stored(since)))
        .select(recoveries::case_id)
        .load(connection)?;
    let confirmed: Vec<String> = evidence::table
        .filter(evidence::case_id.eq_any(&begun))
        .filter(evidence::kind.eq(CheckKind::EmailLink.code()))
        .filter(evidence::outcome.eq(Outcome::Passed.code()))
        .select(evidence::case_id)
        .distinct()
        .load(connection)?;
    Ok(i64::try_from(begun.len().saturating_sub(confirmed.len())).unwrap_or(i64::MAX))
}
