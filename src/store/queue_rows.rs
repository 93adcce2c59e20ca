//! What the queue is sorted and filtered by: a narrow row for each case, kept with the case in one transaction.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::{
    AsChangeset, ExpressionMethods, Insertable, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
};

use super::cases::{self as kept, Filed};
use super::schema::{cases, queue_rows};
use super::{AnyConnection, StoreError, Tx, forms, parsed, search, stored};
use crate::domain::case::{Case, State};
use crate::domain::form::Language;
use crate::domain::ids::CaseId;
use crate::domain::reference::CaseRef;

/// Whose turn it is in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Its owner helps themself, and the desk has nothing to do with it.
    Owner,
    /// The customer has to do something.
    Customer,
    /// A second agent has to approve.
    Approval,
    /// The cooling-off runs.
    CoolingOff,
    /// An agent may deactivate.
    Ready,
    /// The directory was asked, or the customer has to set a new device up.
    CarryingOut,
    /// A supervisor has to decide.
    Disputed,
    /// It is over.
    Ended,
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Owner,
        Self::Customer,
        Self::Approval,
        Self::CoolingOff,
        Self::Ready,
        Self::CarryingOut,
        Self::Disputed,
        Self::Ended,
    ];

    /// How it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Customer => "customer",
            Self::Approval => "approval",
            Self::CoolingOff => "cooling_off",
            Self::Ready => "ready",
            Self::CarryingOut => "carrying_out",
            Self::Disputed => "disputed",
            Self::Ended => "ended",
        }
    }

    const fn of(case: &Case) -> Self {
        if case.with_owner {
            return Self::Owner;
        }
        match case.state {
            State::Submitted | State::Verifying => Self::Customer,
            State::AwaitingApproval => Self::Approval,
            State::CoolingOff => Self::CoolingOff,
            State::Ready => Self::Ready,
            State::Deactivating | State::Deactivated => Self::CarryingOut,
            State::Disputed => Self::Disputed,
            State::Closed | State::Rejected | State::Withdrawn | State::Expired => Self::Ended,
        }
    }

    const fn is_open(self) -> bool {
        !matches!(self, Self::Owner | Self::Ended)
    }
}

/// Cases that are looked for at a time.
const BATCH: i64 = 20;

/// About seven thousand years.
const FAR_OFF: TimeDelta = TimeDelta::days(2_566_000);

/// Where a case stands in the order of what is due. Those that are owed nothing come last, by when they came in: at one
/// and the same moment they would have to be counted through to be found again.
fn due_by(filed: &Filed) -> NaiveDateTime {
    stored(filed.filing.clocks.answer_by().unwrap_or(filed.case.submitted_at + FAR_OFF))
}

/// Where a case stands.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = queue_rows, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Place {
    stage: &'static str,
    is_open: bool,
    state: &'static str,
    holder_id: Option<String>,
    tier: Option<&'static str>,
    submitted_at: NaiveDateTime,
    changed_at: NaiveDateTime,
    due_by: NaiveDateTime,
}

impl Place {
    fn of(filed: &Filed) -> Self {
        let Filed { case, filing } = filed;
        let stage = Stage::of(case);
        Self {
            stage: stage.code(),
            is_open: stage.is_open(),
            state: case.state.code(),
            holder_id: case.holder.map(|id| id.to_string()),
            tier: filing.tier.map(|tier| tier.code()),
            submitted_at: stored(case.submitted_at),
            changed_at: stored(filing.changed_at),
            due_by: due_by(filed),
        }
    }
}

/// The row of a new case.
#[derive(Insertable)]
#[diesel(table_name = queue_rows, treat_none_as_default_value = false)]
pub(super) struct New {
    case_id: String,
    language: Option<&'static str>,
    #[diesel(embed)]
    place: Place,
}

impl New {
    /// In the language that the case is answered in, where that is known.
    pub(super) fn of(filed: &Filed, language: Option<Language>) -> Self {
        let language = language.map(|language| language.code());
        Self { case_id: filed.case.id.to_string(), language, place: Place::of(filed) }
    }
}

