//! Time-based codes (RFC 6238) as authenticator apps make them: six digits, thirty seconds, SHA-1.

use std::fmt;

use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::domain::token::same;

/// Seconds for which a code is shown.
const STEP: i64 = 30;
/// Steps before and after the expected one that are taken too: typing takes time (RFC 6238 §5.2).
const NEAR: i64 = 1;
/// Steps by which a clock may be off and still be put right: fifty minutes.
const FAR: i64 = 100;
/// RFC 4226 §4 asks for 128 bits.
const SHORTEST: usize = 16;
const LONGEST: usize = 64;

/// The time step of a moment.
pub fn step_at(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP)
}

/// A text that cannot be the secret of an authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a secret in base32 of 16 to 64 bytes")]
pub struct NotASecret;

/// What an authenticator and the directory share.
pub struct TotpSecret(Totp);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret")
    }
}

impl TotpSecret {
    /// The secret of these bytes.
    ///
    /// # Errors
    /// [`NotASecret`] when they are too few or too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotASecret> {
        if !(SHORTEST..=LONGEST).contains(&bytes.len()) {
            return Err(NotASecret);
        }
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(STEP as u64);
        builder.with_secret(bytes.to_vec()).build().map(Self).map_err(|_| NotASecret)
    }

    /// Reads base32 as apps and enrolment pages write it: in any case, with spaces or hyphens, padded or not.
    ///
    /// # Errors
    /// [`NotASecret`] when it is not that, or too short or too long.
    pub fn from_base32(text: &str) -> Result<Self, NotASecret> {
        let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let plain = Zeroizing::new(plain.trim_end_matches('=').to_ascii_uppercase());
        let secret = Secret::try_from_base32(plain.as_str()).map_err(|_| NotASecret)?;
        Self::from_bytes(secret.as_bytes())
    }

    /// The bytes, to be sealed.
    pub fn expose(&self) -> &[u8] {
        self.0.secret().as_bytes()
    }

    /// The secret in base32, for people to type into an app.
    pub fn base32(&self) -> SecretString {
        SecretString::from(self.0.secret().to_base32())
    }

    /// What apps read from a QR code: the address scheme that authenticator apps share. `issuer` is the product and
    /// `account` the account's address.
    pub fn uri(&self, issuer: &str, account: &str) -> SecretString {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let (issuer, account) = (encoded(issuer), encoded(account));
        let secret = self.base32();
        SecretString::from(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}",
            secret.expose_secret()
        ))
    }

    /// The code of a time step.
    pub fn code_at(&self, step: i64) -> TotpCode {
        let seconds = u64::try_from(step.saturating_mul(STEP)).unwrap_or(0);
        TotpCode(SecretString::from(self.0.generate(seconds).to_string()))
    }
}

/// Six digits that someone typed, or that an authenticator shows.
#[derive(Debug, Clone)]
pub struct TotpCode(SecretString);

impl TotpCode {
    /// What someone typed, when it is six digits once spaces and hyphens are gone.
    pub fn typed(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let sound = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        sound.then(|| Self(SecretString::from(digits)))
    }

    /// The digits.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    fn is(&self, other: &Self) -> bool {
        same(self.expose(), other.expose())
    }
}

/// What is remembered of an authenticator's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clockwork {
    /// How many steps its clock is ahead of ours.
    pub drift: i64,
    /// The last step whose code was taken: no code is taken twice.
    pub last_step: Option<i64>,
}

impl Clockwork {
    fn is_new(self, step: i64) -> bool {
        self.last_step.is_none_or(|last| last < step)
    }
}

/// The clockwork after a code was taken; nothing when it is not the code of this moment, or was taken before.
pub fn accept(secret: &TotpSecret, clock: Clockwork, typed: &TotpCode, now: DateTime<Utc>) -> Option<Clockwork> {
    let expected = step_at(now) + clock.drift;
    // Every step is looked at, so that the time does not tell which one it was.
    let steps = (expected - NEAR)..=(expected + NEAR);
    let fitting = steps.filter(|step| secret.code_at(*step).is(typed) && clock.is_new(*step)).max()?;
    Some(Clockwork { last_step: Some(fitting), ..clock })
}

