use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::say::say;
use super::{Failure, Place, existing_desk_of, operator, runtime};
use crate::domain::ids::LegalHoldId;
use crate::domain::privacy::HoldReason;
use crate::private_files::{create_private_file, create_private_folder};
use crate::workflow::{Halt, Whom};

#[derive(Subcommand)]
pub(super) enum PrivacyCommand {
    /// Write everything held about a person into a new folder: person.json and their documents
    Export {
        /// Their e-mail address, the reference of one of their cases, or the identifier of their account
        whom: String,
        /// The folder to make
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Erase everything held about a person, but for what the log and the desk's records need: exit 0 done, 1 refused
    Erase {
        /// Their e-mail address, the reference of one of their cases, or the identifier of their account
        whom: String,
        /// They asked for it, and it is certain who they are
        #[arg(long, required = true)]
        sure: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Say what is held about a person, and what keeps it from being erased
    Show {
        /// Their e-mail address, the reference of one of their cases, or the identifier of their account
        whom: String,
        #[command(flatten)]
        place: Place,
    },
    /// Put a person's data on legal hold: nothing of it is erased until the hold is lifted
    Hold {
        /// Their e-mail address, the reference of one of their cases, or the identifier of their account
        whom: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lift a legal hold
    Lift {
        /// Its identifier, as `show` says it
        hold: LegalHoldId,
        #[command(flatten)]
        place: Place,
    },
}

fn whom(text: &str) -> Result<Whom, Failure> {
    text.parse().map_err(Failure::new)
}

pub(super) fn run(command: PrivacyCommand) -> Result<ExitCode, Failure> {
    match command {
        PrivacyCommand::Export { whom: who, folder, place } => export(whom(&who)?, &folder, &place),
        PrivacyCommand::Erase { whom: who, sure: _, place } => erase(whom(&who)?, &place),
        PrivacyCommand::Show { whom: who, place } => show(whom(&who)?, &place),
        PrivacyCommand::Hold { whom: who, reason, place } => {
            let desk = existing_desk_of(&place)?;
            let reason = reason.parse::<HoldReason>().map_err(|wrong| Failure::new(Halt::Wrong(wrong)))?;
            let done = runtime()?.block_on(desk.place_hold(operator(&desk), whom(&who)?, reason));
            done.map_err(Failure::new)?.map_err(Failure::new)?;
            say!("on legal hold");
            Ok(ExitCode::SUCCESS)
        }
        PrivacyCommand::Lift { hold, place } => {
            let desk = existing_desk_of(&place)?;
            runtime()?.block_on(desk.lift_hold(operator(&desk), hold)).map_err(Failure::new)?.map_err(Failure::new)?;
            say!("the hold is lifted");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn export(who: Whom, folder: &Path, place: &Place) -> Result<ExitCode, Failure> {
    if folder.exists() {
        return Err(Failure(format!("{}: this is there already; nothing was written", folder.display())));
    }
    let desk = existing_desk_of(place)?;
    let all = runtime()?.block_on(desk.hand_out(operator(&desk), who)).map_err(Failure::new)?.map_err(Failure::new)?;
    let failed = |file: &Path| {
        let file = file.to_owned();
        move |error: std::io::Error| Failure(format!("{}: {error}", file.display()))
    };
    create_private_folder(folder).map_err(failed(folder))?;
    let write = |name: &str, content: &[u8]| {
        let file = folder.join(name);
        create_private_file(&file).and_then(|mut made| made.write_all(content)).map_err(failed(&file))
    };
    write("person.json", all.json.as_bytes())?;
    for (name, content) in &all.files {
        write(name, content)?;
    }
    say!("written to {}: person.json and {} documents", folder.display(), all.files.len());
    Ok(ExitCode::SUCCESS)
}

fn erase(who: Whom, place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    match runtime()?.block_on(desk.erase_person(operator(&desk), who)).map_err(Failure::new)? {
        Ok(by) => {
            say!("{by}");
            Ok(ExitCode::SUCCESS)
        }
        Err(halt) => {
            say!("not erased: {halt}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn show(who: Whom, place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    let held =
        runtime()?.block_on(desk.held_about(operator(&desk), who)).map_err(Failure::new)?.map_err(Failure::new)?;
    match (&held.person.account, held.erased) {
        (Some(account), None) => say!("account {}, {}", account.id, account.email.masked()),
        (Some(account), Some(by)) => say!("account {}, {by}", account.id),
        (None, _) => say!("no account"),
    }
    for (filed, emptied) in &held.cases {
        let emptied = emptied.map(|by| format!(", {by}")).unwrap_or_default();
        say!("case {} {}{emptied}", filed.case.reference, filed.case.state.code());
    }
    for contact in &held.contacts {
        say!("a contact of the directory {}, of whom no account is known here", contact.name());
    }
    for other in &held.of_others {
        say!("case {other} names the address and belongs to another account: not exported, not erased");
    }
    for hold in &held.holds {
        say!(
            "legal hold {} by {} since {}: {}",
            hold.id,
            hold.placed_by,
            hold.placed_at.format("%Y-%m-%d"),
            hold.reason
        );
    }
    for obstacle in &held.obstacles {
        say!("cannot be erased: {obstacle}");
    }
    Ok(ExitCode::SUCCESS)
}
