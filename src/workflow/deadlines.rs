//! The clocks of cases: how acts move them, and who is told when the time of one comes near or is over.

use chrono::{DateTime, Utc};

use super::act::Act;
use super::alarm;
use super::{Desk, Kit};
use crate::domain::account::Tier;
use crate::domain::alarm::AlarmKind;
use crate::domain::audit::{details, timestamp};
use crate::domain::case::{Case, Command};
use crate::domain::evidence::CheckKind;
use crate::domain::form::Language;
use crate::domain::ids::OutboxId;
use crate::domain::sla::{Clocks, Happened, Told, Which};
use crate::notify::mail::DeadlineWords;
use crate::store::agents::Agent;
use crate::store::audit::tree::size_and_root;
use crate::store::cases::{self, Filed};
use crate::store::clocks::{self, DeadlineErrand};
use crate::store::outbox::{self, Errand, Leased};
use crate::store::{AnyConnection, StoreError, Tx, agents};

/// What a command is to the clocks; `told` when the customer is mailed about it.
pub(super) fn happened(act: &Act, command: &Command, told: bool) -> Happened {
    match command {
        _ if act.actor.agent().is_none() => Happened::Other,
        Command::RecordCheck(check) if check.kind == CheckKind::Document => Happened::DeskExamined,
        Command::RecordCheck(_) | Command::Approve(_) | Command::Deactivate(_) => Happened::DeskActed,
        _ if told => Happened::DeskActed,
        _ => Happened::Other,
    }
}

/// The clocks of a case that the desk has from now on.
pub(super) fn opened(kit: &Kit, case: &Case, tier: Option<Tier>, language: Language, now: DateTime<Utc>) -> Clocks {
    let agreement = kit.agreements.of(tier, Some(language));
    Clocks::default().turned(case, Happened::Other, (agreement, agreement), now)
}

/// The clocks of a case once something happened to it and it is as it is now.
pub(super) fn turned(
    connection: &mut AnyConnection,
    kit: &Kit,
    before: &Clocks,
    (case, tier): (&Case, Option<Tier>),
    happened: Happened,
    now: DateTime<Utc>,
) -> Result<Clocks, StoreError> {
    let language = match kit.agreements.queues.is_empty() {
        true => None,
        false => Some(cases::language(connection, case.id)?),
    };
    let agreement = kit.agreements.of(tier, language);
    let held = kit.agreements.named(&before.queue).unwrap_or(agreement);
    Ok(before.turned(case, happened, (held, agreement), now))
}

/// The same case with its clocks where they are after something happened that changes nothing else.
pub(super) fn after(
    tx: &mut Tx<'_>,
    kit: &Kit,
    filed: &Filed,
    happened: Happened,
    now: DateTime<Utc>,
) -> Result<Filed, StoreError> {
    let mut after = filed.clone();
    let of = (&filed.case, filed.filing.tier);
    after.filing.clocks = turned(tx.connection, kit, &filed.filing.clocks, of, happened, now)?;
    if after != *filed {
        cases::update(tx, filed, &after)?;
    }
    Ok(after)
}

const fn action(which: Which, told: Told) -> &'static str {
    match (which, told) {
        (Which::FirstReply, Told::Missed) => "case.reply_missed",
        (Which::FirstReply, _) => "case.reply_near",
        (Which::NextStep, Told::Missed) => "case.step_missed",
        (Which::NextStep, _) => "case.step_near",
    }
}

const fn alarm_of(which: Which) -> AlarmKind {
    match which {
        Which::FirstReply => AlarmKind::ReplyMissed,
        Which::NextStep => AlarmKind::StepMissed,
    }
}

/// Until when one of the clocks runs.
fn due(clocks: &Clocks, which: Which) -> Option<DateTime<Utc>> {
    match which {
        Which::FirstReply => clocks.reply_clock(),
        Which::NextStep => clocks.next_step.map(|next| next.clock),
    }
    .map(|clock| clock.due)
}

/// Tells whoever can do something about it that the time of a clock comes near or is over, each thing once: the holder,
/// supervisors where nobody holds the case, and by an alarm of every supervisor when it is over.
pub(super) fn ring(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed) -> Result<(), StoreError> {
    let mut after = filed.filing.clocks.clone();
    let rings = after.ring(act.at);
    clocks::keep(tx, filed.case.id, &after)?;
    let able = |agent: &Agent| agent.suspended_at.is_none() && !filed.case.is_about(agent.id);
    let staff: Vec<Agent> = agents::all(tx.connection)?.into_iter().filter(able).collect();
    for (which, told) in rings {
        let Some(due) = due(&after, which) else { continue };
        tx.record(act.case_entry(action(which, told), filed, details([("due", timestamp(due).into())])));
        if told == Told::Missed {
            alarm::raise(tx, kit, act, filed, alarm_of(which))?;
        }
        let holder = staff.iter().find(|agent| Some(agent.id) == filed.case.holder);
        let told_by_alarm = |agent: &&Agent| told == Told::Missed && agent.role.supervises();
        let stand_in = staff.iter().filter(|agent| holder.is_none() && agent.role.supervises());
        for agent in holder.into_iter().chain(stand_in).filter(|agent| !told_by_alarm(agent)) {
            let errand = Errand::Deadline(DeadlineErrand { agent: agent.id, which, told, due });
            outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)?;
        }
    }
    Ok(())
}

/// What a mail says of a clock.
fn words(clocks: &Clocks, which: Which, told: Told) -> String {
    let what = match which {
        Which::FirstReply => "First reply",
        Which::NextStep => clocks.next_step.map_or("Next step", |next| next.step.label()),
    };
    format!("{what}: {}", if told == Told::Missed { "overdue" } else { "due soon" })
}

impl Desk {
    /// Mails somebody at the desk about a deadline, unless what was owed has been done since.
    pub(super) async fn send_deadline(&self, leased: &Leased, errand: DeadlineErrand) -> Result<(), StoreError> {
        let (reference, agent) = (leased.reference.clone(), errand.agent);
        let read = move |connection: &mut AnyConnection| {
            Ok((cases::find(connection, &reference)?, agents::find(connection, agent)?, size_and_root(connection)?))
        };
        let (filed, agent, head) = self.store.read(read).await?;
        let filed = filed.filter(|filed| due(&filed.filing.clocks, errand.which) == Some(errand.due));
        let agent = agent.filter(|agent| agent.suspended_at.is_none());
        let (Some(filed), Some(agent)) = (filed, agent) else {
            let (id, at) = (leased.id, self.now());
            return self.store.write(move |tx| outbox::done(tx, id, at)).await;
        };
        let words = DeadlineWords {
            product: self.kit.product.clone(),
            reference: leased.reference.to_string(),
            what: words(&filed.filing.clocks, errand.which, errand.told),
            due: errand.due.format("%-d %B %Y, %H:%M UTC").to_string(),
            held: filed.case.holder == Some(agent.id),
            url: self.kit.url(&format!("/desk/cases/{}", leased.reference)),
        };
        self.mail_colleague(leased, (agent, head), ("deadline", self.templates.deadline(&words))).await
    }
}
