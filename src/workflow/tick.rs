use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, Done, command};
use super::{Desk, contacts, deadlines, phone_change};
use crate::domain::actor::Actor;
use crate::domain::case::Command;
use crate::domain::ids::{ContactChangeId, EntryId, PhoneChangeId};
use crate::domain::reference::CaseRef;
use crate::store::{StoreError, Tx, cases, clocks, contact_changes, phone_changes, throttle};

const BATCH: i64 = 100;

/// How failures of timers are counted.
const FAILED: &str = "timer";
/// How far back failures are counted.
const COUNTED: TimeDelta = TimeDelta::hours(24);
const LONGEST_MINUTES: i64 = 60;

/// Something that time acts on.
#[derive(Debug, Clone)]
enum Timed {
    Case(CaseRef),
    PhoneChange(PhoneChangeId, CaseRef),
    Contact(ContactChangeId),
    /// A deadline that comes near or is over.
    Clock(CaseRef),
}

impl fmt::Display for Timed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(reference) | Self::Clock(reference) => reference.fmt(f),
            Self::PhoneChange(id, _) => id.fmt(f),
            Self::Contact(id) => id.fmt(f),
        }
    }
}

impl Timed {
    fn put_off(&self, tx: &mut Tx<'_>, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool, StoreError> {
        match self {
            Self::Case(reference) => cases::put_off(tx, reference, now, until),
            Self::PhoneChange(id, _) => phone_changes::put_off(tx, *id, now, until),
            Self::Contact(id) => contact_changes::put_off(tx, *id, now, until),
            Self::Clock(reference) => clocks::put_off(tx, reference, now, until),
        }
    }
}

/// How long a timer rests that failed so often before: one minute, doubled each time, an hour at most.
fn rest(failures: i64) -> TimeDelta {
    let doubled = u32::try_from(failures).ok().and_then(|failures| 1_i64.checked_shl(failures.min(6)));
    TimeDelta::minutes(doubled.unwrap_or(LONGEST_MINUTES).min(LONGEST_MINUTES))
}

impl Desk {
    /// Lets time act on the cases, the changes of telephone numbers and of contacts it is due for, and answers on how many it did.
    /// Several instances may do so at once: each leaves out what another holds.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was not done is due again.
    pub async fn tick(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let due = self.store.read(move |connection| cases::due(connection, now, BATCH)).await?;
        let mut moved = self.tick_each(due.into_iter().map(Timed::Case), now).await;
        let due = self.store.read(move |connection| phone_changes::due(connection, now, BATCH)).await?;
        moved += self.tick_each(due.into_iter().map(|(id, reference)| Timed::PhoneChange(id, reference)), now).await;
        let due = self.due_contacts(BATCH).await?;
        moved += self.tick_each(due.into_iter().map(Timed::Contact), now).await;
        let due = self.store.read(move |connection| clocks::due(connection, now, BATCH)).await?;
        moved += self.tick_each(due.into_iter().map(Timed::Clock), now).await;
        if moved > 0 {
            self.run_errands();
        }
        Ok(moved)
    }

    /// What fails must not keep the others from their time, nor be tried every second.
    async fn tick_each(&self, due: impl Iterator<Item = Timed> + Send, now: DateTime<Utc>) -> usize {
        let mut moved = 0;
        for timed in due {
            let failure = match self.tick_one(timed.clone(), now).await {
                Ok(None) => continue,
                Ok(Some(Ok(()))) => {
                    moved += 1;
                    continue;
                }
                Ok(Some(Err(halt))) => halt.to_string(),
                // It is the database that has no time, not this timer that cannot run.
                Err(error) if error.is_passing() => {
                    tracing::warn!(%timed, %error, "a timer has to wait");
                    continue;
                }
                Err(error) => error.to_string(),
            };
            tracing::error!(%timed, error = failure, "a timer could not run");
            if let Err(error) = self.put_off(timed.clone(), now).await {
                tracing::error!(%timed, %error, "a timer that failed could not be put off");
            }
        }
        moved
    }

    /// The lease of a timer is the lock that its transaction holds: what a killed worker began is undone, and due for
    /// the next. Nothing when another holds it, or it is not due any more.
    async fn tick_one(&self, timed: Timed, now: DateTime<Utc>) -> Result<Option<Result<(), super::Halt>>, StoreError> {
        let (kit, directories) = (self.kit.clone(), self.directories.others.clone());
        let act = Act { actor: Actor::System, ip: String::new(), at: now };
        let tick = move |tx: &mut Tx<'_>| {
            let done: Done<()> = match &timed {
                Timed::Contact(id) => return contacts::tick(tx, &kit, &act, &directories, *id),
                Timed::Case(reference) => {
                    let Some(filed) = cases::claim(tx, reference)? else { return Ok(None) };
                    if !cases::is_due(tx, filed.case.id, now)? {
                        return Ok(None);
                    }
                    command(tx, &kit, &act, &filed, &Command::Tick).map(|done| done.map(|_| ()))
                }
                Timed::Clock(reference) => {
                    let Some(filed) = cases::claim(tx, reference)? else { return Ok(None) };
                    if filed.filing.clocks.alarm_at().is_none_or(|at| at > now) {
                        return Ok(None);
                    }
                    deadlines::ring(tx, &kit, &act, &filed).map(Ok)
                }
                // A change is held by its case, as everything is that happens to it.
                Timed::PhoneChange(id, reference) => {
                    let Some(filed) = cases::claim(tx, reference)? else { return Ok(None) };
                    if !phone_changes::is_due(tx, *id, now)? {
                        return Ok(None);
                    }
                    phone_change::tick(tx, &kit, &act, *id, &filed)
                }
            };
            done.map(Some)
        };
        self.store.write(tick).await
    }

    async fn put_off(&self, timed: Timed, now: DateTime<Utc>) -> Result<(), StoreError> {
        let kit = self.kit.clone();
        let put_off = move |tx: &mut Tx<'_>| {
            let subject = timed.to_string();
            let failures = throttle::count(tx.connection, FAILED, &subject, now, COUNTED)?;
            // Of instances that fail at the same moment one puts it off, and it is one failure.
            if timed.put_off(tx, now, now + rest(failures))? {
                throttle::add(tx, &[(kit.id(EntryId::new, now), FAILED, &subject)], now)?;
            }
            Ok(())
        };
        self.store.write(put_off).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_fails_rests_longer_each_time_but_no_longer_than_an_hour() {
        let minutes: Vec<i64> = [0, 1, 2, 5, 6, 30, i64::MAX].map(|failures| rest(failures).num_minutes()).to_vec();
        assert_eq!(minutes, [1, 2, 4, 32, 60, 60, 60]);
    }
}
