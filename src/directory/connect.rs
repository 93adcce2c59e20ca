use std::sync::Arc;

use super::webhook::WebhookDirectory;
use super::{Configured, Directory, Guarded, HttpSettings, Keycloak, PrivacyIdea};
use crate::clock::Clock;
use crate::config::DirectorySettings;
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
