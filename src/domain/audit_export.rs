//! The forms in which the log leaves in one piece.

use std::borrow::Cow;

use super::audit::{COLUMNS, Entry};
use super::audit_line::json_line;
use super::ocsf::event_line;
use super::words::coded;

coded! {
    /// How a file holds entries.
    pub enum ExportFormat {
        /// A table with a header (RFC 4180).
        Csv = "csv", "CSV";
        /// One JSON object a line, with the log's columns.
        JsonLines = "jsonl", "JSON Lines";
        /// One event of the Open Cybersecurity Schema Framework a line.
        Ocsf = "ocsf", "OCSF";
    }
}

impl ExportFormat {
    /// The media type, as a header says it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines | Self::Ocsf => "application/x-ndjson",
        }
    }

    /// What a file's name ends with, after its dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Ocsf => "ocsf.jsonl",
        }
    }

    /// Whether such a file has a manifest: entries can be read back from it to the letter.
    pub const fn is_proven(self) -> bool {
        match self {
            Self::Csv | Self::JsonLines => true,
            Self::Ocsf => false,
        }
    }

    /// What a file begins with.
    ///
    /// # Errors
    /// [`csv::Error`] when there is no room for it.
    pub fn beginning(self) -> Result<Vec<u8>, csv::Error> {
        match self {
            Self::Csv => csv_of(std::iter::once(COLUMNS)),
            Self::JsonLines | Self::Ocsf => Ok(Vec::new()),
        }
    }

    /// Some entries as the file has them.
    ///
    /// # Errors
    /// [`csv::Error`] when there is no room for them.
    pub fn chunk(self, entries: &[Entry]) -> Result<Vec<u8>, csv::Error> {
        let lines = |line: fn(&Entry) -> String| {
            let mut text = String::new();
            for entry in entries {
                text.push_str(&line(entry));
                text.push('\n');
            }
            text.into_bytes()
        };
        match self {
            Self::Csv => csv_of(entries.iter().map(|entry| entry.cells().map(Cell))),
            Self::JsonLines => Ok(lines(json_line)),
            Self::Ocsf => Ok(lines(event_line)),
        }
    }
}

/// A cell as the writer wants it, without a copy.
struct Cell<'a>(Cow<'a, str>);

impl AsRef<[u8]> for Cell<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Rows as CSV, without a header.
///
/// # Errors
/// [`csv::Error`] when there is no room for them.
pub fn csv_of<R>(rows: impl Iterator<Item = R>) -> Result<Vec<u8>, csv::Error>
where
    R: IntoIterator,
    R::Item: AsRef<[u8]>,
{
    // RFC 4180 §2 ends lines with CRLF.
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
