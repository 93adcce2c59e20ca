use chrono::{DateTime, TimeDelta, Utc};

use super::super::evidence::{CheckKind, Evidence, Outcome};
use super::super::ids::AgentId;
use super::super::policy::Path;
use super::super::risk::{extra_wait, least_approvals};
use super::{AccountFacts, Case, Facts};

/// How far the best path has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Evidence is missing.
    Evidence,
    /// Approvals are missing.
    Approval,
    /// The cooling-off has to begin or to end.
    Wait,
    /// Nothing is missing.
    Ready,
}

/// One group of alternatives of a path, and the evidence that meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAssessment<'a> {
    /// Any one of these is enough.
    pub alternatives: &'a [CheckKind],
    /// The evidence that counts now.
    pub met_by: Option<&'a Evidence>,
    /// Until when it counts.
    pub counts_until: Option<DateTime<Utc>>,
}

/// How far one path has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathAssessment<'a> {
    /// The path.
    pub path: &'a Path,
    /// Its groups.
    pub groups: Vec<GroupAssessment<'a>>,
    /// Approvals that count.
    pub approvals: usize,
    /// Approvals that are needed: the path's own, or more where a risk signal asks for them.
    pub approvals_needed: usize,
    /// The cooling-off that is needed: the path's own and what risk signals add.
    pub cooling_off: TimeDelta,
    /// How far it has come.
    pub stage: Stage,
}

impl PathAssessment<'_> {
    /// What is still missing, in words.
    pub fn missing(&self) -> Vec<String> {
        let mut missing: Vec<String> = self
            .groups
            .iter()
            .filter(|group| group.met_by.is_none())
            .map(|group| group.alternatives.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(" or "))
            .collect();
        if self.approvals < self.approvals_needed {
            missing.push(match self.approvals_needed - self.approvals {
                1 => "approval by a second agent".to_owned(),
                n => format!("approval by {n} more agents"),
            });
        }
        if self.stage < Stage::Ready && self.cooling_off > TimeDelta::zero() {
            missing.push("the end of the cooling-off".to_owned());
        }
        missing
    }
}

/// The policy's answer for a case at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment<'a> {
    /// Every path of the account's tier.
    pub paths: Vec<PathAssessment<'a>>,
}

impl<'a> Assessment<'a> {
    /// The path that has come furthest; of equals the one that waits and asks least.
    pub fn best(&self) -> Option<&PathAssessment<'a>> {
        self.paths.iter().max_by(|a, b| {
            let ease = |p: &PathAssessment<'_>| {
                let groups_missing = p.groups.iter().filter(|group| group.met_by.is_none()).count();
                (std::cmp::Reverse(groups_missing), std::cmp::Reverse((p.cooling_off, p.approvals_needed)))
            };
            (a.stage, ease(a)).cmp(&(b.stage, ease(b)))
        })
    }
}

/// Weighs the evidence of a case against the policy. Nothing is remembered from an earlier weighing but
/// the cooling-off that began; a case without an account satisfies nothing.
pub fn assess<'a>(case: &'a Case, facts: &Facts<'a>, now: DateTime<Utc>) -> Assessment<'a> {
    let Some(account) = facts.account else { return Assessment { paths: Vec::new() } };
    let paths = facts.policy.paths(account.kind, account.tier);
    Assessment { paths: paths.iter().map(|path| assess_path(case, account, facts, path, now)).collect() }
}

fn assess_path<'a>(
    case: &'a Case,
    account: &AccountFacts,
    facts: &Facts<'a>,
    path: &'a Path,
    now: DateTime<Utc>,
) -> PathAssessment<'a> {
    let groups = groups_of(case, account, facts, path, now);
    let approvals =
        case.approvals.iter().filter(|approval| approval_counts(approval.agent, approval.at, case, facts)).count();
    let approvals_needed = path.approvals.max(least_approvals(facts.raised));
    let cooling_off = path.cooling_off + extra_wait(facts.raised);
    let begun = case.wait.as_ref().filter(|wait| wait.path == path.name);
    let waited = cooling_off <= TimeDelta::zero()
        || begun.is_some_and(|wait| wait.ends_at.max(wait.started_at + cooling_off) <= now);
    let stage = if groups.iter().any(|group| group.met_by.is_none()) {
        Stage::Evidence
    } else if approvals < approvals_needed {
        Stage::Approval
    } else if waited {
        Stage::Ready
    } else {
        Stage::Wait
    };
    PathAssessment { path, groups, approvals, approvals_needed, cooling_off, stage }
}

