//! Mails that come in: how they are fetched and read.

mod imap;
mod nesting;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod nesting_tests;
mod read;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use imap::{ImapError, ImapMailbox, Looked, OpenMailbox};
pub use read::{Unreadable, read, read_head};
