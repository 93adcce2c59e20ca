//! Changes of telephone numbers of record.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::schema::{cases, phone_changes};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::ids::{AccountId, CaseId, PhoneChangeId};
use crate::domain::phone_change::{Approval, Hold, Ordered, PhoneChange, Requester, State};
use crate::domain::reference::CaseRef;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = phone_changes, treat_none_as_null = true)]
struct Row {
    id: String,
    case_id: String,
    account_id: String,
    state: String,
    version: i64,
    old_phone: Option<String>,
    new_phone: String,
    requested_by: String,
    agent_id: Option<String>,
    administrator_id: Option<String>,
    requested_at: NaiveDateTime,
    approved_by: Option<String>,
    approved_at: Option<NaiveDateTime>,
    held_at: Option<NaiveDateTime>,
    effective_at: Option<NaiveDateTime>,
    reminded: bool,
    frozen_from: Option<String>,
    state_since: NaiveDateTime,
    due_at: Option<NaiveDateTime>,
    ordered_at: Option<NaiveDateTime>,
    failure: Option<String>,
    given_up: bool,
}

fn state(code: &str) -> Result<State, StoreError> {
    State::from_code(code).ok_or_else(|| corrupt("phone change state", code))
}

impl Row {
    fn from_change(change: &PhoneChange, due_at: Option<DateTime<Utc>>) -> Self {
        let (approval, hold) = (change.approval.as_ref(), change.hold.as_ref());
        Self {
            id: change.id.to_string(),
            case_id: change.case.to_string(),
            account_id: change.account.to_string(),
            state: change.state.code().to_owned(),
            version: change.version,
            old_phone: change.old.as_ref().map(ToString::to_string),
            new_phone: change.new.to_string(),
            requested_by: change.requester.code().to_owned(),
            agent_id: change.requester.agent().map(|id| id.to_string()),
            administrator_id: change.requester.administrator().map(|id| id.to_string()),
            requested_at: stored(change.requested_at),
            approved_by: approval.map(|approval| approval.agent.to_string()),
            approved_at: approval.map(|approval| stored(approval.at)),
            held_at: hold.map(|hold| stored(hold.started_at)),
            effective_at: hold.map(|hold| stored(hold.ends_at)),
            reminded: hold.is_some_and(|hold| hold.reminded),
            frozen_from: change.frozen_from.map(|state| state.code().to_owned()),
            state_since: stored(change.state_since),
            due_at: due_at.map(stored),
            ordered_at: change.order.as_ref().map(|order| stored(order.at)),
            failure: change.order.as_ref().and_then(|order| order.failure.clone()),
            given_up: change.order.as_ref().is_some_and(|order| order.given_up),
        }
    }

    fn into_change(self) -> Result<PhoneChange, StoreError> {
        let requester = match (self.requested_by.as_str(), &self.agent_id, &self.administrator_id) {
            ("customer", None, None) => Requester::Customer,
            ("agent", Some(id), None) => Requester::Agent(parsed("agent", id)?),
            ("administrator", None, Some(id)) => Requester::Administrator(parsed("administrator", id)?),
            (other, _, _) => return Err(corrupt("requester", other)),
        };
        Ok(PhoneChange {
            id: parsed("phone change", &self.id)?,
            case: parsed("case", &self.case_id)?,
            account: parsed("account", &self.account_id)?,
            state: state(&self.state)?,
            version: self.version,
            old: parsed_if("old phone", self.old_phone.as_deref())?,
            new: parsed("new phone", &self.new_phone)?,
            requester,
            requested_at: self.requested_at.and_utc(),
            approval: match (self.approved_by, self.approved_at) {
                (Some(agent), Some(at)) => Some(Approval { agent: parsed("agent", &agent)?, at: at.and_utc() }),
                _ => None,
            },
            hold: match (self.held_at, self.effective_at) {
                (Some(started_at), Some(ends_at)) => {
                    Some(Hold { started_at: started_at.and_utc(), ends_at: ends_at.and_utc(), reminded: self.reminded })
                }
                _ => None,
            },
            order: self.ordered_at.map(|at| Ordered {
                at: at.and_utc(),
                failure: self.failure,
                given_up: self.given_up,
            }),
            frozen_from: self.frozen_from.as_deref().map(state).transpose()?,
            state_since: self.state_since.and_utc(),
        })
    }
}

fn open_codes() -> Vec<&'static str> {
    State::OPEN.iter().map(|state| state.code()).collect()
}

/// Stores a new request.
pub fn insert(tx: &mut Tx<'_>, change: &PhoneChange, due_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
    diesel::insert_into(phone_changes::table).values(Row::from_change(change, due_at)).execute(tx.connection)?;
    Ok(())
}

