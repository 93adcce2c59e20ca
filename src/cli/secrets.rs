use std::process::ExitCode;

use clap::Subcommand;

use super::say::say;
use super::{Failure, Place, existing_desk_of, operator, runtime, settings_of};

#[derive(Subcommand)]
pub(super) enum SecretsCommand {
    /// Encrypt every document and authenticator's secret anew with the first of `secrets.data_keys`
    Rotate {
        #[command(flatten)]
        place: Place,
    },
}

pub(super) fn run(command: SecretsCommand) -> Result<ExitCode, Failure> {
    let SecretsCommand::Rotate { place } = command;
    if settings_of(&place)?.secrets.data_keys.is_none() && settings_of(&place)?.secrets.key.is_none() {
        return Err(Failure("neither secrets.data_keys nor secrets.key is set, so nothing can be opened".to_owned()));
    }
    let desk = existing_desk_of(&place)?;
    let rotate = desk.rotate_secrets(operator(&desk), |done| {
        say!("{} documents, {} mails and {} authenticators' secrets", done.documents, done.mails, done.secrets);
    });
    let done = runtime()?.block_on(rotate).map_err(Failure::new)?;
    let key = desk.kit.sealing.current();
    if done.locked > 0 {
        say!("{} could not be opened and stay as they were: their key is missing, or they were changed", done.locked);
        return Ok(ExitCode::FAILURE);
    }
    say!("everything is encrypted with the key {key}; keys after it are not needed any more");
    Ok(ExitCode::SUCCESS)
}
