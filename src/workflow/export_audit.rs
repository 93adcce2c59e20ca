use tokio::sync::mpsc;

use super::Desk;
use super::act::Act;
use crate::domain::audit::{COLUMNS, Entry, details};
use crate::domain::audit_filter::Filter;
use crate::domain::contact::EmailAddress;
use crate::store::audit::{self, CHUNK};
use crate::store::{StoreError, Tx, agents};

/// Pieces of a CSV file, in order; a failure ends them.
pub type AuditChunks = mpsc::Receiver<Result<Vec<u8>, StoreError>>;

/// Pieces that may wait for a slow reader: with them, memory stays the same however long the log is.
const WAITING: usize = 2;

pub(super) fn csv_of(rows: impl Iterator<Item = impl AsRef<[String]>>) -> Result<Vec<u8>, StoreError> {
    // RFC 4180 §2 ends lines with CRLF.
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: csv::Error| StoreError::Unavailable(error.to_string());
    for row in rows {
        writer.write_record(row.as_ref()).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn csv_chunk(entries: &[Entry]) -> Result<Vec<u8>, StoreError> {
    csv_of(entries.iter().map(|entry| entry.cells().map(std::borrow::Cow::into_owned)))
}

impl Desk {
    /// Streams the log as CSV, oldest first, as it stood when the export began. The export is itself an
    /// entry, and the last one in it when no filter leaves it out.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be recorded; a later failure ends the pieces.
    pub async fn export_audit(&self, act: Act, filter: Filter) -> Result<AuditChunks, StoreError> {
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
            let mut piece = csv_of(std::iter::once(COLUMNS.map(str::to_owned)));
            while sender.send(piece).await.is_ok() {
                let (filter, end) = (filter.clone(), head.seq);
                let read = store.read(move |connection| audit::between(connection, &filter, seq, end, CHUNK)).await;
                // Whoever reads has to notice a failure: half a file must not look whole.
                piece = match read {
                    Ok(entries) => match entries.last() {
                        None => return,
                        Some(last) => {
                            seq = last.seq;
                            csv_chunk(&entries)
                        }
                    },
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
