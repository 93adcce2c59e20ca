//! Limits that were reached, as the desk sees them.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    Queryable, RunQueryDsl,
};

use super::schema::{agents, blocks, cases};
use super::{AnyConnection, StoreError, Tx, corrupt, parsed, parsed_if, stored};
use crate::domain::ids::{AccountId, AgentId, BlockId, CaseId};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;

/// A limit that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Internal identifier.
    pub id: BlockId,
    /// Which limit.
    pub limit: Limit,
    /// Whom or what it counts.
    pub subject: String,
    /// What the desk is shown of that: a reference, a masked address, a network.
    pub about: String,
    /// The case it was reached in.
    pub case: Option<CaseId>,
    /// The account it concerns.
    pub account: Option<AccountId>,
    /// When it was reached.
    pub at: DateTime<Utc>,
    /// When it ends by itself; never, where only a supervisor ends it.
    pub until: Option<DateTime<Utc>>,
}

/// A block with what the desk's page shows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The block.
    pub block: Block,
    /// The reference of its case.
    pub reference: Option<CaseRef>,
    /// When it was lifted, by whom, and why.
    pub lifted: Option<(DateTime<Utc>, String, String)>,
}

#[derive(Queryable)]
struct Row {
    id: String,
    scope: String,
    subject: String,
    about: String,
    case_id: Option<String>,
    account_id: Option<String>,
    at: NaiveDateTime,
    until: Option<NaiveDateTime>,
}

impl Row {
    fn into_block(self) -> Result<Block, StoreError> {
        Ok(Block {
            id: parsed("block", &self.id)?,
            limit: Limit::from_code(&self.scope).ok_or_else(|| corrupt("limit", &self.scope))?,
            subject: self.subject,
            about: self.about,
            case: parsed_if("case", self.case_id.as_deref())?,
            account: parsed_if("account", self.account_id.as_deref())?,
            at: self.at.and_utc(),
            until: self.until.map(|at| at.and_utc()),
        })
    }
}

type Columns = (
    blocks::id,
    blocks::scope,
    blocks::subject,
    blocks::about,
    blocks::case_id,
    blocks::account_id,
    blocks::at,
    blocks::until,
);
const COLUMNS: Columns = (
    blocks::id,
    blocks::scope,
    blocks::subject,
    blocks::about,
    blocks::case_id,
    blocks::account_id,
    blocks::at,
    blocks::until,
);

