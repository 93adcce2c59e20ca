//! What went wrong, as programs read it (RFC 9457).

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::domain::ids::EntryId;
use crate::store::StoreError;
use crate::web::error::{PageError, status_of};
use crate::workflow::Halt;

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Defines the kinds: each with the end of its `type`, its status and its title.
macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// Each kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[$meta])* $variant,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The end of its `type`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The kind in words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// The status that it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }
        }
    };
}

kinds! {
    /// The request cannot be read.
    Malformed = "malformed", BAD_REQUEST, "The request cannot be read";
    /// There is no token, or it is good for nothing.
    Unauthorized = "unauthorized", UNAUTHORIZED, "A valid token is needed";
    /// The token sleeps.
    Dormant = "dormant", UNAUTHORIZED, "The token sleeps until its person signs in to the desk";
    /// The token is not for this.
    InsufficientScope = "insufficient-scope", FORBIDDEN, "The token's scopes do not allow this";
    /// The person is not for this.
    Forbidden = "forbidden", FORBIDDEN, "The role of the token's person does not allow this";
    /// A code of the person's authenticator is needed.
    CodeRequired = "mfa-code-required", FORBIDDEN, "The act needs a code of the person's authenticator";
    /// The code does not hold.
    CodeRefused = "mfa-code-refused", FORBIDDEN, "The code could not be verified";
    /// The person has no authenticator that shows codes.
    CodeUnavailable = "mfa-code-unavailable", FORBIDDEN, "The person has no authenticator that shows codes";
    /// There is nothing there.
    NotFound = "not-found", NOT_FOUND, "There is nothing there";
    /// Not by this method.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "This method is not offered here";
    /// Not in the form that is asked for.
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "The answer cannot be given in this form";
    /// The body took too long.
    TooSlow = "too-slow", REQUEST_TIMEOUT, "The request took too long to arrive";
    /// A rule or the state of things forbids it.
    Refused = "refused", CONFLICT, "A rule refuses this";
    /// The same request is being answered.
    UnderWay = "under-way", CONFLICT, "The same request is being answered";
    /// The same request was begun, and nobody knows whether it was carried out.
    OutcomeUnknown = "outcome-unknown", CONFLICT, "What came of the same request is not known";
    /// It is about an older version.
    Stale = "stale", PRECONDITION_FAILED, "This was changed in the meantime";
    /// The body is too large.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is not JSON.
    NotJson = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body has to be JSON";
    /// What is asked for is readable, and wrong.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "Something in the request is not valid";
    /// The key belongs to another request.
    KeyReused = "key-reused", UNPROCESSABLE_ENTITY, "The idempotency key belongs to another request";
    /// The version that is acted on is not named.
    VersionRequired = "version-required", PRECONDITION_REQUIRED, "The version that is acted on has to be named";
    /// Too often.
    TooMany = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests";
    /// Another system failed.
    Upstream = "upstream-failed", BAD_GATEWAY, "Another system did not do its part";
    /// Try again later.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "This is not possible at the moment";
    /// A fault of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something is broken here";
}

impl Kind {
    /// The kind that a status stands for where nothing more is known.
    fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            404 | 410 => Self::NotFound,
            403 => Self::Forbidden,
            409 => Self::Refused,
            413 => Self::TooLarge,
            415 => Self::NotJson,
            422 => Self::Invalid,
            429 => Self::TooMany,
            502 => Self::Upstream,
            503 => Self::Unavailable,
            500.. => Self::Internal,
            _ => Self::Malformed,
        }
    }
}

/// A part of the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Part {
    /// Where in the body (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

/// What goes over the wire; kinds add members of their own.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Wire {
    /// A stable name of the kind of problem, and where it is explained.
    pub r#type: String,
    /// The kind in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What is the matter this time.
    pub detail: String,
    /// Which parts of the request are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Part>,
    #[serde(flatten)]
    #[schema(ignore)]
    more: Map<String, Value>,
}

