//! Browsers that somebody completed a sign-in with before.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::known_devices;
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::ids::{AccountId, KnownDeviceId};

/// How long a browser stays known after the last sign-in with it.
pub const KNOWN_FOR: TimeDelta = TimeDelta::days(180);

/// The account's known browser whose cookie has this hash.
pub fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<KnownDeviceId>, StoreError> {
    let id: Option<String> = known_devices::table
        .filter(known_devices::account_id.eq(account.to_string()))
        .filter(known_devices::token_hash.eq(token_hash))
        .filter(known_devices::last_seen_at.gt(stored(now - KNOWN_FOR)))
        .select(known_devices::id)
        .first(connection)
        .optional()?;
    id.map(|id| parsed("known device", &id)).transpose()
}

/// Gives a browser's cookie another secret, for everybody who signed in with it: one that was planted or copied is
/// worth nothing once its owner comes back.
pub fn renew(tx: &mut Tx<'_>, old_hash: &str, new_hash: &str) -> Result<(), StoreError> {
    diesel::update(known_devices::table.filter(known_devices::token_hash.eq(old_hash)))
        .set(known_devices::token_hash.eq(new_hash))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes a sign-in with a known browser.
pub fn touch(tx: &mut Tx<'_>, id: KnownDeviceId, device: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(known_devices::table.find(id.to_string()))
        .set((known_devices::last_seen_at.eq(stored(at)), known_devices::device.eq(device)))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets a browser of an account, known or no longer.
pub fn end_of_cookie(tx: &mut Tx<'_>, account: AccountId, token_hash: &str) -> Result<(), StoreError> {
    let of_cookie = known_devices::table
        .filter(known_devices::account_id.eq(account.to_string()))
        .filter(known_devices::token_hash.eq(token_hash));
    diesel::delete(of_cookie).execute(tx.connection)?;
    Ok(())
}

/// Remembers a browser for an account.
pub fn insert(
    tx: &mut Tx<'_>,
    id: KnownDeviceId,
    (account, token_hash): (AccountId, &str),
    device: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(known_devices::table)
        .values((
            known_devices::id.eq(id.to_string()),
            known_devices::account_id.eq(account.to_string()),
            known_devices::token_hash.eq(token_hash),
            known_devices::device.eq(device),
            known_devices::created_at.eq(stored(at)),
            known_devices::last_seen_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets every browser of an account, as its owner signs out everywhere.
pub fn forget(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    diesel::delete(known_devices::table.filter(known_devices::account_id.eq(account.to_string())))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets browsers that nobody signed in with for long.
pub fn forget_old(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = known_devices::table.filter(known_devices::last_seen_at.lt(stored(now - KNOWN_FOR)));
    Ok(diesel::delete(old).execute(tx.connection)?)
}
