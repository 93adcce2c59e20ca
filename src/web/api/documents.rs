//! Documents and meetings.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::cases::{Answer, acted, named, reference, simply};
use super::problem::Problem;
use super::program::Program;
use crate::domain::document::Examination;
use crate::domain::meeting::Meeting;
use crate::web::App;
use crate::web::desk::document::SANDBOX;

/// The answers to every question about a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "readable": true, "official": true, "name_matches": true, "in_force": true, "untampered": true, "fits_statement": true
})))]
pub struct Examined {
    /// All of it is there and can be read.
    readable: bool,
    /// It is an identity document or a notarised statement.
    official: bool,
    /// The name is the account's.
    name_matches: bool,
    /// It has not expired.
    in_force: bool,
    /// Nothing looks altered, pasted in or generated.
    untampered: bool,
    /// It fits what the person told us in this case.
    fits_statement: bool,
}

/// A meeting with the person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "met_by": "notary", "place": "Leeds", "on": "2026-11-23", "reference": "N-2041" })))]
pub struct Met {
    /// Who met them.
    met_by: By,
    /// Where.
    #[schema(min_length = 1, max_length = 120)]
    place: String,
    /// On which day.
    #[schema(format = Date)]
    on: String,
    /// The number of the certificate or of the record.
    #[schema(min_length = 1, max_length = 120)]
    reference: String,
}

/// Who met a person.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Oneself.
    Agent,
    /// A notary.
    Notary,
}

/// Hands a document to the agent who holds its case.
pub async fn open(app: Data<App>, program: Program, path: Path<(String, String)>) -> Answer {
    let (case, document) = path.into_inner();
    let reference = reference(&case)?;
    let opened = app.desk.open_document(program.act(&app), reference.clone(), named(&document)?).await??;
    let name = format!("{reference}-document.{}", opened.kind.extension());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, opened.kind.media_type()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(opened.content.to_vec()))
}

/// Takes the answers about a document.
pub async fn examine(app: Data<App>, program: Program, path: Path<(String, String)>, body: Body<Examined>) -> Answer {
    let (case, document) = path.into_inner();
    let (reference, document) = (reference(&case)?, named(&document)?);
    let said = &body.0;
    let answers: BTreeMap<&str, bool> = BTreeMap::from([
        ("readable", said.readable),
        ("official", said.official),
        ("name_matches", said.name_matches),
        ("in_force", said.in_force),
        ("untampered", said.untampered),
        ("fits_statement", said.fits_statement),
    ]);
    let word = |code: &str| answers.get(code).map_or("", |yes| if *yes { "yes" } else { "no" });
    let missing = |items: Vec<crate::domain::document::Item>| {
        Problem::fields(items.iter().map(|item| (format!("/{}", item.code()), "Answer it.".to_owned())))
    };
    let examination = Examination::read(word).map_err(missing)?;
    let act = program.act(&app);
    let done = app.desk.examine_document(act, reference.clone(), program.version, document, examination).await?;
    acted(&app, reference, done.map(|outcome| Some(outcome.code().to_owned()))).await
}

/// Records that the person was met.
pub async fn record_meeting(app: Data<App>, program: Program, path: Path<String>, body: Body<Met>) -> Answer {
    let reference = reference(&path)?;
    let met = &body.0;
    let field = |name: &str| match name {
        "met_by" => match met.met_by {
            By::Agent => "agent",
            By::Notary => "notary",
        },
        "place" => met.place.as_str(),
        "on" => met.on.as_str(),
        _ => met.reference.as_str(),
    };
    let wrong = |wrong: BTreeMap<&'static str, String>| {
        Problem::fields(wrong.into_iter().map(|(field, words)| (format!("/{field}"), words)))
    };
    let meeting = Meeting::read(field, app.now()).map_err(wrong)?;
    let done = app.desk.record_meeting(program.act(&app), reference.clone(), program.version, meeting).await?;
    simply(&app, reference, done).await
}
