//! Users and credentials as the admin interface tells them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::account::{AccountStatus, AuthenticatorKind, AuthenticatorState};
use crate::domain::directory::{Found, Listed, Login, Serial};

/// The action that a user has to take at the next sign-in: setting up an authenticator app.
pub(super) const CONFIGURE_TOTP: &str = "CONFIGURE_TOTP";
/// The type of the credentials of authenticator apps.
const OTP: &str = "otp";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub id: String,
    pub username: String,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    #[serde(default)]
    pub enabled: bool,
    #[serde(default)]
    pub required_actions: Vec<String>,
    #[serde(default)]
    pub attributes: BTreeMap<String, Vec<String>>,
}

impl User {
    /// What the desk gets to know of it. A username that cannot be a login is none.
    pub(super) fn found(&self, phone_attribute: Option<&str>) -> Option<Found> {
        let names = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name = names.into_iter().flatten().map(str::trim).filter(|name| !name.is_empty()).collect::<Vec<_>>();
        let phone = phone_attribute.and_then(|name| self.attributes.get(name)?.first());
        Some(Found {
            login: self.username.parse().ok()?,
            name: (!name.is_empty()).then(|| name.join(" ")),
            email: self.email.as_deref().and_then(|email| email.parse().ok()),
            phone: phone.and_then(|phone| phone.parse().ok()),
            status: if self.enabled { AccountStatus::Active } else { AccountStatus::Suspended },
        })
    }

    /// Whether it goes by this login; Keycloak treats letter case as one.
    pub(super) fn is(&self, login: &Login) -> bool {
        self.username.to_lowercase() == login.as_str().to_lowercase()
    }

    pub(super) fn must_configure_totp(&self) -> bool {
        self.required_actions.iter().any(|action| action == CONFIGURE_TOTP)
    }

    /// What has to be sent along with any change. Some versions empty these four where they are missing; `enabled` is
    /// left out because sending it ends a lock after failed sign-ins, and the attributes because those that the
    /// interface does not show would be lost.
    pub(super) fn unchanged(&self) -> Value {
        let mut all = json!({ "username": self.username });
        for (key, value) in [("email", &self.email), ("firstName", &self.first_name), ("lastName", &self.last_name)] {
            if let Some(value) = value {
                all[key] = json!(value);
            }
        }
        all
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credential {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub user_label: Option<String>,
}

impl Credential {
    /// What it is, if it is something that the desk deactivates: never a password.
    pub(super) fn authenticator(&self) -> Option<AuthenticatorKind> {
        match self.kind.as_str() {
            OTP => Some(AuthenticatorKind::VirtualTotp),
            "webauthn" | "webauthn-passwordless" => Some(AuthenticatorKind::Passkey),
            "recovery-authn-codes" => Some(AuthenticatorKind::RecoveryCodes),
            _ => None,
        }
    }

    pub(super) fn listed(&self, user: &User) -> Option<Listed> {
        let kind = self.authenticator()?;
        let named = self.user_label.as_deref().map(str::trim).filter(|label| !label.is_empty());
        let label = named.unwrap_or(kind.label()).to_owned();
        Some(Listed { serial: serial(user, self)?, kind, label, state: AuthenticatorState::Active })
    }

    pub(super) fn is_app(&self) -> bool {
        self.kind == OTP
    }
}

/// A credential is called by its user's identifier and its own: usernames can change hands, and a credential must not
/// be taken for gone only because somebody else has the name now.
fn serial(user: &User, credential: &Credential) -> Option<Serial> {
    format!("{}/{}", user.id, credential.id).parse().ok()
}

/// The user's identifier and the credential's in a serial.
pub(super) fn parts(serial: &Serial) -> Option<(&str, &str)> {
    serial.as_str().split_once('/').filter(|(user, credential)| !user.is_empty() && !credential.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: Value) -> User {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_user_is_told_as_far_as_it_is_known() {
        let all = user(json!({
            "id": "u", "username": "alice", "email": "alice@example.org", "firstName": "Alice", "lastName": "Adams",
            "enabled": true, "attributes": { "phone": ["+44 7911 123456"], "other": ["x"] },
        }));
        let found = all.found(Some("phone")).unwrap();
        assert_eq!((found.login.as_str(), found.name.as_deref()), ("alice", Some("Alice Adams")));
        assert_eq!(found.phone.map(|phone| phone.to_string()).as_deref(), Some("+447911123456"));
        assert_eq!(found.status, AccountStatus::Active);
        assert_eq!(all.found(None).unwrap().phone, None);
        let bare = user(json!({ "id": "u", "username": "bob" })).found(Some("phone")).unwrap();
        assert_eq!((bare.name, bare.email, bare.phone), (None, None, None));
        assert_eq!(bare.status, AccountStatus::Suspended, "not said to be in use");
    }

    #[test]
    fn a_change_sends_nothing_along_that_it_could_destroy_or_unlock() {
        let all = user(json!({
            "id": "u", "username": "alice", "email": "a@example.org", "enabled": true, "attributes": { "a": ["b"] },
        }));
        assert_eq!(all.unchanged(), json!({ "username": "alice", "email": "a@example.org" }));
    }

    #[test]
    fn a_password_is_no_authenticator() {
        let of = |kind: &str| {
            let credential: Credential = serde_json::from_value(json!({ "id": "c", "type": kind })).unwrap();
            credential.authenticator()
        };
        assert_eq!(of("password"), None);
        assert_eq!(of("otp"), Some(AuthenticatorKind::VirtualTotp));
        assert_eq!(of("webauthn-passwordless"), Some(AuthenticatorKind::Passkey));
        assert_eq!(of("something-new"), None);
    }
}
