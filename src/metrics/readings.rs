//! What is read when somebody asks: from the database, and of this process.

use std::borrow::Cow;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{Gauges, Labels, Seconds, keep};

/// What the database says. It is the same for every instance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    /// Cases that are not over, by state.
    pub cases: Vec<(&'static str, i64)>,
    /// Cases whose next step is overdue.
    pub overdue: i64,
    /// What waits in each lane of the outbox.
    pub outbox: Vec<(&'static str, Errands)>,
    /// Blocks that stand.
    pub blocks: i64,
    /// Alarms that nobody has seen.
    pub alarms: i64,
    /// Events that no subscriber took.
    pub events_given_up: i64,
    /// Mails that belong to no case and that nobody has decided about.
    pub unmatched_mails: i64,
    /// Entries of the audit log.
    pub audit_entries: i64,
    /// The newest checkpoint; nothing before the first.
    pub checkpoint: Option<Checkpoint>,
    /// What each receiver of the log has not taken.
    pub forwarded: Vec<(String, Errands)>,
}

/// What waits in a lane, or for a receiver.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Errands {
    /// How many wait or are under way.
    pub waiting: i64,
    /// Seconds since the oldest of them was due for the first time.
    pub oldest_seconds: f64,
}

/// A checkpoint of the log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checkpoint {
    /// How many entries it covers.
    pub entries: i64,
    /// Seconds since it was signed.
    pub age_seconds: f64,
}

/// What an instance knows of itself.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Pages of the desk that listen for changes.
    pub streams: usize,
    /// Passwords that wait to be hashed, by whose they are.
    pub passwords: [(&'static str, usize); 3],
    /// Whether each directory beside the embedded one answers.
    pub directories: Vec<(String, bool)>,
    /// Whether the mailbox can be read; nothing where none is.
    pub mailbox: Option<bool>,
}

pub(super) struct Shown {
    database_up: Gauge,
    cases: Gauges,
    overdue: Gauge,
    waiting: Gauges,
    oldest: Family<Labels<1>, Seconds>,
    blocks: Gauge,
    alarms: Gauge,
    events_given_up: Gauge,
    unmatched_mails: Gauge,
    audit_size: Gauge,
    checkpoint_size: Family<Labels<0>, Gauge>,
    checkpoint_age: Family<Labels<0>, Seconds>,
    forward_behind: Gauges,
    forward_oldest: Family<Labels<1>, Seconds>,
    streams: Gauge,
    passwords: Gauges,
    directories: Gauges,
    mailbox: Family<Labels<0>, Gauge>,
}

impl Shown {
    pub(super) fn in_registry(ours: &mut Registry) -> Self {
        Self {
            database_up: keep(ours, "database_up", "Whether the database could be read just now", Gauge::default()),
            cases: keep(ours, "cases", "Cases that are not over, by state", Family::default()),
            overdue: keep(ours, "cases_overdue", "Open cases whose next step is overdue", Gauge::default()),
            waiting: keep(ours, "outbox_waiting", "Errands that wait or are under way, by lane", Family::default()),
            oldest: keep(
                ours,
                "outbox_oldest_seconds",
                "Age of the oldest errand that waits, by lane",
                Family::default(),
            ),
            blocks: keep(ours, "blocks", "Blocks that stand", Gauge::default()),
            alarms: keep(ours, "alarms_unseen", "Alarms that nobody has seen", Gauge::default()),
            events_given_up: keep(ours, "events_given_up", "Events that no subscriber took", Gauge::default()),
            unmatched_mails: keep(ours, "inbound_mails_undecided", "Mails that belong to no case", Gauge::default()),
            audit_size: keep(ours, "audit_log_entries", "Entries of the audit log", Gauge::default()),
            checkpoint_size: keep(
                ours,
                "audit_checkpoint_entries",
                "Entries of the log that the newest checkpoint covers",
                Family::default(),
            ),
            checkpoint_age: keep(
                ours,
                "audit_checkpoint_age_seconds",
                "Time since the newest checkpoint was signed",
                Family::default(),
            ),
            forward_behind: keep(
                ours,
                "audit_forward_behind_entries",
                "Entries that a receiver of the log has not taken",
                Family::default(),
            ),
            forward_oldest: keep(
                ours,
                "audit_forward_oldest_seconds",
                "Age of the oldest entry that a receiver of the log has not taken",
                Family::default(),
            ),
            streams: keep(ours, "event_streams", "Pages of the desk that listen for changes", Gauge::default()),
            passwords: keep(ours, "password_queue", "Passwords that wait to be hashed", Family::default()),
            directories: keep(ours, "directory_up", "Whether a directory answers", Family::default()),
            mailbox: keep(ours, "mailbox_up", "Whether the mailbox can be read", Family::default()),
        }
    }

    pub(super) fn show(&self, read: Option<&Readings>) {
        self.database_up.set(i64::from(read.is_some()));
        let Some(read) = read else { return };
        for (state, count) in &read.cases {
            self.cases.get_or_create(&[("state", Cow::Borrowed(*state))]).set(*count);
        }
        for (lane, errands) in &read.outbox {
            let lane = [("lane", Cow::Borrowed(*lane))];
            self.waiting.get_or_create(&lane).set(errands.waiting);
            self.oldest.get_or_create(&lane).set(errands.oldest_seconds);
        }
        self.overdue.set(read.overdue);
        self.blocks.set(read.blocks);
        self.alarms.set(read.alarms);
        self.events_given_up.set(read.events_given_up);
        self.unmatched_mails.set(read.unmatched_mails);
        self.audit_size.set(read.audit_entries);
        if let Some(checkpoint) = read.checkpoint {
            self.checkpoint_size.get_or_create(&[]).set(checkpoint.entries);
            self.checkpoint_age.get_or_create(&[]).set(checkpoint.age_seconds);
        }
        for (receiver, behind) in &read.forwarded {
            let receiver = [("receiver", Cow::Owned(receiver.clone()))];
            self.forward_behind.get_or_create(&receiver).set(behind.waiting);
            self.forward_oldest.get_or_create(&receiver).set(behind.oldest_seconds);
        }
    }

    pub(super) fn show_live(&self, live: &Live) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.streams.set(number(live.streams));
        for (side, waiting) in live.passwords {
            self.passwords.get_or_create(&[("side", Cow::Borrowed(side))]).set(number(waiting));
        }
        for (directory, up) in &live.directories {
            self.directories.get_or_create(&[("directory", Cow::Owned(directory.clone()))]).set(i64::from(*up));
        }
        if let Some(up) = live.mailbox {
            self.mailbox.get_or_create(&[]).set(i64::from(up));
        }
    }
}
