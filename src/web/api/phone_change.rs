//! Changes of a phone number of record.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, text, wrong_at};
use super::cases::{Answer, reference, simply};
use super::problem::Problem;
use super::program::Program;
use crate::web::App;
use crate::web::new_number;
use crate::workflow::Halt;

/// The number that the customer wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "number": "+447911123456" })))]
pub struct NewNumber {
    /// In E.164 form, without spaces. Another form is refused, and says how it was understood.
    #[schema(min_length = 1, max_length = 60)]
    number: String,
}

/// The version of the change that is decided about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "change_version": 2 })))]
pub struct ChangeVersion {
    /// `phone_change.version` of the case.
    #[schema(minimum = 0)]
    change_version: i64,
}

/// The version of the change that is refused, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "change_version": 2, "reason": "The document has expired." })))]
pub struct RefuseChange {
    /// `phone_change.version` of the case.
    #[schema(minimum = 0)]
    change_version: i64,
    /// The customer is told this.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// A new number in full, for whoever decides about it.
#[derive(Serialize, ToSchema)]
pub struct RevealedNumber {
    /// The version of the change that was looked at.
    change_version: i64,
    /// In E.164 form.
    number: String,
}

/// Asks for a change on the customer's behalf.
pub async fn ask(app: Data<App>, program: Program, path: Path<String>, body: Body<NewNumber>) -> Answer {
    let reference = reference(&path)?;
    let typed = body.0.number;
    let understood = new_number::read(&typed).map_err(|wrong| wrong_at("/number", wrong))?;
    let number = new_number::confirmed(&typed).map_err(|_| {
        let words = format!("Understood as {understood}. Send that, if it is the number.");
        Problem::field("/number", words)
    })?;
    let done = app.desk.request_phone_change(program.act(&app), reference.clone(), program.version, number).await?;
    simply(&app, reference, done).await
}

/// Shows the new number in full to whoever decides about it, and records it.
pub async fn reveal(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    let file = app.desk.view_case(program.act(&app), reference.clone()).await??;
    let Some(changing) = file.phone_change.filter(|changing| !changing.change.state.is_final()) else {
        return Err(Halt::Gone.into());
    };
    app.desk.reveal_phone_change(program.act(&app), reference).await??;
    let change = changing.change;
    Ok(HttpResponse::Ok().json(RevealedNumber { change_version: change.version, number: change.new.to_string() }))
}

/// Approves the change.
pub async fn approve(app: Data<App>, program: Program, path: Path<String>, body: Body<ChangeVersion>) -> Answer {
    let reference = reference(&path)?;
    let versions = (Some(body.0.change_version), program.version);
    let done = app.desk.approve_phone_change(program.act(&app), reference.clone(), versions).await?;
    simply(&app, reference, done).await
}

/// Refuses the change.
pub async fn refuse(app: Data<App>, program: Program, path: Path<String>, body: Body<RefuseChange>) -> Answer {
    let (reference, reason) = (reference(&path)?, text("/reason", &body.0.reason)?);
    let version = Some(body.0.change_version);
    let done = app.desk.refuse_phone_change(program.act(&app), reference.clone(), version, reason).await?;
    simply(&app, reference, done).await
}

/// Gives the number once more to a directory that refused it.
pub async fn order_again(app: Data<App>, program: Program, path: Path<String>, body: Body<ChangeVersion>) -> Answer {
    let reference = reference(&path)?;
    let version = Some(body.0.change_version);
    let done = app.desk.order_phone_again(program.act(&app), reference.clone(), version).await?;
    simply(&app, reference, done).await
}
