//! What the hash of an entry covers: RFC 8785 JSON of everything but the two hashes, written in one go, since every
//! entry is written, proven and verified by it.

use std::borrow::Cow;

use serde_json::Value;

use super::audit::{Entry, Personal, is_exact};

/// Writes the canonical form. Details that are not exactly as we write JSON (a space more, a doubled key) stand as a
/// string, so that they have a different hash.
pub(super) fn canonical(entry: &Entry) -> String {
    let mut text = String::with_capacity(768);
    // RFC 8785 §3.2.3 sorts the names.
    if entry.form == 1 {
        string(&mut text, "{\"account_id\":", &entry.account_id);
        string(&mut text, ",\"action\":", &entry.action);
        string(&mut text, ",\"actor\":", &entry.actor);
        string(&mut text, ",\"actor_kind\":", &entry.actor_kind);
        string(&mut text, ",\"at\":", &entry.at);
        string(&mut text, ",\"case_ref\":", &entry.case_ref);
        details(&mut text, &entry.details);
        string(&mut text, ",\"ip\":", &entry.ip);
    } else {
        string(&mut text, "{\"action\":", &entry.action);
        string(&mut text, ",\"actor_kind\":", &entry.actor_kind);
        string(&mut text, ",\"at\":", &entry.at);
        string(&mut text, ",\"case_ref\":", &entry.case_ref);
        details(&mut text, &entry.details);
        text.push_str(",\"form\":");
        text.push_str(&entry.form.to_string());
        string(&mut text, ",\"personal\":{\"account_id\":", &entry.digest(Personal::Account));
        string(&mut text, ",\"actor\":", &entry.digest(Personal::Actor));
        string(&mut text, ",\"ip\":", &entry.digest(Personal::Address));
        text.push('}');
    }
    text.push_str(",\"seq\":");
    text.push_str(&rfc_8785(&Value::from(entry.seq)));
    text.push('}');
    text
}

/// A value as RFC 8785 has it.
fn rfc_8785(value: &Value) -> Cow<'static, str> {
    match value {
        // Those that a double holds exactly are written as they are.
        Value::Number(number) if is_exact(value) => Cow::Owned(number.to_string()),
        other => serde_json_canonicalizer::to_string(other).map_or(Cow::Borrowed(""), Cow::Owned),
    }
}

fn string(text: &mut String, before: &str, value: &str) {
    text.push_str(before);
    // What nobody has to escape (RFC 8785 §3.2.2.2), which is nearly everything, is copied as it is.
    if value.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        text.push_str(&rfc_8785(&Value::from(value)));
    } else {
        text.push('"');
        text.push_str(value);
        text.push('"');
    }
}

fn details(text: &mut String, details: &str) {
    let as_written = serde_json::from_str::<Value>(details)
        .ok()
        .filter(|value| value.is_object() && is_exact(value))
        .filter(|value| serde_json::to_string(value).is_ok_and(|written| written == details));
    match as_written {
        None => string(text, ",\"details\":", details),
        Some(value) => {
            text.push_str(",\"details\":");
            // Our order of names is by characters, that of RFC 8785 by UTF-16: of ASCII they are one.
            if details.is_ascii() { text.push_str(details) } else { text.push_str(&rfc_8785(&value)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::actor::Actor;
    use super::super::audit::{Head, NewEntry, SALT};
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;
    use serde_json::json;

    /// The form as it is defined, without haste.
    fn defined(entry: &Entry) -> String {
        let details = serde_json::from_str::<Value>(&entry.details)
            .ok()
            .filter(|value| value.is_object() && is_exact(value))
            .filter(|value| entry.details == value.to_string().as_str())
            .unwrap_or_else(|| Value::from(entry.details.as_str()));
        let mut form = json!({
            "seq": entry.seq, "at": entry.at, "actor_kind": entry.actor_kind, "action": entry.action,
            "case_ref": entry.case_ref, "details": details,
        });
        let personal = Personal::ALL.map(|field| (field.column(), entry.personal(field), entry.digest(field)));
        for (column, value, digest) in personal {
            match entry.form {
                1 => form[column] = value.into(),
                number => {
                    form["form"] = number.into();
                    form["personal"][column] = digest.into();
                }
            }
        }
        serde_json_canonicalizer::to_string(&form).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_written_in_one_go_is_what_is_defined(
            texts in proptest::array::uniform7(".{0,12}"),
            details in prop_oneof![
                Just("{}".to_owned()),
                ".{0,12}",
                (r#"[a-z"\\\u{e000}\u{10000}\n]{0,3}"#, ".{0,8}", any::<i64>())
                    .prop_map(|(name, text, n)| json!({ name: text, "\u{10000}": n / 7, "\u{e000}": {"n": n} }).to_string()),
                (-9_007_199_254_740_991_i64..9_007_199_254_740_991)
                    .prop_map(|n| json!({ "n": n, "list": [true, null, "x"] }).to_string()),
            ],
            seq in prop_oneof![1..1_000_i64, any::<i64>()],
            form in 1..4,
        ) {
            let new = NewEntry {
                at: DateTime::UNIX_EPOCH,
                actor: Actor::System,
                action: String::new(),
                case_ref: None,
                account_id: None,
                ip: String::new(),
                details: Default::default(),
            };
            let mut entry = Head::genesis().append(&new, &[[1; SALT]; 3]);
            let [at, actor_kind, actor, action, case_ref, account_id, ip] = texts;
            entry = Entry { seq, at, actor_kind, actor, action, case_ref, account_id, ip, details, form, ..entry };
            entry.salts = [(); 3].map(|()| hex::encode([1; SALT]));
            prop_assert_eq!(canonical(&entry), defined(&entry));
        }
    }
}
