//! Signatures on outgoing mails.

use std::path::PathBuf;

use serde::Deserialize;

use super::check::Checker;
use super::value;
use crate::dkim::DkimKey;

/// Section `mail.dkim`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DkimSettings {
    /// The domain that signs; the sender's, or one above it.
    #[serde(deserialize_with = "value::optional")]
    pub domain: Option<String>,
    /// The name of the key below `_domainkey` of that domain.
    #[serde(deserialize_with = "value::optional")]
    pub selector: Option<String>,
    /// PEM file of the private key (PKCS #8): RSA, or ed25519.
    #[serde(deserialize_with = "value::optional")]
    pub key_file: Option<PathBuf>,
}

impl DkimSettings {
    /// The key with which mails are signed; none where they are not.
    ///
    /// # Errors
    /// What is wrong with the settings, and what to set, under the key that it is about.
    pub fn key(&self) -> Result<Option<DkimKey>, (&'static str, String)> {
        let (domain, selector, file) = match (&self.domain, &self.selector, &self.key_file) {
            (None, None, None) => return Ok(None),
            (Some(domain), Some(selector), Some(file)) => (domain, selector, file),
            (None, _, _) => return Err(("mail.dkim.domain", "is not set although other keys of mail.dkim are".into())),
            (_, None, _) => return Err(("mail.dkim.selector", "is not set although mail.dkim.domain is".into())),
            (_, _, None) => return Err(("mail.dkim.key_file", "is not set although mail.dkim.domain is".into())),
        };
        let name = |text: &str| {
            text.split('.').all(|label| {
                !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            })
        };
        if !name(domain) {
            return Err(("mail.dkim.domain", format!("`{domain}` is no domain")));
        }
        if !name(selector) {
            return Err(("mail.dkim.selector", format!("`{selector}` is no selector")));
        }
        let path = file.display();
        let pem = std::fs::read_to_string(file)
            .map_err(|error| ("mail.dkim.key_file", format!("{path} cannot be read: {error}")))?;
        let key = DkimKey::read(domain, selector, &pem);
        key.map(Some).map_err(|bad| ("mail.dkim.key_file", format!("{path} {bad}")))
    }

    pub(super) fn check(&self, sender: Option<&str>, checker: &mut Checker) {
        if let Err((key, wrong)) = self.key() {
            checker.wrong(key, wrong, "set domain, selector and key_file, as docs/mail.md has them, or none of them");
        }
        let (Some(domain), Some(sender)) = (&self.domain, sender) else { return };
        let (domain, sender) = (domain.to_lowercase(), sender.to_lowercase());
        if sender != domain && !sender.ends_with(&format!(".{domain}")) {
            checker.wrong(
                "mail.dkim.domain",
                format!("`{domain}` does not hold the sender's domain `{sender}`, so its signature counts for nothing"),
                "set the domain of mail.from, or one above it",
            );
        }
    }
}
