//! What people write on a case: notes, messages and reasons.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::max;
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};

use super::schema::{case_entries, inbound_mails};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, search, stored};
use crate::domain::ids::{AgentId, CaseId, EntryId};
use crate::domain::inbound::Sender;

/// Which kind of text someone wrote on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Only the desk reads it.
    Note,
    /// The desk to the customer.
    ToCustomer,
    /// The customer to the desk.
    FromCustomer,
    /// A mail to the desk that came from another address than the customer's.
    FromElsewhere,
    /// Why an agent did something.
    Reason,
    /// Why an administrator of the account said no.
    Administrator,
}

impl EntryKind {
    /// A word of the talk between the customer, or whoever says to be, and the desk.
    pub const fn is_talk(self) -> bool {
        matches!(self, Self::ToCustomer | Self::FromCustomer | Self::FromElsewhere)
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::ToCustomer => "to_customer",
            // Whose it is, is told by the mail that it came with.
            Self::FromCustomer | Self::FromElsewhere => "from_customer",
            Self::Reason => "reason",
            Self::Administrator => "administrator",
        }
    }

    fn from_code(code: &str) -> Result<Self, StoreError> {
        [Self::Note, Self::ToCustomer, Self::FromCustomer, Self::Reason, Self::Administrator]
            .into_iter()
            .find(|kind| kind.code() == code)
            .ok_or_else(|| corrupt("entry", code))
    }
}

/// A text someone wrote on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenEntry {
    /// Internal identifier.
    pub id: EntryId,
    /// Who reads it.
    pub kind: EntryKind,
    /// The agent who wrote it; none for the customer and for administrators of the account.
    pub agent: Option<AgentId>,
    /// When.
    pub at: DateTime<Utc>,
    /// The text.
    pub body: String,
}

/// Stores a text on a case.
pub fn write_entry(tx: &mut Tx<'_>, case: CaseId, entry: &WrittenEntry) -> Result<(), StoreError> {
    diesel::insert_into(case_entries::table)
        .values((
            case_entries::id.eq(entry.id.to_string()),
            case_entries::case_id.eq(case.to_string()),
            case_entries::kind.eq(entry.kind.code()),
            case_entries::agent_id.eq(entry.agent.map(|id| id.to_string())),
            case_entries::at.eq(stored(entry.at)),
            case_entries::body.eq(&entry.body),
        ))
        .execute(tx.connection)?;
    search::index(tx, &case.to_string())
}

/// When the newest text on a case was written.
pub fn newest_entry_at(connection: &mut AnyConnection, case: CaseId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest: Option<NaiveDateTime> = case_entries::table
        .filter(case_entries::case_id.eq(case.to_string()))
        .select(max(case_entries::at))
        .first(connection)?;
    Ok(newest.map(|at| at.and_utc()))
}

/// Everything written on a case, oldest first.
pub fn entries(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<WrittenEntry>, StoreError> {
    type Row = (String, String, Option<String>, NaiveDateTime, String, Option<String>);
    let rows: Vec<Row> = case_entries::table
        .left_join(inbound_mails::table.on(inbound_mails::entry_id.eq(case_entries::id.nullable())))
        .filter(case_entries::case_id.eq(case.to_string()))
        .order((case_entries::at.asc(), case_entries::id.asc()))
        .select((
            case_entries::id,
            case_entries::kind,
            case_entries::agent_id,
            case_entries::at,
            case_entries::body,
            inbound_mails::sender.nullable(),
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(id, kind, agent, at, body, sender)| {
            let elsewhere = sender.is_some_and(|sender| sender != Sender::OfRecord.code());
            Ok(WrittenEntry {
                id: parsed("entry", &id)?,
                kind: if elsewhere { EntryKind::FromElsewhere } else { EntryKind::from_code(&kind)? },
                agent: parsed_if("agent", agent.as_deref())?,
                at: at.and_utc(),
                body,
            })
        })
        .collect()
}
