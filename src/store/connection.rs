//! One connection type over both databases.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use secrecy::ExposeSecret;

use super::{StoreError, audit, search};
use crate::config::{DatabaseSettings, DatabaseUrl};
use crate::private_files::{create_private_folder, write_private_file};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A connection to whichever database the operator chose.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// The server, for more than one machine.
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

/// The backend that queries are written against.
pub type AnyBackend = <AnyConnection as Connection>::Backend;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The one that changes rows.
    Write,
    /// One of those that only look.
    Read,
}

/// Opens a connection and sets it up for its purpose.
///
/// # Errors
/// [`StoreError::Unavailable`] with the database's own words.
pub fn open(url: &DatabaseUrl, purpose: Purpose) -> Result<AnyConnection, StoreError> {
    match url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path, purpose),
        DatabaseUrl::Postgres(url) => open_postgres(url.expose_secret(), purpose),
    }
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

fn open_sqlite(path: &Path, purpose: Purpose) -> Result<AnyConnection, StoreError> {
    if purpose == Purpose::Write
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        create_private_folder(folder).map_err(|error| unavailable(format!("{}: {error}", folder.display())))?;
    }
    if purpose == Purpose::Write {
        write_private_file(path, "").map_err(|error| unavailable(format!("{}: {error}", path.display())))?;
    }
    let path = path.to_string_lossy();
    let mut connection = SqliteConnection::establish(&path).map_err(|error| unavailable(format!("{path}: {error}")))?;
    // What is erased is overwritten (`secure_delete`). `synchronous=FULL` makes a commit durable in WAL mode; NORMAL would not.
    let common = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;";
    let own = match purpose {
        Purpose::Write => {
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON;"
        }
        Purpose::Read => "PRAGMA query_only = ON; PRAGMA cache_size = -8000;",
    };
    for pragmas in [super::dialect::BUSY_TIMEOUT, common, own] {
        connection.batch_execute(pragmas).map_err(unavailable)?;
    }
    Ok(AnyConnection::Sqlite(connection))
}

/// The database as the writer and the readers reach it.
#[derive(Clone)]
pub(super) struct Address {
    url: DatabaseUrl,
    /// A pooler hands connections on after each transaction: nothing may be kept in a session, and every statement
    /// stands in a transaction.
    pub(super) pooled: bool,
}

impl Address {
    pub(super) fn of(settings: &DatabaseSettings) -> Self {
        Self { url: settings.url.clone(), pooled: settings.direct_url.is_some() }
    }

    /// Whether it is reached over a network, which may break.
    pub(super) const fn is_remote(&self) -> bool {
        matches!(self.url, DatabaseUrl::Postgres(_))
    }

    /// Opens a connection and sets it up for its purpose.
    pub(super) fn open(&self, purpose: Purpose) -> Result<AnyConnection, StoreError> {
        #[cfg(feature = "postgres")]
        if let (true, DatabaseUrl::Postgres(url)) = (self.pooled, &self.url) {
            return open_pooled(url.expose_secret());
        }
        open(&self.url, purpose)
    }
}

