//! Who of the desk may set up a device after the password alone.

/// A link to set up a device, as somebody who just gave their password has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolLink {
    /// None was made that is still unused.
    None,
    /// One was made, and they did not come by it, or too late.
    Elsewhere,
    /// They came by it, and in time.
    Presented,
}

/// What somebody at the desk has, and had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// A device that is active. Saved recovery codes are none: whoever lost theirs would be shut out by them.
    pub has_device: bool,
    /// A device, active or not.
    pub ever_had_device: bool,
    /// A saved recovery code that was not used yet.
    pub has_codes: bool,
    /// The link that waits for them.
    pub link: EnrolLink,
}

/// What somebody at the desk does after the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskStep {
    /// Gives a second factor.
    SecondFactor,
    /// Sets up a device.
    Enrol,
    /// Nothing here: the way on is the link that was made for them.
    LinkNeeded,
}

/// The one rule for everyone at the desk, whether a password or the single sign-on's word was given. Who is new sets up
/// a device after it. Who ever had one does so with the link alone that a case or the server made for them: else a
/// password would be all that is needed from the moment their device is deactivated.
pub const fn desk_step(standing: Standing) -> DeskStep {
    match standing {
        Standing { has_device: true, .. } => DeskStep::SecondFactor,
        Standing { link: EnrolLink::Presented, .. } => DeskStep::Enrol,
        Standing { has_codes: true, .. } => DeskStep::SecondFactor,
        Standing { ever_had_device: false, link: EnrolLink::None, .. } => DeskStep::Enrol,
        _ => DeskStep::LinkNeeded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn standing(has_device: bool, ever_had_device: bool, has_codes: bool, link: EnrolLink) -> Standing {
        Standing { has_device, ever_had_device: ever_had_device || has_device, has_codes, link }
    }

    proptest! {
        #[test]
        fn a_password_alone_sets_up_the_first_device_ever_and_no_later_one(
            has in any::<bool>(), had in any::<bool>(), codes in any::<bool>(), link in 0..3_usize,
        ) {
            let link = [EnrolLink::None, EnrolLink::Elsewhere, EnrolLink::Presented][link];
            let standing = standing(has, had, codes, link);
            if desk_step(standing) == DeskStep::Enrol {
                prop_assert!(!standing.has_device);
                prop_assert!(link == EnrolLink::Presented || !standing.ever_had_device && link == EnrolLink::None);
            }
        }
    }

    #[test]
    fn whoever_lost_codes_and_device_gets_in_by_the_link_and_codes_stay_a_way_in() {
        assert_eq!(desk_step(standing(false, true, true, EnrolLink::Presented)), DeskStep::Enrol);
        assert_eq!(desk_step(standing(false, true, true, EnrolLink::Elsewhere)), DeskStep::SecondFactor);
        assert_eq!(desk_step(standing(false, true, false, EnrolLink::Elsewhere)), DeskStep::LinkNeeded);
        assert_eq!(desk_step(standing(false, true, false, EnrolLink::None)), DeskStep::LinkNeeded);
        assert_eq!(desk_step(standing(true, true, false, EnrolLink::Presented)), DeskStep::SecondFactor);
    }
}
