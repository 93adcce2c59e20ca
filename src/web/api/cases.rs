//! Cases: the queue, one case, and what is answered to acts on one.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::case_view::view;
use super::cursor;
use super::headers::etag;
use super::problem::{Kind, Problem};
use super::program::Program;
use crate::domain::account::Tier;
use crate::domain::case::State;
use crate::domain::contact::EmailAddress;
use crate::domain::ids::CaseId;
use crate::domain::reference::CaseRef;
use crate::store::cases;
use crate::store::views::queue::{self, Line, View};
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
    /// The cases, the oldest first; ended ones the newest first.
    items: Vec<CaseLine>,
    /// The cursor of the next page; nothing on the last one.
    next: Option<String>,
}

/// A line of the queue.
#[derive(Serialize, ToSchema)]
pub struct CaseLine {
    reference: String,
    /// The name in the form.
    name: String,
    email_masked: String,
    state: &'static str,
    tier: Option<&'static str>,
    device: &'static str,
    reason: &'static str,
    submitted_at: DateTime<Utc>,
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
        name: line.name.clone(),
        email_masked: line.email.parse::<EmailAddress>().map(|email| email.masked()).unwrap_or_default(),
        state: line.state.code(),
        tier: line.tier.map(Tier::code),
        device: line.device.code(),
        reason: line.reason.code(),
        submitted_at: line.submitted_at,
        answer_by: line.answer_by,
        overdue: line.answer_by.is_some_and(|at| at < now),
        cooling_off_ends_at: line.wait_ends_at.filter(|_| line.state == State::CoolingOff),
        holder: line.holder.as_ref().map(|(_, name)| name.clone()),
        mine: line.holder.as_ref().is_some_and(|(id, _)| *id == program.agent()),
        about_colleague,
    }
}

/// The last row's time in microseconds and its identifier.
fn place(text: &str) -> Option<(DateTime<Utc>, CaseId)> {
    let (micros, id) = text.split_once('_')?;
    let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
    // Dates that no database can hold were not made by us.
    Some((at, id.parse().ok()?)).filter(|_| (1970..=9999).contains(&at.year()))
}

/// The queue.
pub async fn list(app: Data<App>, program: Program) -> Answer {
    let (asked, now) = (&program.query, app.now());
    let limit = asked.limit(PAGE);
    let query = queue::Query {
        view: View::from_code(asked.get("view").unwrap_or_default()),
        agent: program.agent(),
        state: asked.get("state").and_then(State::from_code),
        tier: asked.get("tier").and_then(Tier::from_code),
        search: asked.get("q").unwrap_or_default().to_owned(),
        after: cursor::place(asked, place)?,
        limit: limit + 1,
        now,
    };
    let read = move |connection: &mut crate::store::AnyConnection| {
        let lines = queue::page(connection, &query)?;
        let ids: Vec<CaseId> = lines.iter().map(|line| line.id).collect();
        Ok((queue::about_staff(connection, &ids)?, lines))
    };
    let (staff, mut lines) = app.desk.store.read_snapshot(read).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = lines.len() > limit;
    lines.truncate(limit);
    let last = lines.last().filter(|_| more);
    let next = last.map(|line| cursor::made(&format!("{}_{}", line.submitted_at.timestamp_micros(), line.id)));
    let items = lines.iter().map(|each| line(each, staff.contains(&each.id), &program, now)).collect();
    let page = CaseList { items, next };
    Ok(paged(&program, "/api/v1/cases", page.next.as_deref(), &page))
}

/// One case. The look is recorded, as it is at the desk.
pub async fn get(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let file = app.desk.view_case(program.act(&app), reference(&path)?).await??;
    let version = file.filed.case.version;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(version))).json(view(&app, &file, program.agent())))
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