/// A problem.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// Which kind.
    pub kind: Kind,
    detail: String,
    errors: Vec<Part>,
    more: Map<String, Value>,
    headers: Vec<(header::HeaderName, String)>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), more: Map::new(), headers: Vec::new() }
    }

    /// A member of the body is wrong.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let part = Part { pointer: Some(pointer.into()), parameter: None, detail: detail.clone() };
        Self { errors: vec![part], ..Self::new(Kind::Invalid, detail) }
    }

    /// Members of the body are wrong.
    pub fn fields(wrong: impl IntoIterator<Item = (String, String)>) -> Self {
        let part = |(pointer, detail)| Part { pointer: Some(pointer), parameter: None, detail };
        let errors = wrong.into_iter().map(part).collect();
        Self { errors, ..Self::new(Kind::Invalid, "Some members of the body are not valid.") }
    }

    /// A parameter or a header is wrong.
    pub fn parameter(kind: Kind, name: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let part = Part { pointer: None, parameter: Some(name.into()), detail: detail.clone() };
        Self { errors: vec![part], ..Self::new(kind, detail) }
    }

    /// With another member.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// With a header.
    pub fn header(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A status that something answered with which knows nothing of problems.
    pub fn of_status(status: StatusCode) -> Self {
        let kind = Kind::of(status);
        Self::new(kind, kind.title())
    }
}

impl Problem {
    /// What goes over the wire.
    pub fn wire(&self) -> Wire {
        Wire {
            r#type: format!("{}/docs#problem-{}", super::BASE, self.kind.code()),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            more: self.more.clone(),
        }
    }
}

impl From<Halt> for Problem {
    fn from(halt: Halt) -> Self {
        let words = halt.to_string();
        match &halt {
            Halt::Stale { by } => {
                Self::new(Kind::Stale, "The case was changed since that version.").with("changed_by", by.as_str())
            }
            Halt::ChangeMoved => Self::new(Kind::Stale, words),
            Halt::Overtaken { by, unread } => {
                let told = |(id, at): &(EntryId, DateTime<Utc>)| json!({ "id": id.to_string(), "at": at });
                let unread: Vec<Value> = unread.iter().map(told).collect();
                let words = format!("{by} wrote in the meantime. Read it, and name the newest message in `seen`.");
                Self::new(Kind::Stale, words).with("unread", unread)
            }
            Halt::Unversioned => Self::new(Kind::VersionRequired, words),
            Halt::Refused(refused) => Self::new(Kind::Refused, words).with("rule", refused.code()),
            Halt::PhoneChange(refused) => Self::new(Kind::Refused, words).with("rule", refused.code()),
            Halt::WrongCode(left) => Self::new(Kind::Refused, words).with("tries_left", *left),
            Halt::NotVerified | Halt::WrongPassword | Halt::UnreadableCode => Self::new(Kind::CodeRefused, words),
            _ => Self::new(Kind::of(status_of(&halt)), words),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Contended | StoreError::Unavailable(_) => {
                let problem = Self::new(Kind::Unavailable, "The database is not available at the moment. Try again.");
                problem.header(header::RETRY_AFTER, "5")
            }
            StoreError::Doubtful => {
                let words = "It is not known whether this was stored. Look, or send it again with the same key.";
                Self::new(Kind::Unavailable, words).header(header::RETRY_AFTER, "5")
            }
            StoreError::Conflict => Self::new(Kind::Refused, "This was changed at the same moment. Try again."),
            _ => {
                tracing::error!(%error, "the database failed");
                Self::new(Kind::Internal, "The request could not be carried out. It is in the log under its number.")
            }
        }
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Halt(halt) => halt.into(),
            PageError::Store(error) => error.into(),
            PageError::MethodNotAllowed(allowed) => {
                let problem = Self::new(Kind::MethodNotAllowed, format!("What is offered here: {allowed}."));
                problem.header(header::ALLOW, allowed)
            }
            PageError::NotFound => Self::new(Kind::NotFound, "There is nothing at this address."),
            PageError::TooLarge => Self::new(Kind::TooLarge, "The body is larger than is taken."),
            PageError::TooSlow => Self::new(Kind::TooSlow, "The body did not arrive in time."),
            other => Self::of_status(other.status_code()),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.kind.status());
        response.content_type(MEDIA_TYPE);
        for (name, value) in &self.headers {
            response.append_header((name.clone(), value.as_str()));
        }
        response.body(json!(self.wire()).to_string())
    }
}
