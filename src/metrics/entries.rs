//! What an entry of the audit log counts as. What is rolled back has no entry, so it is not counted.

use serde_json::Value;

use super::{Counters, Metrics, Word};
use crate::domain::audit::NewEntry;

/// How a case begins.
pub(super) const OPENED: [&str; 4] = ["administrator", "colleague", "form", "owner"];
/// How a case ends.
pub(super) const CLOSED: [&str; 4] = ["closed", "expired", "rejected", "withdrawn"];

const LONGEST_WORD: usize = 48;

/// A code of ours as a label. Anything else, such as an address, is no label.
fn word(text: &str) -> Word {
    let of_a_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let is_code = (1..=LONGEST_WORD).contains(&text.len()) && text.chars().all(of_a_code);
    if is_code { text.to_owned().into() } else { "other".into() }
}

fn one_more(family: &Counters<1>, label: &'static str, value: impl Into<Word>) {
    family.get_or_create(&[(label, value.into())]).inc();
}

impl Metrics {
    /// Counts an entry that is durable.
    pub(super) fn recorded(&self, entry: &NewEntry) {
        one_more(&self.entries, "action", word(&entry.action));
        let code = |key: &str| word(entry.details.get(key).and_then(Value::as_str).unwrap_or_default());
        match entry.action.as_str() {
            "case.submitted" => one_more(&self.opened, "by", "form"),
            "case.opened_by_owner" => one_more(&self.opened, "by", "owner"),
            "case.opened_by_colleague" => one_more(&self.opened, "by", "colleague"),
            "case.opened_on_behalf" => one_more(&self.opened, "by", "administrator"),
            "case.closed" => one_more(&self.closed, "outcome", "closed"),
            "case.expired" => one_more(&self.closed, "outcome", "expired"),
            "case.rejected" => one_more(&self.closed, "outcome", "rejected"),
            "case.withdrawn" => one_more(&self.closed, "outcome", "withdrawn"),
            "case.deactivated" => one_more(&self.deactivations, "result", "done"),
            "case.deactivation_failed" => one_more(&self.deactivations, "result", "failed"),
            "case.disputed" => {
                self.disputes.inc();
            }
            "case.refused" => one_more(&self.refusals, "rule", code("rule")),
            "check.passed" => self.checked(code("check"), "passed"),
            "check.failed" => self.checked(code("check"), "failed"),
            "check.wrong_code" => self.checked(code("check"), "wrong_code"),
            "check.refused" => self.checked(code("check"), "refused"),
            "agent.sign_in_refused" => one_more(&self.sign_ins_refused, "side", "desk"),
            "account.sign_in_refused" => one_more(&self.sign_ins_refused, "side", "account"),
            "token.refused" => one_more(&self.sign_ins_refused, "side", "api"),
            "block.began" | "block.extended" => one_more(&self.throttles, "limit", code("limit")),
            "call.placed" => one_more(&self.calls, "result", "placed"),
            "call.not_placed" => one_more(&self.calls, "result", "not_placed"),
            "call.unknown" => one_more(&self.calls, "result", "unknown"),
            "call.refused" => one_more(&self.calls, "result", "refused"),
            "text.sent" => one_more(&self.texts, "result", "sent"),
            "text.not_sent" => one_more(&self.texts, "result", "not_sent"),
            "text.unknown" => one_more(&self.texts, "result", "unknown"),
            _ => {}
        }
    }

    fn checked(&self, check: Word, result: &'static str) {
        self.checks.get_or_create(&[("check", check), ("result", result.into())]).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_code_and_nothing_that_a_person_typed() {
        for code in ["case.refused", "form-network", "wrong_state", "2fa"] {
            assert_eq!(word(code), code);
        }
        let long = "a".repeat(LONGEST_WORD + 1);
        for other in ["", "MFA-7K3Q-9ZDX", "olivia@demo.example", "2001:db8::/48", "a b", "ä", long.as_str()] {
            assert_eq!(word(other), "other", "{other}");
        }
    }
}
