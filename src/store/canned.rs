//! Texts that agents begin from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{canned_replies, canned_texts};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, stored};
use crate::domain::canned::{CannedReply, ReplyTitle};
use crate::domain::form::Language;
use crate::domain::ids::ReplyId;

type Row = (String, String, NaiveDateTime);

fn with_texts(connection: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<CannedReply>, StoreError> {
    let ids: Vec<String> = rows.iter().map(|(id, ..)| id.clone()).collect();
    let found: Vec<(String, String, String)> =
        canned_texts::table.filter(canned_texts::reply_id.eq_any(ids)).load(connection)?;
    let mut texts: BTreeMap<String, BTreeMap<Language, String>> = BTreeMap::new();
    for (reply, language, body) in found {
        let language = Language::from_code(&language).ok_or_else(|| corrupt("language", &language))?;
        texts.entry(reply).or_default().insert(language, body);
    }
    let reply = |(id, title, changed_at): Row| {
        Ok(CannedReply {
            texts: texts.remove(&id).unwrap_or_default(),
            id: parsed("reply", &id)?,
            title,
            changed_at: changed_at.and_utc(),
        })
    };
    rows.into_iter().map(reply).collect()
}

/// Every reply in use, by title.
pub fn all(connection: &mut AnyConnection) -> Result<Vec<CannedReply>, StoreError> {
    let rows = canned_replies::table
        .filter(canned_replies::removed_at.is_null())
        .order((canned_replies::title.asc(), canned_replies::id.asc()))
        .select((canned_replies::id, canned_replies::title, canned_replies::changed_at))
        .load(connection)?;
    with_texts(connection, rows)
}

/// The titles of every reply in use, in their order, and the languages of their texts.
pub fn titles(connection: &mut AnyConnection) -> Result<Vec<ReplyTitle>, StoreError> {
    let rows: Vec<(String, String)> = canned_replies::table
        .filter(canned_replies::removed_at.is_null())
        .order((canned_replies::title.asc(), canned_replies::id.asc()))
        .select((canned_replies::id, canned_replies::title))
        .load(connection)?;
    let ids: Vec<&String> = rows.iter().map(|(id, _)| id).collect();
    let found: Vec<(String, String)> = canned_texts::table
        .filter(canned_texts::reply_id.eq_any(ids))
        .select((canned_texts::reply_id, canned_texts::language))
        .load(connection)?;
    let mut languages: BTreeMap<String, BTreeSet<Language>> = BTreeMap::new();
    for (reply, language) in found {
        let language = Language::from_code(&language).ok_or_else(|| corrupt("language", &language))?;
        languages.entry(reply).or_default().insert(language);
    }
    let title = |(id, title): (String, String)| {
        let languages = languages.remove(&id).unwrap_or_default();
        Ok(ReplyTitle { id: parsed("reply", &id)?, title, languages })
    };
    rows.into_iter().map(title).collect()
}

/// How many replies are in use.
pub fn count(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(canned_replies::table.filter(canned_replies::removed_at.is_null()).count().get_result(connection)?)
}

/// A reply in use.
pub fn find(connection: &mut AnyConnection, id: ReplyId) -> Result<Option<CannedReply>, StoreError> {
    let row: Option<Row> = canned_replies::table
        .filter(canned_replies::id.eq(id.to_string()))
        .filter(canned_replies::removed_at.is_null())
        .select((canned_replies::id, canned_replies::title, canned_replies::changed_at))
        .first(connection)
        .optional()?;
    Ok(with_texts(connection, Vec::from_iter(row))?.pop())
}

/// Keeps a reply as it now is, new or not.
pub fn keep(tx: &mut Tx<'_>, reply: &CannedReply) -> Result<(), StoreError> {
    let id = reply.id.to_string();
    let kept = (canned_replies::title.eq(&reply.title), canned_replies::changed_at.eq(stored(reply.changed_at)));
    if diesel::update(canned_replies::table.find(&id)).set(kept).execute(tx.connection)? == 0 {
        diesel::insert_into(canned_replies::table)
            .values((canned_replies::id.eq(&id), kept.0, kept.1))
            .execute(tx.connection)?;
    }
    diesel::delete(canned_texts::table.filter(canned_texts::reply_id.eq(&id))).execute(tx.connection)?;
    for (language, body) in &reply.texts {
        diesel::insert_into(canned_texts::table)
            .values((
                canned_texts::reply_id.eq(&id),
                canned_texts::language.eq(language.code()),
                canned_texts::body.eq(body),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Takes a reply out of use. False when it was not in use.
pub fn remove(tx: &mut Tx<'_>, id: ReplyId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let in_use = canned_replies::table
        .filter(canned_replies::id.eq(id.to_string()))
        .filter(canned_replies::removed_at.is_null());
    Ok(diesel::update(in_use).set(canned_replies::removed_at.eq(stored(at))).execute(tx.connection)? == 1)
}
