//! Files that are their owner's alone: case data is personal data, and keys are secrets.

use std::fs::OpenOptions;
use std::io::{Result, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Makes a folder, and those above it, unless they are there.
///
/// # Errors
/// When it cannot be made.
pub fn create_private_folder(folder: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder)
}

/// Adds `text` to the end of a file, making it first if need be. A file that is there keeps its rights.
///
/// # Errors
/// When it cannot be written.
pub fn write_private_file(file: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(file)?.write_all(text.as_bytes())
}

/// Makes a new file.
///
/// # Errors
/// When there is one already, or it cannot be made.
pub fn create_private_file(file: &Path) -> Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(file)
}
