//! The form *Request assistance with lost or unusable MFA device*: what is asked, and what is accepted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::contact::{E164, EmailAddress};
use super::words::coded;

coded! {
    /// Which device the customer speaks of.
    pub enum DeviceKind {
        /// An app that shows codes.
        VirtualTotp = "virtual_totp", "Authenticator app on a phone";
        /// A token that shows codes.
        HardwareTotp = "hardware_totp", "Hardware token that shows codes";
        /// A key or passkey.
        Passkey = "passkey", "Passkey or security key";
        /// Saved codes.
        RecoveryCodes = "recovery_codes", "Saved recovery codes";
        /// They do not know.
        Unsure = "unsure", "Something else, or I am not sure";
    }
}

coded! {
    /// What happened to the device.
    pub enum Reason {
        /// It cannot be found.
        Lost = "lost", "I lost it";
        /// Someone took it.
        Stolen = "stolen", "It was stolen";
        /// It does not work any more.
        Broken = "broken", "It is broken";
        /// Its codes are refused.
        OutOfSync = "out_of_sync", "Its codes are not accepted";
        /// The codes stayed on the old phone.
        NewPhone = "new_phone", "I have a new phone";
        /// None of these.
        Other = "other", "Something else";
    }
}

coded! {
    /// A language the customer can be answered in.
    #[derive(Default)]
    pub enum Language {
        /// English.
        #[default]
        English = "en", "English";
        /// German.
        German = "de", "Deutsch";
        /// Spanish.
        Spanish = "es", "Español";
        /// French.
        French = "fr", "Français";
        /// Portuguese.
        Portuguese = "pt", "Português";
        /// Japanese.
        Japanese = "ja", "日本語";
    }
}

/// The form's field names, as scripts may rely on them.
pub const FIELDS: [&str; 10] = [
    "email",
    "account_number",
    "name",
    "device_kind",
    "reason",
    "failed_step",
    "phone",
    "language",
    "callback_time",
    "message",
];

/// What was typed, by field name.
pub type Typed = BTreeMap<String, String>;
/// What is wrong, by field name.
pub type FieldErrors = BTreeMap<String, Wrong>;

/// What is wrong with a field. Pages say it in their reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No e-mail address.
    NotAnEmail,
    /// No telephone number with a country code.
    NotAPhone,
    /// A number that costs its caller, or reaches a service.
    NotAPersonsPhone,
    /// The name is missing.
    NoName,
    /// No device is chosen.
    NoDevice,
    /// Nothing is chosen that happened to it.
    NoReason,
    /// None of the answers is chosen.
    NoChoice,
    /// Several lines, or control characters, where one line is asked for.
    NotOneLine,
    /// Control characters that cannot be stored.
    Unprintable,
    /// More than this many characters.
    TooLong(usize),
    /// Nothing was written.
    Empty,
}

/// An accepted form. It is stored once and never changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AssistanceForm {
    /// E-mail address of the account.
    pub email: EmailAddress,
    /// Account number, if known.
    pub account_number: Option<String>,
    /// The person's name.
    pub name: String,
    /// Which device.
    pub device_kind: DeviceKind,
    /// What happened to it.
    pub reason: Reason,
    /// Which step of signing in failed, and how.
    pub failed_step: String,
    /// A number to be called back on; a hint for the agent, never used for a check.
    pub phone: Option<E164>,
    /// Language to be answered in.
    pub language: Language,
    /// The best time to call, in the customer's words.
    pub callback_time: String,
    /// Anything else.
    pub message: String,
}

const LINE: usize = 200;
const TEXT: usize = 4000;

struct Reader<'a> {
    typed: &'a Typed,
    errors: FieldErrors,
}

impl Reader<'_> {
    fn raw(&self, field: &str) -> &str {
        self.typed.get(field).map_or("", |value| value.trim())
    }

    fn refuse(&mut self, field: &str, why: Wrong) {
        self.errors.insert(field.to_owned(), why);
    }

    /// A single line: control characters could break a mail header or forge a line in an export.
    fn line(&mut self, field: &str, longest: usize) -> String {
        let value = self.raw(field).to_owned();
        if value.chars().any(is_unprintable) {
            self.refuse(field, Wrong::NotOneLine);
        } else if value.chars().count() > longest {
            self.refuse(field, Wrong::TooLong(longest));
        }
        value
    }

    fn text(&mut self, field: &str) -> String {
        let value = self.raw(field).replace("\r\n", "\n");
        if value.chars().any(|c| c != '\n' && c != '\t' && is_unprintable(c)) {
            self.refuse(field, Wrong::Unprintable);
        } else if value.chars().count() > TEXT {
            self.refuse(field, Wrong::TooLong(TEXT));
        }
        value
    }

    fn choice<T>(&mut self, field: &str, from_code: fn(&str) -> Option<T>) -> Option<T> {
        let chosen = from_code(self.raw(field));
        if chosen.is_none() {
            self.refuse(
                field,
                match field {
                    "device_kind" => Wrong::NoDevice,
                    "reason" => Wrong::NoReason,
                    _ => Wrong::NoChoice,
                },
            );
        }
        chosen
    }
}

