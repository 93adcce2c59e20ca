//! Notes and messages on a case.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{Body, text};
use super::cases::{Answer, reference, simply};
use super::program::Program;
use crate::web::App;

/// Something that is written on a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The text, in lines.
    #[schema(min_length = 1, max_length = 4000)]
    body: String,
}

/// Adds a note that stays at the desk.
pub async fn note(app: Data<App>, program: Program, path: Path<String>, body: Body<Written>) -> Answer {
    let (reference, words) = (reference(&path)?, text("/body", &body.0.body)?);
    let done = app.desk.write_note(program.act(&app), reference.clone(), words).await?;
    simply(&app, reference, done).await
}

/// Writes to the customer.
pub async fn message(app: Data<App>, program: Program, path: Path<String>, body: Body<Written>) -> Answer {
    let (reference, words) = (reference(&path)?, text("/body", &body.0.body)?);
    let done = app.desk.write_to_customer(program.act(&app), reference.clone(), words).await?;
    simply(&app, reference, done).await
}
