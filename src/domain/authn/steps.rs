//! Which step of a sign-in comes after which.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::words::coded;

/// Whether a second factor was given so recently that an act which needs a fresh one may go ahead.
pub fn fresh(proved_at: Option<DateTime<Utc>>, now: DateTime<Utc>, within: TimeDelta) -> bool {
    proved_at.is_some_and(|at| at <= now && now - at < within)
}

coded! {
    /// How far a sign-in has come.
    pub enum Assurance {
        /// The password was right; the second step is still to come.
        Password = "password", "Password checked";
        /// Won by alternative factors: manages authenticators and nothing else.
        Recovery = "recovery", "Signed in to recover";
        /// Signed in.
        Complete = "complete", "Signed in";
    }
}

/// What an account has for the second step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Means {
    /// It has an active authenticator of any kind.
    pub any: bool,
    /// One of them shows codes that can be checked here.
    pub codes: bool,
    /// One of them is a passkey that can be asked here.
    pub passkeys: bool,
    /// It has a saved recovery code that was not used yet.
    pub recovery_codes: bool,
}

/// Why a sign-in cannot be completed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stuck {
    /// The account has no authenticator, and a password alone signs nobody in.
    NoDevice,
    /// It has some, but none that can be checked here.
    NoneHere,
}

/// What comes after the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A code of the authenticator, or a recovery code.
    SecondStep,
    /// Nothing: the link that led here came to the account's mailbox, which is the second proof.
    Complete,
    /// It ends here.
    Stuck(Stuck),
}

/// What comes after a right password. `by_link` is whether a link that was mailed to this account led to the sign-in:
/// it stands in for a device where there is none, and never for one that is there.
pub const fn after_password(means: Means, by_link: bool) -> Next {
    match means {
        Means { any: true, codes: false, passkeys: false, recovery_codes: false } => Next::Stuck(Stuck::NoneHere),
        Means { any: true, .. } => Next::SecondStep,
        Means { any: false, .. } if by_link => Next::Complete,
        Means { any: false, .. } => Next::Stuck(Stuck::NoDevice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_factor_is_fresh_for_ten_minutes() {
        let now = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
        let fresh = |at| fresh(at, now, TimeDelta::minutes(10));
        assert!(fresh(Some(now)));
        assert!(fresh(Some(now - TimeDelta::seconds(599))));
        assert!(!fresh(Some(now - TimeDelta::minutes(10))));
        assert!(!fresh(Some(now + TimeDelta::seconds(1))));
        assert!(!fresh(None));
    }

    #[test]
    fn a_password_alone_completes_nothing_and_a_link_never_stands_in_for_a_device() {
        let none = Means::default();
        let some = Means { any: true, ..none };
        for by_link in [false, true] {
            assert_eq!(after_password(Means { codes: true, ..some }, by_link), Next::SecondStep);
            assert_eq!(after_password(Means { passkeys: true, ..some }, by_link), Next::SecondStep);
            assert_eq!(after_password(Means { recovery_codes: true, ..some }, by_link), Next::SecondStep);
            assert_eq!(after_password(some, by_link), Next::Stuck(Stuck::NoneHere));
        }
        assert_eq!(after_password(none, false), Next::Stuck(Stuck::NoDevice));
        assert_eq!(after_password(none, true), Next::Complete);
    }
}
