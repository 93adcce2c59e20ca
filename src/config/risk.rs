//! When a request looks like an attack, and what it needs then.

use chrono::TimeDelta;
use serde::Deserialize;

use super::check::Checker;
use super::value;
use crate::domain::risk::{Effect, RiskRules};

/// Section `risk`. A signal adds waiting and approvals; none takes any away.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RiskSettings {
    /// Days before a request in which a change of an address of record is recent.
    #[serde(deserialize_with = "value::number")]
    pub address_changed_days: u32,
    /// Minutes that a recent change adds to the cooling-off, for each address.
    #[serde(deserialize_with = "value::number")]
    pub address_changed_wait_minutes: u32,
    /// Least approvals after a recent change.
    #[serde(deserialize_with = "value::number")]
    pub address_changed_approvals: u8,
    /// From how many cases of one account on.
    #[serde(deserialize_with = "value::number")]
    pub repeated_cases: u32,
    /// Days in which they are counted.
    #[serde(deserialize_with = "value::number")]
    pub repeated_days: u32,
    /// Minutes that repeated cases add.
    #[serde(deserialize_with = "value::number")]
    pub repeated_wait_minutes: u32,
    /// Least approvals for repeated cases.
    #[serde(deserialize_with = "value::number")]
    pub repeated_approvals: u8,
    /// From how many people's requests of one network on.
    #[serde(deserialize_with = "value::number")]
    pub network_people: u32,
    /// Hours before and after a request in which they are counted.
    #[serde(deserialize_with = "value::number")]
    pub network_hours: u32,
    /// Minutes that a busy network adds.
    #[serde(deserialize_with = "value::number")]
    pub network_wait_minutes: u32,
    /// Least approvals for a busy network.
    #[serde(deserialize_with = "value::number")]
    pub network_approvals: u8,
    /// Minutes that another country than usual adds.
    #[serde(deserialize_with = "value::number")]
    pub country_wait_minutes: u32,
    /// Least approvals for another country than usual.
    #[serde(deserialize_with = "value::number")]
    pub country_approvals: u8,
    /// From how many people's requests that share something on.
    #[serde(deserialize_with = "value::number")]
    pub campaign_people: u32,
    /// Hours before and after a request in which they are counted.
    #[serde(deserialize_with = "value::number")]
    pub campaign_hours: u32,
    /// Minutes that a campaign adds.
    #[serde(deserialize_with = "value::number")]
    pub campaign_wait_minutes: u32,
    /// Least approvals for a campaign.
    #[serde(deserialize_with = "value::number")]
    pub campaign_approvals: u8,
    /// Mail domains so many people have that sharing one says nothing.
    #[serde(deserialize_with = "value::list")]
    pub common_mail_domains: Vec<String>,
}

/// Large public providers of mailboxes.
const COMMON: [&str; 36] = [
    "163.com",
    "aol.com",
    "comcast.net",
    "docomo.ne.jp",
    "duck.com",
    "ezweb.ne.jp",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "softbank.ne.jp",
    "t-online.de",
    "uol.com.br",
    "web.de",
    "yahoo.co.jp",
    "yahoo.com",
    "yandex.ru",
];

impl Default for RiskSettings {
    fn default() -> Self {
        let rules = RiskRules::default();
        let minutes = |effect: Effect| u32::try_from(effect.wait.num_minutes()).unwrap_or(u32::MAX);
        let approvals = |effect: Effect| u8::try_from(effect.approvals).unwrap_or(u8::MAX);
        let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        RiskSettings {
            address_changed_days: number(rules.address_changed_within.num_days()),
            address_changed_wait_minutes: minutes(rules.address_changed),
            address_changed_approvals: approvals(rules.address_changed),
            repeated_cases: number(rules.repeated_cases),
            repeated_days: number(rules.repeated_within.num_days()),
            repeated_wait_minutes: minutes(rules.repeated),
            repeated_approvals: approvals(rules.repeated),
            network_people: number(rules.network_people),
            network_hours: number(rules.network_within.num_hours()),
            network_wait_minutes: minutes(rules.network),
            network_approvals: approvals(rules.network),
            country_wait_minutes: minutes(rules.country),
            country_approvals: approvals(rules.country),
            campaign_people: number(rules.campaign_people),
            campaign_hours: number(rules.campaign_within.num_hours()),
            campaign_wait_minutes: minutes(rules.campaign),
            campaign_approvals: approvals(rules.campaign),
            common_mail_domains: COMMON.map(str::to_owned).to_vec(),
        }
    }
}

impl RiskSettings {
    /// The rules they describe.
    #[must_use]
    pub fn rules(&self) -> RiskRules {
        let effect = |minutes: u32, approvals: u8| Effect {
            wait: TimeDelta::minutes(minutes.into()),
            approvals: usize::from(approvals),
        };
        RiskRules {
            address_changed_within: TimeDelta::days(self.address_changed_days.into()),
            repeated_cases: self.repeated_cases.into(),
            repeated_within: TimeDelta::days(self.repeated_days.into()),
            network_people: self.network_people.into(),
            network_within: TimeDelta::hours(self.network_hours.into()),
            campaign_people: self.campaign_people.into(),
            campaign_within: TimeDelta::hours(self.campaign_hours.into()),
            address_changed: effect(self.address_changed_wait_minutes, self.address_changed_approvals),
            repeated: effect(self.repeated_wait_minutes, self.repeated_approvals),
            network: effect(self.network_wait_minutes, self.network_approvals),
            country: effect(self.country_wait_minutes, self.country_approvals),
            campaign: effect(self.campaign_wait_minutes, self.campaign_approvals),
        }
    }

    /// Signals that lengthen a wait by no more than this, for a demonstration.
    pub(super) fn shorten_waits(&mut self, minutes: u32) {
        for wait in [
            &mut self.address_changed_wait_minutes,
            &mut self.repeated_wait_minutes,
            &mut self.network_wait_minutes,
            &mut self.country_wait_minutes,
            &mut self.campaign_wait_minutes,
        ] {
            *wait = (*wait).min(minutes);
        }
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("risk.address_changed_days", self.address_changed_days);
        checker.range("risk.address_changed_wait_minutes", self.address_changed_wait_minutes);
        checker.range("risk.address_changed_approvals", self.address_changed_approvals);
        checker.range("risk.repeated_cases", self.repeated_cases);
        checker.range("risk.repeated_days", self.repeated_days);
        checker.range("risk.repeated_wait_minutes", self.repeated_wait_minutes);
        checker.range("risk.repeated_approvals", self.repeated_approvals);
        checker.range("risk.network_people", self.network_people);
        checker.range("risk.network_hours", self.network_hours);
        checker.range("risk.network_wait_minutes", self.network_wait_minutes);
        checker.range("risk.network_approvals", self.network_approvals);
        checker.range("risk.country_wait_minutes", self.country_wait_minutes);
        checker.range("risk.country_approvals", self.country_approvals);
        checker.range("risk.campaign_people", self.campaign_people);
        checker.range("risk.campaign_hours", self.campaign_hours);
        checker.range("risk.campaign_wait_minutes", self.campaign_wait_minutes);
        checker.range("risk.campaign_approvals", self.campaign_approvals);
        let domain =
            |text: &&String| format!("someone@{text}").parse::<crate::domain::contact::EmailAddress>().is_err();
        if let Some(wrong) = self.common_mail_domains.iter().find(domain) {
            checker.wrong(
                "risk.common_mail_domains",
                format!("`{wrong}` is no mail domain"),
                "set domains such as gmail.com, without what stands before the @",
            );
        }
    }
}
