//! Alarms: a row that every supervisor's page shows until somebody has seen it, and a mail to each of them.

use super::act::{Act, Halt};
use super::deliver::Handed;
use super::{Desk, Kit};
use crate::domain::alarm::AlarmKind;
use crate::domain::audit::details;
use crate::domain::ids::{AgentId, AlarmId, OutboxId};
use crate::domain::merkle::TreeHash;
use crate::notify::mail::{AlarmWords, OutgoingMail, RenderError, Rendered, SendError};
use crate::store::agents::Agent;
use crate::store::alarms::{self, Alarm};
use crate::store::audit::tree::size_and_root;
use crate::store::cases::Filed;
use crate::store::outbox::{self, Errand, Leased};
use crate::store::{StoreError, Tx, agents};

/// Alarms every supervisor and administrator of the desk, in the transaction of what they are alarmed of. One that is
/// still ringing for the same case and reason is not doubled.
pub(super) fn raise(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed, kind: AlarmKind) -> Result<(), StoreError> {
    if alarms::is_ringing(tx.connection, kind, filed.case.id)? {
        return Ok(());
    }
    let alarm = Alarm {
        id: kit.id(AlarmId::new, act.at),
        kind,
        case: Some(filed.case.id),
        account: filed.case.account,
        at: act.at,
    };
    alarms::insert(tx, &alarm)?;
    for agent in agents::all(tx.connection)? {
        if agent.role.supervises() && agent.suspended_at.is_none() {
            let errand = Errand::Alarm { alarm: alarm.id, agent: agent.id };
            outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &errand, act.at)?;
        }
    }
    let about = details([("alarm", alarm.id.to_string().into()), ("kind", kind.code().into())]);
    tx.record(act.case_entry("alarm.raised", filed, about));
    Ok(())
}

/// A supervisor who decides on a case has seen what rings for it, so that the next stop rings anew.
pub(super) fn answered(tx: &mut Tx<'_>, act: &Act, filed: &Filed) -> Result<(), StoreError> {
    let Some(by) = act.actor.agent() else { return Ok(()) };
    for id in alarms::ringing_for(tx.connection, filed.case.id)? {
        alarms::see(tx, id, by, act.at)?;
        tx.record(act.case_entry("alarm.seen", filed, details([("alarm", id.to_string().into())])));
    }
    Ok(())
}

impl Desk {
    /// **Seen**: the alarm rings no more.
    ///
    /// # Errors
    /// [`Halt::Gone`] when somebody was faster; [`StoreError`] when the database fails.
    pub async fn see_alarm(&self, act: Act, id: AlarmId) -> Result<Result<(), Halt>, StoreError> {
        let see = move |tx: &mut Tx<'_>| {
            let by = act.actor.agent().filter(|_| act.actor.role().is_some_and(|role| role.supervises()));
            let (Some(by), Some(found)) = (by, alarms::find(tx.connection, id)?) else { return Ok(Err(Halt::Gone)) };
            if !alarms::see(tx, id, by, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("alarm", id.to_string().into()), ("kind", found.alarm.kind.code().into())]);
            tx.record(act.entry("alarm.seen", found.reference.as_ref(), found.alarm.account, about));
            Ok(Ok(()))
        };
        self.store.write(see).await
    }

    /// Mails an alarm to one supervisor, who may have been suspended since.
    pub(super) async fn send_alarm(&self, leased: &Leased, alarm: AlarmId, agent: AgentId) -> Result<(), StoreError> {
        let read = move |connection: &mut crate::store::AnyConnection| {
            Ok((alarms::find(connection, alarm)?, agents::find(connection, agent)?, size_and_root(connection)?))
        };
        let (found, agent, head) = self.store.read(read).await?;
        let agent = agent.filter(|agent| agent.role.supervises() && agent.suspended_at.is_none());
        let (Some(found), Some(agent)) = (found, agent) else {
            let (id, at) = (leased.id, self.now());
            return self.store.write(move |tx| outbox::done(tx, id, at)).await;
        };
        let words = AlarmWords {
            product: self.kit.product.clone(),
            reference: leased.reference.to_string(),
            what: found.alarm.kind.label().to_owned(),
            account: found.email.as_ref().map(|email| email.masked()).unwrap_or_default(),
            at: found.alarm.at.format("%-d %B %Y, %H:%M UTC").to_string(),
            url: self.kit.url(&format!("/desk/cases/{}", leased.reference)),
            alarms_url: self.kit.url("/desk/alarms"),
        };
        self.mail_colleague(leased, (agent, head), ("alarm", self.templates.alarm(&words))).await
    }

    /// Mails somebody at the desk about the case of an errand; with the size and root of the log, as every mail.
    pub(super) async fn mail_colleague(
        &self,
        leased: &Leased,
        (agent, head): (Agent, (u64, TreeHash)),
        (template, rendered): (&'static str, Result<Rendered, RenderError>),
    ) -> Result<(), StoreError> {
        let result = match rendered {
            Ok(rendered) => {
                let mail = OutgoingMail {
                    to: agent.email,
                    to_name: agent.name,
                    rendered,
                    message_id: self.message_id(leased.id),
                    references: Vec::new(),
                    reply_to: None,
                    at: self.now(),
                    case_ref: Some(leased.reference.to_string()),
                    audit: self.kit.witness(head),
                    receipt: None,
                };
                self.mailer.send_first(&mail).await
            }
            Err(error) => Err(SendError::Permanent(format!("the template failed: {error}"))),
        };
        self.settle_mail(Handed::of(leased), (template, false), result).await
    }
}
