//! Systems that the log is forwarded to: what they are called, and what they are sent.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::audit::Entry;
use super::audit_line::json_line;
use super::event::NotOne;
use super::ocsf::event_line;
use super::words::{checked_text, coded};

/// What the configuration calls a system that the log is forwarded to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ForwarderName(String);

impl ForwarderName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ForwarderName {
    type Err = NotOne;

    fn from_str(text: &str) -> Result<Self, NotOne> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let sound = (1..=32).contains(&text.len()) && text.chars().all(fits);
        if sound { Ok(Self(text.to_owned())) } else { Err(NotOne::new("1 to 32 lower-case letters, digits, - and _")) }
    }
}

checked_text!(NotOne: ForwarderName);

coded! {
    /// How an entry is written for another system.
    pub enum FeedFormat {
        /// The columns of the log.
        Json = "json", "JSON";
        /// The Open Cybersecurity Schema Framework.
        Ocsf = "ocsf", "OCSF";
    }
}

impl FeedFormat {
    /// The entry as one line of JSON.
    pub fn line(self, entry: &Entry) -> String {
        match self {
            Self::Json => json_line(entry),
            Self::Ocsf => event_line(entry),
        }
    }
}
