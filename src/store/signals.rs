//! Telling open pages that something changed: after the commit, on every instance, and nothing personal.
//!
//! On SQLite the writer tells it to this process. On PostgreSQL the transaction itself notifies (`NOTIFY` is delivered
//! with the commit or not at all), and each instance listens on a connection of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{broadcast, watch};

use crate::domain::audit::NewEntry;
use crate::domain::reference::CaseRef;
use crate::entropy::{Entropy, SystemEntropy};

/// Signals that a slow page may be behind before it is told to look at everything again.
const KEPT: usize = 256;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// This case, and so the queue.
    Case(CaseRef),
    /// Who works at the desk, or is signed in there.
    People,
    /// Nobody knows what: signals were lost.
    Anything,
}

impl Signal {
    const PEOPLE: &'static str = "people";
    const ANYTHING: &'static str = "anything";

    /// What an entry of the log tells open pages; nothing where somebody only looked.
    pub(super) fn of(entry: &NewEntry) -> Option<Self> {
        const LOOKS: [&str; 6] = [
            "case.viewed",
            "case.view_refused",
            "case.revealed",
            "document.viewed",
            "phone_change.viewed",
            "policy.explained",
        ];
        const PEOPLE: [&str; 7] = [
            "agent.suspended",
            "agent.role_changed",
            "agent.session_ended",
            "agent.sessions_ended",
            "agent.signed_out",
            "agent.signed_out_everywhere",
            "agent.password_changed",
        ];
        let action = entry.action.as_str();
        match &entry.case_ref {
            _ if PEOPLE.contains(&action) => Some(Self::People),
            Some(reference) if !LOOKS.contains(&action) => Some(Self::Case(reference.clone())),
            _ => None,
        }
    }

    /// As a notification carries it.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Case(reference) => reference.as_str(),
            Self::People => Self::PEOPLE,
            Self::Anything => Self::ANYTHING,
        }
    }

    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    fn from_code(code: &str) -> Self {
        match code {
            Self::PEOPLE => Self::People,
            // What a newer version means is not known to this one.
            code => code.parse().map_or(Self::Anything, Self::Case),
        }
    }
}

/// A signal and its place among those of this start.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// Counts signals of this start of the program.
    pub number: u64,
    /// What changed.
    pub signal: Signal,
}

/// Where an instance hears what changed.
pub struct Signals {
    start: String,
    number: AtomicU64,
    sender: broadcast::Sender<Numbered>,
    hears: watch::Sender<bool>,
}

impl Signals {
    /// Nobody is told anything yet. `hears` says whether signals already arrive.
    pub(super) fn new(hears: bool) -> Self {
        // Two starts must never be taken for one, so this is no matter of the program's own randomness.
        let entropy: &dyn Entropy = &SystemEntropy;
        Self {
            start: hex::encode(entropy.bytes::<8>()),
            number: AtomicU64::new(0),
            sender: broadcast::channel(KEPT).0,
            hears: watch::Sender::new(hears),
        }
    }

    /// Tells everyone who listens here.
    pub(super) fn tell(&self, signal: Signal) {
        let number = self.number.fetch_add(1, Ordering::SeqCst) + 1;
        // Nobody may be listening.
        let _ = self.sender.send(Numbered { number, signal });
    }

    /// Notes whether signals arrive. What happened while they did not is not known.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    fn hear(&self, hears: bool) {
        if !self.hears.send_replace(hears) && hears {
            self.tell(Signal::Anything);
        }
    }

    /// The name of this moment: a page that was read after it and is told everything since has missed nothing.
    pub fn mark(&self) -> String {
        self.name(self.number.load(Ordering::SeqCst))
    }

    /// The name of the moment of a signal.
    pub fn name(&self, number: u64) -> String {
        format!("{}-{number}", self.start)
    }

    /// Listens from now on: to signals, and to whether they arrive at all.
    pub fn listen(&self) -> (broadcast::Receiver<Numbered>, watch::Receiver<bool>) {
        (self.sender.subscribe(), self.hears.subscribe())
    }
}

#[cfg(feature = "postgres")]
pub(super) use listener::Listener;

