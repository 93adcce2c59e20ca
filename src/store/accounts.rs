//! The `local` directory's accounts and authenticators.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, TextExpressionMethods,
};

use super::schema::{account_administrators, accounts, authenticators};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::account::{
    Account, AccountKind, AccountStatus, Authenticator, AuthenticatorKind, AuthenticatorState, Background, Tier,
};
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::directory::{Home, LOCAL};
use crate::domain::form::Language;
use crate::domain::ids::{AccountId, AuthenticatorId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: String,
    email: String,
    email_key: String,
    number: Option<String>,
    name: String,
    kind: String,
    tier: String,
    phone: Option<String>,
    status: String,
    password_hash: Option<String>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    email_changed_at: Option<NaiveDateTime>,
    phone_changed_at: Option<NaiveDateTime>,
    country: Option<String>,
    code_failures: i32,
    language: Option<String>,
    staff: bool,
    directory: String,
    login: Option<String>,
    read_at: Option<NaiveDateTime>,
}

/// People at the desk have accounts that no customer's page finds; and somebody may have one account in each directory
/// with the same address.
pub(super) fn email_key(email: &EmailAddress, staff: bool, home: &Home) -> String {
    match home {
        _ if staff => format!("staff:{}", email.key()),
        Home::Local => email.key(),
        Home::Elsewhere { directory, .. } => format!("{directory}:{}", email.key()),
    }
}

impl AccountRow {
    fn into_account(self) -> Result<Account, StoreError> {
        Ok(Account {
            id: parsed("account", &self.id)?,
            home: match (self.directory.as_str(), self.login) {
                (LOCAL, _) => Home::Local,
                (name, Some(login)) => {
                    Home::Elsewhere { directory: parsed("directory", name)?, login: parsed("login", &login)? }
                }
                (_, None) => return Err(corrupt("login of account", &self.id)),
            },
            email: parsed("account e-mail", &self.email)?,
            number: self.number,
            name: self.name,
            kind: match self.staff {
                true => AccountKind::Staff,
                false => AccountKind::from_code(&self.kind).ok_or_else(|| corrupt("account kind", &self.kind))?,
            },
            tier: Tier::from_code(&self.tier).ok_or_else(|| corrupt("tier", &self.tier))?,
            phone: parsed_if("account phone", self.phone.as_deref())?,
            status: AccountStatus::from_code(&self.status).ok_or_else(|| corrupt("account status", &self.status))?,
            background: Background {
                email_changed_at: self.email_changed_at.map(|at| at.and_utc()),
                phone_changed_at: self.phone_changed_at.map(|at| at.and_utc()),
                country: self.country,
            },
        })
    }
}

/// The account with this identifier.
pub fn find(connection: &mut AnyConnection, id: AccountId) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = accounts::table.find(id.to_string()).first(connection).optional()?;
    row.map(AccountRow::into_account).transpose()
}

/// The customer's account in the embedded directory with this e-mail address of record; never one of somebody at the
/// desk.
pub fn find_by_email(connection: &mut AnyConnection, email: &EmailAddress) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = accounts::table
        .filter(accounts::email_key.eq(email_key(email, false, &Home::Local)))
        .first(connection)
        .optional()?;
    row.map(AccountRow::into_account).transpose()
}

/// The customers' accounts with this e-mail address of record, in whichever directory: the embedded one and mirrored ones.
pub fn all_by_email(connection: &mut AnyConnection, email: &EmailAddress) -> Result<Vec<Account>, StoreError> {
    let key = email.key();
    let rows: Vec<AccountRow> = accounts::table
        .filter(accounts::staff.eq(false))
        .filter(accounts::email_key.eq(&key).or(accounts::email_key.like(format!("%:{key}"))))
        .order(accounts::id.asc())
        .load(connection)?;
    let found: Vec<Account> = rows.into_iter().map(AccountRow::into_account).collect::<Result<_, _>>()?;
    // An underscore stands for any character in LIKE.
    Ok(found.into_iter().filter(|account| account.email.key() == key).collect())
}

/// The account with this account number.
pub fn find_by_number(connection: &mut AnyConnection, number: &str) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = accounts::table.filter(accounts::number.eq(number)).first(connection).optional()?;
    row.map(AccountRow::into_account).transpose()
}

/// Whether an account has this number already.
pub fn number_is_taken(connection: &mut AnyConnection, number: &str) -> Result<bool, StoreError> {
    let found: Option<String> =
        accounts::table.filter(accounts::number.eq(number)).select(accounts::id).first(connection).optional()?;
    Ok(found.is_some())
}

