use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::workflow::Desk;

const LOOK: Duration = Duration::from_secs(3_600);

/// Looks at the start and each hour for cases that an instance of an older version left behind.
pub(super) async fn run(desk: Arc<Desk>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match desk.place_cases().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "cases were put where they belong in the queue"),
            Err(error) => tracing::error!(%error, "it could not be looked for cases without a place in the queue"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => {}
        }
    }
}
