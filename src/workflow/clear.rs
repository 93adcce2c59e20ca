use chrono::TimeDelta;

use super::limits::REMEMBERED;
use super::{Desk, api_answers as answers};
use crate::store::{
    StoreError, api_answers, api_tokens, contact_changes, guesses, known_devices, leftovers, presence, sso, throttle,
};

/// How long what is over is kept.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How long wrong passwords are held against those who went on no more.
const GUESSES_KEPT: TimeDelta = TimeDelta::days(180);
/// Rows of a table that one transaction removes.
const BATCH: i64 = 500;
/// Batches of one clearing; what is left is for the next.
const BATCHES: usize = 20;

impl Desk {
    /// Forgets counted events that no limit reaches back to any more, and what was over long ago: sign-ins, links of
    /// cases that ended, errands that were run, blocks. Answers how many rows of the latter.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not removed is left for the next time.
    pub async fn clear(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let objected = now - KEPT - self.kit.periods.dispute_link();
        self.store.write(move |tx| throttle::forget(tx, now - REMEMBERED, 10_000)).await?;
        self.store
            .write(move |tx| {
                guesses::forget_old(tx, now - GUESSES_KEPT)?;
                known_devices::forget_old(tx, now)?;
                contact_changes::forget(tx, objected)?;
                presence::forget(tx, now - KEPT)?;
                api_answers::forget_old(tx, now - answers::KEPT)?;
                api_tokens::forget(tx, now - KEPT)?;
                leftovers::forget_writers(tx, KEPT)?;
                sso::forget(tx, now)
            })
            .await?;
        let mut count = self.bury_unwanted_events().await? + self.forget_undecided().await?;
        let delivered = self.kit.events.kept();
        for _ in 0..BATCHES {
            // Looking for them takes long in large tables, so the writer is spared it.
            let find = move |connection: &mut _| leftovers::find(connection, now - KEPT, now - delivered, BATCH);
            let found = self.store.read(find).await?;
            let removed = self.store.write(move |tx| leftovers::remove(tx, &found)).await?;
            count += removed;
            if removed == 0 {
                break;
            }
        }
        Ok(count)
    }
}
