//! What happened to a case, in one line: the log's entries, what was written, and mails.

use chrono::{DateTime, TimeDelta, Utc};

use super::Desk;
use super::act::Halt;
use crate::domain::audit::{Entry, timestamp};
use crate::domain::audit_filter::Filter;
use crate::domain::reference::CaseRef;
use crate::store::cases::{self, WrittenEntry};
use crate::store::outbox::{self, MailRow};
use crate::store::{AnyConnection, StoreError, audit, links};

/// Lines of one page. What happened at one moment is never parted, so that a page may have more.
pub const PAGE: usize = 100;

/// Which lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Everything; an entry about a text that stands here itself is left out.
    All,
    /// What people wrote, to each other and to colleagues.
    Conversation,
    /// Every entry of the log.
    Events,
}

/// Which part of a case's timeline is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelineAsked {
    /// Which lines.
    pub shown: Shown,
    /// The oldest line stands first.
    pub oldest_first: bool,
    /// The page begins here: older than this moment or, where the oldest stands first, not older.
    pub from: Option<DateTime<Utc>>,
    /// Everything at once, for paper.
    pub whole: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Somebody or something did something.
    Event(Entry),
    /// A message, a note or a reason.
    Written(WrittenEntry),
    /// A mail, with what became of it.
    Mail(MailRow),
    /// A mailed link was opened, and its button not pressed by that.
    Opened(DateTime<Utc>),
}

/// A page of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Its lines, in the order that was asked for.
    pub lines: Vec<(DateTime<Utc>, Line)>,
    /// Where the next page begins; none after the last.
    pub next: Option<DateTime<Utc>>,
}

/// Entries whose text, mail or link is a line of its own.
const TOLD_OTHERWISE: [&str; 7] = [
    "case.mail_received",
    "case.note_added",
    "case.message_sent",
    "case.message_received",
    "case.reason_given",
    "mail.sent",
    "link.opened",
];

/// A subscriber that is gone would fill every case with entries that say nothing of it.
const OF_SUBSCRIBERS: &str = "event.";

/// Whether an entry of a case's log is about the case, and not about who was told of it.
pub fn is_told(entry: &Entry) -> bool {
    !entry.action.starts_with(OF_SUBSCRIBERS)
}

fn is_line(entry: &Entry) -> bool {
    !TOLD_OTHERWISE.contains(&entry.action.as_str()) && is_told(entry)
}

fn at(entry: &Entry) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&entry.at).map_or(DateTime::<Utc>::MIN_UTC, |at| at.to_utc())
}

/// Puts lines into the wanted order and cuts a page off, never between lines of one moment. Of what happened at `edge` or
/// beyond it not everything was read.
fn page(mut lines: Vec<(DateTime<Utc>, Line)>, asked: &TimelineAsked, edge: Option<DateTime<Utc>>) -> Timeline {
    let instant = TimeDelta::microseconds(1);
    // Where a page begins whose first line may be of this moment, and of the moment after it.
    let from = |at: DateTime<Utc>| if asked.oldest_first { at } else { at + instant };
    let after = |at: DateTime<Utc>| if asked.oldest_first { at + instant } else { at };
    // Lines of one moment stay as they were read: the order in which they were written.
    lines.sort_by_key(|(at, _)| *at);
    if !asked.oldest_first {
        lines.reverse();
    }
    let mut next = None;
    if let Some(edge) = edge {
        // A moment that alone is more than is read at a time is not waited for.
        let stuck = asked.from == Some(from(edge));
        next = Some(if stuck { after(edge) } else { from(edge) });
        lines.retain(|(at, _)| stuck || *at != edge);
    }
    let Some((cut, _)) = lines.get(PAGE).filter(|_| !asked.whole) else { return Timeline { lines, next } };
    let cut = *cut;
    let kept = lines.iter().take_while(|(at, _)| *at != cut).count();
    if kept > 0 {
        lines.truncate(kept);
        return Timeline { lines, next: Some(from(cut)) };
    }
    // More happened at one moment than fits: all of it, and on from there.
    let end = lines.iter().take_while(|(at, _)| *at == cut).count();
    if end < lines.len() {
        lines.truncate(end);
        next = Some(after(cut));
    }
    Timeline { lines, next }
}

fn entries(
    connection: &mut AnyConnection,
    reference: &CaseRef,
    asked: &TimelineAsked,
) -> Result<(Vec<Entry>, bool), StoreError> {
    let mut filter = Filter { case_ref: Some(reference.to_string()), ..Filter::default() };
    let from = asked.from.map(timestamp);
    if asked.oldest_first {
        filter.from = from
    } else {
        filter.to = from
    }
    // A page more than is shown: entries that are no lines and moments that are not parted stand between.
    let limit = if asked.whole { audit::CHUNK } else { i64::try_from(3 * PAGE).unwrap_or(i64::MAX) };
    let mut found = if asked.oldest_first {
        audit::after(connection, &filter, i64::MIN, limit)?
    } else {
        audit::before(connection, &filter, i64::MAX, limit)?
    };
    let more = i64::try_from(found.len()).is_ok_and(|count| count >= limit);
    if !asked.oldest_first {
        found.reverse();
    }
    Ok((found, more))
}

