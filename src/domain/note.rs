//! Signed texts about the audit log, in the forms of C2SP: signed notes (c2sp.org/signed-note), checkpoints
//! (c2sp.org/tlog-checkpoint) and proofs (c2sp.org/tlog-proof), signed with Ed25519.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::merkle::{TreeHash, Unproven, verify_inclusion};

/// The type of an Ed25519 signature in key identifiers and verifier keys.
const ED25519: u8 = 1;
/// The longest note that is read; checkpoints with many signatures of witnesses are far below it.
const LONGEST: usize = 64 * 1024;
/// Before the name of the key on a signature's line: an em dash and a space.
const MARK: &str = "\u{2014} ";
const PROOF: &str = "c2sp.org/tlog-proof@v1";
/// More levels than any tree has.
pub const MOST_HASHES: usize = 64;

/// Why a text is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is no signed note.
    #[error("this is not a signed note")]
    NotANote,
    /// None of its signatures is by a key that is trusted.
    #[error("it is not signed by a key that is trusted here")]
    UnknownKey,
    /// A signature by a trusted key does not fit the text.
    #[error("its signature does not fit: the text was changed, or signed with another key")]
    BadSignature,
    /// A signed text is no checkpoint.
    #[error("what was signed is not a checkpoint of a log")]
    NotACheckpoint,
    /// A proof begins at another checkpoint than the one it is held against.
    #[error("it begins at another checkpoint than this one")]
    OtherCheckpoint,
    /// It is no proof.
    #[error("this is not a proof")]
    NotAProof,
    /// What should be a verifier key is none.
    #[error("not a verifier key, which looks like desk.example/audit+0123abcd+AQ…")]
    NotAKey,
    /// The proof does not hold.
    #[error(transparent)]
    Unproven(#[from] Unproven),
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

fn key_id(name: &str, public: &VerifyingKey) -> [u8; 4] {
    let hash =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public.as_bytes()).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The key that signs what the log says of itself.
#[derive(Clone)]
pub struct NoteKey {
    name: String,
    key: SigningKey,
}

impl fmt::Debug for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl NoteKey {
    /// The key of a log called `name`, from its 32 secret bytes.
    ///
    /// # Errors
    /// [`NoteError::NotAKey`] for a name that no key can have: an empty one, or one with spaces or `+`.
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::NotAKey);
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(secret) })
    }

    /// The log's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The checkpoint of the log at this size and root.
    pub fn checkpoint(&self, size: u64, root: TreeHash) -> Checkpoint {
        Checkpoint { origin: self.name.clone(), size, root }
    }

    /// What others check its signatures with.
    pub fn verifier(&self) -> VerifierKey {
        let key = self.key.verifying_key();
        VerifierKey { name: self.name.clone(), id: key_id(&self.name, &key), key }
    }

    /// The signature over a note's text, in the form of the note's last line: the key's identifier and the signature.
    pub fn signature(&self, text: &str) -> String {
        let mut bytes = key_id(&self.name, &self.key.verifying_key()).to_vec();
        bytes.extend(self.key.sign(text.as_bytes()).to_bytes());
        STANDARD.encode(bytes)
    }

    /// The note: the text, which must end in a line's end, and its signature.
    pub fn sign(&self, text: &str) -> String {
        note(text, &self.name, &self.signature(text))
    }
}

/// A note put together from its parts.
pub fn note(text: &str, name: &str, signature: &str) -> String {
    format!("{text}\n{MARK}{name} {signature}\n")
}

/// What notes of one key are checked with, written as `name+identifier+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// The log's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::NotAKey);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::NotAKey)?;
        let [ED25519, key @ ..] = key.as_slice() else { return Err(NoteError::NotAKey) };
        let key = key.try_into().map_err(|_| NoteError::NotAKey)?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| NoteError::NotAKey)?;
        let computed = key_id(name, &key);
        if !is_name(name) || id != hex::encode(computed) || key.is_weak() {
            return Err(NoteError::NotAKey);
        }
        Ok(Self { name: name.to_owned(), id: computed, key })
    }
}

