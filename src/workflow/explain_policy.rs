use serde::Serialize;
use utoipa::ToSchema;

use super::act::{Act, known};
use super::{Desk, risk};
use crate::domain::account::{Account, AccountKind, AccountStatus};
use crate::domain::audit::{details, timestamp};
use crate::domain::case::{Assessment, Case, PathAssessment, Stage, State, assess};
use crate::domain::evidence::CheckKind;
use crate::domain::policy::Path;
use crate::domain::reference::CaseRef;
use crate::domain::risk::{Raised, together};
use crate::store::{AnyConnection, StoreError, Tx, accounts, agents, cases};

/// What the policy says about an account, and about one of its cases. It holds no address in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    /// Internal identifier.
    pub account: String,
    /// The address of record, masked.
    pub email_masked: String,
    /// `owner`, `member`, or `staff` for somebody at the desk.
    pub kind: &'static str,
    /// `standard` or `privileged`.
    pub tier: &'static str,
    /// `active` or `suspended`.
    pub status: &'static str,
    /// Whether there is a telephone number of record.
    pub has_phone: bool,
    /// The signals that fire, for the case or for a request made now.
    pub signals: Vec<ExplainedSignal>,
    /// Every path.
    pub paths: Vec<ExplainedPath>,
    /// The case, when one was asked about.
    pub case: Option<ExplainedCase>,
    /// What comes of it, in a sentence.
    pub decision: String,
}

/// A signal that fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedSignal {
    /// Stable word.
    pub signal: &'static str,
    /// In words.
    pub label: &'static str,
    /// What was seen.
    pub why: String,
    /// What it adds to the cooling-off.
    pub adds_minutes: i64,
    /// The least approvals it asks for.
    pub approvals: usize,
}

/// One way to satisfy the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedPath {
    /// Its name.
    pub name: String,
    /// The checks it needs: one of each group.
    pub needs: Vec<Vec<&'static str>>,
    /// Second approvals, with what signals ask for.
    pub approvals: usize,
    /// The cooling-off by itself.
    pub cooling_off_minutes: i64,
    /// The cooling-off with what signals add.
    pub cooling_off_with_signals_minutes: i64,
    /// What the evidence amounts to.
    pub assurance: &'static str,
    /// Checks of it that cannot be made in this version, unless an alternative can.
    pub not_offered: Vec<&'static str>,
    /// How far a case has come on it.
    pub progress: Option<ExplainedProgress>,
}

/// How far a case has come on a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedProgress {
    /// The checks that are there and count.
    pub there: Vec<ExplainedEvidence>,
    /// What is missing, in words.
    pub missing: Vec<String>,
    /// Approvals that count.
    pub approvals_given: usize,
    /// `evidence`, `approval`, `wait` or `ready`: what is the next thing that is missing.
    pub stage: &'static str,
}

/// A check that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedEvidence {
    /// Which.
    pub check: &'static str,
    /// Until when it counts; nothing means as long as the case.
    pub until: Option<String>,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedCase {
    /// Its reference.
    pub reference: String,
    /// Its state.
    pub state: &'static str,
    /// When its cooling-off ends, once it has begun.
    pub cooling_off_ends_at: Option<String>,
    /// The path that has come furthest.
    pub path: Option<String>,
    /// From when the authenticator may be deactivated, as things stand.
    pub from: Option<String>,
}

/// Why there is nothing to explain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExplained {
    /// No account has this address or number.
    #[error("no account has this e-mail address or account number")]
    NoAccount,
    /// There is no such case.
    #[error("there is no case with this reference")]
    NoCase,
    /// The case is about another account, or about none.
    #[error("this case is not about this account")]
    OtherAccount,
}

