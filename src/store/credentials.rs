//! What the `local` directory checks: password hashes, the secrets and clocks of authenticators, recovery codes.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{accounts, authenticators, recovery_codes};
use super::{AnyConnection, StoreError, Tx, corrupt, dialect, parsed, stored};
use crate::domain::account::{AuthenticatorKind, AuthenticatorState};
use crate::domain::authn::{Clockwork, StoredPasskey};
use crate::domain::ids::{AccountId, AuthenticatorId, RecoveryCodeId};
use crate::domain::sealed::Sealed;

/// The hash of an account's password, in PHC string format.
pub fn password_hash(connection: &mut AnyConnection, account: AccountId) -> Result<Option<String>, StoreError> {
    let found: Option<Option<String>> =
        accounts::table.find(account.to_string()).select(accounts::password_hash).first(connection).optional()?;
    Ok(found.flatten())
}

/// Like [`password_hash`], and nobody replaces it until the transaction ends: whoever does then ends what began by it.
pub fn hold_password(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<String>, StoreError> {
    dialect::lock_password(tx.connection, &account.to_string())
}

/// Replaces the password of an account, by its hash in PHC string format.
pub fn set_password(tx: &mut Tx<'_>, account: AccountId, hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(account.to_string()))
        .set((accounts::password_hash.eq(hash), accounts::updated_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(())
}

/// An active authenticator that shows codes, with its secret.
pub struct StoredTotp {
    /// Which.
    pub id: AuthenticatorId,
    /// The secret, sealed for the authenticator's identifier.
    pub secret: Sealed,
    /// What is remembered of its clock.
    pub clock: Clockwork,
}

/// The active authenticators of an account whose codes can be checked, the longest enrolled first.
pub fn totps(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<StoredTotp>, StoreError> {
    let shows_codes = [AuthenticatorKind::VirtualTotp.code(), AuthenticatorKind::HardwareTotp.code()];
    let rows: Vec<(String, Option<String>, i64, Option<i64>)> = authenticators::table
        .filter(authenticators::account_id.eq(account.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .filter(authenticators::kind.eq_any(shows_codes))
        .filter(authenticators::secret.is_not_null())
        .order((authenticators::enrolled_at.asc(), authenticators::id.asc()))
        .select((authenticators::id, authenticators::secret, authenticators::drift, authenticators::last_step))
        .load(connection)?;
    rows.into_iter()
        .map(|(id, secret, drift, last_step)| {
            let secret = secret.as_deref().and_then(Sealed::from_text);
            Ok(StoredTotp {
                id: parsed("authenticator", &id)?,
                secret: secret.ok_or_else(|| corrupt("secret of authenticator", &id))?,
                clock: Clockwork { drift, last_step },
            })
        })
        .collect()
}

/// Gives a new authenticator its secret, and what its first codes told of its clock.
pub fn set_up_totp(tx: &mut Tx<'_>, id: AuthenticatorId, secret: &Sealed, clock: Clockwork) -> Result<(), StoreError> {
    set_secret(tx, id, secret)?;
    diesel::update(authenticators::table.find(id.to_string()))
        .set((authenticators::drift.eq(clock.drift), authenticators::last_step.eq(clock.last_step)))
        .execute(tx.connection)?;
    Ok(())
}

/// Gives an authenticator its secret.
pub fn set_secret(tx: &mut Tx<'_>, id: AuthenticatorId, secret: &Sealed) -> Result<(), StoreError> {
    diesel::update(authenticators::table.find(id.to_string()))
        .set(authenticators::secret.eq(secret.to_text()))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what a taken code tells of a clock. False when a code of this step or a later one was taken meanwhile.
pub fn keep_clock(
    tx: &mut Tx<'_>,
    id: AuthenticatorId,
    clock: Clockwork,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let earlier = authenticators::last_step.is_null().or(authenticators::last_step.lt(clock.last_step));
    let changed = diesel::update(authenticators::table.find(id.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .filter(earlier)
        .set((
            authenticators::drift.eq(clock.drift),
            authenticators::last_step.eq(clock.last_step),
            authenticators::last_used_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// An active authenticator, as its owner sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldAuthenticator {
    /// Which.
    pub id: AuthenticatorId,
    /// What it is.
    pub kind: AuthenticatorKind,
    /// What its owner calls it.
    pub name: String,
    /// When it was activated.
    pub activated_at: DateTime<Utc>,
    /// When it last proved something.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The active authenticators of an account other than saved codes, the longest enrolled first.
pub fn held(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<HeldAuthenticator>, StoreError> {
    let rows: Vec<(String, String, String, NaiveDateTime, Option<NaiveDateTime>)> = authenticators::table
        .filter(authenticators::account_id.eq(account.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .filter(authenticators::kind.ne(AuthenticatorKind::RecoveryCodes.code()))
        .order((authenticators::enrolled_at.asc(), authenticators::id.asc()))
        .select((
            authenticators::id,
            authenticators::kind,
            authenticators::label,
            authenticators::enrolled_at,
            authenticators::last_used_at,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(id, kind, name, activated_at, last_used_at)| {
            Ok(HeldAuthenticator {
                id: parsed("authenticator", &id)?,
                kind: AuthenticatorKind::from_code(&kind).ok_or_else(|| corrupt("authenticator", &id))?,
                name,
                activated_at: activated_at.and_utc(),
                last_used_at: last_used_at.map(|at| at.and_utc()),
            })
        })
        .collect()
}

/// An active passkey, and how often it says it was used.
pub struct ActivePasskey {
    /// Which authenticator.
    pub id: AuthenticatorId,
    /// The passkey.
    pub passkey: StoredPasskey,
    /// Its count of signatures.
    pub count: i64,
}

/// The active passkeys of an account, the longest enrolled first.
pub fn passkeys(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<ActivePasskey>, StoreError> {
    let rows: Vec<(String, Option<String>, Option<String>, i64)> = authenticators::table
        .filter(authenticators::account_id.eq(account.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .filter(authenticators::kind.eq(AuthenticatorKind::Passkey.code()))
        .order((authenticators::enrolled_at.asc(), authenticators::id.asc()))
        .select((
            authenticators::id,
            authenticators::credential_id,
            authenticators::passkey,
            authenticators::sign_count,
        ))
        .load(connection)?;
    let with_key = |(id, credential_id, json, count): (String, Option<String>, Option<String>, i64)| {
        let passkey = StoredPasskey { credential_id: credential_id?, json: json? };
        Some(parsed("authenticator", &id).map(|id| ActivePasskey { id, passkey, count }))
    };
    // One that another system enrolled has no key here.
    rows.into_iter().filter_map(with_key).collect()
}

/// Gives a new authenticator its passkey.
///
/// # Errors
/// [`StoreError::Duplicate`] when an authenticator has it already, of whatever account.
pub fn set_passkey(tx: &mut Tx<'_>, id: AuthenticatorId, passkey: &StoredPasskey) -> Result<(), StoreError> {
    diesel::update(authenticators::table.find(id.to_string()))
        .set((authenticators::credential_id.eq(&passkey.credential_id), authenticators::passkey.eq(&passkey.json)))
        .execute(tx.connection)?;
    Ok(())
}

/// Whether an authenticator has this passkey, active or not, of whatever account.
pub fn is_known_passkey(connection: &mut AnyConnection, credential_id: &str) -> Result<bool, StoreError> {
    let found: i64 =
        authenticators::table.filter(authenticators::credential_id.eq(credential_id)).count().get_result(connection)?;
    Ok(found > 0)
}

/// Keeps what a proof tells of a passkey. False when it was used, or deactivated, meanwhile.
pub fn keep_passkey(
    tx: &mut Tx<'_>,
    before: &ActivePasskey,
    json: &str,
    count: i64,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(authenticators::table.find(before.id.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .filter(authenticators::sign_count.eq(before.count))
        .set((
            authenticators::passkey.eq(json),
            authenticators::sign_count.eq(count),
            authenticators::last_used_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Stores a recovery code by its hash.
///
/// # Errors
/// [`StoreError::Duplicate`] when it exists.
pub fn insert_code(
    tx: &mut Tx<'_>,
    id: RecoveryCodeId,
    (account, authenticator): (AccountId, AuthenticatorId),
    hash: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(recovery_codes::table)
        .values((
            recovery_codes::id.eq(id.to_string()),
            recovery_codes::account_id.eq(account.to_string()),
            recovery_codes::authenticator_id.eq(authenticator.to_string()),
            recovery_codes::code_hash.eq(hash),
            recovery_codes::created_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// How many recovery codes of an account can still be used.
pub fn unused_codes(connection: &mut AnyConnection, account: AccountId) -> Result<i64, StoreError> {
    Ok(recovery_codes::table
        .inner_join(authenticators::table.on(authenticators::id.eq(recovery_codes::authenticator_id)))
        .filter(recovery_codes::account_id.eq(account.to_string()))
        .filter(recovery_codes::used_at.is_null())
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .count()
        .get_result(connection)?)
}

/// Uses a recovery code up. False when the account has no such code, or someone just used it.
pub fn use_up(tx: &mut Tx<'_>, account: AccountId, hash: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let active = authenticators::table
        .filter(authenticators::account_id.eq(account.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .select(authenticators::id);
    let unused = recovery_codes::table
        .filter(recovery_codes::account_id.eq(account.to_string()))
        .filter(recovery_codes::code_hash.eq(hash))
        .filter(recovery_codes::used_at.is_null())
        .filter(recovery_codes::authenticator_id.eq_any(active));
    let changed = diesel::update(unused).set(recovery_codes::used_at.eq(stored(at))).execute(tx.connection)?;
    Ok(changed == 1)
}
