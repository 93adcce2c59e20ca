//! A mail's form on the wire: RFC 5322 with the marks of a machine's mail.

use std::fmt;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart};

use super::{AuditWitness, Rendered, SendError, one_line};
use crate::domain::contact::EmailAddress;

/// Of a long thread the first Message-ID and the newest ones are enough for mail programs to sort it.
const MOST_REFERENCES: usize = 20;

/// A file that a mail brings: a proof out of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What the file is called.
    pub name: String,
    /// What is in it.
    pub proof: String,
}

/// One mail about a case to one address.
#[derive(Clone)]
pub struct OutgoingMail {
    /// The address.
    pub to: EmailAddress,
    /// The person's name; may be empty.
    pub to_name: String,
    /// What it says.
    pub rendered: Rendered,
    /// Its Message-ID, with or without angle brackets; the same one when the mail is tried again.
    pub message_id: String,
    /// Earlier Message-IDs of the case, oldest first; the last is what this mail replies to.
    pub references: Vec<String>,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The case's reference, where the mail is about one.
    pub case_ref: Option<String>,
    /// Where answers to this mail go, where it has an address of its own.
    pub reply_to: Option<EmailAddress>,
    /// The audit log when it was written.
    pub audit: AuditWitness,
    /// A proof of what it tells of, to be kept.
    pub receipt: Option<Receipt>,
}

impl fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Address, name and text are personal data and must not reach a log by way of `{:?}`.
        f.debug_struct("OutgoingMail")
            .field("message_id", &self.message_id)
            .field("case_ref", &self.case_ref)
            .finish_non_exhaustive()
    }
}

/// The message as it is transmitted.
pub fn build(mail: &OutgoingMail, from: &Mailbox, reply_to: Option<&Mailbox>) -> Result<Message, SendError> {
    let to = address(&mail.to)?;
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()])
        .map_err(|_| SendError::Permanent("the mail has no recipient".to_owned()))?;
    let references = mail.references.iter().map(|id| message_id(id)).collect::<Result<Vec<_>, _>>()?;
    let mut message = Message::builder()
        .envelope(envelope)
        .date(SystemTime::from(mail.at))
        .from(plain(from))
        .to(named(&mail.to_name, to))
        .subject(one_line(&mail.rendered.subject))
        .message_id(Some(message_id(&mail.message_id)?));
    if let Some(own) = &mail.reply_to {
        message = message.reply_to(named(from.name.as_deref().unwrap_or_default(), address(own)?));
    } else if let Some(reply_to) = reply_to {
        message = message.reply_to(plain(reply_to));
    }
    if let [.., last] = references.as_slice() {
        message = message.in_reply_to(last.clone()).references(thread(&references));
    }
    let AuditWitness { size, root, origin, signature } = &mail.audit;
    let audit = format!("size={size}; root={root}; origin={origin}; signature={signature}");
    for (name, value) in [
        // RFC 3834: out-of-office programs must not answer, or two machines write to each other for ever.
        (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()),
        (HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All".to_owned()),
        (HeaderName::new_from_ascii_str("X-Mfa-Desk-Audit"), one_line(&audit)),
    ] {
        message = message.raw_header(HeaderValue::new(name, value));
    }
    if let Some(case) = &mail.case_ref {
        let name = HeaderName::new_from_ascii_str("X-Mfa-Desk-Case");
        message = message.raw_header(HeaderValue::new(name, one_line(case)));
    }
    let words = MultiPart::alternative_plain_html(mail.rendered.text.clone(), mail.rendered.html.clone());
    let body = match &mail.receipt {
        Some(receipt) => {
            let file = Attachment::new(receipt.name.clone()).body(receipt.proof.clone(), ContentType::TEXT_PLAIN);
            MultiPart::mixed().multipart(words).singlepart(file)
        }
        None => words,
    };
    message.multipart(body).map_err(|_| SendError::Permanent("the mail cannot be put together".to_owned()))
}

/// Domains travel in their ASCII form, which every mail server understands.
fn address(address: &EmailAddress) -> Result<Address, SendError> {
    let refused = || SendError::Permanent("the address is not one that mail can be sent to".to_owned());
    let (local, domain) = address.as_str().rsplit_once('@').ok_or_else(refused)?;
    let domain = if domain.is_ascii() {
        domain.to_owned()
    } else {
        url::Host::parse(domain).map_err(|_| refused())?.to_string()
    };
    Address::new(local, domain).map_err(|_| refused())
}

fn named(name: &str, address: Address) -> Mailbox {
    let name = one_line(name);
    Mailbox::new((!name.is_empty()).then_some(name), address)
}

fn plain(mailbox: &Mailbox) -> Mailbox {
    named(mailbox.name.as_deref().unwrap_or_default(), mailbox.email.clone())
}

fn message_id(id: &str) -> Result<String, SendError> {
    let bare = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id);
    let sound = bare.contains('@') && bare.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'));
    if sound { Ok(format!("<{bare}>")) } else { Err(SendError::Permanent("a Message-ID is malformed".to_owned())) }
}

