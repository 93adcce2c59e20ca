//! What supervisors are alarmed of.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{accounts, agents, alarms, cases};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::alarm::AlarmKind;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AccountId, AgentId, AlarmId, CaseId};
use crate::domain::reference::CaseRef;

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Internal identifier.
    pub id: AlarmId,
    /// Why.
    pub kind: AlarmKind,
    /// The case it came from.
    pub case: Option<CaseId>,
    /// The account it concerns.
    pub account: Option<AccountId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// An alarm with what its page and its mail say beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The alarm.
    pub alarm: Alarm,
    /// The reference of its case.
    pub reference: Option<CaseRef>,
    /// The address of the account.
    pub email: Option<EmailAddress>,
    /// When it was seen, and by whom.
    pub seen: Option<(DateTime<Utc>, String)>,
}

type Row = (String, String, Option<String>, Option<String>, NaiveDateTime);
type Found = (Row, Option<String>, Option<String>, Option<NaiveDateTime>, Option<String>);

fn listed(((id, kind, case, account, at), reference, email, seen, by): Found) -> Result<Listed, StoreError> {
    Ok(Listed {
        alarm: Alarm {
            id: parsed("alarm", &id)?,
            kind: AlarmKind::from_code(&kind).ok_or_else(|| corrupt("alarm", &kind))?,
            case: parsed_if("case", case.as_deref())?,
            account: parsed_if("account", account.as_deref())?,
            at: at.and_utc(),
        },
        reference: parsed_if("reference", reference.as_deref())?,
        email: parsed_if("account e-mail", email.as_deref())?,
        seen: seen.map(|at| (at.and_utc(), by.unwrap_or_default())),
    })
}

/// Stores an alarm.
pub fn insert(tx: &mut Tx<'_>, alarm: &Alarm) -> Result<(), StoreError> {
    diesel::insert_into(alarms::table)
        .values((
            alarms::id.eq(alarm.id.to_string()),
            alarms::kind.eq(alarm.kind.code()),
            alarms::case_id.eq(alarm.case.map(|id| id.to_string())),
            alarms::account_id.eq(alarm.account.map(|id| id.to_string())),
            alarms::at.eq(stored(alarm.at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Whether an alarm of this kind about a case is still to be seen.
pub fn is_ringing(connection: &mut AnyConnection, kind: AlarmKind, case: CaseId) -> Result<bool, StoreError> {
    let found: i64 = alarms::table
        .filter(alarms::seen_at.is_null())
        .filter(alarms::kind.eq(kind.code()))
        .filter(alarms::case_id.eq(case.to_string()))
        .count()
        .get_result(connection)?;
    Ok(found > 0)
}

/// The alarms about a case that nobody has seen.
pub fn ringing_for(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<AlarmId>, StoreError> {
    let ids: Vec<String> = alarms::table
        .filter(alarms::seen_at.is_null())
        .filter(alarms::case_id.eq(case.to_string()))
        .select(alarms::id)
        .load(connection)?;
    ids.iter().map(|id| parsed("alarm", id)).collect()
}

/// How many alarms nobody has seen.
pub fn count_unseen(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(alarms::table.filter(alarms::seen_at.is_null()).count().get_result(connection)?)
}

/// Marks an alarm as seen. False when it was seen before.
pub fn see(tx: &mut Tx<'_>, id: AlarmId, by: AgentId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(alarms::table.find(id.to_string()))
        .filter(alarms::seen_at.is_null())
        .set((alarms::seen_by.eq(by.to_string()), alarms::seen_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

macro_rules! all {
    () => {
        alarms::table
            .left_join(cases::table.on(alarms::case_id.eq(cases::id.nullable())))
            .left_join(accounts::table.on(alarms::account_id.eq(accounts::id.nullable())))
            .left_join(agents::table.on(alarms::seen_by.eq(agents::id.nullable())))
            .select((
                (alarms::id, alarms::kind, alarms::case_id, alarms::account_id, alarms::at),
                cases::reference.nullable(),
                accounts::email.nullable(),
                alarms::seen_at,
                agents::name.nullable(),
            ))
    };
}

/// One alarm.
pub fn find(connection: &mut AnyConnection, id: AlarmId) -> Result<Option<Listed>, StoreError> {
    let found: Option<Found> = all!().filter(alarms::id.eq(id.to_string())).first(connection).optional()?;
    found.map(listed).transpose()
}

/// Alarms, the newest first; those that nobody has seen, or those that somebody has.
pub fn list(connection: &mut AnyConnection, seen: bool, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let query = all!().order((alarms::at.desc(), alarms::id.desc())).limit(limit);
    let found: Vec<Found> = if seen {
        query.filter(alarms::seen_at.is_not_null()).load(connection)?
    } else {
        query.filter(alarms::seen_at.is_null()).load(connection)?
    };
    found.into_iter().map(listed).collect()
}
