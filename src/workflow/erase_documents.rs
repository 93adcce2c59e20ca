use super::Desk;
use super::act::Act;
use super::documents::about;
use crate::domain::actor::Actor;
use crate::domain::reference::CaseRef;
use crate::store::cases::{self, Filed};
use crate::store::{StoreError, Tx, documents};

/// Cases whose documents are erased at a time.
const BATCH: i64 = 50;

impl Desk {
    /// Erases the content of the documents of cases that ended long enough ago, and answers how many. Several
    /// instances may do so at once: each leaves out the cases that another holds.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not erased is due again.
    pub async fn erase_documents(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let before = now - self.kit.documents.erase_after();
        let due = self.store.read(move |connection| documents::due_for_erasure(connection, before, BATCH)).await?;
        let mut count = 0;
        for reference in due {
            let act = Act { actor: Actor::System, ip: String::new(), at: now };
            let kit = self.kit.clone();
            let erased = self.store.write(move |tx| {
                let before = act.at - kit.documents.erase_after();
                erase(tx, &act, &reference, |filed| filed.case.state.is_final() && filed.case.state_since <= before)
            });
            // One case that fails must not keep the others' documents.
            match erased.await {
                Ok(erased) => count += erased,
                Err(error) => tracing::error!(%error, "the documents of a case could not be erased"),
            }
        }
        Ok(count)
    }
}

fn erase(
    tx: &mut Tx<'_>,
    act: &Act,
    reference: &CaseRef,
    is_due: impl Fn(&Filed) -> bool,
) -> Result<usize, StoreError> {
    let filed = match cases::claim(tx, reference)? {
        Some(filed) if is_due(&filed) => filed,
        _ => return Ok(0),
    };
    let mut count = 0;
    for document in documents::of_case(tx.connection, filed.case.id)? {
        if documents::erase(tx, document.id, act.at)? {
            tx.record(act.case_entry("document.erased", &filed, about(&document)));
            count += 1;
        }
    }
    Ok(count)
}
