//! **Activate a new device**: after a deactivation, for a browser that the case's page knows.

use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::alternative::SECURITY;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::web::error::PageError;
use crate::web::guard::account::SignedInAccount;
use crate::web::page::see_other;
use crate::web::{App, cookies};

/// The first of these cases whose page this browser was let into.
async fn known(app: &App, request: &HttpRequest, waiting: &[CaseRef]) -> Result<Option<(CaseRef, Token)>, PageError> {
    for reference in waiting {
        if let Some(cookie) = cookies::customer(request, app, reference.as_str())
            && app.desk.customer_session(reference.clone(), &cookie).await?.is_some()
        {
            return Ok(Some((reference.clone(), cookie)));
        }
    }
    Ok(None)
}

/// What the page of the second step offers an account whose device was deactivated.
pub(super) async fn offer(app: &App, request: &HttpRequest, me: &SignedInAccount) -> Result<Value, PageError> {
    let waiting = app.desk.cases_awaiting_device(me.session.account.id).await?;
    let Some(newest) = waiting.first() else { return Ok(Value::Null) };
    let known = known(app, request, &waiting).await?;
    Ok(json!({ "case": newest, "known": known.is_some() }))
}

/// Lets the browser in to **Security credentials**.
pub async fn activate(app: Data<App>, me: SignedInAccount, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let waiting = app.desk.cases_awaiting_device(me.session.account.id).await?;
    let Some(case) = known(&app, &request, &waiting).await? else {
        return Ok(see_other("/account/sign-in/device"));
    };
    let from = (me.caller.ip.clone(), me.caller.device.clone(), me.caller.language);
    let cookie = app.desk.let_in_after_deactivation(from, me.session.clone(), case).await??;
    Ok(HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, cookies::set_account(&app, &cookie)))
        .insert_header((LOCATION, SECURITY))
        .finish())
}