#[cfg(feature = "postgres")]
mod listener {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::JoinHandle;
    use std::time::{Duration, Instant};

    use diesel::connection::SimpleConnection;
    use secrecy::{ExposeSecret, SecretString};

    use super::super::connection::establish;
    use super::{Signal, Signals};

    /// How often the connection is looked at; a look asks the server nothing.
    const LOOK: Duration = Duration::from_millis(50);
    /// How often the server is asked whether it is still there.
    const ALIVE: Duration = Duration::from_secs(10);
    const LONGEST_REST: Duration = Duration::from_secs(10);

    /// The thread that listens to PostgreSQL.
    pub struct Listener {
        stop: Arc<AtomicBool>,
        thread: Option<JoinHandle<()>>,
    }

    impl Listener {
        /// Listens until it is dropped, and connects anew when the connection breaks.
        pub fn start(url: SecretString, signals: Arc<Signals>) -> std::io::Result<Self> {
            let stop = Arc::new(AtomicBool::new(false));
            let stopped = Arc::clone(&stop);
            let thread = std::thread::Builder::new()
                .name("store-signals".to_owned())
                .spawn(move || keep_listening(&url, &signals, &stopped))?;
            Ok(Self { stop, thread: Some(thread) })
        }
    }

    impl Drop for Listener {
        /// Waits until the thread has closed its connection, as the writer does.
        fn drop(&mut self) {
            self.stop.store(true, Ordering::Relaxed);
            if let Some(thread) = self.thread.take() {
                let _ = thread.join();
            }
        }
    }

    fn keep_listening(url: &SecretString, signals: &Signals, stop: &AtomicBool) {
        let mut rest = LOOK;
        while !stop.load(Ordering::Relaxed) {
            if let Err(error) = listen(url, signals, stop, &mut rest) {
                // The database's own words may hold the URL.
                tracing::warn!(kind = %error, "what changed is not heard: open pages look again by themselves");
            }
            signals.hear(false);
            let until = Instant::now() + rest;
            rest = (rest * 2).min(LONGEST_REST);
            while Instant::now() < until && !stop.load(Ordering::Relaxed) {
                std::thread::sleep(LOOK);
            }
        }
    }

    fn listen(
        url: &SecretString,
        signals: &Signals,
        stop: &AtomicBool,
        rest: &mut Duration,
    ) -> Result<(), &'static str> {
        let mut connection = establish(url.expose_secret()).map_err(|_| "no connection")?;
        connection
            .batch_execute("SET statement_timeout = '5s'; LISTEN mfa_desk")
            .map_err(|_| "not allowed to listen")?;
        signals.hear(true);
        *rest = LOOK;
        let mut asked = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            for notification in connection.notifications_iter() {
                signals.tell(Signal::from_code(&notification.map_err(|_| "the connection broke")?.payload));
            }
            if asked.elapsed() >= ALIVE {
                connection.batch_execute("SELECT 1").map_err(|_| "the connection broke")?;
                asked = Instant::now();
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_survives_its_code_and_what_is_unknown_means_anything() {
        let case = Signal::Case("MFA-7K3Q-9ZDN".parse().unwrap());
        for signal in [case, Signal::People, Signal::Anything] {
            assert_eq!(Signal::from_code(signal.code()), signal);
        }
        assert_eq!(Signal::from_code("tomorrow's"), Signal::Anything);
    }

    #[test]
    fn a_start_is_never_taken_for_another() {
        let (one, other) = (Signals::new(true), Signals::new(true));
        assert_ne!(one.mark(), other.mark());
        let before = one.mark();
        one.tell(Signal::People);
        assert_ne!(one.mark(), before);
    }

    #[test]
    fn who_could_not_hear_is_told_that_anything_may_have_changed() {
        let signals = Signals::new(true);
        let (mut heard, _) = signals.listen();
        signals.hear(true);
        assert!(heard.try_recv().is_err(), "nothing was lost");
        signals.hear(false);
        signals.hear(true);
        assert_eq!(heard.try_recv().unwrap().signal, Signal::Anything);
    }
}
