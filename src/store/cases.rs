//! Cases, their evidence and approvals.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, insert_into,
};

pub use super::entries::{EntryKind, WrittenEntry, entries, newest_entry_at, write_entry};
pub use super::forms::{form, insert_form, language};
use super::origins::Origin;
use super::outbox::Errand;
use super::schema::{approvals, cases, evidence};
use super::{
    AnyConnection, StoreError, Tx, case_authenticators, clocks, corrupt, dialect, erasure, forms, origins, outbox,
    parsed, parsed_if, presence, queue_rows, schema, search, stored,
};
use crate::domain::account::Tier;
use crate::domain::case::{Approval, Asked, Case, Conclusion, State, Wait, due_at};
use crate::domain::evidence::{CheckKind, Evidence, Giver, Outcome, Subject};
use crate::domain::form::AssistanceForm;
use crate::domain::ids::{AccountId, CaseId, OutboxId};
use crate::domain::reference::CaseRef;
use crate::domain::risk::Effect;
use crate::domain::sla::Clocks;

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_null = true, treat_none_as_default_value = false)]
struct CaseRow {
    id: String,
    reference: String,
    submission_key: String,
    state: String,
    version: i64,
    account_id: Option<String>,
    tier: Option<String>,
    holder_id: Option<String>,
    evidence_since: NaiveDateTime,
    wait_path: Option<String>,
    wait_started_at: Option<NaiveDateTime>,
    wait_ends_at: Option<NaiveDateTime>,
    wait_usable_until: Option<NaiveDateTime>,
    submitted_at: NaiveDateTime,
    state_since: NaiveDateTime,
    expires_at: NaiveDateTime,
    due_at: Option<NaiveDateTime>,
    answer_by: Option<NaiveDateTime>,
    disputed_from: Option<String>,
    ended_reason: Option<String>,
    changed_by: String,
    changed_at: NaiveDateTime,
    asked_by: Option<String>,
    asked_at: Option<NaiveDateTime>,
    wait_reminded: bool,
    conclusion: Option<String>,
    barred: String,
    raised_seconds: i64,
    raised_approvals: i32,
    with_owner: bool,
}

/// What is kept with a case beside what the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// Makes a form sent twice one case.
    pub submission_key: String,
    /// The tier of the matched account, for the queue's filters.
    pub tier: Option<Tier>,
    /// What the desk owes, and until when.
    pub clocks: Clocks,
    /// Why an agent ended it, in the words the customer is told.
    pub ended_reason: Option<String>,
    /// Who changed it last, for those who hold an older version.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

/// A case as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// What the rules look at.
    pub case: Case,
    /// The rest.
    pub filing: Filing,
}

/// Identifiers in one column, with spaces between.
fn listed<'a, T: std::fmt::Display + 'a>(ids: impl IntoIterator<Item = &'a T>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn unlisted<T: std::str::FromStr, C: FromIterator<T>>(what: &str, text: &str) -> Result<C, StoreError> {
    text.split_whitespace().map(|id| parsed(what, id)).collect()
}

fn state(code: &str) -> Result<State, StoreError> {
    State::from_code(code).ok_or_else(|| corrupt("state", code))
}

fn conclusion(code: &str) -> Result<Conclusion, StoreError> {
    Conclusion::from_code(code).ok_or_else(|| corrupt("conclusion", code))
}

