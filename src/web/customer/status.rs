use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::document;
use super::link::{Private, private};
use super::phone;
use super::ways::{self, Way, WayRefused};
use crate::domain::account::Authenticator;
use crate::domain::case::{Conclusion, Progress, State};
use crate::domain::evidence::CheckKind;
use crate::domain::form::free_text;
use crate::domain::ids::CustomerSessionId;
use crate::domain::need::Need;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::locale::{Language, Text, label, moment, text};
use crate::store::StoreError;
use crate::store::calls::ShownIn;
use crate::store::cases::EntryKind;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::access::{csrf_of_browser, customer_act};
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment_in, see_other, show as show_page};
use crate::web::words::text_of;
use crate::web::{App, cookies};
use crate::workflow::{Act, CustomerFile, FreshOffer, Halt};

/// Seconds between two looks of an open page; shorter while a call is under way.
const SLOW: u32 = 20;
const FAST: u32 = 3;

/// What a press led to, to be told above the page or beside what was typed.
pub(super) struct Said {
    status: StatusCode,
    flash: Option<Flash>,
    message_error: Option<String>,
    typed: String,
    way: Option<WayRefused>,
    document_error: Option<Text>,
}

/// Where a refusal is told, and what was typed there. Secrets are not given back.
pub(super) enum Beside<'a> {
    /// Above the page.
    Nothing,
    /// Beside the message.
    Message(&'a str),
    /// Beside the field for a saved code.
    RecoveryCode,
    /// Beside the fields for two codes of the device.
    Codes(&'a str, &'a str),
}

impl Beside<'_> {
    /// What is given back where the page itself cannot be shown.
    fn kept(&self) -> Option<&str> {
        match self {
            Self::Message(typed) => Some(*typed).filter(|typed| !typed.trim().is_empty()),
            Self::Nothing | Self::RecoveryCode | Self::Codes(..) => None,
        }
    }
}

impl Said {
    fn nothing() -> Self {
        Self {
            status: StatusCode::OK,
            flash: None,
            message_error: None,
            typed: String::new(),
            way: None,
            document_error: None,
        }
    }

    /// What is wrong with a document, beside the field.
    pub(super) fn of_document(status: StatusCode, why: Text) -> Self {
        Self { status, document_error: Some(why), ..Self::nothing() }
    }

