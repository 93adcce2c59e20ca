//! What is written to standard error.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::check::Checker;
use super::value::{self, Setting};

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Setting for LogFormat {
    const ALLOWED: &'static str = "text or json";
    fn read(text: &str) -> Option<Self> {
        match text {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            _ => None,
        }
    }
}

/// Section `log`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// The form of a line.
    #[serde(deserialize_with = "value::one")]
    pub format: LogFormat,
    /// Which events are written: a level, or directives of `tracing_subscriber::EnvFilter`.
    #[serde(deserialize_with = "value::one")]
    pub filter: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        LogSettings { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

impl LogSettings {
    pub(super) fn check(&self, checker: &mut Checker) {
        if let Err(error) = EnvFilter::try_new(&self.filter) {
            checker.wrong(
                "log.filter",
                format!("`{}` is not a filter ({error})", self.filter),
                "set a level such as info, or directives such as info,mfa_desk=debug",
            );
        }
    }
}
