//! Who does something: every command and every audit entry names one.

use serde::{Deserialize, Serialize};

use super::contact::EmailAddress;
use super::ids::AgentId;
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
            Self::Agent { role, .. } => role.code(),
            Self::System => "system",
            Self::Operator => "operator",
        }
    }

    /// The `actor` column of the audit log: an agent's address, empty for those without a name.
    pub fn name(&self) -> &str {
        match self {
            Self::Agent { email, .. } => email.as_str(),
            Self::Customer | Self::System | Self::Operator => "",
        }
    }

    /// The agent's identifier, where one acts.
    pub const fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Agent { id, .. } => Some(*id),
            Self::Customer | Self::System | Self::Operator => None,
        }
    }

    /// The agent's role, where one acts.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::Agent { role, .. } => Some(*role),
            Self::Customer | Self::System | Self::Operator => None,
        }
    }
}
