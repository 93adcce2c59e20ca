use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::steady::Steady;
use crate::clock::{Clock, SystemClock};
use crate::workflow::Desk;

const LOOK: Duration = Duration::from_secs(1);
/// Looks between two clearings of what is over: about an hour.
const CLEARING: u32 = 3_600;
/// Looks between two erasures of documents and of cases: about a minute.
const ERASING: u32 = 60;

pub(super) async fn run(desk: Arc<Desk>, mut stopped: watch::Receiver<bool>) {
    let (mut looks, mut clock) = (0_u32, Steady::since(SystemClock.now(), Instant::now()));
    while !*stopped.borrow() {
        match desk.tick().await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "time moved cases"),
            Err(error) => tracing::error!(%error, "the timers could not run"),
        }
        let is_believed = clock.is_believed(SystemClock.now(), Instant::now());
        if is_believed && looks.is_multiple_of(ERASING) {
            match desk.erase_documents().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "documents were erased"),
                Err(error) => tracing::error!(%error, "documents could not be erased"),
            }
            match desk.erase_cases().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "cases were erased"),
                Err(error) => tracing::error!(%error, "cases could not be erased"),
            }
        }
        if is_believed && looks.is_multiple_of(CLEARING) {
            match desk.clear().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "what was over was removed"),
                Err(error) => tracing::error!(%error, "what is over could not be removed"),
            }
        }
        looks = looks.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => {}
        }
    }
}
