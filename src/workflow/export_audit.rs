use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Desk;
use super::act::Act;
use crate::domain::audit::details;
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_filter::Filter;
use crate::domain::audit_manifest::Tally;
use crate::domain::contact::EmailAddress;
use crate::store::audit::{self, CHUNK};
use crate::store::{AnyConnection, Store, StoreError, Tx, agents};

/// Pieces of a file, in order; a failure ends them.
pub type AuditChunks = mpsc::Receiver<Result<Vec<u8>, StoreError>>;

/// Where the pieces of a file go.
pub(super) type Pieces = mpsc::Sender<Result<Vec<u8>, StoreError>>;

/// Pieces that may wait for a slow reader: with them, memory stays the same however long the log is.
pub(super) const WAITING: usize = 2;

/// What of the log is to leave, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportAsked {
    /// Which entries.
    pub filter: Filter,
    /// How the file holds them.
    pub format: ExportFormat,
    /// The last entry of the log that is looked at; as the log stands when nothing is said.
    pub end: Option<i64>,
}

/// An export that is being read.
pub struct Export {
    /// The pieces of the file.
    pub chunks: AuditChunks,
    /// What it is counted to be; nothing where the pieces ended with a failure.
    pub tally: oneshot::Receiver<Tally>,
    /// The last entry of the log that was looked at.
    pub end: i64,
}

pub(super) fn written(result: Result<Vec<u8>, csv::Error>) -> Result<Vec<u8>, StoreError> {
    result.map_err(|error| StoreError::Unavailable(error.to_string()))
}

impl Desk {
    /// Streams the log, oldest first, as it stood when the export began, or up to an entry of it. The export is itself an
    /// entry, and where no end was named the last one in it, when no filter leaves it out.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be recorded; a later failure ends the pieces.
    pub async fn export_audit(&self, act: Act, asked: ExportAsked) -> Result<Export, StoreError> {
        let end = self.record_export(act, "audit.exported", &asked).await?;
        let (sender, chunks) = mpsc::channel(WAITING);
        let (counted, tally) = oneshot::channel();
        let store = Arc::clone(&self.store);
        // The log only grows, so pieces read one after another up to today's end are one consistent whole, and
        // a slow download holds no connection.
        tokio::spawn(async move {
            match read(&store, &asked, end, Some(&sender)).await {
                // Whoever asked may want no tally.
                Ok(Some(tally)) => _ = counted.send(tally),
                Ok(None) => {}
                // Whoever reads has to notice a failure: half a file must not look whole.
                Err(error) => _ = sender.send(Err(error)).await,
            }
        });
        Ok(Export { chunks, tally, end })
    }

    /// Records that the log leaves, and answers the last entry that is looked at.
    pub(super) async fn record_export(
        &self,
        act: Act,
        action: &'static str,
        asked: &ExportAsked,
    ) -> Result<i64, StoreError> {
        let wanted = asked.clone();
        let record = move |tx: &mut Tx<'_>| {
            let asked = &wanted.filter;
            let head = audit::head(tx.connection)?.seq;
            // As it is looked at: a number larger than any entry has may be one that no hash holds exactly.
            let end = wanted.end.map(|end| end.clamp(0, head));
            // Only people of the desk stand in the log by their address: a customer's, typed here, must not.
            let actor = match asked.actor.as_deref().map(|actor| (actor, actor.parse::<EmailAddress>())) {
                Some((actor, Ok(email))) if agents::find_by_email(tx.connection, &email)?.is_some() => Some(actor),
                Some((kind, _)) if kind.chars().all(|c| c.is_ascii_lowercase()) => Some(kind),
                Some(_) => Some("(unknown)"),
                None => None,
            };
            let plain = |text: &&str| text.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '_'));
            let action_asked = asked.action.as_deref().map(|action| Some(action).filter(plain).unwrap_or("(unknown)"));
            let given = [
                ("format", Some(wanted.format.code().to_owned())),
                ("from", asked.from.clone()),
                ("to", asked.to.clone()),
                ("case", asked.case_ref.clone()),
                ("actor", actor.map(str::to_owned)),
                ("action", action_asked.map(str::to_owned)),
            ];
            let mut about = details(given.map(|(key, value)| (key, value.into())));
            if let Some(end) = end {
                about.insert("end".to_owned(), end.into());
            }
            tx.record(act.entry(action, None, None, about));
            Ok(end)
        };
        match self.store.write(record).await? {
            Some(end) => Ok(end),
            None => Ok(self.store.read(audit::head).await?.seq),
        }
    }
}

/// Reads the entries that are asked for and writes them piece by piece, if only to count them. There is no tally where
/// whoever takes the pieces has seen enough.
pub(super) async fn read(
    store: &Store,
    asked: &ExportAsked,
    end: i64,
    pieces: Option<&Pieces>,
) -> Result<Option<Tally>, StoreError> {
    let format = asked.format;
    let mut tally = Tally::default();
    let mut piece = written(format.beginning())?;
    tally.add(&[], &piece);
    let mut seq = i64::MIN;
    loop {
        if let Some(pieces) = pieces
            && pieces.send(Ok(piece)).await.is_err()
        {
            return Ok(None);
        }
        let (filter, mut counting) = (asked.filter.clone(), std::mem::take(&mut tally));
        // Written and counted where it is read, beside whoever takes the piece before.
        let next = move |connection: &mut AnyConnection| {
            let entries = audit::between(connection, &filter, seq, end, CHUNK)?;
            let Some(last) = entries.last() else { return Ok((counting, None)) };
            let piece = written(format.chunk(&entries))?;
            counting.add(&entries, &piece);
            Ok((counting, Some((last.seq, piece))))
        };
        let (counted, next) = store.read(next).await?;
        tally = counted;
        let Some((last, written)) = next else { return Ok(Some(tally)) };
        (seq, piece) = (last, written);
    }
}
