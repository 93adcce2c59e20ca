//! `audit verify-export`: an exported file and its manifest are checked without configuration, database or network.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Take};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sha2::{Digest, Sha256};

use super::Failure;
use super::say::say;
use crate::domain::audit::Entry;
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_manifest::{Check, Found, Wrong};
use crate::domain::audit_read;
use crate::domain::merkle::TreeHash;
use crate::domain::note::VerifierKey;

/// The longest that is signed of an export: filters, columns and a checkpoint take far less.
const LONGEST: u64 = 64 * 1024;

/// Why there is no verdict, or a bad one.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The file is not what the log holds, or the manifest is none.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// The file or the manifest could not be read on.
    #[error("{0}")]
    Unread(#[from] std::io::Error),
}

/// What a manifest's file is called that was written beside `file`.
pub(super) fn manifest_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".manifest");
    name.into()
}

pub(super) fn run(file: &Path, manifest: Option<PathBuf>, keys: &[VerifierKey]) -> Result<ExitCode, Failure> {
    let manifest = manifest.unwrap_or_else(|| manifest_beside(file));
    match check(opened(file)?, BufReader::new(opened(&manifest)?), keys) {
        Ok(found) => {
            say(&found);
            Ok(ExitCode::SUCCESS)
        }
        Err(Stop::Wrong(wrong)) => {
            say!("broken: {wrong}");
            Ok(ExitCode::FAILURE)
        }
        Err(Stop::Unread(error)) => Err(Failure(format!("{} or {}: {error}", file.display(), manifest.display()))),
    }
}

fn say(found: &Found) {
    let (manifest, log) = (&found.manifest, &found.checkpoint);
    say!("whole: {} of the {} entries of {}, root {}", manifest.rows, log.size, log.origin, log.root);
    let filters = serde_json::to_string(&manifest.filters).unwrap_or_default();
    say!(
        "filters: {filters}; {} entries were left out. Whether one of them fits the filters is not proven.",
        manifest.omitted
    );
    for (by, fields) in &found.erased {
        // What was erased after the export began has its order behind the checkpoint.
        let later = u64::try_from(*by).is_ok_and(|by| by > log.size);
        let later = if later { ", which is later than this checkpoint" } else { "" };
        say!("{fields} fields are marked as erased by entry {by}{later}");
    }
}

/// A file whose length and SHA-256 are taken while it is read.
struct Counting<R> {
    file: Take<R>,
    hasher: Sha256,
    bytes: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

fn opened(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("{}: {error}", path.display()))
}

/// Holds an exported file against its manifest, which one of the keys has to have signed.
///
/// # Errors
/// [`Stop`] when they do not fit, or one of them cannot be read.
pub fn check(file: impl Read, mut manifest: impl BufRead, keys: &[VerifierKey]) -> Result<Found, Stop> {
    let signed = signed_part(&mut manifest)?.ok_or(Wrong::NotAManifest)?;
    let mut check = Check::open(&signed, keys)?;
    // One byte more than it should have is enough to know.
    let most = check.bytes().saturating_add(1);
    let counting = Counting { file: file.take(most), hasher: Sha256::new(), bytes: 0 };
    let mut hashes = move || next_hash(&mut manifest);
    let counting = match check.format() {
        ExportFormat::Csv => csv_rows(&mut check, counting, &mut hashes)?,
        ExportFormat::JsonLines | ExportFormat::Ocsf => json_lines(&mut check, counting, &mut hashes)?,
    };
    let sha256 = hex::encode(counting.hasher.finalize());
    Ok(check.end((counting.bytes, &sha256), &mut hashes)?)
}

/// The signed note that a manifest begins with; the hashes follow after an empty line.
fn signed_part(lines: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let (mut signed, mut empty) = (Vec::new(), 0);
    while empty < 2 {
        let mut line = Vec::new();
        if lines.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line == b"\n" {
            empty += 1;
        }
        // The empty line that ends it is no part of it.
        if empty < 2 {
            signed.extend(line);
        }
        if signed.len() as u64 > LONGEST {
            return Ok(None);
        }
    }
    Ok(String::from_utf8(signed).ok())
}

fn next_hash(lines: &mut impl BufRead) -> Result<TreeHash, Wrong> {
    let mut line = Vec::new();
    let few = Wrong::Hashes("few");
    match lines.by_ref().take(65).read_until(b'\n', &mut line) {
        Ok(0) | Err(_) => return Err(few),
        Ok(_) => {}
    }
    let text = line.strip_suffix(b"\n").and_then(|hash| std::str::from_utf8(hash).ok());
    let lower = text.filter(|text| !text.bytes().any(|byte| byte.is_ascii_uppercase()));
    lower.and_then(|text| TreeHash::from_hex(text).ok()).ok_or(Wrong::NotAManifest)
}

fn row(
    check: &mut Check,
    number: u64,
    entry: Option<Entry>,
    hashes: &mut dyn FnMut() -> Result<TreeHash, Wrong>,
) -> Result<(), Wrong> {
    check.row(&entry.ok_or(Wrong::Unreadable(number))?, hashes)
}

fn csv_rows<R: Read>(
    check: &mut Check,
    counting: Counting<R>,
    hashes: &mut dyn FnMut() -> Result<TreeHash, Wrong>,
) -> Result<Counting<R>, Stop> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(counting);
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    loop {
        // A row that is no text, or a file that cannot be read on.
        if !reader.read_record(&mut record).map_err(|_| Wrong::Unreadable(number))? {
            return Ok(reader.into_inner());
        }
        // The header is compared with the rest of what is written.
        if number > 0 {
            row(check, number, audit_read::of_cells(record.iter()), hashes)?;
        }
        number += 1;
    }
}

fn json_lines<R: Read>(
    check: &mut Check,
    counting: Counting<R>,
    hashes: &mut dyn FnMut() -> Result<TreeHash, Wrong>,
) -> Result<Counting<R>, Stop> {
    let mut reader = BufReader::new(counting);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(reader.into_inner());
        }
        number += 1;
        let text = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
        row(check, number, text.and_then(audit_read::of_line), hashes)?;
    }
}
