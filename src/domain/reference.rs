//! Case references such as `MFA-7K3Q-9ZDN`: seven random Crockford base32 digits and a check symbol.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Crockford's check alphabet is 37 symbols long; the five beyond the digits are awkward to say on the
/// telephone, so references whose check would need one are not issued.
const CHECK_MODULUS: u64 = 37;
const RANDOM_DIGITS: usize = 7;

/// What a reference looks like.
pub const EXAMPLE: &str = "MFA-7K3Q-9ZDN";

/// A case's reference: random, never sequential, spoken over the telephone and typed by hand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseRef(String);

/// A text that is not a case reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a case reference; one looks like MFA-7K3Q-9ZDN")]
pub struct NotACaseRef;

fn check_digit(value: u64) -> Option<u8> {
    DIGITS.get(usize::try_from(value % CHECK_MODULUS).ok()?).copied()
}

fn value_of(symbol: char) -> Option<u64> {
    let canonical = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = DIGITS.iter().position(|digit| char::from(*digit) == canonical)?;
    u64::try_from(at).ok()
}

impl CaseRef {
    /// The reference for `random`, or nothing when its check symbol would not be a plain digit or
    /// letter; the caller then draws again (about one draw in seven).
    pub fn from_random(random: u64) -> Option<Self> {
        let value = random & ((1 << (5 * RANDOM_DIGITS)) - 1);
        Self::from_value(value)
    }

    fn from_value(value: u64) -> Option<Self> {
        let check = check_digit(value)?;
        let mut symbols = String::with_capacity(13);
        symbols.push_str("MFA-");
        for place in (0..RANDOM_DIGITS).rev() {
            let digit = (value >> (5 * place)) & 31;
            symbols.push(char::from(*DIGITS.get(usize::try_from(digit).ok()?)?));
            if place == 3 {
                symbols.push('-');
            }
        }
        symbols.push(char::from(check));
        Some(Self(symbols))
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CaseRef {
    type Err = NotACaseRef;

    /// Accepts what people type: any case, with or without the prefix and hyphens, `O` for `0`, `I` and `L` for `1`.
    fn from_str(text: &str) -> Result<Self, NotACaseRef> {
        let bare: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let symbols = match bare.get(..3) {
            Some(prefix) if bare.len() == RANDOM_DIGITS + 4 && prefix.eq_ignore_ascii_case("MFA") => &bare[3..],
            _ => bare.as_str(),
        };
        if symbols.chars().count() != RANDOM_DIGITS + 1 {
            return Err(NotACaseRef);
        }
        let mut values = symbols.chars().map(value_of);
        let mut value = 0;
        for _ in 0..RANDOM_DIGITS {
            value = value << 5 | values.next().flatten().ok_or(NotACaseRef)?;
        }
        let check = values.next().flatten().ok_or(NotACaseRef)?;
        if value % CHECK_MODULUS != check {
            return Err(NotACaseRef);
        }
        Self::from_value(value).ok_or(NotACaseRef)
    }
}

impl TryFrom<String> for CaseRef {
    type Error = NotACaseRef;
    fn try_from(text: String) -> Result<Self, NotACaseRef> {
        text.parse()
    }
}

impl From<CaseRef> for String {
    fn from(reference: CaseRef) -> Self {
        reference.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_reference_survives_being_typed_by_hand(random in any::<u64>()) {
            if let Some(reference) = CaseRef::from_random(random) {
                let typed = reference.as_str().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
                prop_assert_eq!(typed.parse::<CaseRef>(), Ok(reference));
            }
        }

        #[test]
        fn one_wrong_symbol_is_noticed(random in any::<u64>(), place in 4_usize..13, digit in 0_usize..32) {
            if let Some(reference) = CaseRef::from_random(random) {
                let mut text: Vec<char> = reference.as_str().chars().collect();
                let wrong = char::from(DIGITS[digit]);
                if text[place] != '-' && text[place] != wrong {
                    text[place] = wrong;
                    let text: String = text.into_iter().collect();
                    prop_assert_eq!(text.parse::<CaseRef>(), Err(NotACaseRef));
                }
            }
        }

        #[test]
        fn any_text_is_answered_without_panic(text in ".{0,20}") {
            let _ = text.parse::<CaseRef>();
        }
    }
}