impl CaseRow {
    fn from_filed(filed: &Filed) -> Self {
        let Filed { case, filing } = filed;
        let wait = case.wait.as_ref();
        Self {
            id: case.id.to_string(),
            reference: case.reference.to_string(),
            submission_key: filing.submission_key.clone(),
            state: case.state.code().to_owned(),
            version: case.version,
            account_id: case.account.map(|id| id.to_string()),
            tier: filing.tier.map(|tier| tier.code().to_owned()),
            holder_id: case.holder.map(|id| id.to_string()),
            evidence_since: stored(case.evidence_since),
            wait_path: wait.map(|wait| wait.path.clone()),
            wait_started_at: wait.map(|wait| stored(wait.started_at)),
            wait_ends_at: wait.map(|wait| stored(wait.ends_at)),
            wait_usable_until: wait.map(|wait| stored(wait.usable_until)),
            submitted_at: stored(case.submitted_at),
            state_since: stored(case.state_since),
            expires_at: stored(case.expires_at),
            due_at: due_at(case, filing.changed_at).map(stored),
            answer_by: filing.clocks.answer_by().map(stored),
            disputed_from: case.disputed_from.map(|state| state.code().to_owned()),
            ended_reason: filing.ended_reason.clone(),
            changed_by: filing.changed_by.clone(),
            changed_at: stored(filing.changed_at),
            asked_by: case.asked.as_ref().map(|asked| asked.agent.to_string()),
            asked_at: case.asked.as_ref().map(|asked| stored(asked.at)),
            wait_reminded: wait.is_some_and(|wait| wait.reminded),
            conclusion: case.conclusion.map(|conclusion| conclusion.code().to_owned()),
            barred: listed(&case.barred),
            raised_seconds: case.raised.wait.num_seconds(),
            raised_approvals: i32::try_from(case.raised.approvals).unwrap_or(i32::MAX),
            with_owner: case.with_owner,
        }
    }

    fn into_filed(
        self,
        rows: Vec<EvidenceRow>,
        approved: Vec<ApprovalRow>,
        authenticators: case_authenticators::Kept,
        clocks: Clocks,
    ) -> Result<Filed, StoreError> {
        let in_wait = |row: &&EvidenceRow| row.in_wait;
        let held: Vec<_> =
            rows.iter().filter(in_wait).map(|row| parsed("evidence", &row.id)).collect::<Result<_, _>>()?;
        let wait = match (self.wait_path, self.wait_started_at, self.wait_ends_at, self.wait_usable_until) {
            (Some(path), Some(started), Some(ends), Some(usable)) => Some(Wait {
                path,
                started_at: started.and_utc(),
                ends_at: ends.and_utc(),
                usable_until: usable.and_utc(),
                reminded: self.wait_reminded,
                evidence: held,
            }),
            _ => None,
        };
        let case = Case {
            id: parsed("case", &self.id)?,
            reference: parsed("reference", &self.reference)?,
            state: state(&self.state)?,
            version: self.version,
            account: parsed_if("account", self.account_id.as_deref())?,
            holder: parsed_if("holder", self.holder_id.as_deref())?,
            evidence: rows.into_iter().map(EvidenceRow::into_evidence).collect::<Result<_, _>>()?,
            evidence_since: self.evidence_since.and_utc(),
            approvals: approved.into_iter().map(approval).collect::<Result<_, _>>()?,
            wait,
            submitted_at: self.submitted_at.and_utc(),
            state_since: self.state_since.and_utc(),
            expires_at: self.expires_at.and_utc(),
            approved: authenticators.0,
            orders: authenticators.1,
            disputed_from: self.disputed_from.as_deref().map(state).transpose()?,
            asked: match (self.asked_by, self.asked_at) {
                (Some(agent), Some(at)) => Some(Asked { agent: parsed("agent", &agent)?, at: at.and_utc() }),
                _ => None,
            },
            conclusion: self.conclusion.as_deref().map(conclusion).transpose()?,
            barred: unlisted("agent", &self.barred)?,
            raised: Effect {
                wait: TimeDelta::seconds(self.raised_seconds),
                approvals: usize::try_from(self.raised_approvals).unwrap_or(0),
            },
            with_owner: self.with_owner,
        };
        let filing = Filing {
            submission_key: self.submission_key,
            tier: self.tier.as_deref().and_then(Tier::from_code),
            clocks,
            ended_reason: self.ended_reason,
            changed_by: self.changed_by,
            changed_at: self.changed_at.and_utc(),
        };
        Ok(Filed { case, filing })
    }
}

type ApprovalRow = (String, NaiveDateTime, String, String);

fn approval((agent, at, path, evidence): ApprovalRow) -> Result<Approval, StoreError> {
    Ok(Approval { agent: parsed("agent", &agent)?, at: at.and_utc(), path, evidence: unlisted("evidence", &evidence)? })
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = evidence)]
struct EvidenceRow {
    id: String,
    case_id: String,
    kind: String,
    outcome: String,
    at: NaiveDateTime,
    valid_until: Option<NaiveDateTime>,
    agent_id: Option<String>,
    subject: Option<String>,
    in_wait: bool,
    administrator_id: Option<String>,
}

