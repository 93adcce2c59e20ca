//! Contacts: addresses of record that a directory does not tell, as they were imported. What an import may have at
//! once, what is held, and what is of record when directory and contact are put together.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::account::{Account, AccountKind, Background, Tier};
use super::contact::{E164, EmailAddress};
use super::directory::{DirectoryName, Found, Login};
use super::ids::{AccountId, ContactChangeId, ContactId};
use super::words::coded;

/// Who may administer an account of another directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Administrator {
    /// Somebody whose account lives with us, who can so sign in and decide about a member's request.
    Here {
        /// Whose.
        local: AccountId,
    },
    /// Another account of the same directory.
    There(Login),
}

impl fmt::Display for Administrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here { .. } => f.write_str("with an account of the embedded directory"),
            Self::There(login) => login.fmt(f),
        }
    }
}

/// What a contact says of an account. In an import and in a change, what is empty stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The e-mail address.
    pub email: Option<EmailAddress>,
    /// The telephone number.
    pub phone: Option<E164>,
    /// The person's name.
    pub name: Option<String>,
    /// Owner or member.
    pub kind: Option<AccountKind>,
    /// What the policy goes by.
    pub tier: Option<Tier>,
    /// Where the account is usually used from: ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Who may administer it. An import adds to them and never takes one away.
    pub administrators: BTreeSet<Administrator>,
}

impl Values {
    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These values, with what `over` says in their place.
    pub fn with(&self, over: &Self) -> Self {
        Self {
            email: over.email.clone().or_else(|| self.email.clone()),
            phone: over.phone.clone().or_else(|| self.phone.clone()),
            name: over.name.clone().or_else(|| self.name.clone()),
            kind: over.kind.or(self.kind),
            tier: over.tier.or(self.tier),
            country: over.country.clone().or_else(|| self.country.clone()),
            administrators: self.administrators.union(&over.administrators).cloned().collect(),
        }
    }

    /// What of `wanted` is otherwise here.
    pub fn differing(&self, wanted: &Self) -> Self {
        fn other<T: PartialEq + Clone>(here: &Option<T>, wanted: &Option<T>) -> Option<T> {
            wanted.clone().filter(|_| here != wanted)
        }
        Self {
            email: other(&self.email, &wanted.email),
            phone: other(&self.phone, &wanted.phone),
            name: other(&self.name, &wanted.name),
            kind: other(&self.kind, &wanted.kind),
            tier: other(&self.tier, &wanted.tier),
            country: other(&self.country, &wanted.country),
            administrators: wanted.administrators.difference(&self.administrators).cloned().collect(),
        }
    }

    /// Both say the same e-mail address, or the same telephone number.
    pub fn shares_an_address(&self, other: &Self) -> bool {
        let key = |values: &Self| values.email.as_ref().map(EmailAddress::key);
        (self.email.is_some() && key(self) == key(other)) || (self.phone.is_some() && self.phone == other.phone)
    }

    /// What is said, in the words of the file's header: the audit log has these and not the values.
    pub fn fields(&self) -> Vec<&'static str> {
        let said = [
            ("email", self.email.is_some()),
            ("phone", self.phone.is_some()),
            ("name", self.name.is_some()),
            ("kind", self.kind.is_some()),
            ("tier", self.tier.is_some()),
            ("country", self.country.is_some()),
            ("administrators", !self.administrators.is_empty()),
        ];
        said.into_iter().filter(|(_, said)| *said).map(|(field, _)| field).collect()
    }
}

/// A contact: its values are those that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Internal identifier.
    pub id: ContactId,
    /// Of which directory.
    pub directory: DirectoryName,
    /// What the account is called there.
    pub login: Login,
    /// What it says.
    pub values: Values,
    /// Since when there is one.
    pub since: DateTime<Utc>,
    /// When its e-mail address last took the place of another, or of none.
    pub email_changed_at: Option<DateTime<Utc>>,
    /// When its telephone number did.
    pub phone_changed_at: Option<DateTime<Utc>>,
}

