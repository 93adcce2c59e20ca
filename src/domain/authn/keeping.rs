//! The rules by which an account keeps its authenticators: how many, under which names, and which may go.

use chrono::{DateTime, Utc};

use super::totp::{Clockwork, TotpCode, TotpSecret, resynchronise};
use crate::domain::account::{AccountKind, Authenticator, AuthenticatorKind, AuthenticatorState};
use crate::domain::form::is_unprintable;
use crate::domain::ids::AuthenticatorId;

/// Active authenticators that an account can have. The set of saved recovery codes is not counted.
pub const MOST_AUTHENTICATORS: usize = 8;
/// Recovery codes that are made at a time.
pub const RECOVERY_CODES: usize = 10;
/// Longest name of an authenticator, in characters.
pub const LONGEST_NAME: usize = 60;

/// Why an account's authenticators stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Kept {
    /// It was given no name.
    #[error("Give the device a name.")]
    NoName,
    /// Its name is too long.
    #[error("The name has more than {LONGEST_NAME} characters.")]
    LongName,
    /// Its name holds what cannot be read.
    #[error("The name holds characters that cannot be shown.")]
    UnprintableName,
    /// Another active authenticator has this name.
    #[error("Another of your devices has this name.")]
    TakenName,
    /// There are as many as there may be.
    #[error("You have {MOST_AUTHENTICATORS} devices, and cannot have more. Deactivate one first.")]
    TooMany,
    /// What was typed are not two codes in a row of the authenticator.
    #[error("These are not two codes in a row of this device. Wait for the next one and type both again.")]
    NotInARow,
    /// The passkey did not answer what was asked, or belongs to an account already.
    #[error("The passkey or security key could not be set up. Try again.")]
    NoPasskey,
    /// Whoever works at the desk always has one.
    #[error("This is your only device. Activate another one first.")]
    LastOfStaff,
    /// Saved codes are for the day when a device is not at hand; they are none.
    #[error("Activate a device first.")]
    NoDeviceYet,
    /// Somebody at an address of record stopped a request for the account.
    #[error(
        "A request for this account was stopped. Your devices stay as they are until a supervisor has looked at it."
    )]
    Stopped,
}

impl Kept {
    /// The stable word that is logged.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoName => "no_name",
            Self::LongName => "long_name",
            Self::UnprintableName => "unprintable_name",
            Self::TakenName => "taken_name",
            Self::TooMany => "too_many",
            Self::NotInARow => "not_in_a_row",
            Self::NoPasskey => "no_passkey",
            Self::LastOfStaff => "last_of_staff",
            Self::NoDeviceYet => "no_device_yet",
            Self::Stopped => "stopped",
        }
    }

    /// Whether it is about the name that was typed.
    pub const fn is_about_name(self) -> bool {
        matches!(self, Self::NoName | Self::LongName | Self::UnprintableName | Self::TakenName)
    }
}

/// What its owner calls an authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName(String);

