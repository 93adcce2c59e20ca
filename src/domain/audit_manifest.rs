//! The manifest of an export: what is signed of a file, and how whoever has both finds out whether the file is what the
//! log holds and whether anything is missing, without the log and without what was left out.
//!
//! The entries that a filter left out stand in the manifest as the hashes of the perfect subtrees that they fill. With the
//! leaves of the file's own rows they lead to the root of the signed checkpoint, or something is wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audit::{COLUMNS, ERASED, Entry, GENESIS};
use super::audit_export::ExportFormat;
use super::audit_filter::Filter;
use super::entry_set::EntrySet;
use super::merkle::{Frontier, Misplaced, Subtree, TreeHash};
use super::note::{self, Checkpoint, NoteError, VerifierKey};

/// The first line of what is signed; it tells a manifest from whatever else the key signs.
pub const TITLE: &str = "mfa-desk audit export 1";

/// An entry at an end of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its number.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl Place {
    fn of(entry: &Entry) -> Self {
        Self { seq: entry.seq, hash: entry.hash.clone() }
    }
}

/// What is signed of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// When the manifest was made, RFC 3339.
    pub at: String,
    /// How the file holds entries.
    pub format: ExportFormat,
    /// Its columns, in their order.
    pub columns: Vec<String>,
    /// What was asked for.
    pub filters: Filter,
    /// The length of the file.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// How many entries it has.
    pub rows: u64,
    /// How many entries of the log it leaves out.
    pub omitted: u64,
    /// Its first entry.
    pub first: Option<Place>,
    /// Its last entry.
    pub last: Option<Place>,
    /// The signed checkpoint of the log that it is an export of.
    pub checkpoint: String,
}

impl Manifest {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{TITLE}\n{}\n", serde_json::to_string(self).unwrap_or_default())
    }

    fn read(text: &str) -> Option<Self> {
        let json = text.strip_prefix(TITLE)?.strip_prefix('\n')?.strip_suffix('\n')?;
        serde_json::from_str(json).ok()
    }
}

/// What is counted of a file while it is written.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    hasher: Sha256,
    bytes: u64,
    rows: u64,
    first: Option<Place>,
    last: Option<Place>,
    kept: EntrySet,
}

impl Tally {
    /// Counts entries and what was written of them.
    pub fn add(&mut self, entries: &[Entry], written: &[u8]) {
        self.hasher.update(written);
        self.bytes += written.len() as u64;
        entries.iter().filter_map(index).for_each(|index| self.kept.add(index));
        self.rows += entries.len() as u64;
        self.first = self.first.take().or_else(|| entries.first().map(Place::of));
        self.last = entries.last().map(Place::of).or_else(|| self.last.take());
    }

    /// What was left out of the first `size` entries: ranges of leaves, counted from 0, up to their ends.
    pub fn gaps(&self, size: u64) -> impl Iterator<Item = (u64, u64)> {
        self.kept.gaps(size)
    }

    /// What is to be signed.
    pub fn manifest(
        &self,
        format: ExportFormat,
        filters: Filter,
        at: String,
        size: u64,
        checkpoint: String,
    ) -> Manifest {
        Manifest {
            at,
            format,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            filters,
            bytes: self.bytes,
            sha256: hex::encode(self.hasher.clone().finalize()),
            rows: self.rows,
            omitted: size.saturating_sub(self.rows),
            first: self.first.clone(),
            last: self.last.clone(),
            checkpoint,
        }
    }
}

fn index(entry: &Entry) -> Option<u64> {
    u64::try_from(entry.seq).ok()?.checked_sub(1)
}

/// Why a file is not what its manifest says, or the manifest is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Nobody who is trusted signed it.
    #[error("the manifest cannot be trusted: {0}")]
    Manifest(NoteError),
    /// The checkpoint in it is not signed by whom it should be.
    #[error("the checkpoint in the manifest cannot be trusted: {0}")]
    Checkpoint(NoteError),
    /// It is signed, and no manifest that this version reads.
    #[error("what is signed is not the manifest of an export")]
    NotAManifest,
    /// The file is not the one that was written.
    #[error("the file is not the one that the manifest is of: {0}")]
    File(&'static str),
    /// A row is none, or not written as an export writes it.
    #[error("row {0} cannot be read")]
    Unreadable(u64),
    /// A row stands twice, or after a later one, or is none of the log at all.
    #[error("entry {0} does not follow the entry before it")]
    Order(i64),
    /// An entry was changed.
    #[error("entry {0} was changed: its hash does not fit")]
    Content(i64),
    /// An entry is not linked to the one before.
    #[error("entry {0} does not have the hash of the entry before it")]
    Link(i64),
    /// An entry is not among those that were asked for.
    #[error("entry {0} does not fit the filters")]
    Filter(i64),
    /// An entry is marked as erased by one that cannot have ordered it.
    #[error("entry {0} is marked as erased by an entry that orders no erasure of it")]
    Erasure(i64),
    /// There are not as many hashes of what was left out as there should be.
    #[error("the manifest has too {0} hashes of what was left out")]
    Hashes(&'static str),
    /// The rows and what was left out are not what the checkpoint is over.
    #[error("the entries do not lead to the root of the checkpoint: an entry was changed, added or left out")]
    Root,
}

impl From<Misplaced> for Wrong {
    fn from(_: Misplaced) -> Self {
        Self::Root
    }
}

/// What a file that is whole was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was signed of it.
    pub manifest: Manifest,
    /// The log as it was then.
    pub checkpoint: Checkpoint,
    /// How many fields of its rows are marked as erased, by the entry that is named for it.
    pub erased: BTreeMap<i64, u64>,
}

