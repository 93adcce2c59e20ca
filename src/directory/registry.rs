use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Capabilities, Directory, DirectoryError, Guarded, LocalDirectory, Trouble};
use crate::domain::account::{AccountKind, Tier};
use crate::domain::contact::EmailAddress;
use crate::domain::directory::{DirectoryName, Home, Login};

/// A directory as it is configured.
pub struct Configured {
    /// What it is called.
    pub name: DirectoryName,
    /// How it is reached.
    pub directory: Arc<Guarded>,
    /// What account numbers of its accounts begin with; the login is what follows.
    pub prefixes: Vec<String>,
    /// Domains of the mail addresses of its accounts, in lower case.
    pub domains: Vec<String>,
    /// What its accounts are, where the contacts say nothing else.
    pub kind: AccountKind,
    /// How much they are worth to an attacker, where the contacts say nothing else.
    pub tier: Tier,
}

/// Where a form leads.
pub struct Route<'a> {
    /// To which directory.
    pub to: &'a Configured,
    /// The login that the form names, if it does.
    pub login: Option<Login>,
}

/// A directory that does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Down {
    /// What it is called.
    pub name: DirectoryName,
    /// Since when.
    pub since: DateTime<Utc>,
    /// What it said last, or what became of the last request.
    pub why: String,
}

/// The directories beside the embedded one. Whoever holds them holds no database.
pub struct Others(Vec<Configured>);

impl Others {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Configured> {
        self.0.iter()
    }

    /// The directory of this name.
    pub fn named(&self, name: &DirectoryName) -> Option<&Configured> {
        self.0.iter().find(|each| each.name == *name)
    }

    /// What the directory that an account lives in tells and can change; nothing where it is not configured any more.
    pub fn capabilities(&self, home: &Home) -> Capabilities {
        match home {
            Home::Local => LocalDirectory::CAPABILITIES,
            Home::Elsewhere { directory, .. } => {
                self.named(directory).map(|each| each.directory.capabilities()).unwrap_or_default()
            }
        }
    }

    /// The directories that something is wrong with, as this instance sees them.
    pub fn down(&self) -> Vec<Down> {
        let trouble = |each: &Configured| {
            let Trouble { since, why } = each.directory.trouble()?;
            Some(Down { name: each.name.clone(), since, why })
        };
        self.0.iter().filter_map(trouble).collect()
    }

    /// Where a form leads that names this account number and address: the longest prefix of the number decides, then
    /// the address's domain. Nothing means the embedded directory.
    pub fn route(&self, number: Option<&str>, email: &EmailAddress) -> Option<Route<'_>> {
        let by_number = number.and_then(|number| {
            let fitting = self.0.iter().flat_map(|to| to.prefixes.iter().map(move |prefix| (to, prefix)));
            let (to, prefix) =
                fitting.filter(|(_, prefix)| number.starts_with(*prefix)).max_by_key(|(_, p)| p.len())?;
            Some(Route { to, login: number[prefix.len()..].trim().parse().ok() })
        });
        by_number.or_else(|| {
            let key = email.key();
            let domain = key.rsplit_once('@').map(|(_, domain)| domain)?;
            let to = self.0.iter().find(|each| each.domains.iter().any(|each| each == domain))?;
            Some(Route { to, login: None })
        })
    }
}

/// Every directory that the desk knows.
pub struct Directories {
    /// The embedded one.
    pub local: Arc<LocalDirectory>,
    /// The others.
    pub others: Arc<Others>,
}

impl Directories {
    /// The embedded directory and others.
    pub fn new(local: Arc<LocalDirectory>, others: Vec<Configured>) -> Self {
        Self { local, others: Arc::new(Others(others)) }
    }

    /// The directory that an account lives in.
    ///
    /// # Errors
    /// [`DirectoryError::Denied`] when it is not configured any more.
    pub fn of(&self, home: &Home) -> Result<Arc<dyn Directory>, DirectoryError> {
        match home {
            Home::Local => Ok(Arc::clone(&self.local) as Arc<dyn Directory>),
            Home::Elsewhere { directory, .. } => self
                .others
                .named(directory)
                .map(|configured| Arc::clone(&configured.directory) as Arc<dyn Directory>)
                .ok_or_else(|| DirectoryError::Denied(format!("`{directory}` is not configured any more"))),
        }
    }
}
