//! The one place where what went wrong becomes an HTTP answer.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use super::guard::access::to_sign_in;
use super::guard::caller::Caller;
use super::words::text_of;
use super::{App, page};
use crate::domain::authn::Kept;
use crate::domain::reference::{CaseRef, EXAMPLE};
use crate::locale::{Text, text};
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
    /// Somebody at the desk gave their password: the second step is still to come.
    #[error("second step needed at the desk")]
    DeskSecondStep {
        /// Where to go afterwards.
        next: String,
    },
    /// Somebody at the desk gave their password and has no authenticator yet.
    #[error("an authenticator has to be set up first")]
    DeskEnrol,
    /// The step is behind somebody at the desk who asks for it.
    #[error("signed in to the desk already")]
    AtDeskAlready,
    /// An account has to sign in first.
    #[error("account sign-in needed")]
    SignInAccount {
        /// Where to go afterwards.
        next: String,
    },
    /// The second step of a sign-in is still to come.
    #[error("second step needed")]
    SecondStep {
        /// Where to go afterwards.
        next: String,
    },
    /// The step is behind whoever asks for it.
    #[error("signed in already")]
    SignedInAlready,
    /// A session that was won by alternative factors manages authenticators and nothing else.
    #[error("only authenticators can be managed")]
    RecoveryOnly,
    /// The act needs a second factor that was given just now.
    #[error("step-up needed")]
    StepUp {
        /// Where to go afterwards: a page of the side where it is asked for.
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
    /// Too much of this is under way already.
    #[error("busy")]
    Busy,
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
    heading: Text,
    text: Text,
    what_next: Text,
    /// Why a rule refused it, in the words of the desk.
    at_desk: Option<String>,
    /// It was a mailed link that does nothing; at the desk all of them set passwords.
    useless_link: bool,
    /// The form was ours, so that what was typed into it may be shown again.
    gives_back: bool,
}

impl PageError {
    fn info(&self) -> ErrorInfo {
        let (status, heading, text, what_next) = match self {
            Self::NotFound => {
                (StatusCode::NOT_FOUND, text!("not-found"), text!("not-found-text"), text!("check-address"))
            }
            Self::BadAddress => {
                (StatusCode::BAD_REQUEST, text!("bad-address"), text!("bad-address-text"), text!("check-address"))
            }
            Self::MethodNotAllowed(_) => (
                StatusCode::METHOD_NOT_ALLOWED,
                text!("bad-method"),
                text!("bad-method-text"),
                text!("bad-method-next"),
            ),
            Self::Forbidden
            | Self::SignIn { .. }
            | Self::SignInAccount { .. }
            | Self::SecondStep { .. }
            | Self::SignedInAlready
            | Self::DeskSecondStep { .. }
            | Self::DeskEnrol
            | Self::AtDeskAlready
            | Self::StepUp { .. }
            | Self::RecoveryOnly => {
                (StatusCode::FORBIDDEN, text!("forbidden"), text!("forbidden-text"), text!("forbidden-next"))
            }
            Self::CrossSite => {
                (StatusCode::FORBIDDEN, text!("cross-site"), text!("cross-site-text"), text!("cross-site-next"))
            }
            Self::StaleForm => {
                (StatusCode::FORBIDDEN, text!("stale-form"), text!("stale-form-text"), text!("stale-form-next"))
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, text!("too-large"), text!("too-large-text"), text!("too-large-next"))
            }
            Self::TooSlow => {
                (StatusCode::REQUEST_TIMEOUT, text!("too-slow"), text!("too-slow-text"), text!("too-slow-next"))
            }
            Self::NotAForm => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                text!("not-a-form"),
                text!("not-a-form-text"),
                text!("not-a-form-next"),
            ),
            Self::NotUtf8 => {
                (StatusCode::BAD_REQUEST, text!("not-utf8"), text!("not-utf8-text"), text!("not-utf8-next"))
            }
            Self::Halt(halt) => (status_of(halt), text!("not-done"), text_of(halt), halt_advice(halt)),
            Self::Busy | Self::Store(StoreError::Busy | StoreError::Contended) => {
                (StatusCode::SERVICE_UNAVAILABLE, text!("busy"), text!("busy-text"), text!("busy-next"))
            }
            Self::Store(StoreError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                text!("unavailable"),
                text!("unavailable-text"),
                text!("unavailable-next"),
            ),
            Self::Store(StoreError::Doubtful) => {
                (StatusCode::SERVICE_UNAVAILABLE, text!("doubtful"), text!("doubtful-text"), text!("doubtful-next"))
            }
            Self::Store(StoreError::Conflict) => {
                (StatusCode::CONFLICT, text!("conflict"), text!("conflict-text"), text!("conflict-next"))
            }
            Self::Store(_) | Self::Template(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, text!("broken"), text!("broken-text"), text!("broken-next"))
            }
        };
        let at_desk = match self {
            Self::Halt(halt) => Some(halt.to_string()),
            _ => None,
        };
        let gives_back = matches!(self, Self::StaleForm | Self::Busy | Self::Store(_));
        let useless_link = matches!(self, Self::Halt(Halt::UnknownLink | Halt::UsedLink | Halt::ExpiredLink));
        ErrorInfo { status, heading, text, what_next, at_desk, useless_link, gives_back }
    }
}

