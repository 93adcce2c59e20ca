//! The one place where what went wrong becomes an HTTP answer.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use super::guard::access::to_sign_in;
use super::guard::caller::Caller;
use super::{App, page};
use crate::domain::reference::CaseRef;
use crate::store::StoreError;
use crate::workflow::Halt;

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is no such page.
    #[error("not found")]
    NotFound,
    /// The page is there, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed(String),
    /// The address holds something that cannot be read.
    #[error("unreadable address")]
    BadAddress,
    /// The role does not allow it.
    #[error("forbidden")]
    Forbidden,
    /// Someone has to sign in first.
    #[error("sign-in needed")]
    SignIn {
        /// Where to go afterwards.
        next: String,
    },
    /// A form was posted from another site.
    #[error("posted from another site")]
    CrossSite,
    /// A form does not carry the token of this session.
    #[error("stale form")]
    StaleForm,
    /// The body is larger than a form can be.
    #[error("body too large")]
    TooLarge,
    /// The body did not arrive in time.
    #[error("body too slow")]
    TooSlow,
    /// The body is no form.
    #[error("not a form")]
    NotAForm,
    /// The body is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// A rule or the state of things forbids it.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A template failed, which is a fault of ours.
    #[error("template: {0}")]
    Template(String),
}

/// What the error page says; put into the response so that the outermost layer can draw it.
#[derive(Debug, Clone)]
pub struct ErrorInfo {
    status: StatusCode,
    heading: String,
    text: String,
    what_next: String,
}

impl PageError {
    fn info(&self) -> ErrorInfo {
        let (status, heading, text, what_next) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "This page does not exist",
                "The address may have been mistyped, or the link cut in two.".to_owned(),
                "Check the address, or begin at the first page.",
            ),
            Self::BadAddress => (
                StatusCode::BAD_REQUEST,
                "This address cannot be read",
                "It holds something that is not text, or the same part twice.".to_owned(),
                "Check the address, or begin at the first page.",
            ),
            Self::MethodNotAllowed(_) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "This cannot be done here",
                "The page exists, but not for this kind of request.".to_owned(),
                "Open the page and use its buttons.",
            ),
            Self::Forbidden | Self::SignIn { .. } => (
                StatusCode::FORBIDDEN,
                "Your role does not allow this",
                "This page is for other people at the desk.".to_owned(),
                "If you need it for your work, ask an administrator.",
            ),
            Self::CrossSite => (
                StatusCode::FORBIDDEN,
                "This form came from another site",
                "Forms are accepted from our own pages only. Nothing was changed.".to_owned(),
                "Open our page and fill in the form there.",
            ),
            Self::StaleForm => (
                StatusCode::FORBIDDEN,
                "This form is too old",
                "You were signed out or signed in again since the form was opened. Nothing was changed.".to_owned(),
                "Go back, reload the page and send the form again.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is too much",
                "What was sent is larger than this form can be. Nothing was stored.".to_owned(),
                "Go back and shorten what you wrote.",
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "This took too long",
                "The form did not arrive in time. Nothing was stored.".to_owned(),
                "Check your connection, go back and send the form again.",
            ),
            Self::NotAForm => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "This is not a form",
                "The request does not hold a form that can be read.".to_owned(),
                "Open the page and use its form.",
            ),
            Self::NotUtf8 => (
                StatusCode::BAD_REQUEST,
                "This text cannot be read",
                "What was sent is not UTF-8 text. Nothing was stored.".to_owned(),
                "Go back and type it anew; text pasted from another program may hold unreadable characters.",
            ),
            Self::Halt(halt) => (status_of(halt), "This was not done", halt.to_string(), halt_advice(halt)),
            Self::Store(StoreError::Busy | StoreError::Contended) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Too busy right now",
                "Nothing was changed and nothing is lost.".to_owned(),
                "Wait a moment and try again: go back, and send the form once more.",
            ),
            Self::Store(StoreError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing can be stored right now",
                "The database cannot be reached or is full. Nothing was changed.".to_owned(),
                "Wait a few minutes and try again: go back, and send the form once more.",
            ),
            Self::Store(StoreError::Conflict) => (
                StatusCode::CONFLICT,
                "Someone was faster",
                "The case was changed while your form was being stored. Nothing of it was stored.".to_owned(),
                "Go back, look at the case again, and decide anew.",
            ),
            Self::Store(_) | Self::Template(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something is broken on our side",
                "This is our fault, and it has been logged. Nothing was changed.".to_owned(),
                "Try again later. If it stays, tell us the number below.",
            ),
        };
        ErrorInfo { status, heading: heading.to_owned(), text, what_next: what_next.to_owned() }
    }
}

/// The status by which a halt is answered.
pub fn status_of(halt: &Halt) -> StatusCode {
    match halt {
        Halt::NoSuchCase | Halt::UnknownLink | Halt::Gone => StatusCode::NOT_FOUND,
        Halt::UsedLink | Halt::ExpiredLink => StatusCode::GONE,
        Halt::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
        Halt::BadText(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Halt::WrongPassword => StatusCode::UNAUTHORIZED,
        Halt::Stale { .. }
        | Halt::Refused(_)
        | Halt::NoCall(_)
        | Halt::NoChallenge
        | Halt::NotShownYet
        | Halt::WrongCode(_) => StatusCode::CONFLICT,
    }
}

/// The case that a path names; 404 for what is no reference.
pub fn reference(path: &str) -> Result<CaseRef, PageError> {
    path.parse().map_err(|_| PageError::Halt(Halt::NoSuchCase))
}

fn halt_advice(halt: &Halt) -> &'static str {
    match halt {
        Halt::NoSuchCase => "Check the reference; it looks like MFA-7K3Q-9ZDN.",
        Halt::TooOften(_) => "Wait a while before you try again.",
        _ => "Go back and look at the case again.",
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.info().status
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::SignIn { next } = self {
            return to_sign_in(next);
        }
        if let Self::Store(error) = self {
            tracing::error!(%error, "the database failed");
        }
        if let Self::Template(error) = self {
            tracing::error!(%error, "a template failed");
        }
        let info = self.info();
        let mut response = HttpResponse::new(info.status);
        if info.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        if let Self::MethodNotAllowed(allowed) = self
            && let Ok(allowed) = header::HeaderValue::from_str(allowed)
        {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response.extensions_mut().insert(info);
        response
    }
}

/// Draws an error page; plain text if even that fails.
pub fn error_page(app: &App, caller: &Caller, info: &ErrorInfo) -> HttpResponse {
    let context = json!({
        "status": info.status.as_u16(),
        "heading": info.heading,
        "text": info.text,
        "what_next": info.what_next,
    });
    let head = page::Head::new(&info.heading);
    match page::draw(app, caller, "error.html", head, context) {
        Ok(html) => HttpResponse::build(info.status).content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(%error, "the error page failed");
            HttpResponse::build(info.status).content_type("text/plain; charset=utf-8").body(info.text.clone())
        }
    }
}