impl DeviceName {
    /// What someone typed, without the spaces around it.
    ///
    /// # Errors
    /// [`Kept`] when it cannot be a name.
    pub fn typed(text: &str) -> Result<Self, Kept> {
        let name = text.trim();
        if name.is_empty() {
            Err(Kept::NoName)
        } else if name.chars().count() > LONGEST_NAME {
            Err(Kept::LongName)
        } else if name.chars().any(is_unprintable) {
            Err(Kept::UnprintableName)
        } else {
            Ok(Self(name.to_owned()))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// People take names that differ in case only for the same.
    fn is(&self, other: &str) -> bool {
        self.0.to_lowercase() == other.trim().to_lowercase()
    }
}

/// Whether an authenticator is on and is one that someone holds, other than saved codes.
pub fn is_device(authenticator: &Authenticator) -> bool {
    authenticator.state == AuthenticatorState::Active && authenticator.kind != AuthenticatorKind::RecoveryCodes
}

/// Whether an account may have recovery codes.
///
/// # Errors
/// [`Kept::NoDeviceYet`] where it has no device that they could stand in for.
pub fn may_make_codes(all: &[Authenticator]) -> Result<(), Kept> {
    if all.iter().any(is_device) { Ok(()) } else { Err(Kept::NoDeviceYet) }
}

/// Whether an account may activate one more, and call it so.
///
/// # Errors
/// [`Kept`] says why not.
pub fn may_activate(all: &[Authenticator], name: &DeviceName) -> Result<(), Kept> {
    if all.iter().filter(|each| is_device(each)).count() >= MOST_AUTHENTICATORS {
        return Err(Kept::TooMany);
    }
    may_rename(all, None, name)
}

/// Whether an authenticator may be called so.
///
/// # Errors
/// [`Kept::TakenName`] when another one is.
pub fn may_rename(all: &[Authenticator], which: Option<AuthenticatorId>, name: &DeviceName) -> Result<(), Kept> {
    let other = |each: &&Authenticator| is_device(each) && Some(each.id) != which;
    if all.iter().filter(other).any(|each| name.is(&each.label)) { Err(Kept::TakenName) } else { Ok(()) }
}

/// Whether its owner may deactivate one of them. An account of a customer may be left with none: its owner is then
/// urged to activate another, and has the desk. Nobody works at the desk without one.
///
/// # Errors
/// [`Kept::LastOfStaff`] when it has to stay.
pub fn may_deactivate(kind: AccountKind, all: &[Authenticator], which: AuthenticatorId) -> Result<(), Kept> {
    let is_last = !all.iter().any(|each| is_device(each) && each.id != which);
    if kind == AccountKind::Staff && is_last { Err(Kept::LastOfStaff) } else { Ok(()) }
}

/// What is remembered of a new authenticator's clock, once it showed two codes in a row. Neither is taken again.
///
/// # Errors
/// [`Kept::NotInARow`] when they are not.
pub fn enrol(secret: &TotpSecret, codes: (&TotpCode, &TotpCode), now: DateTime<Utc>) -> Result<Clockwork, Kept> {
    resynchronise(secret, Clockwork::default(), codes, now).ok_or(Kept::NotInARow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::authn::{accept, step_at};
    use crate::domain::ids::AccountId;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn device(which: u8, kind: AuthenticatorKind, label: &str) -> Authenticator {
        Authenticator {
            id: AuthenticatorId::new(at(0), [which; 10]),
            account: AccountId::new(at(0), [0; 10]),
            kind,
            label: label.to_owned(),
            state: AuthenticatorState::Active,
        }
    }

    fn name(text: &str) -> DeviceName {
        DeviceName::typed(text).unwrap()
    }

    #[test]
    fn a_name_is_one_to_sixty_printable_characters() {
        assert_eq!(name("  Öla's 📱 phone ").as_str(), "Öla's 📱 phone");
        assert!(DeviceName::typed(&"é".repeat(60)).is_ok());
        for (text, why) in [
            ("", Kept::NoName),
            ("   ", Kept::NoName),
            (&"x".repeat(61), Kept::LongName),
            ("a\nb", Kept::UnprintableName),
            ("a\u{202e}b", Kept::UnprintableName),
        ] {
            assert_eq!(DeviceName::typed(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn eight_can_be_active_and_saved_codes_are_not_counted() {
        let mut all: Vec<_> =
            (0..7).map(|n| device(n, AuthenticatorKind::VirtualTotp, &format!("phone {n}"))).collect();
        all.push(device(7, AuthenticatorKind::RecoveryCodes, "envelope"));
        assert_eq!(may_activate(&all, &name("another")), Ok(()));
        all.push(device(8, AuthenticatorKind::Passkey, "key"));
        assert_eq!(may_activate(&all, &name("another")), Err(Kept::TooMany));
        all[3].state = AuthenticatorState::Deactivated;
        assert_eq!(may_activate(&all, &name("another")), Ok(()));
    }

    #[test]
    fn a_name_is_used_once_among_those_that_are_active() {
        let mut all = vec![device(0, AuthenticatorKind::VirtualTotp, "My Phone")];
        assert_eq!(may_activate(&all, &name("my phone")), Err(Kept::TakenName));
        assert_eq!(may_rename(&all, Some(all[0].id), &name("MY PHONE")), Ok(()));
        all[0].state = AuthenticatorState::Deactivated;
        assert_eq!(may_activate(&all, &name("my phone")), Ok(()));
    }

    #[test]
    fn only_people_at_the_desk_must_keep_one() {
        let mut all =
            vec![device(0, AuthenticatorKind::Passkey, "key"), device(1, AuthenticatorKind::RecoveryCodes, "saved")];
        assert_eq!(may_deactivate(AccountKind::Owner, &all, all[0].id), Ok(()));
        assert_eq!(may_deactivate(AccountKind::Staff, &all, all[0].id), Err(Kept::LastOfStaff));
        all.push(device(2, AuthenticatorKind::VirtualTotp, "phone"));
        assert_eq!(may_deactivate(AccountKind::Staff, &all, all[0].id), Ok(()));
    }

    proptest! {
        #[test]
        fn two_codes_in_a_row_enrol_wherever_the_clock_is_and_neither_is_taken_again(
            bytes in any::<[u8; 20]>(), seconds in 100_000_i64..4_000_000_000, off in -90_i64..90,
        ) {
            let (secret, now) = (TotpSecret::from_bytes(&bytes).unwrap(), at(seconds));
            let step = step_at(now) + off;
            let (first, second) = (secret.code_at(step), secret.code_at(step + 1));
            // That two of three neighbours agree is a chance of some in a million.
            let third = secret.code_at(step + 2);
            let shown = [first.expose(), second.expose(), third.expose()];
            prop_assume!(shown[0] != shown[1] && shown[1] != shown[2] && shown[0] != shown[2]);
            let clock = enrol(&secret, (&first, &second), now).unwrap();
            prop_assert_eq!(enrol(&secret, (&second, &second), now), Err(Kept::NotInARow));
            for used in [&first, &second] {
                prop_assert_eq!(accept(&secret, clock, used, now), None);
            }
            let later = at(seconds + 30);
            prop_assert!(accept(&secret, clock, &third, later).is_some());
        }
    }
}
