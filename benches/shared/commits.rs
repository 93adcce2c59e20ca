//! What a disk and a database give without any grouping.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use mfa_desk::config::DatabaseUrl;
use mfa_desk::store::{AnyConnection, Purpose, open};

/// Runs a statement that both databases spell the same.
pub fn batch(connection: &mut AnyConnection, sql: &str) {
    match connection {
        AnyConnection::Sqlite(c) => c.batch_execute(sql),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(sql),
    }
    .expect("the statement runs");
}

/// Commits a second of one row each, one after another, on one connection, over `time`.
pub fn raw_commits(url: &DatabaseUrl, time: Duration) -> f64 {
    let mut connection = open(url, Purpose::Write).expect("the database opens");
    batch(&mut connection, "CREATE TABLE IF NOT EXISTS bench_commits (n BIGINT NOT NULL, words TEXT NOT NULL)");
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed() < time {
        batch(&mut connection, &format!("INSERT INTO bench_commits (n, words) VALUES ({count}, 'a short row')"));
        count += 1;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    batch(&mut connection, "DROP TABLE bench_commits");
    rate
}