fn read(
    connection: &mut AnyConnection,
    reference: &CaseRef,
    asked: &TimelineAsked,
) -> Result<Option<Timeline>, StoreError> {
    let Some(filed) = cases::find(connection, reference)? else { return Ok(None) };
    let (found, more) = match asked.shown {
        Shown::Conversation => (Vec::new(), false),
        Shown::All | Shown::Events => entries(connection, reference, asked)?,
    };
    // Beyond what was read of the log nothing else is shown either: the next page has both.
    let edge = match (more, asked.oldest_first) {
        (false, _) => None,
        (true, true) => found.last().map(at),
        (true, false) => found.first().map(at),
    };
    let mut lines: Vec<(DateTime<Utc>, Line)> = Vec::new();
    if asked.shown != Shown::Events {
        let written = cases::entries(connection, filed.case.id)?;
        lines.extend(written.into_iter().map(|entry| (entry.at, Line::Written(entry))));
    }
    if asked.shown == Shown::All {
        let mails = outbox::mails(connection, filed.case.id)?;
        lines.extend(mails.into_iter().map(|mail| (mail.at, Line::Mail(mail))));
        let opened = links::opened_unconfirmed(connection, filed.case.id)?;
        lines.extend(opened.into_iter().map(|at| (at, Line::Opened(at))));
    }
    let beyond = |at: DateTime<Utc>| match (asked.from, edge) {
        (Some(from), _) if asked.oldest_first && at < from => true,
        (Some(from), _) if !asked.oldest_first && at >= from => true,
        (_, Some(edge)) => {
            if asked.oldest_first {
                at > edge
            } else {
                at < edge
            }
        }
        _ => false,
    };
    lines.retain(|(at, _)| !beyond(*at));
    let wanted = |entry: &Entry| asked.shown == Shown::Events || is_line(entry);
    lines.extend(found.into_iter().filter(wanted).map(|entry| (at(&entry), Line::Event(entry))));
    Ok(Some(page(lines, asked, edge)))
}

impl Desk {
    /// A page of a case's timeline. Whoever looks has looked at the case, which records it.
    ///
    /// # Errors
    /// [`Halt::NoSuchCase`]; [`StoreError`] when the database fails.
    pub async fn timeline(
        &self,
        reference: CaseRef,
        asked: TimelineAsked,
    ) -> Result<Result<Timeline, Halt>, StoreError> {
        let found = self.store.read_snapshot(move |connection| read(connection, &reference, &asked)).await?;
        Ok(found.ok_or(Halt::NoSuchCase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_500_000 + second, 0).unwrap()
    }

    fn asked(oldest_first: bool) -> TimelineAsked {
        TimelineAsked { shown: Shown::All, oldest_first, from: None, whole: false }
    }

    /// Pages until the end, each made of what a reader would find from its beginning on.
    fn walk(all: &[i64], oldest_first: bool) -> Vec<Vec<i64>> {
        let (mut pages, mut from) = (Vec::new(), None);
        loop {
            let inside = |second: &&i64| match from {
                None => true,
                Some(from) if oldest_first => at(**second) >= from,
                Some(from) => at(**second) < from,
            };
            let lines = all.iter().filter(inside).map(|second| (at(*second), Line::Opened(at(*second)))).collect();
            let found = page(lines, &asked(oldest_first), None);
            pages.push(found.lines.iter().map(|(when, _)| (*when - at(0)).num_seconds()).collect());
            match found.next {
                Some(next) => from = Some(next),
                None => return pages,
            }
        }
    }

    #[test]
    fn pages_hold_everything_once_and_part_no_moment() {
        let mut all: Vec<i64> = (0..250).collect();
        // Half a page at one moment, and more than a page at another.
        all.extend(std::iter::repeat_n(120, 60));
        all.extend(std::iter::repeat_n(200, 150));
        for oldest_first in [true, false] {
            let pages = walk(&all, oldest_first);
            let mut shown: Vec<i64> = pages.concat();
            let mut wanted = all.clone();
            wanted.sort_unstable();
            if !oldest_first {
                wanted.reverse();
            }
            assert_eq!(shown, wanted, "oldest first: {oldest_first}");
            for pair in pages.windows(2) {
                assert_ne!(pair[0].last(), pair[1].first(), "one moment stands on two pages");
            }
            shown.dedup();
            assert_eq!(shown.len(), 250);
        }
    }

    #[test]
    fn what_was_left_unread_is_on_the_next_page() {
        let lines = (0..10).map(|second| (at(second), Line::Opened(at(second)))).collect();
        let found = page(lines, &asked(true), Some(at(9)));
        assert_eq!((found.lines.len(), found.next), (9, Some(at(9))));
        // Even where nothing of it was a line.
        let found = page(Vec::new(), &asked(false), Some(at(9)));
        assert_eq!((found.lines.len(), found.next), (0, Some(at(9) + TimeDelta::microseconds(1))));
        // And a moment without end holds nothing up.
        let again = TimelineAsked { from: found.next, ..asked(false) };
        assert_eq!(page(Vec::new(), &again, Some(at(9))).next, Some(at(9)));
    }
}
