//! The one connection that changes rows, behind a queue: whatever waits is committed together, so that a
//! durable commit is paid for once by many requests.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::StoreError;
use super::connection::{AnyConnection, Purpose, open};
use super::dialect;
use super::signals::{Signal, Signals};
use super::tx::{Tx, append_entries};
use crate::config::DatabaseUrl;
use crate::metrics::Metrics;

const QUEUE: usize = 1024;
const LARGEST_GROUP: usize = 128;
const ATTEMPTS: u32 = 4;

/// A unit of work: all of it is stored or nothing. It may be run again when its group fails, so it must
/// leave no trace outside the transaction.
trait Work: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Failed>;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// The work's own outcome is an error, which it keeps for its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failed {
    /// Nothing of it must be stored; the others in the group are not concerned.
    Alone,
    /// The database would let it through if it were tried again.
    Transient,
}

struct Pending<F, T> {
    work: F,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Work for Pending<F, T>
where
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Failed> {
        // An outcome of an earlier run must not be answered for this one.
        self.outcome = None;
        let outcome = (self.work)(tx);
        let verdict = match &outcome {
            Ok(_) => Ok(()),
            Err(error) if error.is_transient() => Err(Failed::Transient),
            Err(_) => Err(Failed::Alone),
        };
        self.outcome = Some(outcome);
        verdict
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (committed, self.outcome) {
            (_, Some(Err(own))) => Err(own),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(StoreError::Unavailable("the write was not run".to_owned())),
        };
        // Whoever asked may have gone away; what was committed stays committed.
        let _ = self.reply.send(answer);
    }
}

/// The sending side of the queue.
pub struct Writer {
    queue: Option<SyncSender<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
    metrics: Arc<Metrics>,
}

impl Drop for Writer {
    /// Waits until the thread has closed its connection: a process that ended meanwhile could tear the
    /// database's client library down under it.
    fn drop(&mut self) {
        self.queue.take();
        // What the last act held may be the last that holds the writer: a thread does not wait for itself.
        let elsewhere = |thread: &JoinHandle<()>| thread.thread().id() != std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(elsewhere) {
            // A thread that panicked has said so on standard error.
            let _ = thread.join();
        }
    }
}

impl Writer {
    /// Starts the thread that owns `connection`. It ends when the writer is dropped and the queue is empty.
    pub fn start(
        connection: AnyConnection,
        url: DatabaseUrl,
        (signals, metrics): (Arc<Signals>, Arc<Metrics>),
    ) -> std::io::Result<Self> {
        let counted = Arc::clone(&metrics);
        let (queue, waiting) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || Thread { connection: Some(connection), url, signals, metrics: counted }.serve(&waiting))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), metrics })
    }

    /// Runs `work` in a transaction and answers once it is durable.
    ///
    /// # Errors
    /// What `work` returned, or why the database did not take it; nothing is then stored.
    pub async fn write<F, T>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the writer has stopped".to_owned());
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        // Counted before the thread can take it.
        self.metrics.queued();
        queue.try_send(Box::new(Pending { work, outcome: None, reply })).map_err(|error| {
            self.metrics.taken(1);
            match error {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => stopped(),
            }
        })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

struct Thread {
    connection: Option<AnyConnection>,
    url: DatabaseUrl,
    signals: Arc<Signals>,
    metrics: Arc<Metrics>,
}

impl Thread {
    fn serve(mut self, waiting: &Receiver<Box<dyn Work>>) {
        while let Ok(first) = waiting.recv() {
            let mut group = vec![first];
            group.extend(waiting.try_iter().take(LARGEST_GROUP - 1));
            self.metrics.taken(group.len());
            match self.commit(&mut group) {
                Ok(()) => group.into_iter().for_each(|work| work.answer(Ok(()))),
                // A lock that was waited for in vain would be waited for in vain by each of them.
                Err(StoreError::Busy) => group.into_iter().for_each(|work| work.answer(Err(StoreError::Busy))),
                Err(_) => group.into_iter().for_each(|work| self.commit_alone(work)),
            }
        }
    }

    /// Nobody pays for another's failure: each of a failed group is tried by itself.
    fn commit_alone(&mut self, work: Box<dyn Work>) {
        let mut alone = vec![work];
        let mut result = Err(StoreError::Busy);
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(20 << attempt));
            }
            result = self.commit(&mut alone);
            if !matches!(&result, Err(error) if error.is_transient()) {
                break;
            }
        }
        if let Some(work) = alone.pop() {
            work.answer(result);
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Work>]) -> Result<(), StoreError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => open(&self.url, Purpose::Write)?,
        };
        let result = commit_group(&mut connection, group, &self.metrics);
        // After a failure the connection is kept only if it can be brought back to where it was.
        if result.is_ok() || dialect::execute(&mut connection, "ROLLBACK").is_ok() {
            self.connection = Some(connection);
        }
        // Where the database does not carry them, nobody else writes to it.
        for signal in result?.into_iter().filter(|_| matches!(self.url, DatabaseUrl::Sqlite(_))) {
            self.signals.tell(signal);
        }
        Ok(())
    }
}

fn commit_group(
    connection: &mut AnyConnection,
    group: &mut [Box<dyn Work>],
    metrics: &Metrics,
) -> Result<BTreeSet<Signal>, StoreError> {
    let (acts, began) = (group.len(), Instant::now());
    dialect::begin_writing(connection)?;
    let (mut entries, mut signals) = (Vec::new(), BTreeSet::new());
    for work in group {
        dialect::execute(connection, "SAVEPOINT work")?;
        let mut tx = Tx::new(connection);
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work.run(&mut tx)));
        let (recorded, told) = tx.into_outcome();
        match ran {
            Ok(Ok(())) => {
                entries.extend(recorded);
                signals.extend(told);
                dialect::execute(connection, "RELEASE SAVEPOINT work")?;
            }
            Ok(Err(Failed::Transient)) => return Err(StoreError::Contended),
            Ok(Err(Failed::Alone)) | Err(_) => {
                dialect::execute(connection, "ROLLBACK TO SAVEPOINT work")?;
                dialect::execute(connection, "RELEASE SAVEPOINT work")?;
            }
        }
    }
    // The log's head is locked last and shortest: several instances take turns at it.
    append_entries(connection, &entries)?;
    dialect::notify(connection, &signals)?;
    let committing = Instant::now();
    dialect::execute(connection, "COMMIT")?;
    metrics.committed(acts, (began.elapsed(), committing.elapsed()), &entries);
    Ok(signals)
}
