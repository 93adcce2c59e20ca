//! What is held about one person: handed out to them, erased when they ask for it, or kept from being erased.

use std::fmt;
use std::str::FromStr;

use secrecy::zeroize::Zeroizing;
use serde_json::{Map, Value, json};

use super::Desk;
use super::act::{Act, Done, Halt};
use super::erase_cases::{erase, order};
use crate::domain::account::{Account, AccountKind};
use crate::domain::audit::{ERASED, NewEntry, details};
use crate::domain::contact::EmailAddress;
use crate::domain::directory::Home;
use crate::domain::ids::{AccountId, CaseId};
use crate::domain::privacy::{Cause, Erased, Obstacle, Rest};
use crate::domain::reference::CaseRef;
use crate::domain::sealed::{Sealed, Sealing};
use crate::store::cases::{self, Filed};
use crate::store::documents::{self, Document};
use crate::store::legal_holds::{self, Kept, LegalHold};
use crate::store::person::{self, Person, Traces};
use crate::store::{AnyConnection, StoreError, Tx, accounts, contact_changes, erasure};

/// By what somebody asks for a person: an address, one of their cases, or their account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// An e-mail address.
    Email(EmailAddress),
    /// The person that a case is about.
    Case(CaseRef),
    /// The person an account is of.
    Account(AccountId),
}

impl FromStr for Whom {
    type Err = Halt;

    fn from_str(text: &str) -> Result<Self, Halt> {
        let text = text.trim();
        let account = || text.parse().map(Self::Account);
        text.parse().map(Self::Case).or_else(|_| account()).or_else(|_| text.parse().map(Self::Email)).map_err(|_| {
            let words = "Enter an e-mail address, the reference of a case, such as MFA-7K3Q-9ZDX, or the identifier of an account.";
            Halt::BadText(words.to_owned())
        })
    }
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(email) => email.fmt(f),
            Self::Case(reference) => reference.fmt(f),
            Self::Account(account) => account.fmt(f),
        }
    }
}

/// What is held about a person, as the desk is shown it.
pub struct HeldAbout {
    /// Whose it is.
    pub person: Person,
    /// Their cases, oldest first, and what emptied them.
    pub cases: Vec<(Filed, Option<Erased>)>,
    /// Cases whose form names the address, and that belong to somebody else's account: neither handed out nor erased.
    pub of_others: Vec<CaseRef>,
    /// Holds that stand.
    pub holds: Vec<LegalHold>,
    /// What keeps it from being erased.
    pub obstacles: Vec<Obstacle>,
    /// The erasure of the account, if it was erased.
    pub erased: Option<Erased>,
    /// Contacts of directories with the address of whom no account is known here, by their logins there.
    pub contacts: Vec<Home>,
}

/// Everything held about a person, to be handed out.
pub struct HandedOut {
    /// All but the documents, as JSON.
    pub json: String,
    /// Documents by their file names.
    pub files: Vec<(String, Zeroizing<Vec<u8>>)>,
}

pub(super) fn nothing() -> Halt {
    Halt::BadText("Nothing is held about this person, or it was erased.".to_owned())
}

/// Whether whoever acts may look after people's rights: supervisors, and who runs the server.
pub(super) fn allowed(act: &Act) -> Result<(), Halt> {
    match act.actor.role() {
        None if act.actor.agent().is_none() => Ok(()),
        Some(role) if role.supervises() => Ok(()),
        role => Err(Halt::Refused(crate::domain::case::Refused::Role(role))),
    }
}

/// An address that several accounts have, or that an account has which a case does not belong to, says of nobody who is
/// meant.
fn unclear(accounts: &[Account]) -> Halt {
    let named: Vec<String> =
        accounts.iter().map(|account| format!("{} (directory {})", account.id, account.home.name())).collect();
    Halt::BadText(format!(
        "Accounts with this address: {}. Nothing was done. Say which is meant: enter its identifier, or the reference of one of its cases.",
        named.join(", ")
    ))
}

fn find(connection: &mut AnyConnection, whom: &Whom) -> Done<Person> {
    let of_account = |account: Account| Person { email_key: account.email.key(), account: Some(account) };
    match whom {
        Whom::Email(email) => {
            let mut found = accounts::all_by_email(connection, email)?;
            Ok(match (found.pop(), found.is_empty()) {
                (None, _) => Ok(Person { account: None, email_key: email.key() }),
                (Some(only), true) => Ok(of_account(only)),
                (Some(last), false) => {
                    found.push(last);
                    Err(unclear(&found))
                }
            })
        }
        Whom::Account(account) => Ok(accounts::find(connection, *account)?.map(of_account).ok_or_else(nothing)),
        Whom::Case(reference) => {
            let Some(filed) = cases::find(connection, reference)? else { return Ok(Err(nothing())) };
            if let Some(account) = filed.case.account {
                return Ok(accounts::find(connection, account)?.map(of_account).ok_or_else(nothing));
            }
            if erasure::of_case(connection, filed.case.id)?.is_some() {
                return Ok(Err(nothing()));
            }
            let email = cases::form(connection, filed.case.id)?.email;
            let found = accounts::all_by_email(connection, &email)?;
            Ok(if found.is_empty() {
                Ok(Person { account: None, email_key: email.key() })
            } else {
                Err(unclear(&found))
            })
        }
    }
}

