//! What a start script of a server that we did not write says of it.

use std::collections::HashMap;
use std::path::PathBuf;

/// The file that `variable` names, where such a server runs.
pub fn file(variable: &str) -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os(variable)?))
}

/// The `KEY=VALUE` lines of that file.
pub fn values(variable: &str) -> Option<HashMap<String, String>> {
    let text = std::fs::read_to_string(file(variable)?).unwrap_or_else(|_| panic!("{variable} names a file"));
    Some(text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}
