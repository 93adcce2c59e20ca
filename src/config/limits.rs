//! Bounds on what a stranger, a customer or an agent can make the desk do.

use serde::Deserialize;

use super::check::Checker;
use super::value;

/// Section `limits`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Largest body of a form, in KiB.
    #[serde(deserialize_with = "value::number")]
    pub body_kib: u32,
    /// Forms from one network in an hour.
    #[serde(deserialize_with = "value::number")]
    pub forms_per_network_hour: u32,
    /// Forms from one network in a day.
    #[serde(deserialize_with = "value::number")]
    pub forms_per_network_day: u32,
    /// Forms for one address from one network in an hour.
    #[serde(deserialize_with = "value::number")]
    pub forms_per_address_hour: u32,
    /// Mails with a link to one address in an hour.
    #[serde(deserialize_with = "value::number")]
    pub link_mails_per_hour: u32,
    /// Mails that anyone can cause to one account in an hour.
    #[serde(deserialize_with = "value::number")]
    pub mails_per_account_hour: u32,
    /// Messages of one case's customer in an hour.
    #[serde(deserialize_with = "value::number")]
    pub messages_per_hour: u32,
    /// Calls for one case, and for one account, in a day.
    #[serde(deserialize_with = "value::number")]
    pub calls_per_case_day: u32,
    /// Calls asked for from one network in an hour.
    #[serde(deserialize_with = "value::number")]
    pub calls_per_network_hour: u32,
    /// Calls by one agent in an hour.
    #[serde(deserialize_with = "value::number")]
    pub calls_per_agent_hour: u32,
    /// Wrong codes in a row after which an account gets no more of them.
    #[serde(deserialize_with = "value::number")]
    pub code_failures: u32,
    /// Wrong passwords in a row after which unknown browsers have one try a day (NIST SP 800-63B-4 §3.2.2).
    #[serde(deserialize_with = "value::number")]
    pub sign_in_failures: u32,
    /// Failed sign-ins from one network in a quarter of an hour.
    #[serde(deserialize_with = "value::number")]
    pub sign_ins_per_network: u32,
    /// Reveals of one agent in an hour.
    #[serde(deserialize_with = "value::number")]
    pub reveals_per_hour: u32,
    /// Cases that one agent looks at in an hour.
    #[serde(deserialize_with = "value::number")]
    pub views_per_hour: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        LimitSettings {
            body_kib: 64,
            forms_per_network_hour: 60,
            forms_per_network_day: 300,
            forms_per_address_hour: 20,
            link_mails_per_hour: 3,
            mails_per_account_hour: 20,
            messages_per_hour: 20,
            calls_per_case_day: 12,
            calls_per_network_hour: 30,
            calls_per_agent_hour: 30,
            code_failures: 100,
            sign_in_failures: 100,
            sign_ins_per_network: 100,
            reveals_per_hour: 30,
            views_per_hour: 200,
        }
    }
}

impl LimitSettings {
    /// Largest body of a form, in bytes.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        usize::try_from(self.body_kib).unwrap_or(usize::MAX).saturating_mul(1024)
    }

    pub(super) fn check(&self, checker: &mut Checker) {
        checker.range("limits.body_kib", self.body_kib);
        checker.range("limits.forms_per_network_hour", self.forms_per_network_hour);
        checker.range("limits.forms_per_network_day", self.forms_per_network_day);
        checker.range("limits.forms_per_address_hour", self.forms_per_address_hour);
        checker.range("limits.link_mails_per_hour", self.link_mails_per_hour);
        checker.range("limits.mails_per_account_hour", self.mails_per_account_hour);
        checker.range("limits.messages_per_hour", self.messages_per_hour);
        checker.range("limits.calls_per_case_day", self.calls_per_case_day);
        checker.range("limits.calls_per_network_hour", self.calls_per_network_hour);
        checker.range("limits.calls_per_agent_hour", self.calls_per_agent_hour);
        checker.range("limits.code_failures", self.code_failures);
        checker.range("limits.sign_in_failures", self.sign_in_failures);
        checker.range("limits.sign_ins_per_network", self.sign_ins_per_network);
        checker.range("limits.reveals_per_hour", self.reveals_per_hour);
        checker.range("limits.views_per_hour", self.views_per_hour);
        if self.forms_per_network_day < self.forms_per_network_hour {
            checker.wrong(
                "limits.forms_per_network_day",
                "is less than the forms of one hour",
                "set at least limits.forms_per_network_hour",
            );
        }
    }
}