impl Desk {
    /// A dry run: what the policy asks of an account and what it decides about a case. Nothing is changed; the look
    /// is recorded.
    ///
    /// # Errors
    /// [`NotExplained`] when there is no such account or case; [`StoreError`] when the database fails.
    pub async fn explain_policy(
        &self,
        act: Act,
        who: String,
        case: Option<CaseRef>,
    ) -> Result<Result<Explanation, NotExplained>, StoreError> {
        let kit = self.kit.clone();
        let explain = move |tx: &mut Tx<'_>| {
            let Some(account) = named(tx.connection, &who)? else { return Ok(Err(NotExplained::NoAccount)) };
            let (explanation, reference) = match &case {
                None => {
                    let raised = risk::raised_now(tx.connection, &kit, &account, act.at)?;
                    (without_case(&kit.policy, &account, &raised), None)
                }
                Some(reference) => {
                    let Some(filed) = cases::find(tx.connection, reference)? else {
                        return Ok(Err(NotExplained::NoCase));
                    };
                    if filed.case.account != Some(account.id) {
                        return Ok(Err(NotExplained::OtherAccount));
                    }
                    let known = known(tx.connection, &kit, &filed.case)?;
                    let assessment = assess(&filed.case, &known.facts(&kit), act.at);
                    (with_case(&account, &filed.case, &assessment, &known.raised, act.at), Some(reference))
                }
            };
            tx.record(act.entry("policy.explained", reference, Some(account.id), details([])));
            Ok(Ok(explanation))
        };
        self.store.write(explain).await
    }
}

/// The account that an address or a number names: a customer's, or that of somebody at the desk, who can be a customer
/// too and is meant where [`AT_DESK`] stands before the address.
fn named(connection: &mut AnyConnection, who: &str) -> Result<Option<Account>, StoreError> {
    let (who, at_desk) = match who.trim().strip_prefix(AT_DESK) {
        Some(address) => (address, true),
        None => (who.trim(), false),
    };
    let Ok(email) = who.parse() else { return accounts::find_by_number(connection, who) };
    if !at_desk && let Some(account) = accounts::find_by_email(connection, &email)? {
        return Ok(Some(account));
    }
    match agents::find_by_email(connection, &email)? {
        Some(agent) => accounts::find(connection, agent.id.account()),
        None => Ok(None),
    }
}

/// Stands before the address of somebody at the desk who is a customer too.
const AT_DESK: &str = "staff:";

fn explained(account: &Account, raised: &[Raised]) -> Explanation {
    let signal = |raised: &Raised| ExplainedSignal {
        signal: raised.signal.code(),
        label: raised.signal.label(),
        why: raised.why.clone(),
        adds_minutes: raised.effect.wait.num_minutes(),
        approvals: raised.effect.approvals,
    };
    Explanation {
        account: account.id.to_string(),
        email_masked: account.email.masked(),
        kind: account.kind.code(),
        tier: account.tier.code(),
        status: account.status.code(),
        has_phone: account.phone.is_some(),
        signals: raised.iter().map(signal).collect(),
        paths: Vec::new(),
        case: None,
        decision: String::new(),
    }
}

fn explained_path(
    path: &Path,
    account: &Account,
    raised: &[Raised],
    progress: Option<ExplainedProgress>,
) -> ExplainedPath {
    let by_owner = account.kind != AccountKind::Member;
    let possible =
        |kind: &CheckKind| (kind.is_made_at_desk() || by_owner) && (account.phone.is_some() || !kind.proves_phone());
    let unoffered = path.checks.iter().filter(|group| !group.iter().any(possible));
    ExplainedPath {
        name: path.name.clone(),
        needs: path.checks.iter().map(|group| group.iter().map(|kind| kind.code()).collect()).collect(),
        approvals: path.approvals.max(together(raised).approvals),
        cooling_off_minutes: path.cooling_off.num_minutes(),
        cooling_off_with_signals_minutes: (path.cooling_off + together(raised).wait).num_minutes(),
        assurance: path.assurance(),
        not_offered: unoffered.flatten().map(|kind| kind.code()).collect(),
        progress,
    }
}

