use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;

use super::say::say;
use super::{Failure, listed, runtime};
use crate::clock::SystemClock;
use crate::config::{Mode, Settings};
use crate::directory::{Capabilities, Configured, Directory, connect};
use crate::domain::directory::{DirectoryName, Login};
use crate::entropy::SystemEntropy;

#[derive(Subcommand)]
pub(super) enum DirectoryCommand {
    /// Ask the configured directories whether they take the desk's credentials and rights; changes nothing
    Check {
        /// Only this one
        name: Option<DirectoryName>,
        /// Login of an account there to look with
        #[arg(long, value_name = "LOGIN", requires = "name")]
        login: Option<Login>,
        /// Configuration file; ./mfa-desk.toml when it exists
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

pub(super) fn run(command: DirectoryCommand) -> Result<ExitCode, Failure> {
    let DirectoryCommand::Check { name, login, config } = command;
    let settings = Settings::load(config.as_deref()).map_err(Failure::new)?;
    let mut problems = settings.problems(Mode::Serve);
    problems.retain(|problem| problem.key == "directories");
    if !problems.is_empty() {
        return Err(listed(&problems));
    }
    let all = connect(&settings.directories, &(Arc::new(SystemClock) as _), &(Arc::new(SystemEntropy) as _))
        .map_err(Failure::new)?;
    let meant = |each: &&Configured| name.as_ref().is_none_or(|name| each.name == *name);
    let chosen: Vec<&Configured> = all.iter().filter(meant).collect();
    if chosen.is_empty() {
        return Err(Failure(match name {
            Some(name) => format!("no directory is called `{name}`"),
            None => "no directory is configured beside the embedded one".to_owned(),
        }));
    }
    let (mut sound, runtime) = (true, runtime()?);
    for each in chosen {
        say!("{}", each.name);
        let probes = runtime.block_on(each.directory.check(login.as_ref()));
        let this_is_sound = probes.iter().all(|probe| probe.wrong.is_none());
        for probe in &probes {
            match &probe.wrong {
                None => say!("  ok      {}", probe.what),
                Some(wrong) => say!("  WRONG   {}: {wrong}", probe.what),
            }
        }
        sound &= this_is_sound;
        if !this_is_sound {
            say!("  What follows holds once the above is mended.");
        }
        for (can, what) in abilities(each.directory.capabilities()) {
            say!("  {}  {what}", if can { "can   " } else { "cannot" });
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn abilities(can: Capabilities) -> [(bool, &'static str); 6] {
    [
        (can.finds_by_email, "find an account by its e-mail address"),
        (can.emails, "tell e-mail addresses of record"),
        (can.phones, "tell telephone numbers of record"),
        (can.update_phone, "change telephone numbers of record"),
        (can.end_sessions, "end old sign-ins"),
        (can.enrol, "set up a fresh authenticator"),
    ]
}
