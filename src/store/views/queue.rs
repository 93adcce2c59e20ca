//! The agents' queue.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult, Queryable,
    RunQueryDsl,
};

use super::super::queue_rows::Stage;
use super::super::schema::{agents, case_forms, case_tags, cases, queue_rows};
use super::super::search::{self, From};
use super::super::{AnyBackend, AnyConnection, StoreError, corrupt, parsed, parsed_if, stored};
use crate::domain::account::Tier;
use crate::domain::case::State;
use crate::domain::contact::EmailAddress;
use crate::domain::form::{DeviceKind, Reason};
use crate::domain::ids::{AgentId, CaseId};
use crate::domain::queue::{Filter, HeldBy, Look, Sort, View};
use crate::domain::reference::CaseRef;
use crate::domain::search::Terms;

/// A line's place in the order: what it is sorted by, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What it is sorted by; of no meaning in a search.
    pub at: DateTime<Utc>,
    /// The number of the case.
    pub n: i64,
}

/// Which page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The first one.
    First,
    /// What follows this place.
    After(Place),
    /// What comes before this place.
    Before(Place),
}

/// What the queue is asked for.
#[derive(Debug, Clone)]
pub struct Query {
    /// What somebody looks at. A search looks in every view, and has the newest case first.
    pub look: Look,
    /// Who asks.
    pub agent: AgentId,
    /// A reference, an e-mail address, or words.
    pub search: String,
    /// Which page.
    pub turn: Turn,
    /// Rows on a page.
    pub limit: usize,
    /// The moment it is asked at.
    pub now: DateTime<Utc>,
}

/// A line of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Internal identifier.
    pub id: CaseId,
    /// Reference.
    pub reference: CaseRef,
    /// Counts its changes.
    pub version: i64,
    /// State.
    pub state: State,
    /// Tier of the matched account.
    pub tier: Option<Tier>,
    /// When the form came in.
    pub submitted_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
    /// When the desk owes something next.
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

/// A page of the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Where the page before it ends.
    pub before: Option<Place>,
    /// Where the page after it begins.
    pub after: Option<Place>,
}

/// What stands for the name where an owner helped themself and sent no form.
const NO_FORM: &str = "Owner, in self-service";

/// Matches of a search, and lines of a view, that are looked at for one page: who asks for a common word and a rare state
/// is led on.
const LOOKED_AT: usize = 1_000;

type Rows<'a> = diesel::helper_types::IntoBoxed<'a, queue_rows::table, AnyBackend>;

fn at_stage<'a>(query: Rows<'a>, stage: Stage) -> Rows<'a> {
    query.filter(queue_rows::stage.eq(stage.code()))
}

fn in_view<'a>(query: Rows<'a>, view: View, agent: AgentId, now: DateTime<Utc>) -> Rows<'a> {
    match view {
        View::Open => query.filter(queue_rows::is_open),
        View::Mine => query.filter(queue_rows::is_open).filter(queue_rows::holder_id.eq(agent.to_string())),
        View::Unassigned => query.filter(queue_rows::is_open).filter(queue_rows::holder_id.is_null()),
        View::WaitingForCustomer => at_stage(query, Stage::Customer),
        View::WaitingForApproval => at_stage(query, Stage::Approval),
        View::CoolingOff => at_stage(query, Stage::CoolingOff),
        View::Ready => at_stage(query, Stage::Ready),
        View::Overdue => query.filter(queue_rows::is_open).filter(queue_rows::due_by.lt(stored(now))),
        View::Disputed => at_stage(query, Stage::Disputed),
        View::Ended => at_stage(query, Stage::Ended),
    }
}

fn held<'a>(query: Rows<'a>, by: Option<HeldBy>) -> Rows<'a> {
    match by {
        Some(HeldBy::NoOne) => query.filter(queue_rows::holder_id.is_null()),
        Some(HeldBy::Agent(agent)) => query.filter(queue_rows::holder_id.eq(agent.to_string())),
        None => query,
    }
}

