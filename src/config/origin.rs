//! Where a value came from, so that a complaint about it can say where to change it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// The place that a value was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    #[default]
    Default,
    /// The configuration file at this path.
    File(PathBuf),
    /// The environment variable of this name.
    Variable(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File(path) => write!(f, "file {}", path.display()),
            Source::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// The source of every key that is not at its default.
#[derive(Clone, Debug, Default)]
pub struct Origins(BTreeMap<String, Source>);

impl Origins {
    /// The source of a dotted key; an element of a list (`key[0]`) has the list's source.
    #[must_use]
    pub fn of(&self, key: &str) -> Source {
        let key = key.split('[').next().unwrap_or(key);
        self.0.get(key).cloned().unwrap_or_default()
    }

    pub(super) fn set(&mut self, key: &str, source: Source) {
        self.0.insert(key.to_owned(), source);
    }
}

/// The environment variable that sets a dotted key.
#[must_use]
pub fn variable_name(key: &str) -> String {
    format!("MFA_DESK__{}", key.replace('.', "__").to_uppercase())
}
