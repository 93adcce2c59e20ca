//! Keycloak, by its admin REST interface and a service account.
//!
//! Facts about the interface are from Keycloak's own documentation and source; what versions differ in is avoided:
//! - a search by username or address finds parts of them where `exact` is not known, so answers are compared again;
//! - a service account that may query but not view gets an empty list, which does not mean that nobody is there;
//! - a change that leaves out names, addresses or attributes may empty them.

mod admin;
mod users;

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::json;

use self::admin::{Admin, Request};
use self::users::{CONFIGURE_TOTP, Credential, User, parts};
use super::{Capabilities, Directory, DirectoryError, Http, HttpSettings, Order, Probe, Reply, Wanted};
use crate::clock::Clock;
use crate::config::{KeycloakSettings, directory_secret};
use crate::domain::contact::E164;
use crate::domain::directory::{Found, Listed, Login, Outcome, Serial, Standing};
use crate::domain::ids::OutboxId;

/// The connector.
pub struct Keycloak {
    admin: Admin,
    settings: KeycloakSettings,
}

/// What was asked for and what came: the user, and what they sign in with beside the password.
struct Whole {
    user: User,
    credentials: Vec<Credential>,
}

impl Keycloak {
    /// A connector; nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(settings: &KeycloakSettings, http: &HttpSettings, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let of_client = directory_secret(settings.client_secret.as_ref(), settings.client_secret_file.as_deref());
        let secret = of_client.map_err(|why| format!("client_secret {why}"))?;
        let admin = Admin::new(Http::new(http)?, clock, settings.clone(), secret);
        Ok(Self { admin, settings: settings.clone() })
    }

    /// The one user that a search names for whom `fits` holds.
    async fn search(
        &self,
        key: &str,
        value: &str,
        fits: impl Fn(&User) -> bool,
    ) -> Result<Option<User>, DirectoryError> {
        let query = [(key, value), ("exact", "true"), ("briefRepresentation", "false"), ("max", "10")];
        let reply = self.admin.send(Request::look(&["users"], &query)).await?;
        let mut users: Vec<User> = match reply.status {
            200 => reply.json()?,
            404 => return Err(DirectoryError::Denied("there is no realm of this name".to_owned())),
            _ => return Err(reply.unclear(&unexpected(&reply))),
        };
        if users.iter().any(|user| !fits(user)) {
            let why = "it answers with accounts that were not asked for; versions that search exactly are needed";
            return Err(DirectoryError::Denied(why.to_owned()));
        }
        let user = users.pop();
        if !users.is_empty() {
            return Err(DirectoryError::Refused("more than one account goes by this".to_owned()));
        }
        if user.is_none() && !self.admin.sees_everybody().await? {
            let why = "it names no account, and the service account is not said to have the role manage-users";
            return Err(DirectoryError::Denied(why.to_owned()));
        }
        Ok(user)
    }

    async fn user(&self, login: &Login) -> Result<Option<User>, DirectoryError> {
        self.search("username", login.as_str(), |user| user.is(login)).await
    }

    /// The user with all credentials, also those that are none of the desk's business.
    async fn whole(&self, login: &Login) -> Result<Whole, DirectoryError> {
        let user = self.user(login).await?.ok_or_else(gone)?;
        let reply = self.admin.send(Request::look(&["users", &user.id, "credentials"], &[])).await?;
        match reply.status {
            200 => Ok(Whole { credentials: reply.json()?, user }),
            404 => Err(gone()),
            _ => Err(reply.unclear(&unexpected(&reply))),
        }
    }

    /// The user with all credentials, if the serial is one of theirs; and the credential's identifier.
    async fn holder<'s>(&self, login: &Login, serial: &'s Serial) -> Result<(Whole, &'s str), DirectoryError> {
        let unfit = || DirectoryError::Refused("this is not what it calls any authenticator".to_owned());
        let (user, credential) = parts(serial).ok_or_else(unfit)?;
        let whole = self.whole(login).await?;
        if whole.user.id != user {
            return Err(DirectoryError::Refused("this is an authenticator of another account".to_owned()));
        }
        let named = whole.credentials.iter().find(|each| each.id == credential);
        if named.is_some_and(|credential| credential.authenticator().is_none()) {
            return Err(unfit());
        }
        Ok((whole, credential))
    }

    /// Whether the user still has to be told to set up an authenticator app, once `without` is gone.
    fn must_be_told(&self, whole: &Whole, without: &str) -> bool {
        let has_app = whole.credentials.iter().any(|each| each.is_app() && each.id != without);
        self.settings.configure_totp && !has_app && !whole.user.must_configure_totp()
    }

    async fn tell_to_configure(&self, user: &User) -> Result<(), DirectoryError> {
        let mut change = user.unchanged();
        let actions = user.required_actions.iter().map(String::as_str).chain([CONFIGURE_TOTP]);
        change["requiredActions"] = actions.collect();
        done(&self.admin.send(Request::act(Method::PUT, &["users", &user.id], Some(&change))).await?)
    }

    async fn probe_sample(&self, sample: &Login) -> Probe {
        let wrong = match self.whole(sample).await {
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
        Probe { what: "may look at an account's credentials".to_owned(), wrong }
    }
}

