use crate::directory::Proof;
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::authn::TotpCode;
use crate::domain::token::Token;
use crate::store::account_sessions::AccountSession;
use crate::store::{StoreError, Tx};
use crate::workflow::Desk;
use crate::workflow::act::{Act, Halt};
use crate::workflow::first_factor::Side;

impl Desk {
    /// **My device is out of sync**, in the second step of a sign-in: two codes in a row put the clock of a device
    /// right. They sign nobody in; a code of the device does then. Guesses count like codes of the second step.
    ///
    /// # Errors
    /// [`Halt`] when they prove nothing; [`StoreError`] when the database fails.
    pub async fn resynchronise_at_sign_in(
        &self,
        (ip, browser): (String, Option<Token>),
        session: &AccountSession,
        (first, second): (TotpCode, TotpCode),
    ) -> Result<Result<(), Halt>, StoreError> {
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let account = session.account.id;
        let who = (account, &session.account.email);
        let proof = ("two_codes", Proof::TwoCodes(first, second));
        let weighed = match self.weigh_proof(&act, Side::Account, who, browser.as_ref(), proof).await? {
            Ok(weighed) => weighed,
            Err(halt) => return Ok(Err(halt)),
        };
        let settle = move |tx: &mut Tx<'_>| {
            if !weighed.settle(tx, &act)? {
                return Ok(Err(Halt::NotVerified));
            }
            tx.record(act.entry("account.device_resynchronised", None, Some(account), details([])));
            Ok(Ok(()))
        };
        self.store.write(settle).await
    }
}
