//! The log: pages of it, and its export.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::{Answer, paged};
use super::cursor;
use super::problem::{Kind, Problem};
use super::program::Program;
use super::query::Query;
use crate::domain::audit::Entry;
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_filter::{self, Filter};
use crate::store::{AnyConnection, audit};
use crate::web::App;
use crate::web::audit_file;
use crate::web::next_page::encoded;
use crate::workflow::{ExportAsked, Forwarding};

/// Rows of a page that asks for no number.
const PAGE: i64 = 100;
/// Most rows of a page.
pub const MOST: i64 = 1000;

/// A page of the log, the newest first.
#[derive(Serialize, ToSchema)]
pub struct AuditPage {
    items: Vec<AuditEntry>,
    /// The cursor of the next page; nothing on the last one.
    next: Option<String>,
    /// How many entries the log has.
    size: i64,
    /// The hash of the last one.
    head_hash: String,
}

/// An entry of the log.
#[derive(Serialize, ToSchema)]
struct AuditEntry {
    seq: i64,
    at: String,
    actor_kind: String,
    actor: String,
    action: String,
    case_ref: String,
    account_id: String,
    ip: String,
    /// What else identifies it; `via` names the token of a program.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    prev_hash: String,
    hash: String,
    /// 1: the hash is over the values; 2: over salted digests of actor, account and address.
    form: i32,
    /// The salts of actor, account and address; empty where there is no value.
    salts: [String; 3],
    /// The digests of those that were erased.
    digests: [String; 3],
    /// The entries that say on whose order.
    erased_by: [Option<i64>; 3],
}

fn row(entry: Entry) -> AuditEntry {
    AuditEntry {
        seq: entry.seq,
        at: entry.at,
        actor_kind: entry.actor_kind,
        actor: entry.actor,
        action: entry.action,
        case_ref: entry.case_ref,
        account_id: entry.account_id,
        ip: entry.ip,
        details: serde_json::from_str(&entry.details).unwrap_or_default(),
        prev_hash: entry.prev_hash,
        hash: entry.hash,
        form: entry.form,
        salts: entry.salts,
        erased_by: entry.erased.each_ref().map(|field| field.as_ref().map(|erased| erased.by)),
        digests: entry.erased.map(|field| field.map(|erased| erased.digest).unwrap_or_default()),
    }
}

fn filter(query: &Query) -> Result<Filter, Problem> {
    let asked = |name| query.get(name).unwrap_or_default();
    audit_filter::parse(asked("from"), asked("to"), asked("case"), asked("actor"), asked("action")).map_err(|wrong| {
        let first = wrong.into_iter().next();
        let (name, words) = first.unwrap_or(("from", "This cannot be read.".to_owned()));
        Problem::parameter(Kind::Invalid, name, words)
    })
}

/// A page of the log.
pub async fn list(app: Data<App>, program: Program) -> Answer {
    let filter = filter(&program.query)?;
    let limit = program.query.limit(PAGE);
    let before = cursor::place(&program.query, |text| text.parse::<i64>().ok())?.unwrap_or(i64::MAX);
    let read = move |connection: &mut AnyConnection| {
        Ok((audit::before(connection, &filter, before, limit + 1)?, audit::head(connection)?))
    };
    let (mut rows, head) = app.desk.store.read_snapshot(read).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| cursor::made(&row.seq.to_string()));
    let items = rows.into_iter().map(row).collect();
    let page = AuditPage { items, next, size: head.seq, head_hash: head.hash };
    Ok(paged(&program, "/api/v1/audit", page.next.as_deref(), &page))
}

/// Systems that the log is forwarded to.
#[derive(Serialize, ToSchema)]
pub struct ForwardingList {
    items: Vec<ForwardingLine>,
}

/// How the forwarding to one system stands.
#[derive(Serialize, ToSchema)]
struct ForwardingLine {
    name: String,
    /// `json` or `ocsf`.
    format: &'static str,
    /// The last entry that was taken; 0 where none was.
    seq: i64,
    /// When it was taken.
    taken_at: Option<DateTime<Utc>>,
    /// How many entries wait.
    behind: i64,
    /// When the oldest of them was written.
    oldest: Option<String>,
    /// What went wrong, since when it does, and when it is tried again.
    trouble: Option<String>,
    trouble_since: Option<DateTime<Utc>>,
    next_at: Option<DateTime<Utc>>,
}

/// How far the log was forwarded to each system.
pub async fn forwarding(app: Data<App>) -> Answer {
    let line = |line: Forwarding| {
        let standing = line.standing;
        let trouble = standing.as_ref().and_then(|standing| standing.trouble.clone());
        ForwardingLine {
            name: line.to.name.to_string(),
            format: line.to.format.code(),
            seq: standing.as_ref().map_or(0, |standing| standing.seq),
            taken_at: standing.as_ref().and_then(|standing| standing.taken_at),
            behind: line.behind,
            oldest: line.oldest,
            next_at: trouble.as_ref().and(standing.map(|standing| standing.next_at)),
            trouble_since: trouble.as_ref().map(|(since, _)| *since),
            trouble: trouble.map(|(_, why)| why),
        }
    };
    let items = app.desk.forwarding().await?.into_iter().map(line).collect();
    Ok(HttpResponse::Ok().json(ForwardingList { items }))
}

/// The last entry that an export looks at, where one is named.
fn end(query: &Query) -> Result<Option<i64>, Problem> {
    let read = |text: &str| text.parse().map_err(|_| Problem::parameter(Kind::Invalid, "end", "This is no number."));
    query.get("end").map(read).transpose()
}

/// The export, streamed as it is at the desk. Its answer says where its manifest is.
async fn export(app: Data<App>, program: Program, format: ExportFormat) -> Answer {
    let filter = filter(&program.query)?;
    let asked = ExportAsked { filter, format, end: end(&program.query)? };
    let export = app.desk.export_audit(program.act(&app), asked).await?;
    let manifest = (format.is_proven() && app.desk.kit.audit_key.is_some()).then(|| {
        let given = ["from", "to", "case", "actor", "action"];
        let given = given.iter().filter_map(|name| Some(format!("&{name}={}", encoded(program.query.get(name)?))));
        format!("/api/v1/audit.manifest?format={}&end={}{}", format.code(), export.end, given.collect::<String>())
    });
    Ok(audit_file::answer(app.now(), format, export.chunks, manifest))
}

/// The manifest of an export up to an entry.
pub async fn manifest(app: Data<App>, program: Program) -> Answer {
    let filter = filter(&program.query)?;
    let format = program.query.get("format").and_then(ExportFormat::from_code).filter(|format| format.is_proven());
    let format = format.ok_or_else(|| Problem::parameter(Kind::Invalid, "format", "This is csv or jsonl."))?;
    let end = end(&program.query)?.ok_or_else(|| Problem::parameter(Kind::Invalid, "end", "This has to be given."))?;
    let asked = ExportAsked { filter, format, end: Some(end) };
    let chunks = app.desk.export_manifest(program.act(&app), asked).await?;
    let chunks = chunks.ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    Ok(audit_file::manifest(app.now(), format, chunks))
}

/// The export as CSV.
pub async fn csv(app: Data<App>, program: Program) -> Answer {
    export(app, program, ExportFormat::Csv).await
}

/// The export as JSON Lines.
pub async fn json_lines(app: Data<App>, program: Program) -> Answer {
    export(app, program, ExportFormat::JsonLines).await
}

/// The export as OCSF.
pub async fn ocsf(app: Data<App>, program: Program) -> Answer {
    export(app, program, ExportFormat::Ocsf).await
}
