//! Server-sent events for open pages of the desk: that something changed, and nothing of what it was.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Query};
use serde::Deserialize;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::domain::authn::Assurance;
use crate::domain::ids::AgentSessionId;
use crate::domain::reference::CaseRef;
use crate::store::signals::{Numbered, Signal};
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::access::SignedInAgent;

/// The streams' address. Opening one is no sign that anyone sits in front of the page.
pub const EVENTS: &str = "/desk/events";
/// Open streams of one sign-in; browsers hold few connections to one host themselves.
const OF_SESSION: usize = 8;
/// Open streams of this instance.
const OF_ALL: usize = 1000;
/// How often a stream says that it is still there, and looks whether its sign-in is.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Seconds until whoever is turned away asks again.
const TURNED_AWAY: &str = "30";
/// Milliseconds until a browser that lost its stream asks again, and until one does that had to make place.
const RETRY: (u32, u32) = (3_000, 60_000);

/// The streams of this instance.
pub struct Streams {
    /// The oldest first.
    open: Mutex<Vec<Open>>,
    begun: AtomicU64,
    stopping: watch::Sender<bool>,
}

/// An open stream. It ends when this is dropped.
struct Open {
    number: u64,
    session: AgentSessionId,
    _holds: oneshot::Sender<()>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { open: Mutex::default(), begun: AtomicU64::new(0), stopping: watch::Sender::new(false) }
    }
}

impl Streams {
    /// How many are open.
    pub fn count(&self) -> usize {
        self.open.lock().map_or(0, |open| open.len())
    }

    /// Ends every stream and lets none begin: a graceful stop would wait for them.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// A place for one more stream; a sign-in that has its share gives up its oldest for it, since a browser that went
    /// on may have left that without a word.
    fn begin(streams: &Arc<Self>, session: AgentSessionId) -> Option<Slot> {
        let mut open = streams.open.lock().ok()?;
        if *streams.stopping.borrow() || open.len() >= OF_ALL {
            return None;
        }
        let mut mine = open.iter().enumerate().filter(|(_, each)| each.session == session).map(|(at, _)| at);
        if let Some(oldest) = mine.next()
            && mine.count() + 1 >= OF_SESSION
        {
            open.remove(oldest);
        }
        let number = streams.begun.fetch_add(1, Ordering::Relaxed);
        let (holds, ousted) = oneshot::channel();
        open.push(Open { number, session, _holds: holds });
        Some(Slot { streams: Arc::clone(streams), number, session, ousted })
    }
}

/// A place among the open streams, given back when the stream is dropped.
struct Slot {
    streams: Arc<Streams>,
    number: u64,
    session: AgentSessionId,
    ousted: oneshot::Receiver<()>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Ok(mut open) = self.streams.open.lock() {
            open.retain(|each| each.number != self.number);
        }
    }
}

/// What a page listens to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// One case; everything without it.
    case: String,
    /// The moment before which the page was read.
    since: String,
}

/// Where a page listens for what happens to a case, or to any.
pub fn address(agent: &SignedInAgent, case: Option<&CaseRef>) -> String {
    let case = case.map(|case| format!("&case={case}")).unwrap_or_default();
    format!("{EVENTS}?since={}{case}", agent.seen)
}

/// The stream of signals. 503 while changes cannot be heard or too many listen: the page then looks by itself.
pub async fn events(
    app: Data<App>,
    agent: SignedInAgent,
    asked: Query<Asked>,
    request: actix_web::HttpRequest,
) -> Result<HttpResponse, PageError> {
    let case = match asked.case.as_str() {
        "" => None,
        case => Some(case.parse::<CaseRef>().map_err(|_| PageError::NotFound)?),
    };
    let signals = app.desk.store.signals();
    let (heard, hears) = signals.listen();
    let slot = Streams::begin(&app.streams, agent.session.id).filter(|_| *hears.borrow());
    let Some(slot) = slot else {
        let answer = HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, TURNED_AWAY)).finish();
        return Ok(answer);
    };
    // After a reconnect the browser says what it heard last; before that, the page says when it was read.
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or(&asked.since);
    let mark = signals.mark();
    let mut greeting = format!("retry: {}\n: listening\n\n", RETRY.0);
    if last != mark {
        greeting.push_str(&event("refresh", "all", Some(&mark)));
    }
    let stream =
        Stream { stopping: app.streams.stopping.subscribe(), greeting, case, heard, hears, app, slot, over: false };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        // Proxies that gather answers before they pass them on would keep all of it.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(futures_util::stream::unfold((stream, Instant::now() + HEARTBEAT), Stream::next)))
}

fn event(name: &str, data: &str, id: Option<&str>) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {name}\ndata: {data}\n\n")
}

struct Stream {
    greeting: String,
    case: Option<CaseRef>,
    heard: Receiver<Numbered>,
    hears: watch::Receiver<bool>,
    stopping: watch::Receiver<bool>,
    app: Data<App>,
    slot: Slot,
    over: bool,
}

type Step = Option<(Result<Bytes, std::convert::Infallible>, (Stream, Instant))>;

impl Stream {
    /// The next thing to send; nothing when the stream is over.
    async fn next((mut self_, mut beat): (Self, Instant)) -> Step {
        if self_.over {
            return None;
        }
        let text = std::mem::take(&mut self_.greeting);
        if !text.is_empty() {
            return Some((Ok(text.into()), (self_, beat)));
        }
        loop {
            tokio::select! {
                heard = self_.heard.recv() => match heard {
                    Ok(Numbered { signal: Signal::People, .. }) => {
                        if !self_.is_signed_in().await {
                            return None;
                        }
                    }
                    Ok(heard) => {
                        if let Some(text) = self_.words(&heard) {
                            return Some((Ok(text.into()), (self_, beat)));
                        }
                    }
                    // The page was slower than what happened. Nothing is told one by one any more.
                    Err(RecvError::Lagged(_)) => {
                        return Some((Ok(event("refresh", "all", None).into()), (self_, beat)));
                    }
                    Err(RecvError::Closed) => return None,
                },
                () = sleep_until(beat) => {
                    if !self_.is_signed_in().await {
                        return None;
                    }
                    beat = Instant::now() + HEARTBEAT;
                    return Some((Ok(Bytes::from_static(b": still here\n\n")), (self_, beat)));
                }
                changed = self_.hears.changed() => if changed.is_err() || !*self_.hears.borrow() {
                    return None;
                },
                _ = self_.stopping.changed() => return None,
                _ = &mut self_.slot.ousted => {
                    self_.over = true;
                    return Some((Ok(format!("retry: {}\n\n", RETRY.1).into()), (self_, beat)));
                }
            }
        }
    }

    fn words(&self, heard: &Numbered) -> Option<String> {
        let id = self.app.desk.store.signals().name(heard.number);
        match (&heard.signal, &self.case) {
            (Signal::Case(changed), Some(mine)) if changed == mine => Some(event("case", mine.as_str(), Some(&id))),
            (Signal::Case(changed), None) => Some(event("queue", changed.as_str(), Some(&id))),
            (Signal::Anything, _) => Some(event("refresh", "all", Some(&id))),
            (Signal::Case(_) | Signal::People, _) => None,
        }
    }

    /// Whether the sign-in still stands: not ended, not suspended, not idle for too long.
    async fn is_signed_in(&self) -> bool {
        match self.app.desk.agent_session(self.slot.session, false).await {
            Ok(found) => found.is_some_and(|(session, _)| session.assurance == Assurance::Complete),
            // A database that is busy says nothing about the sign-in; the page tries again.
            Err(_) => false,
        }
    }
}