/// Adds an account. `password_hash` is in PHC string format.
///
/// # Errors
/// [`StoreError::Duplicate`] when its address or number exists.
pub fn insert(
    tx: &mut Tx<'_>,
    account: &Account,
    password_hash: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let staff = account.kind == AccountKind::Staff;
    // The column tells customers' kinds apart; somebody at the desk is told by `staff`.
    let kind = if staff { AccountKind::Owner } else { account.kind };
    let row = AccountRow {
        id: account.id.to_string(),
        email: account.email.to_string(),
        email_key: email_key(&account.email, staff, &account.home),
        number: account.number.clone(),
        name: account.name.clone(),
        kind: kind.code().to_owned(),
        tier: account.tier.code().to_owned(),
        phone: account.phone.as_ref().map(ToString::to_string),
        status: account.status.code().to_owned(),
        password_hash: password_hash.map(str::to_owned),
        created_at: stored(at),
        updated_at: stored(at),
        email_changed_at: account.background.email_changed_at.map(stored),
        phone_changed_at: account.background.phone_changed_at.map(stored),
        country: account.background.country.clone(),
        code_failures: 0,
        language: None,
        staff,
        directory: account.home.name().to_owned(),
        login: match &account.home {
            Home::Local => None,
            Home::Elsewhere { login, .. } => Some(login.to_string()),
        },
        read_at: None,
    };
    diesel::insert_into(accounts::table).values(row).execute(tx.connection)?;
    Ok(())
}

