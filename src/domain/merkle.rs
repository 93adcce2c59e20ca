//! The Merkle tree over the audit log (RFC 9162 §2.1, SHA-256): roots, and proofs that an entry is in it or that a
//! larger tree goes on where a smaller one ended.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The hash of a leaf, of an inner node or of a whole tree. Written in Base64, as C2SP's formats do.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeHash([u8; 32]);

/// What should be a hash is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the Base64 or hexadecimal form of 32 bytes")]
pub struct NotAHash;

impl TreeHash {
    /// The hash of a leaf that holds `data`.
    pub fn leaf(data: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
    }

    /// The hash of the node above two others.
    #[must_use]
    pub fn above(left: Self, right: Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The root of a tree without leaves.
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Hexadecimal, as the database has it.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// Reads the hexadecimal form.
    ///
    /// # Errors
    /// [`NotAHash`] for anything but 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, NotAHash> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAHash)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TreeHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let bytes = STANDARD.decode(text).map_err(|_| NotAHash)?;
        bytes.try_into().map(Self).map_err(|_| NotAHash)
    }
}

impl Serialize for TreeHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A perfect subtree: the `position`-th of those that hold `2^level` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subtree {
    /// How many levels it has above its leaves.
    pub level: u32,
    /// Which of this level, from 0.
    pub position: u64,
}

impl Subtree {
    /// The first leaf of it, from 0.
    #[must_use]
    pub const fn begin(self) -> u64 {
        self.position << self.level
    }

    /// The leaf after its last.
    #[must_use]
    pub const fn end(self) -> u64 {
        (self.position + 1) << self.level
    }

    /// The perfect subtrees that hold exactly the leaves from `begin` up to `end`, from left to right.
    pub fn covering(mut begin: u64, end: u64) -> Vec<Self> {
        let mut found = Vec::new();
        while begin < end {
            let level = begin.trailing_zeros().min((end - begin).ilog2());
            found.push(Self { level, position: begin >> level });
            begin += 1 << level;
        }
        found
    }
}

/// The right edge of a growing tree: the roots of its perfect subtrees, the largest first. It is all that is needed to
/// go on and to know the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<TreeHash>,
}

impl Frontier {
    /// The frontier of a tree of `size` leaves, from the form that [`Self::to_hex`] writes.
    ///
    /// # Errors
    /// [`NotAHash`] when these are not as many hashes as a tree of this size has.
    pub fn from_hex(size: u64, text: &str) -> Result<Self, NotAHash> {
        if !text.is_ascii() {
            return Err(NotAHash);
        }
        let peaks = (0..text.len()).step_by(64).map(|at| text.get(at..at + 64).ok_or(NotAHash));
        let peaks = peaks.map(|part| part.and_then(TreeHash::from_hex)).collect::<Result<Vec<_>, _>>()?;
        if u32::try_from(peaks.len()) != Ok(size.count_ones()) {
            return Err(NotAHash);
        }
        Ok(Self { size, peaks })
    }

    /// The hashes in hexadecimal, one after another.
    pub fn to_hex(&self) -> String {
        self.peaks.iter().map(|peak| peak.to_hex()).collect()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. `completed` is told every perfect subtree of more than one leaf that it completes.
    pub fn append(&mut self, leaf: TreeHash, completed: impl FnMut(Subtree, TreeHash)) {
        self.push(0, leaf, completed);
    }

    /// Adds a whole perfect subtree.
    ///
    /// # Errors
    /// [`Misplaced`] when it does not begin where the tree ends.
    pub fn append_subtree(&mut self, subtree: Subtree, hash: TreeHash) -> Result<(), Misplaced> {
        let fits = subtree.level < u64::BITS
            && subtree.position.leading_zeros() > subtree.level
            && subtree.begin() == self.size;
        if !fits {
            return Err(Misplaced);
        }
        self.push(subtree.level, hash, |_, _| {});
        Ok(())
    }

    fn push(&mut self, level: u32, hash: TreeHash, mut completed: impl FnMut(Subtree, TreeHash)) {
        let (mut node, mut at) = (hash, Subtree { level, position: self.size >> level });
        while self.size >> at.level & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            node = TreeHash::above(left, node);
            at = Subtree { level: at.level + 1, position: at.position >> 1 };
            completed(at, node);
        }
        self.peaks.push(node);
        self.size += 1 << level;
    }

    /// The root of the tree.
    pub fn root(&self) -> TreeHash {
        let mut peaks = self.peaks.iter().rev().copied();
        let Some(last) = peaks.next() else { return TreeHash::of_nothing() };
        peaks.fold(last, |right, left| TreeHash::above(left, right))
    }
}

/// A subtree does not begin where the tree ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash stands for entries at another place of the log")]
pub struct Misplaced;

/// What was asked of a tree that has no such leaf or is not so large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree is not so large")]
pub struct TooLarge;

