use super::super::act::{Act, Done, Halt, held, refuse};
use super::super::{Desk, Kit};
use crate::domain::audit::details;
use crate::domain::case::Refused;
use crate::domain::ids::CaseId;
use crate::domain::ids::OutboxId;
use crate::domain::inbound::{DeliveryReport, Failure, MessageId};
use crate::domain::reference::CaseRef;
use crate::store::mail_failures::{self, MailFailure};
use crate::store::{StoreError, Tx, cases, outbox};

/// Marks the address of a mail that could not be delivered. A report is believed only of a mail of ours, whose
/// Message-ID nobody else knows, and only of the address that it went to; and all that it does is the mark. Answers the
/// case.
pub(super) fn mark(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    report: &DeliveryReport,
) -> Result<Option<CaseId>, StoreError> {
    let id = report.message_id.as_deref().and_then(|id| MessageId::read(&kit.key, id));
    let Some(id) = id else { return Ok(None) };
    let Some((reference, errand)) = outbox::mail_of(tx.connection, id)? else { return Ok(None) };
    let Some(failure) = report.failure(&errand.to) else { return Ok(None) };
    let Some(filed) = cases::lock(tx, &reference)? else { return Ok(None) };
    let (permanent, status) = match &failure {
        Failure::Permanent(status) => (true, status),
        Failure::Temporary(status) => (false, status),
    };
    let subject = kit.key.email_subject(&errand.to);
    let found = MailFailure { mail: id, subject, permanent, status: status.to_string(), at: act.at, cleared_at: None };
    if mail_failures::keep(tx, filed.case.id, &found)? {
        let about = details([
            ("mail", id.to_string().into()),
            ("status", status.to_string().into()),
            ("permanent", permanent.into()),
        ]);
        tx.record(act.case_entry(if permanent { "mail.bounced" } else { "mail.delayed" }, &filed, about));
    }
    Ok(Some(filed.case.id))
}

impl Desk {
    /// **It works again**: a supervisor says that the address of a mail takes mail, whatever was reported.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it or nothing was reported; [`StoreError`] when the database fails.
    pub async fn clear_failure(
        &self,
        act: Act,
        reference: CaseRef,
        mail: OutboxId,
    ) -> Result<Result<(), Halt>, StoreError> {
        let clear = move |tx: &mut Tx<'_>| -> Done<()> {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            if !act.actor.role().is_some_and(|role| role.supervises()) {
                return Ok(Err(refuse(tx, &act, &filed, "clear_failure", Refused::Role(act.actor.role()))));
            }
            let failures = mail_failures::of_case(tx.connection, filed.case.id)?;
            let Some(failure) = failures.get(&mail) else { return Ok(Err(Halt::Gone)) };
            if mail_failures::clear(tx, &failure.subject, act.at, act.at)? == 0 {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("mail", mail.to_string().into()), ("why", "supervisor".into())]);
            tx.record(act.case_entry("mail.failure_cleared", &filed, about));
            Ok(Ok(()))
        };
        self.store.write(clear).await
    }
}
