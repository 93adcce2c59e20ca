//! Reading and writing headers.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::operation::Answers;
use super::problem::{Kind, MEDIA_TYPE, Problem};
use crate::domain::api_token::{Left, WINDOW};

/// The code of the person's authenticator.
pub const MFA_CODE: &str = "mfa-code";
/// The key of a request that may be sent again.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says that an answer was given before.
pub const REPLAYED: &str = "idempotency-replayed";
/// Characters of a key.
pub const LONGEST_KEY: usize = 255;

/// A header that stands once.
fn once<'a>(request: &'a ServiceRequest, name: &'static str) -> Result<Option<&'a str>, Problem> {
    let mut all = request.headers().get_all(name);
    let wrong = |why| Problem::parameter(Kind::Malformed, name, why);
    let Some(first) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(wrong("This header stands more than once."));
    }
    first.to_str().map(|value| Some(value.trim())).map_err(|_| wrong("This header holds more than plain characters."))
}

/// What stands after `Bearer` (RFC 6750 §2.1).
pub fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = once(request, "authorization").ok().flatten()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether an answer of this form is one of those that are asked for.
pub fn accepts(request: &ServiceRequest, answers: Answers) -> bool {
    let wanted: Vec<&str> = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).collect();
    let Some((kind, _)) = answers.media_type().split_once('/') else { return true };
    let takes = |part: &str| {
        let mut parts = part.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused =
            parts.any(|part| matches!(part.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        let fits =
            range == "*/*" || range == format!("{kind}/*") || range == answers.media_type() || range == MEDIA_TYPE;
        // What a file is, nobody knows before it is opened.
        !refused && (fits || answers == Answers::File)
    };
    wanted.is_empty() || wanted.iter().flat_map(|value| value.split(',')).any(takes)
}

/// The version that is named (RFC 9110 §13.1.1). `*` names none.
///
/// # Errors
/// [`Problem`] when it is missing or unreadable.
pub fn version(request: &ServiceRequest) -> Result<i64, Problem> {
    let wrong = "Send the ETag of the case as it was read, such as \"7\".";
    let Some(value) = once(request, "if-match")? else {
        return Err(Problem::parameter(Kind::VersionRequired, "if-match", wrong));
    };
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let digits = quoted.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    let version = digits.and_then(|text| text.parse().ok());
    version.ok_or_else(|| Problem::parameter(Kind::Malformed, "if-match", wrong))
}

/// The ETag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The key of a request that may be sent again.
///
/// # Errors
/// [`Problem`] when it is unreadable.
pub fn key(request: &ServiceRequest) -> Result<Option<String>, Problem> {
    let Some(value) = once(request, IDEMPOTENCY_KEY)? else { return Ok(None) };
    let readable = value.bytes().all(|byte| byte.is_ascii_graphic());
    if readable && (1..=LONGEST_KEY).contains(&value.len()) {
        return Ok(Some(value.to_owned()));
    }
    let wrong = format!("A key has 1 to {LONGEST_KEY} visible ASCII characters.");
    Err(Problem::parameter(Kind::Malformed, IDEMPOTENCY_KEY, wrong))
}

/// The code of the person's authenticator.
///
/// # Errors
/// [`Problem`] when it stands more than once.
pub fn code(request: &ServiceRequest) -> Result<Option<&str>, Problem> {
    once(request, MFA_CODE)
}

/// Says what is left of a budget (draft-ietf-httpapi-ratelimit-headers-10).
pub fn tell_budget(headers: &mut HeaderMap, left: Left) {
    let policy = format!("\"token\";q={};w={}", left.most, WINDOW.num_seconds());
    let now = format!("\"token\";r={};t={}", left.left, left.reset);
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn with(name: &'static str, value: &'static str) -> ServiceRequest {
        TestRequest::default().insert_header((name, value)).to_srv_request()
    }

    #[test]
    fn only_a_bearer_token_is_one() {
        assert_eq!(bearer(&with("authorization", "bEARER  mfad_x ")), Some("mfad_x"));
        for wrong in ["mfad_x", "Basic mfad_x", "Bearer", ""] {
            assert_eq!(bearer(&with("authorization", wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_acceptable_is_answered() {
        for (accept, json, csv) in [
            ("application/json", true, false),
            ("text/html, application/*;q=0.5", true, false),
            ("*/*", true, true),
            ("application/problem+json", true, true),
            ("text/csv, application/json;q=0", false, true),
            ("text/html", false, false),
        ] {
            let request = with("accept", accept);
            assert_eq!((accepts(&request, Answers::Json), accepts(&request, Answers::Csv)), (json, csv), "{accept}");
            assert!(accepts(&request, Answers::File));
        }
    }

    #[test]
    fn a_version_is_a_number_in_quotes() {
        assert_eq!(version(&with("if-match", "\"17\"")).ok(), Some(17));
        for wrong in ["*", "17", "W/\"17\"", "\"\"", "\"-1\"", "\"1\", \"2\"", "\"99999999999999999999\""] {
            assert_eq!(version(&with("if-match", wrong)).unwrap_err().kind, Kind::Malformed, "{wrong}");
        }
        let none = TestRequest::default().to_srv_request();
        assert_eq!(version(&none).unwrap_err().kind, Kind::VersionRequired);
    }
}
