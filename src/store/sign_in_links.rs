//! Links that are about no case: those that let somebody at the desk set a password, or set up an authenticator.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::sign_in_links;
use super::{AnyConnection, StoreError, Tx, parsed, stored};
use crate::domain::ids::{AccountId, SignInLinkId};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Sets a password.
    SetPassword,
    /// Lets somebody whose authenticators were deactivated on the server set up another.
    Enrol,
}

impl LinkPurpose {
    const fn code(self) -> &'static str {
        match self {
            Self::SetPassword => "set_password",
            Self::Enrol => "enrol",
        }
    }
}

/// A link as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// Internal identifier.
    pub id: SignInLinkId,
    /// Whose it is.
    pub account: AccountId,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// When it was used up.
    pub used_at: Option<DateTime<Utc>>,
}

/// Makes a link. One to set up an authenticator replaces those before it. One to set a password does not: anyone can
/// ask for it, and would else take away what its owner holds; it ends by itself, or when a password is set.
pub fn insert(
    tx: &mut Tx<'_>,
    link: &SignInLink,
    purpose: LinkPurpose,
    token_hash: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if purpose == LinkPurpose::Enrol {
        end_all(tx, link.account, purpose, at)?;
    }
    diesel::insert_into(sign_in_links::table)
        .values((
            sign_in_links::id.eq(link.id.to_string()),
            sign_in_links::account_id.eq(link.account.to_string()),
            sign_in_links::purpose.eq(purpose.code()),
            sign_in_links::token_hash.eq(token_hash),
            sign_in_links::created_at.eq(stored(at)),
            sign_in_links::expires_at.eq(stored(link.expires_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The link that an account has to use to set up an authenticator, with the hash of its token: one that was made and
/// not used, even if its time is over.
pub fn open_enrolment(
    connection: &mut AnyConnection,
    account: AccountId,
) -> Result<Option<(SignInLink, String)>, StoreError> {
    let row: Option<(String, String, NaiveDateTime)> = sign_in_links::table
        .filter(sign_in_links::account_id.eq(account.to_string()))
        .filter(sign_in_links::purpose.eq(LinkPurpose::Enrol.code()))
        .filter(sign_in_links::used_at.is_null())
        .select((sign_in_links::id, sign_in_links::token_hash, sign_in_links::expires_at))
        .first(connection)
        .optional()?;
    row.map(|(id, hash, expires_at)| {
        let link = SignInLink { id: parsed("link", &id)?, account, expires_at: expires_at.and_utc(), used_at: None };
        Ok((link, hash))
    })
    .transpose()
}

/// The link for setting a password whose token has this hash, used or not.
pub fn find(connection: &mut AnyConnection, token_hash: &str) -> Result<Option<SignInLink>, StoreError> {
    type Row = (String, String, NaiveDateTime, Option<NaiveDateTime>);
    let row: Option<Row> = sign_in_links::table
        .filter(sign_in_links::token_hash.eq(token_hash))
        .filter(sign_in_links::purpose.eq(LinkPurpose::SetPassword.code()))
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

/// Whether an account was mailed a link to set a password after `since` that can still be used.
pub fn mailed_since(
    connection: &mut AnyConnection,
    account: AccountId,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, StoreError> {
    let open = sign_in_links::table
        .filter(sign_in_links::account_id.eq(account.to_string()))
        .filter(sign_in_links::purpose.eq(LinkPurpose::SetPassword.code()))
        .filter(sign_in_links::used_at.is_null())
        .filter(sign_in_links::created_at.gt(stored(since)))
        .filter(sign_in_links::expires_at.gt(stored(now)));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(connection)?)
}

/// Uses a link up. False when somebody was faster.
pub fn use_up(tx: &mut Tx<'_>, id: SignInLinkId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(sign_in_links::table.find(id.to_string()))
        .filter(sign_in_links::used_at.is_null())
        .set(sign_in_links::used_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Ends every link of an account for a purpose that can still be used.
pub fn end_all(tx: &mut Tx<'_>, account: AccountId, purpose: LinkPurpose, at: DateTime<Utc>) -> Result<(), StoreError> {
    let open = sign_in_links::table
        .filter(sign_in_links::purpose.eq(purpose.code()))
        .filter(sign_in_links::account_id.eq(account.to_string()))
        .filter(sign_in_links::used_at.is_null());
    diesel::update(open).set(sign_in_links::used_at.eq(stored(at))).execute(tx.connection)?;
    Ok(())
}
