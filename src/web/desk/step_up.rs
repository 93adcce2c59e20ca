//! **Confirm that it is you**, at the desk.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};

use crate::web::error::PageError;
use crate::web::factor::{Actions, Form, content};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::next_page::{After, of_desk};
use crate::web::page::{Head, see_other, show as show_page};
use crate::web::{App, cookies};
use crate::workflow::Halt;

const ACTIONS: Actions =
    Actions { code: "/desk/step-up", recovery_code: "/desk/step-up/recovery-code", passkey: "/desk/step-up/passkey" };

async fn page(
    app: &App,
    me: &SignedInAgent,
    next: &str,
    wrong: Option<(Form, &Halt)>,
) -> Result<HttpResponse, PageError> {
    let asked = app.desk.ask_second_factor(me.session.agent.id.account(), me.session.id.to_string()).await?;
    let (status, mut content) = content(&ACTIONS, of_desk(next), me.caller.language, asked, wrong);
    content["sso"] = super::sso::offer(app);
    content["minutes"] = app.desk.kit.sessions.step_up_minutes.into();
    let head = Head::desk("Confirm that it is you", me);
    show_page(app, &me.caller, status, "desk/step_up.html", head, content)
}

/// The page.
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
    let browser = cookies::browser(&request, &app);
    let done = match form.typed(&fields) {
        Ok(factor) => app.desk.step_up_agent(me.act(&app), &me.session, browser, factor).await?,
        Err(halt) => Err(halt),
    };
    let next = fields.get("next");
    match done {
        Ok(()) => Ok(see_other(of_desk(next))),
        Err(halt) => page(&app, &me, next, Some((form, &halt))).await,
    }
}
