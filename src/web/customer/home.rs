use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use serde_json::json;

use crate::domain::reference::{CaseRef, EXAMPLE};
use crate::locale::text;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::caller::Caller;
use crate::web::page::{Flash, Head, see_other, show};

/// `/`: what this is and where to go.
pub async fn home(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    let title = text!("home-title").to(caller.language);
    show(&app, &caller, StatusCode::OK, "home.html", Head::new(&title), json!({}))
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
        Err(_) => {
            let title = text!("home-title").to(caller.language);
            let mut head = Head::new(&title);
            head.flash = Some(Flash::Refused(text!("home-not-a-reference", example = EXAMPLE).to(caller.language)));
            show(&app, &caller, StatusCode::UNPROCESSABLE_ENTITY, "home.html", head, json!({}))
        }
    }
}
