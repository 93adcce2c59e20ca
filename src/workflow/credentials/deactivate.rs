use super::{Holder, held, refuse};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::{is_device, may_deactivate};
use crate::domain::case::{AuthenticatorSet, Command};
use crate::domain::ids::{AgentId, AuthenticatorId};
use crate::domain::letter::Letter;
use crate::store::account_sessions::{self, AccountSession};
use crate::store::{StoreError, Tx, accounts, agents, cases};
use crate::workflow::act::{Act, Halt};
use crate::workflow::{Attempted, Desk, letters};

impl Desk {
    /// **Deactivate**: its owner, who is signed in, switches an authenticator off. Every other session of the account
    /// ends with it (ASVS 5.0, 7.4.3): whoever had the device may be in one.
    ///
    /// # Errors
    /// [`Halt`] when it is not one of the account's active ones, or has to stay; [`StoreError`] when the database
    /// fails.
    pub async fn deactivate_authenticator(
        &self,
        act: Act,
        holder: Holder,
        id: AuthenticatorId,
    ) -> Result<Result<(), Halt>, StoreError> {
        let kit = self.kit.clone();
        let switch_off = move |tx: &mut Tx<'_>| {
            let (account, all) = match held(tx, &kit, &act, &holder)? {
                Ok(held) => held,
                Err(halt) => return Ok(Err(halt)),
            };
            let Some(device) = all.iter().find(|each| each.id == id && is_device(each)) else {
                return Ok(Err(Halt::Gone));
            };
            if let Err(why) = may_deactivate(account.kind, &all, id) {
                return Ok(Err(refuse(tx, &act, holder.account, why)));
            }
            if !accounts::deactivate(tx, id, act.at)? {
                return Ok(Err(Halt::Gone));
            }
            let ended = account_sessions::end_others(tx, account.id, &holder.session, act.at)?
                + agents::end_sessions(tx, AgentId::of(account.id), Some(&holder.session), act.at)?;
            let about = details([
                ("authenticator", id.to_string().into()),
                ("kind", device.kind.code().into()),
                ("sessions_ended", ended.into()),
            ]);
            tx.record(act.entry("authenticator.deactivated", None, Some(account.id), about));
            let letter = Letter::AuthenticatorDeactivated { device: device.kind, label: device.label.clone() };
            letters::queue(tx, &kit, &act, &account, letter)?;
            Ok(Ok(()))
        };
        let done = self.store.write(switch_off).await?;
        self.run_errands();
        Ok(done)
    }

    /// **Deactivate** in a session that was won by alternative factors: what was proven stands in its case, and so the
    /// case decides, once more.
    ///
    /// # Errors
    /// [`Halt`] when a rule forbids it; [`StoreError`] when the database fails.
    pub async fn deactivate_in_recovery(
        &self,
        act: Act,
        session: &AccountSession,
        set: AuthenticatorSet,
    ) -> Result<Result<Attempted, Halt>, StoreError> {
        let Some(case) = session.case else { return Ok(Err(Halt::Gone)) };
        let act = Act { actor: Actor::Owner { account: session.account.id }, ..act };
        let reference = self.store.read(move |connection| cases::reference_of(connection, case)).await?;
        self.order_deactivation(act, (reference, None), Command::DeactivateOwn(set)).await
    }
}
