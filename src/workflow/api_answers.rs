//! Requests that a program may send again without anything being done twice, over all instances.

use chrono::TimeDelta;

use super::Desk;
use crate::store::api_answers::{self, Answer, AnswerKey};
use crate::store::{StoreError, Tx, throttle};

/// For how long an answer is kept.
pub(super) const KEPT: TimeDelta = TimeDelta::hours(24);
/// A request that has no answer after this was under way in an instance that died: whether it was carried out is not known.
const DEAD_AFTER: TimeDelta = TimeDelta::minutes(5);

/// What a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing yet: the request is to be answered now.
    New,
    /// The same request, which is answered at this moment.
    UnderWay,
    /// The same request, of which nobody knows what came: it ended with a fault, or in an instance that died.
    Unknown,
    /// The same request, which was answered.
    Answered(Answer),
    /// Another request.
    Another,
}

impl Desk {
    /// Begins a request under a key that its program chose.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn begin_answer(&self, key: AnswerKey, request_hash: String) -> Result<Begun, StoreError> {
        let now = self.now();
        let begin = move |tx: &mut Tx<'_>| {
            throttle::serialise(tx, "answer", &format!("{} {}", key.token, key.key_hash))?;
            if let Some(before) = api_answers::find(tx, &key)? {
                if now < before.began_at + KEPT {
                    return Ok(match before.answer {
                        _ if before.request_hash != request_hash => Begun::Another,
                        Some(answer) if answer.is_certain() => Begun::Answered(answer),
                        None if now < before.began_at + DEAD_AFTER => Begun::UnderWay,
                        _ => Begun::Unknown,
                    });
                }
                api_answers::forget(tx, &key)?;
            }
            api_answers::begin(tx, &key, &request_hash, now)?;
            Ok(Begun::New)
        };
        self.store.write(begin).await
    }

    /// Keeps the answer to a request.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn finish_answer(&self, key: AnswerKey, answer: Answer) -> Result<(), StoreError> {
        self.store.write(move |tx| api_answers::finish(tx, &key, &answer)).await
    }

    /// Frees the key of a request that was refused before anything of it was done.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn free_key(&self, key: AnswerKey) -> Result<(), StoreError> {
        self.store.write(move |tx| api_answers::forget(tx, &key)).await
    }
}
