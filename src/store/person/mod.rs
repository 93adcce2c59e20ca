//! Everything that is held about one person: read for them, and erased when they ask for it.

mod export;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, TextExpressionMethods};

use super::schema::{
    account_administrators, account_sessions, accounts, api_answers, audit_entries, authenticators, blocks, case_forms,
    cases, ceremonies, contact_changes, contacts, inbound_mails, known_devices, links, mail_failures, outbox,
    recovery_codes, saved_views, sign_in_links,
};
use super::{AnyConnection, StoreError, Tx, audit, inbound, legal_holds, parsed, stored};
use crate::domain::account::{Account, AccountStatus, AuthenticatorState};
use crate::domain::audit::Personal;
use crate::domain::directory::Home;
use crate::domain::evidence::Subject;
use crate::domain::ids::CaseId;
use crate::domain::privacy::{ERASED_EMAIL, Erased};
use crate::domain::reference::CaseRef;

pub use export::{export, log_of};

/// Whose data: an account, or an address that no account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account, if there is one.
    pub account: Option<Account>,
    /// The address that forms were sent with.
    pub email_key: String,
}

fn named(connection: &mut AnyConnection, person: &Person) -> Result<Vec<String>, StoreError> {
    let named = case_forms::table.filter(case_forms::email_key.eq(&person.email_key)).select(case_forms::case_id);
    Ok(named.load(connection)?)
}

/// The cases of a person: those of the account, and those of no account whose form names the address, oldest first.
pub fn cases_of(connection: &mut AnyConnection, person: &Person) -> Result<Vec<(CaseId, CaseRef)>, StoreError> {
    let account = person.account.as_ref().map(|account| account.id.to_string());
    let named = named(connection, person)?;
    let mine: Vec<(String, String)> = cases::table
        .filter(cases::account_id.eq(account).or(cases::account_id.is_null().and(cases::id.eq_any(named))))
        .order(cases::id.asc())
        .select((cases::id, cases::reference))
        .load(connection)?;
    mine.iter().map(|(id, reference)| Ok((parsed("case", id)?, parsed("reference", reference)?))).collect()
}

/// The cases of other accounts whose form names the person's address, oldest first: they are somebody else's.
pub fn cases_of_others(connection: &mut AnyConnection, person: &Person) -> Result<Vec<CaseRef>, StoreError> {
    let own = person.account.as_ref().map(|account| account.id.to_string()).unwrap_or_default();
    let named = named(connection, person)?;
    let others: Vec<String> = cases::table
        .filter(cases::account_id.is_not_null().and(cases::account_id.ne(own)))
        .filter(cases::id.eq_any(named))
        .order(cases::id.asc())
        .select(cases::reference)
        .load(connection)?;
    others.iter().map(|reference| parsed("reference", reference)).collect()
}

/// Contacts and changes of contacts with the person's address, and no other, of whom no account is known here. None while
/// another account has the same address: they may be its own.
pub fn contacts_alone(connection: &mut AnyConnection, person: &Person) -> Result<Vec<Home>, StoreError> {
    if shares_address(connection, person)? {
        return Ok(Vec::new());
    }
    let of_contacts: Vec<(String, String)> = contacts::table
        .filter(contacts::email_key.eq(&person.email_key))
        .select((contacts::directory, contacts::login))
        .load(connection)?;
    let of_changes: Vec<(String, String)> = contact_changes::table
        .filter(contact_changes::email_key.eq(&person.email_key))
        .select((contact_changes::directory, contact_changes::login))
        .load(connection)?;
    let mut alone = Vec::new();
    for (directory, login) in of_contacts.into_iter().chain(of_changes).collect::<BTreeSet<_>>() {
        let known = accounts::table.filter(accounts::directory.eq(&directory)).filter(accounts::login.eq(&login));
        // Whoever had an address put in for somebody else's login is not that somebody.
        let contact = contacts::table
            .filter(contacts::directory.eq(&directory))
            .filter(contacts::login.eq(&login))
            .filter(contacts::email_key.is_null().or(contacts::email_key.ne(&person.email_key)));
        let change = contact_changes::table
            .filter(contact_changes::directory.eq(&directory))
            .filter(contact_changes::login.eq(&login))
            .filter(contact_changes::email_key.is_null().or(contact_changes::email_key.ne(&person.email_key)));
        let is_somebody_elses = diesel::select(exists(known)).get_result::<bool>(connection)?
            || diesel::select(exists(contact)).get_result::<bool>(connection)?
            || diesel::select(exists(change)).get_result::<bool>(connection)?;
        if !is_somebody_elses {
            let (directory, login) = (parsed("directory", &directory)?, parsed("login", &login)?);
            alone.push(Home::Elsewhere { directory, login });
        }
    }
    Ok(alone)
}

