//! What the desk's reports count.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::{count_star, sql};
use diesel::sql_types::{BigInt, Text, Timestamp};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, sql_query,
};

use super::super::schema::{agents, audit_entries, case_forms, cases, queue_rows};
use super::super::{AnyConnection, StoreError, corrupt, dialect, stored};
use crate::domain::actor::Role;
use crate::domain::audit::timestamp;
use crate::domain::form::Reason;
use crate::domain::report::{Acted, Arrived, Period, REPLIES, Spread, Spreads, Worked};

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
    let held: Vec<(String, i64)> = queue_rows::table
        .inner_join(agents::table.on(agents::id.nullable().eq(queue_rows::holder_id)))
        .filter(queue_rows::is_open)
        .filter(queue_rows::holder_id.is_not_null())
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

/// The spread of each day, and under no day that of all, of what stands in `took` by its day and seconds. It is ranked
/// where it lies: a year has more cases than should be in memory for a page.
const SPREADS: &str = "counted AS (
        SELECT day, seconds FROM took UNION ALL SELECT '' AS day, seconds FROM took
    ), ranked AS (
        SELECT day, seconds, row_number() OVER (PARTITION BY day ORDER BY seconds) AS place,
            count(*) OVER (PARTITION BY day) AS many
        FROM counted
    )
    SELECT day, many,
        min(CASE WHEN place = (many * 50 + 99) / 100 THEN seconds END) AS median,
        min(CASE WHEN place = (many * 90 + 99) / 100 THEN seconds END) AS ninetieth
    FROM ranked GROUP BY day, many";

#[derive(QueryableByName)]
struct SpreadRow {
    #[diesel(sql_type = Text)]
    day: String,
    #[diesel(sql_type = BigInt)]
    many: i64,
    #[diesel(sql_type = BigInt)]
    median: i64,
    #[diesel(sql_type = BigInt)]
    ninetieth: i64,
}

fn spreads(rows: Vec<SpreadRow>) -> Result<Spreads, StoreError> {
    let mut spreads = Spreads::default();
    for SpreadRow { day, many, median, ninetieth } in rows {
        let spread = Spread { many, median, ninetieth };
        match day.as_str() {
            "" => spreads.whole = Some(spread),
            day => _ = spreads.days.insert(self::day(day)?, spread),
        }
    }
    Ok(spreads)
}

/// Constant words of ours as SQL lists them.
fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// How long those who asked in the period waited for the first act of the desk that told them something; by the day
/// they asked.
pub fn first_replies(connection: &mut AnyConnection, period: Period) -> Result<Spreads, StoreError> {
    let (day, seconds) = (dialect::day_of(connection, "since"), dialect::seconds_between(connection, "since", "until"));
    let query = format!(
        "WITH replied AS (
            SELECT cases.submitted_at AS since, min(audit_entries.at) AS until
            FROM cases JOIN audit_entries ON audit_entries.case_ref = cases.reference
            WHERE cases.submitted_at >= $1 AND cases.submitted_at < $2
                AND audit_entries.action IN ({}) AND audit_entries.actor_kind IN ({})
            GROUP BY cases.id, cases.submitted_at
        ), took AS (SELECT {day} AS day, {seconds} AS seconds FROM replied), {SPREADS}",
        listed(&REPLIES),
        listed(&roles()),
    );
    let query =
        sql_query(query).bind::<Timestamp, _>(stored(period.begins())).bind::<Timestamp, _>(stored(period.ends()));
    spreads(query.load(connection)?)
}

/// How long the cases that the desk deactivated in the period had taken; by the day of the deactivation. What owners did
/// by themselves is not among them.
pub fn deactivations(connection: &mut AnyConnection, period: Period) -> Result<Spreads, StoreError> {
    let seconds = dialect::seconds_between(connection, "cases.submitted_at", "audit_entries.at");
    let query = format!(
        "WITH took AS (
            SELECT substr(audit_entries.at, 1, 10) AS day, {seconds} AS seconds
            FROM audit_entries JOIN cases ON cases.reference = audit_entries.case_ref
            WHERE audit_entries.at >= $1 AND audit_entries.at < $2 AND audit_entries.action = 'case.deactivated'
                AND NOT cases.with_owner
        ), {SPREADS}"
    );
    let query = sql_query(query).bind::<Text, _>(timestamp(period.begins())).bind::<Text, _>(timestamp(period.ends()));
    spreads(query.load(connection)?)
}
