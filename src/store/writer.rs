//! The connections that change rows, behind one queue: whatever waits is committed together, so that a durable commit is
//! paid for once by many requests. SQLite has one of them; several on PostgreSQL are to each other as instances are.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::connection::{Address, AnyConnection, Purpose};
use super::dialect::{self, Mark};
use super::signals::{Signal, Signals};
use super::tx::{Recorded, Tx, append_entries};
use super::{StoreError, Wait};
use crate::domain::audit::NewEntry;
use crate::entropy::{Entropy, SystemEntropy};
use crate::metrics::Metrics;

const QUEUE: usize = 1024;
const LARGEST_GROUP: usize = 128;
const ATTEMPTS: u32 = 4;
/// Between two attempts to reach a server.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a commit whose answer was lost is asked after.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// The database takes nothing.
    Lost,
}

/// Why a group was not stored, or may not have been.
enum Fault {
    /// The database said no.
    Refused(StoreError),
    /// The connection was lost before the commit was asked for, or the commit did not take place.
    Cut(String),
    /// There is no connection to be had.
    Away(String),
    /// The connection was lost in the middle of the commit, and there was no other to ask what became of it.
    Doubt,
}

impl Fault {
    fn answer(&self) -> StoreError {
        match self {
            Self::Refused(StoreError::Busy) => StoreError::Busy,
            Self::Refused(error) => StoreError::Unavailable(error.to_string()),
            Self::Cut(why) | Self::Away(why) => StoreError::Unavailable(why.clone()),
            Self::Doubt => StoreError::Doubtful,
        }
    }

    fn into_answer(self) -> StoreError {
        match self {
            Self::Refused(error) => error,
            other => other.answer(),
        }
    }
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
            Err(StoreError::Unavailable(_)) => Err(Failed::Lost),
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
    threads: Vec<JoinHandle<()>>,
    metrics: Arc<Metrics>,
}

impl Drop for Writer {
    /// Waits until the threads have closed their connections: a process that ended meanwhile could tear the
    /// database's client library down under them.
    fn drop(&mut self) {
        self.queue.take();
        // What the last act held may be the last that holds the writer: a thread does not wait for itself.
        let elsewhere = |thread: &JoinHandle<()>| thread.thread().id() != std::thread::current().id();
        for thread in self.threads.drain(..).filter(elsewhere) {
            // A thread that panicked has said so on standard error.
            let _ = thread.join();
        }
    }
}

impl Writer {
    /// Starts a thread for each of these connections, which it owns. They end when the writer is dropped and the queue is
    /// empty.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when a thread cannot be started, or its name not be stored.
    pub fn start(
        connections: Vec<AnyConnection>,
        address: Address,
        (signals, metrics, entropy): (Arc<Signals>, Arc<Metrics>, Arc<dyn Entropy>),
        wait: Wait,
    ) -> Result<Self, StoreError> {
        let (queue, waiting) = sync_channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        let mut started = Self { queue: Some(queue), threads: Vec::new(), metrics: Arc::clone(&metrics) };
        for mut connection in connections {
            let name = new_name();
            dialect::enrol_writer(&mut connection, &name)?;
            let writer = Thread {
                connection: Some(connection),
                address: address.clone(),
                signals: Arc::clone(&signals),
                metrics: Arc::clone(&metrics),
                entropy: Arc::clone(&entropy),
                wait,
                name,
                is_enrolled: true,
                groups: 0,
                is_away: false,
            };
            let waiting = Arc::clone(&waiting);
            let thread = std::thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || writer.serve(&waiting))
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            started.threads.push(thread);
        }
        Ok(started)
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
    address: Address,
    signals: Arc<Signals>,
    entropy: Arc<dyn Entropy>,
    metrics: Arc<Metrics>,
    /// How long a server that is away is waited for.
    wait: Wait,
    name: String,
    /// Its marks have a row.
    is_enrolled: bool,
    groups: i64,
    /// It was waited for in vain.
    is_away: bool,
}

