//! The cookies: an agent's session, an account's, the browser that either signed in with before, a customer's browser for
//! one case, and the language that a visitor chose.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{HeaderValue, SET_COOKIE};

use super::App;
use crate::domain::form::Language;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::known_devices::KNOWN_FOR;
use crate::workflow::AT_PROVIDER;

/// Under TLS the `__Host-` prefix keeps a neighbouring host from planting a cookie.
fn name(app: &App, bare: &str) -> String {
    if app.secure { format!("__Host-{bare}") } else { bare.to_owned() }
}

fn baked(app: &App, bare: &str, value: &str, lifetime: Duration) -> String {
    Cookie::build(name(app, bare), value)
        .path("/")
        .http_only(true)
        .secure(app.secure)
        .same_site(SameSite::Lax)
        .max_age(lifetime)
        .finish()
        .to_string()
}

const AGENT: &str = "mfa-desk";

fn of_case(reference: &CaseRef) -> String {
    format!("mfa-desk-{reference}")
}

/// The agent's session cookie.
pub fn agent(request: &HttpRequest, app: &App) -> Option<String> {
    request.cookie(&name(app, AGENT)).map(|cookie| cookie.value().to_owned())
}

/// The header that sets the agent's session cookie.
pub fn set_agent(app: &App, value: &str) -> String {
    baked(app, AGENT, value, Duration::minutes(i64::from(app.desk.kit.sessions.idle_minutes)))
}

/// The header that takes the agent's session cookie away.
pub fn clear_agent(app: &App) -> String {
    baked(app, AGENT, "", Duration::ZERO)
}

/// The cookie of a customer's browser for the case with this reference.
pub fn customer(request: &HttpRequest, app: &App, reference: &str) -> Option<Token> {
    let reference: CaseRef = reference.parse().ok()?;
    Token::presented(request.cookie(&name(app, &of_case(&reference)))?.value())
}

/// The header that lets a customer's browser in.
pub fn set_customer(app: &App, reference: &CaseRef, token: &Token) -> String {
    let lifetime = Duration::hours(i64::from(app.desk.kit.sessions.customer_hours));
    baked(app, &of_case(reference), token.expose(), lifetime)
}

const SSO: &str = "mfa-desk-sso";

/// The secret of the browser that left for single sign-on.
pub fn sso(request: &HttpRequest, app: &App) -> Option<Token> {
    Token::presented(request.cookie(&name(app, SSO))?.value())
}

/// The header that binds a single sign-on to the browser that begins it.
pub fn set_sso(app: &App, token: &Token) -> String {
    baked(app, SSO, token.expose(), Duration::minutes(AT_PROVIDER.num_minutes()))
}

/// The header that takes that away.
pub fn clear_sso(app: &App) -> String {
    baked(app, SSO, "", Duration::ZERO)
}

const ACCOUNT: &str = "mfa-desk-account";

/// The secret of an account's session.
pub fn account(request: &HttpRequest, app: &App) -> Option<Token> {
    Token::presented(request.cookie(&name(app, ACCOUNT))?.value())
}

/// The header that sets the cookie of an account's session.
pub fn set_account(app: &App, token: &Token) -> String {
    baked(app, ACCOUNT, token.expose(), Duration::hours(i64::from(app.desk.kit.sessions.account_hours)))
}

/// The header that takes the cookie of an account's session away.
pub fn clear_account(app: &App) -> String {
    baked(app, ACCOUNT, "", Duration::ZERO)
}

const BROWSER: &str = "mfa-desk-device";

/// The secret by which a browser is known to those who signed in with it.
pub fn browser(request: &HttpRequest, app: &App) -> Option<Token> {
    Token::presented(request.cookie(&name(app, BROWSER))?.value())
}

/// The header that makes a browser known.
pub fn set_browser(app: &App, token: &Token) -> String {
    baked(app, BROWSER, token.expose(), Duration::days(KNOWN_FOR.num_days()))
}

/// A preference and no secret, so it needs no prefix.
const LANGUAGE: &str = "lang";

/// The language that a visitor chose.
pub fn language(request: &HttpRequest) -> Option<Language> {
    Language::from_code(request.cookie(LANGUAGE)?.value())
}

/// The answer, after which the visitor's other pages speak this language too.
pub fn remember_language(app: &App, mut answer: HttpResponse, language: Language) -> HttpResponse {
    if let Ok(cookie) = HeaderValue::from_str(&set_language(app, language)) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    answer
}

fn set_language(app: &App, language: Language) -> String {
    Cookie::build(LANGUAGE, language.code())
        .path("/")
        .http_only(true)
        .secure(app.secure)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish()
        .to_string()
}
