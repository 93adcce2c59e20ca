//! Mails within mails. The parser nests them without limit, and what it nests has to be taken apart again by one call
//! within another: so a mail is made shallow before it is parsed.

use std::borrow::Cow;
use std::ops::Range;

/// Mails within a mail that are read as mails; further ones are files.
const MOST: usize = 3;

/// What a part is called that the parser reads as a mail, or as a list of mails. Whatever comments and folds a head has,
/// this word stands in it in one piece: the parser compares pieces of the mail itself.
const WORDS: [(&[u8], &[u8]); 3] = [(b"rfc822", b"message"), (b"global", b"message"), (b"digest", b"multipart")];
const NAME: &[u8] = b"content-type:";
const ENCODING: &[u8] = b"content-transfer-encoding:";
/// What leaves a part as it is (RFC 2045 §6.2).
const PLAIN: [&[u8]; 3] = [b"7bit", b"8bit", b"binary"];

/// A mail that the parser nests [`MOST`] deep at most: every `multipart/digest`, whose parts are mails without saying so,
/// and every mail within it after the first ones, gets a type that nobody knows. So does one that is encoded, which RFC
/// 2046 §5.2.1 forbids and behind which others would be hidden. Copies the mail only where something has to change.
pub(super) fn shallow(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut kept = 0;
    let mut changed = Vec::new();
    for block in blocks(raw) {
        let found: Vec<(usize, &[u8])> = names(raw, &block).collect();
        if found.is_empty() {
            continue;
        }
        let head: Vec<u8> = raw.get(block).unwrap_or_default().iter().filter_map(letter).collect();
        if !contains(&head, NAME) {
            continue;
        }
        let encoded = is_encoded(&head);
        for (at, kind) in found {
            if !contains(&head, kind) {
                continue;
            }
            if kind == b"message" && !encoded && kept < MOST {
                kept += 1;
            } else {
                changed.push(at);
            }
        }
    }
    let mut mail = Cow::Borrowed(raw);
    for at in changed {
        if let Some(first) = mail.to_mut().get_mut(at) {
            *first = b'x';
        }
    }
    mail
}

/// What stands between empty lines. A head is always within one; where parts begin does not matter then.
fn blocks(raw: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
            at += line;
            if rest.iter().take(line).all(|byte| matches!(byte, b'\r' | b'\n')) {
                break;
            }
        }
        (at > start).then_some(start..at)
    })
}

/// Where a word of [`WORDS`] stands at which a subtype can: after a slash or a comment, and by itself.
fn names<'r>(raw: &'r [u8], block: &Range<usize>) -> impl Iterator<Item = (usize, &'static [u8])> + 'r {
    let (block, start) = (raw.get(block.clone()).unwrap_or_default(), block.start);
    block.iter().enumerate().filter_map(move |(at, byte)| {
        if !matches!(byte.to_ascii_lowercase(), b'r' | b'g' | b'd') {
            return None;
        }
        let rest = block.get(at..)?;
        let (word, kind) = WORDS.into_iter().find(|(word, _)| starts(rest, word))?;
        let ends = rest.get(word.len()).is_none_or(|next| is_passed_over(*next) || matches!(next, b';' | b'('));
        let before = block.get(..at)?.iter().rev().find(|byte| !is_passed_over(**byte));
        (ends && matches!(before, Some(b'/' | b')'))).then_some((start + at, kind))
    })
}

/// What the parser passes over on its way to a subtype.
fn is_passed_over(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\\')
}

fn starts(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn letter(byte: &u8) -> Option<u8> {
    (!byte.is_ascii_whitespace()).then(|| byte.to_ascii_lowercase())
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|piece| piece == word)
}

fn is_encoded(head: &[u8]) -> bool {
    let values = head.windows(ENCODING.len()).enumerate().filter(|(_, piece)| *piece == ENCODING);
    values.filter_map(|(at, _)| head.get(at + ENCODING.len()..)).any(|value| {
        let plain = PLAIN.into_iter().any(|plain| value.starts_with(plain));
        !plain
    })
}
