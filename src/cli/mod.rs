//! The command line. Every command that touches data takes `--config FILE` or `--data DIR`.

#![warn(clippy::print_stdout)]

mod accounts;
mod agents;
mod audit;
mod backup;
mod contacts;
mod demo;
mod directory;
mod inbound;
mod policy;
mod privacy;
mod progress;
pub mod proof;
mod say;
mod secrets;
mod seed;
mod serve;
mod tokens;
pub mod verify_export;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory, Parser, Subcommand};
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;
use url::Url;

use self::say::{complain, say};
use crate::clock::{Clock, SystemClock};
use crate::config::{DatabaseUrl, LogFormat, LogSettings, Mode, Settings};
use crate::domain::actor::Actor;
use crate::domain::token::ServerKey;
use crate::entropy::SystemEntropy;
use crate::notify::mail::{Mailer, OutgoingMail, SendError};
use crate::server::{Parts, assemble};
use crate::workflow::{Act, Desk};

#[derive(Parser)]
#[command(name = "mfa-desk", version, about = "A support desk for people who have lost their MFA device", long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Try everything on this machine, with sample accounts, a mailbox page and a telephone page
    Demo {
        /// Address and port to listen on
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Folder for the demo's database and mailbox
        #[arg(long, value_name = "DIR", default_value = "mfa-desk-data/demo")]
        data: PathBuf,
    },
    /// Serve in production
    Serve {
        /// Configuration file; ./mfa-desk.toml when it exists
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Bring the database's tables up to date
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// The people who work at the desk
    #[command(subcommand)]
    Agents(agents::AgentsCommand),
    /// The accounts of the local directory
    #[command(subcommand)]
    Accounts(accounts::AccountsCommand),
    /// Addresses of record that a directory does not tell
    #[command(subcommand)]
    Contacts(contacts::ContactsCommand),
    /// The systems that accounts live in
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// Mail that comes in
    #[command(subcommand)]
    Inbound(inbound::InboundCommand),
    /// Mail that goes out
    #[command(subcommand)]
    Mail(inbound::MailCommand),
    /// The rules of recovery
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// The audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// What is stored encrypted
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Copy an SQLite database into a new file while the server runs, and look through the copy
    Backup {
        /// The file to make; one that is there is never overwritten
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// What is held about a person: hand it out, erase it, keep it from being erased
    #[command(subcommand)]
    Privacy(privacy::PrivacyCommand),
    /// The tokens that programs act with in the name of people at the desk
    #[command(subcommand)]
    Tokens(tokens::TokensCommand),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Say everything that keeps this configuration from serving
    Check {
        /// Configuration file; ./mfa-desk.toml when it exists
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// Where the data is.
#[derive(Args, Clone)]
struct Place {
    /// Configuration file; ./mfa-desk.toml when it exists
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    config: Option<PathBuf>,
    /// Folder of an SQLite database, such as the demo's
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// A command that could not be run; its text is for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failure(String);

impl Failure {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// The exit code when a command could not be run at all.
const COULD_NOT_RUN: u8 = 2;

/// Runs the command line and answers with the process's exit code: 0 done, 1 a check failed, 2 could not be run.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let Some(command) = cli.command else {
        // A help text that cannot be written has nobody to read it.
        let _ = Cli::command().print_help();
        return ExitCode::SUCCESS;
    };
    crate::notify::install_tls_provider();
    let result = match command {
        Command::Demo { listen, data } => demo::run(listen, &data),
        Command::Serve { config } => serve::run(config.as_deref()),
        Command::Config(ConfigCommand::Check { config }) => serve::check(config.as_deref()),
        Command::Migrate { place } => migrate(&place),
        Command::Agents(command) => agents::run(command),
        Command::Accounts(command) => accounts::run(command),
        Command::Contacts(command) => contacts::run(command),
        Command::Directory(command) => directory::run(command),
        Command::Inbound(command) => inbound::run(command),
        Command::Mail(command) => inbound::mail(command),
        Command::Policy(command) => policy::run(command),
        Command::Audit(command) => audit::run(command),
        Command::Secrets(command) => secrets::run(command),
        Command::Backup { file, place } => backup::run(&file, &place),
        Command::Privacy(command) => privacy::run(command),
        Command::Tokens(command) => tokens::run(command),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            complain!("mfa-desk: {failure}");
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

fn start_log(settings: &LogSettings) {
    let filter = EnvFilter::try_new(&settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // Set once; a second call in the same process changes nothing.
    let _ = match settings.format {
        LogFormat::Text => log.with_ansi(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(Failure::new)
}

fn listed(problems: &[crate::config::Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    Failure(format!("the configuration is not fit for this:\n{}", lines.join("\n")))
}

fn settings_of(place: &Place) -> Result<Settings, Failure> {
    let settings = match &place.data {
        Some(folder) => {
            let file = folder.join("mfa-desk.sqlite3");
            if !folder.is_dir() {
                return Err(Failure(format!("{}: there is no such folder", folder.display())));
            }
            let mut settings = Settings::from_sources("", &std::collections::BTreeMap::new()).map_err(Failure::new)?;
            settings.database.url = DatabaseUrl::Sqlite(file);
            settings
        }
        None => Settings::load(place.config.as_deref()).map_err(Failure::new)?,
    };
    let problems = settings.problems(Mode::Tool);
    if problems.is_empty() { Ok(settings) } else { Err(listed(&problems)) }
}

/// Commands send no mail themselves; what they queue is sent by the server.
struct NoMailer;

#[async_trait::async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _mail: &OutgoingMail) -> Result<(), SendError> {
        Err(SendError::Temporary("mails are sent by the server".to_owned()))
    }
}

/// The program over the data that a command is to work on.
fn desk_of(place: &Place) -> Result<Desk, Failure> {
    desk_with(&settings_of(place)?)
}

fn desk_with(settings: &Settings) -> Result<Desk, Failure> {
    let parts = Parts {
        base_url: settings.server.base_url.clone().map_or_else(local_url, Ok)?,
        // Commands make and read no tokens, so they need no secret.
        key: ServerKey::new(settings.secrets.key.clone().unwrap_or_else(|| SecretString::from("no key"))),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        mailer: Arc::new(NoMailer),
        voice: None,
    };
    assemble(settings, parts).map_err(Failure::new)
}

/// Like [`desk_of`], for commands that only look: a mistyped place must not look like an empty, healthy log.
fn existing_desk_of(place: &Place) -> Result<Desk, Failure> {
    existing_desk_with(&settings_of(place)?)
}

fn existing_desk_with(settings: &Settings) -> Result<Desk, Failure> {
    if let DatabaseUrl::Sqlite(file) = &settings.database.url
        && !file.is_file()
    {
        return Err(Failure(format!("{}: there is no database", file.display())));
    }
    desk_with(settings)
}

fn local_url() -> Result<Url, Failure> {
    Url::parse("http://localhost").map_err(Failure::new)
}

fn operator(desk: &Desk) -> Act {
    Act { actor: Actor::Operator, ip: String::new(), at: desk.kit.clock.now() }
}

fn migrate(place: &Place) -> Result<ExitCode, Failure> {
    let settings = settings_of(place)?;
    crate::store::refuse_pooler(&settings.database).map_err(Failure::new)?;
    let mut connection =
        crate::store::open(settings.database.direct(), crate::store::Purpose::Write).map_err(Failure::new)?;
    let ran = crate::store::migrate(&mut connection).map_err(Failure::new)?;
    if ran.is_empty() {
        say!("the tables are up to date");
    }
    for name in ran {
        say!("migrated {name}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Now, for parts that are made before the desk is.
fn now() -> chrono::DateTime<chrono::Utc> {
    SystemClock.now()
}
