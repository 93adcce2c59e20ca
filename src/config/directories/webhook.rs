use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::is_safe;
use crate::config::value;
use crate::signed_webhooks::{Keys, Trusted};

/// A system that is asked by signed webhooks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where every request is posted to.
    #[serde(deserialize_with = "value::one")]
    pub url: Url,
    /// Keys that requests are signed with, `whsec_…` or `whsk_…`, spaces between.
    #[serde(default, deserialize_with = "value::secret")]
    pub secret: Option<SecretString>,
    /// A file with nothing but these keys.
    #[serde(default, deserialize_with = "value::optional")]
    pub secret_file: Option<PathBuf>,
    /// What it can do besides finding an account by its login, and listing and deactivating authenticators.
    #[serde(default)]
    pub can: Vec<Can>,
    /// Whether its answers are signed too, and none is believed that is not.
    #[serde(default, deserialize_with = "value::flag")]
    pub verify_answers: bool,
    /// Public keys `whpk_…` that answers are verified with, instead of the `whsec_…` that requests are signed with.
    #[serde(default, deserialize_with = "value::list")]
    pub answer_keys: Vec<String>,
}

/// Something that a system can be able to do or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Can {
    /// Find an account by its e-mail address.
    FindByEmail,
    /// Tell e-mail addresses of record.
    Emails,
    /// Tell telephone numbers of record.
    Phones,
    /// Replace telephone numbers of record.
    UpdatePhone,
    /// End the account's old sign-ins.
    EndSessions,
}

impl WebhookSettings {
    pub(super) fn check(&self, problem: &mut dyn FnMut(&str, &str)) {
        if !is_safe(&self.url) {
            problem("has a url that is not https", "set an https URL; http is for this machine only");
        }
        if let Err(why) = self.keys() {
            problem(
                &format!("has a secret that {why}"),
                "set one of secret and secret_file to whsec_ and 32 random bytes",
            );
        }
        match self.trusted() {
            Ok(_) => {}
            Err(why) => problem(&why, "set answer_keys to the whpk_ keys of the system, or share a whsec_ key with it"),
        }
    }

    /// The keys that requests are signed with.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn keys(&self) -> Result<Keys, String> {
        let text = super::secret(self.secret.as_ref(), self.secret_file.as_deref())?;
        Keys::read(&text).map_err(|bad| bad.to_string())
    }

    /// The keys that answers are verified with; none where answers are not signed.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn trusted(&self) -> Result<Option<Trusted>, String> {
        if !self.verify_answers {
            return match self.answer_keys.is_empty() {
                true => Ok(None),
                false => Err("has answer_keys without verify_answers".to_owned()),
            };
        }
        if !self.answer_keys.is_empty() {
            let keys = Trusted::read(self.answer_keys.iter().map(String::as_str));
            return keys.map(Some).map_err(|bad| format!("has a key in answer_keys that {bad}"));
        }
        // A secret that cannot be read is complained about by itself.
        match self.keys().map(|keys| keys.shared()) {
            Ok(None) => Err("has verify_answers and nothing to verify answers with".to_owned()),
            Ok(shared) => Ok(shared),
            Err(_) => Ok(None),
        }
    }
}
