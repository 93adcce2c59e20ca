//! Batches of lines by HTTP: newline-delimited JSON, one request each.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use url::Url;

use super::NotTaken;
use crate::config::HttpFeedSettings;
use crate::domain::audit::Entry;
use crate::domain::forward::{FeedFormat, ForwarderName};
use crate::http_client;

/// By which a receiver knows a batch that it has had already.
const IDEMPOTENCY: &str = "idempotency-key";
/// Who asks for more patience than this is asked again all the same.
const LONGEST_REST: Duration = Duration::from_secs(3600);

pub(super) struct HttpFeed {
    client: reqwest::Client,
    url: Url,
    bearer: Option<HeaderValue>,
}

impl HttpFeed {
    pub(super) fn new(settings: &HttpFeedSettings, patience: Duration, ca_file: Option<&Path>) -> Result<Self, String> {
        let token = settings.bearer().map_err(|why| format!("has a token that {why}"))?;
        let header = |token: secrecy::SecretString| {
            let value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
            value.map(|mut value| {
                value.set_sensitive(true);
                value
            })
        };
        let bearer = token.map(header).transpose().map_err(|_| "has a token that no header can carry".to_owned())?;
        Ok(Self { client: http_client::client(patience, ca_file)?, url: settings.url.clone(), bearer })
    }

    pub(super) async fn send(
        &self,
        name: &ForwarderName,
        format: FeedFormat,
        entries: &[Entry],
    ) -> Result<(), NotTaken> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
        let mut body = String::new();
        for entry in entries {
            body.push_str(&format.line(entry));
            body.push('\n');
        }
        // A string as structured fields write it (RFC 9651 §3.3.3). What was erased between two tries makes the bytes
        // others, and then it is another request.
        let digest = hex::encode(&Sha256::digest(&body)[..16]);
        let key = format!("\"{name}-{}-{}-{digest}\"", first.seq, last.seq);
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header(IDEMPOTENCY, key)
            .body(body);
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer.clone());
        }
        match request.send().await {
            Ok(response) => match response.status().as_u16() {
                200..=299 => Ok(()),
                status => Err(NotTaken {
                    why: format!("HTTP {status}"),
                    wait: http_client::retry_after(response.headers()).map(|wait| wait.min(LONGEST_REST)),
                    too_large: status == 413,
                }),
            },
            // reqwest's own messages hold the address, which may hold more than should be logged.
            Err(error) if error.is_connect() => Err(NotTaken::because("no connection")),
            Err(error) if error.is_timeout() => Err(NotTaken::because("no answer in time")),
            Err(error) if error.is_builder() => Err(NotTaken::because("no request can be made")),
            Err(_) => Err(NotTaken::because("the connection was cut")),
        }
    }
}
