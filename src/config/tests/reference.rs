//! The reference is complete and true.

use super::{fields, good};
use crate::config::*;

#[test]
fn every_field_has_its_row() {
    let rows: Vec<&str> = REFERENCE.iter().map(|(key, _, _)| *key).collect();
    let mut fields = fields::all();
    assert!(fields.contains(&"voice.twilio.api_base".to_owned()), "{fields:?}");
    let mut sorted = rows;
    sorted.sort_unstable();
    fields.sort_unstable();
    assert_eq!(sorted, fields);
}

#[test]
fn every_default_is_the_default() {
    let default = format!("{:?}", good("", &[]));
    for (key, value, meaning) in REFERENCE {
        assert!(meaning.ends_with('.') && !meaning.contains(['\n', '|']), "{key}");
        let mut settings = good("", &[(&variable_name(key), value)]);
        settings.origins = Origins::default();
        assert_eq!(format!("{settings:?}"), default, "{key}");
    }
}

#[test]
fn every_number_has_a_range_that_is_checked() {
    for (key, value, _) in REFERENCE {
        let number = value.parse::<u64>().is_ok() || ["mail.smtp.port", "inbound.imap.port"].contains(key);
        assert_eq!(RANGES.iter().any(|(other, _, _)| other == key), number, "{key}");
    }
    for (key, least, most) in RANGES {
        for out in least.checked_sub(1).into_iter().chain([most + 1]) {
            // A port beyond the range is refused when it is read.
            if out > 65_535 {
                continue;
            }
            let settings = good("", &[(&variable_name(key), &out.to_string())]);
            let problems = settings.problems(Mode::Demo);
            let said = problems.iter().find(|problem| problem.key == *key).unwrap().to_string();
            assert!(said.contains(&format!("set {least} to {most}")), "{said}");
        }
        for within in [least, most] {
            let settings = good("", &[(&variable_name(key), &within.to_string())]);
            let problems = settings.problems(Mode::Demo);
            assert!(problems.iter().all(|p| !p.wrong.contains("out of range")), "{problems:?}");
        }
    }
}

#[test]
fn the_table_has_every_row() {
    let table = reference_table();
    assert_eq!(table.lines().count(), REFERENCE.len() + 2);
    assert!(table.contains("| `server.workers` | `2` | Threads that answer requests. 1 to 64. |"));
    if let Some(path) = std::env::var_os("WRITE_REFERENCE_TABLE") {
        std::fs::write(path, table).unwrap();
    }
}
