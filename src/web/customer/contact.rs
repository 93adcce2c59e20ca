//! The link by which somebody at an old address stops a change of their account's contact.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::json;

use super::link::WithToken;
use crate::domain::ids::ContactChangeId;
use crate::domain::token::Token;
use crate::locale::{label, text};
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Head, show as show_page};
use crate::web::words::text_of;
use crate::workflow::{Halt, StopPage};

fn invalid(app: &App, caller: &Caller, halt: &Halt) -> Result<HttpResponse, PageError> {
    let content = json!({ "why": text_of(halt).to(caller.language) });
    let title = text!("invalid-title").to(caller.language);
    show_page(app, caller, status_of(halt), "customer/contact_invalid.html", Head::new(&title), content)
}

fn change(path: &str) -> Result<ContactChangeId, Halt> {
    path.parse().map_err(|_| Halt::UnknownLink)
}

/// The page behind the link. Fetching it stops nothing: mail scanners fetch links too.
pub async fn show(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    link: Query<WithToken>,
) -> Result<HttpResponse, PageError> {
    let opened = match change(&path) {
        Ok(id) => app.desk.look_at_contact_change(id, Token::presented(&link.token), caller.ip.clone()).await?,
        Err(halt) => Err(halt),
    };
    match opened {
        Ok(StopPage { about, is_effective, language }) => {
            let language = language.unwrap_or(caller.language);
            let title = text!("object-title").to(language);
            let content = json!({
                "action": format!("/contacts/{path}/stop"),
                "token": link.token,
                "about": label(language, about),
                "is_effective": is_effective,
            });
            let head = Head::of_case(&title, language);
            show_page(&app, &caller, StatusCode::OK, "customer/contact_stop.html", head, content)
        }
        Err(halt) => invalid(&app, &caller, &halt),
    }
}

/// **Stop this change**.
pub async fn press(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let token = Token::presented(fields.get("token"));
    let pressed = match change(&path) {
        Ok(id) => app.desk.object_to_contact_change(id, token, caller.ip.clone()).await?,
        Err(halt) => Err(halt),
    };
    match pressed {
        Ok(StopPage { is_effective, language, .. }) => {
            let language = language.unwrap_or(caller.language);
            let title = if is_effective { text!("contact-told-title") } else { text!("contact-stopped-title") };
            let title = title.to(language);
            let content = json!({ "title": title, "is_effective": is_effective });
            let head = Head::of_case(&title, language);
            show_page(&app, &caller, StatusCode::OK, "customer/contact_stopped.html", head, content)
        }
        Err(halt) => invalid(&app, &caller, &halt),
    }
}
