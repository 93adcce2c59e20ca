use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::After;
use super::clock::clocks;
use super::directory;
use super::live;
use super::phone_change;
use super::timeline::{self, Asked};
use super::{canned, kin, next_step, policy, tags};
use super::{devices, document};
use crate::domain::case::State;
use crate::domain::evidence::{CheckKind, Giver};
use crate::store::tags::Tag;
use crate::web::App;
use crate::web::error::{PageError, reference, status_of};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{Flash, Head, moment, moment_if, show as show_page, span};
use crate::workflow::{Attempted, CaseFile, Halt, Kit};

/// What the page says beside the case itself.
#[derive(Default)]
pub struct Said {
    /// The status it is answered with; 200 when none is set.
    pub status: Option<StatusCode>,
    /// A message above the page.
    pub flash: Option<Flash>,
    /// What was typed and not taken.
    pub typed: Map<String, Value>,
    /// What is wrong with it, by field.
    pub errors: Map<String, Value>,
    /// The form was made from an older version.
    pub stale: Option<String>,
    /// Unmasked addresses are shown: the look was recorded.
    pub revealed: bool,
    /// The last press did not deactivate everything; the case knows what and why.
    pub unfinished: bool,
    /// Which part of the timeline is shown.
    pub asked: Asked,
    /// The canned reply that is begun from.
    pub reply: String,
    /// Everything at once, without buttons, for paper.
    pub printed: bool,
}

impl Said {
    /// Tells of a halt and keeps what was typed: `kept` pairs a form's field with the name the page knows it by.
    pub fn halted(halt: &Halt, fields: &Fields, kept: Kept) -> Self {
        let mut said = Self { status: Some(status_of(halt)), ..Self::default() };
        for (field, name) in kept {
            said.typed.insert((*name).to_owned(), fields.get(field).into());
        }
        match halt {
            Halt::Stale { .. } | Halt::Overtaken { .. } => said.stale = Some(halt.to_string()),
            _ => said.flash = Some(Flash::Refused(halt.to_string())),
        }
        said
    }
}

/// Which fields of a form its page can show again, and by which name.
pub type Kept = &'static [(&'static str, &'static str)];

/// What the address says after an order that was not, or not wholly, carried out.
pub(super) const UNFINISHED: &str = "not-deactivated";

fn done_text(code: &str) -> Option<&'static str> {
    Some(match code {
        "claim" => "You hold this case now.",
        "release" => "The case is free again.",
        "reassign" => "The case was reassigned.",
        "note" => "The note was added.",
        "message" => "The message is on its way.",
        "tag" => "The tag is on the case.",
        "untag" => "The tag is off the case.",
        "callback" => "Dial the phone of record now. Say the two words first.",
        "document-passed" => "The examination is recorded: the document passed.",
        "document-failed" => "The examination is recorded: the document failed.",
        "met" => "The meeting is recorded.",
        "match" => "Match: the phone number is confirmed.",
        "approve" => "You approved this case.",
        "refuse-approval" => "You refused this approval. Everything has to be proved anew.",
        "ask-approval" => "The case is on the list of approvals.",
        "reject" => "The case was rejected.",
        "deactivated" => "The directory confirmed it: the authenticator is deactivated.",
        "all-deactivated" => "The directory confirmed it: every authenticator that was chosen is deactivated.",
        "leave-rest" => "The case ends with what was deactivated. The rest stays as it is.",
        "under-way" => "The directory has not answered yet. The case shows the outcome when it does.",
        "end-dispute" => "The dispute is over.",
        "merge" => "Merged. The customer is told which case goes on.",
        "mail" => "The mail will be sent again.",
        "works-again" => "The address is marked as working again.",
        "read-again" => "The directory was asked again: the account is shown as it is there now.",
        "phone-asked" => "The new phone number was asked for. Another agent has to approve it.",
        "phone-approved" => "You approved the new phone number. Its hold has begun.",
        "phone-ordered" => "The directory is given the new phone number once more.",
        "phone-refused" => "The new phone number was refused.",
        _ => return None,
    })
}

