//! Wrong passwords and wrong second factors in a row.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::password_failures;
use super::{AnyConnection, StoreError, Tx, stored};
use crate::domain::authn::Guesses;

/// What is remembered of a subject.
pub fn find(connection: &mut AnyConnection, subject: &str) -> Result<Guesses, StoreError> {
    let row: Option<(i32, NaiveDateTime)> = password_failures::table
        .find(subject)
        .select((password_failures::failures, password_failures::last_at))
        .first(connection)
        .optional()?;
    Ok(row.map_or_else(Guesses::default, |(failures, last)| Guesses {
        in_a_row: u32::try_from(failures).unwrap_or_default(),
        last: Some(last.and_utc()),
    }))
}

/// Counts one more wrong password of a subject. Whoever calls holds the subject's lock.
pub fn add(tx: &mut Tx<'_>, subject: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let counted = diesel::update(password_failures::table.find(subject))
        .set((
            password_failures::failures.eq(password_failures::failures + 1),
            password_failures::last_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    if counted == 0 {
        diesel::insert_into(password_failures::table)
            .values((
                password_failures::subject.eq(subject),
                password_failures::failures.eq(1),
                password_failures::last_at.eq(stored(at)),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Takes one count back.
pub fn take_back(tx: &mut Tx<'_>, subject: &str) -> Result<(), StoreError> {
    diesel::update(password_failures::table.find(subject))
        .filter(password_failures::failures.gt(0))
        .set(password_failures::failures.eq(password_failures::failures - 1))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets the wrong passwords of a subject: a right one came, or a supervisor says so.
pub fn forget(tx: &mut Tx<'_>, subject: &str) -> Result<(), StoreError> {
    diesel::delete(password_failures::table.find(subject)).execute(tx.connection)?;
    Ok(())
}

/// Forgets subjects of which nothing was heard since `before`.
pub fn forget_old(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = password_failures::table.filter(password_failures::last_at.lt(stored(before)));
    Ok(diesel::delete(old).execute(tx.connection)?)
}