coded! {
    /// Where a change of a contact stands.
    pub enum ChangeState {
        /// It waits; the addresses of record can object.
        Held = "held", "Held";
        /// It counts.
        Effective = "effective", "Effective";
        /// Somebody stopped it, or it had become impossible.
        Stopped = "stopped", "Stopped";
        /// A later import wanted something else.
        Replaced = "replaced", "Replaced by a later import";
        /// A later import wanted everything as it is.
        TakenBack = "taken_back", "Taken back by a later import";
    }
}

coded! {
    /// What a change is about, for those who are told.
    pub enum About {
        /// The e-mail address.
        Email = "email", "e-mail address";
        /// The telephone number.
        Phone = "phone", "phone number";
        /// Both.
        Both = "both", "e-mail address and phone number";
        /// Neither: the tier, or who administers the account.
        Other = "other", "details";
    }
}

/// The hold of a change: it begins when the addresses of record are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When they were told.
    pub told_at: DateTime<Utc>,
    /// When the change becomes effective.
    pub effective_at: DateTime<Utc>,
    /// They were told once more, half way.
    pub reminded: bool,
}

/// A change of a contact, or a contact that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChange {
    /// Internal identifier.
    pub id: ContactChangeId,
    /// Of which directory.
    pub directory: DirectoryName,
    /// What the account is called there.
    pub login: Login,
    /// What is wanted otherwise.
    pub values: Values,
    /// Where it stands.
    pub state: ChangeState,
    /// When it was imported.
    pub requested_at: DateTime<Utc>,
    /// By what kind of actor.
    pub requested_by: String,
    /// The e-mail address of record when the hold began.
    pub old_email: Option<EmailAddress>,
    /// The telephone number of record when the hold began.
    pub old_phone: Option<E164>,
    /// The hold, once the server has begun it.
    pub hold: Option<Hold>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// When somebody at the old address said that this was not them.
    pub objected_at: Option<DateTime<Utc>>,
}

/// What time brings to a change that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The hold begins, and the addresses of record are told.
    Start,
    /// They are told once more.
    HalfWay,
    /// The change counts.
    Effective,
}

impl ContactChange {
    /// What it is about.
    pub const fn about(&self) -> About {
        match (&self.values.email, &self.values.phone) {
            (Some(_), Some(_)) => About::Both,
            (Some(_), None) => About::Email,
            (None, Some(_)) => About::Phone,
            (None, None) => About::Other,
        }
    }

    /// What is to happen at `now`; nothing while there is time.
    pub fn due(&self, now: DateTime<Utc>) -> Option<Moment> {
        if self.state != ChangeState::Held {
            return None;
        }
        match &self.hold {
            None => Some(Moment::Start),
            Some(hold) if hold.effective_at <= now => Some(Moment::Effective),
            Some(hold) if !hold.reminded && hold.half_way() <= now => Some(Moment::HalfWay),
            Some(_) => None,
        }
    }

    /// When something is next to happen.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        if self.state != ChangeState::Held {
            return None;
        }
        Some(match &self.hold {
            None => self.requested_at,
            Some(hold) if hold.reminded => hold.effective_at,
            Some(hold) => hold.half_way(),
        })
    }

    /// Until when the link in the mails about it works.
    pub fn link_until(&self, dispute: TimeDelta) -> Option<DateTime<Utc>> {
        self.hold.as_ref().map(|hold| hold.effective_at + dispute)
    }
}

impl Hold {
    /// When the addresses of record are told once more.
    pub fn half_way(&self) -> DateTime<Utc> {
        self.told_at + (self.effective_at - self.told_at) / 2
    }
}

/// What there is when a line of a file is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The contact of this login.
    pub contact: Option<&'a Contact>,
    /// What is held for it.
    pub held: Option<&'a Values>,
    /// Nothing is known of the directory yet, neither a contact nor an account: the desk is being set up.
    pub first_import: bool,
    /// A case of the account, or a form that names it, is open.
    pub asked_about: bool,
}

