use super::Holder;
use super::passkey::broken;
use crate::domain::authn::{CeremonyKind, StoredPasskey};
use crate::domain::ids::CeremonyId;
use crate::domain::sealed::Sealing;
use crate::store::{StoreError, Tx, ceremonies, credentials};
use crate::workflow::Desk;

/// What a browser is asked, to prove that it has one of an account's passkeys.
#[derive(Debug)]
pub struct PasskeyAsked {
    /// What the answer belongs to.
    pub ceremony: CeremonyId,
    /// The options for the browser, as JSON.
    pub options: String,
}

impl Desk {
    /// Asks the browser of a session for a passkey; nothing where the account has none, or passkeys are not possible
    /// here. The answer goes to the directory as [`crate::directory::Proof::Passkey`].
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn ask_passkey(&self, holder: Holder) -> Result<Option<PasskeyAsked>, StoreError> {
        let Some(passkeys) = self.kit.passkeys.clone() else { return Ok(None) };
        let account = holder.account;
        let known = self.store.read(move |connection| credentials::passkeys(connection, account)).await?;
        if known.is_empty() {
            return Ok(None);
        }
        let known: Vec<StoredPasskey> = known.into_iter().map(|each| each.passkey).collect();
        let asked = passkeys.ask(&known).map_err(|error| broken(&error))?;
        let (kit, at) = (self.kit.clone(), self.now());
        let id = kit.id(CeremonyId::new, at);
        let sealed = kit.sealing.seal(Sealing::Ceremony, &id.to_string(), kit.entropy.bytes(), &asked.state);
        let key = holder.ceremony(id, CeremonyKind::PasskeyProof);
        self.store.write(move |tx: &mut Tx<'_>| ceremonies::begin(tx, &key, &sealed, at)).await?;
        Ok(Some(PasskeyAsked { ceremony: id, options: asked.options }))
    }
}
