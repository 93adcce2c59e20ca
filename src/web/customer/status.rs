use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::document;
use super::link::private;
use super::ways;
use crate::domain::case::State;
use crate::domain::evidence::CheckKind;
use crate::domain::form::free_text;
use crate::domain::ids::CustomerSessionId;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::locale::Text;
use crate::store::StoreError;
use crate::store::cases::EntryKind;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::access::{csrf_of_browser, customer_act};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, moment_if, see_other, show as show_page};
use crate::web::{App, cookies};
use crate::workflow::{Act, CustomerFile, Halt};

/// Seconds between two looks of an open page; shorter while a call is under way.
const SLOW: u32 = 20;
const FAST: u32 = 3;

/// What a press led to, to be told above the page.
pub(super) struct Said {
    status: StatusCode,
    flash: Option<Flash>,
    message_error: Option<String>,
    typed: String,
    document_error: Option<Text>,
}

impl Said {
    fn nothing() -> Self {
        Self { status: StatusCode::OK, flash: None, message_error: None, typed: String::new(), document_error: None }
    }

    /// What is wrong with a document, beside the field.
    pub(super) fn of_document(status: StatusCode, why: Text) -> Self {
        Self { status, document_error: Some(why), ..Self::nothing() }
    }

    /// A refusal stands above the page, or beside the message that was typed.
    fn refused(halt: &Halt, typed: Option<&str>) -> Self {
        let said = Self { status: status_of(halt), ..Self::nothing() };
        match typed {
            None => Self { flash: Some(Flash::Refused(halt.to_string())), ..said },
            Some(typed) => Self { message_error: Some(halt.to_string()), typed: typed.to_owned(), ..said },
        }
    }
}

/// The case's page: for its own browser where it stands, for others how to get in.
pub async fn show(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let cookie = cookies::customer(&request, &app, reference.as_str());
    page(&app, &caller, &reference, cookie, Said::nothing()).await
}

pub(super) async fn page(
    app: &App,
    caller: &Caller,
    reference: &CaseRef,
    cookie: Option<Token>,
    said: Said,
) -> Result<HttpResponse, PageError> {
    let Some(cookie) = cookie else { return private(app, caller, reference, false) };
    let csrf = csrf_of_browser(app, &cookie);
    let Some(file) = app.desk.view_own_case(reference.clone(), cookie).await? else {
        return private(app, caller, reference, false);
    };
    let title = format!("Your case {reference}");
    let calling = file.challenge.as_ref().is_some_and(|shown| shown.challenge.is_open(app.now()));
    let open = !file.filed.case.state.is_final();
    let mut head = Head::new(&title);
    head.refresh = open.then_some(if calling { FAST } else { SLOW });
    head.csrf = csrf;
    head.flash = said.flash;
    let mut content = content(app, &file, said.message_error, &said.typed);
    if let Value::Object(fields) = &mut content {
        let documents = document::section(app, file.form.language, &file, said.document_error.as_ref());
        fields.insert("documents".to_owned(), documents);
    }
    show_page(app, caller, said.status, "customer/status.html", head, content)
}

fn content(app: &App, file: &CustomerFile, message_error: Option<String>, typed: &str) -> Value {
    let case = &file.filed.case;
    let (headline, explanation) = match ways::ending(file) {
        Some((headline, explanation)) => (headline.to(file.form.language), explanation.to(file.form.language)),
        None => words(file),
    };
    let messages: Vec<Value> = file
        .entries
        .iter()
        .filter(|entry| matches!(entry.kind, EntryKind::ToCustomer | EntryKind::FromCustomer))
        .map(|entry| {
            let from_desk = entry.kind == EntryKind::ToCustomer;
            let who = if from_desk { "The desk" } else { "You" };
            json!({ "from_desk": from_desk, "who": who, "at": moment(entry.at), "body": entry.body })
        })
        .collect();
    let open = !case.state.is_final();
    json!({
        "reference": case.reference,
        "state": { "code": case.state.code(), "label": case.state.label() },
        "headline": headline,
        "explanation": explanation,
        "steps": steps(file),
        "account": {
            "email_masked": file.account.as_ref().map(|account| account.email.masked()),
            "phone_masked": file.account.as_ref().and_then(|account| account.phone.as_ref()).map(|p| p.masked()),
        },
        "device": file.form.device_kind.label(),
        "needs": file.needs,
        "phone_check": phone_check(app, file),
        "ways": ways::content(file),
        "cooling_off": case.wait.as_ref().filter(|_| case.state == State::CoolingOff)
            .map(|wait| json!({ "ends": moment(wait.ends_at) })),
        "messages": messages,
        "may_write": open,
        "message_error": message_error,
        "message_typed": typed,
        "may_withdraw": open && !matches!(case.state, State::Deactivating | State::Deactivated | State::Disputed),
        "outcome": file.filed.filing.ended_reason,
        "ended": !open,
    })
}

