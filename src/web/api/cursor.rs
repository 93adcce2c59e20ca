//! Where a list goes on: a text that programs hand back as they got it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::problem::{Kind, Problem};
use super::query::Query;

/// A place as programs get it.
pub fn made(place: &str) -> String {
    URL_SAFE_NO_PAD.encode(place)
}

/// The place that a query names, read by `read`.
///
/// # Errors
/// [`Problem`] when it was not made by us.
pub fn place<T>(query: &Query, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(cursor) = query.get("cursor") else { return Ok(None) };
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.and_then(|text| read(&text));
    place.map(Some).ok_or_else(|| Problem::parameter(Kind::Invalid, "cursor", "This was not made here."))
}
