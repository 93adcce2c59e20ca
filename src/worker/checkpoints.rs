use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::outbox::AFTER_FAILURE;
use crate::workflow::Desk;

const LOOK: Duration = Duration::from_secs(10);

/// Signs the audit log now and then, and hands what was signed to places outside.
pub(super) async fn run(desk: Arc<Desk>, mut stopped: watch::Receiver<bool>) {
    if let Err(error) = desk.note_key().await {
        tracing::error!(%error, "it could not be recorded which key signs");
    }
    while !*stopped.borrow() {
        let pause = match desk.publish_checkpoints().await {
            Ok(()) => LOOK,
            Err(error) => {
                tracing::error!(%error, "no checkpoint of the audit log could be made");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
}
