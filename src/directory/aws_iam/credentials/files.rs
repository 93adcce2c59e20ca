//! The shared files `~/.aws/config` and `~/.aws/credentials`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

use super::{Chain, Keys, Role, Variables};
use crate::directory::DirectoryError;

/// Profiles can name one another; nobody needs more steps than this.
const LONGEST_WAY: usize = 5;
const DEFAULT: &str = "default";

type Section = BTreeMap<String, String>;

/// What the two files say of each profile.
pub(super) struct Profiles(BTreeMap<String, Section>);

impl Profiles {
    pub(super) async fn read(variables: &Variables) -> Self {
        let at = |name: &str, usual: &str| {
            let home = || variables.get("HOME").map(|home| PathBuf::from(home).join(".aws").join(usual));
            variables.get(name).map(PathBuf::from).or_else(home)
        };
        let mut profiles = BTreeMap::<String, Section>::new();
        // What both say of a profile is taken from the credentials.
        for (path, heading) in [
            (at("AWS_CONFIG_FILE", "config"), heading_of_config as fn(&str) -> Option<&str>),
            (at("AWS_SHARED_CREDENTIALS_FILE", "credentials"), heading_of_credentials),
        ] {
            let Some(path) = path else { continue };
            let Ok(text) = tokio::fs::read_to_string(path).await else { continue };
            for (name, section) in sections(&text, heading) {
                profiles.entry(name).or_default().extend(section);
            }
        }
        Self(profiles)
    }
}

fn heading_of_config(text: &str) -> Option<&str> {
    match text.strip_prefix("profile ") {
        Some(name) => Some(name.trim()),
        None => (text == DEFAULT).then_some(text),
    }
}

fn heading_of_credentials(text: &str) -> Option<&str> {
    Some(text)
}

/// Sections in brackets, lines `key = value`, comments with `#` or `;`; lines that are set in belong to a setting that
/// we do not know.
fn sections(text: &str, heading: impl Fn(&str) -> Option<&str>) -> BTreeMap<String, Section> {
    let mut all = BTreeMap::<String, Section>::new();
    let mut current = None;
    for line in text.lines() {
        if line.starts_with([' ', '\t', '#', ';']) {
            continue;
        }
        let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            current = heading(name.trim()).map(str::to_owned);
        } else if let (Some(name), Some((key, value))) = (&current, line.split_once('=')) {
            all.entry(name.clone()).or_default().insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    all
}

fn denied(profile: &str, why: &str) -> DirectoryError {
    DirectoryError::Denied(format!("the AWS profile `{profile}` {why}"))
}

impl Chain {
    /// The keys of a profile: the one that is named, or the default one if there is any.
    pub(super) async fn of_profile(
        &self,
        profiles: &Profiles,
        named: Option<&str>,
    ) -> Result<Option<Keys>, DirectoryError> {
        // Roles are assumed on the way back, from the last profile that is named to the first.
        let mut name = named.unwrap_or(DEFAULT).to_owned();
        let mut roles = Vec::new();
        loop {
            let Some(section) = profiles.0.get(&name) else {
                let missing = named.is_some() || !roles.is_empty();
                return if missing { Err(denied(&name, "is not in the shared files")) } else { Ok(None) };
            };
            let get = |key: &str| section.get(key).filter(|value| !value.is_empty());
            let Some(arn) = get("role_arn") else {
                return match keys_of(section) {
                    Some(keys) => Ok(Some(self.through(keys, roles).await?)),
                    None if named.is_none() && roles.is_empty() => Ok(None),
                    None => Err(denied(&name, "holds no kind of credentials that the desk can use")),
                };
            };
            if let Some(file) = get("web_identity_token_file") {
                let keys = self.by_web_identity(PathBuf::from(file), arn).await?;
                return Ok(Some(self.through(keys, roles).await?));
            }
            let external_id = get("external_id").cloned();
            let role = Role { arn: arn.clone(), external_id, session: get("role_session_name").cloned() };
            roles.push(role);
            if roles.len() > LONGEST_WAY {
                return Err(denied(&name, "leads through too many others"));
            }
            match (get("source_profile"), get("credential_source").map(String::as_str)) {
                // A profile may name itself: its own keys assume its role.
                (Some(source), _) if *source == name => {
                    let keys = keys_of(section).ok_or_else(|| denied(&name, "names itself and holds no keys"))?;
                    return Ok(Some(self.through(keys, roles).await?));
                }
                (Some(source), _) => name = source.clone(),
                (None, Some(source)) => {
                    let keys = match source {
                        "Environment" => self.of_environment(),
                        "EcsContainer" => self.of_container().await?,
                        "Ec2InstanceMetadata" => self.of_instance().await?,
                        _ => None,
                    };
                    let keys = keys.ok_or_else(|| denied(&name, "has a credential_source that gives nothing"))?;
                    return Ok(Some(self.through(keys, roles).await?));
                }
                (None, None) => return Err(denied(&name, "has a role_arn and no source_profile")),
            }
        }
    }

    async fn through(&self, mut keys: Keys, mut roles: Vec<Role>) -> Result<Keys, DirectoryError> {
        while let Some(role) = roles.pop() {
            keys = self.assume_with(&role, &keys).await?;
        }
        Ok(keys)
    }
}

fn keys_of(section: &Section) -> Option<Keys> {
    let get = |key: &str| section.get(key).filter(|value| !value.is_empty());
    let secret = |key: &str| get(key).map(|value| SecretString::from(value.as_str()));
    Some(Keys {
        id: get("aws_access_key_id")?.clone(),
        secret: secret("aws_secret_access_key")?,
        token: secret("aws_session_token"),
        until: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_files_head_their_sections_differently() {
        let config = "[default]\nregion=eu-central-1\n\n[profile desk]\nrole_arn = arn:x # why\ns3 =\n  max = 1\n\
            [sso-session x]\nrole_arn = no\n[other]\nrole_arn = no\n";
        let all = sections(config, heading_of_config);
        assert_eq!(all.keys().collect::<Vec<_>>(), ["default", "desk"]);
        assert_eq!(all["desk"]["role_arn"], "arn:x");
        assert!(!all["desk"].contains_key("max"));
        let credentials = "# mine\n[desk]\nAWS_ACCESS_KEY_ID = AKIA\naws_secret_access_key=a/b+c=\n";
        let all = sections(credentials, heading_of_credentials);
        assert_eq!(all["desk"]["aws_secret_access_key"], "a/b+c=");
        assert_eq!(all["desk"]["aws_access_key_id"], "AKIA");
    }
}
