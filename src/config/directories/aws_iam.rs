use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::is_safe;
use crate::config::value;

/// AWS IAM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsIamSettings {
    /// Where IAM is, if not where AWS has it for the region.
    #[serde(default, deserialize_with = "value::optional")]
    pub url: Option<Url>,
    /// Where the Security Token Service is, if not where AWS has it for the region.
    #[serde(default, deserialize_with = "value::optional")]
    pub sts_url: Option<Url>,
    /// The region whose Security Token Service is asked. It also says which partition of AWS is meant.
    #[serde(default = "region", deserialize_with = "value::one")]
    pub region: String,
    /// The accounts whose users the desk looks after.
    pub accounts: Vec<AwsAccountSettings>,
    /// What the desk's sessions are called in CloudTrail.
    #[serde(default = "session_name", deserialize_with = "value::one")]
    pub session_name: String,
    /// Whether a virtual device is deleted once it is deactivated.
    #[serde(default = "yes", deserialize_with = "value::flag")]
    pub delete_virtual_devices: bool,
    /// Whether `ACCOUNT/root` means the root user of a member account, reached by centralised root access.
    #[serde(default, deserialize_with = "value::flag")]
    pub root_users: bool,
    /// The profile of the shared files that credentials are taken from.
    #[serde(default, deserialize_with = "value::optional")]
    pub profile: Option<String>,
    /// An access key, instead of what the machine has.
    #[serde(default, deserialize_with = "value::optional")]
    pub access_key_id: Option<String>,
    /// Its secret.
    #[serde(default, deserialize_with = "value::secret")]
    pub secret_access_key: Option<SecretString>,
    /// A file that holds the secret alone.
    #[serde(default, deserialize_with = "value::optional")]
    pub secret_access_key_file: Option<PathBuf>,
}

/// One account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsAccountSettings {
    /// Its twelve digits.
    #[serde(deserialize_with = "value::one")]
    pub id: String,
    /// The role there that the desk assumes; without one the desk's own credentials must be of this account.
    #[serde(default, deserialize_with = "value::optional")]
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    #[serde(default, deserialize_with = "value::optional")]
    pub external_id: Option<String>,
}

fn region() -> String {
    "us-east-1".to_owned()
}

fn session_name() -> String {
    "mfa-desk".to_owned()
}

const fn yes() -> bool {
    true
}

impl AwsIamSettings {
    pub(super) fn check(&self, problem: &mut dyn FnMut(&str, &str)) {
        if [&self.url, &self.sts_url].into_iter().flatten().any(|url| !is_safe(url)) {
            problem("has a url that is not https", "set an https URL; http is for this machine only");
        }
        let region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.region.is_empty() || !self.region.chars().all(region) {
            problem("has a region that AWS cannot have", "set one such as eu-central-1");
        }
        let session = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if !(2..=64).contains(&self.session_name.len()) || !self.session_name.chars().all(session) {
            problem("has a session_name that AWS does not take", "set 2 to 64 letters, digits and _+=,.@-");
        }
        if self.accounts.is_empty() {
            problem("names no accounts", "write a table [[directories.aws_iam.accounts]] with the id of each");
        }
        for (at, account) in self.accounts.iter().enumerate() {
            if account.id.len() != 12 || !account.id.chars().all(|c| c.is_ascii_digit()) {
                problem("has an account whose id is not twelve digits", "set it in quotes, zeros included");
            }
            if self.accounts[..at].iter().any(|other| other.id == account.id) {
                problem("names an account twice", "name each once");
            }
            let of_account = |arn: &String| arn.split(':').nth(4) == Some(&account.id) && arn.contains(":role/");
            if account.role_arn.as_ref().is_some_and(|arn| !of_account(arn)) {
                problem("has a role_arn of another account", "set arn:aws:iam::ID:role/NAME with that account's id");
            }
        }
        let secrets = [self.secret_access_key.is_some(), self.secret_access_key_file.is_some()];
        let secrets = secrets.into_iter().filter(|there| *there).count();
        if secrets != usize::from(self.access_key_id.is_some()) {
            let fix = "set access_key_id with one of secret_access_key and secret_access_key_file, or none of them";
            problem("has half an access key, or two secrets", fix);
        }
        if self.access_key_id.is_some() && self.profile.is_some() {
            problem("has both an access key and a profile", "set one of them");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let settings: AwsIamSettings = config::Config::builder()
            .add_source(config::File::from_str(text, config::FileFormat::Toml))
            .build()
            .and_then(config::Config::try_deserialize)
            .unwrap();
        let mut found = Vec::new();
        settings.check(&mut |wrong, _| found.push(wrong.to_owned()));
        found
    }

    #[test]
    fn settings_that_could_lead_to_another_account_or_leak_a_secret_are_refused() {
        let account = "[[accounts]]\nid = \"123456789012\"\n";
        assert_eq!(problems(account), Vec::<String>::new());
        let role = "role_arn = \"arn:aws:iam::123456789012:role/path/desk\"\n";
        assert_eq!(problems(&format!("{account}{role}")), Vec::<String>::new());
        for (text, says) in [
            ("accounts = []".to_owned(), "no accounts"),
            ("[[accounts]]\nid = \"12345678901\"".to_owned(), "twelve digits"),
            (format!("{account}{account}"), "twice"),
            (format!("{account}{}", role.replace("123456789012", "999999999999")), "role_arn"),
            (format!("{account}{}", role.replace(":role", ":user")), "role_arn"),
            (format!("url = \"http://iam.example.org\"\n{account}"), "not https"),
            (format!("sts_url = \"http://sts.example.org\"\n{account}"), "not https"),
            (format!("region = \"eu.evil.example/\"\n{account}"), "region"),
            (format!("session_name = \"a b\"\n{account}"), "session_name"),
            (format!("access_key_id = \"AKIA\"\n{account}"), "half an access key"),
            (format!("secret_access_key = \"s\"\n{account}"), "half an access key"),
        ] {
            let found = problems(&text);
            assert!(found.iter().any(|problem| problem.contains(says)), "{text}: {found:?}");
        }
    }
}
