use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::workflow::{Desk, Lane};

/// New errands wake the worker; retries and other instances' errands are found by looking this often.
pub(super) const LOOK: Duration = Duration::from_millis(500);
pub(super) const AFTER_FAILURE: Duration = Duration::from_secs(2);

pub(super) async fn run(desk: Arc<Desk>, lane: Lane, mut stopped: watch::Receiver<bool>) {
    let added = &desk.errands[lane as usize];
    while !*stopped.borrow() {
        let pause = match desk.drain_some(lane).await {
            Ok(0) => LOOK,
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = added.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
}
