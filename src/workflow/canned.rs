//! Texts that agents begin from: supervisors keep them, agents have them filled in for a case.

use std::collections::BTreeMap;

use super::Desk;
use super::act::{Act, Halt};
use crate::domain::audit::{Details, details};
use crate::domain::canned::{CannedReply, Placeholder, ReplyTitle, check, fill};
use crate::domain::form::{Language, free_text};
use crate::domain::ids::ReplyId;
use crate::store::{StoreError, Tx, canned};

/// A title is a line in a list.
const LONGEST_TITLE: usize = 80;
/// Replies that a desk can have: a list that nobody can read is of no use.
const MOST: i64 = 200;

/// A reply as a form has it.
#[derive(Debug, Clone, Default)]
pub struct TypedReply {
    /// What agents choose it by.
    pub title: String,
    /// Texts; languages with an empty one have none.
    pub texts: BTreeMap<Language, String>,
}

/// What is wrong with a typed reply, by field: `title`, or the code of a language.
pub type WrongReply = Vec<(&'static str, String)>;

/// What was typed, as it is kept.
fn read(typed: &TypedReply) -> Result<(String, BTreeMap<Language, String>), WrongReply> {
    let (mut wrong, mut texts) = (WrongReply::new(), BTreeMap::new());
    let title = typed.title.trim();
    if title.is_empty() || title.chars().count() > LONGEST_TITLE || title.chars().any(char::is_control) {
        wrong.push(("title", format!("Enter a title of at most {LONGEST_TITLE} characters.")));
    }
    for (language, text) in typed.texts.iter().filter(|(_, text)| !text.trim().is_empty()) {
        match free_text(text) {
            Err(why) => wrong.push((language.code(), Halt::Wrong(why).to_string())),
            Ok(text) => match check(&text) {
                Err(unknown) => wrong.push((language.code(), format!("{unknown}."))),
                Ok(()) => {
                    texts.insert(*language, text);
                }
            },
        }
    }
    if texts.is_empty() && wrong.is_empty() {
        wrong.push((Language::English.code(), "Write a text in at least one language.".to_owned()));
    }
    if wrong.is_empty() { Ok((title.to_owned(), texts)) } else { Err(wrong) }
}

fn about(reply: &CannedReply) -> Details {
    let languages: Vec<serde_json::Value> = reply.texts.keys().map(|language| language.code().into()).collect();
    details([
        ("reply", reply.id.to_string().into()),
        ("title", reply.title.clone().into()),
        ("languages", languages.into()),
    ])
}

impl Desk {
    /// Every canned reply, by title.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn canned_replies(&self) -> Result<Vec<CannedReply>, StoreError> {
        self.store.read(canned::all).await
    }

    /// The titles of every canned reply, in their order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reply_titles(&self) -> Result<Vec<ReplyTitle>, StoreError> {
        self.store.read(canned::titles).await
    }

    /// A canned reply, if it is in use.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn canned_reply(&self, id: ReplyId) -> Result<Option<CannedReply>, StoreError> {
        self.store.read(move |connection| canned::find(connection, id)).await
    }

    /// Adds a reply, or changes the one that is named. Answers which.
    ///
    /// # Errors
    /// What is wrong with it, by field; [`Halt::Gone`] when there is none to change; [`StoreError`] when the database
    /// fails.
    pub async fn keep_reply(
        &self,
        act: Act,
        named: Option<ReplyId>,
        typed: &TypedReply,
    ) -> Result<Result<Result<ReplyId, WrongReply>, Halt>, StoreError> {
        let (title, texts) = match read(typed) {
            Ok(read) => read,
            Err(wrong) => return Ok(Ok(Err(wrong))),
        };
        let id = named.unwrap_or_else(|| self.kit.id(ReplyId::new, act.at));
        let reply = CannedReply { id, title, texts, changed_at: act.at };
        let keep = move |tx: &mut Tx<'_>| {
            if named.is_some() && canned::find(tx.connection, id)?.is_none() {
                return Ok(Err(Halt::Gone));
            }
            if named.is_none() && canned::count(tx.connection)? >= MOST {
                let words = format!("The desk has {MOST} replies. Change one of them, or remove some.");
                return Ok(Ok(Err(vec![("title", words)])));
            }
            canned::keep(tx, &reply)?;
            let action = if named.is_some() { "reply.changed" } else { "reply.added" };
            tx.record(act.entry(action, None, None, about(&reply)));
            Ok(Ok(Ok(id)))
        };
        self.store.write(keep).await
    }

    /// Takes a reply out of use.
    ///
    /// # Errors
    /// [`Halt::Gone`] when it is in use no more; [`StoreError`] when the database fails.
    pub async fn remove_reply(&self, act: Act, id: ReplyId) -> Result<Result<(), Halt>, StoreError> {
        let remove = move |tx: &mut Tx<'_>| {
            let Some(reply) = canned::find(tx.connection, id)? else { return Ok(Err(Halt::Gone)) };
            canned::remove(tx, id, act.at)?;
            tx.record(act.entry("reply.removed", None, None, about(&reply)));
            Ok(Ok(()))
        };
        self.store.write(remove).await
    }

    /// A reply's text for whoever it is about, filled in, with its language.
    pub fn filled(&self, reply: &CannedReply, wanted: Language, about: &Filled<'_>) -> Option<(Language, String)> {
        let (language, text) = reply.text(wanted)?;
        let value = |place| match place {
            Placeholder::Name => about.name.to_owned(),
            Placeholder::Reference => about.reference.to_owned(),
            Placeholder::Agent => about.agent.to_owned(),
            Placeholder::Product => self.kit.product.clone(),
        };
        Some((language, fill(text, value)))
    }
}

/// What is filled into a reply.
pub struct Filled<'a> {
    /// The customer's name.
    pub name: &'a str,
    /// The case's reference.
    pub reference: &'a str,
    /// Who writes.
    pub agent: &'a str,
}
