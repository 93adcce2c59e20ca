//! What several targets need: fixed keys, a runtime, and laws that more than one kind of text has to keep.

use std::future::Future;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use mfa_desk::domain::form::is_unprintable;
use mfa_desk::domain::note::NoteKey;
use mfa_desk::domain::token::ServerKey;
use secrecy::SecretString;

/// The server's key in every target.
pub static KEY: LazyLock<ServerKey> =
    LazyLock::new(|| ServerKey::new(SecretString::from("a key that is long enough for a fuzzed server")));

/// The key of a log; nothing else may sign for it.
pub static LOG: LazyLock<NoteKey> = LazyLock::new(|| NoteKey::new("desk.example/audit", &[7; 32]).expect("a name"));

/// A moment in the middle of things.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).expect("a moment")
}

/// Runs what is asynchronous to its end.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}

/// Text that stands on one line of a page, a mail or an export.
#[track_caller]
pub fn is_line(text: &str, longest: usize) {
    assert!(!text.chars().any(is_unprintable), "unprintable: {text:?}");
    assert!(text.chars().count() <= longest, "longer than {longest}");
}

/// Text that may have several lines.
#[track_caller]
pub fn is_text(text: &str, longest: usize) {
    assert!(!text.chars().any(|c| c != '\n' && c != '\t' && is_unprintable(c)), "unprintable: {text:?}");
    assert!(text.chars().count() <= longest, "longer than {longest}");
}

/// Takes so many bytes off the front, fewer where there are fewer.
pub fn take<'a>(data: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = data.split_at(count.min(data.len()));
    *data = rest;
    taken
}

/// A number from the next bytes.
pub fn number(data: &mut &[u8]) -> u32 {
    take(data, 4).iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

/// What stands before the first line feed, and what after it.
pub fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

/// The same bytes with one bit turned; none where there is nothing to turn.
pub fn with_one_bit_turned(bytes: &[u8], at: u32) -> Option<Vec<u8>> {
    let bit = at as usize % bytes.len().checked_mul(8).filter(|bits| *bits > 0)?;
    let mut turned = bytes.to_vec();
    turned[bit / 8] ^= 1 << (bit % 8);
    Some(turned)
}
