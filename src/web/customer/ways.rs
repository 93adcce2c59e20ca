//! The ways forward on a case's page beside the telephone: the account's administrators, a saved recovery code, and
//! the device itself when only its clock is wrong.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::status::{LetIn, press};
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

/// What the page offers. It never says whether there is anyone to ask or any code to use.
pub(super) fn content(file: &CustomerFile) -> Value {
    json!({
        "administrators": file.ways.contains(&CheckKind::Administrator),
        "asked": file.administrators_asked,
        "recovery_code": file.ways.contains(&CheckKind::RecoveryCode),
        "resync": file.may_resynchronise,
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
        State::Rejected if declined => Some((text!("status-declined"), text!("status-declined-text"))),
        _ => None,
    }
}

/// **Ask my administrators**.
pub async fn ask_administrators(app: Data<App>, caller: Caller, path: Path<String>, request: HttpRequest) -> Answer {
    let ask = async |act, by: &LetIn| app.desk.ask_administrators(act, by.reference.clone()).await;
    press(&app, &caller, &path, &request, None, ask).await
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
    press(&app, &caller, &path, &request, None, give).await
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
    press(&app, &caller, &path, &request, None, give).await
}