/// Stores a block.
pub fn insert(tx: &mut Tx<'_>, block: &Block) -> Result<(), StoreError> {
    diesel::insert_into(blocks::table)
        .values((
            blocks::id.eq(block.id.to_string()),
            blocks::scope.eq(block.limit.code()),
            blocks::subject.eq(&block.subject),
            blocks::about.eq(&block.about),
            blocks::case_id.eq(block.case.map(|id| id.to_string())),
            blocks::account_id.eq(block.account.map(|id| id.to_string())),
            blocks::at.eq(stored(block.at)),
            blocks::until.eq(block.until.map(stored)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The newest block of a subject that nobody lifted and that did not end before `since`.
pub fn of_subject(
    connection: &mut AnyConnection,
    limit: Limit,
    subject: &str,
    since: DateTime<Utc>,
) -> Result<Option<Block>, StoreError> {
    let row: Option<Row> = blocks::table
        .filter(blocks::scope.eq(limit.code()))
        .filter(blocks::subject.eq(subject.to_owned()))
        .filter(blocks::lifted_at.is_null())
        .filter(blocks::until.is_null().or(blocks::until.gt(stored(since))))
        .order(blocks::at.desc())
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    row.map(Row::into_block).transpose()
}

/// Sets when a block ends by itself.
pub fn extend(tx: &mut Tx<'_>, id: BlockId, until: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(blocks::table.find(id.to_string())).set(blocks::until.eq(stored(until))).execute(tx.connection)?;
    Ok(())
}

/// A block that stands at this moment, by its identifier.
pub fn standing(connection: &mut AnyConnection, id: BlockId, now: DateTime<Utc>) -> Result<Option<Block>, StoreError> {
    let row: Option<Row> = blocks::table
        .filter(blocks::id.eq(id.to_string()))
        .filter(blocks::lifted_at.is_null())
        .filter(blocks::until.is_null().or(blocks::until.gt(stored(now))))
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    row.map(Row::into_block).transpose()
}

/// Lifts every block of a subject. Someone with a shell on the server is no agent and has no identifier.
pub fn lift(
    tx: &mut Tx<'_>,
    limit: Limit,
    subject: &str,
    by: Option<AgentId>,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<usize, StoreError> {
    let open = blocks::table
        .filter(blocks::scope.eq(limit.code()))
        .filter(blocks::subject.eq(subject.to_owned()))
        .filter(blocks::lifted_at.is_null())
        .filter(blocks::until.is_null().or(blocks::until.gt(stored(at))));
    let lifted = (
        blocks::lifted_by.eq(by.map(|id| id.to_string())),
        blocks::lifted_at.eq(stored(at)),
        blocks::lift_reason.eq(reason),
    );
    Ok(diesel::update(open).set(lifted).execute(tx.connection)?)
}

/// How many blocks stand at this moment.
pub fn count(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<i64, StoreError> {
    Ok(blocks::table
        .filter(blocks::lifted_at.is_null())
        .filter(blocks::until.is_null().or(blocks::until.gt(stored(now))))
        .count()
        .get_result(connection)?)
}

/// Blocks, those that wait for a supervisor before those that end by themselves, the newest first: those that stand, or
/// those that are over.
pub fn list(
    connection: &mut AnyConnection,
    stand: bool,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    type Found = (Row, Option<String>, Option<NaiveDateTime>, Option<String>, Option<String>);
    let mut query = blocks::table
        .left_join(cases::table.on(blocks::case_id.eq(cases::id.nullable())))
        .left_join(agents::table.on(blocks::lifted_by.eq(agents::id.nullable())))
        .order((blocks::until.is_null().desc(), blocks::at.desc(), blocks::id.desc()))
        .select((COLUMNS, cases::reference.nullable(), blocks::lifted_at, agents::name.nullable(), blocks::lift_reason))
        .limit(limit)
        .into_boxed();
    query = if stand {
        query.filter(blocks::lifted_at.is_null()).filter(blocks::until.is_null().or(blocks::until.gt(stored(now))))
    } else {
        query.filter(blocks::lifted_at.is_not_null().or(blocks::until.le(stored(now)).assume_not_null()))
    };
    let found: Vec<Found> = query.load(connection)?;
    found
        .into_iter()
        .map(|(row, reference, lifted_at, by, reason)| {
            Ok(Listed {
                block: row.into_block()?,
                reference: parsed_if("reference", reference.as_deref())?,
                lifted: lifted_at.map(|at| (at.and_utc(), by.unwrap_or_default(), reason.unwrap_or_default())),
            })
        })
        .collect()
}

/// The blocks that stand on a case, its account, or one of these subjects, such as its telephone number.
pub fn concerning(
    connection: &mut AnyConnection,
    case: CaseId,
    account: Option<AccountId>,
    subjects: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<Block>, StoreError> {
    let account = account.map(|id| id.to_string()).unwrap_or_default();
    let concerns = blocks::case_id
        .eq(case.to_string())
        .assume_not_null()
        .or(blocks::account_id.eq(account).assume_not_null())
        .or(blocks::subject.eq_any(subjects.to_vec()));
    let rows: Vec<Row> = blocks::table
        .filter(blocks::lifted_at.is_null())
        .filter(blocks::until.is_null().or(blocks::until.gt(stored(now))))
        .filter(concerns)
        .order(blocks::at.asc())
        .select(COLUMNS)
        .load(connection)?;
    rows.into_iter().map(Row::into_block).collect()
}
