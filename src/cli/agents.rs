use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use clap::Subcommand;
use secrecy::SecretString;

use super::{Failure, Place, desk_of, operator, runtime};
use crate::domain::actor::Role;
use crate::domain::contact::{E164, EmailAddress};
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
    /// Take away a person's access at once
    Suspend {
        /// Whose
        email: EmailAddress,
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

pub(super) fn run(command: AgentsCommand) -> Result<ExitCode, Failure> {
    match command {
        AgentsCommand::Add { email, name, role, phone, place } => add((email, phone), name, role, &place),
        AgentsCommand::List { place } => list(&place),
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
    println!("added {shown} ({})", role.label().to_lowercase());
    Ok(ExitCode::SUCCESS)
}

fn list(place: &Place) -> Result<ExitCode, Failure> {
    let desk = desk_of(place)?;
    let agents = runtime()?.block_on(desk.store.read(crate::store::agents::all)).map_err(Failure::new)?;
    for agent in agents {
        let standing = if agent.suspended_at.is_some() { "suspended" } else { "active" };
        println!("{}\t{}\t{standing}\t{}", agent.email, agent.role.code(), agent.name);
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
    println!("{shown} is {}", if standing == Standing::Suspended { "suspended" } else { "active" });
    Ok(ExitCode::SUCCESS)
}
