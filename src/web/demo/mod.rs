//! The demo's mailbox and telephone. None of this exists under `serve`.

mod devices;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use devices::{DemoDevice, devices_json, devices_page};

use super::App;
use super::error::PageError;
use super::guard::caller::Caller;
use super::guard::fields::Fields;
use super::page::{Flash, Head, moment, see_other, show};
use crate::domain::account::AccountKind;
use crate::domain::ids::CallId;
use crate::store::calls::{self, Call};

/// A sample account, with the password that only a demo would tell.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    /// E-mail address of record.
    pub email: String,
    /// Owner, member or staff.
    pub kind: String,
    /// Standard or privileged.
    pub tier: String,
    /// The account's password.
    pub password: String,
    /// Phone number of record.
    pub phone: String,
    /// Its devices that show codes.
    #[serde(skip)]
    pub devices: Vec<DemoDevice>,
    /// Its saved recovery codes.
    #[serde(skip)]
    pub recovery_codes: Vec<String>,
}

impl DemoAccount {
    /// Somebody at the desk.
    fn is_at_desk(&self) -> bool {
        self.kind == AccountKind::Staff.code()
    }
}

const CALLS: i64 = 50;

fn of_demo(app: &App) -> Result<&super::Demo, PageError> {
    app.demo.as_ref().ok_or(PageError::NotFound)
}

/// Every mail, newest last.
pub async fn mail_json(app: Data<App>) -> Result<HttpResponse, PageError> {
    let mails: Vec<Value> = of_demo(&app)?
        .mailbox
        .mails()
        .into_iter()
        .map(|mail| json!({ "to": mail.to, "subject": mail.subject, "text": mail.text, "html": mail.html, "at": mail.at }))
        .collect();
    Ok(HttpResponse::Ok().json(mails))
}

/// Every mail, newest first, to be read.
pub async fn mail_page(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    let base = app.desk.kit.base_url.as_str().trim_end_matches('/').to_owned();
    let mails: Vec<Value> = of_demo(&app)?
        .mailbox
        .mails()
        .into_iter()
        .rev()
        .map(|mail| {
            let links: Vec<String> = mail
                .text
                .split_whitespace()
                .filter(|word| word.starts_with(&base) && (word.contains("/cases/") || word.contains("?token=")))
                .map(str::to_owned)
                .collect();
            json!({ "to": mail.to, "subject": mail.subject, "text": mail.text, "at": moment(mail.at), "links": links })
        })
        .collect();
    let mut head = Head::new("Demo mail");
    head.refresh = Some(3);
    show(&app, &caller, StatusCode::OK, "demo/mail.html", head, json!({ "mails": mails }))
}

fn ringing(call: &Call) -> bool {
    matches!(call.state.as_str(), "placing" | "ringing" | "answered")
}

async fn recent(app: &App) -> Result<Vec<Call>, PageError> {
    of_demo(app)?;
    Ok(app.desk.store.read(|connection| calls::recent_calls(connection, CALLS)).await?)
}

/// Every call, newest last.
pub async fn phone_json(app: Data<App>) -> Result<HttpResponse, PageError> {
    let listed: Vec<Value> = recent(&app)
        .await?
        .iter()
        .map(|call| json!({ "call": call.id, "to": call.phone, "state": call.state, "says": call.says }))
        .collect();
    Ok(HttpResponse::Ok().json(listed))
}

/// The latest text messages, newest first.
async fn texts(app: &App) -> Result<Vec<Value>, PageError> {
    let sent = app.desk.texts_sent(CALLS).await?;
    Ok(sent
        .into_iter()
        .rev()
        .map(|(row, body)| json!({ "to": row.text.to, "at": moment(row.at), "body": body }))
        .collect())
}

/// What the last press on the keypad led to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Pressed {
    call: String,
}

/// The telephone: who is ringing, what the voice says, and a keypad.
pub async fn phone_page(app: Data<App>, caller: Caller, pressed: Query<Pressed>) -> Result<HttpResponse, PageError> {
    let calls = recent(&app).await?;
    let selected = calls
        .iter()
        .rev()
        .find(|call| call.id.to_string() == pressed.call)
        .or_else(|| calls.iter().rev().find(|call| ringing(call)))
        .map(|call| call.id.to_string());
    let listed: Vec<Value> = calls
        .iter()
        .rev()
        .map(|call| {
            json!({
                "call": call.id,
                "to": call.phone,
                "state": call.state,
                "state_label": call.state.replace('_', " "),
                "says": call.says,
                "ringing": ringing(call),
            })
        })
        .collect();
    let mut head = Head::new("Demo phone");
    head.refresh = Some(3);
    let texts = texts(&app).await?;
    let content = json!({ "calls": listed, "selected": selected, "texts": texts });
    show(&app, &caller, StatusCode::OK, "demo/phone.html", head, content)
}

/// Digits typed on the keypad.
pub async fn type_digits(app: Data<App>, caller: Caller, fields: Fields) -> Result<HttpResponse, PageError> {
    of_demo(&app)?;
    let answered = match fields.get("call").parse::<CallId>() {
        Ok(call) => app.desk.answer_call(call, fields.get("digits").trim_end_matches('#').to_owned()).await?,
        Err(_) => None,
    };
    if answered.is_some() {
        return Ok(see_other(format!("/demo/phone?call={}", fields.get("call"))));
    }
    let mut head = Head::new("Demo phone");
    head.flash = Some(Flash::Refused("There is no such call.".to_owned()));
    let content = json!({ "calls": [], "selected": null, "texts": [] });
    show(&app, &caller, StatusCode::NOT_FOUND, "demo/phone.html", head, content)
}

/// The sample accounts of customers.
pub async fn accounts_json(app: Data<App>) -> Result<HttpResponse, PageError> {
    let accounts = of_demo(&app)?.accounts.iter();
    Ok(HttpResponse::Ok().json(accounts.filter(|account| !account.is_at_desk()).collect::<Vec<_>>()))
}
