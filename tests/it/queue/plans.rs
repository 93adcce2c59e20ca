//! No look of the desk walks through a whole table that grows with every case: asked of the databases' own planners, for
//! every statement that the looks send.

use std::sync::{Arc, Mutex};

use chrono::{TimeDelta, Utc};
use diesel::connection::InstrumentationEvent;
use diesel::sql_types::{Integer, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use mfa_desk::store::{AnyConnection, Purpose, clocks, inbound, open};

use super::filled::fill;
use super::looks;
use crate::support::database::TestDatabase;

const CASES: usize = 4_000;

/// Tables that have a row for each case, or many.
const BIG: [&str; 12] = [
    "cases",
    "case_forms",
    "case_entries",
    "case_clocks",
    "case_origins",
    "case_tags",
    "case_words",
    "queue_rows",
    "audit_entries",
    "inbound_mails",
    "outbox",
    "documents",
];

/// What is asked for beside the queue and the reports: by every page of the desk, or every second.
fn others(now: chrono::DateTime<Utc>) -> Vec<(String, looks::Ask)> {
    let before = now - TimeDelta::days(30);
    vec![
        ("clocks that ring".to_owned(), Box::new(move |c| Ok(clocks::due(c, now, 50)?.len()))),
        ("undecided mails".to_owned(), Box::new(|c| Ok(inbound::undecided(c, 100)?.len()))),
        ("undecided mails, counted".to_owned(), Box::new(|c| Ok(inbound::count_undecided(c)?.try_into().unwrap_or(0)))),
        ("old undecided mails".to_owned(), Box::new(move |c| Ok(inbound::undecided_before(c, before, 50)?.len()))),
        ("spent mails".to_owned(), Box::new(move |c| Ok(inbound::spent(c, before, 50)?.len()))),
    ]
}

/// Statements with what is bound in them, as they are sent.
fn heard(connection: &mut AnyConnection, ask: &looks::Ask) -> Vec<String> {
    let said = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&said);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            hears.lock().unwrap().push(query.to_string());
        }
    });
    ask(connection).unwrap();
    connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let said = said.lock().unwrap().clone();
    // Of an empty list nothing is read.
    said.into_iter().filter(|query| !query.contains("(1=0)")).collect()
}

/// A statement, and the values that are bound in it as SQL writes them.
fn taken_apart(said: &str) -> (&str, Vec<String>) {
    let Some((statement, binds)) = said.split_once(" -- binds: ") else { return (said, Vec::new()) };
    let binds = binds.strip_prefix('[').and_then(|binds| binds.strip_suffix(']')).unwrap_or(binds);
    let (mut values, mut rest) = (Vec::new(), binds);
    while !rest.is_empty() {
        let end = end_of(rest);
        let value = &rest[..end];
        let within = |open: char, close: char| value.strip_prefix(open).and_then(|value| value.strip_suffix(close));
        let value = match (within('[', ']'), within('"', '"')) {
            // Its items are quoted as a list of PostgreSQL has them.
            (Some(list), _) => format!("{{{list}}}"),
            (None, Some(text)) => text.replace("\\\"", "\""),
            (None, None) => value.to_owned(),
        };
        values.push(format!("'{}'", value.replace('\'', "''")));
        rest = rest[end..].trim_start_matches([',', ' ']);
    }
    (statement.trim(), values)
}

/// Where the first of several values ends.
fn end_of(values: &str) -> usize {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0);
    for (at, c) in values.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => return at,
            _ => {}
        }
    }
    values.len()
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Integer)]
    #[allow(dead_code)]
    id: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Of SQLite: a table is searched by an index, or walked in the order of one that gives the order of the answer.
fn walks_on_sqlite(connection: &mut diesel::SqliteConnection, said: &str) -> Vec<String> {
    let (statement, _) = taken_apart(said);
    let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(connection).unwrap();
    let details: Vec<&str> = steps.iter().map(|step| step.detail.as_str()).collect();
    let sorted = details.iter().any(|detail| detail.contains("TEMP B-TREE"));
    let limited = statement.contains("LIMIT");
    let walks = |detail: &&&str| {
        let table = detail.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let in_order = detail.contains("INDEX") && limited && !sorted;
        BIG.contains(&table) && !in_order
    };
    details.iter().filter(walks).map(|detail| format!("{detail} in {details:?}")).collect()
}

