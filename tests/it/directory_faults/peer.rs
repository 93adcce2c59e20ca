//! What the faults need to know of a directory.

use mfa_desk::domain::account::{Account, AccountKind, AccountStatus, Background, Tier};
use mfa_desk::domain::contact_record::{Contact, Values};
use mfa_desk::domain::directory::Home;
use mfa_desk::domain::ids::{AccountId, ContactId};
use mfa_desk::store::{Tx, accounts, contacts};

use crate::support::world::World;

/// The time-out of each directory's table: longer than one ever takes on a busy machine.
pub const PATIENCE_SECONDS: u64 = 5;

/// Which request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// The one that switches the authenticator off.
    Act,
    /// The last look before it.
    Look,
}

/// An account with one authenticator that is on.
pub struct There {
    pub login: String,
    pub serial: String,
    pub email: String,
}

pub type Aimed = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// A directory behind the proxy.
pub trait Peer {
    fn name(&self) -> &'static str;

    /// `host:port` of the directory.
    fn upstream(&self) -> String;

    /// The table `[[directories]]` called `peer` that reaches it at `url`.
    fn toml(&self, url: &str) -> String;

    /// A body that it would never answer with, and its media type.
    fn nonsense(&self) -> (&'static str, &'static str);

    /// Tells the request that is to go wrong by its head and body.
    fn aims(&self, aim: Aim, serial: &str) -> Aimed;

    /// Adds an account with one authenticator.
    async fn add(&self, name: &str) -> There;

    /// Asks the directory itself, past the proxy.
    async fn is_active(&self, account: &There) -> bool;
}

impl World {
    /// The desk knows the account's addresses, as if they had been imported.
    pub async fn knows(&self, there: &There) {
        let at = self.now();
        let id = AccountId::new(at, self.desk.kit.entropy.bytes());
        let account = Account {
            id,
            home: Home::Elsewhere { directory: "peer".parse().unwrap(), login: there.login.parse().unwrap() },
            email: there.email.parse().unwrap(),
            number: None,
            name: there.login.clone(),
            kind: AccountKind::Owner,
            tier: Tier::Standard,
            phone: Some("+447911123456".parse().unwrap()),
            status: AccountStatus::Active,
            background: Background::default(),
        };
        let values = Values { email: Some(account.email.clone()), phone: account.phone.clone(), ..Values::default() };
        let contact = Contact {
            id: ContactId::new(at, self.desk.kit.entropy.bytes()),
            directory: "peer".parse().unwrap(),
            login: there.login.parse().unwrap(),
            values,
            since: at,
            email_changed_at: None,
            phone_changed_at: None,
        };
        let insert = move |tx: &mut Tx<'_>| {
            contacts::keep(tx, &contact)?;
            accounts::insert(tx, &account, None, at)
        };
        self.desk.store.write(insert).await.unwrap();
    }
}
