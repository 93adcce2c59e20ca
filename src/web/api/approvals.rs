//! What awaits a second person.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::Answer;
use super::program::Program;
use crate::web::App;
use crate::workflow::{Awaited, Awaiting};

/// Everything that awaits a second person, the oldest first.
#[derive(Serialize, ToSchema)]
pub struct ApprovalList {
    items: Vec<AwaitingApproval>,
}

/// Something that awaits a second person.
#[derive(Serialize, ToSchema)]
struct AwaitingApproval {
    /// `deactivation` or `phone_change`.
    what: &'static str,
    reference: String,
    version: i64,
    /// The name in the form.
    name: String,
    tier: Option<&'static str>,
    since: DateTime<Utc>,
    /// When it was asked for.
    asked_at: Option<DateTime<Utc>>,
    /// The name of the agent who asked; nothing where the customer did.
    asked_by: Option<String>,
    /// The name of whoever holds the case.
    holder: Option<String>,
    /// Why one may not decide it oneself.
    why_not: Option<String>,
}

fn row(item: &Awaiting) -> AwaitingApproval {
    AwaitingApproval {
        what: match item.what {
            Awaited::Deactivation => "deactivation",
            Awaited::PhoneChange => "phone_change",
        },
        reference: item.filed.case.reference.to_string(),
        version: item.filed.case.version,
        name: item.name.clone(),
        tier: item.filed.filing.tier.map(|tier| tier.code()),
        since: item.since,
        asked_at: item.asked.as_ref().map(|(at, _)| *at),
        asked_by: item.asked.as_ref().and_then(|(_, by)| by.clone()),
        holder: item.holder.clone(),
        why_not: item.refused.clone(),
    }
}

/// The list.
pub async fn list(app: Data<App>, program: Program) -> Answer {
    let awaiting = app.desk.awaiting_approval(&program.act(&app).actor).await?;
    Ok(HttpResponse::Ok().json(ApprovalList { items: awaiting.iter().map(row).collect() }))
}
