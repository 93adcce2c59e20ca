use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::json;

use super::acts::version;
use super::case::{Said, page};
use crate::web::App;
use crate::web::error::{PageError, reference};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, see_other, show};
use crate::workflow::{Attempted, Halt};

/// Which authenticator.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Which {
    authenticator: String,
}

/// The confirmation: it names the device and the account.
pub async fn confirm(
    app: Data<App>,
    agent: SignedInAgent,
    path: Path<String>,
    which: Query<Which>,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let file = app.desk.view_case(agent.act(&app), reference.clone()).await??;
    let wanted =
        |authenticator: &&crate::domain::account::Authenticator| authenticator.id.to_string() == which.authenticator;
    let (Some(authenticator), Some(account)) = (file.authenticators().iter().find(wanted), file.account()) else {
        return Err(Halt::Gone.into());
    };
    let content = json!({
        "reference": reference,
        "version": file.filed.case.version,
        "authenticator": {
            "id": authenticator.id,
            "kind_label": authenticator.kind.label(),
            "label": authenticator.label,
        },
        "account": { "name": account.name, "email_masked": account.email.masked() },
        "action": format!("/desk/cases/{reference}/deactivate"),
    });
    let head = Head::desk("Deactivate an authenticator", &agent);
    show(&app, &agent.caller, StatusCode::OK, "desk/deactivate.html", head, content)
}

/// **Deactivate**: 303 to the case when the directory did it; 409 with the reason where a rule or the directory refuses.
pub async fn deactivate(
    app: Data<App>,
    agent: SignedInAgent,
    path: Path<String>,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let attempted = match fields.get("authenticator").parse() {
        Ok(id) => app.desk.deactivate(agent.act(&app), reference.clone(), version(&fields), id).await?,
        Err(_) => Err(Halt::Gone),
    };
    match attempted {
        Ok(Attempted::Deactivated) => Ok(see_other(format!("/desk/cases/{reference}?done=deactivated"))),
        Ok(Attempted::UnderWay) => Ok(see_other(format!("/desk/cases/{reference}?done=under-way"))),
        Ok(Attempted::Failed(why)) => {
            let flash = Flash::Refused(format!("Nothing was deactivated: {why}."));
            let said = Said { status: Some(StatusCode::BAD_GATEWAY), flash: Some(flash), ..Said::default() };
            page(&app, &agent, &path, said).await
        }
        Err(Halt::NoSuchCase) => Err(Halt::NoSuchCase.into()),
        Err(halt) => page(&app, &agent, &path, Said::halted(&halt, &fields, &[])).await,
    }
}
