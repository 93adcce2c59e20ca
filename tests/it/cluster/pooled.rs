//! Behind pgbouncer in transaction mode: refused where nothing says so, and one desk where `database.direct_url` does.

use super::killed::nothing_is_lost_or_doubled;
use super::load::Load;
use super::shared::is_one_desk;
use super::{Cluster, on_postgres};
use crate::program::{err, exits, program, run};
use crate::support::postgres::{Pooler, Postgres};

/// What a setting is on the connections that the pooler hands out.
fn settings_of(url: &str, setting: &str) -> Vec<String> {
    use diesel::{Connection, PgConnection, RunQueryDsl};
    let mut found = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let mut connection = PgConnection::establish(url).unwrap();
        let shown = |connection: &mut PgConnection| {
            let asked = diesel::dsl::sql::<diesel::sql_types::Text>(&format!("current_setting('{setting}')"));
            diesel::select(asked).get_result::<String>(connection)
        };
        found.insert(connection.transaction(shown).unwrap());
    }
    found.into_iter().collect()
}

/// The database's URL, through the pooler.
fn through(url: &str, pooler: &Pooler) -> String {
    let (start, rest) = url.split_once("://").unwrap();
    let (authority, database) = rest.split_once('/').unwrap();
    let user = authority.rsplit_once('@').map_or(String::new(), |(user, _)| format!("{user}@"));
    format!("{start}://{user}{}/{database}", pooler.host())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_behind_a_pooler_are_one_desk() {
    if on_postgres().is_none() || !Postgres::is_installed() {
        return;
    }
    if !Pooler::is_installed() {
        println!("not run: pgbouncer is not installed");
        return;
    }
    let server = Postgres::start();
    server.sql("CREATE DATABASE desk");
    // Fewer connections than the instances have: each is shared.
    let pooler = Pooler::before(&server.host(), "transaction", 4);
    let direct = server.url("desk");
    let pooled = through(&direct, &pooler);
    let more = format!("database.direct_url = \"{direct}\"\nlimits.forms_per_network_hour = 8");
    let database = crate::support::database::TestDatabase::elsewhere(&direct);
    let (mut cluster, agents) = Cluster::start(database, &pooled, 3, &more).await;
    is_one_desk(&mut cluster, &agents).await;

    // Under load, with one killed.
    cluster.smtp.clear();
    cluster.execute("DELETE FROM throttle_events");
    let emails = cluster.adds_accounts(400);
    let load = Load::begin(&cluster, &agents, 0, emails);
    load.goes_on(15, 2).await;
    cluster.kills(1);
    load.goes_on(15, 2).await;
    let mut ledger = load.ends().await;
    nothing_is_lost_or_doubled(&cluster, &mut ledger).await;

    // Nothing that one connection set has reached the others' connections.
    let left = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' \
                AND state_change < clock_timestamp() - interval '3 seconds'";
    assert_eq!(server.sql(left), "0");
    let own = [("default_transaction_read_only", "off"), ("lock_timeout", "0"), ("statement_timeout", "0")];
    for (setting, value) in own {
        assert_eq!(settings_of(&pooled, setting), [value], "{setting} was set for everybody");
    }

    // Without a word about the pooler it is refused, in words that say what to do.
    let config = std::fs::read_to_string(cluster.folder().join("desk.toml")).unwrap();
    let silent: String = config
        .lines()
        .filter(|line| !line.starts_with("database.direct_url"))
        .map(|line| line.to_owned() + "\n")
        .collect();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("desk.toml"), silent).unwrap();
    drop(cluster);
    let mut serve = program(folder.path());
    let refused = serve.args(["serve", "--config", "desk.toml"]).output().unwrap();
    exits(&refused, 2);
    assert!(err(&refused).contains("database.direct_url"), "{}", err(&refused));
    let refused = run(folder.path(), &["migrate", "--config", "desk.toml"]);
    exits(&refused, 2);
    assert!(err(&refused).contains("database.direct_url"), "{}", err(&refused));
}
