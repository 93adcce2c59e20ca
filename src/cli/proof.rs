//! What the log proves to whoever does not trust the database: checkpoints, proofs, and checking them.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use mail_parser::MessageParser;

use super::demo::settings_of_demo;
use super::say::{self, say};
use super::{Failure, Place, existing_desk_with, operator, runtime, settings_of};
use crate::domain::merkle::{TreeHash, verify_consistency};
use crate::domain::note::{self, Checkpoint, NoteError, Proof, VerifierKey};
use crate::notify::mail::AuditWitness;
use crate::workflow::{Desk, Proven};

/// The longest file that is read.
const LONGEST: u64 = 64 * 1024 * 1024;

#[derive(Subcommand)]
pub(super) enum ProofCommand {
    /// Print the key that what the log signs is checked with, for whoever is to check it
    Key {
        #[command(flatten)]
        place: Place,
    },
    /// Sign how large the log is and the root of the tree over it
    Checkpoint {
        #[command(flatten)]
        place: Place,
    },
    /// Print a proof that an entry is in the log, to be checked without it
    Prove {
        /// Number of the entry
        entry: i64,
        #[command(flatten)]
        place: Place,
    },
    /// Print a proof that the log goes on where it was at an older checkpoint
    Consistency {
        /// File with the older checkpoint
        #[arg(value_name = "FILE")]
        old: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Check a proof, a receipt or a checkpoint without the log: exit 0 it holds, 1 it does not, 2 could not be run
    VerifyProof {
        /// File with a proof that `prove` or `consistency` printed, a customer's receipt, or a checkpoint
        file: PathBuf,
        /// The log's verifier key, from somewhere you trust; may be given several times
        #[arg(long, value_name = "KEY", required = true)]
        key: Vec<VerifierKey>,
        /// The older checkpoint that a proof of consistency begins at
        #[arg(long, value_name = "FILE")]
        old: Option<PathBuf>,
    },
}

/// What a log is held against beside itself.
#[derive(Args)]
pub(super) struct Against {
    /// Hold the log against a signed checkpoint that was kept outside; may be given several times
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// Hold the log against a mail that the desk sent, saved as it came; may be given several times
    #[arg(long, value_name = "MAIL.eml")]
    witness: Vec<PathBuf>,
    /// The log's verifier key; that of the configuration unless given
    #[arg(long, value_name = "KEY")]
    key: Vec<VerifierKey>,
    /// Take mails too whose signature is missing, or of a key that is not known here: their word alone
    #[arg(long)]
    unsigned: bool,
}

pub(super) fn run(command: ProofCommand) -> Result<ExitCode, Failure> {
    match command {
        ProofCommand::Key { place } => {
            let desk = signing_desk_of(&place)?;
            let key = desk.kit.audit_key.as_ref().ok_or_else(no_key)?;
            say!("{}", key.verifier());
        }
        ProofCommand::Checkpoint { place } => {
            let desk = signing_desk_of(&place)?;
            let signed = runtime()?.block_on(desk.sign_checkpoint()).map_err(Failure::new)?;
            say::print(format_args!("{}", signed.note));
        }
        ProofCommand::Prove { entry, place } => {
            let desk = signing_desk_of(&place)?;
            say::print(format_args!(
                "{}",
                runtime()?.block_on(desk.prove_entry(operator(&desk), entry)).map_err(Failure::new)?
            ));
        }
        ProofCommand::Consistency { old, place } => {
            let desk = signing_desk_of(&place)?;
            let old = Checkpoint::open(&read(&old)?, &desk.kit.audit_verifiers()).map_err(|bad| about(&old, bad))?;
            say::print(format_args!(
                "{}",
                runtime()?.block_on(desk.prove_consistency(old.size)).map_err(Failure::new)?
            ));
        }
        ProofCommand::VerifyProof { file, key, old } => return verify_proof(&file, &key, old.as_deref()),
    }
    Ok(ExitCode::SUCCESS)
}

fn no_key() -> Failure {
    Failure::new("there is no key to sign with: set secrets.key or audit.signing_key")
}

fn about(file: &Path, bad: impl std::fmt::Display) -> Failure {
    Failure(format!("{}: {bad}", file.display()))
}

fn read(file: &Path) -> Result<String, Failure> {
    String::from_utf8(read_bytes(file)?).map_err(|_| about(file, "is not text"))
}

fn read_bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(|error| about(file, error))?;
    opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| about(file, error))?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size <= LONGEST) {
        Ok(bytes)
    } else {
        Err(about(file, "is too large for what it should be"))
    }
}

