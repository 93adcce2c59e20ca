use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::workflow::Desk;

const LOOK: Duration = Duration::from_secs(2);

/// Notices that a directory answers again which nobody asks meanwhile.
pub(super) async fn run(desk: Arc<Desk>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let looks = desk.directories.others.iter().map(|each| each.directory.look_again());
        tokio::select! {
            _ = futures_util::future::join_all(looks) => {}
            _ = stopped.changed() => {}
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => {}
        }
    }
}
