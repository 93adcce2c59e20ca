//! Copies of the database, and the erasing of what it holds of people.

mod backup;
mod request;
mod schedule;
mod whose;

use chrono::TimeDelta;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use mfa_desk::config::Settings;
use mfa_desk::domain::account::AccountKind;
use mfa_desk::store::{AnyConnection, StoreError};

use crate::identity_documents::{photograph, uploads};
use crate::support::accounts::Devices;
use crate::support::browser::Browser;
use crate::support::world::{Setup, World, link_in, reference_on};

pub const EMAIL: &str = "Zebulon.Quibblefax@planted.example";
/// The network address that the customer asks from.
pub const ADDRESS: &str = "203.0.113.77";
/// Texts that only this customer and their case have.
pub const PLANTED: [&str; 9] = [
    "quibblefax",
    "planted.example",
    "7911123999",
    "7911123457",
    "xylophonic",
    "wombatty",
    "kerfuffle",
    "snorkelling",
    "flibbertigibbet",
];

pub fn setup() -> Setup {
    let change = |settings: &mut Settings| {
        settings.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        settings.limits.forms_per_network_hour = 10_000;
        settings.limits.forms_per_network_day = 10_000;
    };
    Setup { change, ..Setup::default() }
}

/// A case that has something of everything and was rejected, and the customer's browser.
pub async fn rich_case(world: &World) -> (Browser, String) {
    world.adds(EMAIL, AccountKind::Owner, &[], Devices::AppAndCodes).await;
    let customer = world.browser();
    let page = customer.get("/assistance").await;
    let form = page.form("/assistance");
    let given = [
        ("email", EMAIL),
        ("name", "Zebulon Quibblefax"),
        ("device_kind", "virtual_totp"),
        ("reason", "lost"),
        ("failed_step", "It asks flibbertigibbet."),
        ("phone", "+44 7911 123457"),
        ("language", "en"),
        ("callback_time", "Mornings"),
        ("message", "A xylophonic grievance."),
    ];
    let mut fields: Vec<(&str, &str)> =
        form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.retain(|(name, _)| !given.iter().any(|(other, _)| other == name));
    fields.extend_from_slice(&given);
    let answer = customer.post_with("/assistance", &fields, &[("x-forwarded-for", ADDRESS)]).await;
    let reference = reference_on(answer.is(200));
    let link = link_in(&world.mail(&format!("Email verification for case {reference}")).await, "open");
    let page = customer.get(&link).await;
    customer.send(&page, "/open", &[]).await.is(200);
    uploads(&customer, &reference, "id.jpg", &photograph()).await.is(200);
    world.passes_phone_check(&customer, &reference).await;
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/messages", &[("body", "Another xylophonic word.")]).await.is(200);
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    world.presses(&ana, &reference, "notes", &[("body", "A wombatty note.")]).await.is(200);
    world.presses(&ana, &reference, "messages", &[("body", "Some snorkelling.")]).await.is(200);
    world.presses(&ana, &reference, "reject", &[("reason", "A kerfuffle.")]).await.is(200);
    world.settle().await;
    (customer, reference)
}

/// Lets so many days go by.
pub async fn days(world: &World, days: i64) {
    world.later(TimeDelta::days(days)).await;
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The tables of the database, but for those that an index of words is made of.
pub async fn tables(world: &World) -> Vec<String> {
    let read = |connection: &mut AnyConnection| {
        let query = match connection {
            AnyConnection::Sqlite(_) => {
                "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                    AND name NOT LIKE 'case_words_%' AND name NOT LIKE 'case_terms%'"
            }
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => {
                "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public'"
            }
        };
        let rows: Vec<Line> = sql_query(query).load(connection)?;
        Ok::<_, StoreError>(rows.into_iter().map(|row| row.line).collect())
    };
    world.desk.store.read(read).await.unwrap()
}

/// Every row of every table, in lower case.
pub async fn everything(world: &World) -> String {
    let tables = tables(world).await;
    let read = move |connection: &mut AnyConnection| {
        let mut all = String::new();
        // What is indexed is not what is stored: it is looked for in the file.
        for table in &tables {
            if table == "case_words" && matches!(connection, AnyConnection::Sqlite(_)) {
                continue;
            }
            let row = match connection {
                AnyConnection::Sqlite(_) => {
                    let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
                    let columns: Vec<Line> = sql_query(columns).load(connection)?;
                    let cells: Vec<String> = columns.iter().map(|column| format!("quote({})", column.line)).collect();
                    cells.join(" || '|' || ")
                }
                #[cfg(feature = "postgres")]
                AnyConnection::Postgres(_) => "t::text".to_owned(),
            };
            let rows: Vec<Line> = sql_query(format!("SELECT {row} AS line FROM {table} AS t")).load(connection)?;
            for row in rows {
                all.push_str(&format!("{table}: {}\n", row.line.to_lowercase()));
            }
        }
        Ok::<_, StoreError>(all)
    };
    world.desk.store.read(read).await.unwrap()
}

#[track_caller]
pub fn says_nothing_of(text: &str, planted: &[&str]) {
    for word in planted {
        let found: Vec<&str> = text.lines().filter(|line| line.contains(word)).collect();
        assert!(found.is_empty(), "“{word}” is still in\n{}", found.join("\n"));
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The only number that a query answers.
pub async fn number(world: &World, query: &'static str) -> i64 {
    let read = move |connection: &mut AnyConnection| Ok(sql_query(query).get_result::<Count>(connection)?.n);
    world.desk.store.read(read).await.unwrap()
}

/// The bytes of an SQLite database's files once everything is in them, in lower case; none on PostgreSQL.
pub fn raw(database: &crate::support::database::TestDatabase) -> Option<String> {
    let file = database.file()?;
    let mut all = std::fs::read(&file).unwrap();
    for beside in ["-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(beside);
        all.extend(std::fs::read(name).unwrap_or_default());
    }
    Some(String::from_utf8_lossy(&all).to_lowercase())
}
