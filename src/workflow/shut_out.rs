//! What an account loses when somebody says that a request for it was not theirs: whoever was let in is put out, and
//! takes nothing along.

use super::act::Act;
use super::{Kit, fresh, letters};
use crate::domain::audit::details;
use crate::domain::case::State;
use crate::domain::directory::Home;
use crate::domain::ids::{AccountId, AgentId};
use crate::domain::letter::Letter;
use crate::store::cases::{self, Filed};
use crate::store::{AnyConnection, StoreError, Tx, account_sessions, accounts, agents, enrolments, known_devices};
use crate::store::{recoveries, throttle};

/// Whether a request for the account was stopped and no supervisor has looked at it yet. Its authenticators stay as
/// they are until then.
pub(super) fn is_stopped(connection: &mut AnyConnection, account: AccountId) -> Result<bool, StoreError> {
    Ok(!cases::frozen(connection, account)?.is_empty())
}

/// Whoever changes authenticators of the account at this moment is waited for, or waits for the stop. Taken before any
/// case is held, as they do.
pub(super) fn hold_authenticators(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    throttle::serialise(tx, "authenticators", &account.to_string())
}

/// Ends every sign-in of the account, forgets the browsers it was known in, and deactivates what was activated since
/// the earliest of the `stopped` cases began by which somebody may have got in.
pub(super) fn shut_out(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: AccountId,
    (first, others): (&Filed, &[Filed]),
) -> Result<(), StoreError> {
    hold_authenticators(tx, account)?;
    let ended =
        account_sessions::end_all(tx, account, act.at)? + agents::end_sessions(tx, AgentId::of(account), None, act.at)?;
    known_devices::forget(tx, account)?;
    if ended > 0 {
        tx.record(act.case_entry("account.sessions_ended", first, details([("sessions", ended.into())])));
    }
    let mut since = None;
    for filed in std::iter::once(first).chain(others) {
        let began = filed.case.submitted_at;
        if may_have_let_in(tx.connection, filed)? && since.is_none_or(|since| began < since) {
            since = Some(began);
        }
    }
    let Some(since) = since else { return Ok(()) };
    // What another system calls set up since then is not for us to say: we only know when we first saw it. What we had
    // set up there is another matter.
    let mut taken_back = false;
    for (case, serial) in enrolments::begun_since(tx.connection, account, since)? {
        fresh::order_back(tx, kit, act, case, &serial)?;
        taken_back = true;
    }
    if !accounts::find(tx.connection, account)?.is_some_and(|account| account.home == Home::Local) {
        return tell(tx, kit, act, account, first, taken_back);
    }
    for device in accounts::activated_after(tx.connection, account, since)? {
        if accounts::deactivate(tx, device.id, act.at)? {
            let about = details([
                ("authenticator", device.id.to_string().into()),
                ("kind", device.kind.code().into()),
                ("why", "disputed".into()),
            ]);
            tx.record(act.case_entry("authenticator.deactivated", first, about));
            taken_back = true;
        }
    }
    tell(tx, kit, act, account, first, taken_back)
}

fn tell(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: AccountId,
    first: &Filed,
    taken_back: bool,
) -> Result<(), StoreError> {
    if taken_back && let Some(account) = accounts::find(tx.connection, account)? {
        let letter = Letter::TakenBack { case: first.case.reference.clone() };
        letters::queue(tx, kit, act, &account, letter)?;
    }
    Ok(())
}

/// Whether a case got as far as to a device that was deactivated, or let somebody in by alternative factors, which
/// takes the mailbox at least.
fn may_have_let_in(connection: &mut AnyConnection, filed: &Filed) -> Result<bool, StoreError> {
    let case = &filed.case;
    if case.has_deactivated() || case.state == State::Deactivating || case.is_closed_as_done() {
        return Ok(true);
    }
    Ok(case.email_was_confirmed() && recoveries::of_case(connection, case.id)?.is_some())
}
