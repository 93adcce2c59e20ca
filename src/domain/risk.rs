//! Risk signals: what makes a request look like an attack. A signal adds waiting and approvals; none ever takes any
//! away. All of them look at what only grows, so that what was raised once stays raised.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::words::coded;

coded! {
    /// What was noticed.
    pub enum Signal {
        /// The telephone number of record was changed not long before the request, or since.
        PhoneChanged = "phone_changed", "Phone number of record changed recently";
        /// The e-mail address of record was changed not long before the request, or since.
        EmailChanged = "email_changed", "E-mail address of record changed recently";
        /// The account asks again and again.
        RepeatedCases = "repeated_cases", "Several requests for this account";
        /// Many people's requests come from one network.
        BusyNetwork = "busy_network", "Many requests from one network";
        /// The request came from another country than the account is used from.
        ForeignCountry = "foreign_country", "Request from another country than usual";
        /// Requests for several people share a number, a mail domain or their wording.
        Campaign = "campaign", "Part of a campaign";
    }
}

/// What a signal adds to every path of the policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// Added to the cooling-off.
    pub wait: TimeDelta,
    /// The least number of second approvals.
    pub approvals: usize,
}

/// When signals fire, and what they add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRules {
    /// An address of record that was changed this long before the request, or later.
    pub address_changed_within: TimeDelta,
    /// From how many cases of one account on,
    pub repeated_cases: i64,
    /// submitted within this time before the request, or later.
    pub repeated_within: TimeDelta,
    /// From how many different people's cases of one network on,
    pub network_people: i64,
    /// submitted within this time before or after the request.
    pub network_within: TimeDelta,
    /// From how many different people's cases that share a number, a mail domain or their wording on,
    pub campaign_people: i64,
    /// submitted within this time before or after the request.
    pub campaign_within: TimeDelta,
    /// What each signal adds.
    pub address_changed: Effect,
    /// See [`RiskRules::repeated_cases`].
    pub repeated: Effect,
    /// See [`RiskRules::network_people`].
    pub network: Effect,
    /// The request's country is not the account's.
    pub country: Effect,
    /// See [`RiskRules::campaign_people`].
    pub campaign: Effect,
}

impl Default for RiskRules {
    fn default() -> Self {
        let effect = |hours, approvals| Effect { wait: TimeDelta::hours(hours), approvals };
        Self {
            address_changed_within: TimeDelta::days(30),
            repeated_cases: 3,
            repeated_within: TimeDelta::days(90),
            network_people: 5,
            network_within: TimeDelta::hours(24),
            campaign_people: 5,
            campaign_within: TimeDelta::hours(24),
            address_changed: effect(72, 1),
            repeated: effect(24, 1),
            network: effect(24, 1),
            country: effect(24, 0),
            campaign: effect(72, 1),
        }
    }
}

/// People are counted up to here: counting further costs more than it tells.
pub const MOST_PEOPLE: i64 = 100;

fn people(count: i64) -> String {
    if count < MOST_PEOPLE { format!("{count} people") } else { format!("{MOST_PEOPLE} people or more") }
}

/// Which attribute many people's cases share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tie {
    /// The number to be called back on.
    Phone,
    /// The domain of the address.
    MailDomain,
    /// The words.
    Wording,
}

impl Tie {
    /// What the cases share, in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Phone => "the same number to be called back on",
            Self::MailDomain => "the same mail domain",
            Self::Wording => "the same words",
        }
    }
}

/// What the store knows that the rules are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskFacts {
    /// When the form came in.
    pub submitted_at: DateTime<Utc>,
    /// When the e-mail address of record was last changed.
    pub email_changed_at: Option<DateTime<Utc>>,
    /// When the telephone number of record was last changed.
    pub phone_changed_at: Option<DateTime<Utc>>,
    /// Cases of the account in the time that [`RiskRules::repeated_within`] reaches back, and later, this one included.
    pub cases_of_account: i64,
    /// Different people whose cases came from the same network in [`RiskRules::network_within`].
    pub people_of_network: i64,
    /// The attribute shared by most people in [`RiskRules::campaign_within`], and by how many.
    pub campaign: Option<(Tie, i64)>,
    /// Where the request came from, when the proxy says.
    pub country: Option<String>,
    /// Where the account is usually used from.
    pub usual_country: Option<String>,
}

/// A signal that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// Which.
    pub signal: Signal,
    /// What was seen, for an agent who asks why.
    pub why: String,
    /// What it adds.
    pub effect: Effect,
}

