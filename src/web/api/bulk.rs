//! The same done to several cases, to each by the rules for one.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::cases::{Answer, named_cases};
use super::problem::{Kind, Problem, Wire};
use super::program::Program;
use crate::domain::case::State;
use crate::domain::reference::{CaseRef, EXAMPLE};
use crate::domain::tag::{NotATag, TagName};
use crate::store::{AnyConnection, cases, tags};
use crate::web::App;
use crate::web::desk::bulk::MOST;
use crate::workflow::{Bulk, Picked, Went};

/// What is to happen, and to which cases.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkAct)]
#[schema(examples(json!({ "act": "claim", "cases": [{ "reference": EXAMPLE, "version": 3 }] })))]
pub struct Asked {
    /// What is to happen to each.
    act: Act,
    /// The tag that is put on or taken off; with these two only.
    #[serde(default)]
    #[schema(required = false, min_length = 1, max_length = 60)]
    tag: Option<String>,
    /// Which cases.
    #[schema(min_items = 1, max_items = 100)]
    cases: Vec<PickedCase>,
}

/// A case, with the version of it that was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PickedCase {
    /// Which case.
    #[schema(min_length = 1, max_length = 40)]
    reference: String,
    /// Its version as it was read; tags change no version and need none.
    #[serde(default)]
    #[schema(required = false, minimum = 0)]
    version: Option<i64>,
}

/// What is to happen to each case.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BulkKind)]
pub enum Act {
    /// Take it.
    Claim,
    /// Give it back.
    Release,
    /// Put the tag on it.
    Tag,
    /// Take the tag off it.
    Untag,
}

impl Act {
    /// It makes another version of a case, and so names the one that it is about.
    const fn moves(self) -> bool {
        matches!(self, Self::Claim | Self::Release)
    }
}

/// How it went, case by case, in the order they were named.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkOutcomes)]
pub struct Outcomes {
    items: Vec<Outcome>,
}

/// How it went with one case.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkOutcome)]
struct Outcome {
    reference: String,
    /// It was done.
    done: bool,
    /// Its version now, where that was changed or is not the one that was named.
    version: Option<i64>,
    /// Its state now, where its version is told.
    state: Option<&'static str>,
    /// Why it was not done.
    problem: Option<Wire>,
}

fn what(asked: &Asked) -> Result<Bulk, Problem> {
    let tag = asked
        .tag
        .as_deref()
        .map(|tag| tag.parse::<TagName>().map_err(|wrong: NotATag| Problem::field("/tag", wrong.to_string())));
    let needed = || Problem::field("/tag", "Name the tag.");
    match (asked.act, tag.transpose()?) {
        (Act::Claim, None) => Ok(Bulk::Claim),
        (Act::Release, None) => Ok(Bulk::Release),
        (Act::Claim | Act::Release, Some(_)) => Err(Problem::field("/tag", "There is no tag in this.")),
        (Act::Tag, tag) => tag.map(Bulk::Tag).ok_or_else(needed),
        (Act::Untag, tag) => tag.map(Bulk::Untag).ok_or_else(needed),
    }
}

fn picked(asked: &Asked) -> Result<Vec<Picked>, Problem> {
    let picked = named_cases("cases", asked.cases.iter().map(|each| (each.reference.as_str(), each.version)))?;
    if !(1..=MOST).contains(&picked.len()) {
        return Err(Problem::field("/cases", format!("Name 1 to {MOST} cases.")));
    }
    let needed = asked.act.moves().then(|| picked.iter().position(|(_, version)| version.is_none())).flatten();
    match needed {
        Some(at) => Err(Problem::field(format!("/cases/{at}/version"), "Name the version that was read.")),
        None => Ok(picked),
    }
}

/// Where each of these cases stands now. What was done is told without it, if that cannot be looked up.
async fn now(app: &App, references: Vec<CaseRef>) -> BTreeMap<CaseRef, (i64, State)> {
    let look = move |connection: &mut AnyConnection| {
        let mut found = BTreeMap::new();
        for reference in references {
            if let Some(filed) = cases::find(connection, &reference)? {
                found.insert(reference, (filed.case.version, filed.case.state));
            }
        }
        Ok(found)
    };
    app.desk.store.read(look).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "where cases stand could not be looked up");
        BTreeMap::new()
    })
}

/// Does it, and answers how it went with each.
pub async fn act(app: Data<App>, program: Program, body: Body<Asked>) -> Answer {
    let (what, picked) = (what(&body.0)?, picked(&body.0)?);
    if let Bulk::Untag(name) = &what {
        let name = name.clone();
        if app.desk.store.read(move |connection| tags::named(connection, &name)).await?.is_none() {
            return Err(Problem::field("/tag", "The desk has no such tag."));
        }
    }
    let problem = |went: Went| match went {
        Ok(Ok(())) => None,
        Ok(Err(halt)) => Some(Problem::from(halt)),
        Err(error) => Some(Problem::from(error)),
    };
    let done = app.desk.bulk(program.act(&app), picked, what).await;
    let done: Vec<(CaseRef, Option<Problem>)> =
        done.into_iter().map(|(reference, went)| (reference, problem(went))).collect();
    // Where a case stands is told as by the acts on one: to whoever changed that, or named an older version.
    let told = |problem: &Option<Problem>| match problem {
        None => body.0.act.moves(),
        Some(problem) => problem.kind == Kind::Stale,
    };
    let asked = done.iter().filter(|(_, problem)| told(problem)).map(|(reference, _)| reference.clone()).collect();
    let now = now(&app, asked).await;
    let outcome = |(reference, problem): (CaseRef, Option<Problem>)| Outcome {
        done: problem.is_none(),
        version: now.get(&reference).map(|(version, _)| *version),
        state: now.get(&reference).map(|(_, state)| state.code()),
        problem: problem.map(|problem| problem.wire()),
        reference: reference.to_string(),
    };
    Ok(HttpResponse::Ok().json(Outcomes { items: done.into_iter().map(outcome).collect() }))
}
