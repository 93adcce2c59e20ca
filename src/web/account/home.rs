use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::json;

use super::page;
use crate::locale::text;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::account::SignedInAccount;
use crate::web::page::Head;

/// `/account`: where someone is who signed in.
pub async fn show(app: Data<App>, me: SignedInAccount) -> Result<HttpResponse, PageError> {
    let title = text!("account-title").to(me.caller.language);
    page(&app, &me, StatusCode::OK, "account/home.html", Head::new(&title), json!({}))
}
