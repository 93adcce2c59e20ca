use crate::directory::Proof;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::TotpCode;
use crate::domain::limits::Limit;
use crate::locale::text;
use crate::store::account_sessions::AccountSession;
use crate::store::{StoreError, Tx};
use crate::workflow::Desk;
use crate::workflow::account_sign_in::unavailable;
use crate::workflow::act::{Act, Halt};
use crate::workflow::limits::{Counted, give_back, spend_tries};

impl Desk {
    /// **My device is out of sync**, in the second step of a sign-in: two codes in a row put the clock of a device
    /// right. They sign nobody in; a code of the device does then. Guesses count like codes of the second step.
    ///
    /// # Errors
    /// [`Halt`] when they prove nothing; [`StoreError`] when the database fails.
    pub async fn resynchronise_at_sign_in(
        &self,
        ip: String,
        session: &AccountSession,
        (first, second): (TotpCode, TotpCode),
    ) -> Result<Result<(), Halt>, StoreError> {
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let (account, named) = (session.account.id, session.account.id.to_string());
        let limits = (Limit::AccountCodes, Limit::AccountSignInsFromNetwork, Limit::AccountCodesAnywhere);
        let counted = Counted::tries(&self.kit, (&named, &session.account.email.masked()), &act.ip, limits);
        let entry =
            move |act: &Act, action, why: &str| act.entry(action, None, Some(account), details([("why", why.into())]));
        let (kit, asking) = (self.kit.clone(), act.clone());
        let ask = move |tx: &mut Tx<'_>| {
            let told = |tx: &mut Tx<'_>| tx.record(entry(&asking, "account.sign_in_refused", "too_often"));
            spend_tries(tx, &kit, &asking, &counted, told)
        };
        let Ok(tries) = self.store.write(ask).await? else {
            return Ok(Err(Halt::TooOften(text!("halt-too-often"))));
        };
        let proof = Proof::TwoCodes(first, second);
        let finding = self.directory.examine(Some(account), proof, act.at).await.map_err(unavailable)?;
        let settle = move |tx: &mut Tx<'_>| {
            if !finding.settle(tx)? {
                tx.record(entry(&act, "account.sign_in_refused", "wrong_two_codes"));
                return Ok(Err(Halt::NotVerified));
            }
            give_back(tx, &tries)?;
            tx.record(act.entry("account.device_resynchronised", None, Some(account), details([])));
            Ok(Ok(()))
        };
        self.store.write(settle).await
    }
}
