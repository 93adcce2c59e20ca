//! **Privacy**: what is held about one person, to be handed to them or erased.

use std::io::{Cursor, Write};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::After;
use crate::domain::directory::Home;
use crate::domain::privacy::HoldReason;
use crate::store::StoreError;
use crate::store::legal_holds::Kept;
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, see_other, show as show_page};
use crate::workflow::{Halt, HandedOut, HeldAbout, Whom};

/// Erasures that the page lists.
const ROWS: i64 = 50;

/// Beside which field it stands what is wrong.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Beside {
    #[default]
    Whom,
    Tick,
    Reason,
}

/// What the page says beside what it is asked.
#[derive(Default)]
struct Said {
    halt: Option<Halt>,
    beside: Beside,
    flash: Option<Flash>,
    typed: String,
    reason: String,
    held: Option<HeldAbout>,
}

fn held(held: &HeldAbout) -> Value {
    let reference = |kept: Kept| match kept {
        Kept::Account(_) => None,
        Kept::Case(case) => {
            held.cases.iter().map(|(filed, _)| &filed.case).find(|filed| filed.id == case).map(|case| &case.reference)
        }
    };
    json!({
        "account": held.person.account.as_ref().map(|account| json!({
            "id": account.id,
            "email_masked": account.email.masked(),
            "kind_label": account.kind.label(),
            "directory": account.home.name(),
        })),
        "erased": held.erased.map(|by| by.to_string()),
        "cases": held.cases.iter().map(|(filed, emptied)| json!({
            "reference": filed.case.reference,
            "state": { "code": filed.case.state.code(), "label": filed.case.state.label() },
            "since": moment(filed.case.state_since),
            "erased": emptied.map(|by| by.to_string()),
        })).collect::<Vec<_>>(),
        "of_others": held.of_others,
        "contacts": held.contacts.iter().map(Home::name).collect::<Vec<_>>(),
        "holds": held.holds.iter().map(|hold| json!({
            "id": hold.id,
            "case": reference(hold.kept),
            "reason": hold.reason,
            "by": hold.placed_by,
            "at": moment(hold.placed_at),
        })).collect::<Vec<_>>(),
        "obstacles": held.obstacles.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "is_left": held.is_left(),
    })
}

async fn page(app: &App, me: &SignedInAgent, said: Said) -> Result<HttpResponse, PageError> {
    let erasures = app.desk.erasures_asked_for(ROWS).await?;
    let status = said.halt.as_ref().map_or(StatusCode::OK, status_of);
    let wrong = |beside| said.halt.as_ref().filter(|_| said.beside == beside).map(ToString::to_string);
    let content = json!({
        "typed": said.typed,
        "reason": said.reason,
        "has_error": said.halt.is_some(),
        "error": wrong(Beside::Whom),
        "tick_error": wrong(Beside::Tick),
        "reason_error": wrong(Beside::Reason),
        "held": said.held.as_ref().map(held),
        "erasures": erasures.iter().map(|(by, account, cases)| json!({
            "number": by.number, "at": moment(by.at), "account": account, "cases": cases,
        })).collect::<Vec<_>>(),
    });
    let mut head = Head::desk("Privacy", me);
    head.flash = said.flash;
    show_page(app, &me.caller, status, "desk/privacy.html", head, content)
}

/// Whose data is asked for, and what was erased before.
pub async fn ask(app: Data<App>, me: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let text = match after.done.as_str() {
        "hold" => Some("On legal hold: nothing of it is erased until somebody lifts the hold."),
        "lift" => Some("The hold is lifted."),
        "erased" => Some("Erased. The list below has its number."),
        _ => None,
    };
    page(&app, &me, Said { flash: text.map(|text| Flash::Done(text.to_owned())), ..Said::default() }).await
}

async fn again(app: &App, me: &SignedInAgent, fields: &Fields, halt: Halt) -> Result<HttpResponse, PageError> {
    page(app, me, Said { halt: Some(halt), typed: fields.get("whom").to_owned(), ..Said::default() }).await
}

