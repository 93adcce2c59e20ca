//! The agents' queue.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl,
    Queryable, RunQueryDsl, TextExpressionMethods,
};

use super::super::schema::{agents, case_forms, cases};
use super::super::{AnyBackend, AnyConnection, StoreError, corrupt, parsed, parsed_if, stored};
use crate::domain::account::Tier;
use crate::domain::case::State;
use crate::domain::form::{DeviceKind, Reason};
use crate::domain::ids::{AgentId, CaseId};
use crate::domain::reference::CaseRef;

/// A saved view of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Every open case.
    Open,
    /// Open cases that the agent holds.
    Mine,
    /// Open cases that nobody holds.
    Unassigned,
    /// The customer has to do something.
    WaitingForCustomer,
    /// A second agent has to approve.
    WaitingForApproval,
    /// The cooling-off runs.
    CoolingOff,
    /// An agent may deactivate.
    Ready,
    /// The first answer is overdue.
    Overdue,
    /// Someone said it was not them.
    Disputed,
    /// Cases that are over.
    Ended,
}

impl View {
    /// Every view, in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::Open,
        Self::Mine,
        Self::Unassigned,
        Self::WaitingForCustomer,
        Self::WaitingForApproval,
        Self::CoolingOff,
        Self::Ready,
        Self::Overdue,
        Self::Disputed,
        Self::Ended,
    ];

    /// Its name in the URL.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::WaitingForCustomer => "customer",
            Self::WaitingForApproval => "approval",
            Self::CoolingOff => "cooling-off",
            Self::Ready => "ready",
            Self::Overdue => "overdue",
            Self::Disputed => "disputed",
            Self::Ended => "ended",
        }
    }

    /// Its name on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "All open",
            Self::Mine => "Mine",
            Self::Unassigned => "Unassigned",
            Self::WaitingForCustomer => "Waiting for customer",
            Self::WaitingForApproval => "Waiting for approval",
            Self::CoolingOff => "Cooling off",
            Self::Ready => "Ready",
            Self::Overdue => "Overdue",
            Self::Disputed => "Disputed",
            Self::Ended => "Ended",
        }
    }

    /// The view a URL names; the open cases when it names none.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.code() == code).unwrap_or(Self::Open)
    }
}

/// What the queue is asked for.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which view.
    pub view: View,
    /// Who asks.
    pub agent: AgentId,
    /// Only this state.
    pub state: Option<State>,
    /// Only this tier.
    pub tier: Option<Tier>,
    /// A reference, an e-mail address, or a part of a name.
    pub search: String,
    /// The last row of the page before.
    pub after: Option<(DateTime<Utc>, CaseId)>,
    /// Rows on a page.
    pub limit: i64,
    /// The moment it is asked at.
    pub now: DateTime<Utc>,
}

/// A line of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Internal identifier, for paging.
    pub id: CaseId,
    /// Reference.
    pub reference: CaseRef,
    /// State.
    pub state: State,
    /// Tier of the matched account.
    pub tier: Option<Tier>,
    /// When the form came in.
    pub submitted_at: DateTime<Utc>,
    /// When the first answer is due.
    pub answer_by: Option<DateTime<Utc>>,
    /// When the cooling-off ends.
    pub wait_ends_at: Option<DateTime<Utc>>,
    /// Who holds it.
    pub holder: Option<(AgentId, String)>,
    /// The customer's name, from the form.
    pub name: String,
    /// The customer's address, from the form; to be masked.
    pub email: String,
    /// Device.
    pub device: DeviceKind,
    /// Reason.
    pub reason: Reason,
}

/// What stands for the name where an owner helped themself and sent no form.
const NO_FORM: &str = "Owner, in self-service";

const FINAL: [&str; 4] = ["closed", "rejected", "withdrawn", "expired"];
pub(super) const OPEN: [&str; 8] =
    ["submitted", "verifying", "awaiting_approval", "cooling_off", "ready", "deactivating", "deactivated", "disputed"];

type Joined = diesel::dsl::LeftJoinOn<
    diesel::dsl::LeftJoin<cases::table, case_forms::table>,
    agents::table,
    diesel::dsl::Eq<diesel::dsl::Nullable<agents::id>, cases::holder_id>,
>;
type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, Joined, AnyBackend>;

fn joined<'a>() -> Boxed<'a> {
    let on_holder = agents::id.nullable().eq(cases::holder_id);
    cases::table.left_join(case_forms::table).left_join(agents::table.on(on_holder)).into_boxed::<AnyBackend>()
}

fn of_desk(query: Boxed<'_>) -> Boxed<'_> {
    query.filter(cases::with_owner.eq(false))
}

fn in_view<'a>(query: Boxed<'a>, view: View, agent: AgentId, now: DateTime<Utc>) -> Boxed<'a> {
    let states = |query: Boxed<'a>, states: Vec<&'static str>| query.filter(cases::state.eq_any(states));
    match view {
        View::Open => states(query, OPEN.to_vec()),
        View::Mine => states(query, OPEN.to_vec()).filter(cases::holder_id.eq(agent.to_string())),
        View::Unassigned => states(query, OPEN.to_vec()).filter(cases::holder_id.is_null()),
        View::WaitingForCustomer => states(query, vec!["submitted", "verifying"]),
        View::WaitingForApproval => states(query, vec!["awaiting_approval"]),
        View::CoolingOff => states(query, vec!["cooling_off"]),
        View::Ready => states(query, vec!["ready"]),
        View::Overdue => states(query, OPEN.to_vec()).filter(cases::answer_by.lt(stored(now))),
        View::Disputed => states(query, vec!["disputed"]),
        View::Ended => states(query, FINAL.to_vec()),
    }
}

