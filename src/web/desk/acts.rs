//! The buttons of a case's page: each asks the program once and leads back to the page.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::case::{Kept, Said, page};
use crate::domain::form::{Wrong, free_text};
use crate::web::App;
use crate::web::error::{PageError, reference};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::see_other;
use crate::workflow::Halt;

pub(super) type Answer = Result<HttpResponse, PageError>;

const NOTHING: Kept = &[];
const NOTE: Kept = &[("body", "note")];
const MESSAGE: Kept = &[("body", "message")];
const ASK: Kept = &[("note", "ask_note")];
const REASON: Kept = &[("reason", "reject_reason")];
const DISPUTE: Kept = &[("reason", "dispute_reason"), ("outcome", "outcome")];

/// The version the form was made from; a form without one takes part in no race and is weighed as it comes.
pub(super) fn version(fields: &Fields) -> Option<i64> {
    fields.get("version").parse().ok()
}

/// Back to the page: with a word of success, or with what stopped it and everything that was typed.
pub(super) async fn back(
    app: &App,
    agent: &SignedInAgent,
    path: &str,
    (fields, kept): (&Fields, Kept),
    done: Result<&str, Halt>,
) -> Answer {
    match done {
        Ok(code) => Ok(see_other(format!("/desk/cases/{}?done={code}", reference(path)?))),
        Err(Halt::NoSuchCase) => Err(Halt::NoSuchCase.into()),
        Err(halt) => page(app, agent, path, Said::halted(&halt, fields, kept)).await,
    }
}

/// Like [`back`], for a text that may be wrong by itself.
pub(super) async fn back_with_text(
    app: &App,
    agent: &SignedInAgent,
    path: &str,
    (fields, kept): (&Fields, Kept),
    wrong: Wrong,
) -> Answer {
    let halt = Halt::Wrong(wrong);
    let mut said = Said::halted(&halt, fields, kept);
    said.flash = None;
    if let Some((_, name)) = kept.first() {
        said.errors.insert((*name).to_owned(), halt.to_string().into());
    }
    page(app, agent, path, said).await
}

/// Takes the case.
pub async fn claim(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = app.desk.claim(agent.act(&app), reference(&path)?, version(&fields)).await?;
    back(&app, &agent, &path, (&fields, NOTHING), done.map(|()| "claim")).await
}

/// Gives the case back.
pub async fn release(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = app.desk.release(agent.act(&app), reference(&path)?, version(&fields)).await?;
    back(&app, &agent, &path, (&fields, NOTHING), done.map(|()| "release")).await
}

/// Hands the case to someone else.
pub async fn reassign(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = match fields.get("agent").parse() {
        Ok(to) => app.desk.reassign(agent.act(&app), reference(&path)?, version(&fields), to).await?,
        Err(_) => Err(Halt::BadText("Choose an agent.".to_owned())),
    };
    back(&app, &agent, &path, (&fields, NOTHING), done.map(|()| "reassign")).await
}

/// Adds an internal note.
pub async fn note(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let body = match free_text(fields.get("body")) {
        Ok(body) => body,
        Err(wrong) => return back_with_text(&app, &agent, &path, (&fields, NOTE), wrong).await,
    };
    let done = app.desk.write_note(agent.act(&app), reference(&path)?, body).await?;
    back(&app, &agent, &path, (&fields, NOTE), done.map(|()| "note")).await
}

/// Writes to the customer.
pub async fn message(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let body = match free_text(fields.get("body")) {
        Ok(body) => body,
        Err(wrong) => return back_with_text(&app, &agent, &path, (&fields, MESSAGE), wrong).await,
    };
    let (act, case) = (agent.act(&app), reference(&path)?);
    // A page that shows no message says so; a form without the field takes part in no race.
    let done = match fields.get("seen") {
        "" => app.desk.write_to_customer(act, case, body).await?,
        seen => app.desk.answer_customer(act, case, body, seen.parse().ok()).await?,
    };
    back(&app, &agent, &path, (&fields, MESSAGE), done.map(|()| "message")).await
}

/// Keeps what was typed and is not sent yet. 204, and nothing to see.
pub async fn draft(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let (field, body) = (fields.get("field").to_owned(), fields.get("body").to_owned());
    app.desk.keep_draft(agent.act(&app), reference(&path)?, &field, &body).await??;
    Ok(HttpResponse::NoContent().finish())
}

/// Begins a callback.
pub async fn start_callback(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = app.desk.start_callback(agent.act(&app), reference(&path)?, version(&fields)).await?;
    back(&app, &agent, &path, (&fields, NOTHING), done.map(|()| "callback")).await
}

/// Takes the code that the customer read out.
pub async fn enter_code(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let digits = fields.get("digits").to_owned();
    let done = app.desk.enter_callback_code(agent.act(&app), reference(&path)?, version(&fields), digits).await?;
    back(&app, &agent, &path, (&fields, NOTHING), done.map(|()| "match")).await
}

/// Asks for the second approval, with a word to whoever gives it.
pub async fn ask_approval(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let note = match fields.get("note") {
        "" => None,
        note => match free_text(note) {
            Ok(note) => Some(note),
            Err(wrong) => return back_with_text(&app, &agent, &path, (&fields, ASK), wrong).await,
        },
    };
    let done = app.desk.ask_approval(agent.act(&app), reference(&path)?, version(&fields), note).await?;
    back(&app, &agent, &path, (&fields, ASK), done.map(|()| "ask-approval")).await
}

/// Ends the case with a reason.
pub async fn reject(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let reason = match free_text(fields.get("reason")) {
        Ok(reason) => reason,
        Err(wrong) => return back_with_text(&app, &agent, &path, (&fields, REASON), wrong).await,
    };
    let done = app.desk.reject(agent.act(&app), reference(&path)?, version(&fields), reason).await?;
    back(&app, &agent, &path, (&fields, REASON), done.map(|()| "reject")).await
}

/// Ends a dispute.
pub async fn end_dispute(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let reason = match free_text(fields.get("reason")) {
        Ok(reason) => reason,
        Err(wrong) => return back_with_text(&app, &agent, &path, (&fields, DISPUTE), wrong).await,
    };
    let done = match fields.get("outcome") {
        outcome @ ("resume" | "reject") => {
            let resume = outcome == "resume";
            app.desk.end_dispute(agent.act(&app), reference(&path)?, version(&fields), resume, reason).await?
        }
        _ => Err(Halt::BadText("Choose how the dispute ends.".to_owned())),
    };
    back(&app, &agent, &path, (&fields, DISPUTE), done.map(|()| "end-dispute")).await
}

/// Shows the addresses unmasked, once, and records it.
pub async fn reveal(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    match app.desk.reveal(agent.act(&app), reference(&path)?).await? {
        Ok(()) => page(&app, &agent, &path, Said { revealed: true, ..Said::default() }).await,
        Err(halt) => back(&app, &agent, &path, (&fields, NOTHING), Err(halt)).await,
    }
}

/// Brings a mail that could not be sent back into the outbox.
pub async fn send_mail_again(
    app: Data<App>,
    agent: SignedInAgent,
    path: Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let (case, mail) = path.into_inner();
    let done = match mail.parse() {
        Ok(mail) => app.desk.send_mail_again(agent.act(&app), reference(&case)?, mail).await?,
        Err(_) => Err(Halt::Gone),
    };
    back(&app, &agent, &case, (&fields, NOTHING), done.map(|()| "mail")).await
}
