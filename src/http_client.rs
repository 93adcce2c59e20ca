//! The client that requests to other programs are made with.

use std::path::Path;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

const CONNECT: Duration = Duration::from_secs(5);

/// A client that follows no redirects, keeps no connections and trusts the root certificates of a PEM file besides the
/// public ones.
///
/// # Errors
/// Why the certificates cannot be used.
pub(crate) fn client(timeout: Duration, ca_file: Option<&Path>) -> Result<reqwest::Client, String> {
    let mut builder = builder(timeout);
    if let Some(path) = ca_file {
        let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let roots = reqwest::Certificate::from_pem_bundle(&pem);
        for root in roots.map_err(|_| format!("{} holds no PEM certificates", path.display()))? {
            builder = builder.add_root_certificate(root);
        }
    }
    builder.build().map_err(|_| "the HTTP client cannot be made".to_owned())
}

/// What a client is made from that follows no redirects and keeps no connections.
pub(crate) fn builder(timeout: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        // A redirect could carry our credentials to another host.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(timeout)
        // A kept connection that the other side has just closed would leave an order's outcome unknown.
        .pool_max_idle_per_host(0)
}

/// Why there is no whole body.
pub(crate) enum NoBody {
    /// It is larger than any that makes sense.
    TooLarge,
    /// The connection ended before it did.
    Lost(reqwest::Error),
}

/// The whole body of an answer, unless it has more than `most` bytes.
pub(crate) async fn body(response: &mut reqwest::Response, most: usize) -> Result<Vec<u8>, NoBody> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(NoBody::Lost)? {
        if body.len() + chunk.len() > most {
            return Err(NoBody::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What a header that asks for patience says (RFC 9110 §10.2.3): seconds, or a date, which is taken against the answer's
/// own so that our clock does not matter.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    match asked.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(asked).ok()?;
            let from = DateTime::parse_from_rfc2822(text(DATE)?).ok()?;
            Some((until - from).to_std().unwrap_or_default())
        }
    }
}
