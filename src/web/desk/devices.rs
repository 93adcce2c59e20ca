//! The authenticators of a case's account as the desk's pages list them: what is proposed, what was approved, and how far
//! each order has come.

use serde_json::{Value, json};

use crate::domain::account::{Authenticator, AuthenticatorState};
use crate::domain::case::{AuthenticatorSet, Progress, State};
use crate::domain::ids::AuthenticatorId;
use crate::workflow::CaseFile;

/// What a form without a ticked box is answered with.
pub(super) const NONE_CHOSEN: &str = "Choose which authenticators are to be deactivated.";

/// Active and not switched off by the case, or ordered by it before and not confirmed.
fn is_open(file: &CaseFile, device: &Authenticator) -> bool {
    let case = &file.filed.case;
    let active = device.state == AuthenticatorState::Active && !case.deactivated().any(|id| id == device.id);
    active || case.failed().any(|id| id == device.id)
}

fn is_claimed(file: &CaseFile, device: &Authenticator) -> bool {
    device.kind.code() == file.form.device_kind.code()
}

/// The only device that can be meant: several are never ticked for whoever decides.
fn meant(file: &CaseFile) -> Option<AuthenticatorId> {
    let mut open = file.authenticators().iter().filter(|device| is_open(file, device));
    let mut claimed = open.clone().filter(|device| is_claimed(file, device));
    match (claimed.next(), claimed.next()) {
        (Some(only), None) => Some(only.id),
        (None, _) => open.next().filter(|_| open.next().is_none()).map(|only| only.id),
        (Some(_), Some(_)) => None,
    }
}

/// What a second agent chooses from. What others have approved stands as they approved it.
pub(super) fn approvable(file: &CaseFile) -> Vec<Value> {
    let approved = file.filed.case.approved.as_ref();
    let meant = meant(file);
    let shown = |device: &Authenticator| {
        json!({
            "id": device.id,
            "label": device.label,
            "kind_label": device.kind.label(),
            "claimed": is_claimed(file, device),
            "ticked": approved.map_or(meant == Some(device.id), |set| set.contains(device.id)),
        })
    };
    file.authenticators().iter().filter(|device| is_open(file, device)).map(shown).collect()
}

/// Everything the account has or had, for the case's page.
pub(super) fn all(file: &CaseFile) -> Vec<Value> {
    let case = &file.filed.case;
    let meant = meant(file);
    let shown = |device: &Authenticator| {
        let order = case.orders.get(&device.id).map(|order| &order.progress);
        let approved = case.approved.as_ref().is_some_and(|set| set.contains(device.id));
        let failed = matches!(order, Some(Progress::Failed(_)));
        // An order stays within what was approved; what failed of it is what is left to do.
        let offered = is_open(file, device) && (approved || case.approved.is_none());
        let ticked = match (&case.approved, case.failed().next().is_some()) {
            (_, true) => failed,
            (Some(_), false) => approved,
            (None, false) => meant == Some(device.id),
        };
        json!({
            "id": device.id,
            "kind_label": device.kind.label(),
            "label": device.label,
            "state_label": device.state.label(),
            "active": device.state == AuthenticatorState::Active,
            "claimed": is_claimed(file, device),
            "approved": approved,
            "offered": offered,
            "ticked": ticked,
            "order": order.map(word),
            "failure": match order {
                Some(Progress::Failed(why)) => Some(why),
                _ => None,
            },
        })
    };
    file.authenticators().iter().map(shown).collect()
}

const fn word(progress: &Progress) -> &'static str {
    match progress {
        Progress::Ordered => "Ordered, not answered yet",
        Progress::Deactivated => "Deactivated in this case",
        Progress::Failed(_) => "Not confirmed",
    }
}

/// Those that were chosen, to be named once more; nothing when one of them is not the account's.
pub(super) fn named(file: &CaseFile, set: &AuthenticatorSet) -> Option<Vec<Value>> {
    let name = |id| {
        let device = file.authenticators().iter().find(|device| device.id == id)?;
        Some(json!({ "id": id, "label": device.label, "kind_label": device.kind.label() }))
    };
    set.iter().map(name).collect()
}

/// What was not done and how much was, above the case's page.
pub(super) fn failure(file: &CaseFile) -> Option<Value> {
    let case = &file.filed.case;
    let failed: Vec<Value> = all(file).into_iter().filter(|device| !device["failure"].is_null()).collect();
    let done = case.deactivated().count();
    let over = matches!(case.state, State::Deactivated) || case.state.is_final();
    (!failed.is_empty()).then(|| json!({ "devices": failed, "done": done, "of": done + failed.len(), "over": over }))
}
