//! Credentials that the machine gives: a container's, or an instance's by version 2 of its metadata service.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use super::{Chain, Keys};
use crate::directory::{DirectoryError, Effect, Reply};

/// These services are on the same machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
const CONTAINER: &str = "http://169.254.170.2";
const INSTANCE: &str = "http://169.254.169.254";
const ROLES: &str = "latest/meta-data/iam/security-credentials/";
/// Where Amazon's container agents answer besides this machine itself.
const AGENTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: SecretString,
    token: SecretString,
    expiration: DateTime<Utc>,
}

fn keys(reply: &Reply) -> Result<Keys, DirectoryError> {
    let answer: Answer = match reply.status {
        200 => reply.json()?,
        status => return Err(denied(&format!("HTTP {status}"))),
    };
    let Answer { access_key_id: id, secret_access_key: secret, token, expiration } = answer;
    Ok(Keys { id, secret, token: Some(token), until: Some(expiration) })
}

fn denied(why: &str) -> DirectoryError {
    DirectoryError::Denied(format!("this machine gives no AWS credentials ({why})"))
}

/// Whether the container's secret may be sent there: encrypted, or not further than the machine.
fn may_ask(url: &Url) -> bool {
    let near = |address: IpAddr| address.is_loopback() || AGENTS.contains(&address.to_string().as_str());
    url.scheme() == "https"
        || match url.host() {
            Some(Host::Ipv4(address)) => near(address.into()),
            Some(Host::Ipv6(address)) => near(address.into()),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
}

impl Chain {
    /// The keys of the container that this runs in, if it runs in one.
    pub(super) async fn of_container(&self) -> Result<Option<Keys>, DirectoryError> {
        let get = |name: &str| self.variables.get(&format!("AWS_CONTAINER_{name}"));
        let address = match (get("CREDENTIALS_RELATIVE_URI"), get("CREDENTIALS_FULL_URI")) {
            (Some(path), _) => format!("{CONTAINER}{path}"),
            (None, Some(whole)) => whole.to_owned(),
            (None, None) => return Ok(None),
        };
        let url = Url::parse(&address).ok().filter(may_ask).ok_or_else(|| denied("the container's URI"))?;
        let token = match (get("AUTHORIZATION_TOKEN_FILE"), get("AUTHORIZATION_TOKEN")) {
            (Some(file), _) => {
                let text = tokio::fs::read_to_string(file).await;
                Some(SecretString::from(text.map_err(|_| denied("the container's token file"))?.trim()))
            }
            (None, token) => token.map(SecretString::from),
        };
        let mut request = self.machine.client().get(url);
        if let Some(token) = &token {
            request = request.header(AUTHORIZATION, token.expose_secret());
        }
        keys(&self.machine.send(request, Effect::Looks).await?).map(Some)
    }

    /// The keys of the instance's role; nothing where there is no metadata service, or no role.
    pub(super) async fn of_instance(&self) -> Result<Option<Keys>, DirectoryError> {
        if self.variables.get("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let base = self.variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or(INSTANCE);
        let at = |path: &str| format!("{}/{path}", base.trim_end_matches('/'));
        let ask =
            self.machine.client().put(at("latest/api/token")).header("x-aws-ec2-metadata-token-ttl-seconds", "60");
        let session = match self.machine.send(ask, Effect::Looks).await {
            Ok(reply) if reply.status == 200 => reply.body,
            Ok(_) | Err(DirectoryError::Unavailable(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let session = String::from_utf8(session).map_err(|_| denied("its metadata service"))?;
        let look = async |path: &str| {
            let request = self.machine.client().get(at(path)).header("x-aws-ec2-metadata-token", &session);
            self.machine.send(request, Effect::Looks).await
        };
        let roles = look(ROLES).await?;
        let role = String::from_utf8_lossy(&roles.body);
        let role = role.lines().next().map(str::trim).filter(|role| !role.is_empty());
        match role {
            Some(role) if roles.status == 200 => keys(&look(&format!("{ROLES}{role}")).await?).map(Some),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_containers_secret_goes_no_further_than_the_machine_in_the_clear() {
        for (url, may) in [
            ("http://169.254.170.2/x", true),
            ("http://169.254.170.23/x", true),
            ("http://[fd00:ec2::23]/x", true),
            ("http://127.0.0.1:99/x", true),
            ("https://creds.example.org/x", true),
            ("http://creds.example.org/x", false),
            ("http://169.254.169.254/x", false),
        ] {
            assert_eq!(may_ask(&url.parse().unwrap()), may, "{url}");
        }
    }
}
