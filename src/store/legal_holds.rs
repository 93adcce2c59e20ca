//! Legal holds: what must be kept although its time is over, or somebody asks for its erasure.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::legal_holds;
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::ids::{AccountId, CaseId, LegalHoldId};

/// What a hold keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// One case.
    Case(CaseId),
    /// An account with its cases.
    Account(AccountId),
}

/// A hold that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    /// Internal identifier.
    pub id: LegalHoldId,
    /// What it keeps.
    pub kept: Kept,
    /// Why.
    pub reason: String,
    /// Who placed it: an address at the desk, or `operator`.
    pub placed_by: String,
    /// When.
    pub placed_at: DateTime<Utc>,
}

fn of(case: Option<CaseId>, account: Option<AccountId>) -> (Option<String>, Option<String>) {
    (case.map(|id| id.to_string()), account.map(|id| id.to_string()))
}

/// Whether a hold stands on a case or on its account.
pub fn stands(
    connection: &mut AnyConnection,
    case: Option<CaseId>,
    account: Option<AccountId>,
) -> Result<bool, StoreError> {
    let (case, account) = of(case, account);
    let standing = legal_holds::table
        .filter(legal_holds::lifted_at.is_null())
        .filter(legal_holds::case_id.eq(case).or(legal_holds::account_id.eq(account)));
    Ok(diesel::select(exists(standing)).get_result(connection)?)
}

type Row = (String, Option<String>, Option<String>, String, String, NaiveDateTime);

fn hold((id, case, account, reason, placed_by, placed_at): Row) -> Result<LegalHold, StoreError> {
    Ok(LegalHold {
        id: parsed("legal hold", &id)?,
        kept: match (case, account) {
            (Some(case), _) => Kept::Case(parsed("case", &case)?),
            (None, account) => Kept::Account(parsed("account", &account.unwrap_or_default())?),
        },
        reason,
        placed_by,
        placed_at: placed_at.and_utc(),
    })
}

/// The holds that stand on an account and on cases, oldest first.
pub fn of_person(
    connection: &mut AnyConnection,
    account: Option<AccountId>,
    cases: &[CaseId],
) -> Result<Vec<LegalHold>, StoreError> {
    let (_, account) = of(None, account);
    let cases: Vec<String> = cases.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = legal_holds::table
        .filter(legal_holds::lifted_at.is_null())
        .filter(legal_holds::case_id.eq_any(cases).or(legal_holds::account_id.eq(account)))
        .order((legal_holds::placed_at.asc(), legal_holds::id.asc()))
        .select((
            legal_holds::id,
            legal_holds::case_id,
            legal_holds::account_id,
            legal_holds::reason,
            legal_holds::placed_by,
            legal_holds::placed_at,
        ))
        .load(connection)?;
    rows.into_iter().map(hold).collect()
}

/// A hold, if it stands.
pub fn find(connection: &mut AnyConnection, id: LegalHoldId) -> Result<Option<LegalHold>, StoreError> {
    let row: Option<Row> = legal_holds::table
        .find(id.to_string())
        .filter(legal_holds::lifted_at.is_null())
        .select((
            legal_holds::id,
            legal_holds::case_id,
            legal_holds::account_id,
            legal_holds::reason,
            legal_holds::placed_by,
            legal_holds::placed_at,
        ))
        .first(connection)
        .optional()?;
    row.map(hold).transpose()
}

/// Places a hold.
pub fn place(tx: &mut Tx<'_>, hold: &LegalHold) -> Result<(), StoreError> {
    let (case, account) = match hold.kept {
        Kept::Case(case) => of(Some(case), None),
        Kept::Account(account) => of(None, Some(account)),
    };
    diesel::insert_into(legal_holds::table)
        .values((
            legal_holds::id.eq(hold.id.to_string()),
            legal_holds::case_id.eq(case),
            legal_holds::account_id.eq(account),
            legal_holds::reason.eq(&hold.reason),
            legal_holds::placed_by.eq(&hold.placed_by),
            legal_holds::placed_at.eq(stored(hold.placed_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Lifts a hold. False when it does not stand any more.
pub fn lift(tx: &mut Tx<'_>, id: LegalHoldId, by: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let standing = legal_holds::table.find(id.to_string()).filter(legal_holds::lifted_at.is_null());
    let lifted = diesel::update(standing)
        .set((legal_holds::lifted_by.eq(Some(by)), legal_holds::lifted_at.eq(Some(stored(at)))))
        .execute(tx.connection)?;
    Ok(lifted == 1)
}

/// Forgets why lifted holds of an account and of cases were placed: the words may name people.
pub(super) fn forget_lifted(
    tx: &mut Tx<'_>,
    account: Option<AccountId>,
    case: Option<CaseId>,
) -> Result<(), StoreError> {
    let (case, account) = of(case, account);
    let lifted = legal_holds::table
        .filter(legal_holds::lifted_at.is_not_null())
        .filter(legal_holds::case_id.eq(case).or(legal_holds::account_id.eq(account)));
    diesel::update(lifted).set(legal_holds::reason.eq("")).execute(tx.connection)?;
    Ok(())
}