/// The text of a note, once a trusted key has signed it, and the names of the trusted keys that did.
///
/// # Errors
/// [`NoteError`] when it is no note, no signature is by one of `keys`, or one that is does not fit.
pub fn open<'a>(note: &'a str, keys: &[VerifierKey]) -> Result<(&'a str, Vec<&'a str>), NoteError> {
    if note.len() > LONGEST || note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(NoteError::NotANote);
    }
    let at = note.rfind("\n\n").ok_or(NoteError::NotANote)?;
    let (text, signatures) = (&note[..=at], &note[at + 2..]);
    let signatures = signatures.strip_suffix('\n').ok_or(NoteError::NotANote)?;
    let mut signers = Vec::new();
    for line in signatures.split('\n') {
        let (name, signature) =
            line.strip_prefix(MARK).and_then(|rest| rest.split_once(' ')).ok_or(NoteError::NotANote)?;
        let bytes = STANDARD.decode(signature).map_err(|_| NoteError::NotANote)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NoteError::NotANote)?;
        if !is_name(name) || signature.is_empty() {
            return Err(NoteError::NotANote);
        }
        for key in keys.iter().filter(|key| key.name == name && key.id == *id) {
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::BadSignature)?;
            key.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::BadSignature)?;
            signers.push(name);
        }
    }
    if signers.is_empty() { Err(NoteError::UnknownKey) } else { Ok((text, signers)) }
}

/// How large the log was at one moment, and the root of its tree then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    /// The root of the tree over them.
    pub root: TreeHash,
}

/// A number as C2SP writes it: decimal, without a leading zero.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// The checkpoint that a signed note holds.
    ///
    /// # Errors
    /// [`NoteError`] when the note cannot be trusted, or none of those who signed it is the log that it speaks of.
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let (text, signers) = open(note, keys)?;
        let found = Self::read(text).ok_or(NoteError::NotACheckpoint)?;
        if signers.contains(&found.origin.as_str()) { Ok(found) } else { Err(NoteError::NotACheckpoint) }
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (origin, size, root) = (lines.next()?, number(lines.next()?)?, lines.next()?.parse().ok()?);
        is_name(origin).then(|| Self { origin: origin.to_owned(), size, root })
    }
}