/// The status by which a halt is answered.
pub fn status_of(halt: &Halt) -> StatusCode {
    match halt {
        Halt::NoSuchCase | Halt::UnknownLink | Halt::Gone => StatusCode::NOT_FOUND,
        Halt::UsedLink | Halt::ExpiredLink => StatusCode::GONE,
        Halt::TooOften(_) | Halt::DeskLimit(_) => StatusCode::TOO_MANY_REQUESTS,
        Halt::BadText(_) | Halt::Wrong(_) | Halt::UnreadableCode | Halt::BadDocument(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Halt::WrongPassword | Halt::NotVerified => StatusCode::UNAUTHORIZED,
        Halt::OtherAccount => StatusCode::FORBIDDEN,
        Halt::Directory(_) | Halt::NotSetUp => StatusCode::BAD_GATEWAY,
        Halt::Kept(Kept::TooMany | Kept::LastOfStaff | Kept::NoDeviceYet | Kept::Stopped) => StatusCode::CONFLICT,
        Halt::Kept(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Halt::Stale { .. }
        | Halt::Unversioned
        | Halt::Erased(_)
        | Halt::Refused(_)
        | Halt::PhoneChange(_)
        | Halt::SetUpAlready
        | Halt::BeingSetUp
        | Halt::ChangeMoved
        | Halt::NoCall(_)
        | Halt::TooManyDocuments(_)
        | Halt::NotOpened
        | Halt::ByMail
        | Halt::NoChallenge
        | Halt::Overtaken { .. }
        | Halt::Decided
        | Halt::NotShownYet
        | Halt::WrongCode(_) => StatusCode::CONFLICT,
    }
}

/// The case that a path names; 404 for what is no reference.
pub fn reference(path: &str) -> Result<CaseRef, PageError> {
    path.parse().map_err(|_| PageError::Halt(Halt::NoSuchCase))
}

fn halt_advice(halt: &Halt) -> Text {
    match halt {
        Halt::NoSuchCase => text!("no-such-case-next", example = EXAMPLE),
        Halt::TooOften(_) | Halt::DeskLimit(_) => text!("too-often-next"),
        _ => text!("not-done-next"),
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.info().status
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::SignIn { next } => return to_sign_in("/desk/sign-in", next),
            Self::SignInAccount { next } => return to_sign_in("/account/sign-in", next),
            Self::SecondStep { next } => return to_sign_in("/account/sign-in/device", next),
            Self::DeskSecondStep { next } => return to_sign_in("/desk/sign-in/device", next),
            Self::DeskEnrol => return page::see_other("/desk/security"),
            Self::AtDeskAlready => return page::see_other("/desk"),
            Self::SignedInAlready => return page::see_other("/account"),
            Self::RecoveryOnly => return page::see_other("/account/security"),
            Self::StepUp { next } => {
                let side = if next.starts_with("/desk") { "/desk" } else { "/account" };
                return to_sign_in(&format!("{side}/step-up"), next);
            }
            _ => {}
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

/// Draws an error page; plain text if even that fails. Whoever is `at_desk` stays there, and a text that was `typed`
/// into a form of ours is not lost.
pub fn error_page(
    app: &App,
    caller: &Caller,
    info: &ErrorInfo,
    (at_desk, typed): (bool, Option<&str>),
) -> HttpResponse {
    let language = caller.language;
    let heading = info.heading.to(language);
    let text = info.at_desk.clone().filter(|_| caller.back.is_none()).unwrap_or_else(|| info.text.to(language));
    let context = json!({
        "status": info.status.as_u16(),
        "heading": heading,
        "text": text,
        "what_next": info.what_next.to(language),
        "useless_link": info.useless_link,
        "kept": typed.filter(|typed| info.gives_back && !typed.trim().is_empty()),
    });
    let head = page::Head::new(&heading);
    match page::draw(app, caller, if at_desk { "desk/error.html" } else { "error.html" }, head, context) {
        Ok(html) => page::html_in(language, info.status, html),
        Err(error) => {
            tracing::error!(%error, "the error page failed");
            HttpResponse::build(info.status).content_type("text/plain; charset=utf-8").body(text)
        }
    }
}