/// Control characters, and the invisible ones that reverse or hide text.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether nothing of a text can be seen: spaces, and characters that join, separate or fill what is not there. Within
/// words they have their place.
fn is_blank(text: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{ad}'
                    | '\u{34f}'
                    | '\u{61c}'
                    | '\u{115f}'..='\u{1160}'
                    | '\u{17b4}'..='\u{17b5}'
                    | '\u{180b}'..='\u{180f}'
                    | '\u{200b}'..='\u{200d}'
                    | '\u{2060}'..='\u{2065}'
                    | '\u{206a}'..='\u{206f}'
                    | '\u{2800}'
                    | '\u{3164}'
                    | '\u{fe00}'..='\u{fe0f}'
                    | '\u{ffa0}'
                    | '\u{e0000}'..='\u{e0fff}'
            )
    };
    text.chars().all(unseen)
}

/// Whether a text can be the name of something: one line of at most so many characters, of which some can be seen.
pub fn is_name(text: &str, longest: usize) -> bool {
    !is_blank(text) && text.chars().count() <= longest && !text.chars().any(is_unprintable)
}

impl AssistanceForm {
    /// The form, when every field is acceptable.
    ///
    /// # Errors
    /// What is wrong with each field that is not, to be shown beside it.
    pub fn parse(typed: &Typed) -> Result<Self, FieldErrors> {
        let mut read = Reader { typed, errors: FieldErrors::new() };
        let email = read.raw("email").parse::<EmailAddress>().map_err(|_| read.refuse("email", Wrong::NotAnEmail)).ok();
        let account_number = Some(read.line("account_number", 160)).filter(|number| !number.is_empty());
        let name = read.line("name", 120);
        if is_blank(&name) {
            read.refuse("name", Wrong::NoName);
        }
        let device_kind = read.choice("device_kind", DeviceKind::from_code);
        let reason = read.choice("reason", Reason::from_code);
        let failed_step = read.text("failed_step");
        let phone = match read.raw("phone") {
            "" => None,
            number => number.parse::<E164>().map_err(|_| read.refuse("phone", Wrong::NotAPhone)).ok(),
        };
        let language = match read.raw("language") {
            "" => Some(Language::English),
            _ => read.choice("language", Language::from_code),
        };
        let callback_time = read.line("callback_time", LINE);
        let message = read.text("message");
        match (email, device_kind, reason, language) {
            (Some(email), Some(device_kind), Some(reason), Some(language)) if read.errors.is_empty() => Ok(Self {
                email,
                account_number,
                name,
                device_kind,
                reason,
                failed_step,
                phone,
                language,
                callback_time,
                message,
            }),
            _ => Err(read.errors),
        }
    }
}

/// A text someone writes on a case (a note, a message, a reason): trimmed, not empty, storable.
///
/// # Errors
/// What is wrong, to be shown beside the field.
pub fn free_text(value: &str) -> Result<String, Wrong> {
    let typed = Typed::from([("text".to_owned(), value.to_owned())]);
    let mut read = Reader { typed: &typed, errors: FieldErrors::new() };
    let text = read.text("text");
    if is_blank(&text) {
        return Err(Wrong::Empty);
    }
    read.errors.remove("text").map_or(Ok(text), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_of_which_nothing_can_be_seen_is_none() {
        for text in ["", " \n", "\u{200b}", "\u{2060} \u{ad}", "\u{3164}", "\u{e0020}"] {
            assert_eq!(free_text(text), Err(Wrong::Empty), "{text:?}");
            let mut typed = typed();
            typed.insert("name".to_owned(), text.to_owned());
            assert_eq!(AssistanceForm::parse(&typed).unwrap_err().get("name"), Some(&Wrong::NoName), "{text:?}");
        }
        for text in ["a\u{200d}b", "👩\u{200d}💻", "؛\u{200c}"] {
            assert_eq!(free_text(text).as_deref(), Ok(text));
        }
    }

    fn typed() -> Typed {
        [("email", "ana@example.com"), ("name", "Ana Müller"), ("device_kind", "virtual_totp"), ("reason", "lost")]
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect()
    }

    #[test]
    fn the_least_a_customer_must_say_is_accepted() {
        let form = AssistanceForm::parse(&typed()).unwrap();
        assert_eq!(form.language, Language::English);
        assert_eq!(form.account_number, None);
    }

    #[test]
    fn every_wrong_field_has_its_own_message() {
        let mut wrong = typed();
        for (field, value) in [
            ("email", "ana"),
            ("name", " "),
            ("device_kind", "x"),
            ("reason", ""),
            ("phone", "123"),
            ("language", "xx"),
        ] {
            wrong.insert(field.to_owned(), value.to_owned());
        }
        let errors = AssistanceForm::parse(&wrong).unwrap_err();
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, ["device_kind", "email", "language", "name", "phone", "reason"]);
    }

    #[test]
    fn header_injection_in_the_name_is_refused() {
        let mut wrong = typed();
        wrong.insert("name".to_owned(), "Ana\r\nBcc: all@example.com".to_owned());
        assert!(AssistanceForm::parse(&wrong).unwrap_err().contains_key("name"));
    }

    proptest! {
        #[test]
        fn any_input_is_answered_without_panic(values in prop::collection::vec(".{0,40}", FIELDS.len())) {
            let typed: Typed = FIELDS.iter().map(|f| (*f).to_owned()).zip(values).collect();
            let _ = AssistanceForm::parse(&typed);
        }
    }
}
