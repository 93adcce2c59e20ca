//! Calls by Twilio's Programmable Voice, and text messages by its Messages API.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::{CallProgress, PlaceCall, PlaceError, Placed, SendText, TextError, TextSender, VoiceCaller};
use crate::http_client;

const PLACE_TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 64 * 1024;

/// What is needed to place calls with a Twilio account.
pub struct TwilioSettings {
    /// Where Twilio's REST API is, normally [`default_api_base`].
    pub api_base: Url,
    /// The account, `AC…`.
    pub account_sid: String,
    /// The account's auth token: the API's password and the key of Twilio's signatures.
    pub auth_token: SecretString,
    /// The number that calls come from, in E.164.
    pub from: String,
    /// Where Twilio reaches our own hooks.
    pub public_base: Url,
    /// The client to send with. It should follow no redirects: a redirect would carry the phone number elsewhere.
    pub http: reqwest::Client,
}

/// Where Twilio's REST API is: `https://api.twilio.com`.
pub fn default_api_base() -> Url {
    Url::parse("https://api.twilio.com").expect("the constant is a URL")
}

/// The URL of one of our hooks (`answer`, `status`, …) for one call, exactly as Twilio is told it and signs it.
pub fn hook_url(public_base: &Url, call: &str, hook: &str) -> Url {
    below(public_base, &["hooks", "voice", "twilio", call, hook])
}

/// Twilio's `CallStatus` in our own terms; nothing for a status that we do not know.
pub fn call_state(call_status: &str) -> Option<CallProgress> {
    Some(match call_status {
        "queued" | "initiated" | "ringing" => CallProgress::Ringing,
        "in-progress" => CallProgress::Answered,
        "completed" => CallProgress::Completed,
        "busy" => CallProgress::Busy,
        "no-answer" => CallProgress::NoAnswer,
        "failed" | "canceled" => CallProgress::Failed,
        _ => return None,
    })
}

/// Places calls by Twilio's REST API.
pub struct TwilioCaller {
    settings: TwilioSettings,
    timeout: Duration,
}

impl TwilioCaller {
    /// A caller that gives Twilio ten seconds to answer.
    pub fn new(settings: TwilioSettings) -> Self {
        Self { settings, timeout: PLACE_TIMEOUT }
    }

    /// The same caller with another patience.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// POSTs to one of the account's resources.
    async fn ask(&self, resource: &str, form: &[(&str, &str)]) -> Result<Placed, PlaceError> {
        let settings = &self.settings;
        let url = below(&settings.api_base, &["2010-04-01", "Accounts", &settings.account_sid, resource]);
        let response = settings
            .http
            .post(url)
            .basic_auth(&settings.account_sid, Some(settings.auth_token.expose_secret()))
            .timeout(self.timeout)
            .form(form)
            .send()
            .await
            .map_err(|error| not_sent(&error))?;
        judge(response).await
    }
}

#[async_trait]
impl VoiceCaller for TwilioCaller {
    fn name(&self) -> &'static str {
        "twilio"
    }

    async fn place(&self, call: &PlaceCall) -> Result<Placed, PlaceError> {
        let settings = &self.settings;
        let answer = hook_url(&settings.public_base, &call.call, "answer");
        let status = hook_url(&settings.public_base, &call.call, "status");
        let form = [
            ("To", call.to.as_str()),
            ("From", settings.from.as_str()),
            ("Url", answer.as_str()),
            ("Method", "POST"),
            ("StatusCallback", status.as_str()),
            ("StatusCallbackMethod", "POST"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
            ("Timeout", "40"),
        ];
        self.ask("Calls.json", &form).await
    }

    fn texts(&self) -> Option<&dyn TextSender> {
        Some(self)
    }
}

#[async_trait]
impl TextSender for TwilioCaller {
    async fn send(&self, text: &SendText) -> Result<(), TextError> {
        let form = [("To", text.to.as_str()), ("From", self.settings.from.as_str()), ("Body", text.body.as_str())];
        Ok(self.ask("Messages.json", &form).await.map(|_| ())?)
    }
}

/// What an HTTP exchange that brought no answer means.
fn not_sent(error: &reqwest::Error) -> PlaceError {
    // Only our own words: the error's text names the URL, and with it the account.
    if error.is_builder() {
        PlaceError::NotPlaced("the request could not be built".to_owned())
    } else if error.is_connect() {
        PlaceError::NotPlaced("no secure connection to Twilio could be made".to_owned())
    } else if error.is_timeout() {
        PlaceError::Unknown("Twilio did not answer in time".to_owned())
    } else {
        PlaceError::Unknown("the connection to Twilio broke off before an answer".to_owned())
    }
}

/// What Twilio's answer means.
async fn judge(response: reqwest::Response) -> Result<Placed, PlaceError> {
    let status = response.status();
    let body = read(response).await;
    if status.is_success() {
        let sid = body
            .and_then(|body| serde_json::from_slice::<Taken>(&body).ok())
            .map(|taken| taken.sid)
            .filter(|sid| !sid.is_empty() && sid.chars().all(|c| c.is_ascii_alphanumeric()));
        return match sid {
            Some(sid) => Ok(Placed { provider_id: Some(sid) }),
            None => {
                Err(PlaceError::Unknown(format!("Twilio answered HTTP {} without the id of a call", status.as_u16())))
            }
        };
    }
    // Twilio's message may quote the phone number; its numeric code says as much and quotes nothing.
    let code = body.and_then(|body| serde_json::from_slice::<Problem>(&body).ok()).and_then(|problem| problem.code);
    let text = match code {
        Some(code) => format!("Twilio answered HTTP {}, code {code}", status.as_u16()),
        None => format!("Twilio answered HTTP {}", status.as_u16()),
    };
    Err(match status.as_u16() {
        429 => PlaceError::NotPlaced(text),
        400..=499 => PlaceError::Refused(text),
        _ => PlaceError::Unknown(text),
    })
}

async fn read(mut response: reqwest::Response) -> Option<Vec<u8>> {
    http_client::body(&mut response, LARGEST_ANSWER).await.ok()
}

fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Only a URL such as `mailto:` has no path to extend; sending to it fails as a request that cannot be built.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

#[derive(Deserialize)]
struct Taken {
    sid: String,
}

#[derive(Deserialize)]
struct Problem {
    code: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_stand_below_the_public_base() {
        for base in ["https://desk.example/support", "https://desk.example/support/"] {
            let base = Url::parse(base).expect("a URL");
            assert_eq!(
                hook_url(&base, "0198", "answer").as_str(),
                "https://desk.example/support/hooks/voice/twilio/0198/answer"
            );
        }
        assert_eq!(default_api_base().as_str(), "https://api.twilio.com/");
    }

    #[test]
    fn every_status_of_twilio_is_known() {
        let expected = [
            ("queued", CallProgress::Ringing),
            ("initiated", CallProgress::Ringing),
            ("ringing", CallProgress::Ringing),
            ("in-progress", CallProgress::Answered),
            ("completed", CallProgress::Completed),
            ("busy", CallProgress::Busy),
            ("no-answer", CallProgress::NoAnswer),
            ("failed", CallProgress::Failed),
            ("canceled", CallProgress::Failed),
        ];
        for (status, progress) in expected {
            assert_eq!(call_state(status), Some(progress), "{status}");
        }
        assert_eq!(call_state("Ringing!"), None);
    }

    #[test]
    fn an_order_shows_no_number() {
        let order = PlaceCall { call: "0198".to_owned(), to: "+447911123456".to_owned() };
        assert!(!format!("{order:?}").contains("7911"));
    }
}
