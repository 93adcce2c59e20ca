//! AWS IAM: MFA devices of IAM users and, by centralised root access, of the root users of member accounts.
//!
//! Facts are from the API references of IAM (2010-05-08) and STS (2011-06-15). A request that names no user means
//! whoever asks, so every name is looked at before it is sent, and every answer before it is used.

mod access;
mod answers;
mod client;
mod credentials;
mod names;
mod probes;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use self::access::{Access, Person};
use self::answers::{Device, VirtualDevice, devices, done, user, virtual_devices};
use self::client::{Client, Fault, Query};
use self::credentials::{Chain, Variables};
use self::names::{Arn, ROOT, is_foreign, kind, label};
use super::{Capabilities, Directory, DirectoryError, Http, HttpSettings, Order, Probe, Wanted};
use crate::clock::Clock;
use crate::config::AwsIamSettings;
use crate::domain::account::{AccountStatus, AuthenticatorKind, AuthenticatorState};
use crate::domain::directory::{Found, Listed, Login, Outcome, Serial, Standing};

/// No list that makes sense has more parts; a server that always says "more" must come to an end.
const MOST_PAGES: usize = 200;

/// The connector.
pub struct AwsIam {
    access: Access,
    delete_virtual_devices: bool,
}

impl AwsIam {
    /// A connector; nothing is sent yet. `variables` is the environment that credentials may come from.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(
        settings: &AwsIamSettings,
        http: &HttpSettings,
        clock: Arc<dyn Clock>,
        variables: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let client = Arc::new(Client::new(settings, Http::new(http)?, clock)?);
        let chain = Chain::new(settings, client, Variables(variables))?;
        let access = Access::new(chain, &settings.accounts, settings.root_users);
        Ok(Self { access, delete_virtual_devices: settings.delete_virtual_devices })
    }

    fn person<'a>(&'a self, login: &'a Login) -> Result<Person<'a>, DirectoryError> {
        self.access.person(login).ok_or_else(|| DirectoryError::Refused("there is no such account".to_owned()))
    }

    /// What is enabled for somebody.
    async fn devices(&self, of: Person<'_>) -> Result<Vec<Device>, Fault> {
        let mut all = Vec::new();
        let mut marker = None::<String>;
        for _ in 0..MOST_PAGES {
            let mut fields = of.field();
            fields.extend(marker.take().map(|marker| ("Marker", marker)));
            let page = self.access.ask(of, &Query::look("ListMFADevices", fields), devices).await?;
            let others = |device: &Device| match (&device.user, of.user) {
                (Some(listed), Some(asked)) => !listed.eq_ignore_ascii_case(asked),
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if page.items.iter().any(others) {
                let why = "it lists devices of a user that was not asked for";
                return Err(DirectoryError::Unavailable(why.to_owned()).into());
            }
            let elsewhere = |device: &Device| Arn::of(&device.serial).is_some_and(|arn| arn.account != of.account.id);
            if page.items.iter().any(elsewhere) {
                return Err(elsewhere_error(&of.account.id).into());
            }
            all.extend(page.items);
            match page.marker {
                Some(next) => marker = Some(next),
                None => return Ok(all),
            }
        }
        Err(DirectoryError::Unavailable("a list of devices has no end".to_owned()).into())
    }

    /// The account's virtual device of this serial number, enabled for anybody or nobody.
    async fn virtual_device(&self, of: Person<'_>, serial: &Serial) -> Result<Option<VirtualDevice>, Fault> {
        let mut marker = None::<String>;
        for _ in 0..MOST_PAGES {
            let mut fields = vec![("AssignmentStatus", "Any".to_owned()), ("MaxItems", "1000".to_owned())];
            fields.extend(marker.take().map(|marker| ("Marker", marker)));
            let page = self.access.ask(of, &Query::look("ListVirtualMFADevices", fields), virtual_devices).await?;
            let found = page.items.into_iter().find(|device| device.serial == serial.as_str());
            match (found, page.marker) {
                (Some(found), _) => return Ok(Some(found)),
                (None, Some(next)) => marker = Some(next),
                (None, None) => return Ok(None),
            }
        }
        Err(DirectoryError::Unavailable("a list of devices has no end".to_owned()).into())
    }

    async fn standing_of(&self, of: Person<'_>, serial: &Serial) -> Result<Standing, DirectoryError> {
        if is_foreign(serial, &of.account.id, of.user) {
            return Err(foreign());
        }
        if self.devices(of).await.map_err(no_user)?.iter().any(|device| device.serial == serial.as_str()) {
            return Ok(Standing::Active);
        }
        if kind(serial.as_str()) != AuthenticatorKind::VirtualTotp {
            return Ok(Standing::Deactivated);
        }
        match self.virtual_device(of, serial).await {
            Ok(Some(VirtualDevice { owner: Some(owner), .. })) if !is_owner(&owner, of) => Err(foreign()),
            // The two lists do not agree yet; what may still sign somebody in counts.
            Ok(Some(VirtualDevice { owner: Some(_), .. })) => Ok(Standing::Active),
            Ok(Some(_)) if self.delete_virtual_devices => Ok(Standing::Unfinished),
            Ok(_) => Ok(Standing::Deactivated),
            // That it is enabled for nobody here is known without this right, which is not one that the desk must have.
            Err(fault) if fault.is("AccessDenied") => Ok(Standing::Deactivated),
            Err(fault) => Err(fault.into()),
        }
    }

    /// A virtual device that is enabled for nobody would still be in the way of a new one of the same name.
    async fn delete(&self, of: Person<'_>, serial: &Serial) -> Outcome {
        if !self.delete_virtual_devices || kind(serial.as_str()) != AuthenticatorKind::VirtualTotp {
            return Outcome::Complete;
        }
        let fields = vec![("SerialNumber", serial.to_string())];
        match self.access.ask(of, &Query::act("DeleteVirtualMFADevice", fields), done).await {
            Ok(()) => Outcome::Complete,
            Err(fault) if fault.is("NoSuchEntity") => Outcome::Complete,
            Err(fault) => {
                Outcome::Partly(format!("the virtual device was not deleted: {}", DirectoryError::from(fault)))
            }
        }
    }
}

