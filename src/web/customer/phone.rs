//! **I need to update my phone number**: what is needed, the number, the number shown back, and where it stands.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::link::{Private, private};
use crate::domain::evidence::CheckKind;
use crate::domain::form::{Language, Wrong};
use crate::domain::phone_change::State;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::locale::{self, Text, text};
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::access::{csrf_of_browser, customer_act};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, see_other, show as show_page};
use crate::web::{App, cookies, new_number, words};
use crate::workflow::{ChangeFile, CustomerFile, Halt};

/// A browser that its cookie lets in, and what it sees of the case.
struct LetIn {
    reference: CaseRef,
    cookie: Token,
    file: CustomerFile,
}

/// What stands in the form, and what is wrong with it.
#[derive(Default)]
struct Said {
    typed: String,
    wrong: Option<Wrong>,
    halt: Option<Halt>,
}

async fn let_in(app: &App, path: &str, request: &HttpRequest) -> Result<Result<LetIn, CaseRef>, PageError> {
    let reference = reference(path)?;
    let Some(cookie) = cookies::customer(request, app, reference.as_str()) else { return Ok(Err(reference)) };
    Ok(match app.desk.view_own_case(reference.clone(), cookie.clone()).await? {
        Some(file) => Ok(LetIn { reference, cookie, file }),
        None => Err(reference),
    })
}

fn page(app: &App, caller: &Caller, browser: &LetIn, said: &Said) -> Result<HttpResponse, PageError> {
    let language = browser.file.form.language;
    let title = text!("phone-ask-title").to(language);
    let mut head = Head::of_case(&title, language);
    head.csrf = csrf_of_browser(app, &browser.cookie);
    head.flash = said.halt.as_ref().map(|halt| Flash::Refused(words::text_of(halt).to(language)));
    let status = match (&said.wrong, &said.halt) {
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, Some(halt)) => status_of(halt),
        (None, None) => StatusCode::OK,
    };
    let path = &app.desk.kit.policy.phone_change;
    let content = json!({
        "reference": browser.reference,
        "possible": browser.file.may_change_phone,
        "old_masked": browser.file.account.as_ref().and_then(|account| account.phone.as_ref()).map(|p| p.masked()),
        "needs": needs(path.checks.iter().map(Vec::as_slice), language),
        "hours": path.cooling_off.num_hours(),
        "typed": said.typed,
        "error": said.wrong.map(|wrong| Text::from(wrong).to(language)),
    });
    show_page(app, caller, status, "customer/phone.html", head, content)
}

/// What is needed, and the form.
pub async fn show(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    match let_in(&app, &path, &request).await? {
        Ok(browser) => page(&app, &caller, &browser, &Said::default()),
        Err(reference) => private(&app, &caller, &reference, Private::Asked),
    }
}

/// **Continue**: shows the number back as it was understood. Nothing is stored yet.
pub async fn check(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let browser = match let_in(&app, &path, &request).await? {
        Ok(browser) => browser,
        Err(reference) => return private(&app, &caller, &reference, Private::Ended(Some(fields.get("number")))),
    };
    let typed = fields.get("number").to_owned();
    let number = match new_number::read(&typed) {
        Ok(number) => number,
        Err(wrong) => return page(&app, &caller, &browser, &Said { typed, wrong: Some(wrong), halt: None }),
    };
    let language = browser.file.form.language;
    let title = text!("phone-confirm-title").to(language);
    let mut head = Head::of_case(&title, language);
    head.csrf = csrf_of_browser(&app, &browser.cookie);
    let base = format!("/cases/{}/phone", browser.reference);
    let content = json!({
        "reference": browser.reference,
        "number": new_number::shown(&number),
        "action": format!("{base}/confirm"),
        "back": base,
    });
    show_page(&app, &caller, StatusCode::OK, "customer/phone_confirm.html", head, content)
}

/// **Yes, this is my number**: asks for the change.
pub async fn confirm(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let browser = match let_in(&app, &path, &request).await? {
        Ok(browser) => browser,
        Err(reference) => return private(&app, &caller, &reference, Private::Ended(Some(fields.get("number")))),
    };
    let typed = fields.get("number").to_owned();
    let number = match new_number::confirmed(&typed) {
        Ok(number) => number,
        Err(wrong) => return page(&app, &caller, &browser, &Said { typed, wrong: Some(wrong), halt: None }),
    };
    let act = customer_act(&app, &caller);
    match app.desk.request_phone_change(act, browser.reference.clone(), None, number).await? {
        Ok(()) => Ok(see_other(format!("/cases/{}", browser.reference))),
        Err(halt) => page(&app, &caller, &browser, &Said { typed, wrong: None, halt: Some(halt) }),
    }
}

/// **Withdraw the change**.
pub async fn withdraw(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let browser = match let_in(&app, &path, &request).await? {
        Ok(browser) => browser,
        Err(reference) => return private(&app, &caller, &reference, Private::Ended(None)),
    };
    match app.desk.withdraw_phone_change(customer_act(&app, &caller), browser.reference.clone()).await? {
        Ok(()) => Ok(see_other(format!("/cases/{}", browser.reference))),
        Err(halt) => page(&app, &caller, &browser, &Said { halt: Some(halt), ..Said::default() }),
    }
}

fn needs<'a>(groups: impl Iterator<Item = &'a [CheckKind]>, language: Language) -> Vec<String> {
    let need = |kinds: &[CheckKind]| match kinds {
        _ if kinds.contains(&CheckKind::EmailLink) => text!("phone-need-email"),
        _ => text!("phone-need-document"),
    };
    groups.map(|kinds| need(kinds).to(language)).collect()
}

/// Where a change stands, for the case's own page.
pub(super) fn standing(file: &ChangeFile, language: Language) -> Value {
    let change = &file.change;
    let ends = change.hold.as_ref().map(|hold| locale::moment(language, hold.ends_at)).unwrap_or_default();
    let words = match change.state {
        State::Requested => text!("phone-now-requested"),
        State::AwaitingApproval => text!("phone-now-awaiting"),
        State::Held if change.order.is_some() => text!("phone-now-ordered"),
        State::Held => text!("phone-now-held", ends = ends),
        State::Effective => text!("phone-now-effective"),
        State::Refused => text!("phone-now-refused"),
        State::Stopped => text!("phone-now-stopped"),
        State::Withdrawn => text!("phone-now-withdrawn"),
        State::Expired => text!("phone-now-expired"),
        State::Frozen => text!("phone-now-frozen"),
    };
    let asks = change.state == State::Requested;
    json!({
        "state": change.state.code(),
        "words": words.to(language),
        "old_masked": change.old.as_ref().map(|phone| phone.masked()),
        "new_masked": change.new.masked(),
        "needs": if asks { needs(file.weighed.unmet(), language) } else { Vec::new() },
        "may_withdraw": !change.state.is_final() && change.state != State::Frozen,
    })
}
