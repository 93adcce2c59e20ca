//! Credentials by the standard chain: environment, shared files, web identity, container, instance. They are kept
//! until shortly before they end.

mod files;
mod machine;
mod roles;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use roxmltree::Node;
use secrecy::SecretString;
use tokio::sync::Mutex;

pub(super) use roles::{Role, Task};

use super::client::{Client, Fault, Keys, Query};
use crate::config::{AwsIamSettings, directory_secret};
use crate::directory::{DirectoryError, Http};
use files::Profiles;

/// Keys are replaced this long before they end. Sessions of root users last 15 minutes.
const MARGIN: TimeDelta = TimeDelta::minutes(2);

/// The variables that the program was started with.
pub(super) struct Variables(pub BTreeMap<String, String>);

impl Variables {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Keys that are kept while they last.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<Keys>>);

impl Kept {
    /// The keys, fetched anew where there are none that last. Whoever comes meanwhile waits for the same ones.
    pub(super) async fn or(
        &self,
        now: DateTime<Utc>,
        fetch: impl Future<Output = Result<Keys, DirectoryError>>,
    ) -> Result<Keys, DirectoryError> {
        let mut kept = self.0.lock().await;
        let lasts = |keys: &&Keys| keys.until.is_none_or(|until| now + MARGIN < until);
        if let Some(keys) = kept.as_ref().filter(lasts) {
            return Ok(keys.clone());
        }
        let keys = fetch.await?;
        *kept = Some(keys.clone());
        Ok(keys)
    }

    /// Drops these keys, unless others have taken their place already.
    pub(super) async fn forget(&self, keys: &Keys) {
        let mut kept = self.0.lock().await;
        let same = |kept: &Keys| kept.id == keys.id && kept.until == keys.until;
        if kept.as_ref().is_some_and(same) {
            *kept = None;
        }
    }
}

/// Where the desk's own credentials come from.
pub(super) struct Chain {
    pub client: Arc<Client>,
    machine: Http,
    variables: Variables,
    settings: AwsIamSettings,
    kept: Kept,
}

impl Chain {
    pub(super) fn new(settings: &AwsIamSettings, client: Arc<Client>, variables: Variables) -> Result<Self, String> {
        let machine = Http::of_machine(machine::PATIENCE)?;
        Ok(Self { client, machine, variables, settings: settings.clone(), kept: Kept::default() })
    }

    /// The desk's own keys.
    ///
    /// # Errors
    /// [`DirectoryError::Denied`] where there are none, [`DirectoryError::Unavailable`] where they cannot be fetched.
    pub(super) async fn keys(&self) -> Result<Keys, DirectoryError> {
        self.kept.or(self.client.clock.now(), self.fetch()).await
    }

    /// Asks with the desk's own keys. Keys that are not taken any more are replaced once: what was refused did not
    /// happen.
    pub(super) async fn ask<T>(&self, query: &Query, read: impl Fn(Node<'_, '_>) -> Option<T>) -> Result<T, Fault> {
        let keys = self.keys().await?;
        match self.client.ask(query, Some(&keys), &read).await {
            Err(fault) if fault.is_stale() => {
                self.kept.forget(&keys).await;
                self.client.ask(query, Some(&self.keys().await?), &read).await
            }
            answer => answer,
        }
    }

    async fn fetch(&self) -> Result<Keys, DirectoryError> {
        if let Some(keys) = self.configured()? {
            return Ok(keys);
        }
        if self.settings.profile.is_none()
            && let Some(keys) = self.of_environment()
        {
            return Ok(keys);
        }
        let named = self.settings.profile.as_deref().or_else(|| self.variables.get("AWS_PROFILE"));
        let profiles = Profiles::read(&self.variables).await;
        if let Some(keys) = self.of_profile(&profiles, named).await? {
            return Ok(keys);
        }
        if let (Some(file), Some(role)) =
            (self.variables.get("AWS_WEB_IDENTITY_TOKEN_FILE"), self.variables.get("AWS_ROLE_ARN"))
        {
            return self.by_web_identity(PathBuf::from(file), role).await;
        }
        if let Some(keys) = self.of_container().await? {
            return Ok(keys);
        }
        match self.of_instance().await? {
            Some(keys) => Ok(keys),
            None => Err(DirectoryError::Denied("no AWS credentials were found on this machine".to_owned())),
        }
    }

    fn configured(&self) -> Result<Option<Keys>, DirectoryError> {
        let Some(id) = &self.settings.access_key_id else { return Ok(None) };
        let AwsIamSettings { secret_access_key, secret_access_key_file, .. } = &self.settings;
        let secret = directory_secret(secret_access_key.as_ref(), secret_access_key_file.as_deref());
        let secret = secret.map_err(|why| DirectoryError::Denied(format!("secret_access_key {why}")))?;
        Ok(Some(Keys { id: id.clone(), secret, token: None, until: None }))
    }

    fn of_environment(&self) -> Option<Keys> {
        let secret = |name| self.variables.get(name).map(SecretString::from);
        Some(Keys {
            id: self.variables.get("AWS_ACCESS_KEY_ID")?.to_owned(),
            secret: secret("AWS_SECRET_ACCESS_KEY")?,
            token: secret("AWS_SESSION_TOKEN"),
            until: None,
        })
    }
}
