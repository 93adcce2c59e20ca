use chrono::TimeDelta;

use super::act::{Act, Done, Halt, known};
use super::{Desk, Kit, mail};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::State;
use crate::domain::ids::EntryId;
use crate::domain::notice::Notice;
use crate::domain::reference::CaseRef;
use crate::store::{StoreError, Tx, cases, throttle};

impl Desk {
    /// Sends a fresh link to a case's page to the address of record. The answer is the same whether or not
    /// there is such a case, an account, or anything left of the hourly budget.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored.
    pub async fn send_link(&self, reference: CaseRef, ip: String) -> Result<(), StoreError> {
        let kit = self.kit.clone();
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let _ = self.store.write(move |tx| send(tx, &kit, &act, &reference)).await?;
        self.run_errands();
        Ok(())
    }
}

fn send(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef) -> Done<()> {
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(Err(Halt::NoSuchCase)) };
    let subject = filed.case.id.to_string();
    let recent = throttle::count(tx.connection, "link-mail", &subject, act.at, TimeDelta::hours(1))?;
    if recent >= i64::from(kit.limits.link_mails_per_hour) {
        tx.record(act.case_entry("link.refused", &filed, details([("rule", "hourly_budget".into())])));
        return Ok(Err(Halt::TooOften(String::new())));
    }
    if filed.case.account.is_none() || filed.case.state.is_final() || filed.case.state == State::Disputed {
        return Ok(Ok(()));
    }
    throttle::add(tx, kit.id(EntryId::new, act.at), "link-mail", &subject, act.at)?;
    let known = known(tx.connection, kit, filed.case.account)?;
    mail::queue(tx, kit, act, &filed, &known, Notice::LinkAgain, None)?;
    tx.record(act.case_entry("link.sent_again", &filed, details([])));
    Ok(Ok(()))
}
