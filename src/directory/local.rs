use std::sync::Arc;

use async_trait::async_trait;

use super::{Directory, DirectoryError};
use crate::clock::Clock;
use crate::domain::account::AuthenticatorState;
use crate::domain::ids::{AuthenticatorId, OutboxId};
use crate::store::{Store, StoreError, accounts};

/// The embedded directory: accounts imported into our own database.
pub struct LocalDirectory {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl LocalDirectory {
    /// The directory in `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

fn unavailable(error: StoreError) -> DirectoryError {
    DirectoryError::Unavailable(error.to_string())
}

#[async_trait]
impl Directory for LocalDirectory {
    async fn deactivate(&self, authenticator: AuthenticatorId, _key: OutboxId) -> Result<(), DirectoryError> {
        let now = self.clock.now();
        // An authenticator that is off already is what was asked for, so the answer is the same.
        let switch_off = move |tx: &mut crate::store::Tx<'_>| accounts::deactivate(tx, authenticator, now);
        self.store.write(switch_off).await.map(|_| ()).map_err(unavailable)
    }

    async fn state(&self, authenticator: AuthenticatorId) -> Result<AuthenticatorState, DirectoryError> {
        let found = self.store.read(move |connection| accounts::authenticator(connection, authenticator)).await;
        match found.map_err(unavailable)? {
            Some(found) => Ok(found.state),
            None => Err(DirectoryError::Refused("no such authenticator".to_owned())),
        }
    }
}
