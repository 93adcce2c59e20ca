//! An audit entry as a syslog message: RFC 5424, framed by its length for TLS (RFC 5425).

use std::fmt::Write as _;

use super::audit::Entry;
use super::ocsf::{Severity, meaning};

/// Facility 13, log audit (RFC 5424 §6.2.1).
const FACILITY: u8 = 13;
/// What stands where a field has nothing (RFC 5424 §6.2).
const NIL: &str = "-";
/// The version of a program that the registered element `origin` names (RFC 5424 §7.2).
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Who says it: the same in every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The machine, as people know it.
    pub host: String,
    /// The program.
    pub app: String,
    /// The private enterprise number under which the structured data stands (RFC 5424 §7.2.2).
    pub enterprise: u32,
}

/// The message about an entry. `body` is ASCII, so that it needs no byte order mark (RFC 5424 §6.4).
pub fn message(sender: &Sender, entry: &Entry, body: &str) -> String {
    let mut text = String::with_capacity(body.len() + 512);
    let priority = u16::from(FACILITY) * 8 + u16::from(severity(meaning(&entry.action).severity));
    let (host, app, id) = (printed(&sender.host, 255), printed(&sender.app, 48), printed(&entry.action, 32));
    // The log's times are of the form that RFC 5424 §6.2.3 asks for; of a row that somebody changed they need not be.
    let at = printed(&entry.at, 32);
    let _ = write!(text, "<{priority}>1 {at} {host} {app} {NIL} {id} ");
    let _ = write!(text, "[origin software=\"mfa-desk\" swVersion=\"{VERSION}\"]");
    let _ = write!(text, "[audit@{} seq=\"{}\"", sender.enterprise, entry.seq);
    for (name, value) in [("hash", &entry.hash), ("prev", &entry.prev_hash)] {
        let _ = write!(text, " {name}=\"{}\"", parameter(value));
    }
    text.push_str("] ");
    text.push_str(body);
    text
}

/// The message with its length in front (RFC 5425 §4.3).
pub fn framed(message: &str) -> String {
    format!("{} {message}", message.len())
}

/// How urgent it is (RFC 5424 §6.2.1).
const fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Informational => 6,
        Severity::Low => 5,
        Severity::Medium => 4,
        Severity::High => 1,
    }
}

/// A field of the header: printable ASCII without spaces, never empty, of a certain length at most.
fn printed(text: &str, most: usize) -> String {
    let field: String = text.chars().take(most).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect();
    if field.is_empty() { NIL.to_owned() } else { field }
}

/// A value of structured data (RFC 5424 §6.3.3).
fn parameter(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::audit::{Head, NewEntry, SALT};

    fn entry(action: &str) -> Entry {
        Head::genesis().append(
            &NewEntry {
                at: chrono::DateTime::UNIX_EPOCH,
                actor: Actor::System,
                action: action.to_owned(),
                case_ref: None,
                account_id: None,
                ip: String::new(),
                details: Default::default(),
            },
            &[[1; SALT]; 3],
        )
    }

    fn sender() -> Sender {
        Sender { host: "desk.example.org".to_owned(), app: "mfa-desk".to_owned(), enterprise: 32473 }
    }

    #[test]
    fn a_message_is_as_the_rfc_writes_it() {
        let entry = entry("case.deactivated");
        let said = message(&sender(), &entry, "{}");
        let expected = format!(
            "<109>1 1970-01-01T00:00:00.000000Z desk.example.org mfa-desk - case.deactivated \
             [origin software=\"mfa-desk\" swVersion=\"{VERSION}\"][audit@32473 seq=\"1\" hash=\"{}\" prev=\"{}\"] {{}}",
            entry.hash, entry.prev_hash
        );
        assert_eq!(said, expected);
        assert_eq!(framed("<110>1 abc"), "10 <110>1 abc");
        assert!(message(&sender(), &self::entry("case.viewed"), "{}").starts_with("<110>1 "));
        assert!(message(&sender(), &self::entry("alarm.raised"), "{}").starts_with("<105>1 "));
    }

    #[test]
    fn no_value_can_end_its_place() {
        let mut entry = entry(&"ä b\"".repeat(20));
        entry.hash = "a\"]\\ [x".to_owned();
        entry.at.clear();
        let mut sender = sender();
        sender.host = "a b".to_owned();
        sender.app.clear();
        let said = message(&sender, &entry, "{}");
        let fields: Vec<&str> = said.split(' ').take(6).collect();
        assert_eq!(fields[1..5], ["-", "a?b", "-", "-"]);
        assert_eq!(fields[5].len(), 32);
        assert!(said.contains(r#"hash="a\"\]\\ [x" "#), "{said}");
    }
}
