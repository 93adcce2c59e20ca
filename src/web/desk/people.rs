//! **People**: who works at the desk.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::After;
use crate::domain::actor::Role;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::ids::AgentId;
use crate::domain::people::{Change, may};
use crate::web::App;
use crate::web::error::{PageError, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment_if, see_other, show as show_page};
use crate::workflow::{Halt, NewAgent, Person, Standing};

fn shown(me: &SignedInAgent, person: &Person) -> Value {
    let agent = &person.agent;
    let actor = (me.session.agent.id, me.session.agent.role);
    let allowed = |change| may(actor, Some((agent.id, agent.role)), change);
    json!({
        "id": agent.id,
        "name": agent.name,
        "email": agent.email,
        "role": agent.role.code(),
        "role_label": agent.role.label(),
        "suspended": moment_if(agent.suspended_at),
        "last_sign_in": moment_if(person.agent.signed_in_at),
        "authenticators": person.authenticators,
        "has_password": person.has_password,
        "why_not": allowed(Change::Standing).err().map(|why| why.to_string()),
        "roles": roles(Some(agent.role), |role| allowed(Change::Role(role)).is_ok()),
    })
}

fn roles(selected: Option<Role>, allowed: impl Fn(Role) -> bool) -> Vec<Value> {
    Role::ALL
        .iter()
        .filter(|role| allowed(**role))
        .map(|role| json!({ "code": role.code(), "label": role.label(), "selected": selected == Some(*role) }))
        .collect()
}

fn said(after: &After) -> Option<Flash> {
    let text = match after.done.as_str() {
        "added" => "Added. A link to set a password was mailed.",
        "role" => "The role is changed.",
        "suspend" => "Suspended. Every sign-in of theirs has ended.",
        "restore" => "Restored.",
        "end-sessions" => "Every sign-in of theirs has ended.",
        "invite" => "A link to set a password was mailed.",
        _ => return None,
    };
    Some(Flash::Done(text.to_owned()))
}

/// The list.
pub async fn list(app: Data<App>, me: SignedInAgent, after: Query<After>) -> Result<HttpResponse, PageError> {
    let people = app.desk.people().await?;
    let people: Vec<Value> = people.iter().map(|person| shown(&me, person)).collect();
    let mut head = Head::desk("People", &me);
    head.flash = said(&after);
    show_page(&app, &me.caller, StatusCode::OK, "desk/people.html", head, json!({ "people": people }))
}

async fn person_page(
    app: &App,
    me: &SignedInAgent,
    id: AgentId,
    (status, flash): (StatusCode, Option<Flash>),
) -> Result<HttpResponse, PageError> {
    let people = app.desk.people().await?;
    let person = people.iter().find(|person| person.agent.id == id).ok_or(Halt::Gone)?;
    let mut head = Head::desk(&person.agent.name, me);
    head.flash = flash;
    show_page(app, &me.caller, status, "desk/person.html", head, json!({ "person": shown(me, person) }))
}

fn named(path: &str) -> Result<AgentId, PageError> {
    path.parse().map_err(|_| PageError::Halt(Halt::Gone))
}

/// One person.
pub async fn show(
    app: Data<App>,
    me: SignedInAgent,
    path: Path<String>,
    after: Query<After>,
) -> Result<HttpResponse, PageError> {
    person_page(&app, &me, named(&path)?, (StatusCode::OK, said(&after))).await
}

async fn answered(
    app: &App,
    me: &SignedInAgent,
    id: AgentId,
    done: Result<(), Halt>,
    word: &str,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => Ok(see_other(format!("/desk/people/{id}?done={word}"))),
        Err(halt @ Halt::Gone) => Err(halt.into()),
        Err(halt) => {
            let flash = Flash::Refused(halt.to_string());
            person_page(app, me, id, (status_of(&halt), Some(flash))).await
        }
    }
}

