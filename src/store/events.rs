//! Outbox rows of events: each waits for one subscriber, after those of its case that came before it.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::outbox::{Errand, EventErrand, take};
use super::schema::{event_numbers, outbox};
use super::{AnyConnection, StoreError, Tx, corrupt, dialect, parsed, stored};
use crate::domain::event::{DeliveryState, SubscriberName};
use crate::domain::ids::{CaseId, OutboxId};

/// The outbox's word for events.
pub const EVENT: &str = "event";

/// A delivery that this instance holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedEvent {
    /// Internal identifier, and what the subscriber knows it by.
    pub id: OutboxId,
    /// To whom.
    pub subscriber: SubscriberName,
    /// The case it tells of.
    pub case: CaseId,
    /// What is told.
    pub event: EventErrand,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// A delivery as the desk lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Internal identifier.
    pub id: OutboxId,
    /// To whom.
    pub subscriber: SubscriberName,
    /// What is told; nothing where this version cannot read it.
    pub event: Option<EventErrand>,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// When it is tried next.
    pub next_at: DateTime<Utc>,
    /// When it was taken or given up.
    pub done_at: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// Which deliveries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// To whom; to all where that is not said.
    pub subscriber: Option<SubscriberName>,
    /// In these states.
    pub states: Vec<DeliveryState>,
    /// Older than this one.
    pub before: Option<OutboxId>,
}

/// The next number among the events of a case, whose row the transaction holds.
pub fn next_number(tx: &mut Tx<'_>, case: CaseId) -> Result<i64, StoreError> {
    let row = event_numbers::table.find(case.to_string());
    let last: Option<i64> = row.clone().select(event_numbers::last).first(tx.connection).optional()?;
    match last {
        Some(last) => {
            diesel::update(row).set(event_numbers::last.eq(last + 1)).execute(tx.connection)?;
            Ok(last + 1)
        }
        None => {
            let first = (event_numbers::case_id.eq(case.to_string()), event_numbers::last.eq(1));
            diesel::insert_into(event_numbers::table).values(first).execute(tx.connection)?;
            Ok(1)
        }
    }
}

/// Adds a delivery, not before the one that is ahead of it is tried again.
pub fn add(
    tx: &mut Tx<'_>,
    id: OutboxId,
    subscriber: &SubscriberName,
    case: CaseId,
    event: EventErrand,
) -> Result<(), StoreError> {
    let (sequence, at) = (event.event.sequence, stored(event.event.at));
    let ahead: Option<NaiveDateTime> = outbox::table
        .filter(outbox::case_id.eq(case.to_string()))
        .filter(outbox::subscriber.eq(subscriber.as_str()))
        .filter(outbox::state.eq(DeliveryState::Waiting.code()))
        .select(diesel::dsl::max(outbox::next_at))
        .first(tx.connection)?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id.to_string()),
            outbox::kind.eq(EVENT),
            outbox::case_id.eq(Some(case.to_string())),
            outbox::payload.eq(payload(event)?),
            outbox::state.eq(DeliveryState::Waiting.code()),
            outbox::attempts.eq(0),
            outbox::next_at.eq(ahead.map_or(at, |ahead| ahead.max(at))),
            outbox::created_at.eq(at),
            outbox::subscriber.eq(subscriber.as_str()),
            outbox::sequence.eq(sequence),
        ))
        .execute(tx.connection)?;
    Ok(())
}

