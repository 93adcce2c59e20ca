//! A case as programs read it: what the desk's page shows, with addresses masked, and no words of pages.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::program::Program;
use super::timeline::{TimelineEntry, timeline};
use crate::domain::case::{PathAssessment, Progress, Stage, State};
use crate::domain::evidence::{CheckKind, Giver};
use crate::domain::ids::AgentId;
use crate::store::cases::EntryKind;
use crate::web::App;
use crate::workflow::{CaseFile, ChangeFile};

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
    /// Messages both ways.
    messages: Vec<TextOfCase>,
    /// Mails, oldest first.
    mails: Vec<MailOfCase>,
    /// Why it ended.
    ended_reason: Option<String>,
    /// What it was closed with.
    conclusion: Option<&'static str>,
    /// Its entries in the log, newest first: whole for those who may read the log, with what the desk's page tells of
    /// them for others.
    timeline: Vec<TimelineEntry>,
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

/// The account of a case.
#[derive(Serialize, ToSchema)]
struct AccountOfCase {
    id: String,
    name: String,
    email_masked: String,
    phone_masked: Option<String>,
    kind: &'static str,
    tier: &'static str,
    status: &'static str,
    number: Option<String>,
}

/// An authenticator of a case's account.
#[derive(Serialize, ToSchema)]
struct AuthenticatorOfCase {
    id: String,
    kind: &'static str,
    label: String,
    state: &'static str,
    /// It is the kind that the form names.
    claimed: bool,
    /// It was approved to be deactivated.
    approved: bool,
    /// How far the order has come: `ordered`, `deactivated` or `failed`.
    order: Option<&'static str>,
    /// What the directory said.
    failure: Option<String>,
}

/// A way to satisfy the policy.
#[derive(Serialize, ToSchema)]
struct PathOfCase {
    name: String,
    /// The one that has come furthest.
    best: bool,
    /// What is missing next: `evidence`, `approval`, `wait` or nothing (`ready`).
    stage: &'static str,
    /// One of each is needed.
    checks: Vec<CheckOfPath>,
    approvals_given: usize,
    approvals_needed: usize,
    cooling_off_minutes: i64,
    /// What is missing, in words.
    missing: Vec<String>,
    /// What the evidence amounts to.
    assurance: &'static str,
}

/// A check that a path needs.
#[derive(Serialize, ToSchema)]
struct CheckOfPath {
    any_of: Vec<&'static str>,
    met_by: Option<&'static str>,
    counts_until: Option<DateTime<Utc>>,
}

/// A risk signal that fires.
#[derive(Serialize, ToSchema)]
struct SignalOfCase {
    signal: &'static str,
    why: String,
    adds_minutes: i64,
    approvals: usize,
}

/// A check made.
#[derive(Serialize, ToSchema)]
struct EvidenceOfCase {
    check: &'static str,
    outcome: &'static str,
    at: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
    /// `customer`, `administrator` or `agent`.
    given_by: &'static str,
    agent: Option<Who>,
}

/// An approval, or the wish for one.
#[derive(Serialize, ToSchema)]
struct ApprovalOfCase {
    agent: Who,
    at: DateTime<Utc>,
}

/// A callback that is open.
#[derive(Serialize, ToSchema)]
struct Callback {
    /// The two words that the customer's page shows too: say them first.
    words: String,
    /// The customer has not asked for the code yet.
    waiting_for_customer: bool,
    expires_at: DateTime<Utc>,
    tries_left: i32,
}

/// A change of the phone number.
#[derive(Serialize, ToSchema)]
struct PhoneChangeOfCase {
    /// Counts its changes.
    version: i64,
    state: &'static str,
    state_since: DateTime<Utc>,
    old_masked: Option<String>,
    new_masked: String,
    requested_at: DateTime<Utc>,
    /// `customer`, `agent` or `administrator`.
    requested_by: &'static str,
    approved: Option<ApprovalOfCase>,
    held_until: Option<DateTime<Utc>>,
    missing: Vec<String>,
    /// The directory refused the number, and nobody tries any more.
    given_up: bool,
    failure: Option<String>,
}

/// A document.
#[derive(Serialize, ToSchema)]
struct DocumentOfCase {
    id: String,
    kind: &'static str,
    bytes: i64,
    uploaded_at: DateTime<Utc>,
    erased_at: Option<DateTime<Utc>>,
    /// SHA-256.
    digest: String,
    /// Nobody has examined it yet.
    waiting: bool,
    /// One has opened it oneself, so that one can examine it.
    opened: bool,
}

