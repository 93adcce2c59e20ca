//! Outbox rows that belong to no case: mails about how somebody signs in.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{QueryDsl, RunQueryDsl};

use super::outbox::{Errand, LETTER, bury, insert, take};
use super::schema::outbox;
use super::{StoreError, Tx, dialect, parsed, parsed_if, stored};
use crate::domain::ids::{AccountId, OutboxId};

/// A row that this instance holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedLetter {
    /// Internal identifier; the Message-ID is made from it.
    pub id: OutboxId,
    /// Whose sign-in it is about, where that is known.
    pub account: Option<AccountId>,
    /// What is to be done.
    pub errand: Errand,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// Adds an errand that belongs to no case, to be run from `at` on.
pub fn add(
    tx: &mut Tx<'_>,
    id: OutboxId,
    account: Option<AccountId>,
    errand: &Errand,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    insert(tx, (id, LETTER), (None, account), errand, at)
}

/// Takes rows that are due; nobody else gets them until the lease is over.
pub fn lease_due(
    tx: &mut Tx<'_>,
    now: DateTime<Utc>,
    lease: TimeDelta,
    limit: i64,
) -> Result<Vec<LeasedLetter>, StoreError> {
    let mut held = Vec::new();
    for id in dialect::claim_due(tx.connection, &[LETTER], stored(now), limit)? {
        take(tx, std::slice::from_ref(&id), now, lease)?;
        let (account, payload, attempts): (Option<String>, String, i32) = outbox::table
            .find(&id)
            .select((outbox::account_id, outbox::payload, outbox::attempts))
            .first(tx.connection)?;
        let id = parsed("outbox", &id)?;
        match serde_json::from_str(&payload) {
            Ok(errand) => {
                let account = parsed_if("account", account.as_deref())?;
                held.push(LeasedLetter { id, account, errand, attempts });
            }
            // One row that this version cannot read must not stop the others.
            Err(_) => bury(tx, id, now, "outbox payload")?,
        }
    }
    Ok(held)
}