fn gone() -> DirectoryError {
    DirectoryError::Refused("there is no such account".to_owned())
}

fn unexpected(reply: &Reply) -> String {
    format!("HTTP {}", reply.status)
}

/// What an answer to a request for a change says.
fn done(reply: &Reply) -> Result<(), DirectoryError> {
    match reply.status {
        200..=299 => Ok(()),
        404 => Err(gone()),
        status => Err(DirectoryError::Refused(format!("it does not take the change (HTTP {status})"))),
    }
}

#[async_trait]
impl Directory for Keycloak {
    fn capabilities(&self) -> Capabilities {
        let phones = self.settings.phone_attribute.is_some();
        Capabilities {
            finds_by_email: true,
            emails: true,
            phones,
            update_phone: phones,
            end_sessions: true,
            enrol: false,
        }
    }

    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError> {
        let user = match wanted {
            Wanted::Login(login) => self.user(login).await?,
            Wanted::Email(email) => {
                let has = |user: &User| user.email.as_ref().is_some_and(|has| has.to_lowercase() == email.key());
                self.search("email", email.as_str(), has).await?
            }
        };
        Ok(user.and_then(|user| user.found(self.settings.phone_attribute.as_deref())))
    }

    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError> {
        let Whole { user, credentials } = self.whole(login).await?;
        Ok(credentials.iter().filter_map(|credential| credential.listed(&user)).collect())
    }

    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError> {
        let (whole, id) = self.holder(login, serial).await?;
        Ok(match whole.credentials.iter().any(|credential| credential.id == id) {
            true => Standing::Active,
            false if self.must_be_told(&whole, id) => Standing::Unfinished,
            false => Standing::Deactivated,
        })
    }

    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError> {
        let (whole, id) = self.holder(&order.login, &order.serial).await?;
        if whole.credentials.iter().any(|credential| credential.id == id) {
            let path = ["users", &whole.user.id, "credentials", id];
            let reply = self.admin.send(Request::act(Method::DELETE, &path, None)).await?;
            // It was there a moment ago, so somebody else took it away: that is what was asked for.
            if reply.status != 404 {
                done(&reply)?;
            }
        }
        if !self.must_be_told(&whole, id) {
            return Ok(Outcome::Complete);
        }
        Ok(match self.tell_to_configure(&whole.user).await {
            Ok(()) => Outcome::Complete,
            Err(error) => Outcome::Partly(format!("the account was not told to set up a new app: {error}")),
        })
    }

    async fn end_sessions(&self, login: &Login, _key: OutboxId) -> Result<(), DirectoryError> {
        let user = self.user(login).await?.ok_or_else(gone)?;
        done(&self.admin.send(Request::act(Method::POST, &["users", &user.id, "logout"], None)).await?)
    }

    async fn update_phone(&self, login: &Login, phone: &E164, _key: OutboxId) -> Result<(), DirectoryError> {
        let Some(attribute) = &self.settings.phone_attribute else {
            return Err(DirectoryError::Refused("no attribute holds telephone numbers".to_owned()));
        };
        let mut user = self.user(login).await?.ok_or_else(gone)?;
        user.attributes.insert(attribute.clone(), vec![phone.to_string()]);
        let mut change = user.unchanged();
        change["attributes"] = json!(user.attributes);
        done(&self.admin.send(Request::act(Method::PUT, &["users", &user.id], Some(&change))).await?)?;
        // An attribute that the realm's user profile does not know is left out without a word.
        let now = self.user(login).await.map_err(|error| DirectoryError::Unknown(error.to_string()))?;
        let has = now.and_then(|user| user.found(Some(attribute))).and_then(|found| found.phone);
        match has.as_ref() == Some(phone) {
            true => Ok(()),
            false => {
                let why = format!("the realm's user profile does not let `{attribute}` be changed");
                Err(DirectoryError::Denied(why))
            }
        }
    }

    async fn check(&self, sample: Option<&Login>) -> Vec<Probe> {
        let probe = |what: &str, wrong| Probe { what: what.to_owned(), wrong };
        let mut probes = Vec::new();
        let role = match self.admin.sees_everybody().await {
            Ok(true) => None,
            Ok(false) => Some("its token does not name the role manage-users of the realm's management".to_owned()),
            Err(error) => return vec![probe("the client gets a token", Some(error.to_string()))],
        };
        probes.push(probe("the client gets a token", None));
        probes.push(probe("the service account has the role manage-users", role));
        let looked = self.admin.send(Request::look(&["users"], &[("max", "1")])).await;
        let wrong = match looked {
            Ok(reply) if reply.status == 200 => None,
            Ok(reply) => Some(unexpected(&reply)),
            Err(error) => Some(error.to_string()),
        };
        probes.push(probe("may look for users", wrong));
        if let Some(sample) = sample {
            probes.push(self.probe_sample(sample).await);
        }
        probes
    }
}
