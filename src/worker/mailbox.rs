use std::collections::HashSet;
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
/// The lease is renewed while many mails are read.
const RENEWAL: Duration = Duration::from_secs(30);

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
    while !*stopped.borrow() {
        let pause = match desk.hold_mailbox(&name, &holder).await {
            Ok(true) => {
                let ended = hold(&desk, (&name, &holder), &mut retry, &mut stopped).await;
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
            tracing::error!(%error, "a mail could not be stored; it waits in the mailbox");
            "a mail in it could not be stored and waits".to_owned()
        }
    };
    if let Err(error) = desk.report_mailbox(name, Some(&why)).await {
        tracing::error!(%error, "that the mailbox cannot be read could not be stored");
    }
}

/// Mails that stay where they are while others are read.
#[derive(Default)]
struct Left {
    /// What could not be fetched: not again on this connection.
    gone: HashSet<u32>,
    /// Since when there is no room for a mail of no case.
    full: Option<Instant>,
    /// Those for which there was none.
    crowded: HashSet<u32>,
}

impl Left {
    fn all(&mut self) -> HashSet<u32> {
        if self.full.is_some_and(|since| since.elapsed() > NO_ROOM) {
            self.full = None;
            self.crowded.clear();
        }
        self.gone.union(&self.crowded).copied().collect()
    }

    fn crowd(&mut self, uid: u32) {
        self.full.get_or_insert_with(Instant::now);
        self.crowded.insert(uid);
    }
}

/// Reads until the lease is lost or the program stops.
async fn hold(
    desk: &Desk,
    (name, holder): (&str, &str),
    retry: &mut Duration,
    stopped: &mut watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let Some(mailbox) = ImapMailbox::new(&desk.kit.inbound.imap)? else { return Ok(()) };
    let mut open = mailbox.open().await?;
    let mut left = Left::default();
    let longest = Duration::from_secs(desk.kit.inbound.imap.poll_seconds.into());
    loop {
        if !read_all(desk, (name, holder), &mut open, (&mut left, &mut *retry), stopped).await? || *stopped.borrow() {
            open.close().await;
            return Ok(());
        }
        // Not before everything was read: a mail that cannot be stored is a trouble however well the mailbox opens.
        if desk.mailbox.trouble().is_some() {
            desk.report_mailbox(name, None).await?;
        }
        let mut stopping = stopped.clone();
        open = open.wait(longest, async move { _ = stopping.changed().await }).await?;
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
    let largest = desk.kit.inbound.largest_bytes();
    let mut renewed = Instant::now();
    loop {
        let waiting = open.waiting(&left.all()).await?;
        if waiting.is_empty() {
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
            let taken = if size > largest {
                match open.head(uid).await? {
                    Some(head) => Some(desk.take_head(head, size, Way::Imap).await?),
                    None => None,
                }
            } else {
                match open.fetch(uid).await? {
                    Some(mail) => Some(desk.take_mail(mail, Way::Imap).await?),
                    None => None,
                }
            };
            match taken {
                Some(Taken::New(_) | Taken::Known) => {
                    open.done(uid).await?;
                    *retry = FIRST_RETRY;
                }
                Some(Taken::NoRoom) => left.crowd(uid),
                None => _ = left.gone.insert(uid),
            }
        }
    }
}
