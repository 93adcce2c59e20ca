//! Mailed links that are about no case: those that let somebody set a password.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::sign_in_links;
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::ids::{AccountId, SignInLinkId};

const SET_PASSWORD: &str = "set_password";

/// A link as it was mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// Internal identifier.
    pub id: SignInLinkId,
    /// Whose password it sets.
    pub account: AccountId,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// When it was used up.
    pub used_at: Option<DateTime<Utc>>,
}

/// Makes a link. Older ones of the account end with it.
pub fn insert(tx: &mut Tx<'_>, link: &SignInLink, token_hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    end_all(tx, link.account, at)?;
    diesel::insert_into(sign_in_links::table)
        .values((
            sign_in_links::id.eq(link.id.to_string()),
            sign_in_links::account_id.eq(link.account.to_string()),
            sign_in_links::purpose.eq(SET_PASSWORD),
            sign_in_links::token_hash.eq(token_hash),
            sign_in_links::created_at.eq(stored(at)),
            sign_in_links::expires_at.eq(stored(link.expires_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The link whose token has this hash, used or not.
pub fn find(connection: &mut AnyConnection, token_hash: &str) -> Result<Option<SignInLink>, StoreError> {
    type Row = (String, String, NaiveDateTime, Option<NaiveDateTime>);
    let row: Option<Row> = sign_in_links::table
        .filter(sign_in_links::token_hash.eq(token_hash))
        .select((sign_in_links::id, sign_in_links::account_id, sign_in_links::expires_at, sign_in_links::used_at))
        .first(connection)
        .optional()?;
    row.map(|(id, account, expires_at, used_at)| {
        Ok(SignInLink {
            id: parsed("link", &id)?,
            account: parsed("account", &account)?,
            expires_at: expires_at.and_utc(),
            used_at: used_at.map(|at| at.and_utc()),
        })
    })
    .transpose()
}

/// Uses a link up. False when somebody was faster.
pub fn use_up(tx: &mut Tx<'_>, id: SignInLinkId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(sign_in_links::table.find(id.to_string()))
        .filter(sign_in_links::used_at.is_null())
        .set(sign_in_links::used_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Ends every link of an account that can still be used.
pub fn end_all(tx: &mut Tx<'_>, account: AccountId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let open = sign_in_links::table
        .filter(sign_in_links::account_id.eq(account.to_string()))
        .filter(sign_in_links::used_at.is_null());
    diesel::update(open).set(sign_in_links::used_at.eq(stored(at))).execute(tx.connection)?;
    Ok(())
}
