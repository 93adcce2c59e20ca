//! The manifest of an export: signed, with what was left out as the hashes of subtrees.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::Desk;
use super::act::Act;
use super::export_audit::{AuditChunks, ExportAsked, Pieces, WAITING, read};
use crate::domain::audit::timestamp;
use crate::domain::audit_filter::Filter;
use crate::domain::audit_manifest::Tally;
use crate::domain::merkle::{Frontier, Subtree, TreeHash};
use crate::domain::note::NoteKey;
use crate::store::audit::{self, CHUNK, tree};
use crate::store::{AnyConnection, Store, StoreError};

/// Levels of a subtree whose leaves are read together: what lies within one is computed from them, what is larger is
/// stored.
const BLOCK: u32 = CHUNK.ilog2();
/// Hashes of a piece.
const HASHES: usize = 4096;

/// What a manifest is made with.
struct Maker {
    store: Arc<Store>,
    key: NoteKey,
    at: String,
    asked: ExportAsked,
    end: i64,
}

impl Desk {
    /// The manifest of an export that was just read; none where the desk has no key to sign with.
    pub fn manifest_of(&self, asked: ExportAsked, end: i64, tally: Tally) -> Option<AuditChunks> {
        let maker = self.maker(asked, end)?;
        let (sender, chunks) = mpsc::channel(WAITING);
        tokio::spawn(async move { maker.tell(tally, &sender).await });
        Some(chunks)
    }

    /// The manifest of an export that was read before, up to the entry that is named: what it was is read once more. None
    /// where the desk has no key to sign with.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be recorded; a later failure ends the pieces.
    pub async fn export_manifest(&self, act: Act, asked: ExportAsked) -> Result<Option<AuditChunks>, StoreError> {
        let end = self.record_export(act, "audit.manifest_made", &asked).await?;
        let Some(maker) = self.maker(asked, end) else { return Ok(None) };
        let (sender, chunks) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut tally = Tally::default();
            match read(&maker.store, &maker.asked, maker.end, Some(&mut tally), None).await {
                Ok(_) => maker.tell(tally, &sender).await,
                // Whoever reads has to notice a failure.
                Err(error) => _ = sender.send(Err(error)).await,
            }
        });
        Ok(Some(chunks))
    }

    fn maker(&self, asked: ExportAsked, end: i64) -> Option<Maker> {
        let (store, key) = (Arc::clone(&self.store), self.kit.audit_key.clone()?);
        Some(Maker { store, key, at: timestamp(self.now()), asked, end })
    }
}

impl Maker {
    async fn tell(self, tally: Tally, sender: &Pieces) {
        if let Err(error) = self.write(tally, sender).await {
            // Nobody may listen any more.
            let _ = sender.send(Err(error)).await;
        }
    }

    async fn write(&self, tally: Tally, sender: &Pieces) -> Result<(), StoreError> {
        let size = u64::try_from(self.end).map_err(|_| StoreError::Corrupt("audit head".to_owned()))?;
        let root = self.store.read(move |connection| tree::root_at(connection, size)).await?;
        let checkpoint = self.key.checkpoint(size, root);
        let manifest = tally.manifest(
            self.asked.format,
            self.asked.filter.clone(),
            self.at.clone(),
            size,
            self.key.sign(&checkpoint.text()),
        );
        let signed = self.key.sign(&manifest.text());
        if sender.send(Ok(format!("{signed}\n").into_bytes())).await.is_err() {
            return Ok(());
        }
        let mut parts = tally.gaps(size).flat_map(|(begin, end)| Subtree::covering(begin, end)).peekable();
        while parts.peek().is_some() {
            // Those of a block stay together, so that its leaves are read once.
            let mut some: Vec<Subtree> = Vec::new();
            while let Some(part) = parts.next_if(|part| {
                some.len() < HASHES || block(Some(part)).is_some_and(|at| block(some.last()) == Some(at))
            }) {
                some.push(part);
            }
            let piece = self.store.read(move |connection| hashes(connection, &some)).await?;
            if sender.send(Ok(piece)).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The block that a small subtree lies in.
fn block(part: Option<&Subtree>) -> Option<u64> {
    part.filter(|part| part.level < BLOCK).map(|part| part.begin() >> BLOCK)
}

/// The hashes of subtrees, a line each.
fn hashes(connection: &mut AnyConnection, parts: &[Subtree]) -> Result<Vec<u8>, StoreError> {
    let mut lines = String::with_capacity(parts.len() * 65);
    let mut held: Option<(u64, Vec<TreeHash>)> = None;
    for part in parts {
        let hash = match block(Some(part)) {
            None => tree::subtree(connection, *part)?,
            Some(at) => {
                let leaves = match held.take() {
                    Some((held, leaves)) if held == at => leaves,
                    _ => leaves(connection, at)?,
                };
                let (begin, end) = (part.begin() - (at << BLOCK), part.end() - (at << BLOCK));
                let range = usize::try_from(begin).ok().zip(usize::try_from(end).ok());
                let within = range.and_then(|(begin, end)| leaves.get(begin..end));
                let mut folded = Frontier::default();
                for leaf in within.ok_or_else(|| StoreError::Corrupt("audit entries".to_owned()))? {
                    folded.append(*leaf, |_, _| {});
                }
                held = Some((at, leaves));
                folded.root()
            }
        };
        lines.push_str(&hash.to_hex());
        lines.push('\n');
    }
    Ok(lines.into_bytes())
}

/// The leaves of a block, as far as the log goes.
fn leaves(connection: &mut AnyConnection, block: u64) -> Result<Vec<TreeHash>, StoreError> {
    let corrupt = |_| StoreError::Corrupt("audit entries".to_owned());
    let begin = i64::try_from(block << BLOCK).map_err(corrupt)?;
    let entries = audit::between(connection, &Filter::default(), begin, begin + (1 << BLOCK), 1 << BLOCK)?;
    // One that is missing would give all behind it the wrong place.
    let gapless = (begin + 1..).zip(&entries).all(|(seq, entry)| entry.seq == seq);
    if gapless {
        Ok(entries.iter().map(|entry| entry.leaf()).collect())
    } else {
        Err(StoreError::Corrupt("audit entries".to_owned()))
    }
}
