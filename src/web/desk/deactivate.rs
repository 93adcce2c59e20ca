use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::acts::{Answer, back, version};
use super::case::{Said, UNFINISHED, page};
use super::{devices, directory};
use crate::web::App;
use crate::web::error::{PageError, reference};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::{Fields, decode};
use crate::web::page::{Head, see_other, show};
use crate::workflow::{Attempted, Halt};

/// The confirmation: it names every device and the account.
pub async fn confirm(
    app: Data<App>,
    agent: SignedInAgent,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let chosen = decode(None, &Bytes::copy_from_slice(request.query_string().as_bytes()))?;
    let Some(set) = chosen.authenticators() else { return none_chosen(&app, &agent, &path).await };
    let file = app.desk.view_case(agent.act(&app), reference.clone()).await??;
    let (Some(chosen), Some(account)) = (devices::named(&file, &set), file.account()) else {
        return Err(Halt::Gone.into());
    };
    let content = json!({
        "reference": reference,
        "version": file.filed.case.version,
        "devices": chosen,
        "account": {
            "name": account.name,
            "email_masked": account.email.masked(),
            "directory": directory::panel(&app, &file, account),
        },
        "action": format!("/desk/cases/{reference}/deactivate"),
    });
    let head = Head::desk("Deactivate authenticators", &agent);
    show(&app, &agent.caller, StatusCode::OK, "desk/deactivate.html", head, content)
}

async fn none_chosen(app: &App, agent: &SignedInAgent, path: &str) -> Result<HttpResponse, PageError> {
    let errors = [("authenticator".to_owned(), devices::NONE_CHOSEN.into())].into_iter().collect();
    page(app, agent, path, Said { status: Some(StatusCode::UNPROCESSABLE_ENTITY), errors, ..Said::default() }).await
}

/// **Deactivate**: 303 to the case, which shows what the directory did and what it did not; 409 with the reason where a
/// rule refuses.
pub async fn deactivate(
    app: Data<App>,
    agent: SignedInAgent,
    path: Path<String>,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let Some(set) = fields.authenticators() else { return none_chosen(&app, &agent, &path).await };
    let done = if set.iter().count() == 1 { "deactivated" } else { "all-deactivated" };
    let to = |done: &str| Ok(see_other(format!("/desk/cases/{reference}?done={done}")));
    match app.desk.deactivate(agent.act(&app), reference.clone(), version(&fields), set).await? {
        Ok(Attempted::Deactivated) => to(done),
        Ok(Attempted::UnderWay) => to("under-way"),
        Ok(Attempted::Partly { .. } | Attempted::Failed(_)) => to(UNFINISHED),
        Err(Halt::NoSuchCase) => Err(Halt::NoSuchCase.into()),
        Err(halt) => page(&app, &agent, &path, Said::halted(&halt, &fields, &[])).await,
    }
}

/// **The rest stays**: the case ends with what was deactivated.
pub async fn leave_rest(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = app.desk.leave_rest(agent.act(&app), reference(&path)?, version(&fields)).await?;
    back(&app, &agent, &path, (&fields, &[]), done.map(|()| "leave-rest")).await
}
