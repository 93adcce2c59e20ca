//! Where one is signed in to the desk.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use crate::store::account_sessions::SessionLine;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::page::{Flash, Head, moment, see_other, show as show_page};
use crate::web::{App, cookies};
use crate::workflow::Halt;

fn line(line: &SessionLine, own: &str) -> Value {
    json!({
        "id": line.id,
        "device": line.origin.device,
        "ip": line.origin.ip,
        "since": moment(line.created_at),
        "last": moment(line.last_seen_at),
        "own": line.id == own,
    })
}

/// The list.
pub async fn show(app: Data<App>, me: SignedInAgent, said: Query<After>) -> Result<HttpResponse, PageError> {
    let own = me.session.id.to_string();
    let sessions = app.desk.agent_sessions(me.session.agent.id).await?;
    let sessions: Vec<Value> = sessions.iter().map(|each| line(each, &own)).collect();
    let mut head = Head::desk("Where you are signed in", &me);
    head.flash = (said.done == "ended").then(|| Flash::Done("That sign-in has ended.".to_owned()));
    show_page(&app, &me.caller, StatusCode::OK, "desk/sessions.html", head, json!({ "sessions": sessions }))
}

/// Ends one of one's own sign-ins.
pub async fn end(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let session = path.parse().map_err(|_| PageError::Halt(Halt::Gone))?;
    app.desk.end_agent_session(me.act(&app), me.session.agent.id, session).await??;
    Ok(see_other("/desk/sessions?done=ended"))
}

/// Ends all of them, this one too.
pub async fn end_all(app: Data<App>, me: SignedInAgent) -> Result<HttpResponse, PageError> {
    app.desk.sign_agent_out_everywhere(me.act(&app), me.session.agent.id).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, cookies::clear_agent(&app)))
        .insert_header((LOCATION, "/desk/sign-in"))
        .finish())
}
