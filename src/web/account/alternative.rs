//! **Sign in using alternative factors**: e-mail address, telephone number, sign in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::Data;
use serde_json::{Value, json};

use crate::domain::case::{OwnersStep, State};
use crate::locale::{Language, Text, text};
use crate::store::calls::ChallengeState;
use crate::web::customer::status::call_words;
use crate::web::error::{PageError, status_of};
use crate::web::guard::account::SignedInAccount;
use crate::web::page::{Flash, Head, moment_in, see_other, show as show_page};
use crate::web::words::text_of;
use crate::web::{App, cookies};
use crate::workflow::{Halt, OwnersFile};

/// Where the steps are.
pub(crate) const PAGE: &str = "/account/sign-in/alternative";
/// Where they lead.
pub(super) const SECURITY: &str = "/account/security";

/// Seconds between two looks of an open page; shorter while a call is under way.
const SLOW: u32 = 5;
const FAST: u32 = 3;

type Answer = Result<HttpResponse, PageError>;

async fn page(app: &App, me: &SignedInAccount, halt: Option<&Halt>) -> Answer {
    let Some(file) = app.desk.owners_case(&me.session, me.cookie.clone()).await? else {
        return Ok(see_other("/account/sign-in/troubleshoot"));
    };
    let language = me.caller.language;
    let title = match file.step {
        OwnersStep::Email => text!("recovery-email-title"),
        OwnersStep::Phone => text!("recovery-phone-title"),
        OwnersStep::SignIn | OwnersStep::Desk => text!("recovery-sign-in-title"),
        OwnersStep::Over => text!("recovery-over-title"),
    };
    let title = title.to(language);
    let calling = file.challenge.as_ref().is_some_and(|shown| shown.challenge.is_open(app.now()));
    let mut head = Head::new(&title);
    head.csrf = me.csrf.clone();
    head.refresh = match file.step {
        OwnersStep::Phone if calling => Some(FAST),
        OwnersStep::Email | OwnersStep::Phone => Some(SLOW),
        OwnersStep::SignIn | OwnersStep::Desk | OwnersStep::Over => None,
    };
    head.flash = halt.map(|halt| Flash::Refused(text_of(halt).to(language)));
    let status = halt.map_or(StatusCode::OK, status_of);
    show_page(app, &me.caller, status, "account/alternative.html", head, content(app, me, &file, &title))
}

fn content(app: &App, me: &SignedInAccount, file: &OwnersFile, title: &str) -> Value {
    let language = me.caller.language;
    let account = &me.session.account;
    let case = &file.filed.case;
    json!({
        "heading": title,
        "step": match file.step {
            OwnersStep::Email => "email",
            OwnersStep::Phone => "phone",
            OwnersStep::SignIn => "sign_in",
            OwnersStep::Desk => "desk",
            OwnersStep::Over => "over",
        },
        "email_masked": account.email.masked(),
        "mailed": file.mailed,
        "minutes": app.desk.kit.periods.recovery_link_minutes,
        "opened": file.opened.last().map(|at| moment_in(language, *at)),
        "phone_masked": account.phone.as_ref().map(|phone| phone.masked()),
        "call": call(app, me, file, language),
        "reference": case.reference,
        "with_desk": !case.with_owner && !case.state.is_final() && case.state != State::Disputed,
        "stopped": case.state == State::Disputed,
    })
}

fn call(app: &App, me: &SignedInAccount, file: &OwnersFile, language: Language) -> Value {
    if file.step != OwnersStep::Phone {
        return Value::Null;
    }
    let now = app.now();
    let open = file.challenge.as_ref().filter(|shown| shown.challenge.is_open(now));
    let active = open.map(|shown| {
        json!({
            "words": shown.words,
            "code": shown.code.as_ref().map(|code| code.shown()),
            "expires": moment_in(language, shown.challenge.expires_at),
            "tries_left": shown.challenge.tries_left,
            "status": shown.call.as_ref().map(|call| call_words(&call.state).to(language)),
        })
    });
    let last = file.challenge.as_ref().filter(|_| open.is_none()).map(|shown| match shown.challenge.state {
        ChallengeState::Failed => text!("phone-wrong-too-often").to(language),
        _ => text!("phone-code-too-old").to(language),
    });
    let why_not: Option<Text> = if me.session.account.phone.is_none() {
        Some(text!("recovery-no-phone"))
    } else if let Some(held) = &file.codes_held {
        Some(held.words())
    } else if app.desk.voice.is_none() {
        Some(text!("recovery-no-calls"))
    } else if file.calls_left == 0 {
        Some(text!("called-too-often"))
    } else {
        None
    };
    // After a busy line or a missed call nobody should have to wait for the code to grow old.
    let ended = |state: &str| matches!(state, "unknown" | "busy" | "no_answer" | "failed" | "completed");
    let call_is_over = open.and_then(|shown| shown.call.as_ref()).is_some_and(|call| ended(&call.state));
    json!({
        "active": active,
        "last": last,
        "may_call": why_not.is_none() && (open.is_none() || call_is_over),
        "calls_left": file.calls_left,
        "why_not": why_not.map(|why| why.to(language)),
    })
}

/// The step that comes next. **Continue** leads here as well.
pub async fn show(app: Data<App>, me: SignedInAccount) -> Answer {
    page(&app, &me, None).await
}

async fn pressed(app: &App, me: &SignedInAccount, done: Result<(), Halt>) -> Answer {
    match done {
        Ok(()) => Ok(see_other(PAGE)),
        Err(halt) => page(app, me, Some(&halt)).await,
    }
}

/// **Send verification email**.
pub async fn send_mail(app: Data<App>, me: SignedInAccount) -> Answer {
    let done = app.desk.mail_verification(me.as_owner(&app), me.session.clone()).await?;
    pressed(&app, &me, done).await
}

/// **Call me now**.
pub async fn call_me(app: Data<App>, me: SignedInAccount) -> Answer {
    let done = app.desk.call_owner(me.as_owner(&app), me.session.clone(), me.cookie.clone()).await?;
    pressed(&app, &me, done).await
}

/// **Sign in to the console**: 303 to **Security credentials**, with the cookie of the session that begins.
pub async fn sign_in(app: Data<App>, me: SignedInAccount) -> Answer {
    let whence = (me.caller.device.clone(), me.caller.language);
    match app.desk.let_owner_in(me.as_owner(&app), me.session.clone(), whence).await? {
        Ok(cookie) => Ok(HttpResponse::SeeOther()
            .insert_header((SET_COOKIE, cookies::set_account(&app, &cookie)))
            .insert_header((LOCATION, SECURITY))
            .finish()),
        Err(halt) => page(&app, &me, Some(&halt)).await,
    }
}
