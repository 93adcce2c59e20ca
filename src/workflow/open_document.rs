use secrecy::zeroize::Zeroizing;

use super::Desk;
use super::act::{Act, Done, Halt, held, refuse};
use super::documents::{about, wanted};
use crate::domain::case::Refused;
use crate::domain::document::DocumentKind;
use crate::domain::ids::DocumentId;
use crate::domain::reference::CaseRef;
use crate::domain::sealed::{Sealed, Sealing};
use crate::store::documents::{self, Document};
use crate::store::{AnyConnection, StoreError, Tx, cases};

/// A document as it is handed to whoever holds its case.
pub struct OpenedDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its content.
    pub content: Zeroizing<Vec<u8>>,
}

impl Desk {
    /// Opens a document for the agent who holds its case. It leaves only when the log has an entry that says so.
    ///
    /// # Errors
    /// [`Halt`] when it is not theirs to see or not there; [`StoreError`] when the database fails or the document
    /// cannot be unsealed.
    pub async fn open_document(
        &self,
        act: Act,
        reference: CaseRef,
        id: DocumentId,
    ) -> Result<Result<OpenedDocument, Halt>, StoreError> {
        let (of, agent) = (reference.clone(), act.actor.agent());
        let look = move |connection: &mut AnyConnection| {
            let Some(filed) = cases::find(connection, &of)?.filter(|filed| filed.case.holder == agent) else {
                return Ok(None);
            };
            let Some(document) = documents::find(connection, filed.case.id, id)? else { return Ok(None) };
            Ok(documents::content(connection, id)?.map(|sealed| (document, sealed)))
        };
        let opened = match self.store.read_snapshot(look).await? {
            Some((document, sealed)) => Some((document.kind, self.unsealed(document, sealed).await?)),
            None => None,
        };
        // Whether it may leave is decided here, whatever was found above.
        if let Err(halt) = self.store.write(move |tx| record(tx, &act, &reference, id)).await? {
            return Ok(Err(halt));
        }
        Ok(opened.map(|(kind, content)| OpenedDocument { kind, content }).ok_or(Halt::Gone))
    }

    async fn unsealed(&self, document: Document, sealed: Sealed) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let kit = self.kit.clone();
        let open = move || kit.sealing.open(Sealing::Document, &document.about(), &sealed);
        let opened =
            tokio::task::spawn_blocking(open).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        opened.map_err(|error| StoreError::Corrupt(format!("a document: {error}")))
    }
}

fn record(tx: &mut Tx<'_>, act: &Act, reference: &CaseRef, id: DocumentId) -> Done<()> {
    let filed = match held(tx, act, reference, None)? {
        Ok(filed) => filed,
        Err(halt) => return Ok(Err(halt)),
    };
    if act.actor.agent().is_none() || filed.case.holder != act.actor.agent() {
        return Ok(Err(refuse(tx, act, &filed, "open_document", Refused::NotHolder)));
    }
    let document = match wanted(tx, act, &filed, "open_document", id)? {
        Ok(document) => document,
        Err(halt) => return Ok(Err(halt)),
    };
    tx.record(act.case_entry("document.viewed", &filed, about(&document)));
    Ok(Ok(()))
}
