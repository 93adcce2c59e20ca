use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{page, requests};
use crate::locale::text;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::account::SignedInAccount;
use crate::web::page::{Flash, Head};

/// What a press did, as the address of the next page says it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct After {
    done: String,
}

/// `/account`: where someone is who signed in, with what members of accounts they administer ask for.
pub async fn show(app: Data<App>, me: SignedInAccount, after: Query<After>) -> Result<HttpResponse, PageError> {
    let language = me.caller.language;
    let open = app.desk.member_requests(me.as_administrator(&app)).await?;
    let open: Vec<Value> = open.iter().map(|request| requests::shown(request, language)).collect();
    let title = text!("account-title").to(language);
    let mut head = Head::new(&title);
    let done = match after.done.as_str() {
        "approved" => Some(text!("request-approved")),
        "declined" => Some(text!("request-declined")),
        _ => None,
    };
    head.flash = done.map(|text| Flash::Done(text.to(language)));
    page(&app, &me, StatusCode::OK, "account/home.html", head, json!({ "requests": open }))
}
