//! The words that cases are found by: FTS5 and `tsvector`.

use diesel::{OptionalExtension, RunQueryDsl, SqliteConnection};

use super::super::StoreError;
use super::super::connection::AnyConnection;
use super::super::search::From;
use super::kept::Kept;
use crate::domain::search::{Terms, Words};

/// Keeps the words of the case with this number, in place of those that it had.
pub fn keep_words(connection: &mut AnyConnection, n: i64, words: &Words) -> Result<(), StoreError> {
    use diesel::sql_types::{BigInt, Text};
    match connection {
        AnyConnection::Sqlite(c) => {
            let text = words.iter().collect::<Vec<_>>().join(" ");
            diesel::sql_query("DELETE FROM case_words WHERE rowid = ?").bind::<BigInt, _>(n).execute(c)?;
            diesel::sql_query("INSERT INTO case_words (rowid, words) VALUES (?, ?)")
                .bind::<BigInt, _>(n)
                .bind::<Text, _>(text)
                .execute(c)?;
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let words: Vec<&str> = words.iter().collect();
            let query = "INSERT INTO case_words (n, words) VALUES ($1, array_to_tsvector($2))
                ON CONFLICT (n) DO UPDATE SET words = excluded.words";
            diesel::sql_query(query)
                .bind::<BigInt, _>(n)
                .bind::<diesel::sql_types::Array<Text>, _>(words)
                .execute(c)?;
        }
    }
    Ok(())
}

/// Keeps the words of a new case, which has none.
pub fn add_words(connection: &mut AnyConnection, case: &str, words: &Words) -> Result<(), StoreError> {
    let kept = |value: &str, more: &str| {
        Kept::<()>::of(format!("INSERT INTO case_words ({value}, words) SELECT n, {more}"))
            .text(words.iter().collect::<Vec<_>>().join(" "))
    };
    match connection {
        AnyConnection::Sqlite(c) => {
            kept("rowid", "").words(" FROM queue_rows WHERE case_id = ").text(case).execute(c)?;
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            // A word is letters and digits alone.
            kept("n", "array_to_tsvector(string_to_array(")
                .words(", ' ')) FROM queue_rows WHERE case_id = ")
                .text(case)
                .execute(c)?;
        }
    }
    Ok(())
}

/// Words that are named one by one in place of their beginning.
const MOST_NAMED: usize = 64;

/// What FTS5 is asked for the words that begin so; nothing where there are none. Of words that are named it reads as far
/// as the limit; of a beginning everything that begins so, but for three letters, which have an index of their own.
fn any_beginning(c: &mut SqliteConnection, start: &str) -> Result<Option<String>, StoreError> {
    use diesel::sql_types::Text;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        term: String,
    }
    let (mut named, mut from) = (Vec::new(), start.to_owned());
    while named.len() < MOST_NAMED {
        let query = diesel::sql_query("SELECT term FROM case_terms WHERE term >= ? LIMIT 1").bind::<Text, _>(&from);
        let next = query.get_result::<Row>(c).optional()?.map(|row| row.term);
        let Some(word) = next.filter(|word| word.starts_with(start)) else {
            return Ok((!named.is_empty()).then(|| format!("({})", named.join(" OR "))));
        };
        named.push(format!("\"{word}\""));
        // Nothing that a word is made of comes before a nought: the next one is found by a step and not by a walk.
        from = word + "0";
    }
    Ok(Some(format!("\"{start}\"*")))
}

/// Numbers of cases that have all of these words. A word is letters and digits alone and stands in quotes, so that none
/// is taken for a part of the query.
pub fn numbers_with_words(
    connection: &mut AnyConnection,
    terms: &Terms,
    from: From,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    use diesel::sql_types::{BigInt, Text};
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let (compared, order, n) = match from {
        From::Above(n) => ("<", "DESC", n),
        From::Below(n) => (">", "ASC", n),
    };
    let rows: Vec<Row> = match connection {
        AnyConnection::Sqlite(c) => {
            let mut asked: Vec<String> = terms.whole.iter().map(|word| format!("\"{word}\"")).collect();
            if let Some(start) = &terms.start {
                let Some(words) = any_beginning(c, start)? else { return Ok(Vec::new()) };
                asked.push(words);
            }
            let query = format!(
                "SELECT rowid AS n FROM case_words WHERE case_words MATCH ? AND rowid {compared} ? ORDER BY rowid {order} LIMIT ?"
            );
            diesel::sql_query(query)
                .bind::<Text, _>(asked.join(" AND "))
                .bind::<BigInt, _>(n)
                .bind::<BigInt, _>(limit)
                .load(c)?
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let whole = terms.whole.iter().map(|word| format!("'{word}'"));
            let asked: Vec<String> = whole.chain(terms.start.iter().map(|start| format!("'{start}':*"))).collect();
            let query = format!(
                "SELECT n FROM case_words WHERE words @@ $1::tsquery AND n {compared} $2 ORDER BY n {order} LIMIT $3"
            );
            diesel::sql_query(query)
                .bind::<Text, _>(asked.join(" & "))
                .bind::<BigInt, _>(n)
                .bind::<BigInt, _>(limit)
                .load(c)?
        }
    };
    Ok(rows.into_iter().map(|row| row.n).collect())
}

/// Pages of the index of words that one step rewrites: about four megabytes.
const MERGED_PAGES: i64 = 1_000;

/// Goes on to rewrite the index of words without those that were taken out, which SQLite keeps in it until then. True
/// when there is more to do.
pub fn rewrite_words(connection: &mut AnyConnection, begin: bool) -> Result<bool, StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => {
            use diesel::sql_types::BigInt;
            #[derive(diesel::QueryableByName)]
            struct Row {
                #[diesel(sql_type = BigInt)]
                n: i64,
            }
            let count = |c: &mut SqliteConnection| {
                diesel::sql_query("SELECT total_changes() AS n").get_result::<Row>(c).map(|row| row.n)
            };
            let before = count(c)?;
            diesel::sql_query("INSERT INTO case_words (case_words, rank) VALUES ('merge', ?)")
                .bind::<BigInt, _>(if begin { -MERGED_PAGES } else { MERGED_PAGES })
                .execute(c)?;
            // The statement itself counts as one change.
            Ok(count(c)? - before > 1)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => {
            let _ = begin;
            Ok(false)
        }
    }
}
