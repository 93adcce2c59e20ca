use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use serde_json::json;

use crate::domain::reference::CaseRef;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::caller::Caller;
use crate::web::page::{Flash, Head, see_other, show};

/// `/`: what this is and where to go.
pub async fn home(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    show(&app, &caller, StatusCode::OK, "home.html", Head::new("Help with a lost MFA device"), json!({}))
}

/// A reference someone typed.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    reference: String,
}

/// Leads from a typed reference to its page.
pub async fn find(app: Data<App>, caller: Caller, wanted: Query<Wanted>) -> Result<HttpResponse, PageError> {
    match wanted.reference.parse::<CaseRef>() {
        Ok(reference) => Ok(see_other(format!("/cases/{reference}"))),
        Err(wrong) => {
            let mut head = Head::new("Help with a lost MFA device");
            head.flash = Some(Flash::Refused(wrong.to_string()));
            show(&app, &caller, StatusCode::UNPROCESSABLE_ENTITY, "home.html", head, json!({}))
        }
    }
}
