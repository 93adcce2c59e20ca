//! The six-digit code of a telephone check, and the two words by which both sides know each other.

use secrecy::{ExposeSecret, SecretString};

use super::ids::ChallengeId;
use super::token::{Purpose, ServerKey, Token, same};

/// Wrong answers after which a code is worth nothing (SP 800-63B-4 §3.2.2 asks for a limit).
pub const TRIES: i32 = 3;
const CODES: u64 = 1_000_000;

/// Six digits. They are derived from the browser session that asked, so no table holds them and no one
/// but that session can be shown them.
pub struct PhoneCode(SecretString);

impl PhoneCode {
    /// The code of a challenge for the browser that holds `session`.
    pub fn derive(key: &ServerKey, session: &Token, challenge: ChallengeId) -> Self {
        let hash = key.keyed_hash(Purpose::PhoneCode, &[session.expose().as_bytes(), challenge.to_string().as_bytes()]);
        let number = hash.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        Self(SecretString::from(format!("{:06}", number % CODES)))
    }

    /// What someone typed, when it is six digits once spaces and hyphens are gone.
    pub fn typed(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '#')).collect();
        let sound = digits.len() == 6 && digits.chars().all(|c| c.is_ascii_digit());
        sound.then(|| Self(SecretString::from(digits)))
    }

    /// What is stored of it: a keyed hash, since a million codes are quickly tried without the key.
    pub fn stored(&self, key: &ServerKey, challenge: ChallengeId) -> String {
        let parts = [challenge.to_string(), self.0.expose_secret().to_owned()];
        hex::encode(key.keyed_hash(Purpose::StoredPhoneCode, &[parts[0].as_bytes(), parts[1].as_bytes()]))
    }

    /// Whether it is the code that was stored for the challenge.
    pub fn matches(&self, key: &ServerKey, challenge: ChallengeId, stored: &str) -> bool {
        same(&self.stored(key, challenge), stored)
    }

    /// The digits in two groups, for the customer's page only.
    pub fn shown(&self) -> String {
        let digits = self.0.expose_secret();
        format!("{} {}", &digits[..3], &digits[3..])
    }
}

/// The two words of a challenge: on the customer's page, in the call and on the agent's screen.
pub fn two_words(key: &ServerKey, challenge: ChallengeId) -> String {
    let hash = key.keyed_hash(Purpose::Words, &[challenge.to_string().as_bytes()]);
    let word = |byte: u8| WORDS[usize::from(byte) % WORDS.len()];
    format!("{} {}", word(hash[0]), word(hash[1]))
}

/// Short, distinct when spoken, harmless.
const WORDS: [&str; 128] = [
    "acorn", "amber", "anchor", "apple", "apron", "arrow", "autumn", "badge", "bamboo", "banjo", "barrel", "basket",
    "beacon", "berry", "bicycle", "biscuit", "blanket", "blossom", "bottle", "branch", "breeze", "bridge", "bronze",
    "bucket", "butter", "button", "cabin", "cactus", "camel", "candle", "canvas", "carpet", "castle", "cedar", "chalk",
    "cherry", "circle", "cloud", "clover", "coconut", "copper", "coral", "cotton", "cousin", "crystal", "curtain",
    "daisy", "desert", "diamond", "dolphin", "dragon", "eagle", "echo", "ember", "engine", "falcon", "feather",
    "fiddle", "forest", "fossil", "fountain", "galaxy", "garden", "garlic", "ginger", "glacier", "guitar", "hammer",
    "harbour", "hazel", "helmet", "honey", "island", "ivory", "jacket", "jungle", "kettle", "kitten", "ladder",
    "lantern", "lemon", "library", "lobster", "magnet", "mango", "maple", "marble", "meadow", "mirror", "mountain",
    "mustard", "needle", "nickel", "nutmeg", "oasis", "ocean", "olive", "orange", "orchard", "paddle", "panda",
    "paper", "parrot", "pebble", "pepper", "piano", "pillow", "planet", "pocket", "pumpkin", "puzzle", "rabbit",
    "ribbon", "river", "rocket", "saddle", "sailor", "shadow", "silver", "spider", "summer", "ticket", "tiger",
    "timber", "tulip", "velvet", "window", "yellow",
];

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn key() -> ServerKey {
        ServerKey::new(SecretString::from("k".repeat(32)))
    }

    fn challenge(n: u8) -> ChallengeId {
        ChallengeId::new(DateTime::UNIX_EPOCH, [n; 10])
    }

    #[test]
    fn a_code_belongs_to_one_session_and_one_challenge() {
        let (mine, other) = (Token::from_bytes([1; 32]), Token::from_bytes([2; 32]));
        let code = PhoneCode::derive(&key(), &mine, challenge(1));
        let stored = code.stored(&key(), challenge(1));
        assert!(PhoneCode::typed(&code.shown()).unwrap().matches(&key(), challenge(1), &stored));
        assert!(!PhoneCode::derive(&key(), &other, challenge(1)).matches(&key(), challenge(1), &stored));
        assert!(!code.matches(&key(), challenge(2), &stored));
    }

    #[test]
    fn only_six_digits_can_be_a_code() {
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert!(PhoneCode::typed(wrong).is_none(), "{wrong}");
        }
        assert!(PhoneCode::typed("123 456#").is_some());
    }

    #[test]
    fn no_word_stands_twice() {
        let distinct: std::collections::BTreeSet<_> = WORDS.iter().collect();
        assert_eq!(distinct.len(), WORDS.len());
    }
}
