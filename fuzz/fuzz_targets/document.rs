//! Uploaded documents: what is kept of a picture or a PDF.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mfa_desk::domain::document::prepare;

/// What an orientation takes that is kept alone.
const ORIENTATION: usize = 64;

fuzz_target!(|data: &[u8]| {
    let Ok(fit) = prepare(Bytes::copy_from_slice(data)) else { return };
    assert!(fit.bytes.len() <= data.len() + ORIENTATION);
    // Nothing is left that would be taken off, and it is what it was.
    let again = prepare(fit.bytes.clone()).expect("what was kept is a document");
    assert_eq!(again, fit);
    for chunk in [&b"tEXt"[..], b"eXIf", b"iTXt", b"zTXt"] {
        let is_png = fit.bytes.starts_with(b"\x89PNG");
        assert!(!is_png || !kinds(&fit.bytes).any(|kind| kind == chunk));
    }
});

/// The kinds of a PNG's chunks.
fn kinds(png: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = &png[8..];
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let kind = after.get(..4)?;
        rest = after.get(4 + u32::from_be_bytes(*length) as usize + 4..)?;
        Some(kind)
    })
}