fn narrowed<'a>(mut query: Rows<'a>, filter: &Filter) -> Rows<'a> {
    if let Some(state) = filter.state {
        query = query.filter(queue_rows::state.eq(state.code()));
    }
    if let Some(tier) = filter.tier {
        query = query.filter(queue_rows::tier.eq(tier.code()));
    }
    if let Some(language) = filter.language {
        query = query.filter(queue_rows::language.eq(language.code()));
    }
    query = held(query, filter.held_by);
    if let Some(tag) = filter.tag {
        // Asked of each row: the list of a common tag would be made anew for every look.
        let tagged = case_tags::table
            .filter(case_tags::case_id.eq(queue_rows::case_id))
            .filter(case_tags::tag_id.eq(tag.to_string()));
        query = query.filter(exists(tagged));
    }
    query
}

/// The rows of a view that an index leads to, and what is left of the filter: it has to be looked for among them.
fn led_to<'a>(
    connection: &mut AnyConnection,
    look: &Look,
    agent: AgentId,
    now: DateTime<Utc>,
) -> Result<(Rows<'a>, Filter), StoreError> {
    let (mut rows, mut left) = (in_view(queue_rows::table.into_boxed(), look.view, agent, now), look.filter.clone());
    if matches!(look.view, View::Open | View::Mine | View::Unassigned | View::Overdue) {
        rows = held(rows, left.held_by.take());
    }
    if let Some(tag) = left.tag {
        let tagged = case_tags::table.filter(case_tags::tag_id.eq(tag.to_string())).select(case_tags::case_id);
        let tagged: Vec<String> = tagged.limit(at_most(LOOKED_AT + 1)).load(connection)?;
        if tagged.len() <= LOOKED_AT {
            left.tag = None;
            rows = narrowed(rows.filter(queue_rows::case_id.eq_any(tagged)), &left);
            left = Filter::default();
        }
    }
    Ok((rows, left))
}

/// Those of some rows that fit a filter.
fn fitting(connection: &mut AnyConnection, among: Vec<i64>, filter: &Filter) -> Result<BTreeSet<i64>, StoreError> {
    let rows = narrowed(queue_rows::table.into_boxed(), filter).filter(queue_rows::n.eq_any(among));
    Ok(rows.select(queue_rows::n).load::<i64>(connection)?.into_iter().collect())
}

fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// One side of a place in an order, seen in that order.
macro_rules! beyond {
    ($query:expr, $column:ident, $down:expr, $from:expr) => {{
        let mut query = $query;
        if let Some(Place { at, n }) = $from {
            let at = stored(at);
            let (column, number) = (queue_rows::$column, queue_rows::n);
            query = if $down {
                query.filter(column.le(at)).filter(column.lt(at).or(number.lt(n)))
            } else {
                query.filter(column.ge(at)).filter(column.gt(at).or(number.gt(n)))
            };
        }
        if $down {
            query.order((queue_rows::$column.desc(), queue_rows::n.desc()))
        } else {
            query.order((queue_rows::$column.asc(), queue_rows::n.asc()))
        }
        .select((queue_rows::$column, queue_rows::n))
    }};
}

/// Places in the order of `sort`, from `from` on; `down` is towards the smaller ones.
fn places(
    connection: &mut AnyConnection,
    query: Rows<'_>,
    (sort, down): (Sort, bool),
    from: Option<Place>,
    limit: usize,
) -> Result<Vec<Place>, StoreError> {
    let limit = at_most(limit);
    let rows: Vec<(NaiveDateTime, i64)> = match sort {
        Sort::Due => beyond!(query, due_by, down, from).limit(limit).load(connection)?,
        Sort::Submitted => beyond!(query, submitted_at, down, from).limit(limit).load(connection)?,
        Sort::Changed => beyond!(query, changed_at, down, from).limit(limit).load(connection)?,
    };
    Ok(rows.into_iter().map(|(at, n)| Place { at: at.and_utc(), n }).collect())
}

