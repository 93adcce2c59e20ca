//! PDF (ISO 32000): looked at from outside only. Its inner metadata stays; what stands after its end does not.

use img_parts::Bytes;

use super::Unfit;

pub(super) const MAGIC: &[u8] = b"%PDF-";

/// Readers look for the end in this many last bytes.
const TAIL: usize = 1024;
const END: &[u8] = b"%%EOF";

/// Programs and other files inside; compressed parts can hide them, so that this stops the plain ones only.
const ACTIVE: [&[u8]; 5] = [b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia"];

/// The file up to its end mark.
pub(super) fn trimmed(file: &Bytes) -> Result<Bytes, Unfit> {
    let version = file.get(MAGIC.len()..MAGIC.len() + 3).ok_or(Unfit::Damaged)?;
    if !(matches!(version[0], b'1' | b'2') && version[1] == b'.' && version[2].is_ascii_digit()) {
        return Err(Unfit::Damaged);
    }
    let tail = file.len().saturating_sub(TAIL);
    let end = tail + last(&file[tail..], END).ok_or(Unfit::Damaged)?;
    let before = end.saturating_sub(TAIL);
    last(&file[before..end], b"startxref").ok_or(Unfit::Damaged)?;
    let kept = file.slice(..end + END.len());
    let names = || kept.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &kept[at..]);
    if names().any(|name| is_named(name, b"/Encrypt")) {
        return Err(Unfit::Encrypted);
    }
    if names().any(|name| ACTIVE.iter().any(|active| is_named(name, active))) {
        return Err(Unfit::Active);
    }
    Ok(kept)
}

fn last(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).rposition(|part| part == wanted)
}

/// Whether a name object stands here: a longer name that begins alike is another one.
fn is_named(text: &[u8], name: &[u8]) -> bool {
    text.strip_prefix(name).is_some_and(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric))
}
