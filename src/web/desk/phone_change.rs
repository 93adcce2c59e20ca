//! Changes of a phone number of record at the desk: the panel of a case's page, asking on the customer's behalf, and
//! the page on which another agent decides.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::acts::{Answer, back, back_with_text, version};
use super::case::{Kept, giver};
use crate::domain::form::free_text;
use crate::domain::phone_change::{Requester, State};
use crate::web::App;
use crate::web::error::{PageError, reference};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::new_number;
use crate::web::page::{Head, moment, moment_if, show, span};
use crate::workflow::{CaseFile, ChangeFile, Halt, Kit, errand_word};

const NUMBER: Kept = &[("number", "new_phone")];
const REASON: Kept = &[("reason", "phone_reason")];
const NOTHING: Kept = &[];

fn requester(file: &CaseFile, requester: Requester) -> String {
    match requester {
        Requester::Customer => "the customer".to_owned(),
        Requester::Agent(id) => format!("{}, on the customer’s behalf", file.agent_name(id)),
        Requester::Administrator(_) => "an administrator of the account, on the owner’s behalf".to_owned(),
    }
}

/// What the panel of a case's page shows.
pub(super) fn panel(kit: &Kit, agent: &SignedInAgent, file: &CaseFile, now: DateTime<Utc>) -> Value {
    let who = &agent.session.agent;
    let barred = who.role.works_cases().then(|| file.barred_from_phone_change(kit, who.id, now)).flatten();
    let Some(changing) = &file.phone_change else { return Value::Null };
    let change = &changing.change;
    let open = !change.state.is_final() && change.state != State::Frozen;
    let mut missing = if open { changing.weighed.missing() } else { Vec::new() };
    if open && change.state != State::Held {
        if !changing.weighed.approved {
            missing.push("approval by a second agent".to_owned());
        }
        missing.push(format!("a hold of {}", span(changing.hold)));
    }
    json!({
        "version": change.version,
        "state": change.state.code(),
        "state_label": change.state.label(),
        "since_label": "since",
        "since": moment(change.state_since),
        "old_masked": change.old.as_ref().map(|phone| phone.masked()),
        "new_masked": change.new.masked(),
        "requester": requester(file, change.requester),
        "requested": moment(change.requested_at),
        "approved": change.approval.as_ref()
            .map(|approval| json!({ "name": file.agent_name(approval.agent), "at": moment(approval.at) })),
        "held_until": moment_if(change.hold.as_ref().map(|hold| hold.ends_at)),
        "order": change.order.as_ref().map(|order| json!({
            "at": moment(order.at),
            "failure": order.failure,
            "given_up": order.given_up,
        })),
        "missing": missing,
        "barred": barred.map(|refused| refused.to_string()),
        "notices": notices(changing),
    })
}

fn notices(changing: &ChangeFile) -> Vec<Value> {
    let calls = changing.calls.iter().map(|(call, at)| {
        let state = match call.state.as_str() {
            "queued" => "Waiting to be placed".to_owned(),
            other => other.replace('_', " "),
        };
        (*at, json!({ "what": "Call", "state": state, "at": moment(*at), "error": null }))
    });
    let texts = changing.texts.iter().map(|row| {
        let what = format!("Text message: {}", row.text.moment.label().to_lowercase());
        let state = errand_word(&row.state);
        (row.at, json!({ "what": what, "state": state, "at": moment(row.at), "error": row.error }))
    });
    let mut all: Vec<_> = calls.chain(texts).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, notice)| notice).collect()
}

