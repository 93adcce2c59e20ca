use chrono::{DateTime, Utc};

use super::{Desk, Lane};
use crate::domain::case::State;
use crate::metrics::{Checkpoint, Errands, Live, Readings};
use crate::store::{StoreError, agents, audit, readings};

/// What events wait in; they have no lane of the outbox.
const EVENTS: &str = "events";

/// Seconds since then; none where it is still to come.
fn age(now: DateTime<Utc>, since: DateTime<Utc>) -> f64 {
    (now - since).num_milliseconds().max(0) as f64 / 1_000.0
}

impl Desk {
    /// What the database says of how the desk fares.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn readings(&self) -> Result<Readings, StoreError> {
        let now = self.now();
        let read = move |connection: &mut _| {
            let found = readings::open_cases(connection)?;
            let open = State::ALL.iter().filter(|state| !state.is_final()).map(|state| state.code());
            let count = |state: &str| found.iter().find(|(found, _)| found == state).map_or(0, |(_, count)| *count);
            let mut outbox: Vec<_> = Lane::ALL.iter().map(|lane| (lane.code(), Errands::default())).collect();
            outbox.push((EVENTS, Errands::default()));
            for (kind, waiting, since) in readings::outbox_waiting(connection)? {
                let lane = Lane::of(&kind).map_or(EVENTS, Lane::code);
                for (_, errands) in outbox.iter_mut().filter(|(name, _)| *name == lane) {
                    errands.waiting += waiting;
                    errands.oldest_seconds = errands.oldest_seconds.max(age(now, since));
                }
            }
            let waiting = agents::waiting(connection, now)?;
            Ok(Readings {
                cases: open.map(|state| (state, count(state))).collect(),
                overdue: readings::overdue(connection, now)?,
                outbox,
                blocks: waiting.blocks,
                alarms: waiting.alarms,
                events_given_up: waiting.deliveries,
                unmatched_mails: waiting.mails,
                audit_entries: audit::head(connection)?.seq,
                checkpoint: audit::checkpoints::newest(connection)?
                    .map(|signed| Checkpoint { entries: signed.size, age_seconds: age(now, signed.at) }),
                forwarded: Vec::new(),
            })
        };
        let forwarded = self.forwarding().await?.into_iter().map(|line| {
            let written = line.oldest.and_then(|at| at.parse::<DateTime<Utc>>().ok());
            let behind = Errands { waiting: line.behind, oldest_seconds: written.map_or(0.0, |at| age(now, at)) };
            (line.to.name.to_string(), behind)
        });
        Ok(Readings { forwarded: forwarded.collect(), ..self.store.read(read).await? })
    }

    /// What this process knows of itself, beside its pages.
    pub fn live(&self) -> Live {
        let up = |each: &crate::directory::Configured| (each.name.to_string(), each.directory.trouble().is_none());
        Live {
            streams: 0,
            passwords: self.passwords.waiting(),
            directories: self.directories.others.iter().map(up).collect(),
            mailbox: self.kit.inbound.imap.host.as_ref().map(|_| self.mailbox.trouble().is_none()),
        }
    }
}
