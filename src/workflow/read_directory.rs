//! Reading an account from the directory that it lives in, and keeping what was read: rules are weighed in one
//! transaction, which no other system can be asked in.

use chrono::{DateTime, Utc};

use super::act::{Act, Halt, held};
use super::contacts::name_administrators;
use super::recovery::see_new_device;
use super::{Desk, Kit};
use crate::directory::{Directory, DirectoryError, Wanted};
use crate::domain::account::{Account, AccountKind, AccountStatus, Authenticator, AuthenticatorState, Tier};
use crate::domain::audit::{Details, details};
use crate::domain::contact_record::{Contact, of_record};
use crate::domain::directory::{DirectoryName, Found, Home, Listed, Login};
use crate::domain::ids::{AccountId, AuthenticatorId};
use crate::domain::reference::CaseRef;
use crate::store::mirror::Mirrored;
use crate::store::{StoreError, Tx, accounts, cases, contacts, mirror};

/// An account and its authenticators as its directory has them at this moment.
#[derive(Clone)]
pub(super) struct Reading {
    home: Home,
    /// Nothing when the directory has no such account.
    found: Option<Found>,
    authenticators: Vec<Listed>,
    /// When the directory was asked: what happened since is newer.
    begun_at: DateTime<Utc>,
}

/// Asks a directory for an account and its authenticators.
///
/// # Errors
/// [`DirectoryError`] when it cannot tell; nothing was changed.
pub(super) async fn look(
    directory: &dyn Directory,
    name: &DirectoryName,
    wanted: Wanted<'_>,
    begun_at: DateTime<Utc>,
) -> Result<Option<Reading>, DirectoryError> {
    let Some(found) = directory.find(wanted).await? else { return Ok(None) };
    let authenticators = directory.authenticators(&found.login).await?;
    let home = Home::Elsewhere { directory: name.clone(), login: found.login.clone() };
    Ok(Some(Reading { home, found: Some(found), authenticators, begun_at }))
}

impl Reading {
    /// A directory is sure that it has no account of this login any more.
    fn gone(name: &DirectoryName, login: &Login, begun_at: DateTime<Utc>) -> Self {
        let home = Home::Elsewhere { directory: name.clone(), login: login.clone() };
        Self { home, found: None, authenticators: Vec::new(), begun_at }
    }
}

impl Desk {
    /// Reads the account of a case anew. That its directory could not tell is on the record.
    ///
    /// # Errors
    /// See [`Desk::read_account`].
    pub(super) async fn read_account_of(
        &self,
        act: &Act,
        reference: &CaseRef,
    ) -> Result<Result<(), DirectoryError>, StoreError> {
        let wanted = reference.clone();
        let filed = self.store.read(move |connection| cases::find(connection, &wanted)).await?;
        let Some((filed, account)) = filed.and_then(|filed| filed.case.account.map(|account| (filed, account))) else {
            return Ok(Ok(()));
        };
        let read = self.read_account(act, account).await?;
        if let Err(error) = &read {
            let (act, why) = (act.clone(), error.to_string());
            let record = move |tx: &mut Tx<'_>| {
                tx.record(act.case_entry("case.directory_unavailable", &filed, details([("why", why.clone().into())])));
                Ok(())
            };
            self.store.write(record).await?;
        }
        Ok(read)
    }

    /// The agent's **Read the directory again**.
    ///
    /// # Errors
    /// The inner error says why the directory could not tell, or that there is no such case for this agent.
    pub async fn read_directory_again(&self, act: Act, reference: CaseRef) -> Result<Result<(), Halt>, StoreError> {
        let (looked, wanted) = (act.clone(), reference.clone());
        let held = move |tx: &mut Tx<'_>| held(tx, &looked, &wanted, None);
        if let Err(halt) = self.store.write(held).await? {
            return Ok(Err(halt));
        }
        Ok(self.read_account_of(&act, &reference).await?.map_err(|error| Halt::Directory(error.to_string())))
    }

    /// Reads an account anew, if it lives in another system.
    ///
    /// # Errors
    /// The inner error is why the directory could not tell; the outer one that what it told could not be stored.
    pub(super) async fn read_account(
        &self,
        act: &Act,
        account: AccountId,
    ) -> Result<Result<(), DirectoryError>, StoreError> {
        let Some(known) = self.store.read(move |connection| accounts::find(connection, account)).await? else {
            return Ok(Ok(()));
        };
        let Home::Elsewhere { directory: name, login } = &known.home else { return Ok(Ok(())) };
        let directory = match self.directories.of(&known.home) {
            Ok(directory) => directory,
            Err(error) => return Ok(Err(error)),
        };
        let begun_at = self.now();
        let reading = match look(directory.as_ref(), name, Wanted::Login(login), begun_at).await {
            Ok(reading) => reading.unwrap_or_else(|| Reading::gone(name, login, begun_at)),
            Err(error) => return Ok(Err(error)),
        };
        if let Home::Elsewhere { login: found, .. } = &reading.home
            && found != login
        {
            let why = format!("it calls this account `{found}`, and the contacts call it `{login}`");
            return Ok(Err(DirectoryError::Refused(why)));
        }
        let (kit, act) = (self.kit.clone(), act.clone());
        match self.store.write(move |tx| keep(tx, &kit, &act, account, &reading)).await {
            // Another of its accounts has this address: evidence for one must not count for the other.
            Err(StoreError::Duplicate) => {
                Ok(Err(DirectoryError::Refused("two of its accounts have the same address".to_owned())))
            }
            kept => kept.map(Ok),
        }
    }
}

