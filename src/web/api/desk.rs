//! What the desk watches beside its cases: alarms, blocks, deliveries, contacts, the policy and the events.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, text};
use super::cases::{Answer, named, paged};
use super::cursor;
use super::problem::Problem;
use super::program::Program;
use crate::domain::account::{AccountKind, Tier};
use crate::domain::event::{DeliveryState, SubscriberName};
use crate::domain::ids::OutboxId;
use crate::domain::policy::Path as PolicyPath;
use crate::store::events::{self, Again, Wanted};
use crate::store::{AnyConnection, alarms, blocks, contact_changes};
use crate::web::App;
use crate::web::desk::contacts::wanted;

/// Rows of a list that has no pages.
const ROWS: i64 = 200;
/// Rows of a page.
const PAGE: i64 = 50;

/// Something was done.
#[derive(Serialize, ToSchema)]
pub struct Done {
    /// Always true.
    done: bool,
}

/// Says so.
pub fn done() -> HttpResponse {
    HttpResponse::Ok().json(Done { done: true })
}

/// Alarms, the newest first.
#[derive(Serialize, ToSchema)]
pub struct AlarmList {
    items: Vec<AlarmLine>,
}

/// An alarm.
#[derive(Serialize, ToSchema)]
struct AlarmLine {
    id: String,
    kind: &'static str,
    at: DateTime<Utc>,
    /// The case it came from.
    reference: Option<String>,
    /// The account it concerns, its address masked.
    account_masked: Option<String>,
    seen_at: Option<DateTime<Utc>>,
    /// The name of whoever saw it.
    seen_by: Option<String>,
}

/// Alarms that ring, or that were seen.
pub async fn alarms(app: Data<App>, program: Program) -> Answer {
    let seen = program.query.get("seen") == Some("true");
    let found = app.desk.store.read(move |connection| alarms::list(connection, seen, ROWS)).await?;
    let items = found.into_iter().map(|listed| AlarmLine {
        id: listed.alarm.id.to_string(),
        kind: listed.alarm.kind.code(),
        at: listed.alarm.at,
        reference: listed.reference.map(|reference| reference.to_string()),
        account_masked: listed.email.map(|email| email.masked()),
        seen_at: listed.seen.as_ref().map(|(at, _)| *at),
        seen_by: listed.seen.map(|(_, by)| by),
    });
    Ok(HttpResponse::Ok().json(AlarmList { items: items.collect() }))
}

/// Marks an alarm as seen.
pub async fn see_alarm(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    app.desk.see_alarm(program.act(&app), named(&path)?).await??;
    Ok(done())
}

/// Blocks, the newest first.
#[derive(Serialize, ToSchema)]
pub struct BlockList {
    items: Vec<BlockLine>,
}

/// A limit that was reached.
#[derive(Serialize, ToSchema)]
struct BlockLine {
    id: String,
    limit: &'static str,
    /// What it is about: a reference, a masked address, a network.
    about: String,
    reference: Option<String>,
    at: DateTime<Utc>,
    /// When it ends by itself; nothing where only a supervisor ends it.
    until: Option<DateTime<Utc>>,
    lifted_at: Option<DateTime<Utc>>,
    /// The name of whoever lifted it.
    lifted_by: Option<String>,
    lifted_reason: Option<String>,
}

/// Blocks that stand, or that are over.
pub async fn blocks(app: Data<App>, program: Program) -> Answer {
    let (stands, now) = (program.query.get("over") != Some("true"), app.now());
    let found = app.desk.store.read(move |connection| blocks::list(connection, stands, now, ROWS)).await?;
    let items = found.into_iter().map(|listed| {
        let (at, by, reason) = match listed.lifted {
            Some((at, by, reason)) => (Some(at), Some(by), Some(reason)),
            None => (None, None, None),
        };
        BlockLine {
            id: listed.block.id.to_string(),
            limit: listed.block.limit.code(),
            about: listed.block.about,
            reference: listed.reference.map(|reference| reference.to_string()),
            at: listed.block.at,
            until: listed.block.until,
            lifted_at: at,
            lifted_by: by,
            lifted_reason: reason,
        }
    });
    Ok(HttpResponse::Ok().json(BlockList { items: items.collect() }))
}

/// Why a block is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "A test of ours." })))]
pub struct Lift {
    /// It is kept.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Lifts a block.
pub async fn lift_block(app: Data<App>, program: Program, path: Path<String>, body: Body<Lift>) -> Answer {
    let (id, reason) = (named(&path)?, text("/reason", &body.0.reason)?);
    app.desk.lift_block(program.act(&app), id, reason).await??;
    Ok(done())
}

/// A page of deliveries, the newest first.
#[derive(Serialize, ToSchema)]
pub struct DeliveryList {
    items: Vec<DeliveryLine>,
    /// The cursor of the next page; nothing on the last one.
    next: Option<String>,
}

/// An event on its way to a subscriber.
#[derive(Serialize, ToSchema)]
struct DeliveryLine {
    /// Also the `webhook-id`.
    id: String,
    subscriber: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    reference: Option<String>,
    sequence: Option<i64>,
    state: &'static str,
    attempts: i32,
    created_at: DateTime<Utc>,
    next_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
    error: Option<String>,
}

fn states(code: Option<&str>) -> Vec<DeliveryState> {
    match code {
        Some("waiting") => vec![DeliveryState::Waiting, DeliveryState::Leased],
        Some("done") => vec![DeliveryState::Done],
        _ => vec![DeliveryState::Dead],
    }
}

fn subscriber(name: &str) -> Result<SubscriberName, Problem> {
    named(name)
}

/// Events that were given up, that wait, or that were delivered.
pub async fn deliveries(app: Data<App>, program: Program) -> Answer {
    let asked = &program.query;
    let limit = asked.limit(PAGE);
    let before: Option<OutboxId> = cursor::place(asked, |text| text.parse().ok())?;
    let to = asked.get("subscriber").map(subscriber).transpose()?;
    let query = Wanted { subscriber: to, states: states(asked.get("state")), before };
    let read = move |connection: &mut AnyConnection| events::list(connection, &query, limit + 1);
    let mut rows = app.desk.store.read(read).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| cursor::made(&row.id.to_string()));
    let items = rows.into_iter().map(|row| {
        let event = row.event.map(|errand| errand.event);
        DeliveryLine {
            id: row.id.to_string(),
            subscriber: row.subscriber.as_str().to_owned(),
            kind: event.as_ref().map(|event| event.kind.clone()),
            reference: event.as_ref().map(|event| event.reference.to_string()),
            sequence: event.as_ref().map(|event| event.sequence),
            state: row.state.code(),
            attempts: row.attempts,
            created_at: row.created_at,
            next_at: row.next_at,
            done_at: row.done_at,
            error: row.error,
        }
    });
    let page = DeliveryList { items: items.collect(), next };
    Ok(paged(&program, "/api/v1/deliveries", page.next.as_deref(), &page))
}

