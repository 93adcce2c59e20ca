use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::domain::inbound::Way;
use crate::notify::inbound::{ImapError, ImapMailbox, OpenMailbox};
use crate::store::StoreError;
use crate::workflow::{Desk, Taken};

/// The shortest and the longest wait before a mailbox is tried again that could not be read.
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LONGEST_RETRY: Duration = Duration::from_secs(300);
/// How long an instance leaves the mailbox to the one that reads it.
const LEAVE: Duration = Duration::from_secs(30);
/// When a mail for which there was no room is tried again.
const NO_ROOM: Duration = Duration::from_secs(600);
/// The first wait before a mail is tried again that could not be stored; each further one is twice as long.
const FIRST_TRY: Duration = Duration::from_secs(1);
/// Tries after which such a mail is set aside.
const TRIES: u32 = 5;
/// The lease is renewed while many mails are read.
const RENEWAL: Duration = Duration::from_secs(30);

/// What the desk is told while mails wait in the mailbox.
const WAITS: &str = "a mail in it could not be fetched or stored and waits";

/// Why a round ended early.
enum Trouble {
    Mailbox(ImapError),
    Store(StoreError),
}

impl From<ImapError> for Trouble {
    fn from(error: ImapError) -> Self {
        Self::Mailbox(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads the mailbox, unless another instance does. A mail is marked only when it is stored, so that a crash between
/// loses none; whatever comes twice is stored once.
pub(super) async fn run(desk: Arc<Desk>, mut stopped: watch::Receiver<bool>) {
    let settings = &desk.kit.inbound.imap;
    let Some(name) = settings.mailbox() else { return };
    let holder = hex::encode(desk.kit.entropy.bytes::<8>());
    let mut retry = FIRST_RETRY;
    let mut left = Left::default();
    while !*stopped.borrow() {
        let pause = match desk.hold_mailbox(&name, &holder).await {
            Ok(true) => {
                let ended = hold(&desk, (&name, &holder), (&mut left, &mut retry), &mut stopped).await;
                match ended {
                    Ok(()) => LEAVE,
                    Err(trouble) => {
                        tell(&desk, &name, trouble).await;
                        let pause = retry;
                        retry = (retry * 2).min(LONGEST_RETRY);
                        pause
                    }
                }
            }
            Ok(false) => LEAVE,
            Err(error) => {
                tracing::error!(%error, "the mailbox could not be taken");
                LEAVE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
    if let Err(error) = desk.release_mailbox(&name, &holder).await {
        tracing::warn!(%error, "the mailbox could not be let go");
    }
}

async fn tell(desk: &Desk, name: &str, trouble: Trouble) {
    let why = match trouble {
        Trouble::Mailbox(error) => {
            tracing::error!(%error, "the mailbox cannot be read");
            error.to_string()
        }
        Trouble::Store(error) => {
            tracing::error!(%error, "mails cannot be stored; they wait in the mailbox");
            WAITS.to_owned()
        }
    };
    if let Err(error) = desk.report_mailbox(name, Some(&why)).await {
        tracing::error!(%error, "that the mailbox cannot be read could not be stored");
    }
}

/// Mails that stay where they are while others are read.
#[derive(Default)]
struct Left {
    /// What the server counts its numbers of mails by (RFC 3501 §2.3.1.1): with another one they are other mails.
    validity: Option<u32>,
    /// What could not be fetched: not again on this connection.
    gone: HashSet<u32>,
    /// Since when there is no room for a mail of no case.
    full: Option<Instant>,
    /// Those for which there was none.
    crowded: HashSet<u32>,
    /// Those that could not be fetched or stored.
    refused: HashMap<u32, Refused>,
}

/// A mail that could not be fetched or stored.
struct Refused {
    tries: u32,
    again: Instant,
}

impl Left {
    /// Begins with a new connection.
    fn connected(&mut self, validity: Option<u32>) {
        self.gone.clear();
        if self.validity != validity {
            *self = Self { validity, ..Self::default() };
        }
    }

    fn all(&mut self, now: Instant) -> HashSet<u32> {
        if self.full.is_some_and(|since| now.duration_since(since) > NO_ROOM) {
            self.full = None;
            self.crowded.clear();
        }
        let waiting = self.refused.iter().filter(|(_, refused)| refused.again > now).map(|(uid, _)| *uid);
        self.gone.union(&self.crowded).copied().chain(waiting).collect()
    }

    fn crowd(&mut self, uid: u32, now: Instant) {
        self.full.get_or_insert(now);
        self.crowded.insert(uid);
    }

    /// A mail could not be fetched or stored. True when that was tried often enough.
    fn refuse(&mut self, uid: u32, now: Instant) -> bool {
        let refused = self.refused.entry(uid).or_insert(Refused { tries: 0, again: now });
        refused.tries += 1;
        let wait = FIRST_TRY.saturating_mul(2_u32.saturating_pow(refused.tries - 1)).min(LONGEST_RETRY);
        let enough = refused.tries >= TRIES;
        refused.again = now + if enough { LONGEST_RETRY } else { wait };
        enough
    }

    /// Of those whose time had come at that moment, and that were asked for, none was there any more.
    fn forget_missing(&mut self, asked: Instant) {
        self.refused.retain(|uid, refused| refused.again > asked || self.crowded.contains(uid));
    }

    fn settled(&mut self, uid: u32) {
        self.refused.remove(&uid);
    }

    /// Whether a mail can neither be fetched and stored nor set aside.
    fn is_stuck(&self) -> bool {
        self.refused.values().any(|refused| refused.tries >= TRIES)
    }

    /// When one of them is to be tried again.
    fn next(&self, now: Instant) -> Option<Duration> {
        self.refused.values().map(|refused| refused.again.saturating_duration_since(now)).min()
    }
}

/// Reads until the lease is lost or the program stops.
async fn hold(
    desk: &Desk,
    lease: (&str, &str),
    (left, retry): (&mut Left, &mut Duration),
    stopped: &mut watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let (name, holder) = lease;
    let Some(mailbox) = ImapMailbox::new(&desk.kit.inbound.imap)? else { return Ok(()) };
    let mut open = mailbox.open().await?;
    left.connected(open.validity());
    let longest = Duration::from_secs(desk.kit.inbound.imap.poll_seconds.into());
    loop {
        if !read_all(desk, lease, &mut open, (left, &mut *retry), stopped).await? || *stopped.borrow() {
            open.close().await;
            return Ok(());
        }
        *retry = FIRST_RETRY;
        // Not before everything was read: a mail that cannot be stored is a trouble however well the mailbox opens.
        let trouble = left.is_stuck().then_some(WAITS);
        if trouble.is_some() || desk.mailbox.trouble().is_some() {
            desk.report_mailbox(name, trouble).await?;
        }
        let mut stopping = stopped.clone();
        let pause = left.next(Instant::now()).map_or(longest, |next| next.clamp(FIRST_TRY, longest));
        open = open.wait(pause, async move { _ = stopping.changed().await }).await?;
        if !desk.hold_mailbox(name, holder).await? {
            open.close().await;
            return Ok(());
        }
    }
}

/// Reads what waits. False when another instance took the mailbox over.
async fn read_all(
    desk: &Desk,
    (name, holder): (&str, &str),
    open: &mut OpenMailbox,
    (left, retry): (&mut Left, &mut Duration),
    stopped: &watch::Receiver<bool>,
) -> Result<bool, Trouble> {
    let mut renewed = Instant::now();
    loop {
        let asked = Instant::now();
        let waiting = open.waiting(&left.all(asked)).await?;
        if waiting.is_empty() {
            left.forget_missing(asked);
            return Ok(true);
        }
        for (uid, size) in waiting {
            if *stopped.borrow() {
                return Ok(true);
            }
            if renewed.elapsed() > RENEWAL {
                if !desk.hold_mailbox(name, holder).await? {
                    return Ok(false);
                }
                renewed = Instant::now();
            }
            let mail = match fetch(desk, open, (uid, size)).await {
                Ok(Some(mail)) => mail,
                Ok(None) => {
                    left.gone.insert(uid);
                    continue;
                }
                Err(error) => {
                    // The connection is of no more use; on the next one those behind it come first.
                    if error.is_about_a_mail() {
                        left.refuse(uid, Instant::now());
                    }
                    return Err(error.into());
                }
            };
            let (mut taken, mut enough) = (mail.take(desk).await, false);
            if let Err(error) = &taken {
                tracing::warn!(%error, uid, "a mail could not be stored");
                if !error.is_refusal() {
                    return taken.map(|_| true).map_err(Trouble::Store);
                }
                // Where nothing at all can be stored that is no fault of this mail.
                if !desk.hold_mailbox(name, holder).await? {
                    return Ok(false);
                }
                renewed = Instant::now();
                enough = left.refuse(uid, renewed);
                if enough {
                    taken = mail.set_aside(desk).await;
                }
            }
            match taken {
                Ok(Taken::New(_) | Taken::Known) => {
                    open.done(uid).await?;
                    left.settled(uid);
                    *retry = FIRST_RETRY;
                }
                Ok(Taken::NoRoom) => left.crowd(uid, Instant::now()),
                Err(error) if enough => {
                    tracing::error!(%error, uid, "a mail can neither be stored nor set aside; it waits in the mailbox");
                }
                Err(_) => {}
            }
        }
    }
}

/// What was fetched of a mail.
enum Fetched {
    Whole(Vec<u8>),
    Head(Vec<u8>, usize),
}

/// Fetches a mail, or the head of one that is too large; nothing where somebody else took it away.
async fn fetch(desk: &Desk, open: &mut OpenMailbox, (uid, size): (u32, usize)) -> Result<Option<Fetched>, ImapError> {
    Ok(if size > desk.kit.inbound.largest_bytes() {
        open.head(uid).await?.map(|head| Fetched::Head(head, size))
    } else {
        open.fetch(uid).await?.map(Fetched::Whole)
    })
}

impl Fetched {
    async fn take(&self, desk: &Desk) -> Result<Taken, StoreError> {
        match self {
            Self::Whole(mail) => desk.take_mail(mail.clone(), Way::Imap).await,
            Self::Head(head, size) => desk.take_head(head.clone(), *size, Way::Imap).await,
        }
    }

    async fn set_aside(self, desk: &Desk) -> Result<Taken, StoreError> {
        match self {
            Self::Whole(mail) => desk.set_mail_aside(mail, Way::Imap).await,
            Self::Head(head, size) => desk.take_head(head, size, Way::Imap).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_stored_is_tried_again_later_and_not_for_ever_while_others_go_on() {
        let (mut left, mut now) = (Left::default(), Instant::now());
        for tried in 1..TRIES {
            assert!(!left.refuse(7, now), "after {tried}");
            assert!(left.all(now).contains(&7) && !left.all(now).contains(&8));
            let wait = left.next(now).unwrap();
            assert_eq!(wait, FIRST_TRY * 2_u32.pow(tried - 1));
            now += wait;
            assert!(!left.all(now).contains(&7), "its time has come");
        }
        assert!(!left.is_stuck());
        assert!(left.refuse(7, now), "it is set aside");
        // If that cannot be done either, it is told, and tried now and then.
        assert!(left.is_stuck() && left.next(now) == Some(LONGEST_RETRY));
        left.connected(None);
        assert!(left.is_stuck(), "another connection is no reason to begin anew");
        left.forget_missing(now);
        assert!(left.is_stuck(), "its time has not come");
        left.crowd(7, now);
        left.forget_missing(now + LONGEST_RETRY);
        assert!(left.is_stuck(), "it was not asked for");
        assert!(!left.all(now + NO_ROOM * 2).contains(&7));
        left.forget_missing(now + LONGEST_RETRY);
        assert!(!left.is_stuck() && left.next(now).is_none());
    }

    #[test]
    fn with_other_numbers_they_are_other_mails() {
        let (mut left, now) = (Left::default(), Instant::now());
        left.connected(Some(1));
        left.refuse(7, now);
        left.crowd(8, now);
        left.gone.insert(9);
        left.connected(Some(1));
        assert_eq!(left.all(now), HashSet::from([7, 8]), "what is gone may be there again");
        left.connected(Some(2));
        assert_eq!(left.all(now), HashSet::new());
    }
}
