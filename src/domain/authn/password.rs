//! Which passwords are taken (SP 800-63B-4 §3.1.1.2): long ones that nobody guesses first. No rule asks for kinds of
//! characters, and none lets a password grow old.

use std::collections::HashSet;
use std::sync::LazyLock;

use icu_normalizer::ComposingNormalizerBorrowed;
use secrecy::{ExposeSecret, SecretString};

/// The fewest characters where the password is the only factor.
pub const SHORTEST_ALONE: usize = 15;
/// The fewest characters where a second factor is asked for at every sign-in.
pub const SHORTEST_WITH_MFA: usize = 8;
/// The most bytes: no passphrase needs more, and hashing takes longer the longer the text.
pub const LONGEST_BYTES: usize = 1024;
/// Shorter parts of names and addresses are in too many good passwords by chance.
const SHORTEST_WORD: usize = 4;
/// A password that says less than this again and again is no longer than it.
const SHORTEST_UNIT: usize = 5;

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common-passwords.txt").lines().collect());

/// Why a password is not taken. The words are for the desk and the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// It has too few characters.
    #[error("The password must have at least {0} characters. A few words that do not belong together are good.")]
    TooShort(usize),
    /// It has too many bytes.
    #[error("The password is too long: at most {LONGEST_BYTES} bytes, which are as many plain letters.")]
    TooLong,
    /// It is one of those that are tried first.
    #[error("Too many people use this password, so it is tried first. Choose another one.")]
    Common,
    /// It repeats itself, or counts.
    #[error("This password is easy to guess: it repeats itself, or follows the alphabet or the numbers.")]
    Predictable,
    /// It is little more than names that everyone knows.
    #[error("This password is made of your name, your address or the name of this service. Choose another one.")]
    AboutYou,
}

/// The password in Unicode's form NFC, as it is counted, compared and hashed: the same password typed on two
/// keyboards can be different code points (RFC 8265 §4.2.2).
pub fn prepared(password: &SecretString) -> SecretString {
    SecretString::from(ComposingNormalizerBorrowed::new_nfc().normalize(password.expose_secret()).into_owned())
}

/// Whether an account may have this password from now on. `has_mfa` is whether a second factor is asked for beside
/// it; `about` are the texts that say whose it is: the product's name, the person's e-mail address and name.
///
/// # Errors
/// [`PasswordProblem`] says what is wrong, and nothing of what was typed.
pub fn acceptable(password: &SecretString, has_mfa: bool, about: &[&str]) -> Result<(), PasswordProblem> {
    let password = prepared(password);
    let plain = password.expose_secret();
    let shortest = if has_mfa { SHORTEST_WITH_MFA } else { SHORTEST_ALONE };
    if plain.chars().count() < shortest {
        return Err(PasswordProblem::TooShort(shortest));
    }
    if plain.len() > LONGEST_BYTES {
        return Err(PasswordProblem::TooLong);
    }
    let folded = folded(plain);
    let letters: Vec<char> = folded.chars().collect();
    let unit: String = letters[..period(&letters)].iter().collect();
    if COMMON.contains(folded.as_str()) || COMMON.contains(unit.as_str()) {
        return Err(PasswordProblem::Common);
    }
    if unit.chars().count() < SHORTEST_UNIT || runs_on(&letters) {
        return Err(PasswordProblem::Predictable);
    }
    // Half of what is asked for has to be the person's own.
    if without(&folded, about) < shortest.div_ceil(2) {
        return Err(PasswordProblem::AboutYou);
    }
    Ok(())
}

fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    ComposingNormalizerBorrowed::new_nfc().normalize(&lower).into_owned()
}

/// The length of the shortest beginning that the whole text repeats, the last time perhaps cut off.
fn period(letters: &[char]) -> usize {
    (1..letters.len()).find(|length| letters[*length..] == letters[..letters.len() - length]).unwrap_or(letters.len())
}

/// Whether every character follows the one before it, up or down, as in `abcdef` and `9876543210987`.
fn runs_on(letters: &[char]) -> bool {
    let follows =
        |a: char, b: char| u32::from(a) + 1 == u32::from(b) || (a == '9' && b == '0') || (a == 'z' && b == 'a');
    letters.windows(2).all(|pair| follows(pair[0], pair[1])) || letters.windows(2).all(|pair| follows(pair[1], pair[0]))
}

