use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::{Value, json};

use crate::domain::form::{AssistanceForm, DeviceKind, FIELDS, FieldErrors, Language, Reason, Typed};
use crate::domain::reference::CaseRef;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Head, show as show_page};
use crate::workflow::Submission;

const TITLE: &str = "Request assistance with lost or unusable MFA device";
/// People do not see this field and browsers do not fill it in by themselves; programs that fill in everything do.
const BAIT: &str = "subject_line";

fn options<T: Copy>(all: &[T], code: fn(T) -> &'static str, label: fn(T) -> &'static str, chosen: &str) -> Vec<Value> {
    all.iter()
        .map(|value| json!({ "code": code(*value), "label": label(*value), "selected": code(*value) == chosen }))
        .collect()
}

fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    typed: &Typed,
    errors: &FieldErrors,
    key: &str,
) -> Result<HttpResponse, PageError> {
    let value = |field: &str| typed.get(field).map_or("", String::as_str);
    let values: serde_json::Map<String, Value> =
        FIELDS.iter().map(|field| ((*field).to_owned(), value(field).into())).collect();
    let language = if value("language").is_empty() { "en" } else { value("language") };
    let content = json!({
        "values": values,
        "errors": errors,
        "error_count": errors.len(),
        "device_kinds": options(DeviceKind::ALL, DeviceKind::code, DeviceKind::label, value("device_kind")),
        "reasons": options(Reason::ALL, Reason::code, Reason::label, value("reason")),
        "languages": options(Language::ALL, Language::code, Language::label, language),
        "key": key,
    });
    show_page(app, caller, status, "customer/form.html", Head::new(TITLE), content)
}

/// The empty form.
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    let key = app.desk.kit.entropy.token();
    page(&app, &caller, StatusCode::OK, &Typed::new(), &FieldErrors::new(), key.expose())
}

/// Takes the form: 200 with the reference whether or not an account matches, 422 with what is wrong beside the fields.
pub async fn submit(app: Data<App>, caller: Caller, fields: Fields) -> Result<HttpResponse, PageError> {
    if !fields.get(BAIT).is_empty() {
        let reference = app.desk.submit_bait(caller.ip.clone()).await?;
        return received(&app, &caller, &reference);
    }
    let form = match AssistanceForm::parse(fields.all()) {
        Ok(form) => form,
        Err(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page(&app, &caller, status, fields.all(), &errors, fields.get("key"));
        }
    };
    let key = Some(fields.get("key").to_owned()).filter(|key| !key.is_empty());
    let reference = app.desk.submit_case(Submission { form, key, ip: caller.ip.clone() }).await?;
    received(&app, &caller, &reference)
}

fn received(app: &App, caller: &Caller, reference: &CaseRef) -> Result<HttpResponse, PageError> {
    let content = json!({ "reference": reference, "status_url": format!("/cases/{reference}") });
    let head = Head::new("We have received your request");
    show_page(app, caller, StatusCode::OK, "customer/received.html", head, content)
}
