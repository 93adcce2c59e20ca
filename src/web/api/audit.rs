//! The log: pages of it, and its export.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::{Answer, paged};
use super::cursor;
use super::problem::{Kind, Problem};
use super::program::Program;
use super::query::Query;
use crate::domain::audit::Entry;
use crate::domain::audit_filter::{self, Filter};
use crate::store::{AnyConnection, audit};
use crate::web::App;

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

/// The export, streamed as it is at the desk.
pub async fn export(app: Data<App>, program: Program) -> Answer {
    let filter = filter(&program.query)?;
    let chunks = app.desk.export_audit(program.act(&app), filter).await?;
    let body = stream::unfold(chunks, |mut chunks| async move {
        let chunk = chunks.recv().await?;
        // An error cuts the answer off: half a file never looks whole.
        let chunk = chunk.map(Bytes::from).map_err(|error| std::io::Error::other(error.to_string()));
        Some((chunk, chunks))
    });
    let name = format!("attachment; filename=\"audit-{}.csv\"", app.now().format("%Y%m%dT%H%M%SZ"));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(body))
}
