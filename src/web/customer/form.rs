use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::{Value, json};

use crate::domain::form::{AssistanceForm, DeviceKind, FIELDS, FieldErrors, Language, Reason, Typed};
use crate::domain::reference::CaseRef;
use crate::locale::{Labelled, Text, label, text};
use crate::web::error::{PageError, status_of};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Head, show as show_page};
use crate::web::words::text_of;
use crate::web::{App, cookies};
use crate::workflow::{Halt, Submission};

/// People do not see this field and browsers do not fill it in by themselves; programs that fill in everything do.
const BAIT: &str = "subject_line";
/// The form is not to be taken yet, but shown in this language.
const OTHER_LANGUAGE: &str = "show_in";

fn options<T: Labelled>(language: Language, chosen: &str) -> Vec<Value> {
    let option = |value: &T| {
        let code = value.stable();
        json!({ "code": code, "label": label(language, *value), "selected": code == chosen })
    };
    T::VALUES.iter().map(option).collect()
}

fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    typed: &Typed,
    errors: &FieldErrors,
    (key, refusal): (&str, Option<&Halt>),
) -> Result<HttpResponse, PageError> {
    let language = caller.language;
    let value = |field: &str| typed.get(field).map_or("", String::as_str);
    let values: serde_json::Map<String, Value> =
        FIELDS.iter().map(|field| ((*field).to_owned(), value(field).into())).collect();
    let errors: BTreeMap<&str, String> =
        errors.iter().map(|(field, wrong)| (field.as_str(), Text::from(*wrong).to(language))).collect();
    let answered_in = if value("language").is_empty() { language.code() } else { value("language") };
    let languages: Vec<Value> = Language::ALL
        .iter()
        .map(|each| json!({ "code": each.code(), "label": each.label(), "selected": each.code() == answered_in }))
        .collect();
    let content = json!({
        "values": values,
        "errors": errors,
        "error_count": errors.len(),
        "device_kinds": options::<DeviceKind>(language, value("device_kind")),
        "reasons": options::<Reason>(language, value("reason")),
        "languages": languages,
        "key": key,
        "refusal": refusal.map(|halt| text_of(halt).to(language)),
    });
    let title = text!("form-title").to(language);
    show_page(app, caller, status, "customer/form.html", Head::new(&title), content)
}

/// The empty form.
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    let key = app.desk.kit.entropy.token();
    page(&app, &caller, StatusCode::OK, &Typed::new(), &FieldErrors::new(), (key.expose(), None))
}

/// Takes the form: 200 with the reference whether or not an account matches, 422 with what is wrong beside the fields,
/// 429 with everything that was typed when too many forms came from one network.
pub async fn submit(app: Data<App>, caller: Caller, fields: Fields) -> Result<HttpResponse, PageError> {
    if let Some(language) = Language::from_code(fields.get(OTHER_LANGUAGE)) {
        return in_other_language(&app, caller, &fields, language);
    }
    if !fields.get(BAIT).is_empty() {
        let submitted = app.desk.submit_bait(caller.ip.clone()).await?;
        return answer(&app, &caller, &fields, submitted, caller.language);
    }
    let form = match AssistanceForm::parse(fields.all()) {
        Ok(form) => form,
        Err(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page(&app, &caller, status, fields.all(), &errors, (fields.get("key"), None));
        }
    };
    let key = Some(fields.get("key").to_owned()).filter(|key| !key.is_empty());
    let language = form.language;
    let submission = Submission { form, key, ip: caller.ip.clone(), country: caller.country.clone() };
    answer(&app, &caller, &fields, app.desk.submit_case(submission).await?, language)
}

fn answer(
    app: &App,
    caller: &Caller,
    fields: &Fields,
    submitted: Result<CaseRef, Halt>,
    language: Language,
) -> Result<HttpResponse, PageError> {
    match submitted {
        Ok(reference) => received(app, caller, &reference, language),
        Err(halt) => {
            let key = (fields.get("key"), Some(&halt));
            page(app, caller, status_of(&halt), fields.all(), &FieldErrors::new(), key)
        }
    }
}

/// The list of languages below the form sends the form too, so that nothing typed is lost.
fn in_other_language(
    app: &App,
    mut caller: Caller,
    fields: &Fields,
    language: Language,
) -> Result<HttpResponse, PageError> {
    caller.language = language;
    let mut typed = fields.all().clone();
    typed.insert("language".to_owned(), language.code().to_owned());
    let answer = page(app, &caller, StatusCode::OK, &typed, &FieldErrors::new(), (fields.get("key"), None))?;
    Ok(cookies::remember_language(app, answer, language))
}

/// The pages that follow, which cannot know the case, speak the form's language too.
fn received(app: &App, caller: &Caller, reference: &CaseRef, language: Language) -> Result<HttpResponse, PageError> {
    let content = json!({ "reference": reference, "status_url": format!("/cases/{reference}") });
    let title = text!("received-title").to(language);
    let answer =
        show_page(app, caller, StatusCode::OK, "customer/received.html", Head::of_case(&title, language), content)?;
    Ok(cookies::remember_language(app, answer, language))
}