/// How many events are delivered again.
#[derive(Serialize, ToSchema)]
pub struct Redelivered {
    events: usize,
}

/// Delivers an event again that was given up.
pub async fn redeliver(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let count = app.desk.redeliver(program.act(&app), Again::One(named(&path)?)).await?;
    Ok(HttpResponse::Ok().json(Redelivered { events: count }))
}

/// To whom everything is delivered again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "subscriber": "tickets" })))]
pub struct RedeliverAll {
    /// What the configuration calls them.
    #[schema(min_length = 1, max_length = 32)]
    subscriber: String,
}

/// Delivers every event again that one subscriber did not take.
pub async fn redeliver_all(app: Data<App>, program: Program, body: Body<RedeliverAll>) -> Answer {
    let wrong = |_| Problem::field("/subscriber", "There can be no subscriber of this name.");
    let subscriber: SubscriberName = body.0.subscriber.parse().map_err(wrong)?;
    let count = app.desk.redeliver(program.act(&app), Again::AllTo(subscriber)).await?;
    Ok(HttpResponse::Ok().json(Redelivered { events: count }))
}

/// Changes of contacts.
#[derive(Serialize, ToSchema)]
pub struct ContactList {
    items: Vec<ContactLine>,
}

/// A change of a contact.
#[derive(Serialize, ToSchema)]
struct ContactLine {
    id: String,
    directory: String,
    login: String,
    /// What is wanted, addresses masked.
    wanted: Vec<String>,
    state: &'static str,
    requested_at: DateTime<Utc>,
    held_until: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    ended_by: Option<String>,
    objected_at: Option<DateTime<Utc>>,
}

/// Changes of contacts that are held, or that are over.
pub async fn contacts(app: Data<App>, program: Program) -> Answer {
    let held = program.query.get("over") != Some("true");
    let found = app.desk.store.read(move |connection| contact_changes::list(connection, held, ROWS)).await?;
    let items = found.into_iter().map(|change| ContactLine {
        id: change.id.to_string(),
        directory: change.directory.to_string(),
        login: change.login.to_string(),
        wanted: wanted(&change.values),
        state: change.state.code(),
        requested_at: change.requested_at,
        held_until: change.hold.as_ref().map(|hold| hold.effective_at),
        ended_at: change.ended_at,
        ended_by: change.ended_by,
        objected_at: change.objected_at,
    });
    Ok(HttpResponse::Ok().json(ContactList { items: items.collect() }))
}

/// Stops a change of a contact.
pub async fn stop_contact(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    app.desk.stop_contact_change(program.act(&app), named(&path)?).await??;
    Ok(done())
}

/// The rules of recovery.
#[derive(Serialize, ToSchema)]
pub struct Policy {
    /// Owners whose accounts are of tier `standard`.
    standard: Vec<PathOfPolicy>,
    /// Owners whose accounts are of tier `privileged`.
    privileged: Vec<PathOfPolicy>,
    /// Members, whose administrators decide.
    member: Vec<PathOfPolicy>,
    /// People at the desk.
    staff: Vec<PathOfPolicy>,
    /// What a change of a phone number needs.
    phone_change: PathOfPolicy,
}

/// A way to satisfy the policy.
#[derive(Serialize, ToSchema)]
struct PathOfPolicy {
    name: String,
    /// One of each is needed.
    checks: Vec<Vec<&'static str>>,
    approvals: usize,
    wait_minutes: i64,
    /// What the evidence amounts to.
    assurance: &'static str,
}

fn path(path: &PolicyPath) -> PathOfPolicy {
    PathOfPolicy {
        name: path.name.clone(),
        checks: path.checks.iter().map(|group| group.iter().map(|kind| kind.code()).collect()).collect(),
        approvals: path.approvals,
        wait_minutes: path.cooling_off.num_minutes(),
        assurance: path.assurance(),
    }
}

/// The rules of recovery, as they are configured.
pub async fn policy(app: Data<App>, _: Program) -> Answer {
    let policy = &app.desk.kit.policy;
    let paths = |kind, tier| policy.paths(kind, tier).iter().map(path).collect();
    Ok(HttpResponse::Ok().json(Policy {
        standard: paths(AccountKind::Owner, Tier::Standard),
        privileged: paths(AccountKind::Owner, Tier::Privileged),
        member: paths(AccountKind::Member, Tier::Standard),
        staff: paths(AccountKind::Staff, Tier::Privileged),
        phone_change: path(&policy.phone_change),
    }))
}
