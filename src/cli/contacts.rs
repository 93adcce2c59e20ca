use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::accounts::say_wrong_lines;
use super::progress::reading;
use super::say::{complain, say};
use super::{Failure, Place, desk_of, existing_desk_of, operator, runtime};
use crate::domain::contact_record::ContactChange;
use crate::domain::directory::DirectoryName;
use crate::domain::ids::ContactChangeId;
use crate::store::{contact_changes, contacts};
use crate::workflow::{ImportError, Resume};

/// Changes that are over and are still listed.
const OVER: i64 = 50;
/// Changes that are held and are listed.
const HELD: i64 = 10_000;

#[derive(Subcommand)]
pub(super) enum ContactsCommand {
    /// Import addresses of record that a directory does not tell: all of the file or nothing
    Import {
        /// The directory, as the configuration calls it
        directory: DirectoryName,
        /// Columns: login,email,phone,name,kind,tier,country,administrators
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,
        /// Hold once more what somebody stopped
        #[arg(long)]
        resume: bool,
        #[command(flatten)]
        place: Place,
    },
    /// List the contacts of a directory that count, with their addresses masked
    List {
        /// The directory, as the configuration calls it
        directory: DirectoryName,
        #[command(flatten)]
        place: Place,
    },
    /// List what is held, and what became of earlier imports
    Changes {
        #[command(flatten)]
        place: Place,
    },
    /// Stop a change that is held
    Stop {
        /// Its identifier, as `changes` shows it
        change: ContactChangeId,
        #[command(flatten)]
        place: Place,
    },
}

pub(super) fn run(command: ContactsCommand) -> Result<ExitCode, Failure> {
    match command {
        ContactsCommand::Import { directory, file, resume, place } => {
            import(&directory, &file, if resume { Resume::Yes } else { Resume::No }, &place)
        }
        ContactsCommand::List { directory, place } => list(&directory, &place),
        ContactsCommand::Changes { place } => changes(&place),
        ContactsCommand::Stop { change, place } => stop(change, &place),
    }
}

fn import(directory: &DirectoryName, file: &PathBuf, resume: Resume, place: &Place) -> Result<ExitCode, Failure> {
    let open = File::open(file).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let desk = desk_of(place)?;
    let import = desk.import_contacts(operator(&desk), directory, reading(open), resume);
    match runtime()?.block_on(import) {
        Ok(done) => {
            say!(
                "count at once: {}, held: {}, taken back: {}, unchanged: {}",
                done.added,
                done.held,
                done.taken_back,
                done.unchanged
            );
            if done.held > 0 {
                say!("the server tells the old addresses, and begins the hold, as soon as it runs");
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(ImportError::Lines(errors)) => Ok(say_wrong_lines(file, &errors)),
        Err(error) => Err(Failure::new(error)),
    }
}

fn list(directory: &DirectoryName, place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    let name = directory.clone();
    let all = runtime()?.block_on(desk.store.read(move |connection| contacts::list(connection, &name)));
    for contact in all.map_err(Failure::new)? {
        let values = &contact.values;
        let email = values.email.as_ref().map_or_else(|| "-".to_owned(), |email| email.masked());
        let phone = values.phone.as_ref().map_or_else(|| "-".to_owned(), |phone| phone.masked());
        say!("{}  {email}  {phone}  since {}", contact.login, contact.since.format("%Y-%m-%d %H:%M UTC"));
    }
    Ok(ExitCode::SUCCESS)
}

fn changes(place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    let read = |connection: &mut crate::store::AnyConnection| {
        let mut all = contact_changes::list(connection, true, HELD)?;
        all.extend(contact_changes::list(connection, false, OVER)?);
        Ok(all)
    };
    let all = runtime()?.block_on(desk.store.read(read)).map_err(Failure::new)?;
    if all.is_empty() {
        complain!("nothing was ever held");
    }
    for change in all {
        say!("{}", line(&change));
    }
    Ok(ExitCode::SUCCESS)
}

fn line(change: &ContactChange) -> String {
    let until = match (&change.hold, change.ended_at) {
        (_, Some(ended)) => format!("ended {}", ended.format("%Y-%m-%d %H:%M UTC")),
        (Some(hold), None) => format!("counts from {}", hold.effective_at.format("%Y-%m-%d %H:%M UTC")),
        (None, None) => "not told yet".to_owned(),
    };
    let fields = change.values.fields().join(",");
    format!("{}  {}  {}  {fields}  {}  {until}", change.id, change.directory, change.login, change.state.label())
}

fn stop(change: ContactChangeId, place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    match runtime()?.block_on(desk.stop_contact_change(operator(&desk), change)).map_err(Failure::new)? {
        Ok(()) => {
            say!("stopped");
            Ok(ExitCode::SUCCESS)
        }
        Err(_) => {
            complain!("no change with this identifier is held");
            Ok(ExitCode::FAILURE)
        }
    }
}
