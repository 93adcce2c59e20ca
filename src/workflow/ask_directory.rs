//! Carrying out the order to deactivate: asked of the directory, looked up before anything is repeated.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, command, held, known};
use super::asked::Manner;
use super::{Desk, Kit, enrolment};
use crate::directory::{Directory, DirectoryError, Order};
use crate::domain::account::AuthenticatorKind;
use crate::domain::audit::{Details, details};
use crate::domain::case::{Command, State, still_permits};
use crate::domain::directory::{Home, Login, Outcome, Serial, Standing};
use crate::domain::ids::{AuthenticatorId, OutboxId};
use crate::store::cases::{self, Filed};
use crate::store::outbox::{self, Errand, Leased};
use crate::store::{AnyConnection, StoreError, Tx, account_sessions, accounts, agents, known_devices, mirror};

/// A directory whose answer is not known is asked again this often before the agent is told: about three minutes.
const DIRECTORY_ATTEMPTS: i32 = 8;
/// A case does not wait longer than this for a directory that asks for patience.
const LONGEST_PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// Old sign-ins are tried to be ended this often: about an hour.
const SESSIONS_ATTEMPTS: i32 = 12;

/// What the agent is told of a deactivation that is not confirmed.
fn told(error: &DirectoryError) -> String {
    match error {
        DirectoryError::Unknown(_) => {
            format!("{error}; it may have done it all the same, and will be asked that before anything is repeated")
        }
        error => error.to_string(),
    }
}

