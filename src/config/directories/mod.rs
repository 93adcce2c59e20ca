//! Directories beside the embedded one: tables `[[directories]]`, each with one section that says how it is reached.

mod aws_iam;
mod keycloak;
mod privacyidea;
mod webhook;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

pub use aws_iam::{AwsAccountSettings, AwsIamSettings};
pub use keycloak::KeycloakSettings;
pub use privacyidea::{AfterDisabling, PrivacyIdeaSettings};
pub use webhook::{Can, WebhookSettings};

use super::check::Checker;
use super::server::is_local;
use super::value;
use crate::domain::account::{AccountKind, Tier};
use crate::domain::directory::DirectoryName;

/// The key of the list.
pub(super) const KEY: &str = "directories";

/// One table `[[directories]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectorySettings {
    /// What it is called, here and in the audit log.
    pub name: DirectoryName,
    /// What account numbers of its accounts begin with; the login is what follows.
    #[serde(default, deserialize_with = "value::list")]
    pub prefixes: Vec<String>,
    /// Domains of the mail addresses of its accounts.
    #[serde(default, deserialize_with = "value::list")]
    pub domains: Vec<String>,
    /// What its accounts are, where the contacts say nothing else.
    #[serde(default = "owner")]
    pub account_kind: AccountKind,
    /// The tier of its accounts, where the contacts say nothing else.
    #[serde(default = "standard")]
    pub tier: Tier,
    /// Seconds that a request may take.
    #[serde(default = "timeout", deserialize_with = "value::number")]
    pub timeout_seconds: u32,
    /// PEM file of root certificates to trust besides the public ones.
    #[serde(default, deserialize_with = "value::optional")]
    pub ca_file: Option<PathBuf>,
    /// AWS IAM.
    pub aws_iam: Option<AwsIamSettings>,
    /// privacyIDEA.
    pub privacyidea: Option<PrivacyIdeaSettings>,
    /// Keycloak.
    pub keycloak: Option<KeycloakSettings>,
    /// Anything else, asked by signed webhooks.
    pub webhook: Option<WebhookSettings>,
}

const fn owner() -> AccountKind {
    AccountKind::Owner
}

const fn standard() -> Tier {
    Tier::Standard
}

const fn timeout() -> u32 {
    15
}

impl DirectorySettings {
    /// How long a request may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds))
    }

    fn check(&self, checker: &mut Checker) {
        let named = |wrong: &str| format!("`{}` {wrong}", self.name);
        let ways =
            [self.aws_iam.is_some(), self.privacyidea.is_some(), self.keycloak.is_some(), self.webhook.is_some()];
        if ways.into_iter().filter(|there| *there).count() != 1 {
            let wrong = named("does not have exactly one section that says how it is reached");
            checker.wrong(KEY, wrong, "write one of aws_iam, privacyidea, keycloak and webhook below its table");
        }
        if self.account_kind == AccountKind::Staff {
            checker.wrong(KEY, named("has an account_kind that no customer has"), "set owner or member");
        }
        if !(1..=60).contains(&self.timeout_seconds) {
            checker.wrong(KEY, named("has a timeout_seconds that is out of range"), "set 1 to 60");
        }
        if self.prefixes.iter().any(String::is_empty) || self.domains.iter().any(|domain| domain.contains('@')) {
            checker.wrong(KEY, named("has an empty prefix, or a domain with an @"), "write domains as example.org");
        }
        let mut problem = |wrong: &str, fix: &str| checker.wrong(KEY, named(wrong), fix);
        if let Some(aws) = &self.aws_iam {
            aws.check(&mut problem);
        }
        if let Some(privacyidea) = &self.privacyidea {
            privacyidea.check(&mut problem);
        }
        if let Some(keycloak) = &self.keycloak {
            keycloak.check(&mut problem);
        }
        if let Some(webhook) = &self.webhook {
            webhook.check(&mut problem);
        }
    }
}

pub(super) fn check(all: &[DirectorySettings], checker: &mut Checker) {
    let (mut names, mut claims) = (BTreeSet::new(), BTreeSet::new());
    for each in all {
        each.check(checker);
        if !names.insert(&each.name) {
            checker.wrong(KEY, format!("`{}` stands twice", each.name), "give every directory a name of its own");
        }
        for claim in each.prefixes.iter().cloned().chain(each.domains.iter().map(|domain| domain.to_lowercase())) {
            if !claims.insert(claim.clone()) {
                let wrong = format!("two directories claim `{claim}`");
                checker.wrong(KEY, wrong, "name each prefix and domain for one directory only");
            }
        }
    }
}

/// Whether secrets may be sent there: https, or this machine.
pub(in crate::config) fn is_safe(url: &Url) -> bool {
    (url.scheme() == "https" || url.scheme() == "http" && is_local(url)) && url.host().is_some()
}

/// Whether it holds a user name or password, which would be shown wherever the URL is.
pub(in crate::config) fn holds_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// A secret that stands in the configuration or alone in a file of its own.
///
/// # Errors
/// What is wrong with it.
pub fn secret(inline: Option<&SecretString>, file: Option<&Path>) -> Result<SecretString, String> {
    match (inline, file) {
        (Some(secret), None) => Ok(secret.clone()),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let text = text.trim_end_matches(['\r', '\n']);
            if text.is_empty() { Err(format!("{} is empty", path.display())) } else { Ok(text.into()) }
        }
        (None, None) => Err("is not set".to_owned()),
        (Some(_), Some(_)) => Err("is set twice, here and as a file".to_owned()),
    }
}
