//! Everything that is held about one person: read for them, and erased when they ask for it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, TextExpressionMethods};
use serde_json::{Map, Value};

use super::schema::{
    account_administrators, account_sessions, accounts, api_answers, audit_entries, authenticators, blocks, case_forms,
    cases, ceremonies, contact_changes, contacts, inbound_mails, known_devices, links, mail_failures, outbox,
    recovery_codes, saved_views, sign_in_links,
};
use super::{AnyConnection, StoreError, Tx, audit, dialect, legal_holds, parsed, stored};
use crate::domain::account::{Account, AccountStatus, AuthenticatorState};
use crate::domain::audit::Personal;
use crate::domain::evidence::Subject;
use crate::domain::ids::CaseId;
use crate::domain::inbound::Fate;
use crate::domain::privacy::{ERASED_EMAIL, Erased};
use crate::domain::reference::CaseRef;

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

/// By what a table's rows belong to somebody.
#[derive(Clone, Copy)]
enum Of {
    Account,
    Case,
    Contact,
    Challenge,
    Change,
}

/// What is handed out of which table. Hashes of secrets, keys and sealed contents are no data about anybody; documents
/// are files of their own.
const PARTS: &[(&str, &str, Of)] = &[
    (
        "accounts",
        "id email number name kind tier phone status created_at updated_at email_changed_at phone_changed_at country language directory login read_at",
        Of::Account,
    ),
    ("account_administrators", "account_id administrator_id", Of::Account),
    ("authenticators", "id kind label state enrolled_at deactivated_at last_used_at serial", Of::Account),
    ("recovery_codes", "id created_at used_at", Of::Account),
    (
        "account_sessions",
        "id assurance method proved_at ip device created_at last_seen_at expires_at ended_at",
        Of::Account,
    ),
    ("known_devices", "id device created_at last_seen_at", Of::Account),
    ("sign_in_links", "id purpose created_at expires_at used_at", Of::Account),
    ("contacts", "directory login email phone name kind tier country administrators since", Of::Contact),
    (
        "contact_changes",
        "directory login email phone name kind tier country administrators state requested_at old_email old_phone told_at effective_at ended_at",
        Of::Contact,
    ),
    ("cases", "reference state tier submitted_at state_since expires_at ended_reason conclusion with_owner", Of::Case),
    (
        "case_forms",
        "case_id email account_number name device_kind reason failed_step phone language callback_time message",
        Of::Case,
    ),
    ("case_origins", "case_id country submitted_at", Of::Case),
    ("case_entries", "case_id kind at body", Of::Case),
    ("evidence", "case_id kind outcome at valid_until", Of::Case),
    ("evidence_notes", "evidence_id case_id body", Of::Case),
    ("recoveries", "case_id started_at language failed handed_over_at", Of::Case),
    ("phone_changes", "case_id state old_phone new_phone requested_by requested_at effective_at failure", Of::Case),
    ("challenges", "case_id kind state created_at expires_at", Of::Case),
    ("calls", "phone state created_at updated_at", Of::Challenge),
    ("calls", "phone state created_at updated_at", Of::Change),
    ("links", "case_id purpose created_at expires_at opened_at used_at", Of::Case),
    ("customer_sessions", "case_id created_at expires_at", Of::Case),
    ("enrolments", "case_id serial begun_at done_at", Of::Case),
    ("documents", "id case_id kind size digest uploaded_at erased_at", Of::Case),
    ("inbound_mails", "case_id from_address subject rest files received_at", Of::Case),
    ("mail_failures", "case_id status at", Of::Case),
    ("outbox", "case_id kind payload state created_at done_at", Of::Case),
    ("outbox", "kind payload state created_at done_at", Of::Account),
    ("blocks", "scope about at until lifted_at", Of::Account),
    ("alarms", "kind at seen_at", Of::Account),
];

/// Identifiers are ours, so that they can stand in a statement.
fn in_list(ids: impl Iterator<Item = String>) -> String {
    let listed: Vec<String> = ids.map(|id| format!("'{id}'")).collect();
    if listed.is_empty() { "(NULL)".to_owned() } else { format!("({})", listed.join(", ")) }
}

