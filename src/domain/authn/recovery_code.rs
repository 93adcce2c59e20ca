//! Saved recovery codes: 120 random bits as Crockford base32 in groups, shown once and stored as a hash.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 120 bits: more than the 112 from which SP 800-63B-4 §3.1.2.2 asks for no slow hash.
const SYMBOLS: usize = 24;
const GROUP: usize = 4;

/// A code that signs its owner in once, when the device is gone.
#[derive(Clone)]
pub struct RecoveryCode(SecretString);

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode")
    }
}

impl RecoveryCode {
    /// The code of 15 bytes from a CSPRNG.
    pub fn from_bytes(bytes: [u8; 15]) -> Self {
        let mut symbols = String::with_capacity(SYMBOLS);
        for five in bytes.chunks_exact(5) {
            let value = five.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                symbols.push(char::from(DIGITS[(value >> (5 * place) & 31) as usize]));
            }
        }
        Self(SecretString::from(symbols))
    }

    /// What someone typed: any case, with or without groups, `O` for `0`, `I` and `L` for `1`.
    pub fn typed(text: &str) -> Option<Self> {
        let mut symbols = String::with_capacity(SYMBOLS);
        for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '.')) {
            let symbol = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(symbol).is_ok_and(|byte| DIGITS.contains(&byte));
            if !known || symbols.len() == SYMBOLS {
                return None;
            }
            symbols.push(symbol);
        }
        (symbols.len() == SYMBOLS).then(|| Self(SecretString::from(symbols)))
    }

    /// What is stored of it.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new_with_prefix(b"mfa-desk/recovery-code/1\0");
        hasher.update(self.0.expose_secret().as_bytes());
        hex::encode(hasher.finalize())
    }

    /// The code in groups, for its owner to save.
    pub fn shown(&self) -> String {
        let symbols: Vec<char> = self.0.expose_secret().chars().collect();
        symbols.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_six_groups_of_four_and_its_debug_form_tells_nothing() {
        let code = RecoveryCode::from_bytes([0, 1, 2, 3, 4, 250, 251, 252, 253, 254, 255, 7, 7, 7, 7]);
        assert_eq!(code.shown().len(), 29);
        assert_eq!(code.shown().split('-').count(), 6);
        assert_eq!(format!("{code:?}"), "RecoveryCode");
        assert_eq!(RecoveryCode::from_bytes([0; 15]).shown(), "0000-0000-0000-0000-0000-0000");
        assert_eq!(RecoveryCode::from_bytes([255; 15]).shown(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    }

    #[test]
    fn what_cannot_be_a_code_is_refused() {
        for wrong in ["", "0000-0000", "0000-0000-0000-0000-0000-000U", &"0".repeat(25), &"É".repeat(24)] {
            assert!(RecoveryCode::typed(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_code_survives_being_typed_by_hand(bytes in any::<[u8; 15]>()) {
            let code = RecoveryCode::from_bytes(bytes);
            let by_hand = code.shown().to_lowercase().replace('-', "  ").replace('0', "o").replace('1', "l");
            prop_assert_eq!(RecoveryCode::typed(&by_hand).map(|typed| typed.hash()), Some(code.hash()));
        }

        #[test]
        fn different_codes_have_different_hashes(a in any::<[u8; 15]>(), b in any::<[u8; 15]>()) {
            let same_hash = RecoveryCode::from_bytes(a).hash() == RecoveryCode::from_bytes(b).hash();
            prop_assert_eq!(same_hash, a == b);
        }

        #[test]
        fn any_text_is_answered_without_panic(text in ".{0,60}") {
            let _ = RecoveryCode::typed(&text);
        }
    }
}
