//! What an agent says after looking: at a document, question by question, or at the person.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::act::{Act, Done, Halt, command, held, refuse};
use super::documents::{about, opened_by, wanted};
use super::{Desk, Kit};
use crate::domain::audit::details;
use crate::domain::case::{Command, Refused};
use crate::domain::document::{Examination, Item};
use crate::domain::evidence::{CheckKind, Evidence, Giver, Outcome, Subject};
use crate::domain::ids::{AgentId, DocumentId, EvidenceId};
use crate::domain::meeting::Meeting;
use crate::domain::reference::CaseRef;
use crate::store::cases::Filed;
use crate::store::documents::Document;
use crate::store::{StoreError, Tx, notes};

/// What is kept beside the evidence, for the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum EvidenceNote {
    /// A document was examined.
    Document {
        /// Which one.
        document: DocumentId,
        /// SHA-256 of what was looked at.
        digest: String,
        /// Every question with its answer.
        answers: BTreeMap<Item, bool>,
    },
    /// The person was met.
    Meeting(Meeting),
}

impl Desk {
    /// The holder of a case answers every question about a document that they have opened.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn examine_document(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        id: DocumentId,
        examination: Examination,
    ) -> Result<Result<Outcome, Halt>, StoreError> {
        let kit = self.kit.clone();
        let examine = move |tx: &mut Tx<'_>| {
            let (filed, agent) = match of_holder(tx, &act, &reference, version, "examine_document")? {
                Ok(held) => held,
                Err(halt) => return Ok(Err(halt)),
            };
            let document = match wanted(tx, &act, &filed, "examine_document", id)? {
                Ok(document) => document,
                Err(halt) => return Ok(Err(halt)),
            };
            if document.mail.is_some() {
                let rule = details([("command", "examine_document".into()), ("rule", "came_by_mail".into())]);
                tx.record(act.case_entry("case.refused", &filed, rule));
                return Ok(Err(Halt::ByMail));
            }
            if !opened_by(tx.connection, &act, &reference)?.contains(&id) {
                let rule = details([("command", "examine_document".into()), ("rule", "not_opened".into())]);
                tx.record(act.case_entry("case.refused", &filed, rule));
                return Ok(Err(Halt::NotOpened));
            }
            examined(tx, &kit, &act, &filed, agent, &document, &examination)
        };
        let done = self.store.write(examine).await?;
        self.run_errands();
        Ok(done)
    }

    /// The holder of a case records that they, or a notary, met the person.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn record_meeting(
        &self,
        act: Act,
        reference: CaseRef,
        version: Option<i64>,
        meeting: Meeting,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let record = move |tx: &mut Tx<'_>| {
            let (filed, agent) = match of_holder(tx, &act, &reference, version, "record_meeting")? {
                Ok(held) => held,
                Err(halt) => return Ok(Err(halt)),
            };
            if !meeting.can_be_about(filed.case.submitted_at) {
                return Ok(Err(refuse(tx, &act, &filed, "record_meeting", Refused::MetBefore)));
            }
            let id = kit.id(EvidenceId::new, act.at);
            let mut given = Evidence::passed(id, CheckKind::InPerson, act.at, Giver::Agent(agent), None);
            given.valid_until = Some(meeting.counts_until());
            let note = EvidenceNote::Meeting(meeting.clone());
            if let Err(halt) = give(tx, &kit, &act, &filed, &given, &note)? {
                return Ok(Err(halt));
            }
            let about = details([("evidence", id.to_string().into()), ("met_by", meeting.met_by.code().into())]);
            tx.record(act.case_entry("meeting.recorded", &filed, about));
            Ok(Ok(()))
        };
        let done = self.store.write(record).await?;
        self.run_errands();
        Ok(done)
    }
}

fn of_holder(
    tx: &mut Tx<'_>,
    act: &Act,
    reference: &CaseRef,
    version: Option<i64>,
    command: &str,
) -> Done<(Filed, AgentId)> {
    let filed = match held(tx, act, reference, version)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    match act.actor.agent().filter(|agent| filed.case.holder == Some(*agent)) {
        Some(agent) => Ok(Ok((filed, agent))),
        None => Ok(Err(refuse(tx, act, &filed, command, Refused::NotHolder))),
    }
}

fn examined(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    agent: AgentId,
    document: &Document,
    examination: &Examination,
) -> Done<Outcome> {
    let id = kit.id(EvidenceId::new, act.at);
    let subject: Option<Subject> = Some(document.subject());
    let make = match examination.outcome() {
        Outcome::Passed => Evidence::passed,
        Outcome::Failed => Evidence::failed,
    };
    let given = make(id, CheckKind::Document, act.at, Giver::Agent(agent), subject);
    let note = EvidenceNote::Document {
        document: document.id,
        digest: document.digest.clone(),
        answers: examination.answers().collect(),
    };
    if let Err(halt) = give(tx, kit, act, filed, &given, &note)? {
        return Ok(Err(halt));
    }
    let mut entry = about(document);
    entry.insert("evidence".to_owned(), id.to_string().into());
    entry.insert("outcome".to_owned(), given.outcome.code().into());
    for (item, yes) in examination.answers() {
        entry.insert(item.code().to_owned(), if yes { "yes" } else { "no" }.into());
    }
    tx.record(act.case_entry("document.examined", filed, entry));
    Ok(Ok(given.outcome))
}

fn give(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed, given: &Evidence, note: &EvidenceNote) -> Done<()> {
    if let Err(halt) = command(tx, kit, act, filed, &Command::RecordCheck(given.clone()))? {
        return Ok(Err(halt));
    }
    let body = serde_json::to_string(note).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    notes::insert(tx, filed.case.id, given.id, &body)?;
    Ok(Ok(()))
}