/// What becomes of a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// It says what is so, or is held already.
    Nothing,
    /// It counts at once.
    AtOnce(Values),
    /// It is held, in the place of what was.
    Held(Values),
    /// It wants everything as it is: what was held is given up.
    TakeBack,
}

/// What becomes of a line. Only the first contacts of a directory count at once, and only while nobody asks for help
/// with the account: whoever gets at the import can then neither add nor replace an address and use it.
pub fn plan(standing: &Standing<'_>, line: &Values) -> Plan {
    match (standing.contact, standing.held) {
        (None, None) if standing.first_import && !standing.asked_about => Plan::AtOnce(line.clone()),
        (None, None) => Plan::Held(line.clone()),
        (contact, held) => {
            let here = contact.map(|contact| contact.values.clone()).unwrap_or_default();
            let to_come = held.map_or_else(|| here.clone(), |held| here.with(held));
            let wanted = to_come.with(line);
            let otherwise = here.differing(&wanted);
            match held {
                _ if wanted == to_come => Plan::Nothing,
                Some(_) if otherwise.is_empty() => Plan::TakeBack,
                _ => Plan::Held(otherwise),
            }
        }
    }
}

/// What is of record of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfRecord {
    /// The e-mail address; without one there is nobody to write to.
    pub email: Option<EmailAddress>,
    /// The telephone number.
    pub phone: Option<E164>,
    /// The person's name.
    pub name: Option<String>,
    /// Owner or member, where the contact says it.
    pub kind: Option<AccountKind>,
    /// The tier, where the contact says it.
    pub tier: Option<Tier>,
    /// When the addresses changed, and the usual country.
    pub background: Background,
}

/// What is of record, from what the directory tells at `at` and what the contact says: of each, what the directory
/// tells, and the contact's where it tells nothing. `before` is the account as it was of record until then. An address
/// that is another than before changed when the contact's became effective or, where the directory tells it, now.
pub fn of_record(found: &Found, contact: Option<&Contact>, before: Option<&Account>, at: DateTime<Utc>) -> OfRecord {
    let values = contact.map(|contact| contact.values.clone()).unwrap_or_default();
    let known = before.map(|account| &account.background);
    let email = Side { told: found.email.clone(), contact: values.email, at: contact.and_then(|c| c.email_changed_at) };
    let phone = Side { told: found.phone.clone(), contact: values.phone, at: contact.and_then(|c| c.phone_changed_at) };
    let email_before = before.map(|account| Some(account.email.key()));
    let phone_before = before.map(|account| account.phone.clone());
    let email_changed_at =
        email.changed_at(email_before, EmailAddress::key, known.and_then(|known| known.email_changed_at), at);
    let phone_changed_at =
        phone.changed_at(phone_before, E164::clone, known.and_then(|known| known.phone_changed_at), at);
    OfRecord {
        email: email.of_record().cloned(),
        phone: phone.of_record().cloned(),
        name: found.name.clone().or(values.name),
        kind: values.kind,
        tier: values.tier,
        background: Background {
            email_changed_at,
            phone_changed_at,
            country: values.country.or_else(|| known.and_then(|known| known.country.clone())),
        },
    }
}

/// One kind of address, as each side has it.
struct Side<T> {
    told: Option<T>,
    contact: Option<T>,
    /// When the contact's changed.
    at: Option<DateTime<Utc>>,
}

impl<T> Side<T> {
    fn of_record(&self) -> Option<&T> {
        self.told.as_ref().or(self.contact.as_ref())
    }

    fn changed_at<K: PartialEq>(
        &self,
        before: Option<Option<K>>,
        key: impl Fn(&T) -> K,
        known: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let contacts = self.at.filter(|_| self.told.is_none() && self.contact.is_some());
        match before {
            Some(before) if before != self.of_record().map(key) => Some(contacts.unwrap_or(at)),
            _ => known.max(contacts),
        }
    }
}