pub(super) fn held(
    connection: &mut AnyConnection,
    whom: &Whom,
    objection: chrono::TimeDelta,
    now: chrono::DateTime<chrono::Utc>,
) -> Done<HeldAbout> {
    match find(connection, whom)? {
        Ok(person) => held_of(connection, person, objection, now),
        Err(halt) => Ok(Err(halt)),
    }
}

fn held_of(
    connection: &mut AnyConnection,
    person: Person,
    objection: chrono::TimeDelta,
    now: chrono::DateTime<chrono::Utc>,
) -> Done<HeldAbout> {
    let rest = Rest { end: objection, objection };
    let account = person.account.as_ref().map(|account| account.id);
    let of_others = person::cases_of_others(connection, &person)?;
    let of_person = person::cases_of(connection, &person)?;
    let ids: Vec<CaseId> = of_person.iter().map(|(id, _)| *id).collect();
    let holds = legal_holds::of_person(connection, account, &ids)?;
    let contacts = person::contacts_alone(connection, &person)?;
    let mut held =
        HeldAbout { person, cases: Vec::new(), of_others, holds, obstacles: Vec::new(), erased: None, contacts };
    if let Some(account) = &held.person.account {
        held.erased = erasure::of_account(connection, account.id)?;
        if account.kind == AccountKind::Staff {
            held.obstacles.push(Obstacle::AtDesk);
        }
        if held.holds.iter().any(|hold| hold.kept == Kept::Account(account.id)) {
            held.obstacles.push(Obstacle::AccountHeld);
        }
        if contact_changes::is_unsettled(connection, &account.home, now - objection)? {
            held.obstacles.push(Obstacle::ContactChanging);
        }
    }
    let changing = |home: &Home| contact_changes::is_unsettled(&mut *connection, home, now - objection);
    if held.contacts.iter().map(changing).collect::<Result<Vec<_>, _>>()?.contains(&true)
        && !held.obstacles.contains(&Obstacle::ContactChanging)
    {
        held.obstacles.push(Obstacle::ContactChanging);
    }
    for (id, reference) in of_person {
        let Some(filed) = cases::find(connection, &reference)? else { continue };
        let emptied = erasure::of_case(connection, id)?;
        if emptied.is_none() {
            let mut standing = erasure::standing(connection, &filed)?;
            // A hold on the person's account is told once.
            let by_account = standing.held && (account.is_none() || filed.case.account != account);
            standing.held = by_account || held.holds.iter().any(|hold| hold.kept == Kept::Case(id));
            held.obstacles.extend(standing.obstacle(rest, now));
        }
        held.cases.push((filed, emptied));
    }
    let left = held.person.account.is_some() || !held.cases.is_empty() || !held.contacts.is_empty();
    Ok(if left { Ok(held) } else { Err(nothing()) })
}

impl HeldAbout {
    pub(super) fn account(&self) -> Option<AccountId> {
        self.person.account.as_ref().map(|account| account.id)
    }

    /// There is something left to be erased.
    pub fn is_left(&self) -> bool {
        (self.person.account.is_some() && self.erased.is_none())
            || self.cases.iter().any(|(_, emptied)| emptied.is_none())
            || !self.contacts.is_empty()
    }

    /// What the log is to say: one entry that names the account, or one for each case of a person without one, or one that
    /// names nobody.
    fn entries(&self, act: &Act, action: &str, more: &[(&str, Value)]) -> Vec<NewEntry> {
        let mut about = details([("cases", self.cases.len().into())]);
        about.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        if let Some(account) = self.account() {
            return vec![act.entry(action, None, Some(account), about)];
        }
        if self.cases.is_empty() {
            about.insert("contacts".to_owned(), self.contacts.len().into());
            return vec![act.entry(action, None, None, about)];
        }
        let of_case = |(filed, _): &(Filed, _)| act.entry(action, Some(&filed.case.reference), None, about.clone());
        self.cases.iter().map(of_case).collect()
    }

    fn record(&self, tx: &mut Tx<'_>, act: &Act, action: &str, more: &[(&str, Value)]) {
        for entry in self.entries(act, action, more) {
            tx.record(entry);
        }
    }
}