/// The desk's page of a case.
pub async fn show(
    app: Data<App>,
    agent: SignedInAgent,
    path: Path<String>,
    after: Query<After>,
    asked: Query<Asked>,
    chosen: Query<Chosen>,
) -> Result<HttpResponse, PageError> {
    let flash = done_text(&after.done).map(|text| Flash::Done(text.to_owned()));
    let unfinished = after.done == UNFINISHED;
    let said =
        Said { flash, unfinished, asked: asked.into_inner(), reply: chosen.into_inner().reply, ..Said::default() };
    page(&app, &agent, &path, said).await
}

/// A case on paper: the whole timeline, and no buttons.
pub async fn print(app: Data<App>, agent: SignedInAgent, path: Path<String>) -> Result<HttpResponse, PageError> {
    page(&app, &agent, &path, Said { printed: true, ..Said::default() }).await
}

/// The canned reply that an address names.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    reply: String,
}

/// What is said of an order that the directory did not carry out, or not wholly.
fn unfinished_text(file: &CaseFile) -> Option<String> {
    match file.attempted() {
        Attempted::Partly { done, of } => {
            Some(format!("{done} of {of} deactivated. The case shows what is left, and why."))
        }
        Attempted::Failed(why) if !why.is_empty() => Some(format!("Nothing was deactivated: {why}.")),
        Attempted::Failed(_) | Attempted::Deactivated | Attempted::UnderWay => None,
    }
}

/// Draws a case, with what a press led to.
pub async fn page(app: &App, agent: &SignedInAgent, path: &str, said: Said) -> Result<HttpResponse, PageError> {
    let reference = reference(path)?;
    let file = app.desk.view_case(agent.act(app), reference.clone()).await??;
    let asked = said.asked.wanted(said.printed);
    let lines = app.desk.timeline(reference.clone(), asked).await??;
    let replies = if file.account().is_some() { app.desk.canned_replies().await? } else { Vec::new() };
    if !file.filed.case.state.is_final() && agent.session.agent.role.works_cases() {
        app.desk.is_at_case(agent.act(app), file.filed.case.id, reference.clone()).await;
    }
    let mut said = said;
    for (field, body) in &file.drafts {
        said.typed.entry((*field).to_owned()).or_insert_with(|| body.as_str().into());
    }
    let mut content = content(app, agent, &file, said.revealed);
    if let Value::Object(fields) = &mut content {
        let base = format!("/desk/cases/{reference}");
        fields.insert("live_url".to_owned(), timeline::address(&base, &asked).into());
        let role = agent.session.agent.role;
        let begun = canned::choice(app, agent, &file, &replies, &said.reply);
        if let Some(text) = begun["text"].as_str() {
            let typed = said.typed.get("message").and_then(Value::as_str).unwrap_or_default();
            // What was begun stays, and the reply comes after it.
            let both = if typed.is_empty() { text.to_owned() } else { format!("{typed}\n\n{text}") };
            if !typed.contains(text) {
                said.typed.insert("message".to_owned(), both.into());
            }
        }
        fields.insert("replies".to_owned(), begun);
        fields.insert("shows_newest".to_owned(), timeline::shows_newest_message(&asked).into());
        fields.insert("printed_at".to_owned(), if said.printed { moment(app.now()) } else { Value::Null });
        fields.insert("timeline".to_owned(), timeline::section(&file, &lines, &asked, (role, said.revealed)));
        let shown = |tags: &[Tag]| tags.iter().map(tags::shown).collect::<Vec<_>>();
        fields.insert("tags".to_owned(), shown(&file.tags).into());
        fields.insert("all_tags".to_owned(), shown(&file.all_tags).into());
        fields.insert("typed".to_owned(), Value::Object(said.typed));
        fields.insert("errors".to_owned(), Value::Object(said.errors));
        fields.insert("stale".to_owned(), said.stale.map_or(Value::Null, |text| json!({ "text": text })));
    }
    let template = if said.printed { "desk/print.html" } else { "desk/case.html" };
    let title = format!("Case {reference}");
    let mut head = Head::desk(&title, agent);
    head.refresh = (!file.filed.case.state.is_final() && !said.revealed && !said.printed).then_some(10);
    head.events = Some(live::address(agent, Some(&reference)));
    head.flash = said.flash.or_else(|| unfinished_text(&file).filter(|_| said.unfinished).map(Flash::Refused));
    show_page(app, &agent.caller, said.status.unwrap_or(StatusCode::OK), template, head, content)
}

