//! Mails to customers: their words, their form on the wire, and the ways out.

mod demo;
mod letter;
mod message;
mod render;
mod smtp;

use async_trait::async_trait;

pub use demo::{DemoMail, DemoMailbox};
pub use letter::LetterContext;
pub use message::{OutgoingMail, Receipt, build};
pub use render::{AlarmWords, AuditWitness, DeadlineWords, MailContext, MailTemplates, RenderError, Rendered};
pub use smtp::{HAND_OVER, SmtpMailer, SmtpParts, SmtpSetupError};

/// Why a mail did not go out, told apart by whether trying again can help.
///
/// The texts hold SMTP codes, but never addresses or anything of the mail, so they may be logged and shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The mail may well go out later.
    #[error("the mail could not be sent for now: {0}")]
    Temporary(String),
    /// This mail will never go out.
    #[error("the mail was refused for good: {0}")]
    Permanent(String),
}

/// A way for mails to leave the program.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hand one mail over; `Ok` means that the other side has taken responsibility for it.
    async fn send(&self, mail: &OutgoingMail) -> Result<(), SendError>;

    /// Like [`Mailer::send`], for what may not wait behind other mails.
    async fn send_first(&self, mail: &OutgoingMail) -> Result<(), SendError> {
        self.send(mail).await
    }
}

/// `text` on one line: no control characters, and none that change the direction of what is read.
fn one_line(text: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let spaced: String = text.chars().map(|c| if unseen(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn everything_that_breaks_or_turns_a_line_is_taken_out() {
        assert_eq!(one_line(" a\r\nBcc: b\u{2028}c\u{202e}d\0\t e "), "a Bcc: b c d e");
        assert_eq!(one_line("Zoë 日本語"), "Zoë 日本語");
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_line(text in "\\PC{0,20}[\\x00-\\x1f]{0,5}\\PC{0,20}") {
            let line = one_line(&text);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(one_line(&line), line.clone());
        }
    }
}
