//! Who has a case before them, and what they have begun to write. Neither is a matter for the log.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{case_drafts, case_presence};
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::ids::{AgentId, CaseId};

/// Somebody who has a case before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub agent: AgentId,
    /// When their page last looked.
    pub seen_at: DateTime<Utc>,
    /// When they last wrote.
    pub wrote_at: Option<DateTime<Utc>>,
}

/// Everybody who had a case before them since a moment.
pub fn of_case(connection: &mut AnyConnection, case: CaseId, since: DateTime<Utc>) -> Result<Vec<Present>, StoreError> {
    let rows: Vec<(String, NaiveDateTime, Option<NaiveDateTime>)> = case_presence::table
        .filter(case_presence::case_id.eq(case.to_string()))
        .filter(case_presence::seen_at.gt(stored(since)))
        .order(case_presence::agent_id.asc())
        .select((case_presence::agent_id, case_presence::seen_at, case_presence::wrote_at))
        .load(connection)?;
    rows.into_iter().map(|(agent, seen_at, wrote_at)| present(&agent, seen_at, wrote_at)).collect()
}

/// Everybody who had one of these cases before them since a moment.
pub fn of_cases(
    connection: &mut AnyConnection,
    among: &[CaseId],
    since: DateTime<Utc>,
) -> Result<Vec<(CaseId, Present)>, StoreError> {
    let among: Vec<String> = among.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String, NaiveDateTime, Option<NaiveDateTime>)> = case_presence::table
        .filter(case_presence::case_id.eq_any(among))
        .filter(case_presence::seen_at.gt(stored(since)))
        .order((case_presence::case_id.asc(), case_presence::agent_id.asc()))
        .select((case_presence::case_id, case_presence::agent_id, case_presence::seen_at, case_presence::wrote_at))
        .load(connection)?;
    rows.into_iter()
        .map(|(case, agent, seen_at, wrote_at)| Ok((parsed("case", &case)?, present(&agent, seen_at, wrote_at)?)))
        .collect()
}

fn present(agent: &str, seen_at: NaiveDateTime, wrote_at: Option<NaiveDateTime>) -> Result<Present, StoreError> {
    Ok(Present {
        agent: parsed("agent", agent)?,
        seen_at: seen_at.and_utc(),
        wrote_at: wrote_at.map(|at| at.and_utc()),
    })
}

/// Notes that somebody has a case before them. `wrote_at` says when they last wrote, or that they stopped.
pub fn note(
    tx: &mut Tx<'_>,
    case: CaseId,
    agent: AgentId,
    at: DateTime<Utc>,
    wrote_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let times = (case_presence::seen_at.eq(stored(at)), case_presence::wrote_at.eq(wrote_at.map(stored)));
    let changed = diesel::update(case_presence::table.find((case.to_string(), agent.to_string())))
        .set(times)
        .execute(tx.connection)?;
    if changed == 0 {
        diesel::insert_into(case_presence::table)
            .values((
                case_presence::case_id.eq(case.to_string()),
                case_presence::agent_id.eq(agent.to_string()),
                times.0,
                times.1,
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// What somebody has begun to write in a field.
pub fn draft(
    connection: &mut AnyConnection,
    case: CaseId,
    agent: AgentId,
    field: &str,
) -> Result<Option<String>, StoreError> {
    Ok(case_drafts::table
        .find((case.to_string(), agent.to_string(), field))
        .select(case_drafts::body)
        .first(connection)
        .optional()?)
}

/// Keeps it.
pub fn keep_draft(
    tx: &mut Tx<'_>,
    case: CaseId,
    agent: AgentId,
    (field, body): (&str, &str),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    drop_draft(tx, case, agent, field)?;
    diesel::insert_into(case_drafts::table)
        .values((
            case_drafts::case_id.eq(case.to_string()),
            case_drafts::agent_id.eq(agent.to_string()),
            case_drafts::field.eq(field),
            case_drafts::body.eq(body),
            case_drafts::at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets it: it was sent, or taken back.
pub fn drop_draft(tx: &mut Tx<'_>, case: CaseId, agent: AgentId, field: &str) -> Result<(), StoreError> {
    diesel::delete(case_drafts::table.find((case.to_string(), agent.to_string(), field))).execute(tx.connection)?;
    Ok(())
}

/// Forgets all but so many of somebody's drafts, the oldest first.
pub fn keep_newest(tx: &mut Tx<'_>, agent: AgentId, most: i64) -> Result<(), StoreError> {
    let older: Vec<(String, String)> = case_drafts::table
        .filter(case_drafts::agent_id.eq(agent.to_string()))
        .order((case_drafts::at.desc(), case_drafts::case_id.desc(), case_drafts::field.desc()))
        .select((case_drafts::case_id, case_drafts::field))
        .offset(most)
        .limit(most)
        .load(tx.connection)?;
    for (case, field) in older {
        diesel::delete(case_drafts::table.find((case, agent.to_string(), field))).execute(tx.connection)?;
    }
    Ok(())
}

/// Forgets what anybody has begun to write in a case: it is over.
pub fn drop_drafts_in(tx: &mut Tx<'_>, case: CaseId) -> Result<(), StoreError> {
    diesel::delete(case_drafts::table.filter(case_drafts::case_id.eq(case.to_string()))).execute(tx.connection)?;
    Ok(())
}

/// Forgets what somebody has begun to write anywhere: they work no cases any more.
pub fn drop_drafts_of(tx: &mut Tx<'_>, agent: AgentId) -> Result<(), StoreError> {
    diesel::delete(case_drafts::table.filter(case_drafts::agent_id.eq(agent.to_string()))).execute(tx.connection)?;
    Ok(())
}

/// Forgets drafts that nobody has touched since a moment, and who had cases before them.
pub fn forget(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let drafts =
        diesel::delete(case_drafts::table.filter(case_drafts::at.lt(stored(before)))).execute(tx.connection)?;
    let present = diesel::delete(case_presence::table.filter(case_presence::seen_at.lt(stored(before))))
        .execute(tx.connection)?;
    Ok(drafts + present)
}