/// The note in a text that may go on after it and have been through a mail program.
pub fn note_in(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let signed = |line: &&str| line.starts_with("\u{2014} ");
    let lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(&signed) {
        Some(first) => {
            let after = lines[first..].iter().take_while(|line| signed(line)).count();
            lines[..first + after].iter().map(|line| format!("{line}\n")).collect()
        }
        None => text,
    }
}

/// The program over the data of this place, with the key of its demo where it is one.
pub(super) fn signing_desk_of(place: &Place) -> Result<Desk, Failure> {
    match place.data.as_deref().and_then(settings_of_demo) {
        Some(demo) => existing_desk_with(&demo),
        None => existing_desk_with(&settings_of(place)?),
    }
}

/// What is held against the log: where it came from, the size, and the root that the log had at that size.
pub(super) struct Held {
    file: PathBuf,
    size: u64,
    root: TreeHash,
    signed: bool,
}

/// What a mail says of the log, as it stands in the mail.
///
/// # Errors
/// What it is that the mail does not say.
pub fn witness_in(mail: &[u8]) -> Result<AuditWitness, &'static str> {
    let mail = MessageParser::default().parse(mail);
    let header = mail.as_ref().and_then(|mail| mail.header_raw("X-Mfa-Desk-Audit"));
    let header = header.ok_or("is no mail that the desk sent: X-Mfa-Desk-Audit is missing")?;
    let field = |name: &str| {
        let of = |part: &str| part.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).map(str::to_owned);
        // A long header may have been broken into lines.
        header.split(';').map(|part| part.split_whitespace().collect::<String>()).find_map(|part| of(&part))
    };
    Ok(AuditWitness {
        size: field("size").and_then(|size| size.parse().ok()).ok_or("says no size")?,
        root: field("root").unwrap_or_default(),
        origin: field("origin").unwrap_or_default(),
        signature: field("signature").unwrap_or_default(),
    })
}

/// The checkpoint that a mail carries.
fn of_mail(file: &Path, keys: &[VerifierKey], unsigned: bool) -> Result<Held, Failure> {
    let witness = witness_in(&read_bytes(file)?).map_err(|missing| about(file, missing))?;
    let root = witness.root.parse().map_err(|_| about(file, "says no root"))?;
    let signed = match Checkpoint::open(&witness.note(), keys) {
        Ok(_) => true,
        // Whoever can write a mail could write an unsigned one.
        Err(NoteError::UnknownKey) if unsigned => false,
        Err(_) if unsigned && witness.signature.is_empty() => false,
        Err(bad) => return Err(about(file, bad)),
    };
    Ok(Held { file: file.to_owned(), size: witness.size, root, signed })
}

/// Reads everything that a log is to be held against.
pub(super) fn held_against(against: &Against, desk: &Desk) -> Result<Vec<Held>, Failure> {
    let keys = if against.key.is_empty() { desk.kit.audit_verifiers() } else { against.key.clone() };
    let mut held = Vec::new();
    for file in &against.checkpoint {
        let text = read(file)?;
        let Checkpoint { size, root, .. } = Checkpoint::open(&note_in(&text), &keys).map_err(|bad| about(file, bad))?;
        held.push(Held { file: file.clone(), size, root, signed: true });
    }
    for file in &against.witness {
        held.push(of_mail(file, &keys, against.unsigned)?);
    }
    Ok(held)
}