/// The page again with the person that was looked up and all that was typed, and with what is wrong beside its field.
async fn still(
    app: &App,
    me: &SignedInAgent,
    fields: &Fields,
    (beside, halt): (Beside, Halt),
) -> Result<HttpResponse, PageError> {
    let Ok(whom) = fields.get("whom").parse::<Whom>() else { return again(app, me, fields, halt).await };
    let Ok(held) = app.desk.held_about(me.act(app), whom).await? else { return again(app, me, fields, halt).await };
    let said = Said {
        halt: Some(halt),
        beside,
        typed: fields.get("whom").to_owned(),
        reason: fields.get("reason").to_owned(),
        held: Some(held),
        flash: None,
    };
    page(app, me, said).await
}

/// **Look**: what is held. The address is posted, so that it stands in no log of addresses.
pub async fn show(app: Data<App>, me: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let whom: Whom = match fields.get("whom").parse() {
        Ok(whom) => whom,
        Err(halt) => return again(&app, &me, &fields, halt).await,
    };
    match app.desk.held_about(me.act(&app), whom.clone()).await? {
        Ok(found) => page(&app, &me, Said { held: Some(found), typed: whom.to_string(), ..Said::default() }).await,
        Err(halt) => again(&app, &me, &fields, halt).await,
    }
}

fn zipped(all: &HandedOut) -> Result<Vec<u8>, PageError> {
    let failed = |error: String| PageError::Store(StoreError::Unavailable(error));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let files = all.files.iter().map(|(name, content)| (name.as_str(), content.as_slice()));
    for (name, content) in std::iter::once(("person.json", all.json.as_bytes())).chain(files) {
        zip.start_file(name, plain).map_err(|error| failed(error.to_string()))?;
        zip.write_all(content).map_err(|error| failed(error.to_string()))?;
    }
    Ok(zip.finish().map_err(|error| failed(error.to_string()))?.into_inner())
}

/// **Export**: everything held, as one file.
pub async fn export(app: Data<App>, me: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let whom: Whom = match fields.get("whom").parse() {
        Ok(whom) => whom,
        Err(halt) => return again(&app, &me, &fields, halt).await,
    };
    let all = match app.desk.hand_out(me.act(&app), whom).await? {
        Ok(all) => all,
        Err(halt) => return again(&app, &me, &fields, halt).await,
    };
    let name = format!("attachment; filename=\"person-{}.zip\"", app.now().format("%Y%m%dT%H%M%SZ"));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(zipped(&all)?))
}

/// **Erase**: with a tick that says that it is certain who asked.
pub async fn erase(app: Data<App>, me: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    if fields.get("sure") != "yes" {
        let missing = Halt::BadText("Tick that it is certain who asked. Nothing was erased.".to_owned());
        return still(&app, &me, &fields, (Beside::Tick, missing)).await;
    }
    let done = match fields.get("whom").parse::<Whom>() {
        Ok(whom) => app.desk.erase_person(me.act(&app), whom).await?,
        Err(halt) => Err(halt),
    };
    match done {
        Ok(_) => Ok(see_other("/desk/privacy?done=erased")),
        Err(halt) => still(&app, &me, &fields, (Beside::Whom, halt)).await,
    }
}

/// **Place a hold**.
pub async fn hold(app: Data<App>, me: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let reason = match fields.get("reason").parse::<HoldReason>() {
        Ok(reason) => reason,
        Err(wrong) => return still(&app, &me, &fields, (Beside::Reason, Halt::Wrong(wrong))).await,
    };
    let done = match fields.get("whom").parse::<Whom>() {
        Ok(whom) => app.desk.place_hold(me.act(&app), whom, reason).await?,
        Err(halt) => Err(halt),
    };
    match done {
        Ok(()) => Ok(see_other("/desk/privacy?done=hold")),
        Err(halt) => still(&app, &me, &fields, (Beside::Whom, halt)).await,
    }
}

/// **Lift** a hold.
pub async fn lift(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = path.parse().map_err(|_| PageError::Halt(Halt::Gone))?;
    app.desk.lift_hold(me.act(&app), id).await??;
    Ok(see_other("/desk/privacy?done=lift"))
}
