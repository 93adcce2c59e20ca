//! How people keep their authenticators: one core for the accounts of customers and of the desk.

mod ask_passkey;
mod deactivate;
mod passkey;
mod recovery_codes;
mod rename;
mod view;
mod virtual_device;

use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use ask_passkey::PasskeyAsked;
pub use passkey::PasskeySetUp;
pub use view::Keyring;
pub use virtual_device::VirtualDevice;

use super::act::{Act, Done, Halt};
use super::limits::{Counted, spend};
use super::recovery::{see_new_device, still_stands};
use super::{Kit, enrolment, letters, shut_out};
use crate::domain::account::{
    Account, AccountKind, AccountStatus, Authenticator, AuthenticatorKind, AuthenticatorState,
};
use crate::domain::audit::details;
use crate::domain::authn::{Assurance, CeremonyKind, DeviceName, Kept, RecoveryCode, may_activate};
use crate::domain::ids::{AccountId, AuthenticatorId, CeremonyId};
use crate::domain::letter::Letter;
use crate::domain::limits::Limit;
use crate::domain::sealed::{Sealed, Sealing};
use crate::locale::text;
use crate::store::ceremonies::CeremonyKey;
use crate::store::sign_in_links::{self, LinkPurpose};
use crate::store::{AnyConnection, StoreError, Tx, account_sessions, accounts, credentials};
use recovery_codes::{NewCodes, replace};

/// Whose authenticators they are, and the sign-in in which they are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The account; of somebody at the desk, the one that they sign in with.
    pub account: AccountId,
    /// The identifier of the session.
    pub session: String,
}

impl Holder {
    fn ceremony(&self, id: CeremonyId, kind: CeremonyKind) -> CeremonyKey {
        CeremonyKey { id, kind, account: self.account, session: self.session.clone() }
    }
}

/// An authenticator that was just activated.
#[derive(Debug)]
pub struct Activated {
    /// Which.
    pub id: AuthenticatorId,
    /// Recovery codes that were made with it, since there were none. They are shown this once.
    pub codes: Vec<RecoveryCode>,
}

/// What is kept of a ceremony, sealed for it.
fn seal(kit: &Kit, id: CeremonyId, state: &impl Serialize) -> Result<Sealed, StoreError> {
    let plain = serde_json::to_vec(state).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let plain = Zeroizing::new(plain);
    Ok(kit.sealing.seal(Sealing::Ceremony, &id.to_string(), kit.entropy.bytes(), &plain))
}

/// What was sealed by [`seal`].
fn opened<T: DeserializeOwned>(kit: &Kit, id: CeremonyId, state: &Sealed) -> Result<T, StoreError> {
    let unreadable = || StoreError::Corrupt(format!("state of ceremony {id}"));
    let plain = kit.sealing.open(Sealing::Ceremony, &id.to_string(), state).map_err(|_| unreadable())?;
    serde_json::from_slice(&plain).map_err(|_| unreadable())
}

/// The account, if it is in use.
fn in_use(connection: &mut AnyConnection, account: AccountId) -> Done<Account> {
    let found = accounts::find(connection, account)?;
    Ok(found.filter(|account| account.status == AccountStatus::Active).ok_or(Halt::Gone))
}

/// Whether the session is still good for what is done in it: somebody may have ended it, stopped its case or set up an
/// authenticator since the request came in.
fn stands(tx: &mut Tx<'_>, act: &Act, holder: &Holder, account: &Account) -> Result<bool, StoreError> {
    if account.kind == AccountKind::Staff {
        return enrolment::may_change(tx.connection, account.id, &holder.session, act.at);
    }
    let session = account_sessions::by_id(tx.connection, &holder.session)?;
    let live = session.filter(|session| session.account.id == account.id && act.at < session.expires_at);
    Ok(match live.map(|session| (session.assurance, session.case)) {
        Some((Assurance::Complete, _)) => true,
        Some((Assurance::Recovery, case)) => case.map_or(Ok(true), |case| still_stands(tx.connection, case))?,
        Some((Assurance::Password, _)) | None => false,
    })
}

/// Holds the account's authenticators, so that of two changes one sees the other, and counts this change. Each leads
/// to a mail, and whoever took over a sign-in could send many.
fn held(tx: &mut Tx<'_>, kit: &Kit, act: &Act, holder: &Holder) -> Done<(Account, Vec<Authenticator>)> {
    shut_out::hold_authenticators(tx, holder.account)?;
    let account = match in_use(tx.connection, holder.account)? {
        Ok(account) => account,
        Err(halt) => return Ok(Err(halt)),
    };
    let all = accounts::authenticators(tx.connection, holder.account)?;
    if !stands(tx, act, holder, &account)? {
        let about = details([("why", "session_ended".into())]);
        tx.record(act.entry("authenticator.refused", None, Some(account.id), about));
        return Ok(Err(Halt::Gone));
    }
    let counted = Counted::of_account(Limit::AuthenticatorChanges, &account);
    if spend(tx, kit, act, &[counted])?.is_err() {
        return Ok(Err(Halt::TooOften(text!("halt-too-often"))));
    }
    if shut_out::is_stopped(tx.connection, account.id)? {
        return Ok(Err(refuse(tx, act, account.id, Kept::Stopped)));
    }
    Ok(Ok((account, all)))
}

/// Records why nothing was changed, and answers with it.
fn refuse(tx: &mut Tx<'_>, act: &Act, account: AccountId, why: Kept) -> Halt {
    tx.record(act.entry("authenticator.refused", None, Some(account), details([("why", why.code().into())])));
    Halt::Kept(why)
}

/// An authenticator that is to be activated, with the recovery codes for an account that has none.
#[derive(Clone)]
struct New {
    id: AuthenticatorId,
    kind: AuthenticatorKind,
    codes: NewCodes,
}

/// Whether the account may have it under this name.
fn admit(tx: &mut Tx<'_>, kit: &Kit, act: &Act, holder: &Holder, name: &DeviceName) -> Done<Account> {
    let (account, all) = match held(tx, kit, act, holder)? {
        Ok(held) => held,
        Err(halt) => return Ok(Err(halt)),
    };
    Ok(match may_activate(&all, name) {
        Ok(()) => Ok(account),
        Err(why) => Err(refuse(tx, act, holder.account, why)),
    })
}

/// Activates what was admitted; `set_up` gives it its key. The account gets recovery codes where it has none.
fn activate(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    account: &Account,
    (new, name): (&New, &DeviceName),
    set_up: impl FnOnce(&mut Tx<'_>) -> Result<(), StoreError>,
) -> Result<Activated, StoreError> {
    let label = name.as_str().to_owned();
    let state = AuthenticatorState::Active;
    let row = Authenticator { id: new.id, account: account.id, kind: new.kind, label: label.clone(), state };
    accounts::insert_authenticator(tx, &row, act.at)?;
    set_up(tx)?;
    let about = details([("authenticator", new.id.to_string().into()), ("kind", new.kind.code().into())]);
    tx.record(act.entry("authenticator.activated", None, Some(account.id), about));
    // A link to set one up is good until one is.
    sign_in_links::end_all(tx, account.id, LinkPurpose::Enrol, act.at)?;
    see_new_device(tx, kit, act, account.id)?;
    letters::queue(tx, kit, act, account, Letter::AuthenticatorActivated { device: new.kind, label })?;
    let codes = match credentials::unused_codes(tx.connection, account.id)? {
        0 => replace(tx, kit, act, account, &new.codes)?,
        _ => Vec::new(),
    };
    Ok(Activated { id: new.id, codes })
}
