use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::evidence::{CheckKind, Evidence, Outcome};
use super::super::ids::AgentId;
use super::super::policy::Path;
use super::super::risk::together;
use super::{AccountFacts, Approval, Case, Facts, Wait};

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
    /// When it would be over: of the wait that runs, or of one that begins now.
    pub ends_at: DateTime<Utc>,
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
                (std::cmp::Reverse(groups_missing), std::cmp::Reverse((p.ends_at, p.approvals_needed)))
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
    let approvals = case.approvals.iter().filter(|approval| covers(approval, path, &groups, case, facts)).count();
    let raised = together(facts.raised).at_least(case.raised);
    let approvals_needed = path.approvals.max(raised.approvals);
    let cooling_off = path.cooling_off + raised.wait;
    let begun = begun(case, path, &groups);
    let waited =
        begun.map_or(cooling_off <= TimeDelta::zero(), |wait| wait.ends_at.max(wait.started_at + cooling_off) <= now);
    let ends_at = begun.map_or(now + cooling_off, |wait| wait.ends_at.max(wait.started_at + cooling_off));
    let stage = if groups.iter().any(|group| group.met_by.is_none()) {
        Stage::Evidence
    } else if approvals < approvals_needed {
        Stage::Approval
    } else if waited {
        Stage::Ready
    } else {
        Stage::Wait
    };
    PathAssessment { path, groups, approvals, approvals_needed, cooling_off, ends_at, stage }
}

/// The wait that began for this path and still rests on evidence that was there when it began.
pub fn begun<'c>(case: &'c Case, path: &Path, groups: &[GroupAssessment<'_>]) -> Option<&'c Wait> {
    let rests = |wait: &&Wait| {
        groups.iter().all(|group| group.met_by.is_some_and(|evidence| wait.evidence.contains(&evidence.id)))
    };
    case.wait.as_ref().filter(|wait| wait.path == path.name).filter(rests)
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
            .map(|evidence| (evidence, counts_until(evidence, case, path)))
            .filter(|(_, until)| until.is_none_or(|until| now < until))
            .max_by_key(|(evidence, until)| {
                // What a wait rests on or an approval covers is not pushed aside by what came later.
                let frozen = frozen_until(evidence, case, path).is_some();
                let of_path = case.approvals.iter().filter(|approval| approval.path == path.name);
                let approved = of_path.flat_map(|approval| &approval.evidence).any(|id| *id == evidence.id);
                (frozen, approved, until.unwrap_or(DateTime::<Utc>::MAX_UTC))
            });
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

/// Evidence that was valid when the cooling-off of `path` began counts for it until the ready window closes.
fn frozen_until(evidence: &Evidence, case: &Case, path: &Path) -> Option<DateTime<Utc>> {
    let wait = case.wait.as_ref().filter(|wait| wait.path == path.name);
    wait.filter(|wait| wait.evidence.contains(&evidence.id)).map(|wait| wait.usable_until)
}

fn counts_until(evidence: &Evidence, case: &Case, path: &Path) -> Option<DateTime<Utc>> {
    match (evidence.valid_until, frozen_until(evidence, case, path)) {
        (Some(own), Some(frozen)) => Some(own.max(frozen)),
        (own, _) => own,
    }
}

/// Whether an approval was given for this path and all of the evidence that meets it, and still counts.
fn covers(approval: &Approval, path: &Path, groups: &[GroupAssessment<'_>], case: &Case, facts: &Facts<'_>) -> bool {
    let covered = |group: &GroupAssessment<'_>| group.met_by.is_some_and(|met| approval.evidence.contains(&met.id));
    approval.path == path.name && groups.iter().all(covered) && approval_counts(approval, case, facts)
}

/// Four eyes: an approval by whoever holds the case, asked for it, overruled a dispute of it or supplied
/// evidence in it does not count, nor one for a colleague by somebody who is no supervisor any more.
fn approval_counts(approval: &Approval, case: &Case, facts: &Facts<'_>) -> bool {
    let agent = approval.agent;
    approval.at >= case.evidence_since
        && !facts.is_void(agent, approval.at)
        && facts.may_vouch(agent)
        && !case.is_about(agent)
        && case.holder != Some(agent)
        && !case.barred.contains(&agent)
        && !gave_evidence(agent, case)
}

/// Who gave approvals that still count for the path and the evidence they were given for.
pub fn standing_approvals(case: &Case, facts: &Facts<'_>, now: DateTime<Utc>) -> BTreeSet<AgentId> {
    let Some(account) = facts.account else { return BTreeSet::new() };
    let paths = facts.policy.paths(account.kind, account.tier);
    let stands = |approval: &&Approval| {
        let path = paths.iter().find(|path| path.name == approval.path);
        path.is_some_and(|path| covers(approval, path, &groups_of(case, account, facts, path, now), case, facts))
    };
    case.approvals.iter().filter(stands).map(|approval| approval.agent).collect()
}

/// Whether `agent` supplied any evidence in the case.
pub fn gave_evidence(agent: AgentId, case: &Case) -> bool {
    case.evidence.iter().any(|evidence| evidence.giver.agent() == Some(agent))
}
