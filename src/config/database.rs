//! Where the data is kept.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::check::Checker;
use super::value::{self, Setting};

/// The database, by kind.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL connection URL; it may hold a password.
    Postgres(SecretString),
}

impl Setting for DatabaseUrl {
    const ALLOWED: &'static str = "sqlite:PATH (a file, without options) or postgres://USER:PASSWORD@HOST/DATABASE";
    const SHOWN: bool = false;

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':')?;
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                // SQLite would read these as a database in memory or a URI with options.
                let special = path.starts_with([':', '?']) || path.starts_with("file:");
                (!path.is_empty() && !special && !path.contains(['?', '\0'])).then(|| DatabaseUrl::Sqlite(path.into()))
            }
            "postgres" | "postgresql" => {
                let rest = rest.strip_prefix("//")?;
                (!rest.is_empty()).then(|| DatabaseUrl::Postgres(text.into()))
            }
            _ => None,
        }
    }
}

/// Section `database`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// Which database.
    #[serde(deserialize_with = "value::one")]
    pub url: DatabaseUrl,
    /// Connections kept for reading.
    #[serde(deserialize_with = "value::number")]
    pub readers: u32,
    /// Milliseconds that a request waits for a connection before it is answered 503.
    #[serde(deserialize_with = "value::number")]
    pub wait_ms: u32,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        DatabaseSettings {
            url: DatabaseUrl::Sqlite("mfa-desk-data/mfa-desk.sqlite3".into()),
            readers: 4,
            wait_ms: 5000,
        }
    }
}

impl DatabaseSettings {
    /// Time that a request waits for a connection before it is answered 503.
    #[must_use]
    pub fn wait(&self) -> Duration {
        Duration::from_millis(self.wait_ms.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        if cfg!(not(feature = "postgres")) && matches!(self.url, DatabaseUrl::Postgres(_)) {
            checker.wrong(
                "database.url",
                "names PostgreSQL, which this build cannot speak",
                "build with `--features postgres`, or set sqlite:PATH",
            );
        }
        checker.range("database.readers", self.readers);
        checker.range("database.wait_ms", self.wait_ms);
    }
}
