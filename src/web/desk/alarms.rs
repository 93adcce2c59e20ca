use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use crate::store::AnyConnection;
use crate::store::alarms::{self, Listed};
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::page::{Flash, Head, moment, see_other, show as show_page};
use crate::workflow::Halt;

/// Rows of each of the page's lists.
const ROWS: i64 = 100;

fn row(listed: &Listed) -> Value {
    json!({
        "id": listed.alarm.id,
        "what": listed.alarm.kind.label(),
        "at": moment(listed.alarm.at),
        "reference": listed.reference,
        "account": listed.email.as_ref().map(|email| email.masked()),
        "seen": listed.seen.as_ref().map(|(at, by)| json!({ "at": moment(*at), "by": by })),
    })
}

async fn page(
    app: &App,
    agent: &SignedInAgent,
    status: StatusCode,
    flash: Option<Flash>,
) -> Result<HttpResponse, PageError> {
    let read = |connection: &mut AnyConnection| {
        Ok((alarms::list(connection, false, ROWS)?, alarms::list(connection, true, ROWS)?))
    };
    let (ringing, seen) = app.desk.store.read_snapshot(read).await?;
    let content = json!({
        "ringing": ringing.iter().map(row).collect::<Vec<_>>(),
        "seen": seen.iter().map(row).collect::<Vec<_>>(),
    });
    let mut head = Head::desk("Alarms", agent);
    head.flash = flash;
    show_page(app, &agent.caller, status, "desk/alarms.html", head, content)
}

/// What rings, and what somebody has seen.
pub async fn show(app: Data<App>, agent: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let flash = (after.done == "seen").then(|| Flash::Done("The alarm is marked as seen.".to_owned()));
    page(&app, &agent, StatusCode::OK, flash).await
}

/// **Seen**.
pub async fn see(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let done = match path.parse() {
        Ok(id) => app.desk.see_alarm(agent.act(&app), id).await?,
        Err(_) => Err(Halt::Gone),
    };
    match done {
        Ok(()) => Ok(see_other("/desk/alarms?done=seen")),
        Err(halt) => page(&app, &agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
    }
}
