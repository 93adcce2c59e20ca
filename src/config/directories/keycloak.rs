use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::is_safe;
use crate::config::value;

/// Keycloak.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeycloakSettings {
    /// Where it is, with the path below which it answers where it has one.
    #[serde(deserialize_with = "value::one")]
    pub url: Url,
    /// The realm of the accounts.
    #[serde(deserialize_with = "value::one")]
    pub realm: String,
    /// The realm of the desk's client, if it is another.
    #[serde(default, deserialize_with = "value::optional")]
    pub client_realm: Option<String>,
    /// The client whose service account the desk is.
    #[serde(deserialize_with = "value::one")]
    pub client_id: String,
    /// That client's secret.
    #[serde(default, deserialize_with = "value::secret")]
    pub client_secret: Option<SecretString>,
    /// A file that holds the secret alone.
    #[serde(default, deserialize_with = "value::optional")]
    pub client_secret_file: Option<PathBuf>,
    /// Whether an account that has no authenticator app left has to set one up when it signs in next.
    #[serde(default = "yes", deserialize_with = "value::flag")]
    pub configure_totp: bool,
    /// The attribute of a user that holds the telephone number of record.
    #[serde(default, deserialize_with = "value::optional")]
    pub phone_attribute: Option<String>,
}

const fn yes() -> bool {
    true
}

impl KeycloakSettings {
    pub(super) fn check(&self, problem: &mut dyn FnMut(&str, &str)) {
        if !is_safe(&self.url) {
            problem("has a url that is not https", "set an https URL; http is for this machine only");
        }
        if self.client_secret.is_some() == self.client_secret_file.is_some() {
            problem("does not have exactly one secret", "set client_secret or client_secret_file");
        }
    }
}
