//! The words that customers read and hear, in six languages. Agents' pages, the command line, the logs and the audit
//! record stay English and do not pass through here.
//!
//! `text!("key", name = value).to(language)` is a text in Rust, `{{ t(key="key", name=value) }}` in a template.

mod accept;
mod labels;
mod moment;
mod template;
#[cfg(test)]
mod tests;
mod wrong;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use chrono::{DateTime, Utc};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

pub use crate::domain::form::Language;
pub use accept::from_header;
pub use labels::{Labelled, label};
pub use moment::{moment, phone};
pub use template::register;

#[derive(RustEmbed)]
#[folder = "locales"]
struct CatalogueFiles;

/// What stands in a text's place.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A word, or a number that may decide between singular and plural.
    Plain(FluentValue<'static>),
    /// A moment, which every language writes in its own way.
    Moment(DateTime<Utc>),
}

impl From<DateTime<Utc>> for Value {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Moment(at)
    }
}

impl From<&str> for Value {
    fn from(word: &str) -> Self {
        Self::Plain(FluentValue::from(word).into_owned())
    }
}

/// What a word or a number becomes.
macro_rules! plain {
    ($($type:ty),+) => {
        $(impl From<$type> for Value {
            fn from(of: $type) -> Self {
                Self::Plain(FluentValue::from(of))
            }
        })+
    };
}
plain!(String, i32, i64, u32, u64, usize);

/// A text before its language is known. Made with `text!`, so that a test can see that every key exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    key: Cow<'static, str>,
    values: Vec<(&'static str, Value)>,
}

impl Eq for Text {}

impl Text {
    /// A text by its key. Code uses `text!`; the key of a label is made from its code.
    pub fn new(key: impl Into<Cow<'static, str>>, values: Vec<(&'static str, Value)>) -> Self {
        Self { key: key.into(), values }
    }

    /// The text in a language; the English one where that has none.
    pub fn to(&self, language: Language) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in &self.values {
            let value = match value {
                Value::Plain(value) => value.clone(),
                Value::Moment(at) => moment(language, *at).into(),
            };
            arguments.set(*name, value);
        }
        say(language, &self.key, &arguments)
    }
}

impl fmt::Display for Text {
    /// In English, as the desk and the logs read it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to(Language::English))
    }
}

/// `text!("key", name = value)`: a text that customers read. A number decides between singular and plural.
macro_rules! text {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::locale::Text::new($key, vec![$((stringify!($name), $crate::locale::Value::from($value))),*])
    };
}
pub(crate) use text;

type Bundle = FluentBundle<FluentResource>;

/// A language's texts, read when the first of them is said.
fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: [OnceLock<Bundle>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
    BUNDLES[language as usize].get_or_init(|| read(language))
}

fn read(language: Language) -> Bundle {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    for (path, source) in sources(language) {
        let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, problems)| {
            tracing::error!(path, ?problems, "a catalogue cannot be read in full");
            resource
        });
        if let Err(problems) = bundle.add_resource(resource) {
            tracing::error!(path, ?problems, "a catalogue holds a key that another one holds too");
        }
    }
    bundle
}

/// Path and text of a language's catalogues.
fn sources(language: Language) -> Vec<(String, String)> {
    let folder = format!("{}/", language.code());
    CatalogueFiles::iter()
        .filter(|path| path.starts_with(&folder) && path.ends_with(".ftl"))
        .filter_map(|path| {
            let file = CatalogueFiles::get(&path)?;
            Some((path.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect()
}

fn say(language: Language, key: &str, arguments: &FluentArgs<'_>) -> String {
    for of in [language, Language::English] {
        let bundle = bundle(of);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            complain(of, key, "there is no such text");
            continue;
        };
        let mut problems = Vec::new();
        let said = bundle.format_pattern(pattern, Some(arguments), &mut problems).into_owned();
        if !problems.is_empty() {
            complain(of, key, "the text lacks a value");
        }
        return said;
    }
    key.to_owned()
}

/// A page that lacks a text is drawn many times; the log says it once.
fn complain(language: Language, key: &str, what: &str) {
    static SAID: Mutex<BTreeSet<(Language, String)>> = Mutex::new(BTreeSet::new());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.insert((language, key.to_owned())) {
        tracing::error!(language = language.code(), key, "{what}");
    }
}
