use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use serde::Deserialize;

use super::mirror::{Defaults, put};
use super::record;
use crate::directory::Configured;
use crate::domain::account::{AccountKind, Tier};
use crate::domain::audit::details;
use crate::domain::contact::EmailAddress;
use crate::domain::contact_record::{Administrator, ChangeState, Contact, ContactChange, Plan, Standing, Values, plan};
use crate::domain::directory::{DirectoryName, Login};
use crate::domain::form::is_unprintable;
use crate::domain::ids::{ContactChangeId, ContactId};
use crate::domain::origin::country;
use crate::store::{AnyConnection, StoreError, Tx, accounts, cases, contact_changes, contacts, mirror, throttle};
use crate::workflow::act::Act;
use crate::workflow::import_lines::{ImportError, LineError, listed, read};
use crate::workflow::{Desk, Kit};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContactsImported {
    /// Contacts that count at once.
    pub added: usize,
    /// Additions and changes that are held now.
    pub held: usize,
    /// Changes that were held and are given up, because the file wants everything as it is.
    pub taken_back: usize,
    /// Lines that say what is so, or is held already.
    pub unchanged: usize,
}

/// Whether what somebody stopped may be asked for once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// A line that repeats it is wrong.
    No,
    /// It is held anew.
    Yes,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    login: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    administrators: String,
}

#[derive(Clone)]
struct Parsed {
    line: u64,
    login: Login,
    values: Values,
    /// As they stand in the file: logins or e-mail addresses.
    administrators: Vec<String>,
}

const COLUMNS: &str = "login,email,phone,name,kind,tier,country,administrators";

/// A directory that contacts are imported for.
#[derive(Clone)]
struct Into {
    name: DirectoryName,
    prefixes: Vec<String>,
    defaults: Defaults,
}

impl Desk {
    /// Imports contacts of a directory: all of the file or nothing. What is to be held is told to the addresses of
    /// record by the server, which then begins its hold.
    ///
    /// # Errors
    /// [`ImportError`] lists every line that is wrong.
    pub async fn import_contacts(
        &self,
        act: Act,
        directory: &DirectoryName,
        file: impl Read,
        resume: Resume,
    ) -> Result<ContactsImported, ImportError> {
        let Some(configured) = self.directories.others.named(directory) else {
            return Err(ImportError::NoDirectory(directory.to_string()));
        };
        let into = Into::of(configured);
        let (parsed, mut errors) = read(file, COLUMNS, &["login"], parse)?;
        errors.extend(doubled(&parsed));
        if !errors.is_empty() {
            errors.sort_by_key(|error| error.line);
            return Err(ImportError::Lines(errors));
        }
        let kit = Arc::clone(&self.kit);
        let import = move |tx: &mut Tx<'_>| {
            throttle::serialise(tx, "contacts", into.name.as_str())?;
            Import { kit: &kit, act: &act, into: &into, resume }.run(tx, &parsed)
        };
        let done = self.store.write(import).await?;
        self.run_errands();
        done.map_err(ImportError::Lines)
    }
}

impl Into {
    fn of(configured: &Configured) -> Self {
        Self {
            name: configured.name.clone(),
            prefixes: configured.prefixes.clone(),
            defaults: Defaults::of(configured),
        }
    }
}

fn parse(line: u64, row: &Line) -> Result<Parsed, Vec<LineError>> {
    let mut errors = Vec::new();
    let mut wrong = |column, why: &str| errors.push(LineError { line, column, why: why.to_owned() });
    let login = row.login.parse::<Login>().map_err(|_| wrong("login", "must be 1 to 512 printable characters")).ok();
    fn given<T>(cell: &str, read: impl FnOnce(&str) -> Option<T>, wrong: impl FnOnce()) -> Option<T> {
        if cell.is_empty() {
            return None;
        }
        let value = read(cell);
        if value.is_none() {
            wrong();
        }
        value
    }
    let email = given(&row.email, |cell| cell.parse().ok(), || wrong("email", "not an e-mail address"));
    let phone =
        given(&row.phone, |cell| cell.parse().ok(), || wrong("phone", "not a valid number with its country code"));
    let printable = |cell: &str| {
        let fits = cell.chars().count() <= 120 && !cell.chars().any(is_unprintable);
        fits.then(|| cell.to_owned())
    };
    let name = given(&row.name, printable, || wrong("name", "must be one printable line of at most 120 characters"));
    let kind = |cell: &str| AccountKind::from_code(cell).filter(|kind| *kind != AccountKind::Staff);
    let kind = given(&row.kind, kind, || wrong("kind", "must be owner or member"));
    let tier = given(&row.tier, Tier::from_code, || wrong("tier", "must be standard or privileged"));
    let country = given(&row.country, country, || {
        wrong("country", "must be two letters such as DE (ISO 3166-1 alpha-2)");
    });
    match login {
        Some(login) if errors.is_empty() => Ok(Parsed {
            line,
            login,
            values: Values { email, phone, name, kind, tier, country, administrators: BTreeSet::new() },
            administrators: listed(&row.administrators),
        }),
        _ => Err(errors),
    }
}

