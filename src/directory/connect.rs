use super::Configured;
use crate::config::DirectorySettings;

/// Why a configured directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the directory `{name}` {why}")]
pub struct NotConnected {
    /// Which.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Makes the connectors that the settings describe. Nothing is sent yet.
///
/// # Errors
/// [`NotConnected`] for the first that cannot be made.
pub fn connect(all: &[DirectorySettings]) -> Result<Vec<Configured>, NotConnected> {
    all.iter().map(one).collect()
}

fn one(settings: &DirectorySettings) -> Result<Configured, NotConnected> {
    Err(NotConnected {
        name: settings.name.to_string(),
        why: "is of a kind that this program was built without".to_owned(),
    })
}