fn foreign() -> DirectoryError {
    DirectoryError::Refused("this is a device of somebody else".to_owned())
}

fn elsewhere_error(account: &str) -> DirectoryError {
    DirectoryError::Denied(format!("the credentials lead to another account than {account}"))
}

/// A user that is not there any more has no devices to tell of.
fn no_user(fault: Fault) -> DirectoryError {
    match fault.is("NoSuchEntity") {
        true => DirectoryError::Refused("there is no such account".to_owned()),
        false => fault.into(),
    }
}

/// Whether an owner's ARN is this person's.
fn is_owner(arn: &str, person: Person<'_>) -> bool {
    let Some(arn) = Arn::of(arn).filter(|arn| arn.account == person.account.id) else { return false };
    match person.user {
        Some(name) => arn.kind == "user" && arn.rest.rsplit('/').next().is_some_and(|n| n.eq_ignore_ascii_case(name)),
        None => arn.kind == ROOT,
    }
}

#[async_trait]
impl Directory for AwsIam {
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError> {
        let Wanted::Login(login) = wanted else {
            return Err(DirectoryError::Refused("it knows no e-mail addresses".to_owned()));
        };
        let Some(person) = self.access.person(login) else { return Ok(None) };
        let id = &person.account.id;
        let name = match person.user {
            // Every account has a root user; that a session can be had shows that the account is one of ours.
            None => self.devices(person).await.map(|_| ROOT.to_owned())?,
            Some(asked) => {
                let found = match self.access.ask(person, &Query::look("GetUser", person.field()), user).await {
                    Err(fault) if fault.is("NoSuchEntity") => return Ok(None),
                    found => found?,
                };
                if !found.name.eq_ignore_ascii_case(asked) {
                    let why = "it names a user that was not asked for";
                    return Err(DirectoryError::Unavailable(why.to_owned()));
                }
                if Arn::of(&found.arn).is_none_or(|arn| arn.account != *id) {
                    return Err(elsewhere_error(id));
                }
                found.name
            }
        };
        let login = format!("{id}/{name}").parse();
        let login = login.map_err(|_| DirectoryError::Unavailable("a name that cannot be one".to_owned()))?;
        // IAM knows neither the person's name nor any address.
        Ok(Some(Found { login, name: None, email: None, phone: None, status: AccountStatus::Active }))
    }

    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError> {
        let devices = self.devices(self.person(login)?).await.map_err(no_user)?;
        let listed = |device: &Device| {
            let unfit = |_| DirectoryError::Unavailable("a serial number that cannot be one".to_owned());
            let (kind, label) = (kind(&device.serial), label(&device.serial).to_owned());
            let serial = device.serial.parse().map_err(unfit)?;
            Ok(Listed { serial, kind, label, state: AuthenticatorState::Active })
        };
        devices.iter().map(listed).collect()
    }

    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError> {
        self.standing_of(self.person(login)?, serial).await
    }

    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError> {
        let person = self.person(&order.login)?;
        match self.standing_of(person, &order.serial).await? {
            Standing::Active => {
                let mut fields = person.field();
                fields.push(("SerialNumber", order.serial.to_string()));
                let query = Query::act("DeactivateMFADevice", fields);
                match self.access.ask(person, &query, done).await {
                    // It was there a moment ago, so somebody else switched it off: that is what was asked for.
                    Err(fault) if !fault.is("NoSuchEntity") => return Err(fault.into()),
                    _ => Ok(self.delete(person, &order.serial).await),
                }
            }
            Standing::Unfinished => Ok(self.delete(person, &order.serial).await),
            Standing::Deactivated => Ok(Outcome::Complete),
        }
    }

    async fn check(&self, sample: Option<&Login>) -> Vec<Probe> {
        self.probes(sample).await
    }
}
