#[cfg(feature = "aws")]
use std::ffi::OsString;
use std::sync::Arc;

use super::webhook::WebhookDirectory;
use super::{Configured, Directory, Guarded, HttpSettings, Keycloak, PrivacyIdea};
use crate::clock::Clock;
use crate::config::{AwsIamSettings, DirectorySettings};
use crate::entropy::Entropy;

/// Why a configured directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the directory `{name}` {why}")]
pub struct NotConnected {
    /// Which.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Makes the connectors that the settings describe. Nothing is sent yet.
///
/// # Errors
/// [`NotConnected`] for the first that cannot be made.
pub fn connect(
    all: &[DirectorySettings],
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Vec<Configured>, NotConnected> {
    let each = |settings: &DirectorySettings| {
        let connector =
            connector(settings, clock, entropy).map_err(|why| NotConnected { name: settings.name.to_string(), why })?;
        Ok(Configured {
            name: settings.name.clone(),
            directory: Arc::new(Guarded::new(connector, Arc::clone(clock), settings.timeout())),
            prefixes: settings.prefixes.clone(),
            domains: settings.domains.iter().map(|domain| domain.to_lowercase()).collect(),
            kind: settings.account_kind,
            tier: settings.tier,
        })
    };
    all.iter().map(each).collect()
}

/// The connector of a directory, by the section that its table has.
fn connector(
    settings: &DirectorySettings,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<dyn Directory>, String> {
    let http = HttpSettings { timeout: settings.timeout(), ca_file: settings.ca_file.clone() };
    if let Some(aws) = &settings.aws_iam {
        return aws_iam(aws, &http, clock);
    }
    if let Some(keycloak) = &settings.keycloak {
        return Ok(Arc::new(Keycloak::new(keycloak, &http, Arc::clone(clock))?));
    }
    if let Some(webhook) = &settings.webhook {
        let connector = WebhookDirectory::new(settings, webhook, Arc::clone(clock), Arc::clone(entropy))?;
        return Ok(Arc::new(connector));
    }
    if let Some(privacyidea) = &settings.privacyidea {
        return Ok(Arc::new(PrivacyIdea::new(privacyidea, &http)?));
    }
    Err("is of a kind that this program was built without".to_owned())
}

#[cfg(feature = "aws")]
fn aws_iam(
    settings: &AwsIamSettings,
    http: &HttpSettings,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Directory>, String> {
    // What is not Unicode is none of the variables that are asked for.
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    let variables = std::env::vars_os().filter_map(text).collect();
    Ok(Arc::new(super::AwsIam::new(settings, http, Arc::clone(clock), variables)?))
}

#[cfg(not(feature = "aws"))]
fn aws_iam(_: &AwsIamSettings, _: &HttpSettings, _: &Arc<dyn Clock>) -> Result<Arc<dyn Directory>, String> {
    Err("is AWS IAM, which this program was built without: build it with `--features aws`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::Settings;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_directory_that_the_program_was_built_without_is_said_to_be_so() {
        crate::notify::install_tls_provider();
        let text = "[[directories]]\nname = \"aws\"\n[[directories.aws_iam.accounts]]\nid = \"123456789012\"\n";
        let settings = Settings::from_sources(text, &Default::default()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let error = connect(&settings.directories, &clock, &entropy).err().map(|error| error.to_string());
        let built_without = cfg!(not(feature = "aws"));
        assert_eq!(
            error.is_some_and(|error| error.contains("`aws`") && error.contains("--features aws")),
            built_without
        );
    }
}