impl EvidenceRow {
    fn from_evidence(case: &Case, given: &Evidence) -> Self {
        Self {
            id: given.id.to_string(),
            case_id: case.id.to_string(),
            kind: given.kind.code().to_owned(),
            outcome: given.outcome.code().to_owned(),
            at: stored(given.at),
            valid_until: given.valid_until.map(stored),
            agent_id: given.giver.agent().map(|id| id.to_string()),
            subject: given.subject.clone().map(|subject| subject.0),
            in_wait: false,
            administrator_id: given.giver.administrator().map(|id| id.to_string()),
        }
    }

    fn into_evidence(self) -> Result<Evidence, StoreError> {
        Ok(Evidence {
            id: parsed("evidence", &self.id)?,
            kind: CheckKind::from_code(&self.kind).ok_or_else(|| corrupt("check", &self.kind))?,
            outcome: Outcome::from_code(&self.outcome).ok_or_else(|| corrupt("outcome", &self.outcome))?,
            at: self.at.and_utc(),
            valid_until: self.valid_until.map(|at| at.and_utc()),
            giver: match (self.agent_id.as_deref(), self.administrator_id.as_deref()) {
                (Some(agent), _) => Giver::Agent(parsed("agent", agent)?),
                (None, Some(administrator)) => Giver::Administrator(parsed("administrator", administrator)?),
                (None, None) => Giver::Customer,
            },
            subject: self.subject.map(Subject),
        })
    }
}

/// The case with this reference.
pub fn find(connection: &mut AnyConnection, reference: &CaseRef) -> Result<Option<Filed>, StoreError> {
    let row: Option<CaseRow> =
        cases::table.filter(cases::reference.eq(reference.as_str())).first(connection).optional()?;
    row.map(|row| with_evidence(connection, row)).transpose()
}

/// The case with this reference, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, reference: &CaseRef) -> Result<Option<Filed>, StoreError> {
    dialect::lock_case(tx.connection, reference.as_str())?;
    find(tx.connection, reference)
}

/// Like [`lock`], but nothing when somebody else holds the case: waiting for them would hold up everything behind.
pub fn claim(tx: &mut Tx<'_>, reference: &CaseRef) -> Result<Option<Filed>, StoreError> {
    if dialect::claim_case(tx.connection, reference.as_str())? { find(tx.connection, reference) } else { Ok(None) }
}

fn with_evidence(connection: &mut AnyConnection, row: CaseRow) -> Result<Filed, StoreError> {
    let clocks = clocks::of_case(connection, &row.id)?;
    // Nothing came to a case that is as its form made it.
    if row.version == Case::FIRST_VERSION && row.account_id.is_none() {
        return row.into_filed(Vec::new(), Vec::new(), Default::default(), clocks);
    }
    let given = evidence::table
        .filter(evidence::case_id.eq(&row.id))
        .order((evidence::at.asc(), evidence::id.asc()))
        .load(connection)?;
    let approved = approvals::table
        .filter(approvals::case_id.eq(&row.id))
        .order(approvals::at.asc())
        .select((approvals::agent_id, approvals::at, approvals::path, approvals::evidence))
        .load(connection)?;
    let authenticators = case_authenticators::of_case(connection, &row.id)?;
    row.into_filed(given, approved, authenticators, clocks)
}

/// The reference of the case that this submission made before, by any of its keys, if it did.
pub fn submitted_before(connection: &mut AnyConnection, keys: &[String]) -> Result<Option<CaseRef>, StoreError> {
    for key in keys {
        let made = cases::table.filter(cases::submission_key.eq(key)).select(cases::reference);
        if let Some(reference) = made.first::<String>(connection).optional()? {
            return parsed("reference", &reference).map(Some);
        }
    }
    Ok(None)
}

/// The reference of a case, by its internal identifier.
pub fn reference_of(connection: &mut AnyConnection, id: CaseId) -> Result<CaseRef, StoreError> {
    let found: String = cases::table.find(id.to_string()).select(cases::reference).first(connection)?;
    parsed("reference", &found)
}

/// Where a case stands, by its internal identifier.
pub fn state_of(connection: &mut AnyConnection, id: CaseId) -> Result<State, StoreError> {
    let found: String = cases::table.find(id.to_string()).select(cases::state).first(connection)?;
    state(&found)
}

