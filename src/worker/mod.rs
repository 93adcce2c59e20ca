//! Drains the outbox and lets time act. Every instance runs it; rows are claimed, so nothing is done twice.

mod checkpoints;
mod directories;
mod events;
mod forward;
mod mailbox;
mod outbox;
mod places;
mod steady;
mod timers;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::workflow::{Desk, Lane};

/// The worker's tasks.
pub struct Worker {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts it.
    pub fn start(desk: &Arc<Desk>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = vec![
            tokio::spawn(outbox::run(Arc::clone(desk), Lane::Prompt, stopped.clone())),
            tokio::spawn(outbox::run(Arc::clone(desk), Lane::Mail, stopped.clone())),
            tokio::spawn(outbox::run(Arc::clone(desk), Lane::Alarm, stopped.clone())),
            tokio::spawn(outbox::run(Arc::clone(desk), Lane::Letter, stopped.clone())),
            tokio::spawn(outbox::run(Arc::clone(desk), Lane::Directory, stopped.clone())),
            tokio::spawn(directories::run(Arc::clone(desk), stopped.clone())),
            tokio::spawn(mailbox::run(Arc::clone(desk), stopped.clone())),
            tokio::spawn(checkpoints::run(Arc::clone(desk), stopped.clone())),
            tokio::spawn(places::run(Arc::clone(desk), stopped.clone())),
            tokio::spawn(timers::run(Arc::clone(desk), stopped)),
        ];
        // A subscriber that hangs holds up no other.
        let to = |subscriber| tokio::spawn(events::run(Arc::clone(desk), Arc::clone(subscriber), stop.subscribe()));
        tasks.extend(desk.subscribers.iter().map(to));
        let to = |forwarder| tokio::spawn(forward::run(Arc::clone(desk), Arc::clone(forwarder), stop.subscribe()));
        tasks.extend(desk.forwarders.iter().map(to));
        Self { stop, tasks }
    }

    /// Lets it finish what it holds, and ends it; what takes longer than `limit` is left to the next start.
    pub async fn stop(self, limit: Duration) {
        // Nobody listens when the tasks have ended already.
        let _ = self.stop.send(true);
        let until = tokio::time::Instant::now() + limit;
        for mut task in self.tasks {
            match tokio::time::timeout_at(until, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a worker task failed"),
                Err(_) => {
                    tracing::warn!("errands were left for the next start");
                    task.abort();
                }
            }
        }
    }
}
