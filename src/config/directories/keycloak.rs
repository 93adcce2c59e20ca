use serde::Deserialize;
use url::Url;

use super::is_safe;
use crate::config::value;

/// Keycloak.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeycloakSettings {
    /// Where it is.
    #[serde(deserialize_with = "value::one")]
    pub url: Url,
}

impl KeycloakSettings {
    pub(super) fn check(&self, problem: &mut dyn FnMut(&str, &str)) {
        if !is_safe(&self.url) {
            problem("has a url that is not https", "set an https URL; http is for this machine only");
        }
    }
}