    fn refused(halt: &Halt, language: Language, beside: &Beside<'_>) -> Self {
        let why = text_of(halt).to(language);
        let said = Self { status: status_of(halt), ..Self::nothing() };
        let way = |way, typed: [&str; 2]| {
            // A code that was looked at is of no more use; one with a slip in it can be mended.
            let kept = if *halt == Halt::UnreadableCode { typed } else { [""; 2] };
            Some(WayRefused { way, why: why.clone(), typed: kept.map(str::to_owned) })
        };
        match beside {
            Beside::Nothing => Self { flash: Some(Flash::Refused(why)), ..said },
            Beside::Message(typed) => Self { message_error: Some(why), typed: (*typed).to_owned(), ..said },
            Beside::RecoveryCode => Self { way: way(Way::RecoveryCode, [""; 2]), ..said },
            Beside::Codes(first, second) => Self { way: way(Way::Codes, [first, second]), ..said },
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
    page(&app, &caller, &reference, cookie, |_| Said::nothing()).await
}

pub(super) async fn page(
    app: &App,
    caller: &Caller,
    reference: &CaseRef,
    cookie: Option<Token>,
    said: impl FnOnce(Language) -> Said,
) -> Result<HttpResponse, PageError> {
    let Some(cookie) = cookie else { return private(app, caller, reference, Private::Asked) };
    let csrf = csrf_of_browser(app, &cookie);
    let Some(file) = app.desk.view_own_case(reference.clone(), cookie).await? else {
        return private(app, caller, reference, Private::Asked);
    };
    let language = file.form.language;
    let mut said = said(language);
    // A way that is not offered any more has no form to tell it beside.
    if let Some(gone) = said.way.take_if(|refused| !refused.way.is_offered(&file)) {
        said.flash = Some(Flash::Refused(gone.why));
    }
    let title = text!("case-title-of", reference = reference.as_str()).to(language);
    let calling = file.challenge.as_ref().is_some_and(|shown| shown.challenge.is_open(app.now()));
    let open = !file.filed.case.state.is_final();
    let mut head = Head::of_case(&title, language);
    head.refresh = open.then_some(if calling { FAST } else { SLOW });
    head.csrf = csrf;
    head.flash = said.flash;
    let mut content = content(app, &file, said.message_error, &said.typed);
    content["ways"] = ways::content(&file, said.way.as_ref());
    if let Value::Object(fields) = &mut content {
        let documents = document::section(app, file.form.language, &file, said.document_error.as_ref());
        fields.insert("documents".to_owned(), documents);
    }
    show_page(app, caller, said.status, "customer/status.html", head, content)
}

fn content(app: &App, file: &CustomerFile, message_error: Option<String>, typed: &str) -> Value {
    let case = &file.filed.case;
    let language = file.form.language;
    let (headline, explanation) = match ways::ending(file) {
        Some((headline, explanation)) => (headline.to(language), explanation.to(language)),
        None => words(file, language),
    };
    let messages: Vec<Value> = file
        .entries
        .iter()
        .filter(|entry| matches!(entry.kind, EntryKind::ToCustomer | EntryKind::FromCustomer))
        .map(|entry| {
            let from_desk = entry.kind == EntryKind::ToCustomer;
            let who = match (from_desk, file.by_mail.contains(&entry.id)) {
                (true, _) => text!("status-from-desk"),
                (false, true) => text!("status-by-mail"),
                (false, false) => text!("status-from-you"),
            };
            let at = moment_in(language, entry.at);
            json!({ "from_desk": from_desk, "who": who.to(language), "at": at, "body": entry.body })
        })
        .collect();
    let open = !case.state.is_final();
    json!({
        "reference": case.reference,
        "state": { "code": case.state.code(), "label": label(language, case.state) },
        "headline": headline,
        "explanation": explanation,
        "steps": steps(file, language),
        "account": {
            "email_masked": file.account.as_ref().map(|account| account.email.masked()),
            "phone_masked": file.account.as_ref().and_then(|account| account.phone.as_ref()).map(|p| p.masked()),
        },
        "device": label(language, file.form.device_kind),
        "devices": devices(file, language),
        "phone_check": phone_check(app, file, language),
        "phone_change": file.phone_change.as_ref().map(|change| phone::standing(change, file.form.language)),
        "may_change_phone": file.may_change_phone,
        "cooling_off": case.wait.as_ref().filter(|_| case.state == State::CoolingOff)
            .map(|wait| json!({ "ends": moment_in(language, wait.ends_at) })),
        "fresh": { "offered": file.fresh == Some(FreshOffer::Offered), "done": file.fresh == Some(FreshOffer::Done) },
        "messages": messages,
        "may_write": open,
        "message_error": message_error,
        "message_typed": typed,
        "may_withdraw": open && !matches!(case.state, State::Deactivating | State::Deactivated | State::Disputed),
        "outcome": file.filed.filing.ended_reason,
        "ended": !open,
    })
}

fn words(file: &CustomerFile, language: Language) -> (String, String) {
    let ends = || file.filed.case.wait.as_ref().map(|wait| moment(language, wait.ends_at)).unwrap_or_default();
    let (headline, explanation) = match file.filed.case.state {
        State::Submitted => (text!("status-submitted"), text!("status-submitted-text")),
        State::Verifying => match file.needs.first() {
            Some(need) => return (text!("status-needed").to(language), label(language, *need)),
            None => (text!("status-looking"), text!("status-looking-text")),
        },
        State::AwaitingApproval => (text!("status-approval"), text!("status-approval-text")),
        State::CoolingOff => (text!("status-cooling-off"), text!("status-cooling-off-text", ends = ends())),
        _ if partly(file) => (text!("status-partly"), text!("status-partly-text")),
        State::Ready => (text!("status-ready"), text!("status-ready-text")),
        State::Deactivating => (text!("status-deactivating"), text!("status-deactivating-text")),
        State::Deactivated => (text!("status-deactivated"), text!("status-deactivated-text")),
        State::Closed => (text!("status-closed"), text!("status-closed-text", devices = off(file))),
        State::Rejected => (text!("status-rejected"), text!("status-nothing-deactivated")),
        State::Withdrawn => (text!("status-withdrawn"), text!("status-nothing-deactivated")),
        State::Expired => (text!("status-expired"), text!("status-expired-text")),
        State::Disputed => (text!("status-disputed"), text!("status-disputed-text")),
    };
    (headline.to(language), explanation.to(language))
}

/// Something is off and something is not, and the case goes on.
fn partly(file: &CustomerFile) -> bool {
    let case = &file.filed.case;
    case.state.is_under_review() && case.has_deactivated()
}

fn off(file: &CustomerFile) -> usize {
    file.filed.case.deactivated().count().max(1)
}

/// Each device of the case, and how far it has come. Before somebody chose them there are none.
fn devices(file: &CustomerFile, language: Language) -> Vec<Value> {
    let case = &file.filed.case;
    let word = |id| match case.orders.get(&id).map(|order| &order.progress) {
        Some(Progress::Ordered) => Some(text!("status-device-ordered")),
        Some(Progress::Deactivated) => Some(text!("status-device-deactivated")),
        Some(Progress::Failed(_)) => Some(text!("status-device-failed")),
        None => {
            let approved = case.approved.as_ref().is_some_and(|set| set.contains(id));
            (approved && case.state.is_under_review()).then(|| text!("status-device-approved"))
        }
    };
    let shown = |device: &Authenticator| {
        let (kind, state) = (label(language, device.kind), word(device.id)?.to(language));
        Some(json!({ "name": device.label, "kind": kind, "state": state }))
    };
    file.authenticators.iter().filter_map(shown).collect()
}

fn steps(file: &CustomerFile, language: Language) -> Vec<Value> {
    let case = &file.filed.case;
    let now_at = match case.state {
        State::Submitted => 1,
        // The address was confirmed too long ago.
        State::Verifying if file.needs.contains(&Need::EmailLink) => 1,
        State::Verifying => 2,
        State::AwaitingApproval => 3,
        State::CoolingOff => 4,
        State::Ready | State::Deactivating => 5,
        State::Closed if case.conclusion.is_some_and(|with| with != Conclusion::Deactivated) => return Vec::new(),
        State::Deactivated | State::Closed => 6,
        State::Rejected | State::Withdrawn | State::Expired | State::Disputed => return Vec::new(),
    };
    let texts = [
        (text!("step-received"), text!("step-received-text")),
        (text!("step-email"), text!("step-email-text")),
        (text!("step-proof"), text!("step-proof-text")),
        (text!("step-approval"), text!("step-approval-text")),
        (text!("step-waiting"), text!("step-waiting-text")),
        (text!("step-deactivated"), text!("step-deactivated-text")),
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
            json!({ "title": title.to(language), "text": text.to(language), "status": status })
        })
        .collect()
}

fn phone_check(app: &App, file: &CustomerFile, language: Language) -> Value {
    let reference = &file.filed.case.reference;
    let now = app.now();
    if !file.filed.case.state.is_under_review() {
        return Value::Null;
    }
    let active = file.challenge.as_ref().filter(|shown| shown.challenge.is_open(now)).map(|shown| {
        let callback = shown.challenge.kind == CheckKind::AgentCallback;
        let bound_elsewhere = shown.challenge.browser.is_some_and(|bound| bound != ShownIn::CasePage(file.session));
        let status_text = match (&shown.call, callback) {
            (_, true) if bound_elsewhere => text!("phone-shown-elsewhere").to(language),
            (_, true) if shown.code.is_some() => text!("phone-read-if").to(language),
            (_, true) => text!("phone-someone-calls").to(language),
            (Some(call), false) => call_words(&call.state).to(language),
            (None, false) => String::new(),
        };
        let may_show = callback && shown.code.is_none() && !bound_elsewhere;
        json!({
            "kind": shown.challenge.kind.code(),
            "words": shown.words,
            "code": shown.code.as_ref().filter(|_| shown.challenge.code_hash.is_some()).map(|code| code.shown()),
            "expires": moment_in(language, shown.challenge.expires_at),
            "tries_left": shown.challenge.tries_left,
            "status_text": status_text,
            "show_code_url": may_show.then(|| format!("/cases/{reference}/show-code")),
        })
    });
    let last = file.challenge.as_ref().filter(|shown| !shown.challenge.is_open(now) && file.needs_phone);
    let last_text = last.map(|shown| match shown.challenge.state {
        crate::store::calls::ChallengeState::Failed => text!("phone-wrong-too-often").to(language),
        _ => text!("phone-code-too-old").to(language),
    });
    let phone = file.account.as_ref().and_then(|account| account.phone.as_ref());
    let why_not = if phone.is_none() {
        Some(text!("phone-none").to(language))
    } else if let Some(held) = &file.codes_held {
        Some(held.words().to(language))
    } else if app.desk.voice.is_none() {
        Some(text!("phone-no-calls").to(language))
    } else if file.calls_left == 0 {
        Some(text!("called-too-often").to(language))
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
    })
}

