//! A system outside that holds accounts, as far as the program's side of the trait can tell: what it does and how it
//! fails is up to the test, and what it was asked is kept.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mfa_desk::clock::Clock;
use mfa_desk::directory::{Capabilities, Configured, Directory, DirectoryError, Fresh, Guarded, Order, Probe, Wanted};
use mfa_desk::domain::account::{AccountKind, AccountStatus, AuthenticatorKind, AuthenticatorState, Tier};
use mfa_desk::domain::contact::E164;
use mfa_desk::domain::directory::{Found, Listed, Login, Outcome, Serial, Standing};
use mfa_desk::domain::ids::OutboxId;

/// What goes wrong with one request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing: it is answered as it should be.
    Fine,
    /// Nothing is done.
    Before(DirectoryError),
    /// It is done, and nobody is told.
    After(DirectoryError),
    /// The authenticator is off, but not all that was asked for is done.
    Partly(&'static str),
}

pub struct FakeSystem {
    can: Mutex<Capabilities>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    accounts: BTreeMap<String, (Found, Vec<Listed>)>,
    faults: BTreeMap<&'static str, VecDeque<Fault>>,
    down: Option<DirectoryError>,
    asked: Vec<String>,
    pause: std::time::Duration,
}

/// The secret of every authenticator that it sets up.
pub const FRESH_SECRET: &str = "NEVERKEPTANYWHERE234567ABCDEFGHI";

pub fn unavailable() -> DirectoryError {
    DirectoryError::Unavailable("no connection".to_owned())
}

pub fn unknown() -> DirectoryError {
    DirectoryError::Unknown("no answer in time".to_owned())
}

pub fn listed(serial: &str, kind: AuthenticatorKind) -> Listed {
    Listed { serial: serial.parse().unwrap(), kind, label: serial.to_owned(), state: AuthenticatorState::Active }
}

impl FakeSystem {
    /// A system that tells addresses and can end sign-ins, with nobody in it.
    pub fn new() -> Arc<Self> {
        let can = Capabilities {
            finds_by_email: true,
            emails: true,
            phones: true,
            end_sessions: true,
            ..Capabilities::default()
        };
        Arc::new(Self { can: Mutex::new(can), inside: Mutex::default() })
    }

    pub fn can(&self, can: Capabilities) {
        *self.can.lock().unwrap() = can;
    }

    /// Adds an account with an app on a phone.
    pub fn add(&self, login: &str, email: Option<&str>, phone: Option<&str>) {
        let found = Found {
            login: login.parse().unwrap(),
            name: Some(format!("{login} of the system")),
            email: email.map(|email| email.parse().unwrap()),
            phone: phone.map(|phone| phone.parse().unwrap()),
            status: AccountStatus::Active,
        };
        let devices = vec![listed(&format!("{login}-app"), AuthenticatorKind::VirtualTotp)];
        self.inside.lock().unwrap().accounts.insert(login.to_owned(), (found, devices));
    }

    pub fn change(&self, login: &str, change: impl FnOnce(&mut Found, &mut Vec<Listed>)) {
        let mut inside = self.inside.lock().unwrap();
        let (found, devices) = inside.accounts.get_mut(login).unwrap();
        change(found, devices);
    }

    pub fn remove(&self, login: &str) {
        self.inside.lock().unwrap().accounts.remove(login);
    }

    pub fn is_active(&self, login: &str, serial: &str) -> bool {
        let inside = self.inside.lock().unwrap();
        let found = inside.accounts[login].1.iter().find(|each| each.serial.as_str() == serial);
        found.is_some_and(|found| found.state == AuthenticatorState::Active)
    }

    pub fn phone(&self, login: &str) -> Option<String> {
        self.inside.lock().unwrap().accounts[login].0.phone.as_ref().map(ToString::to_string)
    }

    /// The next requests of this kind go wrong, one after another.
    pub fn fail(&self, request: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.inside.lock().unwrap().faults.entry(request).or_default().extend(faults);
    }

    /// Nothing goes wrong any more.
    pub fn mended(&self) {
        self.inside.lock().unwrap().faults.clear();
    }

    /// Every request goes wrong until it is up again.
    pub fn down(&self, why: Option<DirectoryError>) {
        self.inside.lock().unwrap().down = why;
    }

    /// How long it takes to set up an authenticator.
    pub fn pauses(&self, pause: std::time::Duration) {
        self.inside.lock().unwrap().pause = pause;
    }

    /// What an account has.
    pub fn devices(&self, login: &str) -> Vec<Listed> {
        self.inside.lock().unwrap().accounts[login].1.clone()
    }