/// The other accounts with the person's address.
fn siblings(connection: &mut AnyConnection, person: &Person) -> Result<Vec<String>, StoreError> {
    let own = person.account.as_ref().map(|account| account.id.to_string()).unwrap_or_default();
    let others = accounts::table.filter(accounts::email_key.eq(&person.email_key)).filter(accounts::id.ne(own));
    Ok(others.select(accounts::id).load(connection)?)
}

/// Whether another account has the same address, so that what names the address alone may be its own.
pub fn shares_address(connection: &mut AnyConnection, person: &Person) -> Result<bool, StoreError> {
    Ok(!siblings(connection, person)?.is_empty())
}

/// Identifiers are ours, so that they can stand in a statement.
fn in_list(ids: impl Iterator<Item = String>) -> String {
    let listed: Vec<String> = ids.map(|id| format!("'{id}'")).collect();
    if listed.is_empty() { "(NULL)".to_owned() } else { format!("({})", listed.join(", ")) }
}

/// Kinds of actors whose network address is the person's own.
const OWN: [&str; 3] = ["customer", "owner", "administrator"];

/// Texts by which a person is found in what belongs to nobody.
fn names(account: &Account) -> BTreeSet<String> {
    let phone = account.phone.iter().map(|phone| phone.as_str().to_owned());
    [account.email.as_str().to_owned(), account.email.key()].into_iter().chain(phone).collect()
}

/// What LIKE takes for more than itself is not in addresses and numbers, but for the underscore: it finds more, which is
/// looked through once more.
fn holding(name: &str) -> String {
    format!("%{name}%")
}

/// Rows of the outbox of other cases and of nobody's that name a person, such as mails to an administrator.
/// What belongs to another account with the same address stays with that.
fn errands_naming(
    connection: &mut AnyConnection,
    account: &Account,
    siblings: &[String],
) -> Result<Vec<String>, StoreError> {
    type Row = (String, String, Option<String>, Option<String>);
    let theirs: BTreeSet<String> = cases::table
        .filter(cases::account_id.eq_any(siblings))
        .select(cases::id)
        .load::<String>(connection)?
        .into_iter()
        .collect();
    let is_theirs = |account: &Option<String>, case: &Option<String>| {
        account.as_ref().is_some_and(|id| siblings.contains(id)) || case.as_ref().is_some_and(|id| theirs.contains(id))
    };
    let mut found = Vec::new();
    for name in names(account) {
        let over = outbox::table.filter(outbox::state.eq_any(["done", "dead"]));
        let rows: Vec<Row> = over
            .filter(outbox::payload.like(holding(&name)))
            .select((outbox::id, outbox::payload, outbox::account_id, outbox::case_id))
            .load(connection)?;
        let mine = rows.into_iter().filter(|(_, payload, of, case)| payload.contains(&name) && !is_theirs(of, case));
        found.extend(mine.map(|(id, ..)| id));
    }
    Ok(found)
}

/// What can be erased of an entry, as it is.
type Fields = (i64, String, String, String, String, String);

fn whole(connection: &mut AnyConnection, of: &str) -> Result<Vec<Fields>, StoreError> {
    #[derive(diesel::QueryableByName)]
    #[diesel(table_name = audit_entries)]
    struct Row {
        seq: i64,
        actor_kind: String,
        actor: String,
        case_ref: String,
        account_id: String,
        ip: String,
    }
    // Entries of the first form hold what they hold in their hash.
    let query = format!(
        "SELECT seq, actor_kind, actor, case_ref, account_id, ip FROM audit_entries WHERE form = 2 AND ({of}) ORDER BY seq"
    );
    let rows: Vec<Row> = diesel::sql_query(query).load(connection)?;
    Ok(rows.into_iter().map(|r| (r.seq, r.actor_kind, r.actor, r.case_ref, r.account_id, r.ip)).collect())
}

/// Network addresses that the log has of the people a case is about.
pub fn addresses_in_log(connection: &mut AnyConnection, case: &CaseRef) -> Result<Vec<(i64, Personal)>, StoreError> {
    let entries = whole(connection, &format!("case_ref = '{case}' AND ip <> ''"))?;
    let own = entries.into_iter().filter(|(_, kind, ..)| OWN.contains(&kind.as_str()));
    Ok(own.map(|(seq, ..)| (seq, Personal::Address)).collect())
}

