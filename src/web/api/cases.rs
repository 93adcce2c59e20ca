//! Cases: the queue, one case, and what is answered to acts on one.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case_view::view;
use super::cursor;
use super::headers::etag;
use super::problem::{Kind, Problem};
use super::program::Program;
use super::views;
use crate::domain::account::Tier;
use crate::domain::case::State;
use crate::domain::contact::EmailAddress;
use crate::domain::reference::CaseRef;
use crate::store::cases;
use crate::store::views::queue::{self, Line, Place, Turn};
use crate::web::App;
use crate::workflow::{Explanation, Halt, NotExplained};

/// What a handler answers.
pub type Answer = Result<HttpResponse, Problem>;

/// Rows of a page that asks for no number.
const PAGE: i64 = 50;
/// Most rows of a page.
pub const MOST: i64 = 200;
/// Characters of a search.
pub const LONGEST_SEARCH: usize = 200;

/// The case that a path names.
pub fn reference(path: &str) -> Result<CaseRef, Problem> {
    path.parse().map_err(|_| Halt::NoSuchCase.into())
}

/// Something else that a path names.
pub fn named<T: std::str::FromStr>(path: &str) -> Result<T, Problem> {
    path.parse().map_err(|_| Halt::Gone.into())
}

/// A page of a list, with the address of the next one.
pub fn paged(program: &Program, path: &str, next: Option<&str>, page: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        let link = format!("<{path}?{}>; rel=\"next\"", program.query.from(next));
        response.insert_header((header::LINK, link));
    }
    response.json(page)
}

/// A page of the queue.
#[derive(Serialize, ToSchema)]
pub struct CaseList {
    /// The cases: what is due next first, unless something else is asked for.
    items: Vec<CaseLine>,
    /// The cursor of the next page; nothing on the last one.
    next: Option<String>,
}

/// A line of the queue.
#[derive(Serialize, ToSchema)]
pub struct CaseLine {
    reference: String,
    /// Counts its changes.
    version: i64,
    /// The name in the form.
    name: String,
    email_masked: String,
    state: &'static str,
    tier: Option<&'static str>,
    device: &'static str,
    reason: &'static str,
    submitted_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    answer_by: Option<DateTime<Utc>>,
    overdue: bool,
    cooling_off_ends_at: Option<DateTime<Utc>>,
    /// The name of whoever holds it.
    holder: Option<String>,
    /// One holds it oneself.
    mine: bool,
    /// It is about the account of somebody at the desk.
    about_colleague: bool,
}

fn line(line: &Line, about_colleague: bool, program: &Program, now: DateTime<Utc>) -> CaseLine {
    CaseLine {
        reference: line.reference.to_string(),
        version: line.version,
        name: line.name.clone(),
        email_masked: line.email.parse::<EmailAddress>().map(|email| email.masked()).unwrap_or_default(),
        state: line.state.code(),
        tier: line.tier.map(Tier::code),
        device: line.device.code(),
        reason: line.reason.code(),
        submitted_at: line.submitted_at,
        changed_at: line.changed_at,
        answer_by: line.answer_by,
        overdue: line.answer_by.is_some_and(|at| at < now),
        cooling_off_ends_at: line.wait_ends_at.filter(|_| line.state == State::CoolingOff),
        holder: line.holder.as_ref().map(|(_, name)| name.clone()),
        mine: line.holder.as_ref().is_some_and(|(id, _)| *id == program.agent()),
        about_colleague,
    }
}

/// What the row is sorted by, in microseconds, and its number.
fn place(text: &str) -> Option<Place> {
    let (micros, n) = text.split_once('_')?;
    let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
    // Dates that no database can hold were not made by us.
    Some(Place { at, n: n.parse().ok()? }).filter(|_| (1970..=9999).contains(&at.year()))
}

