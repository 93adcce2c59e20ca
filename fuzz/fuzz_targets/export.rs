//! Exports and their manifests: arbitrary ones under a manifest that the log signed, and true ones that were changed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mfa_desk::cli::verify_export::check;
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::audit::{Entry, Head, NewEntry, details};
use mfa_desk::domain::audit_export::ExportFormat;
use mfa_desk::domain::audit_filter::Filter;
use mfa_desk::domain::audit_manifest::{Check, Tally};
use mfa_desk::domain::audit_read::{of_cells, of_line};
use mfa_desk::domain::merkle::{Frontier, Subtree};
use mfa_desk_fuzz::{LOG, now, number, take, with_one_bit_turned};

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let (mut head, mut entries) = (Head::genesis(), Vec::new());
    for n in 0..9_u8 {
        let action = if n % 3 == 0 { "case.submitted" } else { "audit.exported" };
        let about = details([("text", "=1+1,\"\r\n'\u{e9}".into()), ("number", n.into())]);
        let entry = NewEntry {
            at: now(),
            actor: Actor::Operator,
            action: action.to_owned(),
            case_ref: None,
            account_id: None,
            ip: "192.0.2.7".to_owned(),
            details: about,
        };
        let entry = head.append(&entry, &[[n; 16]; 3]);
        head = head.follow(&entry).expect("it follows");
        entries.push(entry);
    }
    entries
});

/// True exports of both formats, of everything, of a part and of nothing.
static EXPORTS: LazyLock<Vec<(Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let mut exports = Vec::new();
    for format in [ExportFormat::Csv, ExportFormat::JsonLines] {
        exports.push(export(format, Filter::default()));
        exports.push(export(format, Filter { action: Some("case.".to_owned()), ..Filter::default() }));
        exports.push(export(format, Filter { actor: Some("customer".to_owned()), ..Filter::default() }));
    }
    for (file, manifest) in &exports {
        let found = check(file.as_slice(), manifest.as_slice(), &[LOG.verifier()]);
        assert!(found.is_ok(), "a true export was refused: {:?}", found.err());
    }
    exports
});

/// A file of the entries that a filter lets through, its manifest, and the hashes of what is left out.
fn export(format: ExportFormat, filter: Filter) -> (Vec<u8>, Vec<u8>) {
    let rows: Vec<Entry> = ENTRIES.iter().filter(|entry| filter.fits(entry)).cloned().collect();
    let size = ENTRIES.len() as u64;
    let mut file = format.beginning().expect("room");
    let mut tally = Tally::default();
    tally.add(&[], &file);
    let written = format.chunk(&rows).expect("room");
    tally.add(&rows, &written);
    file.extend(written);
    let mut tree = Frontier::default();
    for entry in ENTRIES.iter() {
        tree.append(entry.leaf(), |_, _| {});
    }
    let mut omitted = String::new();
    for (begin, end) in tally.gaps(size) {
        for part in Subtree::covering(begin, end) {
            let mut under = Frontier::default();
            for at in part.begin()..part.end() {
                under.append(ENTRIES[at as usize].leaf(), |_, _| {});
            }
            omitted.push_str(&format!("{}\n", under.root().to_hex()));
        }
    }
    let checkpoint = LOG.sign(&LOG.checkpoint(size, tree.root()).text());
    let manifest = tally.manifest(format, filter, "2026-11-30T00:00:00Z".to_owned(), size, checkpoint);
    (file, format!("{}\n{omitted}", LOG.sign(&manifest.text())).into_bytes())
}

fuzz_target!(|data: &[u8]| {
    let mut rest = data;
    let (choice, at) = (number(&mut rest), number(&mut rest));
    let keys = [LOG.verifier()];

    // Rows by themselves.
    let text = String::from_utf8_lossy(rest);
    if let Some(entry) = of_line(&text) {
        let again = ExportFormat::JsonLines.chunk(std::slice::from_ref(&entry)).expect("room");
        let again = String::from_utf8(again).expect("text");
        assert_eq!(of_line(again.trim_end_matches('\n')).as_ref(), Some(&entry));
        let _ = (entry.is_strange(), entry.computed_hash());
    }
    if let Some(entry) = of_cells(text.split('|')) {
        let cells = entry.cells();
        assert_eq!(of_cells(cells.iter().map(AsRef::as_ref)).as_ref(), Some(&entry));
    }

    let (file, manifest) = &EXPORTS[choice as usize % EXPORTS.len()];
    // Something else in the place of a part of it: one change for each input, since signatures take their time.
    let holds = |file: &[u8], manifest: &[u8]| check(file, manifest, &keys).is_ok();
    let from = at as usize % (file.len() + 1);
    match choice / 8 % 7 {
        0 => {
            assert!(with_one_bit_turned(file, at).is_none_or(|turned| !holds(&turned, manifest)), "a changed file held")
        }
        1 => {
            let turned = with_one_bit_turned(manifest, at);
            assert!(turned.is_none_or(|turned| !holds(file, &turned)), "a changed manifest held");
        }
        2 => {
            let spliced = [&file[..from], rest, &file[from..]].concat();
            assert!(rest.is_empty() || !holds(&spliced, manifest), "a file with more in it held");
        }
        3 => assert!(from == file.len() || !holds(&file[..from], manifest), "a file that was cut held"),
        4 => {
            let other = [&file[..from], rest].concat();
            assert!(other == *file || !holds(&other, manifest), "another file held");
        }
        5 => {
            let longer = [manifest.as_slice(), rest].concat();
            assert!(rest.is_empty() || !holds(file, &longer), "a manifest with more in it held");
        }
        _ => assert!(!holds(file, rest), "nobody guesses a signature"),
    }

    // A manifest of anything, which the log signed: what it says must not bring the check down.
    let signed = LOG.sign(&format!("mfa-desk audit export 1\n{}\n", text.replace('\n', " ")));
    if Check::open(&signed, &keys).is_ok() {
        let hashes = take(&mut rest, 200);
        let _ = check(file.as_slice(), [signed.as_bytes(), b"\n", hashes].concat().as_slice(), &keys);
    }
});
