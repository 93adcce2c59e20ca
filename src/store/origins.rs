//! What the risk rules compare cases by: keyed hashes of where each form came from.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl,
};

use super::schema::{case_origins, cases, evidence};
use super::{AnyConnection, StoreError, Tx, parsed, recoveries, stored};
use crate::domain::case::State;
use crate::domain::evidence::{CheckKind, Outcome};
use crate::domain::ids::{AccountId, CaseId};
use crate::domain::reference::CaseRef;

/// Where a form came from. What does not say anything is empty or missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The address that was typed.
    pub person: String,
    /// The neighbourhood of the network address.
    pub network: String,
    /// The number to be called back on.
    pub phone: Option<String>,
    /// The domain of the address.
    pub mail_domain: String,
    /// The words.
    pub wording: Option<String>,
    /// The country that the proxy named, in the clear.
    pub country: Option<String>,
    /// When.
    pub submitted_at: DateTime<Utc>,
}

/// One thing that requests can share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared<'a> {
    /// See [`Origin::network`].
    Network(&'a str),
    /// See [`Origin::phone`].
    Phone(&'a str),
    /// See [`Origin::mail_domain`].
    MailDomain(&'a str),
    /// See [`Origin::wording`].
    Wording(&'a str),
}

/// Which of the requests that share something are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Every form that came in, whatever address was typed into it.
    Forms,
    /// Those in which somebody confirmed the address of record of an account: nobody can make them up.
    Confirmed,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = case_origins, treat_none_as_default_value = false)]
pub(super) struct Row {
    case_id: String,
    person: String,
    network: String,
    phone: Option<String>,
    mail_domain: String,
    wording: Option<String>,
    country: Option<String>,
    submitted_at: NaiveDateTime,
}

impl Row {
    pub(super) fn of(case: CaseId, origin: &Origin) -> Self {
        Self {
            case_id: case.to_string(),
            person: origin.person.clone(),
            network: origin.network.clone(),
            phone: origin.phone.clone(),
            mail_domain: origin.mail_domain.clone(),
            wording: origin.wording.clone(),
            country: origin.country.clone(),
            submitted_at: stored(origin.submitted_at),
        }
    }
}

/// Keeps where a case came from, for good.
pub fn insert(tx: &mut Tx<'_>, case: CaseId, origin: &Origin) -> Result<(), StoreError> {
    diesel::insert_into(case_origins::table).values(Row::of(case, origin)).execute(tx.connection)?;
    Ok(())
}

/// Where a case came from; cases from before origins were kept have none.
pub fn find(connection: &mut AnyConnection, case: CaseId) -> Result<Option<Origin>, StoreError> {
    let row: Option<Row> = case_origins::table.find(case.to_string()).first(connection).optional()?;
    Ok(row.map(|row| Origin {
        person: row.person,
        network: row.network,
        phone: row.phone,
        mail_domain: row.mail_domain,
        wording: row.wording,
        country: row.country,
        submitted_at: row.submitted_at.and_utc(),
    }))
}

/// A stretch of time: from the first moment to the last, both included.
pub type Period = (DateTime<Utc>, DateTime<Utc>);

/// The time around a moment.
pub fn around(at: DateTime<Utc>, within: TimeDelta) -> Period {
    (at - within, at + within)
}

macro_rules! sharing {
    ($query:expr, $shared:expr, $counting:expr, $period:expr) => {{
        let (first, last) = $period;
        let query = $query.filter(case_origins::submitted_at.between(stored(first), stored(last))).into_boxed();
        let confirmed = evidence::table
            .filter(evidence::case_id.eq(case_origins::case_id))
            .filter(evidence::kind.eq(CheckKind::EmailLink.code()))
            .filter(evidence::outcome.eq(Outcome::Passed.code()));
        let query = match $counting {
            Counting::Forms => query,
            Counting::Confirmed => query.filter(exists(confirmed)),
        };
        match $shared {
            Shared::Network(hash) => query.filter(case_origins::network.eq(hash.to_owned())),
            Shared::Phone(hash) => query.filter(case_origins::phone.eq(hash.to_owned())),
            Shared::MailDomain(hash) => query.filter(case_origins::mail_domain.eq(hash.to_owned())),
            Shared::Wording(hash) => query.filter(case_origins::wording.eq(hash.to_owned())),
        }
    }};
}

/// For how many different people requests that share this came in a period, counted up to `most`.
pub fn people(
    connection: &mut AnyConnection,
    (shared, counting): (Shared<'_>, Counting),
    period: Period,
    most: i64,
) -> Result<i64, StoreError> {
    // In a flood the first few rows are enough, and telling all of them apart would hold up everyone.
    let few = most.saturating_mul(10);
    let rows: Vec<String> = sharing!(case_origins::table.select(case_origins::person), shared, counting, period)
        .limit(few)
        .load(connection)?;
    let every_row = i64::try_from(rows.len()).is_ok_and(|count| count < few);
    let people = i64::try_from(rows.into_iter().collect::<BTreeSet<_>>().len()).unwrap_or(most);
    if every_row || people >= most {
        return Ok(people.min(most));
    }
    let people: Vec<String> =
        sharing!(case_origins::table.select(case_origins::person).distinct(), shared, counting, period)
            .limit(most)
            .load(connection)?;
    Ok(i64::try_from(people.len()).unwrap_or(most))
}

/// References of other cases that share this and came in a period, the newest first.
pub fn related(
    connection: &mut AnyConnection,
    case: CaseId,
    (shared, counting): (Shared<'_>, Counting),
    period: Period,
    limit: i64,
) -> Result<Vec<CaseRef>, StoreError> {
    let others = case_origins::table
        .inner_join(cases::table.on(cases::id.eq(case_origins::case_id)))
        .filter(case_origins::case_id.ne(case.to_string()))
        .select(cases::reference);
    let found: Vec<String> = sharing!(others, shared, counting, period)
        .order((case_origins::submitted_at.desc(), case_origins::case_id.desc()))
        .limit(limit)
        .load(connection)?;
    found.iter().map(|reference| parsed("reference", reference)).collect()
}

/// How many cases of an account came in from a moment on.
pub fn cases_of_account(
    connection: &mut AnyConnection,
    account: AccountId,
    since: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let all: i64 = cases::table
        .filter(cases::account_id.eq(account.to_string()))
        .filter(cases::submitted_at.ge(stored(since)))
        .count()
        .get_result(connection)?;
    // Otherwise a stranger with the password could lengthen the owner's waits as they like.
    Ok(all - recoveries::unconfirmed(connection, account, since)?)
}

/// States in which a case rests on what is needed from it, and time alone can carry it on.
const RESTING: [State; 3] = [State::AwaitingApproval, State::CoolingOff, State::Ready];

/// Cases that rest are looked through up to this many.
const MOST_RESTING: i64 = 2_000;

/// Makes the timer look now at the cases that rest and share this with a request: those that nobody has looked at
/// for longest first. Answers how many there were.
pub fn wake(
    tx: &mut Tx<'_>,
    shared: Shared<'_>,
    period: Period,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<usize, StoreError> {
    // From the cases that rest, which are few, to what they share: the other way leads over every row of a flood.
    let resting: Vec<String> = cases::table
        .filter(cases::state.eq_any(RESTING.map(State::code)))
        .filter(cases::submitted_at.between(stored(period.0), stored(period.1)))
        .filter(cases::due_at.is_null().or(cases::due_at.gt(stored(now))))
        .order(cases::changed_at.asc())
        .select(cases::id)
        .limit(MOST_RESTING)
        .load(tx.connection)?;
    let among = case_origins::table.filter(case_origins::case_id.eq_any(resting)).select(case_origins::case_id);
    let ids: Vec<String> = sharing!(among, shared, Counting::Forms, period).limit(limit).load(tx.connection)?;
    make_due(tx, ids, now)
}

/// Like [`wake`], for the other cases of an account.
pub fn wake_account(tx: &mut Tx<'_>, account: AccountId, now: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let ids: Vec<String> = cases::table
        .filter(cases::account_id.eq(account.to_string()))
        .filter(cases::state.eq_any(RESTING.map(State::code)))
        .filter(cases::due_at.is_null().or(cases::due_at.gt(stored(now))))
        .order(cases::changed_at.asc())
        .select(cases::id)
        .limit(limit)
        .load(tx.connection)?;
    make_due(tx, ids, now)
}

fn make_due(tx: &mut Tx<'_>, mut ids: Vec<String>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    // Instances that wake the same cases take their rows in the same order.
    ids.sort_unstable();
    let resting = cases::table.filter(cases::id.eq_any(ids));
    Ok(diesel::update(resting).set(cases::due_at.eq(stored(now))).execute(tx.connection)?)
}
