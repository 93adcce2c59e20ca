//! What the desk's reports count.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use diesel::dsl::{count_star, min, sql};
use diesel::sql_types::Text;
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};

use super::super::schema::{agents, audit_entries, case_forms, cases};
use super::super::{AnyConnection, StoreError, corrupt, dialect, stored};
use crate::domain::actor::Role;
use crate::domain::audit::timestamp;
use crate::domain::case::State;
use crate::domain::form::Reason;
use crate::domain::report::{Acted, Arrived, Period, REPLIES, Took, Worked};

/// The day of an entry of the log and its action, as one text.
const DAY_AND_ACTION: &str = "substr(at, 1, 10) || ' ' || action";

fn day(text: &str) -> Result<NaiveDate, StoreError> {
    text.parse().map_err(|_| corrupt("day", text))
}

fn roles() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.code()).collect()
}

/// Requests that came in, by day and cause.
pub fn arrived(connection: &mut AnyConnection, period: Period) -> Result<Vec<Arrived>, StoreError> {
    let day = dialect::day_of(connection, "cases.submitted_at");
    let day_and_cause = sql::<Text>(&format!("{day} || ' ' || coalesce(case_forms.reason, '')"));
    let rows: Vec<(String, i64)> = cases::table
        .left_join(case_forms::table)
        .filter(cases::submitted_at.ge(stored(period.begins())))
        .filter(cases::submitted_at.lt(stored(period.ends())))
        .group_by(day_and_cause.clone())
        .select((day_and_cause, count_star()))
        .load(connection)?;
    let arrived = |(text, count): (String, i64)| {
        let (date, code) = text.split_once(' ').unwrap_or_default();
        let cause = match code {
            "" => None,
            code => Some(Reason::from_code(code).ok_or_else(|| corrupt("reason", code))?),
        };
        Ok(Arrived { day: self::day(date)?, cause, count })
    };
    rows.into_iter().map(arrived).collect()
}

/// Entries of the log with one of these actions, by day.
pub fn acted(connection: &mut AnyConnection, period: Period, actions: &[&str]) -> Result<Vec<Acted>, StoreError> {
    let rows: Vec<(String, i64)> = audit_entries::table
        .filter(audit_entries::at.ge(timestamp(period.begins())))
        .filter(audit_entries::at.lt(timestamp(period.ends())))
        .filter(audit_entries::action.eq_any(actions.to_vec()))
        .group_by(sql::<Text>(DAY_AND_ACTION))
        .select((sql::<Text>(DAY_AND_ACTION), count_star()))
        .load(connection)?;
    let acted = |(text, count): (String, i64)| {
        let (date, action) = text.split_once(' ').unwrap_or_default();
        Ok(Acted { day: day(date)?, action: action.to_owned(), count })
    };
    rows.into_iter().map(acted).collect()
}

/// What each person of the desk did of these actions, and what they hold now.
pub fn worked(connection: &mut AnyConnection, period: Period, actions: &[&str]) -> Result<Vec<Worked>, StoreError> {
    let acts: Vec<(String, String, i64)> = audit_entries::table
        .filter(audit_entries::at.ge(timestamp(period.begins())))
        .filter(audit_entries::at.lt(timestamp(period.ends())))
        .filter(audit_entries::action.eq_any(actions.to_vec()))
        .filter(audit_entries::actor_kind.eq_any(roles()))
        .group_by((audit_entries::actor, audit_entries::action))
        .select((audit_entries::actor, audit_entries::action, count_star()))
        .load(connection)?;
    let open: Vec<&str> = State::ALL.iter().filter(|state| !state.is_final()).map(|state| state.code()).collect();
    let held: Vec<(String, i64)> = cases::table
        .inner_join(agents::table.on(agents::id.nullable().eq(cases::holder_id)))
        .filter(cases::state.eq_any(open))
        .group_by(agents::email)
        .select((agents::email, count_star()))
        .load(connection)?;
    let mut found: BTreeMap<String, (Vec<(String, i64)>, i64)> = BTreeMap::new();
    for (agent, action, count) in acts {
        found.entry(agent).or_default().0.push((action, count));
    }
    for (agent, count) in held {
        found.entry(agent).or_default().1 = count;
    }
    Ok(found.into_iter().map(|(agent, (acts, holds))| Worked { agent, acts, holds }).collect())
}

fn took(since: NaiveDateTime, until: &str) -> Result<i64, StoreError> {
    let until = DateTime::parse_from_rfc3339(until).map_err(|_| corrupt("time", until))?;
    Ok((until.to_utc() - since.and_utc()).num_seconds().max(0))
}

/// How long those who asked in the period waited for the first act of the desk that told them something; by the day
/// they asked.
pub fn first_replies(connection: &mut AnyConnection, period: Period) -> Result<Vec<Took>, StoreError> {
    let rows: Vec<(NaiveDateTime, Option<String>)> = cases::table
        .inner_join(audit_entries::table.on(audit_entries::case_ref.eq(cases::reference)))
        .filter(cases::submitted_at.ge(stored(period.begins())))
        .filter(cases::submitted_at.lt(stored(period.ends())))
        .filter(audit_entries::action.eq_any(REPLIES))
        .filter(audit_entries::actor_kind.eq_any(roles()))
        .group_by((cases::id, cases::submitted_at))
        .select((cases::submitted_at, min(audit_entries::at)))
        .load(connection)?;
    let reply = |(since, first): (NaiveDateTime, Option<String>)| {
        Some(took(since, &first?).map(|seconds| Took { day: since.date(), seconds }))
    };
    rows.into_iter().filter_map(reply).collect()
}

/// How long the cases that the desk deactivated in the period had taken; by the day of the deactivation. What owners did
/// by themselves is not among them.
pub fn deactivations(connection: &mut AnyConnection, period: Period) -> Result<Vec<Took>, StoreError> {
    let rows: Vec<(NaiveDateTime, String)> = audit_entries::table
        .inner_join(cases::table.on(audit_entries::case_ref.eq(cases::reference)))
        .filter(audit_entries::at.ge(timestamp(period.begins())))
        .filter(audit_entries::at.lt(timestamp(period.ends())))
        .filter(audit_entries::action.eq("case.deactivated"))
        .filter(cases::with_owner.eq(false))
        .select((cases::submitted_at, audit_entries::at))
        .load(connection)?;
    let deactivation = |(since, at): (NaiveDateTime, String)| {
        let date = at.get(..10).unwrap_or_default();
        Ok(Took { day: day(date)?, seconds: took(since, &at)? })
    };
    rows.into_iter().map(deactivation).collect()
}
