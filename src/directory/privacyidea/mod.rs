//! privacyIDEA, spoken to with a trusted API key. Written against and tested with version 3.14.

mod api;
mod kinds;
mod wire;

use async_trait::async_trait;

use self::api::{Api, Whose};
use self::wire::{No, User};
use super::{Capabilities, Directory, DirectoryError, Fresh, Http, HttpSettings, Order, Probe, Wanted};
use crate::config::{AfterDisabling, PrivacyIdeaSettings};
use crate::domain::account::{AccountStatus, AuthenticatorState};
use crate::domain::contact::EmailAddress;
use crate::domain::directory::{Found, Listed, Login, Outcome, Serial, Standing};

/// A name that nobody has, to look with.
const NOBODY: &str = "mfa-desk-looks-whether-it-may";

/// A realm of a privacyIDEA.
pub struct PrivacyIdea {
    api: Api,
    after: AfterDisabling,
    enrol: bool,
}

impl PrivacyIdea {
    /// A connector. Nothing is sent yet.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn new(settings: &PrivacyIdeaSettings, http: &HttpSettings) -> Result<Self, String> {
        let key = settings.key().map_err(|why| format!("has an API key that {why}"))?;
        let api = Api::new(Http::new(http)?, &settings.url, &key, &settings.realm)?;
        Ok(Self { api, after: settings.after, enrol: settings.enrol })
    }

    async fn take_away(&self, serial: &Serial) -> Result<(), DirectoryError> {
        match self.api.delete(serial).await {
            Ok(()) | Err(No::Token) => Ok(()),
            Err(no) => Err(no.unexpected()),
        }
    }

    /// What comes after disabling. That the token is gone meanwhile is what was wanted, and one that is revoked stays
    /// where it is: it never signs anybody in again.
    async fn finish(&self, serial: &Serial) -> Result<(), DirectoryError> {
        let done = match self.after {
            AfterDisabling::Keep => Ok(()),
            AfterDisabling::Unassign => self.api.unassign(serial).await,
            AfterDisabling::Delete => self.api.delete(serial).await,
        };
        match done {
            Ok(()) | Err(No::Token | No::Locked) => Ok(()),
            Err(no) => Err(no.unexpected()),
        }
    }
}

fn found(user: &User) -> Result<Found, DirectoryError> {
    let unfit = |_| DirectoryError::Refused("the user has a name that cannot be kept".to_owned());
    Ok(Found {
        login: user.username.parse().map_err(unfit)?,
        name: user.name(),
        email: user.email().and_then(|text| text.parse().ok()),
        phone: user.phones().find_map(|text| text.parse().ok()),
        // privacyIDEA does not know whether a user is locked.
        status: AccountStatus::Active,
    })
}

/// Whatever went wrong after the token was off: it is not to be heard as "nothing was done".
fn unfinished(error: DirectoryError) -> Result<Outcome, DirectoryError> {
    match error {
        DirectoryError::Refused(_) | DirectoryError::Denied(_) => Ok(Outcome::Partly(error.to_string())),
        error => Err(DirectoryError::Unknown(error.to_string())),
    }
}

