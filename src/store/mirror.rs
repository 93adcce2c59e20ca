//! What other directories told of their accounts, kept so that a decision can be weighed in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::accounts::email_key;
use super::schema::{accounts, authenticators};
use super::{AnyConnection, StoreError, Tx, parsed, parsed_if, stored};
use crate::domain::account::{Account, AuthenticatorState};
use crate::domain::contact::EmailAddress;
use crate::domain::directory::{DirectoryName, Home, Listed, Login, Serial};
use crate::domain::ids::{AccountId, AuthenticatorId};

/// The account that a directory calls by this login.
pub fn find_by_login(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    login: &Login,
) -> Result<Option<AccountId>, StoreError> {
    let id: Option<String> = accounts::table
        .filter(accounts::directory.eq(directory.as_str()))
        .filter(accounts::login.eq(login.as_str()))
        .select(accounts::id)
        .first(connection)
        .optional()?;
    parsed_if("account", id.as_deref())
}

/// The account of a directory with this address of record.
pub fn find_by_email(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    email: &EmailAddress,
) -> Result<Option<AccountId>, StoreError> {
    let id: Option<String> = accounts::table
        .filter(accounts::email_key.eq(format!("{directory}:{}", email.key())))
        .select(accounts::id)
        .first(connection)
        .optional()?;
    parsed_if("account", id.as_deref())
}

/// How far what is kept of an account can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mirrored {
    /// Its directory was asked at this moment.
    Read(DateTime<Utc>),
    /// Its directory had no such account at this moment: another may have its address.
    Gone(DateTime<Utc>),
    /// It was changed here since its directory was asked.
    Unread,
}

/// Keeps what is known of an account. Its identifier, home and number stay as they are.
///
/// # Errors
/// [`StoreError::Duplicate`] when another account of the directory has its e-mail address.
pub fn keep(tx: &mut Tx<'_>, account: &Account, mirrored: Mirrored, at: DateTime<Utc>) -> Result<(), StoreError> {
    let key = match mirrored {
        Mirrored::Gone(_) => format!("gone:{}", account.id),
        Mirrored::Read(_) | Mirrored::Unread => email_key(&account.email, false, &account.home),
    };
    let read_at = match mirrored {
        Mirrored::Read(read_at) | Mirrored::Gone(read_at) => Some(stored(read_at)),
        Mirrored::Unread => None,
    };
    diesel::update(accounts::table.find(account.id.to_string()))
        .set((
            accounts::email.eq(account.email.to_string()),
            accounts::email_key.eq(key),
            accounts::name.eq(&account.name),
            accounts::kind.eq(account.kind.code()),
            accounts::tier.eq(account.tier.code()),
            accounts::phone.eq(account.phone.as_ref().map(ToString::to_string)),
            accounts::status.eq(account.status.code()),
            accounts::country.eq(&account.background.country),
            accounts::email_changed_at.eq(account.background.email_changed_at.map(stored)),
            accounts::phone_changed_at.eq(account.background.phone_changed_at.map(stored)),
            accounts::updated_at.eq(stored(at)),
            accounts::read_at.eq(read_at),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// When an account was last read from its directory.
pub fn read_at(connection: &mut AnyConnection, account: AccountId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<Option<NaiveDateTime>> =
        accounts::table.find(account.to_string()).select(accounts::read_at).first(connection).optional()?;
    Ok(at.flatten().map(|at| at.and_utc()))
}

/// What the directory calls an authenticator. The embedded one calls it by its identifier.
pub fn serial(
    connection: &mut AnyConnection,
    home: &Home,
    authenticator: AuthenticatorId,
) -> Result<Option<Serial>, StoreError> {
    if *home == Home::Local {
        return parsed("authenticator", &authenticator.to_string()).map(Some);
    }
    let serial: Option<Option<String>> = authenticators::table
        .find(authenticator.to_string())
        .select(authenticators::serial)
        .first(connection)
        .optional()?;
    parsed_if("serial", serial.flatten().as_deref())
}

/// Makes an account's authenticators those that its directory listed: new ones are added with an identifier from
/// `new_id`, those that are not there any more are deactivated, and none is ever removed.
pub fn keep_authenticators(
    tx: &mut Tx<'_>,
    account: AccountId,
    listed: &[Listed],
    at: DateTime<Utc>,
    new_id: impl Fn() -> AuthenticatorId,
) -> Result<(), StoreError> {
    let known: Vec<(String, Option<String>, String, Option<NaiveDateTime>)> = authenticators::table
        .filter(authenticators::account_id.eq(account.to_string()))
        .select((authenticators::id, authenticators::serial, authenticators::state, authenticators::deactivated_at))
        .load(tx.connection)?;
    let there: BTreeSet<&str> = listed.iter().map(|each| each.serial.as_str()).collect();
    let state_of = |state: AuthenticatorState| {
        let off = (state == AuthenticatorState::Deactivated).then(|| stored(at));
        (authenticators::state.eq(state.code()), authenticators::deactivated_at.eq(off))
    };
    for (id, serial, state, _) in &known {
        let gone = serial.as_deref().is_none_or(|serial| !there.contains(serial));
        if gone && state == AuthenticatorState::Active.code() {
            let row = authenticators::table.find(id);
            diesel::update(row).set(state_of(AuthenticatorState::Deactivated)).execute(tx.connection)?;
        }
    }
    for each in listed {
        let found = known.iter().find(|(_, serial, ..)| serial.as_deref() == Some(each.serial.as_str()));
        match found {
            Some((id, _, state, off_at)) => {
                let row = authenticators::table.find(id);
                diesel::update(row)
                    .set((authenticators::label.eq(&each.label), authenticators::kind.eq(each.kind.code())))
                    .execute(tx.connection)?;
                // What was switched off since the directory was asked stays off until it is asked again.
                let newer = off_at.is_some_and(|off_at| off_at >= stored(at));
                if state != each.state.code() && !newer {
                    let row = authenticators::table.find(id);
                    diesel::update(row).set(state_of(each.state)).execute(tx.connection)?;
                }
            }
            None => {
                let id = new_id();
                diesel::insert_into(authenticators::table)
                    .values((
                        authenticators::id.eq(id.to_string()),
                        authenticators::account_id.eq(account.to_string()),
                        authenticators::kind.eq(each.kind.code()),
                        authenticators::label.eq(&each.label),
                        authenticators::enrolled_at.eq(stored(at)),
                        authenticators::drift.eq(0),
                        authenticators::sign_count.eq(0),
                        authenticators::serial.eq(each.serial.as_str()),
                        state_of(each.state),
                    ))
                    .execute(tx.connection)?;
            }
        }
    }
    Ok(())
}
