//! What is handed out to a person of what is held about them.

use std::collections::BTreeSet;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::{Map, Value};

use super::super::events::EVENT;
use super::super::schema::{contact_changes, contacts};
use super::super::{AnyConnection, StoreError, dialect};
use super::{OWN, Person, contacts_alone, in_list};
use crate::domain::directory::Home;
use crate::domain::ids::CaseId;
use crate::domain::reference::CaseRef;

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

/// Everything held about a person, as JSON: for each table its rows.
pub fn export(
    connection: &mut AnyConnection,
    person: &Person,
    of_cases: &[CaseId],
) -> Result<Map<String, Value>, StoreError> {
    let account = in_list(person.account.iter().map(|account| account.id.to_string()));
    let in_cases = in_list(of_cases.iter().map(ToString::to_string));
    let alone = contacts_alone(connection, person)?;
    let alone = in_list(ids_of_contacts(connection, &alone)?.into_iter());
    let mut tables: Map<String, Value> = Map::new();
    for (table, columns, of) in PARTS {
        let of = match (*table, of) {
            ("accounts", Of::Account) => format!("id IN {account}"),
            ("cases", _) => format!("id IN {in_cases}"),
            (_, Of::Account) => format!("account_id IN {account}"),
            (_, Of::Case) => format!("case_id IN {in_cases}"),
            (_, Of::Contact) => format!(
                "id IN {alone} OR EXISTS (SELECT 1 FROM accounts WHERE accounts.id IN {account}
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

/// The identifiers of contacts, and of changes of them.
fn ids_of_contacts(connection: &mut AnyConnection, homes: &[Home]) -> Result<Vec<String>, StoreError> {
    let mut ids = Vec::new();
    for home in homes {
        let Home::Elsewhere { directory, login } = home else { continue };
        let mine = contacts::directory.eq(directory.as_str()).and(contacts::login.eq(login.as_str()));
        ids.extend(contacts::table.filter(mine).select(contacts::id).load::<String>(connection)?);
        let mine = contact_changes::directory.eq(directory.as_str()).and(contact_changes::login.eq(login.as_str()));
        ids.extend(contact_changes::table.filter(mine).select(contact_changes::id).load::<String>(connection)?);
    }
    Ok(ids)
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
const TO_OTHERS: [&str; 2] = ["alarm", EVENT];

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
