//! **Sign in with …**: leaving for the provider, and coming back.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, REFRESH, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::sign_in::session_cookie;
use crate::domain::authn::sso::Refusal;
use crate::domain::token::Token;
use crate::web::error::PageError;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::next_page::of_desk;
use crate::web::page::{Head, see_other, show as show_page};
use crate::web::{App, cookies};
use crate::workflow::{NoCode, SsoAnswered, SsoAsked, SsoHalt};

/// What the sign-in page offers.
pub(super) fn offer(app: &App) -> Value {
    json!({
        "name": app.desk.sso_provider().map(|provider| provider.settings().name.as_str()),
        "passwords": app.desk.takes_desk_passwords(),
    })
}

/// Every reason that the sign-in page can be led to with.
const REASONS: [SsoHalt; 12] = [
    SsoHalt::Unreachable,
    SsoHalt::TooOften,
    SsoHalt::Stale,
    SsoHalt::Denied,
    SsoHalt::NotConfirmed,
    SsoHalt::Refused(Refusal::Email),
    SsoHalt::Refused(Refusal::TooWeak),
    SsoHalt::Refused(Refusal::NoRole),
    SsoHalt::Refused(Refusal::NoRoleClaim),
    SsoHalt::Refused(Refusal::Unknown),
    SsoHalt::Refused(Refusal::AddressTaken),
    SsoHalt::Refused(Refusal::Suspended),
];

/// The words for the reason that the address names. Addresses can be made up, so they only choose among ours.
pub(super) fn reason(app: &App, code: &str) -> Option<String> {
    let halt = REASONS.into_iter().find(|halt| halt.code() == code)?;
    let settings = app.desk.sso_provider()?.settings();
    let name = &settings.name;
    let otherwise = if settings.password_sign_in { ", or sign in with your password" } else { "" };
    Some(match halt {
        SsoHalt::Off => return None,
        SsoHalt::Unreachable => {
            format!("Single sign-on cannot be reached at the moment. Try again in a few minutes{otherwise}.")
        }
        SsoHalt::TooOften => {
            format!("Too many sign-ins began in your network. Try again in a quarter of an hour{otherwise}.")
        }
        SsoHalt::Stale => "This sign-in began too long ago, or in another browser, or was used already. \
                           Begin again here."
            .to_owned(),
        SsoHalt::Denied => format!("Nobody was signed in: it was cancelled at {name}."),
        SsoHalt::NotConfirmed => format!("{name} did not confirm who you are. Try again{otherwise}."),
        SsoHalt::Refused(Refusal::Email) => {
            format!("{name} has not verified your e-mail address. Have it verified there, then try again.")
        }
        SsoHalt::Refused(Refusal::TooWeak) => {
            format!(
                "This desk needs a stronger sign-in at {name}, such as with a security key. Sign in so and try again."
            )
        }
        SsoHalt::Refused(Refusal::AddressTaken) => {
            "Somebody at this desk has your e-mail address already and signs in otherwise. Ask whoever runs this desk."
                .to_owned()
        }
        SsoHalt::Refused(Refusal::NoRole | Refusal::NoRoleClaim | Refusal::Unknown | Refusal::Suspended) => {
            format!("You are known to {name}, but may not work at this desk. Ask whoever runs it for access.")
        }
    })
}

fn to_sign_in_page(halt: SsoHalt) -> HttpResponse {
    see_other(format!("/desk/sign-in?sso={}", halt.code()))
}

/// Leaves for the provider. The way there is a page of ours, as a form may not lead to another site.
pub async fn begin(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let asked = SsoAsked {
        ip: caller.ip.clone(),
        browser: cookies::sso(&request, &app),
        next: of_desk(fields.get("next")).to_owned(),
        link: Token::presented(fields.get("token")),
        again: fields.get("again") == "1",
    };
    let began = match app.desk.sso_begin(asked).await? {
        Ok(began) => began,
        Err(SsoHalt::Off) => return Err(PageError::NotFound),
        Err(halt) => return Ok(to_sign_in_page(halt)),
    };
    let (name, url) = (offer(&app)["name"].clone(), began.url.as_str());
    let content = json!({ "name": name, "url": url });
    let mut page = show_page(&app, &caller, StatusCode::OK, "desk/sso.html", Head::new("On to your sign-in"), content)?;
    for (header, value) in [(REFRESH, format!("0; url={url}")), (SET_COOKIE, cookies::set_sso(&app, &began.browser))] {
        let value = value.try_into().map_err(|_| PageError::BadAddress)?;
        page.headers_mut().append(header, value);
    }
    Ok(page)
}

/// What the provider's answer can have. Its own words, `error_description` and `error_uri`, are not read.
#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Comes back from the provider, and goes on without its code in the address.
pub async fn callback(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    answer: Query<Answer>,
) -> Result<HttpResponse, PageError> {
    let answer = answer.into_inner();
    let code = match (answer.error.as_deref(), answer.code) {
        (None, Some(code)) => Ok(SecretString::from(code)),
        (Some("access_denied"), _) => Err(NoCode::Denied),
        _ => Err(NoCode::Other),
    };
    let answered = SsoAnswered {
        ip: caller.ip.clone(),
        device: caller.device.clone(),
        browser: cookies::sso(&request, &app),
        state: Token::presented(&answer.state),
        code,
        issuer: answer.iss,
        known: cookies::browser(&request, &app),
        before: cookies::agent(&request, &app).and_then(|cookie| app.tokens.read(&cookie, app.now())),
    };
    let signed_in = match app.desk.sso_finish(answered).await? {
        Ok(signed_in) => signed_in,
        Err(SsoHalt::Off) => return Err(PageError::NotFound),
        Err(halt) => return Ok(to_sign_in_page(halt)),
    };
    let mut back = HttpResponse::SeeOther();
    back.append_header((SET_COOKIE, session_cookie(&app, signed_in.session, signed_in.agent)?))
        .append_header((SET_COOKIE, cookies::clear_sso(&app)))
        .append_header((LOCATION, of_desk(&signed_in.next)));
    if let Some(known) = &signed_in.known {
        back.append_header((SET_COOKIE, cookies::set_browser(&app, known)));
    }
    Ok(back.finish())
}