/// Everything held about a person, as JSON: for each table its rows.
pub fn export(
    connection: &mut AnyConnection,
    person: &Person,
    of_cases: &[CaseId],
) -> Result<Map<String, Value>, StoreError> {
    let account = in_list(person.account.iter().map(|account| account.id.to_string()));
    let in_cases = in_list(of_cases.iter().map(ToString::to_string));
    let mut tables: Map<String, Value> = Map::new();
    for (table, columns, of) in PARTS {
        let of = match (*table, of) {
            ("accounts", Of::Account) => format!("id IN {account}"),
            ("cases", _) => format!("id IN {in_cases}"),
            (_, Of::Account) => format!("account_id IN {account}"),
            (_, Of::Case) => format!("case_id IN {in_cases}"),
            (_, Of::Contact) => format!(
                "EXISTS (SELECT 1 FROM accounts WHERE accounts.id IN {account}
                    AND accounts.directory = {table}.directory AND accounts.login = {table}.login)"
            ),
            (_, Of::Challenge) => format!("challenge_id IN (SELECT id FROM challenges WHERE case_id IN {in_cases})"),
            (_, Of::Change) => format!("phone_change_id IN (SELECT id FROM phone_changes WHERE case_id IN {in_cases})"),
        };
        let columns: Vec<&str> = columns.split(' ').collect();
        let rows = dialect::json_rows(connection, table, &columns, &of)?;
        let read = rows.iter().map(|row| read(row)).collect::<Result<Vec<_>, _>>()?;
        let Value::Array(kept) = tables.entry(*table).or_insert_with(|| Value::Array(Vec::new())) else { continue };
        kept.extend(read);
    }
    let own = own_addresses(&tables);
    if let Some(Value::Array(errands)) = tables.get_mut("outbox") {
        errands.retain(|errand| went_to(errand, &own));
    }
    Ok(tables)
}

/// Where mails and text messages to the person went, in lower case.
fn own_addresses(tables: &Map<String, Value>) -> BTreeSet<String> {
    const OWN: [(&str, &[&str]); 5] = [
        ("accounts", &["email", "phone"]),
        ("contacts", &["email", "phone"]),
        ("contact_changes", &["old_email", "old_phone"]),
        ("case_forms", &["email", "phone"]),
        ("phone_changes", &["old_phone"]),
    ];
    let mut found = BTreeSet::new();
    for (table, columns) in OWN {
        for row in tables.get(table).and_then(Value::as_array).into_iter().flatten() {
            found.extend(columns.iter().filter_map(|column| row[*column].as_str()).map(str::to_lowercase));
        }
    }
    found
}

/// Whether an errand is the person's own: nothing that tells somebody else.
fn went_to(errand: &Value, own: &BTreeSet<String>) -> bool {
    let payload = &errand["payload"];
    match payload["to"].as_str().or_else(|| payload["email"].as_str()) {
        Some(to) => own.contains(&to.to_lowercase()),
        None => !errand["kind"].as_str().is_some_and(|kind| TO_OTHERS.contains(&kind)),
    }
}

/// Kinds of errands that tell the desk or a subscriber.
const TO_OTHERS: [&str; 2] = ["alarm", super::events::EVENT];

/// Kinds of actors whose network address is the person's own.
const OWN: [&str; 3] = ["customer", "owner", "administrator"];

/// The log's entries about a person's account and cases, oldest first. Where people at the desk and
/// other people sat is not handed out.
pub fn log_of(connection: &mut AnyConnection, person: &Person, cases: &[CaseRef]) -> Result<Vec<Value>, StoreError> {
    let account = in_list(person.account.iter().map(|account| account.id.to_string()));
    let cases = in_list(cases.iter().map(ToString::to_string));
    let columns = ["seq", "at", "actor_kind", "actor", "action", "case_ref", "ip", "details"];
    let of = format!("case_ref IN {cases} OR account_id IN {account}");
    let rows = dialect::json_rows(connection, "audit_entries", &columns, &of)?;
    let mut entries = rows.iter().map(|row| read(row)).collect::<Result<Vec<_>, _>>()?;
    let own_id = person.account.as_ref().map(|account| account.id.to_string());
    for entry in &mut entries {
        let Some(fields) = entry.as_object_mut() else { continue };
        let actor = fields.remove("actor");
        let kind = fields.get("actor_kind").and_then(Value::as_str).unwrap_or_default();
        // An administrator of a member's account is somebody else.
        let themself = kind != "administrator" || actor.as_ref().and_then(Value::as_str) == own_id.as_deref();
        if !themself || !OWN.contains(&kind) {
            fields.remove("ip");
        }
    }
    entries.sort_by_key(|entry| entry["seq"].as_i64());
    Ok(entries)
}