/// What the log has of a person after an entry: the account where it is named as the one concerned or as who acted, and
/// the network addresses of their own acts. Those of people at the desk stay.
pub fn fields_in_log(
    connection: &mut AnyConnection,
    person: &Person,
    cases: &[CaseRef],
    after: i64,
) -> Result<Vec<(i64, Personal)>, StoreError> {
    let id = person.account.as_ref().map(|account| account.id.to_string()).unwrap_or_default();
    let (account, in_cases) = (
        in_list(Some(id.clone()).filter(|id| !id.is_empty()).into_iter()),
        in_list(cases.iter().map(ToString::to_string)),
    );
    let of = format!("seq > {after} AND (account_id IN {account} OR actor IN {account} OR case_ref IN {in_cases})");
    let mut found = Vec::new();
    for (seq, kind, actor, case_ref, account_id, ip) in whole(connection, &of)? {
        let (acted, concerned) = (!id.is_empty() && actor == id, !id.is_empty() && account_id == id);
        // An administrator of a member's account is somebody else.
        let theirs =
            acted || (kind != "administrator" && (concerned || cases.iter().any(|case| case.as_str() == case_ref)));
        if acted {
            found.push((seq, Personal::Actor));
        }
        if concerned {
            found.push((seq, Personal::Account));
        }
        if !ip.is_empty() && theirs && OWN.contains(&kind.as_str()) {
            found.push((seq, Personal::Address));
        }
    }
    Ok(found)
}

/// Those of these fields that are still there.
pub fn still_in_log(
    connection: &mut AnyConnection,
    fields: &[(i64, Personal)],
) -> Result<Vec<(i64, Personal)>, StoreError> {
    let mut left = Vec::with_capacity(fields.len());
    for some in fields.chunks(500) {
        let listed: Vec<String> = some.iter().map(|(seq, _)| seq.to_string()).collect();
        let entries = whole(connection, &format!("seq IN ({})", listed.join(", ")))?;
        let there: BTreeMap<i64, (String, String, String)> =
            entries.into_iter().map(|(seq, _, actor, _, account, ip)| (seq, (actor, account, ip))).collect();
        left.extend(some.iter().copied().filter(|(seq, field)| {
            there.get(seq).is_some_and(|(actor, account, ip)| match field {
                Personal::Actor => !actor.is_empty(),
                Personal::Account => !account.is_empty(),
                Personal::Address => !ip.is_empty(),
            })
        }));
    }
    Ok(left)
}

/// Rows outside a person's own that are to go with them. Finding them takes long, so the writer is spared it.
#[derive(Debug, Clone, Default)]
pub struct Traces {
    errands: Vec<String>,
    views: Vec<String>,
    answers: Vec<(String, String)>,
    /// What the log has of them, up to an entry.
    pub log: (Vec<(i64, Personal)>, i64),
}

/// Looks for a person in what is not theirs: mails to them in others' cases, searches that somebody keeps, and answers
/// that programs may ask for again.
pub fn traces(
    connection: &mut AnyConnection,
    person: &Person,
    of_cases: &[(CaseId, CaseRef)],
) -> Result<Traces, StoreError> {
    let seen = audit::head(connection)?.seq;
    let references: Vec<CaseRef> = of_cases.iter().map(|(_, reference)| reference.clone()).collect();
    let log = (fields_in_log(connection, person, &references, 0)?, seen);
    let mut found = Traces { log, ..Traces::default() };
    for (_, reference) in of_cases {
        let rows: Vec<(String, String)> = api_answers::table
            .filter(api_answers::body.like(holding(reference.as_str())))
            .select((api_answers::token_id, api_answers::key_hash))
            .load(connection)?;
        found.answers.extend(rows);
    }
    let Some(account) = &person.account else { return Ok(found) };
    let siblings = siblings(connection, person)?;
    found.errands = errands_naming(connection, account, &siblings)?;
    let kept: Vec<(String, String, String)> =
        saved_views::table.select((saved_views::id, saved_views::name, saved_views::asked)).load(connection)?;
    let words: Vec<String> = names(account)
        .into_iter()
        .chain([account.name.to_lowercase()])
        .chain(account.number.clone())
        .filter(|word| !word.is_empty())
        .collect();
    let tells = |text: &str| {
        let plain = percent_encoding::percent_decode_str(text).decode_utf8_lossy().replace('+', " ").to_lowercase();
        words.iter().any(|word| plain.contains(&word.replace('+', " ").to_lowercase()))
    };
    found.views =
        kept.into_iter().filter(|(_, name, asked)| tells(name) || tells(asked)).map(|(id, _, _)| id).collect();
    Ok(found)
}

