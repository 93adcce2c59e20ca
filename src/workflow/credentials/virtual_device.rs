//! Setting up an authenticator app: a secret that is shown once, and two codes in a row as the proof that the app
//! has it.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::recovery_codes::NewCodes;
use super::{Activated, Holder, New, activate, admit, in_use, opened, refuse, seal};
use crate::domain::account::AuthenticatorKind;
use crate::domain::authn::{CeremonyKind, DeviceName, Kept, TotpCode, TotpSecret, enrol};
use crate::domain::ids::{AuthenticatorId, CeremonyId};
use crate::domain::sealed::Sealing;
use crate::store::{StoreError, Tx, ceremonies, credentials};
use crate::workflow::act::{Act, Done, Halt};
use crate::workflow::{Desk, Kit};

const KIND: CeremonyKind = CeremonyKind::VirtualDevice;

/// Bytes of a new secret (RFC 4226 §4 recommends 160 bits).
const SECRET: usize = 20;

/// What is kept, sealed, until the app has shown its codes.
#[derive(Serialize, Deserialize)]
struct Pending {
    name: String,
    secret: Vec<u8>,
}

impl Pending {
    fn read(&self) -> Result<(DeviceName, TotpSecret), StoreError> {
        let name = DeviceName::typed(&self.name).map_err(|why| StoreError::Corrupt(why.code().to_owned()))?;
        let secret = TotpSecret::from_bytes(&self.secret).map_err(|why| StoreError::Corrupt(why.to_string()))?;
        Ok((name, secret))
    }
}

/// An authenticator app that is being set up, as its page shows it.
pub struct VirtualDevice {
    /// What its owner calls it.
    pub name: String,
    /// The secret in base32.
    pub secret: SecretString,
    /// What the QR code holds.
    pub uri: SecretString,
}

impl Desk {
    /// **Activate MFA** with an authenticator app of this name: a secret is made, and nothing is activated yet.
    ///
    /// # Errors
    /// [`Halt`] when the account cannot have it; [`StoreError`] when the database fails.
    pub async fn begin_virtual_device(
        &self,
        act: Act,
        holder: Holder,
        name: &str,
    ) -> Result<Result<CeremonyId, Halt>, StoreError> {
        let kit = self.kit.clone();
        let name = DeviceName::typed(name);
        let id = kit.id(CeremonyId::new, act.at);
        let secret = kit.entropy.bytes::<SECRET>();
        let begin = move |tx: &mut Tx<'_>| {
            let name = match &name {
                Ok(name) => name,
                Err(why) => return Ok(Err(refuse(tx, &act, holder.account, *why))),
            };
            if let Err(halt) = admit(tx, &kit, &act, &holder, name)? {
                return Ok(Err(halt));
            }
            let pending = Pending { name: name.as_str().to_owned(), secret: secret.to_vec() };
            ceremonies::begin(tx, &holder.ceremony(id, KIND), &seal(&kit, id, &pending)?, act.at)?;
            Ok(Ok(id))
        };
        self.store.write(begin).await
    }

    /// An authenticator app that is being set up in this session; nothing when it is not, or no longer.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn virtual_device(&self, holder: Holder, id: CeremonyId) -> Result<Option<VirtualDevice>, StoreError> {
        let (kit, at) = (self.kit.clone(), self.now());
        let look = move |connection: &mut _| {
            let Some(state) = ceremonies::open(connection, &holder.ceremony(id, KIND), at)? else { return Ok(None) };
            let Ok(account) = in_use(connection, holder.account)? else { return Ok(None) };
            let (name, secret) = opened::<Pending>(&kit, id, &state)?.read()?;
            let uri = secret.uri(&kit.product, account.email.as_str());
            Ok(Some(VirtualDevice { name: name.as_str().to_owned(), secret: secret.base32(), uri }))
        };
        self.store.read(look).await
    }

    /// Activates an authenticator app that showed two codes in a row. Wrong codes leave it waiting for others.
    ///
    /// # Errors
    /// [`Halt`] when they are not that, or the account cannot have it; [`StoreError`] when the database fails.
    pub async fn activate_virtual_device(
        &self,
        act: Act,
        holder: Holder,
        id: CeremonyId,
        codes: (TotpCode, TotpCode),
    ) -> Result<Result<Activated, Halt>, StoreError> {
        let kit = self.kit.clone();
        let kind = AuthenticatorKind::VirtualTotp;
        let new = New { id: kit.id(AuthenticatorId::new, act.at), kind, codes: NewCodes::draw(&kit, act.at) };
        let decide = move |tx: &mut Tx<'_>| weigh(tx, &kit, &act, &holder, (id, &new), (&codes.0, &codes.1));
        let done = self.store.write(decide).await?;
        self.run_errands();
        Ok(done)
    }
}

fn weigh(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    holder: &Holder,
    (id, new): (CeremonyId, &New),
    codes: (&TotpCode, &TotpCode),
) -> Done<Activated> {
    let key = holder.ceremony(id, KIND);
    let Some(state) = ceremonies::open(tx.connection, &key, act.at)? else { return Ok(Err(Halt::Gone)) };
    let (name, secret) = opened::<Pending>(kit, id, &state)?.read()?;
    let account = match admit(tx, kit, act, holder, &name)? {
        Ok(account) => account,
        Err(halt) => return Ok(Err(halt)),
    };
    let Ok(clock) = enrol(&secret, codes, act.at) else {
        return Ok(Err(refuse(tx, act, holder.account, Kept::NotInARow)));
    };
    if !ceremonies::take(tx, &key, act.at)? {
        return Ok(Err(Halt::Gone));
    }
    let about = new.id.to_string();
    let sealed = kit.sealing.seal(Sealing::AuthenticatorSecret, &about, kit.entropy.bytes(), secret.expose());
    let set_up = |tx: &mut Tx<'_>| credentials::set_up_totp(tx, new.id, &sealed, clock);
    activate(tx, kit, act, &account, (new, &name), set_up).map(Ok)
}
