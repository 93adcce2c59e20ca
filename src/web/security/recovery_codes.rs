use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::json;

use super::Keeper;
use crate::domain::authn::RecoveryCode;
use crate::locale::text;
use crate::web::App;
use crate::web::error::PageError;

/// The page that shows codes, this once. `activated` is whether an authenticator was activated with it.
pub(super) fn shown(
    app: &App,
    me: &Keeper,
    codes: &[RecoveryCode],
    activated: bool,
) -> Result<HttpResponse, PageError> {
    let codes: Vec<String> = codes.iter().map(RecoveryCode::shown).collect();
    let content = json!({
        "codes": codes,
        "all": codes.join("\n"),
        "activated": activated,
        // Whoever sees this page has just activated one.
        "unprotected": false,
    });
    let title = text!("security-codes-title").to(me.caller().language);
    me.page(app, StatusCode::OK, ("codes", title), |_| {}, content)
}

/// **Make new recovery codes**: those of before are void.
pub async fn make(app: Data<App>, me: Keeper) -> Result<HttpResponse, PageError> {
    let keyring = app.desk.keyring(&me.holder()).await?;
    me.step_up(&app, &keyring, "")?;
    let codes = app.desk.make_recovery_codes(me.act(&app), me.holder()).await?.map_err(PageError::Halt)?;
    shown(&app, &me, &codes, false)
}
