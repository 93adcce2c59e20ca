//! Bars for work that takes long: on standard error, and nowhere when that is not a terminal.

use std::fs::File;
use std::io::{BufReader, Read};

use indicatif::{ProgressBar, ProgressStyle};

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    // A template that could not be read would leave the library's own.
    ProgressStyle::with_template(template).map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}

/// The file, which moves a bar as it is read.
pub(super) fn reading(file: File) -> impl Read {
    let length = file.metadata().map(|about| about.len()).unwrap_or_default();
    let bar = styled(ProgressBar::new(length), "reading {bar:30} {bytes} of {total_bytes}, {eta} left");
    BufReader::new(bar.wrap_read(file))
}

/// A bar for bytes of which nobody knows yet how many there will be.
pub(super) fn writing() -> ProgressBar {
    styled(ProgressBar::no_length(), "{spinner} {bytes} written, {bytes_per_sec}")
}

/// A bar for entries of the log.
pub(super) fn verifying() -> ProgressBar {
    styled(ProgressBar::new(0), "verifying {bar:30} {pos} of {len} entries, {eta} left")
}