impl RiskRules {
    /// The signals that fire for these facts.
    pub fn weigh(&self, facts: &RiskFacts) -> Vec<Raised> {
        let mut raised = Vec::new();
        let mut raise = |signal, effect, why| raised.push(Raised { signal, why, effect });
        let since = facts.submitted_at - self.address_changed_within;
        for (signal, what, at) in [
            (Signal::PhoneChanged, "phone number", facts.phone_changed_at),
            (Signal::EmailChanged, "e-mail address", facts.email_changed_at),
        ] {
            if let Some(at) = at.filter(|at| *at > since) {
                let why = format!("the {what} of record was changed on {}", at.format("%-d %b %Y"));
                raise(signal, self.address_changed, why);
            }
        }
        if facts.cases_of_account >= self.repeated_cases {
            let (count, days) = (facts.cases_of_account, self.repeated_within.num_days());
            raise(Signal::RepeatedCases, self.repeated, format!("{count} cases of this account in {days} days"));
        }
        if facts.people_of_network >= self.network_people {
            let (people, hours) = (people(facts.people_of_network), self.network_within.num_hours());
            let why = format!("requests for {people} from the same network in {hours} hours");
            raise(Signal::BusyNetwork, self.network, why);
        }
        if let (Some(country), Some(usual)) = (&facts.country, &facts.usual_country)
            && country != usual
        {
            let why = format!("the request came from {country}, the account is used from {usual}");
            raise(Signal::ForeignCountry, self.country, why);
        }
        if let Some((tie, count)) = facts.campaign.filter(|(_, count)| *count >= self.campaign_people) {
            let what = match tie {
                Tie::Phone => "callback number",
                Tie::MailDomain => "mail domain",
                Tie::Wording => "wording",
            };
            let (people, hours) = (people(count), self.campaign_within.num_hours());
            let why = format!("requests for {people} share the same {what} in {hours} hours");
            raise(Signal::Campaign, self.campaign, why);
        }
        raised
    }
}

/// What all signals together add: their waits one after another, and as many approvals as the most that one asks for.
pub fn together(raised: &[Raised]) -> Effect {
    Effect {
        wait: raised.iter().map(|raised| raised.effect.wait).sum(),
        approvals: raised.iter().map(|raised| raised.effect.approvals).max().unwrap_or(0),
    }
}

impl Effect {
    /// The larger of both in each respect.
    #[must_use]
    pub fn at_least(self, other: Self) -> Self {
        Self { wait: self.wait.max(other.wait), approvals: self.approvals.max(other.approvals) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> RiskFacts {
        RiskFacts {
            submitted_at: DateTime::UNIX_EPOCH + TimeDelta::days(1000),
            email_changed_at: None,
            phone_changed_at: None,
            cases_of_account: 1,
            people_of_network: 1,
            campaign: Some((Tie::MailDomain, 1)),
            country: None,
            usual_country: None,
        }
    }

    fn signals(facts: &RiskFacts) -> Vec<Signal> {
        RiskRules::default().weigh(facts).into_iter().map(|raised| raised.signal).collect()
    }

    #[test]
    fn an_ordinary_request_raises_nothing() {
        assert_eq!(signals(&quiet()), []);
        let at_home = RiskFacts { country: Some("DE".into()), usual_country: Some("DE".into()), ..quiet() };
        assert_eq!(signals(&at_home), []);
    }

    #[test]
    fn each_sign_raises_its_signal_and_only_from_its_threshold_on() {
        let before = |days| Some(quiet().submitted_at - TimeDelta::days(days));
        let after = Some(quiet().submitted_at + TimeDelta::days(1));
        let foreign = RiskFacts { country: Some("KP".into()), usual_country: Some("DE".into()), ..quiet() };
        for (facts, expected) in [
            (RiskFacts { phone_changed_at: before(29), ..quiet() }, vec![Signal::PhoneChanged]),
            (RiskFacts { phone_changed_at: after, ..quiet() }, vec![Signal::PhoneChanged]),
            (RiskFacts { phone_changed_at: before(30), ..quiet() }, vec![]),
            (RiskFacts { email_changed_at: before(1), ..quiet() }, vec![Signal::EmailChanged]),
            (RiskFacts { cases_of_account: 2, ..quiet() }, vec![]),
            (RiskFacts { cases_of_account: 3, ..quiet() }, vec![Signal::RepeatedCases]),
            (RiskFacts { people_of_network: 4, ..quiet() }, vec![]),
            (RiskFacts { people_of_network: 5, ..quiet() }, vec![Signal::BusyNetwork]),
            (RiskFacts { campaign: Some((Tie::Wording, 4)), ..quiet() }, vec![]),
            (RiskFacts { campaign: Some((Tie::Wording, 5)), ..quiet() }, vec![Signal::Campaign]),
            (foreign, vec![Signal::ForeignCountry]),
        ] {
            assert_eq!(signals(&facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn signals_add_up_and_say_why() {
        let facts = RiskFacts { cases_of_account: 4, people_of_network: 9, ..quiet() };
        let raised = RiskRules::default().weigh(&facts);
        assert_eq!(together(&raised), Effect { wait: TimeDelta::hours(48), approvals: 1 });
        assert_eq!(raised[0].why, "4 cases of this account in 90 days");
    }
}
