//! Telling other programs what happens to cases: decided in the transaction that changes the case, sent from the outbox.

use super::act::Act;
use super::{Desk, Kit, LEASE};
use crate::domain::audit::{Details, details};
use crate::domain::event::{CaseEvent, Circumstances};
use crate::domain::event_types::is_type;
use crate::domain::ids::OutboxId;
use crate::notify::subscriber::{Answer, Subscriber};
use crate::store::cases::{self, Filed};
use crate::store::events::{self, Again, LeasedEvent};
use crate::store::outbox::{self, EventErrand};
use crate::store::{StoreError, Tx};

/// Events that are sent to one subscriber at a time.
pub const SIDE_BY_SIDE: usize = 4;
/// Deliveries that one press brings back.
const MOST_AGAIN: i64 = 1000;

/// Records what happened to a case, and decides that its subscribers are told. The transaction holds the case.
pub(super) fn record(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    filed: &Filed,
    (action, about): (&str, Details),
) -> Result<(), StoreError> {
    debug_assert!(is_type(action), "{action} is in no list of types");
    tx.record(act.case_entry(action, filed, about));
    let mut listeners = kit.listeners.iter().filter(|listener| listener.wants(action)).peekable();
    if listeners.peek().is_none() {
        return Ok(());
    }
    let event = CaseEvent::of(
        &filed.case,
        &Circumstances {
            kind: action,
            at: act.at,
            by: act.actor.kind(),
            sequence: events::next_number(tx, filed.case.id)?,
            tier: filed.filing.tier,
            language: cases::language(tx.connection, filed.case.id)?,
            answer_by: filed.filing.clocks.answer_by(),
        },
    );
    for listener in listeners {
        let errand = EventErrand { event: event.clone(), give_up_at: act.at + kit.events.give_up_after() };
        events::add(tx, kit.id(OutboxId::new, act.at), &listener.name, filed.case.id, errand)?;
    }
    Ok(())
}

impl Desk {
    /// Sends what is due to every subscriber, side by side, and answers how many events there were.
    pub(super) async fn drain_events(&self) -> Result<usize, StoreError> {
        let all = self.subscribers.iter().map(|subscriber| self.drain_to(subscriber));
        let counts = futures_util::future::join_all(all).await;
        counts.into_iter().sum()
    }

    async fn drain_to(&self, subscriber: &Subscriber) -> Result<usize, StoreError> {
        let leased = self.lease_events(subscriber, SIDE_BY_SIDE).await?;
        let count = leased.len();
        futures_util::future::join_all(leased.into_iter().map(|leased| self.deliver(subscriber, leased))).await;
        Ok(count)
    }

    /// Takes events for a subscriber that are due, at most `limit`, and one of each case.
    ///
    /// # Errors
    /// [`StoreError`] when the outbox cannot be read.
    pub async fn lease_events(&self, subscriber: &Subscriber, limit: usize) -> Result<Vec<LeasedEvent>, StoreError> {
        let now = self.now();
        if subscriber.is_resting(now) {
            return Ok(Vec::new());
        }
        let (name, limit) = (subscriber.name.clone(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.store.write(move |tx| events::lease_due(tx, &name, now, LEASE, limit)).await
    }

    /// Sends an event that this instance holds; that takes less time than a lease lasts. If even its failure cannot be
    /// stored, its lease runs out and it is sent again.
    pub async fn deliver(&self, subscriber: &Subscriber, leased: LeasedEvent) {
        let id = leased.id;
        if let Err(error) = self.tell(subscriber, leased).await {
            tracing::error!(errand = %id, kind = events::EVENT, %error, "an errand could not be run");
        }
    }

    async fn tell(&self, subscriber: &Subscriber, leased: LeasedEvent) -> Result<(), StoreError> {
        let event = &leased.event.event;
        let body = event.body(self.kit.url(&format!("/desk/cases/{}", event.reference)));
        let id = leased.id;
        let answer = subscriber.send(id, self.now(), body).await;
        let act = self.system_act();
        let (why, wait) = match answer {
            Answer::Taken => {
                let taken = move |tx: &mut Tx<'_>| match events::is_held(tx, &leased)? {
                    true => outbox::done(tx, leased.id, act.at),
                    false => Ok(()),
                };
                return self.keep_outcome(id, taken).await;
            }
            Answer::Gone => ("HTTP 410: the subscriber wants no more events".to_owned(), None),
            Answer::Failed { why, wait } => {
                let settings = &self.kit.events;
                let next = self.next_try(leased.attempts, settings.first_retry(), settings.longest_retry());
                let asked = wait.and_then(|wait| chrono::TimeDelta::from_std(wait).ok()).map(|wait| act.at + wait);
                (why, Some(asked.map_or(next, |asked| asked.max(next))))
            }
        };
        let next = wait.filter(|next| *next <= leased.event.give_up_at);
        tracing::warn!(event = %leased.id, subscriber = %leased.subscriber, %why, ?next, "an event was not taken");
        let settle = move |tx: &mut Tx<'_>| {
            if !events::is_held(tx, &leased)? {
                return Ok(());
            }
            if let Some(next) = next {
                return events::put_off(tx, &leased, next, &why);
            }
            let about = details([
                ("event", leased.id.to_string().into()),
                ("subscriber", leased.subscriber.as_str().into()),
                ("type", leased.event.event.kind.clone().into()),
                ("why", why.clone().into()),
            ]);
            tx.record(act.entry("event.dead", Some(&leased.event.event.reference), None, about));
            outbox::bury(tx, leased.id, act.at, &why)
        };
        self.store.write(settle).await
    }

    /// Tries events again that were given up, and answers how many. They are the same to their subscriber.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn redeliver(&self, act: Act, again: Again) -> Result<usize, StoreError> {
        let give_up_at = act.at + self.kit.events.give_up_after();
        let revive = move |tx: &mut Tx<'_>| {
            let revived = events::revive(tx, &again, (act.at, give_up_at), MOST_AGAIN)?;
            match (&again, revived.as_slice()) {
                (_, []) => {}
                (Again::One(_), all) => {
                    for one in all {
                        let about = details([
                            ("event", one.id.to_string().into()),
                            ("subscriber", one.subscriber.as_str().into()),
                            ("type", one.event.event.kind.clone().into()),
                        ]);
                        tx.record(act.entry("event.redelivered", Some(&one.event.event.reference), None, about));
                    }
                }
                (Again::AllTo(subscriber), all) => {
                    let about = details([("subscriber", subscriber.as_str().into()), ("events", all.len().into())]);
                    tx.record(act.entry("event.redelivered", None, None, about));
                }
            }
            Ok(revived.len())
        };
        let count = self.store.write(revive).await?;
        self.run_errands();
        Ok(count)
    }

    /// Gives up what waits for subscribers that are not configured any more, after as long as any event is tried.
    pub(super) async fn bury_unwanted_events(&self) -> Result<usize, StoreError> {
        let (kit, now) = (self.kit.clone(), self.now());
        let bury = move |tx: &mut Tx<'_>| {
            let names: Vec<&str> = kit.listeners.iter().map(|listener| listener.name.as_str()).collect();
            events::bury_unwanted(tx, &names, now - kit.events.give_up_after(), now)
        };
        self.store.write(bury).await
    }
}
