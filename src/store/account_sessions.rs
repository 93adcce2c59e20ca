//! Sign-ins of accounts.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::account_sessions;
use super::{AnyConnection, StoreError, Tx, accounts, corrupt, parsed, parsed_if, stored};
use crate::domain::account::Account;
use crate::domain::authn::{Assurance, is_device};
use crate::domain::ids::{AccountId, AccountSessionId, CaseId};

/// A sign-in of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSession {
    /// Internal identifier.
    pub id: AccountSessionId,
    /// Whose.
    pub account: Account,
    /// How far it has come.
    pub assurance: Assurance,
    /// The case that a session of assurance `recovery` was won with.
    pub case: Option<CaseId>,
    /// When a second factor was last given in it.
    pub proved_at: Option<DateTime<Utc>>,
    /// The account has an active authenticator other than saved codes.
    pub has_device: bool,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// Where a session comes from, as lists of sessions show it.
#[derive(Debug, Clone)]
pub struct SessionOrigin {
    /// How the person proved themself: the last step of the sign-in.
    pub method: String,
    /// When a second factor was given, if one was.
    pub proved_at: Option<DateTime<Utc>>,
    /// Network address.
    pub ip: String,
    /// The browser, in a few words.
    pub device: String,
}

/// A session as lists show it.
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// Internal identifier.
    pub id: String,
    /// Where it comes from.
    pub origin: SessionOrigin,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
}

pub(super) type LineRow = (String, String, Option<NaiveDateTime>, String, String, NaiveDateTime, NaiveDateTime);

impl SessionLine {
    pub(super) fn from_row(row: LineRow) -> Self {
        let (id, method, proved_at, ip, device, created_at, last_seen_at) = row;
        Self {
            id,
            origin: SessionOrigin { method, proved_at: proved_at.map(|at| at.and_utc()), ip, device },
            created_at: created_at.and_utc(),
            last_seen_at: last_seen_at.and_utc(),
        }
    }
}