fn without_case(policy: &crate::domain::policy::Policy, account: &Account, raised: &[Raised]) -> Explanation {
    let paths = policy.paths(account.kind, account.tier).iter().map(|path| explained_path(path, account, raised, None));
    let paths: Vec<_> = paths.collect();
    let possible = paths.iter().filter(|path| path.not_offered.is_empty()).count();
    let decision = if account.status == AccountStatus::Active {
        let all = paths.len();
        format!(
            "A request made now can be carried out on {possible} of {all} paths, with everything that one of them needs."
        )
    } else {
        SUSPENDED.to_owned()
    };
    Explanation { paths, decision, ..explained(account, raised) }
}

fn with_case(
    account: &Account,
    case: &Case,
    assessment: &Assessment<'_>,
    raised: &[Raised],
    now: chrono::DateTime<chrono::Utc>,
) -> Explanation {
    let best = assessment.best();
    let ends_at = case.wait.as_ref().map(|wait| wait.ends_at);
    let from = match best.map(|best| best.stage) {
        Some(Stage::Ready) => Some(now),
        Some(Stage::Wait) => best.map(|best| ends_at.unwrap_or(now).max(wait_end(case, best, now))),
        _ => None,
    }
    .filter(|_| case.state.is_under_review() && account.status == AccountStatus::Active);
    Explanation {
        paths: assessment
            .paths
            .iter()
            .map(|path| explained_path(path.path, account, raised, Some(progress(path))))
            .collect(),
        case: Some(ExplainedCase {
            reference: case.reference.to_string(),
            state: case.state.code(),
            cooling_off_ends_at: ends_at.map(timestamp),
            path: best.map(|best| best.path.name.clone()),
            from: from.map(timestamp),
        }),
        decision: if account.status == AccountStatus::Active || case.state.is_final() {
            decision(case, best, from)
        } else {
            SUSPENDED.to_owned()
        },
        ..explained(account, raised)
    }
}

const SUSPENDED: &str =
    "The account is suspended in the directory: nothing can be deactivated until it is restored there.";

/// When the wait of a path ends: signals that fire after it began lengthen it from its beginning.
fn wait_end(
    case: &Case,
    best: &PathAssessment<'_>,
    now: chrono::DateTime<chrono::Utc>,
) -> chrono::DateTime<chrono::Utc> {
    let begun = case.wait.as_ref().filter(|wait| wait.path == best.path.name).map(|wait| wait.started_at);
    begun.unwrap_or(now) + best.cooling_off
}

fn progress(path: &PathAssessment<'_>) -> ExplainedProgress {
    let there = path.groups.iter().filter_map(|group| {
        let met = group.met_by?;
        Some(ExplainedEvidence { check: met.kind.code(), until: group.counts_until.map(timestamp) })
    });
    ExplainedProgress {
        there: there.collect(),
        missing: path.missing(),
        approvals_given: path.approvals,
        stage: match path.stage {
            Stage::Evidence => "evidence",
            Stage::Approval => "approval",
            Stage::Wait => "wait",
            Stage::Ready => "ready",
        },
    }
}

fn decision(case: &Case, best: Option<&PathAssessment<'_>>, from: Option<chrono::DateTime<chrono::Utc>>) -> String {
    if case.state == State::Disputed {
        return "The case is disputed: nothing can be deactivated until a supervisor ends that.".to_owned();
    }
    if !case.state.is_under_review() && case.state != State::Submitted {
        return format!("The case is “{}”: there is nothing left to decide.", case.state.label());
    }
    let Some(best) = best else { return "No path applies, so nothing can be deactivated.".to_owned() };
    match (best.stage, from) {
        (Stage::Ready, _) => {
            format!("The path `{}` is satisfied: the holder of the case may deactivate the device now.", best.path.name)
        }
        (Stage::Wait, Some(from)) => format!(
            "The path `{}` is satisfied but for its cooling-off: the device may be deactivated from {} on.",
            best.path.name,
            from.format("%-d %b %Y, %H:%M UTC")
        ),
        _ => format!(
            "Nothing can be deactivated: the nearest path, `{}`, still misses {}.",
            best.path.name,
            best.missing().join(", ")
        ),
    }
}
