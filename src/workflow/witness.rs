//! What the log says of itself to the outside: signed checkpoints, what every mail carries, proofs and receipts.

use std::path::Path;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::act::Act;
use super::{Desk, Kit, LEASE};
use crate::config::CHECKPOINT_TIMEOUT;
use crate::domain::audit::{Entry, Personal, details};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::OutboxId;
use crate::domain::merkle::TreeHash;
use crate::domain::note::{Checkpoint, NoteError, NoteKey, Proof, VerifierKey, note};
use crate::entropy::{Entropy, SystemEntropy};
use crate::http_client;
use crate::notify::mail::{AuditWitness, OutgoingMail, Rendered};
use crate::store::audit::{self, checkpoints, tree};
use crate::store::{AnyConnection, StoreError, Tx};

/// The longest wait before a place is tried again that did not take a checkpoint.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The entry in which the order of a case's deactivation stands: who gave it, on which evidence and under which rules.
const ORDER: &str = "case.deactivating";

impl Kit {
    /// What a mail says of a log of this size and root.
    pub(super) fn witness(&self, (size, root): (u64, TreeHash)) -> AuditWitness {
        let (origin, signature) = match &self.audit_key {
            Some(key) => (key.name().to_owned(), key.signature(&key.checkpoint(size, root).text())),
            None => (String::new(), String::new()),
        };
        AuditWitness { size, root: root.to_string(), origin, signature }
    }

    /// The keys that what the log signed is checked with: its own, and those it had before.
    pub fn audit_verifiers(&self) -> Vec<VerifierKey> {
        let own = self.audit_key.iter().map(NoteKey::verifier);
        own.chain(self.audit.older_keys.iter().cloned()).collect()
    }
}

impl AuditWitness {
    /// The checkpoint that the mail carries, as a signed note.
    pub fn note(&self) -> String {
        note(&format!("{}\n{}\n{}\n", self.origin, self.size, self.root), &self.origin, &self.signature)
    }
}

/// What a proof carries of an entry beside the hashes: its canonical form, which the proof is over, and values of
/// fields of which that has digests only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// The canonical form.
    pub entry: String,
    /// The values that are disclosed.
    #[serde(default)]
    pub disclosed: Vec<Disclosed>,
}

/// A value, and what shows that it is the one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Its salt, hexadecimal.
    pub salt: String,
}

impl Proven {
    /// What is told of an entry: these fields, where there is something in them.
    fn of(entry: &Entry, fields: &[Personal]) -> Self {
        let there = fields.iter().filter(|field| entry.form > 1 && !entry.personal(**field).is_empty());
        let disclosed = there.map(|field| Disclosed {
            column: field.column().to_owned(),
            value: entry.personal(*field).to_owned(),
            salt: entry.salts[*field as usize].clone(),
        });
        Self { entry: entry.canonical(), disclosed: disclosed.collect() }
    }

    /// Reads what a proof carries, and checks that the values are those that the entry has digests of.
    ///
    /// # Errors
    /// [`NoteError::NotAProof`] when it carries something else.
    pub fn read(extra: &[u8]) -> Result<Self, NoteError> {
        let proven: Self = serde_json::from_slice(extra).map_err(|_| NoteError::NotAProof)?;
        let entry: serde_json::Value = serde_json::from_str(&proven.entry).map_err(|_| NoteError::NotAProof)?;
        for told in &proven.disclosed {
            let field = Personal::of_column(&told.column).ok_or(NoteError::NotAProof)?;
            let digest = entry["personal"][&told.column].as_str().ok_or(NoteError::NotAProof)?;
            if told.value.is_empty() || field.digest(&told.value, &told.salt) != digest {
                return Err(NoteError::NotAProof);
            }
        }
        Ok(proven)
    }

    /// The hash of the leaf that the entry is.
    pub fn leaf(&self) -> TreeHash {
        TreeHash::leaf(self.entry.as_bytes())
    }
}

/// The proof of an entry against the log as it is.
fn prove(
    connection: &mut AnyConnection,
    key: &NoteKey,
    entry: &Entry,
    disclosed: &[Personal],
) -> Result<Proof, StoreError> {
    let (size, root) = tree::size_and_root(connection)?;
    let extra = serde_json::to_vec(&Proven::of(entry, disclosed));
    Ok(Proof {
        extra: extra.map_err(|error| StoreError::Corrupt(error.to_string()))?,
        index: entry.seq.unsigned_abs() - 1,
        hashes: tree::inclusion(connection, entry.seq, size)?,
        checkpoint: key.sign(&key.checkpoint(size, root).text()),
    })
}

