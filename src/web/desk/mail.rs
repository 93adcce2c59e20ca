//! Mails that belong to no case: looked at, attached to one, or discarded.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::After;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::InboundMailId;
use crate::domain::inbound::{Fate, fold};
use crate::domain::reference::EXAMPLE;
use crate::store::AnyConnection;
use crate::store::inbound::{self, InboundMail, MailedFile};
use crate::web::App;
use crate::web::customer::document::size;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, see_other, show as show_page};
use crate::workflow::Halt;

/// Rows of each of the page's lists.
const ROWS: i64 = 100;
/// How long a mail to a case that is over is listed.
const LISTED: TimeDelta = TimeDelta::days(30);

type Answer = Result<HttpResponse, PageError>;

fn row(mail: &InboundMail) -> Value {
    json!({
        "id": mail.id,
        "from": masked(&mail.from),
        "subject": mail.subject,
        "at": moment(mail.received_at),
        "way": mail.way.label(),
        "too_large": mail.fate == Fate::TooLarge,
        "aside": mail.aside.map(|aside| aside.label()),
        "size": size(mail.size),
    })
}

/// Mails that wait for somebody, and those that came to cases that are over.
pub async fn show(app: Data<App>, agent: SignedInAgent, after: Query<After>) -> Answer {
    let flash = match after.done.as_str() {
        "attached" => Some("The mail is a message of the case now."),
        "discarded" => Some("The mail was discarded."),
        _ => None,
    };
    list(&app, &agent, StatusCode::OK, flash.map(|text| Flash::Done(text.to_owned()))).await
}

async fn list(app: &App, agent: &SignedInAgent, status: StatusCode, flash: Option<Flash>) -> Answer {
    let since = app.now() - LISTED;
    let read = move |connection: &mut AnyConnection| {
        Ok((inbound::undecided(connection, ROWS)?, inbound::to_ended_cases(connection, since, ROWS)?))
    };
    let (undecided, ended) = app.desk.store.read_snapshot(read).await?;
    let content = json!({
        "undecided": undecided.iter().map(row).collect::<Vec<_>>(),
        "ended": ended.iter()
            .map(|(mail, reference)| json!({ "at": moment(mail.received_at), "reference": reference }))
            .collect::<Vec<_>>(),
        "kept_days": app.desk.kit.inbound.unmatched_days,
        "comes": app.desk.kit.inbound.imap.host.is_some() || app.desk.kit.mail_hook.is_some(),
    });
    let mut head = Head::desk("Mail", agent);
    head.flash = flash;
    show_page(app, &agent.caller, status, "desk/mail.html", head, content)
}

/// One mail, read.
pub async fn read(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Answer {
    one(&app, &agent, &path, StatusCode::OK, (None, "", "")).await
}

async fn one(
    app: &App,
    agent: &SignedInAgent,
    path: &str,
    status: StatusCode,
    (flash, typed, error): (Option<Flash>, &str, &str),
) -> Answer {
    let id: InboundMailId = path.parse().map_err(|_| PageError::NotFound)?;
    let opened = match app.desk.open_mail(agent.act(app), id).await? {
        Ok(opened) => opened,
        Err(halt) => return list(app, agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
    };
    let folded = opened.mail.as_ref().map(|mail| fold(&mail.text)).unwrap_or_default();
    let files = opened.mail.as_ref().map(|mail| mail.attachments.as_slice()).unwrap_or_default();
    let mut content = row(&opened.row);
    if let Value::Object(fields) = &mut content {
        fields.extend(Map::from_iter([
            ("from".to_owned(), opened.row.from.clone().into()),
            ("read".to_owned(), opened.mail.is_some().into()),
            ("said".to_owned(), folded.said.into()),
            ("rest".to_owned(), folded.rest.into()),
            ("files".to_owned(), files.iter().map(|file| json!({ "name": file.name })).collect()),
            ("case".to_owned(), opened.case.as_ref().map(ToString::to_string).into()),
            ("typed".to_owned(), typed.into()),
            ("error".to_owned(), error.into()),
            ("example".to_owned(), EXAMPLE.into()),
        ]));
    }
    let mut head = Head::desk("A mail", agent);
    head.flash = flash;
    show_page(app, &agent.caller, status, "desk/mail_read.html", head, content)
}

/// **Attach**: the mail becomes a message of a case.
pub async fn attach(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let id: InboundMailId = path.parse().map_err(|_| PageError::NotFound)?;
    let typed = fields.get("reference").trim();
    let Ok(reference) = typed.parse() else {
        let error = format!("Enter a reference such as {EXAMPLE}.");
        return one(&app, &agent, &path, StatusCode::UNPROCESSABLE_ENTITY, (None, typed, &error)).await;
    };
    match app.desk.attach_mail(agent.act(&app), id, reference).await? {
        Ok(()) => Ok(see_other("/desk/mail?done=attached")),
        Err(halt @ Halt::Gone) => list(&app, &agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
        Err(halt) => {
            let status = if halt == Halt::NoSuchCase { StatusCode::UNPROCESSABLE_ENTITY } else { status_of(&halt) };
            one(&app, &agent, &path, status, (None, typed, &halt.to_string())).await
        }
    }
}

/// **Discard**.
pub async fn discard(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Answer {
    let id: InboundMailId = path.parse().map_err(|_| PageError::NotFound)?;
    match app.desk.discard_mail(agent.act(&app), id).await? {
        Ok(()) => Ok(see_other("/desk/mail?done=discarded")),
        Err(halt) => list(&app, &agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
    }
}

/// **It works again**: a supervisor says that an address takes mail.
pub async fn works_again(app: Data<App>, agent: SignedInAgent, path: Path<(String, String)>) -> Answer {
    let (case, mail) = path.into_inner();
    let reference = crate::web::error::reference(&case)?;
    let mail = mail.parse().map_err(|_| PageError::NotFound)?;
    match app.desk.clear_failure(agent.act(&app), reference.clone(), mail).await? {
        Ok(()) => Ok(see_other(format!("/desk/cases/{reference}?done=works-again"))),
        Err(halt) => Err(halt.into()),
    }
}

/// An address as lists show it.
fn masked(from: &str) -> String {
    from.parse::<EmailAddress>().map(|from| from.masked()).unwrap_or_default()
}

/// Where a message on a case came from, if it came by mail. The address in full is personal data like any other.
pub(super) fn source(mail: &InboundMail, case: &str, revealed: bool) -> Value {
    let file = |file: &MailedFile| {
        let url = file.document.map(|id| format!("/desk/cases/{case}/documents/{id}"));
        json!({ "name": file.name, "url": url, "refused": file.refused })
    };
    json!({
        "from": if revealed { mail.from.clone() } else { masked(&mail.from) },
        "elsewhere": mail.sender == crate::domain::inbound::Sender::Another,
        "by": mail.matched_by.map(|by| by.label()),
        "rest": mail.rest,
        "files": mail.files.iter().map(file).collect::<Vec<_>>(),
    })
}

/// What is wrong with the mailbox that is read, for the banner on every page of the desk.
pub fn banner(app: &App) -> Value {
    app.desk.mailbox.trouble().map_or(Value::Null, |(since, why)| json!({ "since": moment(since), "why": why }))
}
