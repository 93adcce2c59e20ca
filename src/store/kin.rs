//! Cases that belong together: those of one account, and duplicates that were merged.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{case_merges, cases};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::case::State;
use crate::domain::ids::{AccountId, AgentId, CaseId};
use crate::domain::reference::CaseRef;

/// Another case, as much of it as a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    /// What people call it.
    pub reference: CaseRef,
    /// Where it stands.
    pub state: State,
    /// Counts its changes.
    pub version: i64,
    /// Who holds it.
    pub holder: Option<AgentId>,
    /// Its owner has it in their own hands.
    pub with_owner: bool,
    /// When the form came in.
    pub submitted_at: DateTime<Utc>,
}

type Row = (String, String, i64, Option<String>, bool, NaiveDateTime);

fn kin((reference, state, version, holder, with_owner, submitted_at): Row) -> Result<Kin, StoreError> {
    Ok(Kin {
        reference: parsed("reference", &reference)?,
        state: State::from_code(&state).ok_or_else(|| corrupt("state", &state))?,
        version,
        holder: parsed_if("holder", holder.as_deref())?,
        with_owner,
        submitted_at: submitted_at.and_utc(),
    })
}

/// The other cases of an account that are not over, the newest first.
pub fn of_account(
    connection: &mut AnyConnection,
    account: AccountId,
    case: CaseId,
    limit: i64,
) -> Result<Vec<Kin>, StoreError> {
    let over = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.code());
    let rows: Vec<Row> = cases::table
        .filter(cases::account_id.eq(account.to_string()))
        .filter(cases::id.ne(case.to_string()))
        .filter(cases::state.ne_all(over))
        .order((cases::submitted_at.desc(), cases::id.desc()))
        .select((
            cases::reference,
            cases::state,
            cases::version,
            cases::holder_id,
            cases::with_owner,
            cases::submitted_at,
        ))
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(kin).collect()
}

/// Where each of these cases stands.
pub fn states(connection: &mut AnyConnection, references: &[CaseRef]) -> Result<BTreeMap<CaseRef, State>, StoreError> {
    let names: Vec<String> = references.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String)> = cases::table
        .filter(cases::reference.eq_any(names))
        .select((cases::reference, cases::state))
        .load(connection)?;
    rows.into_iter()
        .map(|(reference, state)| {
            Ok((parsed("reference", &reference)?, State::from_code(&state).ok_or_else(|| corrupt("state", &state))?))
        })
        .collect()
}

/// Keeps which case goes on in the place of a duplicate.
pub fn merge(tx: &mut Tx<'_>, duplicate: CaseId, kept: CaseId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(case_merges::table)
        .values((
            case_merges::case_id.eq(duplicate.to_string()),
            case_merges::into_id.eq(kept.to_string()),
            case_merges::at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The case that goes on in the place of this one.
pub fn merged_into(connection: &mut AnyConnection, case: CaseId) -> Result<Option<CaseRef>, StoreError> {
    let found: Option<String> = case_merges::table
        .inner_join(cases::table.on(cases::id.eq(case_merges::into_id)))
        .filter(case_merges::case_id.eq(case.to_string()))
        .select(cases::reference)
        .first(connection)
        .optional()?;
    parsed_if("reference", found.as_deref())
}

/// The duplicates that this case goes on in the place of, in the order they were merged.
pub fn merged(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<CaseRef>, StoreError> {
    let found: Vec<String> = case_merges::table
        .inner_join(cases::table.on(cases::id.eq(case_merges::case_id)))
        .filter(case_merges::into_id.eq(case.to_string()))
        .order((case_merges::at.asc(), case_merges::case_id.asc()))
        .select(cases::reference)
        .load(connection)?;
    found.iter().map(|reference| parsed("reference", reference)).collect()
}
