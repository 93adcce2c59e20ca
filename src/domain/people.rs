//! Who may add, change and suspend people at the desk.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

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

/// Who added, promoted or restored whom last, and when.
pub type Appointments = BTreeMap<AgentId, (AgentId, DateTime<Utc>)>;

/// For how long those whom somebody added, promoted or restored do not count as other people than them: long enough for
/// the colleagues who were told to look.
pub const NEW_FOR: TimeDelta = TimeDelta::hours(24);

/// Whether two people at the desk may be one: whoever manages people could make a second of themself. That is so where
/// one was appointed lately by the other, or both by the same, whoever stands between.
pub fn may_be_one(one: AgentId, other: AgentId, appointments: &Appointments, now: DateTime<Utc>) -> bool {
    !line(one, appointments, now).is_disjoint(&line(other, appointments, now))
}

/// Somebody, whoever appointed them lately, whoever appointed those, and so on.
fn line(of: AgentId, appointments: &Appointments, now: DateTime<Utc>) -> BTreeSet<AgentId> {
    let mut line = BTreeSet::new();
    let mut next = Some(of);
    while let Some(id) = next.filter(|id| line.insert(*id)) {
        next = appointments.get(&id).filter(|(_, at)| now < *at + NEW_FOR).map(|(by, _)| *by);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn whoever_was_appointed_lately_is_no_other_person_than_whoever_appointed_them() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let ago = |hours| now - TimeDelta::hours(hours);
        // 1 added 2 and 3; 3 promoted 4. 5 was restored by 1 a day ago. 6 and 7 promoted each other.
        let appointments = Appointments::from([
            (id(2), (id(1), ago(1))),
            (id(3), (id(1), ago(23))),
            (id(4), (id(3), ago(2))),
            (id(5), (id(1), ago(24))),
            (id(6), (id(7), ago(1))),
            (id(7), (id(6), ago(1))),
        ]);
        let mut one = Vec::new();
        for a in 1..=8 {
            for b in a + 1..=8 {
                assert_eq!(may_be_one(id(a), id(b), &appointments, now), may_be_one(id(b), id(a), &appointments, now));
                if may_be_one(id(a), id(b), &appointments, now) {
                    one.push((a, b));
                }
            }
        }
        assert_eq!(one, [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4), (6, 7)]);
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
