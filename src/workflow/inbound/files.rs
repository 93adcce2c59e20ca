//! What comes with a mail, under the rules of documents: looked at, cleaned, sealed. It is kept to be read, and is no
//! check.

use chrono::{DateTime, Utc};

use super::super::Kit;
use crate::domain::ids::{CaseId, DocumentId, InboundMailId};
use crate::domain::inbound::Attachment;
use crate::domain::sealed::{Sealed, Sealing};
use crate::store::documents::Document;
use crate::store::inbound::MailedFile;

/// An attachment that was looked at.
pub(super) struct Prepared {
    pub file: MailedFile,
    pub kept: Option<(Document, Sealed)>,
}

/// Looks at the attachments of a mail for a case that may have `room` more. Takes long, so not on a thread that answers.
pub(super) fn prepare_all(
    kit: &Kit,
    (case, mail): (CaseId, InboundMailId),
    attachments: Vec<Attachment>,
    room: usize,
    at: DateTime<Utc>,
) -> Vec<Prepared> {
    let mut left = room;
    let one = |attachment: Attachment| {
        let largest = kit.documents.largest_bytes();
        if attachment.bytes.len() > largest {
            return refused(attachment.name, format!("it is larger than {} MiB", kit.documents.largest_mib));
        }
        if left == 0 {
            return refused(attachment.name, format!("a case has at most {} by mail", kit.documents.per_case));
        }
        let fit = match (kit.look_at)(attachment.bytes.into()) {
            Ok(fit) => fit,
            Err(unfit) => return refused(attachment.name, unfit.to_string()),
        };
        left -= 1;
        let document = Document {
            id: kit.id(DocumentId::new, at),
            case,
            kind: fit.kind,
            size: i64::try_from(fit.bytes.len()).unwrap_or(i64::MAX),
            digest: fit.digest(),
            uploaded_at: at,
            erased_at: None,
            mail: Some(mail),
        };
        let sealed = kit.sealing.seal(Sealing::Document, &document.about(), kit.entropy.bytes(), &fit.bytes);
        let file = MailedFile { name: attachment.name, document: Some(document.id), refused: None };
        Prepared { file, kept: Some((document, sealed)) }
    };
    attachments.into_iter().map(one).collect()
}

/// The attachments of a mail over which looking at them failed: the letter that they came with is worth having.
pub(super) fn unlooked(names: Vec<String>) -> Vec<Prepared> {
    names.into_iter().map(|name| refused(name, "it cannot be looked at".to_owned())).collect()
}

fn refused(name: String, why: String) -> Prepared {
    Prepared { file: MailedFile { name, document: None, refused: Some(why) }, kept: None }
}
