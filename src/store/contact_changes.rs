//! Changes of contacts that are held, and what became of them.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};

use super::contacts::{Texts, listed};
use super::schema::contact_changes;
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::contact::EmailAddress;
use crate::domain::contact_record::{ChangeState, ContactChange, Hold};
use crate::domain::directory::{DirectoryName, Home, Login};
use crate::domain::ids::ContactChangeId;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contact_changes, treat_none_as_null = true)]
struct Row {
    id: String,
    directory: String,
    login: String,
    email: Option<String>,
    email_key: Option<String>,
    phone: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    tier: Option<String>,
    country: Option<String>,
    administrators: String,
    state: String,
    requested_at: NaiveDateTime,
    requested_by: String,
    old_email: Option<String>,
    old_phone: Option<String>,
    told_at: Option<NaiveDateTime>,
    effective_at: Option<NaiveDateTime>,
    reminded: bool,
    ended_at: Option<NaiveDateTime>,
    ended_by: Option<String>,
    objected_at: Option<NaiveDateTime>,
    due_at: Option<NaiveDateTime>,
}

impl Row {
    fn of(change: &ContactChange) -> Result<Self, StoreError> {
        let (values, hold) = (&change.values, change.hold.as_ref());
        Ok(Self {
            id: change.id.to_string(),
            directory: change.directory.to_string(),
            login: change.login.to_string(),
            email: values.email.as_ref().map(ToString::to_string),
            email_key: values.email.as_ref().map(EmailAddress::key),
            phone: values.phone.as_ref().map(ToString::to_string),
            name: values.name.clone(),
            kind: values.kind.map(|kind| kind.code().to_owned()),
            tier: values.tier.map(|tier| tier.code().to_owned()),
            country: values.country.clone(),
            administrators: listed(&values.administrators)?,
            state: change.state.code().to_owned(),
            requested_at: stored(change.requested_at),
            requested_by: change.requested_by.clone(),
            old_email: change.old_email.as_ref().map(ToString::to_string),
            old_phone: change.old_phone.as_ref().map(ToString::to_string),
            told_at: hold.map(|hold| stored(hold.told_at)),
            effective_at: hold.map(|hold| stored(hold.effective_at)),
            reminded: hold.is_some_and(|hold| hold.reminded),
            ended_at: change.ended_at.map(stored),
            ended_by: change.ended_by.clone(),
            objected_at: change.objected_at.map(stored),
            due_at: change.due_at().map(stored),
        })
    }

    fn into_change(self) -> Result<ContactChange, StoreError> {
        let texts = Texts {
            email: self.email.as_deref(),
            phone: self.phone.as_deref(),
            name: self.name,
            kind: self.kind.as_deref(),
            tier: self.tier.as_deref(),
            country: self.country,
            administrators: &self.administrators,
        };
        let hold = match (self.told_at, self.effective_at) {
            (Some(told_at), Some(effective_at)) => {
                Some(Hold { told_at: told_at.and_utc(), effective_at: effective_at.and_utc(), reminded: self.reminded })
            }
            _ => None,
        };
        Ok(ContactChange {
            id: parsed("contact change", &self.id)?,
            directory: parsed("directory", &self.directory)?,
            login: parsed("login", &self.login)?,
            values: texts.values()?,
            state: ChangeState::from_code(&self.state).ok_or_else(|| corrupt("contact change", &self.state))?,
            requested_at: self.requested_at.and_utc(),
            requested_by: self.requested_by,
            old_email: parsed_if("old e-mail", self.old_email.as_deref())?,
            old_phone: parsed_if("old phone", self.old_phone.as_deref())?,
            hold,
            ended_at: self.ended_at.map(|at| at.and_utc()),
            ended_by: self.ended_by,
            objected_at: self.objected_at.map(|at| at.and_utc()),
        })
    }
}

/// Stores a new change.
pub fn insert(tx: &mut Tx<'_>, change: &ContactChange) -> Result<(), StoreError> {
    diesel::insert_into(contact_changes::table).values(Row::of(change)?).execute(tx.connection)?;
    Ok(())
}

