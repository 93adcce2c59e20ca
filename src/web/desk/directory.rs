//! What the desk shows of the directories that accounts live in.

use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use super::acts::{Answer, back};
use super::devices;
use crate::directory::Capabilities;
use crate::domain::account::Account;
use crate::domain::directory::Home;
use crate::store::outbox::Unsettled;
use crate::web::App;
use crate::web::error::reference;
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{moment, moment_if};
use crate::workflow::CaseFile;

/// **Read the directory again**: what it tells of the account at this moment is kept.
pub async fn read_again(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let read = app.desk.read_directory_again(agent.act(&app), reference(&path)?).await?;
    back(&app, &agent, &path, (&fields, &[]), read.map(|()| "read-again")).await
}

/// Where the account lives, and what its directory cannot do. Nothing for the embedded one, which can do everything.
pub(super) fn panel(app: &App, file: &CaseFile, account: &Account) -> Option<Value> {
    let Home::Elsewhere { directory, login } = &account.home else { return None };
    let (cannot, configured) = match app.desk.directories.of(&account.home) {
        Ok(found) => (lacks(found.capabilities(), file.may_change_phone), true),
        Err(_) => (Vec::new(), false),
    };
    Some(json!({
        "name": directory.as_str(),
        "login": login.as_str(),
        "configured": configured,
        "read_at": moment_if(file.read_at),
        "cannot": cannot,
        "contacts": file.may_change_phone && !app.desk.directories.others.capabilities(&account.home).update_phone,
    }))
}

/// What became of what the directory was asked: what it has not settled yet, and why it last did not deactivate.
pub(super) fn outcome(file: &CaseFile) -> Value {
    let one = |each: &Unsettled| json!({ "why": each.error, "again": moment(each.next_at) });
    json!({ "failure": devices::failure(file), "unsettled": file.unsettled.iter().map(one).collect::<Vec<_>>() })
}

/// What is kept of phone numbers here makes up for a directory that has none.
fn lacks(can: Capabilities, changes_phone: bool) -> Vec<&'static str> {
    let all = [
        (can.emails, "tell e-mail addresses"),
        (can.phones || changes_phone, "tell phone numbers"),
        (can.update_phone || changes_phone, "change phone numbers"),
        (can.end_sessions, "end old sign-ins"),
    ];
    all.into_iter().filter(|(can, _)| !can).map(|(_, what)| what).collect()
}

/// The directories that something is wrong with, for the banner on every page of the desk.
pub fn banner(app: &App) -> Vec<Value> {
    let down = app.desk.directories.others.down();
    let one = |down: &crate::directory::Down| json!({ "name": down.name.as_str(), "since": moment(down.since), "why": down.why });
    down.iter().map(one).collect()
}
