//! The same done to several cases, to each by the rules for one.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::cases::{Answer, ReadCase, named_cases};
use super::problem::{Problem, Wire};
use super::program::Program;
use crate::domain::case::State;
use crate::domain::reference::CaseRef;
use crate::domain::tag::{NotATag, TagName};
use crate::store::{AnyConnection, cases};
use crate::web::App;
use crate::web::desk::bulk::MOST;
use crate::workflow::{Bulk, Halt};

/// What is to happen, and to which cases.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkAct)]
#[schema(examples(json!({ "act": "claim", "cases": [{ "reference": "MFA-7K3Q-9ZDX", "version": 3 }] })))]
pub struct Asked {
    /// What is to happen to each.
    act: Act,
    /// The tag that is put on or taken off; with these two only.
    #[serde(default)]
    #[schema(required = false, min_length = 1, max_length = 60)]
    tag: Option<String>,
    /// Which cases.
    #[schema(min_items = 1, max_items = 100)]
    cases: Vec<ReadCase>,
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
    /// Its version now; nothing where there is no such case.
    version: Option<i64>,
    /// Its state now.
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

/// Does it, and answers how it went with each.
pub async fn act(app: Data<App>, program: Program, body: Body<Asked>) -> Answer {
    let (what, picked) = (what(&body.0)?, named_cases("cases", &body.0.cases)?);
    if !(1..=MOST).contains(&picked.len()) {
        return Err(Problem::field("/cases", format!("Name 1 to {MOST} cases.")));
    }
    let done = app.desk.bulk(program.act(&app), picked, what).await?;
    let references: Vec<CaseRef> = done.iter().map(|(reference, _)| reference.clone()).collect();
    let look = move |connection: &mut AnyConnection| {
        let mut found = BTreeMap::new();
        for reference in references {
            if let Some(filed) = cases::find(connection, &reference)? {
                found.insert(reference, (filed.case.version, filed.case.state));
            }
        }
        Ok(found)
    };
    let now: BTreeMap<CaseRef, (i64, State)> = app.desk.store.read(look).await?;
    let outcome = |(reference, done): (CaseRef, Result<(), Halt>)| Outcome {
        done: done.is_ok(),
        version: now.get(&reference).map(|(version, _)| *version),
        state: now.get(&reference).map(|(_, state)| state.code()),
        problem: done.err().map(|halt| Problem::from(halt).wire()),
        reference: reference.to_string(),
    };
    Ok(HttpResponse::Ok().json(Outcomes { items: done.into_iter().map(outcome).collect() }))
}
