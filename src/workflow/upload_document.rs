use std::sync::Arc;

use img_parts::Bytes;

use super::act::{Act, Done, Halt, held, known, refuse};
use super::documents::about;
use super::limits::{Counted, spend};
use super::phone_change::change_file;
use super::view_case::ways;
use super::{Desk, Kit, deadlines};
use crate::domain::audit::details;
use crate::domain::case::{Refused, assess};
use crate::domain::document::{Fit, prepare};
use crate::domain::evidence::CheckKind;
use crate::domain::ids::{CaseId, DocumentId};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::domain::sealed::{Sealed, Sealing};
use crate::domain::sla::Happened;
use crate::locale::text;
use crate::store::cases::Filed;
use crate::store::documents::{self, Document};
use crate::store::{StoreError, Tx};

impl Desk {
    /// The customer uploads a document: it is looked at, cleaned, sealed and stored; the desk then owes an answer.
    ///
    /// # Errors
    /// [`Halt`] says why it was not taken; [`StoreError`] when the database fails.
    pub async fn upload_document(
        &self,
        act: Act,
        reference: CaseRef,
        file: Bytes,
    ) -> Result<Result<(), Halt>, StoreError> {
        let (kit, asking, of) = (self.kit.clone(), act.clone(), reference.clone());
        // Whether there is room for it is asked before anything is spent on it, and again when it is stored.
        let case = match self.store.write(move |tx| make_room(tx, &kit, &asking, &of)).await? {
            Ok(case) => case,
            Err(halt) => return Ok(Err(halt)),
        };
        let (kit, at) = (self.kit.clone(), act.at);
        let looking = tokio::task::spawn_blocking(move || {
            let fit = prepare(file)?;
            Ok(Arc::new(seal(&kit, case, &fit, at)))
        });
        let looked = looking.await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let kit = self.kit.clone();
        let store = move |tx: &mut Tx<'_>| {
            let filed = match may_upload(tx, &kit, &act, &reference)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            let sealed: &(Document, Sealed) = match &looked {
                Ok(sealed) => sealed,
                Err(unfit) => {
                    let why: crate::domain::document::Unfit = *unfit;
                    tx.record(act.case_entry("document.refused", &filed, details([("rule", why.code().into())])));
                    return Ok(Err(Halt::BadDocument(why)));
                }
            };
            keep(tx, &kit, &act, &filed, sealed)?;
            Ok(Ok(()))
        };
        self.store.write(store).await
    }
}

fn seal(kit: &Kit, case: CaseId, fit: &Fit, at: chrono::DateTime<chrono::Utc>) -> (Document, Sealed) {
    let document = Document {
        id: kit.id(DocumentId::new, at),
        case,
        kind: fit.kind,
        size: i64::try_from(fit.bytes.len()).unwrap_or(i64::MAX),
        digest: fit.digest(),
        uploaded_at: at,
        erased_at: None,
        mail: None,
    };
    let sealed = kit.sealing.seal(Sealing::Document, &document.about(), kit.entropy.bytes(), &fit.bytes);
    (document, sealed)
}

fn make_room(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef) -> Done<CaseId> {
    let filed = match may_upload(tx, kit, act, reference)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    if spend(tx, kit, act, &[Counted::network(Limit::Documents, &act.ip)])?.is_err() {
        tx.record(act.case_entry("document.refused", &filed, details([("rule", "hourly_budget".into())])));
        return Ok(Err(Halt::TooOften(text!("documents-too-often"))));
    }
    Ok(Ok(filed.case.id))
}

/// A document is taken while it would bring the case forward, up to the number that a case may have.
fn may_upload(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef) -> Done<Filed> {
    let filed = match held(tx, act, reference, None)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    let known = known(tx.connection, kit, &filed.case)?;
    let assessment = assess(&filed.case, &known.facts(kit), act.at);
    let change = change_file(tx.connection, kit, &filed, &known, act.at)?;
    if !ways(&filed.case, &assessment, change.as_ref()).contains(&CheckKind::Document) {
        return Ok(Err(refuse(tx, act, &filed, "upload_document", Refused::WrongState(filed.case.state))));
    }
    if documents::count(tx.connection, filed.case.id)? >= i64::from(kit.documents.per_case) {
        tx.record(act.case_entry("document.refused", &filed, details([("rule", "number".into())])));
        return Ok(Err(Halt::TooManyDocuments(kit.documents.per_case)));
    }
    Ok(Ok(filed))
}

fn keep(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    (document, sealed): &(Document, Sealed),
) -> Result<(), StoreError> {
    documents::insert(tx, document, sealed)?;
    let mut uploaded = about(document);
    uploaded.insert("size".to_owned(), document.size.into());
    tx.record(act.case_entry("document.uploaded", filed, uploaded));
    deadlines::after(tx, kit, filed, Happened::CustomerSpoke, act.at).map(|_| ())
}
