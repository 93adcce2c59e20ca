use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::{Value, json};

use super::verify::counted;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::page::{Head, moment, moment_if, show as show_page};
use crate::workflow::Forwarding;

/// How far the log was forwarded to each receiver, and what stands in the way.
pub async fn show(app: Data<App>, agent: SignedInAgent) -> Result<HttpResponse, PageError> {
    let rows: Vec<Value> = app.desk.forwarding().await?.iter().map(row).collect();
    let head = Head::desk("Forwarding", &agent);
    show_page(&app, &agent.caller, StatusCode::OK, "desk/forwarding.html", head, json!({ "rows": rows }))
}

fn row(line: &Forwarding) -> Value {
    let standing = line.standing.as_ref();
    let trouble = standing.and_then(|standing| Some((standing, standing.trouble.as_ref()?)));
    json!({
        "name": line.to.name,
        "kind": line.to.kind(),
        "format": line.to.format.label(),
        "seq": counted(standing.map_or(0, |standing| standing.seq)),
        "taken_at": moment_if(standing.and_then(|standing| standing.taken_at)),
        "waits": line.behind,
        "behind": counted(line.behind),
        "oldest": line.oldest.as_ref().map(|at| json!({ "iso": at, "text": at.replace('T', " ").replace('Z', "") })),
        "trouble": trouble.map(|(standing, (since, why))| json!({
            "since": moment(*since), "why": why, "failures": standing.failures, "next_at": moment(standing.next_at),
        })),
    })
}
