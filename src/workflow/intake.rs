use super::act::{Act, Done, Halt, command};
use super::{Desk, Kit, risk};
use crate::domain::actor::Actor;
use crate::domain::audit::Details;
use crate::domain::case::{Command, State};
use crate::domain::ids::OutboxId;
use crate::domain::reference::CaseRef;
use crate::store::{StoreError, Tx, accounts, cases, outbox};

impl Desk {
    /// Finds the account a submitted form speaks of and, if there is one, writes to its address of record.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored; the errand is then run again.
    pub(super) async fn take_in(&self, reference: CaseRef, errand: OutboxId) -> Result<(), StoreError> {
        let kit = self.kit.clone();
        let act = Act { actor: Actor::System, ip: String::new(), at: self.now() };
        self.store
            .write(move |tx| {
                let _ = match_account(tx, &kit, &act, &reference)?;
                outbox::done(tx, errand, act.at)
            })
            .await
    }
}

fn match_account(tx: &mut Tx<'_>, kit: &Kit, act: &Act, reference: &CaseRef) -> Done<()> {
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(Err(Halt::NoSuchCase)) };
    if filed.case.state != State::Submitted || filed.case.account.is_some() {
        return Ok(Ok(()));
    }
    let form = cases::form(tx.connection, filed.case.id)?;
    let Some(account) = accounts::find_by_email(tx.connection, &form.email)? else {
        tx.record(act.case_entry("case.unmatched", &filed, Details::new()));
        risk::wake_others(tx, kit, &filed.case, None, act.at)?;
        return Ok(Ok(()));
    };
    let matched = command(tx, kit, act, &filed, &Command::MatchAccount(account.id))?.map(|_| ());
    risk::wake_others(tx, kit, &filed.case, Some(account.id), act.at)?;
    Ok(matched)
}
