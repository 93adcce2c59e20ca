//! What the policy asks of a case, as the desk's pages show it: a checklist, and why it asks for more than usual.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::domain::account::Account;
use crate::domain::case::{PathAssessment, Stage};
use crate::domain::directory::Home;
use crate::domain::evidence::CheckKind;
use crate::domain::risk::{Raised, together};
use crate::web::page::moment_if;

/// A length of time in hours, or in minutes where it is not whole hours.
pub(super) fn length(time: TimeDelta) -> String {
    let minutes = time.num_minutes();
    if minutes % 60 == 0 { format!("{} h", minutes / 60) } else { format!("{minutes} min") }
}

/// A signal with what it adds and why.
fn signal(raised: &Raised) -> Value {
    json!({
        "code": raised.signal.code(),
        "label": raised.signal.label(),
        "why": raised.why,
        "adds": if raised.effect.wait > TimeDelta::zero() { length(raised.effect.wait) } else { String::new() },
        "approvals": raised.effect.approvals,
    })
}

/// Every signal that fires.
pub(super) fn signals(raised: &[Raised]) -> Vec<Value> {
    raised.iter().map(signal).collect()
}

/// The cooling-off of a path: its own, and what each signal adds to it.
pub(super) fn cooling_off(path: &PathAssessment<'_>, raised: &[Raised]) -> Value {
    if path.cooling_off <= TimeDelta::zero() {
        return Value::Null;
    }
    let adding = raised.iter().filter(|raised| raised.effect.wait > TimeDelta::zero());
    let mut parts: Vec<Value> = adding.map(signal).collect();
    let earlier = path.cooling_off - path.path.cooling_off - together(raised).wait;
    if earlier > TimeDelta::zero() {
        let why = "a signal that fires no more; what it asked for stays asked for";
        parts.push(json!({ "adds": length(earlier), "label": "Noticed earlier", "why": why }));
    }
    json!({ "total": length(path.cooling_off), "own": length(path.path.cooling_off), "parts": parts })
}

/// Whether a path asks for what the account cannot have: another system's passwords and recovery codes are not ours to
/// check.
pub(super) fn is_impossible(path: &PathAssessment<'_>, account: Option<&Account>) -> bool {
    let ours = |kind: &CheckKind| matches!(kind, CheckKind::Password | CheckKind::RecoveryCode);
    let elsewhere = account.is_some_and(|account| account.home != Home::Local);
    elsewhere && path.groups.iter().any(|group| group.met_by.is_none() && group.alternatives.iter().all(ours))
}

/// A path with what it asks for, what is there and what is missing.
pub(super) fn path(path: &PathAssessment<'_>, best: Option<&str>, raised: &[Raised]) -> Value {
    let stage = match path.stage {
        Stage::Evidence => "Evidence missing",
        Stage::Approval => "Approval missing",
        Stage::Wait => "Cooling off",
        Stage::Ready => "Satisfied",
    };
    let label = |alternatives: &[CheckKind]| alternatives.iter().map(|k| k.label()).collect::<Vec<_>>().join(", or ");
    let checks: Vec<Value> = path
        .groups
        .iter()
        .map(|group| {
            let label = group.met_by.map_or_else(|| label(group.alternatives), |met| met.kind.label().to_owned());
            json!({ "label": label, "met": group.met_by.is_some(), "until": moment_if(group.counts_until) })
        })
        .collect();
    json!({
        "name": path.path.name,
        "nist": path.path.assurance(),
        "stage": format!("{:?}", path.stage).to_lowercase(),
        "stage_label": stage,
        "best": best == Some(path.path.name.as_str()),
        "checks": checks,
        "approvals_needed": path.approvals_needed,
        "approvals_own": path.path.approvals,
        "approvals_given": path.approvals,
        "cooling_off": cooling_off(path, raised),
        "missing": path.missing(),
    })
}
