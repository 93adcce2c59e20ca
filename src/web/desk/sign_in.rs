use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::sso;
use crate::domain::authn::DeskStep;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{AgentId, AgentSessionId};
use crate::domain::token::Token;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::next_page::{encoded, of_desk};
use crate::web::page::{Head, show as show_page};
use crate::web::{App, cookies};
use crate::workflow::AgentOffered;

/// What the address of the sign-in page carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
    token: String,
    /// Why a single sign-on signed nobody in.
    sso: String,
}

fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    (email, error): (&str, Option<String>),
    (next, token): (&str, &str),
) -> Result<HttpResponse, PageError> {
    let mut sso = sso::offer(app);
    // Whoever was sent a link comes in with their password, even where others do not.
    sso["passwords"] = (app.desk.takes_desk_passwords() || Token::presented(token).is_some()).into();
    let content = json!({ "email": email, "error": error, "next": of_desk(next), "token": token, "sso": sso });
    show_page(app, caller, status, "desk/sign_in.html", Head::new("Sign in to the desk"), content)
}

/// The header that names a session to the browser.
pub(super) fn session_cookie(app: &App, session: AgentSessionId, agent: AgentId) -> Result<String, PageError> {
    let token = app.tokens.issue(session, agent, app.now());
    let token = token.map_err(|error| PageError::Template(error.to_string()))?;
    Ok(cookies::set_agent(app, &token))
}

/// The sign-in page.
pub async fn show(app: Data<App>, caller: Caller, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    page(&app, &caller, StatusCode::OK, ("", sso::reason(&app, &asked.sso)), (&asked.next, &asked.token))
}

/// Takes address and password: 303 to the second step, or to where an authenticator is set up by those who have none;
/// 401 with one message for everything that can be wrong.
pub async fn sign_in(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let link = Token::presented(fields.get("token"));
    if !app.desk.takes_desk_passwords() && link.is_none() {
        return Err(PageError::NotFound);
    }
    let offered = AgentOffered {
        email: fields.get("email").parse::<EmailAddress>().ok(),
        password: SecretString::from(fields.get("password")),
        ip: caller.ip.clone(),
        device: caller.device.clone(),
        browser: cookies::browser(&request, &app),
        link,
        before: cookies::agent(&request, &app).and_then(|cookie| app.tokens.read(&cookie, app.now())),
    };
    match app.desk.sign_in(offered).await? {
        Ok(step) => {
            let to = match step.next {
                DeskStep::Enrol => "/desk/security".to_owned(),
                DeskStep::SecondFactor | DeskStep::LinkNeeded => {
                    format!("/desk/sign-in/device?next={}", encoded(of_desk(fields.get("next"))))
                }
            };
            Ok(HttpResponse::SeeOther()
                .insert_header((SET_COOKIE, session_cookie(&app, step.session, step.agent.id)?))
                .insert_header((LOCATION, to))
                .finish())
        }
        Err(halt) => {
            let carried = (fields.get("next"), fields.get("token"));
            page(&app, &caller, status_of(&halt), (fields.get("email"), Some(halt.to_string())), carried)
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