/// Says of each whether the log, which is whole in itself, is the one it was made of.
pub(super) async fn hold(desk: &Desk, held: &[Held]) -> Result<bool, Failure> {
    let mut fits = true;
    for Held { file, size, root, signed } in held {
        let name = file.display();
        let unsigned = if *signed { "" } else { " (the mail's word alone: it is not signed by a key known here)" };
        match desk.root_at(*size).await.map_err(Failure::new)? {
            Some(found) if found == *root => say!("{name}: fits, {size} entries{unsigned}"),
            Some(_) => {
                say!("{name}: broken: one of the first {size} entries is not what it was{unsigned}");
                fits = false;
            }
            None => {
                say!("{name}: broken: the log had {size} entries and was cut off{unsigned}");
                fits = false;
            }
        }
    }
    Ok(fits)
}

fn verify_proof(file: &Path, keys: &[VerifierKey], old: Option<&Path>) -> Result<ExitCode, Failure> {
    let text = read(file)?;
    let outcome = if text.starts_with("old ") {
        let old = old.ok_or_else(|| about(file, "is a proof of consistency: name the older checkpoint with --old"))?;
        let old = Checkpoint::open(&read(old)?, keys).map_err(|bad| about(old, bad))?;
        consistent(&text, &old, keys)
    } else if text.starts_with("c2sp.org/") {
        proven(&text, keys)
    } else {
        Checkpoint::open(&text, keys).map(|found| format!("signed: {} with {} entries", found.origin, found.size))
    };
    match outcome {
        Ok(words) => {
            say!("{words}");
            Ok(ExitCode::SUCCESS)
        }
        Err(bad) => {
            say!("{}: {bad}", file.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Checks a proof that a log goes on where it was at an older checkpoint, and says so in words.
///
/// # Errors
/// [`NoteError`] when it is none, does not hold, or nobody who is trusted signed what it leads to.
pub fn consistent(text: &str, old: &Checkpoint, keys: &[VerifierKey]) -> Result<String, NoteError> {
    let (head, checkpoint) = text.split_once("\n\n").ok_or(NoteError::NotAProof)?;
    let mut lines = head.split('\n');
    if lines.next() != Some(&format!("old {}", old.size)) {
        return Err(NoteError::OtherCheckpoint);
    }
    let hashes = lines.take(note::MOST_HASHES + 1).map(str::parse).collect::<Result<Vec<TreeHash>, _>>();
    let hashes = hashes.map_err(|_| NoteError::NotAProof)?;
    let new = Checkpoint::open(checkpoint, keys)?;
    if new.origin != old.origin {
        return Err(NoteError::NotACheckpoint);
    }
    verify_consistency((old.size, old.root), (new.size, new.root), &hashes)?;
    Ok(format!("consistent: the log of {} entries goes on where that of {} ended", new.size, old.size))
}

/// Checks a proof of an entry and says what it proves, in the words of the log.
///
/// # Errors
/// [`NoteError`] when it is none, does not hold, or nobody who is trusted signed what it leads to.
pub fn proven(text: &str, keys: &[VerifierKey]) -> Result<String, NoteError> {
    let proof: Proof = text.parse()?;
    let proven = Proven::read(&proof.extra)?;
    let checkpoint = proof.verify(proven.leaf(), keys)?;
    let entry: serde_json::Value = serde_json::from_str(&proven.entry).map_err(|_| NoteError::NotAProof)?;
    if entry["seq"].as_u64() != Some(proof.index + 1) {
        return Err(NoteError::NotAProof);
    }
    let mut words = format!(
        "proven: entry {} of {}, which had {} entries when this was signed\n",
        proof.index + 1,
        checkpoint.origin,
        checkpoint.size
    );
    for column in ["at", "actor_kind", "action", "case_ref", "details"] {
        // JSON has no control characters outside its escapes.
        let value = match &entry[column] {
            serde_json::Value::String(text) => text.escape_debug().to_string(),
            other => other.to_string(),
        };
        words.push_str(&format!("  {column}: {value}\n"));
    }
    for told in &proven.disclosed {
        words.push_str(&format!("  {}: {}\n", told.column, told.value.escape_debug()));
    }
    Ok(words.trim_end().to_owned())
}
