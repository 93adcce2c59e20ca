use super::act::{Act, Done, Halt, known};
use super::limits::{Counted, spend};
use super::{Desk, Kit, mail};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::State;
use crate::domain::ids::OutboxId;
use crate::domain::limits::Limit;
use crate::domain::notice::Notice;
use crate::domain::reference::CaseRef;
use crate::locale::text;
use crate::store::outbox::{self, Errand};
use crate::store::{StoreError, Tx, cases};

impl Desk {
    /// Asks for a fresh link to a case's page. Whether one is mailed is decided afterwards by the worker, so
    /// that the answer and its time tell nothing about an account.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored.
    pub async fn send_link(&self, reference: CaseRef, ip: String) -> Result<(), StoreError> {
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let kit = self.kit.clone();
        let _ = self.store.write(move |tx| ask(tx, &kit, &act, &reference)).await?;
        self.run_errands();
        Ok(())
    }

    /// Mails a fresh link to the address of record, if there is one and the case is open.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored; the errand is then run again.
    pub(super) async fn send_fresh_link(&self, reference: CaseRef, errand: OutboxId) -> Result<(), StoreError> {
        let act = Act { actor: Actor::System, ip: String::new(), at: self.now() };
        let kit = self.kit.clone();
        let send = move |tx: &mut Tx<'_>| {
            if let Some(filed) = cases::lock(tx, &reference)?
                && filed.case.account.is_some()
                && !filed.case.state.is_final()
                && filed.case.state != State::Disputed
            {
                let known = known(tx.connection, &kit, &filed.case)?;
                mail::queue(tx, &kit, &act, &filed, &known, Notice::LinkAgain, None)?;
                tx.record(act.case_entry("link.sent_again", &filed, details([])));
            }
            outbox::done(tx, errand, act.at)
        };
        self.store.write(send).await?;
        self.run_errands();
        Ok(())
    }
}

fn ask(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef) -> Done<()> {
    if spend(tx, kit, act, &[Counted::network(Limit::LinkAsks, &act.ip)])?.is_err() {
        return Ok(Err(Halt::TooOften(text!("halt-too-often"))));
    }
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(Err(Halt::NoSuchCase)) };
    if spend(tx, kit, act, &[Counted::case(Limit::LinkMails, &filed)])?.is_err() {
        tx.record(act.case_entry("link.refused", &filed, details([("rule", "hourly_budget".into())])));
        return Ok(Err(Halt::TooOften(text!("halt-too-often"))));
    }
    outbox::add(tx, kit.id(OutboxId::new, act.at), filed.case.id, &Errand::Link, act.at)?;
    tx.record(act.case_entry("link.asked_for", &filed, details([])));
    Ok(Ok(()))
}
