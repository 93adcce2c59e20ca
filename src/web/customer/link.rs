use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::json;

use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::locale::text;
use crate::store::links::LinkPurpose;
use crate::web::App;
use crate::web::cookies;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Head, show};
use crate::web::words::text_of;
use crate::workflow::{Confirmed, Halt};

/// The secret part of a mailed link.
#[derive(Deserialize)]
pub(crate) struct WithToken {
    #[serde(default)]
    pub(crate) token: String,
}

fn invalid(app: &App, caller: &Caller, reference: &CaseRef, halt: &Halt) -> Result<HttpResponse, PageError> {
    let content = json!({ "reference": reference, "why": text_of(halt).to(caller.language) });
    let title = text!("invalid-title").to(caller.language);
    show(app, caller, status_of(halt), "customer/link_invalid.html", Head::new(&title), content)
}

/// The page behind an opening link. Fetching it confirms nothing: mail scanners fetch links too.
pub async fn show_open(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    link: Query<WithToken>,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let token = Token::presented(&link.token);
    match app.desk.open_link(reference.clone(), LinkPurpose::Open, token, caller.ip.clone()).await? {
        Ok(opened) => {
            let title = if opened.of_owner {
                text!("verify-title")
            } else if opened.first {
                text!("open-confirm")
            } else {
                text!("open-again")
            };
            let title = title.to(opened.language);
            let content = json!({
                "reference": reference,
                "action": format!("/cases/{reference}/open"),
                "token": link.token,
                "first": opened.first,
                "of_owner": opened.of_owner,
            });
            show(
                &app,
                &caller,
                StatusCode::OK,
                "customer/open_link.html",
                Head::of_case(&title, opened.language),
                content,
            )
        }
        Err(halt) => invalid(&app, &caller, &reference, &halt),
    }
}

/// The button behind an opening link: 303 to the case's page, with the cookie that opens it. Where the owner helps
/// themself, they go on where they began, and this browser is only told so.
pub async fn press_open(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let token = Token::presented(fields.get("token"));
    match app.desk.confirm_email(reference.clone(), token, caller.ip.clone()).await? {
        Ok(Confirmed { session: Some(session), .. }) => Ok(HttpResponse::SeeOther()
            .insert_header((SET_COOKIE, cookies::set_customer(&app, &reference, &session)))
            .insert_header(("location", format!("/cases/{reference}")))
            .finish()),
        Ok(Confirmed { session: None, language }) => {
            let title = text!("verified-title").to(language);
            let head = Head::of_case(&title, language);
            let content = json!({ "next": crate::web::account::alternative::PAGE });
            show(&app, &caller, StatusCode::OK, "customer/verified.html", head, content)
        }
        Err(halt) => invalid(&app, &caller, &reference, &halt),
    }
}

/// The page behind a "this wasn't me" link.
pub async fn show_object(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    link: Query<WithToken>,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let token = Token::presented(&link.token);
    match app.desk.open_link(reference.clone(), LinkPurpose::Object, token, caller.ip.clone()).await? {
        Ok(opened) => {
            let title = text!("object-title").to(opened.language);
            let head = Head::of_case(&title, opened.language);
            let action = format!("/cases/{reference}/object");
            let content = json!({ "reference": reference, "action": action, "token": link.token });
            show(&app, &caller, StatusCode::OK, "customer/object_link.html", head, content)
        }
        Err(halt) => invalid(&app, &caller, &reference, &halt),
    }
}

/// **Stop this request**: freezes the case.
pub async fn press_object(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let token = Token::presented(fields.get("token"));
    match app.desk.dispute(reference.clone(), token, caller.ip.clone()).await? {
        Ok(stopped) => {
            let off = stopped.is_off;
            let content = json!({ "reference": reference, "already_off": off });
            let title = text!("objected-title").to(stopped.language);
            let head = Head::of_case(&title, stopped.language);
            show(&app, &caller, StatusCode::OK, "customer/objected.html", head, content)
        }
        Err(halt) => invalid(&app, &caller, &reference, &halt),
    }
}

/// **Send me a new link**: the same answer whether or not there is such a case.
pub async fn send_again(app: Data<App>, caller: Caller, path: Path<String>) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    app.desk.send_link(reference.clone(), caller.ip.clone()).await?;
    private(&app, &caller, &reference, Private::Sent)
}

/// Why somebody sees the page of a case whose browser it does not know.
pub(super) enum Private<'a> {
    /// They came to look.
    Asked,
    /// They asked for a link.
    Sent,
    /// They pressed a button, and what they typed is given back.
    Ended(Option<&'a str>),
}

/// The case's page for someone whose browser it does not know.
pub(super) fn private(
    app: &App,
    caller: &Caller,
    reference: &CaseRef,
    why: Private<'_>,
) -> Result<HttpResponse, PageError> {
    let (status, sent, ended, kept) = match why {
        Private::Asked => (StatusCode::OK, false, false, None),
        Private::Sent => (StatusCode::OK, true, false, None),
        Private::Ended(kept) => (StatusCode::FORBIDDEN, false, true, kept),
    };
    let content = json!({ "reference": reference, "sent": sent, "ended": ended, "kept": kept });
    let title = text!("case-title").to(caller.language);
    show(app, caller, status, "customer/private.html", Head::new(&title), content)
}
