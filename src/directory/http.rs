//! Requests to directories: no redirects, time limits, bounded answers, and one reading of what an answer means for
//! whether something was changed.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;

use super::DirectoryError;
use crate::http_client::{self, NoBody};

/// No directory's answer that we read is larger.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// A directory that asks for more patience than this is asked again all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// Whether a request can change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It only looks, so nothing is unknown after it.
    Looks,
    /// It may have acted even where no answer came.
    Acts,
}

/// How a directory is reached.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// How long a whole request may take.
    pub timeout: Duration,
    /// A PEM file of root certificates to trust besides the public ones.
    pub ca_file: Option<PathBuf>,
}

/// The client.
pub struct Http {
    client: reqwest::Client,
}

/// A complete answer that is neither a refusal of our credentials, a request for patience nor a failure of the server.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    effect: Effect,
}

impl Http {
    /// A client.
    ///
    /// # Errors
    /// Why the certificates cannot be used.
    pub fn new(settings: &HttpSettings) -> Result<Self, String> {
        let client = http_client::client(settings.timeout, settings.ca_file.as_deref())?;
        Ok(Self { client })
    }

    /// A client for services of the machine that the program runs on, which no proxy reaches.
    ///
    /// # Errors
    /// That it cannot be made.
    #[cfg(feature = "aws")]
    pub fn of_machine(timeout: Duration) -> Result<Self, String> {
        let client = http_client::builder(timeout)
            .no_proxy()
            .build()
            .map_err(|_| "the HTTP client cannot be made".to_owned())?;
        Ok(Self { client })
    }

    /// Makes requests.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`] when nothing was sent or the request only looks, [`DirectoryError::Denied`] for
    /// 401, [`DirectoryError::Limited`] for 429, [`DirectoryError::Unknown`] when a request that acts got no whole
    /// answer or one of 500 and above.
    pub async fn send(&self, request: reqwest::RequestBuilder, effect: Effect) -> Result<Reply, DirectoryError> {
        self.whole(request, effect).await?.sorted()
    }

    /// Sends a request and reads the whole answer, whatever its status: for systems that say in the body why they
    /// refuse. What the body does not explain is for [`Reply::sorted`].
    ///
    /// # Errors
    /// As [`Self::send`], where no whole answer came.
    pub async fn whole(&self, request: reqwest::RequestBuilder, effect: Effect) -> Result<Reply, DirectoryError> {
        let mut response = request.send().await.map_err(|error| lost(&error, effect))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = http_client::body(&mut response, LARGEST_ANSWER).await.map_err(|why| match why {
            NoBody::TooLarge => unclear(effect, "the answer is too large"),
            NoBody::Lost(error) => lost(&error, effect),
        })?;
        Ok(Reply { status, headers, body, effect })
    }
}

impl Reply {
    /// Itself, unless its status says that it is no answer to work with.
    ///
    /// # Errors
    /// As [`Http::send`] for the statuses.
    pub fn sorted(self) -> Result<Self, DirectoryError> {
        let Self { status, ref headers, effect, .. } = self;
        match status {
            401 => Err(DirectoryError::Denied("it does not take the desk's credentials (HTTP 401)".to_owned())),
            429 => Err(DirectoryError::Limited { wait: self.patience() }),
            503 if effect == Effect::Looks && headers.contains_key(RETRY_AFTER) => {
                Err(DirectoryError::Limited { wait: self.patience() })
            }
            300..=399 => Err(unclear(effect, &format!("it answered with a redirect (HTTP {status})"))),
            500.. => Err(unclear(effect, &format!("HTTP {status}"))),
            _ => Ok(self),
        }
    }

    /// How long it asks to be left alone.
    pub fn patience(&self) -> Option<Duration> {
        retry_after(&self.headers)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`DirectoryError::Unknown`] after a request that acts, [`DirectoryError::Unavailable`] after one that looks: what
    /// was answered is not understood. The text does not repeat the answer, which may hold secrets.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DirectoryError> {
        serde_json::from_slice(&self.body).map_err(|_| self.unclear("the answer is not what was expected"))
    }

    /// What to make of an answer that is not understood.
    pub fn unclear(&self, why: &str) -> DirectoryError {
        unclear(self.effect, why)
    }
}

fn unclear(effect: Effect, why: &str) -> DirectoryError {
    match effect {
        Effect::Looks => DirectoryError::Unavailable(why.to_owned()),
        Effect::Acts => DirectoryError::Unknown(why.to_owned()),
    }
}

/// reqwest's own messages hold the address, which may hold more than should be logged.
fn lost(error: &reqwest::Error, effect: Effect) -> DirectoryError {
    if error.is_builder() {
        return DirectoryError::Refused("the request cannot be made".to_owned());
    }
    if error.is_connect() {
        return DirectoryError::Unavailable("no connection".to_owned());
    }
    unclear(effect, if error.is_timeout() { "no answer in time" } else { "the connection was cut" })
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    http_client::retry_after(headers).map(|wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value): &(&'static str, &'static str)| {
            (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn patience_is_asked_for_in_seconds_or_by_a_date_and_has_an_end() {
        let wait = |pairs: &[_]| retry_after(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("retry-after", "999999999")]), Some(3600));
        let date = ("date", "Fri, 06 Nov 2026 12:00:00 GMT");
        assert_eq!(wait(&[("retry-after", "Fri, 06 Nov 2026 12:00:30 GMT"), date]), Some(30));
        assert_eq!(wait(&[("retry-after", "Fri, 06 Nov 2026 11:00:30 GMT"), date]), Some(0));
        for nothing in ["", "soon", "-5"] {
            assert_eq!(wait(&[("retry-after", nothing), date]), None, "{nothing}");
        }
        assert_eq!(wait(&[]), None);
    }
}