fn payload(event: EventErrand) -> Result<String, StoreError> {
    serde_json::to_string(&Errand::Event(event)).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn read(payload: &str) -> Option<EventErrand> {
    match serde_json::from_str(payload) {
        Ok(Errand::Event(event)) => Some(event),
        _ => None,
    }
}

/// Takes deliveries to one subscriber that are due, at most one of each case; nobody else gets them until the lease is
/// over.
pub fn lease_due(
    tx: &mut Tx<'_>,
    subscriber: &SubscriberName,
    now: DateTime<Utc>,
    lease: TimeDelta,
    limit: i64,
) -> Result<Vec<LeasedEvent>, StoreError> {
    let mut held = Vec::new();
    for id in dialect::claim_events(tx.connection, subscriber.as_str(), stored(now), limit)? {
        take(tx, std::slice::from_ref(&id), now, lease)?;
        let (case, content, attempts): (Option<String>, String, i32) = outbox::table
            .find(&id)
            .select((outbox::case_id, outbox::payload, outbox::attempts))
            .first(tx.connection)?;
        let id = parsed("outbox", &id)?;
        let case = parsed("case", case.as_deref().unwrap_or_default())?;
        match read(&content) {
            Some(event) => held.push(LeasedEvent { id, subscriber: subscriber.clone(), case, event, attempts }),
            // One row that this version cannot read must not stop the others.
            None => super::outbox::bury(tx, id, now, "outbox payload")?,
        }
    }
    Ok(held)
}

/// Whether the row is still as this instance leased it. Another may have taken it over meanwhile.
pub fn is_held(tx: &mut Tx<'_>, leased: &LeasedEvent) -> Result<bool, StoreError> {
    let row = outbox::table.find(leased.id.to_string()).select((outbox::state, outbox::attempts));
    let found: Option<(String, i32)> = row.first(tx.connection).optional()?;
    Ok(found.is_some_and(|(state, attempts)| state == DeliveryState::Leased.code() && attempts == leased.attempts))
}

/// The delivery failed and is tried again at `next_at`, and what comes after it in its case not before.
pub fn put_off(tx: &mut Tx<'_>, leased: &LeasedEvent, next_at: DateTime<Utc>, error: &str) -> Result<(), StoreError> {
    super::outbox::retry_at(tx, leased.id, next_at, error)?;
    let behind = outbox::table
        .filter(outbox::case_id.eq(leased.case.to_string()))
        .filter(outbox::subscriber.eq(leased.subscriber.as_str()))
        .filter(outbox::sequence.gt(leased.event.event.sequence))
        .filter(outbox::state.eq(DeliveryState::Waiting.code()))
        .filter(outbox::next_at.lt(stored(next_at)));
    diesel::update(behind).set(outbox::next_at.eq(stored(next_at))).execute(tx.connection)?;
    Ok(())
}

/// Deliveries, newest first.
pub fn list(connection: &mut AnyConnection, wanted: &Wanted, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    #[derive(Queryable)]
    struct Row {
        id: String,
        subscriber: Option<String>,
        payload: String,
        state: String,
        attempts: i32,
        created_at: NaiveDateTime,
        next_at: NaiveDateTime,
        done_at: Option<NaiveDateTime>,
        error: Option<String>,
    }
    let states: Vec<&str> = wanted.states.iter().map(|state| state.code()).collect();
    let mut query = outbox::table
        .filter(outbox::subscriber.is_not_null())
        .filter(outbox::state.eq_any(states))
        .order(outbox::id.desc())
        .select((
            outbox::id,
            outbox::subscriber,
            outbox::payload,
            outbox::state,
            outbox::attempts,
            outbox::created_at,
            outbox::next_at,
            outbox::done_at,
            outbox::last_error,
        ))
        .limit(limit)
        .into_boxed();
    if let Some(subscriber) = &wanted.subscriber {
        query = query.filter(outbox::subscriber.eq(subscriber.as_str()));
    }
    if let Some(before) = wanted.before {
        query = query.filter(outbox::id.lt(before.to_string()));
    }
    let rows: Vec<Row> = query.load(connection)?;
    let delivery = |row: Row| {
        Ok(Delivery {
            id: parsed("outbox", &row.id)?,
            subscriber: parsed("subscriber", row.subscriber.as_deref().unwrap_or_default())?,
            event: read(&row.payload),
            state: DeliveryState::from_code(&row.state).ok_or_else(|| corrupt("delivery", &row.state))?,
            attempts: row.attempts,
            created_at: row.created_at.and_utc(),
            next_at: row.next_at.and_utc(),
            done_at: row.done_at.map(|at| at.and_utc()),
            error: row.error,
        })
    };
    rows.into_iter().map(delivery).collect()
}

/// How many deliveries were given up, to each subscriber that has any.
pub fn dead(connection: &mut AnyConnection) -> Result<Vec<(SubscriberName, i64)>, StoreError> {
    let rows: Vec<(Option<String>, i64)> = outbox::table
        .filter(outbox::subscriber.is_not_null())
        .filter(outbox::state.eq(DeliveryState::Dead.code()))
        .group_by(outbox::subscriber)
        .order(outbox::subscriber.asc())
        .select((outbox::subscriber, diesel::dsl::count_star()))
        .load(connection)?;
    rows.into_iter()
        .map(|(name, count)| Ok((parsed("subscriber", name.as_deref().unwrap_or_default())?, count)))
        .collect()
}

/// How many deliveries were given up.
pub fn count_dead(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let dead =
        outbox::table.filter(outbox::subscriber.is_not_null()).filter(outbox::state.eq(DeliveryState::Dead.code()));
    Ok(dead.count().get_result(connection)?)
}

/// Which deliveries that were given up are tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// This one.
    One(OutboxId),
    /// All to a subscriber.
    AllTo(SubscriberName),
}

