use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Desk;
use super::act::Act;
use crate::domain::audit::{Entry, details};
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_filter::Filter;
use crate::domain::audit_manifest::Tally;
use crate::domain::contact::EmailAddress;
use crate::store::audit;
use crate::store::{Store, StoreError, Tx, agents};

/// Pieces of a file, in order; a failure ends them.
pub type AuditChunks = mpsc::Receiver<Result<Vec<u8>, StoreError>>;

/// Where the pieces of a file go.
pub(super) type Pieces = mpsc::Sender<Result<Vec<u8>, StoreError>>;

/// Pieces that may wait for a slow reader: with them, memory stays the same however long the log is.
pub(super) const WAITING: usize = 2;

/// Entries of a piece: two such pages are in memory, one that is read and one that is written.
const PAGE: usize = 1_024;

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
    /// The last entry of the log that was looked at.
    pub end: i64,
}

/// What an export is counted to be, once it was read; nothing where the pieces ended with a failure.
pub type Counted = oneshot::Receiver<Tally>;

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
        self.begin_export(act, asked, None).await
    }

    /// The same, counted on the way: what a manifest of it is made from.
    ///
    /// # Errors
    /// See [`Desk::export_audit`].
    pub async fn export_audit_counted(&self, act: Act, asked: ExportAsked) -> Result<(Export, Counted), StoreError> {
        let (counted, tally) = oneshot::channel();
        Ok((self.begin_export(act, asked, Some(counted)).await?, tally))
    }

    async fn begin_export(
        &self,
        act: Act,
        asked: ExportAsked,
        counted: Option<oneshot::Sender<Tally>>,
    ) -> Result<Export, StoreError> {
        let end = self.record_export(act, "audit.exported", &asked).await?;
        let (sender, chunks) = mpsc::channel(WAITING);
        let store = Arc::clone(&self.store);
        // The log only grows, so pieces read one after another up to today's end are one consistent whole, and
        // a slow download holds no connection.
        tokio::spawn(async move {
            let mut tally = counted.as_ref().map(|_| Tally::default());
            match read(&store, &asked, end, tally.as_mut(), Some(&sender)).await {
                Ok(true) => {
                    if let (Some(counted), Some(tally)) = (counted, tally) {
                        // Nobody may listen any more.
                        let _ = counted.send(tally);
                    }
                }
                Ok(false) => {}
                // Whoever reads has to notice a failure: half a file must not look whole.
                Err(error) => _ = sender.send(Err(error)).await,
            }
        });
        Ok(Export { chunks, end })
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

/// Reads the entries that are asked for and writes them piece by piece, if only to count them. False where whoever takes
/// the pieces has seen enough.
pub(super) async fn read(
    store: &Store,
    asked: &ExportAsked,
    end: i64,
    mut tally: Option<&mut Tally>,
    pieces: Option<&Pieces>,
) -> Result<bool, StoreError> {
    let format = asked.format;
    let mut piece = written(format.beginning())?;
    let filter = asked.filter.clone();
    let span = store.read(move |connection| audit::span(connection, &filter)).await?;
    let (first, last) = span.unwrap_or((i64::MAX, i64::MIN));
    let end = end.min(last);
    let mut entries = page(store, asked, first - 1, end).await?;
    if let Some(tally) = tally.as_deref_mut() {
        tally.add(&[], &piece);
    }
    loop {
        if let Some(pieces) = pieces
            && pieces.send(Ok(piece)).await.is_err()
        {
            return Ok(false);
        }
        let Some(last) = entries.last().map(|entry| entry.seq) else { return Ok(true) };
        let is_full = entries.len() == PAGE;
        let counting = tally.as_deref_mut().map(std::mem::take);
        let write = tokio::task::spawn_blocking(move || {
            let piece = written(format.chunk(&entries))?;
            let counted = counting.map(|mut counting| {
                counting.add(&entries, &piece);
                counting
            });
            Ok::<_, StoreError>((piece, counted))
        });
        // The next ones are read while these are written.
        let next = async { if is_full { page(store, asked, last, end).await } else { Ok(Vec::new()) } };
        let (done, next) = tokio::join!(write, next);
        let (written, counted) = done.map_err(|error| StoreError::Unavailable(error.to_string()))??;
        if let (Some(tally), Some(counted)) = (tally.as_deref_mut(), counted) {
            *tally = counted;
        }
        (piece, entries) = (written, next?);
    }
}

/// Entries that one look goes through, so that a filter which few of them fit keeps no reader from others for long.
const STRETCH: i64 = 50_000;

/// The next entries that are asked for; fewer than a page where these are the last.
async fn page(store: &Store, asked: &ExportAsked, seq: i64, end: i64) -> Result<Vec<Entry>, StoreError> {
    let (mut page, mut seq) = (Vec::new(), seq);
    while page.len() < PAGE && seq < end {
        // An index leads through the entries of one case.
        let stretch = if asked.filter.case_ref.is_some() { i64::MAX } else { STRETCH };
        let (filter, until) = (asked.filter.clone(), end.min(seq.saturating_add(stretch)));
        let limit = i64::try_from(PAGE - page.len()).unwrap_or(i64::MAX);
        page.extend(store.read(move |connection| audit::between(connection, &filter, seq, until, limit)).await?);
        seq = until;
    }
    Ok(page)
}