/// What meets each group of a path at this moment.
pub fn groups_of<'a>(
    case: &'a Case,
    account: &AccountFacts,
    facts: &Facts<'_>,
    path: &'a Path,
    now: DateTime<Utc>,
) -> Vec<GroupAssessment<'a>> {
    let group = |alternatives: &'a Vec<CheckKind>| {
        let met = case
            .evidence
            .iter()
            .filter(|evidence| alternatives.contains(&evidence.kind))
            .filter(|evidence| is_sound(evidence, case, account, facts))
            .map(|evidence| (evidence, counts_until(evidence, case)))
            .filter(|(_, until)| until.is_none_or(|until| now < until))
            .max_by_key(|(_, until)| until.unwrap_or(DateTime::<Utc>::MAX_UTC));
        GroupAssessment {
            alternatives,
            met_by: met.map(|(evidence, _)| evidence),
            counts_until: met.and_then(|(_, until)| until),
        }
    };
    path.checks.iter().map(group).collect()
}

/// Passed, not voided by a dispute or a suspension, about an address that is still of record or a document that was not
/// found wanting since, or by an administrator who still is one.
fn is_sound(evidence: &Evidence, case: &Case, account: &AccountFacts, facts: &Facts<'_>) -> bool {
    let about_what_is = match evidence.kind {
        CheckKind::EmailLink => evidence.subject.as_ref() == Some(&account.email),
        kind if kind.proves_phone() => evidence.subject.is_some() && evidence.subject == account.phone,
        CheckKind::Administrator => {
            let giver = evidence.giver.administrator();
            giver.is_some_and(|giver| giver != account.id && account.administrators.contains(&giver))
        }
        CheckKind::Document => !found_wanting_later(evidence, case),
        _ => true,
    };
    evidence.outcome == Outcome::Passed
        && evidence.at >= case.evidence_since
        && about_what_is
        && !evidence.giver.agent().is_some_and(|agent| facts.is_void(agent, evidence.at))
}

/// The same document was examined once more and did not pass: the last look counts.
fn found_wanting_later(evidence: &Evidence, case: &Case) -> bool {
    // Identifiers order what happened at one moment.
    let after = |other: &&Evidence| (other.at, other.id) > (evidence.at, evidence.id);
    let later = case.evidence.iter().filter(|other| other.kind == evidence.kind).filter(after);
    evidence.subject.is_some()
        && later.filter(|other| other.subject == evidence.subject).any(|other| other.outcome == Outcome::Failed)
}

/// Evidence that was valid when the cooling-off began counts until the case's ready window closes.
fn counts_until(evidence: &Evidence, case: &Case) -> Option<DateTime<Utc>> {
    let frozen = case.wait.as_ref().filter(|wait| wait.evidence.contains(&evidence.id)).map(|wait| wait.usable_until);
    match (evidence.valid_until, frozen) {
        (Some(own), Some(frozen)) => Some(own.max(frozen)),
        (own, _) => own,
    }
}

/// Four eyes: an approval by whoever holds the case, asked for it or supplied evidence in it does not count.
fn approval_counts(agent: AgentId, at: DateTime<Utc>, case: &Case, facts: &Facts<'_>) -> bool {
    at >= case.evidence_since
        && !facts.is_void(agent, at)
        && case.holder != Some(agent)
        && case.asked.as_ref().is_none_or(|asked| asked.agent != agent)
        && !gave_evidence(agent, case)
}

/// Whether `agent` supplied any evidence in the case.
pub fn gave_evidence(agent: AgentId, case: &Case) -> bool {
    case.evidence.iter().any(|evidence| evidence.giver.agent() == Some(agent))
}
