//! Who one is here.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::Answer;
use super::people::RoleCode;
use super::program::Program;
use crate::domain::api_token::Scope;
use crate::web::App;

/// The token, and in whose name it acts.
#[derive(Serialize, ToSchema)]
pub struct Me {
    id: String,
    name: String,
    email: String,
    role: RoleCode,
    token: OwnToken,
}

/// The token itself, without its secret.
#[derive(Serialize, ToSchema)]
struct OwnToken {
    /// As the log names it.
    id: String,
    name: String,
    scopes: Vec<&'static str>,
    /// Where it may be used from, with spaces between; empty means anywhere.
    networks: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// Acts that need a code can be done: the person has an authenticator app.
    can_send_codes: bool,
}

/// Says it.
pub async fn show(app: Data<App>, program: Program) -> Answer {
    let (agent, token) = (&program.entered.agent, &program.entered.token);
    Ok(HttpResponse::Ok().json(Me {
        id: agent.id.to_string(),
        name: agent.name.clone(),
        email: agent.email.to_string(),
        role: agent.role.into(),
        token: OwnToken {
            id: token.id.to_string(),
            name: token.name.clone(),
            scopes: token.scopes.iter().map(Scope::code).collect(),
            networks: token.networks.to_string(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            can_send_codes: app.desk.has_codes(agent.id).await?,
        },
    }))
}
