//! What becomes of errands that a directory is asked for beside deactivations.

use chrono::TimeDelta;

use super::Desk;
use crate::directory::DirectoryError;
use crate::domain::account::Account;
use crate::domain::audit::Details;
use crate::store::outbox::{self, Leased};
use crate::store::{StoreError, Tx, accounts};

/// How an errand is tried, and what the log calls its end.
pub(super) struct Manner {
    /// It is tried so often at most.
    pub attempts: i32,
    /// Whether asking again would not help.
    pub is_final: fn(&DirectoryError) -> bool,
    /// The directory did it.
    pub done: &'static str,
    /// It was given up.
    pub given_up: &'static str,
}

impl Desk {
    /// The account of an errand's case.
    pub(super) async fn account_of(&self, leased: &Leased) -> Result<Option<Account>, StoreError> {
        let Some(id) = leased.account else { return Ok(None) };
        self.store.read(move |connection| accounts::find(connection, id)).await
    }

    /// Nothing is left to do.
    pub(super) async fn over(&self, leased: &Leased) -> Result<(), StoreError> {
        let (id, at) = (leased.id, self.now());
        self.store.write(move |tx| outbox::done(tx, id, at)).await
    }

    /// Keeps what the directory answered: it is done, tried again, or given up. `about` says what the log is told, with
    /// the reason where it was given up.
    pub(super) async fn settle_asked(
        &self,
        leased: &Leased,
        answer: Result<(), DirectoryError>,
        manner: Manner,
        about: impl Fn(Option<&str>) -> Details + Send + 'static,
    ) -> Result<(), StoreError> {
        let next = self.next_try(leased.attempts, TimeDelta::seconds(5), TimeDelta::minutes(10));
        let (leased, act) = (leased.clone(), self.system_act());
        let settle = move |tx: &mut Tx<'_>| {
            let entry = |action, about| act.entry(action, Some(&leased.reference), leased.account, about);
            match &answer {
                Ok(()) => {
                    tx.record(entry(manner.done, about(None)));
                    outbox::done(tx, leased.id, act.at)
                }
                Err(error) if (manner.is_final)(error) || leased.attempts >= manner.attempts => {
                    let why = error.to_string();
                    tx.record(entry(manner.given_up, about(Some(&why))));
                    outbox::bury(tx, leased.id, act.at, &why)
                }
                Err(error) => outbox::retry_at(tx, leased.id, next, &error.to_string()),
            }
        };
        self.store.write(settle).await
    }
}
