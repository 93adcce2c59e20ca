//! "Did you mean": the existing key nearest to a mistaken one.

use super::reference::REFERENCE;

/// Edits between two words that still look like one typing mistake.
const MOST_EDITS: usize = 3;

pub(super) fn nearest(key: &str) -> Option<&'static str> {
    let known = || REFERENCE.iter().map(|(key, _, _)| *key);
    let by_typing = known()
        .map(|other| (edits(key, other), other))
        .filter(|(edits, other)| *edits <= MOST_EDITS && *edits * 3 <= other.len())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, other)| other);
    // `smtp.host` or `mail.host` for `mail.smtp.host`: the name is right, the section is not.
    let only = |ending: &str| {
        let ending = format!(".{ending}");
        let mut same = known().filter(|other| other.ends_with(&ending));
        let first = same.next();
        if same.next().is_none() { first } else { None }
    };
    by_typing.or_else(|| only(key)).or_else(|| only(key.rsplit('.').next().unwrap_or(key)))
}

/// Insertions, deletions, replacements and swaps of neighbours between two words.
fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    rows[a.len()][b.len()]
}
