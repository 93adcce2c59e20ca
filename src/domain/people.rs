//! Who may add, change and suspend people at the desk.

use super::actor::Role;
use super::ids::AgentId;

/// What somebody does about a person at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Adds one with this role.
    Add(Role),
    /// Gives one another role.
    Role(Role),
    /// Suspends or restores one.
    Standing,
    /// Signs one out everywhere.
    EndSessions,
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// They do not manage people.
    #[error("Only supervisors and admins manage people.")]
    Role,
    /// Nobody changes their own role or standing.
    #[error("Nobody changes their own role or standing. Ask a colleague.")]
    Oneself,
    /// An admin is concerned, or would be made.
    #[error("Only an admin makes an admin, or changes one.")]
    Admin,
}

impl NotAllowed {
    /// The stable word that is logged.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Oneself => "oneself",
            Self::Admin => "admin",
        }
    }
}

/// Whether `actor` may make a change. `of` is whom it concerns, unless it adds somebody.
///
/// # Errors
/// [`NotAllowed`] says which rule forbids it.
pub fn may(actor: (AgentId, Role), of: Option<(AgentId, Role)>, change: Change) -> Result<(), NotAllowed> {
    let (id, role) = actor;
    if !role.supervises() {
        return Err(NotAllowed::Role);
    }
    if of.is_some_and(|(of, _)| of == id) {
        return Err(NotAllowed::Oneself);
    }
    let makes = match change {
        Change::Add(to) | Change::Role(to) => Some(to),
        Change::Standing | Change::EndSessions => None,
    };
    let concerns_admin = of.is_some_and(|(_, role)| role == Role::Admin) || makes == Some(Role::Admin);
    if concerns_admin && role != Role::Admin {
        return Err(NotAllowed::Admin);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn id(n: u8) -> AgentId {
        AgentId::new(DateTime::UNIX_EPOCH, [n; 10])
    }

    fn role() -> impl Strategy<Value = Role> {
        proptest::sample::select(Role::ALL.to_vec())
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            role().prop_map(Change::Add),
            role().prop_map(Change::Role),
            Just(Change::Standing),
            Just(Change::EndSessions)
        ]
    }

    #[test]
    fn supervisors_manage_agents_and_admins_manage_everyone_else() {
        let (sam, ada, ana) = ((id(1), Role::Supervisor), (id(2), Role::Admin), (id(3), Role::Agent));
        assert_eq!(may(sam, Some(ana), Change::Standing), Ok(()));
        assert_eq!(may(sam, Some(ana), Change::Role(Role::Supervisor)), Ok(()));
        assert_eq!(may(sam, None, Change::Add(Role::Auditor)), Ok(()));
        assert_eq!(may(sam, Some(ada), Change::EndSessions), Err(NotAllowed::Admin));
        assert_eq!(may(sam, None, Change::Add(Role::Admin)), Err(NotAllowed::Admin));
        assert_eq!(may(ada, Some(sam), Change::Role(Role::Admin)), Ok(()));
        assert_eq!(may(ana, None, Change::Add(Role::Agent)), Err(NotAllowed::Role));
    }

    proptest! {
        #[test]
        fn nobody_raises_or_shields_themself_and_only_admins_touch_admins(
            (by, of_role) in (role(), role()), same in any::<bool>(), change in change(),
        ) {
            let of = (if same { id(1) } else { id(2) }, if same { by } else { of_role });
            let allowed = may((id(1), by), Some(of), change).is_ok();
            if allowed {
                prop_assert!(!same && by.supervises());
                let admin = of.1 == Role::Admin || matches!(change, Change::Role(Role::Admin) | Change::Add(Role::Admin));
                prop_assert!(!admin || by == Role::Admin);
            }
        }
    }
}
