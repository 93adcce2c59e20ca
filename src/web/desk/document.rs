//! Documents at the desk: opened, examined question by question; and meetings with the person.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use super::acts::version;
use super::case::{Kept, Said, page};
use crate::domain::document::{Examination, Item};
use crate::domain::evidence::{Evidence, Outcome};
use crate::domain::meeting::{Meeting, MetBy};
use crate::web::App;
use crate::web::customer::document::size;
use crate::web::error::{PageError, reference};
use crate::web::guard::access::SignedInAgent;
use crate::web::guard::fields::Fields;
use crate::web::page::{moment, moment_if, see_other};
use crate::workflow::{CaseFile, EvidenceNote, Halt, OnFile};

type Answer = Result<HttpResponse, PageError>;

/// Whatever a browser makes of a document, it runs nothing and loads nothing.
pub(in crate::web) const SANDBOX: &str = "sandbox; default-src 'none'";

const MEETING: Kept =
    &[("met_by", "met_by"), ("place", "meeting_place"), ("on", "meeting_on"), ("reference", "meeting_reference")];

/// Hands a document to the agent who holds its case, to be kept as a file and not shown by the browser.
pub async fn open(app: Data<App>, agent: SignedInAgent, path: Path<(String, String)>) -> Answer {
    let (case, document) = path.into_inner();
    let reference = reference(&case)?;
    let id = document.parse().map_err(|_| Halt::Gone)?;
    let opened = app.desk.open_document(agent.act(&app), reference.clone(), id).await??;
    let name = format!("{reference}-document.{}", opened.kind.extension());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, opened.kind.media_type()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(opened.content.to_vec()))
}

/// Takes the answers about a document.
pub async fn examine(app: Data<App>, agent: SignedInAgent, path: Path<(String, String)>, fields: Fields) -> Answer {
    let (case, document) = path.into_inner();
    let examination = match Examination::read(|code| fields.get(code)) {
        Ok(examination) => examination,
        Err(missing) => return unanswered(&app, &agent, &case, &document, &fields, &missing).await,
    };
    let done = match document.parse() {
        Ok(id) => {
            let (act, reference) = (agent.act(&app), reference(&case)?);
            app.desk.examine_document(act, reference, version(&fields), id, examination).await?
        }
        Err(_) => Err(Halt::Gone),
    };
    match done {
        Ok(Outcome::Passed) => Ok(see_other(format!("/desk/cases/{}?done=document-passed", reference(&case)?))),
        Ok(Outcome::Failed) => Ok(see_other(format!("/desk/cases/{}?done=document-failed", reference(&case)?))),
        Err(Halt::NoSuchCase) => Err(Halt::NoSuchCase.into()),
        Err(halt) => {
            let mut said = Said::halted(&halt, &fields, &[]);
            keep_answers(&mut said, &document, &fields);
            page(&app, &agent, &case, said).await
        }
    }
}

async fn unanswered(
    app: &App,
    agent: &SignedInAgent,
    case: &str,
    document: &str,
    fields: &Fields,
    missing: &[Item],
) -> Answer {
    let mut said = Said { status: Some(StatusCode::UNPROCESSABLE_ENTITY), ..Said::default() };
    keep_answers(&mut said, document, fields);
    let wrong: BTreeMap<&str, &str> = missing.iter().map(|item| (item.code(), "Answer yes or no.")).collect();
    said.errors.insert("examination".to_owned(), json!(wrong));
    page(app, agent, case, said).await
}

fn keep_answers(said: &mut Said, document: &str, fields: &Fields) {
    let answers: BTreeMap<&str, &str> = Item::ALL.iter().map(|item| (item.code(), fields.get(item.code()))).collect();
    said.typed.insert("examination".to_owned(), json!({ "document": document, "answers": answers }));
}

/// Records that the person was met.
pub async fn record_meeting(app: Data<App>, agent: SignedInAgent, path: Path<String>, fields: Fields) -> Answer {
    let meeting = match Meeting::read(|name| fields.get(name), app.now()) {
        Ok(meeting) => meeting,
        Err(wrong) => {
            let mut said = Said::halted(&Halt::BadText(String::new()), &fields, MEETING);
            said.flash = None;
            for (field, name) in MEETING {
                if let Some(wrong) = wrong.get(field) {
                    said.errors.insert((*name).to_owned(), wrong.clone().into());
                }
            }
            return page(&app, &agent, &path, said).await;
        }
    };
    let reference = reference(&path)?;
    match app.desk.record_meeting(agent.act(&app), reference.clone(), version(&fields), meeting).await? {
        Ok(()) => Ok(see_other(format!("/desk/cases/{reference}?done=met"))),
        Err(Halt::NoSuchCase) => Err(Halt::NoSuchCase.into()),
        Err(halt) => page(&app, &agent, &path, Said::halted(&halt, &fields, MEETING)).await,
    }
}

