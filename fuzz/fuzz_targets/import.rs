//! Files of accounts and of contacts, imported by the program over a real database. The first byte chooses which.
#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use mfa_desk::clock::ManualClock;
use mfa_desk::config::{DatabaseUrl, Settings};
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::directory::DirectoryName;
use mfa_desk::entropy::SeededEntropy;
use mfa_desk::notify::mail::{Mailer, OutgoingMail, SendError};
use mfa_desk::server::{Parts, assemble};
use mfa_desk::workflow::{Act, Desk, ImportError, LineError, Resume};
use mfa_desk_fuzz::{KEY, now, wait};

const SETTINGS: &str = r#"
[[directories]]
name = "bought"
[directories.webhook]
url = "http://127.0.0.1:1/"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"#;

struct NoMailer;

#[async_trait::async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _: &OutgoingMail) -> Result<(), SendError> {
        Err(SendError::Temporary("nothing leaves here".to_owned()))
    }
}

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    mfa_desk::notify::install_tls_provider();
    let fast = std::path::Path::new("/dev/shm");
    let folder = if fast.is_dir() { fast.to_owned() } else { std::env::temp_dir() };
    let folder = folder.join(format!("mfa-desk-fuzz-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut settings = Settings::from_sources(SETTINGS, &BTreeMap::new()).expect("settings");
    settings.database.url = DatabaseUrl::Sqlite(folder.join("desk.sqlite3"));
    let parts = Parts {
        base_url: "http://desk.example".parse().expect("a URL"),
        key: KEY.clone(),
        clock: Arc::new(ManualClock::new(now())),
        entropy: Arc::new(SeededEntropy::new(1)),
        mailer: Arc::new(NoMailer),
        voice: None,
    };
    let desk = assemble(&settings, parts).expect("a desk");
    // Open files live on; the folder of a target that is killed does not.
    let _ = std::fs::remove_dir_all(&folder);
    desk
});

fuzz_target!(|data: &[u8]| {
    let Some((which, file)) = data.split_first() else { return };
    let act = || Act { actor: Actor::Operator, ip: String::new(), at: now() };
    if which % 2 == 0 {
        match wait(DESK.import_accounts(act(), file)) {
            Ok(done) => assert!(done.accounts < lines_of(file)),
            Err(error) => wrong(error, file),
        }
        return;
    }
    let directory: DirectoryName = "bought".parse().expect("a name");
    match wait(DESK.import_contacts(act(), &directory, file, Resume::No)) {
        Ok(done) => {
            assert!(done.added + done.held + done.unchanged < lines_of(file));
            // What is so, or held, is not asked for twice.
            let again = wait(DESK.import_contacts(act(), &directory, file, Resume::No)).expect("what was taken once");
            assert_eq!((again.added, again.held, again.taken_back), (0, 0, 0));
        }
        Err(error) => wrong(error, file),
    }
});

/// More lines than any reading finds.
fn lines_of(file: &[u8]) -> usize {
    file.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1
}

fn wrong(error: ImportError, file: &[u8]) {
    match error {
        ImportError::Store(error) => panic!("the database refused what was read: {error}"),
        ImportError::NoDirectory(name) => panic!("{name} is configured"),
        ImportError::File(_) => {}
        ImportError::Lines(lines) => {
            assert!(!lines.is_empty() && lines.is_sorted_by_key(|wrong| wrong.line));
            let last = u64::try_from(lines_of(file)).unwrap_or(u64::MAX);
            assert!(lines.iter().all(|LineError { line, .. }| (1..=last).contains(line)));
        }
    }
}
