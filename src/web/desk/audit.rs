use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::verify::counted;
use crate::domain::audit::{Entry, Personal};
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_filter::{self, Filter};
use crate::domain::privacy::Cause;
use crate::store::audit;
use crate::web::App;
use crate::web::audit_file;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::next_page::encoded;
use crate::web::page::{Head, moment, show as show_page};
use crate::workflow::ExportAsked;

/// What the address of an audit page says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    from: String,
    to: String,
    case: String,
    actor: String,
    action: String,
    before: String,
    after: String,
    /// The last entry that an export looks at.
    end: String,
    /// Of which file a manifest is asked for.
    format: String,
}

const PAGE: usize = 100;

impl Asked {
    fn filter(&self) -> Result<Filter, BTreeMap<&'static str, String>> {
        audit_filter::parse(&self.from, &self.to, &self.case, &self.actor, &self.action)
    }

    fn url(&self, path: &str, more: &[(&str, String)]) -> String {
        let fields = [
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("case", self.case.clone()),
            ("actor", self.actor.clone()),
            ("action", self.action.clone()),
        ];
        let pairs: Vec<String> = fields
            .iter()
            .chain(more)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    fn manifest_url(&self, format: (&str, String), end: (&str, String)) -> String {
        self.url("/desk/audit.manifest", &[format, end])
    }
}

/// The log, newest first, filtered by its address.
pub async fn show(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let (filter, errors) = match asked.filter() {
        Ok(filter) => (Some(filter), BTreeMap::new()),
        Err(errors) => (None, errors),
    };
    let status = if filter.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (upward, place) = match (asked.after.parse::<i64>(), asked.before.parse::<i64>()) {
        (Ok(after), _) => (true, after),
        (_, Ok(before)) => (false, before),
        _ => (false, i64::MAX),
    };
    let (mut rows, head, orders) = app
        .desk
        .store
        .read_snapshot(move |connection| {
            let rows = match &filter {
                None => Vec::new(),
                Some(filter) if upward => audit::after(connection, filter, place, limit)?,
                Some(filter) => audit::before(connection, filter, place, limit)?,
            };
            let orders = rows.iter().flat_map(|row| row.erased.iter().flatten()).map(|erased| erased.by).collect();
            let orders = audit::erasure::orders(connection, &orders)?;
            Ok((rows, audit::head(connection)?, orders))
        })
        .await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    if upward {
        rows.reverse();
    }
    let newest = rows.first().map(|row| row.seq);
    let oldest = rows.last().map(|row| row.seq);
    let has_newer = if upward { more } else { place != i64::MAX && newest.is_some() };
    let has_older = if upward { oldest.is_some() } else { more };
    let (checkpoint, places) = app.desk.checkpoint_standing().await?;
    let places = places.iter().map(|place| {
        let behind = place.size < checkpoint.as_ref().map_or(0, |newest| newest.size);
        json!({ "name": place.name, "size": counted(place.size), "behind": behind, "error": place.error })
    });
    let content = json!({
        "checkpoint": checkpoint.as_ref().map(|newest| json!({ "size": counted(newest.size), "at": moment(newest.at) })),
        "places": places.collect::<Vec<_>>(),
        "filters": {
            "from": asked.from, "to": asked.to, "case": asked.case, "actor": asked.actor, "action": asked.action,
            "from_kind": kind_of(&asked.from), "to_kind": kind_of(&asked.to),
        },
        "errors": errors,
        "rows": rows.iter().map(|entry| row(entry, &orders)).collect::<Vec<_>>(),
        "newer_url": newest.filter(|_| has_newer).map(|seq| asked.url("/desk/audit", &[("after", seq.to_string())])),
        "older_url": oldest.filter(|_| has_older).map(|seq| asked.url("/desk/audit", &[("before", seq.to_string())])),
        "exports": exports(&asked, head.seq, app.desk.kit.audit_key.is_some()),
        "forwards": !app.desk.forwarders.is_empty(),
        "head": { "seq": head.seq, "hash": head.hash },
        "exported": exported(&asked, head.seq, if has_newer || has_older { None } else { Some(rows.len()) }),
    });
    show_page(&app, &agent.caller, status, "desk/audit.html", Head::desk("Audit", &agent), content)
}

/// The kind of field that shows a moment: one for days shows no other, and would ask for everything in its place.
fn kind_of(moment: &str) -> &'static str {
    let moment = moment.trim();
    let is_day = moment.is_empty() || NaiveDate::parse_from_str(moment, "%Y-%m-%d").is_ok();
    if is_day { "date" } else { "text" }
}