/// Connects, and gives a server up that does not answer: one that lost its power says nothing, not even good-bye.
///
/// # Errors
/// The database's own words.
#[cfg(feature = "postgres")]
pub(super) fn establish(url: &str) -> diesel::ConnectionResult<diesel::PgConnection> {
    const LIMITS: [(&str, &str); 5] = [
        ("connect_timeout", "5"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
    ];
    let mut limited = url.to_owned();
    for (name, value) in LIMITS {
        // What the operator chose stays.
        if !url.contains(&format!("{name}=")) {
            let mark = if limited.contains('?') { '&' } else { '?' };
            limited.push_str(&format!("{mark}{name}={value}"));
        }
    }
    diesel::PgConnection::establish(&limited)
}

/// Connections are set up by statements outside a transaction, which a pooler can tear apart.
#[cfg(feature = "postgres")]
const POOLED_ATTEMPTS: u32 = 10;

#[cfg(feature = "postgres")]
fn open_pooled(url: &str) -> Result<AnyConnection, StoreError> {
    let mut attempt = 0;
    let mut connection = loop {
        attempt += 1;
        match establish(url) {
            Err(diesel::ConnectionError::CouldntSetupConfiguration(_)) if attempt < POOLED_ATTEMPTS => {}
            made => break made.map_err(unavailable)?,
        }
    };
    // A statement with a name stays behind with the server, where the next transaction may not be.
    connection.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
    Ok(AnyConnection::Postgres(connection))
}

/// Refuses a pooler that hands connections on after each transaction where nothing says that there is one: what is set
/// for a connection would be set for others', and what is prepared would be missing.
///
/// # Errors
/// [`StoreError::Unavailable`] when there is one, or the database cannot be reached.
pub fn refuse_pooler(settings: &DatabaseSettings) -> Result<(), StoreError> {
    #[cfg(feature = "postgres")]
    if let DatabaseUrl::Postgres(url) = settings.direct() {
        let (mut one, mut other) = (probe(url.expose_secret())?, probe(url.expose_secret())?);
        for _ in 0..PROBES {
            let idle = backend_of(&mut one)?;
            other.batch_execute("BEGIN").map_err(unavailable)?;
            let busy = backend_of(&mut other)?;
            other.batch_execute("ROLLBACK").map_err(unavailable)?;
            if idle == busy {
                return Err(unavailable(POOLER));
            }
        }
    }
    #[cfg(not(feature = "postgres"))]
    let _ = settings;
    Ok(())
}

/// Times that two connections are compared: others may use the pooler at the same moment.
#[cfg(feature = "postgres")]
const PROBES: u32 = 5;

#[cfg(feature = "postgres")]
const POOLER: &str = "a pooler in front of it hands connections on after each transaction; \
    set database.direct_url to the database's own address, or let the pooler keep sessions together";

#[cfg(feature = "postgres")]
fn probe(url: &str) -> Result<diesel::PgConnection, StoreError> {
    establish(url).map_err(|error| match error {
        diesel::ConnectionError::CouldntSetupConfiguration(_) => unavailable(POOLER),
        error => unavailable(error),
    })
}

/// Which of the server's processes answers.
#[cfg(feature = "postgres")]
fn backend_of(connection: &mut diesel::PgConnection) -> Result<i32, StoreError> {
    use diesel::RunQueryDsl;
    let asked =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("pg_backend_pid()")).get_result(connection);
    asked.map_err(|_| unavailable(POOLER))
}

#[cfg(feature = "postgres")]
fn open_postgres(url: &str, purpose: Purpose) -> Result<AnyConnection, StoreError> {
    let mut connection = establish(url).map_err(unavailable)?;
    let own = match purpose {
        Purpose::Write => "SET TIME ZONE 'UTC'; SET lock_timeout = '5s'; SET statement_timeout = '30s';",
        Purpose::Read => "SET TIME ZONE 'UTC'; SET default_transaction_read_only = on;",
    };
    connection.batch_execute(own).map_err(unavailable)?;
    Ok(AnyConnection::Postgres(connection))
}

#[cfg(not(feature = "postgres"))]
fn open_postgres(_url: &str, _purpose: Purpose) -> Result<AnyConnection, StoreError> {
    Err(unavailable("this binary was built without PostgreSQL; build it with --features postgres"))
}

/// Brings the tables up to date and returns the names of the migrations that ran.
///
/// # Errors
/// [`StoreError::Unavailable`] when one of them fails; the tables are then as before it.
pub fn migrate(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            let ran = run(sqlite, SQLITE_MIGRATIONS)?;
            catch_up(connection)?;
            Ok(ran)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(postgres) => {
            // Several instances may start at once; the second waits and then finds nothing left to do.
            postgres
                .batch_execute("SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(7305013)")
                .map_err(unavailable)?;
            let ran = run(postgres, POSTGRES_MIGRATIONS).and_then(|ran| catch_up(connection).map(|()| ran));
            super::dialect::execute(
                connection,
                "SELECT pg_advisory_unlock(7305013); SET lock_timeout = '5s'; SET statement_timeout = '30s'",
            )?;
            ran
        }
    }
}

/// Whether no migration is left to be run.
///
/// # Errors
/// [`StoreError::Unavailable`] when the database does not tell which were.
pub fn is_up_to_date(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let pending = match connection {
        AnyConnection::Sqlite(sqlite) => sqlite.has_pending_migration(SQLITE_MIGRATIONS),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(postgres) => postgres.has_pending_migration(POSTGRES_MIGRATIONS),
    };
    pending.map(|pending| !pending).map_err(unavailable)
}

/// Computes what earlier versions did not keep.
fn catch_up(connection: &mut AnyConnection) -> Result<(), StoreError> {
    search::catch_up(connection)?;
    audit::tree::catch_up(connection)
}

fn run<C>(connection: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, StoreError>
where
    C: MigrationHarness<C::Backend> + Connection,
    C::Backend: diesel::backend::Backend,
{
    let ran = connection.run_pending_migrations(migrations).map_err(unavailable)?;
    Ok(ran.iter().map(ToString::to_string).collect())
}
