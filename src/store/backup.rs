//! A copy of the database while it is in use.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, sql_types::Text};

use super::audit::{Verdict, verify};
use super::connection::{AnyConnection, Purpose, open};
use super::{StoreError, snapshot};
use crate::config::DatabaseUrl;
use crate::private_files::create_private_file;

/// Why there is no copy. What was begun of one is removed.
#[derive(Debug, thiserror::Error)]
pub enum NotCopied {
    /// A file is never overwritten.
    #[error("{0}: there is a file already; nothing was written")]
    Exists(PathBuf),
    /// The database is no file.
    #[error("the database is a PostgreSQL server, which makes its own copies: pg_dump (docs/backup.md says how)")]
    Server,
    /// The place could not be written to.
    #[error("{}: {why}", .file.display())]
    File {
        /// Which place.
        file: PathBuf,
        /// The system's words.
        why: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy was made and is no sound database.
    #[error("the copy is not sound and was removed: {0}")]
    Unsound(String),
}

/// A copy that was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its bytes.
    pub size: u64,
    /// What became of looking through its log. A copy of a log that is broken is kept: what is left may be needed.
    pub log: Verdict,
}

fn of(file: &Path) -> impl Fn(std::io::Error) -> NotCopied + '_ {
    |why| NotCopied::File { file: file.to_owned(), why }
}

/// Copies an SQLite database as it is at one moment into a new file that is its owner's alone, while others read and
/// write it; looks through the copy, and has it on the disk before it answers. `tell` hears how far the look has come.
///
/// # Errors
/// [`NotCopied`]; then there is no file.
pub fn copy(url: &DatabaseUrl, file: &Path, tell: impl FnMut(i64, i64)) -> Result<Copy, NotCopied> {
    let DatabaseUrl::Sqlite(_) = url else { return Err(NotCopied::Server) };
    if file.try_exists().map_err(of(file))? {
        return Err(NotCopied::Exists(file.to_owned()));
    }
    // Nobody takes half a copy for a whole one: it gets its name when it is sound.
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    let partial = PathBuf::from(name);
    let made = create_private_file(&partial).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => NotCopied::Exists(partial.clone()),
        _ => of(&partial)(error),
    })?;
    drop(made);
    let copied = fill(url, &partial, tell).and_then(|copy| name_it(&partial, file).map(|()| copy));
    if copied.is_err() {
        // What is left behind where even this fails is called partial.
        let _ = std::fs::remove_file(&partial);
    }
    copied
}

fn fill(url: &DatabaseUrl, partial: &Path, tell: impl FnMut(i64, i64)) -> Result<Copy, NotCopied> {
    let mut connection = open(url, Purpose::Read)?;
    match &mut connection {
        AnyConnection::Sqlite(sqlite) => {
            sqlite.batch_execute("PRAGMA query_only = OFF").map_err(StoreError::from)?;
            // One read transaction: the copy is of one moment, and whoever writes does not wait for it.
            diesel::sql_query("VACUUM INTO ?")
                .bind::<Text, _>(partial.to_string_lossy())
                .execute(sqlite)
                .map_err(StoreError::from)?;
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => return Err(NotCopied::Server),
    }
    drop(connection);
    let opened = OpenOptions::new().read(true).write(true).open(partial).map_err(of(partial))?;
    opened.sync_all().map_err(of(partial))?;
    let size = opened.metadata().map_err(of(partial))?.len();
    Ok(Copy { size, log: look_through(partial, tell)? })
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

fn look_through(partial: &Path, tell: impl FnMut(i64, i64)) -> Result<Verdict, NotCopied> {
    let mut connection = open(&DatabaseUrl::Sqlite(partial.to_owned()), Purpose::Read)?;
    let found: Vec<Found> =
        diesel::sql_query("PRAGMA integrity_check(1)").load(&mut connection).map_err(StoreError::from)?;
    if let Some(wrong) = found.iter().map(|row| &row.integrity_check).find(|found| *found != "ok") {
        return Err(NotCopied::Unsound(wrong.clone()));
    }
    Ok(snapshot(&mut connection, |connection| verify(connection, tell))?)
}

fn name_it(partial: &Path, file: &Path) -> Result<(), NotCopied> {
    // Unlike a renaming, a link is never made over something that is there.
    std::fs::hard_link(partial, file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => NotCopied::Exists(file.to_owned()),
        _ => of(file)(error),
    })?;
    std::fs::remove_file(partial).map_err(of(partial))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A name is on the disk when its folder is.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(of(folder))
}
