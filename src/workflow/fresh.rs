//! A fresh authenticator for the customer whose old one a case deactivated, set up in the directory that the account
//! lives in. Its secret goes to one browser once, and nowhere else.
//!
//! Whoever only reads the mailbox can open the case's page in a browser of theirs, so that is not enough: it has to be
//! the browser in which this case's telephone code was passed, which no other browser becomes.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, Done, Halt, held, refuse};
use super::asked::Manner;
use super::shut_out::{hold_authenticators, is_stopped};
use super::{Desk, Kit, letters};
use crate::directory::{DirectoryError, Fresh, Order};
use crate::domain::account::{Account, AuthenticatorKind};
use crate::domain::audit::details;
use crate::domain::authn::Kept;
use crate::domain::directory::{Login, Serial, Standing};
use crate::domain::fresh::may_set_up_fresh;
use crate::domain::ids::{CaseId, CustomerSessionId, OutboxId};
use crate::domain::letter::Letter;
use crate::domain::reference::CaseRef;
use crate::store::cases::{self, Filed};
use crate::store::enrolments::{self, Enrolment};
use crate::store::outbox::{self, Errand, Leased};
use crate::store::{AnyConnection, StoreError, Tx, accounts, calls};

/// No directory is waited for longer; after this a press that was never settled can be made again.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);
/// A directory is asked to take one back this often: about two hours.
const TAKE_BACK_ATTEMPTS: i32 = 20;

/// What a customer's page says of a fresh authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreshOffer {
    /// One can be set up in this browser.
    Offered,
    /// It was set up.
    Done,
}

/// What was begun, for the directory to be asked.
struct Begun {
    account: Account,
    serial: Serial,
    case: CaseId,
}

/// What this browser's page says of it.
pub(super) fn offer(
    connection: &mut AnyConnection,
    filed: &Filed,
    account: Option<&Account>,
    (session, can): (CustomerSessionId, bool),
    now: DateTime<Utc>,
) -> Result<Option<FreshOffer>, StoreError> {
    if enrolments::of_case(connection, filed.case.id)?.is_some_and(|found| found.done_at.is_some()) {
        return Ok(Some(FreshOffer::Done));
    }
    let may = can
        && may_set_up_fresh(&filed.case, account, now).is_ok()
        && calls::passed_in(connection, filed.case.id, session, filed.case.evidence_since)?;
    Ok(may.then_some(FreshOffer::Offered))
}

impl Desk {
    /// **Set up an authenticator app**, in a browser that is let in to the case.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it, it was done, or the directory did not do it; [`StoreError`] when the database
    /// fails.
    pub async fn set_up_fresh(
        &self,
        act: Act,
        reference: CaseRef,
        session: CustomerSessionId,
    ) -> Result<Result<Fresh, Halt>, StoreError> {
        let (kit, directories) = (self.kit.clone(), self.directories.others.clone());
        let (by, wanted) = (act.clone(), reference.clone());
        let begin = move |tx: &mut Tx<'_>| {
            let can = |account: &Account| directories.capabilities(&account.home).enrol;
            begin(tx, &kit, &by, (&wanted, session), can)
        };
        let begun = match self.store.write(begin).await? {
            Ok(begun) => begun,
            Err(halt) => return Ok(Err(halt)),
        };
        let login = begun.account.home.login(begun.account.id);
        let made = match self.directories.of(&begun.account.home) {
            Ok(directory) => directory.enrol(&login, &begun.serial).await,
            Err(error) => Err(error),
        };
        let failed = made.as_ref().err().cloned();
        let (kit, begun_at) = (self.kit.clone(), act.at);
        let act = Act { at: self.now(), ..act };
        let settle = move |tx: &mut Tx<'_>| settle(tx, &kit, &act, (&reference, session), (&begun, begun_at), &failed);
        let settled = self.store.write(settle).await?;
        self.run_errands();
        Ok(settled.and_then(|()| made.map_err(|_| Halt::NotSetUp)))
    }

    /// Switches a fresh authenticator off again, because the case that set it up was stopped.
    ///
    /// # Errors
    /// [`StoreError`] when the outcome could not be stored; the errand is then run again.
    pub(super) async fn take_back(&self, leased: &Leased, serial: Serial) -> Result<(), StoreError> {
        let Some(account) = self.account_of(leased).await? else { return self.over(leased).await };
        let off = self.switch_off(&account, &serial, leased.id).await;
        let manner = Manner {
            attempts: TAKE_BACK_ATTEMPTS,
            is_final: |error| matches!(error, DirectoryError::Refused(_)),
            done: "authenticator.deactivated",
            given_up: "authenticator.not_taken_back",
        };
        let about = move |why: Option<&str>| {
            let kind = AuthenticatorKind::VirtualTotp.code();
            let why = why.unwrap_or("disputed");
            details([("serial", serial.as_str().into()), ("kind", kind.into()), ("why", why.into())])
        };
        self.settle_asked(leased, off, manner, about).await
    }

    async fn switch_off(&self, account: &Account, serial: &Serial, key: OutboxId) -> Result<(), DirectoryError> {
        let directory = self.directories.of(&account.home)?;
        let login: Login = account.home.login(account.id);
        if directory.standing(&login, serial).await? == Standing::Deactivated {
            return Ok(());
        }
        let kind = AuthenticatorKind::VirtualTotp;
        let order = Order { login, serial: serial.clone(), kind, key, at: self.now() };
        directory.deactivate(&order).await.map(drop)
    }
}

