//! Passwords of people at the desk: **I forgot my password**, the mailed link, and **Change your password**.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::contact::EmailAddress;
use crate::domain::token::Token;
use crate::web::error::{PageError, status_of};
use crate::web::factor::Form;
use crate::web::guard::access::{SignedInAgent, customer_act};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Head, show as show_page};
use crate::web::{App, cookies};
use crate::workflow::{Halt, PasswordLink};

/// The token of a mailed link.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Mailed {
    token: String,
}

/// Where single sign-on is the only way in, no password is set, mailed or changed.
fn in_use(app: &App) -> Result<(), PageError> {
    if app.desk.takes_desk_passwords() { Ok(()) } else { Err(PageError::NotFound) }
}

fn forgotten_page(
    app: &App,
    caller: &Caller,
    (typed, sent): (&str, bool),
    halt: Option<&Halt>,
) -> Result<HttpResponse, PageError> {
    let status = halt.map_or(StatusCode::OK, status_of);
    let content = json!({ "email": typed, "sent": sent, "error": halt.map(ToString::to_string) });
    show_page(app, caller, status, "desk/forgotten_password.html", Head::new("Forgotten password"), content)
}

/// **I forgot my password**.
pub async fn forgotten(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    in_use(&app)?;
    forgotten_page(&app, &caller, ("", false), None)
}

/// Mails the link if there is such a person, and answers the same if there is none.
pub async fn send_link(app: Data<App>, caller: Caller, fields: Fields) -> Result<HttpResponse, PageError> {
    in_use(&app)?;
    let typed = fields.get("email");
    let done = match typed.parse::<EmailAddress>() {
        Ok(email) => app.desk.forgot_password(customer_act(&app, &caller), email).await?,
        Err(_) => Err(Halt::BadText("Enter an e-mail address, such as name@example.org.".to_owned())),
    };
    forgotten_page(&app, &caller, (typed, done.is_ok()), done.as_ref().err())
}

/// Which field something that was refused stands beside.
fn beside(halt: &Halt) -> &'static str {
    match halt {
        Halt::BadText(_) => "password",
        Halt::WrongPassword => "old",
        _ => "code",
    }
}

async fn link_page(
    app: &App,
    caller: &Caller,
    token: &str,
    link: &PasswordLink,
    wrong: Option<(Form, &Halt)>,
) -> Result<HttpResponse, PageError> {
    let asked = match link.needs_factor {
        true => Some(app.desk.ask_second_factor(link.agent.id.account(), link.asked_in()).await?),
        false => None,
    };
    let status = wrong.map_or(StatusCode::OK, |(_, halt)| status_of(halt));
    let said = |(form, halt): (Form, &Halt)| match (beside(halt), form) {
        ("code", Form::RecoveryCode) => json!({ "recovery_code": halt.to_string() }),
        ("code", Form::Passkey) => json!({ "passkey": halt.to_string() }),
        (field, _) => json!({ field: halt.to_string() }),
    };
    let passkey = asked.as_ref().and_then(|asked| asked.passkey.as_ref());
    let content = json!({
        "token": token,
        "name": link.agent.name,
        "email": link.agent.email,
        "needs_factor": link.needs_factor,
        "codes": asked.as_ref().is_some_and(|asked| asked.codes),
        "passkey": passkey.map(|asked| json!({ "options": asked.options, "ceremony": asked.ceremony })),
        "errors": wrong.map_or(json!({}), said),
    });
    show_page(app, caller, status, "desk/set_password.html", Head::new("Set your password"), content)
}

async fn opened(app: &App, token: &str) -> Result<(Token, PasswordLink), PageError> {
    in_use(app)?;
    let token = Token::presented(token).ok_or(Halt::UnknownLink)?;
    let link = app.desk.password_link(&token).await??;
    Ok((token, link))
}

/// The page that a mailed link opens. Opening it uses nothing up: mail scanners open links too.
pub async fn show_link(app: Data<App>, caller: Caller, mailed: Query<Mailed>) -> Result<HttpResponse, PageError> {
    let (_, link) = opened(&app, &mailed.token).await?;
    link_page(&app, &caller, &mailed.token, &link, None).await
}

/// **Set password**: with a second factor for whoever has one.
pub async fn set(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let typed = fields.get("token");
    let (token, link) = opened(&app, typed).await?;
    let form = match (fields.get("answer"), fields.get("recovery_code").trim()) {
        ("", "") => Form::Code,
        ("", _) => Form::RecoveryCode,
        _ => Form::Passkey,
    };
    let factor = link.needs_factor.then(|| form.typed(&fields)).transpose();
    let done = match factor {
        Ok(factor) => {
            let password = SecretString::from(fields.get("password"));
            let browser = cookies::browser(&request, &app);
            app.desk.set_password(caller.ip.clone(), &token, password, (factor, browser)).await?
        }
        Err(halt) => Err(halt),
    };
    match done {
        Ok(()) => {
            let content = json!({ "email": link.agent.email });
            show_page(&app, &caller, StatusCode::OK, "desk/password_set.html", Head::new("Password set"), content)
        }
        Err(halt) => link_page(&app, &caller, typed, &link, Some((form, &halt))).await,
    }
}

fn own_page(app: &App, me: &SignedInAgent, changed: bool, halt: Option<&Halt>) -> Result<HttpResponse, PageError> {
    let status = halt.map_or(StatusCode::OK, status_of);
    let said = |halt: &Halt| match halt {
        Halt::WrongPassword => "This is not your password.".to_owned(),
        halt => halt.to_string(),
    };
    let errors: Value = halt.map_or(json!({}), |halt| json!({ beside(halt): said(halt) }));
    let content = json!({ "errors": errors, "changed": changed });
    show_page(app, &me.caller, status, "desk/password.html", Head::desk("Change your password", me), content)
}

/// **Change your password**.
pub async fn show(app: Data<App>, me: SignedInAgent) -> Result<HttpResponse, PageError> {
    in_use(&app)?;
    own_page(&app, &me, false, None)
}

/// Takes the old password and the new one.
pub async fn change(
    app: Data<App>,
    me: SignedInAgent,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    in_use(&app)?;
    let passwords = (SecretString::from(fields.get("old")), SecretString::from(fields.get("password")));
    let browser = cookies::browser(&request, &app);
    match app.desk.change_password(me.act(&app), &me.session, browser, passwords).await? {
        Ok(()) => own_page(&app, &me, true, None),
        Err(halt) => own_page(&app, &me, false, Some(&halt)),
    }
}
