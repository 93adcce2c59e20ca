//! What customers are told by mail. The variant says what happened; the template says it in words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::form::DeviceKind;
use super::phone_change::Told;
use super::reference::{CaseRef, EXAMPLE};

/// One mail to every e-mail address of record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// The request came in; holds the link that confirms the address.
    Received,
    /// The account's owner helps themself; holds the link that verifies the address.
    VerifyEmail,
    /// The account's owner was let in to their authenticators by alternative factors.
    OwnerLetIn,
    /// The account's owner asked the desk for help with what they had begun alone.
    HandedOver,
    /// A fresh link to the case's page, asked for on it.
    LinkAgain,
    /// The address is confirmed; says what is needed next.
    EmailConfirmed,
    /// Everything needed from the customer is there.
    AwaitingApproval,
    /// The waiting time began; holds the link to object.
    CoolingOff {
        /// When it ends.
        ends_at: DateTime<Utc>,
    },
    /// Half of the waiting time is over; holds the link to object.
    CoolingOffHalfway {
        /// When it ends.
        ends_at: DateTime<Utc>,
    },
    /// A second agent did not approve: everything has to be proved anew.
    ApprovalRefused,
    /// The device's clock was put right, and it works again.
    Resynchronised,
    /// Everything is there; an agent will switch the device off.
    Ready,
    /// A proof expired and has to be given again.
    EvidenceExpired,
    /// Everything that was asked for is off, or the rest stays.
    Deactivated,
    /// Some of what was ordered is off, and some is not.
    PartlyDeactivated,
    /// An agent ended the case.
    Rejected,
    /// An administrator of the account said no.
    Declined,
    /// To an administrator of a member's account: someone asks for a device to be deactivated.
    AdministratorAsked {
        /// Who asks, by the name of their account.
        member: String,
        /// Which device, as the form says.
        device_kind: DeviceKind,
        /// When the administrators were asked.
        asked_at: DateTime<Utc>,
        /// The network address that it was asked from.
        network: String,
    },
    /// The customer ended it.
    Withdrawn,
    /// Time ended it.
    Expired,
    /// Someone said that it was not them; everything stands still.
    Disputed,
    /// A supervisor let the case go on; everything has to be proved anew.
    Resumed,
    /// It was a second request of the account: another one goes on.
    Merged {
        /// Which.
        into: CaseRef,
    },
    /// The case is over.
    Closed,
    /// An agent wrote; the text is on the case's page as well.
    DeskMessage,
    /// Another telephone number was asked for.
    PhoneChangeRequested(Told),
    /// The change is proved and approved, and is held; holds the link to object.
    PhoneChangeHeld {
        /// Which numbers.
        told: Told,
        /// When the hold ends.
        ends_at: DateTime<Utc>,
    },
    /// Half of the hold is over; holds the link to object.
    PhoneChangeHalfway {
        /// Which numbers.
        told: Told,
        /// When the hold ends.
        ends_at: DateTime<Utc>,
    },
    /// The new number is the one of record.
    PhoneChangeEffective(Told),
    /// An agent refused the change.
    PhoneChangeRefused(Told),
    /// The change ended without effect.
    PhoneChangeEnded(Told),
}

impl Notice {
    /// Every mail there is, for tests that render each.
    pub fn all(at: DateTime<Utc>) -> Vec<Self> {
        let told = || Told {
            old: Some("+44 •••••••• 56".to_owned()), new: "+49 •••••••• 78".to_owned()
        };
        let merged = EXAMPLE.parse().into_iter().map(|into| Self::Merged { into });
        let all = [
            Self::Received,
            Self::VerifyEmail,
            Self::OwnerLetIn,
            Self::HandedOver,
            Self::LinkAgain,
            Self::EmailConfirmed,
            Self::AwaitingApproval,
            Self::CoolingOff { ends_at: at },
            Self::CoolingOffHalfway { ends_at: at },
            Self::ApprovalRefused,
            Self::Resynchronised,
            Self::Ready,
            Self::EvidenceExpired,
            Self::Deactivated,
            Self::PartlyDeactivated,
            Self::Rejected,
            Self::Declined,
            Self::AdministratorAsked {
                member: "Mia Member".to_owned(),
                device_kind: DeviceKind::VirtualTotp,
                asked_at: at,
                network: "192.0.2.1".to_owned(),
            },
            Self::Withdrawn,
            Self::Expired,
            Self::Disputed,
            Self::Resumed,
            Self::Closed,
            Self::DeskMessage,
            Self::PhoneChangeRequested(told()),
            Self::PhoneChangeHeld { told: told(), ends_at: at },
            Self::PhoneChangeHalfway { told: told(), ends_at: at },
            Self::PhoneChangeEffective(told()),
            Self::PhoneChangeRefused(told()),
            Self::PhoneChangeEnded(told()),
        ];
        all.into_iter().chain(merged).collect()
    }

