//! What was asked of browsers and is still to be answered. Each is used once, in the session that it was asked in.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::ceremonies;
use super::{AnyConnection, StoreError, Tx, corrupt, stored};
use crate::domain::authn::{CeremonyKind, OPEN_AT_ONCE};
use crate::domain::ids::{AccountId, CeremonyId};
use crate::domain::sealed::Sealed;

/// Which ceremony is answered, by whom: all of it has to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CeremonyKey {
    /// Which.
    pub id: CeremonyId,
    /// What it is for.
    pub kind: CeremonyKind,
    /// The account that was asked.
    pub account: AccountId,
    /// The session that it was asked in.
    pub session: String,
}

/// Begins a ceremony. Of those that nobody answered in this session only a few are kept.
pub fn begin(tx: &mut Tx<'_>, key: &CeremonyKey, state: &Sealed, at: DateTime<Utc>) -> Result<(), StoreError> {
    let unanswered: Vec<String> = ceremonies::table
        .filter(ceremonies::session_id.eq(&key.session))
        .filter(ceremonies::kind.eq(key.kind.code()))
        .filter(ceremonies::used_at.is_null())
        .order((ceremonies::created_at.desc(), ceremonies::id.desc()))
        .select(ceremonies::id)
        .load(tx.connection)?;
    let kept = usize::try_from(OPEN_AT_ONCE - 1).unwrap_or_default();
    let too_many: Vec<&String> = unanswered.iter().skip(kept).collect();
    diesel::delete(ceremonies::table.filter(ceremonies::id.eq_any(too_many))).execute(tx.connection)?;
    diesel::insert_into(ceremonies::table)
        .values((
            ceremonies::id.eq(key.id.to_string()),
            ceremonies::account_id.eq(key.account.to_string()),
            ceremonies::kind.eq(key.kind.code()),
            ceremonies::session_id.eq(&key.session),
            ceremonies::state.eq(state.to_text()),
            ceremonies::created_at.eq(stored(at)),
            ceremonies::expires_at.eq(stored(at + key.kind.lifetime())),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// What is kept of a ceremony that can still be answered.
pub fn open(
    connection: &mut AnyConnection,
    key: &CeremonyKey,
    at: DateTime<Utc>,
) -> Result<Option<Sealed>, StoreError> {
    let state: Option<String> = ceremonies::table
        .find(key.id.to_string())
        .filter(ceremonies::kind.eq(key.kind.code()))
        .filter(ceremonies::account_id.eq(key.account.to_string()))
        .filter(ceremonies::session_id.eq(&key.session))
        .filter(ceremonies::used_at.is_null())
        .filter(ceremonies::expires_at.gt(stored(at)))
        .select(ceremonies::state)
        .first(connection)
        .optional()?;
    let sealed = |text: String| Sealed::from_text(&text).ok_or_else(|| corrupt("state of ceremony", "unreadable"));
    state.map(sealed).transpose()
}

/// Uses a ceremony up, and forgets what was kept of it. False when it can no longer be answered.
pub fn take(tx: &mut Tx<'_>, key: &CeremonyKey, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let open = ceremonies::table
        .find(key.id.to_string())
        .filter(ceremonies::kind.eq(key.kind.code()))
        .filter(ceremonies::account_id.eq(key.account.to_string()))
        .filter(ceremonies::session_id.eq(&key.session))
        .filter(ceremonies::used_at.is_null())
        .filter(ceremonies::expires_at.gt(stored(at)));
    let used = (ceremonies::used_at.eq(stored(at)), ceremonies::state.eq(""));
    Ok(diesel::update(open).set(used).execute(tx.connection)? == 1)
}
