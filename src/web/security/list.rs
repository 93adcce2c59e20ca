use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Keeper;
use crate::domain::authn::MOST_AUTHENTICATORS;
use crate::locale::text;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::page::Flash;

/// What a press did, as the address of the next page says it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct After {
    done: String,
}

/// **Security credentials**: the authenticators of whoever is signed in.
pub async fn show(app: Data<App>, me: Keeper, after: Query<After>) -> Result<HttpResponse, PageError> {
    let keyring = app.desk.keyring(&me.holder()).await?;
    let language = me.caller().language;
    let done = match after.done.as_str() {
        "activated" => Some(text!("security-activated")),
        "deactivated" => Some(text!("security-deactivated")),
        "deactivating" => Some(text!("security-deactivating")),
        "renamed" => Some(text!("security-renamed")),
        _ => None,
    };
    let support = match &me {
        Keeper::Account(account) => app.desk.may_hand_over(account.session.clone()).await?,
        Keeper::Desk(_) => false,
    };
    let devices: Vec<Value> = keyring.devices.iter().map(|device| me.shown(device)).collect();
    let content = json!({
        "devices": devices,
        "has_room": keyring.has_room(),
        "most": MOST_AUTHENTICATORS,
        "codes_left": keyring.codes_left,
        "hint": me.hint().map(|hint| hint.to(language)),
        "support": support,
    });
    let title = text!("security-title").to(language);
    let refused = (after.done == "not-deactivated").then(|| text!("security-not-deactivated"));
    let flash = |head: &mut crate::web::page::Head<'_>| {
        let done = done.map(|text| Flash::Done(text.to(language)));
        head.flash = done.or_else(|| refused.map(|text| Flash::Refused(text.to(language))));
    };
    me.page(&app, StatusCode::OK, ("list", title), flash, content)
}
