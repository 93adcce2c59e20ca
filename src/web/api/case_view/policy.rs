//! What the policy asks of a case, and what is there.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Who, who};
use crate::domain::case::{Assessment, PathAssessment, Stage};
use crate::domain::evidence::{Evidence, Giver};
use crate::workflow::CaseFile;

/// A way to satisfy the policy.
#[derive(Serialize, ToSchema)]
pub struct PathOfCase {
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
pub struct CheckOfPath {
    any_of: Vec<&'static str>,
    met_by: Option<&'static str>,
    counts_until: Option<DateTime<Utc>>,
}

/// A risk signal that fires.
#[derive(Serialize, ToSchema)]
pub struct SignalOfCase {
    signal: &'static str,
    why: String,
    adds_minutes: i64,
    approvals: usize,
}

/// A check made.
#[derive(Serialize, ToSchema)]
pub struct EvidenceOfCase {
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
pub struct ApprovalOfCase {
    pub(super) agent: Who,
    pub(super) at: DateTime<Utc>,
}

const fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Evidence => "evidence",
        Stage::Approval => "approval",
        Stage::Wait => "wait",
        Stage::Ready => "ready",
    }
}

/// A way to satisfy the policy, and how far it has come.
pub fn path(path: &PathAssessment<'_>, best: Option<&str>) -> PathOfCase {
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

/// The risk signals that fire.
pub fn signals(file: &CaseFile) -> Vec<SignalOfCase> {
    file.raised()
        .iter()
        .map(|raised| SignalOfCase {
            signal: raised.signal.code(),
            why: raised.why.clone(),
            adds_minutes: raised.effect.wait.num_minutes(),
            approvals: raised.effect.approvals,
        })
        .collect()
}

/// Every check made, and until when each counts.
pub fn evidence(file: &CaseFile, assessment: &Assessment<'_>) -> Vec<EvidenceOfCase> {
    let counts = |given: &Evidence| {
        let groups = assessment.paths.iter().flat_map(|path| &path.groups);
        groups.filter(|group| group.met_by.is_some_and(|met| met.id == given.id)).find_map(|group| group.counts_until)
    };
    file.filed
        .case
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
        .collect()
}
