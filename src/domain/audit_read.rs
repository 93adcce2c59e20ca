//! Reading a row of an exported file back into the entry that it was written from.

use serde::Deserialize;
use serde_json::Value;

use super::audit::{COLUMNS, Entry, Erased, inert_cell};

/// A row as JSON Lines have it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: i64,
    at: String,
    actor_kind: String,
    actor: String,
    action: String,
    case_ref: String,
    account_id: String,
    ip: String,
    details: Value,
    prev_hash: String,
    hash: String,
    form: i32,
    salts: String,
    digests: String,
    erased_by: String,
}

/// The entry of a row of a CSV file; none where no export writes such a row.
pub fn of_cells<'a>(cells: impl Iterator<Item = &'a str>) -> Option<Entry> {
    let mut values = Vec::with_capacity(COLUMNS.len());
    for cell in cells {
        let value = cell.strip_prefix('\'').unwrap_or(cell);
        if inert_cell(value) != cell {
            return None;
        }
        values.push(value.to_owned());
    }
    let values: [String; COLUMNS.len()] = values.try_into().ok()?;
    let [seq, at, actor_kind, actor, action, case_ref, account_id, ip, details, prev_hash, hash, form, more @ ..] =
        values;
    let [salts, digests, erased_by] = more;
    entry(
        Line {
            seq: seq.parse().ok()?,
            at,
            actor_kind,
            actor,
            action,
            case_ref,
            account_id,
            ip,
            details: Value::Null,
            prev_hash,
            hash,
            form: form.parse().ok()?,
            salts,
            digests,
            erased_by,
        },
        details,
    )
}

/// The entry of a line of a JSON Lines file; none where no export writes such a line.
pub fn of_line(line: &str) -> Option<Entry> {
    let line: Line = serde_json::from_str(line).ok()?;
    let details = match &line.details {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    entry(line, details)
}

fn entry(line: Line, details: String) -> Option<Entry> {
    let salts = parts(&line.salts)?;
    let [actor, account, ip] = parts(&line.digests)?;
    let by = parts(&line.erased_by)?;
    let erased = |digest: String, by: &str| match (digest.is_empty(), by) {
        (true, "") => Some(None),
        (false, by) => Some(Some(Erased { digest, by: by.parse().ok()? })),
        (true, _) => None,
    };
    let erased = [erased(actor, &by[0])?, erased(account, &by[1])?, erased(ip, &by[2])?];
    Some(Entry {
        seq: line.seq,
        at: line.at,
        actor_kind: line.actor_kind,
        actor: line.actor,
        action: line.action,
        case_ref: line.case_ref,
        account_id: line.account_id,
        ip: line.ip,
        details,
        prev_hash: line.prev_hash,
        hash: line.hash,
        form: line.form,
        salts,
        erased,
    })
}

/// Three parts with dots between; nothing at all stands for three empty ones.
fn parts(text: &str) -> Option<[String; 3]> {
    if text.is_empty() {
        return Some(Default::default());
    }
    let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
    parts.try_into().ok()
}
