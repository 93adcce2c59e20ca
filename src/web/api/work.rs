//! Acts that bring a case forward without deciding it.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{Body, text};
use super::cases::{Answer, named, reference, simply};
use super::problem::Problem;
use super::program::Program;
use crate::web::App;

/// To whom a case is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "agent": "019abd1e-5d2c-7c1a-9b63-2f0d6a1c8e01" })))]
pub struct Reassign {
    /// The identifier of somebody who works cases.
    #[schema(max_length = 64)]
    agent: String,
}

/// The digits that the customer read out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "digits": "123456" })))]
pub struct CallbackCode {
    /// Six digits.
    #[schema(max_length = 20)]
    digits: String,
}

/// A word to whoever approves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "note": "All there." })))]
pub struct AskApproval {
    /// Only the desk reads it.
    #[serde(default)]
    #[schema(required = false, max_length = 4000)]
    note: Option<String>,
}

/// Takes the case.
pub async fn claim(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    let done = app.desk.claim(program.act(&app), reference.clone(), program.version).await?;
    simply(&app, reference, done).await
}

/// Gives the case back.
pub async fn release(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    let done = app.desk.release(program.act(&app), reference.clone(), program.version).await?;
    simply(&app, reference, done).await
}

/// Hands the case to someone else.
pub async fn reassign(app: Data<App>, program: Program, path: Path<String>, body: Body<Reassign>) -> Answer {
    let reference = reference(&path)?;
    let to = body.0.agent.parse().map_err(|_| Problem::field("/agent", "This is no identifier of a person."))?;
    let done = app.desk.reassign(program.act(&app), reference.clone(), program.version, to).await?;
    simply(&app, reference, done).await
}

/// Begins a callback: the case shows the two words since.
pub async fn start_callback(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    let done = app.desk.start_callback(program.act(&app), reference.clone(), program.version).await?;
    simply(&app, reference, done).await
}

/// Takes the code that the customer read out.
pub async fn enter_code(app: Data<App>, program: Program, path: Path<String>, body: Body<CallbackCode>) -> Answer {
    let reference = reference(&path)?;
    let act = program.act(&app);
    let done = app.desk.enter_callback_code(act, reference.clone(), program.version, body.0.digits).await?;
    simply(&app, reference, done).await
}

/// Asks for the second approval.
pub async fn ask_approval(app: Data<App>, program: Program, path: Path<String>, body: Body<AskApproval>) -> Answer {
    let reference = reference(&path)?;
    let note = body.0.note.map(|note| text("/note", &note)).transpose()?;
    let done = app.desk.ask_approval(program.act(&app), reference.clone(), program.version, note).await?;
    simply(&app, reference, done).await
}

/// The case ends with what was deactivated.
pub async fn leave_rest(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    let done = app.desk.leave_rest(program.act(&app), reference.clone(), program.version).await?;
    simply(&app, reference, done).await
}

/// Asks the directory about the account again.
pub async fn read_directory(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    let done = app.desk.read_directory_again(program.act(&app), reference.clone()).await?;
    simply(&app, reference, done).await
}

/// Brings a mail that could not be sent back into the outbox.
pub async fn send_mail_again(app: Data<App>, program: Program, path: Path<(String, String)>) -> Answer {
    let (case, mail) = path.into_inner();
    let reference = reference(&case)?;
    let done = app.desk.send_mail_again(program.act(&app), reference.clone(), named(&mail)?).await?;
    simply(&app, reference, done).await
}
