use tokio::sync::mpsc;

use super::Desk;
use super::act::Act;
use crate::domain::audit::details;
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_filter::Filter;
use crate::domain::contact::EmailAddress;
use crate::store::audit::{self, CHUNK};
use crate::store::{StoreError, Tx, agents};

/// Pieces of a file, in order; a failure ends them.
pub type AuditChunks = mpsc::Receiver<Result<Vec<u8>, StoreError>>;

/// Pieces that may wait for a slow reader: with them, memory stays the same however long the log is.
const WAITING: usize = 2;

pub(super) fn written(result: Result<Vec<u8>, csv::Error>) -> Result<Vec<u8>, StoreError> {
    result.map_err(|error| StoreError::Unavailable(error.to_string()))
}

impl Desk {
    /// Streams the log, oldest first, as it stood when the export began. The export is itself an
    /// entry, and the last one in it when no filter leaves it out.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be recorded; a later failure ends the pieces.
    pub async fn export_audit(
        &self,
        act: Act,
        filter: Filter,
        format: ExportFormat,
    ) -> Result<AuditChunks, StoreError> {
        let asked = filter.clone();
        let record = move |tx: &mut Tx<'_>| {
            // Only people of the desk stand in the log by their address: a customer's, typed here, must not.
            let actor = match asked.actor.as_deref().map(|actor| (actor, actor.parse::<EmailAddress>())) {
                Some((actor, Ok(email))) if agents::find_by_email(tx.connection, &email)?.is_some() => Some(actor),
                Some((kind, _)) if kind.chars().all(|c| c.is_ascii_lowercase()) => Some(kind),
                Some(_) => Some("(unknown)"),
                None => None,
            };
            let action = asked.action.as_deref();
            let plain = |text: &&str| text.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '_'));
            let given = [
                ("format", Some(format.code().to_owned())),
                ("from", asked.from.clone()),
                ("to", asked.to.clone()),
                ("case", asked.case_ref.clone()),
                ("actor", actor.map(str::to_owned)),
                ("action", action.map(|action| Some(action).filter(plain).unwrap_or("(unknown)").to_owned())),
            ];
            tx.record(act.entry("audit.exported", None, None, details(given.map(|(key, value)| (key, value.into())))));
            Ok(())
        };
        self.store.write(record).await?;
        let head = self.store.read(audit::head).await?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let store = self.store.clone();
        // The log only grows, so pieces read one after another up to today's end are one consistent whole, and
        // a slow download holds no connection.
        tokio::spawn(async move {
            let mut seq = i64::MIN;
            let mut piece = written(format.beginning());
            while sender.send(piece).await.is_ok() {
                let (filter, end) = (filter.clone(), head.seq);
                // Written where it is read, beside whoever takes the piece before.
                let read = move |connection: &mut _| {
                    let entries = audit::between(connection, &filter, seq, end, CHUNK)?;
                    let Some(last) = entries.last() else { return Ok(None) };
                    Ok(Some((last.seq, written(format.chunk(&entries))?)))
                };
                // Whoever reads has to notice a failure: half a file must not look whole.
                piece = match store.read(read).await {
                    Ok(None) => return,
                    Ok(Some((last, written))) => {
                        seq = last;
                        Ok(written)
                    }
                    Err(error) => Err(error),
                };
                if piece.is_err() {
                    let _ = sender.send(piece).await;
                    return;
                }
            }
        });
        Ok(receiver)
    }
}
