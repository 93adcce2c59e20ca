use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::store::audit;
use crate::workflow::{Desk, Lane};

/// New errands wake the worker; retries and other instances' errands are found by looking this often.
pub(super) const LOOK: Duration = Duration::from_millis(500);
pub(super) const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// When the database is back, those who hold errands are given this long to say what became of them: meanwhile their
/// leases may have run out.
const GRACE: Duration = Duration::from_secs(3);

pub(super) async fn run(desk: Arc<Desk>, lane: Lane, mut stopped: watch::Receiver<bool>) {
    let added = &desk.errands[lane as usize];
    let mut failed = false;
    while !*stopped.borrow() {
        let pause = match desk.drain_some(lane).await {
            Ok(0) => LOOK,
            Ok(_) => continue,
            Err(error) => {
                failed = true;
                tracing::error!(%error, "the outbox could not be read");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = added.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
        while failed && !*stopped.borrow() {
            failed = desk.store.read(audit::head).await.is_err();
            tokio::select! {
                () = tokio::time::sleep(if failed { AFTER_FAILURE } else { GRACE }) => {}
                _ = stopped.changed() => {}
            }
        }
    }
}
