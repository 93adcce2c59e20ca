use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::workflow::Desk;

const LOOK: Duration = Duration::from_secs(1);
/// Looks between two clearings of old counts: about an hour.
const CLEARING: u32 = 3_600;

pub(super) async fn run(desk: Arc<Desk>, mut stopped: watch::Receiver<bool>) {
    let mut looks = 0_u32;
    while !*stopped.borrow() {
        match desk.tick().await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "time moved cases"),
            Err(error) => tracing::error!(%error, "the timers could not run"),
        }
        if looks.is_multiple_of(CLEARING)
            && let Err(error) = desk.forget_old_counts().await
        {
            tracing::error!(%error, "old counts could not be cleared");
        }
        looks = looks.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => {}
        }
    }
}
