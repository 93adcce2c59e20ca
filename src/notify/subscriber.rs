//! Programs that are told what happens to cases, by webhooks signed as Standard Webhooks 1.0.0.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::CONTENT_TYPE;
use tokio::sync::Notify;
use url::Url;

use crate::config::SubscriberSettings;
use crate::domain::event::SubscriberName;
use crate::domain::ids::OutboxId;
use crate::http_client;
use crate::signed_webhooks::{self as signed, Keys};

/// Who asks for more patience than this is asked again all the same.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);
/// What a server that says that it has too much to do, and not how long, is given.
const SHORT_REST: Duration = Duration::from_secs(30);

/// What became of an event that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was taken.
    Taken,
    /// The subscriber wants no more of them.
    Gone,
    /// It was not, or nobody knows.
    Failed {
        /// Why.
        why: String,
        /// How long the subscriber wants to be left alone.
        wait: Option<Duration>,
    },
}

/// One subscriber.
pub struct Subscriber {
    /// What the configuration calls it.
    pub name: SubscriberName,
    /// Wakes whoever sends to it.
    pub added: Notify,
    url: Url,
    keys: Keys,
    client: reqwest::Client,
    resting: Mutex<Option<DateTime<Utc>>>,
}

impl Subscriber {
    /// The subscriber that the settings describe.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(settings: &SubscriberSettings) -> Result<Self, String> {
        let wrong = |why: String| format!("the subscriber `{}` {why}", settings.name);
        Ok(Self {
            name: settings.name.clone(),
            added: Notify::new(),
            url: settings.url.clone(),
            keys: settings.keys().map_err(|why| wrong(format!("has a secret that {why}")))?,
            client: http_client::client(settings.timeout(), settings.ca_file.as_deref()).map_err(wrong)?,
            resting: Mutex::new(None),
        })
    }

    /// Whether it wants to be left alone at this moment.
    pub fn is_resting(&self, now: DateTime<Utc>) -> bool {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| until > now)
    }

    /// Sends an event. What is sent again has the same identifier and body, and a new moment of sending.
    pub async fn send(&self, id: OutboxId, at: DateTime<Utc>, body: Vec<u8>) -> Answer {
        let seal = self.keys.seal(&id.to_string(), at, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(signed::ID, seal.id)
            .header(signed::TIMESTAMP, seal.timestamp)
            .header(signed::SIGNATURE, seal.signature)
            .body(body);
        let answer = match request.send().await {
            Ok(response) => read(response.status().as_u16(), http_client::retry_after(response.headers())),
            // reqwest's own messages hold the address, which may hold more than should be logged.
            Err(error) if error.is_connect() => failed("no connection", None),
            Err(error) if error.is_timeout() => failed("no answer in time", None),
            Err(_) => failed("the connection was cut", None),
        };
        if let Answer::Failed { wait: Some(wait), .. } = &answer {
            let until = at + TimeDelta::from_std(*wait).unwrap_or_default();
            *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
        }
        answer
    }
}

/// Any 2xx is success, 410 the end, and everything else, redirects too, a failure that is tried again.
fn read(status: u16, asked: Option<Duration>) -> Answer {
    match status {
        200..=299 => Answer::Taken,
        410 => Answer::Gone,
        429 | 502..=504 => failed(&format!("HTTP {status}"), Some(asked.unwrap_or(SHORT_REST))),
        _ => failed(&format!("HTTP {status}"), asked),
    }
}

fn failed(why: &str, wait: Option<Duration>) -> Answer {
    Answer::Failed { why: why.to_owned(), wait: wait.map(|wait| wait.min(LONGEST_REST)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_as_the_specification_advises() {
        let wait = |status, asked| match read(status, asked) {
            Answer::Failed { wait, .. } => wait.map(|wait| wait.as_secs()),
            other => panic!("{status}: {other:?}"),
        };
        for taken in [200, 202, 204, 299] {
            assert_eq!(read(taken, None), Answer::Taken);
        }
        assert_eq!(read(410, None), Answer::Gone);
        for failure in [301, 307, 400, 401, 404, 500] {
            assert_eq!(wait(failure, None), None, "{failure}");
            assert_eq!(wait(failure, Some(Duration::from_secs(7))), Some(7), "{failure}");
        }
        for busy in [429, 502, 503, 504] {
            assert_eq!(wait(busy, None), Some(30), "{busy}");
            assert_eq!(wait(busy, Some(Duration::from_secs(7))), Some(7), "{busy}");
            assert_eq!(wait(busy, Some(Duration::from_secs(1 << 40))), Some(86_400), "{busy}");
        }
    }
}