fn content(app: &App, agent: &SignedInAgent, file: &CaseFile, revealed: bool) -> Value {
    let (case, now, me) = (&file.filed.case, app.now(), agent.session.agent.id);
    let reference = &case.reference;
    let assessment = file.assessment(&app.desk.kit, now);
    let best = assessment.best().map(|best| best.path.name.as_str());
    let account = file.account();
    let holder = case.holder.map(|id| json!({ "name": file.agent_name(id), "mine": id == me }));
    let form = &file.form;
    // As the policy weighs it: longer than by itself once a cooling-off rests on it, and nothing once voided.
    let counts = |given: &crate::domain::evidence::Evidence| {
        let groups = assessment.paths.iter().flat_map(|path| &path.groups);
        groups.filter(|group| group.met_by.is_some_and(|met| met.id == given.id)).find_map(|group| group.counts_until)
    };
    let evidence: Vec<Value> = case
        .evidence
        .iter()
        .map(|given| {
            json!({
                "label": given.kind.label(),
                "outcome": given.outcome.code(),
                "outcome_label": given.outcome.label(),
                "at": moment(given.at),
                "valid_until": moment_if(counts(given)),
                "giver": giver(file, given.giver),
            })
        })
        .collect();
    let may = may(&app.desk.kit, agent, file, now);
    json!({
        "reference": reference,
        "version": case.version,
        "state": { "code": case.state.code(), "label": case.state.label() },
        "state_since": moment(case.state_since),
        "submitted": moment(case.submitted_at),
        "age": span(now - case.submitted_at),
        "clocks": clocks(&file.filed.filing.clocks, now),
        "holder": holder,
        "recovery": file.recovery.as_ref().map(|recovery| json!({
            "with_owner": case.with_owner,
            "handed_over": moment_if(recovery.handed_over_at).as_object(),
            "failed": recovery.failed.map(|failed| failed.label()),
        })),
        "form": {
            "name": form.name,
            "email_masked": form.email.masked(),
            "account_number": form.account_number,
            "number_differs": account.is_some_and(|a| form.account_number.is_some() && a.number != form.account_number),
            "device_label": form.device_kind.label(),
            "reason_label": form.reason.label(),
            "failed_step": form.failed_step,
            "phone_masked": form.phone.as_ref().map(|phone| phone.masked()),
            "language_label": form.language.label(),
            "callback_time": form.callback_time,
            "message": form.message,
        },
        "revealed": revealed.then(|| json!({
            "email": account.map(|account| &account.email),
            "phone": account.and_then(|account| account.phone.as_ref()),
            "form_email": form.email,
            "form_phone": form.phone,
        })),
        "account": account.map(|account| json!({
            "id": account.id,
            "name": account.name,
            "email_masked": account.email.masked(),
            "phone_masked": account.phone.as_ref().map(|phone| phone.masked()),
            "kind": account.kind.code(),
            "kind_label": account.kind.label(),
            "tier_label": account.tier.label(),
            "status_label": account.status.label(),
            "number": account.number,
            "undeliverable": file.undeliverable.as_ref()
                .map(|failure| json!({ "status": failure.status, "since": moment(failure.at) })),
            "directory": directory::panel(app, file, account),
        })),
        "authenticators": devices::all(file),
        "administrators": file.administrators.iter()
            .map(|administrator| json!({ "name": administrator.name, "email_masked": administrator.email.masked() }))
            .collect::<Vec<_>>(),
        "policy": assessment.paths.iter()
            .filter(|path| !policy::is_impossible(path, account))
            .map(|path| policy::path(path, best, file.raised()))
            .collect::<Vec<_>>(),
        "signals": policy::signals(file.raised()),
        "related": file.related,
        "evidence": evidence,
        "approvals": case.approvals.iter()
            .map(|approval| json!({ "name": file.agent_name(approval.agent), "at": moment(approval.at) }))
            .collect::<Vec<_>>(),
        "cooling_off": case.wait.as_ref().filter(|_| case.state == State::CoolingOff)
            .map(|wait| json!({ "ends": moment(wait.ends_at), "left": span(wait.ends_at - now) })),
        "asked": case.asked.as_ref()
            .map(|asked| json!({ "name": file.agent_name(asked.agent), "at": moment(asked.at) })),
        "callback": callback(app, agent, file),
        "frozen": file.frozen,
        "blocks": file.blocks.iter().map(super::blocks::standing).collect::<Vec<_>>(),
        "proofs": document::section(agent, file),
        "phone_change": phone_change::panel(&app.desk.kit, agent, file, now),
        "searching": file.searching,
        "kin": kin::panel(app, agent, file),
        "beside": file.beside.iter()
            .map(|beside| json!({ "name": file.agent_name(beside.agent), "writes": beside.writes }))
            .collect::<Vec<_>>(),
        "seen": newest_message(file),
        "colleague": file.is_about_colleague(),
        "own": case.is_about(me),
        "next_step": next_step::panel(&app.desk.kit, agent, file, &may, now),
        "may": may,
        "why_not": why_not(agent, file),
        "agents": file.agents.values()
            .filter(|agent| agent.role.works_cases() && agent.suspended_at.is_none() && Some(agent.id) != case.holder)
            .map(|agent| json!({ "id": agent.id, "name": agent.name }))
            .collect::<Vec<_>>(),
        "outcome": directory::outcome(file),
        "ended_reason": file.filed.filing.ended_reason,
        "erased": file.erased.map(|by| by.to_string()),
    })
}

