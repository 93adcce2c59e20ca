//! Systems that the audit log is forwarded to: batches of entries, each taken whole or not at all.

mod http;
mod syslog;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use crate::config::ForwarderSettings;
use crate::domain::audit::Entry;
use crate::domain::forward::{FeedFormat, ForwarderName};
use http::HttpFeed;
use syslog::SyslogTls;

/// Entries of a batch; fewer where the receiver says that this is too much.
const MOST: i64 = 500;

/// Why a batch counts as not taken. The words are ours: a receiver's own could repeat what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTaken {
    /// What went wrong.
    pub why: String,
    /// How long the receiver wants to be left alone.
    pub wait: Option<Duration>,
    /// It was more than the receiver takes at a time.
    pub too_large: bool,
}

impl NotTaken {
    fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), wait: None, too_large: false }
    }
}

/// One receiver.
pub struct Forwarder {
    /// What the configuration calls it.
    pub name: ForwarderName,
    /// How an entry is written.
    pub format: FeedFormat,
    way: Way,
    patience: Duration,
    most: AtomicI64,
}

enum Way {
    Syslog(SyslogTls),
    Http(HttpFeed),
}

impl Forwarder {
    /// The receiver that the settings describe. `host` is what this desk is called.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(settings: &ForwarderSettings, host: &str) -> Result<Self, String> {
        let wrong = |why: String| format!("the forwarder `{}` {why}", settings.name);
        let ca_file = settings.ca_file.as_deref();
        let way = match (&settings.syslog, &settings.http) {
            (Some(syslog), None) => Way::Syslog(SyslogTls::new(syslog, ca_file, host).map_err(wrong)?),
            (None, Some(http)) => Way::Http(HttpFeed::new(http, settings.timeout(), ca_file).map_err(wrong)?),
            _ => return Err(wrong("has not exactly one of syslog and http".to_owned())),
        };
        Ok(Self {
            name: settings.name.clone(),
            format: settings.format,
            way,
            patience: settings.timeout(),
            most: AtomicI64::new(MOST),
        })
    }

    /// How it is reached, in words for people.
    pub fn kind(&self) -> &'static str {
        match self.way {
            Way::Syslog(_) => "syslog over TLS",
            Way::Http(_) => "HTTP",
        }
    }

    /// How many entries the next batch has at most.
    pub fn most(&self) -> i64 {
        self.most.load(Ordering::Relaxed)
    }

    /// Sends a batch, in its order. Whoever sends the same entries again sends the same bytes.
    ///
    /// # Errors
    /// [`NotTaken`] when the receiver did not take all of it, or nobody knows.
    pub async fn send(&self, entries: &[Entry]) -> Result<(), NotTaken> {
        let sending = async {
            match &self.way {
                Way::Syslog(syslog) => syslog.send(self.format, entries).await,
                Way::Http(http) => http.send(&self.name, self.format, entries).await,
            }
        };
        let sent =
            timeout(self.patience, sending).await.unwrap_or_else(|_| Err(NotTaken::because("no answer in time")));
        let most = match &sent {
            Ok(()) => (self.most() * 2).min(MOST),
            Err(refused) if refused.too_large => (self.most() / 2).max(1),
            Err(_) => self.most(),
        };
        self.most.store(most, Ordering::Relaxed);
        sent
    }
}