pub(crate) fn call_words(state: &str) -> Text {
    match state {
        "queued" | "placing" => text!("call-queued"),
        "ringing" => text!("call-ringing"),
        "answered" => text!("call-answered"),
        "completed" => text!("call-completed"),
        "unknown" => text!("call-unknown"),
        "busy" => text!("call-busy"),
        "no_answer" => text!("call-no-answer"),
        _ => text!("call-failed"),
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
    beside: Beside<'_>,
    act: impl AsyncFnOnce(Act, &LetIn) -> Result<Result<(), Halt>, StoreError>,
) -> Result<HttpResponse, PageError> {
    let reference = reference(path)?;
    let Some(cookie) = cookies::customer(request, app, reference.as_str()) else {
        return private(app, caller, &reference, Private::Ended(beside.kept()));
    };
    let Some(session) = app.desk.customer_session(reference.clone(), &cookie).await? else {
        return private(app, caller, &reference, Private::Ended(beside.kept()));
    };
    let browser = LetIn { reference, cookie, session };
    match act(customer_act(app, caller), &browser).await? {
        Ok(()) => Ok(see_other(format!("/cases/{}", browser.reference))),
        Err(halt) => {
            page(app, caller, &browser.reference, Some(browser.cookie), |language| {
                Said::refused(&halt, language, &beside)
            })
            .await
        }
    }
}

/// The case's page with what was refused told above it.
pub(super) async fn page_refused(
    app: &App,
    caller: &Caller,
    reference: &CaseRef,
    cookie: Token,
    halt: &Halt,
) -> Result<HttpResponse, PageError> {
    page(app, caller, reference, Some(cookie), |language| Said::refused(halt, language, &Beside::Nothing)).await
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
    press(&app, &caller, &path, &request, Beside::Nothing, call).await
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
    press(&app, &caller, &path, &request, Beside::Nothing, show).await
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
    press(&app, &caller, &path, &request, Beside::Message(typed), write).await
}

/// **Withdraw**.
pub async fn withdraw(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let withdraw = async |act, by: &LetIn| app.desk.withdraw(act, by.reference.clone()).await;
    press(&app, &caller, &path, &request, Beside::Nothing, withdraw).await
}