/// Keeps what was read of an account that is known. What changed is recorded without saying what it is.
fn keep(tx: &mut Tx<'_>, kit: &Kit, act: &Act, id: AccountId, reading: &Reading) -> Result<(), StoreError> {
    let Some(before) = accounts::find(tx.connection, id)? else { return Ok(()) };
    if mirror::read_at(tx.connection, id)?.is_some_and(|read_at| read_at > reading.begun_at) {
        return Ok(());
    }
    let contact = contacts::of_home(tx.connection, &reading.home)?;
    let after = read_into(&before, reading, contact.as_ref(), act);
    let mut changed = Details::new();
    let mut note = |what: &str, differs: bool| {
        if differs {
            changed.insert(what.to_owned(), true.into());
        }
    };
    note("email", before.email.key() != after.email.key());
    note("phone", before.phone != after.phone);
    note("status", before.status != after.status);
    let old = accounts::authenticators(tx.connection, id)?;
    let mirrored = match reading.found {
        Some(_) => Mirrored::Read(reading.begun_at),
        None => Mirrored::Gone(reading.begun_at),
    };
    mirror::keep(tx, &after, mirrored, reading.begun_at)?;
    mirror::keep_authenticators(tx, id, &reading.authenticators, reading.begun_at, || {
        kit.id(AuthenticatorId::new, act.at)
    })?;
    let new = accounts::authenticators(tx.connection, id)?;
    note("authenticators", old != new);
    if !changed.is_empty() {
        tx.record(act.entry("account.read_anew", None, Some(id), changed));
    }
    // One that was there before is no new device, whatever became of it.
    let is_new =
        |each: &Authenticator| each.state == AuthenticatorState::Active && !old.iter().any(|known| known.id == each.id);
    if new.iter().any(is_new) {
        see_new_device(tx, kit, act, id)?;
    }
    Ok(())
}

/// The account as it was read. One that is not there any more is not to be recovered, nor one whose owner nobody could
/// write to.
fn read_into(before: &Account, reading: &Reading, contact: Option<&Contact>, act: &Act) -> Account {
    let gone = || Account { status: AccountStatus::Suspended, ..before.clone() };
    let Some(found) = &reading.found else { return gone() };
    let record = of_record(found, contact, Some(before), act.at);
    let Some(email) = record.email else { return gone() };
    Account {
        email,
        phone: record.phone,
        background: record.background,
        name: record.name.unwrap_or_else(|| before.name.clone()),
        status: found.status,
        ..before.clone()
    }
}

/// Keeps what was read in an account that may be new here. Nothing where nobody could write to its owner: neither the
/// directory nor anybody else told an address.
pub(super) fn take_in(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    reading: &Reading,
    (kind, tier): (AccountKind, Tier),
) -> Result<Option<Account>, StoreError> {
    let (Home::Elsewhere { directory, login }, Some(found)) = (&reading.home, &reading.found) else { return Ok(None) };
    if let Some(id) = mirror::find_by_login(tx.connection, directory, login)? {
        keep(tx, kit, act, id, reading)?;
        return accounts::find(tx.connection, id);
    }
    let contact = contacts::of_home(tx.connection, &reading.home)?;
    let record = of_record(found, contact.as_ref(), None, act.at);
    let Some(email) = record.email else { return Ok(None) };
    let id = kit.id(AccountId::new, act.at);
    let account = Account {
        id,
        home: reading.home.clone(),
        email,
        number: None,
        name: record.name.unwrap_or_else(|| login.to_string()),
        kind: record.kind.unwrap_or(kind),
        tier: record.tier.unwrap_or(tier),
        phone: record.phone,
        status: found.status,
        background: record.background,
    };
    accounts::insert(tx, &account, None, act.at)?;
    mirror::keep_authenticators(tx, id, &reading.authenticators, act.at, || kit.id(AuthenticatorId::new, act.at))?;
    mirror::keep(tx, &account, Mirrored::Read(act.at), act.at)?;
    let about = details([("directory", directory.to_string().into())]);
    tx.record(act.entry("account.found", None, Some(id), about));
    if let Some(contact) = &contact {
        name_administrators(tx, act, contact)?;
    }
    Ok(Some(account))
}