/// Stores a new case and the form it came from.
pub fn insert(tx: &mut Tx<'_>, filed: &Filed, form: &AssistanceForm) -> Result<(), StoreError> {
    insert_with(tx, filed, form, None)
}

/// Stores a new case, the form it came from, where that came from, and the first errand for it, due now.
pub fn insert_from(
    tx: &mut Tx<'_>,
    filed: &Filed,
    (form, origin): (&AssistanceForm, &Origin),
    (id, errand): (OutboxId, &Errand),
) -> Result<(), StoreError> {
    let row = outbox::New::of((id, errand.kind()), (Some(filed.case.id), None), errand, filed.case.submitted_at)?;
    insert_with(tx, filed, form, Some((origins::Row::of(filed.case.id, origin), row)))
}

fn insert_with(
    tx: &mut Tx<'_>,
    filed: &Filed,
    form: &AssistanceForm,
    more: Option<(origins::Row, outbox::New<'_>)>,
) -> Result<(), StoreError> {
    let id = filed.case.id;
    let (origin, errand) = more.unzip();
    dialect::insert_together!(
        tx.connection,
        insert_into(cases::table).values(CaseRow::from_filed(filed)),
        insert_into(schema::queue_rows::table).values(queue_rows::New::of(filed, Some(form.language))),
        insert_into(schema::case_clocks::table).values(clocks::Row::from_clocks(id, &filed.filing.clocks)),
        insert_into(schema::case_forms::table).values(forms::New::of(id, form));
        origin.map(|row| insert_into(schema::case_origins::table).values(row)),
        errand.map(|row| insert_into(schema::outbox::table).values(row))
    );
    match filed.case.account {
        None => search::index_new(tx, &filed.case, form),
        Some(_) => search::index(tx, &filed.case.id.to_string()),
    }
}

/// Stores a new case whose form comes later, if ever.
pub fn insert_without_form(tx: &mut Tx<'_>, filed: &Filed) -> Result<(), StoreError> {
    insert_into(cases::table).values(CaseRow::from_filed(filed)).execute(tx.connection)?;
    queue_rows::insert(tx, filed, None)?;
    clocks::begin(tx, filed.case.id, &filed.filing.clocks)
}

/// Stores what a transition made of `before`.
///
/// # Errors
/// [`StoreError::Conflict`] when the case is no longer as it was.
pub fn update(tx: &mut Tx<'_>, before: &Filed, after: &Filed) -> Result<(), StoreError> {
    let row = CaseRow::from_filed(after);
    let changed = diesel::update(cases::table.find(&row.id))
        .filter(cases::version.eq(before.case.version))
        .set(&row)
        .execute(tx.connection)?;
    if changed != 1 {
        return Err(StoreError::Conflict);
    }
    for given in after.case.evidence.iter().filter(|given| !before.case.evidence.contains(given)) {
        insert_into(evidence::table).values(EvidenceRow::from_evidence(&after.case, given)).execute(tx.connection)?;
    }
    if before.case.approvals != after.case.approvals {
        store_approvals(tx, &row.id, &after.case)?;
    }
    if (&before.case.approved, &before.case.orders) != (&after.case.approved, &after.case.orders) {
        case_authenticators::keep(tx, &after.case)?;
    }
    if before.case.wait != after.case.wait {
        mark_wait(tx, &row.id, after.case.wait.as_ref())?;
    }
    queue_rows::update(tx, after)?;
    if before.filing.clocks != after.filing.clocks {
        clocks::keep(tx, after.case.id, &after.filing.clocks)?;
    }
    if (before.case.account, before.case.with_owner) != (after.case.account, after.case.with_owner) {
        search::index(tx, &row.id)?;
    }
    if after.case.state.is_final() && !before.case.state.is_final() {
        presence::drop_drafts_in(tx, after.case.id)?;
        erasure::ended(tx, after.case.id, after.case.state_since)?;
    }
    Ok(())
}

fn store_approvals(tx: &mut Tx<'_>, case_id: &str, case: &Case) -> Result<(), StoreError> {
    diesel::delete(approvals::table.filter(approvals::case_id.eq(case_id))).execute(tx.connection)?;
    for approval in &case.approvals {
        let agent = approval.agent.to_string();
        insert_into(approvals::table)
            .values((
                approvals::id.eq(format!("{case_id}/{agent}")),
                approvals::case_id.eq(case_id),
                approvals::agent_id.eq(agent),
                approvals::at.eq(stored(approval.at)),
                approvals::path.eq(&approval.path),
                approvals::evidence.eq(listed(&approval.evidence)),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

fn mark_wait(tx: &mut Tx<'_>, case_id: &str, wait: Option<&Wait>) -> Result<(), StoreError> {
    let of_case = evidence::table.filter(evidence::case_id.eq(case_id));
    diesel::update(of_case).set(evidence::in_wait.eq(false)).execute(tx.connection)?;
    for id in wait.into_iter().flat_map(|wait| &wait.evidence) {
        diesel::update(evidence::table.find(id.to_string())).set(evidence::in_wait.eq(true)).execute(tx.connection)?;
    }
    Ok(())
}

/// Sets the case's timer to the next moment after `now` at which time could change it.
pub fn reschedule(tx: &mut Tx<'_>, case: &Case, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(cases::table.find(case.id.to_string()))
        .set(cases::due_at.eq(due_at(case, now).map(stored)))
        .execute(tx.connection)?;
    Ok(())
}

/// References of cases that time will change now, the longest overdue first.
pub fn due(connection: &mut AnyConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<CaseRef>, StoreError> {
    let due: Vec<String> = cases::table
        .filter(cases::due_at.le(stored(now)))
        .order(cases::due_at.asc())
        .select(cases::reference)
        .limit(limit)
        .load(connection)?;
    due.iter().map(|reference| parsed("reference", reference)).collect()
}

/// Whether time is to change this case now.
pub fn is_due(tx: &mut Tx<'_>, id: CaseId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let due = cases::table.find(id.to_string()).filter(cases::due_at.le(stored(now))).select(cases::id);
    Ok(due.first::<String>(tx.connection).optional()?.is_some())
}

/// Puts the timer of a case off, unless it was set anew meanwhile.
pub fn put_off(
    tx: &mut Tx<'_>,
    reference: &CaseRef,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let put_off = diesel::update(cases::table.filter(cases::reference.eq(reference.as_str())))
        .filter(cases::due_at.le(stored(now)))
        .set(cases::due_at.eq(stored(until)))
        .execute(tx.connection)?;
    Ok(put_off > 0)
}

/// References of cases in a state, those that have been in it longest first.
pub fn in_state(connection: &mut AnyConnection, state: State, limit: i64) -> Result<Vec<CaseRef>, StoreError> {
    let found: Vec<String> = cases::table
        .filter(cases::state.eq(state.code()))
        .order((cases::state_since.asc(), cases::id.asc()))
        .select(cases::reference)
        .limit(limit)
        .load(connection)?;
    found.iter().map(|reference| parsed("reference", reference)).collect()
}

/// Whether a case of this state could still lead to a deactivation.
pub const fn can_go_on(state: State) -> bool {
    !state.is_final() && !matches!(state, State::Disputed | State::Deactivated)
}

fn of_account(
    connection: &mut AnyConnection,
    account: AccountId,
    wanted: impl Fn(State) -> bool,
) -> Result<Vec<CaseRef>, StoreError> {
    let codes: Vec<&str> = State::ALL.iter().copied().filter(|state| wanted(*state)).map(State::code).collect();
    let found: Vec<String> = cases::table
        .filter(cases::account_id.eq(account.to_string()))
        .filter(cases::state.eq_any(codes))
        .order(cases::id.asc())
        .select(cases::reference)
        .load(connection)?;
    found.iter().map(|reference| parsed("reference", reference)).collect()
}

/// The cases of an account that could still lead to a deactivation, the oldest first.
pub fn going_on(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<CaseRef>, StoreError> {
    of_account(connection, account, can_go_on)
}

/// The cases of an account that are not over, the oldest first.
pub fn open_of_account(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<CaseRef>, StoreError> {
    of_account(connection, account, |state| !state.is_final())
}

/// The cases of an account that wait for a new authenticator to be seen, the oldest first.
pub fn deactivated(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<CaseRef>, StoreError> {
    of_account(connection, account, |state| state == State::Deactivated)
}

/// The cases of an account that are frozen, the oldest first.
pub fn frozen(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<CaseRef>, StoreError> {
    of_account(connection, account, |state| state == State::Disputed)
}