/// Which buttons of the panel are of use; the rules decide again when one is pressed.
pub(super) fn may(kit: &Kit, agent: &SignedInAgent, file: &CaseFile, now: DateTime<Utc>) -> [(&'static str, bool); 4] {
    let (case, who) = (&file.filed.case, &agent.session.agent);
    let works = who.role.works_cases();
    let state = file.phone_change.as_ref().map(|changing| changing.change.state);
    let open = state.is_some_and(|state| !state.is_final());
    let order = file.phone_change.as_ref().and_then(|changing| changing.change.order.as_ref());
    let given_up = order.is_some_and(|order| order.given_up);
    let awaited = works && state == Some(State::AwaitingApproval);
    let approves = awaited && file.barred_from_phone_change(kit, who.id, now).is_none();
    [
        (
            "phone_ask",
            works && case.holder == Some(who.id) && case.state.is_under_review() && !open && file.may_change_phone,
        ),
        ("phone_approve", approves),
        ("phone_order", works && given_up),
        ("phone_refuse", works && open && !awaited && state != Some(State::Frozen)),
    ]
}

/// **Ask for a change**: shows the number back as it was understood. Nothing is stored yet.
pub async fn ask(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let reference = reference(&path)?;
    let number = match new_number::read(fields.get("number")) {
        Ok(number) => number,
        Err(wrong) => {
            return back_with_text(&app, &agent, &path, (&fields, NUMBER), wrong).await;
        }
    };
    let content = json!({
        "reference": reference,
        "number": new_number::shown(&number),
        "action": format!("/desk/cases/{reference}/phone-change/confirm"),
        "back": format!("/desk/cases/{reference}"),
        "version": fields.get("version"),
    });
    let head = Head::desk("Ask for a new phone number", &agent);
    show(&app, &agent.caller, StatusCode::OK, "desk/phone_change_confirm.html", head, content)
}

/// The number was shown back and confirmed: asks for the change on the customer's behalf.
pub async fn confirm(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = match new_number::confirmed(fields.get("number")) {
        Ok(number) => {
            app.desk.request_phone_change(agent.act(&app), reference(&path)?, version(&fields), number).await?
        }
        Err(wrong) => Err(Halt::Wrong(wrong)),
    };
    back(&app, &agent, &path, (&fields, NUMBER), done.map(|()| "phone-asked")).await
}

/// The page on which a second agent sees exactly what they approve. The look at the full number is recorded.
pub async fn decide(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    let reference = reference(&path)?;
    let file = app.desk.view_case(agent.act(&app), reference.clone()).await??;
    let (Some(changing), Some(account)) = (&file.phone_change, file.account()) else { return Err(Halt::Gone.into()) };
    if changing.change.state.is_final() {
        return Err(Halt::Gone.into());
    }
    // Who cannot decide needs no look at the full number.
    if let Some(barred) = file.barred_from_phone_change(&app.desk.kit, agent.session.agent.id, app.now()) {
        return Err(PageError::Halt(Halt::PhoneChange(barred)));
    }
    app.desk.reveal_phone_change(agent.act(&app), reference.clone()).await?.map_err(PageError::Halt)?;
    let change = &changing.change;
    let evidence: Vec<Value> = file
        .filed
        .case
        .evidence
        .iter()
        .filter(|given| changing.weighed.groups.iter().any(|met| met.evidence == Some(given.id)))
        .map(|given| {
            json!({
                "label": given.kind.label(),
                "giver": giver(&file, given.giver),
                "at": moment(given.at),
                "until": moment_if(given.valid_until),
            })
        })
        .collect();
    let content = json!({
        "reference": reference,
        "base": format!("/desk/cases/{reference}"),
        "version": change.version,
        "case_version": file.filed.case.version,
        "state_label": change.state.label(),
        "awaiting": change.state == State::AwaitingApproval,
        "account": { "name": account.name, "email_masked": account.email.masked() },
        "old_masked": change.old.as_ref().map(|phone| phone.masked()),
        "number": new_number::shown(&change.new),
        "requester": requester(&file, change.requester),
        "requested": moment(change.requested_at),
        "evidence": evidence,
        "missing": changing.weighed.missing(),
        "hold": span(changing.hold),
    });
    let head = Head::desk("Approve a new phone number", &agent);
    show(&app, &agent.caller, StatusCode::OK, "desk/phone_change.html", head, content)
}

/// **Approve the change**.
pub async fn approve(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let versions = (version(&fields), fields.get("case_version").parse().ok());
    let done = app.desk.approve_phone_change(agent.act(&app), reference(&path)?, versions).await?;
    back(&app, &agent, &path, (&fields, NOTHING), done.map(|()| "phone-approved")).await
}

/// **Try again**: gives a number once more to a directory that refused it.
pub async fn order_again(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let version = fields.get("change_version").parse().ok();
    let done = app.desk.order_phone_again(agent.act(&app), reference(&path)?, version).await?;
    back(&app, &agent, &path, (&fields, NOTHING), done.map(|()| "phone-ordered")).await
}

/// **Refuse the change**, with a reason.
pub async fn refuse(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let reason = match free_text(fields.get("reason")) {
        Ok(reason) => reason,
        Err(wrong) => {
            return back_with_text(&app, &agent, &path, (&fields, REASON), wrong).await;
        }
    };
    let done = app.desk.refuse_phone_change(agent.act(&app), reference(&path)?, version(&fields), reason).await?;
    back(&app, &agent, &path, (&fields, REASON), done.map(|()| "phone-refused")).await
}