/// Erases an account of its person; a row without anything of them stays, since cases and the log name it.
pub fn empty_account(
    tx: &mut Tx<'_>,
    account: &Account,
    subjects: &[Subject],
    traces: &Traces,
    by: Erased,
) -> Result<(), StoreError> {
    let (id, at) = (account.id.to_string(), stored(by.at));
    forget_contact(tx, &account.home)?;
    let c = &mut *tx.connection;
    diesel::update(accounts::table.find(&id))
        .set((
            accounts::email.eq(ERASED_EMAIL),
            accounts::email_key.eq(format!("erased:{id}")),
            accounts::number.eq(None::<String>),
            accounts::name.eq(""),
            accounts::phone.eq(None::<String>),
            accounts::status.eq(AccountStatus::Suspended.code()),
            accounts::password_hash.eq(None::<String>),
            accounts::country.eq(None::<String>),
            accounts::language.eq(None::<String>),
            accounts::login.eq(None::<String>),
            accounts::updated_at.eq(at),
        ))
        .execute(c)?;
    let mine = authenticators::table.filter(authenticators::account_id.eq(&id));
    diesel::update(mine.filter(authenticators::deactivated_at.is_null()))
        .set((
            authenticators::state.eq(AuthenticatorState::Deactivated.code()),
            authenticators::deactivated_at.eq(Some(at)),
        ))
        .execute(c)?;
    diesel::update(mine)
        .set((
            authenticators::label.eq(""),
            authenticators::secret.eq(None::<String>),
            authenticators::passkey.eq(None::<String>),
            authenticators::credential_id.eq(None::<String>),
            authenticators::serial.eq(None::<String>),
            authenticators::last_used_at.eq(None::<chrono::NaiveDateTime>),
        ))
        .execute(c)?;
    let either = account_administrators::account_id.eq(&id).or(account_administrators::administrator_id.eq(&id));
    diesel::delete(account_administrators::table.filter(either)).execute(c)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(&id))).execute(c)?;
    diesel::delete(account_sessions::table.filter(account_sessions::account_id.eq(&id))).execute(c)?;
    diesel::delete(known_devices::table.filter(known_devices::account_id.eq(&id))).execute(c)?;
    diesel::delete(ceremonies::table.filter(ceremonies::account_id.eq(&id))).execute(c)?;
    diesel::delete(sign_in_links::table.filter(sign_in_links::account_id.eq(&id))).execute(c)?;
    diesel::delete(links::table.filter(links::account_id.eq(&id))).execute(c)?;
    diesel::delete(outbox::table.filter(outbox::account_id.eq(&id))).execute(c)?;
    diesel::delete(outbox::table.filter(outbox::id.eq_any(&traces.errands))).execute(c)?;
    diesel::delete(saved_views::table.filter(saved_views::id.eq_any(&traces.views))).execute(c)?;
    diesel::update(blocks::table.filter(blocks::account_id.eq(&id))).set(blocks::about.eq("")).execute(c)?;
    let named: Vec<&str> = subjects.iter().map(|subject| subject.0.as_str()).collect();
    diesel::delete(mail_failures::table.filter(mail_failures::subject.eq_any(named))).execute(c)?;
    legal_holds::forget_lifted(tx, Some(account.id), None)
}

/// Forgets a contact of a directory, and every change of it.
pub fn forget_contact(tx: &mut Tx<'_>, home: &Home) -> Result<(), StoreError> {
    let Home::Elsewhere { directory, login } = home else { return Ok(()) };
    let mine = contact_changes::directory.eq(directory.as_str()).and(contact_changes::login.eq(login.as_str()));
    diesel::delete(contact_changes::table.filter(mine)).execute(tx.connection)?;
    let mine = contacts::directory.eq(directory.as_str()).and(contacts::login.eq(login.as_str()));
    diesel::delete(contacts::table.filter(mine)).execute(tx.connection)?;
    Ok(())
}

/// Empties mails that came from an address and belong to no case.
pub fn forget_mails_from(tx: &mut Tx<'_>, email_key: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let theirs: Vec<(String, String)> = inbound_mails::table
        .filter(inbound_mails::case_id.is_null())
        .filter(not(inbound_mails::from_address.eq("")))
        .select((inbound_mails::id, inbound_mails::from_address))
        .load(tx.connection)?;
    let theirs: Vec<String> =
        theirs.into_iter().filter(|(_, from)| from.to_lowercase() == email_key).map(|(id, _)| id).collect();
    inbound::empty(tx.connection, &theirs, stored(at))
}

/// Forgets answers that programs may ask for again and that tell of erased cases.
pub fn forget_answers(tx: &mut Tx<'_>, traces: &Traces) -> Result<(), StoreError> {
    for (token, key) in &traces.answers {
        diesel::delete(api_answers::table.find((token, key))).execute(tx.connection)?;
    }
    Ok(())
}
