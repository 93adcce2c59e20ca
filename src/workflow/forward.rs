//! Forwarding the log: in its order, at least once, and nothing is ever left out. It is no entry of the log itself, or it
//! would never come to an end.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{Desk, LEASE};
use crate::domain::audit_filter::Filter;
use crate::notify::forwarder::{Forwarder, NotTaken};
use crate::store::feeds::{self, Batch, Standing};
use crate::store::{AnyConnection, StoreError, Tx, audit};

/// The shortest and the longest wait before a batch is sent again.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(1);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(5);

/// How the forwarding to one receiver stands.
pub struct Forwarding {
    /// To whom.
    pub to: Arc<Forwarder>,
    /// What is stored of it; nothing before the first batch.
    pub standing: Option<Standing>,
    /// How many entries it has not taken.
    pub behind: i64,
    /// When the oldest of them was written, as the log has it.
    pub oldest: Option<String>,
}

impl Desk {
    /// How the forwarding to each configured receiver stands.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forwarding(&self) -> Result<Vec<Forwarding>, StoreError> {
        let all = self.forwarders.clone();
        let read = move |connection: &mut AnyConnection| {
            let (mut standing, size) = (feeds::standing(connection)?, audit::head(connection)?.seq);
            let one = |to: Arc<Forwarder>| {
                let standing = standing.remove(to.name.as_str());
                let seq = standing.as_ref().map_or(0, |standing| standing.seq);
                let oldest = audit::after(connection, &Filter::default(), seq, 1)?.pop().map(|entry| entry.at);
                Ok(Forwarding { to, standing, behind: size - seq, oldest })
            };
            all.into_iter().map(one).collect()
        };
        self.store.read_snapshot(read).await
    }

    /// Sends the next batch of the log to a receiver. False where there was nothing to send, it was not taken, or another
    /// instance sends.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was sent is then sent again.
    pub async fn forward_some(&self, forwarder: &Forwarder, holder: &str) -> Result<bool, StoreError> {
        let (name, mine, now) = (forwarder.name.to_string(), holder.to_owned(), self.now());
        if !self.store.read(move |connection| feeds::is_due(connection, &name, &mine, now)).await? {
            return Ok(false);
        }
        let (name, mine, most) = (forwarder.name.to_string(), holder.to_owned(), forwarder.most());
        let take = move |tx: &mut Tx<'_>| feeds::take(tx, &name, &mine, (now, LEASE), most);
        let Some(batch) = self.store.write(take).await? else { return Ok(false) };
        let read = move |connection: &mut _| {
            audit::between(connection, &Filter::default(), batch.after, batch.last, batch.last - batch.after)
        };
        let entries = self.store.read(read).await?;
        // A receiver that took what is left would count as having all of it.
        let sent = if (batch.after + 1..=batch.last).eq(entries.iter().map(|entry| entry.seq)) {
            forwarder.send(&entries).await
        } else {
            let why = format!("entries are missing in the log between {} and {}", batch.after + 1, batch.last);
            Err(NotTaken { why, wait: None, too_large: false })
        };
        match sent {
            Ok(()) => self.forwarded(forwarder, holder, batch).await,
            Err(refused) => self.not_forwarded(forwarder, holder, batch, refused).await.map(|()| false),
        }
    }

    async fn forwarded(&self, forwarder: &Forwarder, holder: &str, batch: Batch) -> Result<bool, StoreError> {
        let (name, holder, now) = (forwarder.name.to_string(), holder.to_owned(), self.now());
        let moved = self.store.write(move |tx| feeds::taken(tx, &name, &holder, batch, now)).await?;
        if moved && batch.failures > 0 {
            tracing::info!(forwarder = %forwarder.name, seq = batch.last, "the log is forwarded again");
        }
        Ok(moved)
    }

    async fn not_forwarded(
        &self,
        forwarder: &Forwarder,
        holder: &str,
        batch: Batch,
        refused: NotTaken,
    ) -> Result<(), StoreError> {
        let NotTaken { why, wait, .. } = refused;
        let now = self.now();
        let tried = self.next_try(batch.failures.saturating_add(1), FIRST_RETRY, LONGEST_RETRY);
        let asked = wait.and_then(|wait| TimeDelta::from_std(wait).ok()).map(|wait| now + wait);
        let next = asked.map_or(tried, |asked| asked.max(tried));
        let behind = self.store.read(audit::head).await?.seq - batch.after;
        tracing::warn!(forwarder = %forwarder.name, behind, %why, %next, "the log could not be forwarded");
        let (name, holder) = (forwarder.name.to_string(), holder.to_owned());
        self.store.write(move |tx| feeds::failed(tx, &name, &holder, (&why, now), next)).await
    }

    /// Lets a receiver go, so that another instance need not wait for the end of the lease.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn stop_forwarding(&self, forwarder: &Forwarder, holder: &str) -> Result<(), StoreError> {
        let (name, holder, now) = (forwarder.name.to_string(), holder.to_owned(), self.now());
        self.store.write(move |tx| feeds::release(tx, &name, &holder, now)).await
    }
}
