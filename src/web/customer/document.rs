//! **Upload document**, and what the case's page says about documents.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::link::{Private, private};
use super::status::{Said, page};
use crate::domain::evidence::CheckKind;
use crate::locale::{Language, Text, label, text};
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::access::customer_act;
use crate::web::guard::caller::Caller;
use crate::web::guard::upload::{BadUpload, Upload};
use crate::web::page::{moment_in, see_other};
use crate::web::words::text_of;
use crate::web::{App, cookies};
use crate::workflow::{CustomerFile, OnFile};

/// A document of the customer's; one that is not taken leads back to the page, which says why.
pub async fn upload(
    app: Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    upload: Upload,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let Some(cookie) = cookies::customer(&request, &app, reference.as_str()) else {
        return private(&app, &caller, &reference, Private::Ended(None));
    };
    if app.desk.customer_session(reference.clone(), &cookie).await?.is_none() {
        return private(&app, &caller, &reference, Private::Ended(None));
    }
    let (status, why) = match upload.file {
        Err(bad) => told(&app, bad),
        Ok(file) => match app.desk.upload_document(customer_act(&app, &caller), reference.clone(), file).await? {
            Ok(()) => return Ok(see_other(format!("/cases/{reference}#documents-title"))),
            Err(halt) => (status_of(&halt), text_of(&halt)),
        },
    };
    page(&app, &caller, &reference, Some(cookie), |_| Said::of_document(status, why)).await
}

fn told(app: &App, bad: BadUpload) -> (StatusCode, Text) {
    match bad {
        BadUpload::Missing => (StatusCode::UNPROCESSABLE_ENTITY, text!("documents-missing")),
        BadUpload::TooLarge => {
            let most = app.desk.kit.documents.largest_mib;
            (StatusCode::PAYLOAD_TOO_LARGE, text!("documents-too-large", size = most))
        }
        BadUpload::TooSlow => (StatusCode::REQUEST_TIMEOUT, text!("documents-too-slow")),
        BadUpload::Unreadable => (StatusCode::BAD_REQUEST, text!("documents-unreadable")),
    }
}

/// What the page shows about documents; nothing where none came and none is of use.
pub(super) fn section(app: &App, language: Language, file: &CustomerFile, error: Option<&Text>) -> Value {
    let limits = &app.desk.kit.documents;
    let left = usize::try_from(limits.per_case).unwrap_or(usize::MAX).saturating_sub(file.documents.len());
    let of_use = file.ways.contains(&CheckKind::Document);
    if !of_use && file.documents.is_empty() && error.is_none() {
        return Value::Null;
    }
    let list: Vec<Value> = file
        .documents
        .iter()
        .map(|on_file| {
            json!({
                "kind": label(language, on_file.document.kind),
                "size": size(on_file.document.size),
                "at": moment_in(language, on_file.document.uploaded_at),
                "state": state(on_file).to(language),
                "waiting": on_file.is_waiting(),
            })
        })
        .collect();
    json!({
        "list": list,
        "may_upload": of_use && left > 0,
        "left": left,
        "largest": limits.largest_mib,
        "days": limits.erase_after_days,
        "error": error.map(|error| error.to(language)),
    })
}

fn state(on_file: &OnFile) -> Text {
    if on_file.document.erased_at.is_some() {
        text!("documents-erased")
    } else if on_file.examined {
        text!("documents-examined")
    } else {
        text!("documents-received")
    }
}

/// A size in the largest unit that leaves something before the point.
pub(in crate::web) fn size(bytes: i64) -> String {
    const KIB: i64 = 1024;
    const MIB: i64 = KIB * KIB;
    if bytes >= MIB {
        format!("{}.{} MB", bytes / MIB, bytes % MIB * 10 / MIB)
    } else {
        format!("{} kB", (bytes + KIB - 1) / KIB)
    }
}
