//! Setting up a passkey or security key: the browser is asked for a new one, and what it answers is activated.

use serde::{Deserialize, Serialize};

use super::recovery_codes::NewCodes;
use super::{Activated, Holder, New, activate, admit, opened, refuse, seal};
use crate::domain::account::AuthenticatorKind;
use crate::domain::authn::{CeremonyKind, DeviceName, Kept, StoredPasskey};
use crate::domain::ids::{AuthenticatorId, CeremonyId};
use crate::passkeys::{Broken, NotProven};
use crate::store::ceremonies::{self, CeremonyKey};
use crate::store::{StoreError, Tx, credentials};
use crate::workflow::act::{Act, Done, Halt};
use crate::workflow::{Desk, Kit};

const KIND: CeremonyKind = CeremonyKind::PasskeySetUp;

/// What is kept, sealed, until the browser answers.
#[derive(Serialize, Deserialize)]
struct Pending {
    name: String,
    options: String,
    state: String,
}

/// A passkey that is being set up, as its page shows it.
#[derive(Debug)]
pub struct PasskeySetUp {
    /// What its owner calls it.
    pub name: String,
    /// What the browser is asked, as JSON.
    pub options: String,
}

pub(super) fn broken(error: &Broken) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

impl Desk {
    /// **Activate MFA** with a passkey or security key of this name: the browser is to be asked, and nothing is
    /// activated yet.
    ///
    /// # Errors
    /// [`Halt`] when the account cannot have it, or passkeys are not possible here; [`StoreError`] when the database
    /// fails.
    pub async fn begin_passkey(
        &self,
        act: Act,
        holder: Holder,
        name: &str,
    ) -> Result<Result<CeremonyId, Halt>, StoreError> {
        let (kit, name) = (self.kit.clone(), DeviceName::typed(name));
        let id = kit.id(CeremonyId::new, act.at);
        let begin = move |tx: &mut Tx<'_>| {
            let Some(passkeys) = &kit.passkeys else { return Ok(Err(Halt::Gone)) };
            let name = match &name {
                Ok(name) => name,
                Err(why) => return Ok(Err(refuse(tx, &act, holder.account, *why))),
            };
            let account = match admit(tx, &kit, &act, &holder, name)? {
                Ok(account) => account,
                Err(halt) => return Ok(Err(halt)),
            };
            let known = credentials::passkeys(tx.connection, account.id)?;
            let known: Vec<StoredPasskey> = known.into_iter().map(|each| each.passkey).collect();
            let called = (account.email.as_str(), account.name.as_str());
            let asked = passkeys.ask_for_new(account.id, called, &known).map_err(|error| broken(&error))?;
            let state = String::from_utf8_lossy(&asked.state).into_owned();
            let pending = Pending { name: name.as_str().to_owned(), options: asked.options, state };
            ceremonies::begin(tx, &holder.ceremony(id, KIND), &seal(&kit, id, &pending)?, act.at)?;
            Ok(Ok(id))
        };
        self.store.write(begin).await
    }

    async fn pending_passkey(&self, key: CeremonyKey) -> Result<Option<Pending>, StoreError> {
        let (kit, at) = (self.kit.clone(), self.now());
        let look = move |connection: &mut _| {
            let state = ceremonies::open(connection, &key, at)?;
            state.map(|state| opened::<Pending>(&kit, key.id, &state)).transpose()
        };
        self.store.read(look).await
    }

    /// A passkey that is being set up in this session; nothing when it is not, or no longer.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn passkey_set_up(&self, holder: &Holder, id: CeremonyId) -> Result<Option<PasskeySetUp>, StoreError> {
        let pending = self.pending_passkey(holder.ceremony(id, KIND)).await?;
        Ok(pending.map(|pending| PasskeySetUp { name: pending.name, options: pending.options }))
    }

    /// Activates the passkey that a browser made. The ceremony is used up, whatever the answer is worth.
    ///
    /// # Errors
    /// [`Halt`] when the answer does not fit, or the account cannot have it; [`StoreError`] when the database fails.
    pub async fn activate_passkey(
        &self,
        act: Act,
        holder: Holder,
        id: CeremonyId,
        answer: &str,
    ) -> Result<Result<Activated, Halt>, StoreError> {
        let kit = self.kit.clone();
        let key = holder.ceremony(id, KIND);
        let pending = self.pending_passkey(key.clone()).await?;
        let (Some(pending), Some(passkeys)) = (pending, &kit.passkeys) else { return Ok(Err(Halt::Gone)) };
        let made = passkeys.made(pending.state.as_bytes(), answer);
        let name = DeviceName::typed(&pending.name).map_err(|why| StoreError::Corrupt(why.code().to_owned()))?;
        let kind = AuthenticatorKind::Passkey;
        let new = New { id: kit.id(AuthenticatorId::new, act.at), kind, codes: NewCodes::draw(&kit, act.at) };
        let decide = move |tx: &mut Tx<'_>| weigh(tx, &kit, &act, (&holder, &key), (&new, &name), &made);
        let done = self.store.write(decide).await?;
        self.run_errands();
        Ok(done)
    }
}

fn weigh(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    (holder, key): (&Holder, &CeremonyKey),
    (new, name): (&New, &DeviceName),
    made: &Result<StoredPasskey, NotProven>,
) -> Done<Activated> {
    if !ceremonies::take(tx, key, act.at)? {
        return Ok(Err(Halt::Gone));
    }
    let Ok(passkey) = made else { return Ok(Err(refuse(tx, act, holder.account, Kept::NoPasskey))) };
    let account = match admit(tx, kit, act, holder, name)? {
        Ok(account) => account,
        Err(halt) => return Ok(Err(halt)),
    };
    // One passkey never signs two accounts in (WebAuthn Level 3 §7.1, step 26).
    if credentials::is_known_passkey(tx.connection, &passkey.credential_id)? {
        return Ok(Err(refuse(tx, act, holder.account, Kept::NoPasskey)));
    }
    activate(tx, kit, act, &account, (new, name), |tx| credentials::set_passkey(tx, new.id, passkey)).map(Ok)
}