/// The sessions of an account that are good for something at this moment, the newest first. Those that sat idle since
/// `idle_since` are not.
pub fn of_account(
    connection: &mut AnyConnection,
    account: AccountId,
    (now, idle_since): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<SessionLine>, StoreError> {
    let rows: Vec<LineRow> = account_sessions::table
        .filter(account_sessions::account_id.eq(account.to_string()))
        .filter(account_sessions::ended_at.is_null())
        .filter(account_sessions::expires_at.gt(stored(now)))
        .filter(account_sessions::last_seen_at.gt(stored(idle_since)))
        .order(account_sessions::created_at.desc())
        .select((
            account_sessions::id,
            account_sessions::method,
            account_sessions::proved_at,
            account_sessions::ip,
            account_sessions::device,
            account_sessions::created_at,
            account_sessions::last_seen_at,
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(SessionLine::from_row).collect())
}

/// Ends a session of this account. False when it is not theirs or has ended.
pub fn end_of_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    id: AccountSessionId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(account_sessions::table.find(id.to_string()))
        .filter(account_sessions::account_id.eq(account.to_string()))
        .filter(account_sessions::ended_at.is_null())
        .set(account_sessions::ended_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Ends every session of an account for good.
pub fn end_all(tx: &mut Tx<'_>, account: AccountId, at: DateTime<Utc>) -> Result<usize, StoreError> {
    end_others(tx, account, "", at)
}

/// A session that begins.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Internal identifier.
    pub id: AccountSessionId,
    /// Whose.
    pub account: AccountId,
    /// Hash of its cookie.
    pub token_hash: String,
    /// How far it has come.
    pub assurance: Assurance,
    /// The case that a session of assurance `recovery` was won with.
    pub case: Option<CaseId>,
    /// Where it comes from.
    pub origin: SessionOrigin,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// Begins a session.
pub fn begin(tx: &mut Tx<'_>, new: &NewSession, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(account_sessions::table)
        .values((
            account_sessions::id.eq(new.id.to_string()),
            account_sessions::account_id.eq(new.account.to_string()),
            account_sessions::token_hash.eq(&new.token_hash),
            account_sessions::assurance.eq(new.assurance.code()),
            account_sessions::case_id.eq(new.case.map(|case| case.to_string())),
            account_sessions::method.eq(&new.origin.method),
            account_sessions::proved_at.eq(new.origin.proved_at.map(stored)),
            account_sessions::ip.eq(&new.origin.ip),
            account_sessions::device.eq(&new.origin.device),
            account_sessions::created_at.eq(stored(at)),
            account_sessions::last_seen_at.eq(stored(at)),
            account_sessions::expires_at.eq(stored(new.expires_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The session whose cookie has this hash, unless somebody ended it; whatever its age.
pub fn find(connection: &mut AnyConnection, token_hash: &str) -> Result<Option<AccountSession>, StoreError> {
    type Row =
        (String, String, String, Option<String>, Option<NaiveDateTime>, NaiveDateTime, NaiveDateTime, NaiveDateTime);
    let row: Option<Row> = account_sessions::table
        .filter(account_sessions::token_hash.eq(token_hash))
        .filter(account_sessions::ended_at.is_null())
        .select((
            account_sessions::id,
            account_sessions::account_id,
            account_sessions::assurance,
            account_sessions::case_id,
            account_sessions::proved_at,
            account_sessions::created_at,
            account_sessions::last_seen_at,
            account_sessions::expires_at,
        ))
        .first(connection)
        .optional()?;
    let Some((id, account, assurance, case, proved_at, began_at, last_seen_at, expires_at)) = row else {
        return Ok(None);
    };
    let Some(account) = accounts::find(connection, parsed("account", &account)?)? else { return Ok(None) };
    Ok(Some(AccountSession {
        id: parsed("session", &id)?,
        has_device: accounts::authenticators(connection, account.id)?.iter().any(is_device),
        account,
        assurance: Assurance::from_code(&assurance).ok_or_else(|| corrupt("assurance", &assurance))?,
        case: parsed_if("case", case.as_deref())?,
        proved_at: proved_at.map(|at| at.and_utc()),
        began_at: began_at.and_utc(),
        last_seen_at: last_seen_at.and_utc(),
        expires_at: expires_at.and_utc(),
    }))
}

/// The session with this identifier, unless somebody ended it; whatever its age.
pub fn by_id(connection: &mut AnyConnection, id: &str) -> Result<Option<AccountSession>, StoreError> {
    let hash: Option<String> =
        account_sessions::table.find(id).select(account_sessions::token_hash).first(connection).optional()?;
    match hash {
        Some(hash) => find(connection, &hash),
        None => Ok(None),
    }
}

/// Notes that a session was used.
pub fn touch(tx: &mut Tx<'_>, id: AccountSessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(account_sessions::table.find(id.to_string()))
        .set(account_sessions::last_seen_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(())
}

/// Lets a session last longer than it was to.
pub fn extend(tx: &mut Tx<'_>, id: AccountSessionId, until: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(account_sessions::table.find(id.to_string()))
        .filter(account_sessions::expires_at.lt(stored(until)))
        .set(account_sessions::expires_at.eq(stored(until)))
        .execute(tx.connection)?;
    Ok(())
}

/// Ends every session of an account that has both steps behind it. Answers how many there were.
pub fn end_complete(tx: &mut Tx<'_>, account: AccountId, at: DateTime<Utc>) -> Result<usize, StoreError> {
    let open = account_sessions::table
        .filter(account_sessions::account_id.eq(account.to_string()))
        .filter(account_sessions::assurance.eq(Assurance::Complete.code()))
        .filter(account_sessions::ended_at.is_null());
    Ok(diesel::update(open).set(account_sessions::ended_at.eq(stored(at))).execute(tx.connection)?)
}

/// Notes that a second factor was given in a session just now. False when the session has ended.
pub fn step_up(tx: &mut Tx<'_>, id: AccountSessionId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(account_sessions::table.find(id.to_string()))
        .filter(account_sessions::ended_at.is_null())
        .set(account_sessions::proved_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Ends a session for good. False when somebody just did.
pub fn end(tx: &mut Tx<'_>, id: AccountSessionId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(account_sessions::table.find(id.to_string()))
        .filter(account_sessions::ended_at.is_null())
        .set(account_sessions::ended_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Ends every session of an account but one, and answers how many there were.
pub fn end_others(tx: &mut Tx<'_>, account: AccountId, but: &str, at: DateTime<Utc>) -> Result<usize, StoreError> {
    let others = account_sessions::table
        .filter(account_sessions::account_id.eq(account.to_string()))
        .filter(account_sessions::id.ne(but))
        .filter(account_sessions::ended_at.is_null());
    Ok(diesel::update(others).set(account_sessions::ended_at.eq(stored(at))).execute(tx.connection)?)
}

/// Ends the session whose cookie has this hash, if there is one.
pub fn end_of_cookie(tx: &mut Tx<'_>, token_hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let open = account_sessions::table
        .filter(account_sessions::token_hash.eq(token_hash))
        .filter(account_sessions::ended_at.is_null());
    diesel::update(open).set(account_sessions::ended_at.eq(stored(at))).execute(tx.connection)?;
    Ok(())
}
