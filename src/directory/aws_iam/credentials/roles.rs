//! Roles and root sessions, from the Security Token Service.

use std::path::PathBuf;

use roxmltree::Node;
use secrecy::SecretString;

use super::{Chain, Keys};
use crate::directory::DirectoryError;
use crate::directory::aws_iam::answers::{child, text};
use crate::directory::aws_iam::client::Query;

/// A role to assume.
pub(in crate::directory::aws_iam) struct Role {
    pub arn: String,
    pub external_id: Option<String>,
    /// What the session is called, if not as the settings say.
    pub session: Option<String>,
}

/// What a root session is for; AWS has a policy for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory::aws_iam) enum Task {
    /// To look.
    Audit,
    /// To deactivate devices and delete them.
    Delete,
}

impl Task {
    fn policy(self) -> &'static str {
        match self {
            Self::Audit => "IAMAuditRootUserCredentials",
            Self::Delete => "IAMDeleteRootUserCredentials",
        }
    }
}

fn keys(root: Node<'_, '_>) -> Option<Keys> {
    let given = child(root, "Credentials")?;
    Some(Keys {
        id: text(given, "AccessKeyId")?.to_owned(),
        secret: SecretString::from(text(given, "SecretAccessKey")?),
        token: Some(SecretString::from(text(given, "SessionToken")?)),
        until: Some(text(given, "Expiration")?.parse().ok()?),
    })
}

impl Chain {
    /// What ARNs call the part of AWS that the region is in.
    pub(in crate::directory::aws_iam) fn partition(&self) -> &'static str {
        match self.settings.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    fn assumption(&self, role: &Role) -> Query {
        let session = role.session.as_ref().unwrap_or(&self.settings.session_name);
        let mut fields = vec![("RoleArn", role.arn.clone()), ("RoleSessionName", session.clone())];
        fields.extend(role.external_id.clone().map(|id| ("ExternalId", id)));
        Query::sts("AssumeRole", fields)
    }

    /// Assumes a role with the desk's own keys.
    pub(in crate::directory::aws_iam) async fn assume(&self, role: &Role) -> Result<Keys, DirectoryError> {
        Ok(self.ask(&self.assumption(role), keys).await?)
    }

    /// Assumes a role with these keys, on the way to the desk's own.
    pub(super) async fn assume_with(&self, role: &Role, with: &Keys) -> Result<Keys, DirectoryError> {
        Ok(self.client.ask(&self.assumption(role), Some(with), keys).await?)
    }

    /// A session as the root user of a member account, with the desk's own keys.
    pub(in crate::directory::aws_iam) async fn assume_root(
        &self,
        account: &str,
        task: Task,
    ) -> Result<Keys, DirectoryError> {
        // The policies belong to AWS; their ARNs name the partition like any other.
        let partition = self.partition();
        let policy = format!("arn:{partition}:iam::aws:policy/root-task/{}", task.policy());
        let fields = vec![
            ("TargetPrincipal", account.to_owned()),
            ("TaskPolicyArn.arn", policy),
            ("DurationSeconds", "900".to_owned()),
        ];
        Ok(self.ask(&Query::sts("AssumeRoot", fields), keys).await?)
    }

    /// Assumes a role with a token that the machine was given for it. This request is not signed.
    pub(super) async fn by_web_identity(&self, file: PathBuf, role: &str) -> Result<Keys, DirectoryError> {
        let token = tokio::fs::read_to_string(file).await;
        let token = token.map_err(|_| DirectoryError::Denied("the web identity token cannot be read".to_owned()))?;
        let session = self.variables.get("AWS_ROLE_SESSION_NAME").unwrap_or(&self.settings.session_name);
        let fields = vec![
            ("RoleArn", role.to_owned()),
            ("RoleSessionName", session.to_owned()),
            ("WebIdentityToken", token.trim().to_owned()),
        ];
        Ok(self.client.ask(&Query::sts("AssumeRoleWithWebIdentity", fields), None, keys).await?)
    }
}
