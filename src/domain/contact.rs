//! E-mail addresses and telephone numbers: parsed once at the edge, masked wherever a person looks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::privacy::ERASED_EMAIL;

/// RFC 5321 §4.5.3.1.3 allows a path of 256 octets including its angle brackets.
const LONGEST_ADDRESS: usize = 254;

/// A syntactically valid e-mail address, kept as typed and compared by [`EmailAddress::key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// A text that is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter an e-mail address such as name@example.com.")]
pub struct NotAnEmail;

impl EmailAddress {
    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared: mailbox providers treat letter case as one.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Enough for its owner to recognise it and too little for anyone else: `a•••@e•••.com`. Of one that was erased it
    /// is said.
    pub fn masked(&self) -> String {
        if self.0 == ERASED_EMAIL {
            return "erased".to_owned();
        }
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let (host, ending) = domain.rsplit_once('.').unwrap_or((domain, ""));
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        format!("{}•••@{}•••.{ending}", first(local), first(host))
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = NotAnEmail;

    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnEmail)?;
        let speakable = |c: char| !c.is_control() && !c.is_whitespace() && !"<>()[],;:\\\"".contains(c);
        let label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let sound = text.len() <= LONGEST_ADDRESS
            && !local.is_empty()
            && local.len() <= 64
            && !local.contains('@')
            && local.chars().all(speakable)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && domain.contains('.')
            && domain.split('.').all(label);
        if sound { Ok(Self(text.to_owned())) } else { Err(NotAnEmail) }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = NotAnEmail;
    fn try_from(text: String) -> Result<Self, NotAnEmail> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// A valid telephone number in E.164 form, such as `+447911123456`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

/// A text that is not a valid telephone number with its country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter the number with its country code, such as +44 7911 123456.")]
pub struct NotAPhone;

/// A number that is valid and cannot be a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Enter a number that you can be called on at the ordinary rate. Premium, shared-cost and short numbers are not accepted."
)]
pub struct NotAPersonsPhone;

impl E164 {
    /// The number as text, `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The countries that share the number's country code, as ISO 3166-1 alpha-2; the largest first. A number does
    /// not say more: people keep theirs when they move from one of them to another.
    pub fn countries(&self) -> Vec<&'static str> {
        let number = phonenumber::parse(None, &self.0).ok();
        number.and_then(|number| phonenumber::metadata::DATABASE.region(&number.code().value())).unwrap_or_default()
    }

    /// Whether it may become somebody's number of record: numbers that cost whoever calls them, and those that reach
    /// a service rather than a person, may not.
    ///
    /// # Errors
    /// [`NotAPersonsPhone`] for a number of such a kind.
    pub fn is_a_persons(&self) -> Result<(), NotAPersonsPhone> {
        use phonenumber::Type;
        let number = phonenumber::parse(None, &self.0).map_err(|_| NotAPersonsPhone)?;
        match number.number_type(&phonenumber::metadata::DATABASE) {
            Type::PremiumRate
            | Type::SharedCost
            | Type::ShortCode
            | Type::StandardRate
            | Type::Emergency
            | Type::Voicemail
            | Type::Carrier
            | Type::Pager
            | Type::NoInternational => Err(NotAPersonsPhone),
            _ => Ok(()),
        }
    }

    /// Only the country code's start and the last two digits: `+44 •••••••• 56`.
    pub fn masked(&self) -> String {
        let last = &self.0[self.0.len().saturating_sub(2)..];
        let country = phonenumber::parse(None, &self.0).map(|n| n.country().code()).ok();
        match country {
            Some(code) => format!("+{code} •••••••• {last}"),
            None => format!("•••••••• {last}"),
        }
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for E164 {
    type Err = NotAPhone;

    /// Spaces, punctuation and a trunk zero after the country code are normalised away.
    fn from_str(text: &str) -> Result<Self, NotAPhone> {
        let text = text.trim();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let written = |c: char| c.is_ascii_digit() || "+()-./ \u{a0}".contains(c);
        if text.len() > 40 || digits < 5 || !text.chars().all(written) {
            return Err(NotAPhone);
        }
        let international = match text.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None => text.to_owned(),
        };
        if !international.starts_with('+') {
            return Err(NotAPhone);
        }
        let number = phonenumber::parse(None, international).map_err(|_| NotAPhone)?;
        if !phonenumber::is_valid(&number) {
            return Err(NotAPhone);
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }
}

impl TryFrom<String> for E164 {
    type Error = NotAPhone;
    fn try_from(text: String) -> Result<Self, NotAPhone> {
        text.parse()
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_normalised_to_e164() {
        for typed in ["+44 7911 123456", "+44 (0)7911 123456", "0044-7911-123456", " +447911123456 "] {
            assert_eq!(typed.parse::<E164>().map(String::from), Ok("+447911123456".to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_number_has_its_countries() {
        for (number, first, also) in
            [("+447911123456", "GB", "GG"), ("+16137827274", "US", "CA"), ("+4915112345678", "DE", "DE")]
        {
            let countries = number.parse::<E164>().unwrap().countries();
            assert_eq!((countries.first(), countries.contains(&also)), (Some(&first), true), "{countries:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for typed in ["", "07911 123456", "+44", "+44 1", "call me", "+1 555", "+447911123456<script>"] {
            assert_eq!(typed.parse::<E164>(), Err(NotAPhone), "{typed}");
        }
    }

    #[test]
    fn numbers_that_cost_the_caller_are_nobodys() {
        for (typed, fine) in [
            ("+44 7911 123456", true),
            ("+49 30 901820", true),
            ("+1 201 555 0123", true),
            ("+44 909 8790000", false),
            ("+44 843 0123456", false),
            ("+1 900 555 0123", false),
            ("+49 900 1234567", false),
            ("+49 180 1234567", false),
        ] {
            let number = typed.parse::<E164>().unwrap_or_else(|_| panic!("{typed} is no number"));
            assert_eq!(number.is_a_persons().is_ok(), fine, "{typed}");
        }
    }

    #[test]
    fn addresses_that_could_break_a_mail_header_are_refused() {
        for typed in [
            "a@b.example\r\nBcc: x@y.example",
            "a b@c.example",
            "<a@b.example>",
            "a@b",
            "@b.example",
            "a@",
            "a@@b.example",
        ] {
            assert_eq!(typed.parse::<EmailAddress>(), Err(NotAnEmail), "{typed:?}");
        }
    }

    #[test]
    fn masks_hide_all_but_a_hint() {
        assert_eq!("anna@example.com".parse::<EmailAddress>().unwrap().masked(), "a•••@e•••.com");
        assert_eq!("+447911123456".parse::<E164>().unwrap().masked(), "+44 •••••••• 56");
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_panic(text in ".{0,60}", digits in "\\+[0-9 ()-]{0,20}") {
            let _ = text.parse::<EmailAddress>().map(|a| a.masked());
            let _ = text.parse::<E164>();
            if let Ok(number) = digits.parse::<E164>() {
                prop_assert_eq!(number.as_str().parse::<E164>(), Ok(number.clone()));
                let _ = number.masked();
            }
        }
    }
}
