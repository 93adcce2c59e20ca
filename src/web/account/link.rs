//! The link that an administrator of an account is mailed when a member asks.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::domain::authn::Assurance;
use crate::domain::token::Token;
use crate::locale::text;
use crate::store::links::LinkPurpose;
use crate::web::customer::link::WithToken;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::caller::Caller;
use crate::web::page::{Head, see_other, show as show_page};
use crate::web::words::text_of;
use crate::web::{App, cookies};

/// The page behind the link: it tells nothing of the case and asks to sign in. Whoever is signed in with the account
/// that the link was sent to is led on.
pub async fn show(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    link: Query<WithToken>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let token = Token::presented(&link.token);
    let next = format!("/account/requests/{reference}");
    let opened = app.desk.open_link(reference, LinkPurpose::Administer, token, caller.ip.clone()).await?;
    let session = match cookies::account(&request, &app) {
        Some(cookie) => app.desk.account_session(&cookie, true).await?,
        None => None,
    };
    let signed_in = session.filter(|session| session.assurance == Assurance::Complete);
    let title = text!("administer-link-title").to(caller.language);
    let head = Head::new(&title);
    match opened {
        Ok(opened) if signed_in.is_some_and(|session| Some(session.account.id) == opened.administrator) => {
            Ok(see_other(next))
        }
        Ok(_) => {
            let content = json!({ "why": null, "next": next, "link": link.token });
            show_page(&app, &caller, StatusCode::OK, "account/link.html", head, content)
        }
        Err(halt) => {
            let content = json!({ "why": text_of(&halt).to(caller.language), "next": next, "link": "" });
            show_page(&app, &caller, status_of(&halt), "account/link.html", head, content)
        }
    }
}