/// The newest message that the page shows, so that an answer to an older one is noticed.
fn newest_message(file: &CaseFile) -> String {
    let newest = file.entries.iter().rfind(|entry| entry.kind.is_talk());
    newest.map_or_else(|| "none".to_owned(), |entry| entry.id.to_string())
}

pub(super) fn giver(file: &CaseFile, giver: Giver) -> &str {
    match giver {
        Giver::Customer => "the customer",
        Giver::Agent(id) => file.agent_name(id),
        Giver::Administrator(_) => "an administrator of the account",
    }
}

fn callback(app: &App, agent: &SignedInAgent, file: &CaseFile) -> Value {
    let mine = |challenge: &&crate::store::calls::Challenge| {
        challenge.kind == CheckKind::AgentCallback
            && challenge.agent == Some(agent.session.agent.id)
            && challenge.is_open(app.now())
    };
    file.challenge.as_ref().filter(mine).map_or(Value::Null, |challenge| {
        json!({
            "words": file.words(&app.desk.kit, challenge),
            "waiting_for_customer": challenge.code_hash.is_none(),
            "expires": moment(challenge.expires_at),
            "tries_left": challenge.tries_left,
        })
    })
}

/// Which buttons are of use; the rules decide again when one is pressed.
fn may(kit: &Kit, agent: &SignedInAgent, file: &CaseFile, now: DateTime<Utc>) -> Value {
    let (case, who) = (&file.filed.case, &agent.session.agent);
    let own = case.is_about(who.id);
    let works = who.role.works_cases() && !own;
    let supervises = who.role.supervises() && !own;
    let mine = case.holder == Some(who.id);
    let live = !case.state.is_final() && case.state != State::Disputed;
    let approved = case.approvals.iter().any(|approval| approval.agent == who.id);
    let ended = matches!(case.state, State::Deactivating | State::Deactivated);
    let mut may = json!({
        "read_directory": works && !case.state.is_final(),
        "claim": works && live && case.holder.is_none() && !approved,
        "release": works && live && mine,
        "reassign": supervises && live,
        "note": works && file.erased.is_none(),
        "message": works && !case.state.is_final() && file.account().is_some(),
        "callback": works && mine && case.state.is_under_review()
            && file.calls_left > 0
            && file.codes_held.is_none()
            && file.account().is_some_and(|account| account.phone.is_some()),
        "approve": works && file.may_approve(kit, who.id, now).is_ok(),
        "ask_approval": works && mine && case.state == State::AwaitingApproval && case.asked.is_none(),
        "reject": works && live && !ended && (mine || supervises) && !case.has_deactivated(),
        "leave_rest": works && (mine || supervises) && case.state.is_under_review() && case.has_deactivated(),
        "deactivate": works && mine && case.state == State::Ready && !approved,
        "end_dispute": supervises && case.state == State::Disputed,
        "reveal": works && file.erased.is_none(),
    });
    if let Value::Object(buttons) = &mut may {
        buttons.extend(phone_change::may(kit, agent, file, now).map(|(button, may)| (button.to_owned(), may.into())));
    }
    may
}

