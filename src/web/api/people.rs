//! Who works at the desk.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::cases::{Answer, named};
use super::problem::Problem;
use super::program::Program;
use crate::domain::actor::Role;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::ids::AgentId;
use crate::web::App;
use crate::workflow::{Halt, NewAgent, Person as Found, Standing};

/// Everybody at the desk, by name.
#[derive(Serialize, ToSchema)]
pub struct PersonList {
    items: Vec<Person>,
}

/// Somebody at the desk.
#[derive(Serialize, ToSchema)]
pub struct Person {
    id: String,
    name: String,
    email: String,
    role: RoleCode,
    suspended_at: Option<DateTime<Utc>>,
    last_sign_in_at: Option<DateTime<Utc>>,
    /// Active authenticators.
    authenticators: usize,
    has_password: bool,
}

/// What somebody may do.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleCode {
    /// Works cases.
    Agent,
    /// Works cases, reassigns them, ends disputes, manages people.
    Supervisor,
    /// Reads and exports.
    Auditor,
    /// Everything a supervisor does, also to admins.
    Admin,
}

impl From<RoleCode> for Role {
    fn from(code: RoleCode) -> Self {
        match code {
            RoleCode::Agent => Self::Agent,
            RoleCode::Supervisor => Self::Supervisor,
            RoleCode::Auditor => Self::Auditor,
            RoleCode::Admin => Self::Admin,
        }
    }
}

impl From<Role> for RoleCode {
    fn from(role: Role) -> Self {
        match role {
            Role::Agent => Self::Agent,
            Role::Supervisor => Self::Supervisor,
            Role::Auditor => Self::Auditor,
            Role::Admin => Self::Admin,
        }
    }
}

fn shown(found: &Found) -> Person {
    Person {
        id: found.agent.id.to_string(),
        name: found.agent.name.clone(),
        email: found.agent.email.to_string(),
        role: found.agent.role.into(),
        suspended_at: found.agent.suspended_at,
        last_sign_in_at: found.agent.signed_in_at,
        authenticators: found.authenticators,
        has_password: found.has_password,
    }
}

/// The list.
pub async fn list(app: Data<App>, _: Program) -> Answer {
    let people = app.desk.people().await?;
    Ok(HttpResponse::Ok().json(PersonList { items: people.iter().map(shown).collect() }))
}

async fn now(app: &App, is: impl Fn(&Found) -> bool) -> Answer {
    let people = app.desk.people().await?;
    let found = people.iter().find(|person| is(person)).ok_or(Halt::Gone)?;
    Ok(HttpResponse::Ok().json(shown(found)))
}

/// Somebody who is added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "email": "zoe@desk.example.org", "name": "Zoë", "role": "agent" })))]
pub struct NewPerson {
    /// What they sign in with; a link to set a password is mailed there.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// The name that colleagues see.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// What they may do.
    role: RoleCode,
    /// Their phone number, with its country code.
    #[serde(default)]
    #[schema(required = false, max_length = 60)]
    phone: Option<String>,
}

/// Adds somebody.
pub async fn add(app: Data<App>, program: Program, body: Body<NewPerson>) -> Answer {
    let new = body.0;
    let not_an_address = "This is no e-mail address such as name@example.org.";
    let email: EmailAddress = new.email.parse().map_err(|_| Problem::field("/email", not_an_address))?;
    let not_a_number = "This is no number with its country code, such as +44 20 7946 0123.";
    let phone = new.phone.map(|phone| phone.parse::<E164>()).transpose();
    let phone = phone.map_err(|_| Problem::field("/phone", not_a_number))?;
    let name = new.name.trim().to_owned();
    let added = email.clone();
    let person = NewAgent { email, name, role: new.role.into(), password: None, phone };
    app.desk.invite(program.act(&app), person).await??;
    now(&app, |person| person.agent.email.key() == added.key()).await
}

/// What somebody may do from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "role": "supervisor" })))]
pub struct NewRole {
    /// The role.
    role: RoleCode,
}

async fn changed(app: &App, id: AgentId, done: Result<(), Halt>) -> Answer {
    done?;
    now(app, |person| person.agent.id == id).await
}

/// Gives somebody another role.
pub async fn change_role(app: Data<App>, program: Program, path: Path<String>, body: Body<NewRole>) -> Answer {
    let id = named(&path)?;
    changed(&app, id, app.desk.change_role(program.act(&app), id, body.0.role.into()).await?).await
}

/// Suspends somebody.
pub async fn suspend(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let id = named(&path)?;
    changed(&app, id, app.desk.change_standing(program.act(&app), id, Standing::Suspended).await?).await
}

/// Restores somebody.
pub async fn restore(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let id = named(&path)?;
    changed(&app, id, app.desk.change_standing(program.act(&app), id, Standing::Restored).await?).await
}

/// Signs somebody out everywhere.
pub async fn end_sessions(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let id = named(&path)?;
    changed(&app, id, app.desk.end_sessions_of(program.act(&app), id).await?).await
}

/// Mails somebody a link to set a password.
pub async fn invite(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let id = named(&path)?;
    changed(&app, id, app.desk.invite_again(program.act(&app), id).await?).await
}
