//! How a document is examined: question by question, each answered and kept.

use std::collections::BTreeMap;

use super::super::evidence::Outcome;
use super::super::words::coded;

coded! {
    /// A question that whoever examines a document answers with yes or no.
    pub enum Item {
        /// Nothing is cut off, covered or blurred.
        Readable = "readable", "All of it is there and can be read";
        /// It comes from whoever may vouch for a person.
        Official = "official", "It is an identity document or a notarised statement";
        /// It is about this person.
        NameMatches = "name_matches", "The name is the account's";
        /// It counts today.
        InForce = "in_force", "It has not expired";
        /// Nobody worked on it.
        Untampered = "untampered", "Nothing looks altered, pasted in or generated";
        /// It fits the rest of the case.
        FitsStatement = "fits_statement", "It fits what the person told us in this case";
    }
}

/// The answers to every question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination(BTreeMap<Item, bool>);

impl Examination {
    /// The answers that `answer` has for the codes of the questions: `yes` or `no`.
    ///
    /// # Errors
    /// The questions that were not answered.
    pub fn read<'a>(answer: impl Fn(&str) -> &'a str) -> Result<Self, Vec<Item>> {
        let mut answers = BTreeMap::new();
        let mut missing = Vec::new();
        for item in Item::ALL {
            match answer(item.code()) {
                "yes" => drop(answers.insert(*item, true)),
                "no" => drop(answers.insert(*item, false)),
                _ => missing.push(*item),
            }
        }
        if missing.is_empty() { Ok(Self(answers)) } else { Err(missing) }
    }

    /// Passed when every answer is yes.
    pub fn outcome(&self) -> Outcome {
        if self.0.values().all(|yes| *yes) { Outcome::Passed } else { Outcome::Failed }
    }

    /// Every question with its answer.
    pub fn answers(&self) -> impl Iterator<Item = (Item, bool)> + '_ {
        self.0.iter().map(|(item, yes)| (*item, *yes))
    }
}
