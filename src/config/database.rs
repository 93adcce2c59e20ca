//! Where the data is kept.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
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

impl DatabaseUrl {
    /// Whether it names several hosts and not that only the one that takes writes is meant.
    fn may_lead_to_a_standby(&self) -> bool {
        let DatabaseUrl::Postgres(url) = self else { return false };
        let (_, rest) = url.expose_secret().split_once("://").unwrap_or_default();
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = place.split('/').next().unwrap_or_default();
        let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
        let options = || query.split('&').filter_map(|option| option.split_once('='));
        let several = |(name, value): (&str, &str)| {
            matches!(name, "host" | "hostaddr") && (value.contains(',') || value.to_ascii_uppercase().contains("%2C"))
        };
        let meant = |(name, value)| name == "target_session_attrs" && matches!(value, "read-write" | "primary");
        (hosts.contains(',') || options().any(several)) && !options().any(meant)
    }
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
    /// The same database with no pooler in between; set where `url` leads through one.
    #[serde(deserialize_with = "value::optional")]
    pub direct_url: Option<DatabaseUrl>,
    /// Connections kept for reading.
    #[serde(deserialize_with = "value::number")]
    pub readers: u32,
    /// Connections that write: one for SQLite.
    #[serde(deserialize_with = "value::number")]
    pub writers: u32,
    /// Milliseconds that a request waits for a connection before it is answered 503.
    #[serde(deserialize_with = "value::number")]
    pub wait_ms: u32,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        DatabaseSettings {
            url: DatabaseUrl::Sqlite("mfa-desk-data/mfa-desk.sqlite3".into()),
            direct_url: None,
            readers: 4,
            writers: 1,
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

    /// The database with no pooler in between: for migrations, for listening, and for commands.
    #[must_use]
    pub fn direct(&self) -> &DatabaseUrl {
        self.direct_url.as_ref().unwrap_or(&self.url)
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        if cfg!(not(feature = "postgres")) && matches!(self.url, DatabaseUrl::Postgres(_)) {
            checker.wrong(
                "database.url",
                "names PostgreSQL, which this build cannot speak",
                "build with `--features postgres`, or set sqlite:PATH",
            );
        }
        let both = [Some(&self.url), self.direct_url.as_ref()];
        if self.direct_url.is_some() && both.iter().flatten().any(|url| matches!(url, DatabaseUrl::Sqlite(_))) {
            checker.wrong(
                "database.direct_url",
                "only PostgreSQL has poolers in front of it",
                "leave it out, or set both to postgres://USER:PASSWORD@HOST/DATABASE",
            );
        }
        for (key, url) in [("database.url", both[0]), ("database.direct_url", both[1])] {
            if url.is_some_and(DatabaseUrl::may_lead_to_a_standby) {
                checker.wrong(
                    key,
                    "names several hosts, and a standby among them can store nothing",
                    "add `target_session_attrs=read-write` to its options",
                );
            }
        }
        checker.range("database.readers", self.readers);
        checker.range("database.writers", self.writers);
        if (2..=8).contains(&self.writers) && matches!(self.url, DatabaseUrl::Sqlite(_)) {
            checker.wrong("database.writers", "SQLite has one at a time", "leave it out, or set 1");
        }
        checker.range("database.wait_ms", self.wait_ms);
    }
}
