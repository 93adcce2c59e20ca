//! Forms that ask for a second factor: the second step of a sign-in, and step-up, on both sides.

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::{Ready, ready};
use serde_json::{Value, json};

use super::error::{PageError, status_of};
use super::guard::fields::Fields;
use super::words::text_of;
use crate::domain::authn::{Next, RecoveryCode, Stuck, TotpCode};
use crate::locale::{Language, Text, text};
use crate::workflow::{Asked, Halt, SecondFactor};

/// Which of the forms was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A code of the authenticator.
    Code,
    /// A saved recovery code.
    RecoveryCode,
    /// What a browser answers that was asked for a passkey.
    Passkey,
}

impl FromRequest for Form {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    /// Each form is sent to an address of its own below or beside its page, see [`Actions`].
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(match request.path().rsplit('/').next() {
            Some("recovery-code") => Self::RecoveryCode,
            Some("passkey") => Self::Passkey,
            _ => Self::Code,
        }))
    }
}

impl Form {
    /// What was typed into it.
    pub fn typed(self, fields: &Fields) -> Result<SecondFactor, Halt> {
        let factor = match self {
            Self::Code => TotpCode::typed(fields.get("code")).map(SecondFactor::Code),
            Self::RecoveryCode => RecoveryCode::typed(fields.get("recovery_code")).map(SecondFactor::RecoveryCode),
            Self::Passkey => {
                let answer = fields.get("answer").to_owned();
                fields.get("ceremony").parse().ok().map(|ceremony| SecondFactor::Passkey { ceremony, answer })
            }
        };
        factor.ok_or(Halt::UnreadableCode)
    }
}

/// Where a page's forms go.
pub struct Actions {
    /// The form for a code.
    pub code: &'static str,
    /// The form for a recovery code.
    pub recovery_code: &'static str,
    /// The form for a passkey.
    pub passkey: &'static str,
}

/// What the forms show. `wrong` is what was refused, beside the form that it came from.
pub fn content(
    actions: &Actions,
    next_page: &str,
    language: Language,
    asked: Asked,
    wrong: Option<(Form, &Halt)>,
) -> (StatusCode, Value) {
    let stuck = match asked.next {
        Next::Stuck(Stuck::NoDevice) => Some(text!("device-none-text")),
        Next::Stuck(Stuck::NoneHere) => Some(text!("device-none-here-text")),
        Next::SecondStep | Next::Complete => None,
    };
    let said = |text: Option<Text>| text.map_or(Value::Null, |text| text.to(language).into());
    let beside = |form: Form| wrong.filter(|(from, _)| *from == form).map(|(_, halt)| text_of(halt));
    let passkey_error = match wrong {
        // What was typed is of no use to whoever typed nothing.
        Some((Form::Passkey, Halt::NotVerified | Halt::UnreadableCode)) => Some(text!("passkey-failed")),
        _ => beside(Form::Passkey),
    };
    let passkey = asked.passkey.map(|asked| json!({ "options": asked.options, "ceremony": asked.ceremony }));
    let forms = json!({
        "wrong": wrong.is_some(),
        "codes": asked.codes,
        "passkey": passkey,
        "passkey_action": actions.passkey,
        "passkey_error": said(passkey_error),
        "next": next_page,
        "code_action": actions.code,
        "recovery_action": actions.recovery_code,
        "stuck": said(stuck),
        "code_error": said(beside(Form::Code)),
        "recovery_error": said(beside(Form::RecoveryCode)),
    });
    (wrong.map_or(StatusCode::OK, |(_, halt)| status_of(halt)), json!({ "forms": forms }))
}
