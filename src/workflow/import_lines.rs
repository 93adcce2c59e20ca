//! CSV files that are imported whole or not at all, with every wrong line named.

use std::io::Read;

use serde::de::DeserializeOwned;

use crate::store::StoreError;

/// What is wrong with one line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// Line in the file, the header being 1.
    pub line: u64,
    /// Column name, or empty when the line as a whole is wrong.
    pub column: &'static str,
    /// What is wrong.
    pub why: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not CSV with the right header.
    #[error("the file cannot be read: {0}")]
    File(String),
    /// What it is to be imported into is not configured.
    #[error("no directory is called `{0}` in the configuration")]
    NoDirectory(String),
    /// Lines are wrong; every one is listed.
    #[error("{} lines are wrong", .0.len())]
    Lines(Vec<LineError>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What stands between semicolons in a cell.
pub(super) fn listed(cell: &str) -> Vec<String> {
    cell.split(';').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// Reads every line of a file, and answers with those that `parse` takes and what is wrong with the others.
///
/// # Errors
/// [`ImportError::File`] when it is not CSV, or a column of `required` is missing.
pub(super) fn read<L: DeserializeOwned, P>(
    file: impl Read,
    columns: &str,
    required: &[&str],
    mut parse: impl FnMut(u64, &L) -> Result<P, Vec<LineError>>,
) -> Result<(Vec<P>, Vec<LineError>), ImportError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let headers = reader.headers().map_err(|error| ImportError::File(error.to_string()))?.clone();
    for required in required {
        if !headers.iter().any(|header| header == *required) {
            return Err(ImportError::File(format!("the column {required} is missing; the columns are {columns}")));
        }
    }
    let (mut parsed, mut errors) = (Vec::new(), Vec::new());
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok((parsed, errors)),
            Ok(true) => {}
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                let why = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "this is not UTF-8 text".to_owned(),
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        format!("{len} cells instead of {expected_len}")
                    }
                    _ => "this is not CSV".to_owned(),
                };
                errors.push(LineError { line, column: "", why });
                if error.is_io_error() {
                    return Ok((parsed, errors));
                }
                continue;
            }
        }
        let line = record.position().map_or(line, csv::Position::line);
        match record.deserialize::<L>(Some(&headers)) {
            Ok(row) => match parse(line, &row) {
                Ok(taken) => parsed.push(taken),
                Err(wrong) => errors.extend(wrong),
            },
            Err(_) => {
                let why = format!("unknown columns; the columns are {columns}");
                errors.push(LineError { line, column: "", why });
            }
        }
    }
}
