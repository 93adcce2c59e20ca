//! How a value is read: from TOML with its type, from the environment always as text.
//!
//! The conversions of the `config` crate are not used because they take `yes` for 1 and
//! repeat in their messages the value that they refuse, which may be a password.

use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::PathBuf;

use lettre::message::Mailbox;
use secrecy::SecretString;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use url::Url;

/// A type that a setting can have, read from text.
pub(super) trait Setting: Sized {
    /// What the text must be, to follow "expected".
    const ALLOWED: &'static str;
    /// Whether a refusal may repeat the text.
    const SHOWN: bool = true;
    fn read(text: &str) -> Option<Self>;

    fn read_or<E: Error>(text: &str) -> Result<Self, E> {
        Self::read(text).ok_or_else(|| match Self::SHOWN {
            true => E::custom(format!("`{text}` is refused, expected {}", Self::ALLOWED)),
            false => E::custom(format!("expected {}", Self::ALLOWED)),
        })
    }
}

impl Setting for String {
    const ALLOWED: &'static str = "text";
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Setting for PathBuf {
    const ALLOWED: &'static str = "a path";
    fn read(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Setting for SocketAddr {
    const ALLOWED: &'static str = "an IP address and a port such as 127.0.0.1:8080";
    fn read(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl Setting for Url {
    const ALLOWED: &'static str = "an absolute URL such as https://desk.example.org";
    // A URL can carry a password.
    const SHOWN: bool = false;
    fn read(text: &str) -> Option<Self> {
        Url::parse(text.trim()).ok()
    }
}

impl Setting for Mailbox {
    const ALLOWED: &'static str = "a mailbox such as `mfa-desk <desk@example.org>`";
    fn read(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

/// Takes text, and nothing that only looks like it.
struct Text<T>(PhantomData<T>);

impl<T: Setting> Visitor<'_> for Text<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::ALLOWED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        match text.trim() {
            "" => Ok(None),
            _ => T::read_or(text).map(Some),
        }
    }
}

pub(super) fn optional<'de, D: Deserializer<'de>, T: Setting>(from: D) -> Result<Option<T>, D::Error> {
    from.deserialize_any(Text(PhantomData))
}

pub(super) fn one<'de, D: Deserializer<'de>, T: Setting>(from: D) -> Result<T, D::Error> {
    optional(from)?.ok_or_else(|| D::Error::custom(format!("is empty, expected {}", T::ALLOWED)))
}

/// Takes text exactly as it is, and never shows it.
struct Secret;

impl Visitor<'_> for Secret {
    type Value = Option<SecretString>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok((!text.is_empty()).then(|| text.into()))
    }

    // serde's own refusals of the following would repeat the value.
    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Err(E::custom("is a number, expected text: put it in quotes"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(E::custom("is a number, expected text: put it in quotes"))
    }
}

pub(super) fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    from.deserialize_any(Secret)
}

struct Flag;

impl Visitor<'_> for Flag {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        match text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            text => Err(E::custom(format!("`{text}` is refused, expected true or false"))),
        }
    }
}

pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    from.deserialize_any(Flag)
}

struct Number;

impl Visitor<'_> for Number {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        match u64::try_from(number) {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(E::custom(format!("{number} is negative"))),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match text.trim() {
            "" => Ok(None),
            text => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(E::custom(format!("`{text}` is not a whole number"))),
            },
        }
    }
}

pub(super) fn optional_number<'de, D: Deserializer<'de>, T: TryFrom<u64>>(from: D) -> Result<Option<T>, D::Error> {
    from.deserialize_any(Number)?
        .map(|n| T::try_from(n).map_err(|_| D::Error::custom(format!("{n} is too large"))))
        .transpose()
}

pub(super) fn number<'de, D: Deserializer<'de>, T: TryFrom<u64>>(from: D) -> Result<T, D::Error> {
    optional_number(from)?.ok_or_else(|| D::Error::custom("is empty, expected a whole number"))
}

/// Takes a TOML list, or text with commas.
struct List<T>(PhantomData<T>);

impl<'de, T: Setting> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", T::ALLOWED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(T::read_or).collect()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<String>()? {
            list.push(T::read_or(&item)?);
        }
        Ok(list)
    }
}

pub(super) fn list<'de, D: Deserializer<'de>, T: Setting>(from: D) -> Result<Vec<T>, D::Error> {
    from.deserialize_any(List(PhantomData))
}