fn words(file: &CustomerFile) -> (String, String) {
    let wait = file.filed.case.wait.as_ref();
    let (headline, explanation) = match file.filed.case.state {
        State::Submitted => {
            ("Confirm your e-mail address", "We have written to the address of your account.".to_owned())
        }
        State::Verifying => match file.needs.first() {
            Some(need) => ("Something is needed from you", need.clone()),
            None => ("The desk is looking at your request", "You will get a mail when something changes.".to_owned()),
        },
        State::AwaitingApproval => (
            "A second person is checking your request",
            "You have done everything that was needed. You will get a mail when it is approved.".to_owned(),
        ),
        State::CoolingOff => (
            "Approved: a waiting time protects your account",
            format!(
                "Everyone at the account’s addresses has been told and can object until {}.",
                wait.map(|wait| wait.ends_at.format("%-d %B, %H:%M UTC").to_string()).unwrap_or_default()
            ),
        ),
        State::Ready => (
            "The desk will deactivate your device next",
            "Everything is there. You will get a mail when it is done.".to_owned(),
        ),
        State::Deactivating => ("Your device is being deactivated", "This takes a moment.".to_owned()),
        State::Deactivated => (
            "Your device is deactivated",
            "Sign in with your password now, and activate a new device straight away.".to_owned(),
        ),
        State::Closed => ("This case is closed", "Your device was deactivated.".to_owned()),
        State::Rejected => ("The desk could not help with this request", "Nothing was deactivated.".to_owned()),
        State::Withdrawn => ("You withdrew this request", "Nothing was deactivated.".to_owned()),
        State::Expired => ("This request has expired", "Nothing was deactivated. You can make a new one.".to_owned()),
        State::Disputed => (
            "This request is stopped",
            "Someone at an address of the account said that it was not theirs. A supervisor is looking at it."
                .to_owned(),
        ),
    };
    (headline.to_owned(), explanation)
}

fn steps(file: &CustomerFile) -> Vec<Value> {
    let case = &file.filed.case;
    let now_at = match case.state {
        State::Submitted => 1,
        State::Verifying => 2,
        State::AwaitingApproval => 3,
        State::CoolingOff => 4,
        State::Ready | State::Deactivating => 5,
        State::Deactivated | State::Closed => 6,
        State::Rejected | State::Withdrawn | State::Expired | State::Disputed => return Vec::new(),
    };
    let texts = [
        ("Request received", "Your request is written down."),
        ("Confirm your e-mail address", "With the link we sent to the address of your account."),
        ("Prove that it is you", "With the phone number of your account, or another way the desk offers."),
        ("Second person checks", "Someone else at the desk looks at the evidence."),
        ("Waiting time", "The account’s addresses are told and can object."),
        ("Device deactivated", "You can sign in and activate a new one."),
    ];
    texts
        .iter()
        .enumerate()
        .map(|(at, (title, text))| {
            let status = match at.cmp(&now_at) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "now",
                std::cmp::Ordering::Greater => "todo",
            };
            json!({ "title": title, "text": text, "status": status })
        })
        .collect()
}

