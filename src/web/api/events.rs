//! The types of events that subscribers are sent.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::Answer;
use super::program::Program;
use crate::domain::event_types::TYPES;

/// Every type of event.
#[derive(Serialize, ToSchema)]
pub struct Catalogue {
    items: Vec<EventType>,
}

/// A type of event.
#[derive(Serialize, ToSchema)]
struct EventType {
    /// What `type` of an event says, and what `events` of a subscriber can name.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What happened to the case.
    when: &'static str,
}

/// The list.
pub async fn catalogue(_: Program) -> Answer {
    let items = TYPES.iter().map(|(kind, when)| EventType { kind, when }).collect();
    Ok(HttpResponse::Ok().json(Catalogue { items }))
}
