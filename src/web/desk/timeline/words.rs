//! Audit entries in words, for people who have to decide something.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::domain::audit::Entry;
use crate::domain::evidence::CheckKind;
use crate::domain::ids::AuthenticatorId;
use crate::domain::limits::Limit;
use crate::domain::privacy::Cause;
use crate::domain::recovery::Setback;
use crate::domain::risk::Signal;
use crate::web::page::in_words;

/// The words for an action; the action itself where it has none, so that nothing is left out.
pub(super) fn words(action: &str) -> &str {
    match action {
        "case.submitted" => "Request received",
        "case.opened_on_behalf" => "Opened by an administrator of the account, on the owner’s behalf",
        "case.opened_by_owner" => "Begun by the owner, in self-service",
        "case.owner_let_in" => "Owner let in by alternative factors",
        "case.handed_over" => "Handed over by the owner",
        "case.new_device_seen" => "A new authenticator was activated",
        "account.signed_in" => "Signed in to manage authenticators",
        "account.sessions_ended" => "Signed out everywhere",
        "case.opened_by_colleague" => "Opened by a colleague who cannot use their device",
        "case.submitted_again" => "The same form came again",
        "case.account_matched" => "Account found",
        "case.unmatched" => "No account found",
        "authenticator.enrolment_begun" => "Fresh authenticator asked for",
        "authenticator.enrolled" => "Fresh authenticator set up",
        "authenticator.not_enrolled" => "No fresh authenticator was set up",
        "authenticator.other_browser" => "Fresh authenticator asked for in a browser that passed no telephone code",
        "authenticator.not_taken_back" => "The fresh authenticator could not be switched off again",
        "case.directory_unavailable" => "The directory could not be asked",
        "case.deactivation_unfinished" => "Deactivated, but not all that goes with it was done",
        "account.sessions_not_ended" => "Old sign-ins could not be ended",
        "case.page_opened" => "Case page opened in a browser",
        "case.viewed" => "Looked at the case",
        "case.revealed" => "Saw full addresses",
        "case.claimed" => "Claimed",
        "case.released" => "Released",
        "case.reassigned" => "Reassigned",
        "case.note_added" => "Note added",
        "case.message_sent" => "Message to the customer",
        "case.message_received" => "Message from the customer",
        "case.reason_given" => "Reason given",
        "case.awaiting_approval" => "Evidence complete, approval needed",
        "case.approved" => "Approved",
        "case.approval_asked" => "Approval asked for",
        "case.approval_refused" => "Approval refused",
        "case.cooling_off" => "Cooling-off began",
        "case.cooling_off_lengthened" => "Cooling-off lengthened by a risk signal",
        "case.cooling_off_halfway" => "Customer told once more, half way",
        "case.ready" => "Ready to deactivate",
        "case.risk_raised" => "Risk signals ask for more",
        "case.evidence_lapsed" => "Evidence no longer counts",
        "case.deactivating" => "Deactivation ordered",
        "case.deactivated" => "Deactivated, confirmed by the directory",
        "case.rest_left" => "The rest stays as it is",
        "case.deactivation_failed" => "Deactivation not confirmed by the directory",
        "case.declined" => "Declined by an administrator of the account",
        "case.rejected" => "Rejected",
        "case.withdrawn" => "Withdrawn",
        "case.expired" => "Expired",
        "case.merged" => "Merged into another case of the account",
        "case.duplicate_merged" => "A duplicate was merged into this case",
        "case.closed" => "Closed",
        "case.disputed" => "Disputed: “this wasn’t me”",
        "case.disputed_after_end" => "Disputed after its end",
        "case.dispute_ended" => "Dispute ended",
        "case.refused" => "Refused by a rule",
        "case.stale_form" => "A form from an older version was not taken",
        "document.uploaded" => "Document uploaded",
        "document.refused" => "Document not taken",
        "document.viewed" => "Document opened",
        "document.examined" => "Document examined",
        "document.erased" => "Document erased",
        "meeting.recorded" => "Meeting in person recorded",
        "check.passed" => "Check passed",
        "check.failed" => "Check failed",
        "check.wrong_code" => "Wrong code",
        "policy.explained" => "Policy explained at the command line",
        "administrators.asked" => "Administrators of the account asked for",
        "administrators.written_to" => "Administrators of the account written to",
        "administrators.not_asked" => "Administrators not asked: too often",
        "request.viewed" => "An administrator of the account looked at the request",
        "request.refused" => "Request not shown to an account",
        "check.refused" => "Check refused: too often",
        "link.opened" => "Link opened, not confirmed by that",
        "link.refused" => "Link refused",
        "link.asked_for" => "New link asked for",
        "link.sent_again" => "New link sent",
        "call.asked_for" => "Call asked for",
        "call.placed" => "Call placed",
        "call.not_placed" => "Call not placed",
        "call.unknown" => "Unknown whether the call was placed",
        "call.progress" => "Call reported",
        "call.refused" => "Call refused",
        "text.sent" => "Text message sent",
        "text.not_sent" => "Text message not sent",
        "text.unknown" => "Unknown whether the text message was sent",
        "phone_change.requested" => "New phone number asked for",
        "phone_change.awaiting_approval" => "New phone number: evidence complete, approval needed",
        "phone_change.approved" => "New phone number: approved",
        "phone_change.approval_voided" => "New phone number: the approval no longer counts",
        "phone_change.evidence_lapsed" => "New phone number: evidence no longer counts",
        "phone_change.held" => "New phone number: hold began",
        "phone_change.hold_lengthened" => "New phone number: hold lengthened",
        "phone_change.halfway" => "New phone number: half of the hold is over",
        "phone_change.effective" => "New phone number: effective",
        "phone_change.refused" => "New phone number: refused",
        "phone_change.withdrawn" => "New phone number: withdrawn",
        "phone_change.stopped" => "New phone number: stopped",
        "phone_change.expired" => "New phone number: expired",
        "phone_change.frozen" => "New phone number: frozen by a dispute",
        "phone_change.resumed" => "New phone number: has to be proved anew",
        "phone_change.objected" => "Stopped with a key, on the phone of record",
        "phone_change.viewed" => "Saw the new phone number in full",
        "callback.started" => "Callback started",
        "callback.code_shown" => "Code shown to the customer",
        "case.view_refused" => "Not shown: too many cases in an hour",
        "case.withheld" => "Form not taken: its address was named too often",
        "case.frozen_with" => "Frozen with another case of the account",
        "case.reply_near" => "First reply due soon",
        "case.reply_missed" => "First reply overdue",
        "case.step_near" => "Next step due soon",
        "case.step_missed" => "Next step overdue",
        "case.tagged" => "Tagged",
        "case.untagged" => "Tag taken off",
        "alarm.raised" => "Supervisors alarmed",
        "alarm.seen" => "Alarm seen",
        "mail.outdated" => "Mail not sent: it would have come too late",
        "block.began" => "Limit reached",
        "block.extended" => "Limit reached again",
        "block.lifted" => "Block lifted",
        "block.refused" => "Block not lifted",
        "mail.sent" => "Mail sent",
        "event.dead" => "A subscriber was not told",
        "event.redelivered" => "A subscriber is told again",
        "mail.dead" => "Mail could not be sent",
        "mail.withheld" => "Mail withheld: too many in an hour",
        "case.mail_received" => "Message by mail",
        "document.mailed" => "Document came by mail",
        "mail.attached" => "Mail attached by hand",
        "mail.too_many" => "A mail was not kept: too many came to this case within an hour",
        "mail.set_aside" => "A mail to this case was set aside: it waits under Mail",
        "mail.viewed" => "Read a mail that was set aside",
        "mail.refused" => "A mail that was set aside was not shown: too much was looked at in an hour",
        "mail.discarded" => "A mail that was set aside was discarded",
        "mail.automatic" => "An automatic answer came by mail",
        "mail.bounced" => "Mail came back: its address is marked as undeliverable",
        "mail.delayed" => "Mail was not delivered yet",
        "mail.failure_cleared" => "The address is marked as working again",
        "mail.revived" => "Mail to be sent again",
        "case.erased" => "What the case said of people was erased",
        "privacy.erased" => "What the log said of people was erased",
        "privacy.erasure_refused" => "Not erased: something keeps it",
        "privacy.viewed" => "Looked at what is held about the person",
        "privacy.exported" => "What is held about the person was handed out",
        "privacy.hold_placed" => "Put on legal hold",
        "privacy.hold_lifted" => "The legal hold was lifted",
        other => other,
    }
}

