//! Notes and messages on a case.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{Body, text};
use super::cases::{Answer, reference, simply};
use super::problem::Problem;
use super::program::Program;
use crate::web::App;

/// Something that is written on a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "body": "The customer called back." })))]
pub struct Written {
    /// The text, in lines.
    #[schema(min_length = 1, max_length = 4000)]
    body: String,
}

/// A message to the customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "body": "We look into it.", "seen": null })))]
pub struct Answering {
    /// The text, in lines.
    #[schema(min_length = 1, max_length = 4000)]
    body: String,
    /// The identifier of the last of the case's `messages` as it was read; null where there was none. Nothing is sent if
    /// somebody else has written since.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true, max_length = 64)]
    seen: Option<String>,
}

/// Adds a note that stays at the desk.
pub async fn note(app: Data<App>, program: Program, path: Path<String>, body: Body<Written>) -> Answer {
    let (reference, words) = (reference(&path)?, text("/body", &body.0.body)?);
    let done = app.desk.write_note(program.act(&app), reference.clone(), words).await?;
    simply(&app, reference, done).await
}

/// Writes to the customer, unless somebody else wrote since the conversation was read.
pub async fn message(app: Data<App>, program: Program, path: Path<String>, body: Body<Answering>) -> Answer {
    let (reference, words) = (reference(&path)?, text("/body", &body.0.body)?);
    let unknown = |_| Problem::field("/seen", "This is no identifier of a message.");
    let seen = body.0.seen.as_deref().map(str::parse).transpose().map_err(unknown)?;
    let done = app.desk.answer_customer(program.act(&app), reference.clone(), words, seen).await?;
    simply(&app, reference, done).await
}
