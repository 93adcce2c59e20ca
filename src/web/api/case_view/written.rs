//! What was written and sent in a case.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Who, who};
use crate::store::cases::EntryKind;
use crate::workflow::CaseFile;

/// A document.
#[derive(Serialize, ToSchema)]
pub struct DocumentOfCase {
    id: String,
    kind: &'static str,
    bytes: i64,
    uploaded_at: DateTime<Utc>,
    erased_at: Option<DateTime<Utc>>,
    /// SHA-256.
    digest: String,
    /// Nobody has examined it yet.
    waiting: bool,
    /// One has opened it oneself, so that one can examine it.
    opened: bool,
}

/// A text on a case.
#[derive(Serialize, ToSchema)]
pub struct TextOfCase {
    id: String,
    /// `customer`, `administrator`, `agent`, or `elsewhere` for a mail from another address than that of record.
    by: &'static str,
    agent: Option<Who>,
    at: DateTime<Utc>,
    body: String,
}

/// A mail about a case.
#[derive(Serialize, ToSchema)]
pub struct MailOfCase {
    id: String,
    notice: &'static str,
    to_masked: String,
    state: String,
    at: DateTime<Utc>,
    error: Option<String>,
}

/// Texts of these kinds, oldest first.
pub fn texts(file: &CaseFile, kinds: &[EntryKind]) -> Vec<TextOfCase> {
    let written = file.entries.iter().filter(|entry| kinds.contains(&entry.kind));
    written
        .map(|entry| TextOfCase {
            id: entry.id.to_string(),
            by: match (entry.kind, entry.agent) {
                (_, Some(_)) => "agent",
                (EntryKind::Administrator, None) => "administrator",
                (EntryKind::FromElsewhere, None) => "elsewhere",
                (_, None) => "customer",
            },
            agent: entry.agent.map(|id| who(file, id)),
            at: entry.at,
            body: entry.body.clone(),
        })
        .collect()
}

/// Uploaded documents, oldest first.
pub fn documents(file: &CaseFile) -> Vec<DocumentOfCase> {
    file.documents
        .iter()
        .map(|on_file| DocumentOfCase {
            id: on_file.document.id.to_string(),
            kind: on_file.document.kind.code(),
            bytes: on_file.document.size,
            uploaded_at: on_file.document.uploaded_at,
            erased_at: on_file.document.erased_at,
            digest: on_file.document.digest.clone(),
            waiting: on_file.is_waiting(),
            opened: file.opened_documents.contains(&on_file.document.id),
        })
        .collect()
}

/// Mails, oldest first.
pub fn mails(file: &CaseFile) -> Vec<MailOfCase> {
    file.mails
        .iter()
        .map(|mail| MailOfCase {
            id: mail.id.to_string(),
            notice: mail.mail.notice.template(),
            to_masked: mail.mail.to.masked(),
            state: mail.state.clone(),
            at: mail.at,
            error: mail.error.clone(),
        })
        .collect()
}
