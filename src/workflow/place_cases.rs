use super::Desk;
use crate::store::StoreError;
use crate::store::queue_rows::{self, Behind};

impl Desk {
    /// Puts the cases that an instance of an older version made or changed beside this one where they belong in the
    /// queue, and answers how many. Each is a transaction of its own.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not put in its place is left for the next time.
    pub async fn place_cases(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        for how in [Behind::Unplaced, Behind::Moved] {
            let mut after = String::new();
            loop {
                let from = after.clone();
                let some = self.store.read(move |connection| queue_rows::behind(connection, how, &from)).await?;
                let Some((last, _)) = some.last() else { break };
                after.clone_from(last);
                for (_, reference) in some {
                    let done = self.store.write(move |tx| queue_rows::place(tx, &reference)).await;
                    // One case that fails must not keep the others.
                    match done {
                        Ok(done) => count += usize::from(done),
                        Err(error) => tracing::error!(%error, "a case could not be put where it belongs in the queue"),
                    }
                }
            }
        }
        Ok(count)
    }
}
