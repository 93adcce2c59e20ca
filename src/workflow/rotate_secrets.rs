use super::act::Act;
use super::{Desk, Kit};
use crate::domain::audit::details;
use crate::domain::sealed::{Sealed, Sealing};
use crate::store::{StoreError, Tx, authenticator_secrets, documents, inbound};

/// Documents that are sealed anew in one transaction, in which they are all in memory.
const DOCUMENTS: i64 = 4;
/// Secrets of authenticators, which are small.
const SECRETS: i64 = 200;

/// How far sealing anew has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Documents that are under the first key now.
    pub documents: usize,
    /// Mails that belong to no case that are.
    pub mails: usize,
    /// Authenticators' secrets that are.
    pub secrets: usize,
    /// What could not be opened: its key is not configured, or it was changed. It stays as it was.
    pub locked: usize,
}

/// What one transaction did, and where the next one goes on.
struct Batch {
    sealed: usize,
    locked: usize,
    last: Option<String>,
}

impl Batch {
    /// Whether there was anything to do.
    const fn found(&self) -> bool {
        self.sealed + self.locked > 0
    }
}

impl Desk {
    /// Seals everything that is stored encrypted anew under the first key, a little at a time. Stopped at any point,
    /// it goes on where it was: what is under the first key already is passed over.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn rotate_secrets(&self, act: Act, mut progress: impl FnMut(Rotated)) -> Result<Rotated, StoreError> {
        let mut done = Rotated::default();
        let mut after = Some(String::new());
        while let Some(from) = after {
            let (kit, act) = (self.kit.clone(), act.clone());
            let batch = self.store.write(move |tx| some_documents(tx, &kit, &act, &from)).await?;
            done.documents += batch.sealed;
            done.locked += batch.locked;
            if batch.found() {
                progress(done);
            }
            after = batch.last;
        }
        let mut after = Some(String::new());
        while let Some(from) = after {
            let (kit, act) = (self.kit.clone(), act.clone());
            let batch = self.store.write(move |tx| some_mails(tx, &kit, &act, &from)).await?;
            done.mails += batch.sealed;
            done.locked += batch.locked;
            if batch.found() {
                progress(done);
            }
            after = batch.last;
        }
        let mut after = Some(String::new());
        while let Some(from) = after {
            let (kit, act) = (self.kit.clone(), act.clone());
            let batch = self.store.write(move |tx| some_secrets(tx, &kit, &act, &from)).await?;
            done.secrets += batch.sealed;
            done.locked += batch.locked;
            if batch.found() {
                progress(done);
            }
            after = batch.last;
        }
        Ok(done)
    }
}

fn anew(kit: &Kit, kind: Sealing, about: &str, old: &Sealed) -> Option<Sealed> {
    let plain = kit.sealing.open(kind, about, old).ok()?;
    Some(kit.sealing.seal(kind, about, kit.entropy.bytes(), &plain))
}

fn some_documents(tx: &mut Tx<'_>, kit: &Kit, act: &Act, after: &str) -> Result<Batch, StoreError> {
    let found = documents::under_other_keys(tx.connection, kit.sealing.current(), after, DOCUMENTS)?;
    let mut batch = Batch { sealed: 0, locked: 0, last: found.last().map(|document| document.id.to_string()) };
    for document in found {
        let Some(old) = documents::content(tx.connection, document.id)? else { continue };
        match anew(kit, Sealing::Document, &document.about(), &old) {
            Some(new) => batch.sealed += usize::from(documents::reseal(tx, document.id, &old, &new)?),
            None => batch.locked += 1,
        }
    }
    record(tx, kit, act, "documents", &batch);
    Ok(batch)
}

fn some_mails(tx: &mut Tx<'_>, kit: &Kit, act: &Act, after: &str) -> Result<Batch, StoreError> {
    let found = inbound::under_other_keys(tx.connection, kit.sealing.current(), after, DOCUMENTS)?;
    let mut batch = Batch { sealed: 0, locked: 0, last: found.last().map(|mail| mail.id.to_string()) };
    for mail in found {
        let Some(old) = inbound::content(tx.connection, mail.id)? else { continue };
        match anew(kit, Sealing::Mail, &mail.about(), &old) {
            Some(new) => batch.sealed += usize::from(inbound::reseal(tx, mail.id, &old, &new)?),
            None => batch.locked += 1,
        }
    }
    record(tx, kit, act, "mails", &batch);
    Ok(batch)
}

fn some_secrets(tx: &mut Tx<'_>, kit: &Kit, act: &Act, after: &str) -> Result<Batch, StoreError> {
    let found = authenticator_secrets::under_other_keys(tx.connection, kit.sealing.current(), after, SECRETS)?;
    let mut batch = Batch { sealed: 0, locked: 0, last: found.last().map(|(id, _)| id.to_string()) };
    for (id, old) in found {
        match anew(kit, Sealing::AuthenticatorSecret, &id.to_string(), &old) {
            Some(new) => batch.sealed += usize::from(authenticator_secrets::reseal(tx, id, &old, &new)?),
            None => batch.locked += 1,
        }
    }
    record(tx, kit, act, "authenticators", &batch);
    Ok(batch)
}

fn record(tx: &mut Tx<'_>, kit: &Kit, act: &Act, table: &str, batch: &Batch) {
    if batch.found() {
        let about = details([
            ("table", table.into()),
            ("key", kit.sealing.current().into()),
            ("count", batch.sealed.into()),
            ("locked", batch.locked.into()),
        ]);
        tx.record(act.entry("secrets.rotated", None, None, about));
    }
}
