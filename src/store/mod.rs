//! The only place that knows SQL.

pub mod account_sessions;
pub mod accounts;
pub mod agents;
pub mod alarms;
pub mod api_answers;
pub mod api_tokens;
pub mod audit;
pub mod authenticator_secrets;
pub mod backup;
pub mod blocks;
pub mod calls;
pub mod canned;
mod case_authenticators;
pub mod cases;
pub mod ceremonies;
pub mod clocks;
mod connection;
pub mod contact_changes;
pub mod contacts;
pub mod credentials;
mod dialect;
pub mod documents;
pub mod enrolments;
mod entries;
pub mod erasure;
pub mod events;
pub mod feeds;
mod forms;
pub mod guesses;
pub mod inbound;
pub mod kin;
pub mod known_devices;
pub mod leftovers;
pub mod legal_holds;
pub mod letters;
pub mod links;
pub mod mail_failures;
pub mod mailbox_readers;
pub mod mirror;
pub mod notes;
pub mod origins;
pub mod outbox;
pub mod person;
pub mod phone_changes;
pub mod presence;
pub mod queue_rows;
mod readers;
pub mod readings;
pub mod recoveries;
pub mod saved_views;
pub mod schema;
pub mod search;
pub mod sign_in_links;
pub mod signals;
pub mod sso;
pub mod tags;
pub mod throttle;
mod tx;
pub mod views;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use connection::Address;
pub use connection::{AnyBackend, AnyConnection, Purpose, is_up_to_date, migrate, open, refuse_pooler};
pub use tx::Tx;

use crate::config::{DatabaseSettings, DatabaseUrl};
use crate::entropy::Entropy;
use crate::metrics::Metrics;
use readers::Readers;
use signals::Signals;
use writer::Writer;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Too many wait for it, or a lock was not to be had in time.
    #[error("the database is busy")]
    Busy,
    /// Two transactions stood in each other's way and this one gave in: tried again, it would go through.
    #[error("the database gave in to another transaction")]
    Contended,
    /// It cannot be reached or written to.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The connection was lost in the middle of the commit: it may be stored or not.
    #[error("it is not known whether the database stored it")]
    Doubtful,
    /// Someone else changed the row since it was read.
    #[error("the row was changed meanwhile")]
    Conflict,
    /// A value of this kind exists already.
    #[error("this exists already")]
    Duplicate,
    /// A row holds something the program does not understand.
    #[error("the database holds an unknown value: {0}")]
    Corrupt(String),
    /// A statement failed.
    #[error("a statement failed: {0}")]
    Statement(String),
}

impl StoreError {
    /// Whether trying again could help.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Contended)
    }

    /// What it is counted as; what a caller asked for and was told is no failure.
    const fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Busy => Some("busy"),
            Self::Contended => Some("contended"),
            Self::Unavailable(_) => Some("unavailable"),
            Self::Doubtful => Some("doubtful"),
            Self::Conflict | Self::Duplicate => None,
            Self::Corrupt(_) => Some("corrupt"),
            Self::Statement(_) => Some("statement"),
        }
    }

    /// Whether it will pass, however often it was tried before.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Contended | Self::Unavailable(_) | Self::Doubtful)
    }

    /// Whether it is about what was to be stored, and not about a database that can store nothing at the moment.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Duplicate | Self::Corrupt(_) | Self::Statement(_))
    }
}

/// What a database says that cannot store anything at the moment, or not open its files: the fifth is what SQLite says where
/// the process has no file descriptor left.
const UNAVAILABLE: [&str; 5] =
    ["disk is full", "disk I/O error", "readonly database", "No space left", "unable to open database file"];

impl From<DieselError> for StoreError {
    /// The database's messages can quote row values, which are personal data: only their kind is kept.
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate,
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Contended,
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => {
                Self::Unavailable("the connection was closed".to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Self::Unavailable("the server takes no writes".to_owned())
            }
            DieselError::DatabaseError(kind, info) => {
                let message = info.message();
                let locked = ["database is locked", "lock timeout", "database table is locked", "statement timeout"];
                if message.contains("deadlock detected") {
                    Self::Contended
                } else if locked.iter().any(|text| message.contains(text)) {
                    Self::Busy
                } else if UNAVAILABLE.iter().any(|text| message.contains(text)) {
                    Self::Unavailable(message.to_owned())
                } else {
                    Self::Statement(format!("{kind:?}: {}", message.split(['(', ':']).next().unwrap_or_default()))
                }
            }
            other => Self::Statement(other.to_string()),
        }
    }
}

