//! The accounts, and sessions in them.

use roxmltree::Node;

use super::client::{Fault, Keys, Query};
use super::credentials::{Chain, Kept, Role, Task};
use super::names::{ROOT, is_user_name, split};
use crate::config::AwsAccountSettings;
use crate::directory::{DirectoryError, Effect};
use crate::domain::directory::Login;

/// An account whose users the desk looks after.
pub(super) struct Account {
    pub id: String,
    pub role: Option<Role>,
    session: Kept,
    audit: Kept,
    delete: Kept,
}

impl Account {
    fn new(settings: &AwsAccountSettings) -> Self {
        let role = settings.role_arn.clone();
        let role = role.map(|arn| Role { arn, external_id: settings.external_id.clone(), session: None });
        Self {
            id: settings.id.clone(),
            role,
            session: Kept::default(),
            audit: Kept::default(),
            delete: Kept::default(),
        }
    }
}

/// Somebody in an account.
#[derive(Clone, Copy)]
pub(super) struct Person<'a> {
    pub account: &'a Account,
    /// The name of an IAM user; nothing means the root user.
    pub user: Option<&'a str>,
}

impl Person<'_> {
    /// The field that names a user. The root user has none: a root session means itself.
    pub(super) fn field(&self) -> Vec<(&'static str, String)> {
        self.user.map(|name| ("UserName", name.to_owned())).into_iter().collect()
    }
}

/// The accounts and how they are reached.
pub(super) struct Access {
    pub chain: Chain,
    pub accounts: Vec<Account>,
    root_users: bool,
}

impl Access {
    pub(super) fn new(chain: Chain, accounts: &[AwsAccountSettings], root_users: bool) -> Self {
        Self { chain, accounts: accounts.iter().map(Account::new).collect(), root_users }
    }

    /// Whom a login means, if it can mean anybody here.
    pub(super) fn person<'a>(&'a self, login: &'a Login) -> Option<Person<'a>> {
        let (id, name) = split(login.as_str());
        let account = match (id, self.accounts.as_slice()) {
            (Some(id), all) => all.iter().find(|account| account.id == id)?,
            (None, [only]) => only,
            (None, _) => return None,
        };
        let user = match name {
            ROOT if self.root_users => None,
            name => Some(name).filter(|name| is_user_name(name)).map(Some)?,
        };
        Some(Person { account, user })
    }

    /// Asks on behalf of the desk about somebody: as the account's role, or as its root user.
    pub(super) async fn ask<T>(
        &self,
        about: Person<'_>,
        query: &Query,
        read: impl Fn(Node<'_, '_>) -> Option<T>,
    ) -> Result<T, Fault> {
        let account = about.account;
        let (kept, task) = match (about.user, query.effect) {
            (Some(_), _) if account.role.is_none() => return self.chain.ask(query, read).await,
            (Some(_), _) => (&account.session, None),
            (None, Effect::Looks) => (&account.audit, Some(Task::Audit)),
            (None, Effect::Acts) => (&account.delete, Some(Task::Delete)),
        };
        let client = &self.chain.client;
        let keys = async || kept.or(client.clock.now(), self.session(account, task)).await;
        let first = keys().await?;
        match client.ask(query, Some(&first), &read).await {
            Err(fault) if fault.is_stale() => {
                kept.forget(&first).await;
                client.ask(query, Some(&keys().await?), &read).await
            }
            answer => answer,
        }
    }

    async fn session(&self, account: &Account, task: Option<Task>) -> Result<Keys, DirectoryError> {
        match (task, &account.role) {
            (Some(task), _) => self.chain.assume_root(&account.id, task).await,
            (None, Some(role)) => self.chain.assume(role).await,
            (None, None) => self.chain.keys().await,
        }
    }
}
