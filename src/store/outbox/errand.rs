//! What an outbox row says: an errand, as it was decided.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::super::clocks::DeadlineErrand;
use crate::domain::account::AuthenticatorKind;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::directory::{DirectoryName, Login, Serial};
use crate::domain::event::CaseEvent;
use crate::domain::form::Language;
use crate::domain::ids::{AgentId, AlarmId, AuthenticatorId, CallId, LinkId, PhoneChangeId};
use crate::domain::letter::Letter;
use crate::domain::need::Need;
use crate::domain::notice::Notice;
use crate::domain::phone_change::Moment;

/// What is to be done outside the transaction. It holds no secret: tokens are made again when a mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Errand {
    /// Find the account a form speaks of; not done while the customer waits, so that the answer takes the
    /// same time whether or not there is one.
    Intake,
    /// Decide whether a fresh link is mailed; not done while someone waits, for the same reason.
    Link,
    /// Write to the administrators of a member's account, if there are any; not done while the member waits, for the
    /// same reason.
    Administrators {
        /// When they were asked for.
        asked_at: DateTime<Utc>,
        /// The network address that they were asked for from.
        network: String,
    },
    /// Send a mail.
    Mail(MailErrand),
    /// Place an automated call.
    Call {
        /// Which.
        call: CallId,
    },
    /// Send a text message to a number that is to be replaced.
    Text(TextErrand),
    /// Tell a supervisor of an alarm.
    Alarm {
        /// Which.
        alarm: AlarmId,
        /// Whom.
        agent: AgentId,
    },
    /// Tell somebody at the desk of a deadline.
    Deadline(DeadlineErrand),
    /// Tell somebody by mail about how they sign in; belongs to no case.
    Letter(LetterErrand),
    /// Mail a link that sets a password, if somebody at the desk has this address; not done while whoever asked waits,
    /// so that the answer takes the same time whether or not there is one.
    PasswordLink {
        /// The address that was typed.
        email: EmailAddress,
    },
    /// Look for a form's account in a directory other than the embedded one.
    Lookup {
        /// Which directory.
        directory: DirectoryName,
        /// The login that the form names, if it does.
        login: Option<Login>,
    },
    /// Switch off a fresh authenticator that the case set up before somebody stopped it.
    TakeBack {
        /// Which.
        serial: Serial,
    },
    /// End the old sign-ins of the case's account in its directory.
    Sessions,
    /// Give a new telephone number to whoever keeps it.
    Phone {
        /// The change.
        change: PhoneChangeId,
    },
    /// Tell a subscriber what happened to a case.
    Event(EventErrand),
    /// Switch an authenticator off in the directory.
    Directory {
        /// Which.
        authenticator: AuthenticatorId,
    },
}

/// An event for a subscriber, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventErrand {
    /// What happened.
    pub event: CaseEvent,
    /// When it is given up.
    pub give_up_at: DateTime<Utc>,
}

/// A mail, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailErrand {
    /// What happened.
    pub notice: Notice,
    /// The language of the case's form.
    #[serde(default)]
    pub language: Language,
    /// The address of record at that moment.
    pub to: EmailAddress,
    /// The account's name.
    pub name: String,
    /// The link that opens the case's page.
    pub open: Option<LinkId>,
    /// The "this wasn't me" link.
    pub object: Option<LinkId>,
    /// The link that leads an administrator to a member's request.
    #[serde(default)]
    pub administer: Option<LinkId>,
    /// An agent's words: a message or a reason.
    pub words: Option<String>,
    /// The devices that it is about.
    #[serde(default)]
    pub devices: Vec<NamedDevice>,
    /// The devices that could not be deactivated.
    #[serde(default)]
    pub left: Vec<NamedDevice>,
    /// What kind of device it is about, in rows that older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_kind: Option<AuthenticatorKind>,
    /// What that device is called; with its kind where that is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The number of record, masked.
    pub phone_masked: Option<String>,
    /// What is still needed from the customer.
    #[serde(deserialize_with = "needs")]
    pub needs: Vec<Need>,
}

/// A device as a mail names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDevice {
    /// What it is.
    pub kind: AuthenticatorKind,
    /// What it is called.
    pub name: String,
}

/// A mail about signing in, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterErrand {
    /// What happened.
    pub letter: Letter,
    /// The language it is written in.
    pub language: Language,
    /// The address of record at that moment.
    pub to: EmailAddress,
    /// The account's name.
    pub name: String,
    /// Written to somebody at the desk.
    pub staff: bool,
}

/// Rows that older versions wrote hold the sentences.
fn needs<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<Need>, D::Error> {
    let words = Vec::<String>::deserialize(given)?;
    let of = |word: &String| Need::ALL.iter().copied().find(|need| need.code() == word || need.label() == word);
    Ok(words.iter().filter_map(of).collect())
}

/// A text message, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextErrand {
    /// The change it tells of.
    pub change: PhoneChangeId,
    /// What happened to it.
    pub moment: Moment,
    /// The old number.
    pub to: E164,
    /// The "this wasn't me" link.
    pub object: LinkId,
    /// The provider was asked and has not said that nothing was sent: it is not asked again.
    pub tried: bool,
}

impl Errand {
    /// The stable word that is stored and logged.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Intake => "intake",
            // Both decide to whom a link is mailed.
            Self::Link | Self::Administrators { .. } => "link",
            Self::Mail(_) => "mail",
            Self::Call { .. } => "call",
            Self::Text(_) => "text",
            Self::Alarm { .. } | Self::Deadline(_) => "alarm",
            Self::Phone { .. } => "phone",
            Self::Event(_) => super::super::events::EVENT,
            Self::Lookup { .. } | Self::Directory { .. } | Self::TakeBack { .. } => "directory",
            Self::Sessions => "sessions",
            Self::Letter(_) | Self::PasswordLink { .. } => LETTER,
        }
    }
}

/// The word for mails that belong to no case.
pub const LETTER: &str = "letter";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_an_older_version_decided_is_still_sent() {
        let row = r#"{"kind":"mail","notice":{"notice":"email_confirmed"},"to":"a@example.com","name":"Ana",
            "open":null,"object":null,"words":null,"device":"Authenticator app “phone”","phone_masked":null,
            "needs":["Confirm your phone number: open your case's page and press “Call me now”.","Something else."]}"#;
        let Errand::Mail(mail) = serde_json::from_str(row).unwrap() else { panic!("a mail") };
        assert_eq!((mail.language, mail.device_kind), (Language::English, None));
        assert_eq!(mail.needs, [Need::CallMe]);
        let again = serde_json::to_string(&Errand::Mail(mail.clone())).unwrap();
        assert!(again.contains("\"needs\":[\"call_me\"]"), "{again}");
        assert_eq!(serde_json::from_str::<Errand>(&again).unwrap(), Errand::Mail(mail));
    }
}
