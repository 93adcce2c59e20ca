//! **Sign in**, the password, **Sign in with authentication device**.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{new_device, troubleshoot};
use crate::domain::authn::{Next, RecoveryCode, Stuck, TotpCode};
use crate::domain::contact::EmailAddress;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::locale::{Text, text};
use crate::web::error::{PageError, status_of};
use crate::web::guard::account::SignedInAccount;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, show as show_page};
use crate::web::words::text_of;
use crate::web::{App, cookies};
use crate::workflow::{Halt, Holder, Offered, SecondFactor};

const REQUESTS: &str = "/account/requests/";

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct After {
    #[serde(default)]
    next: String,
    #[serde(default)]
    done: String,
}

/// Only pages of an account: a sign-in page that leads elsewhere helps phishers.
fn own_page(next: &str) -> &str {
    let ours = next == "/account" || next.starts_with("/account/") || next.starts_with("/account?");
    let plain = next.len() <= 200 && next.chars().all(|c| c.is_ascii_graphic() && c != '\\') && !next.contains("//");
    if ours && plain && !next.starts_with("/account/sign-") { next } else { "/account" }
}

/// What the forms of the first step carry along.
struct Carried<'a> {
    next: &'a str,
    link: &'a str,
}

impl<'a> Carried<'a> {
    fn of(fields: &'a Fields) -> Self {
        Self { next: own_page(fields.get("next")), link: fields.get("link") }
    }

    /// The mailed link that led here, with the case that its page is about.
    fn link(&self) -> Option<(CaseRef, Token)> {
        let reference = self.next.strip_prefix(REQUESTS)?.parse().ok()?;
        Some((reference, Token::presented(self.link)?))
    }
}

fn first_page(
    app: &App,
    caller: &Caller,
    (email, error): (&str, Option<Text>),
    carried: &Carried<'_>,
) -> Result<HttpResponse, PageError> {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = text!("sign-in-title").to(caller.language);
    let content = json!({
        "email": email,
        "error": error.map(|error| error.to(caller.language)),
        "next": carried.next,
        "link": carried.link,
    });
    show_page(app, caller, status, "account/sign_in.html", Head::new(&title), content)
}

fn password_page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    (email, error): (&EmailAddress, Option<Text>),
    carried: &Carried<'_>,
) -> Result<HttpResponse, PageError> {
    let title = text!("sign-in-title").to(caller.language);
    let content = json!({
        "email": email,
        "error": error.map(|error| error.to(caller.language)),
        "next": carried.next,
        "link": carried.link,
        "again": format!("/account/sign-in?next={}", encoded(carried.next)),
    });
    show_page(app, caller, status, "account/password.html", Head::new(&title), content)
}

/// The first page: the account's e-mail address.
pub async fn show(app: Data<App>, caller: Caller, after: Query<After>) -> Result<HttpResponse, PageError> {
    first_page(&app, &caller, ("", None), &Carried { next: own_page(&after.next), link: "" })
}

/// Takes the address and asks for the password, whether or not there is such an account.
pub async fn email(app: Data<App>, caller: Caller, fields: Fields) -> Result<HttpResponse, PageError> {
    let carried = Carried::of(&fields);
    match fields.get("email").parse::<EmailAddress>() {
        Ok(email) => password_page(&app, &caller, StatusCode::OK, (&email, None), &carried),
        Err(_) => first_page(&app, &caller, (fields.get("email"), Some(text!("wrong-not-an-email"))), &carried),
    }
}

/// Takes the password: 303 to the second step, or to where the sign-in was to lead when none is needed.
pub async fn password(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let carried = Carried::of(&fields);
    let Ok(email) = fields.get("email").parse::<EmailAddress>() else {
        return first_page(&app, &caller, (fields.get("email"), Some(text!("wrong-not-an-email"))), &carried);
    };
    let offered = Offered {
        email: Some(email.clone()),
        password: SecretString::from(fields.get("password")),
        ip: caller.ip.clone(),
        device: caller.device.clone(),
        before: cookies::account(&request, &app),
        link: carried.link(),
    };
    match app.desk.account_password(offered).await? {
        Ok(step) => {
            let to = match step.next {
                Next::Complete => carried.next.to_owned(),
                Next::SecondStep | Next::Stuck(_) => format!("/account/sign-in/device?next={}", encoded(carried.next)),
            };
            Ok(led(&app, &step.cookie, &to))
        }
        Err(halt) => password_page(&app, &caller, status_of(&halt), (&email, Some(text_of(&halt))), &carried),
    }
}

fn encoded(next: &str) -> String {
    percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn led(app: &App, cookie: &Token, to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, cookies::set_account(app, cookie)))
        .insert_header((LOCATION, to))
        .finish()
}

/// What was wrong with the second step, beside the form that it came from.
#[derive(Default)]
struct Wrong {
    status: Option<StatusCode>,
    code: Option<Text>,
    recovery_code: Option<Text>,
    done: Option<Text>,
    /// What is offered after a deactivation.
    after: Value,
    passkey: Option<Text>,
}

