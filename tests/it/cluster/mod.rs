//! Several processes of the program on one PostgreSQL behind a balancer: what they share, and what becomes of it when one
//! is killed, when the database fails over, and behind pgbouncer.
//!
//! `CLUSTER_ROUNDS=20` kills, or fails over, as often under load; without it once.

mod doubt;
mod failover;
pub mod killed;
pub mod load;
mod pooled;
mod shared;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use mfa_desk::store::{AnyConnection, Purpose, open};
use tempfile::TempDir;

use crate::program::{Served, exits, out, program, run};
use crate::support::balancer::Balancer;
use crate::support::browser::Browser;
use crate::support::database::TestDatabase;
use crate::support::smtp::SmtpServer;
use crate::support::world::{Setup, World};

/// What signs the sessions of [`World`] too.
pub const KEY: &str = "a key that only tests have, 32+ chars";

/// How often something is broken under load.
fn rounds() -> usize {
    std::env::var("CLUSTER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

/// The server that the tests are run on, where it is one.
fn on_postgres() -> Option<TestDatabase> {
    std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()).map(|_| TestDatabase::new())
}

/// Processes that share a database.
pub struct Cluster {
    /// What questions are asked of, with no pooler in between.
    pub database: TestDatabase,
    pub balancer: Balancer,
    pub smtp: Arc<SmtpServer>,
    nodes: BTreeMap<usize, Served>,
    folder: TempDir,
    pub accounts: usize,
    /// What the program is started by, with its arguments; by itself where this is empty.
    pub under: Vec<String>,
}

impl Cluster {
    /// Starts so many instances, and signs agents in to them. `more` is added to the configuration.
    pub async fn start(database: TestDatabase, url: &str, size: usize, more: &str) -> (Self, Vec<Browser>) {
        let agents = sown(&database).await;
        let (balancer, smtp) = (Balancer::start().await, Arc::new(SmtpServer::start().await));
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "secrets.key = \"{KEY}\"\nmail.from = \"Desk <desk@desk.example>\"\nmail.smtp.host = \"127.0.0.1\"\n\
             mail.smtp.port = {}\nmail.smtp.tls = \"none\"\ndatabase.url = \"{url}\"\nserver.listen = \"127.0.0.1:0\"\n\
             server.base_url = \"http://localhost:{}\"\nserver.trusted_proxies = [\"127.0.0.1\"]\n\
             limits.views_per_hour = 10000\n{more}\n",
            smtp.port(),
            balancer.port()
        );
        std::fs::write(folder.path().join("desk.toml"), config).unwrap();
        let mut cluster =
            Self { database, balancer, smtp, nodes: BTreeMap::new(), folder, accounts: 0, under: Vec::new() };
        for node in 0..size {
            cluster.starts(node);
        }
        let agents = agents.iter().map(|agent| agent.at(&cluster.balancer.base())).collect();
        (cluster, agents)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn starts(&mut self, node: usize) {
        let mut command = program(self.folder());
        if let [first, more @ ..] = &*self.under {
            let own = command.get_program().to_owned();
            command = std::process::Command::new(first);
            command.env_clear().current_dir(self.folder()).stdin(std::process::Stdio::null()).args(more).arg(own);
        }
        command.args(["serve", "--config", "desk.toml"]);
        self.nodes.insert(node, Served::start(command));
        self.balancer.leads_to(self.nodes.values().map(|node| node.base.as_str()));
    }

    /// An instance that runs.
    pub fn node(&self, node: usize) -> &Served {
        &self.nodes[&node]
    }

    /// Changes the configuration; an instance that starts from now on has it.
    pub fn is_set(&self, from: &str, to: &str) {
        let file = self.folder().join("desk.toml");
        let config = std::fs::read_to_string(&file).unwrap();
        assert!(config.contains(from), "{from} is not in {config}");
        std::fs::write(file, config.replace(from, to)).unwrap();
    }

    pub fn is_up(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// Ends an instance with SIGKILL; the balancer finds out by itself.
    pub fn kills(&mut self, node: usize) {
        self.nodes.remove(&node).unwrap().kill();
    }

    fn base(&self, node: usize) -> &str {
        &self.nodes[&node].base
    }

    /// Adds accounts that were never asked for, and answers with their addresses.
    pub fn adds_accounts(&mut self, count: usize) -> Vec<String> {
        let numbers = self.accounts..self.accounts + count;
        self.accounts += count;
        let emails: Vec<String> = numbers.map(|n| format!("load{n}@people{n}.example")).collect();
        let line = |email: &String| format!("{email},,Load,owner,standard,,,virtual_totp:Phone\n");
        let lines: String = emails.iter().map(line).collect();
        let file = "email,account_number,name,kind,tier,phone,administrators,authenticators\n".to_owned() + &lines;
        std::fs::write(self.folder().join("accounts.csv"), file).unwrap();
        exits(&run(self.folder(), &["accounts", "import", "accounts.csv", "--config", "desk.toml"]), 0);
        emails
    }

    pub fn connection(&self) -> AnyConnection {
        open(&self.database.url, Purpose::Write).unwrap()
    }

    pub fn number(&self, query: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Number {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        diesel::sql_query(query).get_result::<Number>(&mut self.connection()).unwrap().n
    }

    /// The texts of a column called `t`.
    pub fn texts(&self, query: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            t: String,
        }
        let lines = diesel::sql_query(query).load::<Line>(&mut self.connection()).unwrap();
        lines.into_iter().map(|line| line.t).collect()
    }

    /// What the details of an entry say under a name, in SQL.
    pub fn detail(&self, name: &str) -> String {
        match self.database.file() {
            Some(_) => format!("details ->> '$.{name}'"),
            None => format!("details::json ->> '{name}'"),
        }
    }

    pub fn execute(&self, sql: &str) {
        diesel::sql_query(sql).execute(&mut self.connection()).unwrap();
    }

    pub fn is_whole(&self) {
        let verified = run(self.folder(), &["audit", "verify", "--config", "desk.toml"]);
        exits(&verified, 0);
        assert!(out(&verified).starts_with("whole: "), "{}", out(&verified));
    }

    /// What the instances wrote, for a failure's message.
    pub fn logs(&self) -> String {
        self.nodes.iter().map(|(node, served)| format!("--- instance {node}\n{}\n", served.stderr())).collect()
    }

    /// Lets the time go by that a killed instance's leases last, as far as the database knows: what nobody settled for
    /// three seconds is held by nobody who lives.
    pub fn leases_of_the_dead_end(&self) {
        if self.database.file().is_some() {
            // The program takes them back when it starts.
            return;
        }
        self.execute(
            "UPDATE outbox SET next_at = now() AT TIME ZONE 'UTC' WHERE state = 'leased' \
             AND next_at < (now() AT TIME ZONE 'UTC') + interval '87 seconds'",
        );
    }
}

/// Lets a world make agents who are signed in, and go.
async fn sown(database: &TestDatabase) -> Vec<Browser> {
    signed_in(database, &["ana", "ben"]).await
}

/// An auditor who is signed in.
pub async fn auditor(database: &TestDatabase) -> Browser {
    signed_in(database, &["aud"]).await.remove(0)
}

async fn signed_in(database: &TestDatabase, names: &[&str]) -> Vec<Browser> {
    let at = Utc::now();
    // What was drawn for another round is in the database already.
    let seed = u64::try_from(at.timestamp_micros()).unwrap();
    let world = World::with(Setup { database: database.clone(), at, seed, ..Setup::default() }).await;
    let mut agents = Vec::new();
    for name in names {
        agents.push(world.agent(name).await);
    }
    world.settle().await;
    world.stop().await;
    agents
}