/// Makes the row of a new case, in the language that it is answered in where that is known.
pub(super) fn insert(tx: &mut Tx<'_>, filed: &Filed, language: Option<Language>) -> Result<(), StoreError> {
    diesel::insert_into(queue_rows::table).values(New::of(filed, language)).execute(tx.connection)?;
    Ok(())
}

/// Puts a case where it belongs now. One that an instance of an older version made has no place yet, and no words.
pub(super) fn update(tx: &mut Tx<'_>, filed: &Filed) -> Result<(), StoreError> {
    let row = queue_rows::table.filter(queue_rows::case_id.eq(filed.case.id.to_string()));
    if diesel::update(row).set(Place::of(filed)).execute(tx.connection)? > 0 {
        return Ok(());
    }
    let language = forms::spoken(tx.connection, filed.case.id)?;
    insert(tx, filed, language)?;
    search::index(tx, &filed.case.id.to_string())
}

/// How a case came to stand where it does not belong: an instance of an older version worked on it after the tables were
/// brought up to date.
#[derive(Debug, Clone, Copy)]
pub enum Behind {
    /// It was made, and has no place yet.
    Unplaced,
    /// It was changed, and did not move. What was over before that does not change.
    Moved,
}

/// The first few such cases by identifier and reference, in the order of their identifiers from one on. Looks through all
/// cases where there are none.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn behind(connection: &mut AnyConnection, how: Behind, after: &str) -> Result<Vec<(String, CaseRef)>, StoreError> {
    let some = match how {
        Behind::Unplaced => unplaced(connection, after),
        Behind::Moved => moved(connection, after),
    };
    some?.into_iter().map(|(id, reference)| Ok((id, parsed("reference", &reference)?))).collect()
}

fn unplaced(connection: &mut AnyConnection, after: &str) -> Result<Vec<(String, String)>, StoreError> {
    Ok(cases::table
        .left_join(queue_rows::table)
        .filter(cases::id.gt(after))
        .filter(queue_rows::n.nullable().is_null())
        .order(cases::id.asc())
        .select((cases::id, cases::reference))
        .limit(BATCH)
        .load(connection)?)
}

fn moved(connection: &mut AnyConnection, after: &str) -> Result<Vec<(String, String)>, StoreError> {
    let going_on = Stage::ALL.into_iter().filter(|stage| *stage != Stage::Ended).map(Stage::code);
    Ok(queue_rows::table
        .inner_join(cases::table)
        .filter(queue_rows::stage.eq_any(going_on.collect::<Vec<_>>()))
        .filter(queue_rows::changed_at.ne(cases::changed_at))
        .filter(queue_rows::case_id.gt(after))
        .order(queue_rows::case_id.asc())
        .select((queue_rows::case_id, cases::reference))
        .limit(BATCH)
        .load(connection)?)
}

/// Puts a case where it belongs now, with its words. False where somebody else holds it, who does the same.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn place(tx: &mut Tx<'_>, reference: &CaseRef) -> Result<bool, StoreError> {
    let Some(filed) = kept::claim(tx, reference)? else { return Ok(false) };
    update(tx, &filed)?;
    search::index(tx, &filed.case.id.to_string())?;
    Ok(true)
}

/// Notes the language that a case is answered in.
pub(super) fn speaks(tx: &mut Tx<'_>, case: CaseId, language: Language) -> Result<(), StoreError> {
    let row = queue_rows::table.filter(queue_rows::case_id.eq(case.to_string()));
    diesel::update(row).set(queue_rows::language.eq(language.code())).execute(tx.connection)?;
    Ok(())
}

/// The number of a case.
pub(super) fn number(connection: &mut AnyConnection, case: &str) -> Result<Option<i64>, StoreError> {
    Ok(queue_rows::table.filter(queue_rows::case_id.eq(case)).select(queue_rows::n).first(connection).optional()?)
}
