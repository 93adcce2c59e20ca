//! Proofs of entries and of consistency: arbitrary ones, and true ones that were changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfa_desk::cli::proof::{consistent, proven};
use mfa_desk::domain::merkle::{
    Frontier, Subtree, TreeHash, consistency, inclusion, verify_consistency, verify_inclusion,
};
use mfa_desk::domain::note::{Checkpoint, Proof};
use mfa_desk::workflow::Proven;
use mfa_desk_fuzz::{LOG, number, take, with_one_bit_turned};

fn leaf(at: u64) -> TreeHash {
    TreeHash::leaf(&at.to_be_bytes())
}

/// The root over the leaves of a range.
fn root((begin, end): (u64, u64)) -> TreeHash {
    let mut tree = Frontier::default();
    for at in begin..end {
        tree.append(leaf(at), |_, _| {});
    }
    tree.root()
}

fuzz_target!(|data: &[u8]| {
    let mut rest = data;
    let (size, index, smaller, turn) = (number(&mut rest), number(&mut rest), number(&mut rest), number(&mut rest));
    let size = u64::from(size % 300 + 1);
    let (index, smaller) = (u64::from(index) % size, u64::from(smaller) % (size + 1));
    let keys = [LOG.verifier()];
    let whole = root((0, size));

    // True proofs hold, and a proof with one bit turned does not, nor one for another place.
    let hashes: Vec<TreeHash> = inclusion(index, size).expect("it is in the tree").into_iter().map(root).collect();
    assert!(verify_inclusion(index, leaf(index), size, &hashes, whole).is_ok());
    let other = (index + 1 + u64::from(turn) % size) % size;
    if other != index {
        assert!(verify_inclusion(other, leaf(index), size, &hashes, whole).is_err());
        assert!(verify_inclusion(index, leaf(other), size, &hashes, whole).is_err());
    }
    let between: Vec<TreeHash> = consistency(smaller, size).expect("it is smaller").into_iter().map(root).collect();
    let (old, new) = ((smaller, root((0, smaller))), (size, whole));
    assert!(verify_consistency(old, new, &between).is_ok());
    if smaller > 0 {
        assert!(verify_consistency((smaller, leaf(1 << 40)), new, &between).is_err());
        assert!(verify_consistency(old, (size, leaf(1 << 40)), &between).is_err());
    }
    // Numbers that no tree has.
    let huge = take(&mut rest, 16);
    let (high, low) = huge.split_at(huge.len() / 2);
    let wide = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (high, low) = (wide(high), wide(low));
    assert!(verify_inclusion(high, leaf(0), low, &hashes, leaf(1)).is_err());
    assert!(verify_consistency((high, leaf(0)), (low, leaf(1)), &between).is_err());
    let _ = (inclusion(high, low), consistency(high, low));
    if high <= low && i64::try_from(low).is_ok() {
        let parts = Subtree::covering(high, low);
        assert!(parts.windows(2).all(|pair| pair[0].end() == pair[1].begin()) && parts.len() <= 128);
    }
    let mut frontier = Frontier::default();
    let _ = frontier.append_subtree(Subtree { level: turn, position: high }, leaf(0));
    let _ = frontier.append_subtree(Subtree { level: (low % 70) as u32, position: high }, leaf(0));
    assert!(frontier.size() == 0 || frontier.append_subtree(Subtree { level: turn, position: 0 }, leaf(0)).is_err());

    let Ok(text) = std::str::from_utf8(rest) else { return };
    if let Ok(proof) = text.parse::<Proof>() {
        assert_eq!(proof.to_string().parse::<Proof>().as_ref(), Ok(&proof));
        assert!(proof.hashes.len() <= 64);
        assert!(proof.verify(leaf(0), &keys).is_err(), "nobody guesses a signature");
    }
    assert!(proven(text, &keys).is_err());
    let checkpoint = LOG.checkpoint(smaller, old.1);
    assert!(consistent(text, &checkpoint, &keys).is_err());
    if let Ok(told) = Proven::read(rest) {
        let _ = told.leaf();
    }

    // A whole proof, as it is given out, and the same after a bit was turned.
    let entry = format!("{{\"seq\":{},\"action\":\"case.deactivated\"}}", index + 1);
    let told = Proven { entry, disclosed: Vec::new() };
    let mut tree = Frontier::default();
    for at in 0..size {
        tree.append(if at == index { told.leaf() } else { leaf(at) }, |_, _| {});
    }
    let whole = LOG.sign(&LOG.checkpoint(size, tree.root()).text());
    let proof = Proof { extra: serde_json::to_vec(&told).expect("JSON"), index, hashes, checkpoint: whole };
    let written = proof.to_string();
    let said = proven(&written, &keys).expect("it is true");
    if let Some(turned) =
        with_one_bit_turned(written.as_bytes(), turn).and_then(|turned| String::from_utf8(turned).ok())
    {
        match proven(&turned, &keys) {
            Err(_) => {}
            Ok(again) => assert_eq!(again, said, "a changed proof proved something else"),
        }
    }
    let lines: String = between.iter().map(|hash| format!("{hash}\n")).collect();
    let note = LOG.sign(&LOG.checkpoint(size, new.1).text());
    let written = format!("old {smaller}\n{lines}\n{note}");
    let words = consistent(&written, &checkpoint, &keys).expect("it is true");
    if let Some(turned) =
        with_one_bit_turned(written.as_bytes(), turn).and_then(|turned| String::from_utf8(turned).ok())
    {
        assert_ne!(consistent(&turned, &checkpoint, &keys).as_ref(), Ok(&words), "a changed proof held: {turned}");
    }
    let _: Checkpoint = checkpoint;
});
