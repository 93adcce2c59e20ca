//! Databases that are full, each filled once: a million cases take minutes. `BENCH_KEEP` names a folder that they stay in
//! for the next time, with `BENCH_POSTGRES_URL` schemas of that database.

use std::path::Path;

use chrono::{DateTime, Utc};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use mfa_desk::config::DatabaseUrl;
use mfa_desk::store::{AnyConnection, Purpose, agents, open, tags};

#[cfg(feature = "postgres")]
use crate::filled::run;
use crate::filled::{Filled, fill};

/// Where full databases are.
pub struct Place {
    folder: tempfile::TempDir,
    keep: Option<String>,
}

impl Place {
    /// On the disk that the project is on.
    pub fn new() -> Self {
        let folder = tempfile::tempdir_in(".").expect("a folder on the disk the project is on");
        Self { folder, keep: std::env::var("BENCH_KEEP").ok() }
    }

    /// An SQLite database with so many cases.
    pub fn sqlite(&self, count: usize, now: DateTime<Utc>) -> (DatabaseUrl, Filled) {
        let folder = self.keep.as_deref().map_or(self.folder.path(), Path::new);
        let file = folder.canonicalize().expect("a folder").join(format!("cases-{count}.sqlite3"));
        let (there, url) = (file.exists(), DatabaseUrl::Sqlite(file));
        let filled = if there { look(&url) } else { made(&url, count, now) };
        (url, filled)
    }

    /// A schema with so many cases, if there is a server.
    #[cfg(feature = "postgres")]
    pub fn postgres(&self, count: usize, now: DateTime<Utc>) -> Option<(DatabaseUrl, Filled)> {
        let server = std::env::var("BENCH_POSTGRES_URL").ok()?;
        let mut connection = open(&DatabaseUrl::Postgres(server.clone().into()), Purpose::Write).expect("the server");
        let schema = format!("cases_{count}");
        let known = texts(&mut connection, "SELECT schema_name::text AS text FROM information_schema.schemata");
        let there = self.keep.is_some() && known.contains(&schema);
        if !there {
            run(&mut connection, &format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"));
        }
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = DatabaseUrl::Postgres(format!("{server}{mark}options=-csearch_path%3D{schema}").into());
        let filled = if there { look(&url) } else { made(&url, count, now) };
        Some((url, filled))
    }
}

fn made(url: &DatabaseUrl, count: usize, now: DateTime<Utc>) -> Filled {
    if count == 0 {
        return Filled { agents: Vec::new(), tags: Vec::new(), references: Vec::new() };
    }
    let began = std::time::Instant::now();
    let filled = fill(url, count, now);
    println!("  {count} cases were filled in within {:.0?}", began.elapsed());
    filled
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(connection: &mut AnyConnection, query: &str) -> Vec<String> {
    let rows: Vec<Row> = diesel::sql_query(query).load(connection).expect("the rows");
    rows.into_iter().map(|row| row.text).collect()
}

/// What was filled in an earlier time.
fn look(url: &DatabaseUrl) -> Filled {
    let mut connection = open(url, Purpose::Read).expect("the database opens");
    let number = |name: &str| name.rsplit(' ').next().and_then(|n| n.parse::<u32>().ok()).unwrap_or(u32::MAX);
    let mut people = agents::all(&mut connection).expect("the agents");
    people.sort_by_key(|agent| number(&agent.name));
    let mut named = tags::all(&mut connection).expect("the tags");
    named.sort_by_key(|tag| number(tag.name.as_str()));
    let every = "SELECT reference AS text FROM cases JOIN queue_rows ON case_id = cases.id \
                 WHERE n % (SELECT max(n) / 100 FROM queue_rows WHERE language IS NOT NULL) = 1 ORDER BY n LIMIT 100";
    let references = texts(&mut connection, every);
    Filled {
        agents: people.iter().map(|agent| agent.id).collect(),
        tags: named.iter().map(|tag| tag.id).collect(),
        references: references.iter().map(|reference| reference.parse().expect("a reference")).collect(),
    }
}
