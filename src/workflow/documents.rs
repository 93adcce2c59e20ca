//! What the acts on documents share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::act::{Act, Halt};
use super::examine::EvidenceNote;
use crate::domain::audit::{Details, details};
use crate::domain::audit_filter::Filter;
use crate::domain::case::Case;
use crate::domain::evidence::CheckKind;
use crate::domain::ids::{CaseId, DocumentId, EvidenceId};
use crate::domain::reference::CaseRef;
use crate::store::cases::Filed;
use crate::store::documents::{self, Document};
use crate::store::{AnyConnection, StoreError, Tx, audit, notes};

/// A document of a case, and whether anyone has examined it.
pub struct OnFile {
    /// The document.
    pub document: Document,
    /// Evidence says how it was.
    pub examined: bool,
}

impl OnFile {
    /// It waits for someone to examine it.
    pub fn is_waiting(&self) -> bool {
        !self.examined && self.document.erased_at.is_none()
    }
}

/// The documents that the customer of a case uploaded, oldest first. What came by mail is no check.
pub(super) fn on_file(connection: &mut AnyConnection, case: &Case) -> Result<Vec<OnFile>, StoreError> {
    let examined = |document: &Document| {
        let subject = Some(document.subject());
        case.evidence.iter().any(|given| given.kind == CheckKind::Document && given.subject == subject)
    };
    let all = documents::of_case(connection, case.id)?;
    Ok(all
        .into_iter()
        .filter(|document| document.mail.is_none())
        .map(|document| OnFile { examined: examined(&document), document })
        .collect())
}

/// The documents of a case that someone at the desk has opened, as the log says.
pub(super) fn opened_by(
    connection: &mut AnyConnection,
    act: &Act,
    reference: &CaseRef,
) -> Result<BTreeSet<DocumentId>, StoreError> {
    let views = Filter {
        case_ref: Some(reference.to_string()),
        actor: Some(act.actor.name().into_owned()),
        action: Some("document.viewed".to_owned()),
        ..Filter::default()
    };
    let mut opened = BTreeSet::new();
    let mut after = 0;
    loop {
        let entries = audit::after(connection, &views, after, audit::CHUNK)?;
        let Some(last) = entries.last() else { return Ok(opened) };
        after = last.seq;
        opened.extend(entries.iter().filter_map(|entry| {
            let fields: Value = serde_json::from_str(&entry.details).ok()?;
            fields.get("document")?.as_str()?.parse::<DocumentId>().ok()
        }));
    }
}

/// How examinations and meetings of a case went, by the evidence they gave.
pub(super) fn read_notes(
    connection: &mut AnyConnection,
    case: CaseId,
) -> Result<BTreeMap<EvidenceId, EvidenceNote>, StoreError> {
    let read = |(id, body): (EvidenceId, String)| {
        let note = serde_json::from_str(&body).map_err(|_| StoreError::Corrupt("an evidence note".to_owned()))?;
        Ok((id, note))
    };
    notes::of_case(connection, case)?.into_iter().map(read).collect()
}

/// How the log names a document.
pub(super) fn about(document: &Document) -> Details {
    details([
        ("document", document.id.to_string().into()),
        ("kind", document.kind.code().into()),
        ("digest", document.digest.clone().into()),
    ])
}

/// The document that was asked for; one of another case does not exist here, and that someone tried is recorded.
pub(super) fn wanted(
    tx: &mut Tx<'_>,
    act: &Act,
    filed: &Filed,
    command: &str,
    id: DocumentId,
) -> Result<Result<Document, Halt>, StoreError> {
    let found = documents::find(tx.connection, filed.case.id, id)?.filter(|document| document.erased_at.is_none());
    Ok(found.ok_or_else(|| {
        let about = details([
            ("command", command.into()),
            ("rule", "no_such_document".into()),
            ("document", id.to_string().into()),
        ]);
        tx.record(act.case_entry("case.refused", filed, about));
        Halt::Gone
    }))
}