    /// How often a request of this kind came, whatever became of it.
    pub fn times(&self, request: &str) -> usize {
        self.inside.lock().unwrap().asked.iter().filter(|asked| asked.split(' ').next() == Some(request)).count()
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<String> {
        self.inside.lock().unwrap().asked.clone()
    }

    fn run<T>(
        &self,
        request: &'static str,
        about: String,
        act: impl FnOnce(&mut Inside) -> Result<T, DirectoryError>,
        partly: impl FnOnce(&'static str) -> Option<T>,
    ) -> Result<T, DirectoryError> {
        let mut inside = self.inside.lock().unwrap();
        inside.asked.push(format!("{request} {about}").trim_end().to_owned());
        if let Some(down) = inside.down.clone() {
            return Err(down);
        }
        match inside.faults.get_mut(request).and_then(VecDeque::pop_front) {
            None | Some(Fault::Fine) => act(&mut inside),
            Some(Fault::Before(error)) => Err(error),
            Some(Fault::After(error)) => act(&mut inside).and(Err(error)),
            Some(Fault::Partly(left)) => {
                let done = act(&mut inside)?;
                Ok(partly(left).unwrap_or(done))
            }
        }
    }
}

fn nobody() -> DirectoryError {
    DirectoryError::Refused("no such account".to_owned())
}

#[async_trait]
impl Directory for FakeSystem {
    fn capabilities(&self) -> Capabilities {
        *self.can.lock().unwrap()
    }

    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError> {
        let about = match wanted {
            Wanted::Login(login) => login.to_string(),
            Wanted::Email(_) => "by-email".to_owned(),
        };
        let act = |inside: &mut Inside| {
            let mut all = inside.accounts.values().map(|(found, _)| found);
            let found = all.find(|found| match wanted {
                Wanted::Login(login) => found.login == *login,
                Wanted::Email(email) => found.email.as_ref().is_some_and(|found| found.key() == email.key()),
            });
            Ok(found.cloned())
        };
        self.run("find", about, act, |_| None)
    }

    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError> {
        let act = |inside: &mut Inside| {
            inside.accounts.get(login.as_str()).map(|(_, devices)| devices.clone()).ok_or_else(nobody)
        };
        self.run("authenticators", login.to_string(), act, |_| None)
    }

    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError> {
        let act = |inside: &mut Inside| {
            let (_, devices) = inside.accounts.get(login.as_str()).ok_or_else(nobody)?;
            let found = devices.iter().find(|each| each.serial == *serial);
            Ok(match found.map(|found| found.state) {
                Some(AuthenticatorState::Active) => Standing::Active,
                _ => Standing::Deactivated,
            })
        };
        self.run("standing", format!("{login} {serial}"), act, |_| None)
    }

    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError> {
        let act = |inside: &mut Inside| {
            let (_, devices) = inside.accounts.get_mut(order.login.as_str()).ok_or_else(nobody)?;
            let found = devices.iter_mut().find(|each| each.serial == order.serial).ok_or_else(nobody)?;
            assert_eq!(found.state, AuthenticatorState::Active, "it is asked to deactivate {} twice", order.serial);
            found.state = AuthenticatorState::Deactivated;
            Ok(Outcome::Complete)
        };
        let about = format!("{} {}", order.login, order.serial);
        self.run("deactivate", about, act, |left| Some(Outcome::Partly(left.to_owned())))
    }

    async fn end_sessions(&self, login: &Login, _key: OutboxId) -> Result<(), DirectoryError> {
        self.run("end_sessions", login.to_string(), |_| Ok(()), |_| None)
    }

    async fn update_phone(&self, login: &Login, phone: &E164, _key: OutboxId) -> Result<(), DirectoryError> {
        let act = |inside: &mut Inside| {
            inside.accounts.get_mut(login.as_str()).ok_or_else(nobody)?.0.phone = Some(phone.clone());
            Ok(())
        };
        self.run("update_phone", login.to_string(), act, |_| None)
    }

    async fn enrol(&self, login: &Login, serial: &Serial) -> Result<Fresh, DirectoryError> {
        let act = |inside: &mut Inside| {
            let (_, devices) = inside.accounts.get_mut(login.as_str()).ok_or_else(nobody)?;
            // What an earlier try left half made.
            devices.retain(|each| each.serial != *serial);
            devices.push(listed(serial.as_str(), AuthenticatorKind::VirtualTotp));
            let (uri, secret) = (format!("otpauth://totp/{login}?secret={FRESH_SECRET}"), FRESH_SECRET.to_owned());
            Ok(Fresh { uri: uri.into(), secret: secret.into() })
        };
        let pause = self.inside.lock().unwrap().pause;
        tokio::time::sleep(pause).await;
        self.run("enrol", format!("{login} {serial}"), act, |_| None)
    }

    async fn check(&self, _sample: Option<&Login>) -> Vec<Probe> {
        let answer = self.run("check", String::new(), |_| Ok(()), |_| None);
        vec![Probe { what: "it answers".to_owned(), wrong: answer.err().map(|error| error.to_string()) }]
    }
}

/// A directory of the desk that is in truth this system.
#[derive(Clone)]
pub struct Outside {
    pub name: &'static str,
    pub prefixes: Vec<String>,
    pub domains: Vec<String>,
    pub system: Arc<dyn Directory>,
}

impl Outside {
    /// One called `corp`, for accounts of `corp.example` and numbers such as `corp:login`.
    pub fn corp(system: &Arc<FakeSystem>) -> Self {
        Self {
            name: "corp",
            prefixes: vec!["corp:".to_owned()],
            domains: vec!["corp.example".to_owned()],
            system: Arc::clone(system) as _,
        }
    }

    pub fn configured(self, clock: Arc<dyn Clock>) -> Configured {
        Configured {
            name: self.name.parse().unwrap(),
            directory: Arc::new(Guarded::new(self.system, clock, std::time::Duration::from_secs(5))),
            prefixes: self.prefixes,
            domains: self.domains,
            kind: AccountKind::Owner,
            tier: Tier::Standard,
        }
    }
}