/// Replaces the telephone number of record. False when there is no such account.
pub fn set_phone(tx: &mut Tx<'_>, id: AccountId, phone: &E164, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(accounts::table.find(id.to_string()))
        .set((
            accounts::phone.eq(phone.as_str()),
            accounts::phone_changed_at.eq(stored(at)),
            accounts::updated_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// The accounts that may administer this one and are in use.
pub fn administrators(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<Account>, StoreError> {
    let rows: Vec<AccountRow> = accounts::table
        .inner_join(account_administrators::table.on(account_administrators::administrator_id.eq(accounts::id)))
        .filter(account_administrators::account_id.eq(account.to_string()))
        .filter(accounts::status.eq(AccountStatus::Active.code()))
        .order(accounts::id.asc())
        .select(accounts::all_columns)
        .load(connection)?;
    rows.into_iter().map(AccountRow::into_account).collect()
}

/// The accounts in use that this one may administer.
pub fn administered_by(connection: &mut AnyConnection, administrator: AccountId) -> Result<Vec<Account>, StoreError> {
    let rows: Vec<AccountRow> = accounts::table
        .inner_join(account_administrators::table.on(account_administrators::account_id.eq(accounts::id)))
        .filter(account_administrators::administrator_id.eq(administrator.to_string()))
        .filter(accounts::status.eq(AccountStatus::Active.code()))
        .order(accounts::id.asc())
        .select(accounts::all_columns)
        .load(connection)?;
    rows.into_iter().map(AccountRow::into_account).collect()
}

/// Names an administrator of an account.
pub fn add_administrator(tx: &mut Tx<'_>, account: AccountId, administrator: AccountId) -> Result<(), StoreError> {
    diesel::insert_into(account_administrators::table)
        .values((
            account_administrators::account_id.eq(account.to_string()),
            account_administrators::administrator_id.eq(administrator.to_string()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = authenticators)]
struct AuthenticatorRow {
    id: String,
    account_id: String,
    kind: String,
    label: String,
    state: String,
    enrolled_at: NaiveDateTime,
    deactivated_at: Option<NaiveDateTime>,
    secret: Option<String>,
    drift: i64,
    last_step: Option<i64>,
    passkey: Option<String>,
    last_used_at: Option<NaiveDateTime>,
    credential_id: Option<String>,
    sign_count: i64,
    serial: Option<String>,
}

impl AuthenticatorRow {
    fn into_authenticator(self) -> Result<Authenticator, StoreError> {
        let unknown = || corrupt("authenticator", &self.id);
        Ok(Authenticator {
            id: parsed("authenticator", &self.id)?,
            account: parsed("account", &self.account_id)?,
            kind: AuthenticatorKind::from_code(&self.kind).ok_or_else(unknown)?,
            label: self.label.clone(),
            state: AuthenticatorState::from_code(&self.state).ok_or_else(unknown)?,
        })
    }
}

/// The authenticators of an account, the longest enrolled first.
pub fn authenticators(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<Authenticator>, StoreError> {
    let rows: Vec<AuthenticatorRow> = authenticators::table
        .filter(authenticators::account_id.eq(account.to_string()))
        .order((authenticators::enrolled_at.asc(), authenticators::id.asc()))
        .load(connection)?;
    rows.into_iter().map(AuthenticatorRow::into_authenticator).collect()
}

/// The active authenticators of an account, saved codes among them, that were activated after a moment.
pub fn activated_after(
    connection: &mut AnyConnection,
    account: AccountId,
    moment: DateTime<Utc>,
) -> Result<Vec<Authenticator>, StoreError> {
    let rows: Vec<AuthenticatorRow> = authenticators::table
        .filter(authenticators::account_id.eq(account.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .filter(authenticators::enrolled_at.gt(stored(moment)))
        .order(authenticators::id.asc())
        .load(connection)?;
    rows.into_iter().map(AuthenticatorRow::into_authenticator).collect()
}

/// The active authenticators of every account, as its address and the name of the device.
pub fn active_devices(connection: &mut AnyConnection) -> Result<Vec<(String, String)>, StoreError> {
    Ok(authenticators::table
        .inner_join(accounts::table.on(accounts::id.eq(authenticators::account_id)))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .select((accounts::email, authenticators::label))
        .load(connection)?)
}

/// One authenticator.
pub fn authenticator(connection: &mut AnyConnection, id: AuthenticatorId) -> Result<Option<Authenticator>, StoreError> {
    let row: Option<AuthenticatorRow> = authenticators::table.find(id.to_string()).first(connection).optional()?;
    row.map(AuthenticatorRow::into_authenticator).transpose()
}

/// Adds an authenticator.
pub fn insert_authenticator(
    tx: &mut Tx<'_>,
    authenticator: &Authenticator,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = AuthenticatorRow {
        id: authenticator.id.to_string(),
        account_id: authenticator.account.to_string(),
        kind: authenticator.kind.code().to_owned(),
        label: authenticator.label.clone(),
        state: authenticator.state.code().to_owned(),
        enrolled_at: stored(at),
        deactivated_at: None,
        secret: None,
        drift: 0,
        last_step: None,
        passkey: None,
        last_used_at: None,
        credential_id: None,
        sign_count: 0,
        serial: None,
    };
    diesel::insert_into(authenticators::table).values(row).execute(tx.connection)?;
    Ok(())
}

/// Calls an authenticator otherwise.
pub fn rename(tx: &mut Tx<'_>, id: AuthenticatorId, label: &str) -> Result<(), StoreError> {
    let one = authenticators::table.find(id.to_string());
    diesel::update(one).set(authenticators::label.eq(label)).execute(tx.connection)?;
    Ok(())
}

/// Switches an authenticator off. False when it was off already.
pub fn deactivate(tx: &mut Tx<'_>, id: AuthenticatorId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(authenticators::table.find(id.to_string()))
        .filter(authenticators::state.eq(AuthenticatorState::Active.code()))
        .set((
            authenticators::state.eq(AuthenticatorState::Deactivated.code()),
            authenticators::deactivated_at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Wrong telephone codes of an account in a row.
pub fn code_failures(connection: &mut AnyConnection, id: AccountId) -> Result<i32, StoreError> {
    let failures: Option<i32> =
        accounts::table.find(id.to_string()).select(accounts::code_failures).first(connection).optional()?;
    Ok(failures.unwrap_or_default())
}

/// Counts one more wrong telephone code, and answers how many there were in a row.
pub fn add_code_failure(tx: &mut Tx<'_>, id: AccountId) -> Result<i32, StoreError> {
    diesel::update(accounts::table.find(id.to_string()))
        .set(accounts::code_failures.eq(accounts::code_failures + 1))
        .execute(tx.connection)?;
    code_failures(tx.connection, id)
}

/// Forgets wrong telephone codes.
pub fn clear_code_failures(tx: &mut Tx<'_>, id: AccountId) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id.to_string()))
        .filter(accounts::code_failures.gt(0))
        .set(accounts::code_failures.eq(0))
        .execute(tx.connection)?;
    Ok(())
}

/// The language that an account's owner last chose.
pub fn language(connection: &mut AnyConnection, id: AccountId) -> Result<Option<Language>, StoreError> {
    let code: Option<Option<String>> =
        accounts::table.find(id.to_string()).select(accounts::language).first(connection).optional()?;
    Ok(code.flatten().and_then(|code| Language::from_code(&code)))
}

/// Keeps the language in which an account's owner signed in.
pub fn set_language(tx: &mut Tx<'_>, id: AccountId, language: Language) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id.to_string()))
        .set(accounts::language.eq(language.code()))
        .execute(tx.connection)?;
    Ok(())
}

/// How many customers' accounts there are.
pub fn count(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(accounts::table.filter(accounts::staff.eq(false)).count().get_result(connection)?)
}

/// How many accounts have an address of record under `domain`.
pub fn count_below(connection: &mut AnyConnection, domain: &str) -> Result<i64, StoreError> {
    Ok(accounts::table
        .filter(accounts::staff.eq(false))
        .filter(accounts::email_key.like(format!("%@{domain}")))
        .count()
        .get_result(connection)?)
}
