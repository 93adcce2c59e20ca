//! The mailbox of demo mode: what would be sent is kept in a file and can be read in the browser.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Mailer, OutgoingMail, SendError};

/// A mail that demo mode kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoMail {
    /// Its Message-ID.
    pub message_id: String,
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// When it was written.
    pub at: DateTime<Utc>,
}

/// Keeps mails as lines of JSON.
#[derive(Clone)]
pub struct DemoMailbox(Arc<Mutex<Kept>>);

struct Kept {
    file: File,
    length: u64,
    mails: Vec<DemoMail>,
    /// Message-ID and recipient of each: one mail may go to several addresses of record.
    known: HashSet<(String, String)>,
}

impl DemoMailbox {
    /// Open the file, or start it. A line that a crash tore is left out.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // Its mails hold links that open cases.
            options.mode(0o600);
        }
        let mut file = options.open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let length = u64::try_from(whole).map_err(io::Error::other)?;
        file.set_len(length)?;
        let mut kept = Kept { file, length, mails: Vec::new(), known: HashSet::new() };
        for line in bytes[..whole].split(|&byte| byte == b'\n') {
            if let Ok(mail) = serde_json::from_slice::<DemoMail>(line)
                && kept.known.insert(key(&mail))
            {
                kept.mails.push(mail);
            }
        }
        Ok(Self(Arc::new(Mutex::new(kept))))
    }

    /// Every mail, newest last.
    pub fn mails(&self) -> Vec<DemoMail> {
        self.lock().mails.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, mail: DemoMail) -> io::Result<()> {
        let mut kept = self.lock();
        if kept.known.contains(&key(&mail)) {
            return Ok(());
        }
        let mut line = serde_json::to_vec(&mail)?;
        line.push(b'\n');
        // Writing at the known end overwrites what a failed attempt may have left.
        let start = kept.length;
        kept.file.seek(SeekFrom::Start(start))?;
        kept.file.write_all(&line)?;
        let end = kept.file.stream_position()?;
        kept.file.set_len(end)?;
        kept.file.sync_data()?;
        kept.length = end;
        kept.known.insert(key(&mail));
        kept.mails.push(mail);
        Ok(())
    }
}

fn key(mail: &DemoMail) -> (String, String) {
    (mail.message_id.clone(), mail.to.clone())
}

#[async_trait]
impl Mailer for DemoMailbox {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), SendError> {
        let kept = DemoMail {
            message_id: mail.message_id.clone(),
            to: mail.to.to_string(),
            subject: mail.rendered.subject.clone(),
            text: mail.rendered.text.clone(),
            html: mail.rendered.html.clone(),
            at: mail.at,
        };
        let mailbox = self.clone();
        let failed = |why: String| SendError::Temporary(format!("the demo mailbox could not be written: {why}"));
        tokio::task::spawn_blocking(move || mailbox.keep(kept))
            .await
            .map_err(|_| failed("the task ended".to_owned()))?
            .map_err(|error| failed(error.kind().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AuditWitness, Rendered};
    use super::*;

    fn mail(id: &str) -> OutgoingMail {
        OutgoingMail {
            to: "anna@example.com".parse().expect("an address"),
            to_name: String::new(),
            rendered: Rendered {
                subject: format!("subject {id}"),
                text: "two\nlines\u{2028}日本語\n".to_owned(),
                html: "<p>\"two\"</p>".to_owned(),
            },
            message_id: id.to_owned(),
            references: Vec::new(),
            at: DateTime::UNIX_EPOCH,
            case_ref: Some("MFA-7K3Q-9ZDN".to_owned()),
            reply_to: None,
            audit: AuditWitness::default(),
            receipt: None,
        }
    }

    fn ids(mailbox: &DemoMailbox) -> Vec<String> {
        mailbox.mails().into_iter().map(|mail| mail.message_id).collect()
    }

    #[tokio::test]
    async fn mails_are_kept_once_and_survive() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mails.jsonl");
        let mailbox = DemoMailbox::open(&path).expect("opened");
        for id in ["1@x", "2@x", "1@x"] {
            mailbox.send(&mail(id)).await.expect("kept");
        }
        assert_eq!(ids(&mailbox), ["1@x", "2@x"]);
        let other = OutgoingMail { to: "bob@example.com".parse().expect("an address"), ..mail("1@x") };
        mailbox.send(&other).await.expect("kept");
        assert_eq!(ids(&mailbox), ["1@x", "2@x", "1@x"], "each address of record has its copy");
        let again = DemoMailbox::open(&path).expect("opened again");
        assert_eq!(again.mails(), mailbox.mails());
        again.send(&mail("2@x")).await.expect("kept");
        assert_eq!(again.mails().len(), 3);
        assert_eq!(again.mails()[0].text, "two\nlines\u{2028}日本語\n");
    }

    #[tokio::test]
    async fn a_torn_last_line_loses_only_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mails.jsonl");
        let mailbox = DemoMailbox::open(&path).expect("opened");
        mailbox.send(&mail("1@x")).await.expect("kept");
        let whole = std::fs::read(&path).expect("read");
        for cut in [1, 10, whole.len() - 1] {
            std::fs::write(&path, [whole.as_slice(), &whole[..cut]].concat()).expect("written");
            let mailbox = DemoMailbox::open(&path).expect("opened");
            assert_eq!(ids(&mailbox), ["1@x"]);
            mailbox.send(&mail("2@x")).await.expect("kept");
            assert_eq!(ids(&DemoMailbox::open(&path).expect("opened")), ["1@x", "2@x"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mails.jsonl");
        let _mailbox = DemoMailbox::open(&path).expect("opened");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }
}
