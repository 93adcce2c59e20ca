use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::outbox::AFTER_FAILURE;
use crate::notify::forwarder::Forwarder;
use crate::workflow::Desk;

/// How often the log is looked at for more.
const LOOK: Duration = Duration::from_secs(1);

/// Forwards the log to one receiver, unless another instance does.
pub(super) async fn run(desk: Arc<Desk>, forwarder: Arc<Forwarder>, mut stopped: watch::Receiver<bool>) {
    let holder = hex::encode(desk.kit.entropy.bytes::<8>());
    while !*stopped.borrow() {
        let pause = match desk.forward_some(&forwarder, &holder).await {
            Ok(true) => continue,
            Ok(false) => LOOK,
            Err(error) => {
                tracing::error!(forwarder = %forwarder.name, %error, "the log cannot be forwarded");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
    if let Err(error) = desk.stop_forwarding(&forwarder, &holder).await {
        tracing::warn!(forwarder = %forwarder.name, %error, "the forwarding could not be let go");
    }
}