/// A text on a case.
#[derive(Serialize, ToSchema)]
struct TextOfCase {
    id: String,
    /// `customer`, `administrator`, `agent`, or `elsewhere` for a mail from another address than that of record.
    by: &'static str,
    agent: Option<Who>,
    at: DateTime<Utc>,
    body: String,
}

/// A mail about a case.
#[derive(Serialize, ToSchema)]
struct MailOfCase {
    id: String,
    notice: &'static str,
    to_masked: String,
    state: String,
    at: DateTime<Utc>,
    error: Option<String>,
}

fn who(file: &CaseFile, id: AgentId) -> Who {
    Who { id: id.to_string(), name: file.agent_name(id).to_owned() }
}

const fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Evidence => "evidence",
        Stage::Approval => "approval",
        Stage::Wait => "wait",
        Stage::Ready => "ready",
    }
}

fn path(path: &PathAssessment<'_>, best: Option<&str>) -> PathOfCase {
    let checks = path.groups.iter().map(|group| CheckOfPath {
        any_of: group.alternatives.iter().map(|kind| kind.code()).collect(),
        met_by: group.met_by.map(|given| given.kind.code()),
        counts_until: group.counts_until,
    });
    PathOfCase {
        name: path.path.name.clone(),
        best: best == Some(path.path.name.as_str()),
        stage: stage(&path.stage),
        checks: checks.collect(),
        approvals_given: path.approvals,
        approvals_needed: path.approvals_needed,
        cooling_off_minutes: path.cooling_off.num_minutes(),
        missing: path.missing(),
        assurance: path.path.assurance(),
    }
}

fn authenticators(file: &CaseFile) -> Vec<AuthenticatorOfCase> {
    let case = &file.filed.case;
    let one = |device: &crate::domain::account::Authenticator| {
        let progress = case.orders.get(&device.id).map(|order| &order.progress);
        AuthenticatorOfCase {
            id: device.id.to_string(),
            kind: device.kind.code(),
            label: device.label.clone(),
            state: device.state.code(),
            claimed: device.kind.code() == file.form.device_kind.code(),
            approved: case.approved.as_ref().is_some_and(|set| set.contains(device.id)),
            order: progress.map(|progress| match progress {
                Progress::Ordered => "ordered",
                Progress::Deactivated => "deactivated",
                Progress::Failed(_) => "failed",
            }),
            failure: match progress {
                Some(Progress::Failed(why)) => Some(why.clone()),
                _ => None,
            },
        }
    };
    file.authenticators().iter().map(one).collect()
}

fn phone_change(file: &CaseFile, changing: &ChangeFile) -> PhoneChangeOfCase {
    let change = &changing.change;
    PhoneChangeOfCase {
        version: change.version,
        state: change.state.code(),
        state_since: change.state_since,
        old_masked: change.old.as_ref().map(|phone| phone.masked()),
        new_masked: change.new.masked(),
        requested_at: change.requested_at,
        requested_by: change.requester.code(),
        approved: change
            .approval
            .as_ref()
            .map(|approval| ApprovalOfCase { agent: who(file, approval.agent), at: approval.at }),
        held_until: change.hold.as_ref().map(|hold| hold.ends_at),
        missing: if change.state.is_final() { Vec::new() } else { changing.weighed.missing() },
        given_up: change.order.as_ref().is_some_and(|order| order.given_up),
        failure: change.order.as_ref().and_then(|order| order.failure.clone()),
    }
}

fn texts(file: &CaseFile, kinds: &[EntryKind]) -> Vec<TextOfCase> {
    let written = file.entries.iter().filter(|entry| kinds.contains(&entry.kind));
    written
        .map(|entry| TextOfCase {
            id: entry.id.to_string(),
            by: match (entry.kind, entry.agent) {
                (_, Some(_)) => "agent",
                (EntryKind::Administrator, None) => "administrator",
                (EntryKind::FromElsewhere, None) => "elsewhere",
                (_, None) => "customer",
            },
            agent: entry.agent.map(|id| who(file, id)),
            at: entry.at,
            body: entry.body.clone(),
        })
        .collect()
}