fn numbered(ns: impl IntoIterator<Item = i64>) -> Vec<Place> {
    ns.into_iter().map(|n| Place { at: DateTime::UNIX_EPOCH, n }).collect()
}

/// Places that one look found, and where the next look in the same direction goes on.
type Found = (Vec<Place>, Option<Place>);

/// As many as there is room for, and the last of them when there were more.
fn cut(mut places: Vec<Place>, limit: usize) -> Found {
    let more = places.len() > limit;
    places.truncate(limit);
    let last = places.last().copied().filter(|_| more);
    (places, last)
}

/// What a search finds. A reference finds its case whatever else is asked for; everything else finds no case that its
/// owner has in their own hands.
fn searched(connection: &mut AnyConnection, wanted: &Query, back: bool) -> Result<Found, StoreError> {
    let search = wanted.search.trim();
    if let Ok(reference) = search.parse::<CaseRef>() {
        let row = queue_rows::table.inner_join(cases::table).filter(cases::reference.eq(reference.to_string()));
        let found: Vec<i64> = row.select(queue_rows::n).load(connection)?;
        // Some words have the form of a reference, such as `password`.
        if !found.is_empty() {
            return Ok((numbered(found), None));
        }
    }
    let from = match (wanted.turn, back) {
        (Turn::After(place) | Turn::Before(place), true) => From::Below(place.n),
        (Turn::After(place) | Turn::Before(place), false) => From::Above(place.n),
        (Turn::First, _) => From::Above(i64::MAX),
    };
    let rows = || {
        narrowed(queue_rows::table.into_boxed(), &wanted.look.filter).filter(queue_rows::stage.ne(Stage::Owner.code()))
    };
    let in_order = |query: Rows<'_>, connection: &mut AnyConnection| -> Result<Vec<i64>, StoreError> {
        let query = query.select(queue_rows::n).limit(at_most(wanted.limit + 1));
        Ok(match from {
            From::Above(n) => query.filter(queue_rows::n.lt(n)).order(queue_rows::n.desc()).load(connection)?,
            From::Below(n) => query.filter(queue_rows::n.gt(n)).order(queue_rows::n.asc()).load(connection)?,
        })
    };
    if let Ok(email) = search.parse::<EmailAddress>() {
        let of_address = case_forms::table.filter(case_forms::email_key.eq(email.key())).select(case_forms::case_id);
        let found = in_order(rows().filter(queue_rows::case_id.eq_any(of_address)), connection)?;
        return Ok(cut(numbered(found), wanted.limit));
    }
    let Some(terms) = Terms::read(search) else { return Ok((Vec::new(), None)) };
    let matches = search::matching(connection, &terms, from, at_most(LOOKED_AT))?;
    let furthest = numbered(matches.last().copied().filter(|_| matches.len() == LOOKED_AT));
    let found = in_order(rows().filter(queue_rows::n.eq_any(matches)), connection)?;
    let (places, next) = cut(numbered(found), wanted.limit);
    Ok((places, next.or(furthest.first().copied())))
}

fn listed(connection: &mut AnyConnection, wanted: &Query, back: bool) -> Result<Found, StoreError> {
    let (rows, left) = led_to(connection, &wanted.look, wanted.agent, wanted.now)?;
    let order = (wanted.look.sort(), wanted.look.descending != back);
    let from = match wanted.turn {
        Turn::First => None,
        Turn::After(place) | Turn::Before(place) => Some(place),
    };
    if left == Filter::default() {
        return Ok(cut(places(connection, rows, order, from, wanted.limit + 1)?, wanted.limit));
    }
    let mut looked_at = places(connection, rows, order, from, LOOKED_AT)?;
    let furthest = looked_at.last().copied().filter(|_| looked_at.len() == LOOKED_AT);
    let fitting = fitting(connection, looked_at.iter().map(|place| place.n).collect(), &left)?;
    looked_at.retain(|place| fitting.contains(&place.n));
    let (places, next) = cut(looked_at, wanted.limit);
    Ok((places, next.or(furthest)))
}

