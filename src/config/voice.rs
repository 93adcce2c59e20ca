//! Automated calls.

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::check::Checker;
use super::server::is_local;
use super::value::{self, Setting};

/// Who places automated calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VoiceProvider {
    /// Nobody: automated calls are not offered.
    #[default]
    None,
    /// Twilio's Programmable Voice, or a server that speaks its API.
    Twilio,
}

impl Setting for VoiceProvider {
    const ALLOWED: &'static str = "none or twilio";
    fn read(text: &str) -> Option<Self> {
        match text {
            "none" => Some(VoiceProvider::None),
            "twilio" => Some(VoiceProvider::Twilio),
            _ => None,
        }
    }
}

/// Section `voice`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoiceSettings {
    /// Who places automated calls.
    #[serde(deserialize_with = "value::one")]
    pub provider: VoiceProvider,
    /// The account at Twilio.
    pub twilio: TwilioSettings,
}

/// Section `voice.twilio`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TwilioSettings {
    /// Account SID: `AC` and 32 hexadecimal digits.
    #[serde(deserialize_with = "value::optional")]
    pub account_sid: Option<String>,
    /// Auth token.
    #[serde(deserialize_with = "value::secret")]
    pub auth_token: Option<SecretString>,
    /// The number that calls come from, in E.164 form.
    #[serde(deserialize_with = "value::optional")]
    pub from: Option<String>,
    /// Where the API is; with this provider and no problems found, it is never `None`.
    #[serde(deserialize_with = "value::optional")]
    pub api_base: Option<Url>,
}

impl Default for TwilioSettings {
    fn default() -> Self {
        TwilioSettings {
            account_sid: None,
            auth_token: None,
            from: None,
            api_base: Url::parse("https://api.twilio.com").ok(),
        }
    }
}

impl VoiceSettings {
    pub(super) fn check(&self, checker: &mut Checker) {
        if self.provider == VoiceProvider::Twilio {
            self.twilio.check(checker);
        }
    }
}

impl TwilioSettings {
    fn check(&self, checker: &mut Checker) {
        if !self.account_sid.as_deref().is_some_and(is_account_sid) {
            checker.wrong(
                "voice.twilio.account_sid",
                "is not set or not an account SID",
                "set AC and 32 hexadecimal digits, as Twilio's console shows it",
            );
        }
        if self.auth_token.is_none() {
            checker.wrong(
                "voice.twilio.auth_token",
                "is not set",
                "set the account's auth token, or voice.provider to none",
            );
        }
        if !self.from.as_deref().is_some_and(is_e164) {
            checker.wrong(
                "voice.twilio.from",
                "is not set or not in E.164 form",
                "set the calling number as + and 7 to 15 digits, such as +15551230100",
            );
        }
        let safe = |url: &Url| url.scheme() == "https" || url.scheme() == "http" && is_local(url);
        if !self.api_base.as_ref().is_some_and(safe) {
            checker.wrong(
                "voice.twilio.api_base",
                "is not an https URL",
                "set an https URL; http is for localhost only",
            );
        }
    }
}

fn is_account_sid(text: &str) -> bool {
    text.strip_prefix("AC").is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
    })
}
