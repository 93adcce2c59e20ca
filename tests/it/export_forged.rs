//! Forged exports: whoever has the log's own key, and only cannot take back a checkpoint that others hold, gets no file past
//! whoever checks it.

use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::audit::{Entry, Erased, Head, NewEntry, Personal, SALT, details};
use mfa_desk::domain::audit_export::ExportFormat;
use mfa_desk::domain::audit_filter::Filter;
use mfa_desk::domain::audit_manifest::{Check, Found, Manifest, Tally, Wrong};
use mfa_desk::domain::audit_read;
use mfa_desk::domain::merkle::{Frontier, Subtree, TreeHash};
use mfa_desk::domain::note::Checkpoint;
use mfa_desk::domain::note::NoteKey;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::export_proof::by_python;

fn key() -> NoteKey {
    NoteKey::new("desk.example/audit", &[7; 32]).unwrap()
}

fn log(actions: &[bool]) -> Vec<Entry> {
    let mut head = Head::genesis();
    let entry = |(n, wanted): (usize, &bool)| {
        let entry = head.append(
            &NewEntry {
                at: chrono::DateTime::from_timestamp(i64::try_from(n).unwrap(), 0).unwrap(),
                actor: Actor::System,
                action: if *wanted { "case.closed" } else { "agent.signed_in" }.to_owned(),
                case_ref: None,
                account_id: None,
                ip: "=192.0.2.7".to_owned(),
                details: details([("note", format!("ü \" {n}").into())]),
            },
            &[[u8::try_from(n % 256).unwrap(); SALT]; 3],
        );
        head = Head { seq: entry.seq, hash: entry.hash.clone() };
        entry
    };
    actions.iter().enumerate().map(entry).collect()
}

fn root(entries: &[Entry]) -> TreeHash {
    let mut tree = Frontier::default();
    entries.iter().for_each(|entry| tree.append(entry.leaf(), |_, _| {}));
    tree.root()
}

fn checkpoint(entries: &[Entry]) -> String {
    let size = entries.len() as u64;
    key().sign(&Checkpoint { origin: key().name().to_owned(), size, root: root(entries) }.text())
}

fn wanted() -> Filter {
    Filter { action: Some("case.".to_owned()), ..Filter::default() }
}

/// What was left out of a log, as the manifest has it.
fn hashes(log: &[Entry], tally: &Tally) -> Vec<TreeHash> {
    let at = |n: u64| usize::try_from(n).unwrap();
    let parts = tally.gaps(log.len() as u64).flat_map(|(begin, end)| Subtree::covering(begin, end));
    // A row at a place that the log does not have leaves out more than there is.
    let parts = parts.filter(|part| part.end() <= log.len() as u64);
    parts.map(|part| root(&log[at(part.begin())..at(part.end())])).collect()
}

/// A file of some rows, with a manifest that the log's own key signed, whatever is in it.
struct Made {
    file: Vec<u8>,
    manifest: Manifest,
    hashes: Vec<TreeHash>,
}

fn made(log: &[Entry], rows: &[Entry], format: ExportFormat) -> Made {
    let mut tally = Tally::default();
    let file = [format.beginning().unwrap(), format.chunk(rows).unwrap()].concat();
    tally.add(rows, &file);
    let hashes = hashes(log, &tally);
    let manifest = tally.manifest(format, wanted(), String::new(), log.len() as u64, checkpoint(log));
    Made { file, manifest, hashes }
}

fn check(made: &Made) -> Result<Found, Wrong> {
    let mut hashes = made.hashes.iter().copied();
    let mut next = || hashes.next().ok_or(Wrong::Hashes("few"));
    let mut check = Check::open(&key().sign(&made.manifest.text()), &[key().verifier()])?;
    let read: Vec<Option<Entry>> = match made.manifest.format {
        ExportFormat::Csv => csv::Reader::from_reader(made.file.as_slice())
            .records()
            .map(|record| audit_read::of_cells(record.unwrap().iter()))
            .collect(),
        _ => std::str::from_utf8(&made.file).unwrap().lines().map(audit_read::of_line).collect(),
    };
    for (number, entry) in read.into_iter().enumerate() {
        check.row(&entry.ok_or(Wrong::Unreadable(number as u64))?, &mut next)?;
    }
    check.end((made.file.len() as u64, &hex::encode(Sha256::digest(&made.file))), &mut next)
}

