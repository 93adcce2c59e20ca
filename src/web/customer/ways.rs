//! The ways forward on a case's page beside the telephone: the account's administrators, a saved recovery code, and
//! the device itself when only its clock is wrong.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::status::{Beside, LetIn, press};
use crate::domain::authn::{RecoveryCode, TotpCode};
use crate::domain::case::{Conclusion, State};
use crate::domain::evidence::CheckKind;
use crate::locale::{Text, text};
use crate::store::cases::EntryKind;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::caller::Caller;
use crate::web::guard::fields::Fields;
use crate::workflow::{CustomerFile, Halt};

type Answer = Result<HttpResponse, PageError>;

/// A way whose form is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// **Use a saved recovery code**.
    RecoveryCode,
    /// **My device is out of sync**.
    Codes,
}

impl Way {
    /// Whether its form is on the page now.
    pub(super) fn is_offered(self, file: &CustomerFile) -> bool {
        match self {
            Self::RecoveryCode => file.ways.contains(&CheckKind::RecoveryCode),
            Self::Codes => file.may_resynchronise,
        }
    }
}

/// What was typed into its form and was of no use.
pub(super) struct WayRefused {
    pub(super) way: Way,
    pub(super) why: String,
    /// What is given back of it.
    pub(super) typed: [String; 2],
}

/// What the page offers. It never says whether there is anyone to ask or any code to use.
pub(super) fn content(file: &CustomerFile, refused: Option<&WayRefused>) -> Value {
    let of = |way| refused.filter(|refused| refused.way == way);
    let codes = of(Way::Codes);
    json!({
        "administrators": file.ways.contains(&CheckKind::Administrator),
        "asked": file.administrators_asked,
        "recovery_code": Way::RecoveryCode.is_offered(file),
        "recovery_code_error": of(Way::RecoveryCode).map(|refused| &refused.why),
        "resync": Way::Codes.is_offered(file),
        "resync_error": codes.map(|refused| &refused.why),
        "first_typed": codes.map(|refused| &refused.typed[0]),
        "second_typed": codes.map(|refused| &refused.typed[1]),
    })
}

/// How a case ended that ended in neither a deactivation nor a rejection by the desk.
pub(super) fn ending(file: &CustomerFile) -> Option<(Text, Text)> {
    let case = &file.filed.case;
    let declined = file.entries.iter().any(|entry| entry.kind == EntryKind::Administrator);
    match case.state {
        State::Closed if case.conclusion == Some(Conclusion::Resynchronised) => {
            Some((text!("status-resynchronised"), text!("status-resynchronised-text")))
        }
        State::Closed if case.conclusion == Some(Conclusion::PhoneChanged) => {
            Some((text!("status-phone-changed"), text!("status-phone-changed-text")))
        }
        State::Closed if case.conclusion == Some(Conclusion::Merged) => {
            Some((text!("status-merged"), text!("status-merged-text")))
        }
        State::Rejected if declined => Some((text!("status-declined"), text!("status-declined-text"))),
        _ => None,
    }
}

/// **Ask my administrators**.
pub async fn ask_administrators(app: Data<App>, caller: Caller, path: Path<String>, request: HttpRequest) -> Answer {
    let ask = async |act, by: &LetIn| app.desk.ask_administrators(act, by.reference.clone()).await;
    press(&app, &caller, &path, &request, Beside::Nothing, ask).await
}

/// **Use a saved recovery code**.
pub async fn recovery_code(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Answer {
    let typed = RecoveryCode::typed(fields.get("recovery_code"));
    let give = async |act, by: &LetIn| match typed {
        Some(code) => app.desk.use_recovery_code(act, by.reference.clone(), code).await,
        None => Ok(Err(Halt::UnreadableCode)),
    };
    press(&app, &caller, &path, &request, Beside::RecoveryCode, give).await
}

/// **My device is out of sync**: two codes in a row.
pub async fn resynchronise(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Answer {
    let typed = TotpCode::typed(fields.get("first_code")).zip(TotpCode::typed(fields.get("second_code")));
    let give = async |act, by: &LetIn| match typed {
        Some(codes) => app.desk.resynchronise(act, by.reference.clone(), codes).await,
        None => Ok(Err(Halt::UnreadableCode)),
    };
    press(&app, &caller, &path, &request, Beside::Codes(fields.get("first_code"), fields.get("second_code")), give)
        .await
}