fn phone_check(app: &App, file: &CustomerFile) -> Value {
    let reference = &file.filed.case.reference;
    let now = app.now();
    if !file.filed.case.state.is_under_review() {
        return Value::Null;
    }
    let active = file.challenge.as_ref().filter(|shown| shown.challenge.is_open(now)).map(|shown| {
        let callback = shown.challenge.kind == CheckKind::AgentCallback;
        let bound_elsewhere = shown.challenge.session.is_some_and(|bound| bound != file.session);
        let status_text = match (&shown.call, callback) {
            (_, true) if bound_elsewhere => "The code is shown in another browser.",
            (_, true) if shown.code.is_some() => "Read the code to the agent, if they said the same two words.",
            (_, true) => "Someone from the desk is calling you.",
            (Some(call), false) => call_words(&call.state),
            (None, false) => "",
        };
        let may_show = callback && shown.code.is_none() && !bound_elsewhere;
        json!({
            "kind": shown.challenge.kind.code(),
            "words": shown.words,
            "code": shown.code.as_ref().filter(|_| shown.challenge.code_hash.is_some()).map(|code| code.shown()),
            "expires": moment(shown.challenge.expires_at),
            "tries_left": shown.challenge.tries_left,
            "status_text": status_text,
            "show_code_url": may_show.then(|| format!("/cases/{reference}/show-code")),
        })
    });
    let last = file.challenge.as_ref().filter(|shown| !shown.challenge.is_open(now) && file.needs_phone);
    let last_text = last.map(|shown| match shown.challenge.state {
        crate::store::calls::ChallengeState::Failed => "The digits were wrong too often. Ask for a new call.",
        _ => "The last code is too old. Ask for a new call.",
    });
    let phone = file.account.as_ref().and_then(|account| account.phone.as_ref());
    let why_not = if phone.is_none() {
        Some("Your account has no phone number. The desk will write to you.".to_owned())
    } else if let Some(held) = &file.codes_held {
        Some(held.words().to_string())
    } else if app.desk.voice.is_none() {
        Some("Someone from the desk will call you.".to_owned())
    } else if file.calls_left == 0 {
        Some("This phone has been called as often as is allowed for now. Try again later.".to_owned())
    } else {
        None
    };
    // After a busy line or a missed call nobody should have to wait for the code to grow old.
    let call = file.challenge.as_ref().and_then(|shown| shown.call.as_ref());
    let call_is_over = call
        .is_some_and(|call| matches!(call.state.as_str(), "unknown" | "busy" | "no_answer" | "failed" | "completed"));
    if active.is_none() && !file.needs_phone {
        return Value::Null;
    }
    json!({
        "may_call": why_not.is_none() && file.needs_phone && (active.is_none() || call_is_over),
        "why_not": why_not,
        "calls_left": file.calls_left,
        "active": active,
        "last": last_text,
        "ends": moment_if(file.challenge.as_ref().map(|shown| shown.challenge.expires_at)),
    })
}

fn call_words(state: &str) -> &'static str {
    match state {
        "queued" | "placing" => "We are calling you now.",
        "ringing" => "Your phone should be ringing.",
        "answered" => "You have picked up. Type the six digits on your phone.",
        "completed" => "The call is over.",
        "unknown" => "We cannot tell whether the call was placed. If your phone does not ring, ask for a new call.",
        "busy" => "The line was busy.",
        "no_answer" => "Nobody picked up.",
        _ => "The call could not be made.",
    }
}

/// A browser that is let in, with its cookie.
pub(super) struct LetIn {
    pub(super) reference: CaseRef,
    cookie: Token,
    session: CustomerSessionId,
}

/// Does what a button asks for, for a browser that is let in, and leads back to the case's page; to any other
/// browser it shows how to get in.
pub(super) async fn press(
    app: &App,
    caller: &Caller,
    path: &str,
    request: &HttpRequest,
    typed: Option<&str>,
    act: impl AsyncFnOnce(Act, &LetIn) -> Result<Result<(), Halt>, StoreError>,
) -> Result<HttpResponse, PageError> {
    let reference = reference(path)?;
    let Some(cookie) = cookies::customer(request, app, reference.as_str()) else {
        return private(app, caller, &reference, false);
    };
    let Some(session) = app.desk.customer_session(reference.clone(), &cookie).await? else {
        return private(app, caller, &reference, false);
    };
    let browser = LetIn { reference, cookie, session };
    match act(customer_act(app, caller), &browser).await? {
        Ok(()) => Ok(see_other(format!("/cases/{}", browser.reference))),
        Err(halt) => page(app, caller, &browser.reference, Some(browser.cookie), Said::refused(&halt, typed)).await,
    }
}

/// **Call me now**.
pub async fn call_me(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let call =
        async |act, by: &LetIn| app.desk.start_call(act, by.reference.clone(), by.session, by.cookie.clone()).await;
    press(&app, &caller, &path, &request, None, call).await
}

/// **Show my code**, while an agent is on the telephone.
pub async fn show_code(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let show =
        async |act, by: &LetIn| app.desk.show_code(act, by.reference.clone(), by.session, by.cookie.clone()).await;
    press(&app, &caller, &path, &request, None, show).await
}

/// A message to the desk; one that is not taken stays in its field.
pub async fn write(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let typed = fields.get("body");
    let write = async |act, by: &LetIn| match free_text(typed) {
        Ok(body) => app.desk.write_to_desk(act, by.reference.clone(), body).await,
        Err(wrong) => Ok(Err(Halt::Wrong(wrong))),
    };
    press(&app, &caller, &path, &request, Some(typed), write).await
}

/// **Withdraw**.
pub async fn withdraw(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let withdraw = async |act, by: &LetIn| app.desk.withdraw(act, by.reference.clone()).await;
    press(&app, &caller, &path, &request, None, withdraw).await
}