/// A row as it was written; what is JSON inside it is made part of it.
fn read(row: &str) -> Result<Value, StoreError> {
    let unreadable = |_| StoreError::Corrupt("a row as JSON".to_owned());
    let mut row: Value = serde_json::from_str(row).map_err(unreadable)?;
    for column in ["payload", "files", "administrators", "details"] {
        if let Some(value) = row.get_mut(column)
            && let Some(inner) = value.as_str().and_then(|text| serde_json::from_str(text).ok())
        {
            *value = inner;
        }
    }
    Ok(row)
}

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
fn errands_naming(connection: &mut AnyConnection, account: &Account) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for name in names(account) {
        let over = outbox::table.filter(outbox::state.eq_any(["done", "dead"]));
        let rows: Vec<(String, String)> =
            over.filter(outbox::payload.like(holding(&name))).select((outbox::id, outbox::payload)).load(connection)?;
        found.extend(rows.into_iter().filter(|(_, payload)| payload.contains(&name)).map(|(id, _)| id));
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
    found.errands = errands_naming(connection, account)?;
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
    let c = &mut *tx.connection;
    let home: (String, Option<String>) =
        accounts::table.find(&id).select((accounts::directory, accounts::login)).first(c)?;
    if let (directory, Some(login)) = &home {
        let mine = contact_changes::directory.eq(directory).and(contact_changes::login.eq(login));
        diesel::delete(contact_changes::table.filter(mine)).execute(c)?;
        let mine = contacts::directory.eq(directory).and(contacts::login.eq(login));
        diesel::delete(contacts::table.filter(mine)).execute(c)?;
    }
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
    legal_holds::forget_lifted(tx, Some(account.id), None)?;
    forget_mails_from(tx, &account.email.key(), by.at)
}

/// Empties mails that came from an address and belong to no case.
pub fn forget_mails_from(tx: &mut Tx<'_>, email_key: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let c = &mut *tx.connection;
    let theirs: Vec<(String, String)> = inbound_mails::table
        .filter(inbound_mails::case_id.is_null())
        .filter(not(inbound_mails::from_address.eq("")))
        .select((inbound_mails::id, inbound_mails::from_address))
        .load(c)?;
    let theirs: Vec<String> =
        theirs.into_iter().filter(|(_, from)| from.to_lowercase() == email_key).map(|(id, _)| id).collect();
    let undecided = inbound_mails::table
        .filter(inbound_mails::id.eq_any(&theirs))
        .filter(inbound_mails::fate.eq_any(Fate::UNDECIDED.map(Fate::code)));
    diesel::update(undecided)
        .set((
            inbound_mails::fate.eq(Fate::Discarded.code()),
            inbound_mails::aside.eq(None::<String>),
            inbound_mails::decided_at.eq(Some(stored(at))),
        ))
        .execute(c)?;
    diesel::update(inbound_mails::table.filter(inbound_mails::id.eq_any(&theirs)))
        .set((
            inbound_mails::digest.eq(inbound_mails::id),
            inbound_mails::from_address.eq(""),
            inbound_mails::subject.eq(""),
            inbound_mails::rest.eq(""),
            inbound_mails::files.eq("[]"),
            inbound_mails::key_id.eq(None::<String>),
            inbound_mails::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(c)?;
    Ok(())
}

/// Forgets answers that programs may ask for again and that tell of erased cases.
pub fn forget_answers(tx: &mut Tx<'_>, traces: &Traces) -> Result<(), StoreError> {
    for (token, key) in &traces.answers {
        diesel::delete(api_answers::table.find((token, key))).execute(tx.connection)?;
    }
    Ok(())
}