/// Weighs everything at one moment, while nothing of the case or of the account's authenticators changes.
fn admit(
    tx: &mut Tx<'_>,
    act: &Act,
    (reference, session): (&CaseRef, CustomerSessionId),
    can: impl Fn(&Account) -> bool,
) -> Done<(Filed, Account)> {
    if let Some(account) = cases::find(tx.connection, reference)?.and_then(|filed| filed.case.account) {
        hold_authenticators(tx, account)?;
    }
    let filed = match held(tx, act, reference, None)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    let account = match filed.case.account {
        Some(account) => accounts::find(tx.connection, account)?,
        None => None,
    };
    if let Err(refused) = may_set_up_fresh(&filed.case, account.as_ref(), act.at) {
        return Ok(Err(refuse(tx, act, &filed, "set_up_fresh", refused)));
    }
    let Some(account) = account.filter(can) else { return Ok(Err(Halt::Gone)) };
    if is_stopped(tx.connection, account.id)? {
        return Ok(Err(Halt::Kept(Kept::Stopped)));
    }
    if !calls::passed_in(tx.connection, filed.case.id, session, filed.case.evidence_since)? {
        tx.record(act.case_entry("authenticator.other_browser", &filed, details([])));
        return Ok(Err(Halt::NotVerified));
    }
    Ok(Ok((filed, account)))
}

fn begin(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    by: (&CaseRef, CustomerSessionId),
    can: impl Fn(&Account) -> bool,
) -> Done<Begun> {
    let (filed, account) = match admit(tx, act, by, can)? {
        Ok(admitted) => admitted,
        Err(halt) => return Ok(Err(halt)),
    };
    let case = filed.case.id;
    let serial = match enrolments::of_case(tx.connection, case)? {
        Some(Enrolment { done_at: Some(_), .. }) => return Ok(Err(Halt::SetUpAlready)),
        Some(Enrolment { tried_at: Some(tried), .. }) if act.at < tried + PATIENCE => return Ok(Err(Halt::BeingSetUp)),
        // What an earlier press left half made is taken away before anything is made anew: it is called the same.
        Some(found) => {
            enrolments::keep_try(tx, case, Some(act.at))?;
            found.serial
        }
        None => {
            let serial = serial_of(kit.id(OutboxId::new, act.at))?;
            let (begun_at, tried_at) = (act.at, Some(act.at));
            let begun =
                Enrolment { case, account: account.id, serial: serial.clone(), begun_at, tried_at, done_at: None };
            enrolments::begin(tx, &begun)?;
            serial
        }
    };
    tx.record(act.case_entry("authenticator.enrolment_begun", &filed, details([("serial", serial.as_str().into())])));
    Ok(Ok(Begun { account, serial, case }))
}

/// Letters and digits that no other case's has.
fn serial_of(key: OutboxId) -> Result<Serial, StoreError> {
    let digits: String = key.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("DESK{digits}").parse().map_err(|_| StoreError::Corrupt("serial".to_owned()))
}

/// Nothing is shown that was stopped while the directory was asked; it is taken back.
fn settle(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    by: (&CaseRef, CustomerSessionId),
    (begun, begun_at): (&Begun, DateTime<Utc>),
    failed: &Option<DirectoryError>,
) -> Done<()> {
    let admitted = admit(tx, act, by, |_| true)?;
    let found = enrolments::of_case(tx.connection, begun.case)?;
    // Another press went on with it meanwhile, and what this one made is gone.
    let mine = found.is_some_and(|found| found.tried_at == Some(begun_at) && found.done_at.is_none());
    let Some(filed) = cases::find(tx.connection, by.0)? else { return Ok(Err(Halt::NoSuchCase)) };
    let serial = begun.serial.as_str();
    if !mine {
        return Ok(Err(Halt::NotSetUp));
    }
    if let Some(error) = failed {
        enrolments::keep_try(tx, begun.case, None)?;
        tx.record(act.case_entry(
            "authenticator.not_enrolled",
            &filed,
            details([("serial", serial.into()), ("why", error.to_string().into())]),
        ));
    }
    if let Err(halt) = admitted {
        enrolments::keep_try(tx, begun.case, None)?;
        order_back(tx, kit, act, begun.case, &begun.serial)?;
        return Ok(Err(halt));
    }
    if failed.is_some() {
        return Ok(Err(Halt::NotSetUp));
    }
    enrolments::finish(tx, begun.case, act.at)?;
    tx.record(act.case_entry("authenticator.enrolled", &filed, details([("serial", serial.into())])));
    let (device, label) = (AuthenticatorKind::VirtualTotp, begun.serial.to_string());
    letters::queue(tx, kit, act, &begun.account, Letter::AuthenticatorActivated { device, label })?;
    Ok(Ok(()))
}

/// Orders that a fresh authenticator is switched off again.
pub(super) fn order_back(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    case: CaseId,
    serial: &Serial,
) -> Result<(), StoreError> {
    let errand = Errand::TakeBack { serial: serial.clone() };
    outbox::add(tx, kit.id(OutboxId::new, act.at), case, &errand, act.at)
}
