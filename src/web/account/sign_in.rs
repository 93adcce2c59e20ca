//! **Sign in**, the password, **Sign in with authentication device**.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{new_device, troubleshoot};
use crate::domain::authn::Next;
use crate::domain::contact::EmailAddress;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::locale::{Text, text};
use crate::web::error::{PageError, status_of};
use crate::web::factor::{Actions, Form, content};
use crate::web::guard::account::SignedInAccount;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::next_page::{After, encoded, of_account};
use crate::web::page::{Flash, Head, show as show_page};
use crate::web::words::text_of;
use crate::web::{App, cookies};
use crate::workflow::{Halt, Offered, SignInFrom};

const REQUESTS: &str = "/account/requests/";

/// What the forms of the first step carry along.
struct Carried<'a> {
    next: &'a str,
    link: &'a str,
}

impl<'a> Carried<'a> {
    fn of(fields: &'a Fields) -> Self {
        Self { next: of_account(fields.get("next")), link: fields.get("link") }
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
    first_page(&app, &caller, ("", None), &Carried { next: of_account(&after.next), link: "" })
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
        browser: cookies::browser(&request, &app),
        language: caller.language,
        link: carried.link(),
    };
    match app.desk.account_password(offered).await? {
        Ok(step) => {
            let to = match step.next {
                Next::Complete => carried.next.to_owned(),
                Next::SecondStep | Next::Stuck(_) => format!("/account/sign-in/device?next={}", encoded(carried.next)),
            };
            Ok(led(&app, &step.cookie, step.browser.as_ref(), &to))
        }
        Err(halt) => password_page(&app, &caller, status_of(&halt), (&email, Some(text_of(&halt))), &carried),
    }
}

fn led(app: &App, cookie: &Token, browser: Option<&Token>, to: &str) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    answer.append_header((SET_COOKIE, cookies::set_account(app, cookie)));
    if let Some(browser) = browser {
        answer.append_header((SET_COOKIE, cookies::set_browser(app, browser)));
    }
    answer.insert_header((LOCATION, to)).finish()
}

const ACTIONS: Actions = Actions {
    code: "/account/sign-in/device",
    recovery_code: "/account/sign-in/recovery-code",
    passkey: "/account/sign-in/passkey",
};

/// What the page of the second step is opened with.
#[derive(Deserialize)]
pub struct Shown {
    #[serde(default)]
    next: String,
    #[serde(default)]
    done: String,
}

/// What stands above the forms.
#[derive(Default)]
struct Above {
    /// What was just done.
    done: Option<Text>,
    /// What is offered after a deactivation.
    after: Value,
}

async fn device_page(
    app: &App,
    me: &SignedInAccount,
    next: &str,
    wrong: Option<(Form, &Halt)>,
    above: Above,
) -> Result<HttpResponse, PageError> {
    let language = me.caller.language;
    let asked = app.desk.ask_second_factor(me.session.account.id, me.session.id.to_string()).await?;
    let (status, mut content) = content(&ACTIONS, of_account(next), language, asked, wrong);
    content["after"] = above.after;
    let title = text!("device-title").to(language);
    let mut head = Head::new(&title);
    head.csrf = me.csrf.clone();
    head.flash = above.done.map(|done| Flash::Done(done.to(language)));
    show_page(app, &me.caller, status, "account/device.html", head, content)
}

/// **Sign in with authentication device**.
pub async fn device(
    app: Data<App>,
    me: SignedInAccount,
    shown: Query<Shown>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let above = Above { after: new_device::offer(&app, &request, &me).await?, done: troubleshoot::done(&shown.done) };
    device_page(&app, &me, &shown.next, None, above).await
}

/// Takes what one of the forms was sent with.
pub async fn second_step(
    app: Data<App>,
    me: SignedInAccount,
    request: HttpRequest,
    fields: Fields,
    form: Form,
) -> Result<HttpResponse, PageError> {
    let next = fields.get("next");
    let done = match form.typed(&fields) {
        Ok(factor) => {
            let browser = cookies::browser(&request, &app);
            let from = SignInFrom { device: me.caller.device.clone(), browser, language: me.caller.language };
            app.desk.account_second_step((me.caller.ip.clone(), from), &me.session, me.cookie.clone(), factor).await?
        }
        Err(halt) => Err(halt),
    };
    match done {
        Ok(done) => Ok(led(&app, &done.cookie, Some(&done.browser), of_account(next))),
        Err(halt) => device_page(&app, &me, next, Some((form, &halt)), Above::default()).await,
    }
}

/// Signs an account out, at once and on the server.
pub async fn sign_out(app: Data<App>, me: SignedInAccount) -> Result<HttpResponse, PageError> {
    app.desk.account_sign_out(me.caller.ip.clone(), &me.session).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, cookies::clear_account(&app)))
        .insert_header((LOCATION, "/account/sign-in"))
        .finish())
}
