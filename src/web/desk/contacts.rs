use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use crate::domain::contact_record::{ContactChange, Values};
use crate::store::{AnyConnection, contact_changes};
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::page::{Flash, Head, moment, moment_if, see_other, show as show_page};
use crate::workflow::Halt;

/// Rows of each of the page's lists.
const ROWS: i64 = 200;

/// What a change wants, with addresses masked.
pub(in crate::web) fn wanted(values: &Values) -> Vec<String> {
    let administrators = values.administrators.iter().map(|login| format!("administrator {login}"));
    [
        values.email.as_ref().map(|email| format!("e-mail {}", email.masked())),
        values.phone.as_ref().map(|phone| format!("phone {}", phone.masked())),
        values.name.as_ref().map(|name| format!("name {name}")),
        values.kind.map(|kind| format!("kind {}", kind.code())),
        values.tier.map(|tier| format!("tier {}", tier.code())),
        values.country.as_ref().map(|country| format!("country {country}")),
    ]
    .into_iter()
    .flatten()
    .chain(administrators)
    .collect()
}

fn row(change: &ContactChange) -> Value {
    json!({
        "id": change.id,
        "login": change.login,
        "directory": change.directory,
        "wanted": wanted(&change.values),
        "requested": moment(change.requested_at),
        "told": change.hold.as_ref().and(change.old_email.as_ref()).map(|email| email.masked()),
        "until": moment_if(change.hold.as_ref().map(|hold| hold.effective_at)),
        "state": change.state.label(),
        "ended": moment_if(change.ended_at),
        "by": change.ended_by,
        "objected": moment_if(change.objected_at),
    })
}

async fn page(
    app: &App,
    agent: &SignedInAgent,
    status: StatusCode,
    flash: Option<Flash>,
) -> Result<HttpResponse, PageError> {
    let read = |connection: &mut AnyConnection| {
        Ok((contact_changes::list(connection, true, ROWS)?, contact_changes::list(connection, false, ROWS)?))
    };
    let (held, over) = app.desk.store.read_snapshot(read).await?;
    let content = json!({
        "held": held.iter().map(row).collect::<Vec<_>>(),
        "over": over.iter().map(row).collect::<Vec<_>>(),
        "may_stop": agent.session.agent.role.supervises(),
    });
    let mut head = Head::desk("Contacts", agent);
    head.flash = flash;
    show_page(app, &agent.caller, status, "desk/contacts.html", head, content)
}

/// Changes of contacts that are held, and those that are over.
pub async fn show(app: Data<App>, agent: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let flash = (after.done == "stopped").then(|| Flash::Done("The change is stopped.".to_owned()));
    page(&app, &agent, StatusCode::OK, flash).await
}

/// **Stop**.
pub async fn stop(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let done = match path.parse() {
        Ok(id) => app.desk.stop_contact_change(agent.act(&app), id).await?,
        Err(_) => Err(Halt::Gone),
    };
    match done {
        Ok(()) => Ok(see_other("/desk/contacts?done=stopped")),
        Err(halt) => page(&app, &agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
    }
}
