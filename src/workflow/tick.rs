use super::Desk;
use super::act::{Act, command, held};
use super::limits::REMEMBERED;
use crate::domain::actor::Actor;
use crate::domain::case::Command;
use crate::store::{StoreError, Tx, cases, throttle};

const BATCH: i64 = 100;

impl Desk {
    /// Lets time act on the cases and the changes of telephone numbers it is due for, and answers how many there were. Several instances may do
    /// so at once: whoever comes second finds nothing left to change.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not done is due again.
    pub async fn tick(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let due = self.store.read(move |connection| cases::due(connection, now, BATCH)).await?;
        let count = due.len();
        for reference in due {
            let kit = self.kit.clone();
            let act = Act { actor: Actor::System, ip: String::new(), at: now };
            let named = reference.clone();
            let tick = move |tx: &mut Tx<'_>| {
                if let Ok(filed) = held(tx, &act, &reference, None)? {
                    let _ = command(tx, &kit, &act, &filed, &Command::Tick)?;
                }
                Ok(())
            };
            // One case that fails must not keep the others from their time.
            if let Err(error) = self.store.write(tick).await {
                tracing::error!(case = %named, %error, "a timer could not run");
            }
        }
        if count > 0 {
            self.run_errands();
        }
        Ok(count + self.tick_phone_changes().await?)
    }

    /// Forgets counted events that no limit reaches back to any more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forget_old_counts(&self) -> Result<(), StoreError> {
        let before = self.now() - REMEMBERED;
        self.store.write(move |tx| throttle::forget(tx, before, 10_000).map(|_| ())).await
    }
}
