//! A case as programs read it: what the desk's page shows, with addresses masked, and no words of pages.

mod account;
mod kin;
mod policy;
mod written;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::program::Program;
use super::tags::TagLine;
use super::timeline::{TimelineEntry, timeline};
use crate::domain::case::State;
use crate::domain::ids::AgentId;
use crate::store::cases::EntryKind;
use crate::web::App;
use crate::workflow::CaseFile;
use account::{
    AccountOfCase, AuthenticatorOfCase, Callback, PhoneChangeOfCase, account, authenticators, callback, phone_change,
};
use kin::{KinOfCase, RelativeOfCase};
use policy::{ApprovalOfCase, EvidenceOfCase, PathOfCase, SignalOfCase, evidence, path, signals};
use written::{DocumentOfCase, MailOfCase, TextOfCase, documents, mails, texts};

/// Somebody at the desk.
#[derive(Serialize, ToSchema)]
pub struct Who {
    /// Internal identifier.
    id: String,
    /// The name that colleagues see.
    name: String,
}

/// A case.
#[derive(Serialize, ToSchema)]
#[schema(as = Case)]
pub struct CaseView {
    /// What people call it.
    reference: String,
    /// Counts its changes; also the ETag.
    version: i64,
    /// Where it stands.
    state: &'static str,
    /// Since when.
    state_since: DateTime<Utc>,
    /// When the form came in.
    submitted_at: DateTime<Utc>,
    /// When it expires if nothing happens.
    expires_at: DateTime<Utc>,
    /// When the desk should have answered, while it owes an answer.
    answer_by: Option<DateTime<Utc>>,
    /// Who works on it.
    holder: Option<Who>,
    /// Its owner has it in their own hands.
    with_owner: bool,
    /// It is about the account of somebody at the desk.
    about_colleague: bool,
    /// It is about one's own account.
    own: bool,
    /// The form as submitted.
    form: Form,
    /// The account, once found.
    account: Option<AccountOfCase>,
    /// What the account signs in with.
    authenticators: Vec<AuthenticatorOfCase>,
    /// Who may administer the account, e-mail addresses masked.
    administrators: Vec<String>,
    /// The ways to satisfy the policy, and how far each has come.
    paths: Vec<PathOfCase>,
    /// The risk signals that fire.
    signals: Vec<SignalOfCase>,
    /// Other open cases of the account, the newest first: what may be a duplicate.
    of_account: Vec<KinOfCase>,
    /// The case that goes on in the place of this one.
    merged_into: Option<String>,
    /// Duplicates that this case goes on in the place of.
    merged: Vec<String>,
    /// Cases that share something with this one. That is a hint and proves nothing.
    relatives: Vec<RelativeOfCase>,
    /// Its tags.
    tags: Vec<TagLine>,
    /// Others who have its page before them.
    beside: Vec<Beside>,
    /// Other cases of the campaign that it is part of.
    related: Vec<String>,
    /// Other cases of the account that a dispute has frozen.
    frozen: Vec<String>,
    /// Every check made.
    evidence: Vec<EvidenceOfCase>,
    /// Second approvals.
    approvals: Vec<ApprovalOfCase>,
    /// Who asked for the second approval, while one is awaited.
    approval_asked: Option<ApprovalOfCase>,
    /// When the cooling-off ends, once it has begun.
    cooling_off_ends_at: Option<DateTime<Utc>>,
    /// One's own callback, while it is open.
    callback: Option<Callback>,
    /// The newest change of the phone number.
    phone_change: Option<PhoneChangeOfCase>,
    /// Uploaded documents.
    documents: Vec<DocumentOfCase>,
    /// Notes and reasons that stay at the desk.
    notes: Vec<TextOfCase>,
    /// Messages both ways, oldest first. An answer names the last of them in `seen`.
    messages: Vec<TextOfCase>,
    /// Mails, oldest first.
    mails: Vec<MailOfCase>,
    /// Why it ended.
    ended_reason: Option<String>,
    /// The erasure of its personal data, if it was erased.
    erased: Option<ErasedCase>,
    /// What it was closed with.
    conclusion: Option<&'static str>,
    /// Its entries in the log, newest first: whole for those who may read the log, with what the desk's page tells of
    /// them for others.
    timeline: Vec<TimelineEntry>,
}

