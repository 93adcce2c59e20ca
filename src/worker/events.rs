use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::outbox::{AFTER_FAILURE, LOOK};
use crate::notify::subscriber::Subscriber;
use crate::workflow::{Desk, SIDE_BY_SIDE};

/// Tells one subscriber what is due, a few cases side by side, so that one answer that is slow does not hold up all.
pub(super) async fn run(desk: Arc<Desk>, subscriber: Arc<Subscriber>, mut stopped: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    while !*stopped.borrow() {
        let mut pause = LOOK;
        match desk.lease_events(&subscriber, SIDE_BY_SIDE - under_way.len()).await {
            Ok(leased) => {
                for leased in leased {
                    let (desk, subscriber) = (Arc::clone(&desk), Arc::clone(&subscriber));
                    under_way.spawn(async move { desk.deliver(&subscriber, leased).await });
                }
            }
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                pause = AFTER_FAILURE;
            }
        }
        // Where as many are under way as may be, only the end of one makes room.
        let full = under_way.len() >= SIDE_BY_SIDE;
        tokio::select! {
            Some(_) = under_way.join_next() => {}
            () = subscriber.added.notified(), if !full => {}
            () = tokio::time::sleep(pause), if !full => {}
            _ = stopped.changed() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}