/// How many letters and digits are left when every word of `about` is taken out.
fn without(folded: &str, about: &[&str]) -> usize {
    let mut words = Vec::new();
    for text in about {
        let text = self::folded(text);
        let joined: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        words.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        words.push(joined);
    }
    words.retain(|word| word.chars().count() >= SHORTEST_WORD);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut left = folded.to_owned();
    for word in &words {
        // Something stays in its place, so that what stood on both sides does not become a new word.
        left = left.replace(word.as_str(), " ");
    }
    let left: String = left.chars().filter(|c| !c.is_whitespace()).collect();
    left.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ABOUT: [&str; 3] = ["mfa-desk", "olga.owner@example.org", "Olga Öwner"];

    fn said(password: &str, has_mfa: bool) -> Result<(), PasswordProblem> {
        acceptable(&SecretString::from(password), has_mfa, &ABOUT)
    }

    #[test]
    fn length_is_counted_in_characters_and_bounded_in_bytes() {
        assert_eq!(said("vier rote Äpfel", false), Ok(()));
        assert_eq!(said("vier rote Äpfe", false), Err(PasswordProblem::TooShort(15)));
        assert_eq!(said("rote Äpf", true), Ok(()));
        assert_eq!(said("rote Äp", true), Err(PasswordProblem::TooShort(8)));
        // Seven characters, although the second is typed as two code points.
        assert_eq!(said("ro\u{301}teÄpf", true), Err(PasswordProblem::TooShort(8)));
        let long =
            |bytes: usize| "all sorts of words, one after another; ".chars().cycle().take(bytes).collect::<String>();
        assert_eq!(said(&format!("{}!", long(LONGEST_BYTES - 1)), false), Ok(()));
        assert_eq!(said(&format!("{}!", long(LONGEST_BYTES)), false), Err(PasswordProblem::TooLong));
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused_in_any_case_and_repeated() {
        for common in ["baseball", "BaseBall", "passwordpassword", "1q2w3e4r5t6Y7U8I9O0P", "Sunshine"] {
            assert_eq!(said(common, true), Err(PasswordProblem::Common), "{common}");
        }
        assert_eq!(said("manchesterunited", false), Err(PasswordProblem::Common));
        assert!(
            COMMON.len() > 8000 && COMMON.iter().all(|entry| entry.chars().count() >= 8 && *entry == folded(entry))
        );
    }

    #[test]
    fn passwords_that_repeat_or_count_are_refused() {
        for easy in
            ["zzzzzzzzzzzzzzz", "xyxyxyxyxyxyxyx", "q7.!q7.!q7.!q7.!", "jklmnopqrstuvwxyz", "543210987654321098"]
        {
            assert_eq!(said(easy, false), Err(PasswordProblem::Predictable), "{easy}");
        }
    }

    #[test]
    fn names_that_everyone_knows_make_no_password() {
        for known in ["mfa-desk-mfadesk-1", "OlgaOwnerExample", "olga.owner@example.org", "öwner olga mfadesk 77"] {
            assert_eq!(said(known, false), Err(PasswordProblem::AboutYou), "{known}");
        }
        assert_eq!(said("the desk of Olga was never this tidy", false), Ok(()));
        assert_eq!(said("olga 7 geese swim", true), Ok(()));
    }

    #[test]
    fn the_form_that_is_hashed_does_not_depend_on_the_keyboard() {
        let composed = prepared(&SecretString::from("Grüße aus Málaga"));
        let decomposed = prepared(&SecretString::from("Gru\u{308}ße aus Ma\u{301}laga"));
        assert_eq!(composed.expose_secret(), decomposed.expose_secret());
    }

    proptest! {
        #[test]
        fn no_composition_rule_hides(words in "[a-z]{3,9}( [a-z]{3,9}){3,6}") {
            let typed = SecretString::from(words.clone());
            let letters: Vec<char> = words.chars().collect();
            prop_assume!(period(&letters) >= SHORTEST_UNIT && without(&words, &ABOUT) >= 8);
            prop_assert_eq!(acceptable(&typed, false, &ABOUT), Ok(()));
        }

        #[test]
        fn what_is_taken_alone_is_taken_with_mfa_and_never_short(text in "\\PC{0,40}") {
            let length = prepared(&SecretString::from(text.clone())).expose_secret().chars().count();
            if said(&text, false).is_ok() {
                prop_assert!(length >= SHORTEST_ALONE);
                prop_assert_eq!(said(&text, true), Ok(()));
            }
            if said(&text, true).is_ok() {
                prop_assert!(length >= SHORTEST_WITH_MFA);
            }
        }

        #[test]
        fn every_listed_password_is_refused_however_it_is_written(at in any::<prop::sample::Index>(), upper in any::<bool>()) {
            let listed: Vec<&str> = COMMON.iter().copied().filter(|entry| entry.to_uppercase().to_lowercase() == *entry).collect();
            let entry = at.get(&listed);
            let typed = if upper { entry.to_uppercase() } else { (*entry).to_owned() };
            prop_assert!(said(&typed, true).is_err(), "{typed}");
        }
    }
}
