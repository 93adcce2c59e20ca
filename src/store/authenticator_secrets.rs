//! The sealed secrets of authenticators, for sealing them anew.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, TextExpressionMethods};

use super::schema::authenticators;
use super::{AnyConnection, StoreError, Tx, corrupt, parsed};
use crate::domain::ids::AuthenticatorId;
use crate::domain::sealed::Sealed;

/// Secrets that are sealed with another key than `key`, of authenticators after `after`.
pub fn under_other_keys(
    connection: &mut AnyConnection,
    key: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<(AuthenticatorId, Sealed)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = authenticators::table
        .filter(authenticators::id.gt(after))
        // The names of keys hold no wildcards.
        .filter(authenticators::secret.not_like(format!("{key}:%")))
        .order(authenticators::id.asc())
        .select((authenticators::id, authenticators::secret))
        .limit(limit)
        .load(connection)?;
    let sealed = |(id, secret): (String, Option<String>)| {
        let secret = secret.as_deref().and_then(Sealed::from_text).ok_or_else(|| corrupt("secret of", &id))?;
        Ok((parsed("authenticator", &id)?, secret))
    };
    rows.into_iter().map(sealed).collect()
}

/// Puts a new sealing in the place of `old`. False when it is not there any more.
pub fn reseal(tx: &mut Tx<'_>, id: AuthenticatorId, old: &Sealed, new: &Sealed) -> Result<bool, StoreError> {
    let same = authenticators::table.find(id.to_string()).filter(authenticators::secret.eq(Some(old.to_text())));
    Ok(diesel::update(same).set(authenticators::secret.eq(Some(new.to_text()))).execute(tx.connection)? == 1)
}
