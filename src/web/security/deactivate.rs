use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::Keeper;
use crate::domain::authn::Assurance;
use crate::domain::case::AuthenticatorSet;
use crate::domain::ids::AuthenticatorId;
use crate::locale::text;
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::page::{Flash, see_other};
use crate::workflow::{Attempted, Halt};

async fn page(app: &App, me: &Keeper, id: &str, halt: Option<Halt>) -> Result<HttpResponse, PageError> {
    let keyring = app.desk.keyring(&me.holder()).await?;
    let device = me.device(&keyring, id)?;
    if halt.is_none() {
        me.step_up(app, &keyring, &format!("/devices/{id}/deactivate"))?;
    }
    let content = json!({ "device": me.shown(device), "is_last": keyring.devices.len() == 1 });
    let title = text!("security-deactivate-title").to(me.caller().language);
    let status = halt.as_ref().map_or(StatusCode::OK, status_of);
    let refused = halt.map(|halt| Flash::Refused(me.words(&halt)));
    me.page(app, status, ("deactivate", title), |head| head.flash = refused, content)
}

/// Names the device once more before it is deactivated.
pub async fn confirm(app: Data<App>, me: Keeper, id: Path<String>) -> Result<HttpResponse, PageError> {
    page(&app, &me, &id, None).await
}

/// **Deactivate**.
pub async fn deactivate(app: Data<App>, me: Keeper, id: Path<String>) -> Result<HttpResponse, PageError> {
    let device: AuthenticatorId = id.parse().map_err(|_| PageError::Halt(Halt::Gone))?;
    let done = match &me {
        Keeper::Account(account) if account.session.assurance == Assurance::Recovery => {
            match app
                .desk
                .deactivate_in_recovery(me.act(&app), &account.session, AuthenticatorSet::from(device))
                .await?
            {
                Ok(Attempted::UnderWay) => return Ok(see_other(me.security("?done=deactivating"))),
                Ok(Attempted::Failed(_) | Attempted::Partly { .. }) => {
                    return Ok(see_other(me.security("?done=not-deactivated")));
                }
                Ok(Attempted::Deactivated) => Ok(()),
                Err(halt) => Err(halt),
            }
        }
        _ => {
            let keyring = app.desk.keyring(&me.holder()).await?;
            me.step_up(&app, &keyring, &format!("/devices/{device}/deactivate"))?;
            app.desk.deactivate_authenticator(me.act(&app), me.holder(), device).await?
        }
    };
    match done {
        Ok(()) => Ok(see_other(me.security("?done=deactivated"))),
        Err(Halt::Gone) => Err(PageError::Halt(Halt::Gone)),
        Err(halt) => page(&app, &me, &id, Some(halt)).await,
    }
}
