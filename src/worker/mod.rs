//! Drains the outbox and lets time act. Every instance runs it; rows are claimed, so nothing is done twice.

mod outbox;
mod timers;

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::workflow::Desk;

/// The worker's tasks.
pub struct Worker {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts it.
    pub fn start(desk: &Arc<Desk>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(outbox::run(Arc::clone(desk), stopped.clone())),
            tokio::spawn(timers::run(Arc::clone(desk), stopped)),
        ];
        Self { stop, tasks }
    }

    /// Lets it finish what it holds, and ends it.
    pub async fn stop(self) {
        // Nobody listens when the tasks have ended already.
        let _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a worker task failed");
            }
        }
    }
}