/// Whoever had a part in one of the cases, or whom one is about, is no judge of whether its traces may go.
pub(super) fn may_be_ended_by(of: &[(Filed, Option<Erased>)], act: &Act) -> Result<(), Halt> {
    let Some(agent) = act.actor.agent() else { return Ok(()) };
    match of.iter().find(|(filed, _)| filed.case.took_part(agent) || filed.case.is_about(agent)) {
        None => Ok(()),
        Some((filed, _)) => Err(Halt::BadText(format!(
            "You took part in {}. Somebody who did not has to do this, or the operator on the server.",
            filed.case.reference
        ))),
    }
}

impl Desk {
    /// What is held about a person. Looking is recorded.
    ///
    /// # Errors
    /// [`Halt`] when nothing is held, or the role does not allow it; [`StoreError`] when the database fails.
    pub async fn held_about(&self, act: Act, whom: Whom) -> Result<Result<HeldAbout, Halt>, StoreError> {
        let rest = self.kit.periods.dispute_link();
        let look = move |tx: &mut Tx<'_>| -> Done<HeldAbout> {
            if let Err(halt) = allowed(&act) {
                return Ok(Err(halt));
            }
            let found = held(tx.connection, &whom, rest, act.at)?;
            if let Ok(held) = &found {
                held.record(tx, &act, "privacy.viewed", &[]);
            }
            Ok(found)
        };
        self.store.write(look).await
    }

    /// Everything held about a person, to be handed to them. It leaves only when the log has an entry that says so.
    ///
    /// # Errors
    /// [`Halt`] when nothing is held, or the role does not allow it; [`StoreError`] when the database fails or a document
    /// cannot be unsealed.
    pub async fn hand_out(&self, act: Act, whom: Whom) -> Result<Result<HandedOut, Halt>, StoreError> {
        if let Err(halt) = allowed(&act) {
            return Ok(Err(halt));
        }
        let (rest, now, product) = (self.kit.periods.dispute_link(), act.at, self.kit.product.clone());
        let read = move |connection: &mut AnyConnection| {
            let held = match held(connection, &whom, rest, now)? {
                Ok(held) => held,
                Err(halt) => return Ok(Err(halt)),
            };
            let ids: Vec<CaseId> = held.cases.iter().map(|(filed, _)| filed.case.id).collect();
            let tables = person::export(connection, &held.person, &ids)?;
            let references: Vec<CaseRef> = held.cases.iter().map(|(filed, _)| filed.case.reference.clone()).collect();
            let log = person::log_of(connection, &held.person, &references)?;
            let mut sealed: Vec<(Document, Sealed)> = Vec::new();
            for id in ids {
                for document in documents::of_case(connection, id)? {
                    if let Some(content) = documents::content(connection, document.id)? {
                        sealed.push((document, content));
                    }
                }
            }
            Ok(Ok((held, tables, log, sealed)))
        };
        let (held, tables, log, sealed) = match self.store.read_snapshot(read).await? {
            Ok(found) => found,
            Err(halt) => return Ok(Err(halt)),
        };
        let files = self.unseal_all(sealed).await?;
        let json = written(&product, now, tables, log, &files)?;
        let more = [("documents", files.len().into())];
        let entries = held.entries(&act, "privacy.exported", &more);
        let record = move |tx: &mut Tx<'_>| {
            for entry in entries.clone() {
                tx.record(entry);
            }
            Ok(())
        };
        self.store.write(record).await?;
        Ok(Ok(HandedOut { json, files }))
    }

    async fn unseal_all(
        &self,
        sealed: Vec<(Document, Sealed)>,
    ) -> Result<Vec<(String, Zeroizing<Vec<u8>>)>, StoreError> {
        let kit = self.kit.clone();
        let open = move || {
            let opened = sealed.into_iter().map(|(document, sealed)| {
                let content = kit.sealing.open(Sealing::Document, &document.about(), &sealed);
                let content = content.map_err(|error| StoreError::Corrupt(format!("a document: {error}")))?;
                Ok((format!("{}.{}", document.id, document.kind.extension()), content))
            });
            opened.collect::<Result<Vec<_>, StoreError>>()
        };
        tokio::task::spawn_blocking(open).await.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    /// Erases everything held about a person, but for what the log and the desk's records need. Answers its number.
    ///
    /// # Errors
    /// [`Halt`] with everything that keeps it from being erased; [`StoreError`] when the database fails: then nothing is
    /// erased.
    pub async fn erase_person(&self, act: Act, whom: Whom) -> Result<Result<Erased, Halt>, StoreError> {
        if let Err(halt) = allowed(&act) {
            return Ok(Err(halt));
        }
        let asked = whom.clone();
        let look = move |connection: &mut AnyConnection| {
            let Ok(person) = find(connection, &asked)? else { return Ok(Traces::default()) };
            let of_person = person::cases_of(connection, &person)?;
            person::traces(connection, &person, &of_person)
        };
        let traces = self.store.read_snapshot(look).await?;
        let kit = self.kit.clone();
        let work = move |tx: &mut Tx<'_>| -> Done<Erased> {
            let rest = kit.periods.dispute_link();
            let first = match held(tx.connection, &whom, rest, act.at)? {
                Ok(first) => first,
                Err(halt) => return Ok(Err(halt)),
            };
            // Nobody moves them any more; what was decided meanwhile is seen.
            for (filed, _) in &first.cases {
                cases::lock(tx, &filed.case.reference)?;
            }
            let held = match held(tx.connection, &whom, rest, act.at)? {
                Ok(held) if held.is_left() => held,
                Ok(_) => return Ok(Err(nothing())),
                Err(halt) => return Ok(Err(halt)),
            };
            if let Err(halt) = may_be_ended_by(&held.cases, &act) {
                held.record(tx, &act, "privacy.erasure_refused", &[("rules", Value::from(vec!["took_part"]))]);
                return Ok(Err(halt));
            }
            if !held.obstacles.is_empty() {
                let rules: Vec<Value> = held.obstacles.iter().map(|obstacle| obstacle.code().into()).collect();
                held.record(tx, &act, "privacy.erasure_refused", &[("rules", rules.into())]);
                let why: Vec<String> = held.obstacles.iter().map(ToString::to_string).collect();
                return Ok(Err(Halt::BadText(why.join(" "))));
            }
            let by = erasure::begin(tx, Cause::Request, held.account(), act.at)?;
            for (filed, _) in held.cases.iter().filter(|(_, emptied)| emptied.is_none()) {
                erase(tx, &act, filed, by)?;
            }
            if let Some(account) = held.person.account.as_ref().filter(|_| held.erased.is_none()) {
                let shared = person::shares_address(tx.connection, &held.person)?;
                let subjects = [
                    (!shared).then(|| kit.key.email_subject(&account.email)),
                    account.phone.as_ref().map(|phone| kit.key.phone_subject(phone)),
                ];
                let subjects: Vec<_> = subjects.into_iter().flatten().collect();
                person::empty_account(tx, account, &subjects, &traces, by)?;
            }
            for home in &held.contacts {
                person::forget_contact(tx, home)?;
            }
            if !person::shares_address(tx.connection, &held.person)? {
                person::forget_mails_from(tx, &held.person.email_key, act.at)?;
            }
            person::forget_answers(tx, &traces)?;
            let references: Vec<CaseRef> = held.cases.iter().map(|(filed, _)| filed.case.reference.clone()).collect();
            let (seen, after) = &traces.log;
            let mut fields = person::still_in_log(tx.connection, seen)?;
            fields.extend(person::fields_in_log(tx.connection, &held.person, &references, *after)?);
            let mut about = order(by);
            about.insert("cases".to_owned(), held.cases.len().into());
            about.insert("contacts".to_owned(), held.contacts.len().into());
            tx.record_erasure(act.entry(ERASED, None, None, about), fields);
            Ok(Ok(by))
        };
        let done = self.store.write(work).await?;
        // It is erased: what is left in free pages goes with the next run of the schedule, and must not make it look undone.
        if done.is_ok()
            && let Err(error) = self.leave_no_trace().await
        {
            tracing::error!(%error, "erased, but the database's own leftovers were not rewritten");
        }
        Ok(done)
    }

    /// The newest erasures that people asked for, newest first: which, of which account, of how many cases.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn erasures_asked_for(&self, limit: i64) -> Result<Vec<(Erased, Option<AccountId>, i64)>, StoreError> {
        self.store.read(move |connection| erasure::requested(connection, limit)).await
    }

    /// Writes to the log that the database is about to be copied.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be recorded: then nothing is to be copied.
    pub async fn note_backup(&self, act: Act) -> Result<(), StoreError> {
        let note = move |tx: &mut Tx<'_>| {
            tx.record(act.entry("backup.begun", None, None, details([])));
            Ok(())
        };
        self.store.write(note).await
    }
}

fn written(
    product: &str,
    at: chrono::DateTime<chrono::Utc>,
    tables: Map<String, Value>,
    log: Vec<Value>,
    files: &[(String, Zeroizing<Vec<u8>>)],
) -> Result<String, StoreError> {
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let all = json!({
        "made_by": product, "made_at": at, "times": "UTC", "files": names, "tables": tables, "log": log,
    });
    serde_json::to_string_pretty(&all).map_err(|error| StoreError::Corrupt(error.to_string()))
}
