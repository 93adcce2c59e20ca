//! Answers to requests that a program may send again.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::api_answers;
use super::{StoreError, Tx, stored};
use crate::domain::ids::ApiTokenId;

/// Whose request, by the hash of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKey {
    /// The token that it came with.
    pub token: ApiTokenId,
    /// SHA-256 of the key that the program chose.
    pub key_hash: String,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The version of the case after it.
    pub etag: Option<String>,
    /// What the body is.
    pub media_type: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Whether it says what came of the act. After a fault nobody knows.
    pub const fn is_certain(&self) -> bool {
        self.status < 500
    }
}

/// A request that was sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The hash of what was asked.
    pub request_hash: String,
    /// When it was asked.
    pub began_at: DateTime<Utc>,
    /// What it was answered; nothing while it is under way.
    pub answer: Option<Answer>,
}

type Row = (String, NaiveDateTime, Option<i32>, Option<String>, Option<String>, Option<String>);

/// What is kept under a key.
pub fn find(tx: &mut Tx<'_>, key: &AnswerKey) -> Result<Option<Before>, StoreError> {
    let row: Option<Row> = api_answers::table
        .find((key.token.to_string(), &key.key_hash))
        .select((
            api_answers::request_hash,
            api_answers::began_at,
            api_answers::status,
            api_answers::etag,
            api_answers::media_type,
            api_answers::body,
        ))
        .first(tx.connection)
        .optional()?;
    Ok(row.map(|(request_hash, began_at, status, etag, media_type, body)| Before {
        request_hash,
        began_at: began_at.and_utc(),
        answer: status.and_then(|status| u16::try_from(status).ok()).map(|status| Answer {
            status,
            etag,
            media_type: media_type.unwrap_or_default(),
            body: body.unwrap_or_default(),
        }),
    }))
}

/// Keeps that a request is under way.
pub fn begin(tx: &mut Tx<'_>, key: &AnswerKey, request_hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(api_answers::table)
        .values((
            api_answers::token_id.eq(key.token.to_string()),
            api_answers::key_hash.eq(&key.key_hash),
            api_answers::request_hash.eq(request_hash),
            api_answers::began_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps what a request was answered.
pub fn finish(tx: &mut Tx<'_>, key: &AnswerKey, answer: &Answer) -> Result<(), StoreError> {
    diesel::update(api_answers::table.find((key.token.to_string(), &key.key_hash)))
        .set((
            api_answers::status.eq(i32::from(answer.status)),
            api_answers::etag.eq(&answer.etag),
            api_answers::media_type.eq(&answer.media_type),
            api_answers::body.eq(&answer.body),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets a request: sent again it is a new one.
pub fn forget(tx: &mut Tx<'_>, key: &AnswerKey) -> Result<(), StoreError> {
    diesel::delete(api_answers::table.find((key.token.to_string(), &key.key_hash))).execute(tx.connection)?;
    Ok(())
}

/// Forgets requests from before a moment.
pub fn forget_old(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = api_answers::table.filter(api_answers::began_at.lt(stored(before)));
    Ok(diesel::delete(old).execute(tx.connection)?)
}