/// The queue.
pub async fn list(app: Data<App>, program: Program) -> Answer {
    let (asked, now) = (&program.query, app.now());
    let look = match asked.get("saved") {
        None => views::asked(asked)?,
        Some(id) => views::saved(&app, &program, id).await?,
    };
    let query = queue::Query {
        look,
        agent: program.agent(),
        search: asked.get("q").unwrap_or_default().trim().to_owned(),
        turn: cursor::place(asked, place)?.map_or(Turn::First, Turn::After),
        limit: usize::try_from(asked.limit(PAGE)).unwrap_or_default(),
        now,
    };
    let read = move |connection: &mut crate::store::AnyConnection| {
        let page = queue::page(connection, &query)?;
        let ids: Vec<_> = page.lines.iter().map(|line| line.id).collect();
        Ok((queue::about_staff(connection, &ids)?, page))
    };
    let (staff, found) = app.desk.store.read_snapshot(read).await?;
    let next = found.after.map(|Place { at, n }| cursor::made(&format!("{}_{n}", at.timestamp_micros())));
    let items = found.lines.iter().map(|each| line(each, staff.contains(&each.id), &program, now)).collect();
    let page = CaseList { items, next };
    Ok(paged(&program, "/api/v1/cases", page.next.as_deref(), &page))
}

/// One case. The look is recorded, as it is at the desk.
pub async fn get(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let file = app.desk.view_case(program.act(&app), reference(&path)?).await??;
    let version = file.filed.case.version;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(version))).json(view(&app, &file, &program)))
}

/// What the policy says about a case.
pub async fn explain(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    // Whoever may look at the case may read this, and it counts as a look.
    let file = app.desk.view_case(program.act(&app), reference.clone()).await??;
    let Some(account) = file.account() else { return Err(Halt::Gone.into()) };
    let at_desk = if file.is_about_colleague() { "staff:" } else { "" };
    let who = format!("{at_desk}{}", account.email);
    let explained = app.desk.explain_policy(program.act(&app), who, Some(reference)).await?;
    let explanation: Explanation =
        explained.map_err(|why: NotExplained| Problem::new(Kind::NotFound, why.to_string()))?;
    Ok(HttpResponse::Ok().json(explanation))
}

/// Where a case stands after an act.
#[derive(Serialize, ToSchema)]
pub struct CaseState {
    /// Which case.
    reference: String,
    /// Its version now; also the ETag.
    version: i64,
    /// Its state now.
    state: &'static str,
    /// What came of the act, where that is not plain from the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    outcome: Option<String>,
}

/// A case that a body names, with the version of it that was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadCase {
    /// Which case.
    #[schema(min_length = 1, max_length = 40)]
    pub reference: String,
    /// Its version as it was read.
    #[schema(minimum = 0)]
    pub version: i64,
}

/// The cases that the member `name` of a body names, each once, with the version that it says of it.
///
/// # Errors
/// [`Problem`] that points at what is no case, or stands twice.
pub fn named_cases<'a>(
    name: &str,
    cases: impl Iterator<Item = (&'a str, Option<i64>)>,
) -> Result<Vec<(CaseRef, Option<i64>)>, Problem> {
    let mut read: Vec<(CaseRef, Option<i64>)> = Vec::new();
    for (at, (reference, version)) in cases.enumerate() {
        let wrong = |words: &str| Problem::field(format!("/{name}/{at}/reference"), words);
        let reference = reference.parse().map_err(|_| wrong("This is no reference of a case."))?;
        if read.iter().any(|(there, _)| *there == reference) {
            return Err(wrong("This case stands here twice."));
        }
        read.push((reference, version));
    }
    Ok(read)
}

async fn now(app: &App, reference: CaseRef) -> Result<(i64, State), Problem> {
    let found = app.desk.store.read(move |connection| cases::find(connection, &reference)).await?;
    let filed = found.ok_or(Halt::NoSuchCase)?;
    Ok((filed.case.version, filed.case.state))
}

/// Answers an act on a case with where the case stands since; an act on an older version with what it is now.
pub async fn acted(app: &App, reference: CaseRef, done: Result<Option<String>, Halt>) -> Answer {
    let outcome = match done {
        Ok(outcome) => outcome,
        Err(halt @ Halt::Stale { .. }) => {
            let (version, state) = now(app, reference).await?;
            let problem = Problem::from(halt).with("current_version", version).with("current_state", state.code());
            return Err(problem.header(header::ETAG, etag(version)));
        }
        Err(halt) => return Err(halt.into()),
    };
    let (version, state) = now(app, reference.clone()).await?;
    let state = CaseState { reference: reference.to_string(), version, state: state.code(), outcome };
    Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(version))).json(state))
}

/// Like [`acted`], for an act that says nothing but that it was done.
pub async fn simply(app: &App, reference: CaseRef, done: Result<(), Halt>) -> Answer {
    acted(app, reference, done.map(|()| None)).await
}
