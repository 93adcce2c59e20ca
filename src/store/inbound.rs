//! Mails that came in. The text of one that belongs to a case is an entry of the case; one that belongs to none is kept
//! sealed as it came.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl,
};
use serde::{Deserialize, Serialize};

use super::schema::{cases, inbound_mails};
use super::{AnyConnection, StoreError, Tx, corrupt, dialect, parsed, parsed_if, stored};
use crate::domain::case::State;
use crate::domain::ids::{CaseId, DocumentId, EntryId, InboundMailId};
use crate::domain::inbound::{Aside, Fate, MatchedBy, Sender, Sign, Way};
use crate::domain::reference::CaseRef;
use crate::domain::sealed::Sealed;

/// A file that came with a mail, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailedFile {
    /// What it was called.
    pub name: String,
    /// The document that it became.
    pub document: Option<DocumentId>,
    /// Why it was not taken.
    pub refused: Option<String>,
}

/// A mail that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMail {
    /// Internal identifier.
    pub id: InboundMailId,
    /// What tells it from every other mail.
    pub digest: String,
    /// How it came.
    pub way: Way,
    /// What became of it.
    pub fate: Fate,
    /// Why it was set aside, if it was.
    pub aside: Option<Aside>,
    /// By what a machine's mail was recognised.
    pub sign: Option<Sign>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The message that it became.
    pub entry: Option<EntryId>,
    /// By what it was found to belong to the case.
    pub matched_by: Option<MatchedBy>,
    /// Whose address it says it comes from.
    pub sender: Sender,
    /// Whom it says it is from; may be empty.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// What was folded away of its text.
    pub rest: String,
    /// What came with it.
    pub files: Vec<MailedFile>,
    /// Its bytes.
    pub size: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When it was decided about, if it had to be.
    pub decided_at: Option<DateTime<Utc>>,
}

impl InboundMail {
    /// What its sealed content is bound to.
    pub fn about(&self) -> String {
        format!("{} {}", self.id, self.digest)
    }
}

#[derive(Queryable)]
struct Row {
    id: String,
    digest: String,
    way: String,
    fate: String,
    aside: Option<String>,
    sign: Option<String>,
    case: Option<String>,
    entry: Option<String>,
    matched_by: Option<String>,
    sender: String,
    from: String,
    subject: String,
    rest: String,
    files: String,
    size: i64,
    received_at: NaiveDateTime,
    decided_at: Option<NaiveDateTime>,
}

macro_rules! columns {
    () => {
        (
            inbound_mails::id,
            inbound_mails::digest,
            inbound_mails::way,
            inbound_mails::fate,
            inbound_mails::aside,
            inbound_mails::sign,
            inbound_mails::case_id,
            inbound_mails::entry_id,
            inbound_mails::matched_by,
            inbound_mails::sender,
            inbound_mails::from_address,
            inbound_mails::subject,
            inbound_mails::rest,
            inbound_mails::files,
            inbound_mails::size,
            inbound_mails::received_at,
            inbound_mails::decided_at,
        )
    };
}

impl TryFrom<Row> for InboundMail {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let sign = |code: &String| Sign::from_code(code).ok_or_else(|| corrupt("mail sign", code));
        let aside = |code: &String| Aside::from_code(code).ok_or_else(|| corrupt("set aside", code));
        let by = |code: &String| MatchedBy::from_code(code).ok_or_else(|| corrupt("mail match", code));
        Ok(Self {
            id: parsed("mail", &row.id)?,
            digest: row.digest,
            way: Way::from_code(&row.way).ok_or_else(|| corrupt("mail way", &row.way))?,
            fate: Fate::from_code(&row.fate).ok_or_else(|| corrupt("mail fate", &row.fate))?,
            aside: row.aside.as_ref().map(aside).transpose()?,
            sign: row.sign.as_ref().map(sign).transpose()?,
            case: parsed_if("case", row.case.as_deref())?,
            entry: parsed_if("entry", row.entry.as_deref())?,
            matched_by: row.matched_by.as_ref().map(by).transpose()?,
            sender: Sender::from_code(&row.sender).ok_or_else(|| corrupt("mail sender", &row.sender))?,
            from: row.from,
            subject: row.subject,
            rest: row.rest,
            files: serde_json::from_str(&row.files).map_err(|_| StoreError::Corrupt("mail files".to_owned()))?,
            size: row.size,
            received_at: row.received_at.and_utc(),
            decided_at: row.decided_at.map(|at| at.and_utc()),
        })
    }
}

