//! Which authenticators a case is about: the approved ones, and how far the order for each has come.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl};

use super::schema::case_authenticators;
use super::{AnyConnection, StoreError, Tx, corrupt, parsed};
use crate::domain::case::{AuthenticatorSet, Case, Ordered, Progress};
use crate::domain::ids::AuthenticatorId;

#[derive(Queryable, Insertable)]
#[diesel(table_name = case_authenticators)]
struct Row {
    case_id: String,
    authenticator_id: String,
    approved: bool,
    nth: Option<i32>,
    progress: Option<String>,
    failure: Option<String>,
}

const fn code(progress: &Progress) -> &'static str {
    match progress {
        Progress::Ordered => "ordered",
        Progress::Deactivated => "deactivated",
        Progress::Failed(_) => "failed",
    }
}

fn progress(code: &str, failure: Option<String>) -> Result<Progress, StoreError> {
    match code {
        "ordered" => Ok(Progress::Ordered),
        "deactivated" => Ok(Progress::Deactivated),
        "failed" => Ok(Progress::Failed(failure.unwrap_or_default())),
        other => Err(corrupt("progress", other)),
    }
}

/// What is kept of a case's authenticators.
pub(super) type Kept = (Option<AuthenticatorSet>, BTreeMap<AuthenticatorId, Ordered>);

/// The approved authenticators of a case, and those that were ordered off.
pub(super) fn of_case(connection: &mut AnyConnection, case: &str) -> Result<Kept, StoreError> {
    let rows: Vec<Row> = case_authenticators::table.filter(case_authenticators::case_id.eq(case)).load(connection)?;
    let (mut approved, mut orders) = (BTreeSet::new(), BTreeMap::new());
    for row in rows {
        let id: AuthenticatorId = parsed("authenticator", &row.authenticator_id)?;
        if row.approved {
            approved.insert(id);
        }
        if let (Some(nth), Some(code)) = (row.nth, &row.progress) {
            let nth = u32::try_from(nth).map_err(|_| corrupt("order", &nth.to_string()))?;
            orders.insert(id, Ordered { nth, progress: progress(code, row.failure)? });
        }
    }
    Ok((AuthenticatorSet::new(approved), orders))
}

/// Stores them as they are now.
pub(super) fn keep(tx: &mut Tx<'_>, case: &Case) -> Result<(), StoreError> {
    let case_id = case.id.to_string();
    let of_case = case_authenticators::table.filter(case_authenticators::case_id.eq(&case_id));
    diesel::delete(of_case).execute(tx.connection)?;
    let approved = |id| case.approved.as_ref().is_some_and(|set| set.contains(id));
    let all: BTreeSet<AuthenticatorId> =
        case.approved.iter().flat_map(AuthenticatorSet::iter).chain(case.orders.keys().copied()).collect();
    for id in all {
        let order = case.orders.get(&id);
        let row = Row {
            case_id: case_id.clone(),
            authenticator_id: id.to_string(),
            approved: approved(id),
            nth: order.map(|order| i32::try_from(order.nth).unwrap_or(i32::MAX)),
            progress: order.map(|order| code(&order.progress).to_owned()),
            failure: order.and_then(|order| match &order.progress {
                Progress::Failed(why) => Some(why.clone()),
                _ => None,
            }),
        };
        diesel::insert_into(case_authenticators::table).values(row).execute(tx.connection)?;
    }
    Ok(())
}
