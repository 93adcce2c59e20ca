use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use super::acts::{Answer, back};
use super::case::Kept;
use crate::domain::queue::{Look, View};
use crate::domain::tag::{LONGEST, NotATag, TagName};
use crate::store::tags::{self, Tag};
use crate::web::App;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, see_other, show as show_page};
use crate::workflow::Halt;

const TAG: Kept = &[("tag", "tag")];

/// A tag as pages show it.
pub fn shown(tag: &Tag) -> Value {
    let mut look = Look::of(View::Open);
    look.filter.tag = Some(tag.id);
    json!({ "id": tag.id, "name": tag.name.as_str(), "url": format!("/desk?{}", look.address()) })
}

/// The tag that a form names.
pub fn named(fields: &Fields) -> Result<TagName, Halt> {
    fields.get("tag").parse().map_err(|wrong: NotATag| Halt::BadText(wrong.to_string()))
}

/// Puts a tag on the case.
pub async fn put(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = match named(&fields) {
        Ok(name) => app.desk.tag_case(agent.act(&app), reference(&path)?, name).await?,
        Err(halt) => Err(halt),
    };
    back(&app, &agent, &path, (&fields, TAG), done.map(|()| "tag")).await
}

/// Takes a tag off the case.
pub async fn take_off(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = match named(&fields) {
        Ok(name) => app.desk.untag_case(agent.act(&app), reference(&path)?, name).await?,
        Err(halt) => Err(halt),
    };
    back(&app, &agent, &path, (&fields, TAG), done.map(|()| "untag")).await
}

async fn page(
    app: &App,
    agent: &SignedInAgent,
    status: StatusCode,
    flash: Option<Flash>,
) -> Result<HttpResponse, PageError> {
    let all = app.desk.store.read(tags::all).await?;
    let content = json!({
        "tags": all.iter().map(shown).collect::<Vec<_>>(),
        "supervises": agent.session.agent.role.supervises(),
        "longest": LONGEST,
    });
    let mut head = Head::desk("Tags", agent);
    head.flash = flash;
    show_page(app, &agent.caller, status, "desk/tags.html", head, content)
}

/// The desk's tags.
pub async fn list(app: Data<App>, agent: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let flash = (after.done == "removed").then(|| Flash::Done("The tag is gone from every case.".to_owned()));
    page(&app, &agent, StatusCode::OK, flash).await
}

/// Removes a tag from the desk.
pub async fn remove(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let done = match path.parse() {
        Ok(id) => app.desk.remove_tag(agent.act(&app), id).await?,
        Err(_) => Err(Halt::Gone),
    };
    match done {
        Ok(()) => Ok(see_other("/desk/tags?done=removed")),
        Err(halt) => page(&app, &agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
    }
}
