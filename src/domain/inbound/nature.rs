use super::Incoming;
use super::report::DeliveryReport;
use crate::domain::words::coded;

/// Headers that tell a machine's mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// `Auto-Submitted` (RFC 3834 §5).
    pub auto_submitted: Option<String>,
    /// `Precedence`.
    pub precedence: Option<String>,
    /// `X-Auto-Response-Suppress`, which Exchange writes.
    pub suppress: bool,
    /// `X-Autoreply` and its like.
    pub autoreply: bool,
    /// A header of mailing lists (RFC 2369, RFC 2919).
    pub list: bool,
    /// A `Return-Path` with nothing in it (RFC 5321 §4.5.5).
    pub null_path: bool,
    /// A header that only this program writes.
    pub ours: bool,
}

coded! {
    /// By what a machine's mail was recognised.
    pub enum Sign {
        /// It says so itself.
        AutoSubmitted = "auto_submitted", "Auto-Submitted";
        /// It is sent to many.
        Precedence = "precedence", "Precedence";
        /// It wants no automatic answers.
        Suppress = "suppress", "X-Auto-Response-Suppress";
        /// An out-of-office program wrote it.
        Autoreply = "autoreply", "X-Autoreply";
        /// It came by a mailing list.
        List = "list", "a mailing list";
        /// Nobody can be told that it did not arrive.
        NullPath = "null_path", "an empty return path";
        /// The mail system itself wrote it.
        Daemon = "daemon", "the mail system";
        /// This program wrote it.
        Loop = "loop", "a mail of our own";
    }
}

/// What a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nature {
    /// A person wrote it, as far as anyone can tell.
    Letter,
    /// A machine wrote it.
    Automatic(Sign),
    /// It tells what became of a mail of ours.
    Report(DeliveryReport),
}

/// What a mail is. `is_own` tells Message-IDs and addresses that are ours.
pub fn judge(mail: &Incoming, is_own: impl Fn(&str) -> bool) -> Nature {
    let own = mail.message_id.iter().map(String::as_str).chain(mail.from.iter().map(|from| from.as_str()));
    if mail.marks.ours || own.into_iter().any(is_own) {
        return Nature::Automatic(Sign::Loop);
    }
    if let Some(report) = &mail.report {
        return Nature::Report(report.clone());
    }
    sign(mail).map_or(Nature::Letter, Nature::Automatic)
}

fn sign(mail: &Incoming) -> Option<Sign> {
    let marks = &mail.marks;
    let first_word = |value: &str| value.split([';', '(', ' ']).next().unwrap_or_default().trim().to_ascii_lowercase();
    if marks.auto_submitted.as_deref().map(first_word).is_some_and(|value| value != "no") {
        return Some(Sign::AutoSubmitted);
    }
    let to_many = ["bulk", "junk", "list", "auto_reply", "auto-reply"];
    if marks.precedence.as_deref().map(first_word).is_some_and(|value| to_many.contains(&value.as_str())) {
        return Some(Sign::Precedence);
    }
    let from = mail.from.as_ref().map(|from| from.key()).unwrap_or_default();
    let daemon = from.starts_with("mailer-daemon@");
    [
        (marks.suppress, Sign::Suppress),
        (marks.autoreply, Sign::Autoreply),
        (marks.list, Sign::List),
        (marks.null_path, Sign::NullPath),
        (daemon, Sign::Daemon),
    ]
    .into_iter()
    .find_map(|(holds, sign)| holds.then_some(sign))
}