    /// The folder of its template.
    pub const fn template(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::VerifyEmail => "verify_email",
            Self::OwnerLetIn => "owner_let_in",
            Self::HandedOver => "handed_over",
            Self::LinkAgain => "link_again",
            Self::EmailConfirmed => "email_confirmed",
            Self::AwaitingApproval => "awaiting_approval",
            Self::CoolingOff { .. } => "cooling_off",
            Self::CoolingOffHalfway { .. } => "cooling_off_halfway",
            Self::ApprovalRefused => "approval_refused",
            Self::Resynchronised => "resynchronised",
            Self::Ready => "ready",
            Self::EvidenceExpired => "evidence_expired",
            Self::Deactivated => "deactivated",
            Self::PartlyDeactivated => "partly_deactivated",
            Self::Rejected => "rejected",
            Self::Declined => "declined",
            Self::AdministratorAsked { .. } => "administrator_asked",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Disputed => "disputed",
            Self::Resumed => "resumed",
            Self::Merged { .. } => "merged",
            Self::Closed => "closed",
            Self::DeskMessage => "desk_message",
            Self::PhoneChangeRequested(_) => "phone_change_requested",
            Self::PhoneChangeHeld { .. } => "phone_change_held",
            Self::PhoneChangeHalfway { .. } => "phone_change_halfway",
            Self::PhoneChangeEffective(_) => "phone_change_effective",
            Self::PhoneChangeRefused(_) => "phone_change_refused",
            Self::PhoneChangeEnded(_) => "phone_change_ended",
        }
    }

    /// When the wait that it tells of ends.
    pub const fn ends_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::CoolingOff { ends_at }
            | Self::CoolingOffHalfway { ends_at }
            | Self::PhoneChangeHeld { ends_at, .. }
            | Self::PhoneChangeHalfway { ends_at, .. } => Some(*ends_at),
            _ => None,
        }
    }

    /// A reminder that would come after what it reminds of: it would say what is not so.
    pub fn is_outdated(&self, now: DateTime<Utc>) -> bool {
        match self {
            Self::CoolingOffHalfway { ends_at } | Self::PhoneChangeHalfway { ends_at, .. } => *ends_at <= now,
            _ => false,
        }
    }

    /// The numbers of the change that it tells of.
    pub const fn told(&self) -> Option<&Told> {
        match self {
            Self::PhoneChangeRequested(told)
            | Self::PhoneChangeHeld { told, .. }
            | Self::PhoneChangeHalfway { told, .. }
            | Self::PhoneChangeEffective(told)
            | Self::PhoneChangeRefused(told)
            | Self::PhoneChangeEnded(told) => Some(told),
            _ => None,
        }
    }

    /// Goes to somebody else than the customer, who is to learn nothing of it.
    pub const fn is_for_administrators(&self) -> bool {
        matches!(self, Self::AdministratorAsked { .. })
    }

    /// Carries a link that opens the case's page when its button is pressed.
    pub const fn opens_case(&self) -> bool {
        matches!(
            self,
            Self::Received
                | Self::VerifyEmail
                | Self::HandedOver
                | Self::LinkAgain
                | Self::EmailConfirmed
                | Self::AwaitingApproval
                | Self::EvidenceExpired
                | Self::ApprovalRefused
                | Self::Resumed
                | Self::DeskMessage
                | Self::PhoneChangeRequested(_)
                | Self::PhoneChangeEffective(_)
                | Self::PhoneChangeRefused(_)
        )
    }

    /// Carries the "this wasn't me" link: every mail about a case that could still be stopped.
    pub const fn can_be_objected_to(&self) -> bool {
        !matches!(
            self,
            Self::Rejected
                | Self::Declined
                | Self::AdministratorAsked { .. }
                | Self::Withdrawn
                | Self::Expired
                | Self::Disputed
                | Self::Closed
        )
    }
}
