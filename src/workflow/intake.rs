use chrono::TimeDelta;

use super::act::{Act, Done, command};
use super::read_directory::{self, look};
use super::{Desk, Kit, risk};
use crate::directory::{Directory, DirectoryError, Wanted};
use crate::domain::account::Account;
use crate::domain::audit::{Details, details};
use crate::domain::case::{Command, State};
use crate::domain::contact::EmailAddress;
use crate::domain::directory::{DirectoryName, Login};
use crate::domain::form::AssistanceForm;
use crate::domain::ids::{AccountId, OutboxId};
use crate::domain::reference::CaseRef;
use crate::store::cases::Filed;
use crate::store::outbox::{self, Errand, Leased};
use crate::store::{StoreError, Tx, accounts, cases, mirror};

impl Desk {
    /// Finds the account a submitted form speaks of and, if there is one, writes to its address of record. What another
    /// directory has to be asked for is left to an errand of its own.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored; the errand is then run again.
    pub(super) async fn take_in(&self, reference: CaseRef, errand: OutboxId) -> Result<(), StoreError> {
        let (kit, directories) = (self.kit.clone(), self.directories.others.clone());
        let act = self.system_act();
        let take_in = move |tx: &mut Tx<'_>| {
            let Some((filed, form)) = waiting(tx, &reference)? else { return outbox::done(tx, errand, act.at) };
            match directories.route(form.account_number.as_deref(), &form.email) {
                None => {
                    let found = accounts::find_by_email(tx.connection, &form.email)?;
                    let _ = settle(tx, &kit, &act, &filed, found.map(|account| account.id))?;
                }
                Some(route) => {
                    let order = Errand::Lookup { directory: route.to.name.clone(), login: route.login };
                    outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &order, act.at)?;
                }
            }
            outbox::done(tx, errand, act.at)
        };
        self.store.write(take_in).await
    }

    /// Looks for a form's account in another directory. One that cannot tell is asked again, however long it takes.
    ///
    /// # Errors
    /// [`StoreError`] when the outcome could not be stored; the errand is then run again.
    pub(super) async fn look_up(
        &self,
        leased: &Leased,
        (name, login): (DirectoryName, Option<Login>),
    ) -> Result<(), StoreError> {
        let reference = leased.reference.clone();
        let search = (reference.clone(), name.clone());
        let find_form = move |tx: &mut Tx<'_>| {
            let (reference, directory) = &search;
            let Some((_, form)) = waiting(tx, reference)? else { return Ok(None) };
            let known = match mirror::find_by_email(tx.connection, directory, &form.email)? {
                Some(id) => accounts::find(tx.connection, id)?,
                None => None,
            };
            Ok(Some((form.email, known)))
        };
        let Some((email, known)) = self.store.write(find_form).await? else { return self.over(leased).await };
        let Some(configured) = self.directories.others.named(&name) else { return self.over(leased).await };
        let directory = configured.directory.as_ref();
        // What the directory itself finds by the address comes before what an account was once called.
        let by_email = login.is_none() && directory.capabilities().finds_by_email;
        let found = match by_email {
            true => look(directory, &name, Wanted::Email(&email), self.now()).await,
            false => Ok(None),
        };
        let called = known.as_ref().map(|account| account.home.login(account.id));
        let read = match (found, login.or(called)) {
            (Ok(None), Some(login)) => look(directory, &name, Wanted::Login(&login), self.now()).await,
            (found, _) => found,
        };
        let (kit, act, id) = (self.kit.clone(), self.system_act(), leased.id);
        let reading = match read {
            Ok(reading) => reading,
            Err(DirectoryError::Refused(why)) => {
                tracing::warn!(errand = %id, %why, "a directory would not say whose account a form speaks of");
                None
            }
            Err(error) => return self.look_up_later(leased, &name, &error).await,
        };
        let defaults = (configured.kind, configured.tier);
        let keep = move |tx: &mut Tx<'_>| {
            let Some((filed, form)) = waiting(tx, &reference)? else { return outbox::done(tx, id, act.at) };
            let found = match &reading {
                Some(reading) => read_directory::take_in(tx, &kit, &act, reading, defaults)?,
                // It is sure that it has none; the embedded directory may.
                None => accounts::find_by_email(tx.connection, &form.email)?,
            };
            // Whoever names a login must name its address of record too: nobody learns from us whose it is.
            let meant = found.filter(|account| account.email.key() == form.email.key());
            let _ = settle(tx, &kit, &act, &filed, meant.map(|account| account.id))?;
            outbox::done(tx, id, act.at)
        };
        match self.store.write(keep).await {
            Err(StoreError::Duplicate) => match known {
                Some(holder) if self.makes_room(&holder, &name, &email).await? => self.look_again(leased).await?,
                // Two accounts of this directory have the address: nobody is told whose it is.
                _ => self.give_up_looking(leased).await?,
            },
            kept => kept?,
        }
        self.run_errands();
        Ok(())
    }

    /// Whether an account that had the address when it was last read has it no more: it may be gone, or have another name.
    async fn makes_room(
        &self,
        holder: &Account,
        name: &DirectoryName,
        email: &EmailAddress,
    ) -> Result<bool, StoreError> {
        let _ = self.read_account(&self.system_act(), holder.id).await?;
        let (name, email) = (name.clone(), email.clone());
        let found = self.store.read(move |connection| mirror::find_by_email(connection, &name, &email)).await?;
        Ok(found != Some(holder.id))
    }

    async fn look_again(&self, leased: &Leased) -> Result<(), StoreError> {
        let (id, now) = (leased.id, self.now());
        self.store.write(move |tx| outbox::retry_at(tx, id, now, "the address was another account's")).await
    }

    /// Nobody's account is meant, as far as can be told.
    async fn give_up_looking(&self, leased: &Leased) -> Result<(), StoreError> {
        tracing::warn!(errand = %leased.id, "two accounts of a directory have the address that a form names");
        let (kit, act, leased) = (self.kit.clone(), self.system_act(), leased.clone());
        let unmatched = move |tx: &mut Tx<'_>| {
            if let Some((filed, _)) = waiting(tx, &leased.reference)? {
                let _ = settle(tx, &kit, &act, &filed, None)?;
            }
            outbox::done(tx, leased.id, act.at)
        };
        self.store.write(unmatched).await
    }

    /// The first failure is on the record, so that the desk sees what the case waits for.
    async fn look_up_later(
        &self,
        leased: &Leased,
        name: &DirectoryName,
        error: &DirectoryError,
    ) -> Result<(), StoreError> {
        let next = self.next_try(leased.attempts, TimeDelta::seconds(5), TimeDelta::minutes(5)) + error.patience();
        let (leased, act, why) = (leased.clone(), self.system_act(), error.to_string());
        let name = name.to_string();
        let later = move |tx: &mut Tx<'_>| {
            if leased.attempts <= 1 {
                let about = details([("directory", name.clone().into()), ("why", why.clone().into())]);
                tx.record(act.entry("case.directory_unavailable", Some(&leased.reference), leased.account, about));
            }
            outbox::retry_at(tx, leased.id, next, &why)
        };
        self.store.write(later).await
    }
}

/// The case and its form, if nobody has looked for its account yet.
fn waiting(tx: &mut Tx<'_>, reference: &CaseRef) -> Result<Option<(Filed, AssistanceForm)>, StoreError> {
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(None) };
    if filed.case.state != State::Submitted || filed.case.account.is_some() {
        return Ok(None);
    }
    let form = cases::form(tx.connection, filed.case.id)?;
    Ok(Some((filed, form)))
}

fn settle(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed, account: Option<AccountId>) -> Done<()> {
    let Some(account) = account else {
        tx.record(act.case_entry("case.unmatched", filed, Details::new()));
        risk::wake_others(tx, kit, (&filed.case, risk::Wake::Came), None, act.at)?;
        return Ok(Ok(()));
    };
    let matched = command(tx, kit, act, filed, &Command::MatchAccount(account))?.map(|_| ());
    risk::wake_others(tx, kit, (&filed.case, risk::Wake::Came), Some(account), act.at)?;
    Ok(matched)
}
