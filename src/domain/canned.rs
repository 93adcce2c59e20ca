//! Texts that agents begin from, with places that are filled in from the case.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::form::Language;
use super::ids::ReplyId;
use super::words::coded;

coded! {
    /// What can be filled in: this list, and nothing else.
    pub enum Placeholder {
        /// The customer's name, as the form says it.
        Name = "name", "the customer’s name";
        /// The case's reference.
        Reference = "reference", "the case’s reference";
        /// The name of whoever writes.
        Agent = "agent", "your name";
        /// What the product is called.
        Product = "product", "the product’s name";
    }
}

/// A text in as many languages as it was written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedReply {
    /// Internal identifier.
    pub id: ReplyId,
    /// What agents choose it by.
    pub title: String,
    /// Its texts.
    pub texts: BTreeMap<Language, String>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

/// A reply without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTitle {
    /// Internal identifier.
    pub id: ReplyId,
    /// What agents choose it by.
    pub title: String,
    /// The languages that it was written in.
    pub languages: BTreeSet<Language>,
}

/// A place in a text that nothing can be filled into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{{{{{0}}}}} is none of the places that can be filled in")]
pub struct UnknownPlaceholder(pub String);

enum Part<'a> {
    Text(&'a str),
    Place(&'a str),
}

/// The text cut at its places. Braces that do not close are text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        parts.push(Part::Text(before));
        parts.push(Part::Place(name.trim()));
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

/// Whether everything in a text can be filled in.
///
/// # Errors
/// [`UnknownPlaceholder`] names the first place that cannot.
pub fn check(text: &str) -> Result<(), UnknownPlaceholder> {
    let unknown = |part: &Part<'_>| match part {
        Part::Place(name) if Placeholder::from_code(name).is_none() => Some((*name).to_owned()),
        _ => None,
    };
    parts(text).iter().find_map(unknown).map_or(Ok(()), |name| Err(UnknownPlaceholder(name)))
}

/// The text with its places filled in. What is filled in is never read again, whatever it holds.
pub fn fill(text: &str, value: impl Fn(Placeholder) -> String) -> String {
    let one = |part: Part<'_>| match part {
        Part::Text(text) => text.to_owned(),
        Part::Place(name) => Placeholder::from_code(name).map_or_else(|| format!("{{{{{name}}}}}"), &value),
    };
    parts(text).into_iter().map(one).collect()
}

impl CannedReply {
    /// The text for a case in this language, and its own language: English, or what there is, where it lacks the wanted
    /// one.
    pub fn text(&self, wanted: Language) -> Option<(Language, &str)> {
        let language = chosen(wanted, self.texts.keys().copied())?;
        self.texts.get(&language).map(|text| (language, text.as_str()))
    }
}

impl ReplyTitle {
    /// The language of the text that [`CannedReply::text`] has.
    pub fn language(&self, wanted: Language) -> Option<Language> {
        chosen(wanted, self.languages.iter().copied())
    }
}

fn chosen(wanted: Language, mut there: impl Iterator<Item = Language> + Clone) -> Option<Language> {
    let has = |language: &Language| there.clone().any(|each| each == *language);
    [wanted, Language::English].into_iter().find(has).or_else(|| there.next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(place: Placeholder) -> String {
        match place {
            Placeholder::Name => "{{agent}} {% raw %} Zoë".to_owned(),
            other => format!("<{}>", other.code()),
        }
    }

    #[test]
    fn places_are_filled_in_once_and_braces_are_text() {
        assert_eq!(fill("Dear {{name}}, {{ reference }}.", value), "Dear {{agent}} {% raw %} Zoë, <reference>.");
        for text in ["", "{", "{{", "}}", "{{name", "{ {name}}", "{% if x %}{{"] {
            assert_eq!(fill(text, value), text);
            assert!(check(text).is_ok(), "{text}");
        }
        assert_eq!(check("{{name}} {{secret}}"), Err(UnknownPlaceholder("secret".to_owned())));
        assert_eq!(UnknownPlaceholder("x".to_owned()).to_string(), "{{x}} is none of the places that can be filled in");
    }

    #[test]
    fn the_language_of_the_case_is_chosen_before_english_and_anything() {
        let text = |language: Language| (language, language.code().to_owned());
        let mut reply = CannedReply {
            id: ReplyId::new(DateTime::UNIX_EPOCH, [0; 10]),
            title: String::new(),
            texts: [text(Language::English), text(Language::German)].into(),
            changed_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(reply.text(Language::German), Some((Language::German, "de")));
        assert_eq!(reply.text(Language::French), Some((Language::English, "en")));
        reply.texts.remove(&Language::English);
        assert_eq!(reply.text(Language::French), Some((Language::German, "de")));
        reply.texts.clear();
        assert_eq!(reply.text(Language::French), None);
    }

    proptest! {
        #[test]
        fn text_without_places_stays_as_it_is(text in "[^{}]*") {
            prop_assert_eq!(fill(&text, value), text);
        }

        #[test]
        fn what_is_filled_in_stands_in_the_text_as_it_is(name in ".*") {
            prop_assert_eq!(fill("a{{name}}b", |_| name.clone()), format!("a{name}b"));
        }
    }
}
