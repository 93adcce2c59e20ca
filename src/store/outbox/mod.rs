//! What must leave the process: written in the transaction that decides it, carried out by the worker.

mod errand;
mod listed;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, RunQueryDsl};

use super::dialect::Kept;
use super::schema::{cases, outbox};
use super::{AnyConnection, StoreError, Tx, dialect, parsed, parsed_if, stored};
use crate::domain::ids::{AccountId, CaseId, OutboxId};
use crate::domain::reference::CaseRef;

pub use errand::{Errand, EventErrand, LETTER, LetterErrand, MailErrand, NamedDevice, TextErrand};
pub use listed::{MailRow, TextRow, Unsettled, is_searching, mail_of, mails, mails_before, texts, unsettled};

/// A row of the outbox that this instance holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Internal identifier; a mail's Message-ID is made from it.
    pub id: OutboxId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The case's reference.
    pub reference: CaseRef,
    /// The account of the case, once matched.
    pub account: Option<AccountId>,
    /// What is to be done.
    pub errand: Errand,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// Adds an errand, to be run from `at` on.
pub fn add(tx: &mut Tx<'_>, id: OutboxId, case: CaseId, errand: &Errand, at: DateTime<Utc>) -> Result<(), StoreError> {
    insert(tx, (id, errand.kind()), (Some(case), None), errand, at)
}

/// Adds a row of a kind, about a case or an account.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    (id, kind): (OutboxId, &str),
    (case, account): (Option<CaseId>, Option<AccountId>),
    errand: &Errand,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = New::of((id, kind), (case, account), errand, at)?;
    diesel::insert_into(outbox::table).values(row).execute(tx.connection)?;
    Ok(())
}

/// A row that waits.
#[derive(Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub(super) struct New<'a> {
    id: String,
    kind: &'a str,
    case_id: Option<String>,
    account_id: Option<String>,
    payload: String,
    state: &'static str,
    attempts: i32,
    next_at: NaiveDateTime,
    created_at: NaiveDateTime,
}

impl<'a> New<'a> {
    pub(super) fn of(
        (id, kind): (OutboxId, &'a str),
        (case, account): (Option<CaseId>, Option<AccountId>),
        errand: &Errand,
        at: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            id: id.to_string(),
            kind,
            case_id: case.map(|case| case.to_string()),
            account_id: account.map(|account| account.to_string()),
            payload: serde_json::to_string(errand).map_err(|error| StoreError::Corrupt(error.to_string()))?,
            state: "waiting",
            attempts: 0,
            next_at: stored(at),
            created_at: stored(at),
        })
    }
}

type Row = (Option<String>, String, Option<String>, String, i32);

/// Rows of cases, from old to new.
fn rows(connection: &mut AnyConnection, ids: &[String]) -> Result<Vec<(String, Row)>, StoreError> {
    Ok(outbox::table
        .inner_join(cases::table)
        .filter(outbox::id.eq_any(ids))
        .order(outbox::id.asc())
        .select((outbox::id, (outbox::case_id, cases::reference, cases::account_id, outbox::payload, outbox::attempts)))
        .load(connection)?)
}

fn leased(id: &str, (case, reference, account, payload, attempts): Row) -> Result<Leased, StoreError> {
    Ok(Leased {
        id: parsed("outbox", id)?,
        case: parsed("case", case.as_deref().unwrap_or_default())?,
        reference: parsed("reference", &reference)?,
        account: parsed_if("account", account.as_deref())?,
        errand: serde_json::from_str(&payload).map_err(|_| StoreError::Corrupt("outbox payload".to_owned()))?,
        attempts,
    })
}

