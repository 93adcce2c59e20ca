//! Tags of cases.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::cases::{Answer, named, reference, simply};
use super::problem::Problem;
use super::program::Program;
use crate::domain::tag::{NotATag, TagName};
use crate::store::tags::{self, Tag};
use crate::web::App;

/// The desk's tags.
#[derive(Serialize, ToSchema)]
pub struct TagList {
    items: Vec<TagLine>,
}

/// A tag.
#[derive(Serialize, ToSchema)]
pub struct TagLine {
    /// What the queue's `tag` takes.
    id: String,
    name: String,
}

impl TagLine {
    /// A tag as programs read it.
    pub fn of(tag: &Tag) -> Self {
        Self { id: tag.id.to_string(), name: tag.name.as_str().to_owned() }
    }
}

/// The list.
pub async fn list(app: Data<App>, _: Program) -> Answer {
    let all = app.desk.store.read(tags::all).await?;
    Ok(HttpResponse::Ok().json(TagList { items: all.iter().map(TagLine::of).collect() }))
}

/// A tag by its name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "tag": "urgent" })))]
pub struct Named {
    /// The name.
    #[schema(min_length = 1, max_length = 60)]
    tag: String,
}

fn name(body: &Named) -> Result<TagName, Problem> {
    body.tag.parse().map_err(|wrong: NotATag| Problem::field("/tag", wrong.to_string()))
}

/// Puts a tag on a case.
pub async fn put(app: Data<App>, program: Program, path: Path<String>, body: Body<Named>) -> Answer {
    let (reference, tag) = (reference(&path)?, name(&body.0)?);
    let done = app.desk.tag_case(program.act(&app), reference.clone(), tag).await?;
    simply(&app, reference, done).await
}

/// Takes a tag off a case.
pub async fn take_off(app: Data<App>, program: Program, path: Path<String>, body: Body<Named>) -> Answer {
    let (reference, tag) = (reference(&path)?, name(&body.0)?);
    let done = app.desk.untag_case(program.act(&app), reference.clone(), tag).await?;
    simply(&app, reference, done).await
}

/// Removes a tag from the desk.
pub async fn remove(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    app.desk.remove_tag(program.act(&app), named(&path)?).await??;
    Ok(super::desk::done())
}
