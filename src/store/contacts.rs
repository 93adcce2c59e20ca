//! Contacts of directories that do not tell every address of record. Only what counts stands here.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::schema::{account_administrators, accounts, case_forms, cases, contact_changes, contacts};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::account::{AccountKind, Tier};
use crate::domain::case::State;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::contact_record::{Administrator, Contact, Values};
use crate::domain::directory::{DirectoryName, Home, Login};
use crate::domain::ids::{AccountId, ContactId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contacts, treat_none_as_null = true)]
struct Row {
    id: String,
    directory: String,
    login: String,
    email: Option<String>,
    email_key: Option<String>,
    phone: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    tier: Option<String>,
    country: Option<String>,
    administrators: String,
    since: NaiveDateTime,
    email_changed_at: Option<NaiveDateTime>,
    phone_changed_at: Option<NaiveDateTime>,
}

/// Administrators as they are stored.
pub(super) fn listed(administrators: &BTreeSet<Administrator>) -> Result<String, StoreError> {
    serde_json::to_string(administrators).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Administrators as they were stored.
pub(super) fn unlisted(administrators: &str) -> Result<BTreeSet<Administrator>, StoreError> {
    serde_json::from_str(administrators).map_err(|_| corrupt("administrators", "unreadable"))
}

/// Values as both tables store them: a closure over columns would need their types, so the texts are handed in.
pub(super) struct Texts<'a> {
    pub email: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub name: Option<String>,
    pub kind: Option<&'a str>,
    pub tier: Option<&'a str>,
    pub country: Option<String>,
    pub administrators: &'a str,
}

impl Texts<'_> {
    /// The values that these texts are.
    pub(super) fn values(self) -> Result<Values, StoreError> {
        let kind = |code: &str| AccountKind::from_code(code).ok_or_else(|| corrupt("account kind", code));
        let tier = |code: &str| Tier::from_code(code).ok_or_else(|| corrupt("tier", code));
        Ok(Values {
            email: parsed_if("contact e-mail", self.email)?,
            phone: parsed_if("contact phone", self.phone)?,
            name: self.name,
            kind: self.kind.map(kind).transpose()?,
            tier: self.tier.map(tier).transpose()?,
            country: self.country,
            administrators: unlisted(self.administrators)?,
        })
    }
}

impl Row {
    fn of(contact: &Contact) -> Result<Self, StoreError> {
        let values = &contact.values;
        Ok(Self {
            id: contact.id.to_string(),
            directory: contact.directory.to_string(),
            login: contact.login.to_string(),
            email: values.email.as_ref().map(ToString::to_string),
            email_key: values.email.as_ref().map(EmailAddress::key),
            phone: values.phone.as_ref().map(ToString::to_string),
            name: values.name.clone(),
            kind: values.kind.map(|kind| kind.code().to_owned()),
            tier: values.tier.map(|tier| tier.code().to_owned()),
            country: values.country.clone(),
            administrators: listed(&values.administrators)?,
            since: stored(contact.since),
            email_changed_at: contact.email_changed_at.map(stored),
            phone_changed_at: contact.phone_changed_at.map(stored),
        })
    }

    fn into_contact(self) -> Result<Contact, StoreError> {
        let texts = Texts {
            email: self.email.as_deref(),
            phone: self.phone.as_deref(),
            name: self.name,
            kind: self.kind.as_deref(),
            tier: self.tier.as_deref(),
            country: self.country,
            administrators: &self.administrators,
        };
        Ok(Contact {
            id: parsed("contact", &self.id)?,
            directory: parsed("directory", &self.directory)?,
            login: parsed("login", &self.login)?,
            values: texts.values()?,
            since: self.since.and_utc(),
            email_changed_at: self.email_changed_at.map(|at| at.and_utc()),
            phone_changed_at: self.phone_changed_at.map(|at| at.and_utc()),
        })
    }
}

/// The contact of a login.
pub fn find(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    login: &Login,
) -> Result<Option<Contact>, StoreError> {
    let row: Option<Row> = contacts::table
        .filter(contacts::directory.eq(directory.as_str()))
        .filter(contacts::login.eq(login.as_str()))
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(Row::into_contact).transpose()
}

/// The contact beside an account; the embedded directory has none.
pub fn of_home(connection: &mut AnyConnection, home: &Home) -> Result<Option<Contact>, StoreError> {
    match home {
        Home::Local => Ok(None),
        Home::Elsewhere { directory, login } => find(connection, directory, login),
    }
}