/// What the case's page shows of documents and meetings.
pub(super) fn section(agent: &SignedInAgent, file: &CaseFile) -> Value {
    let case = &file.filed.case;
    let mine = case.holder == Some(agent.session.agent.id) && agent.session.agent.role.works_cases();
    let may_examine = mine && case.state.is_under_review();
    let base = format!("/desk/cases/{}/documents", case.reference);
    let list: Vec<Value> = file
        .documents
        .iter()
        .enumerate()
        .map(|(at, on_file)| {
            let document = &on_file.document;
            let there = document.erased_at.is_none();
            let opened = file.opened_documents.contains(&document.id);
            json!({
                "id": document.id,
                "number": at + 1,
                "kind": document.kind.label(),
                "size": size(document.size),
                "at": moment(document.uploaded_at),
                "erased": moment_if(document.erased_at),
                "waiting": on_file.is_waiting(),
                "digest": &document.digest[..16.min(document.digest.len())],
                "open_url": (mine && there).then(|| format!("{base}/{}", document.id)),
                "opened": opened,
                "examine_url": (may_examine && there && opened).then(|| format!("{base}/{}/examination", document.id)),
                "looks": looks(file, on_file),
            })
        })
        .collect();
    json!({
        "list": list,
        "questions": Item::ALL.iter().map(|item| json!({ "code": item.code(), "label": item.label() })).collect::<Vec<_>>(),
        "may_examine": may_examine,
        "mine": mine,
        "meetings": meetings(file),
        "may_meet": may_examine,
        "met_by": MetBy::ALL.iter().map(|by| json!({ "code": by.code(), "label": by.label() })).collect::<Vec<_>>(),
    })
}

/// What an agent vouched for in a piece of evidence, in one line.
pub(super) fn vouched(file: &CaseFile, given: &Evidence) -> Option<String> {
    match file.notes.get(&given.id)? {
        EvidenceNote::Document { digest, answers, .. } => {
            let yes = answers.values().filter(|yes| **yes).count();
            let (all, digest) = (answers.len(), &digest[..16.min(digest.len())]);
            Some(format!("{yes} of {all} questions about document {digest} answered yes"))
        }
        EvidenceNote::Meeting(meeting) => {
            let (by, on) = (meeting.met_by.label(), meeting.on.format("%-d %b %Y"));
            Some(format!("{by}: {on}, {}, {}", meeting.place, meeting.reference))
        }
    }
}

/// The evidence of a case with the note that belongs to each.
fn noted(file: &CaseFile) -> impl Iterator<Item = (&Evidence, &EvidenceNote)> {
    file.filed.case.evidence.iter().filter_map(|given| Some((given, file.notes.get(&given.id)?)))
}

fn giver(file: &CaseFile, given: &Evidence) -> String {
    given.giver.agent().map_or("the customer", |agent| file.agent_name(agent)).to_owned()
}

/// Earlier examinations of a document, oldest first.
fn looks(file: &CaseFile, on_file: &OnFile) -> Vec<Value> {
    noted(file)
        .filter_map(|(given, note)| match note {
            EvidenceNote::Document { document, answers, .. } if *document == on_file.document.id => {
                let no: Vec<&str> = answers.iter().filter(|(_, yes)| !**yes).map(|(item, _)| item.label()).collect();
                Some(json!({
                    "outcome": given.outcome.label(),
                    "who": giver(file, given),
                    "at": moment(given.at),
                    "no": no,
                }))
            }
            _ => None,
        })
        .collect()
}

fn meetings(file: &CaseFile) -> Vec<Value> {
    noted(file)
        .filter_map(|(given, note)| match note {
            EvidenceNote::Meeting(meeting) => Some(json!({
                "who": giver(file, given),
                "notary": meeting.met_by == MetBy::Notary,
                "place": meeting.place,
                "on": meeting.on.format("%-d %b %Y").to_string(),
                "reference": meeting.reference,
                "at": moment(given.at),
            })),
            EvidenceNote::Document { .. } => None,
        })
        .collect()
}
