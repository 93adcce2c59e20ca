//! An audit entry as one line of JSON: what is exported as JSON Lines and forwarded to other systems.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::audit::Entry;

/// The entry as a JSON object with the columns of the log, without a line break. `details` is an object of its own; what
/// stands there but is none is a string, so that its text is kept whatever it is.
pub fn json_line(entry: &Entry) -> String {
    let mut line = String::with_capacity(512);
    line.push_str("{\"seq\":");
    line.push_str(&entry.seq.to_string());
    let texts = [
        ("at", &entry.at),
        ("actor_kind", &entry.actor_kind),
        ("actor", &entry.actor),
        ("action", &entry.action),
        ("case_ref", &entry.case_ref),
        ("account_id", &entry.account_id),
        ("ip", &entry.ip),
    ];
    for (name, text) in texts {
        push(&mut line, name, text);
    }
    match is_object(&entry.details) {
        true => {
            line.push_str(",\"details\":");
            line.push_str(&entry.details);
        }
        false => push(&mut line, "details", &entry.details),
    }
    push(&mut line, "prev_hash", &entry.prev_hash);
    push(&mut line, "hash", &entry.hash);
    let [form, more @ ..] = entry.form_cells();
    line.push_str(",\"form\":");
    line.push_str(&form);
    for (name, text) in ["salts", "digests", "erased_by"].into_iter().zip(&more) {
        push(&mut line, name, text);
    }
    line.push('}');
    line
}

fn push(line: &mut String, name: &str, text: &str) {
    line.push_str(",\"");
    line.push_str(name);
    line.push_str("\":");
    // What nobody has to escape, which is nearly everything, is copied as it is.
    if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        line.push_str(&Value::from(text).to_string());
    } else {
        line.push('"');
        line.push_str(text);
        line.push('"');
    }
}

/// Whether the text can stand in a line as the JSON object that it is.
fn is_object(text: &str) -> bool {
    text.starts_with('{') && !text.contains(['\n', '\r']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// JSON with nothing but ASCII in it. Other characters stand in its strings alone, where they can be escaped (RFC 8259
/// §7).
pub fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(details: &str, actor: &str) -> Entry {
        let mut entry = super::super::audit::Head::genesis().append(
            &super::super::audit::NewEntry {
                at: chrono::DateTime::UNIX_EPOCH,
                actor: super::super::actor::Actor::System,
                action: "test.entry".to_owned(),
                case_ref: None,
                account_id: None,
                ip: "2001:db8::1".to_owned(),
                details: Default::default(),
            },
            &[[1; super::super::audit::SALT]; 3],
        );
        entry.details = details.to_owned();
        entry.actor = actor.to_owned();
        entry
    }

    #[test]
    fn details_are_an_object_and_whatever_is_none_a_text() {
        let read = |details: &str| {
            let line = json_line(&entry(details, ""));
            assert!(!line.contains('\n'), "{line}");
            serde_json::from_str::<Value>(&line).unwrap()["details"].clone()
        };
        assert_eq!(read(r#"{"note":"ü","n":3}"#)["n"], 3);
        for text in ["", "nonsense", "[1]", "{\"a\":\n1}", "{\"a\":1}x"] {
            assert_eq!(read(text), Value::from(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_column_comes_back_as_it_was(actor in ".{0,20}", details in r"\{\}|[^{].{0,20}") {
            let entry = entry(&details, &actor);
            let line = json_line(&entry);
            let read: Value = serde_json::from_str(&line).unwrap();
            let cells = entry.cells();
            for (column, cell) in super::super::audit::COLUMNS.iter().zip(&cells) {
                let value = cell.strip_prefix('\'').unwrap_or(cell);
                let found = match &read[column] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                prop_assert_eq!(found.as_str(), value, "{}", column);
            }
            // Read back, it is the same entry.
            prop_assert_eq!(super::super::audit_read::of_line(&line), Some(entry));
            let plain = ascii(&line);
            prop_assert!(plain.is_ascii());
            prop_assert_eq!(serde_json::from_str::<Value>(&plain).unwrap(), read);
        }
    }
}