/// A proof that one entry is in the log of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What else is needed to know the entry; nothing vouches for it but the hash that it leads to.
    pub extra: Vec<u8>,
    /// The entry's place, from 0.
    pub index: u64,
    /// The hashes from the leaf's sibling up to the root's child.
    pub hashes: Vec<TreeHash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl Proof {
    /// Checks that an entry with this leaf hash is in the log, and answers the checkpoint that says so.
    ///
    /// # Errors
    /// [`NoteError`] when it does not follow, or the checkpoint cannot be trusted.
    pub fn verify(&self, leaf: TreeHash, keys: &[VerifierKey]) -> Result<Checkpoint, NoteError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys)?;
        verify_inclusion(self.index, leaf, checkpoint.size, &self.hashes, checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{PROOF}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", STANDARD.encode(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > LONGEST {
            return Err(NoteError::NotAProof);
        }
        let rest = text.strip_prefix(PROOF).and_then(|rest| rest.strip_prefix('\n')).ok_or(NoteError::NotAProof)?;
        let (head, checkpoint) = rest.split_once("\n\n").ok_or(NoteError::NotAProof)?;
        let mut lines = head.split('\n').peekable();
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(extra) => {
                lines.next();
                STANDARD.decode(extra).map_err(|_| NoteError::NotAProof)?
            }
            None => Vec::new(),
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(number);
        let index = index.ok_or(NoteError::NotAProof)?;
        let hashes = lines.take(MOST_HASHES + 1).map(TreeHash::from_str).collect::<Result<Vec<_>, _>>();
        let hashes = hashes.map_err(|_| NoteError::NotAProof)?;
        if hashes.len() > MOST_HASHES {
            return Err(NoteError::NotAProof);
        }
        Ok(Self { extra, index, hashes, checkpoint: checkpoint.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(name: &str) -> NoteKey {
        NoteKey::new(name, &[7; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "desk.example/audit".to_owned(), size: 1, root: TreeHash::leaf(b"one") }
    }

    #[test]
    fn a_note_of_the_specification_is_read() {
        // The example and the key of golang.org/x/mod/sumdb/note, whose form C2SP wrote down.
        let verifier: VerifierKey =
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(open(note, std::slice::from_ref(&verifier)).unwrap().0.starts_with("If you think"));
        assert_eq!(open(&note.replace("answer", "anwser"), &[verifier]), Err(NoteError::BadSignature));
    }

    #[test]
    fn a_verifier_key_is_read_as_it_was_written_and_not_otherwise() {
        let written = key("desk.example/audit").verifier().to_string();
        assert_eq!(written.parse(), Ok(key("desk.example/audit").verifier()));
        let renamed = written.replacen("desk", "other", 1);
        for bad in ["", "a+b", "desk.example/audit+00000000+AQ==", renamed.as_str(), &written[..written.len() - 4]] {
            assert_eq!(bad.parse::<VerifierKey>(), Err(NoteError::NotAKey), "{bad}");
        }
        for name in ["", "two words", "a+b", "a\nb"] {
            assert!(NoteKey::new(name, &[7; 32]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_checkpoint_counts_only_when_its_own_log_signed_it() {
        let (ours, other) = (key("desk.example/audit"), key("other.example/audit"));
        let signed = ours.sign(&checkpoint().text());
        assert_eq!(Checkpoint::open(&signed, &[ours.verifier()]), Ok(checkpoint()));
        assert_eq!(Checkpoint::open(&signed, &[other.verifier()]), Err(NoteError::UnknownKey));
        assert_eq!(Checkpoint::open(&signed, &[]), Err(NoteError::UnknownKey));
        // Another log's key says something about ours.
        let foreign = other.sign(&checkpoint().text());
        assert_eq!(Checkpoint::open(&foreign, &[other.verifier()]), Err(NoteError::NotACheckpoint));
        assert_eq!(Checkpoint::open(&foreign, &[other.verifier(), ours.verifier()]), Err(NoteError::NotACheckpoint));
        let larger = signed.replacen("\n1\n", "\n2\n", 1);
        assert_eq!(Checkpoint::open(&larger, &[ours.verifier()]), Err(NoteError::BadSignature));
        for text in ["desk.example/audit\n01\n", "desk.example/audit\n1\nabc\n", "\n", "desk.example/audit\n+1\n"] {
            let signed = ours.sign(text);
            assert_eq!(Checkpoint::open(&signed, &[ours.verifier()]), Err(NoteError::NotACheckpoint), "{text:?}");
        }
    }

    #[test]
    fn signatures_of_witnesses_stand_beside_ours() {
        let (ours, witness) = (key("desk.example/audit"), key("witness.example"));
        let text = checkpoint().text();
        let both = format!("{}{MARK}witness.example {}\n", ours.sign(&text), witness.signature(&text));
        assert_eq!(Checkpoint::open(&both, &[ours.verifier()]), Ok(checkpoint()));
        assert_eq!(Checkpoint::open(&both, &[ours.verifier(), witness.verifier()]), Ok(checkpoint()));
    }

    #[test]
    fn a_proof_is_read_as_it_was_written() {
        let key = key("desk.example/audit");
        for extra in [Vec::new(), b"{}".to_vec()] {
            let checkpoint = key.sign(&checkpoint().text());
            let proof = Proof { extra, index: 0, hashes: Vec::new(), checkpoint };
            assert_eq!(proof.to_string().parse(), Ok(proof.clone()));
            assert!(proof.verify(TreeHash::leaf(b"one"), &[key.verifier()]).is_ok());
            let other = proof.verify(TreeHash::leaf(b"two"), &[key.verifier()]);
            assert_eq!(other, Err(NoteError::Unproven(Unproven)));
        }
        let endless = format!("{PROOF}\nindex 0\n{}\n\n", vec![TreeHash::leaf(b"").to_string(); 65].join("\n"));
        assert_eq!(endless.parse::<Proof>(), Err(NoteError::NotAProof));
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_fail_badly(text in "(c2sp.org/tlog-proof@v1\n)?(extra |index |[0-9]|— |[a-zA-Z+/=]{1,8}|\n){0,40}") {
            let keys = [key("a").verifier()];
            let _ = open(&text, &keys);
            let _ = Checkpoint::open(&text, &keys);
            let _ = text.parse::<Proof>();
            let _ = text.parse::<VerifierKey>();
        }
    }
}
