//! Texts that agents begin from: those of the desk, and as they would be sent in a case.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

use super::body::Body;
use super::cases::{Answer, named, reference};
use super::desk::done;
use super::operation::Values;
use super::problem::Problem;
use super::program::Program;
use crate::domain::canned::{CannedReply, ReplyTitle};
use crate::domain::case::Writing;
use crate::domain::form::Language;
use crate::domain::ids::ReplyId;
use crate::web::App;
use crate::workflow::{CaseFile, Filled, Halt, TypedReply};

fn languages() -> Schema {
    Values::OneOf(Language::ALL.iter().map(|each| each.code()).collect()).schema()
}

/// The desk's replies, by title.
#[derive(Serialize, ToSchema)]
pub struct ReplyList {
    items: Vec<Reply>,
}

/// A reply.
#[derive(Serialize, ToSchema)]
pub struct Reply {
    id: String,
    /// What agents choose it by.
    title: String,
    /// A text for each language that it was written in.
    texts: Vec<TextOfReply>,
    changed_at: DateTime<Utc>,
}

/// A text of a reply.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TextOfReply {
    #[schema(schema_with = languages)]
    language: Language,
    /// In lines. `{{name}}`, `{{reference}}`, `{{agent}}` and `{{product}}` are filled in.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

fn shown(reply: &CannedReply) -> Reply {
    let text = |(language, text): (&Language, &String)| TextOfReply { language: *language, text: text.clone() };
    Reply {
        id: reply.id.to_string(),
        title: reply.title.clone(),
        texts: reply.texts.iter().map(text).collect(),
        changed_at: reply.changed_at,
    }
}

/// The list.
pub async fn list(app: Data<App>, _: Program) -> Answer {
    let all = app.desk.canned_replies().await?;
    Ok(HttpResponse::Ok().json(ReplyList { items: all.iter().map(shown).collect() }))
}

async fn found(app: &App, id: ReplyId) -> Result<CannedReply, Problem> {
    app.desk.canned_reply(id).await?.ok_or_else(|| Halt::Gone.into())
}

/// One of them.
pub async fn get(app: Data<App>, _: Program, path: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(shown(&found(&app, named(&path)?).await?)))
}

/// A reply as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "title": "Greeting", "texts": [{ "language": "en", "text": "Dear {{name}}," }] })))]
pub struct WrittenReply {
    /// What agents choose it by.
    #[schema(min_length = 1, max_length = 80)]
    title: String,
    /// Its texts, one for each language: these and no others.
    #[schema(min_items = 1)]
    texts: Vec<TextOfReply>,
}

async fn keep(app: &App, program: &Program, id: Option<ReplyId>, body: WrittenReply) -> Answer {
    let order: Vec<Language> = body.texts.iter().map(|text| text.language).collect();
    let mut texts = BTreeMap::new();
    for (at, TextOfReply { language, text }) in body.texts.into_iter().enumerate() {
        if texts.insert(language, text).is_some() {
            return Err(Problem::field(format!("/texts/{at}/language"), "This language stands here twice."));
        }
    }
    let typed = TypedReply { title: body.title, texts };
    let id = app.desk.keep_reply(program.act(app), id, &typed).await??.map_err(|wrong| {
        let pointer = |field: &str| match order.iter().position(|language| language.code() == field) {
            Some(at) => format!("/texts/{at}/text"),
            None if field == "title" => "/title".to_owned(),
            None => "/texts".to_owned(),
        };
        Problem::fields(wrong.into_iter().map(|(field, why)| (pointer(field), why)))
    })?;
    Ok(HttpResponse::Ok().json(shown(&found(app, id).await?)))
}

/// Adds one.
pub async fn add(app: Data<App>, program: Program, body: Body<WrittenReply>) -> Answer {
    keep(&app, &program, None, body.0).await
}

/// Changes one: what it was is no more.
pub async fn change(app: Data<App>, program: Program, path: Path<String>, body: Body<WrittenReply>) -> Answer {
    keep(&app, &program, Some(named(&path)?), body.0).await
}

/// Takes one out of use.
pub async fn remove(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    app.desk.remove_reply(program.act(&app), named(&path)?).await??;
    Ok(done())
}

/// What a message in a case can begin from.
#[derive(Serialize, ToSchema)]
pub struct OfferList {
    items: Vec<OfferedReply>,
}

/// A reply that a message can begin from.
#[derive(Serialize, ToSchema)]
struct OfferedReply {
    id: String,
    title: String,
    /// The language that its text would be in.
    language: &'static str,
}

/// A reply, filled in for a case.
#[derive(Serialize, ToSchema)]
pub struct FilledReply {
    id: String,
    title: String,
    /// The language of the text.
    language: &'static str,
    /// The case's language: another one where the reply was not written in it.
    case_language: &'static str,
    /// To be read, changed and sent as a message.
    text: String,
}

/// The case, looked at as at the desk, and whether one may write to its customer: for whoever may not there is nothing to
/// begin from.
async fn of_case(app: &App, program: &Program, path: &str) -> Result<(CaseFile, bool), Problem> {
    let act = program.act(app);
    let file = app.desk.view_case(act.clone(), reference(path)?).await??;
    let may = file.filed.case.may_write(&act.actor, Writing::ToCustomer).is_ok();
    Ok((file, may))
}

/// What a message can begin from.
pub async fn offered(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let (file, may) = of_case(&app, &program, &path).await?;
    let titles = if may { app.desk.reply_titles().await? } else { Vec::new() };
    let offer = |reply: ReplyTitle| {
        let language = reply.language(file.form.language)?.code();
        Some(OfferedReply { id: reply.id.to_string(), title: reply.title, language })
    };
    Ok(HttpResponse::Ok().json(OfferList { items: titles.into_iter().filter_map(offer).collect() }))
}

/// A reply as it would be sent. It sends nothing.
pub async fn filled(app: Data<App>, program: Program, path: Path<(String, String)>) -> Answer {
    let (case, reply) = path.into_inner();
    let id: ReplyId = named(&reply)?;
    let (file, may) = of_case(&app, &program, &case).await?;
    if !may {
        return Err(Halt::Gone.into());
    }
    let reply = found(&app, id).await?;
    let about = Filled {
        name: &file.form.name,
        reference: file.filed.case.reference.as_str(),
        agent: &program.entered.agent.name,
    };
    let (language, text) = app.desk.filled(&reply, file.form.language, &about).ok_or(Halt::Gone)?;
    Ok(HttpResponse::Ok().json(FilledReply {
        id: reply.id.to_string(),
        title: reply.title.clone(),
        language: language.code(),
        case_language: file.form.language.code(),
        text,
    }))
}