/// Stores what a transition made of `before`.
///
/// # Errors
/// [`StoreError::Conflict`] when the change is no longer as it was.
pub fn update(
    tx: &mut Tx<'_>,
    before: &PhoneChange,
    after: &PhoneChange,
    due_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let changed = diesel::update(phone_changes::table.find(before.id.to_string()))
        .filter(phone_changes::version.eq(before.version))
        .set(Row::from_change(after, due_at))
        .execute(tx.connection)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Sets the timer of a change that did not move.
pub fn reschedule(tx: &mut Tx<'_>, id: PhoneChangeId, due_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
    diesel::update(phone_changes::table.find(id.to_string()))
        .set(phone_changes::due_at.eq(due_at.map(stored)))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what went wrong with the order of a change. A form made before that is stale.
pub fn set_failure(tx: &mut Tx<'_>, id: PhoneChangeId, failure: &str, given_up: bool) -> Result<(), StoreError> {
    diesel::update(phone_changes::table.find(id.to_string()))
        .set((
            phone_changes::failure.eq(failure),
            phone_changes::given_up.eq(given_up),
            phone_changes::version.eq(phone_changes::version + 1),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// One change.
pub fn find(connection: &mut AnyConnection, id: PhoneChangeId) -> Result<Option<PhoneChange>, StoreError> {
    let row: Option<Row> =
        phone_changes::table.find(id.to_string()).select(Row::as_select()).first(connection).optional()?;
    row.map(Row::into_change).transpose()
}

/// The newest change of a case, open or over.
pub fn latest_of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Option<PhoneChange>, StoreError> {
    let row: Option<Row> = phone_changes::table
        .filter(phone_changes::case_id.eq(case.to_string()))
        .order((phone_changes::requested_at.desc(), phone_changes::id.desc()))
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(Row::into_change).transpose()
}

/// The changes of an account that are under way or frozen, with their cases' references, oldest first.
pub fn open_of_account(
    connection: &mut AnyConnection,
    account: AccountId,
) -> Result<Vec<(PhoneChange, CaseRef)>, StoreError> {
    with_reference(
        phone_changes::table
            .inner_join(cases::table)
            .filter(phone_changes::account_id.eq(account.to_string()))
            .filter(phone_changes::state.eq_any(open_codes()))
            .order((phone_changes::requested_at.asc(), phone_changes::id.asc()))
            .select((Row::as_select(), cases::reference))
            .load(connection)?,
    )
}

/// The changes that a second agent has to approve, with their cases' references, the longest waiting first.
pub fn awaiting_approval(
    connection: &mut AnyConnection,
    limit: i64,
) -> Result<Vec<(PhoneChange, CaseRef)>, StoreError> {
    with_reference(
        phone_changes::table
            .inner_join(cases::table)
            .filter(phone_changes::state.eq(State::AwaitingApproval.code()))
            .order((phone_changes::state_since.asc(), phone_changes::id.asc()))
            .select((Row::as_select(), cases::reference))
            .limit(limit)
            .load(connection)?,
    )
}

/// Changes that time will move now, with their cases' references, the longest overdue first.
pub fn due(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(PhoneChangeId, CaseRef)>, StoreError> {
    let rows: Vec<(String, String)> = phone_changes::table
        .inner_join(cases::table)
        .filter(phone_changes::due_at.le(stored(now)))
        .order(phone_changes::due_at.asc())
        .select((phone_changes::id, cases::reference))
        .limit(limit)
        .load(connection)?;
    rows.iter().map(|(id, reference)| Ok((parsed("phone change", id)?, parsed("reference", reference)?))).collect()
}

/// Whether time is to move this change now.
pub fn is_due(tx: &mut Tx<'_>, id: PhoneChangeId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let due = phone_changes::table.find(id.to_string()).filter(phone_changes::due_at.le(stored(now)));
    Ok(due.select(phone_changes::id).first::<String>(tx.connection).optional()?.is_some())
}

/// Puts the timer of a change off, unless it was set anew meanwhile.
pub fn put_off(
    tx: &mut Tx<'_>,
    id: PhoneChangeId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let put_off = diesel::update(phone_changes::table.find(id.to_string()))
        .filter(phone_changes::due_at.le(stored(now)))
        .set(phone_changes::due_at.eq(stored(until)))
        .execute(tx.connection)?;
    Ok(put_off > 0)
}

fn with_reference(rows: Vec<(Row, String)>) -> Result<Vec<(PhoneChange, CaseRef)>, StoreError> {
    rows.into_iter().map(|(row, reference)| Ok((row.into_change()?, parsed("reference", &reference)?))).collect()
}
