//! Links that were mailed, and the browsers that pressed their buttons.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{cases, customer_sessions, links};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::evidence::Subject;
use crate::domain::ids::{AccountId, CaseId, CustomerSessionId, LinkId};
use crate::domain::reference::CaseRef;

/// What pressing a link's button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Confirms the address and opens the case's page.
    Open,
    /// "This wasn't me".
    Object,
    /// Leads an administrator of the account to a member's request.
    Administer,
}

impl LinkPurpose {
    const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Object => "object",
            Self::Administer => "administer",
        }
    }
}

/// A link that was mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Internal identifier.
    pub id: LinkId,
    /// The case it belongs to.
    pub case: CaseId,
    /// What its button does.
    pub purpose: LinkPurpose,
    /// The address it was sent to.
    pub subject: Subject,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
    /// When its page was first fetched, perhaps by a mail scanner.
    pub opened_at: Option<DateTime<Utc>>,
    /// When its button was pressed.
    pub used_at: Option<DateTime<Utc>>,
    /// The administrator it was sent to.
    pub administrator: Option<AccountId>,
}

/// Stores a link by its token's hash.
pub fn insert(tx: &mut Tx<'_>, link: &Link, token_hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(links::table)
        .values((
            links::id.eq(link.id.to_string()),
            links::case_id.eq(link.case.to_string()),
            links::purpose.eq(link.purpose.code()),
            links::token_hash.eq(token_hash),
            links::subject.eq(&link.subject.0),
            links::created_at.eq(stored(at)),
            links::expires_at.eq(stored(link.expires_at)),
            links::account_id.eq(link.administrator.map(|id| id.to_string())),
        ))
        .execute(tx.connection)?;
    Ok(())
}

type Row =
    (String, String, String, String, NaiveDateTime, Option<NaiveDateTime>, Option<NaiveDateTime>, Option<String>);

fn link((id, case, purpose, subject, expires_at, opened_at, used_at, account): Row) -> Result<Link, StoreError> {
    let purpose = [LinkPurpose::Open, LinkPurpose::Object, LinkPurpose::Administer]
        .into_iter()
        .find(|known| known.code() == purpose)
        .ok_or_else(|| corrupt("link", &purpose))?;
    Ok(Link {
        id: parsed("link", &id)?,
        case: parsed("case", &case)?,
        purpose,
        subject: Subject(subject),
        expires_at: expires_at.and_utc(),
        opened_at: opened_at.map(|at| at.and_utc()),
        used_at: used_at.map(|at| at.and_utc()),
        administrator: parsed_if("administrator", account.as_deref())?,
    })
}

/// The link of a case whose token has this hash.
pub fn find(
    connection: &mut AnyConnection,
    reference: &CaseRef,
    purpose: LinkPurpose,
    token_hash: &str,
) -> Result<Option<Link>, StoreError> {
    let row: Option<Row> = links::table
        .inner_join(cases::table)
        .filter(cases::reference.eq(reference.as_str()))
        .filter(links::token_hash.eq(token_hash))
        .filter(links::purpose.eq(purpose.code()))
        .select((
            links::id,
            links::case_id,
            links::purpose,
            links::subject,
            links::expires_at,
            links::opened_at,
            links::used_at,
            links::account_id,
        ))
        .first(connection)
        .optional()?;
    row.map(link).transpose()
}

/// When links of a case were opened, for those that nobody confirmed.
pub fn opened_unconfirmed(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let times: Vec<Option<NaiveDateTime>> = links::table
        .filter(links::case_id.eq(case.to_string()))
        .filter(links::opened_at.is_not_null())
        .filter(links::used_at.is_null())
        .order(links::opened_at.asc())
        .select(links::opened_at)
        .load(connection)?;
    Ok(times.into_iter().flatten().map(|at| at.and_utc()).collect())
}

