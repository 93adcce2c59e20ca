use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::say::say;
use super::{Failure, Place, desk_of, existing_desk_of, operator, runtime};
use crate::domain::ids::ApiTokenId;
use crate::workflow::ListedToken;

#[derive(Subcommand)]
pub(super) enum TokensCommand {
    /// List the tokens that programs act with: identifier, whose, until when, last used, good or
    /// dormant since when, scopes, name
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Revoke a token at once
    Revoke {
        /// Its identifier
        token: ApiTokenId,
        #[command(flatten)]
        place: Place,
    },
}

pub(super) fn run(command: TokensCommand) -> Result<ExitCode, Failure> {
    match command {
        TokensCommand::List { place } => list(&place),
        TokensCommand::Revoke { token, place } => revoke(token, &place),
    }
}

fn list(place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    let minute = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%MZ").to_string();
    for ListedToken { token, agent, dormant_since } in runtime()?.block_on(desk.tokens(None)).map_err(Failure::new)? {
        let used = token.last_used_at.map_or_else(|| "never".to_owned(), minute);
        let state = dormant_since.map_or_else(|| "good".to_owned(), |at| format!("dormant since {}", minute(at)));
        let (until, scopes) = (minute(token.expires_at), &token.scopes);
        say!("{}\t{}\t{until}\t{used}\t{state}\t{scopes}\t{}", token.id, agent.email, token.name);
    }
    Ok(ExitCode::SUCCESS)
}

fn revoke(token: ApiTokenId, place: &Place) -> Result<ExitCode, Failure> {
    let desk = desk_of(place)?;
    match runtime()?.block_on(desk.revoke_token(operator(&desk), token)).map_err(Failure::new)? {
        Ok(()) => {
            say!("revoked {token}");
            Ok(ExitCode::SUCCESS)
        }
        Err(_) => Err(Failure(format!("there is no token {token} that is not revoked"))),
    }
}
