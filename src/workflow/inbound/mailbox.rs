//! Who reads the mailbox, and whether it can be read.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::Desk;
use crate::store::{StoreError, Tx, mailbox_readers};

/// How long an instance holds the mailbox before it is taken for dead.
const LEASE: TimeDelta = TimeDelta::seconds(120);

/// What is wrong with the mailbox that is read, as this instance knows.
#[derive(Debug, Default)]
pub struct Mailbox {
    trouble: Mutex<Option<(DateTime<Utc>, String)>>,
}

impl Mailbox {
    /// Since when it cannot be read, and why.
    pub fn trouble(&self) -> Option<(DateTime<Utc>, String)> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, trouble: Option<(DateTime<Utc>, String)>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

impl Desk {
    /// Takes the mailbox, or keeps it, and learns what is wrong with it where another instance reads it. False when one
    /// does.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn hold_mailbox(&self, mailbox: &str, holder: &str) -> Result<bool, StoreError> {
        let now = self.now();
        let (name, holder) = (mailbox.to_owned(), holder.to_owned());
        let hold = move |tx: &mut Tx<'_>| mailbox_readers::hold(tx, &name, &holder, now, LEASE);
        let held = self.store.write(hold).await?;
        let name = mailbox.to_owned();
        self.mailbox.set(self.store.read(move |connection| mailbox_readers::trouble(connection, &name)).await?);
        Ok(held)
    }

    /// Lets the mailbox go, so that another instance need not wait.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn release_mailbox(&self, mailbox: &str, holder: &str) -> Result<(), StoreError> {
        let (name, holder, now) = (mailbox.to_owned(), holder.to_owned(), self.now());
        self.store.write(move |tx| mailbox_readers::release(tx, &name, &holder, now)).await
    }

    /// Keeps what is wrong with the mailbox, for every instance to show.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn report_mailbox(&self, mailbox: &str, trouble: Option<&str>) -> Result<(), StoreError> {
        let (name, why, now) = (mailbox.to_owned(), trouble.map(str::to_owned), self.now());
        self.store.write(move |tx| mailbox_readers::report(tx, &name, why.as_deref(), now)).await?;
        let name = mailbox.to_owned();
        self.mailbox.set(self.store.read(move |connection| mailbox_readers::trouble(connection, &name)).await?);
        Ok(())
    }
}