#[async_trait]
impl Directory for PrivacyIdea {
    fn capabilities(&self) -> Capabilities {
        Capabilities { finds_by_email: true, emails: true, phones: true, enrol: self.enrol, ..Capabilities::default() }
    }

    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError> {
        let user = match wanted {
            Wanted::Login(login) => self.api.user_by_login(login).await?,
            Wanted::Email(email) => {
                let same = |text: &str| text.parse::<EmailAddress>().is_ok_and(|found| found.key() == email.key());
                self.api.user_by_email(email.as_str(), same).await?
            }
        };
        user.as_ref().map(found).transpose()
    }

    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError> {
        let mut listed = Vec::new();
        for token in self.api.tokens_of(login).await? {
            let Some(kind) = token.kind() else { continue };
            let unfit = |_| DirectoryError::Refused("a token has a serial that cannot be kept".to_owned());
            listed.push(Listed {
                serial: token.serial.parse().map_err(unfit)?,
                kind,
                label: token.label(),
                state: match token.signs_in() {
                    true => AuthenticatorState::Active,
                    false => AuthenticatorState::Deactivated,
                },
            });
        }
        Ok(listed)
    }

    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError> {
        let Whose::Theirs(token) = self.api.token(login, serial).await? else { return Ok(Standing::Deactivated) };
        Ok(match self.after {
            _ if token.signs_in() => Standing::Active,
            AfterDisabling::Keep => Standing::Deactivated,
            // A revoked token can only be deleted.
            AfterDisabling::Unassign if token.revoked => Standing::Deactivated,
            AfterDisabling::Unassign | AfterDisabling::Delete => Standing::Unfinished,
        })
    }

    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError> {
        let Whose::Theirs(token) = self.api.token(&order.login, &order.serial).await? else {
            return Ok(Outcome::Complete);
        };
        if token.signs_in() {
            match self.api.disable(&order.serial).await {
                Ok(()) => {}
                Err(No::Token) => return Ok(Outcome::Complete),
                Err(no) => return Err(no.unexpected()),
            }
        }
        if let Err(error) = self.finish(&order.serial).await {
            return unfinished(error);
        }
        // What it says it did is not reported before it is seen.
        match self.standing(&order.login, &order.serial).await {
            Ok(Standing::Deactivated) => Ok(Outcome::Complete),
            Ok(Standing::Unfinished) => Ok(Outcome::Partly("the token is disabled, and nothing more".to_owned())),
            Ok(Standing::Active) => Err(DirectoryError::Unknown("the token still signs in".to_owned())),
            Err(error) => Err(DirectoryError::Unknown(error.to_string())),
        }
    }

    async fn enrol(&self, login: &Login, serial: &Serial) -> Result<Fresh, DirectoryError> {
        if !self.enrol {
            return Err(DirectoryError::Refused("it is not configured to set up authenticators".to_owned()));
        }
        match self.api.token(login, serial).await? {
            Whose::Gone => {}
            Whose::Nobodys => return Err(DirectoryError::Refused("the token is nobody's any more".to_owned())),
            Whose::Theirs(_) => self.take_away(serial).await?,
        }
        match self.api.set_up(login, serial).await {
            Ok(Some(fresh)) => Ok(fresh),
            Ok(None) => {
                self.take_away(serial).await?;
                Err(DirectoryError::Refused("its policies want more than one step of whoever sets one up".to_owned()))
            }
            Err(no) => Err(no.unexpected()),
        }
    }

    async fn check(&self, sample: Option<&Login>) -> Vec<Probe> {
        let login = sample.map_or(NOBODY, Login::as_str);
        let realm = self.api.knows_realm().await.and_then(|known| match known {
            true => Ok(()),
            false => Err(DirectoryError::Refused("there is none, or the key is not shown it".to_owned())),
        });
        let mut probes = vec![
            probe("it takes the API key and has the realm", realm),
            probe("the key may list users (userlist)", self.api.may_list_users(login).await),
            probe("the key may list tokens (tokenlist)", self.api.may_list(login).await),
        ];
        if self.enrol {
            probes.push(probe("the key may set up TOTP tokens (enrollTOTP)", self.api.may_set_up().await));
        }
        if let Some(login) = sample {
            probes.extend(self.check_sample(login).await);
        }
        probes
    }
}

impl PrivacyIdea {
    async fn check_sample(&self, login: &Login) -> Vec<Probe> {
        let user = self.find(Wanted::Login(login)).await;
        let tokens = self.authenticators(login).await.map(drop);
        let mut probes = Vec::new();
        if let Ok(Some(Found { email: Some(email), .. })) = &user {
            let same = self.find(Wanted::Email(email)).await.and_then(|by_email| match by_email {
                Some(found) if found.login == *login => Ok(()),
                _ => Err(DirectoryError::Refused("the store of users does not search by it".to_owned())),
            });
            probes.push(probe("the user is found by their e-mail address too", same));
        }
        let there = user.and_then(|user| {
            let nobody = || DirectoryError::Refused("there is none".to_owned());
            user.map(drop).ok_or_else(nobody)
        });
        probes.insert(0, probe("the user is there", there));
        probes.push(probe("the user's tokens are listed, and only theirs", tokens));
        probes
    }
}

fn probe(what: &str, outcome: Result<(), DirectoryError>) -> Probe {
    Probe { what: what.to_owned(), wrong: outcome.err().map(|error| error.to_string()) }
}
