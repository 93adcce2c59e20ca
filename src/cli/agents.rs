use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use clap::Subcommand;
use secrecy::SecretString;

use super::say::say;
use super::{Failure, Place, desk_of, desk_with, operator, runtime, settings_of};
use crate::domain::actor::Role;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::form::is_unprintable;
use crate::workflow::{NewAgent, Standing};

#[derive(Subcommand)]
pub(super) enum AgentsCommand {
    /// Add a person who works at the desk; the password is read from standard input
    Add {
        /// What they sign in with
        #[arg(long)]
        email: EmailAddress,
        /// Their name, as colleagues see it
        #[arg(long)]
        name: String,
        /// What they may do: agent, supervisor, auditor or admin
        #[arg(long, value_parser = role)]
        role: Role,
        /// Their telephone number, with the country code: a case about a lost device of theirs is checked by it
        #[arg(long)]
        phone: Option<E164>,
        #[command(flatten)]
        place: Place,
    },
    /// List the people who work at the desk
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Set a person's telephone number of record, by which a case about a lost device of theirs is checked
    SetPhone {
        /// Whose
        email: EmailAddress,
        /// The number, with the country code
        number: E164,
        #[command(flatten)]
        place: Place,
    },
    /// Take away a person's access at once
    Suspend {
        /// Whose
        email: EmailAddress,
        #[command(flatten)]
        place: Place,
    },
    /// Deactivate a person's devices and make a link, good for 15 minutes, to activate another: when nobody is left
    /// who could work their case
    BreakGlass {
        /// Whose
        email: EmailAddress,
        /// Why, for the audit record
        #[arg(long, value_parser = reason)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Give a person's access back
    Restore {
        /// Whose
        email: EmailAddress,
        #[command(flatten)]
        place: Place,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| "must be agent, supervisor, auditor or admin".to_owned())
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = !text.is_empty() && text.chars().count() <= 500 && !text.chars().any(is_unprintable);
    if plain { Ok(text.to_owned()) } else { Err("must be one line of at most 500 characters".to_owned()) }
}

pub(super) fn run(command: AgentsCommand) -> Result<ExitCode, Failure> {
    match command {
        AgentsCommand::Add { email, name, role, phone, place } => add((email, phone), name, role, &place),
        AgentsCommand::List { place } => list(&place),
        AgentsCommand::BreakGlass { email, reason, place } => break_glass(email, reason, &place),
        AgentsCommand::SetPhone { email, number, place } => set_phone(email, number, &place),
        AgentsCommand::Suspend { email, place } => stand(email, Standing::Suspended, &place),
        AgentsCommand::Restore { email, place } => stand(email, Standing::Restored, &place),
    }
}

/// A password given as an argument would stand in the shell's history and in the list of processes.
fn password() -> Result<SecretString, Failure> {
    if std::io::stdin().is_terminal() {
        eprint!("Password (at least 15 characters; it is shown as you type), then Enter and Ctrl-D: ");
        std::io::stderr().flush().map_err(Failure::new)?;
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).map_err(Failure::new)?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

fn add(
    (email, phone): (EmailAddress, Option<E164>),
    name: String,
    role: Role,
    place: &Place,
) -> Result<ExitCode, Failure> {
    let password = password()?;
    let desk = desk_of(place)?;
    let shown = email.clone();
    let new = NewAgent { email, name, role, password: Some(password), phone };
    runtime()?.block_on(desk.add_agent(operator(&desk), new)).map_err(Failure::new)?;
    say!("added {shown} ({})", role.label().to_lowercase());
    Ok(ExitCode::SUCCESS)
}

fn list(place: &Place) -> Result<ExitCode, Failure> {
    let desk = desk_of(place)?;
    let agents = runtime()?.block_on(desk.store.read(crate::store::agents::all)).map_err(Failure::new)?;
    for agent in agents {
        let standing = if agent.suspended_at.is_some() { "suspended" } else { "active" };
        say!("{}\t{}\t{standing}\t{}", agent.email, agent.role.code(), agent.name);
    }
    Ok(ExitCode::SUCCESS)
}

fn stand(email: EmailAddress, standing: Standing, place: &Place) -> Result<ExitCode, Failure> {
    let desk = desk_of(place)?;
    let shown = email.clone();
    let found = runtime()?.block_on(desk.set_standing(operator(&desk), email, standing)).map_err(Failure::new)?;
    if !found {
        return Err(Failure(format!("there is no agent {shown}")));
    }
    say!("{shown} is {}", if standing == Standing::Suspended { "suspended" } else { "active" });
    Ok(ExitCode::SUCCESS)
}

fn set_phone(email: EmailAddress, number: E164, place: &Place) -> Result<ExitCode, Failure> {
    let desk = desk_of(place)?;
    let (shown, masked) = (email.clone(), number.masked());
    if !runtime()?.block_on(desk.set_phone(operator(&desk), email, number)).map_err(Failure::new)? {
        return Err(Failure(format!("there is no agent {shown}")));
    }
    say!("{shown} has the phone number of record {masked}, and is told by mail");
    Ok(ExitCode::SUCCESS)
}

fn break_glass(email: EmailAddress, reason: String, place: &Place) -> Result<ExitCode, Failure> {
    let settings = settings_of(place)?;
    let desk = desk_with(&settings)?;
    let shown = email.clone();
    let done = runtime()?.block_on(desk.break_glass(operator(&desk), email, reason)).map_err(Failure::new)?;
    let Some(done) = done else { return Err(Failure(format!("there is no agent {shown} who is not suspended"))) };
    say!("{} of {shown} deactivated, and every sign-in ended.", counted(done.deactivated));
    say!("Until {}, once, with their password:", done.until.format("%H:%M UTC"));
    match settings.server.base_url {
        Some(_) => say!("{}", desk.kit.url(&done.path)),
        // Where the desk is reached, only its own settings say.
        None => say!("{} at the address of the desk", done.path),
    }
    say!("Every supervisor is told.");
    Ok(ExitCode::SUCCESS)
}

fn counted(devices: usize) -> String {
    if devices == 1 { "1 device".to_owned() } else { format!("{devices} devices") }
}