/// The largest power of two that is smaller than `n`; `n` is at least 2.
const fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The parts of a proof: each is the root of a range of leaves, from `begin` up to `end`.
pub type Ranges = Vec<(u64, u64)>;

/// Which ranges prove that the leaf `index` (from 0) is in the tree of the first `size` leaves, from the leaf's sibling
/// upwards (RFC 9162 §2.1.3.1).
///
/// # Errors
/// [`TooLarge`] when the tree has no such leaf.
pub fn inclusion(index: u64, size: u64) -> Result<Ranges, TooLarge> {
    if index >= size {
        return Err(TooLarge);
    }
    let (mut begin, mut end, mut ranges) = (0, size, Vec::new());
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((begin, middle));
            begin = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// Which ranges prove that the tree of the first `larger` leaves goes on where that of the first `smaller` ended (RFC
/// 9162 §2.1.4.1). Empty for trees of the same size and where the smaller is empty.
///
/// # Errors
/// [`TooLarge`] when `smaller` is the larger one.
pub fn consistency(smaller: u64, larger: u64) -> Result<Ranges, TooLarge> {
    if smaller > larger {
        return Err(TooLarge);
    }
    if smaller == 0 {
        return Ok(Vec::new());
    }
    let (mut begin, mut end, mut ranges) = (0, larger, Vec::new());
    while smaller < end {
        let middle = begin + split(end - begin);
        if smaller <= middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((begin, middle));
            begin = middle;
        }
    }
    // The whole smaller tree is known to whoever checks; a part of it is not.
    if begin > 0 {
        ranges.push((begin, end));
    }
    ranges.reverse();
    Ok(ranges)
}

/// A proof does not lead to the root that it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the root of the tree")]
pub struct Unproven;

