//! **Confirm that it is you**, for accounts.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::page as account_page;
use crate::locale::text;
use crate::web::error::PageError;
use crate::web::factor::{Actions, Form, content};
use crate::web::guard::account::SignedInAccount;
use crate::web::guard::fields::Fields;
use crate::web::next_page::{After, of_account};
use crate::web::page::{Head, see_other};
use crate::web::{App, cookies};
use crate::workflow::Halt;

const ACTIONS: Actions = Actions {
    code: "/account/step-up",
    recovery_code: "/account/step-up/recovery-code",
    passkey: "/account/step-up/passkey",
};

async fn page(
    app: &App,
    me: &SignedInAccount,
    next: &str,
    wrong: Option<(Form, &Halt)>,
) -> Result<HttpResponse, PageError> {
    let language = me.caller.language;
    let asked = app.desk.ask_second_factor(me.session.account.id, me.session.id.to_string()).await?;
    let (status, mut content) = content(&ACTIONS, of_account(next), language, asked, wrong);
    content["minutes"] = app.desk.kit.sessions.step_up_minutes.into();
    let title = text!("step-up-title").to(language);
    account_page(app, me, status, "account/step_up.html", Head::new(&title), content)
}

/// The page.
pub async fn show(app: Data<App>, me: SignedInAccount, after: Query<After>) -> Result<HttpResponse, PageError> {
    page(&app, &me, &after.next, None).await
}

/// Takes what one of the forms was sent with.
pub async fn take(
    app: Data<App>,
    me: SignedInAccount,
    request: HttpRequest,
    fields: Fields,
    form: Form,
) -> Result<HttpResponse, PageError> {
    let browser = cookies::browser(&request, &app);
    let done = match form.typed(&fields) {
        Ok(factor) => app.desk.step_up_account(me.caller.ip.clone(), &me.session, browser, factor).await?,
        Err(halt) => Err(halt),
    };
    let next = fields.get("next");
    match done {
        Ok(()) => Ok(see_other(of_account(next))),
        Err(halt) => page(&app, &me, next, Some((form, &halt))).await,
    }
}
