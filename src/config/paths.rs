//! The paths of the policy, as tables of the configuration file.

use std::fmt;
use std::marker::PhantomData;

use chrono::TimeDelta;
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::Settings;
use super::check::Checker;
use super::value::{self, Setting};
use super::voice::VoiceProvider;
use crate::domain::evidence::CheckKind;
use crate::domain::policy::{Circumstances, Path, Paths, Policy, Waits};

/// One thing a path needs: any one of these checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives(pub Vec<CheckKind>);

impl Setting for Alternatives {
    const ALLOWED: &'static str = "checks such as `email_link` or `phone_code | agent_callback`; there are password, \
                                   email_link, phone_code, agent_callback, recovery_code, administrator, document and \
                                   in_person";
    fn read(text: &str) -> Option<Self> {
        text.split('|').map(|code| CheckKind::from_code(code.trim())).collect::<Option<_>>().map(Self)
    }
}

/// A table `[[policy.standard]]`, `[[policy.privileged]]`, `[[policy.member]]` or `[[policy.staff]]`: one way to satisfy
/// the policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathSettings {
    /// Kept with a case when its cooling-off starts.
    #[serde(deserialize_with = "value::one")]
    pub name: String,
    /// What it needs: all of these.
    #[serde(deserialize_with = "value::list")]
    pub checks: Vec<Alternatives>,
    /// Second approvals.
    #[serde(default = "one_approval", deserialize_with = "value::number")]
    pub approvals: u8,
    /// Minutes of cooling-off; if not set, `policy.cooling_off_minutes`.
    #[serde(default, deserialize_with = "value::optional_number")]
    pub cooling_off_minutes: Option<u32>,
}

const fn one_approval() -> u8 {
    1
}

/// Section `policy.phone_change`: what a change of a phone number needs, beside its hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhoneChangeSettings {
    /// What it needs: all of these.
    #[serde(deserialize_with = "value::list")]
    pub checks: Vec<Alternatives>,
    /// Second approvals.
    #[serde(deserialize_with = "value::number")]
    pub approvals: u8,
}

impl Default for PhoneChangeSettings {
    fn default() -> Self {
        let either = Alternatives(vec![CheckKind::Document, CheckKind::InPerson]);
        PhoneChangeSettings { checks: vec![Alternatives(vec![CheckKind::EmailLink]), either], approvals: 1 }
    }
}

/// Takes a list of tables, which only a file can hold.
struct Tables<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Tables<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tables, in double brackets, which only the configuration file can hold")
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Err(E::custom("is a list of tables, which only the configuration file can hold"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tables: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(table) = tables.next_element()? {
            list.push(table);
        }
        Ok(Some(list))
    }
}

pub(super) fn tables<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Vec<T>>, D::Error> {
    from.deserialize_any(Tables(PhantomData))
}

fn checks_of(checks: &[Alternatives]) -> Vec<Vec<CheckKind>> {
    checks.iter().map(|group| group.0.clone()).collect()
}

impl Settings {
    /// The policy that these settings describe.
    #[must_use]
    pub fn rules(&self) -> Policy {
        let periods = &self.policy;
        let mut policy = Policy::with_waits(Waits {
            cooling_off: periods.cooling_off(),
            phone_hold: periods.phone_hold(),
            ready_window: periods.ready_window(),
            case_expiry: periods.case_expiry(),
            close_after: periods.close_after(),
        })
        .with_risk(self.risk.rules());
        let path = |path: &PathSettings| Path {
            name: path.name.clone(),
            checks: checks_of(&path.checks),
            approvals: usize::from(path.approvals),
            cooling_off: path
                .cooling_off_minutes
                .map_or_else(|| periods.cooling_off(), |minutes| TimeDelta::minutes(minutes.into())),
        };
        for (of, list) in [
            (Paths::Standard, &periods.standard),
            (Paths::Privileged, &periods.privileged),
            (Paths::Member, &periods.member),
            (Paths::Staff, &periods.staff),
        ] {
            if let Some(list) = list {
                policy = policy.with_paths(of, list.iter().map(path).collect());
            }
        }
        let change = Path {
            checks: checks_of(&periods.phone_change.checks),
            approvals: usize::from(periods.phone_change.approvals),
            ..policy.phone_change.clone()
        };
        if change.checks == policy.phone_change.checks {
            policy.phone_change = change;
            policy
        } else {
            policy.with_paths(Paths::PhoneChange, vec![change])
        }
    }

    pub(super) fn check_policy(&self, checker: &mut Checker) {
        let policy = self.rules();
        // The demonstration has a telephone of its own.
        let calls = !checker.serve() || self.voice.provider != VoiceProvider::None;
        let offered = CheckKind::ALL.iter().copied();
        let circumstances = Circumstances {
            serving: checker.serve(),
            offered: offered.filter(|kind| calls || *kind != CheckKind::PhoneCode).collect(),
        };
        for problem in policy.problems(&circumstances) {
            let key = match problem.of {
                Paths::Standard => "policy.standard",
                Paths::Privileged => "policy.privileged",
                Paths::Member => "policy.member",
                Paths::Staff => "policy.staff",
                Paths::PhoneChange => "policy.phone_change.checks",
            };
            checker.wrong(key, problem.wrong, problem.fix);
        }
        checker.range("policy.phone_change.approvals", self.policy.phone_change.approvals);
        for (key, list) in [
            ("policy.standard", &self.policy.standard),
            ("policy.privileged", &self.policy.privileged),
            ("policy.member", &self.policy.member),
            ("policy.staff", &self.policy.staff),
        ] {
            for path in list.iter().flatten() {
                if path.approvals > MOST_APPROVALS {
                    checker.wrong(
                        key,
                        format!("path `{}` needs {} approvals", path.name, path.approvals),
                        format!("set approvals to at most {MOST_APPROVALS}"),
                    );
                }
            }
        }
        if self.policy.case_expiry_days > 0 && policy.longest_wait() >= policy.case_expiry {
            checker.wrong(
                "policy.case_expiry_days",
                format!("is no longer than the longest cooling-off, {} h", policy.longest_wait().num_hours()),
                "set more days than that, or shorten the cooling-off",
            );
        }
    }
}

/// More people than this are not to be had at a desk.
const MOST_APPROVALS: u8 = 3;
