//! Signed notes, checkpoints and verifier keys; and a note that was signed and changed afterwards.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfa_desk::cli::proof::{note_in, witness_in};
use mfa_desk::domain::merkle::TreeHash;
use mfa_desk::domain::note::{Checkpoint, NoteKey, VerifierKey, open};
use mfa_desk_fuzz::{LOG, number, with_one_bit_turned};

fuzz_target!(|data: &[u8]| {
    let mut rest = data;
    let at = number(&mut rest);
    let keys = [LOG.verifier()];

    if let Ok(mail) = witness_in(rest) {
        assert!(Checkpoint::open(&mail.note(), &keys).is_err(), "nobody guesses a signature");
    }
    let Ok(text) = std::str::from_utf8(rest) else { return };
    assert!(open(text, &keys).is_err(), "nobody guesses a signature");
    assert!(Checkpoint::open(&note_in(text), &keys).is_err());
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string().parse::<VerifierKey>().as_ref(), Ok(&key));
        assert_eq!(key.to_string(), text.trim(), "a key is written in one way");
    }
    let _ = NoteKey::new(text, &[1; 32]);

    // A text that was signed opens, and in no other form does it.
    let signed = LOG.sign(&format!("{text}\n"));
    if let Ok((opened, signers)) = open(&signed, &keys) {
        assert_eq!((opened, signers.as_slice()), (format!("{text}\n").as_str(), &["desk.example/audit"][..]));
        if let Some(turned) =
            with_one_bit_turned(signed.as_bytes(), at).and_then(|turned| String::from_utf8(turned).ok())
        {
            // Base64 is read strictly, so that a signature has one form too.
            assert!(open(&turned, &keys).is_err(), "a changed note opened: {turned:?}");
        }
    }
    let checkpoint = LOG.checkpoint(at.into(), TreeHash::leaf(rest));
    let note = LOG.sign(&checkpoint.text());
    assert_eq!(Checkpoint::open(&note, &keys).as_ref(), Ok(&checkpoint));
    // A mail program may have been at it, and written something below.
    let mailed = format!("{}{text}", note.replace('\n', "\r\n"));
    assert!(text.starts_with("\u{2014} ") || Checkpoint::open(&note_in(&mailed), &keys).is_ok());
    // What others add to a note does not change what it says.
    if let Ok(found) = Checkpoint::open(&format!("{note}{text}"), &keys) {
        assert_eq!(found, checkpoint);
    }
});