/// Whether a log of this size and root goes on where it was when it was signed last.
fn goes_on(connection: &mut AnyConnection, size: u64, root: TreeHash) -> Result<bool, StoreError> {
    let Some((before, signed)) = checkpoints::newest_root(connection)? else { return Ok(true) };
    let before = before.unsigned_abs();
    let same = |found: TreeHash| found.to_hex() == signed;
    Ok(match before.cmp(&size) {
        std::cmp::Ordering::Greater => false,
        std::cmp::Ordering::Equal => same(root),
        std::cmp::Ordering::Less => {
            same(tree::root_at(connection, before)?) && tree::root_at(connection, size)? == root
        }
    })
}

/// Writes a file that is there whole or not at all, and never another one in the place of one that is there.
fn write_once(path: &Path, text: &str) -> Result<(), String> {
    use std::io::Write as _;
    let failed = |error: std::io::Error| error.kind().to_string();
    match std::fs::read_to_string(path) {
        Ok(there) if there == text => return Ok(()),
        Ok(_) => return Err("another checkpoint of this size is there".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut part = tempfile_in(folder).map_err(failed)?;
    part.1.write_all(text.as_bytes()).and_then(|()| part.1.sync_all()).map_err(failed)?;
    // A link is never made over something.
    let linked = std::fs::hard_link(&part.0, path);
    let removed = std::fs::remove_file(&part.0);
    linked.and(removed).map_err(failed)
}

/// A new file under a name that nobody can have foreseen.
fn tempfile_in(folder: &Path) -> std::io::Result<(std::path::PathBuf, std::fs::File)> {
    let entropy: &dyn Entropy = &SystemEntropy;
    let path = folder.join(format!(".{}.part", hex::encode(entropy.bytes::<16>())));
    let file = std::fs::File::options().write(true).create_new(true).open(&path)?;
    Ok((path, file))
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// The log has no such entry.
    #[error("the log has no such entry")]
    NoEntry,
    /// The log is smaller than it was at a checkpoint.
    #[error("the log had {0} entries and was cut off")]
    Shorter(u64),
    /// The log is not the one that was signed before: it was cut off, put back or written anew.
    #[error("the log does not go on where it was when it was signed last: run `mfa-desk audit verify`")]
    Contradicts,
    /// There is no key to sign with.
    #[error("there is no key to sign with: set secrets.key or audit.signing_key")]
    NoKey,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A place outside that checkpoints go to.
enum Place<'a> {
    Mail(&'a EmailAddress),
    Url(&'a url::Url),
    Folder(&'a Path),
}

impl Place<'_> {
    fn name(&self) -> String {
        match self {
            Self::Mail(to) => format!("mail:{to}"),
            Self::Url(url) => {
                // The rest of the address may hold a secret.
                let digest = hex::encode(&Sha256::digest(url.as_str())[..4]);
                format!("url:{} ({digest})", url.host_str().unwrap_or_default())
            }
            Self::Folder(path) => format!("folder:{}", path.display()),
        }
    }

    /// What the log of the program may call it.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::Url(_) => "url",
            Self::Folder(_) => "folder",
        }
    }
}

/// How a place outside stands, for the desk's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceStanding {
    /// What it is: an address, a URL or a folder.
    pub name: String,
    /// The size of the last checkpoint it took.
    pub size: i64,
    /// Why it did not take the next.
    pub error: Option<String>,
}

impl Desk {
    fn places(&self) -> Vec<Place<'_>> {
        let audit = &self.kit.audit;
        let mut places: Vec<Place<'_>> = audit.checkpoint_mail.iter().map(Place::Mail).collect();
        places.extend(audit.checkpoint_url.iter().map(Place::Url));
        places.extend(audit.checkpoint_folder.iter().map(|path| Place::Folder(path)));
        places
    }

    /// Records that another key signs from now on.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be recorded: nothing must be signed then.
    pub async fn note_key(&self) -> Result<(), StoreError> {
        let Some(key) = &self.kit.audit_key else { return Ok(()) };
        let (act, verifier) = (self.system_act(), key.verifier());
        let record = move |tx: &mut Tx<'_>| {
            let before = checkpoints::newest(tx.connection)?;
            let changed = before.is_some_and(|before| {
                Checkpoint::open(&before.note, std::slice::from_ref(&verifier)) == Err(NoteError::UnknownKey)
            });
            // Told once, however many checkpoints the old key still signs on other instances.
            let told = audit::newest(tx.connection, "audit.key_changed", None)?;
            if changed && !told.is_some_and(|told| told.details.contains(&verifier.to_string())) {
                let about = details([("key", verifier.to_string().into())]);
                tx.record(act.entry("audit.key_changed", None, None, about));
            }
            Ok(())
        };
        self.store.write(record).await
    }

    /// Signs the log as it is, and keeps that.
    ///
    /// # Errors
    /// [`NotProven`] when there is no key, or the database fails.
    pub async fn sign_checkpoint(&self) -> Result<checkpoints::Signed, NotProven> {
        let key = self.kit.audit_key.clone().ok_or(NotProven::NoKey)?;
        self.note_key().await?;
        let at = self.now();
        let keep = move |tx: &mut Tx<'_>| {
            let (size, root) = tree::size_and_root(tx.connection)?;
            if !goes_on(tx.connection, size, root)? {
                return Ok(None);
            }
            let signed = checkpoints::Signed {
                size: i64::try_from(size).unwrap_or(i64::MAX),
                note: key.sign(&key.checkpoint(size, root).text()),
                at,
            };
            checkpoints::keep(tx, &signed, root)?;
            Ok(Some(signed))
        };
        self.store.write(keep).await?.ok_or(NotProven::Contradicts)
    }

    /// Signs the log when it is time and has grown, and hands what was signed to every place that does not have it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn publish_checkpoints(&self) -> Result<(), StoreError> {
        if self.kit.audit_key.is_none() {
            return Ok(());
        }
        let look = |connection: &mut AnyConnection| Ok((checkpoints::newest(connection)?, audit::head(connection)?));
        let (newest, head) = self.store.read(look).await?;
        let due = match &newest {
            None => true,
            Some(newest) => newest.size < head.seq && newest.at + self.kit.audit.every() <= self.now(),
        };
        let newest = match newest {
            Some(newest) if !due => newest,
            _ => match self.sign_checkpoint().await {
                Ok(signed) => signed,
                Err(NotProven::Store(error)) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, "no checkpoint of the audit log was signed");
                    return Ok(());
                }
            },
        };
        for place in self.places() {
            let (name, now, size) = (place.name(), self.now(), newest.size);
            let claim = {
                let name = name.clone();
                move |tx: &mut Tx<'_>| checkpoints::claim(tx, &name, size, now, LEASE)
            };
            let Some(held) = self.store.write(claim).await? else { continue };
            match self.send_checkpoint(&place, &newest).await {
                Ok(()) => self.store.write(move |tx| checkpoints::took(tx, &name, size, now)).await?,
                Err(error) => {
                    tracing::warn!(place = place.kind(), %error, "a checkpoint of the audit log was not taken");
                    let next = self.next_try(held.tries + 1, FIRST_WAIT, LONGEST_WAIT);
                    self.store.write(move |tx| checkpoints::failed(tx, &name, next, &error)).await?;
                }
            }
        }
        Ok(())
    }

    async fn send_checkpoint(&self, place: &Place<'_>, signed: &checkpoints::Signed) -> Result<(), String> {
        match place {
            Place::Mail(to) => self.mail_checkpoint(to, signed).await,
            Place::Url(url) => {
                let client = http_client::client(CHECKPOINT_TIMEOUT, None)?;
                let request = client
                    .post((*url).clone())
                    .header("content-type", "text/plain; charset=utf-8")
                    .header("idempotency-key", format!("checkpoint-{}", signed.size))
                    .body(signed.note.clone());
                let answer = request.send().await.map_err(|_| "no answer".to_owned())?;
                if answer.status().is_success() { Ok(()) } else { Err(format!("answered {}", answer.status())) }
            }
            Place::Folder(folder) => {
                let path = folder.join(format!("{:012}.checkpoint", signed.size));
                let note = signed.note.clone();
                let write = tokio::task::spawn_blocking(move || write_once(&path, &note));
                write.await.unwrap_or_else(|error| Err(error.to_string()))
            }
        }
    }

    async fn mail_checkpoint(&self, to: &EmailAddress, signed: &checkpoints::Signed) -> Result<(), String> {
        let head = self.store.read(tree::size_and_root).await.map_err(|error| error.to_string())?;
        let text = format!(
            "{}\nKeep this mail. Whoever changes or cuts the audit log up to here cannot make the log fit it again:\n\
             save it as a file and run `mfa-desk audit verify --checkpoint FILE`.\n",
            signed.note
        );
        let html = format!("<pre>{}</pre>\n", text.replace('&', "&amp;").replace('<', "&lt;"));
        let mail = OutgoingMail {
            to: to.clone(),
            to_name: String::new(),
            rendered: Rendered {
                subject: format!("{}: audit log checkpoint, {} entries", self.kit.product, signed.size),
                text,
                html,
            },
            message_id: self.message_id(self.kit.id(OutboxId::new, self.now())),
            references: Vec::new(),
            at: self.now(),
            case_ref: None,
            reply_to: None,
            audit: self.kit.witness(head),
            receipt: None,
        };
        self.mailer.send(&mail).await.map_err(|error| error.to_string())
    }

    /// The newest checkpoint, and how the places outside stand.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn checkpoint_standing(&self) -> Result<(Option<checkpoints::Signed>, Vec<PlaceStanding>), StoreError> {
        let names: Vec<String> = self.places().iter().map(Place::name).collect();
        let look = move |connection: &mut AnyConnection| {
            let standing = names.iter().map(|name| {
                let place = checkpoints::place(connection, name)?;
                let shown = name.split_once(':').map_or(name.as_str(), |(_, shown)| shown).to_owned();
                Ok(match place {
                    Some(place) => PlaceStanding { name: shown, size: place.size, error: place.error },
                    None => PlaceStanding { name: shown, size: 0, error: None },
                })
            });
            let standing = standing.collect::<Result<Vec<_>, StoreError>>()?;
            Ok((checkpoints::newest(connection)?, standing))
        };
        self.store.read(look).await
    }

    /// The proof that an entry is in the log, with everything of it that was not erased.
    ///
    /// # Errors
    /// [`NotProven`] when there is no such entry or no key.
    pub async fn prove_entry(&self, act: Act, seq: i64) -> Result<Proof, NotProven> {
        let key = self.kit.audit_key.clone().ok_or(NotProven::NoKey)?;
        let look = move |connection: &mut AnyConnection| match audit::find(connection, seq)? {
            Some(entry) => prove(connection, &key, &entry, &Personal::ALL).map(Some),
            None => Ok(None),
        };
        let proof = self.store.read_snapshot(look).await?.ok_or(NotProven::NoEntry)?;
        // It discloses who acted on whose account from where.
        let record = move |tx: &mut Tx<'_>| {
            tx.record(act.entry("audit.proved", None, None, details([("entry", seq.into())])));
            Ok(())
        };
        self.store.write(record).await?;
        Ok(proof)
    }

    /// The customer's receipt of a deactivation: a proof of its latest order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(super) async fn receipt(&self, reference: &str) -> Result<Option<String>, StoreError> {
        let Some(key) = self.kit.audit_key.clone() else { return Ok(None) };
        let disclosed: &[Personal] = if self.kit.audit.receipts_name_agents { &[Personal::Actor] } else { &[] };
        let reference = reference.to_owned();
        let look = move |connection: &mut AnyConnection| match audit::newest(connection, ORDER, Some(&reference))? {
            Some(entry) => prove(connection, &key, &entry, disclosed).map(|proof| Some(proof.to_string())),
            None => Ok(None),
        };
        self.store.read_snapshot(look).await
    }

    /// The proof that the log goes on where it was at a checkpoint, in the form that witnesses take it (C2SP
    /// tlog-witness): the old size, the hashes, and the log's checkpoint now.
    ///
    /// # Errors
    /// [`NotProven`] when the log has not been so large, or there is no key.
    pub async fn prove_consistency(&self, old: u64) -> Result<String, NotProven> {
        let key = self.kit.audit_key.clone().ok_or(NotProven::NoKey)?;
        let look = move |connection: &mut AnyConnection| {
            let (size, root) = tree::size_and_root(connection)?;
            if old > size {
                return Ok(None);
            }
            let hashes: String =
                tree::consistency(connection, old, size)?.iter().map(|hash| format!("{hash}\n")).collect();
            Ok(Some(format!("old {old}\n{hashes}\n{}", key.sign(&key.checkpoint(size, root).text()))))
        };
        self.store.read_snapshot(look).await?.ok_or(NotProven::Shorter(old))
    }

    /// The root of the tree over the first `size` entries; none when the log has fewer.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn root_at(&self, size: u64) -> Result<Option<TreeHash>, StoreError> {
        let look = move |connection: &mut AnyConnection| {
            let (now, _) = tree::size_and_root(connection)?;
            if size > now { Ok(None) } else { tree::root_at(connection, size).map(Some) }
        };
        self.store.read_snapshot(look).await
    }
}
