//! Texts that agents begin from: the pages on which supervisors keep them, and the choice on a case's page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Map, Value, json};

use super::After;
use crate::domain::canned::{CannedReply, Placeholder};
use crate::domain::form::Language;
use crate::domain::ids::ReplyId;
use crate::domain::reference::EXAMPLE;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, see_other, show as show_page};
use crate::workflow::{CaseFile, Filled, Halt, TypedReply, WrongReply};

type Answer = Result<HttpResponse, PageError>;

fn said(after: &After) -> Option<Flash> {
    let text = match after.done.as_str() {
        "kept" => "Kept. Agents can use it now.",
        "removed" => "Removed. What was sent with it stays.",
        _ => return None,
    };
    Some(Flash::Done(text.to_owned()))
}

/// **Replies**: every text, and a form for a new one.
pub async fn list(app: Data<App>, me: SignedInAgent, after: Query<After>) -> Answer {
    let replies = app.desk.canned_replies().await?;
    let shown = |reply: &CannedReply| {
        let languages: Vec<&str> = reply.texts.keys().map(|language| language.label()).collect();
        json!({ "id": reply.id, "title": reply.title, "languages": languages, "changed": moment(reply.changed_at) })
    };
    let mut head = Head::desk("Replies", &me);
    head.flash = said(&after);
    let content = json!({ "replies": replies.iter().map(shown).collect::<Vec<_>>() });
    show_page(&app, &me.caller, StatusCode::OK, "desk/replies.html", head, content)
}

/// The form of a reply, new or not, with each of its texts as it would be read.
fn form(app: &App, me: &SignedInAgent, id: Option<ReplyId>, typed: &TypedReply, wrong: &WrongReply) -> Answer {
    let errors: Map<String, Value> =
        wrong.iter().map(|(field, why)| ((*field).to_owned(), why.as_str().into())).collect();
    let sample = CannedReply {
        id: id.unwrap_or_else(|| ReplyId::new(app.now(), [0; 10])),
        title: typed.title.clone(),
        texts: typed.texts.clone(),
        changed_at: app.now(),
    };
    let about = Filled { name: "Zoë Example", reference: EXAMPLE, agent: &me.session.agent.name };
    let text = |language: &Language| {
        let body = typed.texts.get(language).map_or("", String::as_str);
        let preview = app.desk.filled(&sample, *language, &about).filter(|(found, _)| found == language);
        json!({
            "code": language.code(),
            "label": language.label(),
            "body": body,
            "preview": preview.map(|(_, text)| text).filter(|text| !text.trim().is_empty()),
        })
    };
    let place = |place: &Placeholder| json!({ "code": format!("{{{{{}}}}}", place.code()), "label": place.label() });
    let content = json!({
        "id": id,
        "title": typed.title,
        "texts": Language::ALL.iter().map(text).collect::<Vec<_>>(),
        "places": Placeholder::ALL.iter().map(place).collect::<Vec<_>>(),
        "errors": errors,
    });
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let head = Head::desk(if id.is_some() { "Change a reply" } else { "New reply" }, me);
    show_page(app, &me.caller, status, "desk/reply.html", head, content)
}

fn named(path: &str) -> Result<ReplyId, PageError> {
    path.parse().map_err(|_| PageError::Halt(Halt::Gone))
}

/// The form of a new reply.
pub async fn show_new(app: Data<App>, me: SignedInAgent) -> Answer {
    form(&app, &me, None, &TypedReply::default(), &WrongReply::new())
}

/// The form of a reply.
pub async fn show(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Answer {
    let id = named(&path)?;
    let reply = app.desk.canned_reply(id).await?.ok_or(Halt::Gone)?;
    form(&app, &me, Some(id), &TypedReply { title: reply.title, texts: reply.texts }, &WrongReply::new())
}

fn typed(fields: &Fields) -> TypedReply {
    let text = |language: &Language| (*language, fields.get(language.code()).to_owned());
    TypedReply { title: fields.get("title").to_owned(), texts: Language::ALL.iter().map(text).collect() }
}

async fn keep(app: &App, me: &SignedInAgent, id: Option<ReplyId>, fields: &Fields) -> Answer {
    let typed = typed(fields);
    match app.desk.keep_reply(me.act(app), id, &typed).await?? {
        Ok(_) => Ok(see_other("/desk/replies?done=kept")),
        Err(wrong) => form(app, me, id, &typed, &wrong),
    }
}

/// **Add**.
pub async fn add(app: Data<App>, me: SignedInAgent, fields: Fields) -> Answer {
    keep(&app, &me, None, &fields).await
}

/// **Keep**.
pub async fn change(app: Data<App>, me: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    keep(&app, &me, Some(named(&path)?), &fields).await
}

/// **Remove**.
pub async fn remove(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Answer {
    app.desk.remove_reply(me.act(&app), named(&path)?).await??;
    Ok(see_other("/desk/replies?done=removed"))
}

/// What a case's page offers to begin from, and the chosen text, filled in, in the case's language where there is one.
pub(super) fn choice(app: &App, me: &SignedInAgent, file: &CaseFile, replies: &[CannedReply], chosen: &str) -> Value {
    let wanted = file.form.language;
    let about =
        Filled { name: &file.form.name, reference: file.filed.case.reference.as_str(), agent: &me.session.agent.name };
    let filled = replies
        .iter()
        .find(|reply| reply.id.to_string() == chosen)
        .and_then(|reply| app.desk.filled(reply, wanted, &about));
    let option = |reply: &CannedReply| json!({ "id": reply.id, "title": reply.title, "selected": reply.id.to_string() == chosen });
    json!({
        "options": replies.iter().map(option).collect::<Vec<_>>(),
        "language": filled.as_ref().map(|(language, _)| language.label()),
        "other_language": filled.as_ref().is_some_and(|(language, _)| *language != wanted),
        "text": filled.map(|(_, text)| text),
    })
}
