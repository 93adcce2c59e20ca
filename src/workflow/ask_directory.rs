//! Carrying out the order to deactivate: asked of the directory, looked up before anything is repeated.

use chrono::TimeDelta;

use super::act::{Act, command, held, known};
use super::{Desk, Kit, enrolment};
use crate::directory::DirectoryError;
use crate::domain::account::AuthenticatorState;
use crate::domain::audit::details;
use crate::domain::case::{Command, State, still_permits};
use crate::domain::ids::AuthenticatorId;
use crate::store::cases::{self, Filed};
use crate::store::outbox::{self, Leased};
use crate::store::{StoreError, Tx, account_sessions, agents, known_devices};

/// A directory that does not answer is asked again this often before the agent is told.
const DIRECTORY_ATTEMPTS: i32 = 4;

/// Whoever has the device that was switched off may be signed in with it (ASVS 5.0, 7.4.3). Of people at the desk every
/// sign-in ends, also one without a second factor, and their browsers are strangers again; they are mailed the link
/// that lets them set up another device.
fn sign_out(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed) -> Result<(), StoreError> {
    let Some(account) = filed.case.account else { return Ok(()) };
    let mut ended = account_sessions::end_complete(tx, account, act.at)?;
    if let Some(agent) = agents::of_account(tx.connection, account)? {
        ended += agents::end_sessions(tx, agent.id, None, act.at)?;
        known_devices::forget(tx, account)?;
        if filed.case.state == State::Deactivated {
            enrolment::mail(tx, kit, act, account)?;
        }
    }
    if ended > 0 {
        tx.record(act.case_entry("account.sessions_ended", filed, details([("sessions_ended", ended.into())])));
    }
    Ok(())
}

impl Desk {
    /// Asks the directory to switch an authenticator off, if the case still permits it.
    ///
    /// # Errors
    /// [`StoreError`] when the outcome could not be stored; the errand is then run again.
    pub(super) async fn ask_directory(
        &self,
        leased: &Leased,
        authenticator: AuthenticatorId,
    ) -> Result<(), StoreError> {
        let (reference, id) = (leased.reference.clone(), leased.id);
        let (kit, now) = (self.kit.clone(), self.now());
        let weigh = move |tx: &mut Tx<'_>| {
            let Some(filed) = cases::lock(tx, &reference)? else { return Ok(false) };
            let known = known(tx.connection, &kit, &filed.case)?;
            Ok(still_permits(&filed.case, authenticator, now, &known.facts(&kit))
                && outbox::is_pending(tx.connection, id)?)
        };
        let still_wanted = self.store.write(weigh).await?;
        // Before anything is repeated the directory is asked what it did; a look-up that fails is no answer.
        let before = match leased.attempts {
            ..=1 => Ok(AuthenticatorState::Active),
            _ => self.directory.state(authenticator).await,
        };
        let outcome = match before {
            Ok(AuthenticatorState::Deactivated) => Ok(()),
            Err(DirectoryError::Unavailable(why) | DirectoryError::Unknown(why)) => Err(DirectoryError::Unknown(why)),
            Err(DirectoryError::Busy) => Err(DirectoryError::Unknown("it is busy".to_owned())),
            Err(refused @ DirectoryError::Refused(_)) => Err(refused),
            Ok(AuthenticatorState::Active) if !still_wanted => {
                Err(DirectoryError::Refused("the case does not permit it any more".to_owned()))
            }
            Ok(AuthenticatorState::Active) => self.directory.deactivate(authenticator, leased.id).await,
        };
        let next = match &outcome {
            Ok(()) => Ok(Command::DeactivationConfirmed),
            Err(DirectoryError::Unknown(_)) if leased.attempts < DIRECTORY_ATTEMPTS => {
                Err(self.next_try(leased.attempts, TimeDelta::seconds(2), TimeDelta::seconds(30)))
            }
            Err(error) => Ok(Command::DeactivationFailed(error.to_string())),
        };
        let (kit, act, reference) = (self.kit.clone(), self.system_act(), leased.reference.clone());
        let why = outcome.err().map(|error| error.to_string()).unwrap_or_default();
        let settle = move |tx: &mut Tx<'_>| match &next {
            Err(next) => outbox::retry_at(tx, id, *next, &why),
            Ok(answer) => {
                if let Ok(filed) = held(tx, &act, &reference, None)?
                    && let Ok(changed) = command(tx, &kit, &act, &filed, answer)?
                    && *answer == Command::DeactivationConfirmed
                {
                    sign_out(tx, &kit, &act, &changed.filed)?;
                }
                outbox::done(tx, id, act.at)
            }
        };
        self.store.write(settle).await?;
        self.run_errands();
        Ok(())
    }
}
