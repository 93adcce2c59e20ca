use crate::directory::Configured;
use crate::domain::account::{Account, AccountKind, AccountStatus, Background, Tier};
use crate::domain::audit::details;
use crate::domain::contact::EmailAddress;
use crate::domain::contact_record::{Administrator, Contact, Values};
use crate::domain::directory::{DirectoryName, Home, Login};
use crate::domain::ids::AccountId;
use crate::store::mirror::Mirrored;
use crate::store::{StoreError, Tx, accounts, contacts, mirror};
use crate::workflow::Kit;
use crate::workflow::act::Act;

/// What the accounts of a directory are where their contacts do not say.
#[derive(Clone)]
pub(super) struct Defaults {
    name: DirectoryName,
    kind: AccountKind,
    tier: Tier,
}

impl Defaults {
    pub(super) fn of(configured: &Configured) -> Self {
        Self { name: configured.name.clone(), kind: configured.kind, tier: configured.tier }
    }

    /// Where an account lives that the directory calls so.
    pub(super) fn home(&self, login: &Login) -> Home {
        Home::Elsewhere { directory: self.name.clone(), login: login.clone() }
    }
}

/// Makes the mirrored account what a contact says now, where it said otherwise before: an address that is another than
/// the contact's was is one that the directory tells, and stays. A form finds the account by its address, so one
/// without is not made.
pub(super) fn put(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    defaults: &Defaults,
    (before, after): (Option<&Contact>, &Contact),
) -> Result<Option<AccountId>, StoreError> {
    let Some(id) = mirror::find_by_login(tx.connection, &after.directory, &after.login)? else {
        return make(tx, kit, act, defaults, after);
    };
    let Some(account) = accounts::find(tx.connection, id)? else { return Ok(None) };
    let nothing = Values::default();
    let was = before.map_or(&nothing, |contact| &contact.values);
    // It is to be read from its directory again before it is relied on.
    mirror::keep(tx, &merged(account, was, after), Mirrored::Unread, act.at)?;
    Ok(Some(id))
}

fn merged(mut account: Account, was: &Values, contact: &Contact) -> Account {
    let now = &contact.values;
    let of_contact = was.email.as_ref().map(EmailAddress::key) == Some(account.email.key());
    if let Some(email) = now.email.as_ref().filter(|_| of_contact) {
        account.email = email.clone();
        account.background.email_changed_at = contact.email_changed_at.max(account.background.email_changed_at);
    }
    if now.phone.is_some() && account.phone == was.phone {
        account.phone.clone_from(&now.phone);
        account.background.phone_changed_at = contact.phone_changed_at.max(account.background.phone_changed_at);
    }
    if let Some(name) = now.name.as_ref().filter(|_| was.name.as_ref().is_none_or(|name| *name == account.name)) {
        account.name.clone_from(name);
    }
    account.kind = now.kind.unwrap_or(account.kind);
    account.tier = now.tier.unwrap_or(account.tier);
    account.background.country = now.country.clone().or(account.background.country);
    account
}

fn make(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    defaults: &Defaults,
    contact: &Contact,
) -> Result<Option<AccountId>, StoreError> {
    let values = &contact.values;
    let Some(email) = values.email.clone() else { return Ok(None) };
    let account = Account {
        id: kit.id(AccountId::new, act.at),
        home: defaults.home(&contact.login),
        email,
        number: None,
        name: values.name.clone().unwrap_or_else(|| contact.login.to_string()),
        kind: values.kind.unwrap_or(defaults.kind),
        tier: values.tier.unwrap_or(defaults.tier),
        phone: values.phone.clone(),
        status: AccountStatus::Active,
        background: Background {
            email_changed_at: contact.email_changed_at,
            phone_changed_at: contact.phone_changed_at,
            country: values.country.clone(),
        },
    };
    accounts::insert(tx, &account, None, act.at)?;
    Ok(Some(account.id))
}

/// Names the administrators that contacts name, as far as they and whom they administer have accounts: those of this
/// contact's account, and the accounts that it administers.
pub(in crate::workflow) fn name_administrators(
    tx: &mut Tx<'_>,
    act: &Act,
    contact: &Contact,
) -> Result<(), StoreError> {
    let there = |connection: &mut _, login: &Login| mirror::find_by_login(connection, &contact.directory, login);
    let Some(own) = there(tx.connection, &contact.login)? else { return Ok(()) };
    let mut pairs = Vec::new();
    for administrator in &contact.values.administrators {
        let administrator = match administrator {
            Administrator::Here { local } => accounts::find(tx.connection, *local)?.map(|account| account.id),
            Administrator::There(login) => there(tx.connection, login)?,
        };
        pairs.extend(administrator.map(|administrator| (own, administrator)));
    }
    for other in contacts::administered_by(tx.connection, &contact.directory, &contact.login)? {
        pairs.extend(there(tx.connection, &other.login)?.map(|account| (account, own)));
    }
    for (account, administrator) in pairs {
        if contacts::administers(tx.connection, administrator, account)? {
            continue;
        }
        accounts::add_administrator(tx, account, administrator)?;
        let about = details([("administrator", administrator.to_string().into())]);
        tx.record(act.entry("account.administrator_added", None, Some(account), about));
    }
    Ok(())
}