/// **Change role**.
pub async fn change_role(
    app: Data<App>,
    me: SignedInAgent,
    path: Path<String>,
    fields: Fields,
) -> Result<HttpResponse, PageError> {
    let id = named(&path)?;
    let done = match Role::from_code(fields.get("role")) {
        Some(role) => app.desk.change_role(me.act(&app), id, role).await?,
        None => Err(Halt::BadText("Choose a role.".to_owned())),
    };
    answered(&app, &me, id, done, "role").await
}

/// **Suspend**.
pub async fn suspend(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = named(&path)?;
    let done = app.desk.change_standing(me.act(&app), id, Standing::Suspended).await?;
    answered(&app, &me, id, done, "suspend").await
}

/// **Restore**.
pub async fn restore(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = named(&path)?;
    let done = app.desk.change_standing(me.act(&app), id, Standing::Restored).await?;
    answered(&app, &me, id, done, "restore").await
}

/// **Sign out everywhere**, for somebody else.
pub async fn end_sessions(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = named(&path)?;
    let done = app.desk.end_sessions_of(me.act(&app), id).await?;
    answered(&app, &me, id, done, "end-sessions").await
}

/// **Mail a link to set a password**.
pub async fn invite_again(app: Data<App>, me: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let id = named(&path)?;
    let done = app.desk.invite_again(me.act(&app), id).await?;
    answered(&app, &me, id, done, "invite").await
}

fn add_page(
    app: &App,
    me: &SignedInAgent,
    fields: Option<&Fields>,
    wrong: Option<(&str, &Halt)>,
) -> Result<HttpResponse, PageError> {
    let actor = (me.session.agent.id, me.session.agent.role);
    let typed = |name: &str| fields.map(|fields| fields.get(name)).unwrap_or_default();
    let selected = Role::from_code(typed("role"));
    let content = json!({
        "typed": { "email": typed("email"), "name": typed("name"), "phone": typed("phone") },
        "roles": roles(selected, |role| may(actor, None, Change::Add(role)).is_ok()),
        "errors": wrong.map_or(json!({}), |(field, halt)| json!({ field: halt.to_string() })),
    });
    let status = wrong.map_or(StatusCode::OK, |(_, halt)| status_of(halt));
    show_page(app, &me.caller, status, "desk/person_add.html", Head::desk("Add a person", me), content)
}

/// **Add a person**.
pub async fn show_add(app: Data<App>, me: SignedInAgent) -> Result<HttpResponse, PageError> {
    add_page(&app, &me, None, None)
}

/// What was typed about a new person, or the field that is wrong.
fn new_person(fields: &Fields) -> Result<NewAgent, (&'static str, Halt)> {
    let wrong = |field, text: &str| (field, Halt::BadText(text.to_owned()));
    let email: EmailAddress = fields
        .get("email")
        .parse()
        .map_err(|_| wrong("email", "Enter an e-mail address, such as name@example.org."))?;
    let phone = match fields.get("phone").trim() {
        "" => None,
        typed => Some(
            typed
                .parse::<E164>()
                .map_err(|_| wrong("phone", "Enter the number with its country code, such as +44 20 7946 0123."))?,
        ),
    };
    let name = fields.get("name").trim().to_owned();
    if name.is_empty() {
        return Err(wrong("name", "Enter the name that colleagues see."));
    }
    let role = Role::from_code(fields.get("role")).ok_or_else(|| wrong("role", "Choose a role."))?;
    Ok(NewAgent { email, name, role, password: None, phone })
}

/// Adds a person, who is mailed a link to set a password.
pub async fn add(app: Data<App>, me: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let new = match new_person(&fields) {
        Ok(new) => new,
        Err((field, halt)) => return add_page(&app, &me, Some(&fields), Some((field, &halt))),
    };
    match app.desk.invite(me.act(&app), new).await? {
        Ok(()) => Ok(see_other("/desk/people?done=added")),
        Err(halt) => add_page(&app, &me, Some(&fields), Some(("email", &halt))),
    }
}
