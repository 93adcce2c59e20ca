use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::contact::EmailAddress;
use crate::domain::ids::OutboxId;
use crate::domain::reference::CaseRef;
use crate::domain::token::{ServerKey, same};

/// Symbols of a reference without its prefix and hyphens.
const REFERENCE: usize = 8;
/// Hexadecimal digits that prove a name: 128 bits.
const PROOF: usize = 32;

/// Where answers to the desk go: `desk@example.org` takes `desk+TOKEN@example.org`, and `@replies.example.org`, whose
/// server takes mail for every name, takes `TOKEN@replies.example.org`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeskAddress {
    local: String,
    domain: String,
}

/// A text that answers cannot be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an address such as desk@example.org nor a domain such as @replies.example.org")]
pub struct NotADeskAddress;

impl FromStr for DeskAddress {
    type Err = NotADeskAddress;

    fn from_str(text: &str) -> Result<Self, NotADeskAddress> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(NotADeskAddress)?;
        let (local, domain) = (local.to_ascii_lowercase(), domain.to_ascii_lowercase());
        // The local part of an address has 64 octets (RFC 5321 §4.5.3.1.1).
        let fits = local.len() + 1 + REFERENCE + PROOF <= 64 && !local.contains('+');
        let sound = format!("{}a@{domain}", local).parse::<EmailAddress>().is_ok() && domain.is_ascii();
        if fits && sound { Ok(Self { local, domain }) } else { Err(NotADeskAddress) }
    }
}

impl TryFrom<String> for DeskAddress {
    type Error = NotADeskAddress;
    fn try_from(text: String) -> Result<Self, NotADeskAddress> {
        text.parse()
    }
}

impl From<DeskAddress> for String {
    fn from(address: DeskAddress) -> Self {
        address.to_string()
    }
}

impl fmt::Display for DeskAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl DeskAddress {
    /// The address that answers with this token go to.
    pub fn with(&self, token: &ReplyToken) -> Option<EmailAddress> {
        let Self { local, domain } = self;
        let address = if local.is_empty() { format!("{token}@{domain}") } else { format!("{local}+{token}@{domain}") };
        address.parse().ok()
    }

    /// The token that an address carries which a mail was sent to. What it says is not proven yet.
    pub fn token_in(&self, recipient: &str) -> Option<ReplyToken> {
        let recipient = recipient.trim().trim_matches(['<', '>']).to_ascii_lowercase();
        let (local, domain) = recipient.rsplit_once('@')?;
        if domain != self.domain {
            return None;
        }
        let token = if self.local.is_empty() { local } else { local.strip_prefix(&self.local)?.strip_prefix('+')? };
        token.parse().ok()
    }
}

/// What the address of an answer says: a case, and a proof that the desk wrote about it to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyToken {
    /// The case.
    pub case: CaseRef,
    proof: String,
}

impl ReplyToken {
    /// The token of a case for one address that the desk writes to.
    pub fn new(key: &ServerKey, case: CaseRef, to: &EmailAddress) -> Self {
        let proof = key.reply_proof(&case, to);
        Self { case, proof }
    }

    /// Whether it was made for this case and this address.
    pub fn is_for(&self, key: &ServerKey, to: &EmailAddress) -> bool {
        same(&self.proof, &key.reply_proof(&self.case, to))
    }
}

impl fmt::Display for ReplyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = self.case.as_str().trim_start_matches("MFA-").replace('-', "").to_ascii_lowercase();
        write!(f, "{bare}{}", self.proof)
    }
}

impl FromStr for ReplyToken {
    type Err = NotADeskAddress;

    fn from_str(text: &str) -> Result<Self, NotADeskAddress> {
        let (bare, proof) = text.split_at_checked(REFERENCE).ok_or(NotADeskAddress)?;
        if proof.len() != PROOF || !proof.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotADeskAddress);
        }
        let case = bare.parse().map_err(|_| NotADeskAddress)?;
        Ok(Self { case, proof: proof.to_owned() })
    }
}

/// The Message-ID of a mail of ours. Whoever was not sent the mail cannot know it, although the log names its row.
pub struct MessageId;

impl MessageId {
    /// The Message-ID of a row, in angle brackets.
    pub fn of(key: &ServerKey, mail: OutboxId, host: &str) -> String {
        format!("<{mail}.{}@{host}>", key.message_proof(mail))
    }

    /// The row that a Message-ID names, if we made it.
    pub fn read(key: &ServerKey, id: &str) -> Option<OutboxId> {
        let (local, _) = id.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let (mail, proof) = local.rsplit_once('.')?;
        let mail: OutboxId = mail.parse().ok()?;
        same(proof, &key.message_proof(mail)).then_some(mail)
    }
}