/// The contact of a directory with this e-mail address.
pub fn find_by_email(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    email: &EmailAddress,
) -> Result<Option<Contact>, StoreError> {
    let row: Option<Row> = contacts::table
        .filter(contacts::directory.eq(directory.as_str()))
        .filter(contacts::email_key.eq(email.key()))
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(Row::into_contact).transpose()
}

/// Whether anything is known of a directory: a contact, one that is held, or an account of it.
pub fn any(connection: &mut AnyConnection, directory: &DirectoryName) -> Result<bool, StoreError> {
    let contacts = contacts::table.filter(contacts::directory.eq(directory.as_str()));
    let changes = contact_changes::table.filter(contact_changes::directory.eq(directory.as_str()));
    let accounts = accounts::table.filter(accounts::directory.eq(directory.as_str()));
    Ok(diesel::select(diesel::dsl::exists(contacts)).get_result(connection)?
        || diesel::select(diesel::dsl::exists(changes)).get_result(connection)?
        || diesel::select(diesel::dsl::exists(accounts)).get_result(connection)?)
}

/// The contacts of a directory, by login.
pub fn list(connection: &mut AnyConnection, directory: &DirectoryName) -> Result<Vec<Contact>, StoreError> {
    let rows: Vec<Row> = contacts::table
        .filter(contacts::directory.eq(directory.as_str()))
        .order(contacts::login.asc())
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(Row::into_contact).collect()
}

/// Stores a contact, in the place of the one of its login.
///
/// # Errors
/// [`StoreError::Duplicate`] when another login of the directory has its e-mail address.
pub fn keep(tx: &mut Tx<'_>, contact: &Contact) -> Result<(), StoreError> {
    let row = Row::of(contact)?;
    let there = find(tx.connection, &contact.directory, &contact.login)?;
    match there {
        Some(there) => {
            diesel::update(contacts::table.find(there.id.to_string())).set(row).execute(tx.connection)?;
        }
        None => {
            diesel::insert_into(contacts::table).values(row).execute(tx.connection)?;
        }
    }
    Ok(())
}

/// Replaces the telephone number of a contact.
pub fn set_phone(tx: &mut Tx<'_>, contact: ContactId, phone: &E164, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(contacts::table.find(contact.to_string()))
        .set((contacts::phone.eq(phone.as_str()), contacts::phone_changed_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(())
}

/// The contacts of a directory that name a login as their administrator.
pub fn administered_by(
    connection: &mut AnyConnection,
    directory: &DirectoryName,
    login: &Login,
) -> Result<Vec<Contact>, StoreError> {
    let named: Vec<Row> = contacts::table
        .filter(contacts::directory.eq(directory.as_str()))
        .filter(contacts::administrators.ne("[]"))
        .select(Row::as_select())
        .load(connection)?;
    let all: Vec<Contact> = named.into_iter().map(Row::into_contact).collect::<Result<_, _>>()?;
    let administrator = Administrator::There(login.clone());
    Ok(all.into_iter().filter(|contact| contact.values.administrators.contains(&administrator)).collect())
}

/// Whether an account has this administrator already.
pub fn administers(
    connection: &mut AnyConnection,
    administrator: AccountId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let one = account_administrators::table
        .filter(account_administrators::account_id.eq(account.to_string()))
        .filter(account_administrators::administrator_id.eq(administrator.to_string()));
    Ok(diesel::select(diesel::dsl::exists(one)).get_result(connection)?)
}

/// Whether a form that is not answered yet names this address or one of these account numbers.
pub fn is_asked_about(
    connection: &mut AnyConnection,
    email: Option<&EmailAddress>,
    numbers: &[String],
) -> Result<bool, StoreError> {
    let ended: Vec<&str> = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.code()).collect();
    let open = || case_forms::table.inner_join(cases::table).filter(cases::state.ne_all(ended.clone()));
    let by_number = open().filter(case_forms::account_number.eq_any(numbers));
    if diesel::select(diesel::dsl::exists(by_number)).get_result(connection)? {
        return Ok(true);
    }
    let Some(email) = email else { return Ok(false) };
    let by_email = open().filter(case_forms::email_key.eq(email.key()));
    Ok(diesel::select(diesel::dsl::exists(by_email)).get_result(connection)?)
}