/// Of PostgreSQL, which is told that walks are dear: where it walks all the same, no index leads to what is asked for.
#[cfg(feature = "postgres")]
fn walks_on_postgres(connection: &mut diesel::PgConnection, said: &str) -> Vec<String> {
    use diesel::connection::SimpleConnection;
    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = Text)]
        #[diesel(column_name = "QUERY PLAN")]
        plan: String,
    }
    let (statement, values) = taken_apart(said);
    // Every row that is passed costs as much as it does where there are thousands of times as many.
    let dear = "SET enable_seqscan = off; SET cpu_tuple_cost = 10; SET cpu_index_tuple_cost = 10; \
        SET plan_cache_mode = force_custom_plan;";
    connection.batch_execute(&format!("{dear} PREPARE look AS {statement}")).unwrap();
    let bound = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    let explained = sql_query(format!("EXPLAIN (FORMAT JSON) EXECUTE look{bound}")).load(connection);
    let plans: Vec<Plan> = explained.unwrap_or_else(|error| panic!("{error}: {said}"));
    connection.batch_execute("DEALLOCATE look; RESET ALL; SET TIME ZONE 'UTC'").unwrap();
    let mut found = Vec::new();
    for plan in plans {
        let plan: serde_json::Value = serde_json::from_str(&plan.plan).unwrap();
        walk(&plan[0]["Plan"], false, &mut found);
    }
    found
}

/// Goes through a plan. A walk along an index without a condition reads no more than a limit above it lets it, unless
/// something between needs all rows first.
#[cfg(feature = "postgres")]
fn walk(node: &serde_json::Value, limited: bool, found: &mut Vec<String>) {
    let text = |name: &str| node[name].as_str().unwrap_or_default();
    let (kind, table) = (text("Node Type"), text("Relation Name"));
    let conditioned = ["Index Cond", "Recheck Cond"].iter().any(|name| node.get(name).is_some());
    let walks = match kind {
        "Seq Scan" => true,
        "Index Scan" | "Index Only Scan" => !conditioned && !limited,
        _ => false,
    };
    if walks && BIG.contains(&table) {
        found.push(format!("{kind} of {table} by {}: {}", text("Index Name"), text("Filter")));
    }
    let limited = match kind {
        "Limit" => true,
        "Sort" | "Aggregate" | "Hash" | "WindowAgg" | "Materialize" | "GroupAggregate" | "HashAggregate" => false,
        _ => limited,
    };
    for inner in node["Plans"].as_array().into_iter().flatten() {
        walk(inner, limited, found);
    }
}

fn walks(connection: &mut AnyConnection, said: &str) -> Vec<String> {
    match connection {
        AnyConnection::Sqlite(c) => walks_on_sqlite(c, said),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => walks_on_postgres(c, said),
    }
}

#[test]
fn no_look_walks_through_a_table_that_grows() {
    let (database, now) = (TestDatabase::new(), Utc::now());
    let filled = fill(&database.url, CASES, now);
    let mut connection = open(&database.url, Purpose::Read).unwrap();
    let mut all = looks::all(&filled, CASES, now);
    // What a year brought is half of everything: it may be read as a whole.
    all.retain(|(name, _)| !name.ends_with("a year") && !name.ends_with("a month"));
    all.extend(others(now));
    let (mut statements, mut found) = (0, Vec::new());
    for (name, ask) in &all {
        for said in heard(&mut connection, ask) {
            statements += 1;
            let walks = walks(&mut connection, &said);
            found.extend(walks.into_iter().map(|walk| format!("{name}: {walk}\n    {said}")));
        }
    }
    assert!(statements > all.len(), "the looks were heard");
    assert!(found.is_empty(), "{} walks:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_walk_is_seen() {
    let database = TestDatabase::new();
    fill(&database.url, 300, Utc::now());
    let mut connection = open(&database.url, Purpose::Read).unwrap();
    for said in [
        "SELECT id FROM cases WHERE changed_by = 'system' -- binds: []",
        "SELECT id FROM cases ORDER BY changed_by LIMIT 5 -- binds: []",
    ] {
        assert_ne!(walks(&mut connection, said), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn statements_are_taken_apart() {
    let said = r#"SELECT 1 -- binds: [5, "it's, \"so\"", "", 2026-11-24T06:20:00, ["a", "b, c"], true]"#;
    let values = ["'5'", "'it''s, \"so\"'", "''", "'2026-11-24T06:20:00'", r#"'{"a", "b, c"}'"#, "'true'"];
    assert_eq!(taken_apart(said), ("SELECT 1", values.map(str::to_owned).to_vec()));
}
