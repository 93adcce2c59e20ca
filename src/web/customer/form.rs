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
pub(crate) const OTHER_LANGUAGE: &str = "show_in";

fn options<T: Labelled>(language: Language, chosen: &str) -> Vec<Value> {
    let option = |value: &T| {
        let code = value.stable();
        json!({ "code": code, "label": label(language, *value), "selected": code == chosen })
    };
    T::VALUES.iter().map(option).collect()
}

/// Where the form is sent, and what goes with it.
pub(crate) struct Sent<'a> {
    /// The path.
    pub(crate) to: &'a str,
    /// The token of the session that sends it.
    pub(crate) csrf: String,
    /// The address of the account that sends it, which is not asked for then.
    pub(crate) account_email: Option<String>,
    /// What failed, as the page that led here said it.
    pub(crate) failed: &'a str,
}

impl Sent<'_> {
    /// By everyone.
    const PUBLIC: Self = Self { to: "/assistance", csrf: String::new(), account_email: None, failed: "" };
}

pub(crate) fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    (typed, errors): (&Typed, &FieldErrors),
    (key, refusal): (&str, Option<&Halt>),
    sent: Sent<'_>,
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
        "action": sent.to,
        "account_email": sent.account_email,
        "failed": sent.failed,
        "refusal": refusal.map(|halt| text_of(halt).to(language)),
    });
    let title = text!("form-title").to(language);
    let mut head = Head::new(&title);
    head.csrf = sent.csrf;
    show_page(app, caller, status, "customer/form.html", head, content)
}

/// The empty form.
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    let key = app.desk.kit.entropy.token();
    let empty = (&Typed::new(), &FieldErrors::new());
    page(&app, &caller, StatusCode::OK, empty, (key.expose(), None), Sent::PUBLIC)
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
            let key = (fields.get("key"), None);
            return page(&app, &caller, status, (fields.all(), &errors), key, Sent::PUBLIC);
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
            page(app, caller, status_of(&halt), (fields.all(), &FieldErrors::new()), key, Sent::PUBLIC)
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
    let (said, key) = ((&typed, &FieldErrors::new()), (fields.get("key"), None));
    let answer = page(app, &caller, StatusCode::OK, said, key, Sent::PUBLIC)?;
    Ok(cookies::remember_language(app, answer, language))
}

/// The pages that follow, which cannot know the case, speak the form's language too.
pub(crate) fn received(
    app: &App,
    caller: &Caller,
    reference: &CaseRef,
    language: Language,
) -> Result<HttpResponse, PageError> {
    let content = json!({ "reference": reference, "status_url": format!("/cases/{reference}") });
    let title = text!("received-title").to(language);
    let answer =
        show_page(app, caller, StatusCode::OK, "customer/received.html", Head::of_case(&title, language), content)?;
    Ok(cookies::remember_language(app, answer, language))
}
