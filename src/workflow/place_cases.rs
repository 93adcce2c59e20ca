use super::Desk;
use crate::store::StoreError;
use crate::store::queue_rows::{self, Behind};

impl Desk {
    /// Puts the cases that an instance of an older version made or changed beside this one where they belong in the
    /// queue, and answers how many.
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
                let Some(last) = some.last() else { break };
                after.clone_from(last);
                count += some.len();
                self.store.write(move |tx| queue_rows::place(tx, &some)).await?;
            }
        }
        Ok(count)
    }
}
