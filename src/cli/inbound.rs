use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::say::say;
use super::{Failure, listed, runtime};
use crate::config::{Mode, Settings};
use crate::notify::inbound::ImapMailbox;

#[derive(Subcommand)]
pub(super) enum InboundCommand {
    /// Sign in to the mailbox and look at its folders, changing nothing
    Check {
        /// Configuration file; ./mfa-desk.toml when it exists
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// Print the DNS record that receivers verify signatures on mails with
    Dns {
        /// Configuration file; ./mfa-desk.toml when it exists
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

pub(super) fn run(command: InboundCommand) -> Result<ExitCode, Failure> {
    let InboundCommand::Check { config } = command;
    let settings = Settings::load(config.as_deref()).map_err(Failure::new)?;
    let mut problems = settings.problems(Mode::Serve);
    problems.retain(|problem| problem.key.starts_with("inbound."));
    if !problems.is_empty() {
        return Err(listed(&problems));
    }
    let imap = &settings.inbound.imap;
    let Some(mailbox) = ImapMailbox::new(imap).map_err(Failure::new)? else {
        return Err(Failure("inbound.imap.host is not set, so no mailbox is read".to_owned()));
    };
    match runtime()?.block_on(mailbox.look()) {
        Ok(looked) => {
            let told = if looked.tells { "tells of new mail by itself" } else { "is asked for new mail" };
            say!("the folder `{}` can be read; the server {told}", imap.folder);
            say!("{} mails in it, of which {} would be read", looked.mails, looked.waiting);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say!("{error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

pub(super) fn mail(command: MailCommand) -> Result<ExitCode, Failure> {
    let MailCommand::Dns { config } = command;
    let settings = Settings::load(config.as_deref()).map_err(Failure::new)?;
    let key = settings.mail.dkim.key().map_err(|(key, wrong)| Failure(format!("{key}: {wrong}")))?;
    let Some(key) = key else { return Err(Failure("mail.dkim is not set, so mails are not signed here".to_owned())) };
    let record = key.dns_record();
    // A text in a zone file has at most 255 bytes; receivers put the pieces together (RFC 6376 §3.6.2.2).
    let pieces: Vec<String> =
        record.text.as_bytes().chunks(250).map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece))).collect();
    say!("{}. IN TXT {}", record.name, pieces.join(" "));
    Ok(ExitCode::SUCCESS)
}