/// Checks that the leaf `index` (from 0) with this hash is in the tree of `size` leaves (RFC 9162 §2.1.3.2).
///
/// # Errors
/// [`Unproven`] when it does not follow.
pub fn verify_inclusion(
    index: u64,
    leaf: TreeHash,
    size: u64,
    proof: &[TreeHash],
    root: TreeHash,
) -> Result<(), Unproven> {
    if index >= size {
        return Err(Unproven);
    }
    let (mut at, mut last, mut found) = (index, size - 1, leaf);
    for part in proof {
        if last == 0 {
            return Err(Unproven);
        }
        if at & 1 == 1 || at == last {
            found = TreeHash::above(*part, found);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            found = TreeHash::above(found, *part);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last == 0 && found == root { Ok(()) } else { Err(Unproven) }
}

/// Checks that a tree goes on where a smaller one ended: each is given by its size and root (RFC 9162 §2.1.4.2).
///
/// # Errors
/// [`Unproven`] when it does not follow.
pub fn verify_consistency(
    (smaller, smaller_root): (u64, TreeHash),
    (larger, larger_root): (u64, TreeHash),
    proof: &[TreeHash],
) -> Result<(), Unproven> {
    let holds = |holds: bool| if holds { Ok(()) } else { Err(Unproven) };
    if smaller > larger {
        return Err(Unproven);
    }
    if smaller == larger {
        return holds(proof.is_empty() && smaller_root == larger_root);
    }
    if smaller == 0 {
        // Every tree goes on where the empty one ended.
        return holds(proof.is_empty() && smaller_root == TreeHash::of_nothing());
    }
    let (first, rest) = match proof {
        // The smaller tree is itself a perfect subtree of the larger.
        rest if smaller.is_power_of_two() => (smaller_root, rest),
        [first, rest @ ..] => (*first, rest),
        [] => return Err(Unproven),
    };
    let shift = (smaller - 1).trailing_ones();
    let (mut at, mut last) = ((smaller - 1) >> shift, (larger - 1) >> shift);
    let (mut old, mut new) = (first, first);
    for part in rest {
        if last == 0 {
            return Err(Unproven);
        }
        if at & 1 == 1 || at == last {
            old = TreeHash::above(*part, old);
            new = TreeHash::above(*part, new);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new = TreeHash::above(new, *part);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    holds(last == 0 && old == smaller_root && new == larger_root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(n: u64) -> Vec<TreeHash> {
        (0..n).map(|i| TreeHash::leaf(&i.to_be_bytes())).collect()
    }

    /// The definition of RFC 9162 §2.1.1, word for word.
    fn defined(leaves: &[TreeHash]) -> TreeHash {
        match leaves {
            [] => TreeHash::of_nothing(),
            [one] => *one,
            more => {
                let (left, right) = more.split_at(usize::try_from(split(more.len() as u64)).unwrap());
                TreeHash::above(defined(left), defined(right))
            }
        }
    }

    fn grown(leaves: &[TreeHash]) -> Frontier {
        let mut frontier = Frontier::default();
        for leaf in leaves {
            frontier.append(*leaf, |_, _| {});
        }
        frontier
    }

    fn hashes(leaves: &[TreeHash], ranges: &Ranges) -> Vec<TreeHash> {
        let at = |n: u64| usize::try_from(n).unwrap();
        ranges.iter().map(|(begin, end)| defined(&leaves[at(*begin)..at(*end)])).collect()
    }

    #[test]
    fn known_trees_have_their_known_roots() {
        // The test vectors of RFC 6962's reference implementation.
        let inputs =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::default();
        for (input, root) in inputs.iter().zip(roots) {
            frontier.append(TreeHash::leaf(&hex::decode(input).unwrap()), |_, _| {});
            assert_eq!(frontier.root().to_hex(), root);
        }
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proven_and_nothing_else_is() {
        for size in 1..40 {
            let leaves = leaves(size);
            let root = defined(&leaves);
            for index in 0..size {
                let proof = hashes(&leaves, &inclusion(index, size).unwrap());
                let leaf = leaves[usize::try_from(index).unwrap()];
                assert_eq!(verify_inclusion(index, leaf, size, &proof, root), Ok(()), "{index} of {size}");
                for other in (0..size).filter(|other| *other != index) {
                    assert_eq!(verify_inclusion(other, leaf, size, &proof, root), Err(Unproven));
                }
                let wrong = TreeHash::leaf(b"another");
                assert_eq!(verify_inclusion(index, wrong, size, &proof, root), Err(Unproven));
                let mut longer = proof.clone();
                longer.push(wrong);
                assert_eq!(verify_inclusion(index, leaf, size, &longer, root), Err(Unproven));
                if let Some((_, shorter)) = proof.split_last() {
                    assert_eq!(verify_inclusion(index, leaf, size, shorter, root), Err(Unproven));
                }
            }
            assert_eq!(inclusion(size, size), Err(TooLarge));
        }
    }

    #[test]
    fn every_small_tree_goes_on_where_each_smaller_one_ended() {
        for larger in 0..40 {
            let all = leaves(larger);
            for smaller in 0..=larger {
                let part = &all[..usize::try_from(smaller).unwrap()];
                let proof = hashes(&all, &consistency(smaller, larger).unwrap());
                let (old, new) = ((smaller, defined(part)), (larger, defined(&all)));
                assert_eq!(verify_consistency(old, new, &proof), Ok(()), "{smaller} to {larger}");
                if smaller > 0 {
                    let forged = (smaller, TreeHash::leaf(b"another"));
                    assert_eq!(verify_consistency(forged, new, &proof), Err(Unproven));
                }
                let forged = (larger, TreeHash::leaf(b"another"));
                if smaller > 0 {
                    assert_eq!(verify_consistency(old, forged, &proof), Err(Unproven));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_grown_tree_is_the_defined_one_and_tells_its_subtrees(size in 0_u64..600) {
            let leaves = leaves(size);
            let mut frontier = Frontier::default();
            let mut told = Vec::new();
            for leaf in &leaves {
                frontier.append(*leaf, |subtree, hash| told.push((subtree, hash)));
            }
            prop_assert_eq!(frontier.root(), defined(&leaves));
            for (subtree, hash) in told {
                let range = (subtree.begin(), subtree.end());
                prop_assert_eq!(vec![hash], hashes(&leaves, &vec![range]));
            }
            prop_assert_eq!(Frontier::from_hex(size, &frontier.to_hex()), Ok(frontier));
        }

        #[test]
        fn a_tree_put_together_from_subtrees_is_the_same(size in 1_u64..600, cut in any::<prop::sample::Index>()) {
            let leaves = leaves(size);
            let cut = cut.index(leaves.len()) as u64;
            let mut frontier = grown(&leaves[..usize::try_from(cut).unwrap()]);
            for subtree in Subtree::covering(cut, size) {
                let hash = hashes(&leaves, &vec![(subtree.begin(), subtree.end())])[0];
                prop_assert_eq!(frontier.append_subtree(subtree, hash), Ok(()));
            }
            prop_assert_eq!(frontier, grown(&leaves));
        }

        #[test]
        fn an_altered_proof_proves_nothing(
            size in 2_u64..200, index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        ) {
            let leaves = leaves(size);
            let index = index.index(leaves.len());
            let mut proof = hashes(&leaves, &inclusion(index as u64, size).unwrap());
            let at = at.index(proof.len());
            proof[at] = TreeHash::leaf(b"another");
            prop_assert!(verify_inclusion(index as u64, leaves[index], size, &proof, defined(&leaves)).is_err());
        }

        #[test]
        fn no_proof_makes_the_checks_fail_badly(
            a in any::<u64>(), b in any::<u64>(), n in 0_usize..80, level in any::<u32>(), position in any::<u64>(),
        ) {
            let (leaf, proof) = (TreeHash::leaf(b"one"), vec![TreeHash::leaf(b"two"); n]);
            let _ = verify_inclusion(a, leaf, b, &proof, leaf);
            let _ = verify_consistency((a, leaf), (b, leaf), &proof);
            let subtree = Subtree { level, position: position | 1 };
            prop_assert!(Frontier::default().append_subtree(subtree, leaf).is_err());
        }
    }
}
