use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use crate::domain::form::free_text;
use crate::store::blocks::{self, Block, Listed};
use crate::store::{AnyConnection, agents};
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, moment_if, see_other, show as show_page};
use crate::workflow::Halt;

/// Rows of each of the page's lists.
const ROWS: i64 = 100;

/// A reason that was not taken.
struct Refused {
    block: String,
    typed: String,
    halt: Halt,
}

/// A block as pages show it.
pub(super) fn standing(block: &Block) -> Value {
    json!({
        "id": block.id,
        "label": block.limit.label(),
        "about": block.about,
        "at": moment(block.at),
        "until": moment_if(block.until),
    })
}

/// The limits that are reached at this moment, and those that were lately.
pub async fn show(app: Data<App>, agent: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let flash = (after.done == "lift").then(|| Flash::Done("The block is lifted.".to_owned()));
    page(&app, &agent, StatusCode::OK, flash, None).await
}

async fn page(
    app: &App,
    agent: &SignedInAgent,
    status: StatusCode,
    flash: Option<Flash>,
    refused: Option<Refused>,
) -> Result<HttpResponse, PageError> {
    let now = app.now();
    let read = move |connection: &mut AnyConnection| {
        let names: BTreeMap<String, String> =
            agents::all(connection)?.into_iter().map(|agent| (agent.id.to_string(), agent.name)).collect();
        Ok((blocks::list(connection, true, now, ROWS)?, blocks::list(connection, false, now, ROWS)?, names))
    };
    let (stand, over, names) = app.desk.store.read_snapshot(read).await?;
    let row = |listed: &Listed| {
        let mut row = standing(&listed.block);
        let refused = refused.as_ref().filter(|refused| refused.block == listed.block.id.to_string());
        if let Value::Object(fields) = &mut row {
            let who = names.get(&listed.block.subject);
            fields.insert("who".to_owned(), json!(who));
            fields.insert("reference".to_owned(), json!(listed.reference));
            fields.insert("typed".to_owned(), json!(refused.map(|refused| &refused.typed)));
            fields.insert("error".to_owned(), json!(refused.map(|refused| refused.halt.to_string())));
            let lifted = listed.lifted.as_ref();
            fields.insert(
                "lifted".to_owned(),
                json!(lifted.map(|(at, by, reason)| json!({ "at": moment(*at), "by": by, "reason": reason }))),
            );
        }
        row
    };
    let content = json!({
        "standing": stand.iter().map(row).collect::<Vec<_>>(),
        "over": over.iter().map(row).collect::<Vec<_>>(),
        "may_lift": agent.session.agent.role.supervises(),
        "wrong": refused.is_some(),
    });
    let mut head = Head::desk("Blocks", agent);
    head.flash = flash;
    show_page(app, &agent.caller, status, "desk/blocks.html", head, content)
}

/// **Lift**: with a reason, which is kept.
pub async fn lift(
    app: Data<App>,
    agent: SignedInAgent,
    path: Path<String>,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let done = match (free_text(fields.get("reason")), path.parse()) {
        (Ok(reason), Ok(id)) => app.desk.lift_block(agent.act(&app), id, reason).await?,
        (Err(wrong), _) => Err(Halt::Wrong(wrong)),
        (_, Err(_)) => Err(Halt::Gone),
    };
    let Err(halt) = done else { return Ok(see_other("/desk/blocks?done=lift")) };
    let flash = (!matches!(halt, Halt::Wrong(_))).then(|| Flash::Refused(halt.to_string()));
    let (status, typed) = (status_of(&halt), fields.get("reason").to_owned());
    page(&app, &agent, status, flash, Some(Refused { block: path.into_inner(), typed, halt })).await
}
