//! Uploaded documents: how large, how many, and how long they are kept.

use chrono::TimeDelta;
use serde::Deserialize;

use super::check::Checker;
use super::value;

/// Section `documents`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentSettings {
    /// Largest document, in MiB.
    #[serde(deserialize_with = "value::number")]
    pub largest_mib: u32,
    /// Documents of one case.
    #[serde(deserialize_with = "value::number")]
    pub per_case: u32,
    /// Uploads from one network in an hour.
    #[serde(deserialize_with = "value::number")]
    pub per_network_per_hour: u32,
    /// Days after the end of a case when its documents are erased.
    #[serde(deserialize_with = "value::number")]
    pub erase_after_days: u32,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        DocumentSettings { largest_mib: 10, per_case: 5, per_network_per_hour: 10, erase_after_days: 30 }
    }
}

impl DocumentSettings {
    /// Largest document, in bytes.
    #[must_use]
    pub fn largest_bytes(&self) -> usize {
        usize::try_from(self.largest_mib).unwrap_or(usize::MAX).saturating_mul(1024 * 1024)
    }

    /// Time between the end of a case and the erasure of its documents.
    #[must_use]
    pub fn erase_after(&self) -> TimeDelta {
        TimeDelta::days(self.erase_after_days.into())
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("documents.largest_mib", self.largest_mib);
        checker.range("documents.per_case", self.per_case);
        checker.range("documents.per_network_per_hour", self.per_network_per_hour);
        checker.range("documents.erase_after_days", self.erase_after_days);
    }
}
