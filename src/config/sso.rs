//! Single sign-on for people at the desk.

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::check::Checker;
use super::server::is_local;
use super::value;
use crate::domain::authn::sso::{RoleValues, Rules};

/// Section `sso`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SsoSettings {
    /// The provider's issuer identifier, letter by letter; without one there is no single sign-on.
    #[serde(deserialize_with = "value::optional")]
    pub issuer: Option<String>,
    /// What this desk is called at the provider.
    #[serde(deserialize_with = "value::optional")]
    pub client_id: Option<String>,
    /// The secret that this desk proves itself with there.
    #[serde(deserialize_with = "value::secret")]
    pub client_secret: Option<SecretString>,
    /// The provider's name on the button and in messages.
    #[serde(deserialize_with = "value::one")]
    pub name: String,
    /// Scopes that are asked for besides `openid`.
    #[serde(deserialize_with = "value::list")]
    pub scopes: Vec<String>,
    /// The claim whose values say which role somebody has.
    #[serde(deserialize_with = "value::one")]
    pub role_claim: String,
    /// Which of its values means which role.
    pub roles: SsoRoles,
    /// Authentication contexts of which one is required.
    #[serde(deserialize_with = "value::list")]
    pub required_acr: Vec<String>,
    /// Authentication methods that are required, every one.
    #[serde(deserialize_with = "value::list")]
    pub required_amr: Vec<String>,
    /// Authentication contexts that say that a second factor was given.
    #[serde(deserialize_with = "value::list")]
    pub mfa_acr: Vec<String>,
    /// Authentication methods that say so.
    #[serde(deserialize_with = "value::list")]
    pub mfa_amr: Vec<String>,
    /// Whether somebody new is added at their first sign-in.
    #[serde(deserialize_with = "value::flag")]
    pub provision: bool,
    /// Whether somebody who is at the desk already is found by their verified address, once.
    #[serde(deserialize_with = "value::flag")]
    pub link_by_email: bool,
    /// Whether one can also sign in to the desk with a password.
    #[serde(deserialize_with = "value::flag")]
    pub password_sign_in: bool,
    /// For tests: the provider may be reached over plain http on this machine.
    #[serde(deserialize_with = "value::flag")]
    pub allow_insecure_loopback: bool,
}

/// Section `sso.roles`: values of the claim, for each role.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SsoRoles {
    /// Those who work cases.
    #[serde(deserialize_with = "value::list")]
    pub agent: Vec<String>,
    /// Supervisors.
    #[serde(deserialize_with = "value::list")]
    pub supervisor: Vec<String>,
    /// Auditors.
    #[serde(deserialize_with = "value::list")]
    pub auditor: Vec<String>,
    /// Administrators.
    #[serde(deserialize_with = "value::list")]
    pub admin: Vec<String>,
}

impl Default for SsoSettings {
    fn default() -> Self {
        SsoSettings {
            issuer: None,
            client_id: None,
            client_secret: None,
            name: "single sign-on".to_owned(),
            scopes: vec!["email".to_owned(), "profile".to_owned()],
            role_claim: "groups".to_owned(),
            roles: SsoRoles::default(),
            required_acr: Vec::new(),
            required_amr: Vec::new(),
            mfa_acr: Vec::new(),
            mfa_amr: vec!["mfa".to_owned()],
            provision: true,
            link_by_email: false,
            password_sign_in: true,
            allow_insecure_loopback: false,
        }
    }
}

impl SsoSettings {
    /// What somebody has to bring from the provider.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            roles: RoleValues {
                agent: self.roles.agent.clone(),
                supervisor: self.roles.supervisor.clone(),
                auditor: self.roles.auditor.clone(),
                admin: self.roles.admin.clone(),
            },
            required_acr: self.required_acr.clone(),
            required_amr: self.required_amr.clone(),
            mfa_acr: self.mfa_acr.clone(),
            mfa_amr: self.mfa_amr.clone(),
        }
    }

    /// Whether the provider may be at this address.
    #[must_use]
    pub fn may_be_at(&self, url: &Url) -> bool {
        url.scheme() == "https" || self.allow_insecure_loopback && url.scheme() == "http" && is_local(url)
    }

    pub(super) fn check(&self, base_url: Option<&Url>, checker: &mut Checker) {
        let Some(issuer) = &self.issuer else {
            if !self.password_sign_in {
                checker.wrong(
                    "sso.password_sign_in",
                    "is false, and there is no other way to sign in",
                    "set sso.issuer, or this to true",
                );
            }
            return;
        };
        let fit = |url: &Url| self.may_be_at(url) && url.query().is_none() && url.fragment().is_none();
        if !Url::parse(issuer).is_ok_and(|url| fit(&url)) {
            checker.wrong(
                "sso.issuer",
                "is not an https URL without query and fragment",
                "set the issuer as the provider's discovery document names it, such as https://login.example.org",
            );
        }
        if self.allow_insecure_loopback && base_url.is_some_and(|url| url.scheme() == "https") {
            checker.wrong(
                "sso.allow_insecure_loopback",
                "is true although server.base_url is https: whoever can listen on this machine could sign in",
                "set it to false; it is for tests only",
            );
        }
        if self.client_id.is_none() {
            checker.wrong("sso.client_id", "is not set", "set what this desk is called at the provider");
        }
        if self.client_secret.is_none() {
            checker.wrong("sso.client_secret", "is not set", "set the secret that the provider gave this desk");
        }
        let roles = [&self.roles.agent, &self.roles.supervisor, &self.roles.auditor, &self.roles.admin];
        if roles.iter().all(|values| values.is_empty()) {
            checker.wrong(
                "sso.roles.agent",
                "no value of the claim means any role, so nobody could sign in",
                "set the values of sso.role_claim that mean a role in sso.roles.agent, supervisor, auditor or admin",
            );
        }
        let mut seen = std::collections::BTreeSet::new();
        for value in roles.into_iter().flatten() {
            if !seen.insert(value) {
                let wrong = format!("`{value}` stands for two roles");
                checker.wrong("sso.roles.agent", wrong, "name each value of the claim for one role only");
            }
        }
    }
}
