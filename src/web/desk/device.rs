//! The second step of a sign-in at the desk.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::sign_in::session_cookie;
use crate::domain::authn::DeskStep;
use crate::domain::reference::CaseRef;
use crate::web::error::{PageError, status_of};
use crate::web::factor::{Actions, Form, content};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::next_page::{After, of_desk};
use crate::web::page::{Head, show as show_page};
use crate::web::{App, cookies};
use crate::workflow::Halt;

const ACTIONS: Actions = Actions {
    code: "/desk/sign-in/device",
    recovery_code: "/desk/sign-in/recovery-code",
    passkey: "/desk/sign-in/passkey",
};

async fn page(
    app: &App,
    me: &SignedInAgent,
    next: &str,
    wrong: Option<(Form, &Halt)>,
) -> Result<HttpResponse, PageError> {
    let asked = app.desk.ask_second_factor(me.session.agent.id.account(), me.session.id.to_string()).await?;
    let (status, mut content) = content(&ACTIONS, of_desk(next), me.caller.language, asked, wrong);
    content["link_needed"] = (app.desk.desk_step(&me.session).await? == DeskStep::LinkNeeded).into();
    content["email"] = me.session.agent.email.masked().into();
    let mut head = Head::new("Sign in with authentication device");
    head.csrf = me.csrf.clone();
    show_page(app, &me.caller, status, "desk/device.html", head, content)
}

/// **Sign in with authentication device**.
pub async fn show(app: Data<App>, me: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    page(&app, &me, &after.next, None).await
}

/// Takes what one of the forms was sent with.
pub async fn take(
    app: Data<App>,
    me: SignedInAgent,
    request: HttpRequest,
    fields: Fields,
    form: Form,
) -> Result<HttpResponse, PageError> {
    let done = match form.typed(&fields) {
        Ok(factor) => {
            let from = (me.caller.device.clone(), cookies::browser(&request, &app));
            app.desk.agent_second_step(me.act(&app), &me.session, from, factor).await?
        }
        Err(halt) => Err(halt),
    };
    let next = fields.get("next");
    match done {
        Ok(done) => Ok(HttpResponse::SeeOther()
            .append_header((SET_COOKIE, session_cookie(&app, done.session, done.agent.id)?))
            .append_header((SET_COOKIE, cookies::set_browser(&app, &done.browser)))
            .insert_header((LOCATION, of_desk(next)))
            .finish()),
        Err(halt) => page(&app, &me, next, Some((form, &halt))).await,
    }
}

fn lost_page(
    app: &App,
    me: &SignedInAgent,
    opened: Option<&CaseRef>,
    halt: Option<&Halt>,
) -> Result<HttpResponse, PageError> {
    let content = json!({
        "email": me.session.agent.email.masked(),
        "reference": opened,
        "error": halt.map(ToString::to_string),
    });
    let mut head = Head::new("I cannot use my device");
    head.csrf = me.csrf.clone();
    let status = halt.map_or(StatusCode::OK, status_of);
    show_page(app, &me.caller, status, "desk/lost_device.html", head, content)
}

/// **I cannot use my device**: says what happens then.
pub async fn show_lost(app: Data<App>, me: SignedInAgent) -> Result<HttpResponse, PageError> {
    lost_page(&app, &me, None, None)
}

/// Opens a case about one's own account.
pub async fn open_case(app: Data<App>, me: SignedInAgent) -> Result<HttpResponse, PageError> {
    match app.desk.lost_device(me.act(&app), &me.session, me.caller.country.clone()).await? {
        Ok(reference) => lost_page(&app, &me, Some(&reference), None),
        Err(halt) => lost_page(&app, &me, None, Some(&halt)),
    }
}