/// The database, for the rest of the program.
pub struct Store {
    writer: Writer,
    readers: Readers,
    pooled: bool,
    signals: Arc<Signals>,
    metrics: Arc<Metrics>,
    #[cfg(feature = "postgres")]
    _listener: Option<signals::Listener>,
}

impl Store {
    /// Connects, brings the tables up to date and starts the writer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached, or a migration fails.
    pub fn open(settings: &DatabaseSettings, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let address = Address::of(settings);
        let mut connection = open(settings.direct(), Purpose::Write)?;
        let ran = migrate(&mut connection)?;
        for name in ran {
            tracing::info!(migration = name, "migrated");
        }
        if address.pooled {
            connection = address.open(Purpose::Write)?;
        }
        let readers = Readers::new(address.clone(), settings.readers, settings.wait())?;
        let signals = Arc::new(Signals::new(matches!(settings.url, DatabaseUrl::Sqlite(_))));
        let metrics = Arc::new(Metrics::new(if address.is_remote() { "postgresql" } else { "sqlite" }));
        let shared = (Arc::clone(&signals), Arc::clone(&metrics), entropy);
        let mut connections = vec![connection];
        for _ in 1..settings.writers {
            connections.push(address.open(Purpose::Write)?);
        }
        let writer = Writer::start(connections, address.clone(), shared, settings.wait())?;
        #[cfg(feature = "postgres")]
        let listener = match settings.direct() {
            DatabaseUrl::Sqlite(_) => None,
            DatabaseUrl::Postgres(url) => {
                let started = signals::Listener::start(url.clone(), Arc::clone(&signals));
                Some(started.map_err(|error| StoreError::Unavailable(error.to_string()))?)
            }
        };
        Ok(Self {
            writer,
            readers,
            pooled: address.pooled,
            signals,
            metrics,
            #[cfg(feature = "postgres")]
            _listener: listener,
        })
    }

    /// Runs `work` in one transaction: rows, audit entries and outbox rows are stored together or not at
    /// all. It may be run more than once, so it must change nothing but the database.
    ///
    /// # Errors
    /// What `work` returned, or why the database did not take it.
    pub async fn write<F, T>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.watch(self.writer.write(work).await)
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    fn watch<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(kind) = result.as_ref().err().and_then(StoreError::fault) {
            self.metrics.database_failed(kind);
        }
        result
    }

    /// Where it is heard what changed.
    pub fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }

    /// Runs a query on one of the connections that only look.
    ///
    /// # Errors
    /// What the query returned, or [`StoreError::Busy`] when no connection became free in time.
    pub async fn read<F, T>(&self, query: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        if self.pooled {
            return self.watch(self.readers.read(move |connection| looking(connection, query)).await);
        }
        self.watch(self.readers.read(query).await)
    }

    /// Like [`Store::read`], for queries that must all see the same moment.
    ///
    /// # Errors
    /// See [`Store::read`].
    pub async fn read_snapshot<F, T>(&self, query: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.watch(self.readers.read(move |connection| snapshot(connection, query)).await)
    }
}

/// Runs `query` in a transaction that only looks, so that a pooler does not take the connection away in the middle.
fn looking<T>(
    connection: &mut AnyConnection,
    query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    dialect::begin_looking(connection)?;
    let result = query(connection);
    dialect::execute(connection, "ROLLBACK")?;
    result
}

/// Runs `query` in a transaction in which every statement sees the same moment.
///
/// # Errors
/// What the query or the database returned.
pub fn snapshot<T>(
    connection: &mut AnyConnection,
    query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    dialect::begin_snapshot(connection)?;
    let result = query(connection);
    dialect::execute(connection, "ROLLBACK")?;
    result
}

/// How long a request waits for one of the connections.
pub(crate) type Wait = Duration;

pub(crate) fn stored(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc()
}

pub(crate) fn corrupt(what: &str, value: &str) -> StoreError {
    StoreError::Corrupt(format!("{what}: {value}"))
}

/// Reads a stored text back into the type it was written from.
pub(crate) fn parsed<T: std::str::FromStr>(what: &str, value: &str) -> Result<T, StoreError> {
    value.parse().map_err(|_| corrupt(what, "unreadable"))
}

/// Reads a stored text that may be missing.
pub(crate) fn parsed_if<T: std::str::FromStr>(what: &str, value: Option<&str>) -> Result<Option<T>, StoreError> {
    value.map(|value| parsed(what, value)).transpose()
}