fn doubled(parsed: &[Parsed]) -> Vec<LineError> {
    let (mut logins, mut emails, mut errors) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for Parsed { line, login, values, .. } in parsed {
        let mut twice =
            |column| errors.push(LineError { line: *line, column, why: "stands twice in this file".to_owned() });
        if !logins.insert(login.clone()) {
            twice("login");
        }
        if values.email.as_ref().is_some_and(|email| !emails.insert(email.key())) {
            twice("email");
        }
    }
    errors
}

/// One import, in its transaction.
struct Import<'a> {
    kit: &'a Kit,
    act: &'a Act,
    into: &'a Into,
    resume: Resume,
}

/// A line with everything that is known of its login.
struct Weighed {
    login: Login,
    contact: Option<Contact>,
    held: Option<ContactChange>,
    plan: Plan,
}

impl Import<'_> {
    fn run(&self, tx: &mut Tx<'_>, parsed: &[Parsed]) -> Result<Result<ContactsImported, Vec<LineError>>, StoreError> {
        let first_import = !contacts::any(tx.connection, &self.into.name)?;
        let (mut weighed, mut errors) = (Vec::new(), Vec::new());
        let in_file: BTreeMap<String, &Login> = parsed
            .iter()
            .filter_map(|each| each.values.email.as_ref().map(|email| (email.key(), &each.login)))
            .collect();
        let logins: BTreeSet<&Login> = parsed.iter().map(|each| &each.login).collect();
        for each in parsed {
            let mut values = each.values.clone();
            for named in &each.administrators {
                match self.administrator(tx.connection, named, &logins, &in_file)? {
                    Some(Administrator::There(login)) if login == each.login => {
                        let why = "nobody can be their own administrator".to_owned();
                        errors.push(LineError { line: each.line, column: "administrators", why });
                    }
                    Some(administrator) => {
                        values.administrators.insert(administrator);
                    }
                    None => {
                        let why = "must be logins or e-mail addresses of this directory, or addresses of the embedded one, with ; between them";
                        errors.push(LineError { line: each.line, column: "administrators", why: why.to_owned() });
                    }
                }
            }
            let line = self.weigh(tx.connection, &each.login, &values, first_import)?;
            errors.extend(self.wrong_with(tx.connection, each.line, &line)?);
            weighed.push(line);
        }
        if !errors.is_empty() {
            errors.sort_by_key(|error| error.line);
            return Ok(Err(errors));
        }
        self.store(tx, weighed).map(Ok)
    }

    /// Whom a cell names: a login that is known or stands in the file, or whoever has this address, in the directory or
    /// with us.
    fn administrator(
        &self,
        connection: &mut AnyConnection,
        named: &str,
        logins: &BTreeSet<&Login>,
        in_file: &BTreeMap<String, &Login>,
    ) -> Result<Option<Administrator>, StoreError> {
        let directory = &self.into.name;
        if let Ok(login) = named.parse::<Login>() {
            let known = logins.contains(&login)
                || contacts::find(connection, directory, &login)?.is_some()
                || mirror::find_by_login(connection, directory, &login)?.is_some();
            if known {
                return Ok(Some(Administrator::There(login)));
            }
        }
        let Ok(email) = named.parse::<EmailAddress>() else { return Ok(None) };
        if let Some(login) = in_file.get(&email.key()) {
            return Ok(Some(Administrator::There((*login).clone())));
        }
        if let Some(contact) = contacts::find_by_email(connection, directory, &email)? {
            return Ok(Some(Administrator::There(contact.login)));
        }
        let here = accounts::find_by_email(connection, &email)?;
        Ok(here.map(|account| Administrator::Here { local: account.id }))
    }

    fn weigh(
        &self,
        connection: &mut AnyConnection,
        login: &Login,
        values: &Values,
        first_import: bool,
    ) -> Result<Weighed, StoreError> {
        let contact = contacts::find(connection, &self.into.name, login)?;
        let held = contact_changes::held_for(connection, &self.into.name, login)?;
        let asked_about = first_import && self.is_asked_about(connection, login, values)?;
        let standing = Standing {
            contact: contact.as_ref(),
            held: held.as_ref().map(|held| &held.values),
            first_import,
            asked_about,
        };
        let plan = plan(&standing, values);
        Ok(Weighed { login: login.clone(), plan, contact, held })
    }

    fn is_asked_about(
        &self,
        connection: &mut AnyConnection,
        login: &Login,
        values: &Values,
    ) -> Result<bool, StoreError> {
        let numbers: Vec<String> = self.into.prefixes.iter().map(|prefix| format!("{prefix}{login}")).collect();
        if contacts::is_asked_about(connection, values.email.as_ref(), &numbers)? {
            return Ok(true);
        }
        match mirror::find_by_login(connection, &self.into.name, login)? {
            Some(account) => Ok(!cases::open_of_account(connection, account)?.is_empty()),
            None => Ok(false),
        }
    }

    /// What keeps a line from being taken as it was weighed.
    fn wrong_with(
        &self,
        connection: &mut AnyConnection,
        line: u64,
        weighed: &Weighed,
    ) -> Result<Vec<LineError>, StoreError> {
        let (directory, login) = (&self.into.name, &weighed.login);
        let (Plan::AtOnce(values) | Plan::Held(values)) = &weighed.plan else { return Ok(Vec::new()) };
        let mut errors = Vec::new();
        if let Some(email) = &values.email {
            let contact = contacts::find_by_email(connection, directory, email)?;
            let mirrored = mirror::find_by_email(connection, directory, email)?;
            let own = mirror::find_by_login(connection, directory, login)?;
            let taken = contact.is_some_and(|contact| contact.login != *login)
                || mirrored.is_some_and(|account| own != Some(account))
                || contact_changes::is_spoken_for(connection, directory, login, email)?;
            if taken {
                let why = "another login of this directory has this address".to_owned();
                errors.push(LineError { line, column: "email", why });
            }
        }
        if self.resume == Resume::No {
            let since = self.act.at - self.kit.periods.dispute_link();
            let stopped = contact_changes::stopped_since(connection, directory, login, since)?;
            let again = |change: &ContactChange| change.values.shares_an_address(values);
            if stopped.iter().any(again) {
                let why = "somebody stopped this address; import with --resume to have it held once more".to_owned();
                errors.push(LineError { line, column: "", why });
            }
        }
        Ok(errors)
    }

    fn store(&self, tx: &mut Tx<'_>, weighed: Vec<Weighed>) -> Result<ContactsImported, StoreError> {
        let (mut report, mut new) = (ContactsImported::default(), Vec::new());
        for line in weighed {
            match line.plan {
                Plan::Nothing => report.unchanged += 1,
                Plan::AtOnce(values) => {
                    report.added += 1;
                    new.push(self.add(tx, line.login, values)?);
                }
                Plan::TakeBack => {
                    report.taken_back += 1;
                    self.end_held(tx, line.held, ChangeState::TakenBack)?;
                }
                Plan::Held(values) => {
                    report.held += 1;
                    self.end_held(tx, line.held, ChangeState::Replaced)?;
                    self.hold(tx, line.login, values, line.contact.is_none())?;
                }
            }
        }
        for contact in &new {
            let account = put(tx, self.kit, self.act, &self.into.defaults, (None, contact))?;
            let about = details([
                ("directory", contact.directory.as_str().into()),
                ("contact", contact.id.to_string().into()),
                ("fields", contact.values.fields().into()),
            ]);
            tx.record(self.act.entry("contact.added", None, account, about));
        }
        // Only now every administrator has an account.
        for contact in &new {
            super::mirror::name_administrators(tx, self.act, contact)?;
        }
        let about = details([
            ("directory", self.into.name.as_str().into()),
            ("added", report.added.into()),
            ("held", report.held.into()),
            ("taken_back", report.taken_back.into()),
            ("unchanged", report.unchanged.into()),
        ]);
        tx.record(self.act.entry("contacts.imported", None, None, about));
        if report.added > 0 {
            super::tell::first_import(tx, self.kit, self.act, &self.into.name, report.added)?;
        }
        Ok(report)
    }

    fn add(&self, tx: &mut Tx<'_>, login: Login, values: Values) -> Result<Contact, StoreError> {
        let contact = Contact {
            id: self.kit.id(ContactId::new, self.act.at),
            directory: self.into.name.clone(),
            login,
            values,
            since: self.act.at,
            // Nothing was of record before it that it could have taken the place of.
            email_changed_at: None,
            phone_changed_at: None,
        };
        contacts::keep(tx, &contact)?;
        Ok(contact)
    }

    fn end_held(&self, tx: &mut Tx<'_>, held: Option<ContactChange>, state: ChangeState) -> Result<(), StoreError> {
        let Some(held) = held else { return Ok(()) };
        let ended = ContactChange {
            state,
            ended_at: Some(self.act.at),
            ended_by: Some(self.act.actor.kind().to_owned()),
            ..held
        };
        contact_changes::update(tx, ChangeState::Held, &ended)?;
        let action = if state == ChangeState::Replaced { "contact.replaced" } else { "contact.taken_back" };
        record(tx, self.act, action, &ended, details([])).map(|_| ())
    }

    fn hold(&self, tx: &mut Tx<'_>, login: Login, values: Values, is_new: bool) -> Result<(), StoreError> {
        let change = ContactChange {
            id: self.kit.id(ContactChangeId::new, self.act.at),
            directory: self.into.name.clone(),
            login,
            values,
            state: ChangeState::Held,
            requested_at: self.act.at,
            requested_by: self.act.actor.kind().to_owned(),
            old_email: None,
            old_phone: None,
            hold: None,
            ended_at: None,
            ended_by: None,
            objected_at: None,
        };
        contact_changes::insert(tx, &change)?;
        record(tx, self.act, "contact.held", &change, details([("new", is_new.into())])).map(|_| ())
    }
}
