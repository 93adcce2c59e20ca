//! Evidence: the recorded outcome of one check.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{AccountId, AgentId, EvidenceId};
use super::words::coded;

coded! {
    /// A way to get evidence.
    pub enum CheckKind {
        /// The account's password, where the directory can check one.
        Password = "password", "Password";
        /// The button behind a link mailed to the address of record.
        EmailLink = "email_link", "E-mail address confirmed";
        /// A code shown on the customer's page and typed on the phone of record.
        PhoneCode = "phone_code", "Phone number confirmed by automated call";
        /// A code shown on the customer's page and read to an agent who dialled the phone of record.
        AgentCallback = "agent_callback", "Phone number confirmed by callback";
        /// One saved recovery code.
        RecoveryCode = "recovery_code", "Saved recovery code";
        /// Two consecutive codes from a device whose clock drifted.
        Resync = "resync", "Device resynchronised";
        /// A named administrator of the account approved.
        Administrator = "administrator", "Approved by an administrator of the account";
        /// An identity document examined against a checklist.
        Document = "document", "Identity document examined";
        /// Someone met the person.
        InPerson = "in_person", "Met in person";
    }
}

impl CheckKind {
    /// How long a passed check counts; none for checks that count as long as the case.
    pub fn lifetime(self) -> Option<TimeDelta> {
        match self {
            Self::Password | Self::Resync => None,
            Self::EmailLink | Self::PhoneCode | Self::AgentCallback | Self::RecoveryCode | Self::Administrator => {
                Some(TimeDelta::hours(24))
            }
            Self::Document | Self::InPerson => Some(TimeDelta::days(7)),
        }
    }

    /// How much a check asks of the customer: where paths are equally long, the easiest is asked for first.
    pub const fn effort(self) -> u8 {
        match self {
            Self::EmailLink => 0,
            Self::Password | Self::PhoneCode | Self::Resync => 1,
            Self::AgentCallback => 2,
            Self::RecoveryCode | Self::Administrator => 3,
            Self::Document => 5,
            Self::InPerson => 10,
        }
    }

    /// Whether it can still be made once the desk has a case. The password is given before, by an owner who helps
    /// themself, and counts on from there.
    pub const fn is_made_at_desk(self) -> bool {
        !matches!(self, Self::Password)
    }

    /// Whether the telephone number of record is what this check proves.
    pub const fn proves_phone(self) -> bool {
        matches!(self, Self::PhoneCode | Self::AgentCallback)
    }
}

coded! {
    /// How a check ended.
    pub enum Outcome {
        /// The check proved what it should.
        Passed = "passed", "Passed";
        /// It did not.
        Failed = "failed", "Failed";
    }
}

/// What a check was made against. An address of record stands as a keyed hash: when the directory's address
/// changes, evidence about the old one stops counting. A document stands as its identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(pub String);

/// Who or what established a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Giver {
    /// The customer's own act, weighed by the program.
    Customer,
    /// An agent supplied part of it.
    Agent(AgentId),
    /// An administrator of the account vouched for it, signed in.
    Administrator(AccountId),
}

impl Giver {
    /// The agent who supplied it, if one did.
    pub const fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent(id) => Some(id),
            Self::Customer | Self::Administrator(_) => None,
        }
    }

    /// The administrator who vouched, if one did.
    pub const fn administrator(self) -> Option<AccountId> {
        match self {
            Self::Administrator(id) => Some(id),
            Self::Customer | Self::Agent(_) => None,
        }
    }
}

/// The recorded outcome of one check in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Internal identifier.
    pub id: EvidenceId,
    /// Which check.
    pub kind: CheckKind,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it counts; none means as long as the case.
    pub valid_until: Option<DateTime<Utc>>,
    /// Who or what established it.
    pub giver: Giver,
    /// The address or the document it was made against, for checks that are about one.
    pub subject: Option<Subject>,
}

impl Evidence {
    /// A check that passed at `at`, counting for the kind's lifetime.
    pub fn passed(id: EvidenceId, kind: CheckKind, at: DateTime<Utc>, giver: Giver, subject: Option<Subject>) -> Self {
        let valid_until = kind.lifetime().map(|lifetime| at + lifetime);
        Self { id, kind, outcome: Outcome::Passed, at, valid_until, giver, subject }
    }

    /// A check that failed at `at`.
    pub fn failed(id: EvidenceId, kind: CheckKind, at: DateTime<Utc>, giver: Giver, subject: Option<Subject>) -> Self {
        Self { id, kind, outcome: Outcome::Failed, at, valid_until: None, giver, subject }
    }
}
