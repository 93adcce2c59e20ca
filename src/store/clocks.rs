//! The clocks of cases: what the desk owes each, and when somebody is to be told of it.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};
use serde::{Deserialize, Serialize};

use super::schema::{case_clocks, cases};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, stored};
use crate::domain::ids::{AgentId, CaseId};
use crate::domain::reference::CaseRef;
use crate::domain::sla::{Clock, Clocks, FirstReply, NextStep, Step, Told, Which};

/// A mail to somebody at the desk about a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineErrand {
    /// Whom.
    pub agent: AgentId,
    /// Of which clock.
    pub which: Which,
    /// That it comes near, or that it is over.
    pub told: Told,
    /// When.
    pub due: DateTime<Utc>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = case_clocks, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Row {
    case_id: String,
    queue: String,
    owed_since: Option<NaiveDateTime>,
    reply_state: String,
    reply_spent: i64,
    reply_since: Option<NaiveDateTime>,
    reply_due: Option<NaiveDateTime>,
    reply_warn: Option<NaiveDateTime>,
    reply_told: String,
    replied_at: Option<NaiveDateTime>,
    step: Option<String>,
    step_turn: Option<NaiveDateTime>,
    step_spent: i64,
    step_since: Option<NaiveDateTime>,
    step_due: Option<NaiveDateTime>,
    step_warn: Option<NaiveDateTime>,
    step_told: String,
    alarm_at: Option<NaiveDateTime>,
}

impl Row {
    pub(super) fn from_clocks(case: CaseId, clocks: &Clocks) -> Self {
        let (state, spent, replied) = match clocks.first_reply {
            FirstReply::Waiting { spent, .. } => ("waiting", spent, None),
            FirstReply::Running { spent, .. } => ("running", spent, None),
            FirstReply::Given { at } => ("given", TimeDelta::zero(), Some(at)),
            FirstReply::Over => ("over", TimeDelta::zero(), None),
        };
        let reply = clocks.reply_clock();
        let step = clocks.next_step;
        let reply_told = match clocks.first_reply {
            FirstReply::Waiting { told, .. } => told,
            FirstReply::Running { clock, .. } => clock.told,
            FirstReply::Given { .. } | FirstReply::Over => Told::Nothing,
        };
        let step_told = step.map_or(Told::Nothing, |next| next.clock.told);
        Self {
            case_id: case.to_string(),
            queue: clocks.queue.clone(),
            owed_since: clocks.owed_since.map(stored),
            reply_state: state.to_owned(),
            reply_spent: spent.num_seconds(),
            reply_since: reply.map(|clock| stored(clock.since)),
            reply_due: reply.map(|clock| stored(clock.due)),
            reply_warn: reply.map(|clock| stored(clock.warn_at)),
            reply_told: reply_told.code().to_owned(),
            replied_at: replied.map(stored),
            step: step.map(|next| next.step.code().to_owned()),
            step_turn: step.map(|next| stored(next.turn)),
            step_spent: step.map_or(0, |next| next.spent.num_seconds()),
            step_since: step.map(|next| stored(next.clock.since)),
            step_due: step.map(|next| stored(next.clock.due)),
            step_warn: step.map(|next| stored(next.clock.warn_at)),
            step_told: step_told.code().to_owned(),
            alarm_at: clocks.alarm_at().map(stored),
        }
    }

    fn into_clocks(self) -> Result<Clocks, StoreError> {
        let spent = TimeDelta::seconds(self.reply_spent);
        let reply = clock((self.reply_since, self.reply_due, self.reply_warn), &self.reply_told)?;
        let step = clock((self.step_since, self.step_due, self.step_warn), &self.step_told)?;
        let step = match (self.step.as_deref(), self.step_turn, step) {
            (Some(code), Some(turn), Some(clock)) => {
                let step = Step::from_code(code).ok_or_else(|| corrupt("step", code))?;
                Some(NextStep { step, turn: turn.and_utc(), spent: TimeDelta::seconds(self.step_spent), clock })
            }
            _ => None,
        };
        let first_reply = match (self.reply_state.as_str(), reply, self.replied_at) {
            ("waiting", _, _) => FirstReply::Waiting { spent, told: told(&self.reply_told)? },
            ("running", Some(clock), _) => FirstReply::Running { spent, clock },
            ("given", _, Some(at)) => FirstReply::Given { at: at.and_utc() },
            ("over", _, _) => FirstReply::Over,
            (other, _, _) => return Err(corrupt("first reply", other)),
        };
        Ok(Clocks {
            queue: self.queue,
            owed_since: self.owed_since.map(|at| at.and_utc()),
            first_reply,
            next_step: step,
        })
    }
}

