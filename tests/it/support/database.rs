//! A fresh database for each test: a file on SQLite, a copy of a migrated template on PostgreSQL.

use std::sync::Arc;

use mfa_desk::config::DatabaseUrl;

/// A database of its own, gone when the last holder is.
#[derive(Clone)]
pub struct TestDatabase {
    pub url: DatabaseUrl,
    _kept: Arc<Kept>,
}

enum Kept {
    Folder {
        _folder: tempfile::TempDir,
    },
    Elsewhere,
    #[cfg(feature = "postgres")]
    Server {
        admin: String,
        name: String,
    },
}

impl TestDatabase {
    pub fn new() -> Self {
        match std::env::var("TEST_POSTGRES_URL") {
            Ok(server) if !server.is_empty() => Self::on_server(&server),
            _ => Self::in_file(),
        }
    }

    pub fn in_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("mfa-desk.sqlite3"));
        Self { url, _kept: Arc::new(Kept::Folder { _folder: folder }) }
    }

    /// A file that stays.
    pub fn at(file: &std::path::Path) -> Self {
        Self { url: DatabaseUrl::Sqlite(file.to_owned()), _kept: Arc::new(Kept::Elsewhere) }
    }

    /// A database that goes when its server does.
    pub fn elsewhere(url: &str) -> Self {
        Self { url: DatabaseUrl::Postgres(url.into()), _kept: Arc::new(Kept::Elsewhere) }
    }

    /// The database's file, or nothing on PostgreSQL.
    pub fn file(&self) -> Option<std::path::PathBuf> {
        match &self.url {
            DatabaseUrl::Sqlite(file) => Some(file.clone()),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// The URL as a configuration writes it.
    pub fn configured(&self) -> String {
        use secrecy::ExposeSecret;
        match &self.url {
            DatabaseUrl::Sqlite(file) => format!("sqlite:{}", file.display()),
            DatabaseUrl::Postgres(url) => url.expose_secret().to_owned(),
        }
    }

    #[cfg(not(feature = "postgres"))]
    fn on_server(_: &str) -> Self {
        panic!("TEST_POSTGRES_URL is set: run the tests with --features postgres");
    }

    #[cfg(feature = "postgres")]
    fn on_server(server: &str) -> Self {
        use diesel::connection::SimpleConnection;
        use diesel::{Connection, PgConnection};
        use std::sync::OnceLock;

        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let named = |name: &str| {
            let (base, query) = server.split_once('?').map_or((server, String::new()), |(b, q)| (b, format!("?{q}")));
            let slash = base.rfind('/').unwrap();
            format!("{}/{name}{query}", &base[..slash])
        };
        let fresh = || {
            let entropy: &dyn mfa_desk::entropy::Entropy = &mfa_desk::entropy::SystemEntropy;
            format!("mfa_desk_test_{}", hex::encode(entropy.bytes::<8>()))
        };
        let mut admin = PgConnection::establish(server).unwrap();
        let template = TEMPLATE.get_or_init(|| {
            let name = fresh();
            admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            let url = DatabaseUrl::Postgres(named(&name).into());
            let mut connection = mfa_desk::store::open(&url, mfa_desk::store::Purpose::Write).unwrap();
            mfa_desk::store::migrate(&mut connection).unwrap();
            name
        });
        let name = fresh();
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
        let url = DatabaseUrl::Postgres(named(&name).into());
        Self { url, _kept: Arc::new(Kept::Server { admin: server.to_owned(), name }) }
    }
}

#[cfg(feature = "postgres")]
impl Drop for Kept {
    fn drop(&mut self) {
        use diesel::connection::SimpleConnection;
        use diesel::{Connection, PgConnection};
        if let Self::Server { admin, name } = self {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            // A database left behind hurts nobody: the server is thrown away after the run.
            let _ = PgConnection::establish(admin).map(|mut admin| admin.batch_execute(&drop));
        }
    }
}