/// A file that is being checked, row by row.
pub struct Check {
    manifest: Manifest,
    checkpoint: Checkpoint,
    tree: Frontier,
    rows: u64,
    erased: BTreeMap<i64, u64>,
    first: Option<Place>,
    last: Option<Place>,
    /// Over the rows as an export writes them: a file that is read as something else than it says is found by it.
    written: Sha256,
}

impl Check {
    /// Begins with the signed part of a manifest.
    ///
    /// # Errors
    /// [`Wrong`] when the log that the checkpoint is of did not sign both with one of the keys, or it is none.
    pub fn open(signed: &str, keys: &[VerifierKey]) -> Result<Self, Wrong> {
        let manifest =
            Manifest::read(note::open(signed, keys).map_err(Wrong::Manifest)?.0).ok_or(Wrong::NotAManifest)?;
        let checkpoint = Checkpoint::open(&manifest.checkpoint, keys).map_err(Wrong::Checkpoint)?;
        // A key of somebody else, which may be trusted for other ends, does not speak for the log.
        let own: Vec<VerifierKey> = keys.iter().filter(|key| key.name() == checkpoint.origin).cloned().collect();
        note::open(signed, &own).map_err(Wrong::Manifest)?;
        note::open(&manifest.checkpoint, &own).map_err(Wrong::Checkpoint)?;
        let sound = manifest.rows.checked_add(manifest.omitted) == Some(checkpoint.size);
        if !manifest.format.is_proven()
            || !sound
            || manifest.columns != COLUMNS
            || i64::try_from(checkpoint.size).is_err()
        {
            return Err(Wrong::NotAManifest);
        }
        let mut check = Self {
            manifest,
            checkpoint,
            tree: Frontier::default(),
            rows: 0,
            erased: BTreeMap::new(),
            first: None,
            last: None,
            written: Sha256::new(),
        };
        check.write(check.manifest.format.beginning())?;
        Ok(check)
    }

    /// How the file holds entries.
    pub fn format(&self) -> ExportFormat {
        self.manifest.format
    }

    /// How long the file should be.
    pub fn bytes(&self) -> u64 {
        self.manifest.bytes
    }

    fn write(&mut self, written: Result<Vec<u8>, csv::Error>) -> Result<(), Wrong> {
        self.written.update(written.map_err(|_| Wrong::Unreadable(self.rows))?);
        Ok(())
    }

    /// Looks at the next row. `omitted` gives the next hash of what was left out.
    ///
    /// # Errors
    /// [`Wrong`] when the row is not what the log holds there.
    pub fn row(&mut self, entry: &Entry, omitted: &mut dyn FnMut() -> Result<TreeHash, Wrong>) -> Result<(), Wrong> {
        self.rows += 1;
        let index = index(entry).filter(|index| (self.tree.size()..self.checkpoint.size).contains(index));
        let index = index.ok_or(Wrong::Order(entry.seq))?;
        self.skip_to(index, omitted)?;
        let leaf = entry.whole().ok_or(Wrong::Content(entry.seq))?;
        let before = self.last.as_ref().filter(|last| last.seq + 1 == entry.seq).map(|last| last.hash.as_str());
        let before = if entry.seq == 1 { Some(GENESIS) } else { before };
        if before.is_some_and(|before| before != entry.prev_hash) {
            return Err(Wrong::Link(entry.seq));
        }
        if !self.manifest.filters.fits(entry) {
            return Err(Wrong::Filter(entry.seq));
        }
        let orders_none = self.erased.contains_key(&entry.seq) && entry.action != ERASED;
        if orders_none || !entry.erased.iter().flatten().all(|erased| erased.by > entry.seq) {
            return Err(Wrong::Erasure(entry.seq));
        }
        self.tree.append(leaf, |_, _| {});
        self.write(self.manifest.format.chunk(std::slice::from_ref(entry)))?;
        for erased in entry.erased.iter().flatten() {
            *self.erased.entry(erased.by).or_default() += 1;
        }
        self.first.get_or_insert_with(|| Place::of(entry));
        self.last = Some(Place::of(entry));
        Ok(())
    }

    fn skip_to(&mut self, index: u64, omitted: &mut dyn FnMut() -> Result<TreeHash, Wrong>) -> Result<(), Wrong> {
        for part in Subtree::covering(self.tree.size(), index) {
            self.tree.append_subtree(part, omitted()?)?;
        }
        Ok(())
    }

    /// Ends with what was read of the file: its length and its SHA-256.
    ///
    /// # Errors
    /// [`Wrong`] when it is not the file of the manifest, or not all of it leads to the checkpoint.
    pub fn end(
        mut self,
        (bytes, sha256): (u64, &str),
        omitted: &mut dyn FnMut() -> Result<TreeHash, Wrong>,
    ) -> Result<Found, Wrong> {
        let size = self.checkpoint.size;
        self.skip_to(size, omitted)?;
        // Nothing may follow, be it a hash or not.
        if !matches!(omitted(), Err(Wrong::Hashes(_))) {
            return Err(Wrong::Hashes("many"));
        }
        if self.tree.root() != self.checkpoint.root {
            return Err(Wrong::Root);
        }
        let said = &self.manifest;
        let read_as_written = hex::encode(self.written.finalize()) == said.sha256;
        let differs = [
            (said.sha256 != sha256, "its SHA-256 is another one"),
            (said.bytes != bytes, "its length is another one"),
            (said.rows != self.rows, "it has another number of rows"),
            (said.first != self.first || said.last != self.last, "it begins or ends with another entry"),
            (!read_as_written, "its rows are not written as an export writes them"),
        ];
        match differs.into_iter().find(|(differs, _)| *differs) {
            Some((_, why)) => Err(Wrong::File(why)),
            None => Ok(Found { manifest: self.manifest, checkpoint: self.checkpoint, erased: self.erased }),
        }
    }
}
