//! Who reads a mailbox: one of several instances, for as long as it renews its lease.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::mailbox_readers;
use super::{AnyConnection, StoreError, Tx, dialect, stored};

/// Takes a mailbox, or keeps it. False while somebody else reads it.
pub fn hold(
    tx: &mut Tx<'_>,
    mailbox: &str,
    holder: &str,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<bool, StoreError> {
    dialect::lock_subject(tx.connection, "mailbox", mailbox)?;
    let known: Option<String> =
        mailbox_readers::table.find(mailbox).select(mailbox_readers::holder).first(tx.connection).optional()?;
    if known.is_none() {
        diesel::insert_into(mailbox_readers::table)
            .values((
                mailbox_readers::mailbox.eq(mailbox),
                mailbox_readers::holder.eq(holder),
                mailbox_readers::until.eq(stored(now + lease)),
            ))
            .execute(tx.connection)?;
        return Ok(true);
    }
    let free = mailbox_readers::holder.eq(holder).or(mailbox_readers::until.lt(stored(now)));
    let held = diesel::update(mailbox_readers::table.find(mailbox).filter(free))
        .set((mailbox_readers::holder.eq(holder), mailbox_readers::until.eq(stored(now + lease))))
        .execute(tx.connection)?;
    Ok(held == 1)
}

/// Lets a mailbox go.
pub fn release(tx: &mut Tx<'_>, mailbox: &str, holder: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(mailbox_readers::table.find(mailbox).filter(mailbox_readers::holder.eq(holder)))
        .set(mailbox_readers::until.eq(stored(now - TimeDelta::seconds(1))))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what is wrong with a mailbox, since when it first was; nothing is wrong where `trouble` is none.
pub fn report(tx: &mut Tx<'_>, mailbox: &str, trouble: Option<&str>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = mailbox_readers::table.find(mailbox);
    match trouble {
        None => diesel::update(row)
            .set((
                mailbox_readers::trouble.eq(None::<String>),
                mailbox_readers::trouble_since.eq(None::<NaiveDateTime>),
            ))
            .execute(tx.connection)?,
        Some(why) => {
            diesel::update(row.filter(mailbox_readers::trouble_since.is_null()))
                .set(mailbox_readers::trouble_since.eq(Some(stored(now))))
                .execute(tx.connection)?;
            diesel::update(row).set(mailbox_readers::trouble.eq(Some(why))).execute(tx.connection)?
        }
    };
    Ok(())
}

/// What is wrong with a mailbox, and since when.
pub fn trouble(connection: &mut AnyConnection, mailbox: &str) -> Result<Option<(DateTime<Utc>, String)>, StoreError> {
    let row: Option<(Option<String>, Option<NaiveDateTime>)> = mailbox_readers::table
        .find(mailbox)
        .select((mailbox_readers::trouble, mailbox_readers::trouble_since))
        .first(connection)
        .optional()?;
    Ok(row.and_then(|(why, since)| Some((since?.and_utc(), why?))))
}
