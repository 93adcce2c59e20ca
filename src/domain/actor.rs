//! Who does something: every command and every audit entry names one.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::contact::EmailAddress;
use super::ids::{AccountId, AgentId, ApiTokenId};
use super::words::coded;

coded! {
    /// What a person at the desk may do.
    pub enum Role {
        /// Works cases.
        Agent = "agent", "Agent";
        /// Works cases, reassigns them, ends disputes.
        Supervisor = "supervisor", "Supervisor";
        /// Reads and exports, changes nothing.
        Auditor = "auditor", "Auditor";
        /// Everything a supervisor does; the role of whoever sets the desk up.
        Admin = "admin", "Administrator";
    }
}

impl Role {
    /// May act on cases.
    pub const fn works_cases(self) -> bool {
        matches!(self, Self::Agent | Self::Supervisor | Self::Admin)
    }

    /// May reassign others' cases and end disputes.
    pub const fn supervises(self) -> bool {
        matches!(self, Self::Supervisor | Self::Admin)
    }

    /// May read and export the audit log.
    pub const fn audits(self) -> bool {
        matches!(self, Self::Supervisor | Self::Auditor | Self::Admin)
    }
}

/// One who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// The person who asked for assistance, or whoever holds what was mailed to the address of record.
    Customer,
    /// Someone at the desk.
    Agent {
        /// Which one.
        id: AgentId,
        /// The address the audit log shows.
        email: EmailAddress,
        /// What they may do at this moment.
        role: Role,
        /// The token that a program acts with in their name; none where they act themself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<ApiTokenId>,
    },
    /// The owner of an account, who helps themself after giving its password.
    Owner {
        /// Whose account.
        account: AccountId,
    },
    /// An administrator of the account, signed in with an account of their own.
    Administrator {
        /// The administrator's account.
        account: AccountId,
    },
    /// The program itself: timers, the outbox, the telephone provider's answers.
    System,
    /// Someone with a shell on the server.
    Operator,
}

impl Actor {
    /// The `actor_kind` column of the audit log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Owner { .. } => "owner",
            Self::Administrator { .. } => "administrator",
            Self::Agent { role, .. } => role.code(),
            Self::System => "system",
            Self::Operator => "operator",
        }
    }

    /// The `actor` column of the audit log: an agent's address, the account identifier of an owner or an administrator,
    /// empty for those without a name.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Agent { email, .. } => Cow::Borrowed(email.as_str()),
            Self::Owner { account } | Self::Administrator { account } => Cow::Owned(account.to_string()),
            Self::Customer | Self::System | Self::Operator => Cow::Borrowed(""),
        }
    }

    /// The agent's identifier, where one acts.
    pub const fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Agent { id, .. } => Some(*id),
            Self::Customer | Self::Owner { .. } | Self::Administrator { .. } | Self::System | Self::Operator => None,
        }
    }

    /// The token that a program acts with in an agent's name.
    pub const fn via(&self) -> Option<ApiTokenId> {
        match self {
            Self::Agent { via, .. } => *via,
            Self::Customer | Self::Owner { .. } | Self::Administrator { .. } | Self::System | Self::Operator => None,
        }
    }

    /// The agent's role, where one acts.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::Agent { role, .. } => Some(*role),
            Self::Customer | Self::Owner { .. } | Self::Administrator { .. } | Self::System | Self::Operator => None,
        }
    }
}