/// What the program finds; the script of the documentation, of the same files, finds the same.
fn check_twice(made: &Made) -> Result<Found, Wrong> {
    let found = check(made);
    let folder = tempfile::tempdir().unwrap();
    let (file, manifest) = (folder.path().join("log"), folder.path().join("log.manifest"));
    let hashes: String = made.hashes.iter().map(|hash| hash.to_hex() + "\n").collect();
    std::fs::write(&file, &made.file).unwrap();
    std::fs::write(&manifest, format!("{}\n{hashes}", key().sign(&made.manifest.text()))).unwrap();
    let other = by_python(&["-O"], &file, &manifest, &key().verifier().to_string());
    let said = String::from_utf8_lossy(&other.stderr);
    assert_eq!(other.status.code(), Some(i32::from(found.is_err())), "{found:?}: {said}");
    found
}

const FORMATS: [ExportFormat; 2] = [ExportFormat::Csv, ExportFormat::JsonLines];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_true_is_found_to_be(actions in prop::collection::vec(any::<bool>(), 0..40)) {
        let log = log(&actions);
        let rows: Vec<Entry> = log.iter().filter(|entry| wanted().fits(entry)).cloned().collect();
        for format in FORMATS {
            let made = made(&log, &rows, format);
            let found = check_twice(&made);
            prop_assert!(found.is_ok(), "{:?}", found);
            // Every hash counts, and so does their order and number.
            for n in 0..made.hashes.len() {
                let mut wrong = Made { hashes: made.hashes.clone(), file: made.file.clone(), manifest: made.manifest.clone() };
                wrong.hashes.remove(n);
                prop_assert!(check(&wrong).is_err());
                wrong.hashes.insert(n, TreeHash::of_nothing());
                prop_assert_eq!(check(&wrong), Err(Wrong::Root));
                wrong.hashes[n] = made.hashes[n];
                wrong.hashes.insert(n, made.hashes[n]);
                prop_assert!(check(&wrong).is_err());
            }
        }
    }

    /// Whoever has the key, and only cannot take back a checkpoint that others hold, gets nothing past it.
    #[test]
    fn no_forged_rows_lead_to_the_checkpoint(
        actions in prop::collection::vec(any::<bool>(), 2..40), at in any::<prop::sample::Index>(), way in 0_u8..8,
    ) {
        let log = log(&actions);
        let mut rows: Vec<Entry> = log.iter().filter(|entry| wanted().fits(entry)).cloned().collect();
        prop_assume!(rows.len() > 1);
        let at = at.index(rows.len() - 1);
        let mut gaps = None;
        match way {
            // One is left out, and nothing or another's hash stands for it.
            0 => {
                gaps = Some(made(&log, &rows, FORMATS[0]).hashes);
                rows.remove(at);
            }
            1 => rows.swap(at, at + 1),
            2 => { let row = rows[at].clone(); rows.insert(at, row); }
            // One is changed, with a hash that fits it.
            3 => { rows[at].at.push('0'); rows[at].hash = rows[at].computed_hash(); }
            4 => { rows[at].seq = i64::MAX; rows[at].hash = rows[at].computed_hash(); }
            5 => { rows[at].seq = 0; rows[at].hash = rows[at].computed_hash(); }
            // Another program could take the first of the two.
            6 => rows[at].details = rows[at].details.replacen('{', "{\"note\":\"forged\",", 1),
            // Its hash is not its own, which the tree does not cover.
            _ => rows[at].prev_hash = "1".repeat(64),
        }
        for format in FORMATS {
            let mut forged = made(&log, &rows, format);
            if let Some(gaps) = &gaps {
                forged.hashes.clone_from(gaps);
            }
            prop_assert!(check_twice(&forged).is_err(), "way {way}");
        }
    }
}

