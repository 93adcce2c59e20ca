//! Asks serde itself which fields the settings have, so that no field can miss the reference.

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};

use crate::config::Settings;

/// Walks down `path`, then writes down the fields of the struct found there.
struct Probe<'a> {
    path: &'a [&'static str],
    found: &'a mut Option<&'static [&'static str]>,
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.path {
            [] => {
                *self.found = Some(fields);
                Err(Error::custom("seen"))
            }
            _ => visitor.visit_map(self),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("a value"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier
        ignored_any
    }
}

impl<'de> MapAccess<'de> for Probe<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let key: StrDeserializer<Error> = self.path[0].into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Probe { path: &self.path[1..], found: self.found })
    }
}

/// The dotted key of every value.
pub(super) fn all() -> Vec<String> {
    let mut keys = Vec::new();
    below(&mut Vec::new(), &mut keys);
    keys
}

fn below(path: &mut Vec<&'static str>, keys: &mut Vec<String>) {
    let mut found = None;
    let _ = Settings::deserialize(Probe { path, found: &mut found });
    match found {
        None => keys.push(path.join(".")),
        Some(fields) => {
            for field in fields {
                path.push(field);
                below(path, keys);
                path.pop();
            }
        }
    }
}
