//! Semantic checks: each finding names the key, what is wrong, and what to set.

use std::fmt;

use super::Mode;
use super::origin::{Origins, Source, variable_name};
use super::reference::range;

/// One reason why the settings are unfit for what is about to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The dotted key.
    pub key: &'static str,
    /// Where its value came from.
    pub source: Source,
    /// What is wrong.
    pub wrong: String,
    /// What to set.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { key, wrong, fix, .. } = self;
        match &self.source {
            Source::Default => {
                write!(f, "{key} (or {}): {wrong}; {fix}", variable_name(key))
            }
            source => write!(f, "{key} ({source}): {wrong}; {fix}"),
        }
    }
}

/// Collects problems for one mode.
pub(super) struct Checker<'a> {
    origins: &'a Origins,
    mode: Mode,
    found: Vec<Problem>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(origins: &'a Origins, mode: Mode) -> Self {
        Checker { origins, mode, found: Vec::new() }
    }

    pub(super) fn serve(&self) -> bool {
        self.mode == Mode::Serve
    }

    pub(super) fn wrong(&mut self, key: &'static str, wrong: impl Into<String>, fix: impl Into<String>) {
        self.found.push(Problem { key, source: self.origins.of(key), wrong: wrong.into(), fix: fix.into() });
    }

    /// Holds a number against its row in `RANGES`.
    pub(super) fn range(&mut self, key: &'static str, value: impl Into<u64>) {
        let value = value.into();
        if let Some((least, most)) = range(key)
            && !(least..=most).contains(&value)
        {
            self.wrong(key, format!("{value} is out of range"), format!("set {least} to {most}"));
        }
    }

    pub(super) fn finish(self) -> Vec<Problem> {
        self.found
    }
}
