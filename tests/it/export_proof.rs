//! An export proves itself: with its manifest, and without the program that wrote it, the server or what was left out.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mfa_desk::domain::audit_export::ExportFormat;
use mfa_desk::domain::audit_filter::Filter;
use mfa_desk::domain::note::NoteKey;
use mfa_desk::workflow::{AuditChunks, ExportAsked};
use tempfile::TempDir;

use crate::program::{exits, out, run, with_a_log};
use crate::support::browser::{Browser, unescaped};
use crate::support::world::{OWNER, World};

const FORMATS: [ExportFormat; 2] = [ExportFormat::Csv, ExportFormat::JsonLines];

fn key(world: &World) -> String {
    world.desk.kit.audit_key.as_ref().unwrap().verifier().to_string()
}

async fn all(mut chunks: AuditChunks) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        whole.extend(chunk.unwrap());
    }
    whole
}

/// An export and its manifest, as files in a folder.
struct Pair {
    folder: TempDir,
    file: Vec<u8>,
    manifest: String,
}

impl Pair {
    fn of(file: Vec<u8>, manifest: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, file, manifest: String::from_utf8(manifest).unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the program says of it. It has nothing but the two files.
    fn verified(&self, key: &str) -> Output {
        std::fs::write(self.at("log"), &self.file).unwrap();
        std::fs::write(self.at("log.manifest"), &self.manifest).unwrap();
        run(self.folder.path(), &["audit", "verify-export", "log", "--key", key])
    }

    #[track_caller]
    fn is_whole(&self, key: &str) -> String {
        let verified = self.verified(key);
        exits(&verified, 0);
        let other = by_python(&[], &self.at("log"), &self.at("log.manifest"), key);
        assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stderr));
        out(&verified)
    }

    #[track_caller]
    fn is_broken(&self, key: &str, what: &str) {
        let verified = self.verified(key);
        assert_eq!(verified.status.code(), Some(1), "{what}: {}", out(&verified));
        assert!(out(&verified).starts_with("broken: "), "{what}: {}", out(&verified));
        // Nothing that it finds may be left to an assertion, which -O takes away.
        let other = by_python(&["-O"], &self.at("log"), &self.at("log.manifest"), key);
        assert_eq!(other.status.code(), Some(1), "{what} is nothing to the script");
    }
}

/// What the script of the documentation says.
pub fn by_python(options: &[&str], file: &Path, manifest: &Path, key: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verify-export.py");
    Command::new("python3").args(options).arg(script).args([file, manifest]).arg(key).output().unwrap()
}

async fn exported(world: &World, filter: Filter, format: ExportFormat) -> Pair {
    let asked = ExportAsked { filter, format, end: None };
    let act =
        mfa_desk::workflow::Act { actor: mfa_desk::domain::actor::Actor::Operator, ip: String::new(), at: world.now() };
    let (export, tally) = world.desk.export_audit_counted(act, asked.clone()).await.unwrap();
    let file = all(export.chunks).await;
    let manifest = world.desk.manifest_of(asked, export.end, tally.await.unwrap()).unwrap();
    Pair::of(file, all(manifest).await)
}

async fn busy() -> (World, String) {
    let world = World::new().await;
    let (_, _, reference) = world.ready(OWNER).await;
    world.confirmed("root@customers.example").await;
    world.settle().await;
    (world, reference)
}