/// Whether this very mail came before. Whoever asks holds the question until the transaction ends.
pub fn is_known(tx: &mut Tx<'_>, digest: &str) -> Result<bool, StoreError> {
    dialect::lock_subject(tx.connection, "inbound", digest)?;
    let found: Option<String> = inbound_mails::table
        .filter(inbound_mails::digest.eq(digest))
        .select(inbound_mails::id)
        .first(tx.connection)
        .optional()?;
    Ok(found.is_some())
}

fn files(mail: &InboundMail) -> Result<String, StoreError> {
    serde_json::to_string(&mail.files).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Stores a mail, with its content where it is kept as it came.
pub fn insert(tx: &mut Tx<'_>, mail: &InboundMail, sealed: Option<&Sealed>) -> Result<(), StoreError> {
    diesel::insert_into(inbound_mails::table)
        .values((
            inbound_mails::id.eq(mail.id.to_string()),
            inbound_mails::digest.eq(&mail.digest),
            inbound_mails::way.eq(mail.way.code()),
            inbound_mails::fate.eq(mail.fate.code()),
            inbound_mails::aside.eq(mail.aside.map(Aside::code)),
            inbound_mails::sign.eq(mail.sign.map(Sign::code)),
            inbound_mails::case_id.eq(mail.case.map(|id| id.to_string())),
            inbound_mails::entry_id.eq(mail.entry.map(|id| id.to_string())),
            inbound_mails::matched_by.eq(mail.matched_by.map(MatchedBy::code)),
            inbound_mails::sender.eq(mail.sender.code()),
            inbound_mails::from_address.eq(&mail.from),
            inbound_mails::subject.eq(&mail.subject),
            inbound_mails::rest.eq(&mail.rest),
            inbound_mails::files.eq(files(mail)?),
            inbound_mails::size.eq(mail.size),
            inbound_mails::received_at.eq(stored(mail.received_at)),
            inbound_mails::key_id.eq(sealed.map(|sealed| &sealed.key_id)),
            inbound_mails::sealed.eq(sealed.map(|sealed| &sealed.bytes)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// A mail that was undecided becomes a message of a case: what was kept of it as it came is erased. False when somebody
/// decided before.
pub fn attach(tx: &mut Tx<'_>, mail: &InboundMail, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let undecided = inbound_mails::table
        .find(mail.id.to_string())
        .filter(inbound_mails::fate.eq_any(Fate::UNDECIDED.map(Fate::code)))
        .filter(inbound_mails::sealed.is_not_null());
    let changed = diesel::update(undecided)
        .set((
            inbound_mails::fate.eq(Fate::Message.code()),
            inbound_mails::aside.eq(None::<String>),
            inbound_mails::case_id.eq(mail.case.map(|id| id.to_string())),
            inbound_mails::entry_id.eq(mail.entry.map(|id| id.to_string())),
            inbound_mails::matched_by.eq(Some(MatchedBy::Hand.code())),
            inbound_mails::sender.eq(mail.sender.code()),
            inbound_mails::from_address.eq(&mail.from),
            inbound_mails::subject.eq(&mail.subject),
            inbound_mails::rest.eq(&mail.rest),
            inbound_mails::files.eq(files(mail)?),
            inbound_mails::decided_at.eq(Some(stored(at))),
            inbound_mails::key_id.eq(None::<String>),
            inbound_mails::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// Forgets an undecided mail: nothing personal of it is kept. False when somebody decided before.
pub fn discard(tx: &mut Tx<'_>, id: InboundMailId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let undecided =
        inbound_mails::table.find(id.to_string()).filter(inbound_mails::fate.eq_any(Fate::UNDECIDED.map(Fate::code)));
    let changed = diesel::update(undecided)
        .set((
            inbound_mails::fate.eq(Fate::Discarded.code()),
            inbound_mails::aside.eq(None::<String>),
            inbound_mails::from_address.eq(""),
            inbound_mails::subject.eq(""),
            inbound_mails::decided_at.eq(Some(stored(at))),
            inbound_mails::key_id.eq(None::<String>),
            inbound_mails::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(tx.connection)?;
    Ok(changed == 1)
}

/// One mail.
pub fn find(connection: &mut AnyConnection, id: InboundMailId) -> Result<Option<InboundMail>, StoreError> {
    let row: Option<Row> = inbound_mails::table.find(id.to_string()).select(columns!()).first(connection).optional()?;
    row.map(InboundMail::try_from).transpose()
}

/// What was kept of a mail as it came.
pub fn content(connection: &mut AnyConnection, id: InboundMailId) -> Result<Option<Sealed>, StoreError> {
    let row: Option<(Option<String>, Option<Vec<u8>>)> = inbound_mails::table
        .find(id.to_string())
        .select((inbound_mails::key_id, inbound_mails::sealed))
        .first(connection)
        .optional()?;
    Ok(row.and_then(|(key_id, bytes)| Some(Sealed { key_id: key_id?, bytes: bytes? })))
}

/// The mails of a case, oldest first.
pub fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<InboundMail>, StoreError> {
    let rows: Vec<Row> = inbound_mails::table
        .filter(inbound_mails::case_id.eq(case.to_string()))
        .order((inbound_mails::received_at.asc(), inbound_mails::id.asc()))
        .select(columns!())
        .load(connection)?;
    rows.into_iter().map(InboundMail::try_from).collect()
}

/// Mails that somebody has to decide about, newest first.
pub fn undecided(connection: &mut AnyConnection, limit: i64) -> Result<Vec<InboundMail>, StoreError> {
    let rows: Vec<Row> = inbound_mails::table
        .filter(inbound_mails::fate.eq_any(Fate::UNDECIDED.map(Fate::code)))
        .order((inbound_mails::received_at.desc(), inbound_mails::id.desc()))
        .select(columns!())
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(InboundMail::try_from).collect()
}

/// Undecided mails that are kept, and counted.
pub const MOST_UNDECIDED: i64 = 1_000;

/// How many mails somebody has to decide about; of more than [`MOST_UNDECIDED`], no more than these are counted.
pub fn count_undecided(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let ids: Vec<String> = inbound_mails::table
        .filter(inbound_mails::fate.eq_any(Fate::UNDECIDED.map(Fate::code)))
        .select(inbound_mails::id)
        .limit(MOST_UNDECIDED)
        .load(connection)?;
    Ok(i64::try_from(ids.len()).unwrap_or(MOST_UNDECIDED))
}

/// How many mails of a case wait for somebody because they were too many.
pub fn count_too_many(connection: &mut AnyConnection, case: CaseId) -> Result<i64, StoreError> {
    let waiting = inbound_mails::table
        .filter(inbound_mails::case_id.eq(case.to_string()))
        .filter(inbound_mails::fate.eq(Fate::SetAside.code()))
        .filter(inbound_mails::aside.eq(Aside::TooMany.code()));
    Ok(waiting.count().get_result(connection)?)
}

/// Rows of mails that became nothing and came, and were decided about, before a moment, at most so many.
pub fn spent(
    connection: &mut AnyConnection,
    before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<InboundMailId>, StoreError> {
    let spent = [Fate::Discarded, Fate::Automatic, Fate::Report, Fate::TooMany].map(Fate::code);
    let before = stored(before);
    let ids: Vec<String> = inbound_mails::table
        .filter(inbound_mails::fate.eq_any(spent))
        .filter(inbound_mails::received_at.lt(before))
        .filter(inbound_mails::decided_at.is_null().or(inbound_mails::decided_at.lt(before)))
        .select(inbound_mails::id)
        .limit(most)
        .load(connection)?;
    ids.iter().map(|id| parsed("mail", id)).collect()
}

/// Takes out what mails told; each stays one of a kind, and those that nobody decided about are discarded.
pub(super) fn empty(connection: &mut AnyConnection, ids: &[String], at: NaiveDateTime) -> Result<(), StoreError> {
    let undecided = inbound_mails::fate.eq_any(Fate::UNDECIDED.map(Fate::code));
    diesel::update(inbound_mails::table.filter(inbound_mails::id.eq_any(ids)).filter(undecided))
        .set((
            inbound_mails::fate.eq(Fate::Discarded.code()),
            inbound_mails::aside.eq(None::<String>),
            inbound_mails::decided_at.eq(Some(at)),
        ))
        .execute(connection)?;
    diesel::update(inbound_mails::table.filter(inbound_mails::id.eq_any(ids)))
        .set((
            inbound_mails::digest.eq(inbound_mails::id),
            inbound_mails::from_address.eq(""),
            inbound_mails::subject.eq(""),
            inbound_mails::rest.eq(""),
            inbound_mails::files.eq("[]"),
            inbound_mails::key_id.eq(None::<String>),
            inbound_mails::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(connection)?;
    Ok(())
}

/// Removes rows of mails that became nothing. Answers how many.
pub fn remove(tx: &mut Tx<'_>, ids: &[InboundMailId]) -> Result<usize, StoreError> {
    let mut count = 0;
    for some in ids.chunks(500) {
        let some = some.iter().map(ToString::to_string);
        count += diesel::delete(inbound_mails::table.filter(inbound_mails::id.eq_any(some))).execute(tx.connection)?;
    }
    Ok(count)
}

/// Undecided mails that came before a moment.
pub fn undecided_before(
    connection: &mut AnyConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<InboundMailId>, StoreError> {
    let ids: Vec<String> = inbound_mails::table
        .filter(inbound_mails::fate.eq_any(Fate::UNDECIDED.map(Fate::code)))
        .filter(inbound_mails::received_at.lt(stored(before)))
        .order(inbound_mails::received_at.asc())
        .select(inbound_mails::id)
        .limit(limit)
        .load(connection)?;
    ids.iter().map(|id| parsed("mail", id)).collect()
}

/// Messages that came by mail after a moment to cases that are over, newest first, with the case.
pub fn to_ended_cases(
    connection: &mut AnyConnection,
    after: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(InboundMail, CaseRef)>, StoreError> {
    let ended = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.code());
    let rows: Vec<(Row, String)> = inbound_mails::table
        .inner_join(cases::table)
        .filter(inbound_mails::fate.eq(Fate::Message.code()))
        .filter(inbound_mails::received_at.gt(stored(after)))
        .filter(cases::state.eq_any(ended.collect::<Vec<_>>()))
        .filter(inbound_mails::received_at.nullable().gt(cases::state_since.nullable()))
        .order((inbound_mails::received_at.desc(), inbound_mails::id.desc()))
        .select((columns!(), cases::reference))
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(|(row, reference)| Ok((row.try_into()?, parsed("reference", &reference)?))).collect()
}

/// Mails after `after` whose content is sealed with another key than `key`.
pub fn under_other_keys(
    connection: &mut AnyConnection,
    key: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<InboundMail>, StoreError> {
    let rows: Vec<Row> = inbound_mails::table
        .filter(inbound_mails::id.gt(after))
        .filter(inbound_mails::key_id.ne(key))
        .filter(inbound_mails::sealed.is_not_null())
        .order(inbound_mails::id.asc())
        .select(columns!())
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(InboundMail::try_from).collect()
}

/// Puts a new sealing in the place of `old`. False when it is not there any more.
pub fn reseal(tx: &mut Tx<'_>, id: InboundMailId, old: &Sealed, new: &Sealed) -> Result<bool, StoreError> {
    let same = inbound_mails::table
        .find(id.to_string())
        .filter(inbound_mails::key_id.eq(&old.key_id))
        .filter(inbound_mails::sealed.is_not_null());
    let set = (inbound_mails::key_id.eq(Some(&new.key_id)), inbound_mails::sealed.eq(Some(&new.bytes)));
    Ok(diesel::update(same).set(set).execute(tx.connection)? == 1)
}
