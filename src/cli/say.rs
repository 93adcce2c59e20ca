//! What commands say. Whoever reads it, such as `head`, may have seen enough and gone away; `println!` would panic then.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// The exit code of programs that are ended by SIGPIPE, as shells tell it: nobody takes an unread answer for a good one.
const NOBODY_READS: i32 = 141;

/// Writes to the standard output. Ends the process where nobody reads it any more, or it cannot be written to.
pub(super) fn print(text: Arguments<'_>) {
    let Err(error) = io::stdout().lock().write_fmt(text) else { return };
    if error.kind() != ErrorKind::BrokenPipe {
        warn(format_args!("mfa-desk: {error}\n"));
    }
    std::process::exit(NOBODY_READS);
}

/// Writes to the standard error, if anybody reads it.
pub(super) fn warn(text: Arguments<'_>) {
    // There is no other place to say so.
    let _ = io::stderr().lock().write_fmt(text);
}

/// Like `println!`, to whoever still reads.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::say::print(format_args!("{}\n", format_args!($($words)*))) };
}

/// Like `eprintln!`, to whoever still reads.
macro_rules! complain {
    ($($words:tt)*) => { $crate::cli::say::warn(format_args!("{}\n", format_args!($($words)*))) };
}

pub(super) use {complain, say};
