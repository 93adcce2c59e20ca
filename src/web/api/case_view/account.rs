//! The account of a case, what it signs in with, and what is under way with its phone.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::policy::ApprovalOfCase;
use super::who;
use crate::domain::account::{Account, Authenticator};
use crate::domain::case::Progress;
use crate::domain::evidence::CheckKind;
use crate::domain::ids::AgentId;
use crate::web::App;
use crate::workflow::{CaseFile, ChangeFile};

/// The account of a case.
#[derive(Serialize, ToSchema)]
pub struct AccountOfCase {
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
pub struct AuthenticatorOfCase {
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

/// A callback that is open.
#[derive(Serialize, ToSchema)]
pub struct Callback {
    /// The two words that the customer's page shows too: say them first.
    words: String,
    /// The customer has not asked for the code yet.
    waiting_for_customer: bool,
    expires_at: DateTime<Utc>,
    tries_left: i32,
}

/// A change of the phone number.
#[derive(Serialize, ToSchema)]
pub struct PhoneChangeOfCase {
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

/// The account of a case, addresses masked.
pub fn account(account: &Account) -> AccountOfCase {
    AccountOfCase {
        id: account.id.to_string(),
        name: account.name.clone(),
        email_masked: account.email.masked(),
        phone_masked: account.phone.as_ref().map(|phone| phone.masked()),
        kind: account.kind.code(),
        tier: account.tier.code(),
        status: account.status.code(),
        number: account.number.clone(),
    }
}

/// What the account signs in with.
pub fn authenticators(file: &CaseFile) -> Vec<AuthenticatorOfCase> {
    let case = &file.filed.case;
    let one = |device: &Authenticator| {
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

/// A change of the phone number.
pub fn phone_change(file: &CaseFile, changing: &ChangeFile) -> PhoneChangeOfCase {
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

/// One's own callback, while it is open.
pub fn callback(app: &App, file: &CaseFile, me: AgentId) -> Option<Callback> {
    let challenge = file.challenge.as_ref()?;
    let mine = challenge.kind == CheckKind::AgentCallback && challenge.agent == Some(me);
    (mine && challenge.is_open(app.now())).then(|| Callback {
        words: file.words(&app.desk.kit, challenge),
        waiting_for_customer: challenge.code_hash.is_none(),
        expires_at: challenge.expires_at,
        tries_left: challenge.tries_left,
    })
}