/// The details that tell an entry from others like it; identifiers are for the export.
const TELLING: &[&str] = &[
    "check",
    "kind",
    "notice",
    "rule",
    "command",
    "by",
    "why",
    "state",
    "path",
    "from",
    "outcome",
    "tries_left",
    "ends_at",
    "limit",
    "until",
    "raised",
    "mails",
    "failed",
    "left",
    "into",
    "duplicate",
    "via",
    "cause",
];

/// A detail in words; nothing where it is none of those that tell, or is not understood.
fn shown(name: &str, value: &Value) -> Option<String> {
    let signal = |code: &Value| Some(Signal::from_code(code.as_str()?)?.label().to_lowercase());
    match value {
        Value::String(code) if name == "check" => CheckKind::from_code(code).map(|kind| kind.label().to_owned()),
        Value::String(code) if name == "cause" => Cause::from_code(code).map(|cause| cause.label().to_owned()),
        Value::String(code) if name == "limit" => Limit::from_code(code).map(|limit| limit.label().to_owned()),
        Value::String(code) if name == "failed" => Setback::from_code(code).map(|setback| setback.label().to_owned()),
        Value::String(text) if matches!(name, "ends_at" | "until") => {
            let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
            Some(format!("until {}", in_words(at)))
        }
        Value::String(text) => Some(text.replace('_', " ")),
        Value::Array(codes) if name == "raised" => Some(codes.iter().filter_map(signal).collect::<Vec<_>>().join(", ")),
        Value::Number(number) => Some(format!("{} {number}", name.replace('_', " "))),
        _ => None,
    }
}

