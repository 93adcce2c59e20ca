use super::Holder;
use crate::domain::authn::MOST_AUTHENTICATORS;
use crate::store::StoreError;
use crate::store::credentials::{self, HeldAuthenticator};
use crate::workflow::Desk;

/// What an account signs in with beside its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring {
    /// The active authenticators, the longest enrolled first; the set of recovery codes is not among them.
    pub devices: Vec<HeldAuthenticator>,
    /// Recovery codes that can still be used.
    pub codes_left: i64,
}

impl Keyring {
    /// Whether one more can be activated.
    pub fn has_room(&self) -> bool {
        self.devices.len() < MOST_AUTHENTICATORS
    }
}

impl Desk {
    /// The authenticators of an account, as its owner sees them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keyring(&self, holder: &Holder) -> Result<Keyring, StoreError> {
        let account = holder.account;
        let look = move |connection: &mut _| {
            let devices = credentials::held(connection, account)?;
            Ok(Keyring { devices, codes_left: credentials::unused_codes(connection, account)? })
        };
        self.store.read(look).await
    }
}