/// Stores what became of a change that was in the state `from`.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody was faster.
pub fn update(tx: &mut Tx<'_>, from: ChangeState, change: &ContactChange) -> Result<(), StoreError> {
    let changed = diesel::update(contact_changes::table.find(change.id.to_string()))
        .filter(contact_changes::state.eq(from.code()))
        .set(Row::of(change)?)
        .execute(tx.connection)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Keeps the hash of what the link holds by which a change is stopped.
pub fn set_stop_hash(tx: &mut Tx<'_>, id: ContactChangeId, hash: &str) -> Result<(), StoreError> {
    diesel::update(contact_changes::table.find(id.to_string()))
        .set(contact_changes::stop_hash.eq(hash))
        .execute(tx.connection)?;
    Ok(())
}

/// One change.
pub fn find(connection: &mut AnyConnection, id: ContactChangeId) -> Result<Option<ContactChange>, StoreError> {
    let row: Option<Row> =
        contact_changes::table.find(id.to_string()).select(Row::as_select()).first(connection).optional()?;
    row.map(Row::into_change).transpose()
}

/// The change whose link holds what has this hash.
pub fn find_by_stop_hash(
    connection: &mut AnyConnection,
    id: ContactChangeId,
    hash: &str,
) -> Result<Option<ContactChange>, StoreError> {
    let row: Option<Row> = contact_changes::table
        .find(id.to_string())
        .filter(contact_changes::stop_hash.eq(hash))
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(Row::into_change).transpose()
}

/// Holds a change for this transaction. False when there is none in this state any more.
pub fn lock(tx: &mut Tx<'_>, id: ContactChangeId, state: ChangeState) -> Result<bool, StoreError> {
    // Writing the row what it is locks it, on both databases.
    let locked = diesel::update(contact_changes::table.find(id.to_string()))
        .filter(contact_changes::state.eq(state.code()))
        .set(contact_changes::state.eq(state.code()))
        .execute(tx.connection)?;
    Ok(locked == 1)
}

/// The change that is held for a login.
pub fn held_for(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    login: &Login,
) -> Result<Option<ContactChange>, StoreError> {
    let row: Option<Row> = contact_changes::table
        .filter(contact_changes::directory.eq(directory.as_str()))
        .filter(contact_changes::login.eq(login.as_str()))
        .filter(contact_changes::state.eq(ChangeState::Held.code()))
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(Row::into_change).transpose()
}

/// The newest change of a login that somebody stopped after `since`.
pub fn stopped_since(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    login: &Login,
    since: DateTime<Utc>,
) -> Result<Vec<ContactChange>, StoreError> {
    let rows: Vec<Row> = contact_changes::table
        .filter(contact_changes::directory.eq(directory.as_str()))
        .filter(contact_changes::login.eq(login.as_str()))
        .filter(contact_changes::state.eq(ChangeState::Stopped.code()))
        .filter(contact_changes::ended_at.gt(stored(since)))
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(Row::into_change).collect()
}

/// Whether a change that is held would give another login of a directory this address.
pub fn is_spoken_for(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    login: &Login,
    email: &EmailAddress,
) -> Result<bool, StoreError> {
    let others = contact_changes::table
        .filter(contact_changes::directory.eq(directory.as_str()))
        .filter(contact_changes::login.ne(login.as_str()))
        .filter(contact_changes::state.eq(ChangeState::Held.code()))
        .filter(contact_changes::email_key.eq(email.key()));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(connection)?)
}

/// Notes the first time that the page behind a change's link was fetched. False when it was before.
pub fn mark_opened(tx: &mut Tx<'_>, id: ContactChangeId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(contact_changes::table.find(id.to_string()))
        .filter(contact_changes::opened_at.is_null())
        .set(contact_changes::opened_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Notes that somebody at an old address objected after the change had become effective. False when they did before.
pub fn mark_objected(tx: &mut Tx<'_>, id: ContactChangeId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(contact_changes::table.find(id.to_string()))
        .filter(contact_changes::objected_at.is_null())
        .set(contact_changes::objected_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Changes, the newest first: those that are held, or those that are not any more.
pub fn list(connection: &mut AnyConnection, held: bool, limit: i64) -> Result<Vec<ContactChange>, StoreError> {
    let query = contact_changes::table
        .order((contact_changes::requested_at.desc(), contact_changes::id.desc()))
        .select(Row::as_select())
        .limit(limit);
    let rows: Vec<Row> = if held {
        query.filter(contact_changes::state.eq(ChangeState::Held.code())).load(connection)?
    } else {
        query.filter(contact_changes::state.ne(ChangeState::Held.code())).load(connection)?
    };
    rows.into_iter().map(Row::into_change).collect()
}

/// Forgets the addresses of changes that were over before a moment.
pub fn forget(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), StoreError> {
    let over = contact_changes::table
        .filter(contact_changes::state.ne(ChangeState::Held.code()))
        .filter(contact_changes::ended_at.lt(stored(before)));
    diesel::delete(over).execute(tx.connection)?;
    Ok(())
}

/// Changes that time will move now, the longest overdue first.
pub fn due(connection: &mut AnyConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<ContactChangeId>, StoreError> {
    let ids: Vec<String> = contact_changes::table
        .filter(contact_changes::due_at.le(stored(now)))
        .order(contact_changes::due_at.asc())
        .select(contact_changes::id)
        .limit(limit)
        .load(connection)?;
    ids.iter().map(|id| parsed("contact change", id)).collect()
}

/// Whether time is to move this change now. Nobody else moves it until the transaction is over.
pub fn claim_due(tx: &mut Tx<'_>, id: ContactChangeId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let claimed = diesel::update(contact_changes::table.find(id.to_string()))
        .filter(contact_changes::due_at.le(stored(now)))
        .set(contact_changes::due_at.eq(stored(now)))
        .execute(tx.connection)?;
    Ok(claimed == 1)
}

/// Puts the timer of a change off, unless it was set anew meanwhile.
pub fn put_off(
    tx: &mut Tx<'_>,
    id: ContactChangeId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let put_off = diesel::update(contact_changes::table.find(id.to_string()))
        .filter(contact_changes::due_at.le(stored(now)))
        .set(contact_changes::due_at.eq(stored(until)))
        .execute(tx.connection)?;
    Ok(put_off > 0)
}

/// Whether a change of an account's contact is held, or somebody objected to one after a moment.
pub fn is_unsettled(connection: &mut AnyConnection, home: &Home, since: DateTime<Utc>) -> Result<bool, StoreError> {
    let Home::Elsewhere { directory, login } = home else { return Ok(false) };
    let unsettled = contact_changes::table
        .filter(contact_changes::directory.eq(directory.as_str()))
        .filter(contact_changes::login.eq(login.as_str()))
        .filter(contact_changes::state.eq(ChangeState::Held.code()).or(contact_changes::objected_at.gt(stored(since))));
    Ok(diesel::select(exists(unsettled)).get_result(connection)?)
}
