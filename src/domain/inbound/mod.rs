//! Mail that comes in: what it is and whom it answers. It is never evidence: anyone can write a mail in anyone's name.

mod fold;
mod names;
mod nature;
mod report;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use sha2::{Digest, Sha256};

use super::contact::EmailAddress;
use super::form::is_unprintable;
use super::words::coded;

pub use fold::{Folded, fold};
pub use names::{DeskAddress, MessageId, NotADeskAddress, ReplyToken};
pub use nature::{Marks, Nature, Sign, judge};
pub use report::{DeliveryReport, Failure, ReportedRecipient, Status};

/// Characters of a mail's text that are kept; nobody reads further.
pub const LONGEST_TEXT: usize = 40_000;
/// Characters of a subject or a file's name that are kept.
const LONGEST_LINE: usize = 200;

coded! {
    /// Whose address a mail says it comes from. It proves nothing.
    pub enum Sender {
        /// The case's address of record.
        OfRecord = "record", "the address of record";
        /// Another one, or one that cannot be read.
        Another = "other", "another address";
    }
}

coded! {
    /// How a mail came in.
    pub enum Way {
        /// Read from a mailbox.
        Imap = "imap", "IMAP";
        /// Handed over by a mail server or a provider.
        Hook = "hook", "the signed route";
    }
}

coded! {
    /// What became of a mail.
    pub enum Fate {
        /// It is a message on a case.
        Message = "message", "Message";
        /// It belongs to no case that it names; somebody at the desk decides.
        Unmatched = "unmatched", "Unmatched";
        /// Somebody at the desk discarded it, or its time was over.
        Discarded = "discarded", "Discarded";
        /// A machine wrote it.
        Automatic = "automatic", "Automatic answer";
        /// It tells what became of a mail of ours.
        Report = "report", "Delivery report";
        /// Its sender, or its case, had as many as is allowed.
        TooMany = "too_many", "Too many";
        /// It is larger than is taken: nothing of it but its head was read.
        TooLarge = "too_large", "Too large";
        /// It could not become what it should have: it is kept as it came, and somebody at the desk decides.
        SetAside = "set_aside", "Set aside";
    }
}

impl Fate {
    /// Those of mails that somebody at the desk has to decide about.
    pub const UNDECIDED: [Self; 3] = [Self::Unmatched, Self::TooLarge, Self::SetAside];

    /// Whether somebody at the desk has to decide.
    pub fn is_undecided(self) -> bool {
        Self::UNDECIDED.contains(&self)
    }
}

coded! {
    /// Why a mail was set aside.
    pub enum Aside {
        /// The database refused it again and again.
        Store = "store", "It could not be stored";
        /// Looking at what came with it failed.
        Files = "files", "What came with it could not be looked at";
        /// Its case had as many as is allowed.
        TooMany = "too_many", "Too many came to its case within an hour";
    }
}

coded! {
    /// By what a mail was found to belong to a case.
    pub enum MatchedBy {
        /// It answers a mail of ours.
        Thread = "thread", "the mail that it answers";
        /// It was sent to the address that answers to the case go to.
        Address = "address", "the address that it was sent to";
        /// Somebody at the desk said so.
        Hand = "hand", "hand";
    }
}

/// A file that came with a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is called; may be empty.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A mail as it was read, before anything is believed of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Incoming {
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The Message-IDs that it answers, nearest first.
    pub answers: Vec<String>,
    /// Whom it says it is from, where that is one readable address.
    pub from: Option<EmailAddress>,
    /// Every address it was sent to, as written.
    pub recipients: Vec<String>,
    /// Its subject on one line.
    pub subject: String,
    /// Its date, as written.
    pub date: String,
    /// Headers that tell a machine's mail.
    pub marks: Marks,
    /// Its text; HTML was reduced to text.
    pub text: String,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// What it tells of the delivery of a mail of ours.
    pub report: Option<DeliveryReport>,
}

impl Incoming {
    /// Who it is: the same mail has the same digest, whichever way and however often it comes. Lines that servers add on
    /// the way are not part of it.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(bytes);
        };
        part(self.message_id.as_deref().unwrap_or_default().as_bytes());
        part(self.from.as_ref().map(EmailAddress::as_str).unwrap_or_default().as_bytes());
        part(self.date.as_bytes());
        part(self.subject.as_bytes());
        part(self.text.as_bytes());
        for attachment in &self.attachments {
            part(attachment.name.as_bytes());
            part(&attachment.bytes);
        }
        hex::encode(hash.finalize())
    }

    /// Whom it says it is from, compared with the address of record.
    pub fn sender(&self, of_record: Option<&EmailAddress>) -> Sender {
        match (&self.from, of_record) {
            (Some(from), Some(record)) if from.key() == record.key() => Sender::OfRecord,
            _ => Sender::Another,
        }
    }
}

/// A text that can be stored and shown: lines kept, nothing that hides or turns text, not endless.
pub fn printable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|c| *c == '\n' || *c == '\t' || !is_unprintable(*c));
    kept.take(LONGEST_TEXT).collect::<String>().trim().to_owned()
}

/// The same on one short line.
pub fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if is_unprintable(c) { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LONGEST_LINE).collect::<String>().trim_end().to_owned()
}
