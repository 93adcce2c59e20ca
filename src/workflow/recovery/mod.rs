//! An owner helps themself: every step is one of a case that belongs to their sign-in, and to no other.

mod after_deactivation;
mod begin;
mod hand_over;
mod let_in;
mod new_device;
mod prove;
mod resynchronise;
mod view;

use super::act::{Act, Done, Halt, refuse};
use crate::domain::case::Refused;
use crate::store::account_sessions::AccountSession;
use crate::store::cases::{self, Filed};
use crate::store::{StoreError, Tx, recoveries};

pub(super) use begin::give_place_back;
pub use hand_over::HandedOver;
pub(super) use let_in::still_stands;
pub(super) use new_device::see_new_device;
pub use view::OwnersFile;

/// The case that this sign-in began or was won with, held. What was proved in another sign-in is none of its business.
fn own(tx: &mut Tx<'_>, session: &AccountSession) -> Done<Filed> {
    let reference = match session.case {
        Some(case) => Some(cases::reference_of(tx.connection, case)?),
        None => recoveries::of_session(tx.connection, session.id)?.map(|(_, reference)| reference),
    };
    let Some(reference) = reference else { return Ok(Err(Halt::Gone)) };
    Ok(cases::lock(tx, &reference)?.ok_or(Halt::Gone))
}

/// Like [`own`], when its owner still has it in their own hands.
fn in_own_hands(tx: &mut Tx<'_>, act: &Act, session: &AccountSession, step: &str) -> Done<Filed> {
    let filed = match own(tx, session)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    let state = filed.case.state;
    let refused = if state.is_final() {
        Some(Refused::Over(state))
    } else if !filed.case.with_owner {
        Some(Refused::WithDesk)
    } else if !state.is_under_review() {
        Some(Refused::WrongState(state))
    } else {
        None
    };
    match refused {
        Some(refused) => Ok(Err(refuse(tx, act, &filed, step, refused))),
        None => Ok(Ok(filed)),
    }
}

/// Like what it wraps, tried once more when the reference of a new case is taken, once in very many.
async fn written<T: Send + 'static>(
    store: &crate::store::Store,
    act: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Clone + Send + 'static,
) -> Result<T, StoreError> {
    let stored = store.write(act.clone()).await;
    if matches!(stored, Err(StoreError::Duplicate)) { store.write(act).await } else { stored }
}