async fn device_page(app: &App, me: &SignedInAccount, next: &str, wrong: Wrong) -> Result<HttpResponse, PageError> {
    let language = me.caller.language;
    let (after, means) = app.desk.account_next(me.session.account.id).await?;
    let stuck = match after {
        Next::Stuck(Stuck::NoDevice) => Some(text!("device-none-text")),
        Next::Stuck(Stuck::NoneHere) => Some(text!("device-none-here-text")),
        Next::SecondStep | Next::Complete => None,
    };
    let passkey = if means.passkeys {
        let holder = Holder { account: me.session.account.id, session: me.session.id.to_string() };
        app.desk.ask_passkey(holder).await?
    } else {
        None
    };
    let said = |text: Option<Text>| text.map_or(Value::Null, |text| text.to(language).into());
    let content = json!({
        "next": own_page(next),
        "stuck": said(stuck),
        "codes": means.codes,
        "passkey": passkey.map(|asked| json!({ "options": asked.options, "ceremony": asked.ceremony })),
        "passkey_error": said(wrong.passkey),
        "code_error": said(wrong.code),
        "recovery_error": said(wrong.recovery_code),
        "after": wrong.after,
    });
    let title = text!("device-title").to(language);
    let mut head = Head::new(&title);
    head.csrf = me.csrf.clone();
    head.flash = wrong.done.map(|done| Flash::Done(done.to(language)));
    show_page(app, &me.caller, wrong.status.unwrap_or(StatusCode::OK), "account/device.html", head, content)
}

/// **Sign in with authentication device**.
pub async fn device(
    app: Data<App>,
    me: SignedInAccount,
    after: Query<After>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let wrong = Wrong {
        after: new_device::offer(&app, &request, &me).await?,
        done: troubleshoot::done(&after.done),
        ..Wrong::default()
    };
    device_page(&app, &me, &after.next, wrong).await
}

async fn second_step(
    app: &App,
    me: &SignedInAccount,
    factor: Option<SecondFactor>,
    fields: &Fields,
    wrong: fn(StatusCode, Text) -> Wrong,
) -> Result<HttpResponse, PageError> {
    let next = fields.get("next");
    let Some(factor) = factor else {
        let halt = Halt::UnreadableCode;
        return device_page(app, me, next, wrong(status_of(&halt), text_of(&halt))).await;
    };
    let from = (me.caller.ip.clone(), me.caller.device.clone());
    match app.desk.account_second_step(from, &me.session, me.cookie.clone(), factor).await? {
        Ok(cookie) => Ok(led(app, &cookie, own_page(next))),
        Err(halt) => device_page(app, me, next, wrong(status_of(&halt), text_of(&halt))).await,
    }
}

/// Takes a code of the authenticator.
pub async fn code(app: Data<App>, me: SignedInAccount, fields: Fields) -> Result<HttpResponse, PageError> {
    let typed = TotpCode::typed(fields.get("code")).map(SecondFactor::Code);
    let wrong = |status, text| Wrong { status: Some(status), code: Some(text), ..Wrong::default() };
    second_step(&app, &me, typed, &fields, wrong).await
}

/// Takes a saved recovery code.
pub async fn recovery_code(app: Data<App>, me: SignedInAccount, fields: Fields) -> Result<HttpResponse, PageError> {
    let typed = RecoveryCode::typed(fields.get("recovery_code")).map(SecondFactor::RecoveryCode);
    let wrong = |status, text| Wrong { status: Some(status), recovery_code: Some(text), ..Wrong::default() };
    second_step(&app, &me, typed, &fields, wrong).await
}

/// Takes what a browser answered that was asked for a passkey.
pub async fn passkey(app: Data<App>, me: SignedInAccount, fields: Fields) -> Result<HttpResponse, PageError> {
    let answer = fields.get("answer").to_owned();
    let ceremony = fields.get("ceremony").parse().ok();
    let given = ceremony.map(|ceremony| SecondFactor::Passkey { ceremony, answer });
    let wrong = |status, text| {
        let too_often = status == StatusCode::TOO_MANY_REQUESTS;
        let passkey = Some(if too_often { text } else { text!("passkey-failed") });
        Wrong { status: Some(status), passkey, ..Wrong::default() }
    };
    second_step(&app, &me, given, &fields, wrong).await
}

/// Signs an account out, at once and on the server.
pub async fn sign_out(app: Data<App>, me: SignedInAccount) -> Result<HttpResponse, PageError> {
    app.desk.account_sign_out(me.caller.ip.clone(), &me.session).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, cookies::clear_account(&app)))
        .insert_header((LOCATION, "/account/sign-in"))
        .finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_never_leads_elsewhere_nor_round_in_circles() {
        for elsewhere in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/account//evil",
            "/account\r\nx",
            "/desk",
            "/accounts",
            "/account/sign-in",
            "/account/sign-in/device",
            "/account/sign-out",
            "",
        ] {
            assert_eq!(own_page(elsewhere), "/account", "{elsewhere:?}");
        }
        assert_eq!(own_page("/account/requests/MFA-7K3Q-9ZDX"), "/account/requests/MFA-7K3Q-9ZDX");
    }
}
