//! The log of a case, as much of it as the token and its person may read.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::program::Program;
use crate::domain::api_token::Scope;
use crate::domain::audit::Entry;
use crate::web::desk::timeline::told;
use crate::workflow::{CaseFile, is_told};

/// An entry of the log.
#[derive(Serialize, ToSchema)]
pub struct TimelineEntry {
    seq: i64,
    at: String,
    actor_kind: String,
    /// Who; empty where it is an identifier that only those who read the log get.
    actor: String,
    action: String,
    #[schema(value_type = Object)]
    details: Value,
}

fn shown(entry: &Entry, (actor, details): (&str, Value)) -> TimelineEntry {
    TimelineEntry {
        seq: entry.seq,
        at: entry.at.clone(),
        actor_kind: entry.actor_kind.clone(),
        actor: actor.to_owned(),
        action: entry.action.clone(),
        details,
    }
}

/// The entries, whole for those who may read the log as well, and as the desk's page tells them for others.
pub fn timeline(file: &CaseFile, program: &Program) -> Vec<TimelineEntry> {
    let entered = &program.entered;
    let entries = file.timeline.iter();
    if entered.agent.role.audits() && entered.token.scopes.contains(Scope::AuditRead) {
        let whole = |entry: &Entry| serde_json::from_str(&entry.details).unwrap_or_default();
        return entries.map(|entry| shown(entry, (&entry.actor, whole(entry)))).collect();
    }
    entries.filter(|entry| is_told(entry)).map(|entry| shown(entry, told(entry))).collect()
}
