//! Which entries of the log a file has. However they lie, it takes no more than a bit for each entry of the log.

use std::collections::BTreeMap;

/// Words of a block.
const WORDS: usize = 1024;
/// Entries of a block.
const BLOCK: u64 = WORDS as u64 * 64;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    All,
    Some { words: Box<[u64; WORDS]>, held: u64 },
}

/// Entries by their place in the log, counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntrySet {
    /// Those that are not here have nothing in them: a place may be far behind all others in a log that was forged.
    blocks: BTreeMap<u64, Block>,
}

/// The word of its block that an entry stands in, and its bit.
const fn place(index: u64) -> (usize, u64) {
    ((index % BLOCK / 64) as usize, index % 64)
}

impl EntrySet {
    /// Adds an entry.
    pub fn add(&mut self, index: u64) {
        let (word, bit) = place(index);
        let empty = || Block::Some { words: Box::new([0; WORDS]), held: 0 };
        let block = self.blocks.entry(index / BLOCK).or_insert_with(empty);
        if let Block::Some { words, held } = block {
            *held += u64::from(words[word] >> bit & 1 == 0);
            words[word] |= 1 << bit;
            if *held == BLOCK {
                *block = Block::All;
            }
        }
    }

    /// The first entry from `from` on that is here, or is not; `size` where there is none before it.
    fn find(&self, here: bool, mut from: u64, size: u64) -> u64 {
        while from < size {
            let at = from / BLOCK;
            match self.blocks.get(&at) {
                None if !here => return from,
                None => match self.blocks.range(at..).next() {
                    Some((next, _)) => from = next * BLOCK,
                    None => return size,
                },
                Some(Block::All) if here => return from,
                Some(Block::All) => from = (at + 1) * BLOCK,
                Some(Block::Some { words, .. }) => {
                    let (word, bit) = place(from);
                    let found = (if here { words[word] } else { !words[word] }) & u64::MAX << bit;
                    let begin = from - bit;
                    if found != 0 {
                        return (begin + u64::from(found.trailing_zeros())).min(size);
                    }
                    from = begin + 64;
                }
            }
        }
        size
    }

    /// What is not here of the first `size` entries: ranges up to their ends, from left to right.
    pub fn gaps(&self, size: u64) -> impl Iterator<Item = (u64, u64)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let begin = self.find(false, at, size);
            at = self.find(true, begin, size);
            (begin < at).then_some((begin, at))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gaps(entries: impl IntoIterator<Item = u64>, size: u64) -> Vec<(u64, u64)> {
        let mut set = EntrySet::default();
        entries.into_iter().for_each(|index| set.add(index));
        set.gaps(size).collect()
    }

    #[test]
    fn what_is_missing_is_found_across_blocks() {
        assert_eq!(gaps([], 0), []);
        assert_eq!(gaps([], 3 * BLOCK), [(0, 3 * BLOCK)]);
        assert_eq!(gaps(0..2 * BLOCK, 2 * BLOCK), []);
        assert_eq!(gaps(0..2 * BLOCK, 2 * BLOCK + 1), [(2 * BLOCK, 2 * BLOCK + 1)]);
        assert_eq!(gaps(BLOCK..2 * BLOCK, 3 * BLOCK), [(0, BLOCK), (2 * BLOCK, 3 * BLOCK)]);
        assert_eq!(gaps([0, 2, BLOCK - 1, BLOCK + 1], BLOCK + 2), [(1, 2), (3, BLOCK - 1), (BLOCK, BLOCK + 1)]);
        // What lies behind the end counts for nothing.
        assert_eq!(gaps([5, 9], 7), [(0, 5), (6, 7)]);
        let last = u64::try_from(i64::MAX).unwrap();
        assert_eq!(gaps([1, last], last), [(0, 1), (2, last)]);
        let every_second = gaps((0..4 * BLOCK).step_by(2), 4 * BLOCK);
        assert!(every_second.iter().zip(0..).all(|(gap, n)| *gap == (2 * n + 1, 2 * n + 2)));
        assert_eq!(every_second.len() as u64, 2 * BLOCK);
    }

    proptest! {
        #[test]
        fn gaps_and_entries_make_the_whole(
            entries in proptest::collection::btree_set(0..3 * BLOCK, 0..60),
            size in 0..3 * BLOCK,
        ) {
            let gaps = gaps(entries.iter().copied(), size);
            prop_assert!(gaps.windows(2).all(|pair| pair[0].1 < pair[1].0));
            let missing: u64 = gaps.iter().map(|(begin, end)| end - begin).sum();
            let inside: Vec<_> = entries.iter().filter(|index| **index < size).collect();
            prop_assert_eq!(missing + inside.len() as u64, size);
            prop_assert!(gaps.iter().all(|(begin, end)| begin < end && !inside.iter().any(|i| (begin..end).contains(i))));
        }
    }
}
