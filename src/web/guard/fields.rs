//! Reading forms.

use std::collections::BTreeMap;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::{Ready, ready};

use crate::domain::case::AuthenticatorSet;
use crate::domain::ids::AuthenticatorId;
use crate::web::error::PageError;

/// The names of fields that somebody writes in their own words. None of them is for a secret.
const FREE_TEXTS: [&str; 5] = ["body", "message", "note", "reason", "number"];

/// The fields of a form, decoded. The first of several with the same name counts.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    first: BTreeMap<String, String>,
    /// Every pair in its order, as the telephone provider's signature covers them.
    pub pairs: Vec<(String, String)>,
}

impl Fields {
    /// A field's value, or nothing.
    pub fn get(&self, name: &str) -> &str {
        self.first.get(name).map_or("", String::as_str)
    }

    /// Every value of a field that a form may hold several times, such as ticked boxes.
    pub fn all_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The authenticators that were chosen; nothing where none was, or where one of them cannot be one.
    pub fn authenticators(&self) -> Option<AuthenticatorSet> {
        let ids: Result<Vec<AuthenticatorId>, _> = self.all_of("authenticator").map(str::parse).collect();
        AuthenticatorSet::new(ids.ok()?)
    }

    /// What somebody wrote in their own words, if the form has a place for it and they did.
    pub fn free_text(&self) -> Option<&str> {
        FREE_TEXTS.into_iter().map(|name| self.get(name)).find(|text| !text.trim().is_empty())
    }

    /// Every field by name.
    pub fn all(&self) -> &BTreeMap<String, String> {
        &self.first
    }
}

fn component(text: &[u8]) -> Result<String, PageError> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded = percent_encoding::percent_decode(&spaced).collect::<Vec<u8>>();
    let text = String::from_utf8(decoded).map_err(|_| PageError::NotUtf8)?;
    // PostgreSQL cannot store NUL, and no text needs it.
    if text.contains('\0') { Err(PageError::NotUtf8) } else { Ok(text) }
}

/// Reads `application/x-www-form-urlencoded`; what is not UTF-8 is refused rather than mended.
pub fn decode(request_type: Option<&str>, body: &Bytes) -> Result<Fields, PageError> {
    let form = request_type.is_none_or(|kind| {
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    if !form {
        return Err(PageError::NotAForm);
    }
    let mut fields = Fields::default();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = component(halves.next().unwrap_or_default())?;
        let value = component(halves.next().unwrap_or_default())?;
        fields.first.entry(name.clone()).or_insert_with(|| value.clone());
        fields.pairs.push((name, value));
    }
    Ok(fields)
}

/// The request's content type, when it has one.
pub fn content_type(request: &actix_web::dev::ServiceRequest) -> Option<String> {
    request.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("unreadable").to_owned())
}

impl FromRequest for Fields {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    /// The guard has read the body already; without it there is no form.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(PageError::NotAForm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(body: &[u8]) -> Result<Fields, PageError> {
        decode(Some("application/x-www-form-urlencoded"), &Bytes::copy_from_slice(body))
    }

    #[test]
    fn the_first_of_doubled_fields_counts() {
        let fields = read(b"a=1&b=%C3%BC+x&a=2").unwrap();
        assert_eq!((fields.get("a"), fields.get("b"), fields.get("c")), ("1", "ü x", ""));
        assert_eq!(fields.pairs.len(), 3);
    }

    #[test]
    fn what_is_not_utf8_or_not_a_form_is_refused() {
        assert!(matches!(read(b"a=%FF"), Err(PageError::NotUtf8)));
        assert!(matches!(read(b"a=%00"), Err(PageError::NotUtf8)));
        assert!(matches!(decode(Some("application/json"), &Bytes::from_static(b"{}")), Err(PageError::NotAForm)));
    }

    proptest! {
        #[test]
        fn any_body_is_answered_without_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }
    }
}