fn callback(app: &App, file: &CaseFile, me: AgentId) -> Option<Callback> {
    let challenge = file.challenge.as_ref()?;
    let mine = challenge.kind == CheckKind::AgentCallback && challenge.agent == Some(me);
    (mine && challenge.is_open(app.now())).then(|| Callback {
        words: file.words(&app.desk.kit, challenge),
        waiting_for_customer: challenge.code_hash.is_none(),
        expires_at: challenge.expires_at,
        tries_left: challenge.tries_left,
    })
}

/// The case as programs of this person read it.
pub fn view(app: &App, file: &CaseFile, program: &Program) -> CaseView {
    let me = program.agent();
    let (case, form) = (&file.filed.case, &file.form);
    let assessment = file.assessment(&app.desk.kit, app.now());
    let best = assessment.best().map(|best| best.path.name.as_str());
    let counts = |given: &crate::domain::evidence::Evidence| {
        let groups = assessment.paths.iter().flat_map(|path| &path.groups);
        groups.filter(|group| group.met_by.is_some_and(|met| met.id == given.id)).find_map(|group| group.counts_until)
    };
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
        account: file.account().map(|account| AccountOfCase {
            id: account.id.to_string(),
            name: account.name.clone(),
            email_masked: account.email.masked(),
            phone_masked: account.phone.as_ref().map(|phone| phone.masked()),
            kind: account.kind.code(),
            tier: account.tier.code(),
            status: account.status.code(),
            number: account.number.clone(),
        }),
        authenticators: authenticators(file),
        administrators: file.administrators.iter().map(|administrator| administrator.email.masked()).collect(),
        paths: assessment.paths.iter().map(|each| path(each, best)).collect(),
        signals: file
            .raised()
            .iter()
            .map(|raised| SignalOfCase {
                signal: raised.signal.code(),
                why: raised.why.clone(),
                adds_minutes: raised.effect.wait.num_minutes(),
                approvals: raised.effect.approvals,
            })
            .collect(),
        related: file.related.iter().map(ToString::to_string).collect(),
        frozen: file.frozen.iter().map(ToString::to_string).collect(),
        evidence: case
            .evidence
            .iter()
            .map(|given| EvidenceOfCase {
                check: given.kind.code(),
                outcome: given.outcome.code(),
                at: given.at,
                valid_until: counts(given),
                given_by: match given.giver {
                    Giver::Customer => "customer",
                    Giver::Agent(_) => "agent",
                    Giver::Administrator(_) => "administrator",
                },
                agent: given.giver.agent().map(|id| who(file, id)),
            })
            .collect(),
        approvals: case
            .approvals
            .iter()
            .map(|approval| ApprovalOfCase { agent: who(file, approval.agent), at: approval.at })
            .collect(),
        approval_asked: case.asked.as_ref().map(|asked| ApprovalOfCase { agent: who(file, asked.agent), at: asked.at }),
        cooling_off_ends_at: case.wait.as_ref().filter(|_| case.state == State::CoolingOff).map(|wait| wait.ends_at),
        callback: callback(app, file, me),
        phone_change: file.phone_change.as_ref().map(|changing| phone_change(file, changing)),
        documents: file
            .documents
            .iter()
            .map(|on_file| DocumentOfCase {
                id: on_file.document.id.to_string(),
                kind: on_file.document.kind.code(),
                bytes: on_file.document.size,
                uploaded_at: on_file.document.uploaded_at,
                erased_at: on_file.document.erased_at,
                digest: on_file.document.digest.clone(),
                waiting: on_file.is_waiting(),
                opened: file.opened_documents.contains(&on_file.document.id),
            })
            .collect(),
        notes: texts(file, &[EntryKind::Note, EntryKind::Reason, EntryKind::Administrator]),
        messages: texts(file, &[EntryKind::ToCustomer, EntryKind::FromCustomer, EntryKind::FromElsewhere]),
        mails: file
            .mails
            .iter()
            .map(|mail| MailOfCase {
                id: mail.id.to_string(),
                notice: mail.mail.notice.template(),
                to_masked: mail.mail.to.masked(),
                state: mail.state.clone(),
                at: mail.at,
                error: mail.error.clone(),
            })
            .collect(),
        ended_reason: file.filed.filing.ended_reason.clone(),
        conclusion: case.conclusion.map(|conclusion| conclusion.code()),
        timeline: timeline(file, program),
    }
}
