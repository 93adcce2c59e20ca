//! What people are told by mail about how they sign in: mails that belong to no case.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::AuthenticatorKind;
use super::actor::Role;
use super::contact::EmailAddress;
use super::contact_record::About;
use super::directory::DirectoryName;
use super::ids::{ContactChangeId, SignInLinkId};
use super::reference::CaseRef;

/// One mail to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// An authenticator was set up.
    AuthenticatorActivated {
        /// What it is.
        device: AuthenticatorKind,
        /// What its owner calls it.
        label: String,
    },
    /// An authenticator was switched off by its owner.
    AuthenticatorDeactivated {
        /// What it is.
        device: AuthenticatorKind,
        /// What its owner calls it.
        label: String,
    },
    /// A request was stopped, and what was activated since it began was deactivated.
    TakenBack {
        /// The request.
        case: CaseRef,
    },
    /// New recovery codes were made; older ones are void.
    RecoveryCodesMade,
    /// Somebody signed in with a browser that was not seen before.
    NewDevice {
        /// The browser, in a few words.
        device: String,
        /// From which network address.
        ip: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// To somebody at the desk: holds the link that lets them set a password.
    SetPassword {
        /// Which link.
        link: SignInLinkId,
        /// They have none yet: a colleague has just added them.
        invited: bool,
        /// Until when the link works.
        until: DateTime<Utc>,
    },
    /// To somebody at the desk whose device a case deactivated: holds the link that lets them set up another.
    SetUpDevice {
        /// Which link.
        link: SignInLinkId,
        /// Until when the link works.
        until: DateTime<Utc>,
    },
    /// To somebody at the desk: their password was changed.
    PasswordChanged,
    /// To somebody at the desk: their authenticators were deactivated on the server.
    GlassBroken,
    /// To supervisors: that it was done for a colleague.
    GlassBrokenFor {
        /// The colleague's name.
        name: String,
    },
    /// To everybody who manages people: a colleague of theirs added, promoted or restored somebody.
    Appointed {
        /// Whose name it was.
        by: String,
        /// Whom it concerns.
        name: String,
        /// Their address.
        email: EmailAddress,
        /// What was done.
        how: Appointment,
        /// What they may do now.
        role: Role,
    },
    /// To somebody at the desk: their telephone number of record was set on the server.
    PhoneSet,
    /// To an old address of record: a change of the account's contact. Holds the link that stops it.
    ContactChange {
        /// Which.
        change: ContactChangeId,
        /// What it is about.
        about: About,
        /// What happened to it.
        news: ContactNews,
    },
    /// To supervisors: somebody at an old address said that a change was not theirs.
    ContactDisputed,
    /// To supervisors: the first contacts of a directory were imported, and count at once.
    ContactsBegun {
        /// Which directory.
        directory: DirectoryName,
        /// How many.
        contacts: usize,
    },
}

/// What happened to a change of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum ContactNews {
    /// It is held.
    Held {
        /// When it becomes effective.
        until: DateTime<Utc>,
    },
    /// Half of the hold is over.
    HalfWay {
        /// When it becomes effective.
        until: DateTime<Utc>,
    },
    /// It counts.
    Effective,
}

/// How somebody came by what they may do at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appointment {
    /// They are new.
    Added,
    /// They have another role.
    RoleChanged,
    /// They were suspended.
    Restored,
}

impl Letter {
    /// The stable word that is logged.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AuthenticatorActivated { .. } => "authenticator_activated",
            Self::AuthenticatorDeactivated { .. } => "authenticator_deactivated",
            Self::TakenBack { .. } => "taken_back",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::NewDevice { .. } => "new_device",
            Self::SetPassword { .. } => "set_password",
            Self::SetUpDevice { .. } => "set_up_device",
            Self::PasswordChanged => "password_changed",
            Self::GlassBroken => "glass_broken",
            Self::GlassBrokenFor { .. } => "glass_broken_for",
            Self::Appointed { .. } => "appointed",
            Self::PhoneSet => "phone_set",
            Self::ContactChange { news: ContactNews::Held { .. }, .. } => "contact_held",
            Self::ContactChange { news: ContactNews::HalfWay { .. }, .. } => "contact_halfway",
            Self::ContactChange { news: ContactNews::Effective, .. } => "contact_effective",
            Self::ContactDisputed => "contact_disputed",
            Self::ContactsBegun { .. } => "contacts_begun",
        }
    }

    /// The link that it carries.
    pub const fn link(&self) -> Option<SignInLinkId> {
        match self {
            Self::SetPassword { link, .. } | Self::SetUpDevice { link, .. } => Some(*link),
            _ => None,
        }
    }
}