/// Whether a link that opens or verifies was ever mailed about a case.
pub fn was_mailed(connection: &mut AnyConnection, case: CaseId) -> Result<bool, StoreError> {
    let found: Option<String> = links::table
        .filter(links::case_id.eq(case.to_string()))
        .filter(links::purpose.eq(LinkPurpose::Open.code()))
        .select(links::id)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// Notes the first time a link's page was fetched.
pub fn mark_opened(tx: &mut Tx<'_>, id: LinkId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(links::table.find(id.to_string()))
        .filter(links::opened_at.is_null())
        .set(links::opened_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Uses a link up. False when someone else just did.
pub fn use_up(tx: &mut Tx<'_>, id: LinkId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(links::table.find(id.to_string()))
        .filter(links::used_at.is_null())
        .set(links::used_at.eq(stored(at)))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Uses up every link that opens a case's page.
pub fn void(tx: &mut Tx<'_>, case: CaseId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let unused = links::table
        .filter(links::case_id.eq(case.to_string()))
        .filter(links::purpose.eq(LinkPurpose::Open.code()))
        .filter(links::used_at.is_null());
    diesel::update(unused).set(links::used_at.eq(stored(at))).execute(tx.connection)?;
    Ok(())
}

/// The cases whose request this administrator was written to about and may still decide, the newest first.
pub fn asked(
    connection: &mut AnyConnection,
    administrator: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<CaseRef>, StoreError> {
    let found: Vec<String> = cases::table
        .inner_join(links::table)
        .filter(links::purpose.eq(LinkPurpose::Administer.code()))
        .filter(links::account_id.eq(administrator.to_string()))
        .filter(links::expires_at.gt(stored(now)))
        .order((links::created_at.desc(), links::id.desc()))
        .select(cases::reference)
        .load(connection)?;
    let mut references: Vec<CaseRef> = Vec::new();
    for reference in &found {
        let reference = parsed("reference", reference)?;
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    Ok(references)
}

/// Whether this administrator was ever written to about a case.
pub fn was_asked(connection: &mut AnyConnection, case: CaseId, administrator: AccountId) -> Result<bool, StoreError> {
    let found: Option<String> = links::table
        .filter(links::case_id.eq(case.to_string()))
        .filter(links::purpose.eq(LinkPurpose::Administer.code()))
        .filter(links::account_id.eq(administrator.to_string()))
        .select(links::id)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// Closes what administrators were asked about a case: nobody can decide it any more.
pub fn close_request(tx: &mut Tx<'_>, case: CaseId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let open = links::table
        .filter(links::case_id.eq(case.to_string()))
        .filter(links::purpose.eq(LinkPurpose::Administer.code()))
        .filter(links::expires_at.gt(stored(at)));
    diesel::update(open).set(links::expires_at.eq(stored(at))).execute(tx.connection)?;
    Ok(())
}

/// A browser that confirmed a case's address.
pub fn begin_session(
    tx: &mut Tx<'_>,
    id: CustomerSessionId,
    case: CaseId,
    token_hash: &str,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(customer_sessions::table)
        .values((
            customer_sessions::id.eq(id.to_string()),
            customer_sessions::case_id.eq(case.to_string()),
            customer_sessions::token_hash.eq(token_hash),
            customer_sessions::created_at.eq(stored(at)),
            customer_sessions::expires_at.eq(stored(expires_at)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The session of a case whose cookie has this hash, unless it is over.
pub fn session(
    connection: &mut AnyConnection,
    reference: &CaseRef,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<CustomerSessionId>, StoreError> {
    let found: Option<String> = customer_sessions::table
        .inner_join(cases::table)
        .filter(cases::reference.eq(reference.as_str()))
        .filter(customer_sessions::token_hash.eq(token_hash))
        .filter(customer_sessions::expires_at.gt(stored(now)))
        .select(customer_sessions::id)
        .first(connection)
        .optional()?;
    found.as_deref().map(|id| parsed("session", id)).transpose()
}

/// Ends every browser session of a case.
pub fn end_sessions(tx: &mut Tx<'_>, case: CaseId) -> Result<(), StoreError> {
    diesel::update(customer_sessions::table.filter(customer_sessions::case_id.eq(case.to_string())))
        .set(customer_sessions::expires_at.eq(customer_sessions::created_at))
        .execute(tx.connection)?;
    Ok(())
}