/// A delivery that is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revived {
    /// Which.
    pub id: OutboxId,
    /// To whom.
    pub subscriber: SubscriberName,
    /// What is told.
    pub event: EventErrand,
}

/// Brings deliveries that were given up back, to be tried from `at` until `give_up_at`; at most `limit`, oldest first.
pub fn revive(
    tx: &mut Tx<'_>,
    again: &Again,
    (at, give_up_at): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Revived>, StoreError> {
    let mut query = outbox::table
        .filter(outbox::subscriber.is_not_null())
        .filter(outbox::state.eq(DeliveryState::Dead.code()))
        .order(outbox::id.asc())
        .select((outbox::id, outbox::subscriber, outbox::payload))
        .limit(limit)
        .into_boxed();
    query = match again {
        Again::One(id) => query.filter(outbox::id.eq(id.to_string())),
        Again::AllTo(subscriber) => query.filter(outbox::subscriber.eq(subscriber.as_str())),
    };
    let rows: Vec<(String, Option<String>, String)> = query.load(tx.connection)?;
    let mut revived = Vec::with_capacity(rows.len());
    for (id, subscriber, content) in rows {
        // What this version cannot read it cannot send either.
        let Some(event) = read(&content) else { continue };
        let event = EventErrand { give_up_at, ..event };
        diesel::update(outbox::table.find(&id))
            .set((
                outbox::payload.eq(payload(event.clone())?),
                outbox::state.eq(DeliveryState::Waiting.code()),
                outbox::attempts.eq(0),
                outbox::next_at.eq(stored(at)),
                outbox::done_at.eq(None::<NaiveDateTime>),
            ))
            .execute(tx.connection)?;
        let subscriber = parsed("subscriber", subscriber.as_deref().unwrap_or_default())?;
        revived.push(Revived { id: parsed("outbox", &id)?, subscriber, event });
    }
    Ok(revived)
}

/// Gives up what has waited since before a moment for subscribers that are not among these: nobody sends it.
pub fn bury_unwanted(
    tx: &mut Tx<'_>,
    subscribers: &[&str],
    before: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let unwanted = outbox::table
        .filter(outbox::state.eq(DeliveryState::Waiting.code()))
        .filter(outbox::subscriber.is_not_null())
        .filter(outbox::subscriber.ne_all(subscribers.iter().map(|name| Some((*name).to_owned())).collect::<Vec<_>>()))
        .filter(outbox::next_at.lt(stored(before)));
    Ok(diesel::update(unwanted)
        .set((
            outbox::state.eq(DeliveryState::Dead.code()),
            outbox::done_at.eq(stored(at)),
            outbox::last_error.eq("this subscriber is not configured any more"),
        ))
        .execute(tx.connection)?)
}