type Moments = (Option<NaiveDateTime>, Option<NaiveDateTime>, Option<NaiveDateTime>);

fn told(code: &str) -> Result<Told, StoreError> {
    Told::from_code(code).ok_or_else(|| corrupt("told", code))
}

fn clock((since, due, warn_at): Moments, code: &str) -> Result<Option<Clock>, StoreError> {
    let told = told(code)?;
    Ok(since.zip(due).zip(warn_at).map(|((since, due), warn_at)| Clock {
        since: since.and_utc(),
        due: due.and_utc(),
        warn_at: warn_at.and_utc(),
        told,
    }))
}

/// The clocks of a case; of one from before there were clocks, those of a case that nobody awaits an answer to.
pub(super) fn of_case(connection: &mut AnyConnection, case: &str) -> Result<Clocks, StoreError> {
    let row: Option<Row> = case_clocks::table.find(case).first(connection).optional()?;
    row.map_or_else(|| Ok(Clocks::silent()), Row::into_clocks)
}

/// The clocks of some cases, by their identifiers.
pub fn of_cases(connection: &mut AnyConnection, among: &[CaseId]) -> Result<Vec<(CaseId, Clocks)>, StoreError> {
    let among: Vec<String> = among.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = case_clocks::table.filter(case_clocks::case_id.eq_any(among)).load(connection)?;
    rows.into_iter().map(|row| Ok((parsed("case", &row.case_id)?, row.into_clocks()?))).collect()
}

/// Keeps the clocks of a new case.
pub(super) fn begin(tx: &mut Tx<'_>, case: CaseId, clocks: &Clocks) -> Result<(), StoreError> {
    diesel::insert_into(case_clocks::table).values(Row::from_clocks(case, clocks)).execute(tx.connection)?;
    Ok(())
}

/// Keeps the clocks of a case as they are now.
pub fn keep(tx: &mut Tx<'_>, case: CaseId, clocks: &Clocks) -> Result<(), StoreError> {
    let row = Row::from_clocks(case, clocks);
    let changed = diesel::update(case_clocks::table.find(&row.case_id)).set(&row).execute(tx.connection)?;
    if changed == 0 {
        diesel::insert_into(case_clocks::table).values(row).execute(tx.connection)?;
    }
    Ok(())
}

/// Cases of whose clocks somebody is to be told now, the longest due first.
pub fn due(connection: &mut AnyConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<CaseRef>, StoreError> {
    let due: Vec<String> = case_clocks::table
        .inner_join(cases::table)
        .filter(case_clocks::alarm_at.le(stored(now)))
        .order(case_clocks::alarm_at.asc())
        .select(cases::reference)
        .limit(limit)
        .load(connection)?;
    due.iter().map(|reference| parsed("reference", reference)).collect()
}

/// Puts the next alarm of a case off, unless it was set anew meanwhile.
pub fn put_off(
    tx: &mut Tx<'_>,
    reference: &CaseRef,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let case = cases::table.filter(cases::reference.eq(reference.as_str())).select(cases::id);
    let put_off = diesel::update(case_clocks::table.filter(case_clocks::case_id.eq_any(case)))
        .filter(case_clocks::alarm_at.le(stored(now)))
        .set(case_clocks::alarm_at.eq(stored(until)))
        .execute(tx.connection)?;
    Ok(put_off > 0)
}