fn filters(reference: &str) -> Vec<Filter> {
    let of = |change: fn(&mut Filter, &str)| {
        let mut filter = Filter::default();
        change(&mut filter, reference);
        filter
    };
    vec![
        Filter::default(),
        of(|filter, reference| filter.case_ref = Some(reference.to_owned())),
        of(|filter, _| filter.action = Some("agent.".to_owned())),
        of(|filter, _| filter.actor = Some("system".to_owned())),
        of(|filter, _| filter.action = Some("no.such".to_owned())),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_export_is_proven_whole_by_two_programs_that_have_nothing_else() {
    let (world, reference) = busy().await;
    for filter in filters(&reference) {
        for format in FORMATS {
            let pair = exported(&world, filter.clone(), format).await;
            let said = pair.is_whole(&key(&world));
            let size = world.entries("").await.len();
            let rows = world.entries("").await.iter().filter(|entry| filter.fits(entry)).count();
            assert!(said.starts_with(&format!("whole: {rows} of the {size} entries of ")), "{said}");
            // What was left out stands there as hashes and in no other way.
            if filter.case_ref.is_some() {
                assert!(!pair.manifest.contains("agent.signed_in") && !pair.manifest.contains("customers.example"));
            }
        }
    }
    world.stop().await;
}

/// How the few lines of the documentation end for a whole log as CSV.
fn by_the_snippet(log: &str) -> Option<i32> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, log).unwrap();
    let text = include_str!("../../docs/audit-log.md");
    let code = text.split_once("```python\n").unwrap().1.split_once("```\n").unwrap().0;
    let done = Command::new("python3").args(["-O", "-c", code]).stdin(std::fs::File::open(path).unwrap()).output();
    done.unwrap().status.code()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lines_of_the_documentation_check_a_whole_log() {
    let (world, _) = busy().await;
    let log = String::from_utf8(exported(&world, Filter::default(), ExportFormat::Csv).await.file).unwrap();
    assert_eq!(by_the_snippet(&log), Some(0));
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let of = |change: &dyn Fn(&mut Vec<&str>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        lines.concat()
    };
    let forged = [
        of(&|lines| _ = lines.remove(2)),
        of(&|lines| lines.insert(2, lines[2])),
        of(&|lines| lines.swap(2, 3)),
        log.replacen("case.", "case,", 1),
        // The same to a reader that takes the last of two.
        log.replacen("\"{\"\"", "\"{\"\"format\"\":1,\"\"", 1),
        log.replacen(":", ": ", 1),
    ];
    for (way, forged) in forged.iter().enumerate() {
        assert_ne!(*forged, log, "{way}");
        assert_eq!(by_the_snippet(forged), Some(1), "{way}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_file_or_manifest_is_found() {
    let (world, reference) = busy().await;
    let filter = Filter { case_ref: Some(reference), ..Filter::default() };
    let key = key(&world);
    for format in FORMATS {
        let good = exported(&world, filter.clone(), format).await;
        good.is_whole(&key);
        let text = String::from_utf8(good.file.clone()).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let changed_file = |change: &dyn Fn(&mut Vec<&str>)| {
            let mut lines = lines.clone();
            change(&mut lines);
            Pair::of(lines.concat().into_bytes(), good.manifest.clone().into_bytes())
        };
        changed_file(&|lines| _ = lines.remove(2)).is_broken(&key, "a row is missing");
        changed_file(&|lines| lines.insert(2, lines[2])).is_broken(&key, "a row stands twice");
        changed_file(&|lines| lines.swap(2, 3)).is_broken(&key, "rows are swapped");
        changed_file(&|lines| _ = lines.pop()).is_broken(&key, "the end is missing");
        let forged = Pair::of(text.replacen("case.", "case,", 1).into_bytes(), good.manifest.clone().into_bytes());
        forged.is_broken(&key, "a cell is changed");
        let changed_manifest = |what: &str, manifest: String| {
            assert_ne!(manifest, good.manifest, "{what}");
            Pair::of(good.file.clone(), manifest.into_bytes()).is_broken(&key, what);
        };
        let hashes = good.manifest.rfind("\n\n").unwrap() + 2;
        let first = &good.manifest[hashes..hashes + 65];
        changed_manifest("a hash is missing", good.manifest.replacen(first, "", 1));
        changed_manifest("a hash stands twice", good.manifest.replacen(first, &first.repeat(2), 1));
        changed_manifest("a hash is another", good.manifest.replacen(first, &format!("{}\n", "0".repeat(64)), 1));
        changed_manifest("a hash too many", format!("{}{first}", good.manifest));
        changed_manifest("something after it", format!("{}x\n", good.manifest));
        changed_manifest("other filters", good.manifest.replacen("\"case_ref\":\"MFA-", "\"case_ref\":\"MFA-0", 1));
        changed_manifest("another number", good.manifest.replacen("\"rows\":", "\"rows\":1", 1));
        changed_manifest("no signature", good.manifest.replacen("\u{2014} ", "- ", 1));
        changed_manifest("half of it", good.manifest[..60].to_owned());
        changed_manifest("nothing", String::new());
        // Of another export of the same log, and of another log.
        let other = exported(&world, Filter::default(), format).await;
        Pair::of(good.file.clone(), other.manifest.into_bytes()).is_broken(&key, "the manifest of another export");
        let stranger = NoteKey::new(key.split('+').next().unwrap(), &[9; 32]).unwrap().verifier().to_string();
        good.is_broken(&stranger, "another key of that name");
    }
    world.stop().await;
}

async fn loaded(browser: &Browser, world: &World, path: &str) -> Vec<u8> {
    let page = browser.get(path).await;
    let page =
        if page.html.contains("Confirm that it is you") { world.steps_up(browser, "aud", &page).await } else { page };
    page.is(200).html.clone().into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_and_programs_get_the_manifest_of_what_they_got_however_the_log_grew() {
    let (world, reference) = busy().await;
    let aud = world.agent("aud").await;
    let page = aud.get(&format!("/desk/audit?case={reference}")).await;
    for code in ["csv", "jsonl"] {
        let html = unescaped(&page.html);
        let link = |start: &str, of: &str| {
            let all = html.split("href=\"").skip(1).filter_map(|part| part.split('"').next());
            let found = all.into_iter().find(|link| link.starts_with(start) && link.contains(of));
            found.unwrap_or_else(|| panic!("no link to {start} {of}: {html}")).to_owned()
        };
        let file = loaded(&aud, &world, &link(&format!("/desk/audit.{code}?"), "end=")).await;
        world.confirmed(OWNER).await;
        let of = format!("format={code}");
        let manifest = loaded(&aud, &world, &link("/desk/audit.manifest?", &of)).await;
        Pair::of(file, manifest).is_whole(&key(&world));
    }
    world.agent("ana").await.get("/desk/audit.manifest?format=csv&end=3").await.is(403);
    aud.get("/desk/audit.manifest?format=ocsf&end=3").await.is(404);
    aud.get("/desk/audit.manifest?format=csv").await.is(404);
    // An end that no hash would hold exactly is recorded as the entry that it comes to.
    loaded(&aud, &world, "/desk/audit.csv?end=9007199254740993").await;
    let exported = world.entries("").await.into_iter().rfind(|entry| entry.action == "audit.exported").unwrap();
    let details: serde_json::Value = serde_json::from_str(&exported.details).unwrap();
    assert_eq!(details["end"], exported.seq - 1);
    // For programs the answer says where its manifest is.
    let api = world.program("aud").await;
    let asks = async |path: &str, kind: &str| {
        let mfa = world.code("aud").await;
        api.ask("GET", path, &[("mfa-code", &mfa), ("accept", kind)], None).await
    };
    let file = asks(&format!("/audit.jsonl?case={reference}"), "application/x-ndjson").await;
    let link = file.is(200).header("link").to_owned();
    let path = link.strip_prefix("</api/v1").unwrap().split('>').next().unwrap();
    assert!(link.ends_with(">; rel=\"describedby\""), "{link}");
    let manifest = asks(path, "text/plain").await;
    Pair::of(file.text.clone().into_bytes(), manifest.is(200).text.clone().into_bytes()).is_whole(&key(&world));
    let actions: Vec<String> = world.entries("").await.into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions.iter().filter(|action| *action == "audit.manifest_made").count(), 3);
    world.stop().await;
}

#[test]
fn the_command_line_writes_both_files_and_verifies_them_anywhere() {
    let folder = with_a_log();
    let secret = "0123456789abcdef0123456789abcdef-test";
    std::fs::write(folder.path().join("mfa-desk.toml"), format!("database.url = 'sqlite:mfa-desk.sqlite3'\nsecrets.key = '{secret}'\nserver.base_url = 'https://desk.example'")).unwrap();
    exits(&run(folder.path(), &["audit", "export", "--action", "agent.", "--out", "log.csv"]), 0);
    let key = out(&run(folder.path(), &["audit", "key"])).trim().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["log.csv", "log.csv.manifest"] {
        std::fs::copy(folder.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    let verified = run(elsewhere.path(), &["audit", "verify-export", "log.csv", "--key", &key]);
    exits(&verified, 0);
    assert!(out(&verified).contains("left out"), "{}", out(&verified));
    std::fs::rename(elsewhere.path().join("log.csv.manifest"), elsewhere.path().join("m")).unwrap();
    exits(&run(elsewhere.path(), &["audit", "verify-export", "log.csv", "--key", &key]), 2);
    exits(&run(elsewhere.path(), &["audit", "verify-export", "log.csv", "--manifest", "m", "--key", &key]), 0);
    exits(&run(elsewhere.path(), &["audit", "verify-export", "log.csv", "--manifest", "m", "--key", "nonsense"]), 2);
    exits(&run(elsewhere.path(), &["audit", "verify-export", "none", "--manifest", "m", "--key", &key]), 2);
}