/// What was erased of a case, and why.
#[derive(Serialize, ToSchema)]
struct ErasedCase {
    at: DateTime<Utc>,
    /// In the series of all erasures.
    number: i64,
    /// `schedule` or `request`.
    cause: &'static str,
}

/// Somebody who has the case's page before them.
#[derive(Serialize, ToSchema)]
struct Beside {
    agent: Who,
    /// They write there.
    writes: bool,
}

/// The form as submitted.
#[derive(Serialize, ToSchema)]
struct Form {
    name: String,
    email_masked: String,
    account_number: Option<String>,
    device: &'static str,
    reason: &'static str,
    failed_step: String,
    phone_masked: Option<String>,
    language: &'static str,
    callback_time: String,
    message: String,
}

fn who(file: &CaseFile, id: AgentId) -> Who {
    Who { id: id.to_string(), name: file.agent_name(id).to_owned() }
}

/// The case as programs of this person read it.
pub fn view(app: &App, file: &CaseFile, program: &Program) -> CaseView {
    let me = program.agent();
    let (case, form) = (&file.filed.case, &file.form);
    let assessment = file.assessment(&app.desk.kit, app.now());
    let best = assessment.best().map(|best| best.path.name.as_str());
    CaseView {
        reference: case.reference.to_string(),
        version: case.version,
        state: case.state.code(),
        state_since: case.state_since,
        submitted_at: case.submitted_at,
        expires_at: case.expires_at,
        answer_by: file.filed.filing.clocks.answer_by(),
        holder: case.holder.map(|id| who(file, id)),
        with_owner: case.with_owner,
        about_colleague: file.is_about_colleague(),
        own: case.is_about(me),
        form: Form {
            name: form.name.clone(),
            email_masked: form.email.masked(),
            account_number: form.account_number.clone(),
            device: form.device_kind.code(),
            reason: form.reason.code(),
            failed_step: form.failed_step.clone(),
            phone_masked: form.phone.as_ref().map(|phone| phone.masked()),
            language: form.language.code(),
            callback_time: form.callback_time.clone(),
            message: form.message.clone(),
        },
        account: file.account().map(account),
        authenticators: authenticators(file),
        administrators: file.administrators.iter().map(|administrator| administrator.email.masked()).collect(),
        paths: assessment.paths.iter().map(|each| path(each, best)).collect(),
        signals: signals(file),
        of_account: kin::of_account(file, &program.entered.agent),
        merged_into: file.merged_into.as_ref().map(ToString::to_string),
        merged: file.merged.iter().map(ToString::to_string).collect(),
        relatives: kin::relatives(file),
        tags: file.tags.iter().map(TagLine::of).collect(),
        beside: file.beside.iter().map(|each| Beside { agent: who(file, each.agent), writes: each.writes }).collect(),
        related: file.related.iter().map(ToString::to_string).collect(),
        frozen: file.frozen.iter().map(ToString::to_string).collect(),
        evidence: evidence(file, &assessment),
        approvals: case
            .approvals
            .iter()
            .map(|approval| ApprovalOfCase { agent: who(file, approval.agent), at: approval.at })
            .collect(),
        approval_asked: case.asked.as_ref().map(|asked| ApprovalOfCase { agent: who(file, asked.agent), at: asked.at }),
        cooling_off_ends_at: case.wait.as_ref().filter(|_| case.state == State::CoolingOff).map(|wait| wait.ends_at),
        callback: callback(app, file, me),
        phone_change: file.phone_change.as_ref().map(|changing| phone_change(file, changing)),
        documents: documents(file),
        notes: texts(file, &[EntryKind::Note, EntryKind::Reason, EntryKind::Administrator]),
        messages: texts(file, &[EntryKind::ToCustomer, EntryKind::FromCustomer, EntryKind::FromElsewhere]),
        mails: mails(file),
        ended_reason: file.filed.filing.ended_reason.clone(),
        erased: file.erased.map(|by| ErasedCase { at: by.at, number: by.number, cause: by.cause.code() }),
        conclusion: case.conclusion.map(|conclusion| conclusion.code()),
        timeline: timeline(file, program),
    }
}