/// Whoever has the device that was switched off may be signed in with it (ASVS 5.0, 7.4.3). Of people at the desk every
/// sign-in ends, also one without a second factor, and their browsers are strangers again; they are mailed the link
/// that lets them set up another device.
fn sign_out(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed) -> Result<(), StoreError> {
    let Some(account) = filed.case.account else { return Ok(()) };
    if accounts::find(tx.connection, account)?.is_some_and(|account| account.home != Home::Local) {
        return outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &Errand::Sessions, act.at);
    }
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
        let outcome = match self.target(authenticator).await? {
            Ok(target) => self.carry_out(leased, &target, still_wanted).await,
            Err(error) => Err(error),
        };
        let next = match &outcome {
            Ok(_) => Ok(Command::DeactivationConfirmed(authenticator)),
            Err(error) => match self.asked_again(error, leased.attempts) {
                Some(at) => Err(at),
                None => Ok(Command::DeactivationFailed(authenticator, told(error))),
            },
        };
        let (kit, act, reference) = (self.kit.clone(), self.system_act(), leased.reference.clone());
        let why = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let left = match outcome {
            Ok(Outcome::Partly(left)) => Some(left),
            _ => None,
        };
        let settle = move |tx: &mut Tx<'_>| match &next {
            Err(next) => outbox::retry_at(tx, id, *next, &why),
            Ok(answer) => {
                if let Ok(filed) = held(tx, &act, &reference, None)?
                    && let Ok(changed) = command(tx, &kit, &act, &filed, answer)?
                    && matches!(answer, Command::DeactivationConfirmed(_))
                {
                    accounts::deactivate(tx, authenticator, act.at)?;
                    if let Some(left) = &left {
                        let id = authenticator.to_string();
                        let about = details([("authenticator", id.into()), ("left", left.clone().into())]);
                        tx.record(act.case_entry("case.deactivation_unfinished", &changed.filed, about));
                    }
                    sign_out(tx, &kit, &act, &changed.filed)?;
                }
                outbox::done(tx, id, act.at)
            }
        };
        self.store.write(settle).await?;
        self.run_errands();
        Ok(())
    }

    /// When a directory is asked again before the agent is told; nothing when asking again soon would not help.
    fn asked_again(&self, error: &DirectoryError, attempts: i32) -> Option<DateTime<Utc>> {
        if attempts >= DIRECTORY_ATTEMPTS {
            return None;
        }
        let next = self.next_try(attempts, TimeDelta::seconds(2), TimeDelta::seconds(60));
        match error {
            DirectoryError::Unknown(_) => Some(next),
            DirectoryError::Limited { .. } => {
                (error.patience() <= LONGEST_PATIENCE).then(|| next.max(self.now() + error.patience()))
            }
            _ => None,
        }
    }

    /// Ends the old sign-ins of a case's account, where its directory can.
    ///
    /// # Errors
    /// [`StoreError`] when the outcome could not be stored; the errand is then run again.
    pub(super) async fn end_old_sign_ins(&self, leased: &Leased) -> Result<(), StoreError> {
        let Some(account) = self.account_of(leased).await? else { return self.over(leased).await };
        let ended = match self.directories.of(&account.home) {
            Ok(directory) if directory.capabilities().end_sessions => {
                directory.end_sessions(&account.home.login(account.id), leased.id).await
            }
            Ok(_) => return self.over(leased).await,
            Err(error) => Err(error),
        };
        let manner = Manner {
            attempts: SESSIONS_ATTEMPTS,
            is_final: |error| matches!(error, DirectoryError::Refused(_) | DirectoryError::Denied(_)),
            done: "account.sessions_ended",
            given_up: "account.sessions_not_ended",
        };
        let about = |why: Option<&str>| why.map_or_else(Details::new, |why| details([("why", why.into())]));
        self.settle_asked(leased, ended, manner, about).await
    }

    /// What an authenticator is called in its directory, and how that is reached.
    async fn target(&self, authenticator: AuthenticatorId) -> Result<Result<Target, DirectoryError>, StoreError> {
        let find = move |connection: &mut AnyConnection| {
            let Some(found) = accounts::authenticator(connection, authenticator)? else { return Ok(None) };
            let Some(account) = accounts::find(connection, found.account)? else { return Ok(None) };
            let serial = mirror::serial(connection, &account.home, authenticator)?;
            Ok(Some((account.home.clone(), account.home.login(account.id), serial, found.kind)))
        };
        let Some((home, login, Some(serial), kind)) = self.store.read(find).await? else {
            return Ok(Err(DirectoryError::Refused("no such authenticator".to_owned())));
        };
        Ok(self.directories.of(&home).map(|directory| Target { directory, login, serial, kind }))
    }

    /// Before anything is asked for, the directory is asked how far it has come: what it did already is not asked for
    /// again, and what nobody wants any more is not asked for at all.
    async fn carry_out(&self, leased: &Leased, target: &Target, wanted: bool) -> Result<Outcome, DirectoryError> {
        let Target { directory, login, serial, kind } = target;
        let standing = directory.standing(login, serial).await.map_err(|error| match error {
            // After an order that may have been carried out, a look-up that fails is no answer.
            error if leased.attempts > 1 => DirectoryError::Unknown(error.to_string()),
            error => error,
        })?;
        match standing {
            Standing::Deactivated => Ok(Outcome::Complete),
            Standing::Active if !wanted => {
                Err(DirectoryError::Refused("the case does not permit it any more".to_owned()))
            }
            // Somebody there began it, not this case: what is left is theirs.
            Standing::Unfinished if !wanted && leased.attempts <= 1 => Ok(Outcome::Complete),
            Standing::Active | Standing::Unfinished => {
                let (login, serial, at) = (login.clone(), serial.clone(), self.now());
                let order = Order { login, serial, kind: *kind, key: leased.id, at };
                let outcome = directory.deactivate(&order).await?;
                confirmed(directory.standing(&order.login, &order.serial).await).map(|()| outcome)
            }
        }
    }
}

/// Somebody between us and the directory can say yes for it: what is reported is what the directory shows afterwards.
fn confirmed(standing: Result<Standing, DirectoryError>) -> Result<(), DirectoryError> {
    match standing {
        Ok(Standing::Unfinished | Standing::Deactivated) => Ok(()),
        Ok(Standing::Active) => {
            Err(DirectoryError::Unknown("it said that it did, and still shows the authenticator as active".to_owned()))
        }
        Err(error) => Err(DirectoryError::Unknown(format!("it said that it did, and could not be asked ({error})"))),
    }
}

/// An authenticator, as its directory knows it.
struct Target {
    directory: Arc<dyn Directory>,
    login: Login,
    serial: Serial,
    kind: AuthenticatorKind,
}