diesel::define_sql_function! {
    /// PostgreSQL's LIKE tells letter case apart, SQLite's does not.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Escapes what LIKE would take for a wildcard; both databases are told that `\` escapes.
fn like_pattern(text: &str) -> String {
    let escaped: String =
        text.chars().flat_map(|c| if matches!(c, '%' | '_' | '\\') { vec!['\\', c] } else { vec![c] }).collect();
    format!("%{escaped}%")
}

/// Cases that their owners have in their own hands are found by their reference alone.
fn searched<'a>(query: Boxed<'a>, search: &str) -> Boxed<'a> {
    let search = search.trim();
    let reference = search.parse::<CaseRef>().ok();
    let query = if reference.is_some() { query } else { of_desk(query) };
    if search.is_empty() {
        query
    } else if let Some(reference) = reference {
        query.filter(cases::reference.eq(reference.to_string()))
    } else if search.contains('@') {
        query.filter(case_forms::email_key.eq(search.to_lowercase()))
    } else {
        // SQLite folds only ASCII letters, so the name is also looked for as it was typed.
        let folded = lower(case_forms::name).like(like_pattern(&search.to_lowercase())).escape('\\');
        let by_name = folded.or(case_forms::name.like(like_pattern(search)).escape('\\'));
        query.filter(by_name.or(case_forms::account_number.eq(search.to_owned()).assume_not_null()))
    }
}

#[derive(Queryable)]
struct Row {
    id: String,
    reference: String,
    state: String,
    tier: Option<String>,
    submitted_at: NaiveDateTime,
    answer_by: Option<NaiveDateTime>,
    wait_ends_at: Option<NaiveDateTime>,
    holder_id: Option<String>,
    holder: Option<String>,
    name: Option<String>,
    email: Option<String>,
    device_kind: Option<String>,
    reason: Option<String>,
}

impl Row {
    fn into_line(self) -> Result<Line, StoreError> {
        let holder: Option<AgentId> = parsed_if("holder", self.holder_id.as_deref())?;
        Ok(Line {
            id: parsed("case", &self.id)?,
            reference: parsed("reference", &self.reference)?,
            state: State::from_code(&self.state).ok_or_else(|| corrupt("state", &self.state))?,
            tier: self.tier.as_deref().and_then(Tier::from_code),
            submitted_at: self.submitted_at.and_utc(),
            answer_by: self.answer_by.map(|at| at.and_utc()),
            wait_ends_at: self.wait_ends_at.map(|at| at.and_utc()),
            holder: holder.zip(self.holder),
            name: self.name.unwrap_or_else(|| NO_FORM.to_owned()),
            email: self.email.unwrap_or_default(),
            device: self.device_kind.as_deref().and_then(DeviceKind::from_code).unwrap_or(DeviceKind::Unsure),
            reason: self.reason.as_deref().and_then(Reason::from_code).unwrap_or(Reason::Other),
        })
    }
}

/// One page of the queue, the oldest request first; ended cases the newest first.
pub fn page(connection: &mut AnyConnection, wanted: &Query) -> Result<Vec<Line>, StoreError> {
    let mut query = searched(in_view(joined(), wanted.view, wanted.agent, wanted.now), &wanted.search);
    if let Some(state) = wanted.state {
        query = query.filter(cases::state.eq(state.code()));
    }
    if let Some(tier) = wanted.tier {
        query = query.filter(cases::tier.eq(tier.code()));
    }
    let newest_first = wanted.view == View::Ended;
    if let Some((at, id)) = wanted.after {
        let (at, id) = (stored(at), id.to_string());
        query = if newest_first {
            query.filter(cases::submitted_at.lt(at).or(cases::submitted_at.eq(at).and(cases::id.lt(id))))
        } else {
            query.filter(cases::submitted_at.gt(at).or(cases::submitted_at.eq(at).and(cases::id.gt(id))))
        };
    }
    query = if newest_first {
        query.order((cases::submitted_at.desc(), cases::id.desc()))
    } else {
        query.order((cases::submitted_at.asc(), cases::id.asc()))
    };
    let rows: Vec<Row> = query
        .select((
            cases::id,
            cases::reference,
            cases::state,
            cases::tier,
            cases::submitted_at,
            cases::answer_by,
            cases::wait_ends_at,
            cases::holder_id,
            agents::name.nullable(),
            case_forms::name.nullable(),
            case_forms::email.nullable(),
            case_forms::device_kind.nullable(),
            case_forms::reason.nullable(),
        ))
        .limit(wanted.limit)
        .load(connection)?;
    rows.into_iter().map(Row::into_line).collect()
}

/// A count above this is shown as "more than": counting further costs more than it tells.
pub const MOST_COUNTED: i64 = 999;

/// How many cases a view holds, counted up to [`MOST_COUNTED`] and one more.
pub fn count(
    connection: &mut AnyConnection,
    view: View,
    agent: AgentId,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let ids: Vec<String> =
        of_desk(in_view(joined(), view, agent, now)).select(cases::id).limit(MOST_COUNTED + 1).load(connection)?;
    Ok(i64::try_from(ids.len()).unwrap_or(MOST_COUNTED))
}

/// Those of some cases that are about the account of somebody at the desk.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn about_staff(connection: &mut AnyConnection, among: &[CaseId]) -> Result<BTreeSet<CaseId>, StoreError> {
    let among: Vec<String> = among.iter().map(ToString::to_string).collect();
    let ids: Vec<String> = cases::table
        .inner_join(agents::table.on(cases::account_id.eq(agents::id.nullable())))
        .filter(cases::id.eq_any(among))
        .select(cases::id)
        .load(connection)?;
    ids.iter().map(|id| parsed("case", id)).collect()
}
