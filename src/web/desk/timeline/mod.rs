//! A case's timeline as its page lists it: events, messages, notes and mails in one line, filtered by the address.

mod words;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use self::words::told;
use super::mail;
use crate::domain::actor::Role;
use crate::domain::audit::Entry;
use crate::store::cases::{EntryKind, WrittenEntry};
use crate::store::mail_failures::MailFailure;
use crate::store::outbox::MailRow;
use crate::web::page::moment;
use crate::workflow::{CaseFile, Line, Shown, Timeline, TimelineAsked, errand_word};

/// What the address of a case's page says about its timeline.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Asked {
    show: String,
    order: String,
    from: String,
}

/// The chips, with their codes in addresses.
const CHIPS: [(Shown, &str, &str); 3] = [
    (Shown::All, "all", "All"),
    (Shown::Conversation, "conversation", "Conversation"),
    (Shown::Events, "events", "Events"),
];

impl Asked {
    /// What is wanted; what cannot be read is not.
    pub fn wanted(&self, whole: bool) -> TimelineAsked {
        let from = self.from.parse().ok().and_then(DateTime::from_timestamp_micros);
        TimelineAsked {
            shown: CHIPS.iter().find(|(_, code, _)| *code == self.show).map_or(Shown::All, |(shown, ..)| *shown),
            oldest_first: self.order == "oldest",
            // Moments that no log can hold were not named by us.
            from: from.filter(|at| (1970..=9999).contains(&chrono::Datelike::year(at)) && !whole),
            whole,
        }
    }
}

/// The part of an address that asks for this.
fn query(shown: Shown, oldest_first: bool, from: Option<DateTime<Utc>>) -> String {
    let chosen = CHIPS.iter().find(|(each, ..)| *each == shown && shown != Shown::All);
    let show = chosen.map(|(_, code, _)| format!("show={code}"));
    let order = oldest_first.then(|| "order=oldest".to_owned());
    let from = from.map(|at| format!("from={}", at.timestamp_micros()));
    [show, order, from].into_iter().flatten().collect::<Vec<_>>().join("&")
}

/// The address of a page of a case's timeline.
pub(super) fn address(base: &str, asked: &TimelineAsked) -> String {
    with(base, &query(asked.shown, asked.oldest_first, asked.from))
}

fn with(base: &str, query: &str) -> String {
    if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
}

/// Whether the page shows the newest message, whatever it is.
pub(super) fn shows_newest_message(asked: &TimelineAsked) -> bool {
    asked.shown != Shown::Events && asked.from.is_none() && !asked.oldest_first
}

/// The lines, the chips that filter them, and the links to other pages.
pub(super) fn section(file: &CaseFile, timeline: &Timeline, asked: &TimelineAsked, looking: (Role, bool)) -> Value {
    let base = format!("/desk/cases/{}", file.filed.case.reference);
    let to = |shown, oldest_first, from| format!("{}#timeline-title", with(&base, &query(shown, oldest_first, from)));
    let chip = |(shown, _, label): &(Shown, &str, &str)| json!({ "label": label, "current": *shown == asked.shown, "url": to(*shown, asked.oldest_first, None) });
    json!({
        "lines": timeline.lines.iter().map(|(at, one)| line(file, *at, one, looking)).collect::<Vec<_>>(),
        "chips": CHIPS.iter().map(chip).collect::<Vec<_>>(),
        "oldest_first": asked.oldest_first,
        "turn_url": to(asked.shown, !asked.oldest_first, None),
        "first_url": asked.from.map(|_| to(asked.shown, asked.oldest_first, None)),
        "next_url": timeline.next.map(|next| to(asked.shown, asked.oldest_first, Some(next))),
    })
}

/// `revealed` says that whoever looks sees addresses in full.
fn line(file: &CaseFile, at: DateTime<Utc>, line: &Line, (role, revealed): (Role, bool)) -> Value {
    match line {
        Line::Event(entry) => event(file, at, entry),
        Line::Written(entry) => written(file, entry, revealed),
        Line::Mail(mail) => one_mail(file, mail, role),
        Line::Opened(_) => json!({
            "kind": "event",
            "at": moment(at),
            "who": "customer",
            "what": "A mailed link was opened, not confirmed by that",
        }),
    }
}

fn event(file: &CaseFile, at: DateTime<Utc>, entry: &Entry) -> Value {
    let named = words::devices(&entry.details);
    let of_account = file.authenticators();
    let label = |id| of_account.iter().find(|device| device.id == id).map(|device| device.label.as_str());
    json!({
        "kind": "event",
        "at": moment(at),
        "who": words::who(entry),
        "what": words::words(&entry.action),
        "details": words::telling(&entry.details),
        "devices": named.into_iter().filter_map(label).collect::<Vec<_>>(),
    })
}

fn written(file: &CaseFile, entry: &WrittenEntry, revealed: bool) -> Value {
    let (kind, what) = match entry.kind {
        EntryKind::Note => ("note", "Internal note"),
        EntryKind::Reason | EntryKind::Administrator => ("note", "Reason"),
        EntryKind::ToCustomer => ("out", "To the customer"),
        EntryKind::FromCustomer => ("in", "From the customer"),
        EntryKind::FromElsewhere => ("in", "Not from the customer’s address"),
    };
    let who = match (entry.kind, entry.agent) {
        (_, Some(id)) => file.agent_name(id),
        (EntryKind::Administrator, None) => "an administrator of the account",
        (EntryKind::FromElsewhere, None) => "somebody, by mail",
        (_, None) => "the customer",
    };
    let reference = file.filed.case.reference.as_str();
    json!({
        "kind": kind,
        "at": moment(entry.at),
        "who": who,
        "what": what,
        "body": if file.erased.is_some() { "Erased." } else { entry.body.as_str() },
        "mail": file.inbound.get(&entry.id).map(|inbound| mail::source(inbound, reference, revealed)),
    })
}

fn one_mail(file: &CaseFile, mail: &MailRow, role: Role) -> Value {
    let works = format!("/desk/cases/{}/mails/{}/works-again", file.filed.case.reference, mail.id);
    let stands = |failure: &MailFailure| failure.permanent && failure.cleared_at.is_none();
    let again = format!("/desk/cases/{}/mails/{}/retry", file.filed.case.reference, mail.id);
    json!({
        "kind": "mail",
        "at": moment(mail.at),
        "who": mail.mail.to.masked(),
        "what": format!("Mail: {}", mail.mail.notice.template().replace('_', " ")),
        "state": mail.state,
        "state_label": errand_word(&mail.state),
        "error": mail.error,
        "failure": file.failures.get(&mail.id).map(|failure| json!({
            "permanent": failure.permanent,
            "status": failure.status,
            "at": moment(failure.at),
            "cleared": failure.cleared_at.is_some(),
            "works_url": (role.supervises() && stands(failure)).then_some(works),
        })),
        "retry_url": (mail.state == "dead" && role.works_cases()).then_some(again),
    })
}