pub(super) fn take(tx: &mut Tx<'_>, ids: &[String], now: DateTime<Utc>, lease: TimeDelta) -> Result<(), StoreError> {
    // A leased row becomes due again when its lease is over: whoever held it is taken for dead.
    diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
        .set((
            outbox::state.eq("leased"),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::next_at.eq(stored(now + lease)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Takes rows that are due; nobody else gets them until the lease is over.
pub fn lease_due(
    tx: &mut Tx<'_>,
    kinds: &[&str],
    now: DateTime<Utc>,
    lease: TimeDelta,
    limit: i64,
) -> Result<Vec<Leased>, StoreError> {
    let ids = dialect::claim_due(tx.connection, kinds, stored(now), limit)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    take(tx, &ids, now, lease)?;
    let mut held = Vec::with_capacity(ids.len());
    for (id, row) in rows(tx.connection, &ids)? {
        match leased(&id, row) {
            Ok(errand) => held.push(errand),
            // One row that this version cannot read must not stop the others.
            Err(StoreError::Corrupt(what)) => bury(tx, parsed("outbox", &id)?, now, &what)?,
            Err(error) => return Err(error),
        }
    }
    Ok(held)
}

/// Adds an errand that this instance holds from the start, because someone waits for its outcome.
pub fn add_leased(
    tx: &mut Tx<'_>,
    id: OutboxId,
    case: CaseId,
    errand: &Errand,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Leased, StoreError> {
    add(tx, id, case, errand, now)?;
    let ids = [id.to_string()];
    take(tx, &ids, now, lease)?;
    let row = rows(tx.connection, &ids)?.pop();
    let (id, row) = row.ok_or_else(|| StoreError::Corrupt("outbox".to_owned()))?;
    leased(&id, row)
}

/// Keeps hold of a row that takes long. False when it is not ours any more.
pub fn renew(tx: &mut Tx<'_>, leased: &Leased, now: DateTime<Utc>, lease: TimeDelta) -> Result<bool, StoreError> {
    let ours = diesel::update(outbox::table.find(leased.id.to_string()))
        .filter(outbox::state.eq("leased"))
        .filter(outbox::attempts.eq(leased.attempts))
        .set(outbox::next_at.eq(stored(now + lease)))
        .execute(tx.connection)?;
    Ok(ours == 1)
}

/// Lets go of every row, because no other process can hold one: an SQLite database has one server.
pub fn release_all(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::update(outbox::table.filter(outbox::state.eq("leased")))
        .set((outbox::state.eq("waiting"), outbox::next_at.eq(stored(now))))
        .execute(tx.connection)?)
}

/// The errand was run.
pub fn done(tx: &mut Tx<'_>, id: OutboxId, at: DateTime<Utc>) -> Result<(), StoreError> {
    // Each case has several; what diesel builds for an update would be parsed anew for each.
    Kept::<()>::of("UPDATE outbox SET state = 'done', last_error = NULL, done_at = ")
        .moment(stored(at))
        .words(" WHERE id = ")
        .text(id.to_string())
        .execute(tx.connection)?;
    Ok(())
}

/// The errand failed and is tried again at `next_at`.
pub fn retry_at(tx: &mut Tx<'_>, id: OutboxId, next_at: DateTime<Utc>, error: &str) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id.to_string()))
        .set((outbox::state.eq("waiting"), outbox::next_at.eq(stored(next_at)), outbox::last_error.eq(error)))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what is known of an errand while it is being run.
pub fn rewrite(tx: &mut Tx<'_>, id: OutboxId, errand: &Errand) -> Result<(), StoreError> {
    let payload = serde_json::to_string(errand).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    diesel::update(outbox::table.find(id.to_string())).set(outbox::payload.eq(payload)).execute(tx.connection)?;
    Ok(())
}

/// The errand failed for good; the desk shows it.
pub fn bury(tx: &mut Tx<'_>, id: OutboxId, at: DateTime<Utc>, error: &str) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id.to_string()))
        .set((outbox::state.eq("dead"), outbox::done_at.eq(stored(at)), outbox::last_error.eq(error)))
        .execute(tx.connection)?;
    Ok(())
}

/// Brings a dead mail of a case back to be tried from `at` on. False when there is none.
pub fn revive(tx: &mut Tx<'_>, id: OutboxId, case: CaseId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(outbox::table.find(id.to_string()))
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::kind.eq("mail"))
        .filter(outbox::state.eq("dead"))
        .set((outbox::state.eq("waiting"), outbox::attempts.eq(0), outbox::next_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Whether the errand was run, or given up.
pub fn is_over(connection: &mut AnyConnection, id: OutboxId) -> Result<bool, StoreError> {
    let state: Option<String> =
        outbox::table.find(id.to_string()).select(outbox::state).first(connection).optional()?;
    Ok(matches!(state.as_deref(), Some("done" | "dead")))
}

/// Whether the row is still held and not done: the last look before something irreversible.
pub fn is_pending(connection: &mut AnyConnection, id: OutboxId) -> Result<bool, StoreError> {
    let state: Option<String> =
        outbox::table.find(id.to_string()).select(outbox::state).first(connection).optional()?;
    Ok(state.as_deref() == Some("leased"))
}
