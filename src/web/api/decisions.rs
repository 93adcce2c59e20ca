//! Decisions about a case: the same two people as at the desk, each with a code of their own.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, text};
use super::cases::{Answer, ReadCase, acted, named_cases, reference, simply};
use super::problem::{Kind, Problem};
use super::program::Program;
use crate::domain::case::{AuthenticatorSet, State};
use crate::domain::ids::AuthenticatorId;
use crate::domain::reference::{CaseRef, EXAMPLE};
use crate::store::{AnyConnection, StoreError, cases};
use crate::web::App;
use crate::workflow::{Attempted, Halt, Seen};

/// Duplicates that one merge ends.
const MOST_DUPLICATES: usize = 20;

/// Which authenticators are meant: these and no others.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "authenticators": ["019abd1e-5d2c-7c1a-9b63-2f0d6a1c8e01"] })))]
pub struct Chosen {
    /// Their identifiers.
    #[schema(min_items = 1, max_items = 50)]
    authenticators: Vec<String>,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "The name on the document is another." })))]
pub struct Reason {
    /// The text, in lines.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// How a dispute ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "outcome": "resume", "reason": "The owner called: it was them." })))]
pub struct EndDispute {
    /// What becomes of the case.
    outcome: DisputeOutcome,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// What becomes of a disputed case.
#[derive(Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum DisputeOutcome {
    /// It goes on, and everything has to be proved anew.
    Resume,
    /// It is rejected.
    Reject,
}

fn chosen(body: &Chosen) -> Result<AuthenticatorSet, Problem> {
    let read = |(at, id): (usize, &String)| {
        let wrong = "This is no identifier of an authenticator.";
        id.parse::<AuthenticatorId>().map_err(|_| Problem::field(format!("/authenticators/{at}"), wrong))
    };
    let ids = body.authenticators.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    AuthenticatorSet::new(ids).ok_or_else(|| Problem::field("/authenticators", "Name at least one."))
}

/// Gives the second approval.
pub async fn approve(app: Data<App>, program: Program, path: Path<String>, body: Body<Chosen>) -> Answer {
    let (reference, set) = (reference(&path)?, chosen(&body.0)?);
    let done = app.desk.approve(program.act(&app), reference.clone(), program.version, set).await?;
    simply(&app, reference, done).await
}

/// Does not give it.
pub async fn refuse(app: Data<App>, program: Program, path: Path<String>, body: Body<Reason>) -> Answer {
    let (reference, reason) = (reference(&path)?, text("/reason", &body.0.reason)?);
    let done = app.desk.refuse_approval(program.act(&app), reference.clone(), program.version, reason).await?;
    simply(&app, reference, done).await
}

/// Ends the case.
pub async fn reject(app: Data<App>, program: Program, path: Path<String>, body: Body<Reason>) -> Answer {
    let (reference, reason) = (reference(&path)?, text("/reason", &body.0.reason)?);
    let done = app.desk.reject(program.act(&app), reference.clone(), program.version, reason).await?;
    simply(&app, reference, done).await
}

/// Deactivates authenticators: what the directory did of it, and what it did not.
pub async fn deactivate(app: Data<App>, program: Program, path: Path<String>, body: Body<Chosen>) -> Answer {
    let (reference, set) = (reference(&path)?, chosen(&body.0)?);
    let done = match app.desk.deactivate(program.act(&app), reference.clone(), program.version, set).await? {
        Ok(Attempted::Deactivated) => Ok(Some("deactivated".to_owned())),
        Ok(Attempted::UnderWay) => Ok(Some("under_way".to_owned())),
        Ok(Attempted::Partly { done, of }) => {
            let words = format!("{done} of {of} deactivated. The case shows what is left, and why.");
            return Err(Problem::new(Kind::Upstream, words).with("deactivated", done).with("ordered", of));
        }
        Ok(Attempted::Failed(why)) => {
            return Err(Problem::new(Kind::Upstream, format!("Nothing was deactivated: {why}.")));
        }
        Err(halt) => Err(halt),
    };
    acted(&app, reference, done).await
}

/// Ends a dispute.
pub async fn end_dispute(app: Data<App>, program: Program, path: Path<String>, body: Body<EndDispute>) -> Answer {
    let (reference, reason) = (reference(&path)?, text("/reason", &body.0.reason)?);
    let resume = body.0.outcome == DisputeOutcome::Resume;
    let done = app.desk.end_dispute(program.act(&app), reference.clone(), program.version, resume, reason).await?;
    simply(&app, reference, done).await
}

/// Cases that are duplicates of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "duplicates": [{ "reference": EXAMPLE, "version": 3 }] })))]
pub struct Duplicates {
    /// Which: other open cases of the account.
    #[schema(min_items = 1, max_items = 20)]
    duplicates: Vec<ReadCase>,
}

fn duplicates(body: &Duplicates) -> Result<Vec<Seen>, Problem> {
    named_cases("duplicates", body.duplicates.iter().map(|each| (each.reference.as_str(), Some(each.version))))
}

/// Ends the duplicates, all of them or none; the case of the path goes on.
pub async fn merge(app: Data<App>, program: Program, path: Path<String>, body: Body<Duplicates>) -> Answer {
    let (reference, duplicates) = (reference(&path)?, duplicates(&body.0)?);
    if !(1..=MOST_DUPLICATES).contains(&duplicates.len()) {
        return Err(Problem::field("/duplicates", format!("Name 1 to {MOST_DUPLICATES} cases.")));
    }
    let kept = (reference.clone(), program.version);
    let done = app.desk.merge(program.act(&app), kept, duplicates.clone()).await?;
    if let Err(halt @ Halt::Stale { .. }) = &done
        && let Some((moved, version, state)) = moved(&app, duplicates).await?
    {
        let problem = Problem::from(halt.clone()).with("reference", moved.to_string());
        return Err(problem.with("current_version", version).with("current_state", state.code()));
    }
    simply(&app, reference, done.map(|_| ())).await
}

/// The first of the cases that is not of its version any more, and where it stands now.
async fn moved(app: &App, seen: Vec<Seen>) -> Result<Option<(CaseRef, i64, State)>, StoreError> {
    let look = move |connection: &mut AnyConnection| {
        for (reference, version) in seen {
            let now = cases::find(connection, &reference)?.map(|filed| (filed.case.version, filed.case.state));
            if now.map(|(now, _)| now) != version {
                return Ok(now.map(|(version, state)| (reference, version, state)));
            }
        }
        Ok(None)
    };
    app.desk.store.read(look).await
}

/// Addresses in full.
#[derive(Serialize, ToSchema)]
pub struct Revealed {
    /// The e-mail address of record.
    email: Option<String>,
    /// The phone number of record.
    phone: Option<String>,
    /// The e-mail address in the form.
    form_email: String,
    /// The phone number in the form.
    form_phone: Option<String>,
}

/// Shows the addresses unmasked, once, and records it.
pub async fn reveal(app: Data<App>, program: Program, path: Path<String>) -> Answer {
    let reference = reference(&path)?;
    app.desk.reveal(program.act(&app), reference.clone()).await??;
    let file = app.desk.view_case(program.act(&app), reference).await??;
    let account = file.account();
    Ok(HttpResponse::Ok().json(Revealed {
        email: account.map(|account| account.email.to_string()),
        phone: account.and_then(|account| account.phone.as_ref()).map(ToString::to_string),
        form_email: file.form.email.to_string(),
        form_phone: file.form.phone.as_ref().map(ToString::to_string),
    }))
}
