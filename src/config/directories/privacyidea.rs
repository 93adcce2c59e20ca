use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{is_safe, secret};
use crate::config::value::{self, Setting};

/// What becomes of a token that was disabled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AfterDisabling {
    /// It stays with its user, who may be allowed to enable it again.
    Keep,
    /// It belongs to nobody, and an administrator can hand it out again. The default: its user cannot enable it, and
    /// what turns out to have been a mistake can still be undone.
    #[default]
    Unassign,
    /// Its entry is taken away for good.
    Delete,
}

impl Setting for AfterDisabling {
    const ALLOWED: &'static str = "keep, unassign or delete";
    fn read(text: &str) -> Option<Self> {
        match text {
            "keep" => Some(Self::Keep),
            "unassign" => Some(Self::Unassign),
            "delete" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// privacyIDEA.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivacyIdeaSettings {
    /// Where it is.
    #[serde(deserialize_with = "value::one")]
    pub url: Url,
    /// The realm of the users.
    #[serde(deserialize_with = "value::one")]
    pub realm: String,
    /// A trusted API key, made with `pi-manage api createtoken`.
    #[serde(default, deserialize_with = "value::secret")]
    pub api_key: Option<SecretString>,
    /// A file with nothing but the key.
    #[serde(default, deserialize_with = "value::optional")]
    pub api_key_file: Option<PathBuf>,
    /// What becomes of a token that was disabled.
    #[serde(default, deserialize_with = "after")]
    pub after: AfterDisabling,
    /// Whether customers can set up a fresh authenticator app once the old one is deactivated.
    #[serde(default, deserialize_with = "value::flag")]
    pub enrol: bool,
}

fn after<'de, D: serde::Deserializer<'de>>(from: D) -> Result<AfterDisabling, D::Error> {
    value::optional(from).map(Option::unwrap_or_default)
}

impl PrivacyIdeaSettings {
    /// The API key.
    ///
    /// # Errors
    /// Why there is none.
    pub fn key(&self) -> Result<SecretString, String> {
        secret(self.api_key.as_ref(), self.api_key_file.as_deref())
    }

    pub(super) fn check(&self, problem: &mut dyn FnMut(&str, &str)) {
        if !is_safe(&self.url) || self.url.query().is_some() || self.url.fragment().is_some() {
            problem("has a url that is not https", "set an https URL; http is for this machine only");
        }
        // A comma would name several realms, and an asterisk all.
        if self.realm.chars().any(|c| c.is_whitespace() || c.is_control() || "*,".contains(c)) {
            problem("has a realm that is not one name", "set the name of one realm");
        }
        if let Err(why) = self.key() {
            problem(&format!("has an API key that {why}"), "set api_key or api_key_file, as `pi-manage` printed it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<PrivacyIdeaSettings, String> {
        let parsed = config::Config::builder().add_source(config::File::from_str(toml, config::FileFormat::Toml));
        parsed.build().and_then(config::Config::try_deserialize).map_err(|error| error.to_string())
    }

    fn problems(toml: &str) -> Vec<String> {
        let mut found = Vec::new();
        read(toml).unwrap().check(&mut |wrong, _| found.push(wrong.to_owned()));
        found
    }

    const SOUND: &str = "url = \"https://pi.example.org/pi\"\nrealm = \"staff\"\napi_key = \"k\"";

    #[test]
    fn what_is_left_out_is_the_safer_choice() {
        let settings = read(SOUND).unwrap();
        assert_eq!((settings.after, settings.enrol), (AfterDisabling::Unassign, false));
        assert_eq!(problems(SOUND), Vec::<String>::new());
        for (word, after) in [("keep", AfterDisabling::Keep), ("delete", AfterDisabling::Delete)] {
            assert_eq!(read(&format!("{SOUND}\nafter = \"{word}\"")).unwrap().after, after);
        }
        assert!(read(&format!("{SOUND}\nafter = \"disable\"")).unwrap_err().contains("keep, unassign or delete"));
    }

    #[test]
    fn a_key_in_the_clear_no_key_or_a_realm_that_is_several_is_a_problem() {
        let with = |from: &str, to: &str| problems(&SOUND.replace(from, to));
        assert_eq!(with("https://pi.example.org", "http://pi.example.org").len(), 1);
        assert_eq!(with("api_key = \"k\"", "").len(), 1);
        assert_eq!(with("api_key = \"k\"", "api_key = \"k\"\napi_key_file = \"/k\"").len(), 1);
        assert_eq!(with("api_key = \"k\"", "api_key_file = \"/there/is/none\"").len(), 1);
        for realm in ["*", "a,b", "a b"] {
            assert_eq!(with("staff", realm).len(), 1, "{realm}");
        }
        assert!(!format!("{:?}", read(SOUND).unwrap()).contains("\"k\""));
    }
}
