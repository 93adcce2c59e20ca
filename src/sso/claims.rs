//! Reading a token whose signature was checked.

use chrono::{DateTime, Utc};
use openidconnect::core::CoreGenderClaim;
use openidconnect::{AdditionalClaims, IdTokenClaims};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::authn::sso::{Claims, Subject};

/// Claims that OpenID Connect does not name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Extra {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for Extra {}

/// What the token says, or nothing where its subject cannot be one.
pub(super) fn read(token: &IdTokenClaims<Extra, CoreGenderClaim>, role_claim: &str) -> Option<Claims> {
    let name = token.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned());
    let methods = token.auth_method_refs().map(Vec::as_slice).unwrap_or_default();
    Some(Claims {
        subject: Subject::new(token.issuer().as_str(), token.subject().as_str())?,
        email: token.email().and_then(|email| email.as_str().parse().ok()),
        email_verified: token.email_verified() == Some(true),
        name,
        groups: values(&token.additional_claims().all, role_claim),
        acr: token.auth_context_ref().map(|context| context.as_str().to_owned()),
        amr: methods.iter().map(|method| method.as_str().to_owned()).collect(),
        auth_time: token.auth_time(),
    })
}

/// From when the token counts, where it says so (RFC 7519 §4.1.5).
pub(super) fn begins_at(token: &IdTokenClaims<Extra, CoreGenderClaim>) -> Option<DateTime<Utc>> {
    let seconds = token.additional_claims().all.get("nbf")?.as_f64()?;
    // A fraction of a second is nothing beside what clocks differ.
    Some(DateTime::from_timestamp(seconds as i64, 0).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// The values of a claim: a list of texts, or one text. A name with dots is looked for inside other claims too, as in
/// `realm_access.roles`. Nothing where there is no such claim.
fn values(claims: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let inside = || {
        let mut parts = name.split('.');
        let first = claims.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    };
    Some(match claims.get(name).or_else(inside)? {
        Value::String(one) => vec![one.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn roles_are_found_as_text_as_a_list_and_inside_other_claims() {
        let claims = json!({
            "one": "desk", "list": ["a", 7, "b"], "realm_access": { "roles": ["c"] },
            "https://example.org/roles": ["d"], "number": 1,
        });
        let claims = claims.as_object().unwrap();
        for (name, expected) in [
            ("one", Some(vec!["desk"])),
            ("list", Some(vec!["a", "b"])),
            ("realm_access.roles", Some(vec!["c"])),
            ("https://example.org/roles", Some(vec!["d"])),
            ("number", Some(vec![])),
            ("realm_access", Some(vec![])),
            ("absent.roles", None),
        ] {
            let expected = expected.map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(values(claims, name), expected, "{name}");
        }
    }
}