#[test]
fn what_is_signed_counts_to_the_letter() {
    let log = log(&[true, false, true, true, false]);
    let rows: Vec<Entry> = log.iter().filter(|entry| wanted().fits(entry)).cloned().collect();
    for format in FORMATS {
        let good = || made(&log, &rows, format);
        let with = |change: fn(&mut Manifest)| {
            let mut made = good();
            change(&mut made.manifest);
            check_twice(&made).unwrap_err()
        };
        assert!(check_twice(&good()).is_ok());
        assert_eq!(with(|m| m.rows += 1), Wrong::NotAManifest);
        assert_eq!(with(|m| m.omitted = u64::MAX), Wrong::NotAManifest);
        assert_eq!(with(|m| m.format = ExportFormat::Ocsf), Wrong::NotAManifest);
        assert_eq!(with(|m| m.columns.swap(0, 1)), Wrong::NotAManifest);
        assert!(matches!(with(|m| m.bytes += 1), Wrong::File(_)));
        assert!(matches!(with(|m| m.sha256 = "0".repeat(64)), Wrong::File(_)));
        assert!(matches!(with(|m| m.first = None), Wrong::File(_)));
        assert!(matches!(with(|m| m.last.as_mut().unwrap().hash.push('0')), Wrong::File(_)));
        assert_eq!(with(|m| m.filters.action = Some("agent.".to_owned())), Wrong::Filter(1));
        assert!(matches!(with(|m| m.checkpoint = m.checkpoint.replacen('5', "6", 1)), Wrong::Checkpoint(_)));
        // Of another moment of the same log.
        let mut other = good();
        other.manifest.checkpoint = checkpoint(&log[..4]);
        assert!(check_twice(&other).is_err());
        // The same cells, written otherwise: another program could read them as something else.
        let mut odd = good();
        let text = String::from_utf8(odd.file.clone()).unwrap();
        odd.file = match format {
            ExportFormat::Csv => text.replace("\r\n", "\n"),
            _ => text.replace("{\"seq\":1,", "{ \"seq\":1,"),
        }
        .into_bytes();
        odd.manifest.bytes = odd.file.len() as u64;
        odd.manifest.sha256 = hex::encode(Sha256::digest(&odd.file));
        let found = check_twice(&odd);
        assert!(matches!(found, Err(Wrong::File(_))), "{found:?}");
    }
    let stranger = NoteKey::new("desk.example/audit", &[8; 32]).unwrap();
    let made = made(&log, &rows, FORMATS[0]);
    assert!(matches!(Check::open(&stranger.sign(&made.manifest.text()), &[key().verifier()]), Err(Wrong::Manifest(_))));
    // What else the key signs is no manifest.
    assert!(matches!(Check::open(&checkpoint(&log), &[key().verifier()]), Err(Wrong::NotAManifest)));
}

#[test]
fn only_the_log_itself_speaks_for_it() {
    let log = log(&[true, false]);
    let made = made(&log, &log[..1], FORMATS[0]);
    let other = NoteKey::new("witness.example", &[8; 32]).unwrap();
    let keys = [key().verifier(), other.verifier()];
    assert!(Check::open(&key().sign(&made.manifest.text()), &keys).is_ok());
    let signed = other.sign(&made.manifest.text());
    assert!(matches!(Check::open(&signed, &keys), Err(Wrong::Manifest(_))));
}

/// Blanks the address of an entry, as an erasure does.
fn blank(entry: &mut Entry, by: i64) {
    let field = Personal::Address as usize;
    entry.erased[field] = Some(Erased { digest: entry.digest(Personal::Address).into_owned(), by });
    entry.ip.clear();
    entry.salts[field].clear();
}

#[test]
fn neighbours_and_erasures_fit_together() {
    let log = log(&[true, true, false, true]);
    let rows: Vec<Entry> = log.iter().filter(|entry| wanted().fits(entry)).cloned().collect();
    for format in FORMATS {
        let with = |change: &dyn Fn(&mut [Entry])| {
            let mut rows = rows.clone();
            change(&mut rows);
            check_twice(&made(&log, &rows, format))
        };
        let unlinked = with(&|rows| {
            rows[1].prev_hash = "1".repeat(64);
            rows[1].hash = rows[1].computed_hash();
        });
        assert_eq!(unlinked.unwrap_err(), Wrong::Link(2));
        // The entry that ordered it was left out, or came later.
        for by in [3, 9] {
            assert_eq!(with(&|rows| blank(&mut rows[1], by)).unwrap().erased, [(by, 1)].into());
        }
        assert_eq!(with(&|rows| blank(&mut rows[1], 2)).unwrap_err(), Wrong::Erasure(2));
        assert_eq!(with(&|rows| blank(&mut rows[1], 4)).unwrap_err(), Wrong::Erasure(4));
        let beside_a_value = with(&|rows| {
            let value = rows[1].clone();
            blank(&mut rows[1], 3);
            (rows[1].ip, rows[1].salts) = (value.ip, value.salts);
        });
        assert_eq!(beside_a_value.unwrap_err(), Wrong::Content(2));
    }
}
