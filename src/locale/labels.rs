//! What customers are told the values of an enumeration mean. The key is the family and the value's code:
//! `device-virtual_totp`.

use super::{Language, Text};
use crate::domain::account::AuthenticatorKind;
use crate::domain::case::State;
use crate::domain::contact_record::About;
use crate::domain::document::DocumentKind;
use crate::domain::form::{DeviceKind, Reason};
use crate::domain::need::Need;
use crate::domain::recovery::Setback;

/// An enumeration whose values customers read.
pub trait Labelled: Copy + 'static {
    /// What its keys begin with.
    const FAMILY: &'static str;
    /// Every value.
    const VALUES: &'static [Self];
    /// The stable word of a value.
    fn stable(self) -> &'static str;
}

macro_rules! labelled {
    ($($family:literal: $kind:ty),+ $(,)?) => {
        $(impl Labelled for $kind {
            const FAMILY: &'static str = $family;
            const VALUES: &'static [Self] = Self::ALL;
            fn stable(self) -> &'static str {
                self.code()
            }
        })+

        /// The keys of all labels, with what the desk reads.
        #[cfg(test)]
        pub(super) fn all() -> Vec<(String, &'static str)> {
            let mut all = Vec::new();
            $(all.extend(<$kind>::VALUES.iter().map(|value| (key(*value), value.label())));)+
            all
        }
    };
}

labelled! {
    "authenticator": AuthenticatorKind,
    "contact-change": About,
    "device": DeviceKind,
    "document": DocumentKind,
    "need": Need,
    "reason": Reason,
    "setback": Setback,
    "state": State,
}

fn key<T: Labelled>(value: T) -> String {
    format!("{}-{}", T::FAMILY, value.stable())
}

/// What customers read for a value.
pub fn label<T: Labelled>(language: Language, value: T) -> String {
    Text::new(key(value), Vec::new()).to(language)
}