/// Why a button is of no use, the first reason that holds.
fn why_not(agent: &SignedInAgent, file: &CaseFile) -> Value {
    let (case, who) = (&file.filed.case, &agent.session.agent);
    let mine = case.holder == Some(who.id);
    let approved = case.approvals.iter().any(|approval| approval.agent == who.id);
    let gave = case.evidence.iter().any(|given| given.giver.agent() == Some(who.id));
    let asked = case.asked.as_ref().is_some_and(|asked| asked.agent == who.id);
    let first = |reasons: &[(bool, &'static str)]| reasons.iter().find(|(holds, _)| *holds).map_or("", |(_, why)| why);
    let role = match case.is_about(who.id) {
        true => (true, "This case is about your own account. A colleague has to work on it."),
        false => (!who.role.works_cases(), "Your role reads cases and changes nothing."),
    };
    let vouches = !file.is_about_colleague() || who.role.supervises();
    let over = (case.state.is_final(), "The case is over.");
    let frozen = (case.state == State::Disputed, "The case is frozen by a dispute.");
    let done =
        (matches!(case.state, State::Deactivating | State::Deactivated), "The deactivation was ordered already.");
    let claim = (!mine, "Claim the case first.");
    let no_phone = file.account().is_some_and(|account| account.phone.is_none());
    json!({
        "claim": first(&[role, over, frozen, (approved, "You approved this case, so another agent has to hold it.")]),
        "approve": first(&[
            role, over, frozen, done,
            (case.state != State::AwaitingApproval, "No approval is awaited now."),
            (mine, "You hold this case, so another agent has to approve it."),
            (gave, "You supplied evidence, so another agent has to approve it."),
            (asked, "You asked for this approval, so another agent has to give it."),
            (approved, "You have approved this case."),
            (!vouches, "This case is about a colleague, so a supervisor has to approve it."),
        ]),
        "deactivate": first(&[
            role, over, frozen, done,
            (case.state == State::CoolingOff, "The cooling-off has not ended yet."),
            (case.state != State::Ready, "The policy is not satisfied yet."),
            claim,
        ]),
        "callback": first(&[
            role, over, frozen, done,
            (!case.state.is_under_review(), "The e-mail address is not confirmed yet."),
            (no_phone, "The account has no phone number of record."),
            (file.codes_held.is_some(), "Wrong digits were typed too often: see “Limits reached” above."),
            (file.calls_left == 0, "This phone has been called as often as is allowed for now."),
            claim,
        ]),
        "reject": first(&[
            role, over, frozen, done,
            (case.has_deactivated(), "Something was deactivated already. Say above that the rest stays as it is."),
            claim,
        ]),
        "message": first(&[
            (file.searching, "It is not known yet which account this is about, so there is nobody to write to."),
            (file.account().is_none(), "No account matches, so there is nobody to write to."),
        ]),
    })
}
