//! The parameters of a query: those that the table declares, and no others.

use std::collections::BTreeMap;

use super::operation::{Operation, Values};
use super::problem::{Kind, Problem};

/// What a query asks for, checked against its operation.
#[derive(Debug, Clone, Default)]
pub struct Query(BTreeMap<&'static str, String>);

impl Query {
    /// Reads a query. A parameter that is mistyped must not look like a list without a filter.
    ///
    /// # Errors
    /// [`Problem`] when a parameter is not known, stands twice, or is not one of its values.
    pub fn read(operation: &Operation, query: &str) -> Result<Self, Problem> {
        let mut found = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let wrong = |detail: String| Problem::parameter(Kind::Malformed, name.clone().into_owned(), detail);
            let Some(param) = operation.params.iter().find(|param| param.name == name) else {
                return Err(wrong("There is no such parameter.".to_owned()));
            };
            check(&param.values, &value).map_err(wrong)?;
            if found.insert(param.name, value.into_owned()).is_some() {
                return Err(wrong("This parameter stands more than once.".to_owned()));
            }
        }
        Ok(Self(found))
    }

    /// A parameter's value, or nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// How many rows a page has.
    pub fn limit(&self, usual: i64) -> i64 {
        self.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usual)
    }

    /// The same query from another place on.
    pub fn from(&self, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(name, _)| **name != "cursor"));
        query.append_pair("cursor", cursor).finish()
    }
}

fn check(values: &Values, value: &str) -> Result<(), String> {
    // No database can store it, and nothing is called so.
    if value.contains('\0') {
        return Err("This holds a character that nothing can hold.".to_owned());
    }
    match values {
        Values::OneOf(codes) if codes.contains(&value) => Ok(()),
        Values::OneOf(codes) => Err(format!("One of: {}.", codes.join(", "))),
        Values::Text(most) if (1..=*most).contains(&value.chars().count()) => Ok(()),
        Values::Text(most) => Err(format!("1 to {most} characters.")),
        Values::Number(least, most) => match value.parse::<i64>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(()),
            _ => Err(format!("A whole number from {least} to {most}.")),
        },
    }
}