/// The newest signed checkpoint, to be kept elsewhere.
pub async fn checkpoint(app: Data<App>, _agent: SignedInAgent) -> Result<HttpResponse, PageError> {
    let (newest, _) = app.desk.checkpoint_standing().await?;
    let Some(newest) = newest else { return Err(PageError::NotFound) };
    let name = format!("attachment; filename=\"{:012}.checkpoint\"", newest.size);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(newest.note))
}

/// The files that there are, and the manifests that prove them: both up to the same entry, however the log grows.
fn exports(asked: &Asked, size: i64, signs: bool) -> Vec<Value> {
    let end = ("end", size.to_string());
    let file = |format: &ExportFormat| {
        let of = ("format", format.code().to_owned());
        json!({
            "label": format.label(),
            "url": asked.url(&format!("/desk/audit.{}", format.code()), std::slice::from_ref(&end)),
            "manifest_url": (signs && format.is_proven()).then(|| asked.manifest_url(of, end.clone())),
        })
    };
    ExportFormat::ALL.iter().map(file).collect()
}

/// What the file will have, as far as the page knows it. Nobody counts what filters leave of a long log.
fn exported(asked: &Asked, size: i64, shown: Option<usize>) -> String {
    /// What an entry takes in the file, roughly.
    const BYTES: i64 = 450;
    let all = asked.url("", &[]).is_empty();
    let entries = match shown.and_then(|shown| i64::try_from(shown).ok()) {
        _ if all => Some(size),
        shown => shown,
    };
    match entries {
        Some(1) => "1 entry".to_owned(),
        Some(entries) => format!("{} entries, about {}", counted(entries), size_of(entries * BYTES)),
        None => "every entry that fits, more than this page shows".to_owned(),
    }
}

fn size_of(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", (bytes / 1_000).max(1)),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

fn row(entry: &Entry, orders: &BTreeMap<i64, audit::erasure::Order>) -> Value {
    let erased = |field: Personal| {
        let by = entry.erased[field as usize].as_ref()?.by;
        Some(match orders.get(&by) {
            Some((Cause::Request, number)) => format!("erased by request {number}"),
            Some((Cause::Schedule, number)) => format!("erased by schedule (no. {number})"),
            None => format!("erased by entry {by}"),
        })
    };
    json!({
        "seq": entry.seq,
        "at": { "iso": entry.at, "text": entry.at.replace('T', " ").replace('Z', "") },
        "actor_kind": entry.actor_kind,
        "actor": entry.actor,
        "erased": {
            "actor": erased(Personal::Actor), "account": erased(Personal::Account), "ip": erased(Personal::Address),
        },
        "action": entry.action,
        "case_ref": entry.case_ref,
        "case_url": (!entry.case_ref.is_empty()).then(|| format!("/desk/cases/{}", entry.case_ref)),
        "account_id": entry.account_id,
        "ip": entry.ip,
        "details": if entry.details == "{}" { "" } else { entry.details.as_str() },
        "hash": entry.hash,
    })
}

/// **Export**: streamed, so that its length costs no memory.
async fn export(
    app: Data<App>,
    agent: SignedInAgent,
    asked: Query<Asked>,
    format: ExportFormat,
) -> Result<HttpResponse, PageError> {
    let Ok(filter) = asked.filter() else { return show(app, agent, asked).await };
    let end = match &*asked.end {
        "" => None,
        end => Some(end.parse().map_err(|_| PageError::NotFound)?),
    };
    let wanted = ExportAsked { filter, format, end };
    let export = app.desk.export_audit(agent.act(&app), wanted).await?;
    Ok(audit_file::answer(app.now(), format, export.chunks, None))
}

/// **Manifest**: what proves a file that was exported up to the same entry.
pub async fn manifest(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    let Ok(filter) = asked.filter() else { return show(app, agent, asked).await };
    let format = ExportFormat::from_code(&asked.format).filter(|format| format.is_proven());
    let (Some(format), Ok(end)) = (format, asked.end.parse()) else { return Err(PageError::NotFound) };
    let wanted = ExportAsked { filter, format, end: Some(end) };
    let chunks = app.desk.export_manifest(agent.act(&app), wanted).await?.ok_or(PageError::NotFound)?;
    Ok(audit_file::manifest(app.now(), format, chunks))
}

/// **Export** as CSV.
pub async fn csv(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    export(app, agent, asked, ExportFormat::Csv).await
}

/// **Export** as JSON Lines.
pub async fn json_lines(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    export(app, agent, asked, ExportFormat::JsonLines).await
}

/// **Export** as OCSF.
pub async fn ocsf(app: Data<App>, agent: SignedInAgent, asked: Query<Asked>) -> Result<HttpResponse, PageError> {
    export(app, agent, asked, ExportFormat::Ocsf).await
}