/// The clockwork after two codes in a row put it right; nothing when they are not two codes in a row of the last or
/// next fifty minutes, or were taken before.
pub fn resynchronise(
    secret: &TotpSecret,
    clock: Clockwork,
    (first, second): (&TotpCode, &TotpCode),
    now: DateTime<Utc>,
) -> Option<Clockwork> {
    let here = step_at(now);
    let in_a_row = |step: &i64| {
        let (before, after) = (secret.code_at(*step).is(first), secret.code_at(step + 1).is(second));
        before && after && clock.is_new(*step)
    };
    let fitting: Vec<i64> = ((here - FAR)..(here + FAR)).filter(in_a_row).collect();
    let latest = fitting.into_iter().map(|step| step + 1).min_by_key(|step| (step - here).abs())?;
    Some(Clockwork { drift: latest - here, last_step: Some(latest) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238_appendix_b() {
        // The table has eight digits; an app shows the last six.
        for (seconds, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(secret().code_at(step_at(at(seconds))).expose(), &eight[2..], "{seconds}");
        }
    }

    #[test]
    fn the_codes_are_those_of_rfc_4226_appendix_d() {
        for (count, code) in [(0, "755224"), (1, "287082"), (2, "359152"), (9, "520489")] {
            assert_eq!(secret().code_at(count).expose(), code, "{count}");
        }
    }

    #[test]
    fn a_secret_is_read_as_people_copy_it() {
        let bytes = secret();
        for text in [
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
            "GEZDGNBVGY3TQOJQ-GEZDGNBVGY3TQOJQ==",
        ] {
            assert_eq!(TotpSecret::from_base32(text).unwrap().expose(), bytes.expose(), "{text}");
        }
        for wrong in ["", "GEZDGNBVGY3TQOJQ", "1890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ!", &"A".repeat(200)] {
            assert_eq!(TotpSecret::from_base32(wrong).unwrap_err(), NotASecret, "{wrong}");
        }
        assert_eq!(format!("{bytes:?}"), "TotpSecret");
        assert_eq!(bytes.base32().expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn an_app_reads_issuer_account_and_secret_from_the_address() {
        let uri = secret().uri("Acme: Desk", "ö@a.example");
        let expected = "otpauth://totp/Acme%3A%20Desk:%C3%B6%40a%2Eexample?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&\
            issuer=Acme%3A%20Desk&algorithm=SHA1&digits=6&period=30";
        assert_eq!(uri.expose_secret(), expected);
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_never_twice() {
        let (now, fresh) = (at(1_795_500_000), Clockwork::default());
        let here = step_at(now);
        for (step, fits) in [(here - 2, false), (here - 1, true), (here, true), (here + 1, true), (here + 2, false)] {
            assert_eq!(accept(&secret(), fresh, &secret().code_at(step), now).is_some(), fits, "{}", step - here);
        }
        let used = accept(&secret(), fresh, &secret().code_at(here), now).unwrap();
        assert_eq!(accept(&secret(), used, &secret().code_at(here), now), None);
        // Nor one from before it, which somebody may have watched.
        assert_eq!(accept(&secret(), used, &secret().code_at(here - 1), now), None);
        assert!(accept(&secret(), used, &secret().code_at(here + 1), now).is_some());
    }

    #[test]
    fn two_codes_in_a_row_put_a_clock_right_and_codes_are_taken_from_then_on() {
        let now = at(1_795_500_000);
        let here = step_at(now);
        for off in [-98, -7, 0, 3, 98] {
            let (first, second) = (secret().code_at(here + off - 1), secret().code_at(here + off));
            assert_eq!(accept(&secret(), Clockwork::default(), &second, now).is_some(), off == 0);
            let right = resynchronise(&secret(), Clockwork::default(), (&first, &second), now).unwrap();
            assert_eq!(right, Clockwork { drift: off, last_step: Some(here + off) });
            let later = at(1_795_500_000 + 30);
            assert!(accept(&secret(), right, &secret().code_at(here + off + 1), later).is_some(), "{off}");
            assert_eq!(resynchronise(&secret(), right, (&first, &second), now), None, "{off}");
        }
    }

    #[test]
    fn codes_that_do_not_follow_each_other_or_are_too_far_away_put_nothing_right() {
        let now = at(1_795_500_000);
        let here = step_at(now);
        let codes = |first, second| (secret().code_at(first), secret().code_at(second));
        for (first, second) in [
            codes(here, here),
            codes(here + 1, here),
            codes(here, here + 2),
            codes(here + 101, here + 102),
            codes(here - 103, here - 102),
        ] {
            assert_eq!(resynchronise(&secret(), Clockwork::default(), (&first, &second), now), None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_panic(text in ".{0,80}", step in any::<i64>()) {
            let _ = TotpSecret::from_base32(&text);
            let _ = TotpCode::typed(&text);
            prop_assert_eq!(secret().code_at(step.saturating_mul(2)).expose().len(), 6);
        }
    }
}
