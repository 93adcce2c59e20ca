use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use crate::domain::queue::Look;
use crate::store::agents::Agent;
use crate::store::saved_views::{self, SavedView};
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, see_other, show as show_page};
use crate::workflow::{Halt, may_remove_view};

fn shown(view: &SavedView, me: &Agent) -> Value {
    json!({
        "id": view.id,
        "name": view.name,
        "url": format!("/desk?{}", view.look.address()),
        "shared": view.shared,
        "may_remove": may_remove_view(view, me.id, me.role),
    })
}

async fn page(
    app: &App,
    agent: &SignedInAgent,
    status: StatusCode,
    flash: Option<Flash>,
) -> Result<HttpResponse, PageError> {
    let me = &agent.session.agent;
    let id = me.id;
    let views = app.desk.store.read(move |connection| saved_views::of_agent(connection, id)).await?;
    let content = json!({ "views": views.iter().map(|view| shown(view, me)).collect::<Vec<_>>() });
    let mut head = Head::desk("Saved views", agent);
    head.flash = flash;
    show_page(app, &agent.caller, status, "desk/views.html", head, content)
}

/// The views that somebody has.
pub async fn list(app: Data<App>, agent: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let flash = match after.done.as_str() {
        "saved" => Some(Flash::Done("The view is saved. It stands beside the others.".to_owned())),
        "removed" => Some(Flash::Done("The view is removed.".to_owned())),
        _ => None,
    };
    page(&app, &agent, StatusCode::OK, flash).await
}

/// Saves what the queue shows.
pub async fn save(app: Data<App>, agent: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let look = Look::from_address(fields.get("asked"));
    let shared = fields.get("shared") == "yes";
    match app.desk.save_view(agent.act(&app), fields.get("name"), look, shared).await? {
        Ok(_) => Ok(see_other("/desk/views?done=saved")),
        Err(halt) => page(&app, &agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
    }
}

/// Removes a view.
pub async fn remove(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let done = match path.parse() {
        Ok(id) => app.desk.remove_view(agent.act(&app), id).await?,
        Err(_) => Err(Halt::Gone),
    };
    match done {
        Ok(()) => Ok(see_other("/desk/views?done=removed")),
        Err(halt) => page(&app, &agent, status_of(&halt), Some(Flash::Refused(halt.to_string()))).await,
    }
}