/// One page of the queue.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn page(connection: &mut AnyConnection, wanted: &Query) -> Result<Page, StoreError> {
    let back = matches!(wanted.turn, Turn::Before(_));
    let look = if wanted.search.trim().is_empty() { listed } else { searched };
    let (mut places, next) = look(connection, wanted, back)?;
    if back {
        places.reverse();
    }
    let (first, last) = (places.first().copied(), places.last().copied());
    let lines = lines(connection, &places)?;
    Ok(match wanted.turn {
        Turn::First => Page { lines, before: None, after: next },
        Turn::After(from) => Page { lines, before: first.or(Some(from)), after: next },
        Turn::Before(from) => Page { lines, before: next, after: last.or(Some(from)) },
    })
}

#[derive(Queryable)]
struct Row {
    n: i64,
    id: String,
    reference: String,
    version: i64,
    state: String,
    tier: Option<String>,
    submitted_at: NaiveDateTime,
    changed_at: NaiveDateTime,
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
            version: self.version,
            state: State::from_code(&self.state).ok_or_else(|| corrupt("state", &self.state))?,
            tier: self.tier.as_deref().and_then(Tier::from_code),
            submitted_at: self.submitted_at.and_utc(),
            changed_at: self.changed_at.and_utc(),
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

/// The lines at these places, in their order.
fn lines(connection: &mut AnyConnection, places: &[Place]) -> Result<Vec<Line>, StoreError> {
    let on_holder = agents::id.nullable().eq(cases::holder_id);
    let rows: Vec<Row> = queue_rows::table
        .inner_join(cases::table.left_join(case_forms::table).left_join(agents::table.on(on_holder)))
        .filter(queue_rows::n.eq_any(places.iter().map(|place| place.n)))
        .select((
            queue_rows::n,
            cases::id,
            cases::reference,
            cases::version,
            cases::state,
            cases::tier,
            cases::submitted_at,
            cases::changed_at,
            cases::answer_by,
            cases::wait_ends_at,
            cases::holder_id,
            agents::name.nullable(),
            case_forms::name.nullable(),
            case_forms::email.nullable(),
            case_forms::device_kind.nullable(),
            case_forms::reason.nullable(),
        ))
        .load(connection)?;
    let mut rows: BTreeMap<i64, Row> = rows.into_iter().map(|row| (row.n, row)).collect();
    places.iter().filter_map(|place| rows.remove(&place.n)).map(Row::into_line).collect()
}

/// Cases of a view that are counted: counting further costs more than it tells.
const MOST_COUNTED: usize = 999;

/// Asks how many rows a query has, without having them sent.
#[derive(QueryId)]
struct HowMany<Q>(Q);

impl<Q: QueryFragment<AnyBackend>> QueryFragment<AnyBackend> for HowMany<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, AnyBackend>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}

impl<Q> diesel::query_builder::Query for HowMany<Q> {
    type SqlType = BigInt;
}

impl<Q> RunQueryDsl<AnyConnection> for HowMany<Q> {}

/// How many cases a view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Those that were found.
    pub found: usize,
    /// There may be more of them: the view holds more cases than are looked at for a count.
    pub more: bool,
}

/// How many cases a view holds, among as many of them as are looked at.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn count(
    connection: &mut AnyConnection,
    look: &Look,
    agent: AgentId,
    now: DateTime<Utc>,
) -> Result<Count, StoreError> {
    let (rows, left) = led_to(connection, look, agent, now)?;
    let rows = rows.select(queue_rows::n).limit(at_most(MOST_COUNTED + 1));
    if left == Filter::default() {
        let found = usize::try_from(HowMany(rows).get_result::<i64>(connection)?).unwrap_or_default();
        return Ok(Count { found: found.min(MOST_COUNTED), more: found > MOST_COUNTED });
    }
    let mut looked_at: Vec<i64> = rows.load(connection)?;
    let more = looked_at.len() > MOST_COUNTED;
    looked_at.truncate(MOST_COUNTED);
    Ok(Count { found: fitting(connection, looked_at, &left)?.len(), more })
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
