use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::Keeper;
use crate::domain::authn::LONGEST_NAME;
use crate::locale::text;
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::fields::Fields;
use crate::web::page::see_other;
use crate::workflow::Halt;

async fn page(app: &App, me: &Keeper, id: &str, said: Option<(String, Halt)>) -> Result<HttpResponse, PageError> {
    let keyring = app.desk.keyring(&me.holder()).await?;
    let device = me.device(&keyring, id)?;
    let (name, halt) = match said {
        Some((name, halt)) => (name, Some(halt)),
        None => (device.name.clone(), None),
    };
    let content = json!({
        "device": me.shown(device),
        "name": name,
        "most": LONGEST_NAME,
        "name_error": halt.as_ref().map(|halt| me.words(halt)),
    });
    let title = text!("security-rename").to(me.caller().language);
    let status = halt.as_ref().map_or(StatusCode::OK, status_of);
    me.page(app, status, ("rename", title), |_| {}, content)
}

/// The field for another name.
pub async fn show(app: Data<App>, me: Keeper, id: Path<String>) -> Result<HttpResponse, PageError> {
    page(&app, &me, &id, None).await
}

/// Calls the authenticator otherwise.
pub async fn rename(app: Data<App>, me: Keeper, id: Path<String>, fields: Fields) -> Result<HttpResponse, PageError> {
    let device = id.parse().map_err(|_| PageError::Halt(Halt::Gone))?;
    let name = fields.get("name");
    match app.desk.rename_authenticator(me.act(&app), me.holder(), device, name).await? {
        Ok(()) => Ok(see_other(me.security("?done=renamed"))),
        Err(Halt::Gone) => Err(PageError::Halt(Halt::Gone)),
        Err(halt) => page(&app, &me, &id, Some((name.to_owned(), halt))).await,
    }
}
