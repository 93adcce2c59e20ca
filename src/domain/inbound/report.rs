use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::contact::EmailAddress;

/// An enhanced status code (RFC 3463 §2), such as `5.1.1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Status(String);

/// A text that is no status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a status code")]
pub struct NotAStatus;

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        // A comment may follow.
        let code = text.split_whitespace().next().unwrap_or_default();
        let parts: Vec<&str> = code.split('.').collect();
        let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        match parts.as_slice() {
            [class, subject, detail] if ["2", "4", "5"].contains(class) && number(subject) && number(detail) => {
                Ok(Self(code.to_owned()))
            }
            _ => Err(NotAStatus),
        }
    }
}

impl TryFrom<String> for Status {
    type Error = NotAStatus;
    fn try_from(text: String) -> Result<Self, NotAStatus> {
        text.parse()
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.0
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a mail failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It will not arrive.
    Permanent(Status),
    /// It has not arrived yet.
    Temporary(Status),
}

/// What a report says of one recipient (RFC 3464 §2.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportedRecipient {
    /// `Original-Recipient` and `Final-Recipient`, without their address type.
    pub addresses: Vec<String>,
    /// `Action`.
    pub action: String,
    /// `Status`.
    pub status: String,
}

/// What a mail server says became of a mail (RFC 3464).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The Message-ID of the mail that it is about, from the copy that came with it.
    pub message_id: Option<String>,
    /// One by one.
    pub recipients: Vec<ReportedRecipient>,
}

impl DeliveryReport {
    /// How delivery to one address failed, if the report says so of that very address.
    pub fn failure(&self, to: &EmailAddress) -> Option<Failure> {
        let about = |recipient: &&ReportedRecipient| {
            recipient.addresses.iter().any(|address| address.trim().to_lowercase() == to.key())
        };
        let recipient = self.recipients.iter().find(about)?;
        let status: Status = recipient.status.parse().ok()?;
        match (recipient.action.trim().to_ascii_lowercase().as_str(), status.0.as_bytes().first()) {
            ("failed", Some(b'5')) => Some(Failure::Permanent(status)),
            ("failed" | "delayed", Some(b'4')) => Some(Failure::Temporary(status)),
            _ => None,
        }
    }

    /// Reads the fields of a `message/delivery-status` part: groups between empty lines, the first of which is about the
    /// whole message.
    pub fn read(fields: &str, message_id: Option<String>) -> Self {
        let mut recipients = Vec::new();
        let mut current = ReportedRecipient::default();
        for line in fields.lines() {
            if line.trim().is_empty() {
                push(&mut recipients, &mut current);
                continue;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "original-recipient" | "final-recipient" => {
                    let address = value.split_once(';').map_or(value, |(_, address)| address);
                    current.addresses.push(address.trim().trim_matches(['<', '>']).to_owned());
                }
                "action" => current.action = value.to_owned(),
                "status" => current.status = value.to_owned(),
                _ => {}
            }
        }
        push(&mut recipients, &mut current);
        Self { message_id, recipients }
    }
}

fn push(recipients: &mut Vec<ReportedRecipient>, current: &mut ReportedRecipient) {
    let read = std::mem::take(current);
    // Nobody writes to more than one address at once here.
    if !read.addresses.is_empty() && recipients.len() < 50 {
        recipients.push(read);
    }
}
