//! What an administrator of an account decides about its members.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use super::page;
use crate::domain::form::free_text;
use crate::locale::{Language, Text, label, text};
use crate::web::App;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::account::SignedInAccount;
use crate::web::guard::fields::Fields;
use crate::web::page::{Head, moment_in, see_other};
use crate::web::words::text_of;
use crate::workflow::{Decision, Halt, MemberRequest};

type Answer = Result<HttpResponse, PageError>;

/// A request as its page and the list show it.
pub(super) fn shown(request: &MemberRequest, language: Language) -> Value {
    let (at, network) = request.asked.clone().unzip();
    json!({
        "reference": request.reference,
        "name": request.member.name,
        "email_masked": request.member.email.masked(),
        "device": label(language, request.form.device_kind),
        "reason": label(language, request.form.reason),
        "at": at.map(|at| moment_in(language, at)),
        "network": network,
    })
}

/// What was typed into the reason, and what is wrong with it.
#[derive(Default)]
struct Typed {
    status: Option<StatusCode>,
    reason: String,
    error: Option<Text>,
}

async fn draw(app: &App, me: &SignedInAccount, path: &str, typed: Typed) -> Answer {
    let language = me.caller.language;
    let title = text!("request-title").to(language);
    match app.desk.member_request(me.as_administrator(app), reference(path)?).await? {
        Ok(request) => {
            let content = json!({
                "request": shown(&request, language),
                "over": null,
                "reason": typed.reason,
                "error": typed.error.map(|error| error.to(language)),
            });
            let status = typed.status.unwrap_or(StatusCode::OK);
            page(app, me, status, "account/request.html", Head::new(&title), content)
        }
        Err(halt) => over(app, me, &halt),
    }
}

/// The same page for what is decided, too old, or none of theirs: nothing of a case is told.
fn over(app: &App, me: &SignedInAccount, halt: &Halt) -> Answer {
    let language = me.caller.language;
    let title = text!("request-title").to(language);
    let content = json!({ "request": null, "over": text_of(halt).to(language) });
    page(app, me, status_of(halt), "account/request.html", Head::new(&title), content)
}

/// `/account/requests/{reference}`: who asks, for which device, from where and when.
pub async fn show(app: Data<App>, me: SignedInAccount, path: Path<String>) -> Answer {
    draw(&app, &me, &path, Typed::default()).await
}

/// **Approve**.
pub async fn approve(app: Data<App>, me: SignedInAccount, path: Path<String>) -> Answer {
    match app.desk.decide_request(me.as_administrator(&app), reference(&path)?, Decision::Approve).await? {
        Ok(()) => Ok(see_other("/account?done=approved")),
        Err(halt) => over(&app, &me, &halt),
    }
}

/// **Decline**, with a reason.
pub async fn decline(app: Data<App>, me: SignedInAccount, path: Path<String>, fields: Fields) -> Answer {
    let typed = fields.get("reason");
    let reason = match free_text(typed) {
        Ok(reason) => reason,
        Err(wrong) => {
            let status = Some(StatusCode::UNPROCESSABLE_ENTITY);
            let typed = Typed { status, reason: typed.to_owned(), error: Some(wrong.into()) };
            return draw(&app, &me, &path, typed).await;
        }
    };
    match app.desk.decide_request(me.as_administrator(&app), reference(&path)?, Decision::Decline(reason)).await? {
        Ok(()) => Ok(see_other("/account?done=declined")),
        Err(halt) => over(&app, &me, &halt),
    }
}