fn thread(ids: &[String]) -> String {
    match ids {
        [first, rest @ ..] if ids.len() > MOST_REFERENCES => {
            let newest = &rest[rest.len() - (MOST_REFERENCES - 1)..];
            format!("{first} {}", newest.join(" "))
        }
        _ => ids.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn mail() -> OutgoingMail {
        OutgoingMail {
            to: "anna@example.com".parse().expect("an address"),
            to_name: "Anna".to_owned(),
            rendered: Rendered {
                subject: "Product: Email verification for case MFA-7K3Q-9ZDN".to_owned(),
                text: "Grüße\n".to_owned(),
                html: "<p>Grüße</p>\n".to_owned(),
            },
            message_id: "2@desk.example".to_owned(),
            references: vec!["<0@desk.example>".to_owned(), "1@desk.example".to_owned()],
            at: Utc.with_ymd_and_hms(2026, 3, 4, 5, 6, 7).single().expect("a time"),
            case_ref: Some("MFA-7K3Q-9ZDN".to_owned()),
            reply_to: None,
            audit: AuditWitness {
                size: 12,
                root: "ab".repeat(22),
                origin: "desk.example/audit".to_owned(),
                signature: "c2ln".to_owned(),
            },
            receipt: None,
        }
    }

    fn from() -> Mailbox {
        "Desk <desk@example.com>".parse().expect("a mailbox")
    }

    fn head(mail: &OutgoingMail) -> Vec<String> {
        let raw = build(mail, &from(), None).expect("a message").formatted();
        let raw = String::from_utf8(raw).expect("UTF-8");
        let (head, _) = raw.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.lines().all(|line| line.len() <= 998), "{head}");
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    fn names(head: &[String]) -> Vec<&str> {
        head.iter().map(|line| line.split_once(':').expect("a header").0).collect()
    }

    #[test]
    fn the_headers_are_those_of_a_machines_mail_in_a_thread() {
        let head = head(&mail());
        for expected in [
            "Message-ID: <2@desk.example>",
            "In-Reply-To: <1@desk.example>",
            "References: <0@desk.example> <1@desk.example>",
            "Date: Wed, 04 Mar 2026 05:06:07 +0000",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "X-Mfa-Desk-Case: MFA-7K3Q-9ZDN",
            &format!("X-Mfa-Desk-Audit: size=12; root={}; origin=desk.example/audit; signature=c2ln", "ab".repeat(22)),
            "To: Anna <anna@example.com>",
            "MIME-Version: 1.0",
        ] {
            assert!(head.iter().any(|line| line == expected), "{expected} is not among {head:#?}");
        }
    }

    #[test]
    fn the_first_mail_of_a_case_replies_to_nothing() {
        let head = head(&OutgoingMail { references: Vec::new(), ..mail() });
        assert!(!names(&head).iter().any(|name| ["In-Reply-To", "References"].contains(name)), "{head:#?}");
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_newest_ids() {
        let references = (0..500).map(|n| format!("{n}@desk.example")).collect();
        let head = head(&OutgoingMail { references, ..mail() });
        let line = head.iter().find(|line| line.starts_with("References:")).expect("References");
        assert!(
            line.contains(" <0@desk.example> <481@desk.example> ") && line.ends_with("<499@desk.example>"),
            "{line}"
        );
        assert!(head.contains(&"In-Reply-To: <499@desk.example>".to_owned()));
    }

    #[test]
    fn an_id_or_an_address_that_cannot_be_sent_is_refused_for_good() {
        for id in ["", "no-at", "a@b\r\nBcc: x@y.example", "a @b", "<a@b", "a@b>, <c@d"] {
            let message = build(&OutgoingMail { message_id: id.to_owned(), ..mail() }, &from(), None);
            assert!(matches!(message, Err(SendError::Permanent(_))), "{id:?}");
        }
        // A label may have 63 characters.
        let to: EmailAddress = format!("a@{}.example", "b".repeat(64)).parse().expect("ours takes it");
        let error = build(&OutgoingMail { to, ..mail() }, &from(), None).expect_err("lettre does not");
        assert!(matches!(&error, SendError::Permanent(text) if !text.contains("bbb")), "{error}");
    }

    #[test]
    fn international_domains_travel_as_ascii() {
        let to: EmailAddress = "anna@bücher.example".parse().expect("an address");
        let message = build(&OutgoingMail { to, ..mail() }, &from(), None).expect("a message");
        assert_eq!(message.envelope().to()[0].to_string(), "anna@xn--bcher-kva.example");
        assert!(message.formatted().is_ascii());
    }

    proptest! {
        #[test]
        fn no_text_adds_a_header(
            name in "\\PC{0,40}(\r\n|\n|\r|\0|\u{85}|\u{2028})?( |\t)?\\PC{0,80}",
            subject in "\\PC{0,40}(\r\n|\n|\r|\0)?(Bcc: x@example.com)?\\PC{0,40}",
            case_ref in "[\\x00-\\x7f]{0,30}",
        ) {
            let mut hostile = mail();
            hostile.to_name = name.clone();
            hostile.rendered.subject = subject;
            hostile.audit.origin = case_ref.clone();
            hostile.case_ref = Some(case_ref);
            let (usual, found) = (head(&mail()), head(&hostile));
            prop_assert_eq!(names(&usual), names(&found));
            prop_assert!(found.iter().all(|line| line.is_ascii()));
        }
    }
}
