//! Bodies: JSON, and what is wrong with it.

use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::{Ready, ready};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::problem::{Kind, Problem};
use crate::domain::form::{Wrong, free_text};
use crate::workflow::Halt;

/// A body as it came, read by the guard.
#[derive(Clone)]
pub struct Raw(pub Bytes);

/// A body that was read into what the operation takes.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let raw = request.extensions().get::<Raw>().cloned();
        let none = || Problem::new(Kind::Malformed, "This needs a body.");
        ready(raw.ok_or_else(none).and_then(|raw| read(&raw.0)).map(Self))
    }
}

/// Where serde stopped, as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(part).collect()
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (pointer, inner) = (pointer(error.path()), error.inner());
        match inner.classify() {
            serde_json::error::Category::Data => Problem::field(pointer, without_place(&inner.to_string())),
            _ => Problem::new(Kind::Malformed, format!("This is not JSON: {inner}.")),
        }
    })?;
    json.end().map_err(|error| Problem::new(Kind::Malformed, format!("This is not one JSON value: {error}.")))?;
    Ok(value)
}

/// The pointer says where it is.
fn without_place(words: &str) -> String {
    words.rsplit_once(" at line ").map_or(words, |(words, _)| words).to_owned()
}

/// A text of a body that somebody reads.
///
/// # Errors
/// [`Problem`] that points at it.
pub fn text(pointer: &str, typed: &str) -> Result<String, Problem> {
    free_text(typed).map_err(|wrong| wrong_at(pointer, wrong))
}

/// What is wrong with a member of a body.
pub fn wrong_at(pointer: &str, wrong: Wrong) -> Problem {
    Problem::field(pointer, Halt::Wrong(wrong).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        numbers: Vec<i32>,
    }

    fn problem(text: &str) -> (Kind, String) {
        let problem = read::<Sample>(text.as_bytes()).unwrap_err();
        let wire = serde_json::to_value(problem.to_string()).unwrap();
        (problem.kind, wire.to_string())
    }

    #[test]
    fn what_is_wrong_is_told_without_places_in_the_text() {
        assert!(read::<Sample>(br#"{"numbers":[1]}"#).is_ok());
        assert_eq!(problem("{").0, Kind::Malformed);
        assert_eq!(problem(r#"{"numbers":[]} x"#).0, Kind::Malformed);
        let (kind, words) = problem(r#"{"numbers":[1,"x"]}"#);
        assert!(kind == Kind::Invalid && !words.contains("line"), "{words}");
        assert_eq!(problem(r#"{"numbers":[],"more":1}"#).0, Kind::Invalid);
    }
}
