//! Second approvals: what awaits one, and exactly what is approved.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde_json::{Map, Value, json};

use super::acts::version;
use super::case::giver;
use super::document::vouched;
use super::policy;
use super::{devices, directory};
use crate::domain::case::{GroupAssessment, Stage, State};
use crate::domain::form::free_text;
use crate::web::App;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, moment_if, see_other, show as show_page, span};
use crate::workflow::{Awaited, Awaiting, CaseFile, Halt};

type Answer = Result<HttpResponse, PageError>;

const REFRESH: u32 = 15;

/// **Approvals**: what awaits a second person, oldest first.
pub async fn list(app: Data<App>, agent: SignedInAgent) -> Answer {
    let awaiting = app.desk.awaiting_approval(&agent.act(&app).actor).await?;
    let now = app.now();
    let row = |item: &Awaiting| {
        let case = &item.filed.case;
        let (what, page) = match item.what {
            Awaited::Deactivation => ("Deactivation", "approve"),
            Awaited::PhoneChange => ("Phone number change", "phone-change/approve"),
        };
        json!({
            "what": what,
            "reference": case.reference,
            "url": format!("/desk/cases/{}/{page}", case.reference),
            "name": item.name,
            "tier_label": item.filed.filing.tier.map(|tier| tier.label()),
            "since": moment(item.since),
            "age": span(now - item.since),
            "asked_by": item.asked.as_ref().map(|(_, by)| by.as_deref().unwrap_or("the customer")),
            "asked_at": moment_if(item.asked.as_ref().map(|(at, _)| *at)),
            "holder": item.holder,
            "why_not": item.refused,
        })
    };
    let content = json!({ "rows": awaiting.iter().map(row).collect::<Vec<_>>() });
    let mut head = Head::desk("Approvals", &agent);
    head.refresh = Some(REFRESH);
    show_page(&app, &agent.caller, StatusCode::OK, "desk/approvals.html", head, content)
}

/// Exactly what is approved.
pub async fn show(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Answer {
    page(&app, &agent, &path, Said::default()).await
}

#[derive(Default)]
struct Said {
    halt: Option<Halt>,
    reason: String,
    wrong: Option<String>,
    /// **Approve** was pressed and no device was ticked.
    unticked: bool,
}

async fn page(app: &App, agent: &SignedInAgent, path: &str, said: Said) -> Answer {
    let reference = reference(path)?;
    let file = app.desk.view_case(agent.act(app), reference.clone()).await??;
    let mut content = content(app, agent, &file);
    // Whoever may not decide at all is told that, and not what their form lacks.
    let barred = content["why_not"].is_string();
    if let Value::Object(fields) = &mut content {
        let typed: Map<String, Value> = [("reason".to_owned(), said.reason.into())].into_iter().collect();
        fields.insert("typed".to_owned(), typed.into());
        fields.insert("error".to_owned(), said.wrong.clone().into());
        fields.insert("devices_error".to_owned(), said.unticked.then_some(devices::NONE_CHOSEN).into());
    }
    let mut status = StatusCode::OK;
    let mut head = Head::desk("Approve this deactivation?", agent);
    if let Some(halt) = &said.halt {
        status = if barred && said.wrong.is_none() { StatusCode::CONFLICT } else { status_of(halt) };
        head.flash = Some(Flash::Refused(halt.to_string())).filter(|_| said.wrong.is_none() && !said.unticked);
    }
    show_page(app, &agent.caller, status, "desk/approve.html", head, content)
}

fn content(app: &App, agent: &SignedInAgent, file: &CaseFile) -> Value {
    let (case, now) = (&file.filed.case, app.now());
    let assessment = file.assessment(&app.desk.kit, now);
    let best = assessment.best().filter(|best| best.stage == Stage::Approval);
    let rule = file.may_approve(&app.desk.kit, agent.session.agent.id, now).err().map(|refused| refused.to_string());
    let lapsed = "The evidence does not count any more, so there is nothing to approve.".to_owned();
    let why_not = rule.or_else(|| best.is_none().then_some(lapsed));
    let group = |group: &GroupAssessment<'_>| {
        group.met_by.map(|given| {
            json!({
                "label": given.kind.label(),
                "at": moment(given.at),
                "until": moment_if(group.counts_until),
                "giver": giver(file, given.giver),
                "vouched": vouched(file, given),
            })
        })
    };
    let form = &file.form;
    let devices = devices::approvable(file);
    json!({
        "reference": case.reference,
        "version": case.version,
        "awaited": case.state == State::AwaitingApproval,
        "why_not": why_not,
        "asked": case.asked.as_ref()
            .map(|asked| json!({ "name": file.agent_name(asked.agent), "at": moment(asked.at) })),
        "holder": case.holder.map(|id| file.agent_name(id)),
        "person": form.name,
        "account": file.account().map(|account| json!({
            "name": account.name,
            "email_masked": account.email.masked(),
            "phone_masked": account.phone.as_ref().map(|phone| phone.masked()),
            "kind_label": account.kind.label(),
            "tier_label": account.tier.label(),
            "directory": directory::panel(app, file, account),
        })),
        "device_label": form.device_kind.label(),
        "reason_label": form.reason.label(),
        "devices": devices,
        "path": best.map(|best| json!({
            "name": best.path.name,
            "nist": best.path.assurance(),
            "evidence": best.groups.iter().filter_map(group).collect::<Vec<_>>(),
            "approvals_given": best.approvals,
            "approvals_needed": best.approvals_needed,
            "cooling_off": policy::cooling_off(best, file.raised()),
            "would_end": moment(now + best.cooling_off),
        })),
        "signals": policy::signals(file.raised()),
        "related": file.related,
    })
}

async fn back(app: &App, agent: &SignedInAgent, path: &str, fields: &Fields, done: Result<&str, Halt>) -> Answer {
    match done {
        Ok(code) => Ok(see_other(format!("/desk/cases/{}?done={code}", reference(path)?))),
        Err(Halt::NoSuchCase) => Err(Halt::NoSuchCase.into()),
        Err(halt) => {
            let reason = fields.get("reason").to_owned();
            page(app, agent, path, Said { halt: Some(halt), reason, ..Said::default() }).await
        }
    }
}

/// **Approve**: the version that was looked at, and no other.
pub async fn approve(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let done = match fields.authenticators() {
        Some(set) => app.desk.approve(agent.act(&app), reference(&path)?, version(&fields), set).await?,
        None => {
            let halt = Some(Halt::BadText(devices::NONE_CHOSEN.to_owned()));
            let said = Said { halt, unticked: true, ..Said::default() };
            return page(&app, &agent, &path, said).await;
        }
    };
    back(&app, &agent, &path, &fields, done.map(|()| "approve")).await
}

/// **Refuse**, with a reason that stays at the desk.
pub async fn refuse(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let reason = match free_text(fields.get("reason")) {
        Ok(reason) => reason,
        Err(wrong) => {
            let (halt, reason) = (Halt::Wrong(wrong), fields.get("reason").to_owned());
            let said = Said { wrong: Some(halt.to_string()), halt: Some(halt), reason, ..Said::default() };
            return page(&app, &agent, &path, said).await;
        }
    };
    let done = app.desk.refuse_approval(agent.act(&app), reference(&path)?, version(&fields), reason).await?;
    back(&app, &agent, &path, &fields, done.map(|()| "refuse-approval")).await
}
