use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::sso;
use crate::domain::contact::EmailAddress;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Head, show as show_page};
use crate::web::{App, cookies};

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
    /// Why a single sign-on signed nobody in.
    #[serde(default)]
    sso: String,
}

/// Only pages of our own desk: a sign-in page that leads elsewhere helps phishers.
pub(super) fn own_page(next: &str) -> &str {
    let ours = next == "/desk" || next.starts_with("/desk/") || next.starts_with("/desk?");
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\') && !next.contains("//");
    if ours && plain { next } else { "/desk" }
}

fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    email: &str,
    error: Option<String>,
    next: &str,
) -> Result<HttpResponse, PageError> {
    let content = json!({ "email": email, "error": error, "next": own_page(next), "sso": sso::offer(app) });
    show_page(app, caller, status, "desk/sign_in.html", Head::new("Sign in to the desk"), content)
}

/// The sign-in page.
pub async fn show(app: Data<App>, caller: Caller, query: Query<Next>) -> Result<HttpResponse, PageError> {
    page(&app, &caller, StatusCode::OK, "", sso::reason(&app, &query.sso), &query.next)
}

/// Signs an agent in: 303 to where they wanted to go, 401 with one message for everything that can be wrong.
pub async fn sign_in(app: Data<App>, caller: Caller, fields: Fields) -> Result<HttpResponse, PageError> {
    if !app.desk.takes_desk_passwords() {
        return Err(PageError::NotFound);
    }
    let email = fields.get("email").parse::<EmailAddress>().ok();
    let password = SecretString::from(fields.get("password"));
    match app.desk.sign_in(email, password, (caller.ip.clone(), caller.device.clone())).await? {
        Ok(signed_in) => {
            let token = app
                .tokens
                .issue(signed_in.session, signed_in.agent.id, app.now())
                .map_err(|error| PageError::Template(error.to_string()))?;
            Ok(HttpResponse::SeeOther()
                .insert_header((SET_COOKIE, cookies::set_agent(&app, &token)))
                .insert_header((LOCATION, own_page(fields.get("next"))))
                .finish())
        }
        Err(halt) => {
            page(&app, &caller, status_of(&halt), fields.get("email"), Some(halt.to_string()), fields.get("next"))
        }
    }
}

/// Signs an agent out, at once and on the server.
pub async fn sign_out(app: Data<App>, agent: SignedInAgent) -> Result<HttpResponse, PageError> {
    app.desk.sign_out(agent.act(&app), agent.session.id).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, cookies::clear_agent(&app)))
        .insert_header((LOCATION, "/desk/sign-in"))
        .finish())
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn signing_in_never_leads_elsewhere() {
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "/desk//evil", "/desk\r\nx", ""]
        {
            assert_eq!(own_page(elsewhere), "/desk", "{elsewhere:?}");
        }
        assert_eq!(own_page("/desk/cases/MFA-7K3Q-9ZDX"), "/desk/cases/MFA-7K3Q-9ZDX");
    }
}
