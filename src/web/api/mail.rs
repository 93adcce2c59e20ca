//! Mails that belong to no case, and addresses that mails came back from.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::cases::{Answer, named, reference, simply};
use super::problem::Problem;
use super::program::Program;
use crate::domain::api_token::Scope;
use crate::domain::contact::EmailAddress;
use crate::domain::inbound::{Fate, fold};
use crate::domain::reference::EXAMPLE;
use crate::store::inbound::{self, InboundMail};
use crate::web::App;
use crate::workflow::Halt;

/// Rows of the list.
const ROWS: i64 = 100;

/// Mails that wait for somebody.
#[derive(Serialize, ToSchema)]
pub struct InboundList {
    items: Vec<InboundLine>,
}

/// A mail that waits for somebody.
#[derive(Serialize, ToSchema)]
struct InboundLine {
    id: String,
    from_masked: String,
    subject: String,
    received_at: DateTime<Utc>,
    bytes: i64,
    /// It was too large to be kept.
    too_large: bool,
    /// Why it was set aside, if it was: `store`, `files` or `too_many`.
    set_aside: Option<String>,
}

fn masked(mail: &InboundMail) -> String {
    mail.from.parse::<EmailAddress>().map(|from| from.masked()).unwrap_or_default()
}

fn line(mail: &InboundMail) -> InboundLine {
    InboundLine {
        id: mail.id.to_string(),
        from_masked: masked(mail),
        subject: mail.subject.clone(),
        received_at: mail.received_at,
        bytes: mail.size,
        too_large: mail.fate == Fate::TooLarge,
        set_aside: mail.aside.map(|aside| aside.code().to_owned()),
    }
}

/// The list.
pub async fn list(app: Data<App>, _: Program) -> Answer {
    let found = app.desk.store.read(|connection| inbound::undecided(connection, ROWS)).await?;
    Ok(HttpResponse::Ok().json(InboundList { items: found.iter().map(line).collect() }))
}

/// A mail, read.
#[derive(Serialize, ToSchema)]
pub struct InboundRead {
    id: String,
    from_masked: String,
    /// The address in full, for tokens with the scope `cases:reveal`.
    from: Option<String>,
    subject: String,
    received_at: DateTime<Utc>,
    /// What it says; empty where it cannot be read.
    said: String,
    /// What it quotes.
    rest: String,
    /// The names of what came with it.
    files: Vec<String>,
}

/// Reads one, which is an entry of the log.
pub async fn read(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let opened = app.desk.open_mail(program.act(&app), named(&path)?).await??;
    let folded = opened.mail.as_ref().map(|mail| fold(&mail.text)).unwrap_or_default();
    let files = opened.mail.as_ref().map(|mail| mail.attachments.as_slice()).unwrap_or_default();
    Ok(HttpResponse::Ok().json(InboundRead {
        id: opened.row.id.to_string(),
        from_masked: masked(&opened.row),
        from: program.entered.token.scopes.contains(Scope::CasesReveal).then(|| opened.row.from.clone()),
        subject: opened.row.subject.clone(),
        received_at: opened.row.received_at,
        said: folded.said,
        rest: folded.rest,
        files: files.iter().map(|file| file.name.clone()).collect(),
    }))
}

/// The case that a mail belongs to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reference": EXAMPLE })))]
pub struct Attach {
    /// Its reference.
    #[schema(min_length = 1, max_length = 40)]
    reference: String,
}

/// The mail becomes a message of a case.
pub async fn attach(app: Data<App>, program: Program, path: Path<String>, body: Body<Attach>) -> Answer {
    let id = named(&path)?;
    let unknown = || Problem::field("/reference", Halt::NoSuchCase.to_string());
    let case: crate::domain::reference::CaseRef = body.0.reference.parse().map_err(|_| unknown())?;
    match app.desk.attach_mail(program.act(&app), id, case.clone()).await? {
        Err(Halt::NoSuchCase) => Err(unknown()),
        done => simply(&app, case, done).await,
    }
}

/// The mail is thrown away.
pub async fn discard(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    app.desk.discard_mail(program.act(&app), named(&path)?).await??;
    Ok(super::desk::done())
}

/// A supervisor says that an address takes mail again.
pub async fn works_again(app: Data<App>, program: Program, path: Path<(String, String)>) -> Answer {
    let (case, mail) = path.into_inner();
    let reference = reference(&case)?;
    let done = app.desk.clear_failure(program.act(&app), reference.clone(), named(&mail)?).await?;
    simply(&app, reference, done).await
}
