use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::progress::reading;
use super::say::{complain, say};
use super::{Failure, Place, desk_of, operator, runtime};
use crate::workflow::{ImportError, LineError};

#[derive(Subcommand)]
pub(super) enum AccountsCommand {
    /// Import accounts and their authenticators: all of the file or nothing
    Import {
        /// Columns: email,account_number,name,kind,tier,phone,administrators,authenticators,country,password_hash
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

pub(super) fn run(command: AccountsCommand) -> Result<ExitCode, Failure> {
    let AccountsCommand::Import { file, place } = command;
    let open = File::open(&file).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let desk = desk_of(&place)?;
    match runtime()?.block_on(desk.import_accounts(operator(&desk), reading(open))) {
        Ok(report) => {
            say!("imported accounts: {}, authenticators: {}", report.accounts, report.authenticators);
            Ok(ExitCode::SUCCESS)
        }
        Err(ImportError::Lines(errors)) => Ok(say_wrong_lines(&file, &errors)),
        Err(error) => Err(Failure::new(error)),
    }
}

/// Names every wrong line of a file of which nothing was imported.
pub(super) fn say_wrong_lines(file: &Path, errors: &[LineError]) -> ExitCode {
    for error in errors {
        let column = if error.column.is_empty() { String::new() } else { format!("{}: ", error.column) };
        complain!("{}:{}: {column}{}", file.display(), error.line, error.why);
    }
    complain!("nothing was imported");
    ExitCode::FAILURE
}