/// What tells an entry from others like it.
pub(super) fn telling(details: &str) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(details) else { return String::new() };
    let parts: Vec<String> = TELLING.iter().filter_map(|name| shown(name, fields.get(*name)?)).collect();
    parts.join(", ")
}

/// Who did something, and those details of it that the desk's page puts into words, as programs read them. The
/// identifier of an account is told to neither.
pub(crate) fn told(entry: &Entry) -> (&str, Value) {
    let actor = if matches!(entry.actor_kind.as_str(), "owner" | "administrator") { "" } else { entry.actor.as_str() };
    let fields = serde_json::from_str::<Map<String, Value>>(&entry.details).unwrap_or_default();
    let tells = |name: &str, value: &Value| TELLING.contains(&name) && shown(name, value).is_some();
    (actor, fields.into_iter().filter(|(name, value)| tells(name, value)).collect())
}

/// An identifier of an account tells a reader nothing.
pub(super) fn who(entry: &Entry) -> &str {
    match entry.actor_kind.as_str() {
        "owner" => "the owner",
        "administrator" => "an administrator of the account",
        kind if entry.actor.is_empty() => kind,
        _ => &entry.actor,
    }
}

/// The authenticators that an entry is about, by their identifiers.
pub(super) fn devices(details: &str) -> Vec<AuthenticatorId> {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(details) else { return Vec::new() };
    let one = fields.get("authenticator").into_iter();
    let several = fields.get("authenticators").and_then(Value::as_array).into_iter().flatten();
    one.chain(several).filter_map(|id| id.as_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_what_is_left_and_which_devices_it_is_about() {
        let id = "01890000-0000-7000-8000-000000000001";
        let details = format!(r#"{{"authenticator":"{id}","left":"the passkey's key"}}"#);
        assert_eq!(telling(&details), "the passkey's key");
        assert_eq!(devices(&details), [id.parse().unwrap()]);
        assert_eq!(devices(&format!(r#"{{"authenticators":["{id}","{id}"]}}"#)).len(), 2);
        assert!(devices("{}").is_empty());
    }

    #[test]
    fn an_erasure_says_what_happened_and_why() {
        assert_eq!(telling(r#"{"request":7,"cause":"schedule","blanked":2}"#), "by schedule");
        for action in ["case.erased", "privacy.erased", "privacy.viewed", "privacy.hold_placed"] {
            assert!(!words(action).contains('.'), "{action}");
        }
    }

    #[test]
    fn programs_are_told_no_more_than_the_page_puts_into_words() {
        let id = "01890000-0000-7000-8000-000000000001";
        let mut entry = Entry {
            seq: 1,
            at: String::new(),
            actor_kind: "owner".to_owned(),
            actor: id.to_owned(),
            action: "check.passed".to_owned(),
            case_ref: String::new(),
            account_id: String::new(),
            ip: String::new(),
            details: format!(r#"{{"check":"phone_code","evidence":"{id}","limit":"unknown","tries_left":2}}"#),
            prev_hash: String::new(),
            hash: String::new(),
            form: 2,
            salts: Default::default(),
            erased: [None, None, None],
        };
        assert_eq!(told(&entry), ("", serde_json::json!({ "check": "phone_code", "tries_left": 2 })));
        "agent".clone_into(&mut entry.actor_kind);
        assert_eq!(told(&entry).0, id);
        "no object".clone_into(&mut entry.details);
        assert_eq!(told(&entry).1, serde_json::json!({}));
    }
}