impl Thread {
    fn serve(mut self, waiting: &Mutex<Receiver<Box<dyn Work>>>) {
        while let Some(mut group) = next_group(waiting) {
            self.metrics.taken(group.len());
            let mut result = self.commit(&mut group);
            for _ in 1..ATTEMPTS {
                // A connection that was cut tells nothing about the work.
                if matches!(result, Err(Fault::Cut(_))) {
                    result = self.commit(&mut group);
                }
            }
            match result {
                Ok(()) => group.into_iter().for_each(|work| work.answer(Ok(()))),
                // A lock that was waited for in vain would be waited for in vain by each of them, and so would a server.
                Err(fault @ (Fault::Refused(StoreError::Busy) | Fault::Cut(_) | Fault::Away(_) | Fault::Doubt)) => {
                    group.into_iter().for_each(|work| work.answer(Err(fault.answer())));
                }
                Err(Fault::Refused(_)) => group.into_iter().for_each(|work| self.commit_alone(work)),
            }
        }
    }

    /// Nobody pays for another's failure: each of a failed group is tried by itself.
    fn commit_alone(&mut self, work: Box<dyn Work>) {
        let mut alone = vec![work];
        let mut result = Err(Fault::Refused(StoreError::Busy));
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(20 << attempt));
            }
            result = self.commit(&mut alone);
            match &result {
                Err(Fault::Cut(_)) => {}
                Err(Fault::Refused(error)) if error.is_transient() => {}
                _ => break,
            }
        }
        if let Some(work) = alone.pop() {
            work.answer(result.map_err(Fault::into_answer));
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Work>]) -> Result<(), Fault> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        if !self.is_enrolled {
            match dialect::enrol_writer(&mut connection, &self.name) {
                Ok(()) => self.is_enrolled = true,
                Err(error) => return Err(self.give_up(connection, error)),
            }
        }
        let (began, acts) = (Instant::now(), group.len());
        self.groups += 1;
        let mark = Mark { writer: &self.name, group: self.groups };
        let (signals, entries) = match run_group(&mut connection, group, &self.entropy) {
            Ok(outcome) => outcome,
            Err(error) => return Err(self.give_up(connection, error)),
        };
        let committing = Instant::now();
        match dialect::commit(&mut connection, &mark) {
            Ok(()) => self.connection = Some(connection),
            Err(StoreError::Unavailable(why)) if self.address.is_remote() => {
                drop(connection);
                match self.was_committed() {
                    Some(true) => {}
                    Some(false) => return Err(Fault::Cut(why)),
                    None => return Err(Fault::Doubt),
                }
            }
            // Its row was taken away as that of a writer that is no more, perhaps by this very group: it goes on under
            // another name.
            Err(error @ StoreError::Statement(_)) if self.address.is_remote() => {
                self.rename();
                let why = error.to_string();
                self.give_up(connection, error);
                return Err(Fault::Cut(why));
            }
            Err(error) => return Err(self.give_up(connection, error)),
        }
        self.metrics.committed(acts, (began.elapsed(), committing.elapsed()), &entries);
        // Where the database carries them, it has.
        for signal in signals.into_iter().filter(|_| !self.address.is_remote()) {
            self.signals.tell(signal);
        }
        Ok(())
    }

    /// After a failure the connection is kept only if it can be brought back to where it was, and leads to a server that
    /// takes writes.
    fn give_up(&mut self, mut connection: AnyConnection, error: StoreError) -> Fault {
        match error {
            StoreError::Unavailable(why) if self.address.is_remote() => Fault::Cut(why),
            error => {
                if dialect::execute(&mut connection, "ROLLBACK").is_ok() {
                    self.connection = Some(connection);
                }
                Fault::Refused(error)
            }
        }
    }

    fn rename(&mut self) {
        (self.name, self.is_enrolled) = (new_name(), false);
    }

    /// A new connection. A server that is away is waited for once; until it is back, everyone is told at once.
    fn connect(&mut self) -> Result<AnyConnection, Fault> {
        let until = Instant::now() + self.wait;
        loop {
            match self.address.open(Purpose::Write) {
                Ok(connection) => {
                    self.is_away = false;
                    return Ok(connection);
                }
                Err(error) => {
                    if self.is_away || !self.address.is_remote() || Instant::now() >= until {
                        self.is_away = true;
                        return Err(Fault::Away(error.to_string()));
                    }
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }

    /// Asks what became of the last group, whose commit was not answered: to run it again could do it twice. Nothing
    /// where there was nobody to ask. It goes on under another name, so that a commit that is still on its way counts for
    /// nothing.
    fn was_committed(&mut self) -> Option<bool> {
        let until = Instant::now() + PATIENCE;
        let name = self.name.clone();
        let mark = Mark { writer: &name, group: self.groups };
        self.rename();
        loop {
            let asked = self.address.open(Purpose::Write).and_then(|mut connection| {
                let committed = dialect::was_committed(&mut connection, &mark)?;
                Ok((connection, committed))
            });
            match asked {
                Ok((connection, committed)) => {
                    tracing::warn!(committed, "the database was lost in the middle of a commit");
                    self.connection = Some(connection);
                    return Some(committed);
                }
                Err(error) if Instant::now() >= until => {
                    tracing::error!(%error, "it is not known whether a commit took place");
                    return None;
                }
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }
}

/// What waits now, or what comes next. Nothing where nothing can come any more.
fn next_group(waiting: &Mutex<Receiver<Box<dyn Work>>>) -> Option<Vec<Box<dyn Work>>> {
    let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let mut group = vec![waiting.recv().ok()?];
    group.extend(waiting.try_iter().take(LARGEST_GROUP - 1));
    Some(group)
}

/// Two writers must never be taken for one, so this is no matter of the program's own randomness.
fn new_name() -> String {
    let system: &dyn Entropy = &SystemEntropy;
    hex::encode(system.bytes::<16>())
}

/// What a group recorded, and what open pages are told of it.
type Outcome = (Vec<Recorded>, BTreeSet<Signal>);

/// Everything but the commit.
fn run_group(
    connection: &mut AnyConnection,
    group: &mut [Box<dyn Work>],
    entropy: &Arc<dyn Entropy>,
) -> Result<(BTreeSet<Signal>, Vec<NewEntry>), StoreError> {
    dialect::begin_group(connection)?;
    let (entries, signals) = match run_together(connection, group)? {
        Some(outcome) => outcome,
        None => {
            dialect::execute(connection, "ROLLBACK")?;
            dialect::begin_group(connection)?;
            run_apart(connection, group)?
        }
    };
    dialect::notify(connection, &signals)?;
    // The log's head is locked last and shortest: several instances take turns at it.
    append_entries(connection, &entries, entropy)?;
    Ok((signals, entries.into_iter().map(|recorded| recorded.entry).collect()))
}

/// Runs every act of a group one after another, and says nothing when one of them failed: which is seldom, and to be
/// ready for it costs two round trips for each.
fn run_together(connection: &mut AnyConnection, group: &mut [Box<dyn Work>]) -> Result<Option<Outcome>, StoreError> {
    let (mut entries, mut signals) = (Vec::new(), BTreeSet::new());
    for work in group {
        let (ran, recorded, told) = run_one(connection, work.as_mut())?;
        if !ran {
            return Ok(None);
        }
        entries.extend(recorded);
        signals.extend(told);
    }
    Ok(Some((entries, signals)))
}

/// Like [`run_together`], where one that fails undoes nothing of the others.
fn run_apart(connection: &mut AnyConnection, group: &mut [Box<dyn Work>]) -> Result<Outcome, StoreError> {
    let (mut entries, mut signals) = (Vec::new(), BTreeSet::new());
    for work in group {
        dialect::execute(connection, "SAVEPOINT work")?;
        let (ran, recorded, told) = run_one(connection, work.as_mut())?;
        if ran {
            entries.extend(recorded);
            signals.extend(told);
        } else {
            dialect::execute(connection, "ROLLBACK TO SAVEPOINT work")?;
        }
        dialect::execute(connection, "RELEASE SAVEPOINT work")?;
    }
    Ok((entries, signals))
}

/// Runs one act, and says whether it went well. An error where the whole group has to be run again.
fn run_one(
    connection: &mut AnyConnection,
    work: &mut dyn Work,
) -> Result<(bool, Vec<Recorded>, Vec<Signal>), StoreError> {
    let mut tx = Tx::new(connection);
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work.run(&mut tx)));
    let (recorded, told) = tx.into_outcome();
    match ran {
        Ok(Ok(())) => Ok((true, recorded, told)),
        Ok(Err(Failed::Transient)) => Err(StoreError::Contended),
        // A server that went away or became a standby; on another connection it goes on.
        Ok(Err(Failed::Lost)) if dialect::is_remote(connection) => {
            Err(StoreError::Unavailable("the server takes no writes".to_owned()))
        }
        Ok(Err(Failed::Alone | Failed::Lost)) | Err(_) => Ok((false, Vec::new(), Vec::new())),
    }
}
