//! Why a configuration could not be read.

use std::path::PathBuf;

use super::origin::Source;

/// A configuration that could not be read. No message repeats a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file that was asked for is not there.
    #[error("configuration file {} does not exist", .0.display())]
    NoFile(PathBuf),
    /// The file is there and cannot be read.
    #[error("configuration file {} cannot be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: std::io::Error,
    },
    /// The file is not TOML.
    #[error("configuration file {}: {what}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, column and what was expected there.
        what: String,
    },
    /// Keys that do not exist, all of them.
    #[error("{}", lines(.0))]
    Unknown(Vec<UnknownKey>),
    /// A value of the wrong type or form.
    #[error("{key} ({source_of}): {what}")]
    Value {
        /// The dotted key.
        key: String,
        /// Where the value was read.
        source_of: Source,
        /// What is wrong and what is allowed.
        what: String,
    },
    /// An environment variable that cannot be used.
    #[error("environment variable {name}: {what}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong and what to do.
        what: String,
    },
}

/// A key that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// The dotted key as it was given.
    pub key: String,
    /// Where it was given.
    pub source: Source,
    /// A key that exists and looks like it.
    pub near: Option<&'static str>,
}

impl std::fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): there is no such key", self.key, self.source)?;
        match (self.near, &self.source) {
            (None, _) => Ok(()),
            (Some(near), Source::Variable(_)) => {
                write!(f, "; did you mean {}?", super::variable_name(near))
            }
            (Some(near), _) => write!(f, "; did you mean {near}?"),
        }
    }
}

fn lines(keys: &[UnknownKey]) -> String {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join("\n")
}
