use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::{Value, json};

use super::tags::named;
use crate::domain::reference::CaseRef;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::next_page::of_desk;
use crate::web::page::{Flash, Head, show as show_page};
use crate::workflow::{Bulk, Picked, Went};

/// Cases that one press can be about: two pages of the queue.
pub const MOST: usize = 100;

/// `MFA-7K3Q-9ZDN:4`: a case and the version that was seen.
fn picked(value: &str) -> Option<Picked> {
    let (reference, version) = value.split_once(':')?;
    Some((reference.parse().ok()?, Some(version.parse().ok()?)))
}

fn asked(fields: &Fields) -> Result<(Vec<Picked>, Bulk), String> {
    let mut cases = Vec::new();
    for value in fields.all_of("case") {
        let case = picked(value).ok_or("This form holds something that is no case. Open the queue again.")?;
        if cases.iter().all(|(there, _): &Picked| *there != case.0) {
            cases.push(case);
        }
    }
    if cases.is_empty() {
        return Err("Tick at least one case first.".to_owned());
    }
    if cases.len() > MOST {
        return Err(format!("Tick at most {MOST} cases at once."));
    }
    let tag = || named(fields).map_err(|halt| halt.to_string());
    let what = match fields.get("act") {
        "claim" => Bulk::Claim,
        "release" => Bulk::Release,
        "tag" => Bulk::Tag(tag()?),
        "untag" => Bulk::Untag(tag()?),
        _ => return Err("Say what is to be done: claim, release, tag or untag.".to_owned()),
    };
    Ok((cases, what))
}

const fn is_done(went: &Went) -> bool {
    matches!(went, Ok(Ok(())))
}

fn line(what: &Bulk, (reference, went): &(CaseRef, Went)) -> Value {
    let words = match (went, what) {
        (Err(error), _) => {
            tracing::error!(%error, "one of several cases failed");
            "The database failed with this one. Look at it, and try again.".to_owned()
        }
        (Ok(Err(halt)), _) => halt.to_string(),
        (Ok(Ok(())), Bulk::Claim) => "You hold it now.".to_owned(),
        (Ok(Ok(())), Bulk::Release) => "It is free again.".to_owned(),
        (Ok(Ok(())), Bulk::Tag(name)) => format!("It has the tag “{name}”."),
        (Ok(Ok(())), Bulk::Untag(name)) => format!("It does not have the tag “{name}”."),
    };
    json!({ "reference": reference, "done": is_done(went), "text": words })
}

/// Does the same to every case that was ticked, and tells of each how it went.
pub async fn act(app: Data<App>, agent: SignedInAgent, fields: Fields) -> Result<HttpResponse, PageError> {
    let mut head = Head::desk("Several cases", &agent);
    let (status, lines) = match asked(&fields) {
        Ok((cases, what)) => {
            let done = app.desk.bulk(agent.act(&app), cases, what.clone()).await;
            let failed = done.iter().filter(|(_, went)| !is_done(went)).count();
            let all = done.len();
            head.flash = Some(match failed {
                0 => Flash::Done(format!("Done for {all} of {all}.")),
                _ => {
                    Flash::Refused(format!("Done for {} of {all}. Why not for the others stands below.", all - failed))
                }
            });
            let status = if failed == all { StatusCode::CONFLICT } else { StatusCode::OK };
            (status, done.iter().map(|each| line(&what, each)).collect())
        }
        Err(why) => {
            head.flash = Some(Flash::Refused(why));
            (StatusCode::UNPROCESSABLE_ENTITY, Vec::<Value>::new())
        }
    };
    let content = json!({ "lines": lines, "back": of_desk(fields.get("from")) });
    show_page(&app, &agent.caller, status, "desk/bulk.html", head, content)
}
